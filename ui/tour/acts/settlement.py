"""The month's account: the clinic closes its month and reports; the township settles and answers with the statement; and a
random check of what stands on the shelf, shortages and the catalogue."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QTabBar

from ui.screens.requests.line_table import LineTable
from ui.tour.acts.first_start import choose_in
from ui.tour.acts.supply import VILLAGE, open_letter, sign_in_as
from ui.tour.boxes import shelf_of
from ui.tour.day import Day
from ui.tour.stage import Stage
from ui.widgets.table import DataTable

CONTROL = Qt.KeyboardModifier.ControlModifier
MANAGER = "孙院长"
EXPLAINED_ON_PICTURE = 3
BEFORE = "本软件启用前的发货，已按纸质发货单核对"


def play(day: Day) -> None:
    """Month, settlement, statement; then the check and its count."""
    report = close_month(day)
    statement = settle(day, report)
    read_statement(day, statement)
    notice = draw(day)
    answer = count(day, notice)
    follow_up(day, answer)
    shortages(day)


def close_month(day: Day) -> Path:
    """The clinic prints its month, closes it and hands the report over."""
    stage = day.clinic
    file = day.log.exchange / "report.cyx"
    with day.step("the clinic closes its month and reports it"):
        stage.window.show_screen("stock", section="statements")
        stage.wait_idle()
        stage.picture("clinic month")
        stage.hands.find("clinic_months", DataTable).setFocus()
        stage.hands.press(Qt.Key.Key_Return)
        stage.hands.click("print_month_paper")
        stage.wait_idle()
        stage.dialogs.will_answer("do")
        stage.dialogs.will_choose(file)
        stage.hands.click("close_clinic_month")
        stage.wait_idle()
    return file


def settle(day: Day, report: Path) -> Path:
    """The report is taken in, the differences of the first month are explained, another person checks, the statement goes."""
    stage = day.township
    hands = stage.hands
    file = day.log.exchange / "statement.cyx"
    with day.step("the report comes in and the month is settled", stage):
        open_letter(stage, report)
        stage.window.show_screen("settlement", section="months")
        stage.wait_idle()
        hands.click("prepare_month")
        stage.wait_idle()
        choose_settlement(stage)
        stage.hush()
        stage.picture("settlement months")
    with day.step("what differs is explained, one cause for many", stage):
        stage.window.show_screen("settlement", section="differences")
        stage.wait_idle()
        explain(stage)
    with day.step("another person checks the settlement, prints it and sends the statement", stage):
        sign_in_as(stage, MANAGER)
        stage.window.show_screen("settlement", section="months")
        stage.wait_idle()
        choose_settlement(stage)
        hands.click("step_check")
        stage.wait_idle()
        hands.click("print_statement")
        stage.wait_idle()
        stage.dialogs.will_choose(file)
        hands.click("send_statement")
        stage.wait_idle()
    return file


def choose_settlement(stage: Stage) -> None:
    """The settlement of the sample clinic."""
    table = stage.hands.find("settlement_list", DataTable)
    table.setFocus()
    table.select_row([VILLAGE in row.party_name for row in table.rows()].index(True))
    stage.hands.press(Qt.Key.Key_Return)
    stage.wait_idle()


def explain(stage: Stage) -> None:
    """The first by words, the others by the same words."""
    hands = stage.hands
    table = hands.find("month_differences", DataTable)
    ours = [number for number, row in enumerate(table.rows()) if VILLAGE in str(row)]
    for place, number in enumerate(ours):
        table.setFocus()
        table.select_row(number)
        if place:
            hands.press(Qt.Key.Key_F7)
        else:
            hands.press(Qt.Key.Key_Return)
            hands.wait_for("explanation")
            hands.fill("explanation", BEFORE)
            hands.click("explain_window_do")
        stage.wait_idle()
        if place == EXPLAINED_ON_PICTURE:
            hands.click("differences_filter_all")
            stage.hush()
            stage.picture("settlement differences")
            hands.click("differences_filter_open")


def read_statement(day: Day, statement: Path) -> None:
    """The clinic holds the statement against its own ledger."""
    stage = day.clinic
    with day.step("the clinic compares the statement with its ledger"):
        open_letter(stage, statement)
        stage.hush()
        stage.picture("clinic statement")


def draw(day: Day) -> Path:
    """Five batches of the clinic, drawn with a seed that is written down."""
    stage = day.township
    hands = stage.hands
    file = day.log.exchange / "check.cyx"
    with day.step("a random check is drawn and sent", stage):
        stage.window.show_screen("checks")
        stage.wait_idle()
        hands.press(Qt.Key.Key_F2)
        clinics = hands.wait_for("draw_clinic", QComboBox)
        names = [clinics.itemText(number) for number in range(clinics.count())]
        choose_in(hands, "draw_clinic", next(name for name in names if VILLAGE in name))
        hands.fill("draw_items", "5")
        hands.fill("draw_seed", "2026")
        hands.click("draw_window_do")
        stage.wait_idle()
        stage.dialogs.will_choose(file)
        hands.click("send_check")
        stage.wait_idle()
        stage.hush()
        stage.picture("random check")
    return file


def count(day: Day, notice: Path) -> Path:
    """The clinic counts blind, batch by batch, and answers."""
    stage = day.clinic
    hands = stage.hands
    file = day.log.exchange / "count.cyx"
    with day.step("the clinic counts blind what was drawn, and answers"):
        open_letter(stage, notice)
        table = hands.wait_for("count_lines", LineTable)
        found = shelf_of(stage, [row.line for row in table.rows()])
        found[-1] -= 1
        table.setFocus()
        table.choose(0, "counted")
        for units in found[:-1]:
            hands.type(str(units), reading=True)
            hands.press(Qt.Key.Key_Return)
        hands.type(str(found[-1]), reading=True)
        stage.hush()
        stage.picture("stocktake")
        hands.press(Qt.Key.Key_Return)
        hands.click("print_stocktake")
        stage.wait_idle()
        stage.dialogs.will_answer("do")
        stage.dialogs.will_choose(file)
        hands.click("stocktake_main")
        stage.wait_idle()
    return file


def follow_up(day: Day, answer: Path) -> None:
    """The one batch that differs is asked about, and what was found is written down."""
    stage = day.township
    with day.step("the answer to the check comes back", stage):
        open_letter(stage, answer)
        stage.hush()
        stage.picture("random check answered")
        stage.hands.click("print_check")
        stage.wait_idle()


def shortages(day: Day) -> None:
    """What ran out is reported; and how much of what is given comes from the catalogue."""
    stage = day.clinic
    with day.step("what ran out, and the shares of the catalogue"):
        stage.window.show_screen("stock", section="shortages")
        stage.wait_idle()
        stage.picture("shortages")
        stage.window.show_screen("stock", section="catalogue")
        stage.wait_idle()
        stage.hands.fill("catalogue_search", "xbdp")
        stage.picture("catalogue")
        tabs = stage.hands.find("catalogue_tabs", QTabBar)
        stage.hands.click_at(tabs, tabs.tabRect(2).center())
        stage.wait_idle()
        stage.picture("catalogue shares")
    with day.step("shortages of all clinics", day.township):
        day.township.window.show_screen("supply", section="shortages")
        day.township.wait_idle()
        day.township.picture("shortages township")
