"""Putting together what a visit's screen needs (VisitSheet) from one session. Reads only; judges nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.blood_pressure import CONTROL_DBP, control_limit_sbp
from app.domain.dates import age_on
from app.domain.glucose import CONTROL_BELOW
from app.domain.message import msg
from app.errors import UserError
from app.forms.personal_info import ALLERGY
from app.forms.registry import form
from app.services.diseases import DISEASE_OF, DISEASES, FORM_OF, in_order
from app.services.follow_up_views import (
    ChartReading,
    DraftView,
    ManagedDisease,
    OpenCheck,
    PastVisit,
    PreviousAnswer,
    Revising,
    Targets,
    VisitPerson,
    VisitSheet,
)
from app.services.masks import masked_id_number, masked_phone
from app.services.medicines import Medicine, medicines_of
from app.services.referral_returns import newest_advice
from app.services.visit_answers import answer_key, merge_answers
from app.services.visit_offers import glance, visit_offers
from db.queries import follow_ups as queries

DRAFT_KIND = "follow_up"
CHART_DAYS = 366
RECENT_SHEETS = 8
ADULT_FOR_LIMIT = 18
NO_ALLERGY, OTHER_ALLERGY = 1, 5
TAKEN_OVER = ("drugs", "insulin_kind", "insulin_usage")
"""What a new visit begins with from the visit before: the medicines, which then show what changed."""


def load_sheet(
    session: Session, desk: Desk, resident_id: str, *, diseases: Collection[str] | None = None
) -> VisitSheet:
    """The sheet of a new visit for the diseases under management, or for those of them that are named.

    Raises UserError when the resident is not known or has none of these diseases under management.
    """
    core = load_core(session, desk, resident_id, diseases=diseases)
    entries = queries.newest_entries(session, resident_id, core.form_codes, RECENT_SHEETS)
    previous = _previous_answers(core.form_codes, entries)
    medicines = _last_medicines(core.form_codes, entries)
    draft = queries.draft(session, DRAFT_KIND, resident_id)
    last_visit_on = core.history[-1].visit_date if core.history else None
    starting: dict[str, Any] = {"visit_date": desk.today(), "doctor": desk.actor.name}
    starting.update(_taken_over(core.form_codes, entries))
    return replace(
        core,
        starting=starting,
        previous=previous,
        medicines=medicines,
        draft=None if draft is None else draft_view(draft),
        offers=visit_offers(session, resident_id, core.form_codes, desk.today(), previous),
        hospital_advice=newest_advice(session, resident_id, last_visit_on, desk.today()),
    )


def load_core(
    session: Session,
    desk: Desk,
    resident_id: str,
    *,
    diseases: Collection[str] | None = None,
    visit_id: str | None = None,
    since: date | None = None,
) -> VisitSheet:
    """The part of the sheet that judging and saving need: without previous answers, medicines and draft.

    With `visit_id` it is that recorded visit's: its diseases, and a history without it. The history begins at `since`.
    """
    person = queries.person(session, resident_id)
    if person is None:
        raise UserError(msg("没有找到这位居民，可能已被移到别处。请重新查找。"))
    tasks = queries.open_tasks(session, resident_id)
    visits = [row for row in queries.follow_ups(session, resident_id, since) if row.disease in DISEASES]
    of_visit = {row.enrolment_id for row in visits if row.visit_id == visit_id}
    rows = queries.enrolments(session, resident_id, ended_too=visit_id is not None)
    if visit_id is not None:
        rows = [row for row in rows if row.id in of_visit]
    managed, others = _managed(rows, tasks, diseases)
    if not managed:
        raise UserError(
            msg("{name}还没有纳入高血压或糖尿病管理，不能做随访。请先在“慢病”里纳入管理。", name=person.name)
        )
    history = tuple(PastVisit(*row) for row in visits if row.visit_id != visit_id)
    today = desk.today()
    return VisitSheet(
        person=visit_person(person, today),
        diseases=managed,
        other_diseases=others,
        today=today,
        doctor=desk.actor.name,
        starting={},
        previous={},
        medicines={},
        draft=None,
        history=history,
        readings=_readings(history, today),
        targets=_targets(person.birth_date, today),
        visit_number=visit_number(history, today),
        open_checks=tuple(_check(row, history) for row in tasks if row.kind == "referral_check"),
        form_codes=tuple(disease.form_code for disease in managed),
    )


def load_recorded(session: Session, desk: Desk, entry_id: str) -> VisitSheet:
    """The sheet of a recorded visit, to correct it. Raises UserError when it is void or does not exist."""
    entry = queries.entry(session, entry_id)
    if entry is None or entry.visit_id is None or entry.form_code not in DISEASE_OF:
        raise UserError(msg("没有找到这次随访。请重新打开居民的记录。"))
    if entry.state == "void":
        raise UserError(msg("这次随访已经作废，不能再更正；原来的内容仍可查看。"))
    entries = [
        row
        for row in queries.entries_of_visit(session, entry.visit_id, entry.resident_id)
        if row.state == "complete"
    ]
    core = load_core(session, desk, entry.resident_id, visit_id=entry.visit_id)
    return with_recorded(core, entries, entry)


def with_recorded(core: VisitSheet, entries: Sequence[Row[Any]], entry: Row[Any]) -> VisitSheet:
    """`core` filled with the recorded answers of a visit."""
    recorded = {row.form_code: form(row.form_code).restore(row.answers) for row in entries}
    revising = Revising(
        visit_id=entry.visit_id,
        entry_ids={row.form_code: row.id for row in entries},
        revision=sum(row.revision for row in entries),
        author=str(recorded[entry.form_code].get("doctor", "")),
        visit_date=entry.entry_date,
    )
    earlier = tuple(visit for visit in core.history if visit.visit_date <= entry.entry_date)
    return replace(
        core,
        starting=merge_answers(core.form_codes, recorded),
        medicines={code: medicines_of(answers) for code, answers in recorded.items()},
        revising=revising,
        visit_number=visit_number(earlier, entry.entry_date),
    )


def visit_number(history: Iterable[PastVisit], on: date) -> int:
    """本年第几次: how many visits the year of `on` has with this one."""
    return 1 + len({visit.visit_id for visit in history if visit.visit_date.year == on.year})


def draft_view(row: Row[Any]) -> DraftView:
    """A draft's row as a view."""
    return DraftView(row.kind, row.subject_id, row.payload, row.updated_at)


