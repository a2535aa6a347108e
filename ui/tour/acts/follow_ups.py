"""The day's visits: a routine one counted key by key, a referral, both diseases at once, a draft, and the list on paper."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.tour.day import Day
from ui.tour.hands import wait_until
from ui.tour.stage import Stage
from ui.widgets.table import DataTable

CONTROL = Qt.KeyboardModifier.ControlModifier
CONTROL_SHIFT = CONTROL | Qt.KeyboardModifier.ShiftModifier


def play(day: Day) -> None:
    """Work through the list of the day as a doctor would."""
    stage = day.clinic
    with day.step("the day's list is printed"):
        stage.window.show_screen("today")
        stage.wait_idle()
        stage.picture("today")
        stage.hands.click("print_list")
        stage.wait_idle()
    with day.step("a routine visit, from the list of the day to the next person"):
        go_to_row(stage, "刘长根")
        stage.hands.start_counting()
        routine_visit(stage)
    stage.window.show_screen("today")
    with day.step("a second unsatisfactory pressure leads to a referral"):
        open_by_initials(stage, "lgl")
        referral(stage)
    with day.step("a person with both diseases is one visit and two sheets"):
        open_by_initials(stage, "zsy")
        both_diseases(stage)
    with day.step("what was typed is there again after the window was left"):
        draft(stage)


def open_by_initials(stage: Stage, initials: str) -> None:
    """From the list of the day: filter by initials and open with Enter."""
    stage.window.show_screen("today")
    line = stage.hands.go_to("today_search")
    stage.hands.press(Qt.Key.Key_A, CONTROL)
    stage.hands.type(initials)
    stage.hands.press(Qt.Key.Key_Down)
    stage.hands.press(Qt.Key.Key_Return)
    assert line is not None
    stage.hands.wait_for("visit_actions")


def go_to_row(stage: Stage, name: str) -> None:
    """Go down the list of the day to a person."""
    table = stage.hands.find("work_list", DataTable)
    table.setFocus()
    table.select_row(next(number for number, row in enumerate(table.rows()) if row.name == name))


def routine_visit(stage: Stage) -> None:
    """Enter; digits of the readings, no symptom, everything else as last time, saved, next person."""
    hands = stage.hands
    hands.press(Qt.Key.Key_Return)
    hands.wait_for("visit_actions")
    hands.type("134827663.5", reading=True)
    hands.type("1")
    hands.press(Qt.Key.Key_L, CONTROL_SHIFT)
    stage.picture("routine visit")
    hands.press(Qt.Key.Key_Return, CONTROL)
    stage.picture("saved and on to the next person")


def referral(stage: Stage) -> None:
    """158/92 after 162/94: the program says why, the referral is filled in, saved and printed."""
    hands = stage.hands
    hands.type("158927663.5", reading=True)
    hands.type("1")
    hands.press(Qt.Key.Key_L, CONTROL_SHIFT)
    hands.wait_for("htn_followup_refer")
    stage.picture("follow-up with referral proposed")
    hands.click("htn_followup_refer")
    stage.picture("follow-up with referral")
    hands.press(Qt.Key.Key_P, CONTROL)
    stage.wait_idle()
    letter(stage)


def letter(stage: Stage) -> None:
    """F9: the letter for the hospital, which holds what the visit says; given up here."""
    hands = stage.hands
    hands.wait_for("next_form_1")
    stage.picture("letter offered after the visit")
    hands.press(Qt.Key.Key_F9)
    hands.wait_for("form_page")
    stage.picture("letter of the referral")
    stage.dialogs.will_answer("discard")
    hands.press(Qt.Key.Key_Escape)
    wait_until(lambda: stage.window.current_key() != "forms", "the letter to be left")


def both_diseases(stage: Stage) -> None:
    """Shared values are asked once; two proposals stand at the side; both sheets are printed."""
    hands = stage.hands
    hands.type("142887870.58.1", reading=True)
    hands.press(Qt.Key.Key_L, CONTROL_SHIFT)
    stage.picture("both diseases")
    hands.press(Qt.Key.Key_Escape)
    wait_until(lambda: stage.window.current_key() in ("today", "follow_ups"), "the visit to be left")


def draft(stage: Stage) -> None:
    """The visit that was left unfinished offers what had been typed."""
    open_by_initials(stage, "zsy")
    stage.picture("draft offered")
