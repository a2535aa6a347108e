"""The papers of the sample's supply as rows: requests, shipments and counts that were done, with every step they took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.demo.drugs import SampleDrug
from app.demo.ledger import Ledger
from app.demo.shelf import ShelfBatch
from app.domain.request_states import Action, State
from app.domain.request_terms import Kind
from app.domain.shipment_states import ShipmentAction, ShipmentState
from app.domain.stocktake_steps import CountAction, CountResult, CountState
from app.services.request_facts import PROGRAMME
from db.models import (
    DrugRequest,
    DrugRequestLine,
    Shipment,
    ShipmentLine,
    StatusChange,
    Stocktake,
    StocktakeLine,
)

PHARMACIST, MANAGER, DRIVER = "陈静", "孙院长", "老周"


@dataclass(frozen=True)
class AskedLine:
    """What was asked for of one drug and what was approved, in units."""

    drug: SampleDrug
    on_hand: int
    monthly_use: int
    asked: int
    approved: int
    reason: str = ""
    explanation: str = ""


@dataclass(frozen=True)
class SentLine:
    """One batch of a shipment. `batch` None while it is on the way."""

    drug: SampleDrug
    batch_no: str
    expiry: date
    manufacturer: str
    units: int
    codes: tuple[str, ...]
    batch: ShelfBatch | None = None
    request_line_id: str | None = None


class Papers:
    """Writes papers into a ledger; `township_id` is who sends and decides."""

    def __init__(self, ledger: Ledger, township_id: str) -> None:
        self.ledger = ledger
        self.township_id = township_id

    def steps(self, entity: str, entity_id: str, taken: Sequence[tuple[str, str, str, bool, datetime]]) -> None:
        """The history of a paper: (from, to, action, by the township, at) in order."""
        actor = self.ledger.desk.actor
        for position, (before, after, action, by_township, at) in enumerate(taken):
            self.ledger.add(
                StatusChange.__table__,
                {
                    "id": self.ledger.id_at(at), "entity": entity, "entity_id": entity_id, "from_state": before,
                    "to_state": after, "action": action, "at": at, "position": position, "comment": "", "key": None,
                    "user_id": self.township_id if by_township else actor.user_id,
                    "user_name": PHARMACIST if by_township else actor.name,
                },
            )  # fmt: skip

    def request(
        self, kind: Kind, period: str, asked: Sequence[AskedLine], at: datetime, state: State, *, reason: str = ""
    ) -> tuple[str, dict[str, str]]:
        """A request that was decided; `state` released or closed. Gives its id and those of its lines by drug."""
        ledger, actor = self.ledger, self.ledger.desk.actor
        request_id = ledger.id_at(at)
        decided = at + timedelta(days=1)
        ledger.add(
            DrugRequest.__table__,
            {
                "id": request_id, "clinic_id": ledger.desk.place.id, "township_id": self.township_id,
                "kind": kind.value, "programme": PROGRAMME, "period": period, "reason": reason, "state": state.value,
                "version": 6, "created_by_id": actor.user_id, "created_by_name": actor.name, "created_at": at,
                "submitted_by_id": actor.user_id, "submitted_by_name": actor.name, "submitted_at": at,
                "submitted_version": 3, "taken_by_id": self.township_id, "decided_by_id": self.township_id,
                "decided_by_name": PHARMACIST, "decided_at": decided, "comment": "", "clinic_population": None,
                "clinic_chronic": None,
            },
        )  # fmt: skip
        ids = {}
        for position, line in enumerate(asked):
            ids[line.drug.code] = line_id = ledger.id_at(at)
            ledger.add(DrugRequestLine.__table__, _line_row(line_id, request_id, position, line))
        start = Action.START_REGULAR if kind is Kind.REGULAR else Action.START_EMERGENCY
        taken = [
            ("", State.DRAFT, start, False, at),
            (State.DRAFT, State.SUBMITTED, Action.SUBMIT, False, at),
            (State.SUBMITTED, State.AUTHORISED, Action.AUTHORISE, False, at),
            (State.AUTHORISED, State.APPROVED, Action.APPROVE, True, decided),
            (State.APPROVED, State.RELEASED, Action.CONVERT, True, decided),
        ]
        if state is State.CLOSED:
            taken.append((State.RELEASED, State.CLOSED, Action.ALL_RECEIVED, True, decided + timedelta(days=5)))
        self.steps("drug_request", request_id, [(str(a), b.value, c.value, d, e) for a, b, c, d, e in taken])
        ledger.record(
            at, "drug_request.submit", "drug_request", request_id, {"state": state.value, "period": period, "lines": len(asked)}
        )
        return request_id, ids

    def shipment(
        self, number: str, sent: Sequence[SentLine], sent_on: date, request_id: str | None, received_at: datetime | None
    ) -> str:
        """A shipment that was received and verified, or that is on the way (`received_at` None). Gives its id."""
        ledger, actor = self.ledger, self.ledger.desk.actor
        at = ledger.moment(sent_on)
        shipment_id = ledger.id_at(at)
        is_here = received_at is not None
        state = ShipmentState.VERIFIED if is_here else ShipmentState.SHIPPED
        has_cold = any(line.drug.cold_chain for line in sent)
        ledger.add(
            Shipment.__table__,
            {
                "id": shipment_id, "number": number, "township_id": self.township_id, "clinic_id": ledger.desk.place.id,
                "request_id": request_id, "state": state.value, "route": "东线", "created_at": at,
                "created_by_id": self.township_id, "created_by_name": PHARMACIST, "shipped_on": sent_on,
                "shipped_by_id": self.township_id, "shipped_by_name": PHARMACIST, "delivered_by": DRIVER,
                "received_on": received_at.date() if received_at else None,
                "received_by_id": actor.user_id if is_here else None, "received_by_name": actor.name if is_here else "",
                "verified_by_id": self.township_id if is_here else None, "verified_by_name": MANAGER if is_here else "",
                "hand_over_celsius": 48 if is_here and has_cold else None, "remark": "", "version": 3 if is_here else 1,
            },
        )  # fmt: skip
        for position, line in enumerate(sent):
            ledger.add(ShipmentLine.__table__, _sent_row(self.ledger.id_at(at), shipment_id, position, line, is_here))
        taken = [("", ShipmentState.SHIPPED.value, ShipmentAction.SHIP.value, True, at)]
        if received_at is not None:
            verified = received_at + timedelta(hours=30)
            taken += [
                (ShipmentState.SHIPPED.value, ShipmentState.RECEIVED.value, ShipmentAction.RECEIVE.value, False, received_at),
                (ShipmentState.RECEIVED.value, ShipmentState.VERIFIED.value, ShipmentAction.VERIFY.value, True, verified),
            ]
        self.steps("shipment", shipment_id, taken)
        ledger.record(at, "shipment.arrive", "shipment", shipment_id, {"state": state.value, "version": 1})
        return shipment_id

    def stocktake(
        self, at: datetime, counted: Sequence[tuple[ShelfBatch, int, int, str]]
    ) -> str:
        """A full count that was finalised: (batch, book, counted, reason). Gives its id."""
        ledger, actor = self.ledger, self.ledger.desk.actor
        opened = at - timedelta(hours=1)
        take_id = ledger.id_at(opened)
        differs = any(book != units for _batch, book, units, _reason in counted)
        ledger.add(
            Stocktake.__table__,
            {
                "id": take_id, "organisation_id": ledger.desk.place.id, "kind": "full",
                "state": CountState.FINALISED.value, "is_blind": True, "seed": ledger.random.randrange(2**31),
                "opened_at": opened, "opened_by_id": actor.user_id, "opened_by_name": actor.name,
                "counter_name": actor.name, "finalised_at": at + timedelta(minutes=10), "finalised_by_id": actor.user_id,
                "finalised_by_name": PHARMACIST, "version": 3,
                "result": (CountResult.DIFFERS if differs else CountResult.AGREES).value,
            },
        )  # fmt: skip
        for position, (batch, book, units, reason) in enumerate(counted):
            drug = batch.drug
            ledger.add(
                StocktakeLine.__table__,
                {
                    "id": ledger.id_at(opened), "stocktake_id": take_id, "position": position, "batch_id": batch.id,
                    "drug_code": drug.code, "drug_name": f"{drug.name} {drug.strength}"[:100],
                    "batch_no": batch.batch_no, "expiry": batch.expiry, "unit": drug.unit, "snapshot": book,
                    "counted": units, "counted_at": at, "book": book, "reason": reason, "is_as_book": False,
                },
            )  # fmt: skip
        order = (CountState.OPEN, CountState.COUNTING, CountState.REVIEW, CountState.FINALISED)
        actions = (CountAction.OPEN, CountAction.COUNT, CountAction.REVIEW, CountAction.FINALISE)
        before = ""
        taken = []
        for state, action in zip(order, actions, strict=True):
            taken.append((before, state.value, action.value, False, opened if action is CountAction.OPEN else at))
            before = state.value
        self.steps("stocktake", take_id, taken)
        ledger.record(at, "stocktake.finalise", "stocktake", take_id, {"state": CountState.FINALISED.value, "version": 3})
        return take_id


def _line_row(line_id: str, request_id: str, position: int, line: AskedLine) -> dict[str, Any]:
    drug = line.drug
    if line.approved == line.asked:
        decision = "approved"
    else:
        decision = "changed" if line.approved else "refused"
    return {
        "id": line_id, "request_id": request_id, "position": position, "drug_code": drug.code, "drug_name": drug.name,
        "strength": drug.strength, "unit": drug.unit, "pack_unit": drug.pack_unit, "units_per_pack": drug.units_per_pack,
        "price_fen": drug.price_fen, "on_hand": line.on_hand, "monthly_use": str(line.monthly_use),
        "suggested": line.asked, "in_transit": 0, "stockout_days": 0, "basis": "consumption", "arithmetic": "",
        "requested": line.asked, "explanation": line.explanation, "is_skipped": False, "approved": line.approved,
        "decision": decision, "decision_reason": line.reason, "source": "own_stock" if line.approved else "",
    }  # fmt: skip


def _sent_row(line_id: str, shipment_id: str, position: int, line: SentLine, is_here: bool) -> dict[str, Any]:
    drug = line.drug
    return {
        "id": line_id, "shipment_id": shipment_id, "request_line_id": line.request_line_id, "position": position,
        "batch_id": line.batch.id if line.batch else None, "drug_code": drug.code, "drug_name": drug.name,
        "strength": drug.strength, "unit": drug.unit, "pack_unit": drug.pack_unit, "units_per_pack": drug.units_per_pack,
        "price_fen": drug.price_fen, "manufacturer": line.manufacturer, "batch_no": line.batch_no,
        "expiry": line.expiry, "shipped": line.units, "accepted": line.units if is_here else None,
        "rejected": 0 if is_here else None, "reject_reason": "", "is_pending": False, "resolution": "", "bearer": "",
        "put_back": 0, "codes": list(line.codes),
    }  # fmt: skip
