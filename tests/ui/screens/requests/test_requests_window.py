"""药品 in its window: the keys of the shell, the largest type, the smallest window, English, names for screen readers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.domain.request_terms import State
from tests.ui.screens.drug_desks import cell_texts, press_key, services_of, shown, type_keys
from tests.ui.screens.requests.request_hands import button, go_to, lines_of, stored
from tests.ui.screens.whole_window import window_with
from ui.screens.requests import entry
from ui.screens.requests.rows import decision_columns
from ui.theme.theme import Theme, apply_theme
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot, dialogs):
    """window(world): the whole window with the clinic's screen in it."""

    def make(world):
        services, _seen = services_of(world.clinic, dialogs)
        made = window_with(qtbot, entry(services))
        made.show_screen("requests")
        return made

    return make


@pytest.fixture
def largest_type(qapp):
    apply_theme(qapp, Theme(scale=2.0))
    yield
    apply_theme(qapp, Theme())


def test_in_the_window_f2_fills_in_escape_leaves_the_cell_and_ctrl_enter_submits(world, window):
    world.draft(requested={"硝苯地平": 79, "二甲双胍": 48})
    made = window(world)
    go_to(made, 2, "requested")
    press_key(Qt.Key.Key_F2)
    type_keys("99")
    press_key(Qt.Key.Key_Escape)
    assert (made.current_key(), stored(world).lines[2].requested) == ("requests", None)
    press_key(Qt.Key.Key_F2)
    type_keys("21")
    press_key(Qt.Key.Key_Return, CONTROL)
    assert (stored(world).state, stored(world).lines[2].requested) == (State.AUTHORISED, 21)


@pytest.mark.usefixtures("largest_type")
def test_at_the_largest_type_the_decision_and_its_reason_are_seen_without_scrolling(qtbot):
    columns = decision_columns()
    table = DataTable(columns, name="lines", accessible_name="申领的药品")
    qtbot.addWidget(table)
    table.resize(1130, 500)
    table.show()
    hidden = {column.key for number, column in enumerate(columns) if table.isColumnHidden(number)}
    assert hidden <= {"class", "on_hand", "suggested", "packs"}
    assert "class" in hidden
    assert not table.horizontalScrollBar().isVisible()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_wider_than_the_smallest_window_that_scrolls(world, window, scale):
    world.draft()
    apply_theme(QApplication.instance(), Theme(scale=scale))
    made = window(world)
    made.resize(1366, 768)
    screen = made.current_screen()
    page = screen.parentWidget().parentWidget()
    assert screen.width() <= page.width()
    assert shown(button(made, "submit_request"))


@pytest.mark.usefixtures("english")
def test_a_heading_in_english_tells_the_year_with_the_month(world, opened):
    world.draft()
    screen, _seen = opened(world)
    assert "2026-11" in screen.parts.header.title()
    assert any({"A", "B"} & set(words.split()) for words in cell_texts(lines_of(screen), "class"))


def test_every_control_has_its_names(world, opened):
    world.draft()
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    press_key(Qt.Key.Key_Return)
    assert unnamed_controls(screen) == []


def test_the_entry_is_named_as_in_the_navigation(world):
    services, _seen = services_of(world.clinic)
    assert (entry(services).key, entry(services).title) == ("requests", "药品")
