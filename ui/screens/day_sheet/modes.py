"""What the grid is filled with: the visits of a day, or the readings of a screening round. Knows no widget.

Both are people in rows and quick cells in columns; the services judge and save, here they get one face.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from app.i18n import tr
from app.services.day_sheet_columns import COLUMNS as VISIT_COLUMNS
from app.services.day_sheets import DRAFT_KIND as VISIT_DRAFT
from app.services.day_sheets import DayRow, DaySaved, DaySheet, RowInput
from app.services.diseases import NAMES
from app.services.screening_columns import COLUMNS as SCREEN_COLUMNS
from app.services.screening_rounds import DRAFT_KIND as SCREEN_DRAFT
from app.services.screening_rounds import ScreenRow, ScreenSheet

if TYPE_CHECKING:
    from app.domain.message import Message
    from app.forms.vocabulary import Problem
    from app.services.day_sheets import LeftOut, RowState
    from ui.services import Services

VISITS, SCREENING = "visits", "screening"


class ColumnLike(Protocol):
    """What the grid asks of a column."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> Message: ...
    @property
    def hint(self) -> Message | None: ...
    @property
    def codes(self) -> tuple[str, ...]: ...
    @property
    def is_locked(self) -> bool: ...
    @property
    def is_shown(self) -> bool: ...


class VerdictLike(Protocol):
    """What the grid asks of a verdict."""

    @property
    def state(self) -> RowState: ...
    @property
    def tone(self) -> str: ...
    @property
    def headline(self) -> Message: ...
    @property
    def reasons(self) -> tuple[Message, ...]: ...
    @property
    def cells(self) -> Mapping[str, Problem]: ...
    @property
    def others(self) -> tuple[Problem, ...]: ...
    @property
    def asked(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class GridRow:
    """A person of the grid. `second` stands beneath the name; `last` beside each cell, `usual` greyed in an empty one."""

    resident_id: str
    name: str
    second: str
    last: Mapping[str, str]
    usual: Mapping[str, str]
    barred: frozenset[str]
    source: Any


class Mode(Protocol):
    """What the screen asks of what the grid is filled with."""

    kind: str
    draft_kind: str
    setting: str
    on: date
    place: str
    columns: Sequence[ColumnLike]
    every_column: Sequence[ColumnLike]
    rows: tuple[GridRow, ...]
    left_out: tuple[LeftOut, ...]

    def judge(self, row: GridRow, given: RowInput) -> Any: ...
    def shown(self, row: GridRow, column: ColumnLike, text: str) -> str: ...
    def last_typed(self, row: GridRow, column: ColumnLike) -> str: ...
    def save(
        self, rows: Sequence[tuple[GridRow, RowInput]], *, only_good: bool, draft_left: Mapping[str, Any] | None
    ) -> DaySaved: ...


class VisitMode:
    """The visits of a day."""

    kind, draft_kind, setting = VISITS, VISIT_DRAFT, "day_sheet_columns"

    def __init__(self, services: Services, sheet: DaySheet) -> None:
        self._services = services
        self.on = sheet.on
        self.place = ""
        self.columns = sheet.columns
        self.every_column = VISIT_COLUMNS
        self.rows = tuple(_visit_row(row) for row in sheet.rows)
        self.left_out = sheet.left_out

    def judge(self, row: GridRow, given: RowInput) -> Any:
        """What the rules say."""
        return self._services.day_sheets.judge(row.source, given, self.on)

    def shown(self, row: GridRow, column: Any, text: str) -> str:
        """A cell as it reads."""
        return column.shown(row.source.sheet, text) if text.strip() else ""

    def last_typed(self, row: GridRow, column: Any) -> str:
        """Last time's value as one would type it."""
        return column.last_typed(row.source.sheet)

    def save(
        self, rows: Sequence[tuple[GridRow, RowInput]], *, only_good: bool, draft_left: Mapping[str, Any] | None
    ) -> DaySaved:
        """Record them."""
        given = [(row.source, typed) for row, typed in rows]
        return self._services.day_sheets.save(given, self.on, only_good=only_good, draft_left=draft_left)


class ScreenMode:
    """The readings of a screening round."""

    kind, draft_kind, setting = SCREENING, SCREEN_DRAFT, "screening_columns"

    def __init__(self, services: Services, sheet: ScreenSheet, place: str = "") -> None:
        self._services = services
        self.on = sheet.on
        self.place = place
        self.columns = sheet.columns
        self.every_column = SCREEN_COLUMNS
        self.rows = tuple(_screen_row(row) for row in sheet.rows)
        self.left_out = sheet.left_out

    def judge(self, row: GridRow, given: RowInput) -> Any:
        """What the rule says."""
        return self._services.screening_rounds.judge(row.source, given, self.on, self.place)

    def shown(self, row: GridRow, column: Any, text: str) -> str:
        """A cell as it reads."""
        return column.shown(text)

    def last_typed(self, row: GridRow, column: Any) -> str:
        """Last time's value as one would type it."""
        return row.source.typed_last.get(column.key, "")

    def save(
        self, rows: Sequence[tuple[GridRow, RowInput]], *, only_good: bool, draft_left: Mapping[str, Any] | None
    ) -> DaySaved:
        """Store them."""
        given = [(row.source, typed) for row, typed in rows]
        return self._services.screening_rounds.save(
            given, self.on, place=self.place, only_good=only_good, draft_left=draft_left
        )


def _visit_row(row: DayRow) -> GridRow:
    person = row.person
    diseases = " ".join(tr(NAMES[disease]) for disease in row.diseases)
    second = "　".join(filter(None, (_age(person.age), diseases)))
    return GridRow(row.resident_id, person.name, second, row.last, row.usual, row.barred, row)


def _screen_row(row: ScreenRow) -> GridRow:
    second = "　".join(filter(None, (_age(row.age), row.group)))
    return GridRow(row.resident_id, row.name, second, row.last, row.usual, row.barred, row)


def _age(age: int | None) -> str:
    return "" if age is None else tr("{age} 岁", age=age)
