"""发货单 as the pharmacist meets it: from a released request to the verified receipt, by keyboard, on two real desks."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QPushButton
from sqlalchemy import select

from app.domain.shipment_states import Resolution, ShipmentState
from app.services.shipments import Shipments
from db.models import Shipment, ShipmentLine, StockBatch
from tests.app.services.test_shipments import answered
from tests.supply_desks import change_drug, hand_over
from tests.ui.hands import click, control, press
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, shown
from tests.ui.screens.supply_things import SupplyWorld, key_in, shown_page, small_window, write_in
from ui.screens import supply
from ui.screens.supply.shipments_page import ShipmentsPage
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable

FIRST, SECOND, THIRD = "81234560000000000001", "81234560000000000002", "81234560000000000003"


@pytest.fixture
def world(tmp_path):
    made = SupplyWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def page_of(qtbot, dialogs, world):
    """page_of(desk): the page, shown, and what it asked of the window."""

    def make(desk=None):
        return shown_page(qtbot, ShipmentsPage, desk or world.township, dialogs)

    return make


def lines_of(page) -> DataTable:
    return control(page, DataTable, "shipment_lines")


def listed(page) -> DataTable:
    return control(page, DataTable, "shipments")


def stored(world) -> Shipment:
    with world.township.sessions.reading() as session:
        return session.scalars(select(Shipment).order_by(Shipment.created_at.desc())).first()


def on_shelf(world, batch_id):
    with world.township.sessions.reading() as session:
        row = session.get_one(StockBatch, batch_id)
        return row.on_hand, row.reserved


def remarks(page) -> list[str]:
    return [row.remark.sentence for row in lines_of(page).rows() if row.remark]


def send_off(page, carrier="老李", celsius=""):
    """Fill in the window that sends a shipment off."""
    window = small_window("ship")
    window.carrier.setText(carrier)
    window.celsius.setText(celsius)
    window.carrier.setFocus()
    key_in(window, Qt.Key.Key_Return)
    return window


def sent(world, page, dialogs):
    """A shipment of the only request, allocated, picked and sent off on the screen; gives its id."""
    for _ in range(3):
        page.save_action()
    page.save_action()
    dialogs.will_choose(world.folder / "shipment.cyx")
    send_off(page)
    return stored(world).id


# --- the whole way ------------------------------------------------------------------------------------------------


def test_a_request_becomes_a_verified_shipment_by_keys_alone(world, page_of, dialogs):
    batch = world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    assert cell_texts(listed(page), "state") == ["待发"]
    shipment_id = sent(world, page, dialogs)
    assert stored(world).state == "shipped"
    assert on_shelf(world, batch) == (40, 0)
    assert (world.folder / "shipment.cyx").exists()
    assert page.parts.strip.words().endswith("发货文件已存好。")

    hand_over(world.township, world.clinic, page.services.exchange.latest_about(shipment_id).id, world.folder)
    hand_over(world.clinic, world.township, answered(world.clinic, shipment_id), world.folder)
    page.open_with(shipment_id=shipment_id)
    assert "另一位同事" in page.parts.strip.words()
    assert not shown(control(page, QPushButton, "verify"))

    other, _ = page_of(world.manager())
    other.open_with(shipment_id=shipment_id)
    dialogs.will_choose(world.folder / "answer.cyx")
    other.save_action()
    assert stored(world).state == "verified"
    assert (world.folder / "answer.cyx").exists()
    assert "核对签收" in other.parts.history.text()


def test_opened_with_a_request_its_draft_is_there_and_opened_again_it_is_the_same(world, page_of):
    world.stock("硝苯地平", 100)
    request_id = world.promise({"硝苯地平": 60})
    page, _ = page_of()
    page.open_with(request_id=request_id)
    first = stored(world)
    assert (page.work.view.id, page.work.view.state) == (first.id, ShipmentState.DRAFT)
    page.open_with(request_id=request_id)
    assert page.work.view.id == first.id
    with world.township.sessions.reading() as session:
        assert len(session.scalars(select(Shipment)).all()) == 1


def test_what_the_shelf_lacks_is_told_before_and_after_allocating(world, page_of):
    world.stock("硝苯地平", 100)
    world.stock("二甲双胍", 10)
    world.promise({"硝苯地平": 60, "二甲双胍": 30})
    page, _ = page_of()
    assert [sentence for sentence in remarks(page) if "还差 20" in sentence]
    page.save_action()
    page.save_action()
    assert "差 20" in page.parts.strip.words()
    assert sorted(cell_texts(listed(page), "state")) == ["已配货", "待发"]


def test_the_number_in_the_tab_counts_requests_and_open_shipments(qtbot, world, page_of):
    world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    with qtbot.waitSignal(page.counted) as counted:
        page.recount()
    assert counted.args == [1]


# --- batches by hand ----------------------------------------------------------------------------------------------


def test_batches_are_chosen_by_hand_with_a_reason_and_the_others_stay(world, page_of):
    early = world.stock("硝苯地平", 100, batch_no="早", expiry=date(2028, 1, 31))
    late = world.stock("硝苯地平", 100, batch_no="晚", expiry=date(2029, 1, 31))
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    page.save_action()
    lines_of(page).setFocus()
    press_key(Qt.Key.Key_F4)
    window = small_window("batches")
    key_in(window, Qt.Key.Key_Tab)
    write_in(window, "400")
    key_in(window, Qt.Key.Key_Return)
    assert "请填 1 到 100" in window.fields[late].problem()
    write_in(window, "60")
    key_in(window, Qt.Key.Key_Return)
    assert "写明原因" in window.fields["reason"].problem()
    write_in(window, "早的留给急诊")
    key_in(window, Qt.Key.Key_Return)
    assert cell_texts(lines_of(page), "batches") == ["晚 60"]
    page.save_action()
    assert (on_shelf(world, early), on_shelf(world, late)) == ((100, 0), (100, 60))


def test_leaving_with_batches_chosen_asks_first(world, page_of, dialogs):
    batch = world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    page.save_action()
    page.steps.pick_by_hand()
    window = small_window("batches")
    window.fields[batch].control.setText("60")
    window.fields["reason"].control.setText("拆零的先发")
    window.on_do()
    assert not page.can_leave()
    dialogs.will_answer("leave")
    assert page.can_leave()


# --- scanning -----------------------------------------------------------------------------------------------------


@pytest.fixture
def scanning(world, page_of):
    """A shipment of two coded packs, allocated; the line for codes has the focus."""
    change_drug(world.township, world.codes["硝苯地平"], units_per_pack=10)
    world.coded("硝苯地平", 30, (FIRST, SECOND, THIRD))
    world.stock("二甲双胍", 100)
    world.promise({"硝苯地平": 20, "二甲双胍": 30})
    page, seen = page_of()
    page.save_action()
    page.save_action()
    return page, seen


def scan(code: str) -> None:
    """As a scanner does: digits, then Enter."""
    QTest.keyClicks(focused(), code)
    press_key(Qt.Key.Key_Return)


def test_codes_are_scanned_into_their_line_and_kept_at_once(world, scanning):
    page, seen = scanning
    assert sorted(cell_texts(lines_of(page), "codes")) == ["0 / 2", "不用扫"]
    scan(FIRST)
    again = Shipments(world.township).get(page.work.view.id)
    assert [line.codes for line in again.lines if line.codes] == [(FIRST,)]
    scan(SECOND)
    assert "全部扫完" in seen.sentences[-1]
    page.save_action()
    assert stored(world).state == "picked"


def test_a_scanner_types_while_the_table_has_the_focus(world, scanning):
    page, _ = scanning
    lines_of(page).setFocus()
    scan(FIRST)
    assert [line.codes for line in page.work.view.lines if line.codes] == [(FIRST,)]


@pytest.mark.parametrize(
    ("codes", "why"),
    [
        (("123",), "20 位数字"),
        (("99999990000000000001",), "没有在本院入库"),
        ((FIRST, FIRST), "扫了两次"),
        ((FIRST, SECOND, THIRD), "多拿"),
    ],
)
def test_a_wrong_code_is_refused_beside_its_line_and_the_right_ones_stay(world, scanning, codes, why):
    page, _ = scanning
    lines_of(page).choose([row.wanted for row in lines_of(page).rows()].index(2))
    for code in codes:
        scan(code)
    assert [sentence for sentence in remarks(page) if why in sentence]
    kept = [line.codes for line in page.work.view.lines if line.codes]
    assert kept == ([tuple(dict.fromkeys(codes))[:2]] if len(codes) > 1 else [])


def test_the_last_code_of_a_line_can_be_taken_back(world, scanning):
    page, _ = scanning
    scan(FIRST)
    scan(SECOND)
    lines_of(page).setFocus()
    press_key(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert [line.codes for line in page.work.view.lines if line.codes] == [(FIRST,)]


def test_picking_without_all_codes_is_refused_beside_the_line(world, scanning):
    page, _ = scanning
    scan(FIRST)
    page.save_action()
    assert [sentence for sentence in remarks(page) if "要扫 2 个追溯码" in sentence]
    assert stored(world).state == "allocated"


# --- sending ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("celsius", "why"), [("", "请填写发运温度"), ("9", "2–8℃"), ("冷", "请填数字"), ("1.9", "2–8℃")])
def test_a_cold_box_needs_its_temperature(world, page_of, dialogs, celsius, why):
    change_drug(world.township, world.codes["硝苯地平"], cold_chain=True)
    world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    for _ in range(4):
        page.save_action()
    window = send_off(page, celsius=celsius)
    assert why in window.fields["hand_over_celsius"].problem()
    assert stored(world).state == "picked"
    window.celsius.setText("4.5")
    window.on_do()
    assert (stored(world).state, stored(world).dispatch_celsius) == ("shipped", 45)


def test_the_shipments_of_one_route_go_in_one_drive_and_their_files_into_one_folder(world, page_of, dialogs):
    world.stock("硝苯地平", 40)
    world.promise({"硝苯地平": 60})
    page, seen = page_of()
    for _ in range(3):
        page.save_action()
    world.stock("硝苯地平", 100, batch_no="B2")
    page.refresh()
    waiting = next(row.waiting for row in listed(page).rows() if row.waiting)
    page.steps.begin(waiting.request_id)
    page.save_action()
    page.save_action()
    folder = world.folder / "U盘"
    folder.mkdir()
    dialogs.will_choose(folder)
    page.save_action()
    along = small_window("ship").findChild(QCheckBox)
    assert not along.isChecked()
    along.click()
    send_off(page)
    with world.township.sessions.reading() as session:
        assert session.scalars(select(Shipment.state)).all() == ["shipped", "shipped"]
    assert len(list(folder.glob("发货单_*.cyx"))) == 2
    assert "2 份文件" in seen.sentences[-1]


def test_sending_without_a_carrier_is_refused_beside_the_field(world, page_of):
    world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    for _ in range(4):
        page.save_action()
    window = send_off(page, carrier=" ")
    assert "送货人" in window.fields["delivered_by"].problem()


def test_a_shipment_changed_in_another_window_is_told_and_read_again(world, page_of, dialogs):
    world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    page.save_action()
    shipments = Shipments(world.township)
    shipments.allocate(page.work.view.id, page.work.view.version)
    page.save_action()
    assert "别人刚刚改过" in dialogs.last_told()
    assert page.work.view.state is ShipmentState.ALLOCATED


# --- receipts -----------------------------------------------------------------------------------------------------


@pytest.fixture
def received(world, page_of, dialogs):
    """A received shipment of which five units were rejected, opened by the manager."""
    world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    shipment_id = sent(world, page, dialogs)
    hand_over(world.township, world.clinic, page.services.exchange.latest_about(shipment_id).id, world.folder)
    hand_over(world.clinic, world.township, answered(world.clinic, shipment_id, rejected={0: 5}), world.folder)
    page.hide()
    other, seen = page_of(world.manager())
    other.open_with(shipment_id=shipment_id)
    return other, seen


def test_a_difference_is_decided_line_by_line_before_it_is_verified(world, received, dialogs):
    page, _ = received
    page.save_action()
    assert [sentence for sentence in remarks(page) if "请决定怎样处理" in sentence]
    lines_of(page).setFocus()
    lines_of(page).choose(0)
    press(lines_of(page), Qt.Key.Key_Return)
    window = small_window("difference")
    key_in(window, Qt.Key.Key_Return)
    assert "请选择怎样处理" in window.fields["resolution"].problem()
    window.resolution.set_value(Resolution.LOST)
    window.on_do()
    assert "由谁承担" in window.fields["bearer"].problem()
    window.bearer.set_value("distributor")
    window.on_do()
    assert "途中损失，配送企业承担" in cell_texts(lines_of(page), "decision")[0]
    page.save_action()
    with world.township.sessions.reading() as session:
        line = session.scalars(select(ShipmentLine)).one()
        assert (line.resolution, line.bearer) == ("lost", "distributor")
    assert stored(world).state == "verified"


def test_the_receipt_is_printed_and_its_lines_are_exported(world, received, dialogs):
    page, seen = received
    page.print_action()
    assert seen.sheets[-1][1] == "柳庄村卫生室 药品签收单"
    file = world.folder / "明细.xlsx"
    dialogs.will_choose(file)
    click(control(page, QPushButton, "save_shipment_lines"))
    rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    assert rows[0][:2] == ("药品编码", "药品")
    assert 60 in rows[1]
    dialogs.will_choose(world.folder / "清单.xlsx")
    click(control(page, QPushButton, "save_shipments"))
    listed_rows = list(openpyxl.load_workbook(world.folder / "清单.xlsx").active.iter_rows(values_only=True))
    assert listed_rows[1][0] == stored(world).number


# --- giving up ----------------------------------------------------------------------------------------------------


def test_an_allocation_is_let_go_and_the_shipment_given_up_with_a_reason(world, page_of, dialogs):
    batch = world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    page.save_action()
    page.save_action()
    dialogs.will_write(None)
    click(control(page, QPushButton, "release_shipment"))
    assert on_shelf(world, batch) == (100, 60)
    dialogs.will_write("换一批再配")
    click(control(page, QPushButton, "release_shipment"))
    assert (stored(world).state, on_shelf(world, batch)) == ("draft", (100, 0))
    dialogs.will_write("村里改日再要")
    click(control(page, QPushButton, "cancel_shipment"))
    assert stored(world).state == "cancelled"
    assert cell_texts(listed(page), "state").count("待发") == 1


def test_a_shipment_that_was_not_received_comes_back_in_full(world, page_of, dialogs):
    batch = world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    sent(world, page, dialogs)
    dialogs.will_answer("again").will_write("卫生室没有人").will_choose(world.folder / "back.cyx")
    click(control(page, QPushButton, "return_shipment"))
    assert (stored(world).state, on_shelf(world, batch)) == ("returned_in_full", (100, 0))


def test_the_delivery_note_is_printed_twice_with_its_signatures(world, page_of):
    world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, seen = page_of()
    page.save_action()
    page.save_action()
    page.print_action()
    pdf, title = seen.sheets[-1]
    assert title == "青石镇卫生院 药品发货单"
    assert pdf.startswith(b"%PDF")


def test_all_that_waits_is_drafted_and_allocated_in_one_action_and_what_is_short_is_summed_up(world, page_of, dialogs):
    world.stock("硝苯地平", 40)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    dialogs.will_answer("do")
    page.steps.allocate_all()
    assert stored(world).state == "allocated"
    assert "差 20" in dialogs.last_told()


def test_every_control_of_the_page_has_a_name(world, page_of):
    world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    assert unnamed_controls(page) == []


def test_the_search_of_the_township_finds_a_shipment_by_number_and_clinic(world, page_of):
    world.stock("硝苯地平", 100)
    world.promise({"硝苯地平": 60})
    page, _ = page_of()
    page.save_action()
    for words in ("柳庄", stored(world).number[-6:].lower()):
        hits = supply.search_hits(page.services, words)
        assert [hit.key for hit in hits] == [f"supply:section=shipments&shipment_id={stored(world).id}"]
    assert supply.search_hits(page.services, "没有") == []


def test_what_is_to_be_sent_is_listed_on_paper_and_as_a_table(world, page_of, dialogs):
    world.stock("硝苯地平", 40)
    world.promise({"硝苯地平": 60})
    page, seen = page_of()
    page.print_action()
    assert seen.sheets[-1][1] == "待发药品清单"
    dialogs.will_choose(world.folder / "待发.xlsx")
    click(control(page, QPushButton, "save_shipments"))
    rows = list(openpyxl.load_workbook(world.folder / "待发.xlsx").active.iter_rows(values_only=True))
    assert rows[1][6:] == (60, 60, 40)
