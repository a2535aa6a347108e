"""The kinds of answer that a national form knows: how each is read from what was typed, kept, and shown.

A kind turns anything that a keyboard, a spreadsheet or a JSON file may hold into one canonical value, or says in
one sentence why it cannot. Canonical values: str, int, Decimal (as entered, never rounded), date, approximate date
(str "1955", "1955-03" or "1955-03-08"), list[int] for several options, list[dict] for a table. `keep` and `restore`
carry them through JSON. It knows nothing of limits, conditions or screens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain.message import Message, msg

Value = Any
EMPTY: tuple[object, ...] = (None, "", [], {})


class Unreadable(Exception):
    """What was written is not an answer of this kind; `message` says what is expected."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def plain(raw: object) -> str:
    """`raw` as trimmed text with full-width digits and signs made half-width."""
    if isinstance(raw, Mapping):
        return "、".join(f"{key} {plain(value)}" for key, value in raw.items())
    if isinstance(raw, (list, tuple)):
        return "、".join(plain(value) for value in raw)
    return unicodedata.normalize("NFKC", str(raw)).strip()


class Kind:
    """One kind of answer. Subclasses read one non-empty raw value; the Form deals with empty ones."""

    def read(self, raw: object) -> Value:
        """The canonical value of `raw`; raises Unreadable."""
        return raw

    def keep(self, value: Value) -> Value:
        """`value` as JSON keeps it."""
        return value

    def restore(self, kept: Value) -> Value:
        """The canonical value of what `keep` gave."""
        return kept

    def show(self, value: Value) -> str:
        """`value` as a person reads it."""
        return str(value)


@dataclass(frozen=True)
class Text(Kind):
    """Free text of at most `longest` characters (code points)."""

    longest: int

    def read(self, raw: object) -> str:
        text = str(raw).strip()
        if len(text) > self.longest:
            raise Unreadable(
                msg("最多写 {longest} 个字，您写了 {written} 个字。", longest=self.longest, written=len(text))
            )
        return text


