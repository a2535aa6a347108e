"""The third step: what every line would do, with nothing written yet. `decided(lines, decision)` when the user settles
lines that ask."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.interchange.roster_plan import (
    ACTION_LABELS,
    SKIP,
    TAKE_NEW,
    TAKE_SAME,
    Action,
    ImportPlan,
    PlannedRow,
)
from ui.theme.tokens import Tone
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.chips import ChipText
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.segmented import Option, Segmented
from ui.widgets.table import Cell, Column, DataTable

ALL = "all"
TONES: dict[Action, Tone] = {Action.ADD: "green", Action.CHANGE: "blue", Action.SAME: "grey", Action.ASK: "amber",
                             Action.REFUSE: "red"}
ORDER = (Action.REFUSE, Action.ASK, Action.ADD, Action.CHANGE, Action.SAME)


class PlanPage(QWidget):
    """A filter by what lines do, the lines, and the whole of the chosen one."""

    decided = Signal(tuple, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._plan: ImportPlan | None = None
        self._column = Vertical(self, spacing=10)
        self.filter = Segmented([Option(ALL, tr("全部"))], name="plan_filter", accessible_name=tr("只看"))
        self._column.addWidget(self.filter)
        self.table = DataTable(
            [Column("line", tr("行"), value=lambda row: str(row.line), align="right"),
             Column("action", tr("怎么办"), value=lambda row: ChipText(tr(ACTION_LABELS[row.action]), TONES[row.action])),
             Column("name", tr("姓名"), value=lambda row: Cell(row.name, bold=True)),
             Column("why", tr("原因和变化"), value=_why, width=200, stretch=True)],
            name="plan_rows", accessible_name=tr("逐行的结果"), empty_text=tr("没有这样的行。"),
        )
        self.table.row_selected.connect(self.on_row)
        self._column.addWidget(self.table, 3)
        self._detail = Card(name="plan_detail", margins=12, spacing=4)
        self._words = label("", wrap=True, name="plan_words")
        self._detail.add(self._words)
        row = Horizontal(spacing=8)
        self._buttons = []
        for decision, words in ((TAKE_SAME, tr("就是档案里的这个人")), (TAKE_NEW, tr("是另一个人，新建")), (SKIP, tr("不导入"))):
            button = SecondaryButton(words, name=f"decide_{decision}", small=True)
            button.clicked.connect(lambda _checked=False, decision=decision: self.on_decided(decision))
            row.addWidget(button)
            self._buttons.append(button)
        self._all = SecondaryButton(tr("其余要确认的都不导入"), name="decide_rest", small=True)
        self._all.clicked.connect(self.on_rest)
        row.addStretch(1)
        row.addWidget(self._all)
        self._detail.add(row)
        self._column.addWidget(self._detail, 0)
        self.setFocusProxy(self.table)

    def show_plan(self, plan: ImportPlan) -> None:
        """Show a plan; the filter and the chosen line stay where they were."""
        self._plan = plan
        counts = plan.counts
        wanted = self.filter.value() or ALL
        options = [Option(ALL, tr("全部 {count}", count=len(plan.rows)))]
        options += [Option(action.value, tr("{what} {count}", what=ACTION_LABELS[action], count=counts[action]))
                    for action in ORDER if counts[action]]
        made = Segmented(options, name="plan_filter", accessible_name=tr("只看"))
        self._column.replaceWidget(self.filter, made)
        self.filter.hide()
        self.filter.deleteLater()
        self.filter = made
        made.set_value(wanted if wanted in [option.value for option in options] else ALL)
        made.changed.connect(self.on_filter)
        self.on_filter()

    def on_filter(self) -> None:
        """Show only the lines that do this."""
        if self._plan is None:
            return
        wanted = self.filter.value()
        rows = [row for row in self._plan.rows if wanted in (None, ALL) or row.action.value == wanted]
        self.table.set_rows(rows, keep=lambda row: row.line)
        if self.table.current_number() < 0:
            self.table.select_row(0)
        self.on_row(self.table.current_row())

    def on_row(self, row: PlannedRow | None) -> None:
        """Show the whole of a line."""
        self._words.setText("" if row is None else detail_of(row))
        asks = row is not None and row.action is Action.ASK
        for button in self._buttons:
            button.setVisible(asks)
        self._buttons[0].setEnabled(row is not None and row.resident_id is not None)
        self._all.setVisible(self._plan is not None and self._plan.count(Action.ASK) > 1)
        self._detail.setVisible(row is not None)

    def on_decided(self, decision: str) -> None:
        """The chosen line was settled."""
        row = self.table.current_row()
        if row is not None:
            self.decided.emit((row.line,), decision)

    def on_rest(self) -> None:
        """All lines that still ask are left out."""
        if self._plan is not None:
            self.decided.emit(tuple(row.line for row in self._plan.rows if row.action is Action.ASK), SKIP)


def changes_of(row: PlannedRow) -> list[str]:
    """What a line would change, each in words."""
    return [tr("{label}：{before} → {after}", label=each.label, before=each.before or "—", after=each.after or "—")
            for each in row.changes]


def detail_of(row: PlannedRow) -> str:
    """Everything about a line."""
    head = tr("第 {line} 行　{name}　{action}", line=row.line, name=row.name, action=ACTION_LABELS[row.action])
    return "\n".join([head, *(tr(reason) for reason in row.reasons), *changes_of(row), *(tr(note) for note in row.notes)])


def _why(row: PlannedRow) -> Cell:
    words: Sequence[str] = [*(tr(reason) for reason in row.reasons), *changes_of(row), *(tr(note) for note in row.notes)]
    tone: Tone | None = "red" if row.action is Action.REFUSE else "amber" if row.action is Action.ASK else None
    return Cell("；".join(words), tone=tone, muted=tone is None)
