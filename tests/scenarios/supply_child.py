"""A program that moves drugs through both desks and says what was confirmed, until it is killed.

Goods come to the township with their codes, go on the road, are received, given, counted, and months are closed. What a
killed program left unfinished is given up or carried on by the next one, as a person would.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import select

from app.desk import Actor, Desk
from app.domain.movements import MovementKind
from app.domain.shipment_states import STILL_AT_TOWNSHIP, ShipmentState
from app.domain.stocktake import DifferenceReason
from app.services.dispensing import Dispensing, Draft, DraftLine
from app.services.ledger_reports import LedgerReports
from app.services.post import receive
from app.services.receiving import Arrival, Receiving
from app.services.shipments import Shipments
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from app.services.stocktakes import RUNNING, Stocktakes
from app.services.trace_codes import codes_here, scan_in
from db.models import ExchangeMessage, Shipment, Stocktake, TraceCode, new_id
from tests.desks import Clock, reopen
from tests.supply_desks import as_person

READY = "ready"
PREFIX = "8412345"
CODED, PLAIN = "VD004", "VD031"
"""硝苯地平 with trace codes, and one without."""
NEVER = date(2120, 1, 1)
PACK, PACKS = 10, 2
GIVEN = 6
SECOND = Actor("00000000-0000-7000-8000-000000000009", "李梅", "village_doctor")
DAYS_A_ROUND = 9


class Chain:
    """Both desks, the released request and the resident."""

    def __init__(self, folder: Path, clock: Clock, request_id: str, resident_id: str, said: Connection) -> None:
        self.clock, self.request_id, self.resident_id, self.said = clock, request_id, resident_id, said
        self.clinic, self.township = (reopen(folder / name, clock) for name in ("clinic", "township"))

    def tidy(self) -> None:
        """Carry on or give up what was left unfinished."""
        with self.township.sessions.reading() as session:
            known = session.scalars(select(Shipment)).all()
            left = [(row.id, row.version) for row in known if ShipmentState(row.state) in STILL_AT_TOWNSHIP]
        for shipment_id, version in left:
            Shipments(self.township).cancel(shipment_id, version, "停电以后重新配货")
        with self.clinic.sessions.reading() as session:
            running = session.scalars(select(Stocktake).where(Stocktake.state.in_(RUNNING))).all()
        for row in running:
            Stocktakes(self.clinic).cancel(row.id, row.version, "停电以后重新盘")

    def go_round(self) -> None:
        """One round of everything."""
        self.buy()
        self.ship()
        carry(self.township, self.clinic)
        self.take_in()
        carry(self.clinic, self.township)
        self.give()
        self.count()
        month = LedgerReports(self.clinic).next_to_close()
        if month is not None:
            LedgerReports(self.clinic).close_month(month)
            self.said.send(("month", month))
        self.clock.forward(days=DAYS_A_ROUND)

    def buy(self) -> None:
        """Two packs with codes for the township's shelf."""
        number = int(new_id().replace("-", ""), 16) % 10**12
        with self.township.sessions.writing() as session:
            key = BatchKey(CODED, "A1", NEVER, "某厂", 1000, PACK)
            batch = find_or_make_batch(session, self.township, key, self.township.today())
            [booked] = book(session, self.township, [NewMovement(batch, MovementKind.RECEIPT, PACK * PACKS)])
            scan_in(session, self.township, booked.id, [f"{PREFIX}{number:012d}{each}" for each in range(PACKS)])

    def ship(self) -> None:
        """Everything on the township's shelf onto the road."""
        shipments = Shipments(self.township)
        draft = shipments.draft(self.request_id)
        allocated = shipments.allocate(draft.id, draft.version).shipment
        with self.township.sessions.reading() as session:
            here = [known.code for known in codes_here(session, self.township, CODED)]
        picked = shipments.pick(allocated.id, allocated.version, {allocated.lines[0].id: here}).shipment
        sent = shipments.ship([(picked.id, picked.version)], delivered_by="老李", key=new_id())
        self.said.send(("shipment", sent[0].shipment.id))

    def take_in(self) -> None:
        """Receive what is on the road."""
        receiving = Receiving(self.clinic)
        for row in receiving.open():
            view = receiving.get(row.id)
            codes = {line.id: line.codes for line in view.lines}
            answers = [replace(answer, codes=codes[answer.line_id]) for answer in receiving.as_sent(row.id)]
            receiving.receive(row.id, Arrival(answers), view.version, key=new_id())
            self.said.send(("receipt", row.id))

    def give(self) -> None:
        """A part of a pack, and units of the drug without codes, to the resident."""
        dispensing = Dispensing(self.clinic)
        with self.clinic.sessions.reading() as session:
            codes, wanted = [], GIVEN
            for row in session.scalars(select(TraceCode).where(TraceCode.units_left > 0).order_by(TraceCode.units_left)):
                if wanted > 0:
                    codes.append(row.code)
                    wanted -= row.units_left
        lines = (
            DraftLine("1", CODED, GIVEN, "1片", 1, GIVEN, codes=tuple(codes)),
            DraftLine("2", PLAIN, GIVEN, "1片", 1, GIVEN),
        )
        draft = Draft(self.resident_id, lines, id=new_id())
        keys = [matter.key for matter in dispensing.judge(draft).matters]
        answered = replace(draft, reasons=dict.fromkeys(keys, "上级医院方案，已告知"), confirmed=frozenset(keys))
        self.said.send(("given", dispensing.give(answered).id))

    def count(self) -> None:
        """A full count in which one unit of the drug without codes is missing."""
        here, other = Stocktakes(self.clinic), Stocktakes(as_person(self.clinic, SECOND))
        view = here.open(is_blind=False).stocktake
        counts = {line.id: line.snapshot - (line.drug_code == PLAIN) for line in view.lines}
        view = here.count(view.id, counts, view.version).stocktake
        view = here.to_review(view.id, view.version).stocktake
        reasons = {line.id: next(iter(DifferenceReason)).value for line in view.lines if line.drug_code == PLAIN}
        self.said.send(("count", other.finalise(view.id, view.version, reasons=reasons).stocktake.id))


def carry(sender: Desk, receiver: Desk) -> None:
    """Open at the receiver whatever the sender has written for it and was not opened yet."""
    with receiver.sessions.reading() as session:
        opened = set(session.scalars(select(ExchangeMessage.id).where(ExchangeMessage.direction == "received")))
    with sender.sessions.reading() as session:
        written = select(ExchangeMessage).where(ExchangeMessage.direction == "sent").order_by(ExchangeMessage.sequence)
        waiting = [row.sealed for row in session.scalars(written) if row.id not in opened]
    for sealed in waiting:
        receive(receiver, sealed)


def move_for_ever(folder: Path, request_id: str, resident_id: str, moment: datetime, said: Connection) -> None:
    """Go round from `moment` on; a document's id is said only after its action returned."""
    chain = Chain(folder, Clock(moment), request_id, resident_id, said)
    said.send(READY)
    chain.tidy()
    while True:
        chain.go_round()
