"""Which forms follow from a visit that was saved: the letter of a referral, another programme's form, the examination.

They are offered and never opened by themselves. What was measured is offered there by the facts; the letter begins with
what the visit says. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.chronic_followup import Referral
from app.domain.message import Message, msg
from app.forms.registry import form
from app.services.diseases import DISEASES, NAMES, PROGRAMMES, visit_form
from app.services.due_tasks import CHECK_TASK
from app.services.examinations_due import FORM_CODE as EXAMINATION
from app.services.examinations_due import ExaminationsDue
from app.services.follow_up_views import NOTHING_MEASURED, PastVisit
from app.services.letter_checks import LETTER
from app.services.medicines import Medicine, medicines_of
from db.models import FormEntry
from db.queries import follow_ups as queries

LONGEST_IMPRESSION, LONGEST_TREATMENT = 200, 500
OPEN_LETTER = msg("开转诊单")
FROM_VISIT = msg("随访")
DISPENSING, GIVE_DRUGS = "dispensing", msg("发药")

_ENTRIES = FormEntry.__table__


@dataclass(frozen=True)
class FormOffer:
    """A form that may be filled in next. `answers` are what it begins with, said by `origin` and to be checked.

    With `takes_offers` what the facts offer is filled in as well: a letter repeats what stands on the visit. `on` is the
    day of the form. `screen` is where it is filled in; for dispensing `form_entry_id` names the visit that prescribed.
    """

    resident_id: str
    name: str
    form_code: str
    words: Message
    on: date
    answers: Mapping[str, str] = field(default_factory=dict)
    origin: Message = FROM_VISIT
    takes_offers: bool = False
    screen: str = "forms"
    form_entry_id: str | None = None

    def arguments(self, from_screen: str) -> dict[str, object]:
        """What its screen is opened with."""
        if self.screen == DISPENSING:
            return {"resident_id": self.resident_id, "form_entry_id": self.form_entry_id}
        return {"offer": self, "from_screen": from_screen}


class NextForms:
    """What may be filled in after a visit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def after_visit(self, resident_id: str, on: date) -> tuple[FormOffer, ...]:
        """After the visit of a day: the letter that its referral lacks, its medicines as far as they lie here, the forms of
        the other programmes under which the person is and which have no visit of that day, the 健康体检表 when it is due
        this year."""
        with self._desk.sessions.reading() as session:
            person = queries.person(session, resident_id)
            if person is None or person.state != "active":
                return ()
            visits = _visits_of(session, resident_id, on)
            letter = _letter(session, person, visits, on)
            drugs = _drugs(session, self._desk, person, visits)
            others = _programmes(session, person, visits, on)
        examination: tuple[FormOffer, ...] = ()
        if ExaminationsDue(self._desk).is_due(resident_id):
            examination = (FormOffer(resident_id, person.name, EXAMINATION, msg("填健康体检表"), self._desk.today()),)
        return (*letter, *drugs, *others, *examination)

    def of_open_referrals(self, resident_id: str) -> tuple[FormOffer, ...]:
        """The letters that are still to be written for the visits of a resident whose referral is still to be asked after."""
        with self._desk.sessions.reading() as session:
            causes = [row.caused_by_id for row in queries.open_tasks(session, resident_id) if row.kind == CHECK_TASK]
            days = session.scalars(select(_ENTRIES.c.entry_date).where(_ENTRIES.c.id.in_(causes))).all() if causes else ()
        return self.letters((resident_id, day) for day in sorted(set(days)))

    def letters(self, visits: Iterable[tuple[str, date]]) -> tuple[FormOffer, ...]:
        """The letters that are still to be written for these visits, each a resident and the day of the visit."""
        found: list[FormOffer] = []
        with self._desk.sessions.reading() as session:
            for resident_id, on in dict.fromkeys(visits):
                person = queries.person(session, resident_id)
                if person is not None and person.state == "active":
                    found += _letter(session, person, _visits_of(session, resident_id, on), on)
        return tuple(found)


