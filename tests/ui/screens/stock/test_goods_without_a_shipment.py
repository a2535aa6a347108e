"""Goods that no shipment brought: the opening balance by keys and from a spreadsheet, gifts, and goods of other clinics."""

from __future__ import annotations

from datetime import date

from openpyxl import load_workbook
from PySide6.QtCore import Qt

from app.domain.movements import MovementKind
from app.interchange.xlsx_files import write_xlsx
from app.services.stock import Stock
from tests.app.services.stock_things import IBUPROFEN
from tests.ui.hands import CTRL, click, press, write
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, services_of, type_keys
from tests.ui.screens.stock.shelf_hands import (
    LEAD_PIN,
    add_goods,
    give_the_lead_a_pin,
    goods_page,
    on_hand,
    open_card,
)
from tests.ui.screens.stock_pages import (
    button,
    do,
    fill,
    line,
    problem,
    said,
    stock_screen,
    table,
    take_number,
    window_of,
)
from ui.screens.stock.goods_rows import Incoming


def test_an_opening_balance_is_typed_and_booked_by_keys_alone(screen, desk, seen):
    screen.primary_action()
    take_number(1)
    assert focused().objectName() == "goods_search"
    type_keys("blf")
    press_key(Qt.Key.Key_Return)
    for text in ("B001", "2028-08", "250", "12.5", "", ""):
        if text:
            press_key(Qt.Key.Key_A, CTRL)
            type_keys(text)
        press_key(Qt.Key.Key_Return)
    assert focused().objectName() == "goods_search"
    assert "1 行　金额 ¥31.25" in said(screen, "goods_note")
    screen.save_action()
    assert on_hand(desk, IBUPROFEN) == 250
    row = Stock(desk).batches(IBUPROFEN)[0]
    assert (row.batch_no, row.expiry, row.price_fen, row.units_per_pack) == (
        "B001",
        date(2028, 8, 31),
        1250,
        100,
    )
    assert seen.sentences[-1] == "已记账 1 行，金额 ¥31.25。"
    assert "布洛芬片 0.2g" in cell_texts(table(screen, "balances"), "name")


def test_a_line_that_can_not_be_booked_says_why_and_nothing_is_booked(screen, desk):
    goods = goods_page(screen)
    add_goods(goods, "blf", batch_no="B1", expiry="2028-08", quantity="2.5")
    add_goods(goods, "aldp", batch_no="B2", expiry="2028-08", quantity="5")
    click(button(goods, "goods_book"))
    first, second = (goods.rows.all()[number].problems for number in (0, 1))
    assert "1 以上的整数" in first["quantity"]
    assert "已经有出入库记录" in second["drug"]
    assert "2 行还不能记" in said(goods, "goods_strip_words")
    assert on_hand(desk, IBUPROFEN) == 0


def test_the_cursor_goes_to_the_first_empty_cell_of_a_line_that_can_not_be_booked(screen):
    goods = goods_page(screen)
    add_goods(goods, "blf")
    click(button(goods, "goods_book"))
    assert list(goods.rows.all()[0].problems)[:3] == ["batch_no", "expiry", "quantity"]
    assert goods.table.current_key() == "batch_no"


def test_what_is_typed_is_still_there_after_the_program_was_closed(qtbot, screen, desk):
    goods = goods_page(screen)
    add_goods(goods, "blf", batch_no="B1", expiry="2028-08", quantity="25")
    again = stock_screen(qtbot, services_of(desk)[0])
    goods = goods_page(again)
    kept = goods.rows.all()
    assert [(row.line.drug.code, row.text("batch_no"), row.text("quantity")) for row in kept] == [
        (IBUPROFEN, "B1", "25")
    ]
    press(goods.table, Qt.Key.Key_Delete, CTRL)
    assert goods.rows.all() == []
    assert goods.table.rows() == []


def test_a_large_quantity_is_asked_about_and_booked_when_it_is_meant(screen, desk, dialogs):
    goods = goods_page(screen)
    add_goods(goods, "blf", batch_no="B1", expiry="2028-08", quantity="20000")
    click(button(goods, "goods_book"))
    assert "很大" in str(dialogs.asked[-1].happened)
    assert on_hand(desk, IBUPROFEN) == 0
    dialogs.will_answer("book")
    click(button(goods, "goods_book"))
    assert on_hand(desk, IBUPROFEN) == 20000


