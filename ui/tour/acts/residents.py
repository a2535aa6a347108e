"""Residents: registering with the ID number, the duplicate that is shown, finding by initials, enrolling, correcting."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.tour.day import Day
from ui.tour.hands import Hands, when_modal
from ui.tour.stage import Stage
from ui.widgets.tabs import Tabs

CONTROL = Qt.KeyboardModifier.ControlModifier
ID_NUMBER = "411624196805121423"
"""A made-up number with a right check digit: born 1968-05-12, female."""


def play(day: Day) -> None:
    """Register one, find her again, enrol her, correct her telephone, print her record."""
    stage = day.clinic
    with day.step("a resident is registered"):
        stage.window.show_screen("residents")
        stage.picture("residents")
        register(stage)
        stage.picture("resident registered")
    with day.step("a second record for the same person is not made unseen"):
        stage.hands.click("resident_new")
        stage.hands.fill("id_number", ID_NUMBER)
        stage.hands.press(Qt.Key.Key_Tab)
        stage.hands.wait_for("duplicates")
        stage.picture("likely duplicate")
        stage.hands.click("duplicate_open_1")
    with day.step("she is found by the initials of her name"):
        find(stage.hands, "zcl")
        stage.picture("search by initials")
        stage.hands.press(Qt.Key.Key_Return)
        stage.picture("resident")
    with day.step("she is enrolled for hypertension"):
        enrol(stage)
    with day.step("her telephone number is corrected, the old one stays readable"):
        correct(stage)
    with day.step("cover and personal information form are printed"):
        for sheet in ("print_cover", "print_info"):
            stage.window.current_screen().on_asked(sheet)
            stage.wait_idle()


def register(stage: Stage) -> None:
    """Cover and personal information form, in a household of her own."""
    hands = stage.hands
    hands.click("resident_new")
    hands.fill("id_number", ID_NUMBER)
    hands.press(Qt.Key.Key_Tab)
    hands.fill("name", "赵春兰")
    choose(hands, "ethnic_group_1", "household_mode_new", "residence_type_1", "blood_abo_3", "blood_rh_3")
    hands.fill("phone", "13800002716")
    hands.fill("new_household_group_name", "3组")
    hands.fill("current_address", "柳庄村3组12号")
    hands.fill("registered_address", "柳庄村3组12号")
    hands.fill("contact_name", "赵大山")
    hands.fill("contact_phone", "13800001180")
    stage.picture("registration")
    for code, number in (("education", "8"), ("occupation", "4")):
        hands.go_to(code)
        hands.type(number)
    choose(hands, "marital_status_2", "payment_means_3", "drug_allergy_2", "exposure_1")
    hands.go_to("disease_history_1_code")
    hands.type("1")
    choose(hands, "surgery_1", "trauma_1", "transfusion_1")
    choose(hands, "family_father_2", "family_mother_1", "family_siblings_1", "family_children_1")
    choose(hands, "hereditary_1", "disability_1")
    stage.picture("registration history")
    hands.press(Qt.Key.Key_Return, CONTROL)


def enrol(stage: Stage) -> None:
    """The tab of chronic diseases, the small window with the day of the diagnosis."""

    def answer(window: QWidget) -> None:
        stage.hands.type("20190401")
        stage.log.picture(window, "enrolment", stage.step)
        stage.hands.press(Qt.Key.Key_Return)

    show_tab(stage.hands, "chronic")
    when_modal(answer)
    stage.hands.click("enrol_htn")
    stage.picture("enrolled")


def correct(stage: Stage) -> None:
    """Ctrl+E, another number, the reason; then the list of changes."""
    hands = stage.hands
    hands.press(Qt.Key.Key_E, CONTROL)
    hands.fill("phone", "13900002716")
    stage.dialogs.will_write("换了手机号")
    if hands.is_there("edit_reason"):
        hands.fill("edit_reason", "换了手机号")
    hands.press(Qt.Key.Key_Return, CONTROL)
    show_tab(hands, "history")
    stage.picture("changes of the record")


def show_tab(hands: Hands, key: str) -> None:
    """Click one tab of the record."""
    tabs = hands.find("record_tabs_box", Tabs)
    hands.click_at(tabs.bar, tabs.bar.tabRect(tabs.keys().index(key)).center())


def choose(hands: Hands, *names: str) -> None:
    """Click each of these options."""
    for name in names:
        hands.click(name)


def find(hands: Hands, text: str) -> None:
    """Ctrl+K and the first letters."""
    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type(text)
