"""Writing a visit's rows: sheets, copied results, the enrolment's last result, the resident's measures and state.

Everything here runs inside the unit of work of its caller (follow_ups.py) and commits nothing. FormEntry is the
medical record and is only ever revised; FollowUp, the `last_` columns of Enrolment and open DueTasks are copies that
follow from the records, and are rewritten when a record is revised or becomes void.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.chronic_followup import Referral, count_unsatisfactory_in_a_row
from app.forms.registry import form
from app.forms.vocabulary import NOTE
from app.services.answer_changes import STATE
from app.services.counted_visits import follow_up_row, past_visit
from app.services.follow_up_proposals import YES, DiseaseProposal, Proposal
from app.services.follow_up_views import DEAD, LOST, MOVED, ManagedDisease, PastVisit, VisitSheet
from app.services.history import record_change
from app.services.resident_keys import refresh_household_keys, refresh_keys
from app.services.resident_rows import kept_columns, record_resident
from db.models import DueTask, Enrolment, FollowUp, FormDraft, FormEntry, Resident

ENTRY = "form_entry"
LEFT_STATES = {DEAD: "dead", MOVED: "moved"}
END_REASONS = {DEAD: "死亡", MOVED: "迁出"}
"""Written into the record as the clinic's own words, therefore not translated."""
LEFT_RESULT = "已离开管理"

_ENTRIES, _FOLLOW_UPS = FormEntry.__table__, FollowUp.__table__
_ENROLMENTS, _TASKS, _DRAFTS = Enrolment.__table__, DueTask.__table__, FormDraft.__table__

_COPY_LAST = (
    update(_ENROLMENTS)
    .where(_ENROLMENTS.c.id == bindparam("of_enrolment"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "last_visit_on",
                "last_class",
                "last_sbp",
                "last_dbp",
                "last_fpg",
                "unsatisfactory_in_a_row",
                "risk",
            )
        }
    )
)

RISK_URGENT, RISK_REFERRED, RISK_EACH_UNSATISFACTORY, RISK_REACTION, RISK_LOST = 100, 40, 10, 5, 5
MOST_COUNTED = 3


@dataclass(frozen=True)
class SheetRecord:
    """One sheet as it is stored: the ids, the canonical answers, and what the rules made of them."""

    entry_id: str
    visit_id: str
    managed: ManagedDisease
    answers: Mapping[str, Any]
    proposal: DiseaseProposal

    @property
    def visit_date(self) -> date:
        """随访日期."""
        return self.answers["visit_date"]

    @property
    def next_visit_on(self) -> date | None:
        """下次随访日期."""
        return self.answers.get("next_visit_date")

    @property
    def check_due(self) -> date | None:
        """The day by which the result of the referral that was made is asked for."""
        is_referred = made_referral(self.answers, self.proposal) != Referral.NO
        return self.proposal.check_due if is_referred else None

    def kept(self) -> dict[str, Any]:
        """The answers as JSON keeps them."""
        return form(self.managed.form_code).keep(self.answers)

    def follow_up_values(self) -> dict[str, Any]:
        """The columns of FollowUp that follow from the answers and the rules."""
        answers, proposal = self.answers, self.proposal
        seen = "not_seen" not in answers
        return {
            "visit_date": self.visit_date,
            "method": answers.get("visit_method"),
            "not_seen": answers.get("not_seen"),
            "sbp": answers.get("sbp"),
            "dbp": answers.get("dbp"),
            "fpg": answers.get("fpg"),
            "heart_rate": answers.get("heart_rate"),
            "weight_kg": answers.get("weight"),
            "bmi": answers.get("bmi"),
            "adr": answers.get("adr") == YES,
            "is_controlled": proposal.controlled,
            "proposed_class": proposal.proposed_class if seen else None,
            "visit_class": answers.get("visit_class"),
            "is_urgent": proposal.urgent,
            "referral": made_referral(answers, proposal),
            "next_visit_on": answers.get("next_visit_date"),
        }

    def as_past(self) -> PastVisit:
        """The visit as later ones look back at it."""
        return past_visit(self)


def made_referral(answers: Mapping[str, Any], proposal: DiseaseProposal) -> str:
    """The referral that was made: as urgent as proposed, or no when the doctor gave a reason against it."""
    if "referral_reason" not in answers and "referral_to" not in answers:
        return str(Referral.NO)
    return proposal.referral if proposal.referral != Referral.NO else str(Referral.YES)


def with_height(sheet: VisitSheet, proposal: Proposal, form_code: str) -> dict[str, Any]:
    """The answers with the height that the BMI was computed from, so that a later correction gives the same BMI."""
    answers = dict(proposal.answers[form_code])
    if "bmi" in answers and sheet.person.height_cm is not None:
        answers.setdefault("height", sheet.person.height_cm)
    return answers


