"""Every answer that cannot be, made from the declarations: for each form, each field, each way to be wrong.

    from tests.samples.bad_answers import refused, doubted, accepted
    for case in refused("health_exam"): case.answers()

A case is the filled sample of the form with one answer changed (and what that answer needs to be asked at all).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.forms.kinds import (
    ApproximateDate,
    Choice,
    Choices,
    Column,
    Date,
    Kind,
    Number,
    Sign,
    Table,
    Text,
    Whole,
)
from app.forms.registry import form
from app.forms.vocabulary import Context, Field
from tests.samples.form_answers import FILLED

TODAY, BORN = date(2026, 11, 22), date(1955, 3, 8)
CONTEXT = Context(today=TODAY, birth_date=BORN, sex=2, height_cm=Decimal("156.5"))
NO_OPTION, NO_DAY, AHEAD, DAY_BEFORE_BIRTH = 97, "2026-02-30", "2099-01-01", "1955-03-07"

WITHOUT_WEIGHT = {"weight": None}
CLOSED = {"stop_date": "2026-11-20", "stop_reason": 1, "visits_due": 6, "visits_done": 6, "assessor": "王明"}
OXYGEN = {"home_oxygen": 2, "home_oxygen_flow": 2, "home_oxygen_hours": 15, "home_oxygen_reaction": 1}
ACTS = [[number, 1] for number in range(1, 7)]
NEEDED: dict[str, dict[str, dict[str, Any]]] = {
    "personal_info": {
        name: {name.removesuffix("_items"): 2}
        for name in ("surgery_items", "trauma_items", "transfusion_items")
    },
    "health_exam": {"bmi": WITHOUT_WEIGHT},
    "htn_followup": {"bmi": WITHOUT_WEIGHT},
    "dm_followup": {"hba1c_date": {"hba1c": "6.4"}, "bmi": WITHOUT_WEIGHT},
    "smi_info": {f"dangerous_acts_times_{number}": {"dangerous_acts": ACTS} for number in range(1, 7)},
    "smi_followup": {f"dangerous_acts_times_{number}": {"dangerous_acts": ACTS} for number in range(1, 7)},
    "tb_followup": {"dose_rate": CLOSED},
    "copd_followup": {
        "home_oxygen_flow": OXYGEN,
        "home_oxygen_hours": OXYGEN,
        "niv_hours": {"niv": 2, "niv_reaction": 1},
        "bmi": WITHOUT_WEIGHT,
    },
}
"""What else is answered so that an answer is asked for: by form and answer."""


@dataclass(frozen=True)
class Case:
    """One changed answer `code` of `form`; `words` are in the sentence about it."""

    form: str
    code: str
    why: str
    value: Any
    words: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.form} {self.code} {self.why}"

    def answers(self) -> dict[str, Any]:
        """The answers as typed."""
        needed = NEEDED.get(self.form, {}).get(self.code, {})
        given = {**FILLED[self.form], **needed, **self.more}
        given = {key: value for key, value in given.items() if value is not None}
        if isinstance(given.get("dangerous_acts"), list) and self.code.startswith("dangerous_acts_times_"):
            number = int(self.code.removeprefix("dangerous_acts_times_"))
            others = [pair for pair in given["dangerous_acts"] if pair[0] != number]
            return {**given, "dangerous_acts": [*others, [number, self.value]]}
        halves = given.get(self.code.removesuffix("_target"))
        if self.code.endswith("_target") and isinstance(halves, list):
            return {**given, self.code.removesuffix("_target"): [halves[0], self.value]}
        if isinstance(halves, list) and self.code + "_target" in form(self.form).fields:
            return {**given, self.code: [self.value, halves[1]]}
        apart = self.code.rpartition("_")[0]
        if apart in form(self.form).joined and isinstance(given.get(apart), list):
            del given[apart]
        return {**given, self.code: self.value}


def refused(form_code: str) -> Iterator[Case]:
    """Every way in which an answer of the form can be impossible by itself."""
    for item in form(form_code).fields.values():
        for why, value, words in _impossible(form_code, item):
            yield Case(form_code, item.code, why, value, words)


def doubted(form_code: str) -> Iterator[Case]:
    """Just outside the usual range of every number that has one."""
    for item in _numbers(form_code):
        for side, _edge, beyond in _edges(item, item.soft):
            if item.hard is None or item.hard.admits(beyond):
                yield Case(form_code, item.code, f"usual {side}", str(beyond), "不常见，请确认无误")


def accepted(form_code: str) -> Iterator[Case]:
    """The ends of every range of numbers and the longest texts: neither refused nor, for the usual range, asked about."""
    for item in form(form_code).fields.values():
        if type(item.kind) in (Text, Sign):
            yield Case(form_code, item.code, "longest", "长" * item.kind.longest)
    for item in _numbers(form_code):
        for bounds, name in ((item.hard, "hard"), (item.soft, "usual")):
            for side, edge, _beyond in _edges(item, bounds):
                yield Case(form_code, item.code, f"{name} {side}", str(edge))


def _numbers(form_code: str) -> Iterator[Field]:
    for item in form(form_code).fields.values():
        if isinstance(item.kind, (Whole, Number)) and not _follows(form_code, item):
            yield item


def _follows(form_code: str, item: Field) -> bool:
    """Whether the answer is strictly what follows from those of the sample, so that no other value is possible."""
    computed = item.computed
    given = form(form_code).read(FILLED[form_code]).answers
    return computed is not None and computed.strict and computed.is_decided(given)


def _edges(item: Field, bounds: Any) -> Iterator[tuple[str, Decimal, Decimal]]:
    if bounds is None:
        return
    step = Decimal(1).scaleb(-item.kind.places) if isinstance(item.kind, Number) else Decimal(1)
    if bounds.low is not None:
        yield "low", bounds.low, bounds.low - step
    if bounds.high is not None:
        yield "high", bounds.high, bounds.high + step


Wrong = Iterator[tuple[str, Any, str]]


def _impossible(form_code: str, item: Field) -> Wrong:
    if _follows(form_code, item):
        yield "not what follows", _other_than_due(form_code, item), "按各项回答"
        return
    if isinstance(item.kind, (Whole, Number)):
        for side, _edge, beyond in _edges(item, item.hard):
            yield f"beyond hard {side}", str(beyond), "请填"
    if isinstance(item.kind, Table):
        yield from _impossible_rows(item.kind, item)
        return
    yield from _impossible_value(item.kind, item.code != "birth_date", may_come=item.may_come)


def _other_than_due(form_code: str, item: Field) -> Any:
    declared = form(form_code)
    due = declared.complete(declared.read(FILLED[form_code]).answers, CONTEXT).get(item.code)
    if isinstance(item.kind, Choice):
        return next(option.code for option in item.kind.options if option.code != due)
    return due + 1


def _impossible_value(kind: Kind, is_after_birth: bool = True, *, may_come: bool = False) -> Wrong:
    if isinstance(kind, Choice):
        yield "unknown option", NO_OPTION, f"请填选项 {'、'.join(str(each.code) for each in kind.options)}，"
    elif isinstance(kind, Choices):
        yield from _impossible_choices(kind)
    elif isinstance(kind, Text):
        yield (
            "too long",
            "长" * (kind.longest + 1),
            "最多写" if type(kind).__name__ != "ToothPositions" else "牙位请填",
        )
    elif isinstance(kind, (Whole, Number)):
        yield "no number", "很多", "请填整数" if isinstance(kind, Whole) else "请填数字"
    elif isinstance(kind, (Date, ApproximateDate)):
        yield "no such day", NO_DAY, f"没有“{NO_DAY}”这一天"
        if not may_come:
            yield "to come", AHEAD, "还没有到"
        if is_after_birth:
            yield "before birth", DAY_BEFORE_BIRTH, "早于"


def _impossible_choices(kind: Choices) -> Wrong:
    numbers = [option.code for option in kind.options if not option.excludes_others]
    yield "unknown option", [NO_OPTION], "请填选项"
    for option in kind.options:
        if option.excludes_others:
            yield f"sole {option.code}", [numbers[0], option.code], f"选了“{option.label}”就不能再选别的"
    if len(numbers) > kind.boxes:
        yield "more than boxes", numbers[: kind.boxes + 1], f"最多选 {kind.boxes} 项"


def _impossible_rows(kind: Table, item: Field) -> Wrong:
    row = {column.code: _possible(column) for column in kind.columns if column.required} or {
        kind.columns[0].code: _possible(kind.columns[0])
    }
    yield "too many rows", [row] * (kind.rows + 1), f"最多 {kind.rows} 行"
    for column in kind.columns:
        for why, value, words in _impossible_value(column.kind):
            if value == DAY_BEFORE_BIRTH and getattr(column.kind, "finest", "") == "month":
                value = "1955-02"
            yield f"{column.code} {why}", [{**row, column.code: value}], words


def _possible(column: Column) -> Any:
    """A value that a cell may hold."""
    if isinstance(column.kind, Choice):
        return column.kind.options[1].code
    return "2026-11-01" if isinstance(column.kind, (Date, ApproximateDate)) else "1"