def _visits_of(session: Session, resident_id: str, on: date) -> list[PastVisit]:
    rows = queries.follow_ups(session, resident_id, on)
    return [visit for visit in (PastVisit(*row) for row in rows) if visit.visit_date == on]


def _letter(session: Session, person: Row[Any], visits: Sequence[PastVisit], on: date) -> tuple[FormOffer, ...]:
    """The letter of the day of a visit that referred, unless it is on file, complete or half filled in."""
    referring = sorted(
        (visit for visit in visits if visit.referral != Referral.NO), key=lambda visit: PROGRAMMES.index(visit.disease)
    )
    if not referring or _has_letter(session, person.id, on):
        return ()
    answers = {"impression": "；".join(_found(visit) for visit in referring)[:LONGEST_IMPRESSION]}
    treatment = _treatment(session, visits)
    if treatment:
        answers["treatment"] = treatment
    return (FormOffer(person.id, person.name, LETTER, OPEN_LETTER, on, answers, takes_offers=True),)


def _drugs(
    session: Session, desk: Desk, person: Row[Any], visits: Sequence[PastVisit]
) -> tuple[FormOffer, ...]:
    """发药 after a visit of today, when one of its medicines lies here and nothing was given for it yet."""
    today = [visit for visit in visits if visit.visit_date == desk.today()]
    if not today or desk.place.kind != "clinic":
        return ()
    # Imported here: the rules of drugs are not needed before somebody has medicines to give.
    from app.services.dispensing_drafts import is_waiting_to_be_given

    entries = [visit.entry_id for visit in today]
    if not is_waiting_to_be_given(session, desk, person.id, entries):
        return ()
    offer = FormOffer(
        person.id, person.name, DISPENSING, GIVE_DRUGS, today[0].visit_date, screen=DISPENSING, form_entry_id=entries[0]
    )
    return (offer,)


def _has_letter(session: Session, resident_id: str, on: date) -> bool:
    """Index ix_form_entry_resident_id_form_code_entry_date."""
    statement = select(_ENTRIES.c.id).where(
        _ENTRIES.c.resident_id == resident_id,
        _ENTRIES.c.form_code == LETTER,
        _ENTRIES.c.entry_date == on,
        _ENTRIES.c.state != "void",
    )
    return session.scalar(statement.limit(1)) is not None


def _found(visit: PastVisit) -> str:
    """高血压 控制不满意 162/94: the words of the form, Chinese in every language."""
    said = [str(NAMES[visit.disease])]
    said += [str(each) for each in (visit.result, visit.reading) if each != NOTHING_MEASURED]
    return " ".join(said)


def _treatment(session: Session, visits: Sequence[PastVisit]) -> str:
    """治疗经过 as far as it is known: the medicines of the visit."""
    told: dict[str, str] = {}
    for visit in visits:
        entry = queries.entry(session, visit.entry_id)
        if entry is None:
            continue
        for medicine in medicines_of(form(entry.form_code).restore(entry.answers)):
            told.setdefault(medicine.same_as, _taken(medicine))
    return f"目前用药：{'；'.join(told.values())}"[:LONGEST_TREATMENT] if told else ""


def _taken(medicine: Medicine) -> str:
    times = "" if medicine.times_per_day is None else f"每日{medicine.times_per_day}次"
    dose = f"每次{medicine.dose}" if medicine.dose else ""
    return " ".join(part for part in (medicine.name, times, dose) if part)


def _programmes(
    session: Session, person: Row[Any], visits: Sequence[PastVisit], on: date
) -> tuple[FormOffer, ...]:
    seen = {visit.disease for visit in visits}
    return tuple(
        FormOffer(
            person.id,
            person.name,
            visit_form(row.disease, row.last_visit_on),
            msg("填{disease}随访", disease=NAMES[row.disease]),
            on,
        )
        for row in queries.enrolments(session, person.id)
        if row.disease not in DISEASES and row.disease not in seen and row.enrolled_on <= on
    )
