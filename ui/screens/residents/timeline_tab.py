"""The timeline of a record: everything that happened, the newest first, by kind if wanted. `opened(TimelineRow)`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.message import msg
from app.forms.summaries import SHORT_NAMES, short_name
from app.i18n import tr
from app.services.form_views import VOID
from app.services.resident_views import TimelineRow
from ui.screens.residents.words import DASH, timeline_chips
from ui.widgets.field_row import ComboBox
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.table import Cell, Column, DataTable

OTHER_KINDS = {
    "attachment": msg("附件"), "dispensing": msg("发药"), "enrolment": msg("纳入与结束管理"), "state": msg("迁出、死亡等"),
}  # fmt: skip


class TimelineTab(QWidget):
    """What happened, the newest first. `opened(TimelineRow)` with Enter."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._rows: tuple[TimelineRow, ...] = ()
        column = Vertical(self, spacing=8)
        choices = FlowBox(spacing=12, row_spacing=6)
        self.kind = ComboBox(name="timeline_kind", accessible_name=tr("只看哪一种"))
        self.kind.currentIndexChanged.connect(self._show)
        self.with_void = QCheckBox(tr("显示作废"))
        self.with_void.setObjectName("timeline_with_void")
        self.with_void.setAccessibleName(tr("显示作废"))
        self.with_void.toggled.connect(self._offer_kinds)
        choices.add(self.kind)
        choices.add(self.with_void)
        column.addWidget(choices)
        self.table = DataTable(
            [Column("date", tr("日期"), value=_date_cell),
             Column("chips", tr("事项"), value=lambda row: Cell(chips=timeline_chips(row))),
             Column("text", tr("内容"), value=_text_cell, stretch=True),
             Column("author", tr("医生"), value=lambda row: row.author or DASH)],
            name="timeline", accessible_name=tr("时间线"), inside_card=True, empty_text=tr("还没有记录。"),
        )  # fmt: skip
        self.table.row_activated.connect(self.opened)
        column.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def show_rows(self, rows: Sequence[TimelineRow]) -> None:
        """Show what happened; `rows` hold what is void too."""
        self._rows = tuple(rows)
        self._offer_kinds()

    def show_all_kinds(self) -> None:
        """Show every kind again, for another resident."""
        self.kind.set_value(None)
        self.with_void.setChecked(False)

    def _offer_kinds(self) -> None:
        counts = Counter(row.kind for row in self._shown_states())
        self.with_void.setVisible(any(row.state == VOID for row in self._rows))
        order = [*SHORT_NAMES, *OTHER_KINDS]
        kinds = sorted(counts, key=lambda kind: (order.index(kind) if kind in order else len(order), kind))
        names = {kind: tr(OTHER_KINDS[kind] if kind in OTHER_KINDS else short_name(kind)) for kind in kinds}
        self.kind.set_options([
            (None, tr("全部 {count}", count=sum(counts.values()))),
            *((kind, tr("{kind} {count}", kind=names[kind], count=counts[kind])) for kind in kinds),
        ])  # fmt: skip
        self._show()

    def _shown_states(self) -> list[TimelineRow]:
        return [row for row in self._rows if self.with_void.isChecked() or row.state != VOID]

    def _show(self) -> None:
        wanted = self.kind.value()
        rows = [row for row in self._shown_states() if wanted is None or row.kind == wanted]
        self.table.set_rows(rows, keep=_key)


def _key(row: TimelineRow) -> tuple[object, ...]:
    return (row.date, row.kind, row.form_entry_id, row.attachment_id, str(row.text))


def _date_cell(row: TimelineRow) -> Cell:
    return Cell(row.date.isoformat(), muted=row.state == VOID)


def _text_cell(row: TimelineRow) -> Cell:
    is_void = row.state == VOID
    return Cell(tr(row.text), muted=is_void, struck=is_void)
