"""The ledger card of one drug: its movements between two days, its bars, 冲正 of a movement, on paper and as a file."""

from __future__ import annotations

from datetime import timedelta

from openpyxl import load_workbook
from PySide6.QtCore import Qt

from app.domain.movements import Bearer, MovementKind
from app.services.stock import Stock
from app.services.stock_actions import BatchUnits
from tests.app.services.stock_things import IBUPROFEN, TODAY
from tests.ui.hands import click, press, write
from tests.ui.screens.drug_desks import cell_texts
from tests.ui.screens.stock.shelf_hands import batch_id_of, on_hand, open_card
from tests.ui.screens.stock_pages import button, do, fill, line, problem, said, table, window_of


def test_what_can_not_be_done_on_an_empty_card_is_said(screen, seen):
    page = open_card(screen, IBUPROFEN)
    assert not table(page, "batches").rows()
    screen.primary_action()
    assert "没有有货的批次" in seen.sentences[-1]
    assert "先收货或登记入库" in seen.sentences[-1]


def test_the_movements_are_those_between_two_days_with_what_was_there_before(screen):
    page = open_card(screen)
    assert cell_texts(table(page, "movements"), "came") == ["280", "56", ""]
    since = line(page, "card_since")
    write(since, (TODAY - timedelta(days=60)).isoformat())
    press(since, Qt.Key.Key_Return)
    assert cell_texts(table(page, "movements"), "went") == ["14"]
    assert "承前 336" in said(page, "card_sums")
    write(since, "2026-13-45")
    press(since, Qt.Key.Key_Return)
    assert "没有“2026-13-45”这一天" in said(page, "card_dates_problem")
    assert cell_texts(table(page, "movements"), "went") == ["14"]
    write(since, (TODAY + timedelta(days=2)).isoformat())
    press(since, Qt.Key.Key_Return)
    assert said(page, "card_dates_problem") == "开始日期在结束日期之后，请核对。"


def test_a_month_before_the_drug_came_is_a_dash_in_the_bars(screen):
    page = open_card(screen)
    bars = page.card.bars.bars()
    assert len(bars) == 13
    assert bars[0].value is None
    assert "—" in page.card.bars.accessibleDescription()
    assert [bar.value for bar in bars if bar.title == "10"] == [14.0]


def test_a_movement_is_reversed_with_a_reason(screen, desk, clock):
    gone = BatchUnits(batch_id_of(desk, "0021"), 10)
    Stock(desk).actions.lose(MovementKind.LOST, [gone], bearer=Bearer.CLINIC, reason="找不到")
    clock.forward(hours=1)
    page = open_card(screen)
    assert cell_texts(table(page, "movements"), "kind")[-1] == "丢失"
    click(button(page, "card_reverse"))
    window = window_of(page)
    do(window)
    assert "原因" in problem(window, "reason")
    fill(window, {"reason": "找到了"})
    do(window)
    assert on_hand(desk) == 322
    assert cell_texts(table(page, "movements"), "kind")[-1] == "冲正：丢失"
    table(page, "movements").select_row(len(table(page, "movements").rows()) - 1)
    assert not button(page, "card_reverse").isEnabled()


def test_what_belongs_to_a_receipt_is_not_reversed_here(screen, desk):
    page = open_card(screen)
    table(page, "movements").select_row(0)
    click(button(page, "card_reverse"))
    window = window_of(page)
    fill(window, {"reason": "写错了"})
    do(window)
    assert "请在那里更正" in said(window, "reverse_problem")
    assert on_hand(desk) == 322


def test_the_card_and_the_list_are_printed_and_saved(screen, seen, tmp_path, dialogs):
    screen.print_action()
    page = open_card(screen)
    screen.print_action()
    titles = [title for _, title in seen.sheets]
    assert titles == ["柳庄村卫生室 库存表", "柳庄村卫生室 药品台账卡"]
    assert all(pdf.startswith(b"%PDF") for pdf, _ in seen.sheets)
    dialogs.will_choose(tmp_path / "card.xlsx", tmp_path / "list.xlsx")
    click(button(page, "export_card"))
    screen.back_action()
    click(button(screen, "export_balances"))
    assert [row[1].value for row in load_workbook(tmp_path / "card.xlsx").active][1] == "承前"
    assert load_workbook(tmp_path / "list.xlsx").active.max_row == 4
    assert seen.sentences[-1] == "已存成“list.xlsx”。"
