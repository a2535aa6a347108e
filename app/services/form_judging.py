"""What the form and the rules say to answers while they are written: pure and quick, no database.

To what the declaration of the form says (app.forms.judging, the same for window, command line and import) comes what
only the record knows: that the resident had left by then, that there is such a form of that day already, and the
reasons that the doctor owes where the rules propose otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from app.domain.message import Message, msg
from app.forms.judging import in_printed_order, judged, to_the_point
from app.forms.vocabulary import Form, Level, Problem
from app.services.follow_up_views import VisitPerson
from app.services.form_proposals import problems as reasons_owed
from app.services.form_proposals import proposals
from app.services.form_views import Judged, OpenForm

LEFT = frozenset({"dead", "moved", "cancelled"})
"""States in which nothing more is done for a resident. Who is lost (失访) may be met again."""


def judge(open_form: OpenForm, raw: Mapping[str, object]) -> Judged:
    """Answers as typed, read and completed, with everything that stands against them and what the rules propose."""
    answers, problems = examine(open_form, raw)
    said = proposals(open_form.form.code, answers, open_form.context, open_form.history)
    return Judged(answers, problems, said)


def examine(open_form: OpenForm, raw: Mapping[str, object]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """`judge` without the proposals: all that saving needs."""
    reading = judged(open_form.form, raw, open_form.context)
    answers = with_height(open_form, reading.answers)
    owed = reasons_owed(open_form.form.code, answers, open_form.context, open_form.history)
    found = to_the_point([*reading.problems, *owed, *_day_problems(open_form, answers)])
    return answers, tuple(in_printed_order(open_form.form, found))


def day_of(declared: Form, answers: Mapping[str, Any], otherwise: date) -> date:
    """The day of a form by its answers; `otherwise` when it has none."""
    day = answers.get(declared.date_code)
    return day if isinstance(day, date) else otherwise


def place_of_date(declared: Form) -> str:
    """The answer beside which a sentence about the day of the form stands."""
    return declared.date_code or next(iter(declared.fields))


def with_height(open_form: OpenForm, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with the height that the BMI was computed from, so that a later correction gives the same BMI."""
    filled = dict(answers)
    height = open_form.context.height_cm
    if "bmi" in filled and "weight" in filled and height is not None and "height" in open_form.form.fields:
        filled.setdefault("height", height)
    return filled


def _day_problems(open_form: OpenForm, answers: Mapping[str, Any]) -> Iterator[Problem]:
    declared, person = open_form.form, open_form.person
    recorded = open_form.recorded
    unwritten = open_form.context.today if recorded is None else recorded.entry_date
    day, place = day_of(declared, answers, unwritten), place_of_date(declared)
    if _had_left(open_form, answers, day):
        yield Problem(place, Level.REFUSE, _left(person, day))
    elif day in open_form.days:
        sentence = msg("{date} 已经有一张“{form}”，请确认不是重复填写。", date=day, form=declared.title)
        yield Problem(place, Level.ASK, sentence)


def _had_left(open_form: OpenForm, answers: Mapping[str, Any], day: date) -> bool:
    """Whether the resident was no longer here on `day`; of a death the dated form says so itself."""
    declared, person = open_form.form, open_form.person
    if person.state not in LEFT or person.state_on is None or day <= person.state_on:
        return False
    is_said = person.state == "dead" and declared.date_code in answers
    return not is_said and not declared.after_death.holds(answers, open_form.context)


def _left(person: VisitPerson, day: date) -> Message:
    who = {"name": person.name, "left": person.state_on, "date": day}
    if person.state == "dead":
        return msg("{name}已于 {left} 去世，{date} 不能再填写这张表，请核对日期。", **who)
    if person.state == "moved":
        return msg("{name}已于 {left} 迁出，{date} 不能再填写这张表，请核对日期。", **who)
    return msg("{name}的档案已于 {left} 注销，{date} 不能再填写这张表，请核对日期。", **who)
