"""发药出库: taking units of a drug off the shelf for a resident, first expired first out, and taking back what returns.

Primitives inside the transaction of whoever dispenses. Another batch than the first to expire is taken only with a reason;
expired and held goods never (drug_requests §6.3, §6.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.batches import Batch, lasts_for_supply, pick_fefo
from app.domain.message import Message, msg
from app.domain.movements import RETURNED_HOLD, MovementKind, is_possible_quantity
from app.forms.vocabulary import Problem
from app.services.problems import Refused, refuse
from app.services.stock_documents import problem, reason_problems
from app.services.stock_ledger import BatchKey, Booked, NewMovement, book, find_or_make_batch
from app.services.stock_positions import domain_batch
from db.models import Drug, StockBatch, StockMovement

_BATCHES, _MOVEMENTS = StockBatch.__table__, StockMovement.__table__


@dataclass(frozen=True)
class ChosenBatch:
    """So many units of this batch, chosen by hand."""

    batch_id: str
    units: int


@dataclass(frozen=True)
class PickedBatch:
    """Units to take of one batch. `notices` warn of a short date, or of an expiry before the supply is used up."""

    batch_id: str
    batch_no: str
    expiry: date | None
    units: int
    price_fen: int | None
    units_per_pack: int
    notices: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """What would be taken: `shortfall` units are missing, `over` more than asked because packs stay whole."""

    picks: tuple[PickedBatch, ...]
    shortfall: int
    over: int

    @property
    def units(self) -> int:
        """Units that are taken."""
        return sum(pick.units for pick in self.picks)


@dataclass(frozen=True)
class Dispensed:
    """What was taken, batch by batch; `movements` in the order of `picks`."""

    picks: tuple[PickedBatch, ...]
    movements: tuple[Booked, ...]


def propose_picks(
    session: Session, desk: Desk, drug_code: str, units: int, *, on: date | None = None, days_of_supply: int | None = None
) -> Proposal:
    """Which batches to take for `units`, first expired first out; nothing is changed. `on` None is today.

    Raises Refused for a quantity that is not a whole number from 1.
    """
    if not is_possible_quantity(units):
        raise refuse("quantity", msg("数量请填大于 0 的整数，您填的是 {written}。", written=units))
    drug = session.execute(select(Drug.is_splittable, Drug.units_per_pack).where(Drug.code == drug_code)).one_or_none()
    if drug is None:
        raise refuse("drug", msg("目录里没有这个药品。请先在目录里选择药品。"))
    day = on or desk.today()
    rows = _shelf(session, desk, drug_code)
    by_batch: dict[Batch, list[Row[Any]]] = {}
    for row in rows:
        by_batch.setdefault(domain_batch(row), []).append(row)
    batches = [batch for batch, same in by_batch.items() for _ in same]
    picking = pick_fefo(units, batches, day, splittable=drug.is_splittable, pack=drug.units_per_pack)
    picks = []
    for pick in picking.picks:
        row = by_batch[pick.batch].pop(0)
        short = () if pick.notice is None else (pick.notice,)
        picks.append(_picked(row, pick.units, (*short, *_supply_notice(row, day, days_of_supply))))
    return Proposal(tuple(picks), picking.shortfall, picking.over)


def dispense(
    session: Session,
    desk: Desk,
    drug_code: str,
    units: int,
    *,
    resident_id: str | None,
    document_id: str,
    document: str = "dispensing",
    at: datetime | None = None,
    chosen: Sequence[ChosenBatch] = (),
    override_reason: str = "",
    reason: str = "",
    days_of_supply: int | None = None,
    code: str = "quantity",
) -> Dispensed:
    """Take `units` of a drug off this desk's shelf for a resident.

    Without `chosen` batches the first to expire are taken. Raises Refused when there are not enough usable units, when
    the chosen ones do not add up, differ from first expired first out without an `override_reason`, or when the ledger
    refuses (`book`). `code` names the line beside which a refusal stands.
    """
    day = (at or desk.now()).astimezone().date()
    proposal = propose_picks(session, desk, drug_code, units, on=day, days_of_supply=days_of_supply)
    if not chosen and proposal.shortfall:
        raise Refused([_too_few(session, drug_code, units, proposal, code)])
    picks = proposal.picks
    if chosen:
        picks = _chosen_picks(session, desk, drug_code, units, chosen, day, days_of_supply, code)
        fefo = {pick.batch_id: pick.units for pick in proposal.picks}
        if {pick.batch_id: pick.units for pick in picks} != fefo:
            _must_have_reason(override_reason, code)
            reason = override_reason.strip()
    entries = [
        NewMovement(
            pick.batch_id,
            MovementKind.DISPENSE,
            pick.units,
            occurred_at=at,
            document=document,
            document_id=document_id,
            resident_id=resident_id,
            reason=reason,
            code=code,
        )
        for pick in picks
    ]
    return Dispensed(picks, book(session, desk, entries))


def return_from_resident(
    session: Session,
    desk: Desk,
    movement_id: str,
    units: int,
    *,
    reason: str,
    code: str = "quantity",
) -> Booked:
    """Take back `units` of what one movement gave a resident, into a batch of its own that is never dispensed again.

    It belongs to the same document. Raises Refused without a reason, for a movement that gave nothing, or for more units
    than were given and not returned.
    """
    problems = reason_problems(reason)
    if problems:
        raise Refused(problems)
    given = session.execute(select(_MOVEMENTS).where(_MOVEMENTS.c.id == movement_id)).one_or_none()
    if given is None or given.kind != MovementKind.DISPENSE or given.reverses_id is not None:
        raise refuse("movement", msg("没有找到这笔发药记录。请刷新后再选一次。"))
    if session.scalar(select(_MOVEMENTS.c.id).where(_MOVEMENTS.c.reverses_id == movement_id)) is not None:
        raise refuse("movement", msg("这笔发药已经冲销，没有可退的药品。"))
    batch = session.execute(select(_BATCHES).where(_BATCHES.c.id == given.batch_id)).one()
    open_units = min(-given.quantity, _still_out(session, given, batch))
    if is_possible_quantity(units) and units > open_units:
        sentence = msg("最多可退 {most}，您填的是 {written}。请核对。", most=open_units, written=units)
        raise refuse(code, sentence)
    key = BatchKey(
        batch.drug_code, batch.batch_no, batch.expiry, batch.manufacturer, batch.price_fen, batch.units_per_pack
    )
    quarantine = find_or_make_batch(
        session, desk, key, desk.today(), organisation_id=batch.organisation_id, hold=RETURNED_HOLD
    )
    entry = NewMovement(
        quarantine,
        MovementKind.RETURN_FROM_RESIDENT,
        units,
        document=given.document,
        document_id=given.document_id,
        resident_id=given.resident_id,
        reason=reason.strip(),
        code=code,
    )
    return book(session, desk, [entry])[0]


def _still_out(session: Session, given: Row[Any], batch: Row[Any]) -> int:
    """Units of these goods that the document gave away and that did not come back."""
    moved = session.scalar(
        select(func.sum(_MOVEMENTS.c.quantity))
        .join_from(_MOVEMENTS, _BATCHES, _BATCHES.c.id == _MOVEMENTS.c.batch_id)
        .where(
            _MOVEMENTS.c.document_id == given.document_id,
            _MOVEMENTS.c.kind.in_([MovementKind.DISPENSE.value, MovementKind.RETURN_FROM_RESIDENT.value]),
            _BATCHES.c.drug_code == batch.drug_code,
            _BATCHES.c.batch_no == batch.batch_no,
            _BATCHES.c.expiry.is_not_distinct_from(batch.expiry),
            _BATCHES.c.price_fen.is_not_distinct_from(batch.price_fen),
        )
    )
    return -int(moved or 0)


def _shelf(session: Session, desk: Desk, drug_code: str) -> Sequence[Row[Any]]:
    statement = select(_BATCHES).where(
        _BATCHES.c.organisation_id == desk.place.id, _BATCHES.c.drug_code == drug_code, _BATCHES.c.on_hand > 0
    )
    return session.execute(statement.order_by(_BATCHES.c.id)).all()


def _chosen_picks(
    session: Session,
    desk: Desk,
    drug_code: str,
    units: int,
    chosen: Sequence[ChosenBatch],
    day: date,
    days_of_supply: int | None,
    code: str,
) -> tuple[PickedBatch, ...]:
    rows = {row.id: row for row in _shelf(session, desk, drug_code)}
    if len({choice.batch_id for choice in chosen}) != len(chosen):
        raise refuse(code, msg("同一批号选了两次。请合并成一行。"))
    if any(choice.batch_id not in rows for choice in chosen):
        raise refuse(code, msg("选的批次已经没有库存，或不是这个药品。请重新选择批次。"))
    if not all(is_possible_quantity(choice.units) for choice in chosen):
        raise refuse(code, msg("每个批次的数量请填大于 0 的整数。"))
    total = sum(choice.units for choice in chosen)
    if total != units:
        raise refuse(code, msg("所选批次合计 {total}，应发 {units}。请核对各批数量。", total=total, units=units))
    return tuple(
        _picked(rows[choice.batch_id], choice.units, _supply_notice(rows[choice.batch_id], day, days_of_supply))
        for choice in chosen
    )


def _picked(row: Row[Any], units: int, notices: tuple[Message, ...]) -> PickedBatch:
    return PickedBatch(row.id, row.batch_no, row.expiry, units, row.price_fen, row.units_per_pack, notices)


def _supply_notice(row: Row[Any], day: date, days_of_supply: int | None) -> tuple[Message, ...]:
    if days_of_supply is None or lasts_for_supply(row.expiry, day, days_of_supply):
        return ()
    sentence = msg(
        "批号 {batch} 有效期到 {expiry}，{days} 天的药没用完就过期。请换有效期更长的一批，或减少天数。",
        batch=row.batch_no,
        expiry=row.expiry,
        days=days_of_supply,
    )
    return (sentence,)


def _must_have_reason(override_reason: str, code: str) -> None:
    if reason_problems(override_reason):
        raise refuse(code, msg("没有按“先到期先用”选批次：请写明原因。"))


def _too_few(session: Session, drug_code: str, units: int, proposal: Proposal, code: str) -> Problem:
    drug = session.execute(select(Drug.generic_name, Drug.unit).where(Drug.code == drug_code)).one()
    sentence = msg(
        "{drug} 可用的只有 {usable} {unit}，要发 {units} {unit}，还差 {missing} {unit}。没有发药，请减少数量或先申领。",
        drug=drug.generic_name,
        usable=proposal.units,
        units=units,
        missing=proposal.shortfall,
        unit=drug.unit,
    )
    return problem(code, sentence)
