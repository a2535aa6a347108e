"""The rows of the grid as they stand: what was typed in each, what the rules say to it, and the way back (undo)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.forms.vocabulary import Problem
from app.i18n import tr
from app.services.day_sheets import RowInput, RowState
from ui.screens.day_sheet.modes import ColumnLike, GridRow, Mode, VerdictLike

AnyIndex = QModelIndex | QPersistentModelIndex
MOST_UNDONE = 500
CHECKLIST = "emergency_signs"


class GridModel(QAbstractTableModel):
    """The grid's rows and cells; the last column says how far a row is. `changed` after anything was typed."""

    changed = Signal()

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self.mode = mode
        self.rows: list[GridRow] = list(mode.rows)
        self.columns: list[ColumnLike] = list(mode.columns)
        self._given: dict[str, RowInput] = {}
        self._verdicts: dict[str, VerdictLike] = {}
        self._undone: list[list[tuple[str, RowInput]]] = []
        self._done: list[list[tuple[str, RowInput]]] = []

    # --- reading ----------------------------------------------------------------------------------------------

    def given(self, row: GridRow) -> RowInput:
        """What was typed in a row."""
        return self._given.get(row.resident_id) or RowInput()

    def verdict(self, row: GridRow) -> VerdictLike:
        """What the rules say to a row."""
        found = self._verdicts.get(row.resident_id)
        if found is None:
            found = self._verdicts[row.resident_id] = self.mode.judge(row, self.given(row))
        return found

    def verdict_of(self, row: GridRow, key: str, text: str) -> VerdictLike:
        """What the rules would say if `text` stood in a cell; nothing is kept."""
        given = self.given(row)
        return self.mode.judge(row, replace(given, texts={**given.texts, key: text}))

    def text(self, number: int, column: int) -> str:
        """What was typed in a cell."""
        return self.given(self.rows[number]).texts.get(self.columns[column].key, "")

    def is_barred(self, number: int, column: int) -> bool:
        """Whether the person's forms do not ask this."""
        return column >= len(self.columns) or self.columns[column].key in self.rows[number].barred

    def problem(self, number: int, column: int) -> Problem | None:
        """What is wrong with a cell. What only lacks is not held against a row in which nothing was typed."""
        row = self.rows[number]
        return self.verdict(row).cells.get(self.columns[column].key)

    def count(self, *states: RowState) -> int:
        """How many rows are as far as this."""
        return sum(self.verdict(row).state in states for row in self.rows)

    def in_state(self, *states: RowState) -> list[GridRow]:
        """The rows that are as far as this."""
        return [row for row in self.rows if self.verdict(row).state in states]

    @property
    def is_touched(self) -> bool:
        """Whether anything was typed."""
        return any(not self.given(row).is_empty for row in self.rows)

    # --- writing ----------------------------------------------------------------------------------------------

    def set_text(self, number: int, column: int, text: str) -> None:
        """Type in a cell."""
        self.set_texts([(number, column, text)])

    def set_texts(self, cells: Iterable[tuple[int, int, str]]) -> None:
        """Type in several cells at once; one step for undo. Barred cells stay empty."""
        changed: dict[str, RowInput] = {}
        for number, column, text in cells:
            if self.is_barred(number, column):
                continue
            row, key = self.rows[number], self.columns[column].key
            before = changed.get(row.resident_id, self.given(row))
            if before.texts.get(key, "") != text.strip():
                texts = {name: value for name, value in {**before.texts, key: text.strip()}.items() if value}
                # A question that was answered was about what stood there before.
                changed[row.resident_id] = RowInput(texts, before.decided, frozenset())
        self._keep(changed)

    def decide(self, row: GridRow, decided: Mapping[str, object]) -> None:
        """Set what was decided for a row (a referral); {} takes it back."""
        self._keep({row.resident_id: replace(self.given(row), decided=dict(decided))})

    def confirm(self, row: GridRow) -> None:
        """What was asked about a row is meant so."""
        given, asked = self.given(row), self.verdict(row).asked
        # To say yes to the emergency checklist is to say: gone through, nothing found.
        decided = {**given.decided, **{key: [] for key in asked if key.endswith(CHECKLIST)}}
        confirmed = given.confirmed | {key for key in asked if not key.endswith(CHECKLIST)}
        self._keep({row.resident_id: replace(given, decided=decided, confirmed=confirmed)})

    def undo(self) -> bool:
        """Take the last step back."""
        return self._step(self._done, self._undone)

    def redo(self) -> bool:
        """Do the step taken back again."""
        return self._step(self._undone, self._done)

    def remove(self, resident_ids: Iterable[str]) -> None:
        """Take rows out of the grid; undo no longer reaches before this."""
        gone = set(resident_ids)
        self.beginResetModel()
        self.rows = [row for row in self.rows if row.resident_id not in gone]
        for resident_id in gone:
            self._given.pop(resident_id, None)
            self._verdicts.pop(resident_id, None)
        self._done.clear()
        self._undone.clear()
        self.endResetModel()
        self.changed.emit()

    def judge_again(self) -> None:
        """The day or the place changed."""
        self._verdicts.clear()
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns)))
        self.changed.emit()

    # --- the draft --------------------------------------------------------------------------------------------

    def payload(self, *, without: Iterable[str] = ()) -> dict[str, Any]:
        """The sheet as a draft keeps it, without some rows."""
        gone = set(without)
        rows = [row for row in self.rows if row.resident_id not in gone]
        return {
            "on": self.mode.on.isoformat(),
            "place": self.mode.place,
            "people": [row.resident_id for row in rows],
            "rows": {
                row.resident_id: {
                    "texts": dict(given.texts), "decided": dict(given.decided), "confirmed": sorted(given.confirmed),
                }
                for row in rows
                if not (given := self.given(row)).is_empty
            },
        }

    def take_up(self, kept: Mapping[str, Any]) -> None:
        """Go on with the rows of a draft."""
        self._given = {
            str(resident_id): RowInput(dict(row["texts"]), dict(row["decided"]), frozenset(row["confirmed"]))
            for resident_id, row in kept.items()
        }
        self.judge_again()

    # --- Qt's model -------------------------------------------------------------------------------------------

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """How many rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """The columns and how far the row is."""
        return 0 if parent.isValid() else len(self.columns) + 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell says, for drawing and for screen readers."""
        if not index.isValid():
            return None
        number, column = index.row(), index.column()
        if role == Qt.ItemDataRole.EditRole:
            return self.text(number, column) if column < len(self.columns) else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(number, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.spoken(number, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tip(number, column) or None
        return None

    def setData(self, index: AnyIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Type in a cell."""
        if role != Qt.ItemDataRole.EditRole or index.column() >= len(self.columns):
            return False
        self.set_text(index.row(), index.column(), str(value))
        return True

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Barred cells cannot be filled in."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and not self.is_barred(index.row(), index.column()):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Titles of the columns; names of the rows."""
        if orientation == Qt.Orientation.Vertical:
            row = self.rows[section] if 0 <= section < len(self.rows) else None
            return f"{row.name} {row.second}" if row is not None and role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(self.columns[section].title) if section < len(self.columns) else tr("判断")
        if role == Qt.ItemDataRole.ToolTipRole and section < len(self.columns):
            hint = self.columns[section].hint
            return tr(hint) if hint is not None else None
        return None

    # --- words ------------------------------------------------------------------------------------------------

    def words(self, number: int, column: int) -> str:
        """What stands in a cell."""
        row = self.rows[number]
        if column >= len(self.columns):
            return self.state_words(self.verdict(row))
        text = self.text(number, column)
        return self.mode.shown(row, self.columns[column], text) if text else ""

    def state_words(self, verdict: VerdictLike) -> str:
        """How far a row is, in a few words for the last column."""
        problems = [*verdict.cells.values(), *verdict.others]
        if verdict.state is RowState.DECIDE:
            return tr("{headline}：开转诊单 F8", headline=verdict.headline)
        if verdict.state is RowState.ALONE:
            return tr("{headline}：单独打开 F2", headline=verdict.headline)
        if verdict.state is RowState.ASKS:
            return tr("请确认 F6：{sentence}", sentence=problems[0].message)
        if verdict.state is RowState.LACKING:
            titles = [tr(column.title) for column in self.columns if column.key in verdict.cells]
            return tr("还缺{columns}", columns=tr("、").join(titles))
        return tr(problems[0].message) if problems and verdict.state is RowState.REFUSED else tr(verdict.headline)

    def usual(self, number: int, column: int) -> str:
        """What an empty cell means."""
        return self.rows[number].usual.get(self.columns[column].key, "")

    def last(self, number: int, column: int) -> str:
        """Last time's value."""
        return self.rows[number].last.get(self.columns[column].key, "")

    def spoken(self, number: int, column: int) -> str:
        """A cell as a screen reader says it: whose, which, what, last time, what is wrong."""
        if column >= len(self.columns):
            return self.words(number, column)
        if self.is_barred(number, column):
            return tr("不用填")
        said = self.words(number, column) or self.usual(number, column) or tr("空")
        last, problem = self.last(number, column), self.problem(number, column)
        if last:
            said = tr("{value}，上次 {last}", value=said, last=last)
        return said if problem is None else tr("{value}，{problem}", value=said, problem=problem.message)

    def tip(self, number: int, column: int) -> str:
        """The whole of what is cut, and what is wrong."""
        if column >= len(self.columns):
            verdict = self.verdict(self.rows[number])
            return "\n".join([tr(verdict.headline), *map(tr, verdict.reasons)])
        problem = self.problem(number, column)
        return self.words(number, column) if problem is None else tr(problem.message)

    # --- inside -----------------------------------------------------------------------------------------------

    def _keep(self, changed: Mapping[str, RowInput]) -> None:
        if not changed:
            return
        self._done.append([(who, self._given.get(who, RowInput())) for who in changed])
        del self._done[:-MOST_UNDONE]
        self._undone.clear()
        self._put(changed)

    def _step(self, source: list[list[tuple[str, RowInput]]], target: list[list[tuple[str, RowInput]]]) -> bool:
        if not source:
            return False
        step = source.pop()
        target.append([(who, self._given.get(who, RowInput())) for who, _ in step])
        self._put(dict(step))
        return True

    def _put(self, changed: Mapping[str, RowInput]) -> None:
        numbers = {row.resident_id: number for number, row in enumerate(self.rows)}
        for who, given in changed.items():
            self._given[who] = given
            self._verdicts.pop(who, None)
            number = numbers[who]
            self.dataChanged.emit(self.index(number, 0), self.index(number, len(self.columns)))
        self.changed.emit()
