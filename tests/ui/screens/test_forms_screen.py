"""填表: every form by the keyboard, drafts, corrections, offers, proposals; a real encrypted file behind the screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QListWidget, QWidget

from tests.followup_people import add_resident
from tests.samples.form_answers import FILLED
from tests.ui.hands import CTRL, control, focused, press, type_chinese, write
from tests.ui.screens.form_pages import KINDS, fill, let_through, screen_of
from ui.screens.forms.windows import ChangesWindow, HistoryWindow
from ui.widgets.chips import Chip
from ui.widgets.naming import unnamed_controls

SHIFT = Qt.KeyboardModifier.ShiftModifier


# --- opening --------------------------------------------------------------------------------------------------


def test_a_new_form_begins_with_today_the_doctor_and_the_first_field_that_lacks(open_form, person):
    page = open_form(resident_id=person, form_code="smi_followup")
    assert page.head.header.title() == "严重精神障碍患者随访服务记录表"
    assert page.view.answers()["visit_date"] == page.opened.context.today
    assert page.view.answers()["doctor"] == "王明"
    assert focused(page).objectName() == "visit_method"


def test_the_banner_says_whose_form_it_is_with_masked_numbers_and_allergies(open_form, clinic_desk):
    resident = add_resident(clinic_desk, name="赵大勇", drug_allergy=[2])
    page = open_form(resident_id=resident, form_code="encounter")
    words = [each.text() for each in page.head.banner.findChildren(QLabel)]
    assert "赵大勇" in words
    assert any("138****2716" in each for each in words)
    assert any(chip.text() == "青霉素过敏" and chip.tone() == "red" for chip in page.head.banner.findChildren(Chip))


def test_the_trial_form_says_so(open_form, person):
    page = open_form(resident_id=person, form_code="copd_followup")
    assert "试行" in [chip.text for chip in page.head.header.chips()]


@pytest.mark.parametrize(("code", "key"), [("htn_followup", "follow_ups"), ("personal_info", "residents")])
def test_a_form_with_a_screen_of_its_own_is_opened_there(code, key, forms_window, person, window, qtbot):
    forms_window.show_screen("forms", resident_id=person, form_code=code)
    qtbot.waitUntil(lambda: window.went == [(key, {"resident_id": person})])


def test_an_unknown_resident_is_told_and_nothing_is_open_form(forms_window, dialogs):
    forms_window.show_screen("forms", resident_id="nobody", form_code="encounter")
    assert screen_of(forms_window).page is None
    assert "没有找到这位居民" in dialogs.last_told()


# --- what appears, what is wrong ------------------------------------------------------------------------------


def test_fields_appear_when_their_condition_holds_and_the_cursor_stays(open_form, person):
    page = open_form(resident_id=person, form_code="health_exam")
    assert page.view.row_of("cigarettes_per_day") is not None
    page.view.go_to("smoking")
    QTest.keyClicks(focused(page), "1")
    assert page.view.row_of("cigarettes_per_day") is None
    assert focused(page).objectName() == "drinking_freq"


def test_a_number_that_no_option_has_is_refused_in_a_sentence(open_form, person):
    page = open_form(resident_id=person, form_code="smi_followup")
    page.view.go_to("visit_method")
    QTest.keyClicks(focused(page), "7")
    assert page.view.row_of("visit_method").problem() == "请填选项 1、2、3，您填的是“7”。"
    assert "visit_method" not in page.view.answers()
    QTest.keyClicks(focused(page), "2")
    assert page.view.row_of("visit_method").problem() == ""


def test_saving_with_gaps_shows_them_and_leads_to_the_first(open_form, forms_window, services, person):
    page = open_form(resident_id=person, form_code="encounter")
    screen_of(forms_window).save_action()
    assert services.form_records.of_resident(person) == ()
    assert focused(page).objectName() == "subjective"
    assert page.bar.note().startswith("还缺 4 项")
    listed = control(page, QListWidget, "form_index_missing")
    assert listed.item(0).text() == "请填写就诊者的主观资料。"
    listed.setCurrentRow(2)
    press(listed, Qt.Key.Key_Return)
    assert focused(page).objectName() == page.view.missing()[2].code


def test_the_meter_counts_what_is_answered(open_form, person):
    page = open_form(resident_id=person, form_code="encounter")
    answered, asked = page.side.index.meter()
    page.view.go_to("subjective")
    type_chinese(focused(page), "头晕三天")
    assert page.side.index.meter() == (answered + 1, asked)


def test_f2_goes_to_the_next_field_that_lacks(open_form, forms_window, person):
    page = open_form(resident_id=person, form_code="encounter")
    page.view.go_to("subjective")
    screen_of(forms_window).primary_action()
    assert focused(page).objectName() == page.view.missing()[1].code


def test_ctrl_page_down_and_up_go_from_section_to_section(open_form, person):
    page = open_form(resident_id=person, form_code="smi_followup")
    press(focused(page), Qt.Key.Key_PageDown, CTRL)
    assert focused(page).objectName() == "risk_level"
    press(focused(page), Qt.Key.Key_PageDown, CTRL)
    assert focused(page).objectName() == "self_care"
    press(focused(page), Qt.Key.Key_PageUp, CTRL)
    press(focused(page), Qt.Key.Key_PageUp, CTRL)
    assert focused(page).objectName() == "visit_date"


def test_a_text_that_grows_stays_in_sight(open_form, person, qtbot):
    page = open_form(resident_id=person, form_code="encounter")
    page.view.go_to("plan")
    for _ in range(9):
        type_chinese(focused(page), "低盐饮食")
        press(focused(page), Qt.Key.Key_Return)
    text = focused(page)

    def is_in_sight() -> bool:
        return text.visibleRegion().boundingRect().bottom() >= text.height() - 2

    qtbot.waitUntil(is_in_sight)


# --- normal findings ------------------------------------------------------------------------------------------


def test_ctrl_g_answers_a_section_with_its_normal_findings_and_ctrl_z_takes_them_back(open_form, person):
    page = open_form(resident_id=person, form_code="health_exam")
    page.view.go_to("skin")
    QTest.keyClicks(focused(page), "2")
    press(focused(page), Qt.Key.Key_G, CTRL)
    values = page.view.values()
    assert (values["skin"], values["sclera"], values["heart_rhythm"], values["abd_mass"]) == (2, 1, 1, 1)
    assert "rectal" not in values, "what was not examined is not said to be normal"
    assert "heart_rate" not in values
    assert "项正常，请核对" in page.bar.note()
    press(focused(page), Qt.Key.Key_Z, CTRL)
    assert "sclera" not in page.view.values()
    assert page.view.values()["skin"] == 2


# --- taking back ----------------------------------------------------------------------------------------------


def test_undo_goes_over_all_answers_and_puts_the_cursor_into_the_field(open_form, person):
    page = open_form(resident_id=person, form_code="smi_followup")
    page.view.go_to("visit_method")
    QTest.keyClicks(focused(page), "2")
    page.view.go_to("drug_adherence")
    QTest.keyClicks(focused(page), "3")
    page.view.go_to("next_visit_date")
    write(focused(page), "20270120")
    for code in ("next_visit_date", "drug_adherence", "visit_method"):
        press(focused(page), Qt.Key.Key_Z, CTRL)
        assert focused(page).objectName() == code
        assert code not in page.view.answers()
    press(focused(page), Qt.Key.Key_Y, CTRL)
    press(focused(page), Qt.Key.Key_Z, CTRL | SHIFT)
    assert page.view.answers()["visit_method"] == "2"
    assert page.view.answers()["drug_adherence"] == "3"


# --- drafts ---------------------------------------------------------------------------------------------------


def test_what_was_typed_is_kept_after_a_pause_and_offered_again(open_form, forms_window, person, services, dialogs, qtbot):
    page = open_form(resident_id=person, form_code="encounter")
    page.view.go_to("subjective")
    with qtbot.waitSignal(page.draft_kept, timeout=3000):
        type_chinese(focused(page), "头晕三天")
    assert page.bar.note().startswith("✓ 已自动保存草稿")
    assert services.drafts.get("form:encounter", person) is not None
    dialogs.will_answer("go_on")
    again = open_form(resident_id=person, form_code="encounter")
    assert "没有写完" in str(dialogs.asked[-1].happened)
    assert again.view.answers()["subjective"] == "头晕三天"


def test_leaving_without_saving_keeps_the_draft(open_form, forms_window, person, services, dialogs, window, qtbot):
    page = open_form(resident_id=person, form_code="encounter")
    page.view.go_to("subjective")
    type_chinese(focused(page), "头晕三天")
    dialogs.will_answer("leave")
    assert screen_of(forms_window).back_action()
    assert services.drafts.get("form:encounter", person).payload["answers"]["subjective"] == "头晕三天"
    assert services.form_records.of_resident(person) == ()
    qtbot.waitUntil(lambda: window.went == [("residents", {"resident_id": person})])


def test_the_draft_goes_when_it_is_not_wanted(open_form, forms_window, person, services, dialogs):
    page = open_form(resident_id=person, form_code="encounter")
    page.view.go_to("subjective")
    type_chinese(focused(page), "头晕三天")
    page.keep_draft()
    dialogs.will_answer("discard")
    screen_of(forms_window).back_action()
    assert services.drafts.get("form:encounter", person) is None


def test_the_draft_of_a_date_or_a_number_comes_back_as_it_was_written(open_form, person, dialogs):
    page = open_form(resident_id=person, form_code="health_exam")
    fill(page, weight="63.5", exam_date="2026-11-20", medications=[{"name": "硝苯地平", "adherence": 1}])
    page.keep_draft()
    dialogs.will_answer("go_on")
    values = open_form(resident_id=person, form_code="health_exam").view.values()
    assert str(values["weight"]) == "63.5"
    assert values["exam_date"].isoformat() == "2026-11-20"
    assert values["medications"] == [{"name": "硝苯地平", "adherence": 1}]


# --- saving, correcting, void ---------------------------------------------------------------------------------


def test_after_saving_the_record_is_shown_again_and_the_draft_is_gone(open_form, forms_window, person, services, window,
                                                                     qtbot):
    page = open_form(resident_id=person, form_code="encounter")
    fill(page, **FILLED["encounter"])
    page.keep_draft()
    screen_of(forms_window).save_action()
    assert services.drafts.get("form:encounter", person) is None
    assert window.said == ["已保存：李桂兰的“接诊记录表”"]
    qtbot.waitUntil(lambda: window.went == [("residents", {"resident_id": person})])


def test_after_saving_the_doctor_is_where_he_came_from(open_form, forms_window, person, window, qtbot):
    page = open_form(resident_id=person, form_code="encounter", return_to=("today", {"task": "t1"}))
    fill(page, **FILLED["encounter"])
    screen_of(forms_window).save_action()
    qtbot.waitUntil(lambda: window.went == [("today", {"task": "t1"})])


def test_saving_and_printing_shows_the_sheet(open_form, forms_window, person, window):
    page = open_form(resident_id=person, form_code="encounter")
    fill(page, **FILLED["encounter"])
    screen_of(forms_window).print_action()
    assert [title for _pdf, title in window.previews] == ["李桂兰 接诊记录表"]
    assert window.previews[0][0].startswith(b"%PDF")


def test_a_form_with_gaps_may_be_kept_and_completed_later(open_form, forms_window, person, services):
    page = open_form(resident_id=person, form_code="encounter")
    fill(page, subjective="头晕三天")
    page.partial.click()
    kept = services.form_records.of_resident(person)[0]
    assert kept.state == "partial"
    again = open_form(entry_id=kept.entry_id)
    assert again.head.reason() == "补全草稿"
    fill(again, **FILLED["encounter"])
    screen_of(forms_window).save_action()
    assert services.form_records.recorded(kept.entry_id).state == "complete"


def test_a_wrong_value_is_not_kept_even_with_gaps(open_form, person, services):
    page = open_form(resident_id=person, form_code="health_exam")
    fill(page, weight="6000")
    page.partial.click()
    assert services.form_records.of_resident(person) == ()
    assert "1 到 300" in page.view.row_of("weight").problem()


@pytest.fixture
def recorded(services, person) -> str:
    return services.form_records.save(person, "encounter", FILLED["encounter"]).entry_id


def test_a_correction_needs_its_reason(open_form, forms_window, recorded, services):
    page = open_form(entry_id=recorded)
    fill(page, plan="休息，多喝水")
    screen_of(forms_window).save_action()
    assert services.form_records.recorded(recorded).revision == 1
    assert focused(page).objectName() == "correction_reason"


def test_a_correction_is_seen_in_the_history_with_before_and_after(open_form, forms_window, recorded, services):
    page = open_form(entry_id=recorded)
    fill(page, plan="休息，多喝水")
    page.head.show_reason("写漏了")
    screen_of(forms_window).save_action()
    assert services.form_records.recorded(recorded).revision == 2
    again = open_form(entry_id=recorded)
    again.head.history.click()
    shown = again.window().findChild(HistoryWindow)
    newest = shown.table.rows()[0]
    assert newest.reason == "写漏了"
    assert [(each.before, each.after) for each in newest.answers] == [(FILLED["encounter"]["plan"], "休息，多喝水")]
    shown.accept()


def test_a_void_form_can_be_read_but_not_changed(open_form, recorded, services, dialogs):
    page = open_form(entry_id=recorded)
    dialogs.will_write("写错了人")
    page.void()
    assert services.form_records.recorded(recorded).state == "void"
    again = open_form(entry_id=recorded)
    assert again.is_read_only
    assert "已作废" in [chip.text for chip in again.head.header.chips()]
    assert not control(again, QWidget, "subjective").isEnabled()
    again.save()
    assert services.form_records.recorded(recorded).revision == 2


def test_what_the_service_refuses_stands_beside_its_field(open_form, forms_window, recorded, services):
    page = open_form(entry_id=recorded)
    services.form_records.revise(recorded, {**FILLED["encounter"], "plan": "别人改的"}, 1, "先改了")
    fill(page, plan="休息")
    page.head.show_reason("写漏了")
    screen_of(forms_window).save_action()
    assert services.form_records.recorded(recorded).answers["plan"] == "别人改的"
    assert page.is_touched


# --- last time and elsewhere ----------------------------------------------------------------------------------


@pytest.fixture
def before(services, person) -> str:
    answers = {**FILLED["smi_followup"], "visit_date": "2026-09-20", "next_visit_date": "2026-11-20",
               "hospitalised_date": "2026-08"}
    confirmed = frozenset({"next_visit_date"})
    return services.form_records.save(person, "smi_followup", answers, confirmed=confirmed).entry_id


def test_ctrl_b_shows_last_time_beside_each_field_and_what_is_different(open_form, before, person):
    page = open_form(resident_id=person, form_code="smi_followup")
    fill(page, sleep=1, housework=2)
    press(focused(page), Qt.Key.Key_B, CTRL)
    assert page.side.differences.isVisible()
    found = {each.code: (each.before, each.after) for each in page.differences()}
    assert found["sleep"] == ("一般", "良好")
    assert "housework" not in found
    assert page.view.row_of("sleep").previous_words("sleep") == "上次 一般"
    assert page.view.row_of("housework").previous_words("housework") == "同上次"
    press(focused(page), Qt.Key.Key_B, CTRL)
    assert not page.side.differences.isVisible()


def test_f4_takes_last_time_and_goes_on(open_form, before, person):
    page = open_form(resident_id=person, form_code="smi_followup")
    page.view.go_to("sleep")
    press(focused(page), Qt.Key.Key_F4)
    assert page.view.values()["sleep"] == 2
    assert focused(page).objectName() == "diet"


def test_a_value_of_another_form_is_offered_with_its_origin_and_taken_by_key(open_form, services, person):
    services.form_records.save(person, "health_exam", {**FILLED["health_exam"], "exam_date": "2026-11-22"})
    page = open_form(resident_id=person, form_code="copd_followup")
    rows = control(page, QListWidget, "offer_rows")
    words = [rows.item(row).text() for row in range(rows.count())]
    assert "心率 76（健康体检 11-22）" in words
    assert "heart_rate" not in page.view.answers(), "nothing is taken over by itself"
    page.view.go_to("heart_rate")
    press(focused(page), Qt.Key.Key_F4)
    assert page.view.values()["heart_rate"] == 76
    assert rows.count() == len(words) - 1


def test_proposed_answers_are_filled_in_only_on_request(open_form, person):
    page = open_form(resident_id=person, form_code="smi_followup")
    answers = {**FILLED["smi_followup"], "risk_level": 4}
    del answers["visit_class"]
    fill(page, **answers)
    proposal = next(each for each in page.side.proposals.shown() if each.answers)
    assert "visit_class" not in page.view.answers()
    press(focused(page), Qt.Key.Key_F6)
    assert page.view.values()["visit_class"] == proposal.answers["visit_class"]
    press(focused(page), Qt.Key.Key_Z, CTRL)
    assert "visit_class" not in page.view.answers()


def test_a_referral_is_written_from_the_reasons_and_leads_back(open_form, forms_window, person, services):
    page = open_form(resident_id=person, form_code="smi_followup")
    fill(page, **{**FILLED["smi_followup"], "risk_level": 5, "visit_class": 1})
    press(focused(page), Qt.Key.Key_F8)
    letter = screen_of(forms_window).page
    assert letter.opened.form.code == "referral_out"
    assert letter.view.answers()["impression"] == "严重精神障碍：不稳定"
    assert "危险性为 5 级" in letter.view.answers()["present_illness"]
    fill(letter, **{code: value for code, value in FILLED["referral_out"].items() if code not in letter.view.answers()})
    screen_of(forms_window).save_action()
    let_through(forms_window)
    assert services.form_records.of_resident(person, "referral_out")
    back = screen_of(forms_window).page
    assert back.opened.form.code == "smi_followup"
    assert back.view.values()["risk_level"] == 5


# --- what would change elsewhere ------------------------------------------------------------------------------


@pytest.mark.parametrize("lets", [True, False])
def test_a_value_that_stands_elsewhere_is_changed_there_only_when_the_box_is_ticked(
    lets, open_form, forms_window, person, services, clinic_desk,
):
    page = open_form(resident_id=person, form_code="referral_out")
    fill(page, **{code: value for code, value in FILLED["referral_out"].items() if code != "record_no"})
    fill(page, phone="13900008888")
    screen_of(forms_window).save_action()
    shown = forms_window.findChild(ChangesWindow)
    boxes = {each.text(): each for each in shown.findChildren(QCheckBox)}
    phone = next(box for words, box in boxes.items() if "13900008888" in words)
    assert all(box.isChecked() for box in boxes.values())
    assert services.form_records.of_resident(person, "referral_out") == ()
    phone.setChecked(lets)
    press(shown.do_button, Qt.Key.Key_Return)
    assert services.form_records.of_resident(person, "referral_out")[0].answers["phone"] == "13900008888"
    kept = "13900008888" if lets else "13800002716"
    assert services.residents.get(person).phone == kept


def test_what_cannot_go_through_elsewhere_is_told_wherever_the_form_is_scrolled(
    open_form, forms_window, person, services, clinic_desk, dialogs,
):
    other = add_resident(clinic_desk, name="张守业")
    page = open_form(resident_id=person, form_code="referral_out")
    taken = services.residents.get(other).record_no
    fill(page, **{**FILLED["referral_out"], "record_no": taken})
    screen_of(forms_window).save_action()
    let_through(forms_window)
    assert services.form_records.of_resident(person, "referral_out") == ()
    assert "已经是张守业的" in dialogs.last_told()
    assert page.is_touched


def test_going_back_from_the_question_saves_nothing(open_form, forms_window, person, services):
    page = open_form(resident_id=person, form_code="referral_out")
    fill(page, **{code: value for code, value in FILLED["referral_out"].items() if code != "record_no"})
    fill(page, phone="13900008888")
    screen_of(forms_window).save_action()
    forms_window.findChild(ChangesWindow).reject()
    assert services.form_records.of_resident(person, "referral_out") == ()
    assert page.is_touched


def test_every_control_of_every_form_has_its_names(open_form, person):
    for code in KINDS:
        assert unnamed_controls(open_form(resident_id=person, form_code=code)) == []
