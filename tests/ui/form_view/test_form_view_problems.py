"""The form view: what is refused, asked about or missing, where it is told, and what may be saved."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QPushButton, QWidget

from app.domain.message import msg
from app.forms.vocabulary import Level, Problem
from tests.ui.form_view.visit_form import ENTER, TODAY, focus
from tests.ui.hands import click, control, press, type_chinese, write


def test_a_refused_value_is_told_when_the_field_is_left_and_not_while_typing(opened):
    view = opened()
    write(focus(view, "sbp"), "1300")
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
    view = opened(
        answers={
            "day": TODAY,
            "name": "李桂兰",
            "method": 1,
            "sbp": 130,
            "dbp": 80,
            "weight": 60,
            "symptoms": [1],
            "ill": 1,
        }
    )
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
    view.show_problems(
        [
            Problem("name", Level.REFUSE, msg("已经有这个人。")),
            Problem("revision", Level.REFUSE, msg("别人改过。")),
            Problem("day", Level.MISSING, msg("请填写日期。")),
        ]
    )
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
