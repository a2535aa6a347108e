"""The request under review as the screen keeps it: decisions, marks, what is still open. Knows no widget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from app.domain.packs import packs_for
from app.domain.quantities import half_up
from app.domain.request_checks import Level, LineProblem, has_meaning
from app.domain.request_terms import State
from app.i18n import tr
from app.services.decision_reasons import reason_as_shown
from app.services.review_bulk import why_remarkable
from app.services.review_marks import EXPLAINED, SHARED, SHORT, Mark, marks
from ui.screens.requests.line_table import Remark
from ui.screens.requests.rows import drug_words, packs_cell
from ui.screens.requests.sheet import Obstacle, Unsaved
from ui.screens.requests.words import decision_chip
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.request_views import LineView, RequestView
    from app.services.review_stock import LineStock

OPEN = "approved_missing"
"""Not told of a line until approving was tried: every line begins without a decision."""
COLUMN_OF = {"reason_required": "reason"}
OPEN_STATES = (State.AUTHORISED, State.IN_REVIEW)
COLOURS = ("red", "amber", "blue", "green", "grey")
STOCK = (SHORT, SHARED)
BESIDE = ("available", "marks")
"""The columns that change while a quantity is typed."""


@dataclass(frozen=True)
class ReviewRow:
    """A line with its marks, what was typed but could not be saved, and the sentence beneath it.

    `beside` is the township's stock (None: not read yet), `approving` the units that are given as things stand: what is
    being typed, else what is decided, else what is asked for; `packs` in how many packs they are sent, where they fill none.
    """

    line: LineView
    marks: tuple[ChipText, ...] = ()
    beside: LineStock | None = None
    approving: int = 0
    typed: Mapping[str, str] = field(default_factory=dict)
    remark: Remark | None = None
    wrong: frozenset[str] = frozenset()
    packs: str = ""


class ReviewSheet:
    """One request at the township. `is_strict`: lines without a decision are told, because approving was tried."""

    def __init__(self, view: RequestView, *, former: ReviewSheet | None = None) -> None:
        """`former` is the sheet of the same request before it was read again: what was not saved is kept."""
        self.view = view
        self.version = view.version
        self._lines = {line.id: line for line in view.lines}
        self._problems: dict[str, tuple[LineProblem, ...]] = {}
        for problem in view.problems:
            if problem.line_key:
                self._problems[problem.line_key] = (*self._problems.get(problem.line_key, ()), problem)
        same = former is not None and former.view.id == view.id and self.is_editable
        self._unsaved: dict[str, dict[str, Unsaved]] = dict(former._unsaved) if same else {}
        self.is_strict = same and former.is_strict
        is_again = former is not None and former.view.id == view.id
        self.beside: Mapping[str, LineStock] = former.beside if is_again else {}
        self._typing: dict[str, int] = {}

    @property
    def is_editable(self) -> bool:
        """Whether this user writes decisions now."""
        return self.view.state is State.IN_REVIEW and self.view.is_held_by_me

    @property
    def is_open(self) -> bool:
        """Whether the request is still to be decided, by whomever."""
        return self.view.state in OPEN_STATES

    def lines(self) -> list[LineView]:
        """The lines in their order."""
        return list(self._lines.values())

    def line(self, line_id: str) -> LineView:
        """One line as it is now."""
        return self._lines[line_id]

    def keep(self, line: LineView, key: str) -> None:
        """A cell of `line` was saved."""
        self.version += 1
        self._lines[line.id] = line
        self._problems[line.id] = line.problems
        self._unsaved.get(line.id, {}).pop(key, None)

    def keep_unsaved(self, line_id: str, key: str, text: str, sentence: str) -> None:
        """What was typed could not be saved; it stays in its cell with the reason."""
        self._unsaved[line_id] = {**self._unsaved.get(line_id, {}), key: Unsaved(text, sentence)}

    def drop_unsaved(self, line_id: str, key: str) -> bool:
        """Forget what was typed and not saved in a cell; False when there is nothing of the kind."""
        return self._unsaved.get(line_id, {}).pop(key, None) is not None

    def type_approved(self, line_id: str, text: str) -> None:
        """What is being typed as the approved quantity, for what remains beside it; anything but a number is no number."""
        self._typing.pop(line_id, None)
        if text.strip().isdecimal():
            self._typing[line_id] = int(text)

    def end_typing(self) -> list[str]:
        """The editor has closed; gives the ids of the lines that were being typed in."""
        typed = list(self._typing)
        self._typing.clear()
        return typed

    def has_unsaved(self) -> bool:
        """Whether anything typed is not saved."""
        return any(self._unsaved.values())

    def rows(self) -> list[ReviewRow]:
        """All lines; those that the clinic skipped stand at the end."""
        ordered = sorted(self._lines.values(), key=lambda line: line.is_skipped)
        return [self.row(line.id) for line in ordered]

    def row(self, line_id: str) -> ReviewRow:
        """A line as it is shown now."""
        line = self._lines[line_id]
        unsaved = self._unsaved.get(line_id, {})
        typed = {key: each.text for key, each in unsaved.items()}
        chips = _chips(self.marks(line_id))
        beside, packs = self.beside.get(line_id), self._whole_packs(line_id)
        shown = ReviewRow(line, chips, beside, self.approving(line_id), typed, packs=packs)
        for each in unsaved.values():
            return replace(shown, remark=Remark(each.sentence), wrong=frozenset(unsaved))
        problem = self._first_problem(line_id)
        if problem is not None and problem.level is Level.BLOCK:
            wrong = frozenset({COLUMN_OF.get(problem.code, "approved")})
            return replace(shown, remark=Remark(tr(problem.message)), wrong=wrong)
        if problem is not None:
            return replace(shown, remark=Remark(tr(problem.message), "amber"))
        if has_meaning(line.explanation) and not line.is_skipped:
            said = tr("卫生室说明：{explanation}", explanation=line.explanation)
            others = [mark for mark in self.marks(line_id) if mark.kind != EXPLAINED]
            return replace(shown, remark=Remark(said, "blue"), marks=_chips(others))
        return shown

    def approving(self, line_id: str) -> int:
        """Units that the line gets as things stand."""
        line = self._lines[line_id]
        if line_id in self._typing:
            return self._typing[line_id]
        return 0 if line.is_skipped else (line.approved if line.decision else line.requested) or 0

    def marks(self, line_id: str) -> tuple[Mark, ...]:
        """What the request and the township's stock say of a line; the strongest first, the quiet ones last."""
        line, beside = self._lines[line_id], self.beside.get(line_id)
        if line.is_skipped:
            return ()
        stock = beside.marks(self.approving(line_id)) if beside is not None and self.is_open else ()
        return tuple(sorted((*marks(line), *stock), key=lambda mark: COLOURS.index(mark.colour)))

    def _whole_packs(self, line_id: str) -> str:
        """How many packs are sent where what is approved does not fill them (drug_requests §4.7)."""
        line, units = self._lines[line_id], self.approving(line_id)
        if not self.is_open or not units % line.units_per_pack:
            return ""
        return tr("按 {count} {unit}发", count=packs_for(units, line.units_per_pack), unit=line.pack_unit)

    def wants_look(self, line_id: str) -> bool:
        """Whether a line is undecided and F6 leaves it for a person: remarkable, or of a drug that is short."""
        line, beside = self._lines[line_id], self.beside.get(line_id)
        if line.is_skipped or line.decision:
            return False
        is_short = beside is not None and self.is_open and beside.fair_share is not None
        return is_short or bool(why_remarkable(line)) or any(mark.wants_look for mark in self.marks(line_id))

    def to_look_at(self) -> int:
        """How many lines F8 leads to: as many as F6 leaves."""
        return sum(1 for line_id in self._lines if self.wants_look(line_id))

    def short_lines(self) -> int:
        """How many undecided lines the township has too little for."""
        return sum(1 for line in self._undecided() if any(mark.kind in STOCK and mark.wants_look for mark in self.marks(line.id)))

    def _undecided(self) -> list[LineView]:
        return [line for line in self._lines.values() if not line.is_skipped and not line.decision]

    def undecided(self) -> int:
        """How many lines have no decision yet."""
        return len(self._undecided())

    def obstacles(self) -> list[Obstacle]:
        """Everything that stands in the way of approving."""
        found = []
        for row in self.rows():
            line = row.line
            unsaved = self._unsaved.get(line.id, {})
            found += [Obstacle(line.id, key, line.name, each.sentence) for key, each in unsaved.items()]
            blocking = [each for each in self._problems.get(line.id, ()) if each.level is Level.BLOCK]
            if not unsaved and not line.is_skipped:
                found += [
                    Obstacle(line.id, COLUMN_OF.get(each.code, "approved"), line.name, tr(each.message))
                    for each in blocking
                ]
        return found

    def _first_problem(self, line_id: str) -> LineProblem | None:
        if not self.is_editable or self._lines[line_id].is_skipped:
            return None
        told = [each for each in self._problems.get(line_id, ()) if self.is_strict or each.code != OPEN]
        order = (Level.BLOCK, Level.ASK, Level.NOTE)
        return min(told, key=lambda each: order.index(each.level), default=None)


