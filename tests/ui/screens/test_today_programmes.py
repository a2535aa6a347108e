"""今日 with all programmes: whose visit is written on which screen, who is to be examined, the indicators of the year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from app.services.enrolments import Enrolments
from tests.desks import Clock, make_clinic
from tests.followup_people import add_entry, add_resident
from tests.saved_forms import saved
from tests.ui.hands import control
from tests.ui.screens.follow_up_desk import TODAY, follow_up_window, managed, services_of
from ui.screens.today.examinations import ExaminationsDialog
from ui.screens.today.rates import RatesDialog
from ui.widgets.field_row import ComboBox
from ui.widgets.naming import unnamed_controls

YOUNG = date(1990, 5, 1)


@pytest.fixture
def desk(tmp_path):
    made = make_clinic(tmp_path / "clinic", Clock())
    yield made
    made.sessions.engine.dispose()


@pytest.fixture
def services(desk):
    return services_of(desk)


@pytest.fixture
def open_today(qtbot, services):
    """The list of the day in the real window; where it leads to is remembered in `went`."""

    def made():
        window = follow_up_window(services)
        qtbot.addWidget(window)
        screen = window.screen("today")
        screen.show_cards()
        went = []
        services.navigate = lambda key, **arguments: went.append((key, arguments)) or True
        screen.went = went
        return screen

    return made


@pytest.mark.parametrize(
    ("diseases", "leads_to", "form_code"),
    [
        (("smi",), "forms", "smi_followup"),
        (("tb",), "forms", "tb_first_visit"),
        (("copd",), "forms", "copd_followup"),
        (("htn", "copd"), "follow_ups", None),
    ],
)
def test_enter_opens_the_screen_on_which_the_visit_is_written(desk, open_today, diseases, leads_to, form_code):
    person = managed(desk, *diseases)
    screen = open_today()
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    ((key, arguments),) = screen.went
    assert (key, arguments["resident_id"], arguments.get("form_code")) == (leads_to, person, form_code)
    if leads_to == "forms":
        assert arguments["return_to"] == ("today", {})


@pytest.mark.parametrize(
    ("pressure_in", "leads_to"), [(0, "follow_ups"), (8, "follow_ups"), (9, "forms")], ids=["due", "within a week", "later"]
)
def test_what_is_due_first_is_opened(desk, open_today, pressure_in, leads_to):
    person = managed(desk, "htn", due_in=pressure_in)
    Enrolments(desk).enrol(person, "smi", None, TODAY, first_visit_due=TODAY + timedelta(days=2))
    screen = open_today()
    screen.primary_action()
    assert screen.went[0][0] == leads_to


def test_after_the_first_home_visit_the_follow_up_form_is_opened(desk, open_today):
    person = add_resident(desk)
    saved(desk, person, "tb_first_visit")
    control(screen := open_today(), ComboBox, "today_disease").set_value("tb")
    screen.filters.when.set_value("all")
    screen.show_list()
    screen.primary_action()
    assert screen.went[0][1]["form_code"] == "tb_followup"


def test_the_row_says_every_disease_and_the_class_of_each(desk, open_today):
    person = managed(desk, "htn", name="王秀英")
    saved(desk, person, "smi_followup", next_visit_date=TODAY.replace(day=24).isoformat())
    screen = open_today()
    words = [screen.table.model().index(0, column).data() for column in range(5)]
    assert words[2:] == ["高血压 · 严重精神障碍", "今天", "基本稳定"]


def test_the_number_to_be_examined_leads_to_the_list_and_that_to_the_form(desk, open_today):
    old = add_resident(desk, name="李桂兰")
    done = add_resident(desk, name="王秀英")
    add_entry(desk, done, "health_exam", date(2026, 3, 3), {"evaluation": 1})
    young = add_resident(desk, name="周凤霞", born=YOUNG)
    Enrolments(desk).enrol(young, "smi", None, TODAY)
    screen = open_today()
    assert any(label.text() == "2 人" for label in screen.cards.to_do.findChildren(QLabel))
    QTest.mouseClick(control(screen.cards, QPushButton, "open_examinations"), Qt.MouseButton.LeftButton)
    dialog = screen.window().findChild(ExaminationsDialog)
    assert [row.name for row in dialog.table.rows()] == ["李桂兰", "周凤霞"]
    assert unnamed_controls(dialog) == []
    QTest.keyClicks(dialog.line, "zfx")
    assert [row.name for row in dialog.table.rows()] == ["周凤霞"]
    dialog.line.setText("桂兰")
    assert [row.resident_id for row in dialog.table.rows()] == [old]
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert screen.went == [("forms", {"resident_id": old, "form_code": "health_exam", "return_to": ("today", {})})]
    assert not dialog.isVisible()


def test_nobody_to_be_examined_is_not_spoken_of(desk, open_today):
    add_resident(desk, born=YOUNG)
    screen = open_today()
    assert screen.cards.findChild(QPushButton, "open_examinations") is None


def test_the_indicators_of_the_year_are_shown_with_their_numbers(desk, open_today):
    managed(desk, "htn")
    screen = open_today()
    QTest.mouseClick(control(screen.cards, QPushButton, "open_rates"), Qt.MouseButton.LeftButton)
    dialog = screen.window().findChild(RatesDialog)
    shown = {row.name.value: (row.rate.display, row.rate.denominator) for row in dialog.table.rows()}
    assert shown["高血压患者规范管理率"] == ("0.0%", 1)
    assert shown["肺结核患者管理率"] == ("—", 0)
    assert len(shown) == 12
    assert unnamed_controls(dialog) == []


def test_the_quarter_shows_the_other_programmes_once_somebody_is_managed(desk, open_today):
    managed(desk, "copd")
    titles = [share.title for share in open_today().cards.shares.shares()]
    assert titles == ["高血压规范管理", "糖尿病规范管理", "慢阻肺病规范管理"]
