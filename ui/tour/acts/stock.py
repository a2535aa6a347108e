"""The clinic's shelf: balances, the ledger card of a drug, a breakage, what expires soon, the refrigerator, the opening of
the ledger, and a count."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.screens.requests.line_table import LineTable
from ui.tour.boxes import shelf_of
from ui.tour.day import Day
from ui.tour.hands import Hands
from ui.tour.stage import Stage
from ui.widgets.table import DataTable

CONTROL = Qt.KeyboardModifier.ControlModifier
METFORMIN = "ejsg"
OPENING = (("ysp", ("A2601", "2028-06", "42")), ("klms", ("0251103", "", "60")))
"""(initials, batch, expiry, quantity): the second batch has no expiry yet."""
COUNTED, BROKEN = 3, 6
"""How many drugs are counted, and how many tablets are missing."""


def play(day: Day) -> None:
    """Look at the shelf, write off what broke, and do what the dates and the refrigerator ask for."""
    look(day)
    write_off(day)
    dates(day)
    refrigerator(day)
    opening(day)
    stocktake(day)


def look(day: Day) -> None:
    """The balance list, and one drug's card from its initials."""
    stage = day.clinic
    with day.step("the balance list is printed"):
        stage.window.show_screen("stock", section="balance")
        stage.wait_idle()
        stage.picture("stock balances")
        stage.hands.click("print_balances")
        stage.wait_idle()
    with day.step("the ledger card of a drug is found by its initials and printed"):
        stage.hands.fill("balance_search", METFORMIN)
        stage.hands.press(Qt.Key.Key_Return)
        stage.wait_idle()
        stage.picture("stock card")
        stage.hands.click("print_card")
        stage.wait_idle()


def write_off(day: Day) -> None:
    """A strip fell and broke: booked with who bears it, and the card shows it."""
    stage = day.clinic
    hands = stage.hands
    with day.step("a breakage is written off from the card"):
        hands.press(Qt.Key.Key_F2)
        hands.type("1")
        hands.wait_for("loss_quantity")
        hands.fill("loss_quantity", "4")
        choose_first(hands, "loss_bearer")
        hands.fill("loss_reason", "一板掉在水里")
        stage.picture("stock loss")
        hands.click("loss_do")
        stage.wait_idle()
        hands.press(Qt.Key.Key_Escape)
        stage.wait_idle()


def choose_first(hands: Hands, name: str) -> None:
    """The first entry of a list."""
    hands.go_to(name)
    hands.press(Qt.Key.Key_Down)


def dates(day: Day) -> None:
    """What expires soon, with what to do about each batch."""
    stage = day.clinic
    with day.step("the near-expiry list is printed"):
        stage.window.show_screen("stock", section="expiry")
        stage.wait_idle()
        stage.picture("stock near expiry")
        stage.hands.click("print_near_expiry")
        stage.wait_idle()


def refrigerator(day: Day) -> None:
    """The reading of the morning."""
    stage = day.clinic
    with day.step("the refrigerator is read"):
        stage.window.show_screen("stock", section="cold_chain")
        stage.wait_idle()
        stage.hands.press(Qt.Key.Key_F2)
        stage.hands.type("4.6", reading=True)
        stage.hands.press(Qt.Key.Key_Return)
        stage.wait_idle()
        stage.picture("stock cold chain")


def opening(day: Day) -> None:
    """A drug that stood on the shelf before the ledger began; a batch without expiry is refused beside its line."""
    stage = day.clinic
    hands = stage.hands
    with day.step("what stood there before the ledger began is typed in"):
        stage.window.show_screen("stock", section="balance")
        stage.wait_idle()
        hands.press(Qt.Key.Key_F2)
        hands.type("1")
        stage.wait_idle()
        for initials, cells in OPENING:
            hands.go_to("goods_search")
            hands.type(initials)
            hands.press(Qt.Key.Key_Return)
            for cell in cells:
                hands.type(cell)
                hands.press(Qt.Key.Key_Return)
        hands.press(Qt.Key.Key_Return, CONTROL)
        stage.wait_idle()
        stage.picture("stock opening")
        hands.press(Qt.Key.Key_Escape)
        stage.wait_idle()


def stocktake(day: Day) -> None:
    """A few drugs counted blind; the one batch that differs gets its reason, and the township's person counts again."""
    stage = day.clinic
    hands = stage.hands
    with day.step("a few drugs are counted blind"):
        stage.window.show_screen("stock", section="stocktake")
        stage.wait_idle()
        hands.click("begin_count")
        hands.click("stocktake_scope_some")
        drugs = hands.find("stocktake_drugs", DataTable)
        drugs.setFocus()
        for number in range(COUNTED):
            drugs.select_row(number)
            hands.press(Qt.Key.Key_Space)
        hands.click("begin_stocktake_do")
        stage.wait_idle()
        table = hands.find("count_lines", LineTable)
        found = shelf_of(stage, [row.line for row in table.rows()])
        found[-1] -= BROKEN
        table.setFocus()
        table.choose(0, "counted")
        for units in found:
            hands.type(str(units), reading=True)
            hands.press(Qt.Key.Key_Return)
        stage.wait_idle()
    with day.step("the difference gets its reason, and the count is finished and printed"):
        hands.click("stocktake_main")
        stage.wait_idle()
        finish(stage)


def finish(stage: Stage) -> None:
    """The reason by its digit, the second count by the township's person, the signed result."""
    hands = stage.hands
    table = hands.find("count_lines", LineTable)
    table.setFocus()
    table.choose(0, "reason")
    hands.type("1")
    hands.press(Qt.Key.Key_Return)
    stage.wait_idle()
    hands.fill("recount_name", "陈静")
    stocktakes = stage.services.stocktakes
    view = stocktakes.get(stocktakes.list(1)[0].id)
    counted = {line.id: line.counted for line in view.lines}
    for number, line_id in enumerate(stocktakes.recount_lines(view.id), 1):
        hands.fill(f"recount_{number}", str(counted[line_id]))
    stage.hush()
    stage.picture("stocktake review")
    hands.click("stocktake_main")
    stage.wait_idle()
    hands.click("print_stocktake")
    stage.wait_idle()

