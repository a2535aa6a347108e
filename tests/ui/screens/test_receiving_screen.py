"""收货 at the clinic: a shipment that came by file, taken in by keyboard, with differences, scans, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from sqlalchemy import func, select

from app.services.exchange import Exchange
from app.services.receiving import Arrival, Receiving
from app.services.shipments import Shipments
from app.services.stock_ledger import wrong_totals
from app.services.trace_codes import codes_here
from db.models import Shipment, StockBatch, StockMovement, TraceCode
from tests.desks import Clock, make_clinic, make_township
from tests.supply_desks import change_drug, drug_code, give_keys, hand_over, introduce, released, stock
from tests.ui.hands import click, control, press, type_chinese, write
from tests.ui.screens.drug_desks import cell_texts, focused, on_screen, press_key, services_of, type_keys
from ui.screens.exchange.files import open_envelope
from ui.screens.exchange.screen import ExchangeScreen
from ui.screens.receiving.page import ReceivingPage
from ui.screens.requests.line_table import LineTable
from ui.theme.theme import Theme, apply_theme
from ui.widgets.naming import unnamed_controls
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import DataTable

CODES = [f"8412345{number:013d}" for number in range(6)]


class World:
    """A clinic and its township, and a shipment of 60 硝苯地平 and 40 二甲双胍 on a stick."""

    def __init__(self, folder) -> None:
        self.folder, self.clock = folder, Clock()
        self.clinic = make_clinic(folder / "clinic", self.clock)
        self.township = make_township(folder / "township", self.clock)
        for desk in (self.clinic, self.township):
            give_keys(desk)
        introduce(self.clinic, self.township, folder)
        drug_code(self.clinic, "硝苯地平")
        self.first, self.second = (drug_code(self.township, name) for name in ("硝苯地平", "二甲双胍"))

    def close(self) -> None:
        """Close both files."""
        for desk in (self.clinic, self.township):
            desk.sessions.engine.dispose()

    def sent(self, *, codes=()):
        """The file of the shipment."""
        wanted = {self.first: 60, self.second: 40}
        for code, units in wanted.items():
            batch_id = stock(self.township, code, units)
            if codes and code == self.first:
                with self.township.sessions.writing() as session:
                    for each in codes:
                        session.add(
                            TraceCode(code=each, organisation_id=self.township.place.id, drug_code=code, batch_id=batch_id,
                                      units_left=10, received_by_id="")
                        )
        shipments = Shipments(self.township)
        draft = shipments.draft(released(self.clinic, self.township, self.folder, wanted))
        allocated = shipments.allocate(draft.id, draft.version).shipment
        scanned = {line.id: codes for line in allocated.lines if codes and line.drug_code == self.first}
        picked = shipments.pick(allocated.id, allocated.version, *([scanned] if scanned else [])).shipment
        shipped = shipments.ship([(picked.id, picked.version)], delivered_by="老李")[0]
        return Exchange(self.township).save_file(shipped.message_ids[0], self.folder / "shipment.cyx")

    def arrived(self, **how) -> str:
        """The same, read in at the clinic; gives its id."""
        return Exchange(self.clinic).open_file(self.sent(**how)).subject_id

    def on_hand(self, code: str) -> int:
        """What the clinic's books have."""
        with self.clinic.sessions.reading() as session:
            return session.scalar(select(func.coalesce(func.sum(StockBatch.on_hand), 0)).where(StockBatch.drug_code == code))

    def movements(self) -> int:
        """How many movements the clinic has."""
        with self.clinic.sessions.reading() as session:
            assert wrong_totals(session) == []
            return session.scalar(select(func.count()).select_from(StockMovement))


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, world, dialogs):
    """opened(): the page of the clinic, shown, and what it asked of the window."""

    def make():
        services, seen = services_of(world.clinic, dialogs)
        return on_screen(qtbot, ReceivingPage(services)), seen

    return make


def lines(page) -> LineTable:
    return control(page, LineTable, "arrival_lines")


def go_to(page, drug: str) -> int:
    """Choose the line of a drug; gives its place."""
    table = lines(page)
    place = next(number for number, words in enumerate(cell_texts(table, "drug")) if drug in words)
    table.setFocus()
    table.select_row(place)
    return place


def sentence(page, place: int) -> str:
    return lines(page).rows()[place].sentence


def scan(page, code: str) -> None:
    """A scanner writes the digits and presses Enter."""
    press_key(Qt.Key.Key_F6)
    type_keys(code)
    press_key(Qt.Key.Key_Return)