def insert_sheets(session: Session, desk: Desk, resident_id: str, records: Sequence[SheetRecord]) -> None:
    """The FormEntry and FollowUp rows of a new visit with their history."""
    now = desk.now()
    session.execute(insert(_ENTRIES), [entry_row(desk, resident_id, record, now) for record in records])
    session.execute(insert(_FOLLOW_UPS), [follow_up_row(desk, resident_id, record) for record in records])
    for record in records:
        after = {**record.kept(), STATE: "complete"}
        record_change(session, desk, "follow_up.save", ENTRY, record.entry_id, before=None, after=after)


def update_sheet(
    session: Session,
    desk: Desk,
    record: SheetRecord,
    kept_before: Mapping[str, Any],
    revision: int,
    reason: str,
) -> bool:
    """Store a corrected sheet as its next revision; False when nothing in it changed."""
    kept = record.kept()
    session.execute(
        update(_FOLLOW_UPS)
        .where(_FOLLOW_UPS.c.form_entry_id == record.entry_id)
        .values(**record.follow_up_values())
    )
    if kept == kept_before:
        return False
    session.execute(
        update(_ENTRIES)
        .where(_ENTRIES.c.id == record.entry_id)
        .values(answers=kept, entry_date=record.visit_date, updated_at=desk.now(), revision=revision + 1)
    )
    record_change(
        session,
        desk,
        "follow_up.revise",
        ENTRY,
        record.entry_id,
        before=kept_before,
        after=kept,
        number=revision + 1,
        reason=reason,
    )
    return True


def void_sheet(session: Session, desk: Desk, entry_id: str, revision: int, reason: str) -> None:
    """Make a sheet void: it stays readable and counts nowhere."""
    session.execute(
        update(_ENTRIES)
        .where(_ENTRIES.c.id == entry_id)
        .values(state="void", updated_at=desk.now(), revision=revision + 1)
    )
    session.execute(delete(_FOLLOW_UPS).where(_FOLLOW_UPS.c.form_entry_id == entry_id))
    record_change(
        session,
        desk,
        "follow_up.void",
        ENTRY,
        entry_id,
        before={STATE: "complete"},
        after={STATE: "void"},
        number=revision + 1,
        reason=reason,
    )


def newest_of(visits: Iterable[PastVisit], enrolment: ManagedDisease) -> PastVisit | None:
    """The newest visit by its date of one enrolment; of one day the one written last."""
    newest = None
    for visit in visits:
        if visit.enrolment_id == enrolment.enrolment_id and (
            newest is None or visit.visit_date >= newest.visit_date
        ):
            newest = visit
    return newest


def copy_last_results(
    session: Session, enrolments: Iterable[ManagedDisease], visits: Sequence[PastVisit]
) -> None:
    """Put the newest visit's result on each enrolment; `visits` oldest first."""
    session.execute(_COPY_LAST, [last_result(enrolment, visits) for enrolment in enrolments])


def last_result(enrolment: ManagedDisease, visits: Sequence[PastVisit]) -> dict[str, Any]:
    """The columns of an enrolment that follow from its visits, oldest first, with its id as `of_enrolment`."""
    newest = newest_of(visits, enrolment)
    of_disease = [visit for visit in visits if visit.disease == enrolment.disease]
    streak = count_unsatisfactory_in_a_row(
        [None if visit.is_controlled is None else not visit.is_controlled for visit in reversed(of_disease)]
    )
    return {
        "of_enrolment": enrolment.enrolment_id,
        "last_visit_on": newest.visit_date if newest else None,
        "last_class": newest.visit_class if newest else None,
        "last_sbp": newest.sbp if newest else None,
        "last_dbp": newest.dbp if newest else None,
        "last_fpg": newest.fpg if newest else None,
        "unsatisfactory_in_a_row": streak if newest else 0,
        "risk": risk_of(newest, streak),
    }


def risk_of(newest: PastVisit | None, streak: int) -> int:
    """How pressing a person is in the work list: emergency, referral, visits not controlled in a row."""
    if newest is None:
        return 0
    urgent = RISK_URGENT if newest.referral == Referral.URGENT else 0
    referred = RISK_REFERRED if newest.referral == Referral.YES else 0
    reaction = RISK_REACTION if newest.adr else 0
    lost = RISK_LOST if newest.not_seen == LOST else 0
    return urgent + referred + reaction + lost + RISK_EACH_UNSATISFACTORY * min(streak, MOST_COUNTED)


