"""Every screen of both sample desks, at 100 % and 200 %: no words are cut off and no control lies across an edge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabBar,
    QWidget,
)

from app.demo import clinic as sample_clinic
from app.demo import township as sample_township
from app.security.secret_store import MemoryStore
from tests.desks import Clock
from tests.ui.screens.form_pages import KINDS
from ui.background import ImmediateRunner
from ui.compose import Composer
from ui.shell.main_window import MainWindow
from ui.theme.theme import Theme, apply_theme
from ui.tour.hands import settle

PIN = sample_clinic.PIN
ROUNDS_OF_LAYOUT = 12
CONTROLS = (QLabel, QAbstractButton, QLineEdit, QComboBox)


@pytest.fixture(scope="module")
def sample_desks(tmp_path_factory):
    """The folder of each sample desk, and the store of their keys."""
    store, clock = MemoryStore(), Clock()
    folder = tmp_path_factory.mktemp("samples")
    sample_clinic.build_clinic(folder / "clinic", residents=60, years=1, store=store, clock=clock).close()
    sample_township.build_township(folder / "township", store=store, clock=clock).close()
    return folder, store


@pytest.fixture
def opened(qtbot, qapp, dialogs, sample_desks):
    """opened(kind, scale): the window of a sample desk, signed in, as large as the smallest screen it is made for."""
    made = []

    def open_desk(kind: str, scale: float) -> Composer:
        folder, store = sample_desks
        apply_theme(qapp, Theme("clinic", scale))
        window = MainWindow(desk=kind)
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        composer = Composer(window, folder=folder / kind, runner=ImmediateRunner(), dialogs=dialogs, store=store,
                            clock=Clock(), keeps_scale=False)
        made.append(composer)
        composer.open()
        composer.check_pin(composer.database.users()[0].id, PIN)
        composer.on_signed_in(composer.database.users()[0].id)
        return composer

    yield open_desk
    for composer in made:
        composer.close()
    apply_theme(qapp, Theme())


def places(composer: Composer) -> Iterator[str]:
    """Goes from place to place in the window and names each."""
    window = composer.window
    for key in window.screen_keys():
        window.show_screen(key)
        yield key
        screen = window.current_screen()
        for page in getattr(screen, "page_keys", tuple)():
            screen.show_page(page)
            yield f"{key}, {page}"
        yield from tabs_of(key, screen)
    if composer.services.kind == "clinic":
        first = composer.services.work_list.page().rows[0].resident_id
        window.show_screen("residents", resident_id=first)
        yield "a record"
        yield from tabs_of("a record", window.current_screen())
        window.show_screen("residents", new=True)
        yield "an empty registration"
        window.show_screen("follow_ups", resident_id=first)
        yield "a visit"
        window.show_screen("dispensing", resident_id=first)
        window.current_screen().giving.add_drug(composer.services.catalogue.find("卡托普利")[0].code)
        window.run_save()
        yield "drugs that are to be given"
        given = composer.services.dispensing.of_days(date(2020, 1, 1), composer.services.desk.today(), limit=1)
        window.show_screen("dispensing", dispensing_id=given[0].id)
        yield "drugs that were given"
        for code in KINDS:
            window.show_screen("forms", resident_id=first, form_code=code)
            page = window.screen("forms").page
            page.view.build_all()
            yield f"the form {code}"
            page.save()
            yield f"the form {code} with what lacks"
        window.show_screen("day_sheet", people=[row.resident_id for row in composer.services.work_list.page().rows[:20]])
        window.screen("day_sheet").page.model.set_text(0, 0, "186/112")
        yield "a day sheet"
        window.show_screen("day_sheet", kind="screening")
        yield "before a screening round"
        window.screen("day_sheet").start.start()
        yield "a screening round"


def tabs_of(place: str, screen: QWidget) -> Iterator[str]:
    """Shows each tab of a screen."""
    for bar in [bar for bar in screen.findChildren(QTabBar) if bar.isVisible()]:
        for number in range(bar.count()):
            bar.setCurrentIndex(number)
            yield f"{place}, {bar.tabText(number)}"


def cut_words(window: QWidget) -> set[str]:
    """The words of labels and buttons that have less room than they need, unless they wrap or end in dots."""
    cut = set()
    for shown in (each for each in window.findChildren(QLabel) if each.isVisible() and each.text()):
        draws_itself = type(shown).paintEvent is not QLabel.paintEvent
        if shown.wordWrap():
            too_small = shown.heightForWidth(shown.width()) > shown.height() + 1
        else:
            too_small = shown.minimumSizeHint().width() > shown.width()
        if too_small and not draws_itself:
            cut.add(f"{shown.objectName()}: {shown.text()}")
    for button in (each for each in window.findChildren(QPushButton) if each.isVisible() and each.text()):
        if button.fontMetrics().horizontalAdvance(button.text()) > button.width() or (
                button.sizeHint().width() > button.width() + 1):
            cut.add(f"{button.objectName()}: {button.text()}")
    return cut


def across_an_edge(window: QWidget) -> set[str]:
    """The controls that reach beyond the widget they lie in; what scrolls may."""
    beyond = set()
    for control in (each for each in window.findChildren(QWidget) if each.isVisible() and isinstance(each, CONTROLS)):
        around = control.parentWidget()
        if isinstance(around.parentWidget(), QAbstractScrollArea) or isinstance(around, CONTROLS):
            continue
        if not around.rect().adjusted(-1, -1, 1, 1).contains(control.geometry()) and not control.geometry().isEmpty():
            beyond.add(f"{control.objectName() or type(control).__name__} in {around.objectName()}")
    return beyond


def problems(window: QWidget) -> set[str]:
    """What is wrong once the layouts, which ask each other for room a few times, have come to rest."""
    found: set[str] = set()
    for _ in range(ROUNDS_OF_LAYOUT):
        settle()
        found = cut_words(window) | across_an_edge(window)
        if not found:
            break
    return found


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("kind", ["clinic", "township"])
def test_no_words_are_cut_off_and_no_control_lies_across_an_edge(opened, kind, scale):
    composer = opened(kind, scale)
    found = {}
    seen = 0
    for place in places(composer):
        seen += 1
        found[place] = problems(composer.window)
    assert {place: sorted(words) for place, words in found.items() if words} == {}
    assert seen >= (20 if kind == "clinic" else 8)