def test_without_a_shipment_the_page_says_how_one_comes(opened, world, dialogs):
    page, seen = opened()
    assert control(page, QPushButton, "open_first_shipment").isVisible()
    dialogs.will_choose(world.sent())
    page.primary_action()
    (screen, arguments) = seen.places[-1]
    assert (screen, arguments["section"]) == ("stock", "receiving")
    page.open_with(**arguments)
    assert "硝苯地平" in cell_texts(lines(page), "drug")[0]
    assert unnamed_controls(page) == []


def test_everything_as_sent_is_received_with_one_key_and_the_receipt_handed_over(opened, world, dialogs, tmp_path):
    world.arrived()
    page, seen = opened()
    assert "全部如数收到" in control(page, QPushButton, "receive").text()
    file = tmp_path / "receipt.cyx"
    dialogs.will_choose(file)
    page.save_action()
    assert (world.on_hand(world.first), world.on_hand(world.second)) == (60, 40)
    assert any("已收货入库" in words for words in seen.sentences)
    taken = Exchange(world.township).open_file(file)
    shipment = Shipments(world.township).get(taken.subject_id)
    assert [(line.accepted, line.rejected) for line in shipment.lines] == [(60, 0), (40, 0)]
    assert shipment.received_by_name == "王明"
    assert not control(page, QPushButton, "receive").isVisible()
    assert "请交给卫生院" in control(page, QLabel, "receiving_strip_words").text()


def test_a_receipt_that_was_not_saved_can_be_handed_over_later(opened, world, dialogs, tmp_path):
    world.arrived()
    page, _seen = opened()
    page.save_action()
    assert "还没有交给卫生院" in control(page, QLabel, "receiving_strip_words").text()
    file = tmp_path / "later.cyx"
    dialogs.will_choose(file)
    page.save_action()
    assert file.exists()
    assert world.on_hand(world.first) == 60


def test_broken_goods_are_rejected_by_keyboard_alone(opened, world, dialogs):
    shipment_id = world.arrived()
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    lines(page).choose(place, "accepted")
    page.primary_action()
    type_keys("50")
    press_key(Qt.Key.Key_Tab)
    assert cell_texts(lines(page), "rejected")[place] == "10"
    assert "请选择拒收原因" in sentence(page, place)
    press_key(Qt.Key.Key_Tab)
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    assert sentence(page, place) == ""
    page.save_action()
    assert "有差异" in str(dialogs.asked[-1].title)
    assert world.on_hand(world.first) == 0
    dialogs.will_answer("do")
    page.save_action()
    assert world.on_hand(world.first) == 50
    line = Receiving(world.clinic).get(shipment_id).lines[0]
    assert (line.rejected, line.reject_reason) == (10, "破损")
    assert "破损" in cell_texts(lines(page), "difference")[place]


@pytest.mark.parametrize("written", ["-5", "2.5", "六十", "1e3"])
def test_a_quantity_that_can_not_be_read_stays_in_its_cell_and_nothing_is_booked(opened, world, written):
    world.arrived()
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    lines(page).choose(place, "accepted")
    page.primary_action()
    if written.isascii():
        type_keys(written)
    else:
        type_chinese(focused(), written)
    press_key(Qt.Key.Key_Return)
    assert written in cell_texts(lines(page), "accepted")[place]
    assert "正整数" in sentence(page, place)
    page.save_action()
    assert world.movements() == 0


def test_more_than_was_sent_is_refused_beside_the_line(opened, world):
    world.arrived()
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    lines(page).choose(place, "accepted", edit=True)
    type_keys("70")
    press_key(Qt.Key.Key_Return)
    assert "不等于发货 60" in sentence(page, place)
    page.save_action()
    assert world.movements() == 0


def test_another_batch_on_the_pack_is_rejected_and_written_down_as_a_line_of_its_own(opened, world, dialogs):
    shipment_id = world.arrived()
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    lines(page).choose(place, "batch_no", edit=True)
    type_keys("0B7")
    press_key(Qt.Key.Key_Return)
    assert "药盒上是批号 0B7" in sentence(page, place)
    go_to(page, "硝苯地平")
    click(control(page, QPushButton, "other_batch"))
    window = control(page, SmallWindow, "extra_window")
    assert control(window, QLineEdit, "extra_batch").text() == "0B7"
    assert control(window, QLineEdit, "extra_quantity").text() == "60"
    window.on_do()
    assert "多到" in cell_texts(lines(page), "drug")[-1]
    dialogs.will_answer("do")
    page.save_action()
    received = Receiving(world.clinic).get(shipment_id)
    assert [(line.batch_no, line.shipped, line.accepted, line.reject_reason, line.is_pending) for line in received.lines] == [
        ("A1", 60, 0, "批号不符", False), ("A1", 40, 40, "", False), ("0B7", 0, 60, "", True),
    ]
    assert (world.on_hand(world.first), world.on_hand(world.second)) == (0, 40)


