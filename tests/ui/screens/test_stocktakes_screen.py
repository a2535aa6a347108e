"""盘点 on the screen: from the beginning to the signed result, what is refused, and answering a random check."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTabBar
from sqlalchemy import select

from app.desk import Actor
from app.domain.movements import MovementKind
from app.domain.stocktake_steps import CountState
from app.exchange.bodies import CountBody, CountItem
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.post import write_envelope
from app.services.stock_checks import trace_code_units
from app.services.stock_ledger import NewMovement, book, wrong_totals
from app.services.stocktakes import Stocktakes
from db.models import ExchangeMessage, StockBatch, TraceCode, UserAccount, new_id
from tests.desks import NO_PIN, Clock, make_clinic, make_township
from tests.supply_desks import drug_code, give_keys, hand_over, introduce, stock
from tests.ui.hands import click, control, press, write
from tests.ui.screens.drug_desks import cell_texts, focused, on_screen, press_key, services_of, type_keys
from ui.screens.requests.line_table import LineTable
from ui.screens.stock import entry as stock_entry
from ui.screens.stocktakes.page import StocktakesPage
from ui.shell.main_window import MainWindow
from ui.widgets.naming import unnamed_controls
from ui.widgets.segmented import Segmented
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import DataTable

NAMES = ("阿莫西林", "布洛芬", "硝苯地平")
CODES = [f"8412345{number:013d}" for number in range(3)]


class World:
    """A clinic with one batch of 30 units of each of three drugs."""

    def __init__(self, folder) -> None:
        self.folder, self.clock = folder, Clock()
        self.clinic = make_clinic(folder / "clinic", self.clock)
        self.codes = [drug_code(self.clinic, name) for name in NAMES]
        self.batches = [stock(self.clinic, code, 30) for code in self.codes]
        self.township = None

    def close(self) -> None:
        """Close the files."""
        for desk in (self.clinic, self.township):
            if desk is not None:
                desk.sessions.engine.dispose()

    def colleague(self):
        """Another person of the same clinic."""
        account = UserAccount(id=new_id(), organisation_id=self.clinic.place.id, name="李芳", role="clinic_lead",
                              pin_hash=NO_PIN, created_at=self.clinic.now())
        with self.clinic.sessions.writing() as session:
            session.add(account)
        return replace(self.clinic, actor=Actor(account.id, "李芳", "clinic_lead"))

    def dispense(self, batch_id: str, units: int) -> None:
        """Somebody is given something."""
        with self.clinic.sessions.writing() as session:
            book(session, self.clinic, [NewMovement(batch_id, MovementKind.DISPENSE, units)])

    def on_hand(self, batch_id: str) -> int:
        """What the books have."""
        with self.clinic.sessions.reading() as session:
            assert wrong_totals(session) == []
            return session.scalar(select(StockBatch.on_hand).where(StockBatch.id == batch_id))

    def coded(self) -> None:
        """The packs of the last batch have codes."""
        with self.clinic.sessions.writing() as session:
            for code in CODES:
                session.add(TraceCode(code=code, organisation_id=self.clinic.place.id, drug_code=self.codes[2],
                                      batch_id=self.batches[2], units_left=10, received_by_id=""))

    def states(self) -> dict[str, tuple[str, int]]:
        """(state, units left) by trace code."""
        with self.clinic.sessions.reading() as session:
            return {row.code[-1]: (row.state, row.units_left) for row in session.scalars(select(TraceCode))}

    def check(self) -> str:
        """A random check of the first two batches, read in at the clinic; gives its id."""
        self.township = make_township(self.folder / "township", self.clock)
        for desk in (self.township, self.clinic):
            give_keys(desk)
        introduce(self.clinic, self.township, self.folder)
        body = CountBody(
            check_id=new_id(), clinic_id=self.clinic.place.id, seed=42, opened_at=self.township.now(), opened_by_name="赵敏",
            items=tuple(
                CountItem(line_id=new_id(), batch_id=batch, drug_code=code, drug_name=name, batch_no="A1", unit="片")
                for batch, code, name in zip(self.batches[:2], self.codes, NAMES, strict=False)
            ),
        )
        with self.township.sessions.writing() as session:
            message = write_envelope(session, self.township, self.clinic.place.id, "count", body, subject_id=body.check_id)
            message_id = message.id
        hand_over(self.township, self.clinic, message_id, self.folder)
        return body.check_id


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, world, dialogs):
    """opened(desk): the page of a user of the clinic, shown, and what it asked of the window."""

    def make(desk=None):
        services, seen = services_of(desk or world.clinic, dialogs)
        return on_screen(qtbot, StocktakesPage(services)), seen

    return make


def lines(page) -> LineTable:
    return control(page, LineTable, "count_lines")


def begin(page, world) -> None:
    """F2, Enter: a blind full count, a minute ago."""
    page.primary_action()
    control(page, SmallWindow, "begin_stocktake").on_do()
    world.clock.forward(minutes=1)


def type_counts(*counts: str) -> None:
    """Write counts down the list from the chosen cell."""
    for units in counts:
        type_keys(units)
        press_key(Qt.Key.Key_Return)


def count_all(page, world, *counts: str) -> None:
    begin(page, world)
    lines(page).setFocus()
    type_counts(*counts)


def sentences(page) -> list[str]:
    return [row.sentence for row in lines(page).rows()]


def test_a_full_count_by_keyboard_alone_is_verified_by_another_person_and_booked(opened, world, dialogs):
    colleague = world.colleague()
    page, seen = opened()
    assert control(page, QPushButton, "begin_first_count").isVisible()
    count_all(page, world, "30", "28", "30")
    assert cell_texts(lines(page), "counted") == ["30", "28", "30"]
    assert "3 / 3" in [each.text() for each in page.findChildren(QLabel)]
    page.save_action()
    assert "不能核对自己盘的" in control(page, QLabel, "stocktake_strip_words").text()
    assert not control(page, QPushButton, "stocktake_main").isVisible()
    page.save_action()
    assert world.on_hand(world.batches[1]) == 30
    other, seen = opened(colleague)
    assert cell_texts(lines(other), "difference") == ["-2"]
    other.save_action()
    assert "请选择差异原因" in sentences(other)[0]
    lines(other).choose(0, "reason", edit=True)
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(lines(other), "reason") == ["损耗"]
    other.save_action()
    done = Stocktakes(world.clinic).list()[0]
    assert (done.state, done.result) == (CountState.FINALISED, "有差异")
    assert world.on_hand(world.batches[1]) == 28
    other.print_action()
    assert seen.sheets[-1][0].startswith(b"%PDF")
    assert unnamed_controls(other) == []


def test_a_blind_count_shows_no_book_and_its_sheet_is_printed(opened, world):
    page, seen = opened()
    count_all(page, world, "30")
    assert "book" not in [column.key for column in lines(page).rows_model.columns]
    page.print_action()
    (pdf, title) = seen.sheets[-1]
    assert pdf.startswith(b"%PDF")
    assert title == "盘点表"


def test_some_drugs_are_counted_with_the_book_in_sight(opened, world):
    page, _seen = opened()
    page.primary_action()
    window = control(page, SmallWindow, "begin_stocktake")
    control(window, Segmented, "stocktake_scope").set_value("some")
    window.on_do()
    assert "请选出要盘的药品" in control(window, QLabel, "stocktake_drugs_problem").text()
    write(control(window, QLineEdit, "stocktake_search"), "布洛芬")
    press(control(window, QLineEdit, "stocktake_search"), Qt.Key.Key_Return)
    table = control(window, DataTable, "stocktake_drugs")
    chosen = control(window, QLabel, "stocktake_chosen")
    assert chosen.text() == "还没有选。"
    press(table, Qt.Key.Key_Space)
    assert chosen.text().startswith("已选 1 种：布洛芬")
    write(control(window, QLineEdit, "stocktake_search"), "阿")
    assert chosen.text().startswith("已选 1 种：布洛芬")
    write(control(window, QLineEdit, "stocktake_search"), "布洛芬")
    control(window, Segmented, "stocktake_manner").set_value("book")
    press(table, Qt.Key.Key_Return)
    assert cell_texts(lines(page), "book") == ["30"]
    view = Stocktakes(world.clinic).get(Stocktakes(world.clinic).list()[0].id)
    assert (view.kind, view.is_blind, [line.drug_code for line in view.lines]) == ("part", False, [world.codes[1]])


@pytest.mark.parametrize("written", ["-1", "2.5", "x", "3*10"])
def test_a_count_that_can_not_be_stays_in_its_cell_with_its_sentence(opened, world, written):
    page, _seen = opened()
    begin(page, world)
    lines(page).choose(0, "counted", edit=True)
    type_keys(written)
    press_key(Qt.Key.Key_Return)
    assert "正整数" in sentences(page)[0]
    assert cell_texts(lines(page), "counted")[0] == written
    assert Stocktakes(world.clinic).get(Stocktakes(world.clinic).list()[0].id).lines[0].counted is None


def test_packs_and_units_may_be_written_together_and_a_count_taken_away_again(opened, world):
    page, _seen = opened()
    begin(page, world)
    page.entry.write(lines(page).rows()[0], "counted", "2盒4粒")
    assert cell_texts(lines(page), "counted")[0] == "24"
    lines(page).choose(0, "counted")
    press_key(Qt.Key.Key_Delete)
    assert cell_texts(lines(page), "counted")[0] == ""


def test_a_paper_of_an_older_state_is_refused(opened, world, dialogs):
    page, _seen = opened()
    count_all(page, world, "30", "30", "30")
    page.save_action()
    dialogs.will_answer("do")
    click(control(page, QPushButton, "back_to_counting"))
    version = control(page, QLineEdit, "sheet_version")
    write(version, "1")
    press(version, Qt.Key.Key_Return)
    assert "现在是第 3 版" in control(page, QLabel, "sheet_version_problem").text()
    lines(page).choose(0, "counted", edit=True)
    type_keys("5")
    press_key(Qt.Key.Key_Return)
    assert "版次" in sentences(page)[0]
    assert [line.counted for line in Stocktakes(world.clinic).get(Stocktakes(world.clinic).list()[0].id).lines] == [30] * 3
    write(version, "3")
    press(version, Qt.Key.Key_Return)
    lines(page).choose(0, "counted", edit=True)
    type_keys("5")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(lines(page), "counted")[0] == "5"
    assert sentences(page)[0] == ""


def test_goods_that_moved_meanwhile_are_told_and_the_book_of_that_moment_counts(opened, world):
    page, _seen = opened()
    begin(page, world)
    world.dispense(world.batches[0], 5)
    world.clock.forward(minutes=1)
    lines(page).setFocus()
    type_counts("25", "30", "30")
    world.clock.forward(minutes=1)
    world.dispense(world.batches[1], 4)
    page.save_action()
    page.parts.show_tab("all")
    assert "清点前出入库 -5" in sentences(page)[0]
    assert "账面 25" in sentences(page)[0]
    assert "清点后又出入库 -4" in sentences(page)[1]
    assert "完成后结存 26" in sentences(page)[1]
    assert cell_texts(lines(page), "difference") == ["0", "0", "0"]


def test_a_count_written_down_later_has_its_own_time(opened, world):
    page, _seen = opened()
    begin(page, world)
    world.clock.forward(minutes=10)
    world.dispense(world.batches[0], 5)
    world.clock.forward(minutes=10)
    moment = control(page, QLineEdit, "counted_at")
    for wrong, why in (("25:00", "9:30"), ("noon", "9:30")):
        write(moment, wrong)
        press(moment, Qt.Key.Key_Return)
        assert why in control(page, QLabel, "counted_at_problem").text()
    now = world.clinic.now().astimezone()
    write(moment, f"{now - timedelta(minutes=15):%m-%d %H:%M}")
    press(moment, Qt.Key.Key_Return)
    lines(page).choose(0, "counted")
    lines(page).setFocus()
    type_counts("30")
    view = Stocktakes(world.clinic).get(Stocktakes(world.clinic).list()[0].id)
    assert (world.clinic.now() - view.lines[0].counted_at).total_seconds() // 60 == 15
    write(moment, f"{now + timedelta(minutes=15):%m-%d %H:%M}")
    press(moment, Qt.Key.Key_Return)
    lines(page).choose(1, "counted")
    lines(page).setFocus()
    type_counts("30")
    assert "清点时间要在盘点开始以后、现在以前" in sentences(page)[1]


def test_a_doctor_alone_has_the_township_count_again(opened, world):
    page, _seen = opened()
    count_all(page, world, "30", "30", "29")
    page.save_action()
    lines(page).choose(0, "reason", edit=True)
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    page.save_action()
    assert "抽 3 行复盘" in control(page, QLabel, "recount_name_problem").text()
    write(control(page, QLineEdit, "recount_name"), "赵敏")
    drawn = Stocktakes(world.clinic).recount_lines(Stocktakes(world.clinic).list()[0].id)
    by_id = {line.id: line.counted for line in page.sheet.view.lines}
    for number, line_id in enumerate(drawn, start=1):
        write(control(page, QLineEdit, f"recount_{number}"), str(by_id[line_id] + 1))
    page.save_action()
    assert "退回重盘" in control(page, QLabel, "recount_1_problem").text()
    assert world.on_hand(world.batches[2]) == 30
    for number, line_id in enumerate(drawn, start=1):
        write(control(page, QLineEdit, f"recount_{number}"), str(by_id[line_id]))
    page.save_action()
    view = Stocktakes(world.clinic).get(Stocktakes(world.clinic).list()[0].id)
    assert (view.state, view.finalised_by_name) == (CountState.FINALISED, "赵敏")
    assert world.on_hand(world.batches[2]) == 29


def test_uncounted_lines_are_decided_by_the_space_key(opened, world, dialogs):
    colleague = world.colleague()
    page, _seen = opened()
    count_all(page, world, "30")
    page.save_action()
    assert page.sheet.is_counting
    assert "没有盘完" in str(dialogs.asked[-1].title)
    dialogs.will_answer("do")
    page.save_action()
    other, _seen = opened(colleague)
    assert len(lines(other).rows()) == 2
    other.save_action()
    assert "没有盘" in sentences(other)[0]
    lines(other).choose(0, "reason")
    lines(other).setFocus()
    press_key(Qt.Key.Key_Space)
    assert "按账面" in cell_texts(lines(other), "reason")[0]
    press_key(Qt.Key.Key_Space)
    assert cell_texts(lines(other), "reason")[0] == ""
    click(control(other, QPushButton, "all_as_book"))
    other.save_action()
    view = Stocktakes(world.clinic).get(Stocktakes(world.clinic).list()[0].id)
    assert (view.result, sum(line.is_as_book for line in view.lines)) == ("账实相符", 2)


def test_a_batch_that_no_line_names_is_found_and_becomes_a_surplus(opened, world):
    page, _seen = opened()
    count_all(page, world, "30", "30", "30")
    press_key(Qt.Key.Key_F7)
    window = control(page, SmallWindow, "found_window")
    write(control(window, QLineEdit, "found_drug_search"), "布洛芬")
    press(control(window, QLineEdit, "found_drug_search"), Qt.Key.Key_Return)
    write(control(window, QLineEdit, "found_batch"), "A1")
    write(control(window, QLineEdit, "found_expiry"), "2028-06-30")
    write(control(window, QLineEdit, "found_counted"), "0")
    window.on_do()
    assert "正整数" in control(window, QLabel, "found_counted_problem").text()
    write(control(window, QLineEdit, "found_counted"), "12")
    window.on_do()
    assert "已经在盘点表里" in control(window, QLabel, "found_batch_problem").text()
    write(control(window, QLineEdit, "found_batch"), "Z9")
    press(control(window, QLineEdit, "found_batch"), Qt.Key.Key_Return)
    assert cell_texts(lines(page), "batch_no")[-1] == "Z9"
    page.save_action()
    assert cell_texts(lines(page), "difference") == ["+12"]
    assert cell_texts(lines(page), "reason") == ["找到"]
    view = page.sheet.view
    drawn = Stocktakes(world.clinic).recount_lines(view.id)
    write(control(page, QLineEdit, "recount_name"), "赵敏")
    by_id = {line.id: line.counted for line in view.lines}
    for number, line_id in enumerate(drawn, start=1):
        write(control(page, QLineEdit, f"recount_{number}"), str(by_id[line_id]))
    page.save_action()
    with world.clinic.sessions.reading() as session:
        assert session.scalar(select(StockBatch.on_hand).where(StockBatch.batch_no == "Z9")) == 12


@pytest.mark.parametrize("is_known", [True, False])
def test_a_shortage_of_coded_packs_asks_which_are_missing(opened, world, is_known):
    world.coded()
    colleague = world.colleague()
    page, _seen = opened()
    count_all(page, world, "30", "30", "18")
    page.save_action()
    other, _seen = opened(colleague)
    assert cell_texts(lines(other), "codes") == ["哪盒少？"]
    lines(other).choose(0, "reason", edit=True)
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    if is_known:
        lines(other).choose(0, "reason")
        press_key(Qt.Key.Key_F7)
        window = control(other, SmallWindow, "packs_window")
        scan = control(window, QLineEdit, "pack_scan")
        write(scan, "1" * 20)
        press(scan, Qt.Key.Key_Return)
        assert "不在这一批的在库名单里" in control(window, QLabel, "pack_scan_problem").text()
        write(scan, CODES[0])
        press(scan, Qt.Key.Key_Return)
        window.on_do()
        assert "已指 2 盒" in cell_texts(lines(other), "codes")[0]
    other.save_action()
    assert world.on_hand(world.batches[2]) == 18
    assert trace_code_units(world.clinic) == []
    if is_known:
        assert world.states() == {"0": ("here", 10), "1": ("lost", 0), "2": ("here", 8)}
    else:
        assert {state for state, _left in world.states().values()} == {"uncertain"}


def test_a_second_window_that_went_on_is_told_and_nothing_is_lost(opened, world, dialogs):
    page, _seen = opened()
    count_all(page, world, "30", "30", "30")
    view = page.sheet.view
    Stocktakes(world.clinic).to_review(view.id, view.version)
    lines(page).choose(0, "counted", edit=True)
    type_keys("5")
    press_key(Qt.Key.Key_Return)
    assert "第 1 版的盘点表，现在是第 2 版" in dialogs.last_told()
    assert page.sheet.is_reviewed
    assert [line.counted for line in page.sheet.view.lines] == [30, 30, 30]


def test_a_count_is_given_up_with_its_reason(opened, world):
    page, _seen = opened()
    count_all(page, world, "5")
    click(control(page, QPushButton, "cancel_count"))
    window = control(page, SmallWindow, "cancel_stocktake")
    window.on_do()
    assert control(window, QLabel, "cancel_stocktake_problem").text()
    write(control(window, QLineEdit, "cancel_reason"), "重新盘")
    press(control(window, QLineEdit, "cancel_reason"), Qt.Key.Key_Return)
    assert Stocktakes(world.clinic).list()[0].state is CountState.CANCELLED
    assert world.on_hand(world.batches[0]) == 30
    assert control(page, QPushButton, "begin_count").isVisible()


def test_how_old_the_last_full_count_is_stands_beside_it(opened, world):
    page, _seen = opened()
    count_all(page, world, "30", "30", "30")
    assert "还没有做过全面盘点" in control(page, QLabel, "age_note").text()


def test_the_lines_and_the_list_of_counts_are_exported(opened, world, dialogs, tmp_path):
    page, _seen = opened()
    count_all(page, world, "30", "28", "30")
    page.save_action()
    one, every = tmp_path / "one.xlsx", tmp_path / "every.xlsx"
    dialogs.will_choose(one, every)
    click(control(page, QPushButton, "export_stocktake"))
    click(control(page, QPushButton, "export_stocktakes"))
    rows = list(load_workbook(one).active.values)
    assert [row[6:9] for row in rows[1:]] == [(30, 30, 0), (30, 28, -2), (30, 30, 0)]
    assert list(load_workbook(every).active.values)[1][1] == "全面盘点"


def test_a_random_check_is_counted_blind_and_answered_with_the_witness(opened, world, dialogs, tmp_path):
    check_id = world.check()
    world.clock.forward(minutes=1)
    page, _seen = opened()
    page.open_with(stocktake_id=check_id)
    assert "抽查" in control(page, QLabel, "stocktake_strip_words").text()
    catalogue = Catalogue(world.clinic)
    assert cell_texts(lines(page), "drug") == [
        f"{drug.name} {drug.strength}" for drug in map(catalogue.get, world.codes[:2])
    ]
    assert control(page, QPushButton, "begin_count").text() == "开始盘点"  # F2 goes to the lines
    assert not control(page, QPushButton, "cancel_count").isVisible()
    assert not control(page, QPushButton, "found_batch").isVisible()
    lines(page).setFocus()
    lines(page).choose(0, "counted")
    type_counts("30")
    page.save_action()
    assert "还没有清点" in sentences(page)[1]
    lines(page).choose(1, "counted", edit=True)
    type_counts("27")
    write(control(page, QLineEdit, "witness_name"), "Zhao")
    file = tmp_path / "answer.cyx"
    dialogs.will_choose(file)
    page.save_action()
    view = Stocktakes(world.clinic).get(check_id)
    assert (view.state, view.result, view.finalised_by_name) == (CountState.FINALISED, "有差异", "Zhao")
    assert world.on_hand(world.batches[1]) == 30
    with world.clinic.sessions.reading() as session:
        assert session.scalar(select(ExchangeMessage.kind).where(ExchangeMessage.direction == "sent")) == "count_result"
    assert file.exists()
    assert "没有改" in control(page, QLabel, "stocktake_strip_words").text()
    click(control(page, QPushButton, "count_differences"))
    part = Stocktakes(world.clinic).list()[0]
    assert part.kind == "part"
    assert [line.drug_code for line in Stocktakes(world.clinic).get(part.id).lines] == [world.codes[1]]


def test_a_check_read_in_twice_gets_its_sentence(world):
    check_id = world.check()
    letters = [letter for letter in Exchange(world.clinic).letters() if letter.kind == "count"]
    assert [letter.subject_id for letter in letters] == [check_id]


def test_the_focus_stays_in_the_list_while_counting(opened, world):
    page, _seen = opened()
    begin(page, world)
    lines(page).setFocus()
    type_keys("30")
    press_key(Qt.Key.Key_Return)
    assert lines(page).isAncestorOf(focused())
    assert lines(page).current_number() == 1


def test_the_whole_way_in_the_real_window_with_its_own_keys(qtbot, world, dialogs):
    """Enter, digits, F8 and Ctrl+Enter, from the section's tab to the submitted count."""
    shown = MainWindow()
    qtbot.addWidget(shown)
    services, _seen = services_of(world.clinic, dialogs)
    shown.add_screen(stock_entry(services))
    shown.show_desk()
    shown.resize(1366, 768)
    with qtbot.waitActive(shown):
        shown.show()
        shown.activateWindow()
    shown.show_screen("stock", section="stocktake")
    press_key(Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: QApplication.focusWidget().objectName() == "stocktake_scope")
    press_key(Qt.Key.Key_Return)
    with qtbot.waitActive(shown):
        shown.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is shown.findChild(LineTable, "count_lines"))
    world.clock.forward(minutes=1)
    type_counts("30", "30")
    press_key(Qt.Key.Key_Escape)
    press_key(Qt.Key.Key_F8)
    type_counts("29")
    press_key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    view = Stocktakes(world.clinic).get(Stocktakes(world.clinic).list()[0].id)
    assert (view.state, [line.counted for line in view.lines]) == (CountState.REVIEW, [30, 30, 29])
    assert "盘点 1" in [shown.findChild(QTabBar, "stock_sections").tabText(place) for place in range(8)]
