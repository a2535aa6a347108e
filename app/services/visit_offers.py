"""What other forms offer to a chronic visit: readings of the same day, habits told since the last visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy.orm import Session

from app.domain.message import msg
from app.forms.fact_parts import YEAR, Fact, Place, Scope
from app.forms.facts import INDEX
from app.forms.registry import form
from app.services.fact_offers import RECORD_FORMS, begins, best, told_on_sheets
from app.services.fact_sources import names_of, sheets_of
from app.services.follow_up_views import PreviousAnswer
from app.services.visit_answers import answer_key

MOST_SHEETS = 6
"""So many newest forms of other kinds are looked through when a visit is opened."""


def visit_offers(
    session: Session,
    resident_id: str,
    form_codes: tuple[str, ...],
    on: date,
    previous: Mapping[str, PreviousAnswer],
) -> dict[str, PreviousAnswer]:
    """By key what may be taken over into a visit of the day `on`; told before the `previous` answer it is left out.

    One query over an index.
    """
    asked, sources = _asked(form_codes)
    sheets = sheets_of(session, resident_id, sources, on - timedelta(days=YEAR), on, MOST_SHEETS)
    offered: dict[str, PreviousAnswer] = {}
    for fact, place in asked if sheets else ():
        told = best(fact, place, told_on_sheets(fact, place, sheets, on, frozenset(form_codes)))
        if told is None or told.on is None:
            continue
        for code, value in place.shown(told.value).items():
            key = answer_key(form_codes, place.form_code, code)
            last = previous.get(key)
            if last is None or last.on < told.on or fact.scope is Scope.OF_THE_DAY:
                words = glance(form(place.form_code).fields[code].kind.show(value))
                is_of_day = fact.scope is Scope.OF_THE_DAY
                origin = msg("{forms} {day}", forms=names_of(told.form_codes), day=f"{told.on:%m-%d}")
                offered.setdefault(key, PreviousAnswer(value, words, told.on, origin, is_of_day))
    return offered


@lru_cache(maxsize=8)
def _asked(form_codes: tuple[str, ...]) -> tuple[tuple[tuple[Fact, Place], ...], frozenset[str]]:
    """The facts that these sheets take over from elsewhere, and the forms that tell them."""
    asked = tuple(
        (fact, place)
        for form_code in form_codes
        for fact in INDEX.of_form(form_code)
        for place in fact.at(form_code)
        if place.takes is not None and fact.scope is not Scope.STANDING and not begins(place)
    )
    sources = {place.form_code for fact, _place in asked for place in fact.places if place.gives}
    return asked, frozenset(sources) - set(form_codes) - RECORD_FORMS


def glance(shown: str, longest: int = 40) -> str:
    """`shown` cut to what fits beside a field."""
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
