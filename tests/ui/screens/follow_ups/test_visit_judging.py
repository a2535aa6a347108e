"""随访: what the rules propose at every key, what wants a reason, and what is wrong beside its field."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from app.services.referral_checks import ReferralChecks
from tests.followup_people import REFERRED
from tests.ui.hands import control, type_chinese
from tests.ui.screens.follow_up_desk import TODAY, focus, managed, seen_before
from tests.ui.screens.follow_ups.visit_hands import (
    SAVE,
    TAKE_OVER_ALL,
    calm_readings,
    card_words,
    press,
    problem_of,
    sheets,
    text_of,
    type_digits,
)
from ui.screens.follow_ups.bars import OfferingBar
from ui.screens.follow_ups.referral_checks import ReferralChecksDialog
from ui.widgets.buttons import Button
from ui.widgets.segmented import PillChoices

# --- judging ------------------------------------------------------------------------------------------------------


def test_the_proposal_follows_every_key(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, days_ago=9, sbp=162, dbp=94)
    visit = open_visit(person)
    assert card_words(visit)[0] == "血压还不能判断"
    type_digits("1589276")
    title, *reasons = card_words(visit)
    assert title == "血压控制不满意　第 2 次"
    assert "收缩压 158 ≥ 150（≥65 岁标准）" in reasons
    assert "上次 11-13 也不满意：162/94" in reasons
    assert "→ 建议转诊到卫生院" in reasons
    assert "二（三）3" in control(visit, QLabel, "htn_followup_clause").text()
    type_digits("63.5")
    assert (text_of(visit, "bmi"), visit.form.cells["bmi"].control.unit()) == ("26.09", "超重")
    assert control(visit, QLineEdit, "next_visit_date").placeholderText() == "2026-12-06"


def test_a_second_unsatisfactory_visit_is_saved_with_its_referral(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, days_ago=9, sbp=162, dbp=94)
    visit = open_visit(person)
    calm_readings(pressure="15892")
    press(*TAKE_OVER_ALL)
    press(*SAVE)
    assert "建议转诊" in control(visit, QLabel, "htn_followup_owed_problem").text()
    assert focus().objectName() == "htn_followup_refer"
    press(Qt.Key.Key_F8)
    assert focus().objectName() == "referral_reason"
    assert "血压控制不满意 第 2 次" in text_of(visit, "referral_reason")
    assert text_of(visit, "referral_to") == "青石镇卫生院"
    press(*SAVE)
    saved = sheets(desk, person)[-1]
    assert (saved.answers["visit_class"], saved.answers["referral_to"]) == (2, "青石镇卫生院")
    (check,) = ReferralChecks(desk).open()
    assert check.due_on == date(2026, 12, 6)


@pytest.mark.usefixtures("english")
def test_a_referral_is_written_in_chinese_on_the_form_in_every_language(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, days_ago=9, sbp=162, dbp=94)
    visit = open_visit(person)
    type_digits("15892")
    press(Qt.Key.Key_F8)
    assert text_of(visit, "referral_reason").startswith("血压控制不满意 第 2 次；收缩压 158 ≥ 150（≥65 岁标准）；")
    assert text_of(visit, "referral_to") == "青石镇卫生院"
    assert not card_words(visit)[0].startswith("血压")


def test_the_result_of_an_earlier_referral_is_entered_beside_the_form(desk, open_visit):
    person = managed(desk)
    for days in (40, 10):
        seen_before(desk, person, days_ago=days, sbp=162, dbp=94, **(REFERRED if days == 10 else {}))
    visit = open_visit(person)
    QTest.mouseClick(control(visit, QPushButton, "check_result_1"), Qt.MouseButton.LeftButton)
    dialog = visit.window().findChild(ReferralChecksDialog)
    QTest.keyClick(dialog.cells["arrived"].control, "1")
    assert dialog.save()
    assert ReferralChecks(desk).open() == ()


def test_not_referring_needs_its_reason(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, days_ago=9, sbp=162, dbp=94)
    visit = open_visit(person)
    calm_readings(pressure="15892")
    press(*TAKE_OVER_ALL)
    QTest.mouseClick(control(visit, QPushButton, "htn_followup_no_referral"), Qt.MouseButton.LeftButton)
    assert focus().objectName() == "no_referral_reason"
    type_chinese(focus(), "昨天刚从县医院回来")
    press(*SAVE)
    saved = sheets(desk, person)[-1]
    assert saved.answers["no_referral_reason"] == "昨天刚从县医院回来"
    assert ReferralChecks(desk).open() == ()


def test_another_class_than_proposed_needs_a_reason(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    calm_readings()
    press(*TAKE_OVER_ALL)
    press(Qt.Key.Key_F6)
    assert (focus().objectName(), focus().value()) == ("visit_class", "1")
    type_digits("2")
    assert visit.side.cards["htn"].reason_cell.isVisible()
    press(*SAVE)
    assert focus().objectName() == "class_reason"
    assert "请写明原因" in visit.side.cards["htn"].reason_cell.problem()
    assert len(sheets(desk, person)) == 1
    type_chinese(focus(), "在家自测一直偏高")
    press(*SAVE)
    saved = sheets(desk, person)[-1]
    assert (saved.answers["visit_class"], saved.answers["class_reason"]) == (2, "在家自测一直偏高")


def test_choosing_the_proposed_class_again_is_no_overruling(desk, open_visit):
    person = managed(desk)
    visit = open_visit(person)
    calm_readings()
    press(Qt.Key.Key_F6)
    type_digits("2")
    visit.go_to(control(visit, OfferingBar, "visit_class"))
    type_digits("1")
    assert not visit.side.cards["htn"].reason_cell.isVisible()
    assert "visit_class" not in visit.state.raw


def test_a_symptom_opens_the_emergency_checklist_and_zero_says_that_nothing_was_found(desk, open_visit):
    visit = open_visit(managed(desk))
    type_digits("1368276")
    assert not visit.form.cells["emergency_signs"].isVisible()
    visit.go_to(control(visit, PillChoices, "symptoms"))
    type_digits("2")
    assert visit.form.cells["emergency_signs"].isVisible()
    press(Qt.Key.Key_Return)
    assert focus().objectName() == "emergency_signs"
    type_digits("0")
    assert visit.state.raw["emergency_signs"] == []
    assert not visit.state.proposal.of("htn").is_checklist_needed
    type_digits("2")
    assert visit.state.raw["emergency_signs"] == ["2"]
    assert card_words(visit)[0] == "血压：危急情况，紧急转诊"


# --- what is wrong ------------------------------------------------------------------------------------------------


def test_an_impossible_value_is_refused_beside_its_field(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    calm_readings(pressure="30182")
    assert problem_of(visit, "sbp") == "收缩压请填 30 到 300 之间的数，您填的是 301。"
    press(*TAKE_OVER_ALL)
    press(*SAVE)
    assert focus().objectName() == "sbp"
    assert len(sheets(desk, person)) == 1
    type_digits("80" + "82")
    assert problem_of(visit, "sbp") == "舒张压 82 应低于收缩压 80，请核对。"
    visit.go_to(control(visit, QLineEdit, "sbp"))
    type_digits("136")
    assert problem_of(visit, "sbp") == ""


def test_what_lacks_is_told_only_when_saving_is_tried_and_the_cursor_goes_to_the_first(desk, open_visit):
    person = managed(desk)
    visit = open_visit(person)
    type_digits("13682")
    press(Qt.Key.Key_Tab)
    assert problem_of(visit, "heart_rate") == ""
    press(*SAVE)
    assert problem_of(visit, "heart_rate") == "请填写心率。"
    assert problem_of(visit, "psych") == "请填写心理调整。"
    assert focus().objectName() == "heart_rate"
    assert sheets(desk, person) == ()


def test_an_unusual_value_is_asked_about_once(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    calm_readings(rate="45")
    press(*TAKE_OVER_ALL)
    assert problem_of(visit, "heart_rate") == "心率 45 不常见，请确认无误。"
    press(*SAVE)
    assert isinstance(focus(), Button)
    assert focus().objectName() == "heart_rate_confirm"
    press(Qt.Key.Key_Return)
    assert problem_of(visit, "heart_rate") == ""
    press(*SAVE)
    assert sheets(desk, person)[-1].answers["heart_rate"] == 45


def test_a_confirmed_value_that_is_changed_is_asked_about_again(desk, open_visit):
    visit = open_visit(managed(desk))
    calm_readings(rate="45")
    visit.on_confirmed("heart_rate")
    assert problem_of(visit, "heart_rate") == ""
    visit.go_to(control(visit, QLineEdit, "heart_rate"))
    type_digits("44")
    assert problem_of(visit, "heart_rate") == "心率 44 不常见，请确认无误。"


def test_f2_goes_to_the_next_field_that_is_still_to_be_answered(desk, open_visit):
    visit = open_visit(managed(desk))
    type_digits("136827663.5")
    press(Qt.Key.Key_F2)
    assert focus().objectName() == "symptoms"
    type_digits("1")
    press(Qt.Key.Key_F2)
    assert focus().objectName() == "cigarettes"
    assert visit.state.lacking()[0] == "cigarettes"


def test_a_later_date_than_the_rules_allow_needs_a_yes_or_a_reason(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    calm_readings()
    press(*TAKE_OVER_ALL)
    line = control(visit, QLineEdit, "next_visit_date")
    assert line.placeholderText() == "2027-02-22"
    assert not visit.form.cells["next_visit_reason"].isVisible()
    visit.go_to(line)
    type_digits("20270601")
    press(Qt.Key.Key_Tab)
    assert "最迟应在 2027-02-22 前随访" in problem_of(visit, "next_visit_date")
    visit.go_to(control(visit, QLineEdit, "next_visit_reason"))
    type_chinese(focus(), "外出打工，六月回来")
    press(*SAVE)
    saved = sheets(desk, person)[-1]
    assert saved.answers["next_visit_date"] == date(2027, 6, 1)


def test_the_height_is_asked_only_while_the_record_has_none(desk, open_visit):
    visit = open_visit(managed(desk, height_cm=None))
    type_digits("136827663.5")
    assert (text_of(visit, "bmi"), visit.form.cells["bmi"].caption.last()) == ("", "先填身高")
    visit.go_to(control(visit, QLineEdit, "height"))
    type_digits("156")
    assert text_of(visit, "bmi") == "26.09"


def test_a_referral_can_be_taken_back_before_saving(desk, open_visit):
    person = managed(desk)
    visit = open_visit(person)
    calm_readings()
    press(Qt.Key.Key_F8)
    assert visit.state.proposal.of("htn").referral == "yes"
    QTest.mouseClick(control(visit, QPushButton, "htn_followup_withdraw_referral"), Qt.MouseButton.LeftButton)
    assert not visit.form.cells["referral_reason"].isVisible()
    assert (visit.state.proposal.of("htn").referral, "referral_to" in visit.state.raw) == ("no", False)
