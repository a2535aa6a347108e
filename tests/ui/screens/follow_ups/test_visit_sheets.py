"""随访: two diseases, a visit by phone, somebody not met, the medicines, and the sheets on paper."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pypdf
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from tests.ui.hands import control, type_chinese
from tests.ui.screens.follow_up_desk import TODAY, focus, managed, seen_before
from tests.ui.screens.follow_ups.visit_hands import (
    CTRL,
    CTRL_SHIFT,
    SAVE,
    TAKE_OVER_ALL,
    card_words,
    press,
    sheets,
    text_of,
    type_digits,
)
from ui.screens.follow_ups.bars import OfferingBar
from ui.widgets.chips import Chip
from ui.widgets.segmented import PillChoices

# --- two diseases, phone, not seen --------------------------------------------------------------------------------


def test_a_person_with_both_diseases_is_one_visit_with_two_sheets(desk, open_visit):
    person = managed(desk, "htn", "dm", name="张守业", born=date(1960, 1, 1), sex=1)
    seen_before(desk, person, "htn", "dm", next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    assert len(visit.findChildren(QLineEdit, "sbp")) == 1
    type_digits("136827663.5" + "8.1")
    assert focus().objectName() == "htn_followup.symptoms"
    type_digits("1")
    press(Qt.Key.Key_Return)
    type_digits("1")
    press(*TAKE_OVER_ALL)
    assert card_words(visit, "htn")[0] == "血压控制满意"
    assert card_words(visit, "dm")[0] == "血糖控制不满意　第 1 次"
    press(*SAVE)
    (_, pressure), (_, sugar) = sheets(desk, person), sheets(desk, person, "dm_followup")
    assert pressure.visit_id == sugar.visit_id
    assert (pressure.answers["sbp"], sugar.answers["sbp"]) == (136, 136)
    assert (pressure.answers["visit_class"], sugar.answers["visit_class"]) == (1, 2)
    assert pressure.answers["next_visit_date"] == sugar.answers["next_visit_date"] == date(2026, 12, 6)


def test_a_visit_by_phone_needs_no_readings(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    visit.go_to(control(visit, OfferingBar, "visit_method"))
    type_digits("3")
    visit.go_to(control(visit, PillChoices, "symptoms"))
    type_digits("1")
    press(*TAKE_OVER_ALL)
    visit.go_to(control(visit, QLineEdit, "next_visit_date"))
    type_chinese(focus(), "2026-12-22")
    press(*SAVE)
    saved = sheets(desk, person)[-1]
    assert (saved.answers["visit_method"], "sbp" in saved.answers) == (3, False)


def test_somebody_who_was_not_met_is_written_with_the_reason_alone(desk, open_visit):
    person = managed(desk)
    visit = open_visit(person)
    QTest.mouseClick(control(visit, QPushButton, "not_seen_open"), Qt.MouseButton.LeftButton)
    assert focus().objectName() == "not_seen"
    type_digits("1")
    assert focus().objectName() == "not_seen_note"
    assert not visit.form.cells["sbp"].isVisible()
    type_chinese(focus(), "外出打工，电话停机")
    press(*SAVE)
    saved = sheets(desk, person)[-1]
    assert (saved.answers["not_seen"], saved.answers["not_seen_note"]) == (1, "外出打工，电话停机")


# --- medicines ----------------------------------------------------------------------------------------------------


def test_medicines_are_carried_over_and_their_changes_marked(desk, services, open_visit):
    services.catalogue.ensure_starter()
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    assert text_of(visit, "drugs_1_name") == "硝苯地平控释片 30mg"
    assert control(visit, Chip, "drugs_1_change").text() == "未变"
    visit.go_to(control(visit, QLineEdit, "drugs_1_dose"))
    control(visit, QLineEdit, "drugs_1_dose").selectAll()
    type_chinese(focus(), "2片")
    assert control(visit, Chip, "drugs_1_change").text() == "剂量改变"
    press(Qt.Key.Key_D, CTRL)
    assert focus().objectName() == "drugs_2_name"
    for letter in "ktpl":
        QTest.keyClick(focus(), letter)
    press(Qt.Key.Key_Return)
    assert text_of(visit, "drugs_2_name").startswith("卡托普利片")
    assert text_of(visit, "drugs_2_dose") == "1片"
    assert focus().objectName() == "drugs_2_times"
    type_digits("2")
    assert control(visit, Chip, "drugs_2_change").text() == "新增"
    visit.go_to(control(visit, QLineEdit, "drugs_1_name"))
    press(Qt.Key.Key_Delete, CTRL)
    assert control(visit, Chip, "drugs_stopped_1_change").text() == "停用"
    (left,) = visit.state.raw["drugs"]
    assert (left["times_per_day"], left["dose"]) == ("2", "1片")
    assert text_of(visit, "drugs_1_name").startswith("卡托普利片")
    QTest.mouseClick(control(visit, QPushButton, "drugs_stopped_1_back"), Qt.MouseButton.LeftButton)
    assert [row["name"] for row in visit.state.raw["drugs"]][-1] == "硝苯地平控释片 30mg"


def test_a_medicine_that_no_catalogue_knows_is_written_in_free_text(desk, open_visit):
    person = managed(desk)
    visit = open_visit(person)
    press(Qt.Key.Key_D, CTRL)
    type_chinese(focus(), "祖传降压茶")
    press(Qt.Key.Key_Return)
    type_digits("1")
    press(Qt.Key.Key_Return)
    type_chinese(focus(), "1袋")
    assert visit.state.raw["drugs"] == [{"name": "祖传降压茶", "times_per_day": "1", "dose": "1袋"}]


def test_insulin_has_lines_of_its_own_that_say_when_it_is_new(desk, open_visit):
    person = managed(desk, "dm")
    seen_before(desk, person, "dm", next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    visit.go_to(control(visit, QLineEdit, "insulin_kind"))
    type_chinese(focus(), "甘精胰岛素")
    assert visit.form.cells["insulin_kind"].caption.last() == "新增"
    assert visit.findChild(Chip, "drugs_stopped_1_change") is None


# --- printing -----------------------------------------------------------------------------------------------------


def test_saving_with_the_sheet_for_the_resident_shows_it_and_goes_on(desk, services, open_visit):
    person = managed(desk, "htn", name="张守业")
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    open_visit(person)
    type_digits("136827663.5" + "1")
    press(*TAKE_OVER_ALL)
    press(Qt.Key.Key_P, CTRL_SHIFT)
    ((pdf, title),) = services.preview.shown
    words = "".join(pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text().split())
    assert title == "给居民的单子"
    assert "136/82" in words
    assert "请您记住三件事" in words


def test_saving_and_printing_shows_the_sheets_of_the_year(desk, services, open_visit):
    person = managed(desk, "htn", "dm", name="张守业")
    seen_before(desk, person, "htn", "dm", next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    type_digits("136827663.5" + "6.4")
    type_digits("1")
    press(Qt.Key.Key_Return)
    type_digits("1")
    press(*TAKE_OVER_ALL)
    window = visit.window()
    press(Qt.Key.Key_P, CTRL)
    ((pdf, title),) = services.preview.shown
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]
    assert title == "张守业 2026 年随访表"
    assert any("高血压患者随访服务记录表" in text for text in pages)
    assert any("糖尿病患者随访服务记录表" in text for text in pages)
    assert len(sheets(desk, person)) == 2
    assert window.current_key() == "today"
