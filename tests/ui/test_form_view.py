"""The generic form view: controls from a declared form, last time's answers, problems beside fields, the keyboard."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QListWidget, QPushButton, QWidget

from app.domain.message import msg
from app.forms import kinds
from app.forms.kinds import Choice, Choices, Column, Date, Number, Table, Text, Whole, options
from app.forms.registry import form
from app.forms.vocabulary import (
    NEVER,
    Check,
    Computed,
    Context,
    Field,
    Form,
    Level,
    Problem,
    Section,
    equals,
    limits,
)
from tests.ui.hands import click, control, press, type_chinese
from ui.widgets.form_view import Block, FormView, Joined
from ui.widgets.form_view.choices import BarControl, ListControl, PillsControl
from ui.widgets.form_view.lines import DateControl, LineControl, completed_date, with_dashes
from ui.widgets.form_view.table_field import TableControl
from ui.widgets.naming import unnamed_controls

TODAY = date(2026, 11, 22)
ENTER = Qt.Key.Key_Return


def double(answers, _context):
    return answers["weight"] * 2


VISIT = Form(
    code="visit", title="随访", edition="1", date_code="day",
    sections=(
        Section("head", "头", (
            Field(code="day", label="日期", kind=Date(), carries=False),
            Field(code="name", label="姓名", kind=Text(50), home="resident.name"),
            Field(code="method", label="方式", kind=Choice(options("门诊", "家庭", "电话"))),
        )),
        Section("body", "体征", (
            Field(code="sbp", label="血压", prompt="收缩压", kind=Whole(), unit="mmHg", hard=limits(30, 300),
                  soft=limits(90, 179), carries=False),
            Field(code="dbp", label="血压", prompt="舒张压", kind=Whole(), unit="mmHg", carries=False),
            Field(code="weight", label="体重", kind=Number(1), unit="kg", paired=True, target_required=False,
                  starred=True, hint="脱鞋"),
            Field(code="twice", label="两倍", kind=Number(1), required=NEVER,
                  computed=Computed(("weight",), lambda a, c: double(a, c) if "weight" in a else None)),
            Field(code="symptoms", label="症状",
                  kind=Choices(options("无症状", "头痛", "其他", note=(3,), sole=(1,)), boxes=3)),
            Field(code="schooling", label="文化程度",
                  kind=Choice(options(*(f"第{n}种" for n in range(1, 11)))), required=NEVER),
            Field(code="ill", label="得过病", kind=Choice(options("否", "是"))),
            Field(code="illness", label="哪些病", required=equals("ill", 2), applies=equals("ill", 2),
                  kind=Table((Column("what", "病名", Text(50), required=True),
                              Column("when", "时间", kinds.ApproximateDate())), rows=3)),
        )),
    ),
    checks=(Check(("sbp", "dbp"),
                  lambda a, _c: msg("舒张压应低于收缩压。") if a["dbp"] >= a["sbp"] else None),),
)
SECOND = Form(
    code="second", title="第二张", edition="1",
    sections=(Section("only", "另一张", (
        Field(code="patient", label="患者姓名", kind=Text(50), home="resident.name"),
        Field(code="remark", label="备注", kind=Text(100), required=NEVER),
    )),),
)


@pytest.fixture
def opened(qtbot):
    def open_view(forms=VISIT, answers=None, previous=None, **arguments):
        view = FormView(forms, context=Context(today=TODAY), **arguments)
        qtbot.addWidget(view)
        view.resize(1000, 700)
        view.show_answers(answers or {}, previous)
        view.show()
        view.activateWindow()
        qtbot.waitUntil(lambda: view.is_built() and view.isActiveWindow())
        return view

    return open_view


def focus(view: FormView, name: str) -> QWidget:
    """Put the cursor into a control, as Tab does."""
    found = control(view, QWidget, name)
    found.setFocus(Qt.FocusReason.TabFocusReason)
    return found


def write(view: FormView, name: str, text: str) -> QWidget:
    """Type Latin text into a field, from the keyboard."""
    found = focus(view, name)
    QTest.keyClicks(found, text)
    return found


# --- what each kind of answer looks like ----------------------------------------------------------------------


@pytest.mark.parametrize(("code", "kind"), [
    ("day", DateControl), ("name", LineControl), ("method", BarControl), ("schooling", ListControl),
    ("symptoms", PillsControl),
])
def test_each_kind_of_answer_has_its_control(opened, code, kind):
    assert isinstance(control(opened(), QWidget, code), kind)


def test_every_control_of_the_national_forms_has_its_names(opened):
    for forms in ([form("record_cover"), form("personal_info")], [form("htn_followup"), form("dm_followup")]):
        assert unnamed_controls(opened(forms)) == []


def test_a_field_shows_caption_star_hint_and_unit(opened):
    view = opened()
    row = view.row_of("weight")
    assert row.caption() == "体重"
    assert control(row, QWidget, "weight_starred").isVisible()
    assert control(row, QWidget, "weight_hint").text() == "脱鞋"
    assert control(row, LineControl, "weight_target").unit() == "kg"
    assert control(view, LineControl, "sbp").unit() == "mmHg"


def test_answers_are_given_as_they_were_typed(opened):
    view = opened()
    type_chinese(focus(view, "name"), "李桂兰")
    write(view, "sbp", "158")
    press(focus(view, "method"), Qt.Key.Key_2)
    QTest.keyClicks(focus(view, "symptoms"), "23")
    assert view.answers() == {"name": "李桂兰", "sbp": "158", "method": "2", "symptoms": ["2", "3"]}
    assert view.values()["sbp"] == 158


def test_what_was_answered_before_is_shown_again(opened):
    answers = {"day": date(2026, 11, 20), "weight": Decimal("63.5"), "method": 3, "symptoms": [2, 3],
               "symptoms_note": "乏力", "ill": 2, "illness": [{"what": "痛风", "when": "2019-05"}]}
    view = opened(answers=answers)
    assert control(view, QLineEdit, "day").text() == "2026-11-20"
    assert control(view, QLineEdit, "weight").text() == "63.5"
    assert control(view, BarControl, "method").value() == "3"
    assert control(view, PillsControl, "symptoms").value() == ("2", "3")
    assert control(view, QLineEdit, "illness_1_when").text() == "2019-05"
    assert view.values()["illness"] == [{"what": "痛风", "when": "2019-05"}]


def test_a_list_is_answered_by_the_number_of_the_option(opened):
    view = opened()
    QTest.keyClicks(focus(view, "schooling"), "10")
    assert control(view, QComboBox, "schooling").currentText() == "10 第10种"
    press(control(view, QWidget, "schooling"), Qt.Key.Key_Delete)
    assert "schooling" not in view.answers()


def test_the_option_that_excludes_the_others_takes_them_back(opened):
    view = opened()
    QTest.keyClicks(focus(view, "symptoms"), "2")
    QTest.keyClicks(focus(view, "symptoms"), "1")
    assert view.answers()["symptoms"] == ["1"]


def test_a_computed_value_is_shown_and_never_typed(opened):
    view = opened()
    write(view, "weight", "30.5")
    assert control(view, QLineEdit, "twice").text() == "61.0"
    assert control(view, QLineEdit, "twice").isReadOnly()
    assert "twice" not in view.answers()


@pytest.mark.parametrize(("typed", "shown"), [
    ("2026", "2026"), ("20261", "2026-1"), ("202611", "2026-11"), ("20261122", "2026-11-22"),
    ("2026-1-5", "2026-1-5"), ("1122", "1122"),
])
def test_dashes_appear_while_a_date_is_typed(opened, typed, shown):
    view = opened()
    write(view, "day", typed)
    assert control(view, QLineEdit, "day").text() == shown


@pytest.mark.parametrize(("typed", "approximate", "whole"), [
    ("1122", False, "2026-11-22"), ("11-22", False, "2026-11-22"), ("11.2", False, "2026-11-02"),
    ("1955", True, "1955"), ("195503", True, "1955-03"), ("2026/11/2", False, "2026-11-02"),
    ("1330", False, "1330"), ("20260230", False, "20260230"), ("", False, ""), ("昨天", False, "昨天"),
])
def test_a_finished_date_is_completed(typed, approximate, whole):
    assert completed_date(typed, TODAY, approximate=approximate) == whole


def test_dashes_are_left_alone_where_they_were_typed():
    assert with_dashes("2026-1") == "2026-1"


def test_up_and_down_move_a_date_by_a_day(opened):
    view = opened(answers={"day": date(2026, 11, 1)})
    press(focus(view, "day"), Qt.Key.Key_Down)
    assert view.values()["day"] == date(2026, 10, 31)


@pytest.mark.parametrize("typed", ["1955-0", "195500", "19550300"])
def test_a_month_or_day_of_nought_is_no_date(opened, typed):
    view = opened(form("personal_info"))
    write(view, "birth_date", typed)
    press(control(view, QWidget, "birth_date"), ENTER)
    assert view.row_of("birth_date").level() is Level.REFUSE


def test_full_width_digits_become_ordinary_ones(opened):
    view = opened()
    type_chinese(focus(view, "sbp"), "１５８")
    assert view.answers()["sbp"] == "158"


# --- what appears and goes ------------------------------------------------------------------------------------


def test_the_note_of_an_option_appears_with_it_and_goes_with_it(opened):
    view = opened()
    assert view.row_of("symptoms_note") is None
    QTest.keyClicks(focus(view, "symptoms"), "3")
    assert view.row_of("symptoms_note").isVisible()
    type_chinese(focus(view, "symptoms_note"), "乏力")
    assert view.answers()["symptoms_note"] == "乏力"
    QTest.keyClicks(focus(view, "symptoms"), "3")
    assert view.row_of("symptoms_note") is None
    assert "symptoms_note" not in view.answers()


def test_a_field_with_a_condition_appears_when_it_holds(opened):
    view = opened()
    assert view.row_of("illness") is None
    press(focus(view, "ill"), Qt.Key.Key_2)
    assert view.row_of("illness").isVisible()
    press(focus(view, "ill"), Qt.Key.Key_1)
    assert view.row_of("illness") is None


def test_a_table_takes_rows_until_it_is_full(opened):
    view = opened(answers={"ill": 2})
    table = control(view, TableControl, "illness")
    for number, name in enumerate(("痛风", "胃炎", "哮喘"), 1):
        type_chinese(control(table, QWidget, f"illness_{number}_what"), name)
        more = control(table, QPushButton, "illness_more")
        assert more.isVisibleTo(table) == (number < 3)
        if number < 3:
            click(more)
    assert [row["what"] for row in view.values()["illness"]] == ["痛风", "胃炎", "哮喘"]
    click(control(table, QPushButton, "illness_2_remove"))
    assert [row["what"] for row in view.values()["illness"]] == ["痛风", "哮喘"]


# --- last time ------------------------------------------------------------------------------------------------


def test_f4_takes_over_the_answer_of_last_time(opened):
    view = opened(previous={"method": 2, "sbp": 150})
    press(focus(view, "method"), Qt.Key.Key_F4)
    assert view.answers() == {"method": 2}


def test_what_does_not_carry_over_is_shown_but_not_taken(opened):
    view = opened(previous={"sbp": 150})
    assert "150" in view.row_of("sbp").previous_words("sbp")
    press(focus(view, "sbp"), Qt.Key.Key_F4)
    assert view.answers() == {}


def test_the_link_beside_the_field_does_the_same_with_the_mouse(opened):
    view = opened(previous={"weight": Decimal("60")})
    click(control(view, QAbstractButton, "weight_previous"))
    assert control(view, QLineEdit, "weight").text() == "60"


def test_all_empty_fields_take_over_last_time_also_those_that_appear_by_it(opened):
    view = opened(answers={"method": 1}, previous={
        "method": 3, "ill": 2, "illness": [{"what": "痛风"}], "symptoms": [3], "symptoms_note": "乏力"})
    QTest.keyClick(focus(view, "name"), Qt.Key.Key_L,
                   Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert view.values()["method"] == 1
    assert view.values()["illness"] == [{"what": "痛风"}]
    assert view.values()["symptoms_note"] == "乏力"


def test_without_last_time_nothing_is_offered(opened):
    assert not control(opened(), QPushButton, "form_carry_all").isVisible()


# --- problems -------------------------------------------------------------------------------------------------


def test_a_refused_value_is_told_when_the_field_is_left_and_not_while_typing(opened):
    view = opened()
    write(view, "sbp", "1300")
    assert view.row_of("sbp").problem() == ""
    press(control(view, QWidget, "sbp"), ENTER)
    assert view.row_of("sbp").problem() == "收缩压请填 30 到 300 之间的数，您填的是 1300。"
    assert view.row_of("sbp").level() is Level.REFUSE


def test_correcting_takes_the_sentence_away_at_once(opened):
    view = opened(answers={"sbp": "1300"})
    press(focus(view, "sbp"), Qt.Key.Key_Backspace)
    assert view.row_of("sbp").problem() == ""


def test_an_unusual_value_is_asked_about_once_and_confirmed(opened, qtbot):
    view = opened(answers={"sbp": 200})
    assert view.row_of("sbp").level() is Level.ASK
    confirm = control(view, QPushButton, "sbp_confirm")
    assert confirm in view.stops()
    with qtbot.waitSignal(view.changed):
        click(confirm)
    assert view.row_of("sbp").problem() == ""
    assert view.confirmed() == frozenset({"sbp"})


def test_another_value_is_asked_about_again(opened):
    view = opened(answers={"sbp": 200})
    view.confirm("sbp")
    view.set_answer("sbp", "210")
    assert view.row_of("sbp").level() is Level.ASK
    assert view.confirmed() == frozenset()


def test_a_check_across_answers_stands_beside_the_last_of_them(opened):
    view = opened(answers={"sbp": 120, "dbp": 130})
    assert view.row_of("dbp").problem() == "舒张压应低于收缩压。"
    assert view.row_of("sbp").problem() == ""


def test_saving_an_incomplete_form_is_refused_and_leads_to_what_lacks(opened, qtbot):
    view = opened(with_index=True)
    with qtbot.assertNotEmitted(view.saved):
        assert not view.ask_to_save()
    missing = control(view, QListWidget, "form_index_missing")
    assert missing.isVisible()
    sentences = [missing.item(row).text() for row in range(missing.count())]
    assert "请填写症状。" in sentences
    missing.setCurrentRow(sentences.index("请填写症状。"))
    press(missing, ENTER)
    assert view.focusWidget().objectName() == "symptoms"


def test_a_complete_form_is_saved(opened, qtbot):
    view = opened(answers={"day": TODAY, "name": "李桂兰", "method": 1, "sbp": 130, "dbp": 80, "weight": 60,
                           "symptoms": [1], "ill": 1})
    assert view.missing() == []
    with qtbot.waitSignal(view.saved):
        assert view.ask_to_save()


def test_an_incomplete_form_may_be_kept_when_that_is_asked_for(opened, qtbot):
    view = opened(answers={"name": "李桂兰"})
    with qtbot.waitSignal(view.saved):
        assert view.ask_to_save(complete=False)


def test_a_wrong_value_is_never_kept_even_incomplete(opened, qtbot):
    view = opened(answers={"sbp": "很高"})
    with qtbot.assertNotEmitted(view.saved):
        assert not view.ask_to_save(complete=False)
    assert view.focusWidget().objectName() == "sbp"


def test_what_a_service_refuses_is_placed_beside_its_fields(opened):
    view = opened(answers={"name": "李桂兰"})
    view.show_problems([Problem("name", Level.REFUSE, msg("已经有这个人。")),
                        Problem("revision", Level.REFUSE, msg("别人改过。")),
                        Problem("day", Level.MISSING, msg("请填写日期。"))])
    assert view.row_of("name").problem() == "已经有这个人。"
    assert view.row_of("day").problem() == "请填写日期。"
    assert control(view, QWidget, "form_problem").text() == "别人改过。"
    type_chinese(focus(view, "name"), "儿")
    assert view.row_of("name").problem() == ""


def test_an_overruled_answer_stands_until_it_is_changed(opened):
    view = opened(answers={"sbp": "1300"})
    view.overrule("sbp")
    assert [each for each in view.problems() if each.level is Level.REFUSE] == []
    view.set_answer("sbp", "1301")
    assert view.row_of("sbp").level() is Level.REFUSE


def test_only_what_is_needed_counts_as_lacking(opened):
    view = opened(optional=("name",))
    assert "name" not in {each.code for each in view.missing()}
    view.need_only({"day"})
    assert {each.code for each in view.missing()} == {"day"}


# --- two forms ------------------------------------------------------------------------------------------------


def test_a_fact_shared_by_two_forms_is_asked_once_and_answers_both(opened):
    view = opened([VISIT, SECOND])
    assert view.findChild(QWidget, "patient") is None
    type_chinese(focus(view, "name"), "李桂兰")
    assert view.answers() == {"name": "李桂兰", "patient": "李桂兰"}
    assert "patient" not in {each.code for each in view.missing()}


def test_a_shared_fact_given_under_the_second_code_is_shown_under_the_first(opened):
    view = opened([VISIT, SECOND], answers={"patient": "李桂兰"})
    assert control(view, QLineEdit, "name").text() == "李桂兰"


def test_hidden_answers_are_kept_and_not_asked(opened):
    view = opened(answers={"name": "李桂兰"}, hidden=("name",))
    assert view.findChild(QWidget, "name") is None
    assert view.answers() == {"name": "李桂兰"}


def test_an_arrangement_comes_first_and_the_rest_follows(opened):
    blocks = (Block("量一量", (Joined("血压", ("sbp", "dbp")), "weight")),)
    ending = (Block("最后", ("day",)),)
    view = opened(arrangement=blocks, ending=ending)
    assert view.section_titles() == ("量一量", "头", "体征", "最后")
    assert view.row_of("sbp") is view.row_of("dbp")
    assert view.row_of("sbp").caption() == "血压"


def test_a_line_may_be_answered_from_a_list_of_words(opened):
    view = opened(SECOND, choices={"remark": ["甲", "乙"]})
    QTest.keyClicks(focus(view, "remark"), "2")
    assert view.answers()["remark"] == "乙"


# --- the keyboard ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [ENTER, Qt.Key.Key_Tab])
def test_enter_and_tab_go_through_the_fields_in_order(opened, key):
    view = opened(answers={"ill": 2})
    seen = ["day"]
    focus(view, "day")
    for _ in range(11):
        press(view.focusWidget(), key)
        seen.append(view.focusWidget().objectName())
    assert seen == ["day", "name", "method", "sbp", "dbp", "weight", "weight_target", "symptoms", "schooling", "ill",
                    "illness_1_what", "illness_1_when"]


def test_tab_follows_the_screen_also_over_fields_that_appeared_later(opened):
    view = opened()
    QTest.keyClicks(focus(view, "symptoms"), "3")
    press(control(view, QWidget, "symptoms"), Qt.Key.Key_Tab)
    assert view.focusWidget().objectName() == "symptoms_note"
    press(view.focusWidget(), Qt.Key.Key_Tab)
    assert view.focusWidget().objectName() == "schooling"


def test_the_last_field_leads_out_of_the_form(opened, qtbot):
    actions = QPushButton("保存")
    actions.setObjectName("save")
    view = opened(SECOND, actions=actions)
    press(focus(view, "remark"), ENTER)
    assert view.focusWidget() is actions


def test_ctrl_enter_is_left_to_the_screen(opened):
    view = opened()
    found = focus(view, "name")
    QTest.keyClick(found, ENTER, Qt.KeyboardModifier.ControlModifier)
    assert view.focusWidget() is found


def test_the_index_leads_to_a_section_and_counts_what_lacks(opened):
    view = opened(with_index=True)
    sections = control(view, QListWidget, "form_index_sections")
    assert [sections.item(row).text() for row in range(2)] == ["头　缺 3", "体征　缺 5"]
    type_chinese(focus(view, "name"), "李")
    assert sections.item(0).text() == "头　缺 2"
    sections.setCurrentRow(1)
    press(sections, ENTER)
    assert view.focusWidget().objectName() == "sbp"


def test_the_wheel_does_not_change_a_list(opened):
    view = opened(answers={"schooling": 3})
    found = control(view, ListControl, "schooling")
    found.wheelEvent(_Ignored())
    assert view.values()["schooling"] == 3


class _Ignored:
    """An event that only wants to be ignored."""

    def ignore(self):
        """Nothing takes it."""


def test_a_long_form_can_be_used_before_all_of_it_is_built(qtbot):
    view = FormView([form("record_cover"), form("personal_info")], context=Context(today=TODAY))
    qtbot.addWidget(view)
    view.show_answers({"livestock_pen": 2, "name": "李桂兰"})
    assert not view.is_built()
    assert view.answers()["livestock_pen"] == 2
    assert view.go_to("livestock_pen")
    assert control(view, BarControl, "livestock_pen").value() == "2"


def test_the_order_on_the_screen_is_the_order_of_the_paper(opened, qtbot):
    view = opened(form("personal_info"))
    rows = [view.row_of(code) for code in form("personal_info").fields if view.row_of(code) is not None]

    def heights():
        return [row.mapTo(view, row.rect().topLeft()).y() for row in rows]

    qtbot.waitUntil(lambda: heights() == sorted(heights()))
    assert len(set(heights())) > 10
