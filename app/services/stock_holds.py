"""停用: holding a batch so that nobody gives it away, and letting it go again. Held goods stay in the books.

Who lets a batch go is another one than who held it, or has the township's decision (drug_requests §6.5). The revisions of
a batch say when it was held, which the stock-out days need.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.movements import RETURNED_HOLD
from app.services.document_steps import SUPPLY, refuse_other_roles
from app.services.history import record_change, revision_count
from app.services.problems import refuse, refuse_if_any
from app.services.stock_documents import Approval, approval_problems, reason_problems
from db.models import Revision, StockBatch

ENTITY = "stock_batch"


class Hold(StrEnum):
    """Why a batch may not be used."""

    QUALITY = "quality"
    COLD_CHAIN = "cold_chain"
    EXPIRED = "expired"
    RETURNED = RETURNED_HOLD

    @property
    def label(self) -> Message:
        """What the lists show."""
        return _LABELS[self]


_LABELS = {
    Hold.QUALITY: msg("质量待查"),
    Hold.COLD_CHAIN: msg("冷链异常待定"),
    Hold.EXPIRED: msg("过期停用"),
    Hold.RETURNED: msg("居民退药，单独存放"),
}


@dataclass(frozen=True)
class HeldSpan:
    """From the day of the hold up to the day before it was let go; `until` None: still held."""

    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        """Whether the batch was held at the end of `day`."""
        return self.since <= day and (self.until is None or day < self.until)


ALWAYS = HeldSpan(date.min, None)


def hold_batch(session: Session, desk: Desk, batch_id: str, hold: Hold, reason: str) -> None:
    """Hold a batch. Raises Refused without a reason, or for one that is held already."""
    refuse_other_roles(desk, SUPPLY)
    refuse_if_any(reason_problems(reason))
    batch = _own_batch(session, desk, batch_id)
    if hold is Hold.RETURNED:
        raise ValueError("what residents return is a batch of its own")
    if batch.hold:
        raise refuse("batch", msg("批号 {batch} 已经停用，不用再停用一次。", batch=batch.batch_no))
    _change(session, desk, batch, hold.value, reason)


def release_batch(session: Session, desk: Desk, batch_id: str, reason: str, approval: Approval) -> None:
    """Let a held batch go. Raises Refused without a reason or approval; never for what residents returned."""
    refuse_other_roles(desk, SUPPLY)
    batch = _own_batch(session, desk, batch_id)
    if batch.hold == RETURNED_HOLD:
        raise refuse("batch", msg("居民退回的药品不能再用，只能报损或退回乡镇。"))
    if not batch.hold:
        raise refuse("batch", msg("批号 {batch} 没有停用。请刷新后再看。", batch=batch.batch_no))
    refuse_if_any([*reason_problems(reason), *approval_problems(session, desk, approval)])
    _change(session, desk, batch, "", reason, approved_by=approval.words())


def held_spans(session: Session, batch_ids: Collection[str] | None = None) -> dict[str, list[HeldSpan]]:
    """When each batch that ever was held was held."""
    statement = select(Revision.entity_id, Revision.at, Revision.after).where(Revision.entity == ENTITY)
    if batch_ids is not None:
        statement = statement.where(Revision.entity_id.in_(list(batch_ids)))
    spans: dict[str, list[HeldSpan]] = defaultdict(list)
    for row in session.execute(statement.order_by(Revision.entity_id, Revision.number)):
        day, own = row.at.astimezone().date(), spans[row.entity_id]
        if row.after.get("hold"):
            own.append(HeldSpan(day, None))
        elif own:
            own[-1] = HeldSpan(own[-1].since, day)
    return dict(spans)


def _own_batch(session: Session, desk: Desk, batch_id: str) -> StockBatch:
    batch = session.get(StockBatch, batch_id)
    if batch is None or batch.organisation_id != desk.place.id:
        raise refuse("batch", msg("没有找到这个批次。请刷新后再选一次。"))
    session.refresh(batch)
    return batch


def _change(session: Session, desk: Desk, batch: StockBatch, hold: str, reason: str, approved_by: str = "") -> None:
    before = {"hold": batch.hold}
    batch.hold = hold
    record_change(
        session,
        desk,
        "stock_batch_held" if hold else "stock_batch_released",
        ENTITY,
        batch.id,
        before=before,
        after={"hold": hold, "approved_by": approved_by},
        number=revision_count(session, ENTITY, batch.id) + 1,
        reason=reason.strip(),
    )
    session.flush()
