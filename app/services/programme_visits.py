"""A visit of a programme that is written on a form of its own, as lists, tasks and indicators count it.

The form (FormEntry) is the medical record; the FollowUp row, the results on the Enrolment and open DueTasks follow from
it as they do from a combined visit (visit_records.py, due_tasks.py). Everything runs inside the caller's unit of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.chronic_followup import Referral
from app.domain.message import Message, msg
from app.forms.vocabulary import Context
from app.services import due_tasks, letter_checks, visit_records
from app.services.counted_visits import follow_up_row, past_visit
from app.services.diseases import FORM_OF, NAMES, PROGRAMME_OF, TUBERCULOSIS
from app.services.enrolments import CAUSED_BY, ENTITY, first_visit_of, write_enrolment
from app.services.follow_up_views import DEAD, ManagedDisease, PastVisit
from app.services.form_views import RecordedForm
from app.services.history import record_change
from app.services.programme_rules import (
    YES,
    Absence,
    Before,
    Closing,
    Judgement,
    absence_of,
    closing_of,
    judge_visit,
    referral_outcome,
    referral_was_made,
)
from app.services.settings import rule_settings
from app.services.visit_records import LEFT_STATES, Leaving
from db.models import DueTask, Enrolment, FollowUp, Resident, Revision
from db.queries import follow_ups as queries

LONGEST_RESULT = 200
WHOLE_DATE = 10
"""Characters of an approximate date of which the day is known."""

_FOLLOW_UPS, _ENROLMENTS, _TASKS = FollowUp.__table__, Enrolment.__table__, DueTask.__table__


@dataclass(frozen=True)
class ProgrammeVisit:
    """One visit with what the rules made of it; what tasks ask of it is due_tasks.Visit."""

    entry: RecordedForm
    managed: ManagedDisease
    judged: Judgement
    is_ended: bool = False
    """Whether the management has ended already, so that the visit makes nothing due."""

    @property
    def entry_id(self) -> str:
        """The form."""
        return self.entry.entry_id

    @property
    def visit_id(self) -> str:
        """A form of its own is a visit of its own."""
        return self.entry.visit_id or self.entry.entry_id

    @property
    def visit_date(self) -> date:
        """随访日期."""
        return self.entry.entry_date

    @property
    def absence(self) -> Absence | None:
        """Why the person was not seen."""
        return absence_of(self.entry.form_code, self.entry.answers)

    @property
    def closing(self) -> Closing | None:
        """The end of the treatment."""
        return closing_of(self.entry.form_code, self.entry.answers)

    @property
    def leaving(self) -> Absence | None:
        """死亡 or 迁出, after which nothing is due any more."""
        absence = self.absence
        return absence if absence is not None and absence.how in LEFT_STATES else None

    @property
    def next_visit_on(self) -> date | None:
        """下次随访日期, or the latest day by the rules, so that nobody under management drops out of the list."""
        if self.is_ended or self.closing is not None or self.leaving is not None:
            return None
        return self.entry.answers.get("next_visit_date", self.judged.next_due)

    @property
    def referral(self) -> str:
        """The referral that was made: as urgent as proposed."""
        if not referral_was_made(self.entry.form_code, self.entry.answers):
            return str(Referral.NO)
        return str(self.judged.referral if self.judged.referral != Referral.NO else Referral.YES)

    @property
    def check_due(self) -> date | None:
        """The day by which the result of the referral that was made is asked for."""
        return self.judged.check_due if self.referral != Referral.NO else None

    def follow_up_values(self) -> dict[str, Any]:
        """The columns of FollowUp that follow from the answers and the rules."""
        answers, absence = self.entry.answers, self.absence
        controlled = self.judged.controlled
        if absence is not None and self.managed.disease != TUBERCULOSIS:
            controlled = False
        return {
            "visit_date": self.visit_date,
            "method": answers.get("visit_method"),
            "not_seen": None if absence is None else absence.how,
            "sbp": None,
            "dbp": None,
            "fpg": None,
            "heart_rate": answers.get("heart_rate"),
            "weight_kg": answers.get("weight"),
            "bmi": answers.get("bmi"),
            "adr": answers.get("adr") == YES,
            "is_controlled": controlled,
            "proposed_class": self.judged.proposed_class,
            "visit_class": answers.get("visit_class"),
            "is_urgent": self.judged.referral == Referral.URGENT,
            "referral": self.referral,
            "next_visit_on": self.next_visit_on,
        }

    def as_past(self) -> PastVisit:
        """The visit as later ones look back at it."""
        return past_visit(self)


def enter(session: Session, desk: Desk, entry: RecordedForm) -> tuple[Message, ...]:
    """A new visit: its row, the tasks, the results; and the end of the management when the form says so.

    Whoever is not under management yet is taken under it, which is told. Somebody who had left by then and was not under
    management on that day has no row: the form alone is kept.
    """
    enrolment, notes = enrolment_for(session, desk, entry)
    if enrolment is None:
        return ()
    history = _history(session, entry)
    visit = _visit(session, desk, entry, enrolment, history)
    row = follow_up_row(desk, entry.resident_id, visit)
    session.execute(insert(_FOLLOW_UPS).values(row))
    due_tasks.move_tasks_on(session, desk, entry.resident_id, history, [visit])
    if visit.check_due is not None:
        letter_checks.settle(session, desk, entry.resident_id)
    return (*notes, *_settle(session, desk, visit, history, row["id"]))


def correct(session: Session, desk: Desk, before: RecordedForm, after: RecordedForm, reason: str) -> tuple[Message, ...]:
    """What follows from a corrected visit."""
    row = follow_up_of(session, after.entry_id)
    if row is None:
        return enter(session, desk, after)
    enrolment = _enrolment(session, row.enrolment_id)
    history = _history(session, after)
    _undo_end(session, desk, _visit(session, desk, before, enrolment, history), row.id, reason)
    visit = _visit(session, desk, after, _enrolment(session, row.enrolment_id), history)
    session.execute(update(_FOLLOW_UPS).where(_FOLLOW_UPS.c.id == row.id).values(**visit.follow_up_values()))
    due_tasks.retime_tasks(session, desk, after.resident_id, visit, _by_date([*history, visit.as_past()]))
    letter_checks.settle(session, desk, after.resident_id)
    return _settle(session, desk, visit, history, row.id)


def take_back(session: Session, desk: Desk, entry: RecordedForm, reason: str) -> None:
    """After the form became void: what it had done is due again, results are as if it had not been."""
    row = follow_up_of(session, entry.entry_id)
    if row is not None:
        enrolment = _enrolment(session, row.enrolment_id)
        history = _history(session, entry)
        visit = _visit(session, desk, entry, enrolment, history)
        _undo_end(session, desk, visit, row.id, reason)
        session.execute(delete(_FOLLOW_UPS).where(_FOLLOW_UPS.c.id == row.id))
        due_tasks.take_back_tasks(session, desk, visit.managed, entry.entry_id)
        due_tasks.follow_newest(session, desk, entry.resident_id, visit.managed, history)
        letter_checks.settle(session, desk, entry.resident_id)
        visit_records.copy_last_results(session, [visit.managed], history)
    _undo_enrolment(session, desk, entry, reason)


def follow_up_of(session: Session, entry_id: str) -> Row[Any] | None:
    """The row of a form that is a visit; None when it counts nowhere."""
    return session.execute(select(_FOLLOW_UPS).where(_FOLLOW_UPS.c.form_entry_id == entry_id)).one_or_none()


def enrolment_for(session: Session, desk: Desk, entry: RecordedForm) -> tuple[Row[Any] | None, tuple[Message, ...]]:
    """The enrolment to which a form belongs, made when there is none; and that it was made, for the doctor.

    The open one, else one that lasted on that day. None for a resident who is no longer under care.
    """
    disease, day = PROGRAMME_OF[entry.form_code], entry.entry_date
    rows = [row for row in queries.enrolments(session, entry.resident_id, ended_too=True) if row.disease == disease]
    standing = [row for row in rows if row.ended_on is None]
    standing = standing or [row for row in rows if row.enrolled_on <= day <= row.ended_on]
    if standing:
        return standing[-1], ()
    resident = Resident.__table__.c
    if session.scalar(select(resident.state).where(resident.id == entry.resident_id)) != "active":
        return None, ()
    diagnosed = _diagnosed_on(entry)
    enrolment_id = write_enrolment(
        session,
        desk,
        entry.resident_id,
        disease,
        diagnosed,
        day,
        first_visit_of(disease, None, day),
        caused_by=entry.entry_id,
    )
    note = msg("已同时纳入{disease}管理。", disease=NAMES[disease])
    return _enrolment(session, enrolment_id), (note,)


def _diagnosed_on(entry: RecordedForm) -> date | None:
    written = str(entry.answers.get("diagnosis_date", ""))
    day = date.fromisoformat(written) if len(written) == WHOLE_DATE else None
    return day if day is None or day <= entry.entry_date else None


def _visit(
    session: Session, desk: Desk, entry: RecordedForm, enrolment: Row[Any], history: Sequence[PastVisit]
) -> ProgrammeVisit:
    person = queries.person(session, entry.resident_id)
    assert person is not None
    context = Context(
        today=desk.today(),
        birth_date=person.birth_date,
        sex=person.sex,
        diagnosed_on=enrolment.diagnosed_on,
        settings=rule_settings(session),
    )
    earlier = [
        visit
        for visit in history
        if visit.disease == enrolment.disease and visit.visit_date <= entry.entry_date and visit.visit_class
    ]
    before = Before(earlier[-1].visit_class if earlier else None)
    judged = judge_visit(entry.form_code, entry.answers, context, before)
    managed = ManagedDisease(
        disease=enrolment.disease,
        form_code=FORM_OF[enrolment.disease],
        enrolment_id=enrolment.id,
        diagnosed_on=enrolment.diagnosed_on,
        enrolled_on=enrolment.enrolled_on,
        due_on=None,
        unsatisfactory_in_a_row=0,
    )
    return ProgrammeVisit(entry, managed, judged, is_ended=enrolment.ended_on is not None)


def _settle(
    session: Session, desk: Desk, visit: ProgrammeVisit, history: Sequence[PastVisit], row_id: str
) -> tuple[Message, ...]:
    """Results to the enrolment, the result of the referral to its check, and the end of the management."""
    visits = _by_date([*history, visit.as_past()])
    visit_records.copy_last_results(session, [visit.managed], visits)
    outcome = referral_outcome(visit.entry.form_code, visit.entry.answers)
    if outcome:
        _enter_outcome(session, desk, visit.entry_id, outcome)
    leaving = visit.leaving
    if leaving is not None:
        return _leave(session, desk, visit, leaving, row_id)
    closing = visit.closing
    return () if closing is None else _close(session, visit, closing, row_id)


def _enter_outcome(session: Session, desk: Desk, entry_id: str, outcome: str) -> None:
    session.execute(
        update(_TASKS)
        .where(
            _TASKS.c.caused_by_id == entry_id,
            _TASKS.c.kind == due_tasks.CHECK_TASK,
            _TASKS.c.done_on.is_(None),
        )
        .values(done_on=desk.today(), result=outcome[:LONGEST_RESULT])
    )


def _leave(
    session: Session, desk: Desk, visit: ProgrammeVisit, absence: Absence, row_id: str
) -> tuple[Message, ...]:
    resident_id = visit.entry.resident_id
    if session.get_one(Resident, resident_id).state != "active":
        return ()
    visit_records.leave(session, desk, resident_id, Leaving(absence.how, absence.day, absence.note, row_id))
    words = msg("死亡") if absence.how == DEAD else msg("迁出")
    return (msg("居民状态已改为{state}，各项管理已结束。", state=words),)


def _close(session: Session, visit: ProgrammeVisit, closing: Closing, row_id: str) -> tuple[Message, ...]:
    """The treatment has ended and with it the management; a referral's result is still asked for."""
    enrolment_id = visit.managed.enrolment_id
    session.execute(
        update(_ENROLMENTS)
        .where(_ENROLMENTS.c.id == enrolment_id, _ENROLMENTS.c.ended_on.is_(None))
        .values(ended_on=closing.day, end_reason=closing.reason)
    )
    due_tasks.finish_follow_ups(session, enrolment_id, closing.day, row_id)
    return (msg("{disease}管理已结束：{reason}。", disease=NAMES[visit.managed.disease], reason=closing.reason),)


