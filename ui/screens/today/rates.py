"""全年指标: the indicators of the year by their official names, counted in the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from app.i18n import tr
from app.services.year_indicators import NamedRate, YearIndicators
from ui.theme.theme import current_theme
from ui.widgets.buttons import SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.services import Services


class RatesDialog(QDialog):
    """Every rate with the numbers behind it."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("year_rates")
        self.setWindowTitle(tr("全年指标"))
        self.setAccessibleName(tr("全年指标"))
        theme = current_theme()
        self.resize(min(theme.px(560), 1000), min(theme.px(680), 720))
        column = Vertical(self, spacing=12, margins=20)
        column.addWidget(label(tr("{year} 年工作指标（到今天）", year=services.desk.today().year), "card_title"))
        column.addWidget(label(tr("供自己查看，上报以县平台为准。没填全和作废的表不计。"), "caption", wrap=True))
        self.table = DataTable(
            [
                Column("name", tr("指标"), value=lambda row: row.name.value, bold=True, stretch=True),
                Column("rate", tr("率"), value=lambda row: row.rate.display, align="right"),
                Column("done", tr("分子"), value=lambda row: str(row.rate.numerator), align="right"),
                Column("of", tr("分母"), value=lambda row: str(row.rate.denominator), align="right"),
            ],
            name="rates", accessible_name=tr("全年指标"), empty_text=tr("正在计算…"),
        )
        column.addWidget(self.table, 1)
        foot = Horizontal(spacing=12)
        foot.addStretch(1)
        back = SecondaryButton(tr("返回"), name="rates_back", hint="Esc")
        back.clicked.connect(self.reject)
        foot.addWidget(back)
        column.addLayout(foot)
        indicators = YearIndicators(services.desk)
        services.runner.run(lambda _report, _cancelled: indicators.all(), on_done=self.show_rates)

    def show_rates(self, rates: tuple[NamedRate, ...]) -> None:
        """What was counted."""
        self.table.set_rows(rates)
        self.table.select_row(0)
