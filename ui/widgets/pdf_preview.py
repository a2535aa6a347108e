"""打印预览: the sheets as they will come out of the printer, with printing and saving as PDF.

    show_pdf(parent, pdf_bytes, title, dialogs)

QtPdf is imported when a preview is first opened. Nothing is printed or written without a key or a click.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from app.domain.message import Message, msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.exchange_files import write_whole
from ui.dialogs import FileKind, Notice, show_failure
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical

if TYPE_CHECKING:
    from PySide6.QtPdf import QPdfDocument
    from PySide6.QtPrintSupport import QPrinter

    from ui.dialogs import Dialogs

PDF = FileKind(msg("PDF 文件"), ("pdf",))
PRINT_DPI = 300
ZOOM_STEP = 1.2
LEAST_ZOOM, MOST_ZOOM = 0.3, 4.0


class PrinterChooser(Protocol):
    """Lets the user choose a printer; None when he went back."""

    def __call__(self, parent: QWidget, pages: int) -> QPrinter | None: ...


def choose_printer(parent: QWidget, pages: int) -> QPrinter | None:
    """The system's print dialog."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setFullPage(True)
    dialog = QPrintDialog(printer, parent)
    dialog.setMinMax(1, pages)
    dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, pages > 1)
    return printer if dialog.exec() == QDialog.DialogCode.Accepted else None


