"""A picture to be looked at, shown from memory: nothing of it is written to the disk unless the user saves it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QDialog, QScrollArea, QWidget

from app.i18n import tr
from ui.theme.theme import current_theme
from ui.widgets.buttons import SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Horizontal, Vertical

ZOOM_STEP = 1.25
LEAST_ZOOM, MOST_ZOOM = 0.05, 8.0


class PictureSheet(QWidget):
    """The picture at a zoom."""

    def __init__(self, image: QImage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = image

    def show_at(self, zoom: float) -> None:
        """Be as large as the picture at this zoom."""
        size = self.image.size()
        self.setFixedSize(max(1, round(size.width() * zoom)), max(1, round(size.height() * zoom)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), self.image)
        painter.end()


class PictureWindow(QDialog):
    """+ and - zoom, 0 the whole picture, 1 its own size, Ctrl+S saves, arrows move, Escape closes."""

    def __init__(self, parent: QWidget | None, data: bytes, title: str, save: Callable[[], object]) -> None:
        super().__init__(parent)
        self.setObjectName("picture_window")
        self.setWindowTitle(title)
        self.setAccessibleName(tr("附件：{title}", title=title))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fits = True
        self._zoom = 1.0
        image = QImage.fromData(data)
        column = Vertical(self, spacing=10, margins=12)
        column.addWidget(label(title, "card_title", name="picture_title", wrap=True))
        bar = FlowBox(spacing=8, row_spacing=6)
        self.smaller = SecondaryButton(tr("缩小"), name="picture_smaller", hint="-")
        self.larger = SecondaryButton(tr("放大"), name="picture_larger", hint="+")
        self.whole = SecondaryButton(tr("整张"), name="picture_whole", hint="0")
        self.own_size = SecondaryButton(tr("原大小"), name="picture_own_size", hint="1")
        self.save = SecondaryButton(tr("存到文件"), name="picture_save", hint="Ctrl S", icon_name="save")
        for button in (self.smaller, self.larger, self.whole, self.own_size, self.save):
            bar.add(button)
        column.addWidget(bar)
        self._sheet = PictureSheet(image)
        self._area = QScrollArea()
        self._area.setObjectName("picture_area")
        self._area.setAccessibleName(title)
        self._area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._area.setWidget(self._sheet)
        column.addWidget(self._area, 1)
        foot = Horizontal(spacing=8)
        self._where = label("", "muted", name="picture_zoom")
        foot.addWidget(self._where, 1)
        close = SecondaryButton(tr("关闭"), name="picture_close", hint="Esc")
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        column.addLayout(foot)
        acts = {
            self.smaller: lambda: self.zoom_by(1 / ZOOM_STEP), self.larger: lambda: self.zoom_by(ZOOM_STEP),
            self.whole: self.show_whole, self.own_size: lambda: self.show_at(1.0), self.save: save,
        }  # fmt: skip
        for button, act in acts.items():
            button.clicked.connect(lambda _checked=False, act=act: act())
        for keys, button in (("-", self.smaller), ("+", self.larger), ("=", self.larger), ("0", self.whole),
                             ("1", self.own_size), ("Ctrl+S", self.save)):  # fmt: skip
            QShortcut(QKeySequence(keys), self, activated=button.click)
        room = parent.window().size() if parent else QGuiApplication.primaryScreen().size()
        self.resize(QSize(current_theme().px(900), current_theme().px(700)).boundedTo(room))
        self._area.setFocus()

    def zoom(self) -> float:
        """The zoom in use; 1 shows every pixel of the picture as one of the screen."""
        return self._zoom

    def zoom_by(self, factor: float) -> None:
        """Larger or smaller."""
        self.show_at(self._zoom * factor)

    def show_at(self, zoom: float) -> None:
        """Show the picture at a zoom."""
        self._fits = False
        self._apply(zoom)

    def show_whole(self) -> None:
        """Show the whole picture, as large as there is room, never larger than itself."""
        self._fits = True
        room, size = self._area.maximumViewportSize() - QSize(2, 2), self._sheet.image.size()
        if not size.isEmpty():
            self._apply(min(1.0, room.width() / size.width(), room.height() / size.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room."""
        super().resizeEvent(event)
        if self._fits:
            self.show_whole()

    def _apply(self, zoom: float) -> None:
        self._zoom = min(max(zoom, LEAST_ZOOM), MOST_ZOOM)
        middle = QPoint(self._area.viewport().width() // 2, self._area.viewport().height() // 2)
        self._sheet.show_at(self._zoom)
        self._area.ensureVisible(self._sheet.width() // 2, self._sheet.height() // 2, middle.x(), middle.y())
        self._where.setText(tr("{percent}%", percent=round(self._zoom * 100)))
