"""One unread envelope of every kind of the supply between a clinic and its township, and the means to write them anew.

    letters = SupplyLetters(folder); data = letters.forged("shipment", change); letters.open("shipment", data)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.desk import Desk
from app.domain.movements import MovementKind
from app.domain.shortage_states import ShortageAction, ShortageKind
from app.exchange.bodies import Body, StatementBody, StatementLine
from app.exchange.envelope import Envelope, read_cover, seal, unseal
from app.services.catalogue_exchange import CatalogueExchange
from app.services.count_answers import CountAnswers
from app.services.ledger_reports import LedgerReports
from app.services.post import own_keys, public_keys, receive, write_envelope
from app.services.random_checks import RandomChecks
from app.services.receiving import Arrival, Receiving
from app.services.shipments import HandPick, Shipments
from app.services.shortages import ShortageEdit, Shortages
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from app.services.stocktakes import Stocktakes
from db.models import Base, ExchangeMessage, LedgerReport, Organisation, StockBatch, new_id
from tests.supply_desks import FAR, MANAGER, PairedDesks, as_person, drug_code, hand_over, released, stock

Change = Callable[[Envelope], Envelope]
TO_TOWNSHIP = ("receipt", "movements", "count_result", "shortage")
TO_CLINIC = ("catalogue", "shipment", "statement", "count", "shortage_answer")
KINDS = (*TO_CLINIC, *TO_TOWNSHIP)
OCTOBER = "2026-10"
LISTS = ("exchange_message", "audit_entry")
"""Tables in which a refused envelope leaves its trace."""


class SupplyLetters(PairedDesks):
    """Two paired desks; `originals` the message ids by kind, none of them opened yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        drug_code(self.clinic, "硝苯地平")
        self.code = drug_code(self.township, "硝苯地平")
        self.originals: dict[str, str] = {}
        stock(self.township, self.code, 100)
        request_id = released(self.clinic, self.township, self.folder, {self.code: 100})
        self._month()
        self._goods(request_id)
        self._checks()
        self._shortages()
        self.originals["catalogue"] = CatalogueExchange(self.township).issue(self.clinic.place.id)
        self._statement()

    def ends(self, kind: str) -> tuple[Desk, Desk]:
        """The sender and the receiver of a kind."""
        return (self.clinic, self.township) if kind in TO_TOWNSHIP else (self.township, self.clinic)

    def original(self, kind: str) -> Envelope:
        """What the unread envelope of a kind says."""
        sender, receiver = self.ends(kind)
        with sender.sessions.reading() as session:
            data = session.get_one(ExchangeMessage, self.originals[kind]).sealed
        with receiver.sessions.reading() as session:
            keys = public_keys(session.get(Organisation, sender.place.id))
            return unseal(read_cover(data), receiver.place.id, own_keys(session, receiver), keys)

    def forged(self, kind: str, change: Change = lambda envelope: envelope) -> bytes:
        """The envelope of a kind with a change and a new number, signed by its true sender."""
        return self.sealed(kind, change(replace(self.original(kind), id=new_id())))

    def sealed(self, kind: str, envelope: Envelope) -> bytes:
        """An envelope as its sender signs and seals it."""
        sender, receiver = self.ends(kind)
        with sender.sessions.reading() as session:
            keys = public_keys(session.get(Organisation, receiver.place.id))
            assert keys is not None
            return seal(envelope, own_keys(session, sender), keys)

    def with_body(self, kind: str, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> bytes:
        """The same with a changed body."""
        return self.forged(kind, lambda envelope: replace(envelope, body=change(dict(envelope.body))))

    def open(self, kind: str, data: bytes):
        """Open a file at the desk to which the kind goes."""
        return receive(self.ends(kind)[1], data)

    def everything(self, kind: str) -> dict[str, list[tuple[object, ...]]]:
        """All that the receiver of a kind keeps, but for the list of its letters and who did what."""
        kept = {}
        with self.ends(kind)[1].sessions.reading() as session:
            for table in Base.metadata.sorted_tables:
                if table.name not in LISTS and (kind == "catalogue" or table.name != "drug"):
                    kept[table.name] = sorted((tuple(row) for row in session.execute(select(table))), key=repr)
        return kept

    # -- how they came to be ---------------------------------------------------------------------------------------

    def _month(self) -> None:
        with self.clinic.sessions.writing() as session:
            key = BatchKey(self.code, "K1", FAR, "某厂", 1000, 10)
            self.batch = find_or_make_batch(session, self.clinic, key, date(2026, 10, 1))
            for day, kind, units in ((1, MovementKind.OPENING, 200), (8, MovementKind.DISPENSE, 44)):
                at = datetime(2026, 10, day, 2, tzinfo=UTC)
                book(session, self.clinic, [NewMovement(self.batch, kind, units, at, reason="记账")])
        self.originals["movements"] = str(LedgerReports(self.clinic).close_month(OCTOBER).message_id)
        with self.township.sessions.writing() as session:
            shelf = {
                "batch_id": self.batch, "drug_code": self.code, "drug_name": "硝苯地平", "strength": "", "unit": "片",
                "units_per_pack": 10, "price_fen": 1000, "batch_no": "K1", "expiry": FAR.isoformat(), "on_hand": 156,
                "is_held": False,
            }  # fmt: skip
            session.add(
                LedgerReport(
                    organisation_id=self.clinic.place.id, month="2026-09", made_at=self.clock(), made_by_name="王明",
                    taken_in_at=self.clock(), lines=[], stock=[shelf],
                )
            )

    def _goods(self, request_id: str) -> None:
        first = self._shipped(request_id, 40)
        hand_over(self.township, self.clinic, first.message_ids[0], self.folder)
        receiving = Receiving(self.clinic)
        view = receiving.get(first.shipment.id)
        done = receiving.receive(view.id, Arrival(receiving.as_sent(view.id)), view.version)
        self.originals["receipt"] = str(done.message_id)
        self.originals["shipment"] = self._shipped(request_id, 30).message_ids[0]

    def _shipped(self, request_id: str, units: int):
        shipments = Shipments(self.township)
        draft = shipments.draft(request_id)
        with self.township.sessions.reading() as session:
            batch = session.scalars(
                select(StockBatch.id).where(StockBatch.organisation_id == self.township.place.id)
            ).one()
        by_hand = {draft.lines[0].id: [HandPick(batch, units)]}
        allocated = shipments.allocate(draft.id, draft.version, by_hand=by_hand, reason="车上放不下").shipment
        picked = shipments.pick(allocated.id, allocated.version).shipment
        return shipments.ship([(picked.id, picked.version)], delivered_by="老李")[0]

    def _checks(self) -> None:
        checks = RandomChecks(self.township)
        asked = checks.open(self.clinic.place.id, seed=1).check
        sent = checks.send(asked.id)
        hand_over(self.township, self.clinic, str(sent.message_id), self.folder)
        counting = Stocktakes(self.clinic)
        view = counting.get(asked.id)
        counted = counting.count(view.id, {line.id: 156 for line in view.lines}, view.version)
        answer = CountAnswers(self.clinic).answer(view.id, counted.stocktake.version)
        self.originals["count_result"] = str(answer.message_id)
        other = checks.open(self.clinic.place.id, seed=2).check
        self.originals["count"] = str(checks.send(other.id).message_id)

    def _shortages(self) -> None:
        here, there = Shortages(self.clinic), Shortages(as_person(self.township, MANAGER))
        for name, key in (("氯巴占片", ""), ("西地兰", "shortage")):
            draft = here.register(ShortageEdit(name, ShortageKind.RARE, needed_a_month=30, residents_affected=1))
            told = here.act(draft.id, ShortageAction.REPORT, draft.version)
            if key:
                self.originals[key] = str(told.message_id)
            else:
                hand_over(self.clinic, self.township, str(told.message_id), self.folder)
                report = there.list()[0]
                done = there.act(report.id, ShortageAction.VERIFY, report.version)
                self.originals["shortage_answer"] = str(done.message_id)

    def _statement(self) -> None:
        figures = {
            "opening": 200, "received": 0, "returned": 0, "dispensed": 44, "lost": 0, "counted": 0, "closing": 156,
        }  # fmt: skip
        line = StatementLine(
            drug_code=self.code, drug_name="硝苯地平", unit="片", units_per_pack=10, price_fen=1000, amount_fen=4400,
            **figures,
        )  # fmt: skip
        body = StatementBody(
            settlement_id=new_id(), clinic_id=self.clinic.place.id, month=OCTOBER, state="checked",
            created_by_name="赵敏", totals={"payable": 4400}, lines=(line,),
        )  # fmt: skip
        self.originals["statement"] = self.written(self.township, self.clinic, "statement", body)

    @staticmethod
    def written(sender: Desk, receiver: Desk, kind: str, body: Body) -> str:
        """Write an envelope; gives its number."""
        with sender.sessions.writing() as session:
            return write_envelope(session, sender, receiver.place.id, kind, body, subject_id=new_id()).id
