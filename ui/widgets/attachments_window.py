"""The attachments of one filled-in form, in a window over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from app.i18n import tr
from ui.theme.theme import current_theme
from ui.widgets.attachments_strip import AttachmentsStrip
from ui.widgets.buttons import SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical

if TYPE_CHECKING:
    from ui.services import Services

WIDTH, HEIGHT, ROOM_AROUND = 720, 420, 80


class AttachmentsWindow(QDialog):
    """The strip of one sheet; `read_only` for a void one. Escape closes."""

    def __init__(self, services: Services, resident_id: str, form_entry_id: str, title: str, *, read_only: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attachments_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        heading = tr("附件：{title}", title=title)
        self.setWindowTitle(heading)
        self.setAccessibleName(heading)
        column = Vertical(self, spacing=12, margins=20)
        column.addWidget(label(heading, "card_title", wrap=True))
        self.strip = AttachmentsStrip(services, name="sheet_attachments")
        self.strip.show_for(resident_id, form_entry_id, read_only=read_only)
        column.addWidget(self.strip, 1)
        row = Horizontal(spacing=10)
        close = SecondaryButton(tr("关闭"), name="attachments_close", hint="Esc")
        close.clicked.connect(self.accept)
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
        theme, room = current_theme(), self.screen().availableGeometry()
        self.resize(min(theme.px(WIDTH), room.width() - ROOM_AROUND), min(theme.px(HEIGHT), room.height() - ROOM_AROUND))
        self.strip.table.setFocus(Qt.FocusReason.OtherFocusReason)
