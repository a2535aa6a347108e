"""What other forms say of the facts that a form asks for: with what it begins, and what is offered with day and origin.

A measurement is offered only on its own day, a habit or a medicine as it was last told, a diagnosis from wherever it
stands. Nothing is taken over here, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.forms.fact_parts import YEAR, Fact, Place, Scope, Value
from app.forms.facts import INDEX
from app.forms.registry import form
from app.services.fact_sources import (
    DISEASES,
    IN_THE_RECORD,
    UNDER_MANAGEMENT,
    Homes,
    Sheet,
    sheets_of,
)
from app.services.form_views import Offer
from app.services.resident_rows import get_resident

MOST_SHEETS = 40
"""So many newest sheets are looked through: more than a year of every form."""

RECORD_FORMS = frozenset({"record_cover", "personal_info"})
"""Read as the home of the facts, never as sheets."""


@dataclass(frozen=True)
class Told:
    """What one source says of a fact; `form_codes` name the forms on file that say it."""

    value: Value
    origin: Message
    on: date | None = None
    entry_id: str | None = None
    form_codes: tuple[str, ...] = ()


def starting_facts(session: Session, desk: Desk, resident_id: str, form_code: str) -> dict[str, Any]:
    """The answers with which a form begins because it only repeats what has its home elsewhere."""
    homes = Homes(session, desk, get_resident(session, resident_id))
    begun: dict[str, Any] = {}
    for fact, place in _places(form_code):
        if begins(place):
            begun.update(place.shown(_at_home(fact, homes)))
    return _fitting(form_code, begun)


def begins(place: Place) -> bool:
    """Whether a new form starts with the fact rather than being offered it."""
    fields = form(place.form_code).fields
    return place.begins or any(fields[code].home for code in place.codes)


def offers(
    session: Session,
    desk: Desk,
    resident_id: str,
    form_code: str,
    on: date,
    *,
    without_entry: str | None = None,
) -> dict[str, Offer]:
    """By code what stands elsewhere and may be taken over into a form of the day `on`."""
    asked = [(fact, place) for fact, place in _places(form_code) if place.takes and not begins(place)]
    sources = {code for fact, _place in asked for code in _source_forms(fact, {form_code})}
    found = sheets_of(session, resident_id, sources, date.min, on, MOST_SHEETS)
    sheets = [sheet for sheet in found if sheet.entry_id != without_entry]
    homes = Homes(session, desk, get_resident(session, resident_id))
    offered: dict[str, Offer] = {}
    for fact, place in asked:
        told = best(fact, place, _told(fact, place, homes, sheets, on))
        if told is not None:
            for code, value in _fitting(form_code, place.shown(told.value)).items():
                words = form(form_code).fields[code].kind.show(value)
                offered.setdefault(code, Offer(code, value, words, told.origin, told.on, told.entry_id))
    return offered


def told_on_sheets(
    fact: Fact, place: Place, sheets: Iterable[Sheet], on: date, without_forms: frozenset[str]
) -> Iterator[Told]:
    """What `sheets` (newest first) say of a fact that `place` may take over on the day `on`; of each form its newest."""
    seen: set[str] = set(without_forms)
    for sheet in sheets:
        if sheet.form_code in seen or not _counts(fact, place, sheet.entry_date, on):
            continue
        said = (each.said(sheet.answers) for each in fact.at(sheet.form_code))
        value = next((value for value in said if value is not None), None)
        if value is not None:
            seen.add(sheet.form_code)
            yield Told(value, sheet.origin, sheet.entry_date, sheet.entry_id, (sheet.form_code,))


def best(fact: Fact, place: Place, told: Iterable[Told]) -> Told | None:
    """The first source, or all of them joined for a fact that has parts; None when the place could not show it."""
    sources = list(told)
    if not sources:
        return None
    joined = sources[0]
    for more in sources[1:] if fact.gathers is not None else ():
        joined = _joined(fact, joined, more)
    return joined if place.shown(joined.value) else None


def _joined(fact: Fact, one: Told, other: Told) -> Told:
    assert fact.gathers is not None
    value = fact.gathers(one.value, other.value)
    if value == one.value:
        return one
    origin = msg("{first}、{second}", first=one.origin, second=other.origin)
    days = [day for day in (one.on, other.on) if day is not None]
    forms = (*one.form_codes, *other.form_codes)
    return Told(value, origin, max(days, default=None), one.entry_id or other.entry_id, forms)


def _told(fact: Fact, place: Place, homes: Homes, sheets: list[Sheet], on: date) -> Iterator[Told]:
    own = frozenset({place.form_code, *RECORD_FORMS})
    if fact.scope is Scope.STANDING:
        value = homes.value(fact)
        if value is not None:
            title = form(fact.home_form).title if fact.home_form else ""
            yield Told(value, msg("{form}", form=title) if title else IN_THE_RECORD)
        if fact.code == DISEASES and homes.enrolled:
            yield Told(homes.enrolled, UNDER_MANAGEMENT)
    yield from told_on_sheets(fact, place, sheets, on, own)


def _at_home(fact: Fact, homes: Homes) -> Value:
    value = homes.value(fact)
    if fact.code != DISEASES or not homes.enrolled or fact.gathers is None:
        return value
    return homes.enrolled if value is None else fact.gathers(value, homes.enrolled)


def _counts(fact: Fact, place: Place, told_on: date, on: date) -> bool:
    if told_on > on:
        return False
    if fact.scope is Scope.STANDING:
        return True
    days = YEAR if fact.scope is Scope.LATEST else place.within or 0
    return told_on >= on - timedelta(days=days)


def _places(form_code: str) -> Iterator[tuple[Fact, Place]]:
    for fact in INDEX.of_form(form_code):
        for place in fact.at(form_code):
            yield fact, place


def _source_forms(fact: Fact, without: set[str]) -> set[str]:
    return {place.form_code for place in fact.places if place.gives} - without - RECORD_FORMS


def _fitting(form_code: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that this form may hold: its limits need not be those of the form that tells them."""
    fields = form(form_code).fields
    return {
        code: value
        for code, value in answers.items()
        if (limits := fields[code].hard) is None or limits.admits(value)
    }