def test_a_spreadsheet_is_read_line_by_line_and_the_refused_lines_are_saved_apart(
    screen, desk, dialogs, tmp_path
):
    file, refused = tmp_path / "开账.xlsx", tmp_path / "refused.xlsx"
    write_xlsx(file, "库存", ["药品名称", "规格", "批号", "有效期", "数量", "单价"], [
        ["布洛芬片", "0.2g", "007", date(2028, 1, 31), 300, 9.9],
        ["布洛芬片", "0.2g", "008", "2028年2月", 12.5, None],
        ["天山雪莲", "", "009", "2028-03", 10, None],
        ["布洛芬片", "0.2g", "010", "2020-03", 10, None],
    ])  # fmt: skip
    dialogs.will_choose(file, refused)
    goods = goods_page(screen)
    click(button(goods, "goods_read_file"))
    assert "读入 4 行" in said(goods, "goods_strip_words")
    assert [sorted(row.problems) for row in goods.rows.all()] == [[], ["quantity"], ["drug"], ["expiry"]]
    click(button(goods, "goods_refused"))
    rows = [[cell.value for cell in row] for row in load_workbook(refused).active]
    assert [row[4] for row in rows] == ["批号", "008", "009", "010"]
    assert "天山雪莲" in rows[2][-1]
    click(button(goods, "goods_book"))
    assert on_hand(desk, IBUPROFEN) == 300
    assert Stock(desk).batches(IBUPROFEN)[0].batch_no == "007"


def test_the_empty_sheet_has_the_headers_that_are_read_again(screen, dialogs, tmp_path):
    dialogs.will_choose(tmp_path / "empty.xlsx")
    click(button(goods_page(screen), "goods_empty_file"))
    headers = [cell.value for cell in load_workbook(tmp_path / "empty.xlsx").active[1]]
    assert headers[:3] == ["药品编码", "商品条码", "药品名称"]


def test_a_file_that_is_no_table_is_told_and_leaves_what_was_typed(screen, dialogs, tmp_path):
    broken = tmp_path / "x.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    dialogs.will_choose(broken)
    goods = goods_page(screen)
    add_goods(goods, "blf", batch_no="B1")
    click(button(goods, "goods_read_file"))
    assert "已损坏" in dialogs.last_told()
    assert len(goods.rows.all()) == 1


def test_a_gift_needs_where_it_came_from_and_the_leads_approval(screen, desk):
    give_the_lead_a_pin(desk)
    goods = goods_page(screen, Incoming.DONATION)
    add_goods(goods, "blf", batch_no="G1", expiry="2028-08", quantity="100")
    click(button(goods, "goods_book"))
    assert "PIN" in goods.fields["pin"].problem()
    write(line(goods, "goods_pin"), LEAD_PIN)
    click(button(goods, "goods_book"))
    assert "对方单位" in goods.fields["party"].problem()
    assert on_hand(desk, IBUPROFEN) == 0
    write(line(goods, "goods_party"), "县红十字会")
    write(line(goods, "goods_pin"), LEAD_PIN)
    click(button(goods, "goods_book"))
    card = Stock(desk).card(IBUPROFEN)
    assert (card.rows[0].kind, card.rows[0].party) == (MovementKind.DONATION_IN, "县红十字会")


def test_goods_of_another_clinic_and_of_an_outside_channel(screen, desk):
    give_the_lead_a_pin(desk)
    goods = goods_page(screen, Incoming.TRANSFER)
    add_goods(goods, "blf", batch_no="T1", expiry="2028-08", quantity="10")
    write(line(goods, "goods_party"), "王庄村卫生室")
    write(line(goods, "goods_number"), "T-7")
    click(button(goods, "goods_book"))
    goods = goods_page(screen, Incoming.OUTSIDE)
    add_goods(goods, "blf", batch_no="T2", expiry="2028-08", quantity="20")
    for name, text in (("party", "县医药公司"), ("number", "W-1"), ("reason", "抢救急用"), ("pin", LEAD_PIN)):
        write(line(goods, f"goods_{name}"), text)
    click(button(goods, "goods_book"))
    kinds = [(row.kind, row.number) for row in Stock(desk).card(IBUPROFEN).rows]
    assert kinds == [(MovementKind.TRANSFER_IN, "T-7"), (MovementKind.RECEIPT, "W-1")]


def test_scanned_packs_come_with_their_line_and_go_with_a_scan(screen, desk):
    code = "81234567890123456789"
    goods = goods_page(screen)
    add_goods(goods, "blf", batch_no="C1", expiry="2028-08", quantity="100")
    goods.table.setFocus()
    click(button(goods, "goods_scan_line"))
    fill(window_of(goods), {"codes": code})
    do(window_of(goods))
    assert "已扫 1 盒" in cell_texts(goods.table, "drug")[0]
    click(button(goods, "goods_book"))
    assert Stock(desk).codes_here(IBUPROFEN) == {Stock(desk).batches(IBUPROFEN)[0].batch_id: 100}
    page = open_card(screen, IBUPROFEN)
    click(button(page, "card_lose"))
    fill(window_of(page), {"lines.0.quantity": "100", "bearer": "clinic", "reason": "打湿了"})
    do(window_of(page))
    assert "还差 1 个追溯码" in problem(window_of(page), "lines.0.codes")
    fill(window_of(page), {"lines.0.codes": code})
    do(window_of(page))
    assert on_hand(desk, IBUPROFEN) == 0
