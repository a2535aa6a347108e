"""What a saved form changes elsewhere: programmes, due tasks, copied results, the resident's measures.

Everything here runs inside the unit of work of its caller (form_writing.py) and commits nothing. A partial form changes
nothing. Nothing else goes on silently: what other forms say otherwise is offered (facts.py).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message
from app.services import letter_checks, programme_visits, referral_returns
from app.services.diseases import PROGRAMME_OF
from app.services.form_views import COMPLETE, RecordedForm
from app.services.programme_rules import JUDGES
from app.services.visit_records import keep_height
from db.models import Resident
from db.queries import programmes as queries

CORRECTED, VOIDED = "表格已更正", "表格已作废"
"""Written into the record as the clinic's own words, therefore not translated."""

_RESIDENTS = Resident.__table__


def after_saving(session: Session, desk: Desk, resident_id: str, entry: RecordedForm) -> tuple[Message, ...]:
    """What follows from a form that has just been stored, told for SavedForm.notes; nothing from a partial one."""
    if entry.state != COMPLETE:
        return ()
    keep_measures(session, desk, entry)
    if entry.form_code in JUDGES:
        return programme_visits.enter(session, desk, entry)
    if entry.form_code in PROGRAMME_OF:
        return programme_visits.enrolment_for(session, desk, entry)[1]
    return _after_referral(session, desk, entry)


def after_revising(session: Session, desk: Desk, before: RecordedForm, after: RecordedForm) -> tuple[Message, ...]:
    """What follows when a form on file is corrected, or a partial one is completed; told for SavedForm.notes."""
    if before.state != COMPLETE:
        return after_saving(session, desk, after.resident_id, after)
    if after.state != COMPLETE:
        after_voiding(session, desk, before)
        return ()
    forget_weight(session, before)
    keep_measures(session, desk, after)
    if after.form_code in JUDGES:
        return programme_visits.correct(session, desk, before, after, CORRECTED)
    if after.form_code == referral_returns.RETURN:
        referral_returns.follow(session, desk, after)
        return ()
    return _after_referral(session, desk, after)


def after_voiding(session: Session, desk: Desk, entry: RecordedForm) -> None:
    """Take back what followed from `entry`, which has just become void."""
    forget_weight(session, entry)
    if entry.form_code in PROGRAMME_OF:
        programme_visits.take_back(session, desk, entry, VOIDED)
    elif entry.form_code == letter_checks.LETTER:
        letter_checks.settle(session, desk, entry.resident_id)
    elif entry.form_code == referral_returns.RETURN:
        referral_returns.reopen(session, desk, entry)


def _after_referral(session: Session, desk: Desk, entry: RecordedForm) -> tuple[Message, ...]:
    """A letter out is asked after; a letter back has closed what it answers where the doctor agreed."""
    if entry.form_code == letter_checks.LETTER:
        letter_checks.settle(session, desk, entry.resident_id)
        return letter_checks.told(session, entry)
    if entry.form_code == referral_returns.RETURN:
        return referral_returns.told(session, entry)
    return ()


def keep_measures(session: Session, desk: Desk, entry: RecordedForm) -> None:
    """Height has its home with the resident, the newest weight is copied there; older forms typed in later change neither."""
    answers = entry.answers
    if "height" not in answers and "weight" not in answers:
        return
    known = _measures(session, entry.resident_id)
    if known.weight_on is not None and known.weight_on > entry.entry_date:
        return
    if "weight" in answers:
        _set_weight(session, entry.resident_id, answers["weight"], entry.entry_date)
    keep_height(session, desk, entry.resident_id, known.height_cm, [answers])


def forget_weight(session: Session, entry: RecordedForm) -> None:
    """Where the weight of this form stands with the resident, the newest of the others takes its place, if there is one."""
    weight = entry.answers.get("weight")
    if weight is None:
        return
    known = _measures(session, entry.resident_id)
    if known.weight_on != entry.entry_date or known.weight_kg != weight:
        return
    newest = queries.newest_weight(session, entry.resident_id, without=entry.entry_id)
    _set_weight(session, entry.resident_id, *(newest or (None, None)))


def _measures(session: Session, resident_id: str) -> Row[Any]:
    columns = _RESIDENTS.c
    statement = select(columns.height_cm, columns.weight_kg, columns.weight_on).where(columns.id == resident_id)
    return session.execute(statement).one()


def _set_weight(session: Session, resident_id: str, weight: Decimal | None, day: date | None) -> None:
    session.execute(
        update(_RESIDENTS).where(_RESIDENTS.c.id == resident_id).values(weight_kg=weight, weight_on=day)
    )
