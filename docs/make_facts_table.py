"""Writes docs/facts.md from app/forms/facts.py, so that it cannot lie.

python docs/make_facts_table.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.forms.fact_parts import Fact, Place

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "facts.md"

INTRODUCTION = """# Facts and the forms that show them

Made by `python docs/make_facts_table.py` from `app/forms/facts.py`; do not edit by hand.

A value is written once. Each fact below has **one home**; every other form that asks for it begins with it or is offered
it, with the day and the form from which it comes. A value that is entered otherwise offers to go through: the doctor sees
where it stands, what it is there and what it would become, and agrees or not. What goes through is a revision of its place
with the source as the reason, in the transaction of the form itself; when one place refuses, nothing is saved.

* **standing** — holds until it changes. Held against its home; a diagnosis is added and never taken away by another form.
* **of the day** — measured or asked at a visit. Offered on the same day only, and held against the other complete sheets
  of that day.
* **latest** — a habit, an aim, a medicine. The newest of the last year is offered, and held against sheets of the same day.

In the table *home* is the form on which a standing fact itself is read and corrected, *begins* means that a new form starts
with the value, *takes* that it is offered, *tells* that the form is a source; a number of days says how old a measurement
may be where a form asks about the past year. Facts marked † are offered only: nothing else is asked to change with them.
One marked ‡ reaches its home by itself when a form is saved.

Void forms and half-filled ones tell nothing. What is not in the table is asked by one form only, or means something else
on each form that has it: the last section says why. Further, 病案号 of a letter is not 住院病案号, 脉率 is not 心率, 暴露史
of the record is not the occupational one, and a guardian need not be the person to call."""


def page() -> str:
    """The whole page."""
    from app.forms.fact_parts import Scope
    from app.forms.facts import FACTS

    parts = [INTRODUCTION]
    for scope, title in (
        (Scope.STANDING, "Standing"),
        (Scope.OF_THE_DAY, "Of the day"),
        (Scope.LATEST, "Latest"),
    ):
        parts += [f"## {title}", _table(fact for fact in FACTS if fact.scope is scope)]
    parts += ["## By form", _by_form(), "## The same code, and yet no shared fact", _not_shared()]
    return "\n\n".join(parts) + "\n"


def _table(facts: Iterable[Fact]) -> str:
    rows = ["| fact | home | shown on |", "| --- | --- | --- |"]
    for fact in facts:
        marks = " †" * (not fact.goes_through) + " ‡" * fact.follows
        shown = "<br>".join(_place(fact, place) for place in fact.places)
        rows.append(f"| {fact.label}{marks} | {_home(fact)} | {shown} |")
    return "\n".join(rows)


def _home(fact: Fact) -> str:
    from app.forms.registry import form

    owner, _dot, name = fact.home.partition(".")
    if not owner:
        return "the sheet of the day"
    if owner in ("resident", "organisation"):
        return f"{owner}: `{name}`"
    return f"{form(owner).title}: `{name}`"


def _place(fact: Fact, place: Place) -> str:
    from app.forms.registry import form
    from app.services.fact_offers import RECORD_FORMS, begins

    declared = form(place.form_code)
    labels = "、".join(_once(declared.fields[code].name for code in place.codes))
    if fact.home and place.form_code in RECORD_FORMS and place.takes is not None:
        return f"{declared.title}: {labels} (home)"
    does = ["tells"] * (place.gives is not None)
    if place.takes is not None:
        within = f" within {place.within} days" if place.within else ""
        does.append("begins" if begins(place) else f"takes{within}")
    return f"{declared.title}: {labels} ({', '.join(does)})"


def _by_form() -> str:
    from app.forms.facts import INDEX
    from app.forms.registry import forms

    rows = ["| form | facts |", "| --- | --- |"]
    for declared in forms():
        labels = "、".join(fact.label for fact in INDEX.of_form(declared.code))
        rows.append(f"| {declared.title} (`{declared.code}`) | {labels or '—'} |")
    return "\n".join(rows)


def _not_shared() -> str:
    from app.forms.facts import NOT_SHARED
    from app.forms.registry import forms

    rows = ["| code | forms | why |", "| --- | --- | --- |"]
    for code, reason in NOT_SHARED.items():
        titles = "、".join(declared.title for declared in forms() if code in declared.fields)
        rows.append(f"| `{code}` | {titles} | {reason} |")
    return "\n".join(rows)


def _once(labels: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(labels))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    TARGET.write_text(page(), encoding="utf-8")
