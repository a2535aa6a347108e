"""National forms without a database: what a form asks for, and reading answers from a JSON file for printing.

An answers file is one object with the form's answers by their codes, beside them `name` and `record_no` of the person.
A follow-up sheet takes several visits: `{"name": …, "record_no": …, "visits": [{…}, {…}]}`, or a plain list of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.message import Message, msg
from app.domain.record_number import parse_record_number
from app.errors import UserError
from app.forms.editions import editions, of_edition
from app.forms.judging import judged
from app.forms.kinds import (
    ApproximateDate,
    Choice,
    Choices,
    Date,
    Kind,
    Number,
    Table,
    Unreadable,
    Whole,
    first_day,
    plain,
)
from app.forms.vocabulary import ALWAYS, NEVER, Context, Field, Form, Level, Problem
from app.services.problems import Refused

PERSON_KEYS = (
    "name",
    "record_no",
    "birth_date",
    "sex",
    "height_cm",
    "diagnosed_on",
    "diseases",
    "adl_total",
    "died_on",
)
"""What an answers file may say of the person, beside the answers; some forms ask the same as an answer."""


@dataclass(frozen=True)
class AnswersFile:
    """What an answers file says: the person, the visits (one for a form filled once), what lacks and what is unusual."""

    name: str
    record_no: str
    visits: tuple[dict[str, Any], ...]
    missing: tuple[Problem, ...]
    doubted: tuple[Problem, ...] = ()


def read_answers(code: str, content: object, today: date, *, edition: str = "") -> AnswersFile:
    """Check and complete the answers in `content` (parsed JSON) by the same rules as the window.

    They are answers of `edition`, "" for the edition in force.

    Raises Refused with every impossible answer (an unknown option, 无 with another, a date outside life …), UserError
    when the file has another shape or there is no such edition. Answers still missing and unusual ones are told, not
    refused: a sheet that lacks some prints as a draft.
    """
    declared = of_edition(code, edition)
    person, visits = _parts(declared, content)
    context = _context(person, today)
    refused: list[Problem] = []
    missing: list[Problem] = []
    doubted: list[Problem] = []
    answers = []
    for raw in visits:
        reading = judged(declared, raw, context)
        refused.extend(problem for problem in reading.problems if problem.level is Level.REFUSE)
        missing.extend(problem for problem in reading.problems if problem.level is Level.MISSING)
        doubted.extend(problem for problem in reading.problems if problem.level is Level.ASK)
        answers.append(reading.answers)
    if refused:
        raise Refused(refused)
    first = answers[0] if answers else {}
    name = str(person.get("name") or first.get("name") or "")
    record_no = person.get("record_no") or first.get("record_no")
    return AnswersFile(name, _record_number(record_no), tuple(answers), tuple(missing), tuple(doubted))


def _record_number(raw: object) -> str:
    """The record number to print: 17 digits, or the last 8 of them. Raises UserError for anything else."""
    written = "" if raw is None else plain(raw)
    if not written or re.fullmatch(r"\d{3}-?\d{5}", written):
        return written
    parsed = parse_record_number(written)
    if not parsed.valid:
        raise UserError(parsed.reason or msg("档案编号不对，请核对。"))
    return parsed.normalized


def _parts(declared: Form, content: object) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    person: Mapping[str, Any] = {}
    visits: Sequence[Any]
    if isinstance(content, Mapping):
        person = {key: value for key, value in content.items() if key in PERSON_KEYS}
        nested = content.get("person")
        if isinstance(nested, Mapping):
            person = {**person, **nested}
        inner = content.get("visits", content.get("answers"))
        if inner is None:
            own = {key: value for key, value in content.items() if key != "person"}
            inner = {
                key: value for key, value in own.items() if key in declared.fields or key not in PERSON_KEYS
            }
        visits = inner if isinstance(inner, list) else [inner]
    else:
        visits = content if isinstance(content, list) else [content]
    if not all(isinstance(visit, Mapping) for visit in visits):
        raise UserError(
            msg("答案文件的内容应是“项目代码: 答案”，没有打印。各表的项目代码请看 cunyi form list --json。")
        )
    return person, list(visits)


def _context(person: Mapping[str, Any], today: date) -> Context:
    return Context(
        today=today,
        birth_date=_day(person.get("birth_date")),
        sex=person.get("sex") if isinstance(person.get("sex"), int) else None,
        height_cm=_height(person.get("height_cm")),
        diagnosed_on=_day(person.get("diagnosed_on")),
        diseases=_diseases(person.get("diseases")),
        adl_total=_adl_total(person.get("adl_total")),
        died_on=_day(person.get("died_on")),
    )


def _day(raw: object) -> date | None:
    try:
        return None if raw in (None, "") else first_day(ApproximateDate().read(raw))
    except Unreadable as error:
        raise UserError(error.message) from error


def _diseases(raw: object) -> frozenset[str]:
    """Codes of diseases, in a list or parted by commas."""
    codes = re.split(r"[、,，\s]+", plain(raw)) if raw not in (None, "") else []
    return frozenset(code for code in codes if code)


def _adl_total(raw: object) -> int | None:
    try:
        total = None if raw in (None, "") else Whole().read(raw)
    except Unreadable as error:
        raise UserError(error.message) from error
    if total is not None and total < 0:
        raise UserError(msg("生活自理能力评估总分不会小于 0，请核对。"))
    return total


def _height(raw: object) -> Decimal | None:
    try:
        return None if raw in (None, "") else Number(1).read(raw)
    except Unreadable as error:
        raise UserError(error.message) from error


def describe(declared: Form) -> dict[str, Any]:
    """The whole declaration as JSON: sections with their fields, kinds, units, options, ranges and conditions.

    `editions` are all that the program can read and print, the one in force last.
    """
    return {
        "code": declared.code,
        "title": declared.title,
        "edition": declared.edition,
        "editions": list(editions(declared.code)),
        "visits_per_sheet": declared.visits_per_sheet,
        "sections": [
            {
                "code": section.code,
                "title": section.title,
                "fields": [_describe_field(answer) for item in section.fields for answer in item.answers()],
            }
            for section in declared.sections
        ],
    }


def _describe_field(item: Field) -> dict[str, Any]:
    described: dict[str, Any] = {
        "code": item.code,
        "label": item.label,
        "name": item.name,
        **_describe_kind(item.kind),
    }
    if item.unit:
        described["unit"] = item.unit
    described["required"] = (
        "always" if item.required is ALWAYS else "never" if item.required is NEVER else "sometimes"
    )
    for name, bounds in (("hard", item.hard), ("soft", item.soft)):
        if bounds is not None:
            described[name] = [None if end is None else str(end) for end in (bounds.low, bounds.high)]
    if item.computed is not None:
        described["computed_from"] = list(item.computed.needs)
    if item.starred:
        described["starred"] = True
    return described


def _describe_kind(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, (Choice, Choices)):
        described: dict[str, Any] = {
            "type": "code" if isinstance(kind, Choice) else f"multi({kind.boxes})",
            "options": [
                {"code": option.code, "label": option.label, **({"note": True} if option.note else {})}
                for option in kind.options
            ],
        }
        return described
    if isinstance(kind, Table):
        columns = [
            {"code": each.code, "label": each.label, **_describe_kind(each.kind)} for each in kind.columns
        ]
        return {"type": f"table({kind.rows})", "columns": columns}
    if isinstance(kind, Number):
        return {"type": f"dec({kind.places})"}
    names = {Whole: "int", Date: "date"}
    if isinstance(kind, ApproximateDate):
        return {"type": "ym" if kind.finest == "month" else "approximate date"}
    longest = getattr(kind, "longest", None)
    return {"type": names.get(type(kind), "text" if longest is None else f"text({longest})")}


def missing_sentence(problems: Sequence[Problem]) -> Message:
    """One sentence about the answers still missing."""
    return msg(
        "还有 {count} 项没有填，已作为草稿打印。第一项：{first}",
        count=len(problems),
        first=problems[0].message,
    )