@pytest.fixture
def largest_type(qapp):
    apply_theme(qapp, Theme("clinic", 2.0))
    yield
    apply_theme(qapp, Theme())


@pytest.mark.usefixtures("largest_type")
def test_the_reason_gives_way_at_large_type_until_something_is_rejected(qtbot, opened, world):
    world.arrived()
    page, _seen = opened()
    page.window().resize(1366, 768)
    table = lines(page)
    reason = [column.key for column in table.rows_model.columns].index("reason")
    qtbot.waitUntil(lambda: table.isColumnHidden(reason))
    table.setFocus()
    table.choose(0, "rejected")
    type_keys("5")
    press_key(Qt.Key.Key_Tab)
    assert (table.isColumnHidden(reason), table.current_key()) == (False, "reason")
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(table, "reason")[0] == "破损"


def test_goods_that_were_not_sent_are_written_down_by_keyboard(opened, world, dialogs):
    shipment_id = world.arrived()
    page, _seen = opened()
    lines(page).setFocus()
    press_key(Qt.Key.Key_F7)
    window = control(page, SmallWindow, "extra_window")
    window.on_do()
    assert window.fields["drug"].problem() == "请在目录里选择药品。"  # and not the first of the catalogue
    write(control(window, QLineEdit, "extra_drug_search"), "阿莫西林")
    press(control(window, QLineEdit, "extra_drug_search"), Qt.Key.Key_Return)
    window.on_do()
    assert "批号" in control(window, QLabel, "extra_batch_problem").text()
    write(control(window, QLineEdit, "extra_batch"), "007")
    write(control(window, QLineEdit, "extra_expiry"), "2028-01-31")
    write(control(window, QLineEdit, "extra_quantity"), "0")
    window.on_do()
    assert "正整数" in control(window, QLabel, "extra_quantity_problem").text()
    write(control(window, QLineEdit, "extra_quantity"), "12")
    press(control(window, QLineEdit, "extra_quantity"), Qt.Key.Key_Return)
    dialogs.will_answer("do")
    page.save_action()
    extra = Receiving(world.clinic).get(shipment_id).lines[-1]
    assert (extra.batch_no, extra.expiry, extra.accepted, extra.is_pending) == ("007", date(2028, 1, 31), 12, True)


def test_scanned_packs_find_their_line_and_refusals_stand_beside_the_scan(opened, world):
    world.arrived(codes=CODES)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    page.save_action()
    assert "还差 6 个追溯码" in sentence(page, place)
    assert world.movements() == 0
    assert focused() is control(page, QLineEdit, "scan_code")
    scan(page, "123")
    told = control(page, QLabel, "scanned_count")
    assert "20 位数字" in told.text()
    scan(page, CODES[0])
    scan(page, CODES[0])
    assert "扫了两次。这一盒只记了一次，数量没有变，请接着扫下一盒" in told.text()
    assert "扫了两次" not in sentence(page, place)
    scan(page, "9" * 20)
    assert "不在这张发货单里。没有记，数量没有变。" in told.text()
    assert not any("不在这张发货单里" in sentence(page, number) for number in range(len(lines(page).rows())))
    assert cell_texts(lines(page), "codes")[place] == "1/6"
    for code in CODES[1:]:
        scan(page, code)
    assert cell_texts(lines(page), "codes")[place] == "6/6"
    page.save_action()
    with world.clinic.sessions.reading() as session:
        assert {pack.code for pack in codes_here(session, world.clinic, world.first)} == set(CODES)
    assert world.on_hand(world.first) == 60


@pytest.mark.parametrize("column", ["accepted", "reason"])
def test_a_pack_scanned_while_the_cursor_stands_in_a_cell_finds_its_line(opened, world, column):
    world.arrived(codes=CODES)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    before = cell_texts(lines(page), column)
    lines(page).choose(place, column, edit=True)
    type_keys(CODES[0])
    press_key(Qt.Key.Key_Return)
    assert cell_texts(lines(page), "codes")[place] == "1/6"
    assert cell_texts(lines(page), column) == before
    assert focused() is control(page, QLineEdit, "scan_code")


def test_the_sentence_about_missing_packs_goes_with_the_scanning(opened, world):
    world.arrived(codes=CODES)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    page.save_action()
    assert "还差 6 个追溯码" in sentence(page, place)
    scan(page, CODES[0])
    assert sentence(page, place) == ""


