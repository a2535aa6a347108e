"""双向转诊（回转）单: whoever comes back with it has arrived, so the open check of the referral can be closed by it.

It is offered to the doctor as every change that goes through to another place (facts.py), and taken back with the form.
Runs inside the unit of work of its caller.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.dates import two_weeks_after
from app.domain.message import Message, msg
from app.services.due_tasks import CHECK_TASK
from app.services.follow_up_views import HospitalAdvice
from app.services.form_views import FactChange, RecordedForm
from app.services.referral_checks import ARRIVED, LONGEST_RESULT, record_result
from db.models import DueTask, FormEntry

RETURN = "referral_back"
CHECK = "referral_check"
LABEL, UNKNOWN = "转诊结果", "还没有问到"
"""As the sheets say it: the record's words, therefore not translated."""
SHEET_ADVICE_DAYS = timedelta(days=366)

_TASKS, _ENTRIES = DueTask.__table__, FormEntry.__table__


def check_changes(session: Session, resident_id: str, answers: Mapping[str, Any]) -> tuple[FactChange, ...]:
    """The result of the newest referral before the day of the return, while it is not known."""
    referred_on, tasks = _open_checks(session, resident_id, answers.get("back_date"))
    if referred_on is None:
        return ()
    place = msg("{date} 的转诊", date=referred_on)
    return (FactChange(_key(tasks), LABEL, place, UNKNOWN, _result(answers)),)


def close_checks(
    session: Session, desk: Desk, resident_id: str, answers: Mapping[str, Any], keys: Collection[str], entry_id: str
) -> None:
    """Enter the result where the doctor agreed to it."""
    referred_on, tasks = _open_checks(session, resident_id, answers.get("back_date"))
    if referred_on is None or _key(tasks) not in keys:
        return
    for task in tasks:
        record_result(session, desk, task.id, answers["back_date"], _result(answers), done_by_id=entry_id)


def follow(session: Session, desk: Desk, entry: RecordedForm) -> None:
    """The results that this form entered follow its correction."""
    for task_id in _closed_by(session, entry.entry_id):
        record_result(session, desk, task_id, entry.entry_date, _result(entry.answers), done_by_id=entry.entry_id)


def reopen(session: Session, desk: Desk, entry: RecordedForm) -> None:
    """The results that this form entered are asked for again."""
    for task_id in _closed_by(session, entry.entry_id):
        record_result(session, desk, task_id, None, "", done_by_id=None)


def told(session: Session, entry: RecordedForm) -> tuple[Message, ...]:
    """That the check was closed, for the doctor who has just saved the form."""
    if not _closed_by(session, entry.entry_id):
        return ()
    return (msg("转诊复核已填：到位。"),)


def newest_advice(session: Session, resident_id: str, last_visit_on: date | None, today: date) -> HospitalAdvice | None:
    """The newest return of the last twelve months that no visit has followed yet.

    Index ix_form_entry_resident_id_form_code_entry_date.
    """
    since = max(today - SHEET_ADVICE_DAYS, last_visit_on or date.min)
    row = session.execute(
        select(_ENTRIES.c.id, _ENTRIES.c.entry_date, _ENTRIES.c.answers)
        .where(
            _ENTRIES.c.resident_id == resident_id,
            _ENTRIES.c.form_code == RETURN,
            _ENTRIES.c.state == "complete",
            _ENTRIES.c.entry_date.between(since, today),
        )
        .order_by(_ENTRIES.c.entry_date.desc(), _ENTRIES.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    said = row.answers
    return HospitalAdvice(
        row.id,
        row.entry_date,
        str(said.get("from_org", "")),
        str(said.get("diagnosis", "")),
        str(said.get("treatment_advice", "")),
    )


def _open_checks(
    session: Session, resident_id: str, back_on: date | None
) -> tuple[date | None, Sequence[Row[Any]]]:
    """The checks without a result of the newest day of referral up to `back_on`: both diseases of a visit have one."""
    if not isinstance(back_on, date):
        return None, ()
    rows = session.execute(
        select(_TASKS.c.id, _TASKS.c.due_on, _ENTRIES.c.entry_date)
        .outerjoin(_ENTRIES, _ENTRIES.c.id == _TASKS.c.caused_by_id)
        .where(
            _TASKS.c.resident_id == resident_id, _TASKS.c.kind == CHECK_TASK, _TASKS.c.done_on.is_(None)
        )
        .order_by(_TASKS.c.id)
    ).all()
    by_day: dict[date, list[Row[Any]]] = {}
    for row in rows:
        by_day.setdefault(_referred_on(row), []).append(row)
    days = [day for day in by_day if day <= back_on]
    return (max(days), by_day[max(days)]) if days else (None, ())


def _referred_on(row: Row[Any]) -> date:
    return row.entry_date or row.due_on - (two_weeks_after(row.due_on) - row.due_on)


def _key(tasks: Sequence[Row[Any]]) -> str:
    return f"{CHECK}@{tasks[0].id}"


def _result(answers: Mapping[str, Any]) -> str:
    said = [f"{answers['back_date']:%m-%d} 转回", str(answers.get("diagnosis", ""))]
    return f"{ARRIVED}：{'，'.join(each for each in said if each)}"[:LONGEST_RESULT]


def _closed_by(session: Session, entry_id: str) -> Sequence[str]:
    statement = select(_TASKS.c.id).where(_TASKS.c.done_by_id == entry_id, _TASKS.c.kind == CHECK_TASK)
    return session.scalars(statement).all()
