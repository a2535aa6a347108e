"""The card beside the lines: how the suggestion of the chosen line comes about, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.quantities import up_to_two_places
from app.domain.stock import DEFAULT_MAX_MONTHS
from app.i18n import tr
from app.services.decision_reasons import reason_as_shown
from ui.screens.requests.words import decision_chip, month_name
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card, card_line
from ui.widgets.charts import Bar, BarChart
from ui.widgets.labels import label, set_role
from ui.widgets.layouts import FlowBox, Vertical

if TYPE_CHECKING:
    from app.services.request_views import LineView
    from app.services.request_workings import LineWorking

UseHistory = Sequence[tuple[str, Decimal]]


def arithmetic_of(line: LineView) -> list[tuple[str, str]]:
    """The steps as (words, result): “最高库存 2 个月 =” and “88”. Of a submitted line from the ledger, its sentence in parts."""
    if line.basis:
        return [(part, "") for part in line.arithmetic.replace(" → ", "；").split("；") if part]
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


def ledger_steps(working: LineWorking) -> list[tuple[str, str]]:
    """The steps of a line whose figures are the ledger's: the month, the use, the maximum, the patients, the suggestion."""
    found = _stock_steps(working) + _use_steps(working) + _need_steps(working)
    suggestion = working.suggestion
    found.append(_suggestion_step(working))
    if suggestion.packs and suggestion.units_after_packs is not None:
        packs = tr("{packs} {pack_unit}，共 {units} {unit}", packs=suggestion.packs, pack_unit=working.pack_unit,
                   units=suggestion.units_after_packs, unit=working.unit)
        found.append((tr("折合整包装"), packs))
    return found


def _stock_steps(working: LineWorking) -> list[tuple[str, str]]:
    found = []
    flow = working.flow
    if flow is not None:
        words = tr("上期结存 {beginning} 收入 {received} 用出 {used} 损耗 {lost}", beginning=flow.beginning,
                   received=flow.received, used=flow.used, lost=flow.lost)
        if flow.other:
            words = tr("{words} 其他 {other}", words=words, other=f"{flow.other:+d}")
        found.append((words, ""))
    if working.unusable:
        found.append((tr("架上另有过期或停用 {units} {unit}，不算", units=working.unusable, unit=working.unit), ""))
    if working.left_out > 0:
        found.append((tr("其中 {units} {unit}到期前用不完，不算", units=working.left_out, unit=working.unit), ""))
    return found


def _use_steps(working: LineWorking) -> list[tuple[str, str]]:
    if working.amc is None:
        return [(tr("月均用量：近 3 个月没有可算的用量"), "—")]
    out = tr("月均用量（3 个月，扣断货 {days} 天）", days=working.stockout_days) if working.stockout_days else (
        tr("月均用量（3 个月，没有断货）"))
    found = [(out, up_to_two_places(working.amc))]
    if working.low_confidence:
        found.append((tr("有药的日子不到 15 天，月均用量只供参考"), ""))
    return found


def _need_steps(working: LineWorking) -> list[tuple[str, str]]:
    found = []
    if working.target is not None:
        months = up_to_two_places(working.months)
        words = tr("最高库存 {months} 个月 =", months=months)
        if working.isolation_months:
            words = tr("最高库存 {months} 个月（含封路 {isolation} 个月）=", months=months,
                       isolation=up_to_two_places(working.isolation_months))
        if working.season_factor != 1:
            words = tr("{words} × 季节系数 {factor} =", words=words.removesuffix("=").rstrip(),
                       factor=up_to_two_places(working.season_factor))
        found.append((words, up_to_two_places(working.target)))
    caseload = working.caseload
    if caseload is not None:
        days = tr("{days} 天", days=caseload.days)
        if caseload.safety_days:
            days = tr("（{days}＋{spare}）天", days=caseload.days, spare=caseload.safety_days)
        words = tr("在管 {patients} 人每天共用 {daily} × 到下次送货 {days} =", patients=caseload.patients,
                   daily=up_to_two_places(caseload.units_a_day), days=days)
        found.append((words, up_to_two_places(caseload.units)))
    if working.committed:
        found.append((tr("到期要续的长处方 ="), str(working.committed)))
    return found


def _suggestion_step(working: LineWorking) -> tuple[str, str]:
    suggestion = working.suggestion
    if suggestion.suggested is None or suggestion.target is None or suggestion.available is None:
        return tr("没有可算的用量：请自己填数量，写明原因。"), ""
    target = up_to_two_places(suggestion.target)
    stock = suggestion.available - working.in_transit + working.reserved
    parts = tr("{target} − 现库存 {stock}", target=target, stock=stock)
    if working.in_transit:
        parts = tr("{parts} − 在途 {transit}", parts=parts, transit=working.in_transit)
    if working.reserved:
        parts = tr("{parts} ＋ 已预留 {reserved}", parts=parts, reserved=working.reserved)
    if suggestion.suggested == 0 and suggestion.target > suggestion.available:
        return tr("现库存高于最低库存，本期不补 ="), "0"
    if suggestion.suggested == 0:
        return tr("{parts}，够用，建议 =", parts=parts), "0"
    if suggestion.basis.value == "caseload" and working.target is not None:
        return tr("取大：建议 = {parts} =", parts=parts), str(suggestion.suggested)
    return tr("建议 = {parts} =", parts=parts), str(suggestion.suggested)


