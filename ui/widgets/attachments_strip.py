"""附件 of a record or of one sheet: the list, adding by file, by dropping or by Ctrl+V, looking, saving out, 作废.

    strip = AttachmentsStrip(services); strip.show_for(resident_id, form_entry_id)

What is shown comes from memory; a file in the clear is written only where the user saves one. `changed()` after each
change. A sheet that is not saved yet has no place for attachments: `show_for(resident_id, unsaved=True)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.attachment_views import ENDINGS, KEPT, AttachmentView
from ui.dialogs import FileKind, show_failure
from ui.widgets.buttons import SecondaryButton
from ui.widgets.chips import ChipText
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.picture_window import PictureWindow
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from ui.services import Services

KINDS = [
    FileKind(msg("图片和 PDF"), ("jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp", "pdf")),
    FileKind(msg("所有文件"), ("*",)),
]
COMPACT_ROWS = 4


class AttachmentsStrip(QWidget):
    """The attachments of one place. `compact` is as high as its rows, for a place inside a page that scrolls."""

    changed = Signal()

    def __init__(self, services: Services, *, name: str = "attachments", compact: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self.setAccessibleName(tr("附件"))
        self.setAcceptDrops(True)
        self._services = services
        self._resident_id, self._entry_id = "", None
        self._where: Mapping[str, str] = {}
        self._has_place = self._is_open = False
        column = Vertical(self, spacing=10)
        self._note = label("", "muted", name=f"{name}_note", wrap=True)
        column.addWidget(self._note)
        self.table = DataTable(
            [Column("title", tr("附件"), value=self._title_cell, stretch=True),
             Column("added", tr("添加日期"), value=lambda row: row.added_at.astimezone().date().isoformat()),
             Column("kind", tr("种类"), value=lambda row: f"{'PDF' if row.is_pdf else tr('图片')} {row.size_text}"),
             Column("author", tr("谁添加的"), value=lambda row: row.author)],
            name=f"{name}_table", accessible_name=tr("附件"), inside_card=True, least_rows=2,
            empty_text=tr("还没有附件。可以把拍好的化验单、出院小结拖到这里，或按 Ctrl V 粘贴。"),
        )  # fmt: skip
        if compact:
            self.table.fit_height(most_rows=COMPACT_ROWS)
        self.table.row_activated.connect(self.look_at)
        self.table.row_selected.connect(self._on_row)
        column.addWidget(self.table, 1)
        row = FlowBox(spacing=8, row_spacing=6)
        self.add = SecondaryButton(tr("添加文件"), name=f"{name}_add", icon_name="plus")
        self.paste = SecondaryButton(tr("粘贴"), name=f"{name}_paste", hint="Ctrl V")
        self.look = SecondaryButton(tr("查看"), name=f"{name}_look", hint="↵", icon_name="eye")
        self.save = SecondaryButton(tr("存到文件"), name=f"{name}_save", icon_name="save")
        self.void = SecondaryButton(tr("作废"), name=f"{name}_void")
        self.with_void = QCheckBox(tr("显示作废的附件"))
        self.with_void.setObjectName(f"{name}_with_void")
        self.with_void.setAccessibleName(tr("显示作废的附件"))
        for button, act in (
            (self.add, self.add_file), (self.paste, self.add_pasted), (self.look, lambda: self.look_at(self.table.current_row())),
            (self.save, lambda: self.save_out(self.table.current_row())),
            (self.void, lambda: self.make_void(self.table.current_row())),
        ):  # fmt: skip
            button.clicked.connect(lambda _checked=False, act=act: act())
            row.add(button)
        row.add(self.with_void)
        self.with_void.toggled.connect(self.reload)
        column.addWidget(row)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.add_pasted)
        self.setFocusProxy(self.table)
        self._settle()

    # --- what the screen calls --------------------------------------------------------------------------------

    def show_for(self, resident_id: str, form_entry_id: str | None = None, *, unsaved: bool = False,
                 read_only: bool = False, where: Mapping[str, str] | None = None) -> None:
        """Show the attachments of a record, or of one of its sheets. `where` names the sheets by their ids; with
        `read_only` they are only looked at."""
        self._resident_id, self._entry_id, self._where = resident_id, form_entry_id, where or {}
        self._has_place = bool(resident_id) and not unsaved
        self._is_open = self._has_place and not read_only
        self._note.setText(tr("先保存这张表，再添加附件。") if unsaved else "")
        self._note.setVisible(unsaved)
        self.reload()

    def reload(self) -> None:
        """Read the attachments anew."""
        rows: tuple[AttachmentView, ...] = ()
        if self._has_place:
            attachments, with_void = self._services.attachments, self.with_void.isChecked()
            if self._entry_id is None:
                rows = attachments.of_resident(self._resident_id, with_void=with_void)
            else:
                rows = attachments.of_form(self._resident_id, self._entry_id, with_void=with_void)
        self.table.set_rows(rows, keep=lambda row: row.id)
        if rows and self.table.current_row() is None:
            self.table.select_row(0)
        self._settle()

    def choose(self, attachment_id: str) -> None:
        """Mark one attachment."""
        number = next((n for n, row in enumerate(self.table.rows()) if row.id == attachment_id), -1)
        self.table.select_row(number)

    # --- adding -----------------------------------------------------------------------------------------------

    def add_file(self) -> None:
        """Let the user choose a file."""
        file = self._services.dialogs.open_file(tr("添加附件"), KINDS)
        if file is not None:
            self._add_named(file, file.stem)

    def add_pasted(self) -> None:
        """Ctrl+V: a picture or files from the clipboard."""
        clipboard = QGuiApplication.clipboard().mimeData()
        if not self._is_open:
            return
        if not self.take(clipboard):
            self._services.say(tr("剪贴板里没有图片或文件。"))

    def take(self, data: QMimeData | None) -> bool:
        """Add what was dropped or pasted; False when it holds neither files nor a picture."""
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data is not None else []
        if len(files) == 1:
            self._add_named(files[0], files[0].stem)
        elif files:
            for file in files:
                self._add(file, "")
        elif data is not None and data.hasImage():
            self._add_named(_png(QImage(data.imageData())), tr("粘贴的图片 {date}", date=self._services.desk.today()))
        else:
            return False
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures may be dropped here."""
        data = event.mimeData()
        if self._is_open and (data.hasImage() or any(url.isLocalFile() for url in data.urls())):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        if self.take(event.mimeData()):
            event.acceptProposedAction()

    def _add_named(self, source: Path | bytes, proposed: str) -> None:
        title = self._services.dialogs.ask_text(tr("添加附件"), tr("附件的名称，例如：血常规化验单"), value=proposed)
        if title is not None:
            self._add(source, title.strip() or proposed)

    def _add(self, source: Path | bytes, title: str) -> None:
        services, resident_id, entry_id = self._services, self._resident_id, self._entry_id

        def work(report: object, cancelled: object) -> AttachmentView:
            return services.attachments.add(resident_id, source, title, form_entry_id=entry_id)

        services.runner.run(work, on_done=self._on_added, on_error=self._on_failure, title=tr("添加附件"))

    def _on_added(self, added: AttachmentView) -> None:
        self._services.say(tr("已添加附件：{title}", title=added.title))
        if added.resident_id == self._resident_id:
            self.reload()
            self.choose(added.id)
        self.changed.emit()

    # --- one attachment ---------------------------------------------------------------------------------------

    def look_at(self, row: AttachmentView | None) -> None:
        """Enter: show it."""
        if row is None:
            return
        try:
            data = self._services.attachments.content(row.id)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        if row.is_pdf:
            self._services.preview(data, row.title)
        else:
            PictureWindow(self, data, row.title, lambda: self.save_out(row)).open()

    def save_out(self, row: AttachmentView | None) -> None:
        """Write it to a file that the user chooses."""
        if row is None:
            return
        ending = ENDINGS.get(row.media_type, "")
        kinds = [FileKind(msg("PDF 文件") if row.is_pdf else msg("图片"), (ending,))]
        file = self._services.dialogs.save_file(tr("存到文件"), row.file_name, kinds)
        if file is None:
            return
        try:
            self._services.attachments.save_out(row.id, file)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._services.say(tr("已存到 {file}。这份文件没有加密，用完请删除。", file=file.name))

    def make_void(self, row: AttachmentView | None) -> None:
        """作废, with a reason."""
        if row is None or row.state != KEPT:
            return
        reason = self._services.dialogs.ask_text(
            tr("作废附件"), tr("为什么作废“{title}”？它仍留在档案里，勾选“显示作废的附件”可以看到。", title=row.title),
            hint=tr("例如：传错了人"))  # fmt: skip
        if reason is None:
            return
        try:
            self._services.attachments.void(row.id, reason)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._services.say(tr("已作废：{title}", title=row.title))
        self.reload()
        self.changed.emit()

    # --- inside -----------------------------------------------------------------------------------------------

    def _title_cell(self, row: AttachmentView) -> Cell:
        is_void = row.state != KEPT
        where = self._where.get(row.form_entry_id or "", "") if self._entry_id is None else ""
        chips = (*((ChipText(where, "grey"),) if where else ()), *((ChipText(tr("作废"), "grey"),) if is_void else ()))
        return Cell(row.title, chips=chips, muted=is_void, struck=is_void, icon="file" if row.is_pdf else "eye")

    def _on_row(self, _row: object) -> None:
        self._settle()

    def _settle(self) -> None:
        row = self.table.current_row()
        for button in (self.add, self.paste):
            button.setEnabled(self._is_open)
        for button in (self.look, self.save):
            button.setEnabled(row is not None)
        self.void.setEnabled(self._is_open and row is not None and row.state == KEPT)

    def _on_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self._services.dialogs, error)


def _png(image: QImage) -> bytes:
    """A picture of the clipboard as a file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(QByteArray(buffer.data()).data())
