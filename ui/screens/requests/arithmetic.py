"""The card beside the lines: how the suggestion of the chosen line comes about, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.quantities import up_to_two_places
from app.domain.stock import DEFAULT_MAX_MONTHS
from app.i18n import tr
from app.services.decision_reasons import reason_as_shown
from ui.screens.requests.words import decision_chip, month_name
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card, card_line
from ui.widgets.charts import Bar, BarChart
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from app.services.request_views import LineView

UseHistory = Sequence[tuple[str, Decimal]]


def arithmetic_of(line: LineView) -> list[tuple[str, str]]:
    """The steps as (words, result): “最高库存 2 个月 =” and “88”. Of a line from the ledger, its sentence in parts."""
    if line.basis:
        return [(part, "") for part in line.arithmetic.replace(" → ", "；").split("；")]
    suggestion = line.suggestion
    if line.monthly_use is None or suggestion.target is None:
        return [(tr("还没有填月均用量，不能算建议量。"), "")]
    target = up_to_two_places(suggestion.target)
    steps = [
        (tr("月均用量"), tr("{use} {unit}", use=up_to_two_places(line.monthly_use), unit=line.unit)),
        (tr("最高库存 {months} 个月 =", months=up_to_two_places(DEFAULT_MAX_MONTHS)), target),
    ]
    if suggestion.available is None or suggestion.suggested is None:
        return [*steps, (tr("还没有填现库存，不能算建议量。"), "")]
    if suggestion.suggested == 0:
        return [*steps, (tr("现库存 {stock}，够用 =", stock=suggestion.available), "0")]
    steps.append((tr("建议 = {target} − {stock} =", target=target, stock=suggestion.available), str(suggestion.suggested)))
    if suggestion.packs:
        packs = tr("{packs} {pack_unit}，共 {units} {unit}", packs=suggestion.packs, pack_unit=line.pack_unit,
                   units=suggestion.units_after_packs, unit=line.unit)
        steps.append((tr("折合整包装"), packs))
    return steps


class ArithmeticCard(Card):
    """The arithmetic of one line, its sentence, and skipping it. `skip_asked` follows the button."""

    skip_asked = Signal()

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("选一种药品，看建议量怎么算"), name=name, parent=parent)
        self._steps = Vertical(spacing=5)
        self.add(self._steps)
        self._remark = label("", "problem", name="line_remark", wrap=True)
        self.add(self._remark)
        self._history_words = label(tr("历次填写的月均用量"), "caption")
        self.add(self._history_words)
        self._history = BarChart(name="use_history", accessible_name=tr("历次填写的月均用量"), height=84)
        self.add(self._history)
        self.skip = SecondaryButton(tr("本期不要这种药"), name="skip_line", small=True)
        self.skip.clicked.connect(self.skip_asked)
        self.body.addWidget(self.skip, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_line(None, remark="", history=(), is_editable=False)

    def show_line(self, line: LineView | None, *, remark: str, history: UseHistory, is_editable: bool) -> None:
        """Show a line; None shows what the card is for."""
        from ui.widgets.layouts import clear_layout

        clear_layout(self._steps)
        self.set_title(tr("选一种药品，看建议量怎么算") if line is None else line.name)
        if line is not None:
            for words, result in arithmetic_of(line):
                self._steps.addWidget(card_line(words, strong=result))
            self._show_decision(line)
        self._remark.setText(remark)
        self._remark.setVisible(bool(remark))
        several = len(history) > 1
        self._history_words.setVisible(several)
        self._history.setVisible(several)
        bars = [Bar(month_name(period), float(use), number == len(history) - 1)
                for number, (period, use) in enumerate(history)]
        self._history.show_bars(bars)
        self.skip.setVisible(is_editable and line is not None)
        self.skip.set_words(tr("恢复申领这种药") if line is not None and line.is_skipped else tr("本期不要这种药"))

    def _show_decision(self, line: LineView) -> None:
        chip = decision_chip(line.decision)
        if chip is None:
            return
        approved = tr("批准 {count} {unit}", count=line.approved, unit=line.unit)
        self._steps.addWidget(card_line(approved, chip=chip))
        if line.decision_reason:
            self._steps.addWidget(label(tr("原因：{reason}", reason=reason_as_shown(line.decision_reason)), wrap=True))
