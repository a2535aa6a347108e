"""What was given: on the register and beside the next draft, taken back, reversed, given again, printed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt

from app.services.dispensing import Dispensing
from app.services.dispensing_register import register
from db.models import Resident
from tests.app.services.dispensing_things import AMLODIPINE, code, draft, line, on_hand
from tests.ui.hands import press, write
from tests.ui.screens.dispensing.dispensing_hands import note_of, only_card, words_of
from tests.ui.screens.drug_desks import press_key
from tests.ui.screens.stock_pages import do, fill, problem, window_of


@pytest.fixture
def given(desk, resident, coded):
    """Seven tablets of amlodipine that 李桂兰 got out of the first pack."""
    tablets = line(quantity=7, usage="饭后", codes=(code(1),))
    return Dispensing(desk).give(draft(resident, tablets, diagnosis="高血压"))


def test_the_register_opens_a_dispensing_and_drugs_come_back(screen, desk, given, window):
    screen.refresh()
    screen.register.table.setFocus()
    press_key(Qt.Key.Key_Return)
    assert screen.given.view == given
    screen.print_action()
    assert window.previews[-1][1] == "药品标签"
    screen.primary_action()
    small = window_of(screen)
    [amlodipine] = given.lines
    do(small)
    assert "请填写退回的数量" in problem(small, amlodipine.id)
    fill(small, {amlodipine.id: "9", "reason": "血压低停药"})
    do(small)
    assert "最多可退 7 片" in problem(small, amlodipine.id)
    fill(small, {amlodipine.id: "3", "codes": code(1)})
    do(small)
    assert Dispensing(desk).get(given.id).lines[0].returned == 3
    assert [chip.text for chip in screen.given.header.chips()] == ["退过药"]
    assert not screen.given.reverse.isVisible()
    title, who_and_why, drugs = words_of(screen.given.came_back)
    assert (title, drugs) == ("退药记录", "苯磺酸氨氯地平片 3 片")
    assert who_and_why.endswith("　王明　原因：血压低停药")
    assert "合计 ¥0.40（发出 ¥0.70）" in note_of(screen.given)
    assert screen.back_action() is True
    assert screen.register.isVisible()
    assert note_of(screen.register) == "1 人次　合计 ¥0.40"
    sheet = register(desk, desk.today(), desk.today())
    assert [(row[9], row[13]) for row in sheet.rows] == [(3, Decimal("0.40"))]


def test_a_mistake_is_reversed(screen, desk, given):
    screen.open_with(dispensing_id=given.id)
    assert on_hand(desk) == 49
    screen.given.reverse.click()
    small = window_of(screen)
    do(small)
    assert "请写明原因" in problem(small, "reason")
    fill(small, {"reason": "选错了人"})
    do(small)
    assert on_hand(desk) == 56
    assert [chip.text for chip in screen.given.header.chips()] == ["已冲销"]
    assert not screen.given.back.isVisible()
    title, who_and_why, *_drugs = words_of(screen.given.came_back)
    assert title == "冲销记录"
    assert who_and_why.endswith("　王明　原因：选错了人")
    screen.back_action()
    assert note_of(screen.register) == "0 人次　合计 ¥0.00"


def test_what_was_reversed_is_given_again_without_writing_it_twice(screen, desk, resident, given, dialogs):
    Dispensing(desk).reverse(given.id, "天数写错")
    with desk.sessions.writing() as session:
        session.get_one(Resident, resident).weight_kg = Decimal("62.5")
    screen.open_with(dispensing_id=given.id)
    screen.primary_action()
    page = screen.giving
    assert page.isVisible()
    assert (page.resident_id, page.draft.diagnosis) == (resident, "高血压")
    assert page.draft.id != given.id
    again = only_card(screen).line()
    assert (again.drug_code, again.quantity, again.days) == (AMLODIPINE, 7, 7)
    assert (again.dose, again.usage) == ("1片", "饭后")
    assert page.draft.weight_kg == Decimal("62.5")
    assert page.is_touched()
    page.scan(code(1), page.finder)
    screen.save_action()
    newest, former = Dispensing(desk).of_day()
    assert (newest.state, former.state) == ("given", "reversed")
    assert [batch.codes for batch in newest.lines[0].batches] == [(code(1),)]


def test_the_history_of_the_resident_stands_beside(screen, resident, given):
    screen.open_with(resident_id=resident)
    page = screen.giving
    assert [row.id for row in page.side.before.rows()] == [given.id]
    assert "每日 1 次，每次 1片，饭后" in " ".join(words_of(page.side.taken))
    page.side.before.setFocus()
    press_key(Qt.Key.Key_Return)
    assert screen.given.view.id == given.id
    screen.back_action()
    assert page.isVisible()


def test_the_register_is_printed_and_saved(screen, given, window, dialogs, tmp_path):
    screen.refresh()
    assert note_of(screen.register).startswith("1 人次")
    screen.print_action()
    assert (window.previews[-1][0][:4], window.previews[-1][1]) == (b"%PDF", "发药登记")
    dialogs.will_choose(tmp_path / "register.xlsx")
    screen.register.export.click()
    _titles, row = load_workbook(tmp_path / "register.xlsx").active.values
    assert row[1:4] == ("李桂兰", "高血压", "苯磺酸氨氯地平片")
    assert code(1) in row


def test_the_register_wants_a_possible_span(screen, given):
    page = screen.register
    write(page.until, "2026-11-01")
    press(page.until, Qt.Key.Key_Return)
    assert page.until_field.problem() == "结束不能早于开始。"
    write(page.since, "gestern")
    press(page.since, Qt.Key.Key_Return)
    assert "您填的是“gestern”" in page.since_field.problem()


def test_given_drugs_stand_in_the_timeline(services, desk, resident, given):
    [row] = [each for each in services.record_folder.timeline(resident) if each.kind == "dispensing"]
    assert (row.dispensing_id, str(row.text), row.author) == (given.id, "苯磺酸氨氯地平片 7 片", "王明")
    Dispensing(desk).reverse(given.id, "选错了人")
    assert [each for each in services.record_folder.timeline(resident) if each.kind == "dispensing"] == []
