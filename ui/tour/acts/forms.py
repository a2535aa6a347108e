"""National forms: an old resident is assessed and examined, a value is written once, and what lacks is found again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.domain.line_codes import grouped, line_code
from ui.screens.forms.page import FormPage
from ui.tour.acts.residents import find, show_tab
from ui.tour.day import Day
from ui.tour.hands import TourLost, wait_until, when_modal
from ui.tour.stage import Stage
from ui.widgets.table import DataTable

CONTROL = Qt.KeyboardModifier.ControlModifier
OLD, HER_INITIALS = "王秀英", "wxy"
"""She is 78 and was seen on the day sheet an hour ago; she has not been examined this year."""
OTHER, HIS_INITIALS = "李大山", "lds"
CONSTITUTION = "343311114111131111111111111211111"
"""The answers to the 33 questions: 气虚质, nothing else."""
MOST_ANSWERS = 90
SLIP = (
    "刘庄店镇卫生院检验报告单", "姓名：李大山　　2026-11-22", "血红蛋白　138 g/L", "白细胞　6.1 ×10⁹/L", "血小板　212 ×10⁹/L",
)  # fmt: skip

EXAMINED: Mapping[str, tuple[str, ...]] = {
    "symptoms": ("3", "14", "\r"), "temperature": ("36.4",), "pulse": ("76",), "respiration": ("18",),
    "bp_left_sbp": ("138",), "bp_left_dbp": ("84",), "waist": ("84",), "elder_self_health": ("2",), "elder_cognition": ("1",),
    "elder_emotion": ("1",), "vision_left": ("4.5",), "vision_right": ("4.4",), "vision_left_corr": ("4.8",),
    "vision_right_corr": ("4.7",), "heart_rate": ("72",), "weight": ("65.2",), "prob_cerebrovascular": ("1",),
    "prob_kidney": ("1",), "prob_heart": ("3", "\r"), "prob_vessel": ("1",), "prob_eye": ("4", "\r"), "prob_neuro": ("1",),
    "hb": ("128",), "wbc": ("6.1",), "plt": ("208",), "u_protein": ("-",), "u_glucose": ("-",), "u_ketone": ("-",),
    "u_blood": ("-",), "fpg": ("5.8",), "ecg": ("1",), "alt": ("22",), "ast": ("24",), "albumin": ("42",), "tbil": ("12.4",),
    "dbil": ("3.6",), "creatinine": ("71",), "urea": ("5.6",), "potassium": ("4.1",), "sodium": ("141",), "tc": ("4.9",),
    "tg": ("1.5",), "ldl": ("2.8",), "hdl": ("1.3",), "us_abdomen": ("1",), "hba1c": ("5.8",), "chest_xray": ("1",),
    "evaluation": ("2",), "abnormal_1": ("血压偏高，服药后达标",), "abnormal_2": ("心绞痛，已嘱上级医院复查",),
    "guidance": ("1", "\r"), "risk_control": ("3", "4", "\r"), "exercise_freq": ("4",), "diet": ("1", "\r"), "smoking": ("1",),
    "drinking_freq": ("1",), "occ_exposure": ("1",), "hospital_stays": (), "home_beds": (), "vaccinations": (),
}  # fmt: skip
"""What is typed where the examination still asks; "\\r" is Enter."""


def play(day: Day) -> None:
    """The assessments and the examination of one; a scanned sheet and a photographed slip of another."""
    assessments(day)
    examination(day)
    scanned(day)
    attached(day)


# --- how a form is filled in ----------------------------------------------------------------------------------


def open_record(stage: Stage, initials: str) -> None:
    """Ctrl+K, the initials, Enter."""
    find(stage.hands, initials)
    stage.hands.press(Qt.Key.Key_Return)
    stage.hands.wait_for("record_actions")


def choose_form(stage: Stage, letters: str, picture: str = "") -> FormPage:
    """From the record: F2, “填写新表” by its number, the first letters of the form, Enter."""
    hands = stage.hands

    def answer(window: QWidget) -> None:
        hands.type(letters)
        if picture:
            stage.log.picture(window, picture, stage.step)
        hands.press(Qt.Key.Key_Return)

    hands.press(Qt.Key.Key_F2)
    record = stage.window.current_screen().record  # type: ignore[union-attr]
    number = [action for action, _words in record.actions_offered()].index("form") + 1
    when_modal(answer)
    hands.type(str(number))
    return page_of(stage)


def page_of(stage: Stage) -> FormPage:
    """The form in sight, all of it."""
    hands = stage.hands
    hands.wait_for("form_page")
    page = hands.find("form_page", FormPage)
    wait_until(page.view.is_built, "the form to be there")
    return page


def answer_missing(stage: Stage, page: FormPage, answers: Mapping[str, tuple[str, ...]], until: Callable[[], bool]) -> None:
    """F2 to what is still asked, and its answer, until nothing is."""
    hands = stage.hands
    for _ in range(MOST_ANSWERS):
        if until():
            return
        hands.press(Qt.Key.Key_F2)
        code = page.view.current_code()
        if code not in answers:
            raise TourLost(f"no answer for {code} of {page.opened.form.code}")
        for keys in answers[code]:
            if keys == "\r":
                hands.press(Qt.Key.Key_Return)
            else:
                hands.enter(keys)
    raise TourLost(f"{page.opened.form.code} is never complete: {[each.code for each in page.view.missing()]}")


def save(stage: Stage) -> None:
    """Ctrl+Enter, and Enter where other places are asked about."""
    stage.hands.press(Qt.Key.Key_Return, CONTROL)
    if stage.hands.is_there("changes_do"):
        stage.hands.press(Qt.Key.Key_Return)
    wait_until(lambda: stage.window.current_key() == "residents", "the form to be saved")
    stage.wait_idle()


# --- the old resident -----------------------------------------------------------------------------------------


def assessments(day: Day) -> None:
    """生活自理能力, kept half filled and led back to by the record; 中医体质 with 33 keys."""
    stage = day.clinic
    hands = stage.hands
    with day.step("the self-care of an old resident is kept half assessed"):
        open_record(stage, HER_INITIALS)
        stage.picture("record of an old resident")
        choose_form(stage, "zlnl", "form chosen by the letters of its name")
        hands.type("010")
        stage.picture("form half filled")
        hands.click("save_partial")
        wait_until(lambda: stage.window.current_key() == "residents", "the draft to be kept")
        stage.wait_idle()
        stage.hush()
        stage.picture("record with a draft")
    with day.step("the list of what the record lacks leads to the field"):
        hands.click("completeness_missing")
        table = hands.wait_for("missing_list", DataTable)
        wanted = next(number for number, row in enumerate(table.rows()) if row.entry_id is not None)
        for _ in range(wanted):
            hands.press(Qt.Key.Key_Down)
        stage.log.picture(table.window(), "what the record lacks", stage.step)
        hands.press(Qt.Key.Key_Return)
        page_of(stage)
        stage.picture("led to the field that lacks")
        hands.type("01")
        hands.press(Qt.Key.Key_Return)
        save(stage)
    with day.step("her constitution is found in one go"):
        page = choose_form(stage, "zyy")
        page.view.go_to("q01")
        stage.hands.type(CONSTITUTION[:14], reading=True)
        stage.picture("constitution")
        stage.hands.type(CONSTITUTION[14:], reading=True)
        stage.picture("constitution found")
        answer_missing(stage, page, {"guidance_qixu": ("1", "2", "\r")}, lambda: not page.view.missing())
        save(stage)


def examination(day: Day) -> None:
    """健康体检表 by keys: offers with their origin, normal findings, taking back, last time, what goes through, paper."""
    stage = day.clinic
    hands = stage.hands
    with day.step("the largest form is chosen and values that stand elsewhere are taken over"):
        page = choose_form(stage, "jktj")
        stage.picture("examination begins")
        for keys in (*EXAMINED["symptoms"], *EXAMINED["temperature"], "\r", *EXAMINED["pulse"], "\r"):
            hands.press(Qt.Key.Key_Return) if keys == "\r" else hands.type(keys)
        page.view.go_to("bp_right_sbp")
        stage.picture("examination offers the pressure of the day")
        hands.press(Qt.Key.Key_F4)
        hands.press(Qt.Key.Key_L, CONTROL | Qt.KeyboardModifier.ShiftModifier)
        stage.picture("examination values taken over")
    with day.step("a section is answered with its normal findings, taken back and done again"):
        page.view.go_to("skin")
        hands.press(Qt.Key.Key_G, CONTROL)
        stage.picture("examination normal findings")
        hands.press(Qt.Key.Key_Z, CONTROL)
        stage.picture("examination taken back")
        hands.press(Qt.Key.Key_Y, CONTROL)
        page.view.go_to("lips")
        hands.press(Qt.Key.Key_G, CONTROL)
    with day.step("what lacks is answered and held against last time"):
        answer_missing(stage, page, EXAMINED, lambda: not page.view.missing())
        hands.press(Qt.Key.Key_B, CONTROL)
        page.view.go_to("bp_left_sbp")
        stage.picture("examination against last time")
    with day.step("the examination is saved with what changes elsewhere, and printed"):
        hands.press(Qt.Key.Key_P, CONTROL)
        hands.wait_for("changes_do")
        stage.log.picture(hands.find("changes_do").window(), "changes that go through", stage.step)
        hands.press(Qt.Key.Key_Return)
        wait_until(lambda: stage.window.current_key() == "residents", "the examination to be saved")
        stage.wait_idle()
        show_tab(hands, "folder")
        stage.hush()
        stage.picture("folder of the record")


# --- a sheet that comes back, and a slip ----------------------------------------------------------------------


def scanned(day: Day) -> None:
    """The code of a printed sheet, typed as a scanner does, opens the form of its person."""
    stage = day.clinic
    hands = stage.hands
    (person,) = [hit.resident_id for hit in stage.services.search.find(OTHER, limit=5) if hit.name == OTHER]
    with day.step("the line code of a printed sheet opens its form"):
        hands.press(Qt.Key.Key_K, CONTROL)
        hands.type(grouped(line_code(person, "elder_adl")))
        stage.picture("line code found")
        hands.press(Qt.Key.Key_Return)
        page_of(stage)
        stage.picture("form of a line code")
        hands.press(Qt.Key.Key_Escape)
        wait_until(lambda: stage.window.current_key() == "residents", "the form to be left")


def attached(day: Day) -> None:
    """A photographed slip is kept, encrypted, with the record."""
    stage = day.clinic
    hands = stage.hands
    slip = day.folder / "slip.jpg"
    photograph().save(str(slip), "JPEG", 80)
    with day.step("a photographed slip is attached"):
        open_record(stage, HIS_INITIALS)
        show_tab(hands, "attachments")
        stage.dialogs.will_choose(slip)
        stage.dialogs.will_write("血常规化验单")
        hands.click("record_attachments_add")
        stage.wait_idle()
        stage.hush()
        stage.picture("attachment")


def photograph() -> QImage:
    """A slip as a telephone photographs it."""
    image = QImage(900, 640, QImage.Format.Format_RGB32)
    image.fill(QColor("#f4f1e8"))
    painter = QPainter(image)
    painter.setPen(QColor("#333333"))
    painter.setFont(QFont(painter.font().family(), 24))
    for number, line in enumerate(SLIP):
        painter.drawText(60, 90 + number * 100, line)
    painter.end()
    return image
