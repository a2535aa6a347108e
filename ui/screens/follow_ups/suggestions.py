"""A line of free text that proposes while it is typed: drugs by name or pinyin initials, residents in a dialog.

The list lies in the window and never takes the focus, so that the input method stays with the line. Down and Up choose,
Enter takes, Escape puts away; what is typed may stay as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from ui.shell.search_box import ROW_HEIGHT, SearchHit, SearchHits
from ui.theme.theme import current_theme
from ui.widgets.form_view.fields import MIDDLE, LineControl

Suggest = Callable[[str], Sequence[SearchHit]]


class SuggestingLine(LineControl):
    """`suggest` is called at each change and must answer within some milliseconds; `chosen(key)` when one is taken."""

    chosen = Signal(str)

    def __init__(self, suggest: Suggest, *, name: str, accessible_name: str, width: int = MIDDLE,
                 parent: QWidget | None = None) -> None:
        super().__init__(name=name, accessible_name=accessible_name, width=width, parent=parent)
        self._suggest = suggest
        self._list: SearchHits | None = None
        self.textEdited.connect(self.on_typed)

    def suggestions(self) -> tuple[SearchHit, ...]:
        """What is proposed now."""
        if self._list is None or self._list.isHidden():
            return ()
        return tuple(self._list.hits_model.hits)

    def on_typed(self, text: str) -> None:
        """Propose for what stands there now."""
        hits = self._suggest(text.strip()) if text.strip() else ()
        if not hits:
            self.put_away()
            return
        if self._list is None:
            self._list = SearchHits(self.window())
            self._list.setObjectName(f"{self.objectName()}_suggestions")
            self._list.setAccessibleName(tr("{field}的建议", field=self.accessibleName()))
            self._list.clicked.connect(self.on_clicked)
        self._list.hits_model.show(hits)
        self._list.setCurrentIndex(self._list.hits_model.index(0, 0))
        self._place()
        self._list.show()
        self._list.raise_()

    def on_clicked(self, index: QModelIndex) -> None:
        """A proposal was taken with the mouse."""
        self.take(index.row())

    def take(self, number: int) -> None:
        """Take one of the proposals."""
        hits = self.suggestions()
        self.put_away()
        if 0 <= number < len(hits):
            self.chosen.emit(hits[number].key)

    def put_away(self) -> None:
        """Hide the proposals."""
        if self._list is not None:
            self._list.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the list while it is shown."""
        hits = self.suggestions()
        if not hits or self._list is None:
            super().keyPressEvent(event)
            return
        row = self._list.currentIndex().row()
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            row = (row + (1 if event.key() == Qt.Key.Key_Down else -1)) % len(hits)
            self._list.setCurrentIndex(self._list.hits_model.index(row, 0))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.take(row)
        elif event.key() == Qt.Key.Key_Escape:
            self.put_away()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Away with the list when the line is left."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.put_away()

    def hideEvent(self, event: QHideEvent) -> None:
        """Away with the list when the page goes."""
        super().hideEvent(event)
        self.put_away()

    def _place(self) -> None:
        if self._list is None:
            return
        theme = current_theme()
        window = self.window()
        below = self.mapTo(window, QPoint(0, self.height() + 2))
        height = self._list.hits_model.rowCount() * theme.px(ROW_HEIGHT) + theme.px(12)
        room = window.height() - below.y() - 8
        if room < min(height, theme.px(3 * ROW_HEIGHT)):
            above = self.mapTo(window, QPoint(0, -2)).y()
            height = min(height, above - 8)
            below.setY(above - height)
        width = min(max(self.width(), theme.px(320)), window.width() - below.x() - 8)
        self._list.setGeometry(QRect(below, QSize(width, min(height, window.height() - below.y() - 8))))
