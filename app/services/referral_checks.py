"""转诊复核: asking, within two weeks, what became of a referral.

国家基本公共卫生服务规范（第三版）: 2 周内主动随访转诊情况. A check stays open until its result is entered, even when an
ordinary visit happened in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.errors import UserError
from app.services.due_tasks import CHECK_TASK
from app.services.follow_up_views import OpenCheck
from app.services.history import record_change
from app.services.masks import masked_phone
from app.services.problems import refuse
from db.models import DueTask, FormEntry, Revision
from db.queries import follow_ups as queries

ARRIVED, NOT_ARRIVED = "到位", "未到位"
"""转诊结果 as the extended sheet prints it; the record keeps the words."""
LONGEST_RESULT = 200
ENTITY = "due_task"

_TASKS = DueTask.__table__


class ReferralChecks:
    """The referrals of this clinic whose result is not known yet."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, due_by: date | None = None) -> tuple[OpenCheck, ...]:
        """Checks without a result, the earliest first; up to `due_by` when it is given."""
        with self._desk.sessions.reading() as session:
            rows = queries.open_checks(session, self._desk.place.id, due_by)
            days = _referral_days(session, rows)
        return tuple(
            OpenCheck(
                row.id,
                row.resident_id,
                row.disease,
                row.due_on,
                days.get(row.caused_by_id),
                row.name,
                masked_phone(row.phone),
            )
            for row in rows
        )

    def enter_result(
        self, task_id: str, *, arrived: bool, note: str = "", asked_on: date | None = None
    ) -> OpenCheck:
        """Close a check: whether the person reached the health centre (到位), and what was said there.

        Raises UserError when the check is gone or closed already, Refused for a day in the future or a long note.
        """
        day = asked_on or self._desk.today()
        if day > self._desk.today():
            raise refuse("asked_on", msg("{date} 还没有到，请核对日期。", date=day))
        words = ARRIVED if arrived else NOT_ARRIVED
        result = f"{words}：{note.strip()}" if note.strip() else words
        if len(result) > LONGEST_RESULT:
            raise refuse("note", msg("转诊结果最多写 {longest} 个字。", longest=LONGEST_RESULT - 4))
        with self._desk.sessions.writing() as session:
            row = session.execute(
                select(_TASKS).where(_TASKS.c.id == task_id, _TASKS.c.kind == CHECK_TASK)
            ).one_or_none()
            if row is None or row.done_on is not None:
                raise UserError(msg("这次转诊的结果已经填过了，请刷新后查看。"))
            record_result(session, self._desk, task_id, day, result)
        return OpenCheck(row.id, row.resident_id, row.disease, row.due_on, None)


def record_result(
    session: Session, desk: Desk, task_id: str, done_on: date | None, result: str, *, done_by_id: str | None = None
) -> None:
    """Write the result of a check as its next revision, in the unit of work of the caller; `done_on` None opens it again.

    `done_by_id` is the form that says it, None when the doctor asked.
    """
    known = session.execute(select(_TASKS.c.done_on, _TASKS.c.result).where(_TASKS.c.id == task_id)).one()
    before, after = _kept(known.done_on, known.result), _kept(done_on, result)
    if before == after:
        return
    session.execute(
        update(_TASKS).where(_TASKS.c.id == task_id).values(done_on=done_on, result=result, done_by_id=done_by_id)
    )
    newest = select(func.max(Revision.number)).where(Revision.entity == ENTITY, Revision.entity_id == task_id)
    number = (session.scalar(newest) or 0) + 1
    action = "referral_check.result" if done_on is not None else "referral_check.reopen"
    first = number == 1
    record_change(
        session, desk, action, ENTITY, task_id, before=None if first else before, after=after, number=number
    )


def _kept(done_on: date | None, result: str) -> dict[str, str | None]:
    return {"done_on": None if done_on is None else done_on.isoformat(), "result": result}


def _referral_days(session: Session, rows: Sequence[Row[Any]]) -> dict[str, date]:
    """The day of the visit or letter that made each referral, by its sheet."""
    table = FormEntry.__table__.c
    statement = select(table.id, table.entry_date).where(table.id.in_([row.caused_by_id for row in rows]))
    return {row.id: row.entry_date for row in session.execute(statement)}
