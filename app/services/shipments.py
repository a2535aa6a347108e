"""发货 at the township's desk: from an approved request to goods on the road, and the receipt verified.

Every user action is one transaction; what is legal, and for whom, says app.domain.shipment_states. Stock is reserved when
a shipment is allocated and leaves the books when it is shipped, never in between (drug_requests §6.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.document_states import StepResult
from app.domain.message import Message, msg
from app.domain.movements import MovementKind
from app.domain.request_checks import has_meaning
from app.domain.request_states import State
from app.domain.shipment_states import (
    HOLDS_RESERVATION,
    SHIPMENT_STEPS,
    Resolution,
    ShipmentAction,
    ShipmentState,
)
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.services.document_steps import next_number, refuse_if_changed, take_document_step, was_done
from app.services.post import write_envelope
from app.services.problems import Refused, refuse
from app.services.releases import close_when_finished
from app.services.request_steps import load, replace_unsent_about
from app.services.request_views import lines_of
from app.services.shelf_promises import ShelfPromises
from app.services.shipment_allocation import Short, Touched, allocate_all
from app.services.shipment_codes import checked_codes, send_codes, take_back_codes
from app.services.shipment_picking import FreeShelf, HandPick, merge_lines
from app.services.shipment_reading import ShipmentReading
from app.services.shipment_views import (
    ENTITY,
    ShipmentView,
    lines_of_shipment,
    load_shipment,
    shipment_summaries,
    shipment_view,
)
from app.services.shipment_work import Scanned, dispatch_tenths, scan, unscan
from app.services.stock_ledger import (
    RETURNED_HOLD,
    BatchKey,
    NewMovement,
    book,
    find_or_make_batch,
    reserve_all,
)
from app.services.supply_balance import (
    FROM_SHELF,
    remaining_of,
    sent_of_lines,
)
from db.models import DrugRequestLine, Shipment, ShipmentLine, new_id

BEARERS = ("township", "clinic", "distributor")


@dataclass(frozen=True)
class DifferenceDecision:
    """What becomes of rejected units of one line. `again`: they may be sent again for the request (§4.8).

    A line that was not sent at all needs `accept_extra` True (a shipment is drafted for it) or False (it comes back).
    """

    resolution: Resolution | None = None
    bearer: str = ""
    again: bool = False
    accept_extra: bool | None = None


@dataclass(frozen=True)
class ShipmentResult:
    """What an action did. `message_ids` the files to hand over, `short` what the shelf lacks, `touched` others' goods."""

    shipment: ShipmentView
    message: Message
    message_ids: tuple[str, ...] = ()
    short: tuple[Short, ...] = ()
    touched: tuple[Touched, ...] = ()


