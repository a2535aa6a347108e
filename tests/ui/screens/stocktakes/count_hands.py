"""A clinic that counts its shelf, and what is done on the page of 盘点."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from sqlalchemy import select

from app.desk import Actor, Desk
from app.exchange.bodies import CountBody, CountItem
from app.services.exchange import Exchange
from app.services.post import write_envelope
from app.services.stock_ledger import wrong_totals
from app.services.stocktake_views import StocktakeView
from app.services.stocktakes import Stocktakes
from db.models import StockBatch, TraceCode, UserAccount, new_id
from tests.desks import NO_PIN
from tests.supply_desks import PairedDesks, as_person, drug_code, stock
from tests.ui.hands import control, write
from tests.ui.screens.drug_desks import press_key, type_keys
from tests.ui.screens.supply_things import scan_packs
from ui.screens.requests.line_table import LineTable
from ui.screens.stocktakes.page import StocktakesPage
from ui.widgets.small_window import SmallWindow

NAMES = ("阿莫西林", "布洛芬", "硝苯地平")
CODES = [f"8412345{number:013d}" for number in range(3)]
RECOUNTER = "赵敏"


class CountWorld(PairedDesks):
    """A clinic with one batch of 30 units of each of three drugs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.codes = [drug_code(self.clinic, name) for name in NAMES]
        self.batches = [stock(self.clinic, code, 30) for code in self.codes]

    def colleague(self) -> Desk:
        """Another person of the same clinic."""
        account = UserAccount(id=new_id(), organisation_id=self.clinic.place.id, name="李芳", role="clinic_lead",
                              pin_hash=NO_PIN, created_at=self.clinic.now())  # fmt: skip
        with self.clinic.sessions.writing() as session:
            session.add(account)
        return as_person(self.clinic, Actor(account.id, account.name, account.role))

    def newest(self) -> StocktakeView:
        """The count that was begun last."""
        stocktakes = Stocktakes(self.clinic)
        return stocktakes.get(stocktakes.list()[0].id)

    def on_hand(self, batch_id: str) -> int:
        """What the books have."""
        with self.clinic.sessions.reading() as session:
            assert wrong_totals(session) == []
            return session.scalar(select(StockBatch.on_hand).where(StockBatch.id == batch_id))

    def code_the_last_batch(self) -> None:
        """The three packs of the last batch have codes."""
        scan_packs(self.clinic, self.batches[2], CODES)

    def states(self) -> dict[str, tuple[str, int]]:
        """(state, units left) by the last digit of the trace code."""
        with self.clinic.sessions.reading() as session:
            return {row.code[-1]: (row.state, row.units_left) for row in session.scalars(select(TraceCode))}

    def check_file(self) -> Path:
        """The file of a random check of the first two batches."""
        body = CountBody(
            check_id=new_id(), clinic_id=self.clinic.place.id, seed=42, opened_at=self.township.now(), opened_by_name=RECOUNTER,
            items=tuple(
                CountItem(line_id=new_id(), batch_id=batch, drug_code=code, drug_name=name, batch_no="A1", unit="片")
                for batch, code, name in zip(self.batches[:2], self.codes[:2], NAMES[:2], strict=True)
            ),
        )  # fmt: skip
        with self.township.sessions.writing() as session:
            message = write_envelope(
                session, self.township, self.clinic.place.id, "count", body, subject_id=body.check_id
            )
            message_id = message.id
        return Exchange(self.township).save_file(message_id, self.folder / "check.cyx")

    def check(self) -> str:
        """The same, read in at the clinic; gives its id."""
        return Exchange(self.clinic).open_file(self.check_file()).subject_id


def lines(page: QWidget) -> LineTable:
    """The lines of the count that is shown."""
    return control(page, LineTable, "count_lines")


def sentences(page: QWidget) -> list[str]:
    """What stands beside each line."""
    return [row.sentence for row in lines(page).rows()]


def begin(page: StocktakesPage, world: CountWorld) -> None:
    """F2, Enter: a blind full count, a minute ago."""
    page.primary_action()
    control(page, SmallWindow, "begin_stocktake").on_do()
    world.clock.forward(minutes=1)


def type_counts(*counts: str) -> None:
    """Write counts down the list from the chosen cell."""
    for units in counts:
        type_keys(units)
        press_key(Qt.Key.Key_Return)


def count_all(page: StocktakesPage, world: CountWorld, *counts: str) -> None:
    """Begin a blind full count and write these counts down the list."""
    begin(page, world)
    lines(page).setFocus()
    type_counts(*counts)


def write_recount(page: StocktakesPage, world: CountWorld, *, more: int = 0) -> None:
    """Sign the re-count of the township, which found so many units more than the clinic on every line that was drawn."""
    view = page.sheet.view
    counted = {line.id: line.counted for line in view.lines}
    write(control(page, QLineEdit, "recount_name"), RECOUNTER)
    for number, line_id in enumerate(Stocktakes(world.clinic).recount_lines(view.id), start=1):
        write(control(page, QLineEdit, f"recount_{number}"), str(counted[line_id] + more))
