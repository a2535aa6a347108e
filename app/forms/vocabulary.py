"""The small vocabulary in which a national form is declared once.

A `Form` has sections, a section has fields, a field has an answer of one kind. From the declaration come the screen,
the validation, the stored answers, the printed sheet, the import columns and `cunyi form`. Answers are a flat dict
from an answer's code to its canonical value; an absent key means unknown. A paired field (目前/目标) has two answers,
`weight` and `weight_target`; an option that opens a line (其他__) has its text under `<code>_note`.

It does not store, draw or show anything, and knows no disease: rules are called by a form's computations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.domain.message import Message, msg
from app.forms.kinds import EMPTY, Choice, Choices, Kind, Text, Unreadable
from app.forms.life import Life
from app.forms.shapes import NOTE, TARGET, flatten

Answers = Mapping[str, Any]
NOTE_LENGTH = 100


@dataclass(frozen=True)
class Context:
    """What an answer is held against besides the other answers. None means unknown."""

    today: date
    birth_date: date | None = None
    sex: int | None = None
    height_cm: Decimal | None = None
    diagnosed_on: date | None = None
    latest_next_visit: date | None = None
    """The latest next-visit date that the rules allow for this visit."""
    diseases: frozenset[str] = frozenset()
    """Codes of the chronic diseases for which the person is enrolled: htn, dm …"""
    adl_total: int | None = None
    """Total of the last self-care assessment of the elderly (form list §10), 0–37."""
    settings: Mapping[str, int] = field(default_factory=dict)
    """Numbers that the clinic sets where the norm leaves them open, by the name of the setting."""
    died_on: date | None = None

    def age_on(self, day: date) -> int | None:
        """Completed years on `day`, or None without a birth date."""
        if self.birth_date is None:
            return None
        return (
            day.year
            - self.birth_date.year
            - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))
        )


class Level(StrEnum):
    """How a problem is treated: refused, asked once, or only counted as not yet complete."""

    REFUSE = "refuse"
    ASK = "ask"
    MISSING = "missing"


@dataclass(frozen=True)
class Problem:
    """One sentence beside one answer."""

    code: str
    level: Level
    message: Message


@dataclass(frozen=True)
class When:
    """A condition on the other answers; `codes` are the answers it looks at, so that a screen knows when to ask again."""

    codes: tuple[str, ...]
    holds: Callable[[Answers, Context], bool]


def equals(code: str, *values: object) -> When:
    """The answer `code` is one of `values`."""
    return When((code,), lambda answers, _context: answers.get(code) in values)


def differs(code: str, *values: object) -> When:
    """The answer `code` is given and none of `values`."""
    return When((code,), lambda answers, _context: code in answers and answers[code] not in values)


def unless(code: str, *values: object) -> When:
    """The answer `code` is none of `values`, or not given."""
    return When((code,), lambda answers, _context: answers.get(code) not in values)


def includes(code: str, *values: object) -> When:
    """Of several options, at least one of `values` is chosen."""
    return When((code,), lambda answers, _context: any(value in answers.get(code, ()) for value in values))


def grouped(group: str, *fields: Field) -> tuple[Field, ...]:
    """`fields` under the heading `group`, as the paper has several lines of one item."""
    return tuple(replace(each, group=group) for each in fields)


def given(*codes: str) -> When:
    """Any of the answers `codes` is given."""
    return When(codes, lambda answers, _context: any(code in answers for code in codes))


ALWAYS = When((), lambda _answers, _context: True)
NEVER = When((), lambda _answers, _context: False)


@dataclass(frozen=True)
class Limits:
    """An inclusive range of numbers; None leaves a side open."""

    low: Decimal | None = None
    high: Decimal | None = None

    def admits(self, value: Decimal | int) -> bool:
        """Whether `value` lies within, both ends included."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def limits(low: str | int | None, high: str | int | None) -> Limits:
    """Limits from plain numbers, exactly."""
    return Limits(None if low is None else Decimal(str(low)), None if high is None else Decimal(str(high)))


