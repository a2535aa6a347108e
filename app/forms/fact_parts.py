"""What a fact is: a value that several forms show, where it has its home, and how each form writes it.

A fact has one value in one shape. A `Place` is where a form shows it: `gives` reads the value out of the form's answers
(None when they say nothing of it), `takes` turns the value into answers of the form (empty when the form cannot say it).
A place that only gives is a source, one that only takes only shows. Nothing here reads a database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.forms.vocabulary import Answers

Value = Any
Gives = Callable[[Answers], Value]
Takes = Callable[[Value], Mapping[str, Any]]

YEAR = 366
"""Days within which a value counts where a form asks about the past year."""


class Scope(StrEnum):
    """For how long a value holds: always, on the day on which it was measured, or until the next one."""

    STANDING = "standing"
    OF_THE_DAY = "of_the_day"
    LATEST = "latest"


@dataclass(frozen=True)
class OptionMap:
    """How the options of one answer and the values of a fact translate.

    `means` gives the value of an option, `written` the option for a value, `silent` the options that say nothing certain.
    """

    code: str
    means: Mapping[int, Value]
    written: Mapping[Value, int]
    silent: frozenset[int] = frozenset()

    def gives(self, answers: Answers) -> Value:
        """The value of the chosen option, or None."""
        return self.means.get(answers.get(self.code, -1))

    def takes(self, value: Value) -> Mapping[str, Any]:
        """The option for `value`, or nothing."""
        return {self.code: self.written[value]} if value in self.written else {}


@dataclass(frozen=True)
class Place:
    """Where a form shows a fact: its answers `codes`, the first of which names it.

    `within` lets a place take a measurement that is at most so many days old instead of the day's own. With `begins` a
    new form starts with the fact, because it only repeats what stands at home. `agrees` says whether answers are in
    keeping with a value when being equal is not the question. `options` tell how numbered answers were translated.
    """

    form_code: str
    codes: tuple[str, ...]
    gives: Gives | None = None
    takes: Takes | None = None
    within: int | None = None
    begins: bool = False
    agrees: Callable[[Answers, Value], bool] | None = None
    options: tuple[OptionMap, ...] = ()

    def said(self, answers: Answers) -> Value:
        """The value of the fact in `answers`; None when they say nothing of it."""
        return None if self.gives is None else self.gives(answers)

    def shown(self, value: Value) -> Mapping[str, Any]:
        """The answers that show `value` here; empty when the form cannot say it."""
        return {} if self.takes is None or value is None else self.takes(value)

    def is_in_keeping(self, answers: Answers, value: Value) -> bool:
        """Whether `answers` say nothing else than `value`."""
        said = self.said(answers)
        if said is None or said == value:
            return True
        return self.agrees is not None and self.agrees(answers, value)


@dataclass(frozen=True)
class Fact:
    """One fact. `home` is "resident.phone", "organisation.name", "personal_info.exposure" …, or "" for what stands on
    the sheet of the day.

    `gathers` joins what two sources say of a fact that has parts (diseases, medicines). A fact that does not `go_through`
    is offered, and nothing else is asked to change with it. One that `follows` reaches its home by itself when a form is
    saved (the height).
    """

    code: str
    label: str
    scope: Scope
    places: tuple[Place, ...]
    home: str = ""
    gathers: Callable[[Value, Value], Value] | None = None
    goes_through: bool = True
    follows: bool = False

    def at(self, form_code: str) -> tuple[Place, ...]:
        """The places of one form."""
        return tuple(place for place in self.places if place.form_code == form_code)

    @property
    def home_form(self) -> str:
        """The form that shows the home of a standing fact: personal_info or record_cover; "" for the others."""
        owner = self.home.partition(".")[0]
        if owner != "resident":
            return owner if owner in ("personal_info", "record_cover") else ""
        shown_on = {place.form_code for place in self.places}
        return next((code for code in ("personal_info", "record_cover") if code in shown_on), "")


def same(form_code: str, code: str, **more: Any) -> Place:
    """The answer is the value as it is."""
    return Place(form_code, (code,), lambda answers: answers.get(code), lambda value: {code: value}, **more)


def everywhere(code: str, *form_codes: str) -> tuple[Place, ...]:
    """The same answer on several forms."""
    return tuple(same(form_code, code) for form_code in form_codes)


def together(form_code: str, *codes: str) -> Place:
    """Answers that are one fact only when all of them are given; the value is the tuple of them."""

    def gives(answers: Answers) -> Value:
        return tuple(answers[code] for code in codes) if all(code in answers for code in codes) else None

    return Place(form_code, codes, gives, lambda value: dict(zip(codes, value, strict=True)))


def with_note(form_code: str, code: str) -> Place:
    """An answer with options, and the line that one of them opens; the value is both."""
    note = code + "_note"

    def gives(answers: Answers) -> Value:
        return None if code not in answers else (answers[code], answers.get(note, ""))

    def takes(value: Value) -> Mapping[str, Any]:
        chosen, words = value
        return {code: chosen} | ({note: words} if words else {})

    return Place(form_code, (code, note), gives, takes)


def with_items(form_code: str, code: str) -> Place:
    """无 or 有 and the lines that belong to 有; the value is both."""
    items = code + "_items"

    def gives(answers: Answers) -> Value:
        return None if code not in answers else (answers[code], answers.get(items, []))

    def takes(value: Value) -> Mapping[str, Any]:
        chosen, rows = value
        return {code: chosen} | ({items: rows} if rows else {})

    return Place(form_code, (code, items), gives, takes)


def option(
    form_code: str, mapped: OptionMap, *, gives: bool = True, takes: bool = True, **more: Any
) -> Place:
    """A numbered answer whose options stand for values of the fact."""
    return Place(
        form_code,
        (mapped.code,),
        mapped.gives if gives else None,
        mapped.takes if takes else None,
        options=(mapped,),
        **more,
    )


def source(form_code: str, codes: tuple[str, ...], gives: Gives) -> Place:
    """A form that tells the fact and never takes it over."""
    return Place(form_code, codes, gives=gives)


def shown(form_code: str, codes: tuple[str, ...], takes: Takes, **more: Any) -> Place:
    """A form that takes the fact over and never tells it."""
    return Place(form_code, codes, takes=takes, **more)


@dataclass(frozen=True)
class FactIndex:
    """The facts by the forms that show them."""

    facts: tuple[Fact, ...]
    by_form: Mapping[str, tuple[Fact, ...]] = field(init=False)

    def __post_init__(self) -> None:
        by_form: dict[str, list[Fact]] = {}
        for fact in self.facts:
            for form_code in dict.fromkeys(place.form_code for place in fact.places):
                by_form.setdefault(form_code, []).append(fact)
        object.__setattr__(self, "by_form", {code: tuple(found) for code, found in by_form.items()})

    def of_form(self, form_code: str) -> tuple[Fact, ...]:
        """The facts that a form shows."""
        return self.by_form.get(form_code, ())