class Shipments(ShipmentReading):
    """发货 at the township."""

    # -- draft, allocate, pick, ship -------------------------------------------------------------------------------

    def draft(self, request_id: str, *, route: str = "", remark: str = "") -> ShipmentView:
        """A shipment of all that is still to be sent for a released request from the township's shelf."""
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            if State(request.state) is not State.RELEASED:
                raise UserError(
                    msg(
                        "申领单现在是“{state}”，不能发货，没有建立发货单。请先审核并转发货。",
                        state=State(request.state).label,
                    )
                )
            lines = lines_of(session, request.id)
            sent = sent_of_lines(session, [line.id for line in lines])
            wanted = [
                (line, units)
                for line in lines
                if line.source in FROM_SHELF and (units := remaining_of(line, sent.get(line.id))) > 0
            ]
            if not wanted:
                raise UserError(msg("没有可继续发货的数量"))
            row = self._new_shipment(session, request.clinic_id, request.id, route, remark)
            for position, (line, units) in enumerate(wanted):
                session.add(_draft_line(row.id, position, line, units))
            return shipment_view(session, self.desk, row)

    def allocate(
        self,
        shipment_id: str,
        version: int,
        *,
        by_hand: Mapping[str, Sequence[HandPick]] | None = None,
        reason: str = "",
    ) -> ShipmentResult:
        """Reserve batches for the lines of a draft, first expired first out, none too short-dated (§6.3, §6.4).

        What others come first for is not proposed (app.services.shelf_promises). `by_hand` names batches for lines of the
        draft (by their id) instead and needs a `reason`; the result says whose goods that touches. What the shelf lacks
        stays to be sent later. Raises UserError when the shelf has nothing at all.
        """
        with self.desk.sessions.writing() as session:
            row = load_shipment(session, shipment_id)
            if by_hand and not has_meaning(reason):
                raise refuse("reason", msg("不按先到期先出拣选，请写明原因（至少 2 个字）。"))
            # Before the step: afterwards the lines of the draft count as reserved.
            promises = ShelfPromises.of(session, self.desk)
            result = self._step(session, row, ShipmentAction.ALLOCATE, version=version, comment=reason)
            drafted = lines_of_shipment(session, row.id)
            allocated, short, touched = allocate_all(session, self.desk, promises, drafted, by_hand or {})
            for line in drafted:
                session.delete(line)
            session.flush()
            parts = [part for several in allocated for part in several]
            for position, part in enumerate(parts):
                part.position = position
                session.add(part)
            reserve_all(session, _units_by_batch(parts))
            view = shipment_view(session, self.desk, row)
            return ShipmentResult(view, result.message, short=short, touched=touched)

    def release(self, shipment_id: str, version: int, reason: str) -> ShipmentResult:
        """Let the reserved batches go again: the shipment is a draft as before."""
        with self.desk.sessions.writing() as session:
            row = load_shipment(session, shipment_id)
            result = self._step(session, row, ShipmentAction.RELEASE, version=version, comment=reason)
            lines = lines_of_shipment(session, row.id)
            _unreserve(session, lines)
            merge_lines(session, lines)
            _cut_to_remaining(session, row.id)
            return ShipmentResult(shipment_view(session, self.desk, row), result.message)

    def scan(self, shipment_id: str, code: str, line_id: str = "") -> Scanned:
        """Keep a scanned code with its line. Raises Refused under the line beside which the sentence belongs."""
        with self.desk.sessions.writing() as session:
            return scan(session, self.desk, shipment_id, code, line_id)

    def unscan(self, shipment_id: str, line_id: str) -> str:
        """Take the last scanned code of a line away, and give it."""
        with self.desk.sessions.writing() as session:
            return unscan(session, shipment_id, line_id)

    def pick(
        self, shipment_id: str, version: int, codes: Mapping[str, Sequence[str]] | None = None
    ) -> ShipmentResult:
        """The goods lie ready: their 追溯码 by line id, or those scanned before (None).

        Raises Refused for codes that are wrong or missing.
        """
        with self.desk.sessions.writing() as session:
            row = load_shipment(session, shipment_id)
            result = self._step(session, row, ShipmentAction.PICK, version=version)
            lines = lines_of_shipment(session, row.id)
            given = {line.id: line.codes for line in lines} if codes is None else codes
            cleaned = checked_codes(session, self.desk, lines, given)
            for line in lines:
                line.codes = cleaned[line.id]
            return ShipmentResult(shipment_view(session, self.desk, row), result.message)

    def ship(
        self,
        shipments: Sequence[tuple[str, int]],
        *,
        delivered_by: str,
        route: str | None = None,
        celsius: str | None = None,
        key: str | None = None,
    ) -> list[ShipmentResult]:
        """Send the shipments of one drive together, or none: the issue is booked, each clinic gets its envelope.

        `shipments` are (id, version). `celsius` is the temperature of the cold box as it was typed; None is not asked.
        Raises Refused when a batch has expired or was held meanwhile, or the cold box is not between 2 and 8 ℃.
        """
        if not delivered_by.strip():
            raise refuse("delivered_by", msg("请填写送货人。"))
        with self.desk.sessions.writing() as session:
            if was_done(session, key):
                raise UserError(msg("已经发出过，没有重复发出。"))
            results = []
            for place, (shipment_id, version) in enumerate(shipments):
                row = load_shipment(session, shipment_id)
                result = self._step(
                    session, row, ShipmentAction.SHIP, version=version, key=key if place == 0 else None
                )
                row.shipped_on, row.delivered_by = self.desk.today(), delivered_by.strip()[:50]
                row.shipped_by_id, row.shipped_by_name = self.desk.actor.user_id, self.desk.actor.name
                row.route = row.route if route is None else route.strip()[:50]
                if celsius is not None:
                    row.dispatch_celsius = dispatch_tenths(session, row, celsius)
                self._issue(session, row)
                message_id = self._tell_shipment(session, row)
                results.append(
                    ShipmentResult(shipment_view(session, self.desk, row), result.message, (message_id,))
                )
            return results

    def cancel(self, shipment_id: str, version: int, reason: str) -> ShipmentResult:
        """Give up a shipment that has not left; what it reserved is free again, its quantity still to be sent."""
        with self.desk.sessions.writing() as session:
            row = load_shipment(session, shipment_id)
            held = ShipmentState(row.state) in HOLDS_RESERVATION
            result = self._step(session, row, ShipmentAction.CANCEL, version=version, comment=reason)
            if held:
                _unreserve(session, lines_of_shipment(session, row.id))
            return ShipmentResult(shipment_view(session, self.desk, row), result.message)

    def return_in_full(self, shipment_id: str, version: int, reason: str, *, again: bool = True) -> ShipmentResult:
        """Everything came back before it was received: onto the shelf, cold lines set apart; the clinic is told.

        `again`: the quantity may be sent again for the request.
        """
        with self.desk.sessions.writing() as session:
            row = load_shipment(session, shipment_id)
            result = self._step(session, row, ShipmentAction.RETURN_IN_FULL, version=version, comment=reason)
            lines = lines_of_shipment(session, row.id)
            cold = FreeShelf.cold_codes(session, {line.drug_code for line in lines})
            for line in lines:
                line.put_back = line.shipped if again else 0
                apart = line.drug_code in cold
                line.resolution = (Resolution.QUARANTINED if apart else Resolution.RESTOCKED).value
                movement = self._take_back(session, row, line, line.shipped, apart=apart, reason=reason)
                take_back_codes(session, self.desk, line, movement)
            replace_unsent_about(session, row.id)
            message_id = self._tell_shipment(session, row)
            view = shipment_view(session, self.desk, row)
            return ShipmentResult(view, result.message, (message_id,))

    # -- the receipt ----------------------------------------------------------------------------------------------

    def verify(
        self,
        shipment_id: str,
        version: int,
        decisions: Mapping[str, DifferenceDecision] | None = None,
        *,
        comment: str = "",
    ) -> ShipmentResult:
        """Settle what the clinic received: every difference is decided, by somebody else than who shipped (§6.2).

        The request closes by itself when all its lines are finished; then the clinic is told.
        """
        with self.desk.sessions.writing() as session:
            row = load_shipment(session, shipment_id)
            result = self._step(session, row, ShipmentAction.VERIFY, version=version, comment=comment)
            row.verified_by_id, row.verified_by_name = self.desk.actor.user_id, self.desk.actor.name
            lines = lines_of_shipment(session, row.id)
            _refuse_undecided(lines, decisions or {})
            extras = []
            for line in lines:
                decision = (decisions or {}).get(line.id)
                if decision is not None and line.is_pending:
                    line.is_pending = False
                    extras += [line] if decision.accept_extra else []
                elif decision is not None and line.rejected:
                    self._settle(session, row, line, decision)
            if extras:
                self._supplement(session, row, extras)
            message_ids = close_when_finished(session, self.desk, row)
            return ShipmentResult(shipment_view(session, self.desk, row), result.message, message_ids)

    def verify_all_without_differences(self) -> int:
        """Verify in one action every received shipment that came as it was sent; gives how many. Own ones stay."""
        with self.desk.sessions.reading() as session:
            waiting = shipment_summaries(session, Shipment.state == ShipmentState.RECEIVED.value, limit=1000)
            clean = [row for row in waiting if not row.has_differences]
            mine = self.desk.actor.user_id
            others = [row for row in clean if load_shipment(session, row.id).shipped_by_id != mine]
        for row in others:
            self.verify(row.id, row.version)
        return len(others)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _step(
        self,
        session: Session,
        row: Shipment,
        action: ShipmentAction,
        *,
        version: int | None = None,
        comment: str = "",
        key: str | None = None,
    ) -> StepResult:
        refuse_if_changed(row, version)
        state = ShipmentState(row.state) if row.state else None
        return take_document_step(
            session, self.desk, SHIPMENT_STEPS, ENTITY, row, state, action, comment=comment, key=key
        )

    def _new_shipment(
        self, session: Session, clinic_id: str, request_id: str | None, route: str, remark: str
    ) -> Shipment:
        row = Shipment(
            id=new_id(), number=next_number(session, Shipment.number, "FH", f"{self.desk.today():%Y%m%d}"),
            township_id=self.desk.place.id, clinic_id=clinic_id, request_id=request_id, state="",
            route=route.strip()[:50], created_at=self.desk.now(), created_by_id=self.desk.actor.user_id,
            created_by_name=self.desk.actor.name, remark=remark.strip()[:200], version=0,
        )  # fmt: skip
        session.add(row)
        session.flush()
        self._step(session, row, ShipmentAction.CREATE)
        return row

    def _issue(self, session: Session, row: Shipment) -> None:
        lines = lines_of_shipment(session, row.id)
        _unreserve(session, lines)
        booked = book(
            session,
            self.desk,
            [
                NewMovement(
                    batch_id=str(line.batch_id), kind=MovementKind.ISSUE, quantity=line.shipped,
                    document=ENTITY, document_id=row.id, code=line.id,
                )
                for line in lines
            ],
        )  # fmt: skip
        send_codes(session, self.desk, [(line, movement.id) for line, movement in zip(lines, booked, strict=True)])

    def _take_back(
        self, session: Session, row: Shipment, line: ShipmentLine, units: int, *, apart: bool, reason: str
    ) -> str:
        """Units that come back to the township, onto their batch or set apart; gives the movement's id."""
        batch_id = str(line.batch_id)
        if apart:
            key = BatchKey(
                line.drug_code, line.batch_no, line.expiry, line.manufacturer, line.price_fen, line.units_per_pack
            )
            batch_id = find_or_make_batch(session, self.desk, key, self.desk.today(), hold=RETURNED_HOLD)
        movement = NewMovement(
            batch_id, MovementKind.RETURN_FROM_CLINIC, units, document=ENTITY, document_id=row.id,
            reason=reason.strip()[:200], code=line.id,
        )  # fmt: skip
        return book(session, self.desk, [movement])[0].id

    def _settle(self, session: Session, row: Shipment, line: ShipmentLine, decision: DifferenceDecision) -> None:
        units = line.rejected or 0
        line.resolution = decision.resolution.value if decision.resolution else ""
        line.bearer = decision.bearer
        line.put_back = units if decision.again else 0
        if decision.resolution is not Resolution.LOST:
            apart = decision.resolution is Resolution.QUARANTINED
            self._take_back(session, row, line, units, apart=apart, reason=line.reject_reason)

    def _supplement(self, session: Session, row: Shipment, extras: Sequence[ShipmentLine]) -> None:
        """A draft for goods that arrived without having been sent and are kept: they go through the books like any."""
        remark = str(msg("{number} 多到的药品，补办发货", number=row.number))
        added = self._new_shipment(session, row.clinic_id, None, row.route, remark)
        for position, line in enumerate(extras):
            session.add(
                ShipmentLine(
                    shipment_id=added.id, position=position, drug_code=line.drug_code, drug_name=line.drug_name,
                    strength=line.strength, unit=line.unit, pack_unit=line.pack_unit,
                    units_per_pack=line.units_per_pack, price_fen=line.price_fen, batch_no="", expiry=None,
                    shipped=line.accepted or 0, codes=[],
                )
            )  # fmt: skip

    def _tell_shipment(self, session: Session, row: Shipment) -> str:
        from app.services.shipment_post import shipment_body

        session.flush()
        body = shipment_body(row, lines_of_shipment(session, row.id))
        return write_envelope(session, self.desk, row.clinic_id, "shipment", body, subject_id=row.id).id

