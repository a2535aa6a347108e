"""A clinic with people to be seen, and the two screens on it, for stories of follow-up at the keyboard.

    desk = clinic_with(tmp_path); window = follow_up_window(services)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.desk import Desk
from app.domain.names import fold_name
from app.domain.search_keys import Findable, keys_of
from app.pinyin import name_readings
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from db.models import Resident, SearchKey
from tests.followup_people import add_resident, both_answers, dm_answers, htn_answers
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens import follow_ups, today
from ui.services import Services
from ui.shell.main_window import MainWindow

TODAY = date(2026, 11, 22)
ENROLLED = date(2019, 6, 1)
ANSWERS: dict[tuple[str, ...], Callable[..., dict[str, Any]]] = {
    ("htn",): htn_answers, ("dm",): dm_answers, ("htn", "dm"): both_answers,
}


@dataclass
class Previews:
    """The sheets that were shown."""

    shown: list[tuple[bytes, str]] = field(default_factory=list)

    def __call__(self, pdf: bytes, title: str) -> None:
        """Remember one."""
        self.shown.append((pdf, title))


def managed(desk: Desk, *diseases: str, due_in: int = 0, name: str = "李桂兰", **facts: Any) -> str:
    """A resident under management for `diseases` (hypertension alone), whose visit is due in so many days."""
    person = add_resident(desk, name=name, **facts)
    for disease in diseases or ("htn",):
        Enrolments(desk).enrol(person, disease, ENROLLED, ENROLLED, first_visit_due=desk.today() + timedelta(days=due_in))
    make_findable(desk, person, name)
    return person


def make_findable(desk: Desk, resident_id: str, name: str) -> None:
    """The search keys of a name, as registering writes them."""
    with desk.sessions.writing() as session:
        resident = session.get_one(Resident, resident_id)
        keys = keys_of(Findable(fold_name(name), name_readings(fold_name(name))))
        session.add_all(SearchKey(k=key, resident_number=resident.number) for key in keys)


def seen_before(desk: Desk, resident_id: str, *diseases: str, days_ago: int = 90, **changes: Any) -> str:
    """An earlier visit with calm values, changed by `changes`; the entry id of its first sheet."""
    answers = ANSWERS[diseases or ("htn",)](desk.today() - timedelta(days=days_ago), **changes)
    confirmed = frozenset(answers)
    return FollowUps(desk).save_visit(resident_id, answers, confirmed=confirmed).sheets[0].entry_id


def services_of(desk: Desk) -> Services:
    """Services with scripted dialogs, work done at once, and remembered previews."""
    return Services(desk, ImmediateRunner(), ScriptedDialogs(), preview=Previews())


def follow_up_window(services: Services) -> MainWindow:
    """The real window with the two screens, in front, with the list of the day."""
    window = MainWindow()
    services.navigate = lambda key, **arguments: key in window.screen_keys() and window.show_screen(key, **arguments)
    services.say = window.say
    for package in (today, follow_ups):
        window.add_screen(package.entry(services))
    window.show_desk()
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    window.show_screen("today")
    return window


class KeyCounter(QObject):
    """Counts the keys that are pressed, apart from digits and the point of a reading."""

    def __init__(self) -> None:
        super().__init__()
        self.digits = 0
        self.others: list[str] = []

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key in the control with the focus."""
        self.others.append(str(key))
        QTest.keyClick(focus(), key, modifier)

    def read_off(self, digits: str) -> None:
        """Type the digits of readings, wherever the cursor goes by itself."""
        for digit in digits:
            self.digits += 1
            QTest.keyClick(focus(), digit)


def focus() -> QWidget:
    """The control with the focus."""
    found = QApplication.focusWidget()
    assert found is not None, "no control has the focus"
    return found
