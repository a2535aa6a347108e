"""要做的事 that follow from visits: which follow-up is due next, and which referral's result must be asked for.

Runs inside the unit of work of its caller. Of one enrolment at most one follow-up task is open; a referral check is a
task of its own and stays open until a result is entered (rules of referral: 2 周内主动随访转诊情况).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.services.follow_up_views import ManagedDisease, PastVisit
from app.services.visit_records import newest_of
from db.models import DueTask, Enrolment, new_id

FOLLOW_UP_TASK = "follow_up"
CHECK_TASK = "referral_check"
VOIDED_RESULT, NO_LONGER_REFERRED = "随访已作废", "更正后不需转诊"
ENDED = "结束管理"
"""Written into the record as the clinic's own words, therefore not translated."""



class Visit(Protocol):
    """A visit for one disease as far as tasks follow from it, of the combined visit or on a form of its own.

    `check_due` is the day by which the result of the referral that was made is asked for, None without a referral.
    """

    @property
    def entry_id(self) -> str: ...

    @property
    def managed(self) -> ManagedDisease: ...

    @property
    def visit_date(self) -> date: ...

    @property
    def next_visit_on(self) -> date | None: ...

    @property
    def check_due(self) -> date | None: ...

    def as_past(self) -> PastVisit: ...


_TASKS = DueTask.__table__
_OPEN = insert(_TASKS)
_FINISH = (
    update(_TASKS)
    .where(
        _TASKS.c.enrolment_id == bindparam("of_enrolment"),
        _TASKS.c.kind == FOLLOW_UP_TASK,
        _TASKS.c.done_on.is_(None),
    )
    .values(done_on=bindparam("done_on"), done_by_id=bindparam("done_by_id"))
)


def task_row(
    desk: Desk, resident_id: str, enrolment: ManagedDisease, kind: str, due_on: date, caused_by: str | None
) -> dict[str, Any]:
    """A new open task."""
    return {
        "id": new_id(),
        "organisation_id": desk.place.id,
        "resident_id": resident_id,
        "enrolment_id": enrolment.enrolment_id,
        "kind": kind,
        "disease": enrolment.disease,
        "due_on": due_on,
        "caused_by_id": caused_by,
    }


def move_tasks_on(
    session: Session, desk: Desk, resident_id: str, history: Sequence[PastVisit], records: Sequence[Visit]
) -> None:
    """After a new visit: its follow-up task is done and the next one opens; a referral opens its check.

    A visit dated before another recorded one (an old sheet typed in later) leaves the open task as it stands.
    """
    finished, opened = [], []
    for record in records:
        enrolment = record.managed
        newest = newest_of([*history, record.as_past()], enrolment)
        if newest is not None and newest.entry_id == record.entry_id:
            finished.append(
                {
                    "of_enrolment": enrolment.enrolment_id,
                    "done_on": record.visit_date,
                    "done_by_id": record.entry_id,
                }
            )
            next_on = record.next_visit_on
            if next_on is not None:
                row = task_row(desk, resident_id, enrolment, FOLLOW_UP_TASK, next_on, record.entry_id)
                opened.append(row)
        if record.check_due is not None:
            opened.append(task_row(desk, resident_id, enrolment, CHECK_TASK, record.check_due, record.entry_id))
    if finished:
        session.execute(_FINISH, finished)
    if opened:
        session.execute(_OPEN, opened)


def retime_tasks(
    session: Session, desk: Desk, resident_id: str, record: Visit, visits: Sequence[PastVisit]
) -> None:
    """After a correction: the open task follows the newest visit, and the referral check follows the referral."""
    session.execute(
        update(_TASKS)
        .where(_TASKS.c.done_by_id == record.entry_id, _TASKS.c.kind == FOLLOW_UP_TASK)
        .values(done_on=record.visit_date)
    )
    follow_newest(session, desk, resident_id, record.managed, visits)
    check = session.execute(
        select(_TASKS.c.id, _TASKS.c.done_on).where(
            _TASKS.c.enrolment_id == record.managed.enrolment_id,
            _TASKS.c.caused_by_id == record.entry_id,
            _TASKS.c.kind == CHECK_TASK,
        )
    ).first()
    due = record.check_due
    if check is None and due is not None:
        row = task_row(desk, resident_id, record.managed, CHECK_TASK, due, record.entry_id)
        session.execute(insert(_TASKS), [row])
    elif check is not None and check.done_on is None:
        values: dict[str, Any] = (
            {"due_on": due} if due is not None else {"done_on": desk.today(), "result": NO_LONGER_REFERRED}
        )
        session.execute(update(_TASKS).where(_TASKS.c.id == check.id).values(**values))


