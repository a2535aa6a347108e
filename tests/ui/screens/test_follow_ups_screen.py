"""随访 at the keyboard: from the list of the day to the saved visit, on a real encrypted desk, in the real window."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pypdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from app.services.drafts import Drafts
from app.services.follow_ups import FollowUps
from app.services.referral_checks import ReferralChecks
from app.services.work_list import Until, WorkFilter, WorkList
from tests.desks import Clock, make_clinic, reopen
from tests.followup_people import REFERRED, add_resident
from tests.residents import register
from tests.ui.hands import control, type_chinese
from tests.ui.screens.follow_up_desk import (
    TODAY,
    KeyCounter,
    focus,
    follow_up_window,
    managed,
    seen_before,
    services_of,
)
from ui.screens.follow_ups import advance
from ui.screens.follow_ups.bars import OfferingBar
from ui.screens.follow_ups.enrol import EnrolDialog
from ui.screens.follow_ups.referral_checks import ReferralChecksDialog
from ui.screens.follow_ups.visit import VisitPage
from ui.theme.theme import Theme, apply_theme
from ui.widgets.buttons import Button
from ui.widgets.chips import Chip
from ui.widgets.naming import unnamed_controls
from ui.widgets.segmented import PillChoices

CTRL = Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
SAVE = (Qt.Key.Key_Return, CTRL)
TAKE_OVER_ALL = (Qt.Key.Key_L, CTRL_SHIFT)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(tmp_path, clock):
    made = make_clinic(tmp_path / "clinic", clock)
    yield made
    made.sessions.engine.dispose()


@pytest.fixture
def services(desk):
    return services_of(desk)


@pytest.fixture
def open_window(qtbot, services):
    """The window at work, in front; made when everybody is on the list."""

    def made():
        window = follow_up_window(services)
        qtbot.addWidget(window)
        return window

    return made


@pytest.fixture
def open_visit(open_window):
    """The visit of somebody, opened from the list of the day by Enter."""

    def made(resident_id):
        window = open_window()
        table = window.screen("today").table
        at = next(number for number, row in enumerate(table.rows()) if row.resident_id == resident_id)
        for _ in range(at):
            press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Return)
        return visit_in(window)

    return made


def visit_in(window) -> VisitPage:
    """The visit that is open."""
    visit = window.screen("follow_ups").visit
    assert visit is not None
    return visit


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    """Press a key where the cursor is."""
    QTest.keyClick(focus(), key, modifier)


def type_digits(digits):
    """Type digits wherever the cursor goes by itself."""
    for digit in digits:
        QTest.keyClick(focus(), digit)


def calm_readings(pressure="13682", rate="76", weight="63.5"):
    """Pressure, heart rate and weight, read off without any key between them; then no symptom."""
    type_digits(pressure + rate + weight + "1")


def text_of(visit, name):
    """What a line shows."""
    return control(visit, QLineEdit, name).text()


def card_words(visit, disease="htn"):
    """Title and sentences of the proposal."""
    card = visit.side.cards[disease]
    return [card.title(), *card.words()]


def problem_of(visit, key):
    """The sentence beneath a field."""
    return visit.form.cells[key].problem()


def sheets(desk, resident_id, form_code="htn_followup"):
    """The recorded sheets."""
    return FollowUps(desk).recorded_sheets(resident_id, form_code)


# --- the routine visit --------------------------------------------------------------------------------------------


def test_a_routine_visit_takes_four_keys_beside_the_digits_of_the_readings(desk, open_window):
    first, second = managed(desk, due_in=-9), managed(desk, name="王秀英", due_in=-3)
    for person in (first, second):
        seen_before(desk, person, days_ago=95, next_visit_date="2026-11-01")
    window = open_window()
    begun_with = window.screen("today").table.current_row().resident_id
    keys = KeyCounter()
    keys.press(Qt.Key.Key_Return)
    keys.read_off("136827663.5")
    keys.press(Qt.Key.Key_1)
    keys.press(*TAKE_OVER_ALL)
    keys.press(*SAVE)
    assert len(keys.others) == 4
    (_, saved) = sheets(desk, begun_with)
    assert {key: saved.answers[key] for key in ("sbp", "dbp", "heart_rate", "visit_class", "visit_method")} == {
        "sbp": 136, "dbp": 82, "heart_rate": 76, "visit_class": 1, "visit_method": 1,
    }
    assert (saved.entry_date, saved.answers["doctor"]) == (TODAY, "王明")
    following = visit_in(window)
    assert following.resident_id == ({first, second} - {begun_with}).pop()
    assert focus().objectName() == "sbp"
    assert "已保存" in window.said()


def test_after_the_last_person_the_list_of_the_day_is_shown_again(desk, open_visit, open_window):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    window = visit.window()
    calm_readings()
    press(*TAKE_OVER_ALL)
    press(*SAVE)
    assert window.current_key() == "today"
    assert window.screen("today").table.rows() == []


@pytest.mark.parametrize(
    ("is_complete", "waiting", "complete"),
    [
        (advance.systolic_is_complete, ["1", "15", "9", "30", "2"], ["158", "95", "40", "300"]),
        (advance.diastolic_is_complete, ["9", "11", "10", "39"], ["92", "40", "110", "100"]),
        (advance.heart_rate_is_complete, ["7", "10", "12", "39"], ["76", "40", "104", "120"]),
        (advance.decimal_is_complete, ["7", "7.", "11", "11.", "63", "63."], ["7.9", "11.2", "63.5", "6.99"]),
        (advance.never_complete, ["1", "123"], []),
    ],
)
def test_a_reading_is_complete_when_no_further_digit_could_belong_to_it(is_complete, waiting, complete):
    assert [text for text in waiting if is_complete(text)] == []
    assert [text for text in complete if not is_complete(text)] == []


@pytest.mark.parametrize(
    ("typed", "shown", "cursor"),
    [
        ("158", ("158", "", "", ""), "dbp"),
        ("15892", ("158", "92", "", ""), "heart_rate"),
        ("9560", ("95", "60", "", ""), "heart_rate"),
        ("1681103", ("168", "110", "3", ""), "heart_rate"),
        ("1589276", ("158", "92", "76", ""), "weight"),
        ("15892104", ("158", "92", "104", ""), "weight"),
        ("15892104120", ("158", "92", "104", "120"), "weight"),
        ("158927663.5", ("158", "92", "76", "63.5"), "symptoms"),
        ("158/92 76", ("158", "92", "76", ""), "weight"),
    ],
)
def test_the_cursor_follows_the_readings(desk, open_visit, typed, shown, cursor):
    visit = open_visit(managed(desk))
    type_digits(typed)
    assert tuple(text_of(visit, name) for name in ("sbp", "dbp", "heart_rate", "weight")) == shown
    assert focus().objectName() == cursor


@pytest.mark.parametrize(("typed", "glucose", "cursor"), [
    ("7.9", "7.9", "symptoms"), ("11.2", "11.2", "symptoms"), ("7", "7", "fpg"), ("6.", "6.", "fpg"),
])
def test_a_glucose_value_goes_on_after_one_decimal(desk, open_visit, typed, glucose, cursor):
    visit = open_visit(managed(desk, "dm"))
    type_digits("136827663.5")
    assert focus().objectName() == "fpg"
    type_digits(typed)
    assert (text_of(visit, "fpg"), focus().objectName()) == (glucose, cursor)


def test_backspace_takes_back_the_digit_that_had_moved_the_cursor(desk, open_visit):
    visit = open_visit(managed(desk))
    type_digits("158")
    assert focus().objectName() == "dbp"
    press(Qt.Key.Key_Backspace)
    assert (focus().objectName(), text_of(visit, "sbp")) == ("sbp", "15")
    type_digits("4")
    type_digits("88")
    assert (text_of(visit, "sbp"), text_of(visit, "dbp")) == ("154", "88")


def test_full_width_digits_of_an_input_method_are_taken_as_digits(desk, open_visit):
    visit = open_visit(managed(desk))
    type_chinese(focus(), "１３６")
    assert (text_of(visit, "sbp"), focus().objectName()) == ("136", "dbp")


# --- last time ----------------------------------------------------------------------------------------------------


def test_last_times_answers_stand_in_grey_until_one_key_takes_them_over(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat(), cigarettes=10, cigarettes_target=5)
    visit = open_visit(person)
    assert (text_of(visit, "cigarettes"), control(visit, QLineEdit, "cigarettes").placeholderText()) == ("", "10")
    assert control(visit, OfferingBar, "psych").offered() == "1"
    assert visit.form.cells["sbp"].caption.last() == "上次 136/82"
    visit.go_to(control(visit, QLineEdit, "cigarettes"))
    press(Qt.Key.Key_F4)
    assert (text_of(visit, "cigarettes"), text_of(visit, "cigarettes_target")) == ("10", "5")
    assert focus().objectName() == "alcohol"
    assert text_of(visit, "alcohol") == ""


def test_what_was_measured_is_never_taken_over(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    press(Qt.Key.Key_F4)
    press(*TAKE_OVER_ALL)
    assert [text_of(visit, name) for name in ("sbp", "dbp", "heart_rate")] == ["", "", ""]
    assert control(visit, PillChoices, "symptoms").value() == ()


def test_another_answer_than_last_time_shows_what_it_was(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat(), cigarettes=10)
    visit = open_visit(person)
    visit.go_to(control(visit, QLineEdit, "cigarettes"))
    type_digits("3")
    assert visit.form.cells["cigarettes"].caption.last() == "上次 10"


def test_numbers_answer_the_bars_and_go_on(desk, open_visit):
    visit = open_visit(managed(desk))
    visit.go_to(control(visit, OfferingBar, "psych"))
    type_digits("121")
    assert [control(visit, OfferingBar, name).value() for name in ("psych", "compliance_behaviour", "drug_adherence")] == [
        "1", "2", "1",
    ]
    assert focus().objectName() == "adr"


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


# --- drafts -------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_after_a_pause_and_survives_the_death_of_the_program(desk, clock, qtbot, open_visit):
    person = managed(desk)
    visit = open_visit(person)
    with qtbot.waitSignal(visit.draft_kept):
        type_digits("15892")
    assert "已自动保存草稿" in visit.bar.note()
    other = reopen(desk.folder, clock)
    assert Drafts(other).get("follow_up", person).payload["answers"]["sbp"] == "158"
    other.sessions.engine.dispose()


def test_what_was_typed_survives_closing_the_window_and_is_offered_again(desk, services, open_visit, open_window):
    person = managed(desk)
    visit = open_visit(person)
    type_digits("1589276")
    visit.window().close()
    assert Drafts(desk).get("follow_up", person) is not None
    services.dialogs.will_answer("go_on")
    again = open_window()
    control(again.screen("today"), QWidget, "work_list").setFocus()
    press(Qt.Key.Key_Return)
    visit = visit_in(again)
    assert [question.title.template for question in services.dialogs.asked] == ["上次没写完的随访"]
    assert [text_of(visit, name) for name in ("sbp", "dbp", "heart_rate")] == ["158", "92", "76"]
    assert focus().objectName() == "sbp"


def test_a_draft_that_is_not_wanted_is_thrown_away(desk, services, open_visit):
    person = managed(desk)
    Drafts(desk).save("follow_up", person, {"answers": {"sbp": "158"}})
    services.dialogs.will_answer("anew")
    visit = open_visit(person)
    assert text_of(visit, "sbp") == ""
    assert Drafts(desk).get("follow_up", person) is None


def test_escape_asks_only_when_something_was_typed(desk, services, open_visit):
    person = managed(desk)
    visit = open_visit(person)
    window = visit.window()
    type_digits("158")
    press(Qt.Key.Key_Escape)
    assert (window.current_key(), len(services.dialogs.asked)) == ("follow_ups", 1)
    services.dialogs.will_answer("leave")
    press(Qt.Key.Key_Escape)
    assert window.current_key() == "today"
    assert Drafts(desk).get("follow_up", person) is not None
    services.dialogs.will_answer("anew")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Escape)
    assert window.current_key() == "today"
    assert len(services.dialogs.asked) == 3


def test_the_saved_visit_leaves_no_draft(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    calm_readings()
    visit.keep_draft()
    press(*TAKE_OVER_ALL)
    press(*SAVE)
    assert Drafts(desk).get("follow_up", person) is None


# --- correcting ---------------------------------------------------------------------------------------------------


def test_a_recorded_visit_is_corrected_as_a_new_revision_with_its_reason(desk, open_window):
    person = managed(desk)
    entry_id = seen_before(desk, person, days_ago=30)
    window = open_window()
    window.show_screen("follow_ups", entry_id=entry_id)
    visit = visit_in(window)
    assert text_of(visit, "sbp") == "136"
    assert "正在更正 2026-10-23 的随访" in control(visit, QLabel, "correction_words").text()
    control(visit, QLineEdit, "sbp").selectAll()
    type_digits("152")
    press(*SAVE)
    assert focus().objectName() == "correction_reason"
    assert visit.findChild(QLabel, "correction_reason_problem").text() == "请写明更正的原因。"
    type_chinese(focus(), "看错了一位")
    press(*SAVE)
    (sheet,) = sheets(desk, person)
    assert (sheet.revision, sheet.answers["sbp"], sheet.answers["visit_class"]) == (2, 152, 2)
    assert FollowUps(desk).history(entry_id)[0].reason == "看错了一位"
    assert "已更正" in window.said()


def test_a_visit_that_never_happened_is_made_void(desk, services, open_window):
    person = managed(desk)
    entry_id = seen_before(desk, person, days_ago=30)
    window = open_window()
    window.show_screen("follow_ups", entry_id=entry_id)
    services.dialogs.will_write("写错了人")
    QTest.mouseClick(control(visit_in(window), QPushButton, "void_visit"), Qt.MouseButton.LeftButton)
    assert FollowUps(desk).recorded_sheet(entry_id).state == "void"
    assert window.screen("follow_ups").visit is None


def test_an_earlier_visit_is_opened_from_the_list_beside_the_form(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, days_ago=9, sbp=162, dbp=94)
    visit = open_visit(person)
    assert [row.pressure() for row in visit.side.visits.rows()] == ["162/94"]
    screen = visit.window().screen("follow_ups")
    visit.side.visits.setFocus()
    press(Qt.Key.Key_Return)
    assert screen.visit.is_correction
    assert text_of(screen.visit, "sbp") == "162"


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


# --- nobody chosen ------------------------------------------------------------------------------------------------


def test_the_entry_in_the_navigation_lists_everybody_under_management(desk, open_window):
    managed(desk, name="李桂兰", due_in=40)
    managed(desk, "dm", name="王秀英", due_in=80)
    window = open_window()
    window.show_screen("follow_ups")
    picker = window.screen("follow_ups").picker
    assert [row.name for row in picker.table.rows()] == ["李桂兰", "王秀英"]
    for letter in "wxy":
        QTest.keyClick(focus(), letter)
    assert [row.name for row in picker.table.rows()] == ["王秀英"]
    press(Qt.Key.Key_Return)
    assert visit_in(window).sheet.person.name == "王秀英"


def test_somebody_is_put_under_management_from_the_list(desk, services, open_window):
    person = register(desk, "孙德海", birth="1970-05-01", sex=1).id
    window = open_window()
    window.show_screen("follow_ups")
    screen = window.screen("follow_ups")
    assert screen.picker.empty.isVisible()
    QTest.mouseClick(control(screen, QPushButton, "enrol"), Qt.MouseButton.LeftButton)
    dialog = window.findChild(EnrolDialog)
    for letter in "sdh":
        QTest.keyClick(dialog.cells["resident"].control, letter)
    QTest.keyClick(dialog.cells["resident"].control, Qt.Key.Key_Return)
    QTest.keyClick(dialog.cells["disease"].control, "1")
    assert "只管理原发性高血压" in control(dialog, QLabel, "enrol_advice").text()
    QTest.mouseClick(control(dialog, QPushButton, "enrol_good"), Qt.MouseButton.LeftButton)
    (row,) = WorkList(desk).page(WorkFilter(until=Until.ALL)).rows
    assert (row.resident_id, row.diseases) == (person, ("htn",))
    assert [each.name for each in screen.picker.table.rows()] == ["孙德海"]


def test_enrolling_says_beside_the_field_what_stands_against_it(desk, services, qtbot):
    person = add_resident(desk, born=date(2000, 1, 1))
    dialog = EnrolDialog(services, resident_id=person, name="李桂兰")
    qtbot.addWidget(dialog)
    assert dialog.enrol() is None
    assert dialog.cells["disease"].problem() == "请选病种。"
    QTest.keyClick(dialog.cells["disease"].control, "2")
    dialog.cells["diagnosed_on"].show_raw("diagnosed_on", "2027-01-01")
    assert dialog.enrol() is None
    assert "晚于纳入日期" in dialog.cells["diagnosed_on"].problem()
    dialog.cells["diagnosed_on"].show_raw("diagnosed_on", "")
    assert dialog.enrol() is None
    assert "不到 35 岁" in dialog.cells["disease"].problem()
    with qtbot.waitSignal(dialog.enrolled):
        dialog.cells["disease"].beneath.button.click()


def test_somebody_who_is_not_managed_leads_back_to_the_list(desk, services, open_window):
    person = add_resident(desk)
    window = open_window()
    window.show_screen("follow_ups", resident_id=person)
    assert window.screen("follow_ups").visit is None
    assert "还没有纳入" in services.dialogs.last_told()


# --- looks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("high_contrast", [False, True])
def test_nothing_is_cut_off_at_the_commonest_screen(desk, qapp, open_visit, scale, high_contrast):
    apply_theme(qapp, Theme(scale=scale, high_contrast=high_contrast))
    person = managed(desk, "htn", "dm")
    seen_before(desk, person, "htn", "dm", next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    window = visit.window()
    window.resize(1366, 768)
    calm_readings()
    QApplication.sendPostedEvents()
    assert visit.layout_of.is_stacked() == (scale > 1.3)
    assert visit.strip.isVisible() == visit.layout_of.is_stacked()
    page = visit.rect()
    names = ("cancel_visit", "save_and_slip", "save_and_print", "save_next")
    for button in (control(visit, QPushButton, name) for name in names):
        place = button.geometry().translated(button.parentWidget().mapTo(visit, button.parentWidget().rect().topLeft()))
        assert page.contains(place)
        assert button.width() >= button.sizeHint().width()
    form = visit.form
    for cell in form.cells.values():
        if cell.isVisible():
            assert cell.mapTo(form, cell.rect().topRight()).x() <= form.width()


def test_every_control_has_its_names(desk, open_visit):
    person = managed(desk, "htn", "dm")
    seen_before(desk, person, "htn", "dm", days_ago=9, sbp=162, dbp=94)
    visit = open_visit(person)
    calm_readings(pressure="185110")
    press(Qt.Key.Key_F8)
    press(*SAVE)
    assert unnamed_controls(visit) == []
    assert unnamed_controls(visit.window().screen("follow_ups").picker) == []
