"""Which columns the grid has: a small window, remembered for the next time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.i18n import tr
from ui.screens.day_sheet.modes import ColumnLike
from ui.widgets.segmented import Option, PillChoices
from ui.widgets.small_window import SmallWindow


class ColumnsWindow(SmallWindow):
    """`keys()` are the columns chosen, in their order."""

    def __init__(self, every: Sequence[ColumnLike], shown: Sequence[ColumnLike], parent: QWidget | None = None) -> None:
        super().__init__(tr("表格里有哪些列"), tr("就用这些列"), name="columns_window", parent=parent)
        locked = tr("、").join(tr(column.title) for column in every if column.is_locked)
        self.add_text(tr("{columns}一直都在。别的列可以放上或收起；收起的沿用上次，没有上次的照常规填。", columns=locked))
        self._pills = PillChoices(
            [Option(column.key, tr(column.title)) for column in every if not column.is_locked],
            name="column_pills", accessible_name=tr("列"),
        )
        self._pills.set_value([column.key for column in shown])
        self.add_field("columns", tr("列"), self._pills)

    def keys(self) -> tuple[str, ...]:
        """The columns chosen."""
        return self._pills.value()
