"""The row of filters above the list of the day: whose group, which disease, how far ahead, how far away, in what order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.diseases import NAMES, PROGRAMMES
from app.services.work_list import Order, Until, WorkFilter
from ui.screens.follow_ups.people import FilterLine
from ui.widgets.field_row import ComboBox
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.segmented import Option, Segmented

DISTANCES = (Decimal("1"), Decimal("3"), Decimal("5"))


class FilterRow(QWidget):
    """`changed` when anything in it was changed by the user."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("today_filters")
        self.line = FilterLine(name="today_search", accessible_name=tr("按姓名或拼音筛选"), placeholder=tr("姓名 / 拼音"))
        self.when = Segmented(
            [Option(Until.OVERDUE.value, tr("逾期")), Option(Until.TODAY.value, tr("今天")),
             Option(Until.WEEK.value, tr("本周")), Option(Until.ALL.value, tr("全部"))],
            name="today_when", accessible_name=tr("应访日期"),
        )
        self.when.set_value(Until.WEEK.value)
        self.group = ComboBox(name="today_group", accessible_name=tr("组"))
        self.disease = ComboBox(name="today_disease", accessible_name=tr("病种"))
        self.disease.set_options([(None, tr("全部病种")), *((disease, tr(NAMES[disease])) for disease in PROGRAMMES)])
        self.distance = ComboBox(name="today_distance", accessible_name=tr("距离"))
        near = [(str(km), tr("{km} 公里内", km=km)) for km in DISTANCES]
        self.distance.set_options([(None, tr("不限距离")), *near])
        self.order = ComboBox(name="today_order", accessible_name=tr("排序"))
        self.order.set_options([
            (Order.DUE.value, tr("按应访日期")), (Order.RISK.value, tr("按风险")),
            (Order.DISTANCE.value, tr("按距离")), (Order.GROUP.value, tr("按组")),
        ])
        self.show_groups(())
        box = FlowBox(spacing=8, row_spacing=6)
        for each in (self.when, self.line, self.group, self.disease, self.distance, self.order):
            box.add(each)
        Vertical(self).addWidget(box)
        self.when.changed.connect(self._on_changed)
        self.line.textChanged.connect(self._on_changed)
        for combo in (self.group, self.disease, self.distance, self.order):
            combo.currentIndexChanged.connect(self._on_changed)

    def show_groups(self, groups: Sequence[str]) -> None:
        """The groups that there are."""
        self.group.set_options([(None, tr("全部组")), *((name, name) for name in groups)])

    def wanted(self) -> WorkFilter:
        """What narrows the list."""
        group, disease, distance = (combo.value() for combo in (self.group, self.disease, self.distance))
        found = WorkFilter(text=self.line.text(), until=Until(str(self.when.value())))
        return replace(
            found, group=None if group is None else str(group), disease=None if disease is None else str(disease),
            distance_max=None if distance is None else Decimal(str(distance)),
        )

    def chosen_order(self) -> Order:
        """The order of the list."""
        return Order(str(self.order.value()))

    def is_narrowed(self) -> bool:
        """Whether anything but the day narrows the list."""
        wanted = self.wanted()
        return wanted != WorkFilter(until=wanted.until)

    def _on_changed(self) -> None:
        self.changed.emit()
