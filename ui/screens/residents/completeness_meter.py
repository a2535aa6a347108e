"""How complete a record is: a bar with its percentage, and the list of what lacks, each line leading to its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from app.forms.summaries import short_name
from app.i18n import tr
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.progress import Share, ShareBar
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.completeness import Completeness, Missing

BAR_WIDTH = 150
WIDTH, HEIGHT = 560, 460
ROOM_AROUND = 80


class CompletenessMeter(QWidget):
    """档案完整度 72% 还缺 3 项. `lead_asked(Missing)` when a line of the list was taken."""

    lead_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("completeness")
        self._found: Completeness | None = None
        self._row = Horizontal(self, spacing=10)
        self._words = label("", "small", name="completeness_words")
        self._bar = ShareBar(Share(tr("档案完整度"), 0, 100))
        self._bar.setObjectName("completeness_bar")
        self.missing = LinkButton("", name="completeness_missing")
        self.missing.clicked.connect(self.open_list)
        self._row.addWidget(self._words)
        self._row.addWidget(self._bar)
        self._row.addWidget(self.missing)
        self._row.addStretch(1)
        self._window: MissingWindow | None = None
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def show_completeness(self, found: Completeness) -> None:
        """Show how complete a record is."""
        self._found = found
        self._bar.set_share(Share(tr("档案完整度"), found.percent, 100, "amber" if found.missing else None))
        self._words.setText(tr("档案完整度 {percent}%", percent=found.percent))
        self.missing.setVisible(bool(found.missing))
        self.missing.set_words(tr("还缺 {count} 项", count=len(found.missing)))

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self._bar.setFixedWidth(theme.px(BAR_WIDTH))

    def open_list(self) -> None:
        """Show what lacks."""
        if self._found is None or not self._found.missing:
            return
        self._window = MissingWindow(self._found, self.window())
        self._window.chosen.connect(self.lead_asked)
        self._window.open()

    def list_window(self) -> MissingWindow | None:
        """The list that was opened last."""
        return self._window


class MissingWindow(QDialog):
    """What lacks, by part. Enter on a line goes to the field: `chosen(Missing)`."""

    chosen = Signal(object)

    def __init__(self, found: Completeness, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("missing_window")
        title = tr("档案完整度 {percent}%，还缺 {count} 项", percent=found.percent, count=len(found.missing))
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        column = Vertical(self, spacing=12, margins=20)
        column.addWidget(label(title, "card_title", wrap=True))
        column.addWidget(label(tr("选一项按回车，就到要填的地方。"), "muted", wrap=True))
        self.table = DataTable(
            [Column("part", tr("哪张表"), value=lambda row: Cell(tr(short_name(row.form_code)), bold=True)),
             Column("message", tr("缺什么"), value=lambda row: tr(row.message), stretch=True)],
            name="missing_list", accessible_name=tr("还缺的"), fit_rows=400,
        )  # fmt: skip
        self.table.set_rows(found.missing)
        self.table.select_row(0)
        self.table.row_activated.connect(self._on_row)
        column.addWidget(self.table, 1)
        row = Horizontal(spacing=10)
        close = SecondaryButton(tr("关闭"), name="missing_close", hint="Esc")
        close.clicked.connect(self.reject)
        go = PrimaryButton(tr("去填"), name="missing_go", hint="↵")
        go.clicked.connect(lambda: self._on_row(self.table.current_row()))
        row.addWidget(close)
        row.addStretch(1)
        row.addWidget(go)
        column.addLayout(row)
        theme, room = current_theme(), self.screen().availableGeometry()
        self.resize(min(theme.px(WIDTH), room.width() - ROOM_AROUND), min(theme.px(HEIGHT), room.height() - ROOM_AROUND))
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_row(self, row: Missing | None) -> None:
        if row is not None:
            self.accept()
            self.chosen.emit(row)
