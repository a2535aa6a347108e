"""Where facts stand now: the homes of a resident's facts, and the sheets on file that tell them.

Reads only. Sheets of an earlier edition are read as the edition in force says them; void and half-filled ones are not
there at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.forms.editions import forwarded, of_edition
from app.forms.fact_parts import Fact, Value
from app.forms.fact_shapes import TUBERCULOSIS, disease, joined_diseases
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.registry import form
from app.forms.summaries import SHORT_NAMES
from app.forms.vocabulary import Form
from app.services.diseases import HISTORY_CODES
from app.services.diseases import TUBERCULOSIS as TUBERCULOSIS_PROGRAMME
from app.services.resident_facts import laid_over
from app.services.resident_rows import columns_of, form_entry
from db.models import Resident
from db.queries import facts as queries
from db.queries import follow_ups

HEIGHT = "resident.height_cm"
PRESSURE_UNIT = "mmHg"
DISEASES, PAST_HISTORY = "diseases", "past_history"
ENROLLED_AS = {**HISTORY_CODES, TUBERCULOSIS_PROGRAMME: TUBERCULOSIS}
UNDER_MANAGEMENT, IN_THE_RECORD = msg("慢病管理"), msg("居民档案")


@dataclass(frozen=True)
class Sheet:
    """A complete form on file with its answers in the words of the edition in force."""

    entry_id: str
    form_code: str
    visit_id: str | None
    entry_date: date
    answers: Mapping[str, Any]

    @property
    def origin(self) -> Message:
        """高血压随访 2026-11-20."""
        return origin_of((self.form_code,), self.entry_date)


def origin_of(form_codes: Collection[str], on: date) -> Message:
    """Which forms of a day."""
    return msg("{forms} {date}", forms=names_of(form_codes), date=on)


def names_of(form_codes: Collection[str]) -> Message:
    """What doctors call the forms, one after the other."""
    names = [SHORT_NAMES[code] for code in dict.fromkeys(form_codes)]
    joined = names[0]
    for name in names[1:]:
        joined = msg("{first}、{second}", first=joined, second=name)
    return joined


def sheets_of(
    session: Session, resident_id: str, form_codes: Collection[str], first: date, last: date, most: int
) -> list[Sheet]:
    """The newest complete sheets of these forms from `first` to `last`, newest first."""
    if not form_codes:
        return []
    rows = queries.sheets(session, resident_id, sorted(form_codes), first, last, most)
    return [
        Sheet(
            row.id,
            row.form_code,
            row.visit_id,
            row.entry_date,
            answers_now(row.form_code, row.edition, row.answers),
        )
        for row in rows
    ]


def answers_now(form_code: str, edition: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers in canonical values as the edition in force says them."""
    declared = of_edition(form_code, edition)
    return forwarded(form_code, edition, declared.restore(kept)).answers


class Homes:
    """The homes of one resident's facts: his columns, the cover, the 个人基本信息表, the enrolments, the organisation.

    Each is read when a fact first asks for it.
    """

    def __init__(self, session: Session, desk: Desk, resident: Resident) -> None:
        self._session, self._desk, self.resident = session, desk, resident

    @cached_property
    def columns(self) -> Mapping[str, Any]:
        """The columns that the forms show."""
        return columns_of(self.resident)

    @cached_property
    def info(self) -> dict[str, Any]:
        """The 个人基本信息表 with the facts as they are now."""
        return self._record(INFO)

    @cached_property
    def cover(self) -> dict[str, Any]:
        """The cover with the facts as they are now."""
        return self._record(COVER)

    @cached_property
    def enrolled(self) -> list[dict[str, Any]]:
        """The diseases under management, with the month of the diagnosis where it is known."""
        rows = follow_ups.enrolments(self._session, self.resident.id)
        return [
            disease(ENROLLED_AS[row.disease], str(row.diagnosed_on or ""))
            for row in rows
            if row.disease in ENROLLED_AS
        ]

    def answers(self, form_code: str) -> dict[str, Any]:
        """The cover or the 个人基本信息表."""
        return self.cover if form_code == COVER.code else self.info

    def value(self, fact: Fact) -> Value:
        """What stands at the home of a fact; None when nothing is known, or the fact has no home."""
        owner, _dot, name = fact.home.partition(".")
        if fact.home == HEIGHT:
            return self.resident.height_cm
        if owner == "organisation":
            return self._of_place(name) or None
        if not fact.home_form:
            return None
        answers = self.answers(fact.home_form)
        if fact.code == PAST_HISTORY and self.enrolled:
            known = joined_diseases(answers.get("disease_history", []), self.enrolled)
            answers = {**answers, "disease_history": known}
        said = (place.said(answers) for place in fact.at(fact.home_form))
        return next((value for value in said if value is not None), None)

    def _of_place(self, name: str) -> str:
        place = self._desk.place
        return {
            "name": place.name,
            "phone": place.phone,
            "township_name": place.township,
            "village_name": place.village,
        }[name]

    def _record(self, declared: Form) -> dict[str, Any]:
        entry = form_entry(self._session, self.resident.id, declared.code)
        stored = {} if entry is None else answers_now(declared.code, entry.edition, entry.answers)
        return laid_over(declared, stored, self.columns)


def shown(form_code: str, answers: Mapping[str, Any], codes: Collection[str] = ()) -> str:
    """Answers of a form as a person reads them, in the order given; of `codes` only, when some are named."""
    fields = form(form_code).fields
    wanted: Sequence[str] = [code for code in (codes or answers) if code in answers]
    is_pressure = {fields[code].unit for code in wanted} == {PRESSURE_UNIT}
    return ("/" if is_pressure else " ").join(fields[code].kind.show(answers[code]) for code in wanted)
