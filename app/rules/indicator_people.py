"""The people of an indicator's input, read tolerantly: what the rules ask of a person, under the words people use.

The usual keys stand first in each list of words; the others mean the same. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.domain.dates import two_weeks_after
from app.domain.glucose import mmol_l_from_mg_dl
from app.domain.indicators import (
    IndicatorVisit,
    ManagedPerson,
    Period,
    RequiredCheck,
    ResidentFacts,
    ServiceRecord,
    TuberculosisCase,
)
from app.domain.message import msg
from app.errors import UserError
from app.rules.reading import Reader, Row, missing

PRESSURE, GLUCOSE, MENTAL = "高血压", "糖尿病", "精神"
OLDEST_YEARS = 150
MOST_VISITS = 366
"""Visits of a year that are told by their number alone; more change no indicator."""

_ENGLISH = {PRESSURE: "hypertension", GLUCOSE: "diabetes", MENTAL: "mental"}
_PHONE_METHODS = ("3", "电话", "phone")
_VALUES = ("sbp", "dbp", "fpg_mmol_l", "fpg_mg_dl", "lost")

_DATE = ("date", "visit_date", "last_visit_date")
_ENROLLED = ("enrolled_on", "enrolled_date", "enrolment_date", "enrolled", "managed_since")
_ENDED = ("ended_on", "died_on", "death_date", "moved_away_on", "moved_on", "left_on")
_EXAM_DATES = ("exam_dates", "exam_date", "examination_dates", "examination_date")
_EXAM_DONE = ("exam_done", "exam", "yearly_exam", "examination")
_CONSTITUTION_DATES = ("constitution_dates", "constitution_date", "tcm_dates", "tcm_date")
_CONSTITUTION_DONE = ("constitution_done", "constitution", "tcm")
_CHECKS = ("referral_checks", "checks", "required_checks", "two_week_checks")


def managed_people(read: Reader, word: str, period: Period) -> list[ManagedPerson]:
    """The people of one programme; those who name their diseases must name this one."""
    people = read.rows("people", lambda row: (row.names("diseases"), _managed_person(row, word, period)))
    return [person for diseases, person in people if not diseases or _concerns(diseases, word)]


def residents(read: Reader, period: Period, *, are_records: bool = False) -> tuple[ResidentFacts, ...]:
    """Everybody in `people`; with `are_records` each of them stands for a record unless told otherwise."""
    return read.rows("people", lambda row: _resident(row, period, is_record=are_records))


def tuberculosis_cases(read: Reader, period: Period) -> tuple[TuberculosisCase, ...]:
    """Everybody in `people` as a case of tuberculosis."""
    return read.rows("people", lambda row: _tuberculosis_case(row, period))


def as_given(read: Reader, ids: tuple[str, ...] | list[str]) -> list[object]:
    """`ids` as they stand in the input: numbers stay numbers."""
    rows = read.value("people")
    given = {str(row.get("id")): row.get("id") for row in rows} if isinstance(rows, list) else {}
    return [given.get(identity, identity) for identity in ids]


def _said(row: Reader, words: tuple[str, ...]) -> str:
    """The first of `words` that the row says something of, else the usual one."""
    return next((word for word in words if row.has(word)), words[0])


def _concerns(diseases: tuple[str, ...], word: str) -> bool:
    return any(word in disease or _ENGLISH[word] in disease.lower() for disease in diseases)


def _id(row: Reader) -> str:
    identity = row.text("id")
    if not identity:
        raise missing("id")
    return identity


def _birth_date(row: Reader, period: Period) -> date | None:
    """The birth date, else the first day of a year that gives the `age` told."""
    age = row.whole("age")
    if row.has("birth_date") or age is None:
        return row.day("birth_date")
    if not 0 <= age <= OLDEST_YEARS:
        raise UserError(
            msg("{key} 应在 0 到 {most} 岁之间，您给的是 {value}。", key="age", most=OLDEST_YEARS, value=age)
        )
    return date(period.year - age, 1, 1)


def _managed_person(row: Reader, word: str, period: Period) -> ManagedPerson:
    return ManagedPerson(
        id=_id(row),
        birth_date=_birth_date(row, period),
        enrolled_on=row.day(_said(row, _ENROLLED)),
        ended_on=row.day(_said(row, _ENDED)),
        visits=_visits(row, word, period),
        exam_dates=_exam_days(row, period),
        checks=_dated(row, _said(row, _CHECKS), _check),
        exam_required=row.flag_or_none("exam_required") is not False,
    )


def _visits(row: Reader, word: str, period: Period) -> tuple[IndicatorVisit, ...]:
    """The visits: objects, bare dates or only their number; `last_visit` or values beside the name are the last."""
    last = _last_visit(row, period)
    if isinstance(row.value("visits"), list):
        found = _dated(row, "visits", lambda visit: (visit.names("disease"), _visit(visit)))
        listed = tuple(visit for diseases, visit in found if not diseases or _concerns(diseases, word))
    else:
        count = row.whole(_said(row, ("visits", "face_to_face_visits"))) or 0
        listed = (IndicatorVisit(period.start),) * min(count - (last is not None), MOST_VISITS)
    return listed if last is None else (*listed, last)


def _last_visit(row: Reader, period: Period) -> IndicatorVisit | None:
    told = row.value("last_visit")
    source = Reader(told) if isinstance(told, Mapping) else row
    if not any(source.has(key) for key in _VALUES):
        return None
    return _visit(source, on=source.day(_said(source, _DATE)) or period.cut_off)


def _visit(row: Reader, *, on: date | None = None) -> IndicatorVisit:
    method = str(row.value(_said(row, ("method", "visit_method"))) or "").lower()
    by_phone = any(word in method for word in _PHONE_METHODS)
    return IndicatorVisit(
        day=on or row.required_day(_said(row, _DATE)),
        face_to_face=not by_phone and row.flag_or_none("face_to_face") is not False,
        lost=row.flag("lost"),
        sbp=row.number("sbp"),
        dbp=row.number("dbp"),
        fpg_mmol_l=_glucose(row),
    )


def _glucose(row: Reader) -> Decimal | Fraction | None:
    mg_dl = row.number("fpg_mg_dl")
    if row.has("fpg_mmol_l") or mg_dl is None:
        return row.number("fpg_mmol_l")
    return mmol_l_from_mg_dl(mg_dl)


def _check(row: Reader) -> RequiredCheck:
    done_key = _said(row, ("done_on", "done_date", "done"))
    due = row.day(_said(row, ("due", "due_date", "check_due")))
    if due is None:
        due = two_weeks_after(row.required_day(_said(row, ("referred_on", "date"))))
    done = row.value(done_key)
    if isinstance(done, bool):
        return RequiredCheck(due, due if done else None)
    return RequiredCheck(due, row.day(done_key))


def _exam_days(row: Reader, period: Period) -> tuple[date, ...]:
    listed = _dated(row, "exams", lambda exam: exam.required_day("date"))
    told = (period.cut_off,) if row.flag(_said(row, _EXAM_DONE)) else ()
    return (*row.days(_said(row, _EXAM_DATES)), *listed, *told)


def _resident(row: Reader, period: Period, *, is_record: bool) -> ResidentFacts:
    has_record = row.flag_or_none(_said(row, ("has_record", "record")))
    has_entry = row.flag(_said(row, ("has_dynamic_entry", "dynamic")))
    return ResidentFacts(
        id=_id(row),
        birth_date=_birth_date(row, period),
        is_permanent=row.flag_or_none(_said(row, ("permanent", "is_permanent", "常住"))) is not False,
        has_record=is_record if has_record is None else has_record,
        has_electronic_record=row.flag(_said(row, ("has_electronic_record", "electronic_record"))),
        dynamic_days=(
            *row.days(_said(row, ("dynamic_dates", "dynamic_date"))),
            *((period.cut_off,) if has_entry else ()),
        ),
        exams=_services(row, period, "exam", _EXAM_DATES, _EXAM_DONE),
        constitutions=_services(row, period, "constitution", _CONSTITUTION_DATES, _CONSTITUTION_DONE),
    )


def _services(
    row: Reader, period: Period, what: str, dates: tuple[str, ...], done: tuple[str, ...]
) -> tuple[ServiceRecord, ...]:
    """Rows with their own flags, and days (or only the word that it was done) with the flags of the person."""
    complete = row.flag(_said(row, (f"{what}_complete", "complete", "form_complete", "complete_form")))
    guidance = row.flag("guidance")
    told = (period.cut_off,) if row.flag(_said(row, done)) else ()
    dated = tuple(ServiceRecord(day, complete, guidance) for day in (*row.days(_said(row, dates)), *told))
    return (*dated, *_dated(row, f"{what}s", _service))


def _service(row: Reader) -> ServiceRecord:
    return ServiceRecord(row.required_day("date"), row.flag("complete"), row.flag("guidance"))


def _tuberculosis_case(row: Reader, period: Period) -> TuberculosisCase:
    notified_on = row.day(_said(row, ("notified_on", "notified_date", "notice_date", "notice_at")))
    managed, completed = row.value("managed"), row.value("completed")
    managed_from = row.day(_said(row, ("managed_from", *_ENROLLED)))
    completed_on = row.day(_said(row, ("completed_on", "completed_date")))
    return TuberculosisCase(
        id=_id(row),
        notified_on=notified_on,
        managed_from=notified_on if managed is True else managed_from,
        completed_on=period.cut_off if completed is True else completed_on,
        doses_due=row.whole(_said(row, ("doses_due", "due"))),
        doses_taken=row.whole(_said(row, ("doses_taken", "taken"))),
        is_confirmed=row.flag_or_none("confirmed") is not False,
    )


def _dated(row: Reader, key: str, read: Callable[[Reader], Row]) -> tuple[Row, ...]:
    """The list under `key`, each entry read by `read`; a bare date is an entry with a date."""
    entries = row.value(key)
    if isinstance(entries, list):
        entries = [{"date": entry} if isinstance(entry, str) else entry for entry in entries]
    return Reader({key: entries}).rows(key, read)
