"""Lists that are printed and saved as XLSX from the same rows: one declaration, two outputs.

Numbers and dates stay numbers and dates in the file; what is unknown is a dash in both, never 0 and never empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from app.domain.quantities import half_up
from app.interchange.xlsx_files import write_xlsx
from app.printing.lists import TableColumn, TableContent

UNKNOWN = "—"
Value = str | int | Decimal | Fraction | date | datetime | None
"""None is unknown; "" is nothing to say."""


@dataclass(frozen=True)
class ListColumn:
    """A column. `mm` its width on paper, 0 shares what is left; `only_file` columns are not printed."""

    title: str
    mm: float = 0
    align: str = "left"
    only_file: bool = False


@dataclass(frozen=True)
class ListSheet:
    """A list, decided in words and values. `totals` one more row; head, remarks and signatures only on paper."""

    title: str
    columns: tuple[ListColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    head: tuple[tuple[str, str], ...] = ()
    totals: tuple[Value, ...] = ()
    remarks: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    foot_left: str = ""
    paper: str = "A4-landscape"

    def as_table(self) -> TableContent:
        """What is printed."""
        printed = [place for place, column in enumerate(self.columns) if not column.only_file]
        return TableContent(
            title=self.title,
            columns=tuple(
                TableColumn(column.title, column.mm, column.align)
                for column in (self.columns[place] for place in printed)
            ),
            rows=tuple(tuple(as_words(row[place]) for place in printed) for row in self.rows),
            head=self.head,
            head_columns=3,
            totals=tuple(as_words(self.totals[place]) for place in printed) if self.totals else (),
            remarks=self.remarks,
            signatures=self.signatures,
            foot_left=self.foot_left,
            paper=self.paper,
        )


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


def write_list(path: Path, sheet: ListSheet) -> None:
    """Save a list: one header line, then the rows and the totals. Raises EnvironmentFailure when the disk refuses."""
    rows = [*sheet.rows, *([sheet.totals] if sheet.totals else [])]
    headers = [column.title for column in sheet.columns]
    write_xlsx(path, _page_name(sheet.title), headers, ([_as_cell(value) for value in row] for row in rows))


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
