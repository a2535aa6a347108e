"""Screens of several sections: which there are, who shows them, and what the shell's keys reach."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTabBar

from app.domain.message import msg
from tests.ui.hands import control, press
from tests.ui.section_pages import Busy, Quiet, Saving
from ui.screens.stock.screen import SECTIONS as STOCK
from ui.widgets.naming import unnamed_controls
from ui.widgets.section_screen import Section, SectionScreen

CONTROL = Qt.KeyboardModifier.ControlModifier
PLACE = "tests.ui.section_pages"
SECTIONS = (
    Section("quiet", msg("一"), f"{PLACE}:Quiet"),
    Section("busy", msg("二"), f"{PLACE}:Busy"),
    Section("saving", msg("三"), f"{PLACE}:Saving", desks=("clinic",)),
    Section("absent", msg("四"), "tests.ui.no_such_package.page:Page"),
    Section("absent_too", msg("五"), f"{PLACE}_missing:Page"),
)


@dataclass
class AtDesk:
    """What a section screen asks of the services."""

    kind: str = "clinic"


@pytest.fixture
def screen(qtbot):
    made = SectionScreen(AtDesk(), SECTIONS, name="several", accessible_name="几栏")
    qtbot.addWidget(made)
    made.resize(800, 500)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def bar_of(screen):
    return control(screen, QTabBar, "several_sections")


def words(screen):
    return [bar_of(screen).tabText(number) for number in range(bar_of(screen).count())]


def test_a_section_whose_module_is_missing_is_left_out(screen):
    assert screen.section_keys() == ("quiet", "busy", "saving")
    assert words(screen) == ["一", "二", "三"]


def test_a_section_of_the_other_desk_is_left_out(qtbot):
    made = SectionScreen(AtDesk("township"), SECTIONS, name="several", accessible_name="几栏")
    qtbot.addWidget(made)
    assert made.section_keys() == ("quiet", "busy")


def test_a_page_is_made_at_its_first_visit_and_read_again_at_the_next(screen):
    assert isinstance(screen.current_page(), Quiet)
    screen.show_section("busy")
    page = screen.current_page()
    assert isinstance(page, Busy)
    assert page.done == []  # it has just been made: nothing to read again
    screen.show_section("quiet")
    screen.show_section("busy")
    assert screen.current_page() is page
    assert page.done == ["refresh"]


def test_the_number_of_a_page_stands_in_its_tab(screen):
    assert words(screen)[1] == "二"
    screen.show_section("busy")
    assert words(screen)[1] == "二 4"
    screen.current_page().counted.emit(0)
    assert words(screen)[1] == "二"
    screen.set_count("quiet", 12)
    assert words(screen)[0] == "一 12"


def test_arguments_go_to_the_page_of_their_section(screen):
    screen.open_with(section="busy", drug_code="D001")
    assert screen.current_key() == "busy"
    assert screen.current_page().done == [{"drug_code": "D001"}]
    screen.open_with(section="no such section", drug_code="D002")
    assert screen.current_page().done[-1] == {"drug_code": "D002"}


def test_a_page_that_does_not_let_go_stays_and_its_tab_stays_marked(screen):
    screen.show_section("busy")
    screen.current_page().lets_go = False
    assert not screen.show_section("quiet")
    assert not screen.can_leave()
    bar_of(screen).setCurrentIndex(0)
    assert screen.current_key() == "busy"
    assert bar_of(screen).currentIndex() == 1
    screen.current_page().lets_go = True
    assert screen.show_section("quiet")


def test_ctrl_page_keys_go_round(screen):
    keys = []
    for _ in range(3):
        press(screen, Qt.Key.Key_PageDown, CONTROL)
        keys.append(screen.current_key())
    press(screen, Qt.Key.Key_PageUp, CONTROL)
    assert [*keys, screen.current_key()] == ["busy", "saving", "quiet", "saving"]


def test_the_keyboard_goes_on_in_the_next_page_but_stays_in_the_tabs(screen):
    screen.show_section("busy")
    screen.current_page().line.setFocus()
    press(screen.current_page().line, Qt.Key.Key_PageDown, CONTROL)
    assert QApplication.focusWidget() is screen.current_page().line
    bar_of(screen).setFocus()
    press(bar_of(screen), Qt.Key.Key_Left)
    assert screen.current_key() == "busy"
    assert QApplication.focusWidget() is bar_of(screen)


def test_the_keys_of_the_shell_reach_the_page(screen):
    screen.show_section("busy")
    page = screen.current_page()
    screen.primary_action()
    screen.save_action()  # it saves nothing: its primary action
    screen.print_action()
    screen.refresh()
    assert screen.back_action()
    assert page.done == ["F2", "F2", "print", "refresh", "back"]
    screen.show_section("saving")
    assert isinstance(screen.current_page(), Saving)
    screen.save_action()
    assert screen.current_page().done == ["save"]


def test_a_page_without_the_methods_does_nothing(screen):
    for key in (screen.primary_action, screen.save_action, screen.print_action, screen.refresh):
        key()
    assert not screen.back_action()
    assert screen.can_leave()
    assert [key for key, _ in screen.shortcuts()] == ["Ctrl PgDn", "Ctrl PgUp"]
    screen.show_section("busy")
    assert screen.shortcuts()[0] == ("F2", "做")


def test_every_control_has_a_name(screen):
    assert [each for each in unnamed_controls(screen) if "QTabBar" in each] == []


def test_the_sections_of_the_stock_are_known_by_different_keys():
    keys = [section.key for section in STOCK]
    assert len(keys) == len(set(keys))
    assert keys[:3] == ["balance", "expiry", "cold_chain"]
    assert all(section.exists() for section in STOCK[:3])
