"""The stock ledger of ten years: the balance list of 400 drugs, a ledger card, one movement booked.

The ledger has 200,000 movements. Plain is the driver alone: for the readers the statements that they run, all rows
fetched; for the booking one row as large as a movement inserted and one updated, in a file of its own. Shown means the
program's own screen in its window, read and drawn.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest

from app.desk import Desk
from app.domain.settlement import previous_month
from app.services.ledger_reports import LedgerReports
from app.services.look_back import LookBack
from app.services.stock import BalanceFilter, Balances, Stock, narrowed
from app.services.stock_dispense import dispense
from app.services.stock_positions import positions
from bench.figures import Row, Target, milliseconds, spread, undisturbed
from bench.follow_up import PlainCommit
from bench.forms import application
from bench.heard import PlainReader
from bench.ledger import DRUGS, MOVEMENTS, fill_ledger
from bench.people import SEED, found_clinic
from db.models import new_id
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens import stock as stock_screen
from ui.screens import today
from ui.services import Services
from ui.shell.main_window import MainWindow

QUICK_MOVEMENTS, QUICK_DRUGS = 600, 12
TIMES, QUICK_TIMES = 60, 3


def measure(quick: bool) -> list[Row]:
    """The ledger of one clinic."""
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        desk = found_clinic(Path(folder) / "clinic")
        try:
            codes = fill_ledger(desk, *((QUICK_MOVEMENTS, QUICK_DRUGS) if quick else (MOVEMENTS, DRUGS)))
            return rows_of(desk, codes, QUICK_TIMES if quick else TIMES)
        finally:
            desk.close()


def rows_of(desk: Desk, codes: list[str], times: int) -> list[Row]:
    """List, cards and bookings take turns, each beside the plain driver."""
    stock, plain, commit, random = Stock(desk), PlainReader(desk), PlainCommit(desk), Random(SEED)
    booking, window, reports = Booking(desk), Window(desk), LedgerReports(desk)
    month = previous_month(f"{desk.today():%Y-%m}")
    shown: list[float] = []
    lists: tuple[list[float], list[float]] = ([], [])
    cards: tuple[list[float], list[float]] = ([], [])
    first: tuple[list[float], list[float]] = ([], [])
    expiries: tuple[list[float], list[float]] = ([], [])
    months: tuple[list[float], list[float]] = ([], [])
    booked: tuple[list[float], list[float]] = ([], [])
    in_stock = [row.drug_code for row in stock.balances().rows if row.usable >= 2 * times]
    try:
        with undisturbed():
            for _ in range(times):
                code = random.choice(codes)
                lists[0].append(milliseconds(stock.balances))
                lists[1].append(plain.time(stock.balances))
                window.leave()
                shown.append(milliseconds(window.show_balances))
                first[0].append(milliseconds(balances_anew, desk))
                first[1].append(plain.time(lambda: balances_anew(desk)))
                cards[0].append(milliseconds(stock.card, code))
                cards[1].append(plain.time(lambda code=code: stock.card(code)))
                expiries[0].append(milliseconds(stock.near_expiry))
                expiries[1].append(plain.time(stock.near_expiry))
                months[0].append(milliseconds(reports.preview, month))
                months[1].append(plain.time(lambda: reports.preview(month)))
                booked[0].append(milliseconds(booking.give, random.choice(in_stock or codes)))
                booked[1].append(milliseconds(commit.commit))
    finally:
        window.close()
        plain.close()
        commit.close()
    return [
        Row(f"balance list of {len(codes)} drugs", *map(spread, lists), Target(50),
            "stock, use and stock-out days of three months, months of stock, state, value"),
        Row(f"screen of the stock with {len(codes)} drugs", spread(shown), note="read and drawn; with the numbers in its tabs"),
        Row("the same list for the first time after opening the desk", *map(spread, first), Target(100),
            "the movements of the last three months are read; later only what has moved since"),
        Row("ledger card of one drug", *map(spread, cards), Target(50), "every movement of ten years with its balance"),
        Row("near-expiry list", *map(spread, expiries), note="with what can't be used in time"),
        Row("the month's report for the township", *map(spread, months), note="last month, summed by drug and price"),
        Row("one dispensing booked", *map(spread, booked), Target(50),
            "picked first expired first out, judged against the time line, one commit with fsync"),
    ]  # fmt: skip


def balances_anew(desk: Desk) -> Balances:
    """The list without anything that was kept."""
    with desk.sessions.reading() as session:
        found = positions(session, desk.place.id, desk.today(), look_back=LookBack())
    return narrowed(found.values(), BalanceFilter())


class Window:
    """The program's window with the screen of the stock."""

    def __init__(self, desk: Desk) -> None:
        self._app = application()
        self._window = MainWindow()
        services = Services(desk, ImmediateRunner(), ScriptedDialogs(), navigate=self._window.show_screen)
        for screen in (today, stock_screen):
            self._window.add_screen(screen.entry(services))
        self._window.show_screen("stock")
        self._window.show_desk()
        self._window.show()
        QTest.qWaitForWindowExposed(self._window)

    def leave(self) -> None:
        """To another screen; what is put off is done."""
        self._window.show_screen("today")
        self._window.repaint()
        QCoreApplication.sendPostedEvents()

    def show_balances(self) -> None:
        """The list, read anew and drawn."""
        self._window.show_screen("stock")
        self._window.repaint()

    def close(self) -> None:
        """Close the window."""
        self._window.close()
        self._window.deleteLater()
        QCoreApplication.sendPostedEvents()


class Booking:
    """Dispenses one unit at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def give(self, drug_code: str) -> None:
        """One transaction."""
        with self._desk.sessions.writing() as session:
            dispense(session, self._desk, drug_code, 1, resident_id=None, document_id=new_id())