def keep_height(
    session: Session,
    desk: Desk,
    resident_id: str,
    known: Decimal | None,
    answers: Iterable[Mapping[str, Any]],
) -> None:
    """Height is a fact of the resident with its home there: a form that measured another one than `known` revises it."""
    height = next((given["height"] for given in answers if "height" in given), None)
    if height is None or height == known:
        return
    resident = session.get_one(Resident, resident_id)
    before = {"height_cm": None if resident.height_cm is None else str(resident.height_cm)}
    resident.height_cm = height
    resident.revision += 1
    resident.updated_at = desk.now()
    record_change(
        session,
        desk,
        "resident.measure",
        "resident",
        resident.id,
        before=before,
        after={"height_cm": str(height)},
        number=resident.revision,
    )


def copy_weight(
    session: Session, resident_id: str, visits: Sequence[PastVisit], known_on: date | None
) -> None:
    """Copy the newest weight of `visits` to the resident unless a newer one stands there (`known_on`)."""
    weighed = [visit for visit in visits if visit.weight_kg is not None]
    newest = max(weighed, key=lambda visit: visit.visit_date, default=None)
    if newest is None or (known_on is not None and known_on > newest.visit_date):
        return
    table = Resident.__table__
    session.execute(
        update(table)
        .where(table.c.id == resident_id)
        .values(weight_kg=newest.weight_kg, weight_on=newest.visit_date)
    )


def drop_draft(session: Session, kind: str, subject_id: str) -> None:
    """The draft is now a record."""
    session.execute(delete(_DRAFTS).where(_DRAFTS.c.kind == kind, _DRAFTS.c.subject_id == subject_id))


@dataclass(frozen=True)
class Leaving:
    """死亡 or 迁出 (`how` as in not_seen) of a day, with the doctor's words; `cause_id` is the visit or form that says so."""

    how: int
    day: date
    note: str
    cause_id: str


def leaving_of(record: SheetRecord) -> Leaving | None:
    """What a sheet of the combined visit says of it, None when the person stays."""
    how = record.answers.get("not_seen")
    if how not in LEFT_STATES:
        return None
    return Leaving(how, record.visit_date, str(record.answers.get("not_seen" + NOTE, "")), record.visit_id)


def leave(session: Session, desk: Desk, resident_id: str, leaving: Leaving) -> None:
    """死亡 or 迁出: the resident's state changes, every enrolment ends, and nothing is due any more."""
    how, day = leaving.how, leaving.day
    resident = session.get_one(Resident, resident_id)
    before = kept_columns(resident)
    resident.state, resident.state_on = LEFT_STATES[how], day
    resident.state_reason = leaving.note[:100]
    _record_state(session, desk, resident, before, END_REASONS[how])
    session.execute(
        update(_ENROLMENTS)
        .where(_ENROLMENTS.c.resident_id == resident_id, _ENROLMENTS.c.ended_on.is_(None))
        .values(ended_on=day, end_reason=END_REASONS[how])
    )
    session.execute(
        update(_TASKS)
        .where(_TASKS.c.resident_id == resident_id, _TASKS.c.done_on.is_(None))
        .values(done_on=day, done_by_id=leaving.cause_id, result=LEFT_RESULT)
    )


def come_back(session: Session, desk: Desk, resident_id: str, visit_id: str, reason: str) -> None:
    """Undo `leave` when the visit that said it was wrong: state, enrolments and tasks are as before."""
    resident = session.get_one(Resident, resident_id)
    before = kept_columns(resident)
    left_on = resident.state_on
    resident.state, resident.state_on, resident.state_reason = "active", None, ""
    _record_state(session, desk, resident, before, reason)
    session.execute(
        update(_ENROLMENTS)
        .where(
            _ENROLMENTS.c.resident_id == resident_id,
            _ENROLMENTS.c.ended_on == left_on,
            _ENROLMENTS.c.end_reason.in_(END_REASONS.values()),
        )
        .values(ended_on=None, end_reason="")
    )
    session.execute(
        update(_TASKS)
        .where(_TASKS.c.resident_id == resident_id, _TASKS.c.done_by_id == visit_id)
        .values(done_on=None, done_by_id=None, result="")
    )


def entry_row(desk: Desk, resident_id: str, record: SheetRecord, now: datetime) -> dict[str, Any]:
    """The FormEntry of a new sheet."""
    return {
        "id": record.entry_id,
        "form_code": record.managed.form_code,
        "edition": form(record.managed.form_code).edition,
        "resident_id": resident_id,
        "visit_id": record.visit_id,
        "entry_date": record.visit_date,
        "author_id": desk.actor.user_id,
        "answers": record.kept(),
        "state": "complete",
        "created_at": now,
        "updated_at": now,
    }


def _record_state(
    session: Session, desk: Desk, resident: Resident, before: Mapping[str, Any], reason: str
) -> None:
    """The revision of a resident who left or came back, and the search keys, which put those who left last."""
    record_resident(session, desk, resident, before, "resident.state", reason)
    if resident.household_id:
        refresh_household_keys(session, [resident.household_id])
    else:
        refresh_keys(session, [resident.id])