def _managed(
    rows: Sequence[Row[Any]], tasks: Sequence[Row[Any]], wanted: Collection[str] | None
) -> tuple[tuple[ManagedDisease, ...], tuple[str, ...]]:
    """The diseases to fill sheets for, and the other ones under management."""
    by_disease = {row.disease: row for row in rows}
    due = {row.enrolment_id: row.due_on for row in tasks if row.kind == "follow_up"}
    filled = [disease for disease in in_order(by_disease) if wanted is None or disease in wanted]
    managed = tuple(
        _managed_disease(by_disease[disease], due.get(by_disease[disease].id)) for disease in filled
    )
    return managed, tuple(disease for disease in in_order(by_disease) if disease not in filled)


def _managed_disease(row: Row[Any], due_on: date | None) -> ManagedDisease:
    return ManagedDisease(
        disease=row.disease,
        form_code=FORM_OF[row.disease],
        enrolment_id=row.id,
        diagnosed_on=row.diagnosed_on,
        enrolled_on=row.enrolled_on,
        due_on=due_on,
        unsatisfactory_in_a_row=row.unsatisfactory_in_a_row,
    )


def visit_person(row: Row[Any], today: date) -> VisitPerson:
    """A resident's row of `queries.person` as the head of a screen shows it; numbers masked."""
    return VisitPerson(
        resident_id=row.id,
        name=row.name,
        sex=row.sex,
        birth_date=row.birth_date,
        birth_precision=row.birth_precision,
        age=age_on(row.birth_date, today) if row.birth_date and row.birth_date <= today else None,
        record_no=row.record_no,
        id_number_masked=masked_id_number(row.id_number),
        phone_masked=masked_phone(row.phone),
        group_name=row.group_name or "",
        household_note=row.household_note or "",
        care_note=row.care_note,
        drug_allergy=_allergies(row.drug_allergy, row.drug_allergy_note),
        height_cm=row.height_cm,
        weight_kg=row.weight_kg,
        weight_on=row.weight_on,
        state=row.state,
        state_on=row.state_on,
    )