def _chips(found: Iterable[Mark]) -> tuple[ChipText, ...]:
    return tuple(ChipText(tr(mark.text), mark.colour) for mark in found)


def remark_of(row: ReviewRow) -> Remark | None:
    """The sentence beneath a row."""
    return row.remark


def row_key(row: ReviewRow) -> str:
    """What a row is known by."""
    return row.line.id


def deciding_columns() -> tuple[Column, ...]:
    """The columns while decisions are written."""
    return (
        *_asked_columns(),
        Column("approved", tr("批准"), width=82, editable=True, value=_box("approved", lambda line: line.approved)),
        _available_column(),
        Column("marks", tr("提示"), width=220, stretch=True, value=_marks),
        Column("reason", tr("原因"), width=114, editable=True, value=_box("reason", _reason)),
    )


def waiting_columns() -> tuple[Column, ...]:
    """The columns before a request is taken."""
    return (*_asked_columns(), Column("packs", tr("折合"), width=92, value=packs_cell, gives_way=2), _available_column(),
            Column("marks", tr("提示"), width=200, stretch=True, value=_marks))


def decided_columns() -> tuple[Column, ...]:
    """The columns when a request is decided, or in other hands."""
    return (
        *_asked_columns(),
        Column("approved", tr("批准"), width=70, align="right", bold=True, value=lambda row: row.line.approved),
        Column("decision", tr("结果"), value=_decision),
        Column("reason", tr("原因"), width=146, stretch=True, value=lambda row: _reason(row.line)),
        Column("marks", tr("提示"), width=160, stretch=True, value=_marks),
    )


