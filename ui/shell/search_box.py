"""The search line of the top bar, with the hits beneath while typing.

`find` is called at every change of the text, also when an input method commits characters, and must answer within
a few milliseconds; what is still being composed is not searched. The list is a child of the window and not a window
of its own, so the line keeps the focus and the input method. Down and Up choose, Enter takes, Escape puts away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.i18n import tr
from ui.theme import tokens
from ui.theme.icons import paint_icon
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.chips import ChipText, chip_width, paint_chip

MOST_HITS = 12
ROW_HEIGHT = 46
ROOM_FOR_BADGE = 380
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class SearchHit:
    """One hit: the key that is given back when it is chosen, two lines of words, chips at the right."""

    key: str
    title: str
    subtitle: str = ""
    chips: tuple[ChipText, ...] = ()


Find = Callable[[str], Sequence[SearchHit]]


class HitsModel(QAbstractListModel):
    """The hits for the list; resetting it costs microseconds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hits: list[SearchHit] = []

    def show(self, hits: Sequence[SearchHit]) -> None:
        """Put these in place of the former ones."""
        self.beginResetModel()
        self.hits = list(hits[:MOST_HITS])
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """How many hits."""
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words for screen readers."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) and index.isValid():
            hit = self.hits[index.row()]
            return " ".join(part for part in (hit.title, hit.subtitle, *(chip.text for chip in hit.chips)) if part)
        return None


class HitDelegate(QStyledItemDelegate):
    """Draws a hit: title, quiet second line, chips at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """All hits are equally high."""
        return QSize(10, current_theme().px(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one hit."""
        theme = current_theme()
        colours = theme.colours
        hit = index.model().hits[index.row()]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.surface_selected))
        place = QRectF(option.rect).adjusted(theme.gap(10), 0, -theme.gap(10), 0)
        right = place.right()
        for chip in reversed(hit.chips):
            width = chip_width(theme, chip.text)
            if right - width < place.left() + place.width() * 0.45:
                break
            paint_chip(painter, theme, chip, QPointF(right - width, place.center().y()), width + 1)
            right -= width + theme.px(6)
        words = QRectF(place.left(), place.top(), right - place.left(), place.height())
        self._paint_words(painter, theme, words, hit)
        painter.restore()

    def _paint_words(self, painter: QPainter, theme: Theme, place: QRectF, hit: SearchHit) -> None:
        half = place.height() / 2
        upper = QRectF(place.left(), place.top() + theme.px(3), place.width(), half) if hit.subtitle else place
        painter.setFont(theme.font(bold=True))
        painter.setPen(QColor(theme.colours.text))
        self._draw(painter, upper, hit.title)
        if hit.subtitle:
            painter.setFont(theme.font(tokens.TYPE.caption))
            painter.setPen(QColor(theme.colours.text_muted))
            self._draw(painter, QRectF(place.left(), place.top() + half, place.width(), half - theme.px(3)), hit.subtitle)

    def _draw(self, painter: QPainter, place: QRectF, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)


class SearchHits(QListView):
    """The list beneath the line; it never takes the focus."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("search_hits")
        self.setAccessibleName(tr("搜索结果"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hits_model = HitsModel(self)
        self.setModel(self.hits_model)
        self.setItemDelegate(HitDelegate(self))
        self.hide()


class SearchLine(QLineEdit):
    """The line itself: a magnifying glass at its left, the key at its right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search_line")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, the glass and the badge of the key."""
        super().paintEvent(event)
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = theme.px(15)
        glass = QRectF(theme.px(12), (self.height() - size) / 2, size, size)
        paint_icon(painter, "search", glass, colours.text_muted)
        if self.width() < theme.px(ROOM_FOR_BADGE):
            painter.end()
            return
        painter.setFont(theme.font(11))
        words = "Ctrl K"
        width = painter.fontMetrics().horizontalAdvance(words) + theme.px(12)
        badge = QRectF(self.width() - width - theme.px(12), (self.height() - theme.px(18)) / 2, width, theme.px(18))
        painter.setPen(QColor(colours.border_control))
        painter.drawRoundedRect(badge, theme.px(4), theme.px(4))
        painter.setPen(QColor(colours.text_muted))
        painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.end()


