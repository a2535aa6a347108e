"""Taking answers back over a whole form, and what a spread form shows: groups, joined numbers, scales, offers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.forms.kinds import Choice, Choices, Column, Number, Table, Text, Whole, options
from app.forms.registry import form
from app.forms.vocabulary import Context, Field, Form, Section
from tests.ui.form_view.visit_form import TODAY, shown_view
from tests.ui.hands import CTRL, control, focused, press, type_chinese, write
from ui.widgets.form_view import FormView, Offered
from ui.widgets.form_view.choices import BarControl, ListControl, PillsControl
from ui.widgets.form_view.lines import LineControl
from ui.widgets.form_view.spread import ScaleBar, StackControl
from ui.widgets.form_view.undo import Change, Steps

SHIFT = Qt.KeyboardModifier.ShiftModifier
SHEET = Form(
    code="sheet", title="表", edition="1", joined=("bp",),
    sections=(
        Section("one", "甲", (
            Field(code="name", label="姓名", kind=Text(20)),
            Field(code="bp_sbp", label="血压", prompt="血压收缩压", kind=Whole(), unit="mmHg", group="测量"),
            Field(code="bp_dbp", label="血压", prompt="血压舒张压", kind=Whole(), unit="mmHg", group="测量"),
            Field(code="skin", label="皮肤", kind=Choice(options("正常", "潮红", "苍白", "发绀", "黄染", "其他", note=(6,))),
                  normal=1, group="查体"),
            Field(code="throat", label="咽部", kind=Choice(options("无充血", "充血")), normal=1, group="查体"),
            Field(code="lungs", label="肺", kind=Choices(options("无", "干罗音", "其他", note=(3,), sole=(1,)), boxes=2),
                  normal=(1,), group="查体"),
        )),
        Section("two", "乙", (
            Field(code="weight", label="体重", kind=Number(1), unit="kg"),
            Field(code="drugs", label="用药", kind=Table((Column("name", "药名", Text(20), required=True),
                                                     Column("dose", "用量", Text(20))), rows=3)),
        )),
    ),
)


@pytest.fixture
def opened(qtbot):
    """opened(answers=…): the sheet laid open, all of it built."""

    def open_view(declared=SHEET, answers=None, previous=None, offered=None) -> FormView:
        return shown_view(qtbot, declared, answers, previous, offered=offered, spread=True)

    return open_view


# --- steps ----------------------------------------------------------------------------------------------------


def test_letters_of_one_line_are_one_step_until_it_is_left():
    steps = Steps()
    steps.add([Change("a", None, "1")], typing=True)
    steps.add([Change("a", "1", "12")], typing=True)
    steps.close()
    steps.add([Change("a", "12", "123")], typing=True)
    assert steps.undo() == (Change("a", "12", "123"),)
    assert steps.undo() == (Change("a", None, "12"),)
    assert steps.undo() == ()
    assert steps.redo() == (Change("a", None, "12"),)


def test_what_is_answered_anew_cannot_be_done_again():
    steps = Steps()
    steps.add([Change("a", None, 1)])
    steps.undo()
    steps.add([Change("b", None, 2)])
    assert steps.redo() == ()
    assert steps.can_undo()


def test_what_did_not_change_is_no_step():
    steps = Steps()
    steps.add([Change("a", 1, 1)])
    assert not steps.can_undo()


def test_what_follows_at_once_belongs_to_the_step():
    steps = Steps()
    steps.add([Change("id", None, "4")], typing=True)
    steps.join([Change("born", None, "1955")])
    steps.join([Change("born", "1955", "1956")])
    assert steps.undo() == (Change("id", None, "4"), Change("born", None, "1956"))


# --- taking back ----------------------------------------------------------------------------------------------


def test_undo_and_redo_go_through_lines_choices_and_tables(opened):
    view = opened()
    view.go_to("name")
    type_chinese(focused(view), "李桂兰")
    view.go_to("skin")
    QTest.keyClicks(focused(view), "6")
    type_chinese(focused(view), "老年斑")
    view.go_to("drugs")
    type_chinese(focused(view), "硝苯地平")
    whole = view.answers()
    seen = []
    while view.can_undo():
        press(focused(view), Qt.Key.Key_Z, CTRL)
        seen.append(focused(view).objectName())
    assert seen == ["drugs_1_name", "skin_note", "skin", "name"]
    assert view.answers() == {}
    assert control(view, LineControl, "name").text() == ""
    for key, modifier in ((Qt.Key.Key_Y, CTRL), (Qt.Key.Key_Z, CTRL | SHIFT), (Qt.Key.Key_Y, CTRL), (Qt.Key.Key_Y, CTRL)):
        press(focused(view), key, modifier)
    assert view.answers() == whole
    assert control(view, LineControl, "drugs_1_name").text() == "硝苯地平"


def test_showing_other_answers_leaves_nothing_to_take_back(opened):
    view = opened()
    view.set_answer("name", "李桂兰")
    view.show_answers({"name": "王明"})
    assert not view.undo_answer()
    assert view.answers()["name"] == "王明"


def test_an_answer_set_because_of_another_is_taken_back_with_it(opened):
    view = opened()

    def follow() -> None:
        if view.answers() == {"name": "李"}:
            view.set_answer("weight", "60")

    view.changed.connect(follow)
    view.go_to("name")
    type_chinese(focused(view), "李")
    assert view.answers() == {"name": "李", "weight": "60"}
    press(focused(view), Qt.Key.Key_Z, CTRL)
    assert view.answers() == {}


def test_carrying_all_over_is_one_step(opened):
    view = opened(previous={"name": "李", "weight": "60", "skin": 1})
    assert view.carry_all() == 3
    view.undo_answer()
    assert view.answers() == {}


def test_a_line_outside_a_form_undoes_by_itself(qtbot):
    line = LineControl(name="alone", accessible_name="备注")
    qtbot.addWidget(line)
    line.show()
    QTest.keyClicks(line, "abc")
    press(line, Qt.Key.Key_Z, CTRL)
    assert line.text() == ""


# --- drafts ---------------------------------------------------------------------------------------------------


def test_what_is_kept_is_taken_up_as_it_stood_also_what_is_hidden_now(opened):
    view = opened()
    view.set_answers({"skin": "6", "skin_note": "老年斑", "weight": "6x"})
    view.set_answer("skin", "1")
    kept = view.kept()
    again = opened()
    again.take_up(kept)
    assert again.answers() == {"skin": "1", "weight": "6x"}
    again.set_answer("skin", "6")
    assert again.answers()["skin_note"] == "老年斑"
    assert not opened().can_undo()


# --- a form laid open -----------------------------------------------------------------------------------------


def test_options_lie_open_and_a_number_goes_on(opened):
    view = opened()
    assert isinstance(control(view, BarControl, "skin"), BarControl)
    view.go_to("skin")
    QTest.keyClicks(focused(view), "2")
    assert focused(view).objectName() == "throat"
    QTest.keyClicks(focused(view), "1")
    assert focused(view).objectName() == "lungs"
    QTest.keyClicks(focused(view), "2")
    assert focused(view).objectName() == "lungs", "several may be chosen"
    QTest.keyClicks(focused(view), "1")
    assert view.values()["lungs"] == [1]
    assert focused(view).objectName() == "weight", "behind “无” nothing else can be chosen"


def test_a_number_of_two_digits_leaves_the_other_answers_alone(opened):
    symptoms = Field(code="s", label="症状", kind=Choices(options(*"无abcdefghijk", sole=(1,)), boxes=9))
    view = opened(Form(code="f", title="f", edition="1", sections=(Section("s", "s", (symptoms,)),)))
    view.go_to("s")
    QTest.keyClicks(focused(view), "3,12,11")
    assert view.values()["s"] == [3, 11, 12]


def test_numbers_that_belong_together_stand_in_one_line(opened):
    view = opened()
    row = view.row_of("bp_sbp")
    assert row is view.row_of("bp_dbp")
    assert row.caption() == "血压（收缩压/舒张压）"
    view.go_to("bp_sbp")
    QTest.keyClicks(focused(view), "148/")
    QTest.keyClicks(focused(view), "88")
    assert (view.values()["bp_sbp"], view.values()["bp_dbp"]) == (148, 88)


def test_groups_have_their_headings_while_something_of_them_is_asked(opened):
    view = opened()
    heads = [each.text() for each in view.findChildren(QLabel) if each.objectName().endswith("_group")]
    assert heads == ["测量", "查体"]


def test_a_question_is_asked_in_its_own_words_beside_its_scale(opened):
    view = opened(form("tcm_elder"))
    assert isinstance(control(view, ScaleBar, "q01"), ScaleBar)
    assert control(view, QLabel, "q02_question").text().startswith("（2）您容易疲乏吗？")


def test_a_grade_says_when_it_is_meant(opened):
    view = opened(form("elder_adl"))
    stack = control(view, StackControl, "mobility")
    assert stack.buttons[3].accessibleDescription() == "卧床不起，活动完全需要帮助"
    assert stack.heightForWidth(240) > stack.heightForWidth(800)


def test_many_options_stay_in_a_list(opened):
    many = Field(code="m", label="很多", kind=Choice(options(*(f"第{n}种" for n in range(1, 21)))))
    view = opened(Form(code="f", title="f", edition="1", sections=(Section("s", "s", (many,)),)))
    view.go_to("m")
    QTest.keyClicks(focused(view), "17")
    assert control(view, ListControl, "m").raw() == "17"


@pytest.mark.parametrize(("code", "made"), [("skin", BarControl), ("lungs", PillsControl)])
def test_a_number_without_an_option_is_told_until_the_field_is_left(opened, code, made):
    view = opened()
    view.go_to(code)
    QTest.keyClicks(control(view, made, code), "9")
    assert "您填的是“9”" in view.row_of(code).problem()
    press(focused(view), Qt.Key.Key_Tab)
    assert view.row_of(code).problem() == ""


# --- offers, comparison, normal findings ----------------------------------------------------------------------


def test_an_offer_is_shown_with_its_origin_and_before_last_time(opened):
    view = opened(previous={"weight": "60"}, offered={"weight": Offered("63.5", "高血压随访 2026-11-20")})
    assert view.row_of("weight").previous_words("weight") == "63.5（高血压随访 2026-11-20）"
    view.go_to("weight")
    press(focused(view), Qt.Key.Key_F4)
    assert view.answers()["weight"] == "63.5"
    assert focused(view).objectName() == "drugs_1_name"
    assert view.row_of("weight").previous_words("weight") == "上次 60 · 沿用"


def test_what_is_answered_as_last_time_is_not_said_again(opened):
    view = opened(previous={"weight": "60"})
    view.go_to("weight")
    write(focused(view), "60.0")
    assert view.row_of("weight").previous_words("weight") == ""


def test_comparing_says_of_every_field_what_it_was(opened):
    view = opened(answers={"weight": "62", "name": "李"}, previous={"weight": "60", "name": "李", "skin": 2})
    view.compare(True)
    assert view.row_of("weight").previous_words("weight") == "上次 60"
    assert view.row_of("name").previous_words("name") == "同上次"
    assert view.row_of("skin").previous_words("skin") == "上次 潮红 · 沿用"
    view.compare(False)
    assert view.row_of("name").previous_words("name") == ""


def test_normal_findings_fill_only_what_lacks_and_go_at_once(opened):
    view = opened(answers={"skin": 2})
    view.go_to("throat")
    assert view.normal_codes(0) == ["throat", "lungs"]
    press(focused(view), Qt.Key.Key_G, CTRL)
    assert {code: view.values()[code] for code in ("skin", "throat", "lungs")} == {"skin": 2, "throat": 1, "lungs": [1]}
    assert view.fill_normal() == 0
    view.undo_answer()
    assert view.answers() == {"skin": 2}


# --- tables ---------------------------------------------------------------------------------------------------


def test_rows_of_a_table_by_keys(opened):
    view = opened()
    view.go_to("drugs")
    for text in ("a", "1"):
        QTest.keyClicks(focused(view), text)
        press(focused(view), Qt.Key.Key_Return)
    assert focused(view).objectName() == "drugs_more"
    press(focused(view), Qt.Key.Key_Return)
    QTest.keyClicks(focused(view), "b")
    assert view.answers()["drugs"] == [{"name": "a", "dose": "1"}, {"name": "b"}]
    view.go_to("drugs")
    press(focused(view), Qt.Key.Key_Delete, CTRL)
    assert view.answers()["drugs"] == [{"name": "b"}]
    assert focused(view).objectName() == "drugs_1_name"


def test_enter_in_an_empty_row_leaves_the_table(opened):
    view = opened()
    view.leads_to = control(view, LineControl, "name")
    view.go_to("drugs")
    press(focused(view), Qt.Key.Key_Return)
    assert focused(view).objectName() == "name"


# --- in a form that scrolls by itself -------------------------------------------------------------------------


def test_sections_are_reached_by_keys_also_where_the_form_scrolls_by_itself(qtbot):
    view = FormView([form("record_cover"), form("personal_info")], context=Context(today=TODAY), with_index=True)
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.show()
    view.activateWindow()
    qtbot.waitUntil(lambda: view.is_built() and view.isActiveWindow())
    view.go_to_section(0)
    press(focused(view), Qt.Key.Key_PageDown, CTRL)
    assert view.current_section() == 1
    view.set_answer("name", "李桂兰")
    press(focused(view), Qt.Key.Key_Z, CTRL)
    assert focused(view).objectName() == "name"
    assert "name" not in view.answers()
