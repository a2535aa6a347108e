"""What a batch of printed sheets is: whose, which forms, in what manner; and the plan that is told before printing.

Plain values and pure functions over rows of db.queries.prints; batch_prints.py reads and prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from app.domain.message import msg
from app.errors import UserError
from app.forms.registry import form
from app.forms.sheets import sheet
from app.i18n import tr
from app.printing.sheets import missing_glyphs
from app.services.resident_sheet import VISIT_FORMS
from app.services.resident_views import ListFilter
from app.services.sheet_contents import Manner, company_of, printable_forms, visits_on_a_sheet
from app.services.work_list import EVERYONE, Order, WorkFilter

RESIDENT_SHEET = "resident_sheet"
"""The code of 给居民的单子, which is no national form, among the forms of a batch."""


class Who(StrEnum):
    """Whose sheets a batch prints."""

    DAY = "day"
    HOUSEHOLD = "household"
    YEAR = "year"
    OLDER = "older"
    CHOSEN = "chosen"
    LISTED = "listed"
    WORK_LIST = "work_list"
    ENTRY = "entry"


@dataclass(frozen=True)
class Batch:
    """What is wanted. `form_codes` () means every form that is there; `double_sided` begins each person on a new leaf.

    DAY needs `day`; HOUSEHOLD `household_id`; YEAR `resident_ids` of one and `year`; OLDER `group_name` (None all);
    CHOSEN `resident_ids`; LISTED `listed`; WORK_LIST `work` and `order`; ENTRY one form on file by `entry_id`, void or
    not. `year` narrows the others to one year too; without it `every` form is printed, or of those with several visits on
    a sheet this year's and of others the newest.
    """

    who: Who
    manner: Manner = Manner.FILLED
    form_codes: tuple[str, ...] = ()
    day: date | None = None
    household_id: str = ""
    resident_ids: tuple[str, ...] = ()
    year: int | None = None
    group_name: str | None = None
    listed: ListFilter | None = None
    work: WorkFilter = EVERYONE
    order: Order = Order.DUE
    double_sided: bool = False
    every: bool = False
    entry_id: str = ""


@dataclass(frozen=True)
class PlannedSheet:
    """The sheets of one form of one person: the entries that stand on them, () for a blank one or one of the record."""

    form_code: str
    entry_ids: tuple[str, ...]
    pages: int


@dataclass(frozen=True)
class PlannedPerson:
    """One person's part of the batch."""

    resident_id: str
    name: str
    record_no: str
    sheets: tuple[PlannedSheet, ...]

    @property
    def pages(self) -> int:
        """About how many pages; a long answer may take one more."""
        return sum(sheet.pages for sheet in self.sheets)


@dataclass(frozen=True)
class Lacking:
    """Somebody for whom nothing of a form is there to be printed."""

    resident_id: str
    name: str
    forms: tuple[str, ...]


@dataclass(frozen=True)
class WithoutGlyph:
    """The characters of somebody's sheets that no font has: they stay empty on the paper."""

    resident_id: str
    name: str
    characters: str


@dataclass(frozen=True)
class BatchPlan:
    """What would be printed. `lacking` and `without_glyph` are to be told before printing."""

    batch: Batch
    people: tuple[PlannedPerson, ...]
    lacking: tuple[Lacking, ...] = ()
    without_glyph: tuple[WithoutGlyph, ...] = ()

    @property
    def sheets(self) -> int:
        """How many forms."""
        return sum(len(person.sheets) for person in self.people)

    @property
    def pages(self) -> int:
        """About how many pages, without empty ones between people."""
        return sum(person.pages for person in self.people)

    def without(self, resident_ids: Iterable[str]) -> BatchPlan:
        """The same plan without these people."""
        left_out = set(resident_ids)
        return replace(
            self,
            people=tuple(person for person in self.people if person.resident_id not in left_out),
            lacking=tuple(each for each in self.lacking if each.resident_id not in left_out),
            without_glyph=tuple(each for each in self.without_glyph if each.resident_id not in left_out),
        )


@dataclass(frozen=True)
class BatchResult:
    """What was written."""

    files: tuple[Path, ...]
    people: int
    sheets: int
    pages: int


@dataclass(frozen=True)
class Wish:
    """Somebody whose sheets are wanted: which forms, () every one that is there; `entry_ids` only what holds these."""

    resident_id: str
    form_codes: tuple[str, ...]
    entry_ids: frozenset[str] = frozenset()


Entries = dict[str, list[Row[Any]]]
"""What is on file of one person by form, oldest first."""


def title_of(plan: BatchPlan) -> str:
    """What a viewer shows for the file."""
    return plan.people[0].name if len(plan.people) == 1 else tr("{count} 位居民的表", count=len(plan.people))


def refuse_unknown(batch: Batch) -> None:
    for code in batch.form_codes:
        if code != RESIDENT_SHEET:
            form(code)
    anything = batch.manner.shows_answers or batch.who in (Who.WORK_LIST, Who.ENTRY)
    if not batch.form_codes and not anything:
        raise UserError(msg("打印空白表要先选是哪一种表。请至少选一种。"))
    if RESIDENT_SHEET in batch.form_codes and batch.manner is not Manner.FILLED:
        raise UserError(msg("给居民的单子只能打印填好的。请去掉这一种，或改选“填好的”。"))


def codes_to_read(batch: Batch) -> tuple[str, ...]:
    """The forms whose entries a batch looks at."""
    codes = batch.form_codes or printable_forms()
    if RESIDENT_SHEET in codes:
        codes = (*(code for code in codes if code != RESIDENT_SHEET), *VISIT_FORMS)
    return tuple(dict.fromkeys(codes))


def chosen_entries(batch: Batch, wish: Wish, code: str, rows: Sequence[Row[Any]], this_year: int) -> Sequence[Row[Any]]:
    """The entries of a form that are printed filled in."""
    per_sheet = visits_on_a_sheet(code)
    if wish.entry_ids:
        if per_sheet == 1:
            return [row for row in rows if row.id in wish.entry_ids]
        return [row for sheet in _on_sheets(rows, per_sheet) if any(row.id in wish.entry_ids for row in sheet) for row in sheet]
    if batch.year is not None or batch.every:
        return rows
    return [row for row in rows if row.entry_date.year == this_year] if per_sheet > 1 else rows[-1:]


def _on_sheets(rows: Sequence[Row[Any]], per_sheet: int) -> Iterator[Sequence[Row[Any]]]:
    """The visits as they stand together on sheets: of one year, edition and state."""
    ordered = sorted(rows, key=company_of)
    for _company, group in groupby(ordered, key=company_of):
        mine = list(group)
        for start in range(0, len(mine), per_sheet):
            yield mine[start:start + per_sheet]


def page_count(code: str, entry_ids: Sequence[str]) -> int:
    """About how many pages the sheets of a form take."""
    if code == RESIDENT_SHEET:
        return 1
    laid_out = sheet(code)
    return len(laid_out.leaves) * max(1, -(-len(entry_ids) // laid_out.visits))


def gaps(name: str, answers: Iterable[Mapping[str, Any]]) -> str:
    """The characters of a name and of stored answers that no font has."""
    said = {name}
    for each in answers:
        said.update(_texts(each))
    return "".join(missing_glyphs("".join(said)))


def _texts(value: object) -> Iterator[str]:
    """Every text in stored answers."""
    if isinstance(value, str):
        if not value.isascii():
            yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def beginning_of(day: date) -> datetime:
    """The beginning of a day where the desk stands."""
    return datetime.combine(day, time()).astimezone(UTC)
