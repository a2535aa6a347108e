"""采购单 and 配送企业 as the pharmacist meets them: what is short, ordered, delivered with codes, sent back."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget
from sqlalchemy import select

from app.services.distributors import Distributors
from app.services.purchasing import OrderItem, Purchasing
from db.models import PurchaseOrder, PurchaseOrderLine, StockBatch, TraceCode
from tests.supply_desks import change_drug
from tests.ui.hands import click, control, press, write
from tests.ui.screens.drug_desks import cell_texts, focused, on_screen, press_key, shown
from tests.ui.screens.supply_things import SupplyWorld, shown_page, small_window
from ui.screens.supply.distributors_page import DistributorsPage
from ui.screens.supply.purchasing_page import PurchasingPage
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable

FIRST, SECOND = "81234560000000000001", "81234560000000000002"


@pytest.fixture
def world(tmp_path):
    made = SupplyWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def page_of(qtbot, dialogs, world):
    """page_of(desk): the purchasing page, shown, and what it asked of the window."""

    def make(desk=None):
        return shown_page(qtbot, PurchasingPage, desk or world.township, dialogs)

    return make


@pytest.fixture
def short(world):
    """Two drugs were promised that the shelf has not; two distributors."""
    world.distributor("D1", "周口医药")
    world.distributor("D2", "豫东药业")
    world.promise({"硝苯地平": 60, "二甲双胍": 30}, source="purchase")
    return world


@pytest.fixture
def ordered(world):
    """An order of two packs of ten, placed by the manager."""
    change_drug(world.township, world.codes["硝苯地平"], units_per_pack=10, trace_prefix="8123456")
    distributor = world.distributor()
    code = world.codes["硝苯地平"]
    draft = Purchasing(world.township).draft(distributor.id, [OrderItem(code, 20, price_fen=1200)])
    return Purchasing(world.manager()).order(draft.id, draft.version).order


def needs(page) -> DataTable:
    return control(page, DataTable, "needs")


def arrivals(page) -> DataTable:
    return control(page, DataTable, "arrivals")


def fill(table, row, **texts):
    """Type into the cells of a row, by keys."""
    for key, text in texts.items():
        table.setFocus()
        table.choose(row, key)
        press(table, Qt.Key.Key_F2)
        write(focused(), text)
        press_key(Qt.Key.Key_Return)
        table.finish_editing()


def orders(world):
    with world.township.sessions.reading() as session:
        return session.scalars(select(PurchaseOrder).order_by(PurchaseOrder.number)).all()


def problems(table) -> list[str]:
    return [row.problem for row in table.rows() if row.problem]


# --- needs --------------------------------------------------------------------------------------------------------


def test_needs_become_one_draft_for_each_distributor(short, page_of, qtbot):
    page, seen = page_of()
    table = needs(page)
    names = cell_texts(table, "drug")
    fill(table, 1, distributor="豫东")
    page.save_action()
    made = orders(short)
    assert [order.state for order in made] == ["draft", "draft"]
    assert "2 张采购单" in seen.sentences[-1]
    assert "制单人自己不能下单" in page.orders.strip.words()
    assert not shown(control(page, QPushButton, "place_order"))
    with short.township.sessions.reading() as session:
        lines = session.scalars(select(PurchaseOrderLine)).all()
        assert {line.drug_name for line in lines} == {name.rsplit(" ", 3)[0].split(" ")[0] for name in names}
        assert all(line.quantity % line.units_per_pack == 0 for line in lines)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"packs": "0"}, "1 以上的整数"),
        ({"packs": "2.5"}, "1 以上的整数"),
        ({"packs": "-1"}, "1 以上的整数"),
        ({"price": "贵"}, "两位小数"),
        ({"distributor": "没有这家"}, "请选择配送企业"),
        ({"packs": "999999"}, "1 到"),
    ],
)
def test_a_bad_row_is_refused_beside_it_and_no_order_is_made(short, page_of, texts, why):
    page, _ = page_of()
    fill(needs(page), 0, **texts)
    page.save_action()
    assert any(why in sentence for sentence in problems(needs(page)))
    assert orders(short) == []


def test_the_tab_key_goes_on_behind_the_last_button_of_the_page(short, page_of, qtbot):
    page, _seen = page_of()
    around, beyond = QWidget(), QPushButton("后面的")
    inside = QVBoxLayout(around)
    inside.addWidget(page)
    inside.addWidget(beyond)
    on_screen(qtbot, around)
    page.setFocus()
    assert needs(page).hasFocus()
    last = control(page, QPushButton, "save_needs")
    last.setFocus()
    press(last, Qt.Key.Key_Tab)
    assert beyond.hasFocus()


def test_a_drug_is_left_out_by_the_space_key(short, page_of):
    page, _ = page_of()
    table = needs(page)
    table.setFocus()
    table.choose(0, "drug")
    press(table, Qt.Key.Key_Space)
    assert "本次不买" in cell_texts(table, "drug")[0]
    page.save_action()
    with short.township.sessions.reading() as session:
        assert len(session.scalars(select(PurchaseOrderLine)).all()) == 1


def test_the_procurement_winner_is_bought_and_the_drug_itself_only_with_a_reason(short, page_of):
    code, winner = short.codes["硝苯地平"], short.codes["阿莫西林"]
    change_drug(short.township, code, ingredients="x", dosage_form="片", strength="1", volume_procured=False)
    change_drug(short.township, winner, ingredients="x", dosage_form="片", strength="1", volume_procured=True)
    page, _ = page_of()
    table = needs(page)
    row = next(number for number, each in enumerate(table.rows()) if each.key == code)
    assert "阿莫西林" in cell_texts(table, "drug")[row]
    table.setFocus()
    table.choose(row, "packs")
    press_key(Qt.Key.Key_F7)
    table.finish_editing()
    assert "硝苯地平" in cell_texts(table, "drug")[row]
    page.save_action()
    assert any("写明原因" in sentence for sentence in problems(table))
    fill(table, row, reason="病人对中选品过敏")
    page.save_action()
    with short.township.sessions.reading() as session:
        line = session.scalars(select(PurchaseOrderLine).where(PurchaseOrderLine.drug_code == code)).one()
        assert line.reason == "病人对中选品过敏"


def test_a_drug_that_is_not_short_is_added_from_the_catalogue(world, page_of):
    world.distributor()
    page, _ = page_of()
    page.setFocus()
    page.needs.table.setFocus()
    press_key(Qt.Key.Key_F6)
    window = small_window("add_drug")
    write(window.search, "阿莫西林")
    press(window.search, Qt.Key.Key_Return)
    needs(page).finish_editing()
    fill(needs(page), 0, packs="3")
    page.save_action()
    with world.township.sessions.reading() as session:
        line = session.scalars(select(PurchaseOrderLine)).one()
        assert (line.drug_code, line.quantity) == (world.codes["阿莫西林"], 3 * line.units_per_pack)


def test_without_a_distributor_that_may_be_chosen_it_is_told(world, page_of):
    world.distributor(licence_valid_to=date(2026, 11, 1))
    world.promise({"硝苯地平": 60}, source="purchase")
    page, _ = page_of()
    assert "还没有可以选的配送企业" in page.needs.strip.words()
    page.save_action()
    assert any("请选择配送企业" in sentence for sentence in problems(needs(page)))


# --- orders -------------------------------------------------------------------------------------------------------


def test_another_person_places_the_order_after_confirming(short, page_of, dialogs):
    page, _ = page_of()
    page.save_action()
    page.hide()
    other, _ = page_of(short.manager())
    other.show_orders()
    other.save_action()
    assert orders(short)[0].state == "draft"
    dialogs.will_answer("do")
    other.save_action()
    assert orders(short)[0].state == "ordered"


def test_late_orders_are_marked_and_stand_first(world, ordered, page_of, qtbot):
    world.clock.forward(days=9)
    page, _ = page_of()
    page.show_orders()
    assert cell_texts(page.orders.list, "state") == ["逾期"]
    assert "逾期 4 天" in [chip.text for chip in page.orders.header.chips()]
    with qtbot.waitSignal(page.counted) as counted:
        page.recount()
    assert counted.args == [1]


def test_an_order_is_printed_exported_and_its_rest_given_up_with_a_reason(world, ordered, page_of, dialogs):
    page, seen = page_of()
    page.show_orders(ordered.id)
    page.print_action()
    assert seen.sheets[-1][1] == "药品采购单"
    file = world.folder / "order.xlsx"
    dialogs.will_choose(file)
    click(control(page, QPushButton, "save_order"))
    assert openpyxl.load_workbook(file).active["B2"].value == world.codes["硝苯地平"]
    dialogs.will_write("厂家停产")
    click(control(page, QPushButton, "close_order_rest"))
    assert orders(world)[0].state == "closed"


# --- deliveries ---------------------------------------------------------------------------------------------------


@pytest.fixture
def delivering(world, ordered, page_of):
    """The page of what came of the order."""
    page, seen = page_of()
    page.show_orders(ordered.id)
    page.save_action()
    return page, seen


def scan_line(page) -> QLineEdit:
    return control(page.delivery, QLineEdit, "scan_code")


def scan(page, code):
    scan_line(page).setFocus()
    QTest.keyClicks(scan_line(page), code)
    press(scan_line(page), Qt.Key.Key_Return)


def test_a_delivery_is_typed_scanned_and_booked(world, delivering):
    page, _ = delivering
    fill(arrivals(page), 0, batch_no="L1", expiry="2028-06", accepted="20", manufacturer="某厂")
    scan(page, FIRST)
    scan(page, SECOND)
    assert cell_texts(arrivals(page), "codes") == ["2 / 2"]
    page.save_action()
    with world.township.sessions.reading() as session:
        batch = session.scalars(select(StockBatch)).one()
        assert (batch.batch_no, batch.expiry, batch.on_hand, batch.manufacturer) == ("L1", date(2028, 6, 30), 20, "某厂")
        assert len(session.scalars(select(TraceCode)).all()) == 2
    assert orders(world)[0].state == "closed"
    assert page.pane() is page.orders


def test_a_pack_of_a_further_maker_is_taken_when_somebody_says_that_it_is_this_drug(world, delivering, dialogs):
    page, _ = delivering
    fill(arrivals(page), 0, batch_no="L1", expiry="2028-06", accepted="20")
    other = "84555550000000000001"
    scan(page, other)
    assert any("是这种药" in sentence for sentence in problems(arrivals(page)))
    dialogs.will_answer("it_is")
    scan(page, other)
    assert problems(arrivals(page)) == []
    scan(page, FIRST)
    page.save_action()
    with world.township.sessions.reading() as session:
        assert {row.code for row in session.scalars(select(TraceCode))} == {other, FIRST}


@pytest.mark.parametrize(("code", "why"), [("12", "20 位"), ("99999990000000000001", "不是"), (FIRST, "扫")])
def test_a_wrong_code_of_a_delivery_is_refused_beside_its_row(delivering, code, why):
    page, _ = delivering
    scan(page, FIRST)
    scan(page, code)
    assert any(why in sentence for sentence in problems(arrivals(page)))
    assert [row.typed.codes for row in arrivals(page).rows()] == [(FIRST,)]


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"batch_no": ""}, "批号"),
        ({"expiry": ""}, "有效期"),
        ({"expiry": "明年"}, "看不懂"),
        ({"expiry": "2026-10"}, "已经过期"),
        ({"accepted": "21"}, "最多再收 20"),
        ({"accepted": "-1"}, "正整数"),
        ({"accepted": "1.5"}, "正整数"),
        ({"rejected": "5"}, "拒收原因"),
        ({"no_codes_reason": ""}, "追溯码"),
        ({"price": "x"}, "两位小数"),
    ],
)
def test_a_bad_delivery_is_refused_beside_its_row_and_nothing_is_booked(world, delivering, texts, why):
    page, _ = delivering
    good = {"batch_no": "L1", "expiry": "2028-06", "accepted": "10", "no_codes_reason": "扫码枪坏了"}
    fill(arrivals(page), 0, **{**good, **texts})
    page.save_action()
    assert any(why in sentence for sentence in problems(arrivals(page)))
    with world.township.sessions.reading() as session:
        assert session.scalars(select(StockBatch)).all() == []


def test_a_second_batch_of_a_drug_has_its_own_row(world, delivering):
    page, _ = delivering
    fill(arrivals(page), 0, batch_no="L1", expiry="2028-06", accepted="10", no_codes_reason="扫码枪坏了")
    arrivals(page).setFocus()
    press_key(Qt.Key.Key_F6)
    arrivals(page).finish_editing()
    fill(arrivals(page), 1, batch_no="L2", expiry="2029-01", accepted="10", price="13.50", no_codes_reason="扫码枪坏了")
    page.save_action()
    with world.township.sessions.reading() as session:
        found = {row.batch_no: (row.on_hand, row.price_fen) for row in session.scalars(select(StockBatch))}
    assert found == {"L1": (10, 1200), "L2": (10, 1350)}


def test_going_back_from_a_delivery_asks_before_anything_typed_is_lost(delivering, dialogs):
    page, _ = delivering
    fill(arrivals(page), 0, batch_no="L1")
    assert page.back_action()
    assert page.pane() is page.delivery
    dialogs.will_answer("leave")
    page.back_action()
    assert page.pane() is page.orders


# --- returns ------------------------------------------------------------------------------------------------------


def test_goods_go_back_to_the_distributor_with_a_printed_note(world, delivering, dialogs):
    page, seen = delivering
    fill(arrivals(page), 0, batch_no="L1", expiry="2028-06", accepted="20")
    scan(page, FIRST)
    scan(page, SECOND)
    page.save_action()
    click(control(page, QPushButton, "give_back_goods"))
    page.save_action()
    assert "原因" in page.back.reason_field.problem()
    write(page.back.reason, "外包装破损")
    write(page.back.taken_by, "小周")
    line = control(page.back, QLineEdit, "scan_code")
    line.setFocus()
    QTest.keyClicks(line, FIRST)
    press(line, Qt.Key.Key_Return)
    assert cell_texts(page.back.table, "quantity") == ["10"]
    page.save_action()
    assert seen.sheets[-1][1] == "药品退货单"
    with world.township.sessions.reading() as session:
        assert session.scalars(select(StockBatch.on_hand)).one() == 10
    assert [each.number for each in Purchasing(world.township).returns()] == ["TH20261122-001"]


def test_every_control_of_the_purchasing_page_has_a_name(short, page_of):
    page, _ = page_of()
    assert unnamed_controls(page) == []


# --- distributors -------------------------------------------------------------------------------------------------


@pytest.fixture
def distributors(qtbot, world, dialogs):
    """The page of the distributors, one of them with a licence that has run out."""
    world.distributor("D1", "周口医药")
    world.distributor("D2", "康达医药", licence_valid_to=date(2026, 10, 1))
    return shown_page(qtbot, DistributorsPage, world.township, dialogs)


def field(page, code) -> QLineEdit:
    return control(page, QLineEdit, f"distributor_{code}")


def test_who_may_not_be_chosen_is_marked(distributors):
    page, _ = distributors
    states = cell_texts(page.table, "state")
    assert states[0].startswith("可以选")
    assert "不能下单" in states[1]
    assert cell_texts(page.table, "fill") == ["—", "—"]


def test_a_new_distributor_is_written_by_keys(world, distributors):
    page, _ = distributors
    page.primary_action()
    assert field(page, "code").hasFocus()
    page.save_action()
    assert "编号" in page.form.fields["code"].problem()
    write(field(page, "code"), "D3")
    write(field(page, "name"), "豫东药业")
    write(field(page, "licence_valid_to"), "2027-05-01")
    write(field(page, "lead_days"), "x")
    page.save_action()
    assert "请填整数" in page.form.fields["lead_days"].problem()
    write(field(page, "lead_days"), "3")
    page.save_action()
    view = next(view for view in Distributors(world.township).list() if view.edit.code == "D3")
    assert (view.edit.name, view.edit.licence_valid_to, view.edit.lead_days) == ("豫东药业", date(2027, 5, 1), 3)
    assert "豫东药业" in " ".join(cell_texts(page.table, "name"))


def test_a_code_twice_is_refused_and_a_changed_form_is_not_left_unasked(distributors, dialogs):
    page, _ = distributors
    page.table.setFocus()
    press_key(Qt.Key.Key_Return)
    write(field(page, "code"), "D2")
    page.save_action()
    assert "已经有了" in page.form.fields["code"].problem()
    assert not page.can_leave()
    dialogs.will_answer("leave")
    assert page.can_leave()
    assert field(page, "code").text() == "D1"


def test_the_record_is_printed_and_exported(world, distributors, dialogs):
    page, seen = distributors
    page.print_action()
    assert seen.sheets[-1][1] == "配送企业考核表"
    file = world.folder / "d.xlsx"
    dialogs.will_choose(file)
    click(control(page, QPushButton, "save_distributors"))
    assert openpyxl.load_workbook(file).active["B2"].value == "周口医药"


def test_every_control_of_the_distributors_page_has_a_name(distributors):
    page, _ = distributors
    assert unnamed_controls(page) == []


def test_an_order_changed_in_another_window_is_told_and_read_again(world, ordered, page_of, dialogs):
    page, _ = page_of()
    page.show_orders(ordered.id)
    Purchasing(world.township).close_rest(ordered.id, ordered.version, "厂家停产")
    dialogs.will_write("不等了")
    click(control(page, QPushButton, "close_order_rest"))
    assert "别人刚刚改过" in dialogs.last_told()
    assert page.orders.order.state.value == "closed"