def test_a_temperature_put_right_brings_the_scanned_packs_back(opened, world):
    world.arrived(codes=CODES)
    change_drug(world.clinic, world.first, cold_chain=True)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    for code in CODES[:3]:
        scan(page, code)
    celsius = control(page, QLineEdit, "celsius")
    write(celsius, "12")
    press(celsius, Qt.Key.Key_Return)
    assert cell_texts(lines(page), "rejected")[place] == "60"
    write(celsius, "5")
    press(celsius, Qt.Key.Key_Return)
    assert cell_texts(lines(page), "codes")[place] == "3/6"


def test_a_pack_that_came_before_is_refused_while_scanning(opened, world):
    file = world.sent(codes=CODES)
    batch_id = stock(world.clinic, world.first, 10, batch_no="OLD")
    with world.clinic.sessions.writing() as session:
        session.add(TraceCode(code=CODES[2], organisation_id=world.clinic.place.id, drug_code=world.first, batch_id=batch_id,
                              units_left=10, received_by_id=""))
    Exchange(world.clinic).open_file(file)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    scan(page, CODES[2])
    assert "已经入过库" in control(page, QLabel, "scanned_count").text()
    assert cell_texts(lines(page), "codes")[place] == "0/6"


def test_a_pack_of_a_maker_that_nobody_knows_is_asked_about_once(opened, world, dialogs):
    world.arrived()
    change_drug(world.clinic, world.first, trace_prefix="8411111")
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    scan(page, CODES[0])
    assert "没见过的厂家" in str(dialogs.asked[-1].title)
    assert "是这种药" in control(page, QLabel, "scanned_count").text()
    assert lines(page).rows()[place].entry.codes == ()
    dialogs.will_answer("it_is")
    scan(page, CODES[0])
    scan(page, CODES[1])
    assert len(dialogs.asked) == 2
    assert lines(page).rows()[place].entry.codes == (CODES[0], CODES[1])
    change_drug(world.clinic, world.second, trace_prefix="8422222")
    go_to(page, "二甲双胍")
    scan(page, CODES[2])
    assert lines(page).rows()[place].entry.codes == tuple(CODES[:3])


def test_cold_goods_ask_for_the_temperature_and_are_rejected_when_it_is_wrong(opened, world, dialogs):
    shipment_id = world.arrived()
    change_drug(world.clinic, world.second, cold_chain=True)
    page, seen = opened()
    celsius = control(page, QLineEdit, "celsius")
    page.save_action()
    assert "温度" in control(page, QLabel, "celsius_problem").text()
    assert focused() is celsius
    write(celsius, "warm")
    press(celsius, Qt.Key.Key_Return)
    page.save_action()
    assert "数字" in control(page, QLabel, "celsius_problem").text()
    assert world.movements() == 0
    write(celsius, "9.5")
    press(celsius, Qt.Key.Key_Return)
    place = go_to(page, "二甲双胍")
    assert cell_texts(lines(page), "rejected")[place] == "40"
    assert any("温度异常" in words for words in seen.sentences)
    write(celsius, "5.5")
    press(celsius, Qt.Key.Key_Return)
    assert cell_texts(lines(page), "rejected")[place] == "0"
    write(celsius, "9.5")
    press(celsius, Qt.Key.Key_Return)
    dialogs.will_answer("do")
    page.save_action()
    received = Receiving(world.clinic).get(shipment_id)
    assert (received.hand_over_celsius, received.lines[1].reject_reason) == (95, "温度异常")
    assert world.on_hand(world.second) == 0


def test_a_day_that_can_not_be_stands_beside_its_field(opened, world):
    world.arrived()
    page, _seen = opened()
    day = control(page, QLineEdit, "received_on")
    write(day, "2026-11-23")
    press(day, Qt.Key.Key_Return)
    assert "晚于今天" in control(page, QLabel, "received_on_problem").text()
    page.save_action()
    assert world.movements() == 0
    write(day, "2026-11-22")
    press(day, Qt.Key.Key_Return)
    page.save_action()
    assert world.movements() == 2


def test_what_was_filled_in_survives_a_closed_window(opened, world):
    world.arrived(codes=CODES)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    scan(page, CODES[0])
    go_to(page, "二甲双胍")
    lines(page).choose(lines(page).current_number(), "accepted", edit=True)
    type_keys("30")
    press_key(Qt.Key.Key_Return)
    again, seen = opened()
    assert cell_texts(lines(again), "codes")[place] == "1/6"
    assert "30" in cell_texts(lines(again), "accepted")
    assert any("接着上次" in words for words in seen.sentences)


