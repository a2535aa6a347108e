"""What is told of the row with the cursor: what the rules say, what stands against it, what is carried from last time."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.day_sheets import DayRow, RowState
from ui.screens.day_sheet.cells import state_tone
from ui.screens.day_sheet.modes import VISITS, ColumnLike, GridRow, VerdictLike
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.chips import Chip
from ui.widgets.labels import label, set_role
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.panes import ScrollPage

HEIGHT, FIXED = 152, 80


class RowPanel(Card):
    """Signals: `alone_asked`, `referral_asked`, `confirm_asked`, each about the row that is shown."""

    alone_asked = Signal()
    referral_asked = Signal()
    confirm_asked = Signal()

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(name="day_sheet_panel", margins=(14, 9, 14, 9), spacing=4, parent=parent)
        self._kind = kind
        self._name = label("", "strong", name="panel_name")
        self._chip = Chip(name="panel_chip")
        self._hint = label("", "caption", name="panel_hint")
        head = FlowBox(spacing=12, row_spacing=2)
        for each in (self._name, self._chip, self._hint):
            head.add(each)
        self.add(head)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        column = Vertical(inside, spacing=3)
        self._problem = label("", "problem", name="panel_problem", wrap=True)
        self._reasons = label("", name="panel_reasons", wrap=True)
        self._carried = label("", "caption", name="panel_carried", wrap=True)
        for each in (self._problem, self._reasons, self._carried):
            column.addWidget(each)
        column.addStretch(1)
        self._scroll = ScrollPage(inside, name="panel_scroll", modest=True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.add(self._scroll, 1)
        self._confirm = SecondaryButton(tr("确认无误"), name="panel_confirm", hint="F6", small=True)
        self._refer = SecondaryButton(tr("开转诊单"), name="panel_refer", hint="F8", small=True)
        words = tr("单独打开这一行") if kind == VISITS else tr("打开居民档案")
        self._alone = SecondaryButton(words, name="panel_alone", hint="F2", small=True)
        actions = FlowBox(spacing=8, row_spacing=4)
        for button in (self._confirm, self._refer, self._alone):
            actions.add(button)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add(actions)
        self._confirm.clicked.connect(self.confirm_asked)
        self._refer.clicked.connect(self.referral_asked)
        self._alone.clicked.connect(self.alone_asked)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Keep one height, so that the grid above does not jump; with large type the words scroll."""
        self.setFixedHeight(theme.px(HEIGHT - FIXED) + FIXED)

    def show_row(self, row: GridRow, verdict: VerdictLike, column: ColumnLike | None, *, referred: bool) -> None:
        """Tell of a row; `column` is the one with the cursor."""
        self._name.setText(f"{row.name}　{row.second}")
        self._chip.set_chip(tr(verdict.headline), state_tone(verdict.state, verdict.tone))
        hint = "" if column is None or column.hint is None else tr(
            "{column}：{hint}", column=column.title, hint=column.hint
        )
        self._hint.setText(hint)
        problems = [*verdict.cells.values(), *verdict.others]
        self._set(self._problem, "\n".join(dict.fromkeys(tr(problem.message) for problem in problems)))
        set_role(self._problem, "problem" if verdict.state in (RowState.REFUSED, RowState.ALONE) else "warning")
        reasons = tr("；").join(tr(reason) for reason in verdict.reasons)
        self._set(self._reasons, tr("已开转诊单。{reasons}", reasons=reasons) if referred else reasons)
        self._set(self._carried, self._carried_words(row))
        self._confirm.setVisible(verdict.state is RowState.ASKS)
        self._refer.setVisible(self._kind == VISITS and (verdict.state is RowState.DECIDE or referred))
        self._refer.set_words(tr("撤回转诊单") if referred else tr("开转诊单"))

    def show_nobody(self) -> None:
        """There is no row."""
        self._name.setText("")
        self._chip.set_chip("", "grey")
        for each in (self._problem, self._reasons, self._carried):
            self._set(each, "")

    def words(self) -> str:
        """All that is told now."""
        return "\n".join(
            filter(None, (self._chip.text(), self._problem.text(), self._reasons.text(), self._carried.text()))
        )

    def _carried_words(self, row: GridRow) -> str:
        if not isinstance(row.source, DayRow):
            return ""
        carried = row.source.carried_shown
        if not carried:
            return tr("没有上次的随访可以沿用：第一次随访请单独打开（F2）")
        said = tr("、").join(f"{name} {value}" for name, value in carried)
        return tr("沿用上次 {count} 项：{said}", count=len(carried), said=said)

    @staticmethod
    def _set(target: QWidget, words: str) -> None:
        target.setText(words)  # type: ignore[attr-defined]
        target.setVisible(bool(words))
