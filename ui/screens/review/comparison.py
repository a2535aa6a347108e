"""The card under the lines: what this clinic uses of the chosen drug, beside its peers in the township.

With monthly reports of its ledger: twelve months as a line and the median of the peers dashed. Without: bars of the
monthly use that the clinics wrote into their latest requests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.quantities import up_to_two_places
from app.i18n import tr
from ui.widgets.cards import Card
from ui.widgets.charts import Bar, BarChart, Line, LineChart
from ui.widgets.labels import label

if TYPE_CHECKING:
    from app.services.request_views import LineView
    from app.services.review import UseComparison
    from app.services.use_history import UseLines

MOST_OTHERS = 12
LEAST_MONTHS = 2
"""Fewer known months are no line."""


class ComparisonCard(Card):
    """Two lines over twelve months, or a few bars: this clinic, the median of the others, and the others."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name=name, margins=(16, 10, 16, 8), spacing=4, parent=parent)
        self._words = label("", "caption", name=f"{name}_words", wrap=True)
        self.add(self._words)
        self.chart = BarChart(name=f"{name}_bars", accessible_name=tr("月均用量对比"), height=88)
        self.lines = LineChart(name=f"{name}_lines", accessible_name=tr("十二个月用量"), height=96)
        self.add(self.chart)
        self.add(self.lines)
        self.show_comparison(None, None)

    def words(self) -> str:
        """The comparison in a sentence."""
        return self._words.text()

    def show_months(self, line: LineView, clinic_name: str, use: UseLines) -> None:
        """Show twelve months of a line's drug."""
        clinic = short_name(clinic_name)
        self.set_title(_title_of(line, clinic, use))
        words = months_sentence(line, use)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self.chart.hide()
        self.lines.show()
        own = tuple(None if units is None else float(units) for units in use.own)
        middle = tuple(None if units is None else float(units) for units in use.median)
        shown = [Line(clinic, own)]
        if any(units is not None for units in middle):
            shown.append(Line(tr("中位数"), middle, "grey", dashed=True))
        self.lines.show_lines([tr("{month} 月", month=int(month[5:]), period=month) for month in use.months], shown)

    def show_comparison(self, line: LineView | None, compared: UseComparison | None) -> None:
        """Show the written use of a line's drug; None says what the card is for."""
        self.lines.hide()
        self.chart.show()
        if line is None or compared is None:
            self.set_title(tr("选一种药品，看各村用量"))
            self._words.setText("")
            self._words.hide()
            self.chart.show_bars(())
            return
        clinic = short_name(compared.clinic_name)
        self.set_title(tr("{drug}　{clinic}月均用量与其他村", drug=line.name, clinic=clinic))
        self._words.setText(_sentence(clinic, line, compared))
        self._words.setVisible(True)
        bars = [] if compared.own is None else [Bar(clinic, float(compared.own), True)]
        if compared.median is not None:
            bars.append(Bar(tr("中位数"), float(compared.median)))
        bars += [Bar(short_name(name), float(use)) for name, use in compared.others[:MOST_OTHERS]]
        self.chart.show_bars(bars)


def _title_of(line: LineView, clinic: str, use: UseLines) -> str:
    values = {"drug": line.name, "clinic": clinic}
    if not use.peers:
        return tr("{drug}　{clinic} 12 个月用量", **values)
    if use.alike:
        return tr("{drug}　{clinic} 12 个月用量与全镇同类村中位数", **values)
    return tr("{drug}　{clinic} 12 个月用量与全镇其他村中位数", **values)


def months_sentence(line: LineView, use: UseLines) -> str:
    """The newest known month in words; twice the median or more is said."""
    known = [place for place, units in enumerate(use.own) if units is not None]
    if not known:
        return ""
    place = known[-1]
    own, middle = use.own[place], use.median[place]
    month = tr("{month} 月", month=int(use.months[place][5:]), period=use.months[place])
    values = {"month": month, "own": own, "unit": line.unit, "count": use.peers}
    if middle is None:
        return tr("{month}用了 {own} {unit}；没有可以比的村。", **values)
    values["median"] = up_to_two_places(middle)
    if middle and own is not None and own >= 2 * middle:
        return tr("{month}用了 {own} {unit}，是 {count} 个村中位数 {median} {unit}的 2 倍以上。", **values)
    return tr("{month}用了 {own} {unit}；{count} 个村的中位数 {median} {unit}。", **values)


def _sentence(clinic: str, line: LineView, compared: UseComparison) -> str:
    if compared.own is None:
        return tr("{clinic}没有填月均用量。", clinic=clinic)
    if compared.median is None:
        return tr("别的村还没有申领过这种药，没有可以比的数。")
    values = {"clinic": clinic, "own": up_to_two_places(compared.own), "unit": line.unit, "count": len(compared.others),
              "median": up_to_two_places(compared.median)}
    if compared.median and compared.own >= 2 * compared.median:
        return tr("{clinic}每月 {own} {unit}，是其他 {count} 个村中位数 {median} {unit}的 2 倍以上。", **values)
    return tr("{clinic}每月 {own} {unit}；其他 {count} 个村中位数 {median} {unit}。", **values)


def short_name(clinic: str) -> str:
    """柳庄村 of 柳庄村卫生室, also where something stands behind it in brackets."""
    return re.sub("卫生室(（.*）)?$", "", clinic) or clinic