def test_a_shipment_received_in_a_second_window_is_not_booked_twice(opened, world, dialogs):
    shipment_id = world.arrived()
    page, _seen = opened()
    receiving = Receiving(world.clinic)
    shipment = receiving.get(shipment_id)
    receiving.receive(shipment_id, Arrival(receiving.as_sent(shipment_id)), shipment.version)
    page.save_action()
    assert dialogs.told
    assert world.on_hand(world.first) == 60
    assert "已签收" in "".join(cell_texts(control(page, DataTable, "shipments"), "state"))


def test_the_receipt_is_printed_and_exported(opened, world, dialogs, tmp_path):
    world.arrived()
    page, seen = opened()
    page.save_action()
    page.print_action()
    (pdf, title) = seen.sheets[-1]
    assert pdf.startswith(b"%PDF")
    assert "签收单" in title
    file = tmp_path / "receipt.xlsx"
    dialogs.will_choose(file)
    click(control(page, QPushButton, "export_receipt"))
    rows = list(load_workbook(file).active.values)
    assert [row[5:9] for row in rows[1:3]] == [("片", 60, 60, 0), ("片", 40, 40, 0)]


def test_a_shipment_read_in_twice_altered_or_of_another_clinic_gets_its_sentence(opened, world, dialogs, tmp_path):
    file = world.sent()
    page, _seen = opened()
    dialogs.will_choose(file, file)
    page.open_file()
    page.open_file()
    assert "已经" in dialogs.last_told()
    broken = tmp_path / "broken.cyx"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    broken.write_bytes(bytes(data))
    open_envelope(page.services, broken)
    assert dialogs.last_told()
    assert len(dialogs.told) == 2
    with world.clinic.sessions.writing() as session:
        row = session.scalars(select(Shipment)).one()
        row.clinic_id = row.township_id
        shipment_id = row.id
    assert Receiving(world.clinic).history() == []
    page.open_with(shipment_id=shipment_id)
    assert control(page, QPushButton, "open_first_shipment").isVisible()
    assert world.movements() == 0


def test_the_township_learns_of_the_differences_from_the_file(opened, world, dialogs, tmp_path):
    world.arrived()
    page, _seen = opened()
    go_to(page, "二甲双胍")
    lines(page).choose(lines(page).current_number(), "rejected", edit=True)
    type_keys("4")
    press_key(Qt.Key.Key_Tab)
    type_keys("2")
    press_key(Qt.Key.Key_Return)
    file = tmp_path / "receipt.cyx"
    dialogs.will_answer("do").will_choose(file)
    page.save_action()
    taken = Exchange(world.township).open_file(file)
    assert [line.reject_reason for line in Shipments(world.township).get(taken.subject_id).lines] == ["", "短少"]


def test_hand_over_of_a_message_is_the_same_as_by_the_exchange(world):
    shipment_id = world.arrived()
    receiving = Receiving(world.clinic)
    shipment = receiving.get(shipment_id)
    done = receiving.receive(shipment_id, Arrival(receiving.as_sent(shipment_id)), shipment.version)
    assert hand_over(world.clinic, world.township, done.message_id, world.folder).kind == "receipt"


def test_goods_written_down_by_mistake_are_taken_away_again(opened, world, dialogs):
    world.arrived()
    page, _seen = opened()
    lines(page).setFocus()
    press_key(Qt.Key.Key_F7)
    window = control(page, SmallWindow, "extra_window")
    write(control(window, QLineEdit, "extra_drug_search"), "阿莫西林")
    write(control(window, QLineEdit, "extra_batch"), "007")
    write(control(window, QLineEdit, "extra_expiry"), "2028-01-31")
    write(control(window, QLineEdit, "extra_quantity"), "12")
    window.on_do()
    assert len(lines(page).rows()) == 3
    assert lines(page).current_number() == 2
    press_key(Qt.Key.Key_Delete)
    assert len(lines(page).rows()) == 2
    assert "全部如数收到" in control(page, QPushButton, "receive").text()


def test_the_exchange_leads_from_the_file_to_the_shipment(qtbot, world, dialogs):
    shipment_id = world.arrived()
    services, seen = services_of(world.clinic, dialogs)
    screen = on_screen(qtbot, ExchangeScreen(services))
    letters = control(screen, DataTable, "letters")
    letters.select_row(next(place for place, row in enumerate(letters.rows()) if row.kind == "shipment"))
    click(control(screen, QPushButton, "show_request"))
    assert seen.places == [("stock", {"section": "receiving", "shipment_id": shipment_id})]