def _asked_columns() -> tuple[Column, ...]:
    return (
        Column("drug", tr("药品"), width=150, stretch=True,
               value=lambda row: drug_words(row.line, muted=row.line.is_skipped)),
        Column("on_hand", tr("库存"), width=54, align="right", value=lambda row: row.line.on_hand),
        Column("monthly_use", tr("月均"), width=62, align="right", gives_way=1,
               value=lambda row: use_words(row.line.monthly_use)),
        Column("suggested", tr("建议"), width=54, align="right", value=lambda row: row.line.suggested),
        Column("requested", tr("申领"), width=58, align="right", value=_requested),
    )


def _available_column() -> Column:
    return Column("available", tr("本院可供"), width=74, align="right", value=_available,
                  tip=tr("本院可用库存减去已答应别的村的；下面一行是批准这一行以后还剩的，都按整包装发货算。"))


def _available(row: ReviewRow) -> Cell:
    """What the township may give, and beneath it what remains; a dash for a drug that it has never had."""
    if row.beside is None or row.line.is_skipped:
        return Cell()
    if not row.beside.is_kept:
        return Cell("—", muted=True)
    after = row.beside.after_with(row.approving)
    left = tr("余 {units}", units=after) if after >= 0 else tr("缺 {units}", units=row.beside.missing_with(row.approving))
    return Cell(str(max(0, row.beside.available)), second_line=left, tone="red" if after < 0 else None)


def use_words(use: Decimal | None) -> str | None:
    """A monthly use with at most one decimal, from 1,000 on with none."""
    if use is None:
        return None
    shown = half_up(use, 0 if use >= 1000 else 1)
    return f"{shown.normalize():f}"


def _requested(row: ReviewRow) -> Cell:
    if row.line.is_skipped:
        return Cell(tr("不要"), muted=True)
    return Cell("—" if row.line.requested is None else str(row.line.requested), bold=True)


def _marks(row: ReviewRow) -> Cell:
    return Cell(chips=row.marks, second_line=row.packs) if row.marks else Cell(row.packs, muted=True)


def _decision(row: ReviewRow) -> Cell:
    chip = decision_chip(row.line.decision)
    if row.line.is_skipped:
        return Cell(chips=(ChipText(tr("本期不要"), "grey"),))
    return Cell(chips=(chip,)) if chip else Cell("—", muted=True)


def _reason(line: LineView) -> str:
    return reason_as_shown(line.decision_reason)


def _box(key: str, of: Callable[[LineView], object]) -> object:
    def cell(row: ReviewRow) -> Cell:
        if key in row.typed:
            return Cell(row.typed[key], tone="red")
        value = of(row.line)
        return Cell("" if value is None else str(value), tone="red" if key in row.wrong else None)

    return cell
