"""Reading the JSON input of a rule: tolerant of the form, strict about the meaning.

Absent and null mean unknown; an absent flag is false. Anything that cannot be read raises a UserError whose one
sentence names the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from app.domain.message import Message, msg
from app.domain.quantities import exact
from app.domain.reasons import EDITION, FieldProblem, Reason
from app.errors import UserError
from app.i18n import tr

Row = TypeVar("Row")

LONGEST_SHOWN = 40
YEARS = (1800, 2200)
_TRUE = frozenset({"true", "yes", "是", "有", "1"})
_FALSE = frozenset({"false", "no", "否", "无", "没有", "0", ""})
_SEXES = {"1": 1, "2": 2, "男": 1, "女": 2, "m": 1, "f": 2, "male": 1, "female": 2}
_SEX_UNKNOWN = frozenset({"0", "9", ""})


class Reader:
    """One JSON object, read key by key."""

    def __init__(self, case: Mapping[str, object]) -> None:
        self.case = case

    def has(self, key: str) -> bool:
        """True when the key is there and not null."""
        return self.case.get(key) is not None

    def value(self, key: str) -> object:
        """The raw value, None when unknown."""
        return self.case.get(key)

    def text(self, key: str) -> str | None:
        """A text; a whole number is taken as its digits."""
        value = self.case.get(key)
        if value is None:
            return None
        if isinstance(value, str):
            return _sound(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise UserError(msg("{key} 应是文字，您给的是 {value}。", key=key, value=_shown(value)))

    def day(self, key: str) -> date | None:
        """A date YYYY-MM-DD; an empty text is unknown."""
        return read_day(key, self.case.get(key))

    def required_day(self, key: str) -> date:
        """A date that must be there."""
        day = self.day(key)
        if day is None:
            raise missing(key)
        return day

    def moment(self, key: str) -> datetime | date | None:
        """A time ISO 8601, or a date when only a date is given."""
        value = self.case.get(key)
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", value):
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                raise _bad_moment(key, value) from None
            _believable(key, moment.date())
            return moment
        return self.day(key)

    def number(self, key: str) -> Decimal | None:
        """A number given as number or as text with a decimal point; an empty text is unknown."""
        return read_number(key, self.case.get(key))

    def whole(self, key: str) -> int | None:
        """A whole number; 3.0 is one, 3.5 is not."""
        return read_whole(key, self.case.get(key))

    def flag(self, key: str) -> bool:
        """A yes or no; unknown is no."""
        return bool(self.flag_or_none(key))

    def flag_or_none(self, key: str) -> bool | None:
        """A yes or no, None when unknown."""
        value = self.case.get(key)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise UserError(msg("{key} 应是 true 或 false，您给的是 {value}。", key=key, value=_shown(value)))

    def sex(self, key: str) -> int | None:
        """1 male or 2 female from 1, 2, 男, 女; 0 and 9 are unknown."""
        value = self.case.get(key)
        if value is None:
            return None
        word = str(value).strip().lower()
        if word in _SEX_UNKNOWN:
            return None
        if word not in _SEXES:
            raise UserError(
                msg("{key} 应是 1（男）或 2（女），您给的是 {value}。", key=key, value=_shown(value))
            )
        return _SEXES[word]

    def names(self, key: str) -> tuple[str, ...]:
        """A list of words; one word alone and an object of ticks {"胸闷": true} are understood too."""
        value = self.case.get(key)
        if value is None:
            return ()
        if isinstance(value, str):
            return (_sound(value),)
        if isinstance(value, Mapping):
            ticks = Reader(value)
            return tuple(_sound(str(name)) for name in value if ticks.flag(str(name)))
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return tuple(_sound(name) for name in value)
        raise UserError(msg("{key} 应是由名称组成的列表，您给的是 {value}。", key=key, value=_shown(value)))

    def codes(self, key: str) -> tuple[int, ...]:
        """A list of option codes; one code alone is understood too, words without a number are left out."""
        value = self.case.get(key)
        if value is None:
            return ()
        entries = value if isinstance(value, list) else [value]
        return tuple(int(str(entry)) for entry in entries if re.fullmatch("[0-9]{1,3}", str(entry)))

    def word(self, key: str, words: Mapping[str, int]) -> int | None:
        """A code given as number or as one of `words`; other numbers come back as they are, to be judged."""
        value = self.case.get(key)
        if isinstance(value, str) and value.strip().lower() in words:
            return words[value.strip().lower()]
        return self.whole(key)

    def rows(self, key: str, read: Callable[[Reader], Row]) -> tuple[Row, ...]:
        """A list of objects, each turned into a value by `read`; the place is named when one cannot be read."""
        value = self.case.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            raise UserError(msg("{key} 应是由 JSON 对象组成的列表。", key=key))
        found = []
        for number, row in enumerate(value, 1):
            try:
                found.append(read(Reader(row)))
            except UserError as error:
                sentence = msg(
                    "{key} 第 {number} 项：{problem}", key=key, number=number, problem=error.message
                )
                raise UserError(sentence) from error
        return tuple(found)

    def days(self, key: str) -> tuple[date, ...]:
        """A list of dates; one date alone is understood too."""
        value = self.case.get(key)
        entries = value if isinstance(value, list) else [value]
        found = (read_day(key, entry) for entry in entries)
        return tuple(day for day in found if day is not None)


def read_day(key: str, value: object) -> date | None:
    """`value` as a date YYYY-MM-DD, None when unknown."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
        try:
            day = date.fromisoformat(value.strip())
        except ValueError:
            raise UserError(
                msg("{key} 的日期 {value} 不存在，请核对。", key=key, value=_shown(value))
            ) from None
        return _believable(key, day)
    raise UserError(msg("{key} 应是 2026-01-31 这样的日期，您给的是 {value}。", key=key, value=_shown(value)))