@dataclass(frozen=True)
class Sign(Text):
    """The name of who signs; on paper the line stays empty for the handwritten signature."""

    longest: int = 50


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number."""

    def read(self, raw: object) -> int:
        text = plain(raw)
        if isinstance(raw, float) and raw.is_integer():
            return int(raw)
        if isinstance(raw, bool) or not re.fullmatch(r"-?\d{1,9}", text):
            raise Unreadable(msg("请填整数，您填的是“{written}”。", written=text[:20]))
        return int(text)


@dataclass(frozen=True)
class Number(Kind):
    """A decimal number with at most `places` digits after the point, kept as entered."""

    places: int

    def read(self, raw: object) -> Decimal:
        text = plain(raw)
        if isinstance(raw, bool) or not re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", text):
            raise Unreadable(msg("请填数字，您填的是“{written}”。", written=text[:20]))
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise Unreadable(msg("请填数字，您填的是“{written}”。", written=text[:20])) from error
        if -number.normalize().as_tuple().exponent > self.places:  # type: ignore[operator]
            raise Unreadable(
                msg("小数点后最多 {places} 位，您填的是“{written}”。", places=self.places, written=text)
            )
        return number

    def keep(self, value: Decimal) -> str:
        return str(value)

    def restore(self, kept: object) -> Decimal:
        return Decimal(str(kept))


DATE_SHAPE = re.compile(r"(\d{4})(?:[-/.年]?(\d{1,2})(?:[-/.月]?(\d{1,2})日?|月)?|年)?")


def read_approximate_date(raw: object) -> str:
    """`raw` as "YYYY", "YYYY-MM" or "YYYY-MM-DD"; raises Unreadable for a date that does not exist."""
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    text = plain(raw).replace(" ", "")
    text = re.sub(r"T00:00:00$|00:00:00$", "", text)
    compact = re.fullmatch(r"(\d{4})(\d{2})?(\d{2})?", text)
    match = compact or DATE_SHAPE.fullmatch(text)
    unreadable = Unreadable(msg("请按 2026-11-22 这样写日期，您填的是“{written}”。", written=text[:20]))
    if match is None:
        raise unreadable
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        date(year or 0, 1 if month is None else month, 1 if day is None else day)
    except ValueError as error:
        raise Unreadable(msg("没有“{written}”这一天，请核对。", written=text[:20])) from error
    if day is not None:
        return f"{year:04d}-{month:02d}-{day:02d}"
    return f"{year:04d}-{month:02d}" if month is not None else f"{year:04d}"


@dataclass(frozen=True)
class Date(Kind):
    """A full date."""

    def read(self, raw: object) -> date:
        text = read_approximate_date(raw)
        if len(text) != 10:
            raise Unreadable(
                msg("请写完整的年、月、日，例如 2026-11-22，您填的是“{written}”。", written=str(raw)[:20])
            )
        return date.fromisoformat(text)

    def keep(self, value: date) -> str:
        return value.isoformat()

    def restore(self, kept: str) -> date:
        return date.fromisoformat(kept)

    def show(self, value: date) -> str:
        return value.isoformat()


@dataclass(frozen=True)
class ApproximateDate(Kind):
    """A date of which the day, or the month and the day, may be unknown: "1955", "1955-03", "1955-03-08"."""

    finest: str = "day"

    def read(self, raw: object) -> str:
        text = read_approximate_date(raw)
        return text[:7] if self.finest == "month" else text


def certainly_before(one: str, other: str) -> bool:
    """Whether one approximate date lies before another, as far as both are known: "1955" is not before "1955-03"."""
    known = min(len(one), len(other))
    return one[:known] < other[:known]


def first_day(approximate: str) -> date:
    """The earliest day that an approximate date can mean."""
    return date.fromisoformat((approximate + "-01-01")[:10])


@dataclass(frozen=True)
class Option:
    """One printed answer with its official number. `note` opens a free-text line (其他__); `help` says when it is meant."""

    code: int
    label: str
    note: bool = False
    excludes_others: bool = False
    help: str = ""


def options(
    *labels: str, first: int = 1, note: Sequence[int] = (), sole: Sequence[int] = ()
) -> tuple[Option, ...]:
    """Options numbered from `first` in printed order; `note` and `sole` name the codes that open a line or stand alone."""
    return tuple(
        Option(code, label, code in note, code in sole) for code, label in enumerate(labels, start=first)
    )


def read_option(raw: object, choices: tuple[Option, ...]) -> int:
    """The code of the option meant by its number or by its exact label; raises Unreadable."""
    text = plain(raw)
    for option in choices:
        if text in (str(option.code), f"{option.code:02d}", plain(option.label)):
            return option.code
    numbers = "、".join(str(option.code) for option in choices)
    raise Unreadable(msg("请填选项 {numbers}，您填的是“{written}”。", numbers=numbers, written=text[:20]))


@dataclass(frozen=True)
class Choice(Kind):
    """Exactly one option; its official number is kept."""

    options: tuple[Option, ...]

    def read(self, raw: object) -> int:
        return read_option(raw, self.options)

    def show(self, value: int) -> str:
        return next((option.label for option in self.options if option.code == value), str(value))


@dataclass(frozen=True)
class Choices(Kind):
    """Several options; the paper has `boxes` boxes. Kept as a list of official numbers in the order given."""

    options: tuple[Option, ...]
    boxes: int

    def read(self, raw: object) -> list[int]:
        parts = list(raw) if isinstance(raw, (list, tuple, set)) else re.split(r"[、,，;；/\s]+", plain(raw))
        codes = list(dict.fromkeys(read_option(part, self.options) for part in parts if part not in EMPTY))
        sole = [option for option in self.options if option.excludes_others and option.code in codes]
        if sole and len(codes) > 1:
            raise Unreadable(msg("选了“{option}”就不能再选别的。", option=sole[0].label))
        if len(codes) > self.boxes:
            raise Unreadable(
                msg("最多选 {boxes} 项，您选了 {chosen} 项。", boxes=self.boxes, chosen=len(codes))
            )
        return codes

    def show(self, value: Sequence[int]) -> str:
        labels = {option.code: option.label for option in self.options}
        return "、".join(labels.get(code, str(code)) for code in value)


@dataclass(frozen=True)
class Column:
    """One column of a table: its code, its label, the kind of its cells, and other words for its code.

    `words` is how a cell reads where the row stands in one line, such as 每日{}次.
    """

    code: str
    label: str
    kind: Kind
    required: bool = False
    aliases: tuple[str, ...] = ()
    words: str = "{}"

    def goes_by(self, name: str) -> bool:
        """Whether `name` means this column: its code, its label or another word for it."""
        return name in (self.code, self.label, *self.aliases)


@dataclass(frozen=True)
class Table(Kind):
    """At most `rows` rows of the same columns; a row is a dict without its empty cells.

    A row may also be a list of its cells, or its first cell alone. `unfold` turns cells that are written together into
    those of the columns.
    """

    columns: tuple[Column, ...]
    rows: int
    unfold: Callable[[Mapping[str, object]], Mapping[str, object]] | None = None

    def read(self, raw: object) -> list[dict[str, Value]]:
        if not isinstance(raw, (list, tuple)):
            raise Unreadable(
                msg("这里要填若干行，每行包括：{columns}。", columns="、".join(c.label for c in self.columns))
            )
        rows = [row for row in (self._read_row(entry) for entry in raw) if row]
        if len(rows) > self.rows:
            raise Unreadable(msg("最多 {rows} 行，您填了 {written} 行。", rows=self.rows, written=len(rows)))
        return rows

    def _read_row(self, entry: object) -> dict[str, Value]:
        cells = self._cells(entry)
        unknown = set(cells) - {column.code for column in self.columns}
        if unknown:
            raise Unreadable(
                msg(
                    "表里没有“{column}”这一栏，每行包括：{columns}。",
                    column=sorted(map(str, unknown))[0],
                    columns="、".join(column.label for column in self.columns),
                )
            )
        row = {
            column.code: column.kind.read(cells[column.code])
            for column in self.columns
            if cells.get(column.code) not in EMPTY
        }
        for column in self.columns:
            if row and column.required and column.code not in row:
                raise Unreadable(msg("这一行还缺“{column}”。", column=column.label))
        return row

    def _cells(self, entry: object) -> Mapping[str, object]:
        """The cells of one row by the codes of their columns; names that mean no column stay as they are."""
        if isinstance(entry, (list, tuple)):
            if len(entry) > len(self.columns):
                raise Unreadable(
                    msg("每行包括：{columns}。", columns="、".join(column.label for column in self.columns))
                )
            return {column.code: cell for column, cell in zip(self.columns, entry, strict=False)}
        if not isinstance(entry, Mapping):
            return {self.columns[0].code: entry}
        cells = entry if self.unfold is None else self.unfold(entry)
        codes = {
            name: next((column.code for column in self.columns if column.goes_by(str(name))), str(name))
            for name in cells
        }
        return {codes[name]: cell for name, cell in cells.items()}

    def keep(self, value: Sequence[Mapping[str, Value]]) -> list[dict[str, Value]]:
        return [{c.code: c.kind.keep(row[c.code]) for c in self.columns if c.code in row} for row in value]

    def restore(self, kept: Sequence[Mapping[str, Value]]) -> list[dict[str, Value]]:
        return [{c.code: c.kind.restore(row[c.code]) for c in self.columns if c.code in row} for row in kept]

    def show(self, value: Sequence[Mapping[str, Value]]) -> str:
        return "；".join(
            " ".join(c.words.format(c.kind.show(row[c.code])) for c in self.columns if c.code in row)
            for row in value
        )