def _allergies(codes: list[int] | None, note: str) -> tuple[str, ...]:
    labels = {option.code: option.label for option in ALLERGY}
    named = [labels.get(code, "") for code in codes or () if code not in (NO_ALLERGY, OTHER_ALLERGY)]
    if OTHER_ALLERGY in (codes or ()):
        named.append(note or labels[OTHER_ALLERGY])
    return tuple(named)


def _readings(history: Sequence[PastVisit], today: date) -> tuple[ChartReading, ...]:
    """The measured values of the last twelve months, one for each visit, oldest first."""
    since = today - timedelta(days=CHART_DAYS)
    of_visit: dict[str, ChartReading] = {}
    for visit in history:
        if visit.visit_date < since or (visit.sbp is None and visit.fpg is None):
            continue
        known = of_visit.get(visit.visit_id)
        of_visit[visit.visit_id] = ChartReading(
            on=visit.visit_date,
            sbp=visit.sbp if visit.sbp is not None else (known.sbp if known else None),
            dbp=visit.dbp if visit.dbp is not None else (known.dbp if known else None),
            fpg=visit.fpg if visit.fpg is not None else (known.fpg if known else None),
        )
    return tuple(of_visit.values())


def _targets(birth_date: date | None, today: date) -> Targets:
    age = age_on(birth_date, today) if birth_date and birth_date <= today else ADULT_FOR_LIMIT
    return Targets(int(control_limit_sbp(age)), int(CONTROL_DBP), CONTROL_BELOW)


def _check(row: Row[Any], history: Sequence[PastVisit]) -> OpenCheck:
    referred = next((visit.visit_date for visit in history if visit.entry_id == row.caused_by_id), None)
    return OpenCheck(row.id, row.resident_id, row.disease, row.due_on, referred)


def _previous_answers(form_codes: tuple[str, ...], entries: Sequence[Row[Any]]) -> dict[str, PreviousAnswer]:
    """For each answer the newest sheet that has it."""
    previous: dict[str, PreviousAnswer] = {}
    for row in entries:
        fields = form(row.form_code).fields
        for code, value in form(row.form_code).restore(row.answers).items():
            key = answer_key(form_codes, row.form_code, code)
            if key not in previous:
                shown = glance(fields[code].kind.show(value))
                previous[key] = PreviousAnswer(value, shown, row.entry_date)
    return previous


def _newest_seen(form_codes: tuple[str, ...], entries: Sequence[Row[Any]]) -> Mapping[str, Row[Any]]:
    """Of each form the newest sheet at which the person was seen or spoken to."""
    newest: dict[str, Row[Any]] = {}
    for row in entries:
        if row.form_code in form_codes and "not_seen" not in row.answers:
            newest.setdefault(row.form_code, row)
    return newest


def _last_medicines(
    form_codes: tuple[str, ...], entries: Sequence[Row[Any]]
) -> dict[str, tuple[Medicine, ...]]:
    newest = _newest_seen(form_codes, entries)
    return {
        code: medicines_of(form(code).restore(newest[code].answers)) if code in newest else ()
        for code in form_codes
    }


def _taken_over(form_codes: tuple[str, ...], entries: Sequence[Row[Any]]) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    for form_code, row in _newest_seen(form_codes, entries).items():
        for code, value in form(form_code).restore(row.answers).items():
            if code in TAKEN_OVER:
                taken[answer_key(form_codes, form_code, code)] = value
    return taken