@dataclass(frozen=True)
class Computed:
    """The answer follows from others: `by(answers, context)` gives the value, or None when it cannot be known.

    With `proposed` the doctor may overrule it; otherwise it is shown and never typed. With `strict` a value that is
    given all the same (read from paper or from a file) is refused when it is not the one that follows.
    """

    needs: tuple[str, ...]
    by: Callable[[Answers, Context], Any]
    proposed: bool = False
    strict: bool = False

    def is_decided(self, answers: Answers) -> bool:
        """Whether everything that it follows from is given."""
        return all(code in answers for code in self.needs)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One item of a form.

    `label` is what the paper prints; `prompt` names the answer in a sentence when the label alone would not.
    `required` says when a complete form needs it, `applies` when it may be answered at all. `hard` values outside are
    refused, `soft` ones asked about once, where `doubted` holds (children are no adults). Dates lie in life unless they
    `may_come` (下次随访日期). `home` names the one home of a fact kept elsewhere ("resident.phone");
    `carries` lets one key take over what was said last time. `group` heads several fields as the paper does (血常规);
    `is_question` says that the label is a whole question, read out to the person; `normal` is the answer that says that
    nothing was found, which a screen may offer for a whole section but never gives by itself.
    """

    code: str
    label: str
    kind: Kind
    unit: str = ""
    prompt: str = ""
    required: When = ALWAYS
    applies: When = ALWAYS
    hard: Limits | None = None
    soft: Limits | None = None
    doubted: When = ALWAYS
    may_come: bool = False
    paired: bool = False
    target_required: bool = True
    starred: bool = False
    computed: Computed | None = None
    home: str = ""
    carries: bool = True
    hint: str = ""
    aliases: tuple[str, ...] = ()
    group: str = ""
    is_question: bool = False
    normal: Any = None

    @property
    def name(self) -> str:
        """The field in a sentence."""
        return self.prompt or self.label

    def answers(self) -> Iterator[Field]:
        """This field as single answers: itself, its target, its note."""
        yield self
        if self.paired:
            target_needed = self.required if self.target_required else NEVER
            yield replace(
                self,
                code=self.code + TARGET,
                prompt=self.name + "（目标）",
                paired=False,
                required=target_needed,
                computed=None,
                soft=None,
                aliases=(),
                applies=self.applies,
                normal=None,
            )
        noted = self._noted_codes()
        if noted:
            asks = (
                includes(self.code, *noted) if isinstance(self.kind, Choices) else equals(self.code, *noted)
            )
            yield Field(
                code=self.code + NOTE,
                label=self.label,
                prompt=self.name + "（说明）",
                kind=Text(NOTE_LENGTH),
                required=asks if self.required is not NEVER else NEVER,
                applies=asks,
                carries=self.carries,
                group=self.group,
                aliases=(self.code + "_other", self.code + "_text", self.code + "_detail"),
            )

    def _noted_codes(self) -> tuple[int, ...]:
        if not isinstance(self.kind, (Choice, Choices)):
            return ()
        return tuple(option.code for option in self.kind.options if option.note)


@dataclass(frozen=True)
class Check:
    """A condition across answers: `problem` gives the sentence to put beside the last of `codes`, or None.

    It is not asked when the last answer is refused by itself: one mistake is told once.
    """

    codes: tuple[str, ...]
    problem: Callable[[Answers, Context], Message | None]
    level: Level = Level.REFUSE


@dataclass(frozen=True)
class Section:
    """A headed part of a form, as on paper."""

    code: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Reading:
    """What came of reading raw answers: canonical values, and a problem for each that could not be read."""

    answers: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Form:
    """A national form: `code` as in the list of forms, `edition` of the specification that it follows."""

    code: str
    title: str
    edition: str
    sections: tuple[Section, ...]
    checks: tuple[Check, ...] = ()
    date_code: str = ""
    """The answer that dates the form, such as visit_date."""
    after_death: When = NEVER
    """When the form may be dated after the death: it is the one that tells of it."""
    visits_per_sheet: int = 1
    joined: tuple[str, ...] = ()
    """Items that the list of forms names once and that have several answers: exercise for exercise_times and _minutes."""

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every single answer by its code, in printed order."""
        return {
            answer.code: answer
            for section in self.sections
            for item in section.fields
            for answer in item.answers()
        }

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Other codes under which an answer may be given."""
        return {alias: code for code, item in self.fields.items() for alias in item.aliases}

    def read(self, raw: Mapping[str, object]) -> Reading:
        """Canonical answers from typed, imported or JSON values. Empty values are left out; unknown codes refused.

        What a value may look like is told in app.forms.shapes.
        """
        reading = Reading({})
        for code, value in flatten(self, raw):
            item = self.fields.get(code)
            if item is None:
                problem = msg("这张表里没有“{code}”这一项。", code=code)
                reading.problems.append(Problem(code, Level.REFUSE, problem))
            elif value not in EMPTY:
                try:
                    reading.answers[code] = item.kind.read(value)
                except Unreadable as error:
                    sentence = msg("{field}：{problem}", field=item.name, problem=error.message)
                    reading.problems.append(Problem(code, Level.REFUSE, sentence))
        return reading

    def complete(self, answers: Answers, context: Context, *, keep: Sequence[str] = ()) -> dict[str, Any]:
        """`answers` with every computed one filled in, and without those that do not apply.

        A proposed answer that is already given, one that cannot be computed here (a BMI on paper without the height)
        and those named in `keep` stay as they are.
        """
        filled = dict(answers)
        for code, item in self.fields.items():
            if item.computed is None or code in keep or (item.computed.proposed and code in filled):
                continue
            value = item.computed.by(filled, context)
            if value is not None:
                filled[code] = value
            elif item.computed.strict and item.computed.is_decided(filled):
                filled.pop(code, None)
        return {
            code: value
            for code, value in filled.items()
            if code not in self.fields or self.fields[code].applies.holds(filled, context)
        }

    def problems(self, answers: Answers, context: Context) -> list[Problem]:
        """Everything that stands against keeping `answers` as a complete form, in printed order."""
        found: list[Problem] = []
        for code, item in self.fields.items():
            if code in answers:
                found.extend(self._value_problems(item, answers, context))
            elif item.applies.holds(answers, context) and item.required.holds(answers, context):
                found.append(Problem(code, Level.MISSING, msg("请填写{field}。", field=item.name)))
        refused = {problem.code for problem in found if problem.level is Level.REFUSE}
        for check in self.checks:
            place = check.codes[-1]
            if place in refused or not all(code in answers for code in check.codes):
                continue
            sentence = check.problem(answers, context)
            if sentence is not None:
                found.append(Problem(place, check.level, sentence))
        order = {code: position for position, code in enumerate(self.fields)}
        return sorted(found, key=lambda problem: order.get(problem.code, len(order)))

    def contradictions(self, answers: Answers, context: Context) -> list[Problem]:
        """The given answers that are not what strictly follows from the others; `complete` would put them right."""
        return [
            Problem(code, Level.REFUSE, sentence)
            for code, item in self.fields.items()
            if code in answers and (sentence := _contradiction(item, answers, context)) is not None
        ]

    def _value_problems(self, item: Field, answers: Answers, context: Context) -> Iterator[Problem]:
        value = answers[item.code]
        if not item.applies.holds(answers, context):
            sentence = msg("按前面的回答，{field}不用填。", field=item.name)
            yield Problem(item.code, Level.REFUSE, sentence)
        elif (contradiction := _contradiction(item, answers, context)) is not None:
            yield Problem(item.code, Level.REFUSE, contradiction)
        elif item.hard is not None and not item.hard.admits(value):
            yield Problem(item.code, Level.REFUSE, outside_limits(item, value))
        elif item.soft is not None and not item.soft.admits(value) and item.doubted.holds(answers, context):
            sentence = msg("{field} {value} 不常见，请确认无误。", field=item.name, value=value)
            yield Problem(item.code, Level.ASK, sentence)
        else:
            for sentence in self._life(answers, context).problems(
                item.name, item.kind, value, may_come=item.may_come
            ):
                yield Problem(item.code, Level.REFUSE, sentence)

    def _life(self, answers: Answers, context: Context) -> Life:
        """Between which days the dates of `answers` may lie; a form that asks the birth date goes by its answer."""
        born = None if context.birth_date is None else context.birth_date.isoformat()
        if "birth_date" in self.fields:
            born = answers.get("birth_date", born)
        tells_of_death = self.after_death.holds(answers, context)
        return Life(context.today, born, None if tells_of_death else context.died_on)

    def keep(self, answers: Answers) -> dict[str, Any]:
        """`answers` as JSON keeps them."""
        return {
            code: self.fields[code].kind.keep(value) for code, value in answers.items() if code in self.fields
        }

    def restore(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The canonical answers that `keep` gave. Codes that this edition no longer has are left out."""
        return {
            code: self.fields[code].kind.restore(value) for code, value in kept.items() if code in self.fields
        }