def follow_newest(
    session: Session, desk: Desk, resident_id: str, enrolment: ManagedDisease, visits: Sequence[PastVisit]
) -> None:
    """The open follow-up task is due when the newest visit says; one is opened when none is open.

    Of an enrolment that has ended no visit is due: what a correction opened again is finished with its end.
    """
    table = Enrolment.__table__.c
    ended_on = session.scalar(select(table.ended_on).where(table.id == enrolment.enrolment_id))
    if ended_on is not None:
        finish_follow_ups(session, enrolment.enrolment_id, ended_on, None)
        return
    newest = newest_of(visits, enrolment)
    if newest is None or newest.next_visit_on is None:
        return
    open_task = session.execute(
        select(_TASKS.c.id).where(
            _TASKS.c.enrolment_id == enrolment.enrolment_id,
            _TASKS.c.kind == FOLLOW_UP_TASK,
            _TASKS.c.done_on.is_(None),
        )
    ).first()
    if open_task is None:
        row = task_row(desk, resident_id, enrolment, FOLLOW_UP_TASK, newest.next_visit_on, newest.entry_id)
        session.execute(insert(_TASKS), [row])
        return
    session.execute(
        update(_TASKS)
        .where(_TASKS.c.id == open_task.id)
        .values(due_on=newest.next_visit_on, caused_by_id=newest.entry_id)
    )


def finish_follow_ups(session: Session, enrolment_id: str, day: date, cause_id: str | None) -> None:
    """Of an enrolment that has ended no visit is due; `cause_id` is the visit that ended it."""
    session.execute(
        update(_TASKS)
        .where(
            _TASKS.c.enrolment_id == enrolment_id,
            _TASKS.c.kind == FOLLOW_UP_TASK,
            _TASKS.c.done_on.is_(None),
        )
        .values(done_on=day, done_by_id=cause_id, result=ENDED)
    )


def take_back_tasks(session: Session, desk: Desk, enrolment: ManagedDisease, entry_id: str) -> None:
    """After a visit became void: what it had done is open again, what it had opened is gone.

    When its successor was done by a later visit, that later visit now counts as having done the earlier task.
    """
    of_enrolment = _TASKS.c.enrolment_id == enrolment.enrolment_id
    is_follow_up = _TASKS.c.kind == FOLLOW_UP_TASK
    caused = session.execute(
        select(_TASKS.c.id, _TASKS.c.done_on, _TASKS.c.done_by_id).where(
            of_enrolment, is_follow_up, _TASKS.c.caused_by_id == entry_id
        )
    ).first()
    done = session.execute(
        select(_TASKS.c.id).where(of_enrolment, is_follow_up, _TASKS.c.done_by_id == entry_id)
    ).first()
    if done is not None:
        later = (caused.done_on, caused.done_by_id) if caused else (None, None)
        session.execute(
            update(_TASKS).where(_TASKS.c.id == done.id).values(done_on=later[0], done_by_id=later[1])
        )
        if caused is not None:
            session.execute(delete(_TASKS).where(_TASKS.c.id == caused.id))
    session.execute(
        update(_TASKS)
        .where(
            of_enrolment,
            _TASKS.c.kind == CHECK_TASK,
            _TASKS.c.caused_by_id == entry_id,
            _TASKS.c.done_on.is_(None),
        )
        .values(done_on=desk.today(), result=VOIDED_RESULT)
    )
