"""What the blocks of 健康体检表 share: for whom an item is asked, and items of one pattern (form list §3)."""

from __future__ import annotations

from collections.abc import Sequence

from app.forms.kinds import Choice, Choices, Number, Text, options
from app.forms.vocabulary import ALWAYS, Answers, Context, Field, Limits, When

ELDERLY_FROM = 65
ADULT_FROM = 18
DIABETES = "dm"
MALE = 1


def age(answers: Answers, context: Context) -> int | None:
    """Completed years on the day of the examination, or None without a birth date."""
    return context.age_on(answers.get("exam_date", context.today))


def _may_be_elderly(answers: Answers, context: Context) -> bool:
    years = age(answers, context)
    return years is None or years >= ELDERLY_FROM


def _is_elderly(answers: Answers, context: Context) -> bool:
    years = age(answers, context)
    return years is not None and years >= ELDERLY_FROM


ELDERLY_ONLY = When(("exam_date",), _may_be_elderly)
"""65 or older; without a birth date the doctor decides."""

IF_ELDERLY = When(("exam_date",), _is_elderly)
"""Known to be 65 or older: what the yearly examination of the elderly must contain (rules of elderly care)."""

IF_ADULT = When(
    ("exam_date",), lambda answers, context: (years := age(answers, context)) is None or years >= ADULT_FROM
)
"""18 or older, or of unknown age: for whom the usual sizes of the body hold."""

IF_DIABETIC = When((), lambda _answers, context: DIABETES in context.diseases)
WOMEN_ONLY = When((), lambda _answers, context: context.sex != MALE)
WHEN_EXAMINED = When((), lambda _answers, _context: False)
"""Never missed; but an option that opens a line asks for it, as it would not with NEVER."""

NO_OR_YES = options("无", "有", note=(2,))
NORMAL_OR_NOT = options("正常", "异常", note=(2,))


def one_of(
    code: str,
    label: str,
    *labels: str,
    prompt: str = "",
    note: Sequence[int] = (),
    required: When = ALWAYS,
    applies: When = ALWAYS,
    starred: bool = False,
    normal: int | None = None,
) -> Field:
    """A finding of this examination with one answer; `normal` is the one that nothing was found."""
    return Field(
        code=code,
        label=label,
        prompt=prompt,
        kind=Choice(options(*labels, note=note)),
        required=required,
        applies=applies,
        starred=starred,
        carries=False,
        normal=normal,
    )


def some_of(
    code: str,
    label: str,
    *labels: str,
    boxes: int,
    note: Sequence[int] = (),
    sole: Sequence[int] = (),
    required: When = ALWAYS,
    starred: bool = False,
    carries: bool = False,
) -> Field:
    """An item with several answers in `boxes` boxes."""
    return Field(
        code=code,
        label=label,
        kind=Choices(options(*labels, note=note, sole=sole), boxes),
        required=required,
        starred=starred,
        carries=carries,
        normal=tuple(sole) or None,
    )


def no_or_yes(code: str, label: str, *, prompt: str = "") -> Field:
    """1 无 2 有__."""
    return Field(code=code, label=label, prompt=prompt, kind=Choice(NO_OR_YES), carries=False, normal=1)


def normal_or_not(
    code: str,
    label: str,
    *,
    prompt: str = "",
    required: When = ALWAYS,
    applies: When = ALWAYS,
    starred: bool = False,
) -> Field:
    """1 正常 2 异常__."""
    return Field(
        code=code,
        label=label,
        prompt=prompt,
        kind=Choice(NORMAL_OR_NOT),
        required=required,
        applies=applies,
        starred=starred,
        carries=False,
        normal=1,
    )


def measured(
    code: str,
    label: str,
    unit: str,
    places: int,
    hard: Limits,
    soft: Limits | None = None,
    *,
    prompt: str = "",
    required: When = ALWAYS,
    starred: bool = False,
    doubted: When = ALWAYS,
) -> Field:
    """A decimal number measured on this day; outside `soft` it is asked about where `doubted` holds."""
    return Field(
        code=code,
        label=label,
        prompt=prompt,
        kind=Number(places),
        unit=unit,
        required=required,
        hard=hard,
        soft=soft,
        doubted=doubted,
        starred=starred,
        carries=False,
    )


def words(
    code: str,
    label: str,
    longest: int = 100,
    *,
    prompt: str = "",
    required: When = WHEN_EXAMINED,
    starred: bool = False,
) -> Field:
    """Free text about this examination."""
    return Field(
        code=code,
        label=label,
        prompt=prompt,
        kind=Text(longest),
        required=required,
        starred=starred,
        carries=False,
    )