def _draft_line(shipment_id: str, position: int, line: DrugRequestLine, units: int) -> ShipmentLine:
    return ShipmentLine(
        shipment_id=shipment_id, request_line_id=line.id, position=position, drug_code=line.drug_code,
        drug_name=line.drug_name, strength=line.strength, unit=line.unit, pack_unit=line.pack_unit,
        units_per_pack=line.units_per_pack, price_fen=line.price_fen, batch_no="", expiry=None, shipped=units,
        codes=[],
    )  # fmt: skip


def _cut_to_remaining(session: Session, shipment_id: str) -> None:
    """Take off a draft again what whole packs had added beyond the approved quantity."""
    lines = {line.request_line_id: line for line in lines_of_shipment(session, shipment_id) if line.request_line_id}
    sent = sent_of_lines(session, list(lines))
    for stored in session.scalars(select(DrugRequestLine).where(DrugRequestLine.id.in_(list(lines)))):
        taken = sent.get(stored.id)
        over = taken.units - taken.returned - (stored.approved or 0) if taken else 0
        lines[stored.id].shipped = max(1, lines[stored.id].shipped - max(0, over))


def _unreserve(session: Session, lines: Sequence[ShipmentLine]) -> None:
    reserve_all(session, {batch_id: -units for batch_id, units in _units_by_batch(lines).items()})


def _units_by_batch(lines: Sequence[ShipmentLine]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        if line.batch_id is not None:
            found[line.batch_id] = found.get(line.batch_id, 0) + line.shipped
    return found


def _refuse_undecided(lines: Sequence[ShipmentLine], decisions: Mapping[str, DifferenceDecision]) -> None:
    problems = []
    for line in lines:
        decision = decisions.get(line.id)
        if line.is_pending:
            if decision is None or decision.accept_extra is None:
                sentence = msg("{drug} 是多到的，请决定留下还是收回。", drug=line.drug_name)
                problems.append(Problem(line.id, Level.REFUSE, sentence))
        elif line.rejected:
            if decision is None or decision.resolution is None:
                sentence = msg(
                    "{drug} 拒收 {units} {unit}，请决定怎样处理。",
                    drug=line.drug_name,
                    units=line.rejected,
                    unit=line.unit,
                )
                problems.append(Problem(line.id, Level.REFUSE, sentence))
            elif decision.resolution is Resolution.LOST and decision.bearer not in BEARERS:
                sentence = msg("{drug} 途中损失，请选择由谁承担。", drug=line.drug_name)
                problems.append(Problem(line.id, Level.REFUSE, sentence))
    if problems:
        raise Refused(problems)
