"""The clinic's shelf: balances, the ledger card of a drug, a breakage, what expires soon, and the refrigerator."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.tour.day import Day
from ui.tour.hands import Hands

CONTROL = Qt.KeyboardModifier.ControlModifier
METFORMIN = "ejsg"


def play(day: Day) -> None:
    """Look at the shelf, write off what broke, and do what the dates and the refrigerator ask for."""
    look(day)
    write_off(day)
    dates(day)
    refrigerator(day)
    catalogue(day)


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


def catalogue(day: Day) -> None:
    """The catalogue by initials, and the shares against the goals."""
    stage = day.clinic
    with day.step("a drug is looked up, and the shares of the catalogue"):
        stage.window.show_screen("stock", section="catalogue")
        stage.wait_idle()
        stage.picture("catalogue")

