"""The third page of the import: what every line would do, with nothing written yet.

`decided(line, decision)` with decision "" to take an answer back; `accept_all_asked()`, `import_asked()`,
`save_refused_asked()`, `back_asked()`.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.interchange.roster_plan import SKIP, Action, ImportPlan, PlannedRow
from ui.screens.import_roster.line_card import LineCard
from ui.screens.import_roster.rows import ALL, accepting, answers_of, columns, filter_words, shown_rows
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.panes import TwoPane
from ui.widgets.segmented import Option, Segmented
from ui.widgets.table import DataTable


class CountFilter(Segmented):
    """One of several filters, each with its count; there is always one chosen."""

    def set_words(self, words: dict[str, str]) -> None:
        """Show other counts."""
        for button in self.buttons:
            button.option = replace(button.option, text=words[button.option.value])
            button.setText(button.option.words())
            button.setAccessibleName(button.option.words())
        self.follow_theme(current_theme())

    def clear_answer(self) -> None:
        """Delete shows everything again."""
        self.set_value(ALL)


class CheckPage(QWidget):
    """The list of lines, its filters, and the chosen line beside it."""

    decided = Signal(int, str)
    accept_all_asked = Signal()
    import_asked = Signal()
    save_refused_asked = Signal()
    back_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("import_check_page")
        self._plan: ImportPlan | None = None
        self._is_busy = False
        options = [Option(value, value) for value in (ALL, *(action.value for action in Action))]
        self.filter = CountFilter(options, name="import_filter", accessible_name=tr("看哪些行"))
        self.filter.changed.connect(self.on_filter)
        self.table = DataTable(columns(self.is_decided), name="import_rows", accessible_name=tr("名单的每一行"),
                               empty_text=tr("这一类一行也没有。"))
        self.table.row_selected.connect(self.on_row)
        self.table.row_activated.connect(self.on_activated)
        self.line = LineCard()
        self.line.decided.connect(self.on_decided)
        self._build_foot()
        main = QWidget()
        main.setProperty("kind", "plain")
        column = Vertical(main, spacing=10)
        above = FlowBox(spacing=10, row_spacing=8)
        for widget in (self.filter, self.accept_all, self.save_refused):
            above.add(widget)
        column.addWidget(above)
        column.addWidget(self.table, 1)
        Vertical(self).addWidget(TwoPane(main, self.line, actions=self.foot, side_width=310, breakpoint=860))
        skip = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.table)
        skip.setContext(Qt.ShortcutContext.WidgetShortcut)
        skip.activated.connect(self.on_delete)
        self.setFocusProxy(self.table)

    # --- its face ---------------------------------------------------------------------------------------------

    def show_plan(self, plan: ImportPlan, *, afresh: bool = False) -> None:
        """Show what an import would do. `afresh` begins with what the user should look at first."""
        self._plan = plan
        self.filter.set_words(filter_words(plan))
        if afresh:
            self.filter.set_value(self._first_filter(plan))
        self._show_rows()
        self._show_foot()

    def is_decided(self, line: int) -> bool:
        """Whether the user has answered a line."""
        return self._plan is not None and line in self._plan.decisions

    def set_busy(self, busy: bool) -> None:
        """While the lines are looked at again nothing can be imported."""
        self._is_busy = busy
        self._show_foot()

    def set_note(self, sentence: str) -> None:
        """What just happened, at the foot."""
        self.foot.set_note(sentence)

    def show_filter(self, value: str) -> None:
        """Show certain lines."""
        self.filter.set_value(value)

    # --- what happens -----------------------------------------------------------------------------------------

    def on_filter(self) -> None:
        """Show the lines of another filter."""
        self._show_rows()
        self.table.select_row(0)

    def on_row(self, row: PlannedRow | None) -> None:
        """Show the chosen line."""
        self.line.show_row(row, is_decided=row is not None and self.is_decided(row.line))

    def on_activated(self, row: PlannedRow) -> None:
        """Enter on a line that asks accepts it; on any other it goes to what can be done with it."""
        if row.action is Action.ASK:
            self.on_decided(row.line, accepting(row))
        else:
            self.line.focus_first()

    def on_delete(self) -> None:
        """Delete leaves a line out, or takes that back."""
        row = self.table.current_row()
        if row is None:
            return
        if self.is_decided(row.line):
            self.on_decided(row.line, "")
        elif SKIP in answers_of(row):
            self.on_decided(row.line, SKIP)

    def on_decided(self, line: int, decision: str) -> None:
        """Tell the screen; the list keeps its place."""
        self.table.setFocus()
        self.decided.emit(line, decision)

    # --- inside -----------------------------------------------------------------------------------------------

    def _build_foot(self) -> None:
        self.foot = ActionBar(name="check_actions")
        back = SecondaryButton(tr("改对应关系"), name="check_back", hint="Esc")
        back.clicked.connect(self.back_asked)
        self.save_refused = SecondaryButton(tr("退回的行另存…"), name="save_refused", small=True)
        self.save_refused.clicked.connect(self.save_refused_asked)
        self.accept_all = SecondaryButton(tr("请确认的 {count} 行都接受", count=0), name="accept_all", small=True)
        self.accept_all.clicked.connect(self.accept_all_asked)
        self.do_import = PrimaryButton(tr("导入"), name="import_residents", hint="Ctrl ↵")
        self.do_import.clicked.connect(self.import_asked)
        self.foot.add_left(back)
        self.foot.add_right(self.do_import)

    def _first_filter(self, plan: ImportPlan) -> str:
        return Action.ASK.value if plan.count(Action.ASK) else ALL

    def _show_rows(self) -> None:
        if self._plan is None:
            return
        number = self.table.current_number()
        rows = shown_rows(self._plan, self.filter.value() or ALL)
        self.table.set_rows(rows, keep=lambda row: row.line)
        if self.table.current_number() < 0 and rows:
            self.table.select_row(min(max(0, number), len(rows) - 1))
        self.on_row(self.table.current_row())

    def _show_foot(self) -> None:
        if self._plan is None:
            return
        plan = self._plan
        count = plan.count(Action.ADD) + plan.count(Action.CHANGE)
        asking = plan.count(Action.ASK)
        self.do_import.set_words(tr("导入 {count} 人", count=count))
        self.do_import.setEnabled(count > 0 and not self._is_busy)
        self.accept_all.set_words(tr("请确认的 {count} 行都接受", count=asking))
        self.accept_all.setVisible(asking > 0)
        self.save_refused.setVisible(bool(plan.left_out))
        self.foot.set_note(tr("正在重新核对…") if self._is_busy else tr("还什么也没有写入。"))