class PdfPreview(QDialog):
    """The preview window. Ctrl+P prints, Ctrl+S saves, + and - zoom, PageUp and PageDown turn, Escape closes."""

    def __init__(
        self,
        parent: QWidget | None,
        pdf: bytes,
        title: str,
        dialogs: Dialogs,
        *,
        notice: Message | str = "",
        printer_chooser: PrinterChooser = choose_printer,
    ) -> None:
        super().__init__(parent)
        self._pdf, self._title, self._dialogs, self._choose = pdf, title, dialogs, printer_chooser
        self.setObjectName("pdf_preview")
        self.setWindowTitle(title)
        self.setAccessibleName(tr("打印预览：{title}", title=title))
        self._document = self._open(pdf)
        self._build(notice)
        self._connect()
        self._fit_screen()

    def page_count(self) -> int:
        """How many pages there are."""
        return self._document.pageCount()

    def page(self) -> int:
        """The page in view, from 1."""
        return self._view.pageNavigator().currentPage() + 1

    def turn_to(self, page: int) -> None:
        """Bring `page` (from 1) into view."""
        from PySide6.QtCore import QPointF

        page = min(max(page, 1), self.page_count())
        self._view.pageNavigator().jump(page - 1, QPointF(), 0)

    def page_image(self) -> QImage:
        """What is drawn of the pages at this moment."""
        return self._view.viewport().grab().toImage()

    def print_pages(self) -> bool:
        """Let the user choose a printer and print; whether it was sent."""
        printer = self._choose(self, self.page_count())
        if printer is None:
            return False
        first = printer.fromPage() or 1
        last = printer.toPage() or self.page_count()
        if not self._paint(printer, first - 1, min(last, self.page_count())):
            self._dialogs.tell(
                Notice(
                    msg("没有打印出来"), msg("打印机没有接受这份文件。"), msg("您的记录都安全地保存在本机。"),
                    msg("请检查打印机是否打开、是否有纸，再按“打印”。也可以先“存为 PDF”。"), tone="red",
                )
            )  # fmt: skip
            return False
        return True

    def save_pdf(self) -> Path | None:
        """Let the user choose a file and write the PDF; None when he went back or it failed (he was told)."""
        file = self._dialogs.save_file(tr("存为 PDF"), f"{self._title}.pdf", [PDF])
        if file is None:
            return None
        try:
            return write_whole(file, self._pdf)
        except CunyiError as error:
            show_failure(self._dialogs, error)
            return None

    def zoom(self, factor: float) -> None:
        """Larger or smaller by `factor`."""
        from PySide6.QtPdfWidgets import QPdfView

        wanted = min(max(self.shown_zoom() * factor, LEAST_ZOOM), MOST_ZOOM)
        self._view.setZoomMode(QPdfView.ZoomMode.Custom)
        self._view.setZoomFactor(wanted)

    def shown_zoom(self) -> float:
        """The zoom in use; 1 is the size on paper."""
        from PySide6.QtPdfWidgets import QPdfView

        custom = self._view.zoomMode() == QPdfView.ZoomMode.Custom
        return self._view.zoomFactor() if custom else self._fitting()

    def fit_width(self) -> None:
        """The whole width of the page."""
        from PySide6.QtPdfWidgets import QPdfView

        self._view.setZoomMode(QPdfView.ZoomMode.FitToWidth)

    def _open(self, pdf: bytes) -> QPdfDocument:
        from PySide6.QtPdf import QPdfDocument

        self._buffer = QBuffer(self)
        self._buffer.setData(QByteArray(pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        document = QPdfDocument(self)
        document.load(self._buffer)
        return document

    def _build(self, notice: Message | str) -> None:
        from PySide6.QtPdfWidgets import QPdfView

        column = Vertical(self, spacing=10, margins=12)
        bar = Horizontal(spacing=8)
        bar.addWidget(label(self._title, "card_title", name="preview_title"), 1)
        self.smaller = SecondaryButton(tr("缩小"), name="zoom_out", hint="-")
        self.larger = SecondaryButton(tr("放大"), name="zoom_in", hint="+")
        self.whole = SecondaryButton(tr("整页宽"), name="fit_width", hint="0")
        self.save = SecondaryButton(tr("存为 PDF"), name="save_pdf", hint="Ctrl S", icon_name="save")
        self.print = PrimaryButton(tr("打印"), name="print", hint="Ctrl P", icon_name="print")
        for button in (self.smaller, self.larger, self.whole, self.save, self.print):
            bar.addWidget(button)
        column.addLayout(bar)
        if notice:
            column.addWidget(label(tr(notice), "muted", name="preview_notice", wrap=True))
        self._view = QPdfView(self)
        self._view.setObjectName("pdf_view")
        self._view.setAccessibleName(tr("页面"))
        self._view.setPageMode(QPdfView.PageMode.MultiPage)
        self._view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self._view.setDocument(self._document)
        column.addWidget(self._view, 1)
        foot = Horizontal(spacing=8)
        self._where = label("", "muted", name="preview_page")
        foot.addWidget(self._where, 1)
        self.close_button = SecondaryButton(tr("关闭"), name="close_preview", hint="Esc")
        foot.addWidget(self.close_button)
        column.addLayout(foot)
        self._show_page()
        self.print.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self.smaller.clicked.connect(lambda: self.zoom(1 / ZOOM_STEP))
        self.larger.clicked.connect(lambda: self.zoom(ZOOM_STEP))
        self.whole.clicked.connect(self.fit_width)
        self.save.clicked.connect(self.save_pdf)
        self.print.clicked.connect(self.print_pages)
        self.close_button.clicked.connect(self.accept)
        self._view.pageNavigator().currentPageChanged.connect(self._show_page)
        for keys, action in (
            ("Ctrl+P", self.print_pages),
            ("Ctrl+S", self.save_pdf),
            ("+", lambda: self.zoom(ZOOM_STEP)),
            ("=", lambda: self.zoom(ZOOM_STEP)),
            ("-", lambda: self.zoom(1 / ZOOM_STEP)),
            ("0", self.fit_width),
            ("PgDown", lambda: self.turn_to(self.page() + 1)),
            ("PgUp", lambda: self.turn_to(self.page() - 1)),
        ):
            QShortcut(QKeySequence(keys), self, activated=action)

    def _show_page(self) -> None:
        self._where.setText(tr("第 {page} 页，共 {pages} 页", page=self.page(), pages=self.page_count()))

    def _fitting(self) -> float:
        width = self._document.pagePointSize(0).width() or 1
        return self._view.viewport().width() / (width * self.logicalDpiX() / 72)

    def _fit_screen(self) -> None:
        room = self.parentWidget().window().size() if self.parentWidget() else QGuiApplication.primaryScreen().size()
        wanted = QSize(current_theme().px(1000), current_theme().px(760))
        self.resize(wanted.boundedTo(room))

    def _paint(self, printer: QPrinter, first: int, last: int) -> bool:
        """Draw the pages `first` to `last` (from 0, the last excluded) onto the paper at its own size."""
        painter = QPainter()
        if not painter.begin(printer):
            return False
        dpi = min(printer.resolution(), PRINT_DPI)
        for page in range(first, last):
            if page > first and not printer.newPage():
                painter.end()
                return False
            points = self._document.pagePointSize(page)
            image = self._document.render(page, (points / 72 * dpi).toSize())
            scale = printer.resolution() / 72
            painter.drawImage(QRectF(0, 0, points.width() * scale, points.height() * scale), image)
        return painter.end()


def show_pdf(parent: QWidget | None, pdf: bytes, title: str, dialogs: Dialogs, *, notice: Message | str = "") -> None:
    """Open the preview and wait until it is closed."""
    PdfPreview(parent, pdf, title, dialogs, notice=notice).exec()
