"""申领审核: what the pharmacist decides in the lines of a request, by key, and what is told beneath a line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from app.domain.request_terms import State
from app.i18n import tr
from app.services.exchange import Exchange
from app.services.request_lines import LineEdit
from app.services.requests import Requests
from app.services.review import Review
from tests.ui.hands import type_chinese
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, type_keys
from tests.ui.screens.review.review_pages import agree_to_all, go_to, lines_of, stored, strip
from ui.widgets.naming import unnamed_controls


def test_space_agrees_to_a_line_and_goes_on(world, taken):
    screen, _seen = taken
    agree_to_all(screen)
    assert [line.approved for line in stored(world).lines] == [79, 48, 21]
    assert cell_texts(lines_of(screen), "approved") == ["79", "48", "21"]


def test_a_changed_quantity_asks_for_its_reason_beneath_the_line(world, taken):
    screen, _seen = taken
    table = go_to(screen, 1, "approved")
    type_keys("24")
    press_key(Qt.Key.Key_Tab)
    assert table.rows()[1].remark.sentence == "批准 24 与申请 48 不同：请写明原因。"
    type_keys("2")
    press_key(Qt.Key.Key_Return)
    assert table.rows()[1].remark is None
    assert stored(world).lines[1].decision_reason == "超出合理用量"


@pytest.mark.usefixtures("english")
def test_a_preset_reason_is_shown_in_english_and_kept_in_chinese(world, taken):
    screen, _seen = taken
    table = go_to(screen, 1, "approved")
    type_keys("24")
    press_key(Qt.Key.Key_Tab)
    type_keys("2")
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[1].decision_reason == "超出合理用量"
    assert cell_texts(table, "reason")[1] == tr("超出合理用量") != "超出合理用量"


def test_the_reasons_are_read_whole_while_one_is_chosen_and_cover_no_other_box(taken):
    screen, _seen = taken
    table = go_to(screen, 1, "approved")
    quantity = table.cell_box(table.currentIndex())
    type_keys("24")
    press_key(Qt.Key.Key_Tab)
    reasons = focused()
    assert reasons.width() >= reasons.sizeHint().width()
    assert reasons.geometry().left() > quantity.right()
    assert reasons.geometry().right() <= table.viewport().width()


def test_any_other_reason_is_written_in_chinese(world, taken):
    screen, _seen = taken
    go_to(screen, 1, "approved")
    type_keys("24")
    press_key(Qt.Key.Key_Tab)
    reasons = focused()
    assert isinstance(reasons, QComboBox)
    assert reasons.count() == 6
    type_chinese(reasons.lineEdit(), "下周到货再补")
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[1].decision_reason == "下周到货再补"


def test_a_wrong_quantity_stays_in_its_cell_with_the_reason(world, taken):
    screen, _seen = taken
    table = go_to(screen, 0, "approved")
    type_keys("abc")
    press_key(Qt.Key.Key_Return)
    assert table.rows()[0].remark.sentence == "批准量请填 0 或正整数（最小发药单位），您填的是“abc”。"
    assert cell_texts(table, "approved")[0] == "abc"
    assert stored(world).lines[0].approved is None


def test_agreeing_to_the_rest_leaves_marked_lines_open_and_f8_finds_them(world, opened, tmp_path):
    request_id = world.draft(requested={"硝苯地平": 400})
    requests = Requests(world.clinic)
    line = requests.get(request_id).lines[0]
    requests.edit_line(request_id, line.id, LineEdit(line.on_hand, line.monthly_use, 400, "新增病人"))
    requests.fill_with_suggestions(request_id)
    done = requests.submit(request_id, requests.get(request_id).version, confirmed=frozenset({line.id}))
    Exchange(world.township).open_file(Exchange(world.clinic).save_file(done.message_id, tmp_path / "r.cyx"))
    screen, seen = opened(world.township)
    screen.save_action()
    assert "超建议量 321" in cell_texts(lines_of(screen), "marks")[0]
    assert lines_of(screen).rows()[0].remark.sentence == "卫生室说明：新增病人"
    press_key(Qt.Key.Key_F6)
    assert [each.approved for each in stored(world).lines] == [None, 48, 21]
    assert seen.sentences[-1] == "同意了 2 种；留下 1 种请逐行看（F8）：超建议量 1，有说明 1。"
    go_to(screen, 2, "approved")
    press_key(Qt.Key.Key_F8)
    assert lines_of(screen).current_number() == 0


def test_approving_with_open_lines_leads_to_the_first_and_changes_nothing(world, taken):
    screen, _seen = taken
    go_to(screen, 0, "approved")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    screen.save_action()
    assert stored(world).state is State.IN_REVIEW
    assert lines_of(screen).current_number() == 1
    assert lines_of(screen).rows()[1].remark.sentence == "还没有填批准数量：不给请填 0。"
    assert "还有 2 处" in strip(screen)


def test_what_a_colleague_decided_elsewhere_is_read_and_both_are_kept(world, taken, qtbot):
    screen, _seen = taken
    request = stored(world)
    Review(world.township).decide_line(request.id, request.lines[2].id, 21)
    go_to(screen, 0, "approved")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [line.approved for line in stored(world).lines] == [79, None, 21])
    assert cell_texts(lines_of(screen), "approved") == ["79", "", "21"]


def test_a_line_decided_twice_shows_both_and_waits(world, taken, qtbot):
    screen, _seen = taken
    request = stored(world)
    Review(world.township).decide_line(request.id, request.lines[0].id, 50, "本院库存不足")
    table = go_to(screen, 0, "approved")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: (
            table.rows()[0].remark is not None and "别处刚把这一行批成 50" in table.rows()[0].remark.sentence
        )
    )
    assert stored(world).lines[0].approved == 50


def test_leaving_with_something_unsaved_asks(taken, dialogs):
    screen, _seen = taken
    go_to(screen, 0, "approved")
    type_keys("abc")
    assert not screen.can_leave()
    dialogs.will_answer("leave")
    assert screen.can_leave()


def test_every_control_has_its_names(taken):
    screen, _seen = taken
    go_to(screen, 0, "reason")
    press_key(Qt.Key.Key_Return)
    assert isinstance(focused(), QComboBox)
    assert unnamed_controls(screen) == []