def _contradiction(item: Field, answers: Answers, context: Context) -> Message | None:
    """The sentence that refuses a value which must follow from the others and does not, or None."""
    if item.computed is None or not item.computed.strict or not item.computed.is_decided(answers):
        return None
    value, due = answers[item.code], item.computed.by(answers, context)
    if value == due:
        return None
    shown = item.kind.show(value)
    if due is None:
        return msg("按各项回答，{field}不该填，您填的是“{value}”，请核对。", field=item.name, value=shown)
    return msg(
        "按各项回答，{field}应是“{due}”，您填的是“{value}”，请核对。",
        field=item.name,
        due=item.kind.show(due),
        value=shown,
    )


def outside_limits(item: Field, value: object) -> Message:
    """The sentence that refuses a number outside the hard limits of `item`."""
    assert item.hard is not None
    low, high = item.hard.low, item.hard.high
    if low is None:
        return msg(
            "{field}请填不超过 {high} 的数，您填的是 {value}。", field=item.name, high=high, value=value
        )
    if high is None:
        return msg("{field}请填不小于 {low} 的数，您填的是 {value}。", field=item.name, low=low, value=value)
    return msg(
        "{field}请填 {low} 到 {high} 之间的数，您填的是 {value}。",
        field=item.name,
        low=low,
        high=high,
        value=value,
    )