class ArithmeticCard(Card):
    """The arithmetic of one line, its sentence, and what is done with it. The signals follow the buttons."""

    skip_asked = Signal()
    shortage_asked = Signal()
    acknowledge_asked = Signal()

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("选一种药品，看建议量怎么算"), name=name, parent=parent)
        self._steps = Vertical(spacing=5)
        self.add(self._steps)
        self._remark = label("", "problem", name="line_remark", wrap=True)
        self.add(self._remark)
        self._history_words = label(tr("历次填写的月均用量"), "caption", name="use_history_words")
        self.add(self._history_words)
        self._history = BarChart(name="use_history", accessible_name=tr("历次填写的月均用量"), height=84)
        self.add(self._history)
        self.skip = SecondaryButton(tr("本期不要这种药"), name="skip_line", small=True)
        self.skip.clicked.connect(self.skip_asked)
        self.acknowledge = SecondaryButton(tr("过期停用的我知道"), name="acknowledge_unusable", small=True, hint="F7")
        self.acknowledge.clicked.connect(self.acknowledge_asked)
        self.shortage = SecondaryButton(tr("登记缺药"), name="report_shortage", small=True, hint="Ctrl B")
        self.shortage.clicked.connect(self.shortage_asked)
        self._buttons = FlowBox(spacing=8, row_spacing=8)
        for button in (self.skip, self.shortage, self.acknowledge):
            self._buttons.add(button)
        self.add(self._buttons)
        self.show_line(None, remark="", history=(), is_editable=False)

    def show_line(
        self, line: LineView | None, *, remark: str, history: UseHistory, is_editable: bool,
        working: LineWorking | None = None, is_only_told: bool = False, has_unusable: bool = False, has_report: bool = False,
    ) -> None:
        """Show a line; None shows what the card is for. `working` are the steps of a line from the ledger; a remark that
        `is_only_told` is nothing to put right."""
        from ui.widgets.layouts import clear_layout

        clear_layout(self._steps)
        self.set_title(tr("选一种药品，看建议量怎么算") if line is None else line.name)
        if line is not None:
            for words, result in arithmetic_of(line) if working is None else ledger_steps(working):
                self._steps.addWidget(card_line(words, strong=result))
            self._show_decision(line)
        self._remark.setText(remark)
        self._remark.setVisible(bool(remark))
        set_role(self._remark, "caption" if is_only_told else "problem")
        self._show_use(history, working)
        self.skip.setVisible(is_editable and line is not None)
        self.skip.set_words(tr("恢复申领这种药") if line is not None and line.is_skipped else tr("本期不要这种药"))
        self.shortage.setVisible(line is not None and not has_report)
        self.acknowledge.setVisible(is_editable and has_unusable)

    def show_other_drug(self, name: str, words: str) -> None:
        """A drug of which the request has no line: its name and one sentence."""
        self.show_line(None, remark="", history=(), is_editable=False)
        self.set_title(name)
        self._steps.addWidget(label(words, "muted", name="no_line_yet", wrap=True))

    def _show_use(self, history: UseHistory, working: LineWorking | None) -> None:
        """Bars of the use of each month: of the ledger, or as it was written in former requests."""
        if working is not None:
            months = working.months_of_use
            several = any(use is not None for _month, use in months)
            self._history_words.setText(tr("每月用出（{unit}）", unit=working.unit))
            self._history.setAccessibleName(tr("每月用出"))
            bars = [Bar(month_name(month), None if use is None else float(use), number == len(months) - 1)
                    for number, (month, use) in enumerate(months)]
        else:
            several = len(history) > 1
            self._history_words.setText(tr("历次填写的月均用量"))
            self._history.setAccessibleName(tr("历次填写的月均用量"))
            bars = [Bar(month_name(period), float(use), number == len(history) - 1)
                    for number, (period, use) in enumerate(history)]
        self._history_words.setVisible(several)
        self._history.setVisible(several)
        self._history.show_bars(bars)

    def _show_decision(self, line: LineView) -> None:
        chip = decision_chip(line.decision)
        if chip is None:
            return
        approved = tr("批准 {count} {unit}", count=line.approved, unit=line.unit)
        self._steps.addWidget(card_line(approved, chip=chip))
        if line.decision_reason:
            self._steps.addWidget(label(tr("原因：{reason}", reason=reason_as_shown(line.decision_reason)), wrap=True))
