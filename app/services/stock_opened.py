"""开封登记: insulin pens and vials that were opened at the desk, and the day from which they are thrown away.

An opened unit stays in the books until it is used (dispensed as always) or thrown away, which books its loss in the same
transaction. drug_requests §6.5: discard date = opened + 28 days, or as the package insert says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.cold_chain import LONGEST_OPENED_DAYS, OPENED_DAYS, discard_date
from app.domain.message import msg
from app.domain.movements import Bearer, MovementKind, usable_on
from app.services.document_steps import SUPPLY, refuse_other_roles
from app.services.history import record_change, revision_count
from app.services.problems import refuse, refuse_if_any
from app.services.stock_actions import BatchUnits, StockActions
from app.services.stock_documents import problem
from db.models import Drug, OpenedItem, StockBatch, new_id

ENTITY = "opened_item"
USED, DISCARDED = "used", "discarded"
LONGEST_NOTE = 200
MOST_CLOSED = 1000
"""So many that were closed are listed, the newest."""


@dataclass(frozen=True)
class OpenedView:
    """One opened unit. `days` left until it is thrown away, 0 and less: now.

    `closed_on` None while it is in use; `closed_as` used or discarded.
    """

    id: str
    drug_code: str
    name: str
    strength: str
    unit: str
    batch_id: str
    batch_no: str
    opened_on: date
    discard_on: date
    days: int
    note: str
    user_name: str
    closed_on: date | None = None
    closed_as: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it must no longer be used, and is still there."""
        return self.closed_on is None and self.days <= 0


class OpenedItems:
    """开封登记 at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def in_use(self) -> list[OpenedView]:
        """What is open, the first to be thrown away first."""
        return self._listed(OpenedItem.closed_on.is_(None))

    def closed(self, limit: int = MOST_CLOSED) -> list[OpenedView]:
        """What was used up or thrown away, the newest first."""
        found = self._listed(OpenedItem.closed_on.is_not(None), limit)
        return sorted(found, key=lambda each: (each.closed_on or each.discard_on, each.id), reverse=True)

    def _listed(self, condition: ColumnElement[bool], limit: int | None = None) -> list[OpenedView]:
        today = self.desk.today()
        statement = (
            select(OpenedItem, StockBatch.batch_no, Drug.generic_name, Drug.strength, Drug.unit)
            .join(StockBatch, StockBatch.id == OpenedItem.batch_id)
            .join(Drug, Drug.code == OpenedItem.drug_code)
            .where(OpenedItem.organisation_id == self.desk.place.id, condition)
            .order_by(OpenedItem.closed_on.desc(), OpenedItem.discard_on, OpenedItem.id)
            .limit(limit)
        )
        with self.desk.sessions.reading() as session:
            return [
                OpenedView(
                    item.id, item.drug_code, name, strength, unit, item.batch_id, batch_no, item.opened_on,
                    item.discard_on, (item.discard_on - today).days, item.note, item.user_name,
                    item.closed_on, item.closed_as,
                )
                for item, batch_no, name, strength, unit in session.execute(statement)
            ]  # fmt: skip

    def open(
        self, batch_id: str, *, opened_on: date | None = None, days: int = OPENED_DAYS, note: str = ""
    ) -> OpenedView:
        """Write down that one unit of a batch was opened; `opened_on` None is today. Raises Refused."""
        refuse_other_roles(self.desk, SUPPLY)
        today = self.desk.today()
        day = opened_on or today
        with self.desk.sessions.writing() as session:
            batch = session.get(StockBatch, batch_id)
            if batch is None or batch.organisation_id != self.desk.place.id:
                raise refuse("batch", msg("没有找到这个批次。请刷新后再选一次。"))
            problems = []
            if day > today:
                problems.append(problem("opened_on", msg("开封日期还没有到，请核对。")))
            if not 1 <= days <= LONGEST_OPENED_DAYS:
                told = msg("开封后可用的天数请填 1 到 {most} 之间的整数，照说明书。", most=LONGEST_OPENED_DAYS)
                problems.append(problem("days", told))
            if len(note.strip()) > LONGEST_NOTE:
                problems.append(problem("note", msg("备注最多 {most} 个字，请写短一些。", most=LONGEST_NOTE)))
            if not usable_on(batch.expiry, batch.hold, day):
                problems.append(problem("batch", msg("批号 {batch} 已停用或过期，不能开封使用。", batch=batch.batch_no)))
            elif batch.on_hand <= _open_units(session, batch_id):
                problems.append(problem("batch", msg("批号 {batch} 没有还没开封的了。", batch=batch.batch_no)))
            refuse_if_any(problems)
            item = OpenedItem(
                id=new_id(), organisation_id=self.desk.place.id, batch_id=batch_id, drug_code=batch.drug_code,
                opened_on=day, discard_on=discard_date(day, days, batch.expiry), note=note.strip(),
                user_id=self.desk.actor.user_id, user_name=self.desk.actor.name, closed_as="",
            )  # fmt: skip
            session.add(item)
            session.flush()
            after = {"batch": batch_id, "opened_on": day.isoformat(), "discard_on": item.discard_on.isoformat()}
            record_change(session, self.desk, "item_opened", ENTITY, item.id, before=None, after=after)
            item_id = item.id
        return next(each for each in self.in_use() if each.id == item_id)

    def use_up(self, item_id: str) -> None:
        """It is used up: what it held was dispensed. Raises Refused for one that was closed already."""
        with self.desk.sessions.writing() as session:
            self._close(session, item_id, USED, None)

    def discard(self, item_id: str, *, bearer: Bearer | None, reason: str, codes: tuple[str, ...] = ()) -> None:
        """It is thrown away: the unit is lost, in the same transaction. Raises Refused."""
        with self.desk.sessions.writing() as session:
            item = self._item(session, item_id)
            document = StockActions(self.desk).lose_within(
                session, MovementKind.OPENED_PAST_USE, [BatchUnits(item.batch_id, 1, codes)], bearer=bearer, reason=reason
            )
            self._close(session, item_id, DISCARDED, document.movements[0].id)

    def _close(self, session: Session, item_id: str, how: str, movement_id: str | None) -> None:
        refuse_other_roles(self.desk, SUPPLY)
        item = self._item(session, item_id)
        item.closed_on, item.closed_as, item.movement_id = self.desk.today(), how, movement_id
        record_change(
            session, self.desk, "item_closed", ENTITY, item.id, before={"closed_as": ""}, after={"closed_as": how},
            number=revision_count(session, ENTITY, item.id) + 1,
        )  # fmt: skip

    def _item(self, session: Session, item_id: str) -> OpenedItem:
        item = session.get(OpenedItem, item_id)
        if item is None or item.organisation_id != self.desk.place.id or item.closed_on is not None:
            raise refuse("item", msg("这一支已经登记用完或丢弃了。请刷新后再看。"))
        return item


def _open_units(session: Session, batch_id: str) -> int:
    statement = select(OpenedItem.id).where(OpenedItem.batch_id == batch_id, OpenedItem.closed_on.is_(None))
    return len(session.execute(statement).all())
