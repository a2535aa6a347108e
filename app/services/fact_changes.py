"""What the answers of a form say otherwise than other places do: planned, told to the doctor, and written elsewhere.

A standing fact is held against its home; what was measured or told at a visit against the other sheets of the same day.
A form that says nothing of a fact changes nothing, and a diagnosis is added but never taken away. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.forms.fact_parts import Fact, Place, Scope, Value
from app.forms.facts import INDEX
from app.forms.registry import FORM_MODULES, form
from app.services.fact_offers import MOST_SHEETS, RECORD_FORMS
from app.services.fact_sources import DISEASES, Homes, Sheet, origin_of, sheets_of, shown
from app.services.form_views import FactChange
from app.services.resident_rows import get_resident

AT_HOME = "home"


@dataclass(frozen=True)
class Target:
    """A place that a change would be written to: the record (no `sheets`), or the sheets of one visit, or one form."""

    key: str
    sheets: tuple[Sheet, ...] = ()


@dataclass(frozen=True)
class Planned:
    """One change and the answers that it would write: by form code for the record, by entry id for sheets."""

    change: FactChange
    target: Target
    answers: Mapping[str, Mapping[str, Any]]


def planned_changes(
    session: Session,
    desk: Desk,
    resident_id: str,
    form_code: str,
    answers: Mapping[str, Any],
    *,
    entry_id: str | None,
) -> list[Planned]:
    """Every change that the canonical `answers` of a form bring elsewhere, in the order of the facts."""
    day = answers.get(form(form_code).date_code)
    on = day if isinstance(day, date) else desk.today()
    said = [
        (fact, value) for fact in _facts(form_code) if (value := _said(fact, form_code, answers)) is not None
    ]
    standing = [pair for pair in said if _has_home(pair[0], form_code)]
    of_sheets = [pair for pair in said if not _is_standing(pair[0])]
    planned: list[Planned] = []
    if standing:
        homes = Homes(session, desk, get_resident(session, resident_id))
        planned += [
            each for fact, value in standing if (each := _at_home(fact, value, homes, on)) is not None
        ]
    if of_sheets:
        wanted = {place.form_code for fact, _value in of_sheets for place in fact.places if place.takes}
        found = sheets_of(session, resident_id, wanted - {form_code} - RECORD_FORMS, on, on, MOST_SHEETS)
        targets = _targets([sheet for sheet in found if sheet.entry_id != entry_id])
        for fact, value in of_sheets:
            planned += [
                each for target in targets if (each := _on_sheets(fact, value, target, on)) is not None
            ]
    return planned


def _facts(form_code: str) -> Iterator[Fact]:
    return (fact for fact in INDEX.of_form(form_code) if fact.goes_through)


def _said(fact: Fact, form_code: str, answers: Mapping[str, Any]) -> Value:
    values = (place.said(answers) for place in fact.at(form_code))
    return next((value for value in values if value is not None), None)


def _is_standing(fact: Fact) -> bool:
    return fact.scope is Scope.STANDING and not fact.follows


def _has_home(fact: Fact, form_code: str) -> bool:
    return _is_standing(fact) and fact.home_form not in ("", form_code)


def _at_home(fact: Fact, value: Value, homes: Homes, on: date) -> Planned | None:
    home_form = fact.home_form
    place = next(place for place in fact.at(home_form) if place.takes is not None)
    now = homes.answers(home_form)
    before = homes.value(fact)
    after = _with_more(fact, before, value, on)
    if before is not None and (after == before or place.is_in_keeping(now, after)):
        return None
    written = place.shown(after)
    if not written:
        return None
    cleared = {code: None for code in place.codes if code not in written and code in now}
    change = FactChange(
        key=f"{fact.code}@{AT_HOME}",
        label=fact.label,
        place=msg("{form}", form=form(home_form).title),
        before=shown(home_form, now, place.codes),
        after=shown(home_form, written, place.codes),
    )
    return Planned(change, Target(AT_HOME), {home_form: {**written, **cleared}})


def _with_more(fact: Fact, before: Value, value: Value, on: date) -> Value:
    """What stands with what is said; of a diagnosis without a date the month of the form is the first known one."""
    if fact.gathers is None:
        return value
    joined = value if before is None else fact.gathers(before, value)
    if fact.code != DISEASES:
        return joined
    known = before or []
    return [
        row if row in known or "confirmed_ym" in row else {**row, "confirmed_ym": f"{on:%Y-%m}"}
        for row in joined
    ]


def _targets(sheets: list[Sheet]) -> list[Target]:
    """The sheets of one visit are one target: what they share is written once for both."""
    groups: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        groups.setdefault(sheet.visit_id or sheet.entry_id, []).append(sheet)
    order = list(FORM_MODULES)
    return [
        Target(
            min(sheet.entry_id for sheet in group),
            tuple(sorted(group, key=lambda sheet: order.index(sheet.form_code))),
        )
        for group in groups.values()
    ]


def _on_sheets(fact: Fact, value: Value, target: Target, on: date) -> Planned | None:
    differing = [
        (sheet, place, written)
        for sheet in target.sheets
        for place in fact.at(sheet.form_code)
        if (written := _written(place, sheet.answers, value))
    ]
    if not differing:
        return None
    sheet, place, _written_there = differing[0]
    shows = place.shown(value)
    change = FactChange(
        key=f"{fact.code}@{target.key}",
        label=fact.label,
        place=origin_of([each.form_code for each, _place, _written in differing], on),
        before=shown(sheet.form_code, sheet.answers, [code for code in place.codes if code in shows]),
        after=shown(sheet.form_code, shows, place.codes),
    )
    return Planned(change, target, {each.entry_id: _whole(each, at, said) for each, at, said in differing})


def _written(place: Place, answers: Mapping[str, Any], value: Value) -> Mapping[str, Any]:
    """The answers that `value` would change at a place; nothing where it says nothing else, or never said a thing."""
    if place.said(answers) is None or place.is_in_keeping(answers, value):
        return {}
    return {code: answer for code, answer in place.shown(value).items() if answers.get(code) != answer}


def _whole(sheet: Sheet, place: Place, written: Mapping[str, Any]) -> Mapping[str, Any]:
    """`written`, and None for what belonged to the value before (a side, a note) and is not part of the new one."""
    shown_now = place.shown(place.said(sheet.answers))
    return {code: None for code in shown_now if code not in written and code not in place.codes[:1]} | dict(
        written
    )
