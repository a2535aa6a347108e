"""What is answered in one or several forms filled in together, and what the forms say to it. Knows no widget.

An answer that two forms share is kept once: the same home ("resident.phone" is 联系电话 on the cover and 本人电话 on the
next sheet) or the same code in two follow-up forms. The code of the first form stands for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from app.forms.kinds import EMPTY, Unreadable
from app.forms.vocabulary import Context, Field, Form, Level, Problem

SHARED_HOMES = "resident."
Examine = Callable[[Form, Mapping[str, object]], tuple[Mapping[str, Any], Sequence[Problem]]]
"""Reads the answers to a form as typed: canonical ones, with what follows from them, and what stands against them."""


@dataclass(frozen=True)
class Offered:
    """A value that stands elsewhere and may be taken over; `origin` in words: 高血压随访 2026-11-20."""

    value: object
    origin: str


@dataclass(frozen=True)
class Judgement:
    """What the forms say to the answers as they stand: all by the code that stands for the answer.

    `answers` are canonical, with what follows from others; `applying` are the codes that may be answered now, `needed`
    those of them that a complete form must have.
    """

    answers: Mapping[str, Any]
    problems: tuple[Problem, ...]
    applying: frozenset[str]
    needed: frozenset[str] = frozenset()


def twins_of(forms: Sequence[Form]) -> dict[str, str]:
    """For each code of the forms the code that stands for it: itself, or an earlier one with the same home."""
    first_with_home: dict[str, str] = {}
    stands_for: dict[str, str] = {}
    for form in forms:
        for section in form.sections:
            for item in section.fields:
                home = item.home if item.home.startswith(SHARED_HOMES) else ""
                first = first_with_home.setdefault(home, item.code) if home else item.code
                for answer in item.answers():
                    stands_for.setdefault(answer.code, first + answer.code.removeprefix(item.code))
    return stands_for


@dataclass
class FormState:
    """The answers as typed (`raw`), those of last time (`previous`), and what was confirmed as unusual but meant.

    `examine` judges them by more than the declaration says; None by the declaration alone.
    """

    forms: tuple[Form, ...]
    context: Context
    raw: dict[str, object] = field(default_factory=dict)
    previous: dict[str, object] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    offered: dict[str, Offered] = field(default_factory=dict)
    examine: Examine | None = None

    def __post_init__(self) -> None:
        self.stands_for = twins_of(self.forms)
        self.fields: dict[str, Field] = {}
        for form in self.forms:
            for code, item in form.fields.items():
                if self.stands_for[code] == code:
                    self.fields.setdefault(code, item)
        self.computed = tuple(code for code, item in self.fields.items() if item.computed is not None)

    def start(self, answers: Mapping[str, object], previous: Mapping[str, object] | None, context: Context,
              offered: Mapping[str, Offered] | None = None) -> None:
        """Begin with these answers; of twins the first that is given counts."""
        self.offered = {self.stands_for[code]: each for code, each in (offered or {}).items() if code in self.stands_for}
        self.context = context
        self.raw = self._by_standing(answers)
        self.previous = self._by_standing(previous or {})
        self.confirmed = set()

    def is_proposed(self, code: str) -> bool:
        """Whether an answer that follows from others may be overruled."""
        computed = self.fields[code].computed
        return computed is not None and computed.proposed

    def only_follows(self, code: str) -> bool:
        """Whether an answer follows from others and is never typed (a score, 体质指数)."""
        return self.fields[code].computed is not None and not self.is_proposed(code)

    def follows_from(self, code: str, codes: AbstractSet[str]) -> bool:
        """Whether an answer is never typed and follows from one of `codes`: then those are asked for, and not it."""
        return self.only_follows(code) and not codes.isdisjoint(self.needs(code))

    def needs(self, code: str) -> tuple[str, ...]:
        """The answers that one follows from; none for one that is only typed."""
        computed = self.fields[code].computed
        return () if computed is None else tuple(self.stands_for.get(need, need) for need in computed.needs)

    def set(self, code: str, value: object) -> None:
        """Answer; an empty value takes the answer back. What was confirmed of it counts no more."""
        code = self.stands_for.get(code, code)
        if self.raw.get(code) != value:
            self.confirmed.discard(code)
        if value in EMPTY:
            self.raw.pop(code, None)
        else:
            self.raw[code] = value

    def can_carry(self, code: str) -> bool:
        """Whether an answer from elsewhere, or last time's, may be taken over."""
        item = self.fields.get(code)
        if item is None:
            return False
        return code in self.offered or (item.carries and self.previous.get(code) not in EMPTY)

    def to_carry(self, code: str) -> object:
        """What would be taken over: what stands elsewhere before what was said last time."""
        offered = self.offered.get(code)
        return self.previous.get(code) if offered is None else offered.value

    def is_as(self, code: str, value: object) -> bool:
        """Whether the present answer says the same as a canonical or typed value."""
        present = self.raw.get(code)
        if present in EMPTY or value in EMPTY:
            return present in EMPTY and value in EMPTY
        kind = self.fields[code].kind
        try:
            return bool(kind.read(present) == kind.read(value))
        except Unreadable:
            return str(present) == str(value)

    def judge(self) -> Judgement:
        """What all forms say to the answers."""
        answers: dict[str, Any] = {}
        applying: set[str] = set()
        needed: set[str] = set()
        found: list[Problem] = []
        for form in self.forms:
            filled, problems = (self.examine or self._read)(form, self._given_to(form))
            here = [(code, item) for code, item in form.fields.items() if item.applies.holds(filled, self.context)]
            applying.update(self.stands_for[code] for code, _item in here)
            needed.update(self.stands_for[code] for code, item in here
                          if item.required.holds(filled, self.context))
            for code, value in filled.items():
                answers.setdefault(self.stands_for.get(code, code), value)
            found.extend(problems)
        return Judgement(answers, tuple(self._once(found)), frozenset(applying), frozenset(needed))

    def _read(self, form: Form, raw: Mapping[str, object]) -> tuple[Mapping[str, Any], Sequence[Problem]]:
        """What the declaration alone says."""
        reading = form.read(raw)
        unread = {problem.code for problem in reading.problems}
        filled = form.complete(reading.answers, self.context)
        others = [each for each in form.problems(filled, self.context) if each.code not in unread]
        return filled, [*reading.problems, *others]

    def _given_to(self, form: Form) -> dict[str, object]:
        standing = {code: self.stands_for[code] for code in form.fields}
        return {code: self.raw[stands] for code, stands in standing.items() if stands in self.raw}

    def _once(self, found: Iterable[Problem]) -> Iterator[Problem]:
        """Each problem under the code that stands for its answer; of an answer that is wrong, not also that it lacks."""
        moved = [replace(each, code=self.stands_for.get(each.code, each.code)) for each in found]
        wrong = {each.code for each in moved if each.level is not Level.MISSING}
        seen: set[tuple[str, str]] = set()
        for each in moved:
            is_missing = each.level is Level.MISSING
            key = (each.code, "" if is_missing else str(each.message))
            if key not in seen and not (is_missing and each.code in wrong):
                seen.add(key)
                yield each

    def answers(self, applying: Iterable[str]) -> dict[str, object]:
        """The answers as typed under the codes of all forms, without those that do not apply now."""
        kept = set(applying)
        return {code: self.raw[standing] for code, standing in self.stands_for.items()
                if standing in self.raw and standing in kept}

    def words(self, code: str, value: object) -> str:
        """A canonical or typed value as a person reads it."""
        item = self.fields[code]
        try:
            return item.kind.show(item.kind.read(value))
        except Unreadable:
            return str(value)

    def _by_standing(self, answers: Mapping[str, object]) -> dict[str, object]:
        kept: dict[str, object] = {}
        for code, value in answers.items():
            standing = self.stands_for.get(code)
            if standing is not None and value not in EMPTY:
                kept.setdefault(standing, value)
        return kept
