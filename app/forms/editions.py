"""Editions of a form: answers keep the edition under which they were given, and a newer edition takes over what it can.

A form in the registry is of the edition in force. An earlier edition is a module with `EARLIER`: its own declaration, and
for the answers whose numbers mean something else in the next edition the function that says what. An answer for which
the next edition has no certain place is left behind, by name: it stays readable in its own edition and is asked anew.

Only what is known to differ is declared (form list §2, §6 and §7); texts of the 2011 print itself are not at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any

from app.domain.message import msg
from app.errors import UserError
from app.forms.registry import form
from app.forms.vocabulary import Answers, Field, Form

EARLIER_MODULES: dict[str, tuple[str, ...]] = {
    "personal_info": ("app.forms.personal_info_2011",),
    "smi_info": ("app.forms.smi_info_2011",),
    "smi_followup": ("app.forms.smi_followup_2011",),
}
"""The modules of earlier editions by form, oldest first."""


@dataclass(frozen=True)
class Earlier:
    """An edition that is no longer filled in. `onward` maps answers to the next edition; None means no certain place."""

    form: Form
    onward: Mapping[str, Callable[[Any], Any | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Forwarded:
    """Answers in the words of the edition in force, and the codes of those that have no certain place in it."""

    answers: dict[str, Any]
    left_behind: tuple[str, ...] = ()


def by_number(numbers: Mapping[int, int]) -> Callable[[int], int | None]:
    """The next edition's number for each of this edition's; None for those that are not named."""
    return numbers.get


def revised(declared: Form, edition: str, fields: Sequence[Field]) -> Form:
    """`declared` as another edition in which these fields, by their codes, are otherwise."""
    others = {each.code: each for each in fields}
    sections = tuple(
        replace(section, fields=tuple(others.get(each.code, each) for each in section.fields))
        for section in declared.sections
    )
    return replace(declared, edition=edition, sections=sections)


def differing(one: Form, other: Form) -> tuple[str, ...]:
    """The answers that two editions of a form label or number differently."""
    return tuple(
        code
        for code, item in one.fields.items()
        if code in other.fields and (item.label, item.kind) != (other.fields[code].label, other.fields[code].kind)
    )


@cache
def earlier(form_code: str) -> tuple[Earlier, ...]:
    """The earlier editions of a form, oldest first."""
    return tuple(import_module(module).EARLIER for module in EARLIER_MODULES.get(form_code, ()))


def editions(form_code: str) -> tuple[str, ...]:
    """The names of all editions of a form, the one in force last. Raises UserError for an unknown form."""
    return (*(each.form.edition for each in earlier(form_code)), form(form_code).edition)


def of_edition(form_code: str, edition: str) -> Form:
    """A form as it was in an edition. Raises UserError when that edition is not known."""
    declared = form(form_code)
    if edition in ("", declared.edition):
        return declared
    for each in earlier(form_code):
        if each.form.edition == edition:
            return each.form
    raise UserError(
        msg(
            "“{form}”没有“{edition}”版。可用的有：{editions}。",
            form=declared.title,
            edition=edition,
            editions="、".join(editions(form_code)),
        )
    )


def forwarded(form_code: str, edition: str, answers: Answers) -> Forwarded:
    """Canonical answers of an edition as the edition in force says them."""
    steps = earlier(form_code)
    start = next((place for place, each in enumerate(steps) if each.form.edition == edition), len(steps))
    reached = Forwarded(dict(answers))
    for place in range(start, len(steps)):
        following = steps[place + 1].form if place + 1 < len(steps) else form(form_code)
        reached = _one_step(steps[place], following, reached)
    return reached


def _one_step(step: Earlier, following: Form, before: Forwarded) -> Forwarded:
    answers: dict[str, Any] = {}
    left = list(before.left_behind)
    for code, value in before.answers.items():
        mapped = step.onward[code](value) if code in step.onward else value
        if mapped is None or code not in following.fields:
            left.append(code)
        else:
            answers[code] = mapped
    return Forwarded(answers, tuple(left))


def in_force(form_code: str, edition: str, kept: Mapping[str, Any]) -> Forwarded:
    """Stored answers of an edition (see `Form.keep`) as the edition in force says them."""
    return forwarded(form_code, edition, of_edition(form_code, edition).restore(kept))
