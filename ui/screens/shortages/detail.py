"""The card beside the list: one report, what may be used instead, who could spare some, and what may be done now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.shortage_states import ShortageAction, ShortageKind, ShortageState
from app.i18n import tr
from ui.screens.requests.progress import ProgressCard, Step
from ui.screens.requests.words import short_time
from ui.screens.shortages.words import alternative_words, known, redistribution_words, state_chip, units_of
from ui.widgets.buttons import Button, PrimaryButton, SecondaryButton
from ui.widgets.cards import Card, card_line
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical, clear_layout

if TYPE_CHECKING:
    from app.services.shortages import Alternative, Redistribution, ShortageStep, ShortageView

MOST_SHOWN = 6
FIRST = (ShortageAction.REPORT, ShortageAction.VERIFY, ShortageAction.DELIVER, ShortageAction.COLLECT, ShortageAction.CLOSE)
"""The usual next step of its state: the primary button, Ctrl+Enter."""


class ShortageDetail(QWidget):
    """`action_asked(action)` follows a button, `complete_asked` the wish to fill in a draft."""

    action_asked = Signal(object)
    complete_asked = Signal()

    def __init__(self, *, is_township: bool) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._is_township = is_township
        column = Vertical(self, spacing=12)
        self.card = Card(tr("选一份报告"), name="shortage_detail")
        self._lines = Vertical(spacing=5)
        self.card.add(self._lines)
        self.buttons = FlowBox(spacing=8, row_spacing=8)
        self.card.add(self.buttons)
        column.addWidget(self.card)
        self.help = Card(tr("同类可用的药"), name="shortage_alternatives")
        self._help_lines = Vertical(spacing=5)
        self.help.add(self._help_lines)
        column.addWidget(self.help)
        self.spare = Card(tr("别的卫生室有余"), name="shortage_redistributions")
        self._spare_lines = Vertical(spacing=5)
        self.spare.add(self._spare_lines)
        column.addWidget(self.spare)
        self.progress = ProgressCard(name="shortage_progress")
        column.addWidget(self.progress)
        column.addStretch(1)
        self.show_report(None, actions=(), alternatives=(), redistributions=(), history=())

    def show_report(
        self, view: ShortageView | None, *, actions: Sequence[ShortageAction], alternatives: Sequence[Alternative],
        redistributions: Sequence[Redistribution], history: Sequence[ShortageStep],
    ) -> None:
        """Show a report; None hides what belongs to one."""
        clear_layout(self._lines)
        self.buttons.clear()
        self.card.set_title(tr("选一份报告") if view is None else view.drug_text)
        for part in (self.buttons, self.help, self.progress):
            part.setVisible(view is not None)
        self.spare.setVisible(view is not None and self._is_township)
        if view is None:
            self._lines.addWidget(label(tr("列表里选一份，这里看详情和能做的事。"), "muted", wrap=True))
            return
        self._show_lines(view)
        self._show_buttons(view, actions)
        self._fill(self._help_lines, [alternative_words(each, is_township=self._is_township) for each in alternatives],
                   tr("目录里没有同类的药。") if view.drug_code else tr("目录外的药，找不到同类。"))
        self._fill(self._spare_lines, [redistribution_words(each) for each in redistributions],
                   tr("按上次的月报，没有卫生室有余。"))
        self.progress.show_steps([
            Step(tr(step.state.label), tr("{who} {when}", who=step.user_name, when=short_time(step.at)),
                 step.comment)
            for step in history
        ])

    def _show_lines(self, view: ShortageView) -> None:
        self._lines.addWidget(card_line(tr("{kind}", kind=tr(view.kind.label)), chip=state_chip(view.state)))
        figures = (
            (tr("每月需要"), units_of(view, view.needed_a_month)), (tr("影响居民"), view.residents_affected),
            (tr("现有库存"), units_of(view, view.stock_now)), (tr("上次到货"), view.last_received_on),
        )
        for words, value in () if view.kind is ShortageKind.NEW_VARIETY else figures:
            self._lines.addWidget(card_line(words, strong=known(value)))
        texts = (
            (tr("理由：{words}", words=view.reason), view.reason),
            (tr("试过的替代：{words}", words=view.alternatives_tried), view.alternatives_tried),
            (tr("处理：{words}", words=view.outcome), view.outcome),
            (tr("配送企业答复：{words}", words=view.distributor_answer), view.distributor_answer),
        )
        for words, is_there in texts:
            if is_there:
                self._lines.addWidget(label(words, wrap=True))
        who = tr("{who} {when} 登记", who=view.reported_by_name, when=short_time(view.reported_at))
        self._lines.addWidget(label(who, "caption", wrap=True))

    def _show_buttons(self, view: ShortageView, actions: Sequence[ShortageAction]) -> None:
        made: list[Button] = []
        for action in actions:
            is_first = action in FIRST
            kind = PrimaryButton if is_first else SecondaryButton
            button = kind(tr(action.label), name=f"shortage_{action.value}", small=True, hint="Ctrl ↵" if is_first else "")
            button.clicked.connect(lambda _checked=False, do=action: self.action_asked.emit(do))
            made.append(button)
        if view.state is ShortageState.DRAFT and view.kind is not ShortageKind.NEW_VARIETY:
            complete = SecondaryButton(tr("补全"), name="shortage_complete", small=True, hint="↵")
            complete.clicked.connect(self.complete_asked)
            made.insert(1, complete)
        for button in made:
            self.buttons.add(button)
        self.buttons.setVisible(bool(made))

    def _fill(self, lines: Vertical, words: Sequence[str], nothing: str) -> None:
        clear_layout(lines)
        for each in words[:MOST_SHOWN]:
            lines.addWidget(label(each, wrap=True))
        if len(words) > MOST_SHOWN:
            lines.addWidget(label(tr("还有 {count} 种", count=len(words) - MOST_SHOWN), "caption"))
        if not words:
            lines.addWidget(label(nothing, "muted", wrap=True))
