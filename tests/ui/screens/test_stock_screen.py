"""库存, 近效期 and 冷链 as their users meet them: keyboard and mouse on real encrypted desks."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QScrollArea, QTabBar

from app.domain.movements import Bearer, MovementKind
from app.services.accounts import set_pin_as_owner
from app.services.stock import Stock
from app.services.stock_actions import BatchUnits
from app.services.stock_holds import Hold
from app.services.stocktakes import Stocktakes
from db.models import Drug
from tests.app.services.stock_things import (
    AMLODIPINE,
    IBUPROFEN,
    INSULIN,
    LEAD,
    TODAY,
    add_drugs,
    batch,
    days_ago,
    move,
    receive,
)
from tests.ui.hands import click, control, press, type_chinese, write
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, services_of, type_keys
from tests.ui.screens.stock_pages import (
    button,
    do,
    entries,
    fill,
    line,
    menu,
    no_window,
    page_of,
    problem,
    said,
    stock_screen,
    table,
    take_entry,
    take_number,
    window_of,
)
from ui.screens.stock.goods_rows import Incoming
from ui.screens.stock.words import rounded
from ui.theme.theme import Theme, apply_theme
from ui.widgets.field_row import ComboBox
from ui.widgets.naming import unnamed_controls

CONTROL = Qt.KeyboardModifier.ControlModifier
PIN = "314159"


@pytest.fixture
def desk(clinic_desk):
    """Three drugs: amlodipine in two batches, insulin, and ibuprofen that never came."""
    add_drugs(clinic_desk)
    receive(clinic_desk, 280, TODAY - timedelta(days=120), "0021")
    near = receive(clinic_desk, 56, TODAY - timedelta(days=100), "0019", TODAY + timedelta(days=20))
    move(clinic_desk, near, MovementKind.DISPENSE, 14, days_ago(clinic_desk, 50))
    receive(clinic_desk, 6, TODAY - timedelta(days=90), "I7", date(2027, 9, 30), INSULIN)
    return clinic_desk


@pytest.fixture
def world(desk, dialogs):
    """Services of the clinic, and what its window was asked."""
    return services_of(desk, dialogs)


@pytest.fixture
def screen(qtbot, world):
    return stock_screen(qtbot, world[0])


def on_hand(desk, drug=AMLODIPINE):
    return Stock(desk).position(drug).on_hand


def open_card(screen, drug=AMLODIPINE):
    page = page_of(screen)
    page.show_card(drug)
    return page


def choose_batch(page, number):
    shown = table(page, "batches")
    shown.setFocus()
    shown.select_row([row.batch_no for row in shown.rows()].index(number))


# --- the balance list -----------------------------------------------------------------------------------------


def test_the_list_shows_every_drug_that_was_on_the_shelf_and_a_dash_for_what_is_unknown(screen, desk):
    balances = table(screen, "balances")
    names = cell_texts(balances, "name")
    assert names == ["氨氯地平片 5mg", "甘精胰岛素注射液 300单位"]
    assert cell_texts(balances, "on_hand") == ["322 片 11 盒 14 片", "6 支"]
    assert cell_texts(balances, "amc")[1] == "—"
    assert cell_texts(balances, "days")[1] == "—"  # nobody uses it: neither 0 nor without end
    assert cell_texts(balances, "status")[1] == "呆滞"
    assert cell_texts(balances, "expiry")[0] == (TODAY + timedelta(days=20)).isoformat()


@pytest.mark.parametrize(("use", "words"), [
    (Fraction(850, 3), "283.33"), (Fraction(85, 10), "8.5"), (Fraction(30), "30"), (None, None),
])  # fmt: skip
def test_the_use_of_a_month_is_told_as_the_request_tells_it(use, words):
    assert rounded(use) == words


def test_a_price_that_is_not_known_makes_the_value_unknown(screen, desk):
    batch(desk, "X", drug=IBUPROFEN, price=None, pack=100)
    move(desk, batch(desk, "X", drug=IBUPROFEN, price=None, pack=100), MovementKind.RECEIPT, 10, days_ago(desk, 1))
    screen.refresh()
    balances = table(screen, "balances")
    assert cell_texts(balances, "value")[cell_texts(balances, "name").index("布洛芬片 0.2g")] == "—"
    assert "金额 —" in said(page_of(screen).list, "page_note")


@pytest.mark.parametrize(("typed", "found"), [("gjyd", ["甘精胰岛素注射液 300单位"]), ("6901234567892", ["氨氯地平片 5mg"]),
                                              ("zzz", [])])
def test_a_drug_is_found_by_initials_and_bar_code(screen, typed, found):
    type_keys(typed)
    assert cell_texts(table(screen, "balances"), "name") == found


def test_a_drug_is_found_by_its_characters(screen):
    type_chinese(line(screen, "balance_search"), "胰岛素")
    assert cell_texts(table(screen, "balances"), "name") == ["甘精胰岛素注射液 300单位"]


def test_the_states_say_how_many_they_have_and_narrow_the_list(screen):
    states = control(screen, ComboBox, "balance_state")
    words = [states.itemText(number) for number in range(states.count())]
    assert words[0] == "全部状态 2"
    assert "呆滞 1" in words
    assert "断货 0" in words
    screen.open_with(state="unused")
    assert cell_texts(table(screen, "balances"), "name") == ["甘精胰岛素注射液 300单位"]
    control(screen, QCheckBox, "balance_never_kept").click()
    states.set_value("all")
    assert len(cell_texts(table(screen, "balances"), "name")) == 3
    control(screen, QCheckBox, "balance_cold").click()
    assert cell_texts(table(screen, "balances"), "name") == ["甘精胰岛素注射液 300单位"]


def test_escape_empties_the_search_first(screen):
    type_keys("gj")
    assert screen.back_action()
    assert line(screen, "balance_search").text() == ""
    assert not screen.back_action()


# --- the ledger card ------------------------------------------------------------------------------------------


def test_a_loss_is_booked_by_keys_alone(qtbot, screen, desk, world):
    type_keys("aldp")
    press_key(Qt.Key.Key_Return)
    page = page_of(screen)
    assert focused().objectName() == "batches"
    assert cell_texts(table(page, "batches"), "batch_no") == ["0019", "0021"]
    screen.primary_action()
    assert entries()[0] == ("&1  报损…", True)
    take_number(1)
    window = window_of(page)
    qtbot.waitUntil(lambda: focused().objectName() == "loss_kind")
    press_key(Qt.Key.Key_Tab)
    type_keys("28")
    assert window.fields["lines.0.quantity"].control.accessibleDescription().startswith("1 盒　价值 ¥5.60")
    press_key(Qt.Key.Key_Tab)
    press_key(Qt.Key.Key_Down)
    press_key(Qt.Key.Key_Down)
    press_key(Qt.Key.Key_Tab)
    type_chinese(focused(), "受潮")
    press_key(Qt.Key.Key_Return)
    assert no_window(page)
    assert on_hand(desk) == 294
    last = Stock(desk).card(AMLODIPINE).rows[-1]
    assert (last.kind, last.change, last.bearer, last.reason) == (MovementKind.DAMAGE, -28, Bearer.CLINIC, "受潮")
    assert cell_texts(table(page, "movements"), "balance")[-1] == "294"
    assert world[1].sentences[-1] == "已记账。"
    moves = table(page, "movements")
    assert moves.current_row().movement_id == last.movement_id
    assert page.findChild(QLabel, "card_reason").text() == "选中的一笔，原因：受潮（村卫生室承担）"
    around = page.findChild(QScrollArea, "drug_card_scroll").viewport()
    line_of_it = moves.visualRect(moves.currentIndex()).bottomLeft()
    qtbot.waitUntil(lambda: moves.viewport().mapTo(around, line_of_it).y() <= around.height())
    with qtbot.waitActive(screen):
        screen.activateWindow()
    assert screen.back_action()
    assert cell_texts(table(screen, "balances"), "on_hand") == ["294 片 10 盒 14 片"]
    assert focused().objectName() == "balances"


def test_what_can_not_be_done_on_an_empty_card_is_said(screen, desk, world):
    page = open_card(screen, IBUPROFEN)
    assert not table(page, "batches").rows()
    screen.primary_action()
    assert "没有有货的批次" in world[1].sentences[-1]
    assert "先收货或登记入库" in world[1].sentences[-1]


@pytest.mark.parametrize(("quantity", "told"), [
    ("", "1 以上的整数"), ("0", "1 以上的整数"), ("-3", "1 以上的整数"), ("2.5", "1 以上的整数"), ("99999", ""),
])  # fmt: skip
def test_a_loss_of_what_can_not_be_is_refused_beside_its_field(screen, desk, quantity, told):
    page = open_card(screen)
    click(button(page, "card_lose"))
    window = window_of(page)
    fill(window, {"lines.0.quantity": quantity, "bearer": "clinic", "reason": "受潮"})
    do(window)
    assert told in problem(window, "lines.0.quantity") != ""
    assert on_hand(desk) == 322
    press(window, Qt.Key.Key_Escape)
    assert no_window(page)


def test_a_loss_needs_its_bearer_its_reason_and_a_theft_its_report(screen, desk):
    page = open_card(screen)
    click(button(page, "card_lose"))
    window = window_of(page)
    assert not window.fields["report_number"].isVisible()
    fill(window, {"kind": "stolen", "lines.0.quantity": "5"})
    assert window.fields["report_number"].isVisible()
    do(window)
    assert "由谁承担" in problem(window, "bearer")
    assert "至少两个字" in problem(window, "reason")
    assert "报警" in problem(window, "report_number")
    assert on_hand(desk) == 322


def test_a_day_that_has_not_come_is_refused_and_a_past_one_is_booked_there(screen, desk):
    page = open_card(screen)
    click(button(page, "card_lose"))
    window = window_of(page)
    fill(window, {"lines.0.quantity": "2", "bearer": "clinic", "reason": "受潮", "at": "2027-01-01"})
    do(window)
    assert problem(window, "at") == "日期还没有到，请核对。"
    fill(window, {"at": (TODAY - timedelta(days=5)).isoformat()})
    do(window)
    assert Stock(desk).card(AMLODIPINE).rows[-1].at.astimezone().date() == TODAY - timedelta(days=5)


def test_a_batch_that_another_window_used_up_is_refused_and_nothing_is_booked(screen, desk):
    page = open_card(screen)
    choose_batch(page, "0019")
    click(button(page, "card_lose"))
    window = window_of(page)
    gone = table(page, "batches").current_row().batch_id
    Stock(desk).actions.lose(MovementKind.DAMAGE, [BatchUnits(gone, 40)], bearer=Bearer.CLINIC, reason="打湿了")
    fill(window, {"lines.0.quantity": "42", "bearer": "clinic", "reason": "受潮"})
    do(window)
    assert "0019" in problem(window, "lines.0.quantity")
    assert on_hand(desk) == 282


def test_goods_go_back_to_the_township_to_another_clinic_and_to_an_inspection(screen, desk):
    page = open_card(screen)
    for name, values in (
        ("card_return", {"lines.0.quantity": "7", "reason": "近效期"}),
        ("card_transfer", {"lines.0.quantity": "7", "party": "王庄村卫生室", "number": "T-1"}),
        ("card_sample", {"lines.0.quantity": "7", "party": "县市场监管局", "number": "S-9"}),
    ):
        choose_batch(page, "0021")
        click(button(page, name))
        fill(window_of(page), values)
        do(window_of(page))
        assert no_window(page), name
    kinds = [row.kind for row in Stock(desk).card(AMLODIPINE).rows[-3:]]
    assert sorted(kinds) == sorted([MovementKind.RETURN_TO_TOWNSHIP, MovementKind.TRANSFER_OUT,
                                    MovementKind.SAMPLE_FOR_INSPECTION])  # fmt: skip
    assert on_hand(desk) == 301
    assert "王庄村卫生室" in " ".join(cell_texts(table(page, "movements"), "document"))


def test_a_batch_is_stopped_and_goes_again_with_the_leads_pin(screen, desk):
    lead = _real_lead(desk)
    page = open_card(screen)
    choose_batch(page, "0021")
    click(button(page, "card_hold"))
    fill(window_of(page), {"reason": "外观异常"})
    do(window_of(page))
    assert "质量待查" in cell_texts(table(page, "batches"), "state")[1]
    choose_batch(page, "0021")
    assert button(page, "card_hold").text() == "恢复使用…"
    click(button(page, "card_hold"))
    window = window_of(page)
    fill(window, {"reason": "复核无异常", "approval": lead, "pin": "000000"})
    do(window)
    assert "PIN 不对" in problem(window, "pin")
    assert Stock(desk).batches(AMLODIPINE)[1].hold == Hold.QUALITY.value
    fill(window, {"pin": PIN})
    do(window)
    assert no_window(page)
    assert Stock(desk).batches(AMLODIPINE)[1].hold == ""


def _real_lead(desk):
    """The lead has a PIN; gives his id."""
    set_pin_as_owner(desk, LEAD.user_id, PIN)
    return LEAD.user_id


def test_a_movement_is_reversed_with_a_reason(screen, desk, clock):
    Stock(desk).actions.lose(MovementKind.LOST, [BatchUnits(_batch_id(desk, "0021"), 10)], bearer=Bearer.CLINIC, reason="找不到")
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


def _batch_id(desk, number):
    return next(row.batch_id for row in Stock(desk).batches(AMLODIPINE, also_empty=True) if row.batch_no == number)


def test_what_belongs_to_a_receipt_is_not_reversed_here(screen, desk):
    page = open_card(screen)
    table(page, "movements").select_row(0)
    click(button(page, "card_reverse"))
    window = window_of(page)
    fill(window, {"reason": "写错了"})
    do(window)
    assert "请在那里更正" in said(window, "reverse_problem")
    assert on_hand(desk) == 322


def test_the_movements_are_those_between_two_days_with_what_was_there_before(screen, desk):
    page = open_card(screen)
    assert cell_texts(table(page, "movements"), "came") == ["280", "56", ""]
    since = line(page, "card_since")
    write(since, (TODAY - timedelta(days=60)).isoformat())
    press(since, Qt.Key.Key_Return)
    assert cell_texts(table(page, "movements"), "went") == ["14"]
    assert "承前 336" in said(page, "card_sums")
    write(since, "2026-13-45")
    press(since, Qt.Key.Key_Return)
    assert said(page, "card_dates_problem") != ""
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


def test_the_card_and_the_list_are_printed_and_saved(screen, desk, world, tmp_path, dialogs):
    screen.print_action()
    page = open_card(screen)
    screen.print_action()
    titles = [title for _, title in world[1].sheets]
    assert titles == ["柳庄村卫生室 库存表", "柳庄村卫生室 药品台账卡"]
    assert all(pdf.startswith(b"%PDF") for pdf, _ in world[1].sheets)
    dialogs.will_choose(tmp_path / "card.xlsx", tmp_path / "list.xlsx")
    click(button(page, "export_card"))
    screen.back_action()
    click(button(screen, "export_balances"))
    assert [row[1].value for row in load_workbook(tmp_path / "card.xlsx").active][1] == "承前"
    assert load_workbook(tmp_path / "list.xlsx").active.max_row == 4
    assert world[1].sentences[-1] == "已存成“list.xlsx”。"


def test_a_list_that_was_not_saved_says_nothing(screen, world):
    click(button(screen, "export_balances"))
    assert world[1].sentences == []


# --- goods that no shipment brought ---------------------------------------------------------------------------


def goods_page(screen, kind=Incoming.OPENING):
    page = page_of(screen)
    page.enter_goods(kind)
    return page.goods


def test_an_opening_balance_is_typed_and_booked_by_keys_alone(screen, desk, world):
    screen.primary_action()
    take_number(1)
    assert focused().objectName() == "goods_search"
    type_keys("blf")
    press_key(Qt.Key.Key_Return)
    for text in ("B001", "2028-08", "250", "12.5", "", ""):
        if text:
            press_key(Qt.Key.Key_A, CONTROL)
            type_keys(text)
        press_key(Qt.Key.Key_Return)
    assert focused().objectName() == "goods_search"
    assert "1 行　金额 ¥31.25" in said(screen, "goods_note")
    screen.save_action()
    assert on_hand(desk, IBUPROFEN) == 250
    row = Stock(desk).batches(IBUPROFEN)[0]
    assert (row.batch_no, row.expiry, row.price_fen, row.units_per_pack) == ("B001", date(2028, 8, 31), 1250, 100)
    assert world[1].sentences[-1] == "已记账 1 行，金额 ¥31.25。"
    assert "布洛芬片 0.2g" in cell_texts(table(screen, "balances"), "name")


def test_a_line_that_can_not_be_booked_says_why_and_nothing_is_booked(screen, desk):
    goods = goods_page(screen)
    _add(goods, "blf", batch_no="B1", expiry="2028-08", quantity="2.5")
    _add(goods, "aldp", batch_no="B2", expiry="2028-08", quantity="5")
    click(button(goods, "goods_book"))
    first, second = (goods.rows.all()[number].problems for number in (0, 1))
    assert "1 以上的整数" in first["quantity"]
    assert "已经有出入库记录" in second["drug"]
    assert "2 行还不能记" in said(goods, "goods_strip_words")
    assert on_hand(desk, IBUPROFEN) == 0


def test_the_cursor_goes_to_the_first_empty_cell_of_a_line_that_can_not_be_booked(screen):
    goods = goods_page(screen)
    _add(goods, "blf")
    click(button(goods, "goods_book"))
    assert list(goods.rows.all()[0].problems)[:3] == ["batch_no", "expiry", "quantity"]
    assert goods.table.current_key() == "batch_no"


def _add(goods, initials, **texts):
    """A line of the drug with these answers."""
    write(line(goods, "goods_search"), initials)
    press(line(goods, "goods_search"), Qt.Key.Key_Return)
    goods.table.finish_editing()
    row = goods.rows.all()[-1]
    for key, text in texts.items():
        goods.write(row, key, text)


def test_what_is_typed_is_still_there_after_the_program_was_closed(qtbot, screen, desk, world):
    goods = goods_page(screen)
    _add(goods, "blf", batch_no="B1", expiry="2028-08", quantity="25")
    again = stock_screen(qtbot, services_of(desk)[0])
    kept = goods_page(again).rows.all()
    assert [(row.line.drug.code, row.text("batch_no"), row.text("quantity")) for row in kept] == [(IBUPROFEN, "B1", "25")]
    press(kept_table := again.current_page().goods.table, Qt.Key.Key_Delete, CONTROL)
    assert again.current_page().goods.rows.all() == []
    assert kept_table.rows() == []


def test_a_large_quantity_is_asked_about_and_booked_when_it_is_meant(screen, desk, dialogs):
    goods = goods_page(screen)
    _add(goods, "blf", batch_no="B1", expiry="2028-08", quantity="20000")
    click(button(goods, "goods_book"))
    assert "很大" in str(dialogs.asked[-1].happened)
    assert on_hand(desk, IBUPROFEN) == 0
    dialogs.will_answer("book")
    click(button(goods, "goods_book"))
    assert on_hand(desk, IBUPROFEN) == 20000


def test_a_spreadsheet_is_read_line_by_line_and_the_refused_lines_are_saved_apart(screen, desk, dialogs, tmp_path, world):
    from app.interchange.xlsx_files import write_xlsx

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
    _add(goods, "blf", batch_no="B1")
    click(button(goods, "goods_read_file"))
    assert "已损坏" in dialogs.last_told()
    assert len(goods.rows.all()) == 1


def test_a_gift_needs_where_it_came_from_and_the_leads_approval(screen, desk):
    _real_lead(desk)
    goods = goods_page(screen, Incoming.DONATION)
    _add(goods, "blf", batch_no="G1", expiry="2028-08", quantity="100")
    click(button(goods, "goods_book"))
    assert "PIN" in goods.fields["pin"].problem()
    write(line(goods, "goods_pin"), PIN)
    click(button(goods, "goods_book"))
    assert "对方单位" in goods.fields["party"].problem()
    assert on_hand(desk, IBUPROFEN) == 0
    write(line(goods, "goods_party"), "县红十字会")
    write(line(goods, "goods_pin"), PIN)
    click(button(goods, "goods_book"))
    card = Stock(desk).card(IBUPROFEN)
    assert (card.rows[0].kind, card.rows[0].party) == (MovementKind.DONATION_IN, "县红十字会")


def test_goods_of_another_clinic_and_of_an_outside_channel(screen, desk):
    _real_lead(desk)
    goods = goods_page(screen, Incoming.TRANSFER)
    _add(goods, "blf", batch_no="T1", expiry="2028-08", quantity="10")
    write(line(goods, "goods_party"), "王庄村卫生室")
    write(line(goods, "goods_number"), "T-7")
    click(button(goods, "goods_book"))
    goods = goods_page(screen, Incoming.OUTSIDE)
    _add(goods, "blf", batch_no="T2", expiry="2028-08", quantity="20")
    for name, text in (("goods_party", "县医药公司"), ("goods_number", "W-1"), ("goods_reason", "抢救急用"), ("goods_pin", PIN)):
        write(line(goods, name), text)
    click(button(goods, "goods_book"))
    kinds = [(row.kind, row.number) for row in Stock(desk).card(IBUPROFEN).rows]
    assert kinds == [(MovementKind.TRANSFER_IN, "T-7"), (MovementKind.RECEIPT, "W-1")]


def test_scanned_packs_come_with_their_line_and_go_with_a_scan(screen, desk):
    code = "81234567890123456789"
    goods = goods_page(screen)
    _add(goods, "blf", batch_no="C1", expiry="2028-08", quantity="100")
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
    assert problem(window_of(page), "lines.0.codes") != ""
    fill(window_of(page), {"lines.0.codes": code})
    do(window_of(page))
    assert on_hand(desk, IBUPROFEN) == 0


# --- near expiry ----------------------------------------------------------------------------------------------


def test_the_tab_says_how_many_batches_are_pressing_before_it_is_opened(screen, desk):
    bar = control(screen, QTabBar, "stock_sections")
    assert bar.tabText(1) == "近效期 1"
    receive(desk, 5, TODAY - timedelta(days=3), "0018", TODAY + timedelta(days=60))
    screen.refresh()
    assert bar.tabText(1) == "近效期 2"


def test_the_tab_of_counting_says_that_a_count_is_running_before_it_is_opened(screen, desk):
    bar = control(screen, QTabBar, "stock_sections")
    number = screen.section_keys().index("stocktake")
    assert bar.tabText(number) == "盘点"
    Stocktakes(desk).open()
    screen.refresh()
    assert bar.tabText(number) == "盘点 1"


def test_what_has_expired_is_written_off_from_its_line_by_keys(qtbot, world, desk, clock):
    clock.forward(days=30)
    screen = stock_screen(qtbot, world[0], "expiry")
    page = page_of(screen)
    near = table(page, "near_expiry")
    assert cell_texts(near, "level") == ["已过期"]
    assert cell_texts(near, "action") == ["报损"]
    assert focused() is near
    press_key(Qt.Key.Key_Return)
    window = window_of(page)
    assert window.fields["kind"].control.value() == "expired"
    assert window.fields["lines.0.quantity"].control.text() == "42"
    fill(window, {"bearer": "township", "reason": "过期销毁"})
    do(window)
    assert near.rows() == []
    assert control(screen, QTabBar, "stock_sections").tabText(1) == "近效期"
    assert Stock(desk).card(AMLODIPINE).rows[-1].kind is MovementKind.EXPIRED


def test_what_can_not_be_used_in_time_goes_back_from_its_line(qtbot, world, desk):
    screen = stock_screen(qtbot, world[0], "expiry")
    page = page_of(screen)
    assert cell_texts(table(page, "near_expiry"), "action") == ["退回乡镇"]
    assert "到有效期还剩" in said(page, "expiry_note")
    screen.primary_action()
    assert entries()[0][0].endswith("照建议办理：退回乡镇")
    take_entry("carry_out")
    window = window_of(page)
    left = int(window.fields["lines.0.quantity"].control.text())
    assert 0 < left <= 42
    fill(window, {"reason": "近效期用不完"})
    do(window)
    assert on_hand(desk) == 322 - left


def test_the_near_expiry_list_is_narrowed_printed_and_saved(qtbot, world, desk, dialogs, tmp_path):
    receive(desk, 5, TODAY - timedelta(days=3), "0018", TODAY + timedelta(days=150))
    screen = stock_screen(qtbot, world[0], "expiry")
    page = page_of(screen)
    control(page, ComboBox, "expiry_level").set_value("yellow")
    assert cell_texts(table(page, "near_expiry"), "level") == ["剩 151 天"]
    level = control(page, ComboBox, "expiry_level")
    assert [level.itemText(number) for number in range(2, 5)] == ["30 天内：1", "31–90 天：0", "91–180 天：1"]
    world[0].settings.set("expiry_yellow_days", 160)
    page.refresh()
    assert level.itemText(4) == "91–160 天：1"
    screen.print_action()
    assert world[1].sheets[-1][1] == "柳庄村卫生室 近效期药品表"
    dialogs.will_choose(tmp_path / "near.xlsx")
    click(button(page, "export_near_expiry"))
    assert [row[1] for row in load_workbook(tmp_path / "near.xlsx").active.values] == ["药品", "氨氯地平片", "氨氯地平片", "合计"]


def test_from_a_near_batch_to_its_ledger_card(qtbot, world):
    screen = stock_screen(qtbot, world[0], "expiry")
    screen.primary_action()
    take_entry("_card")
    assert world[1].places[-1] == ("stock", {"section": "balance", "drug_code": AMLODIPINE})
    screen.open_with(**world[1].places[-1][1])
    assert screen.current_key() == "balance"
    assert page_of(screen).card.contents.drug.drug_code == AMLODIPINE


# --- cold chain -----------------------------------------------------------------------------------------------


@pytest.fixture
def cold(qtbot, world):
    return stock_screen(qtbot, world[0], "cold_chain")


def test_a_reading_is_written_by_keys_alone_and_the_next_device_is_offered(cold, desk, world):
    page = page_of(cold)
    cold.primary_action()
    assert focused().objectName() == "reading_device"
    type_chinese(focused(), "冷藏柜")
    press_key(Qt.Key.Key_Tab)
    type_keys("4.5")
    press_key(Qt.Key.Key_Return)
    register = Stock(desk).cold_chain.register()
    assert [(row.device, str(row.readings[0].celsius)) for row in register] == [("冷藏柜", "4.5")]
    assert cell_texts(table(page, "cold_devices"), "morning") == [f"{desk.now().astimezone():%H:%M}　4.5 ℃"]
    assert world[1].sentences[-1] == "已记 冷藏柜 4.5 ℃。"
    assert line(page, "reading_celsius").text() == ""
    assert focused().objectName() == "reading_celsius"


@pytest.mark.parametrize(("typed", "told"), [("", "温度请填"), ("五", "温度请填"), ("99", "温度请填"), ("4.55", "温度请填")])
def test_a_reading_that_can_not_be_is_refused_beside_its_field(cold, desk, typed, told):
    page = page_of(cold)
    page.entry.go_to("冷藏柜")
    write(line(page, "reading_celsius"), typed)
    cold.save_action()
    assert told in page.entry.fields["celsius"].problem()
    assert Stock(desk).cold_chain.register() == ()


def test_a_reading_of_the_future_or_at_no_time_is_refused(cold, desk):
    page = page_of(cold)
    page.entry.go_to("冷藏柜")
    write(line(page, "reading_celsius"), "4")
    write(line(page, "reading_clock"), "25:00")
    cold.save_action()
    assert page.entry.fields["clock"].problem() != ""
    write(line(page, "reading_clock"), "23:00")
    cold.save_action()
    assert "还没有到" in page.entry.fields["at"].problem()
    write(line(page, "reading_clock"), "0:05")
    cold.save_action()
    assert f"{Stock(desk).cold_chain.register()[0].readings[0].at.astimezone():%H:%M}" == "00:05"


@pytest.fixture
def excursion(desk):
    cold = Stock(desk).cold_chain
    for days, hour, celsius in ((3, 1, "5"), (3, 10, "8.4"), (2, 0, "11"), (2, 9, "6"), (1, 1, "5"), (1, 9, "5"), (0, 0, "5")):
        cold.add_reading("冷藏柜", celsius, at=days_ago(desk, days, hour))
    return cold.register()[0].excursions[0]


def test_goods_of_an_event_are_stopped_and_thrown_away(qtbot, world, desk, excursion):
    cold = stock_screen(qtbot, world[0])
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链 1"  # before it is opened
    cold.show_section("cold_chain")
    page = page_of(cold)
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链 1"
    events = table(page, "cold_events")
    assert cell_texts(events, "state")[0] == "待停用核实"  # what waits stands first, before newer silences, and is chosen
    assert events.current_number() == 0
    events.setFocus()
    press_key(Qt.Key.Key_Return)
    window = window_of(page)
    box = control(window, QCheckBox, "cold_stop_batches_0")
    assert "I7" in box.text()
    box.click()
    do(window)
    assert problem(window, "batches") == "还没有选批次。请至少选一批。"
    box.click()
    do(window)
    assert Stock(desk).batches(INSULIN)[0].hold == Hold.COLD_CHAIN.value
    assert "已停用，待决定" in cell_texts(events, "state")
    click(button(page, "cold_discard_goods"))
    fill(window_of(page), {"bearer": "township", "reason": "最高 11 度"})
    do(window_of(page))
    assert on_hand(desk, INSULIN) == 0
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链"


def test_goods_of_an_event_may_be_used_after_all_when_the_lead_agrees(qtbot, world, desk, excursion):
    lead = _real_lead(desk)
    Stock(desk).cold_chain.hold_affected(excursion)
    cold = stock_screen(qtbot, world[0], "cold_chain")
    page = page_of(cold)
    click(button(page, "cold_keep_goods"))
    window = window_of(page)
    do(window)
    assert "PIN" in problem(window, "pin")
    fill(window, {"reason": "厂家答复可用", "approval": lead, "pin": PIN})
    do(window)
    assert Stock(desk).batches(INSULIN)[0].hold == ""
    assert "已处理" in cell_texts(table(page, "cold_events"), "state")


def test_the_register_is_printed_and_saved(qtbot, world, desk, excursion, dialogs, tmp_path):
    cold = stock_screen(qtbot, world[0], "cold_chain")
    cold.print_action()
    assert world[1].sheets[-1][1] == "柳庄村卫生室 冷链温度记录"
    dialogs.will_choose(tmp_path / "cold.xlsx")
    click(button(cold, "export_cold"))
    assert load_workbook(tmp_path / "cold.xlsx").active.max_row == 8


def test_an_opened_pen_is_thrown_away_28_days_later(qtbot, world, desk, clock):
    cold = stock_screen(qtbot, world[0], "cold_chain")
    page = page_of(cold)
    click(button(page, "open_item"))
    fill(window_of(page), {"days": "0"})
    do(window_of(page))
    assert "照说明书" in problem(window_of(page), "days")
    fill(window_of(page), {"days": "28", "note": "李某用"})
    do(window_of(page))
    items = table(page, "opened_items")
    assert cell_texts(items, "discard_on") == [(TODAY + timedelta(days=28)).isoformat()]
    clock.forward(days=28)
    cold.refresh()
    assert cell_texts(items, "days") == ["到期，请丢弃"]
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链 1"
    items.select_row(0)
    click(button(page, "item_discard"))
    fill(window_of(page), {"bearer": "clinic"})
    do(window_of(page))
    assert items.rows() == []
    assert Stock(desk).card(INSULIN).rows[-1].kind is MovementKind.OPENED_PAST_USE
    assert on_hand(desk, INSULIN) == 5
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链"


def test_a_pen_that_is_used_up_leaves_the_list_when_it_is_meant(qtbot, world, desk, dialogs):
    Stock(desk).opened.open(Stock(desk).batches(INSULIN)[0].batch_id)
    cold = stock_screen(qtbot, world[0], "cold_chain")
    page = page_of(cold)
    items = table(page, "opened_items")
    items.select_row(0)
    click(button(page, "item_used"))
    assert len(items.rows()) == 1  # the question was not answered with yes
    dialogs.will_answer("do")
    click(button(page, "item_used"))
    assert items.rows() == []
    assert on_hand(desk, INSULIN) == 6


def test_opened_items_are_listed_printed_and_saved_with_what_became_of_them(qtbot, world, desk, dialogs, tmp_path):
    opened = Stock(desk).opened
    for _time in range(2):
        opened.open(Stock(desk).batches(INSULIN)[0].batch_id)
    opened.use_up(opened.in_use()[0].id)
    cold = stock_screen(qtbot, world[0], "cold_chain")
    page = page_of(cold)
    items = table(page, "opened_items")
    assert len(items.rows()) == 1
    control(page, QCheckBox, "opened_with_closed").setChecked(True)
    assert [row.closed_as for row in items.rows()] == ["", "used"]
    assert "用完" in cell_texts(items, "days")[1]
    items.select_row(1)
    assert not button(page, "item_used").isEnabled()
    assert not button(page, "item_discard").isEnabled()
    click(button(page, "print_opened"))
    assert world[1].sheets[-1][1] == "柳庄村卫生室 开封登记表"
    dialogs.will_choose(tmp_path / "opened.xlsx")
    click(button(page, "export_opened"))
    words = {cell.value for row in load_workbook(tmp_path / "opened.xlsx").active for cell in row}
    assert {"使用中", "用完"} <= words


# --- the township, and what every page keeps to ---------------------------------------------------------------


def test_a_township_sees_its_own_shelf_and_gives_nothing_back_to_itself(qtbot, township_desk):
    add_drugs(township_desk)
    receive(township_desk, 280, TODAY - timedelta(days=120), "0021", TODAY + timedelta(days=20))
    services, seen = services_of(township_desk)
    screen = stock_screen(qtbot, services)
    assert "receiving" not in screen.section_keys()
    page = open_card(screen)
    screen.primary_action()
    assert not any("退回卫生院" in words for words, _ in entries())
    press(menu(), Qt.Key.Key_Escape)
    screen.show_section("expiry")
    assert cell_texts(table(page_of(screen), "near_expiry"), "action") == ["退回配送企业"]
    table(page_of(screen), "near_expiry").setFocus()
    press_key(Qt.Key.Key_Return)
    assert seen.places[-1] == ("supply", {"section": "purchasing"})
    assert page is not None


def test_every_control_has_a_name(qtbot, world, desk, excursion):
    screen = stock_screen(qtbot, world[0])
    page = open_card(screen)
    assert unnamed_controls(screen) == []
    goods_page(screen, Incoming.OUTSIDE)
    assert unnamed_controls(screen) == []
    click(button(page.card, "card_lose"))
    for key in ("expiry", "cold_chain"):
        screen.show_section(key)
        assert unnamed_controls(screen) == [], key


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_list_of_four_hundred_drugs_is_narrowed_without_delay(qtbot, qapp, world, desk, scale):
    with desk.sessions.writing() as session:
        for number in range(400):
            session.add(Drug(code=f"N{number:03}", generic_name=f"药品{number}", strength="1g", unit="片", units_per_pack=10,
                             pinyin=f"yp{number}", dosage_form="片剂", pack_unit="盒", price_fen=100,
                             valid_from=date(2018, 11, 1)))  # fmt: skip
    apply_theme(qapp, Theme("clinic", scale))
    screen = stock_screen(qtbot, world[0])
    control(screen, QCheckBox, "balance_never_kept").click()
    assert len(table(screen, "balances").rows()) == 403
    type_keys("yp399")
    assert cell_texts(table(screen, "balances"), "name") == ["药品399 1g"]
