"""配货 of a whole shipment: each line its batches, what is lacking and why, whose promised goods were taken by hand.

Which batches one line takes says app.services.shipment_picking, how much of them app.services.shelf_promises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.errors import UserError
from app.services.shelf_promises import Claim, ShelfPromises
from app.services.shipment_picking import FreeShelf, HandPick, allocate_lines
from db.models import ShipmentLine


@dataclass(frozen=True)
class Short:
    """A line of which the shelf could not give everything. `kept_for`: for whom it keeps what it has."""

    drug_name: str
    wanted: int
    missing: int
    kept_for: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Touched:
    """A line for which goods were taken by hand that others were promised."""

    drug_name: str
    unit: str
    claims: tuple[Claim, ...]


Parts = list[list[ShipmentLine]]
"""New lines for each drafted line, in the order of these."""


def allocate_all(
    session: Session, desk: Desk, promises: ShelfPromises, drafted: Sequence[ShipmentLine],
    by_hand: Mapping[str, Sequence[HandPick]],
) -> tuple[Parts, tuple[Short, ...], tuple[Touched, ...]]:  # fmt: skip
    """The new lines of a draft, what is short, and whose goods were taken by hand. Nothing is reserved yet.

    `promises`: as they stood before the step, while the draft reserved nothing.
    A line without a request (goods that are at the clinic already) is not limited by promises. Raises Refused for what
    was chosen wrong by hand, UserError when no line gets anything.
    """
    shelf = FreeShelf.of(session, desk, {line.drug_code for line in drafted})
    allocated = []
    for line in drafted:
        room = promises.room(line.request_line_id, line.shipped) if line.request_line_id else None
        allocated.append(allocate_lines(shelf, line, by_hand.get(line.id), room=room))
    short = _shortfalls(drafted, allocated, promises)
    _refuse_nothing(allocated, short)
    return allocated, short, _touched(drafted, allocated, promises)


def _shortfalls(
    drafted: Sequence[ShipmentLine], allocated: Sequence[Sequence[ShipmentLine]], promises: ShelfPromises
) -> tuple[Short, ...]:
    found = []
    for line, parts in zip(drafted, allocated, strict=True):
        missing = line.shipped - sum(part.shipped for part in parts)
        if missing > 0:
            has_more = promises.stock.get(line.drug_code, 0) > line.shipped - missing
            kept_for = promises.claims_ahead(line.request_line_id or "") if has_more else ()
            found.append(Short(line.drug_name, line.shipped, missing, kept_for))
    return tuple(found)


def _touched(
    drafted: Sequence[ShipmentLine], allocated: Sequence[Sequence[ShipmentLine]], promises: ShelfPromises
) -> tuple[Touched, ...]:
    found = []
    for line, parts in zip(drafted, allocated, strict=True):
        claims = promises.touched(line.request_line_id or "", sum(part.shipped for part in parts))
        if claims:
            found.append(Touched(line.drug_name, line.unit, claims))
    return tuple(found)


def _refuse_nothing(allocated: Sequence[Sequence[ShipmentLine]], short: Sequence[Short]) -> None:
    """Raises UserError when no line got anything, and says whether others come first."""
    if any(allocated):
        return
    clinics = list(dict.fromkeys(claim.clinic_name for each in short for claim in each.kept_for))
    if not clinics:
        raise UserError(msg("本院没有可以发出的库存（未过期、未停用、效期够长），没有配货。请先采购，或关闭余量。"))
    raise UserError(
        msg(
            "本院的库存已经答应给{clinics}，没有配货，也没有动库存。请先给他们发货，或等到货；急用时按 F4 指定批次，并写明原因。",
            clinics="、".join(clinics),
        )
    )
