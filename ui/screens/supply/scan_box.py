"""A line that a scanner types in, above a table: Enter ends a code, Up and Down move in the table, digits typed in the table
come here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from ui.screens.requests.catalogue_page import SearchLine
from ui.screens.requests.line_table import LineTable
from ui.widgets.buttons import SecondaryButton
from ui.widgets.field_row import LabelledField
from ui.widgets.layouts import Horizontal


class ScanBox(QWidget):
    """The line and the button that takes the last code of the chosen row away.

    `scanned(code)` follows Enter, `unscan_asked()` the button or Ctrl+Delete in the table.
    """

    scanned = Signal(str)
    unscan_asked = Signal()

    def __init__(self, table: LineTable, *, takes_digits: bool = False, parent: QWidget | None = None) -> None:
        """`takes_digits`: digits typed in the table come here, for a table that is only read."""
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._table, self._takes_digits = table, takes_digits
        self.line = SearchLine(name="scan_code", accessible_name=tr("扫追溯码"),
                               placeholder=tr("把光标留在这里，逐盒扫码"))
        self.field = LabelledField(tr("扫追溯码"), self.line, name="scan_code", hint="F2")
        self.unscan = SecondaryButton(tr("退掉这一行最后一个码"), name="unscan", hint="Ctrl Del", small=True)
        row = Horizontal(self, spacing=10)
        row.addWidget(self.field, 1)
        row.addWidget(self.unscan, 0, Qt.AlignmentFlag.AlignBottom)
        self.line.returnPressed.connect(self._on_return)
        self.line.moved.connect(self._on_moved)
        self.unscan.clicked.connect(lambda _checked=False: self.unscan_asked.emit())
        table.skip_asked.connect(lambda _row: self.unscan_asked.emit())
        table.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A scanner types while the table has the focus."""
        if (self._takes_digits and watched is self._table and event.type() == QEvent.Type.KeyPress
                and isinstance(event, QKeyEvent) and self.isVisible() and event.text().isdigit()):
            self.line.setFocus()
            self.line.insert(event.text())
            return True
        return super().eventFilter(watched, event)

    def _on_return(self) -> None:
        text = self.line.text()
        self.line.clear()
        if text.strip():
            self.field.set_problem("")
            self.scanned.emit(text)

    def _on_moved(self, step: int) -> None:
        last = self._table.rows_model.rowCount() - 1
        self._table.choose(max(0, min(last, self._table.current_number() + step)))