class SearchBox(QWidget):
    """Line and hits together. `chosen(key)` when a hit is taken."""

    chosen = Signal(str)

    def __init__(self, find: Find | None = None, *, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search_box")
        self._find: Find | None = find
        self.line = SearchLine(self)
        self.line.setAccessibleName(tr("找人"))
        self.set_placeholder(placeholder)
        self.line.textChanged.connect(self.on_text_changed)
        self.line.installEventFilter(self)
        self._hits: SearchHits | None = None
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def set_find(self, find: Find | None) -> None:
        """What to search with; None searches nothing (before the data is there)."""
        self._find = find

    def set_placeholder(self, words: str) -> None:
        """What the empty line says, such as “找人：姓名 / 拼音首字母 / 身份证 / 电话”."""
        self.line.setPlaceholderText(words)
        if words:
            self.line.setAccessibleDescription(words)

    def hits(self) -> tuple[SearchHit, ...]:
        """The hits shown now."""
        if self._hits is None or self._hits.isHidden():
            return ()
        return tuple(hit for hit in self._hits.hits_model.hits if hit.key)

    def current_hit(self) -> SearchHit | None:
        """The hit that Enter would take."""
        if not self.hits() or self._hits is None:
            return None
        row = self._hits.currentIndex().row()
        return self.hits()[row] if row >= 0 else None

    def start(self) -> None:
        """Ctrl+K: go to the line, ready to type over what is there."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def put_away(self) -> None:
        """Hide the hits and empty the line."""
        self.line.clear()
        if self._hits is not None:
            self._hits.hide()

    def on_text_changed(self, text: str) -> None:
        """Search at once and show what is found."""
        words = text.strip()
        if not words or self._find is None:
            if self._hits is not None:
                self._hits.hide()
            return
        self._show(self._find(words))

    def on_hit_clicked(self, index: QModelIndex) -> None:
        """A hit was taken with the mouse."""
        self._take(index.row())

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        self.setFixedHeight(theme.px(tokens.CONTROL_HEIGHT))
        self.setMinimumWidth(theme.px(150))
        self.setMaximumWidth(theme.px(420))
        self._place()

    def sizeHint(self) -> QSize:
        """Room for a question."""
        theme = current_theme()
        return QSize(theme.px(420), theme.px(tokens.CONTROL_HEIGHT))

    def resizeEvent(self, event: QEvent) -> None:
        """The line fills the box; the hits follow."""
        self.line.setGeometry(self.rect())
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys and focus of the line."""
        if watched is not self.line:
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent) and self._hits is not None:
            elsewhere = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
            if event.reason() not in elsewhere:
                self._hits.hide()
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        shown = self.hits()
        if event.key() == Qt.Key.Key_Escape:
            had_something = bool(shown) or bool(self.line.text())
            self.put_away()
            return had_something
        if not shown or self._hits is None:
            return False
        row = self._hits.currentIndex().row()
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            row = (row + (1 if event.key() == Qt.Key.Key_Down else -1)) % len(shown)
            self._hits.setCurrentIndex(self._hits.hits_model.index(row, 0))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(max(0, row))
            return True
        return False

    def _take(self, row: int) -> None:
        shown = self.hits()
        if 0 <= row < len(shown) and shown[row].key:
            key = shown[row].key
            self.put_away()
            self.chosen.emit(key)

    def _show(self, hits: Sequence[SearchHit]) -> None:
        if self._hits is None:
            self._hits = SearchHits(self.window())
            self._hits.clicked.connect(self.on_hit_clicked)
        shown = hits or [SearchHit("", tr("没有找到"), tr("可以换姓名、拼音首字母、身份证号或电话再试"))]
        self._hits.hits_model.show(shown)
        if hits:
            self._hits.setCurrentIndex(self._hits.hits_model.index(0, 0))
        self._place()
        if self._hits.isHidden():
            self._hits.show()
            self._hits.raise_()

    def _place(self) -> None:
        if self._hits is None:
            return
        theme = current_theme()
        window = self.window()
        top_left = self.mapTo(window, QPoint(0, self.height() + 4))
        rows = self._hits.hits_model.rowCount()
        height = min(rows * theme.px(ROW_HEIGHT) + theme.px(12), window.height() - top_left.y() - 8)
        width = min(max(self.width(), theme.px(480)), window.width() - top_left.x() - 8)
        self._hits.setGeometry(QRect(top_left, QSize(width, height)))
