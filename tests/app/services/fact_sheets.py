"""Forms on file that say a fact, for the tests of offers and of changes that go through."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.desk import Desk
from app.forms.fact_parts import Fact, Place
from app.forms.registry import form
from tests.followup_people import add_entry
from tests.samples.facts import DAY, SAID, VALUES


def answers_saying(fact: Fact, place: Place, on: date = DAY) -> dict[str, Any]:
    """Canonical answers of a form of that day that say the sample value of a fact."""
    declared = form(place.form_code)
    said = SAID.get((fact.code, place.form_code)) or place.shown(VALUES[fact.code])
    return declared.read({**said, declared.date_code: on}).answers


def sheet_saying(desk: Desk, resident_id: str, fact: Fact, place: Place, on: date = DAY, state: str = "complete") -> str:
    """A form on file that says the fact; its id."""
    declared = form(place.form_code)
    kept = declared.keep(answers_saying(fact, place, on))
    return add_entry(desk, resident_id, place.form_code, on, kept, state, edition=declared.edition)
