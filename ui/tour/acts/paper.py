"""What is printed: the sheets of the day in one go, an overprint with its calibration page, a blank, the resident's sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.services.batch_prints import Manner, Who
from ui.screens.printing.window import PrintWindow
from ui.tour.acts.forms import HER_INITIALS, open_record
from ui.tour.day import Day
from ui.tour.hands import wait_until
from ui.tour.stage import Stage
from ui.widgets.segmented import ChoiceGroup

CONTROL = Qt.KeyboardModifier.ControlModifier
OF_THE_DAY = ("health_exam", "htn_followup", "dm_followup", "elder_adl", "tcm_elder")
"""What was written today about those who came; the covers of an imported roster are not wanted again."""


def play(day: Day) -> None:
    """From the list of the day, from a record, and from the settings."""
    stage = day.clinic
    with day.step("the sheets of the day are printed in one go"):
        stage.window.show_screen("today")
        stage.hands.click("print_batch")
        print_window(stage, "batch print", who=Who.DAY, manner=Manner.FILLED, forms=OF_THE_DAY)
    with day.step("an examination is printed onto the printed form"):
        open_record(stage, HER_INITIALS)
        stage.window.current_screen().open_printing("health_exam")  # type: ignore[union-attr]
        print_window(stage, "overprint", who=Who.CHOSEN, manner=Manner.OVERPRINT)
    with day.step("the same form is printed blank with the values of last time in grey"):
        stage.window.current_screen().open_printing("health_exam")  # type: ignore[union-attr]
        print_window(stage, "blank with last values", who=Who.CHOSEN, manner=Manner.LAST_VALUES)
    with day.step("the resident gets a sheet of her own in large letters"):
        stage.window.current_screen().on_asked("print_slip")  # type: ignore[union-attr]
        stage.wait_idle()
    with day.step("the calibration page of the printer"):
        stage.window.show_screen("settings", page="printing")
        stage.wait_idle()
        stage.picture("printing settings")
        stage.hands.press(Qt.Key.Key_F2)
        stage.wait_idle()


def print_window(stage: Stage, picture: str, *, who: Who, manner: Manner, forms: tuple[str, ...] = ()) -> None:
    """Choose by number whose sheets, how and which, wait for what would be printed, look at it."""
    hands = stage.hands
    hands.wait_for("print_who")
    window = hands.find("print_who").window()
    assert isinstance(window, PrintWindow)
    chosen = (("print_who", who.value), ("print_manner", manner.value), *(("print_forms", code) for code in forms))
    for name, value in chosen:
        group = hands.find(name, ChoiceGroup)
        number = next(option.number for option in group.options() if option.value == value)
        group.setFocus()
        hands.type(number)

    def is_planned() -> bool:
        plan = window.planned
        return plan is not None and plan.batch.manner is manner and set(forms) <= set(plan.batch.form_codes)

    wait_until(is_planned, "what would be printed")
    stage.wait_idle()
    stage.log.picture(window, picture, stage.step)
    hands.press(Qt.Key.Key_P, CONTROL)
    stage.wait_idle()
    hands.press(Qt.Key.Key_Escape)
    wait_until(lambda: not hands.is_there("print_who"), "the print window to be closed")
