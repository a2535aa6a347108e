"""Lists that are printed and saved as XLSX from the same rows: one declaration, two outputs.

Numbers and dates stay numbers and dates in the file; what is unknown is a dash in both, never 0 and never empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from app.domain.quantities import half_up
from app.i18n import tr
from app.interchange.xlsx_files import Look, write_xlsx
from app.printing.lists import TableColumn, TableContent

UNKNOWN = "—"
Value = str | int | Decimal | Fraction | date | datetime | None
"""None is unknown; "" is nothing to say."""


FRACTION_PLACES = 2
ROW_MM = 6.4
"""The height of a row: forty lines of one line each stand on two pages."""
WIDEST_IN_FILE, NARROWEST_IN_FILE = 60, 6
"""Widths of the columns of a file, in characters."""


@dataclass(frozen=True)
class ListColumn:
    """A column. `mm` its width on paper, 0 shares what is left; `only_file` columns are not printed.

    `carry` says what a page that ends hands on to the next: "sum" of the column so far, "last" its last value.
    """

    title: str
    mm: float = 0
    align: str = "left"
    only_file: bool = False
    carry: str = ""


@dataclass(frozen=True)
class ListSheet:
    """A list, decided in words and values. `totals` one more row; head, remarks and signatures only on paper.

    `is_of_party`: the title begins with the name of another than the desk that makes the sheet.
    """

    title: str
    columns: tuple[ListColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    head: tuple[tuple[str, str], ...] = ()
    totals: tuple[Value, ...] = ()
    remarks: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    foot_left: str = ""
    paper: str = "A4-landscape"
    is_of_party: bool = False
    row_mm: float = ROW_MM

    def issued_by(self, place: str) -> ListSheet:
        """The same with the name of the desk that makes it: in the title, or in the head where another is the title's."""
        if not place or place in self.title:
            return self
        if self.is_of_party:
            if any(place == value for _label, value in self.head):
                return self
            return replace(self, head=(*self.head, (tr("填制单位"), place)))
        return replace(self, title=tr("{place} {title}", place=place, title=self.title))

    def as_table(self) -> TableContent:
        """What is printed: the figures of a column with as many decimals each, so that they stand point below point."""
        printed = [place for place, column in enumerate(self.columns) if not column.only_file]
        sums = running_sums(self.columns, self.rows) if self.totals else ()
        everything = [*self.rows, *sums, *([self.totals] if self.totals else [])]
        words = list(zip(*(_column_words(self.columns[place], [row[place] for row in everything]) for place in printed),
                         strict=True))  # fmt: skip
        count = len(self.rows)
        return TableContent(
            title=self.title,
            columns=tuple(
                TableColumn(column.title, column.mm, self._align(place))
                for place, column in ((place, self.columns[place]) for place in printed)
            ),
            rows=tuple(words[:count]),
            head=self.head,
            head_columns=3,
            totals=words[-1] if self.totals else (),
            carried=tuple(words[count : count + len(sums)]),
            remarks=self.remarks,
            signatures=self.signatures,
            foot_left=self.foot_left,
            paper=self.paper,
            row_mm=self.row_mm,
        )


    def _align(self, place: int) -> str:
        """Where the texts of a column stand on paper: days in the middle, so that none of them ever breaks."""
        column, values = self.columns[place], [row[place] for row in self.rows if row[place] not in (None, "")]
        is_days = bool(values) and all(isinstance(value, date) for value in values)
        return "center" if is_days and column.align == "left" else column.align


def as_words(value: Value) -> str:
    """A value on paper: a dash for the unknown, times as the clock on the wall, fractions with at most two decimals."""
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return f"{half_up(value, 2):f}"
    return str(value)


def running_sums(columns: Sequence[ListColumn], rows: Sequence[Sequence[Value]]) -> tuple[tuple[Value, ...], ...]:
    """After each row what its page hands on when it ends there; none when no column is carried.

    From an unknown value on, a sum is unknown.
    """
    if not any(column.carry for column in columns):
        return ()
    done: list[tuple[Value, ...]] = []
    so_far: list[Value] = [0 if column.carry == "sum" else "" for column in columns]
    for row in rows:
        for place, column in enumerate(columns):
            value = row[place]
            if column.carry == "last":
                so_far[place] = value
            elif column.carry == "sum" and value != "":
                so_far[place] = _added(so_far[place], value)
        done.append(tuple(so_far))
    return tuple(done)


def _added(sum_so_far: Value, value: Value) -> Value:
    if isinstance(sum_so_far, (int, Decimal)) and isinstance(value, (int, Decimal)):
        return sum_so_far + value
    return None


def _column_words(column: ListColumn, values: Sequence[Value]) -> list[str]:
    """The values of a column on paper; figures at the right edge with equal decimals and their thousands apart."""
    if column.align != "right":
        return [as_words(value) for value in values]
    places = max((decimals(value) for value in values), default=0)
    return [_figure(value, places) for value in values]


def decimals(value: Value) -> int:
    """How many decimals a value has as it stands."""
    if isinstance(value, Fraction):
        return FRACTION_PLACES
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0
    return 0


def _figure(value: Value, places: int) -> str:
    if isinstance(value, Fraction):
        value = half_up(value, places)
    if isinstance(value, (int, Decimal)):
        return f"{value:,.{places}f}" if places else f"{value:,}"
    return as_words(value)


def write_list(path: Path, sheet: ListSheet) -> None:
    """Save a list: one header line that stays in sight, then the rows and the totals.

    Raises EnvironmentFailure when the disk refuses.
    """
    rows = [[_as_cell(value) for value in row] for row in (*sheet.rows, *([sheet.totals] if sheet.totals else []))]
    headers = [column.title for column in sheet.columns]
    look = Look(
        title=sheet.title,
        widths=tuple(_width(column.title, [row[place] for row in rows]) for place, column in enumerate(sheet.columns)),
        aligns=tuple(column.align for column in sheet.columns),
        rows=len(sheet.rows),
    )
    write_xlsx(path, _page_name(sheet.title), headers, rows, look)


def _width(title: str, cells: Sequence[object]) -> int:
    """The width of a column in characters, a Chinese one counted as two."""
    widest = max((_characters(str(cell)) for cell in {str(cell) for cell in cells}), default=0)
    return min(max(_characters(title), widest, NARROWEST_IN_FILE) + 2, WIDEST_IN_FILE)


def _characters(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def _as_cell(value: Value) -> object:
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        return value.astimezone().replace(tzinfo=None)
    if isinstance(value, Fraction):
        return half_up(value, 2)
    return value


def _page_name(title: str) -> str:
    """At most 31 characters, none of those that Excel forbids in the name of a page."""
    return "".join(character for character in title if character not in "[]:*?/\\'")[:31] or "1"
