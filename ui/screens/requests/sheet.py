"""The request that is open, as the screen keeps it: its lines, what is wrong with them, what is not saved yet.

Knows no widget. The screen tells it what the services returned; it gives the rows to show and what stands in the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.request_checks import Level, LineProblem
from app.domain.request_terms import State
from app.i18n import tr
from ui.screens.requests.line_table import Remark
from ui.screens.requests.rows import RequestRow

if TYPE_CHECKING:
    from app.services.request_views import LineView, RequestView
    from app.services.request_workings import LineMarks

COLUMN_OF = {"explanation_required": "explanation"}
"""Where a problem is put right; all others in the requested quantity."""
UNTOUCHED = "quantity_required"
"""Not told of a line while the request is still being filled in."""
UNUSABLE = "unusable_stock"
"""Put right by writing the goods off, or by saying that they are known."""
NEEDED, EXPIRING, OUT_OF_STOCK, EMPTY = "needed", "expiring", "out_of_stock", "empty"
EDITABLE = (State.DRAFT, State.RETURNED)


@dataclass(frozen=True)
class Obstacle:
    """What has to be put right before submitting: the line and column, the drug, the sentence."""

    line_id: str
    column: str
    drug: str
    sentence: str


@dataclass(frozen=True)
class Unsaved:
    """Something typed that could not be kept, and why."""

    text: str
    sentence: str


class RequestSheet:
    """One open request. `is_strict`: everything missing is shown, because submitting was tried."""

    def __init__(self, view: RequestView, *, former: RequestSheet | None = None) -> None:
        """`former` is the sheet of the same request before it was read again: what was not saved is kept."""
        self.view = view
        self.version = view.version
        self._lines = {line.id: line for line in view.lines}
        self._problems: dict[str, tuple[LineProblem, ...]] = {}
        self._whole = [problem for problem in view.problems if not problem.line_key]
        for problem in view.problems:
            if problem.line_key:
                self._problems[problem.line_key] = (*self._problems.get(problem.line_key, ()), problem)
        same = former is not None and former.view.id == view.id
        self.marks: Mapping[str, LineMarks] = former.marks if same and former is not None else {}
        self.reported: frozenset[str] = former.reported if same and former is not None else frozenset()
        self.acknowledged: frozenset[str] = former.acknowledged if same and former is not None else frozenset()
        self._unsaved: dict[str, dict[str, Unsaved]] = dict(former._unsaved) if same and self.is_editable else {}
        self.is_strict = former.is_strict if same and former is not None else False

    @property
    def is_editable(self) -> bool:
        """Whether lines can be written."""
        return self.view.state in EDITABLE

    @property
    def is_of_ledger(self) -> bool:
        """Whether the figures are the ledger's, so that they are not typed."""
        return any(line.basis for line in self._lines.values())

    @property
    def is_decided(self) -> bool:
        """Whether the township has written something on a line."""
        return any(line.decision for line in self._lines.values()) and not self.is_editable

    def lines(self) -> list[LineView]:
        """All lines in their order."""
        return list(self._lines.values())

    def line(self, line_id: str) -> LineView:
        """One line as it is now."""
        return self._lines[line_id]

    def line_of_drug(self, drug_code: str) -> LineView | None:
        """The line of a drug, None when it has none."""
        return next((line for line in self._lines.values() if line.drug_code == drug_code), None)

    def keep(self, line: LineView, key: str) -> None:
        """A cell of `line` was saved."""
        self.version += 1
        self._whole = []
        self._lines[line.id] = line
        self._problems[line.id] = line.problems
        self._unsaved.get(line.id, {}).pop(key, None)

    def keep_unsaved(self, line_id: str, key: str, text: str, sentence: str) -> None:
        """What was typed could not be saved; it stays in its cell with the reason."""
        self._unsaved[line_id] = {**self._unsaved.get(line_id, {}), key: Unsaved(text, sentence)}

    def drop_unsaved(self, line_id: str, key: str) -> bool:
        """Forget what was typed and not saved in a cell; False when there is nothing of the kind."""
        return self._unsaved.get(line_id, {}).pop(key, None) is not None

    def has_unsaved(self) -> bool:
        """Whether anything typed is not saved."""
        return any(self._unsaved.values())

    def rows(self, which: str = NEEDED) -> list[RequestRow]:
        """The rows of a tab; of the first those that need nothing come last."""
        rows = [self.row(line.id) for line in self._lines.values() if self._belongs(line, which)]
        return sorted(rows, key=lambda row: _needs_nothing(row.line)) if which == NEEDED else rows

    def count(self, which: str) -> int:
        """How many lines a tab has; the first counts those that ask for something or may."""
        if which == NEEDED:
            return sum(1 for line in self._lines.values()
                       if not line.is_skipped and (line.requested or not _needs_nothing(line)))
        return sum(1 for line in self._lines.values() if self._belongs(line, which))

    def has_unusable(self, line_id: str) -> bool:
        """Whether a line has expired or held goods that nobody has said to know of."""
        return any(problem.code == UNUSABLE for problem in self._told(line_id))

    def acknowledge(self, line_id: str) -> None:
        """The expired or held goods of a line are known."""
        self.acknowledged |= {line_id}

    def unusable_only(self) -> list[tuple[LineView, str]]:
        """The lines with expired or held goods, where nothing else stands in the way of submitting; else none."""
        if self._whole_blocks() or any(self._unsaved.values()):
            return []
        found = []
        for line in self._lines.values():
            for problem in self._told(line.id):
                if problem.level is Level.BLOCK and problem.code != UNUSABLE:
                    return []
                if problem.code == UNUSABLE:
                    found.append((line, tr(problem.message)))
        return found

    def _whole_blocks(self) -> list[LineProblem]:
        return [problem for problem in self._whole if problem.level is Level.BLOCK and self.is_editable]

    def notes(self) -> list[str]:
        """What is to be told of the whole request, such as that nothing was counted for long."""
        return [tr(problem.message) for problem in self._whole if problem.level is Level.NOTE]

    def row(self, line_id: str) -> RequestRow:
        """A line as it is shown now."""
        line, unsaved = self._lines[line_id], self._unsaved.get(line_id, {})
        row = RequestRow(line, {key: each.text for key, each in unsaved.items()}, marks=self.marks.get(line.drug_code),
                         has_report=line.drug_code in self.reported)
        for each in unsaved.values():
            return replace(row, remark=Remark(each.sentence), wrong=frozenset(unsaved))
        problem = self._first_problem(line_id)
        if problem is None:
            return row
        if problem.level is not Level.BLOCK:
            return replace(row, remark=Remark(tr(problem.message), "amber"))
        wrong = frozenset({COLUMN_OF.get(problem.code, "requested")})
        return replace(row, remark=Remark(tr(problem.message)), wrong=wrong)

    def obstacles(self) -> list[Obstacle]:
        """Everything that stands in the way of submitting, line by line."""
        found = [Obstacle("", "", tr("整张申领单"), tr(problem.message)) for problem in self._whole_blocks()]
        for line in self._lines.values():
            unsaved = self._unsaved.get(line.id, {})
            found += [Obstacle(line.id, key, line.name, each.sentence) for key, each in unsaved.items()]
            if unsaved or not self.is_editable:
                continue
            for problem in self._told(line.id):
                if problem.level is Level.BLOCK:
                    column = COLUMN_OF.get(problem.code, "requested")
                    found.append(Obstacle(line.id, column, line.name, tr(problem.message)))
        return found

    def questions(self) -> list[tuple[LineView, str]]:
        """What the user is asked to confirm: (line, sentence)."""
        return [
            (self._lines[line_id], tr(problem.message))
            for line_id, problems in self._problems.items()
            for problem in problems
            if problem.level is Level.ASK and line_id in self._lines
        ]

    def cost_note(self) -> str:
        """“预计 ¥2,318.40”, or that prices are not known."""
        from ui.screens.requests.words import yuan

        wanted = [line for line in self._lines.values() if line.packs and not line.is_skipped]
        unknown = sum(1 for line in wanted if line.cost_fen is None)
        if unknown == len(wanted):
            return tr("价格未知") if wanted else ""
        total = yuan(sum(line.cost_fen or 0 for line in wanted))
        if unknown:
            return tr("预计 {total}，另有 {count} 种价格未知", total=total, count=unknown)
        return tr("预计 {total}", total=total)

    def wanted_count(self) -> int:
        """How many drugs are asked for."""
        return sum(1 for line in self._lines.values() if line.requested and not line.is_skipped)

    def decisions(self) -> Mapping[str, int]:
        """How many lines were agreed to, changed, refused."""
        words = ("approved", "changed", "refused")
        return {word: sum(line.decision == word for line in self._lines.values()) for word in words}

    def _told(self, line_id: str) -> list[LineProblem]:
        """The problems of a line, without what the user has said to know."""
        known = line_id in self.acknowledged
        return [each for each in self._problems.get(line_id, ()) if not (known and each.code == UNUSABLE)]

    def _belongs(self, line: LineView, which: str) -> bool:
        if which == EXPIRING:
            marks = self.marks.get(line.drug_code)
            return marks is not None and (marks.expired > 0 or marks.days is not None)
        if which == OUT_OF_STOCK:
            return (line.on_hand == 0 and not line.is_skipped) or line.drug_code in self.reported
        if which == EMPTY:
            return line.requested is None and not line.is_skipped
        return True

    def _first_problem(self, line_id: str) -> LineProblem | None:
        if not self.is_editable:
            return None
        told = [each for each in self._told(line_id) if self.is_strict or each.code != UNTOUCHED]
        if self._lines[line_id].is_skipped:
            return None
        order = (Level.BLOCK, Level.ASK, Level.NOTE)
        return min(told, key=lambda each: order.index(each.level), default=None)


def _needs_nothing(line: LineView) -> bool:
    """By the ledger; what was typed does not move a line to another place in the list."""
    return bool(line.basis) and line.suggested == 0


def changed_lines(before: Iterable[LineView], after: Iterable[LineView]) -> list[LineView]:
    """The lines that somebody else has written since, as they are now."""
    known = {line.id: replace(line, problems=()) for line in before}
    return [line for line in after if known.get(line.id) != replace(line, problems=())]
