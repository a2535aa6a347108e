"""The card under the lines: what this clinic uses of the chosen drug, beside the other clinics of the township."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.quantities import up_to_two_places
from app.i18n import tr
from ui.widgets.cards import Card
from ui.widgets.charts import Bar, BarChart
from ui.widgets.labels import label

if TYPE_CHECKING:
    from app.services.request_views import LineView
    from app.services.review import UseComparison

MOST_OTHERS = 12


class ComparisonCard(Card):
    """A few bars: this clinic, the median of the others, and the others."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name=name, margins=(16, 12, 16, 10), spacing=4, parent=parent)
        self._words = label("", "caption", name=f"{name}_words", wrap=True)
        self.add(self._words)
        self.chart = BarChart(name=f"{name}_bars", accessible_name=tr("月均用量对比"), height=88)
        self.add(self.chart)
        self.show_comparison(None, None)

    def words(self) -> str:
        """The comparison in a sentence."""
        return self._words.text()

    def show_comparison(self, line: LineView | None, compared: UseComparison | None) -> None:
        """Show the use of a line's drug; None says what the card is for."""
        if line is None or compared is None:
            self.set_title(tr("选一种药品，看各村用量"))
            self._words.setText("")
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