def _undo_end(session: Session, desk: Desk, visit: ProgrammeVisit, row_id: str, reason: str) -> None:
    """Take back that the person left or that the treatment ended, when this form had said so."""
    leaving, closing = visit.leaving, visit.closing
    if leaving is not None:
        resident = session.get_one(Resident, visit.entry.resident_id)
        if resident.state == LEFT_STATES[leaving.how] and resident.state_on == leaving.day:
            visit_records.come_back(session, desk, resident.id, row_id, reason)
    elif closing is not None:
        session.execute(
            update(_ENROLMENTS)
            .where(
                _ENROLMENTS.c.id == visit.managed.enrolment_id,
                _ENROLMENTS.c.ended_on == closing.day,
                _ENROLMENTS.c.end_reason == closing.reason,
            )
            .values(ended_on=None, end_reason="")
        )
        session.execute(
            update(_TASKS)
            .where(_TASKS.c.enrolment_id == visit.managed.enrolment_id, _TASKS.c.done_by_id == row_id)
            .values(done_on=None, done_by_id=None, result="")
        )


def _undo_enrolment(session: Session, desk: Desk, entry: RecordedForm, reason: str) -> None:
    """Take away the enrolment that this form alone had made; one with other visits stays."""
    for row in queries.enrolments(session, entry.resident_id, ended_too=True):
        if row.disease != PROGRAMME_OF[entry.form_code] or _cause(session, row.id) != entry.entry_id:
            continue
        visits = select(func.count()).where(_FOLLOW_UPS.c.enrolment_id == row.id)
        if session.scalar(visits):
            continue
        session.execute(delete(_TASKS).where(_TASKS.c.enrolment_id == row.id))
        session.execute(delete(_ENROLMENTS).where(_ENROLMENTS.c.id == row.id))
        newest = select(func.max(Revision.number)).where(Revision.entity == ENTITY, Revision.entity_id == row.id)
        record_change(
            session,
            desk,
            "enrolment.undo",
            ENTITY,
            row.id,
            before={"enrolled_on": row.enrolled_on.isoformat()},
            after={"enrolled_on": None},
            number=(session.scalar(newest) or 0) + 1,
            reason=reason,
        )


def _cause(session: Session, enrolment_id: str) -> str | None:
    first = select(Revision.after).where(
        Revision.entity == ENTITY, Revision.entity_id == enrolment_id, Revision.number == 1
    )
    return (session.scalar(first) or {}).get(CAUSED_BY)


def _enrolment(session: Session, enrolment_id: str) -> Row[Any]:
    return session.execute(select(_ENROLMENTS).where(_ENROLMENTS.c.id == enrolment_id)).one()


def _history(session: Session, entry: RecordedForm) -> list[PastVisit]:
    """Every other visit of the resident, oldest first."""
    rows = queries.follow_ups(session, entry.resident_id)
    return [PastVisit(*row) for row in rows if row.entry_id != entry.entry_id]


def _by_date(visits: list[PastVisit]) -> list[PastVisit]:
    return sorted(visits, key=lambda visit: visit.visit_date)