def read_number(key: str, value: object) -> Decimal | None:
    """`value` as an exact number, None when unknown."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, int | float | str | Decimal) and not isinstance(value, bool):
        try:
            return exact(value)
        except ValueError:
            pass
    raise UserError(msg("{key} 应是数字，您给的是 {value}。", key=key, value=_shown(value)))


def read_whole(key: str, value: object) -> int | None:
    """`value` as a whole number, None when unknown."""
    number = read_number(key, value)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise UserError(msg("{key} 应是整数，您给的是 {value}。", key=key, value=_shown(value)))
    return int(number)


def missing(key: str) -> UserError:
    """The error for a key without which the rule cannot answer at all."""
    return UserError(msg("缺少 {key}，请补上后再试。", key=key))


def refuse_problems(problems: Sequence[FieldProblem]) -> None:
    """Raises the first of `problems`, with its key, where a rule's result has no place for them."""
    if problems:
        raise UserError(msg("{key}：{problem}", key=problems[0].key, problem=problems[0].message))


def iso(day: date | datetime | None) -> str | None:
    """A date or time as text, None when unknown."""
    return None if day is None else day.isoformat()


def number_out(value: Decimal | None) -> float | None:
    """An exact number as a JSON number."""
    return None if value is None else float(value)


def texts(messages: Iterable[Message]) -> list[str]:
    """Sentences in the user's language."""
    return [tr(message) for message in messages]


def reasons_out(reasons: Iterable[Reason], problems: Iterable[FieldProblem] = ()) -> list[dict[str, str]]:
    """Reasons clause by clause; values that were refused come first, under the words 填写检查."""
    refused = [
        {"clause": tr("填写检查"), "key": problem.key, "text": tr(problem.message)} for problem in problems
    ]
    return refused + [{"clause": reason.clause, "text": tr(reason.message)} for reason in reasons]


def result(
    values: Mapping[str, object], *, always: frozenset[str] = frozenset(), edition: str = EDITION
) -> dict[str, object]:
    """`values` without the keys the rule has no opinion on (None), but for those of `always`; with the edition."""
    kept = {key: value for key, value in values.items() if value is not None or key in always}
    return {**kept, "edition": edition}


def _believable(key: str, day: date) -> date:
    """`day` when a living person can have to do with it; sums of later or earlier days would leave the calendar."""
    if YEARS[0] <= day.year <= YEARS[1]:
        return day
    raise UserError(
        msg(
            "{key} 的年份应在 {first} 到 {last} 之间，您给的是 {value}。",
            key=key,
            first=YEARS[0],
            last=YEARS[1],
            value=day.isoformat(),
        )
    )


def _sound(text: str) -> str:
    """`text` without halves of surrogate pairs, which JSON can hold and no output can write."""
    return re.sub("[\ud800-\udfff]", "", text)


def _shown(value: object) -> str:
    """What was given, shortened: a sentence must stay one."""
    text = _sound(str(value))
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _bad_moment(key: str, value: str) -> UserError:
    return UserError(
        msg("{key} 应是 2026-01-31T09:30 这样的时间，您给的是 {value}。", key=key, value=_shown(value))
    )
