"""The navigation at the left: one entry per screen, who is at work at the foot.

It is one stop of the Tab key; Up and Down move within it. On a narrow window or with large type it keeps the words
and gives up room around them, then shows icons alone; what does not fit in height scrolls.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.i18n import tr
from ui.theme import tokens
from ui.theme.icons import paint_icon
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical
from ui.widgets.panes import ScrollPage

COMPACT_BELOW = 1000
ICONS_ONLY_BELOW = 520


class NavigationEntry(QAbstractButton):
    """One entry: icon and words; filled when it is the screen shown. `stepped(-1 or 1)` with Up and Down."""

    stepped = Signal(int)

    def __init__(self, key: str, title: str, icon_name: str, shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._icon_name = icon_name
        self._icons_only = False
        self.setText(title)
        self.setObjectName(f"go_{key}")
        self.setAccessibleName(title)
        self.setAccessibleDescription(shortcut)
        self.setToolTip(f"{title}  {shortcut}".strip())
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_icons_only(self, icons_only: bool) -> None:
        """Show the icon alone; the words stay for screen readers and in the tip."""
        self._icons_only = icons_only
        self.updateGeometry()
        self.update()

    def wanted_width(self, theme: Theme) -> int:
        """How wide icon and words are, with little room around them."""
        words = QFontMetrics(theme.font(tokens.TYPE.navigation, bold=True)).horizontalAdvance(self.text())
        return theme.gap(8) + theme.px(19) + words + theme.gap(6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens as Space does; Up and Down move on."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """As high as a comfortable target for a finger."""
        theme = current_theme()
        return QSize(theme.px(40), max(theme.gap(41), theme.px(24)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon, words and focus ring."""
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        radius = theme.px(8)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            ground = QColor(colours.nav_selected)
            ground.setAlphaF(1.0 if self.isChecked() else 0.35)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, radius, radius)
        ink = colours.nav_text_selected if self.isChecked() else colours.nav_text
        self._paint_words(painter, theme, box, ink)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(ink if self.isChecked() else colours.nav_text), tokens.FOCUS_WIDTH))
            painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), radius - 2, radius - 2)
        painter.end()

    def _paint_words(self, painter: QPainter, theme: Theme, box: QRectF, ink: str) -> None:
        size = theme.px(16)
        if self._icons_only:
            side = theme.px(20)
            paint_icon(painter, self._icon_name, QRectF(box.center().x() - side / 2, box.center().y() - side / 2,
                                                        side, side), ink)
            return
        left = theme.gap(11) if box.width() >= theme.px(116) else theme.gap(6)
        paint_icon(painter, self._icon_name, QRectF(left, box.center().y() - size / 2, size, size), ink)
        painter.setFont(theme.font(tokens.TYPE.navigation, bold=self.isChecked()))
        painter.setPen(QColor(ink))
        words = box.adjusted(left + theme.px(20), 0, -theme.gap(2), 0)
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(words.width()) + 1)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)


class Navigation(QWidget):
    """The column of entries. `chosen(key)` when one is pressed."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigation")
        self.setAccessibleName(tr("导航"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._entries: dict[str, NavigationEntry] = {}
        self._brand_words = ""
        self._available = 1366
        column = Vertical(self, spacing=6, margins=(8, 14, 8, 18))
        self._brand = label("", name="brand")
        column.addWidget(self._brand)
        column.addSpacing(6)
        self._list = QWidget()
        self._list.setObjectName("navigation_entries")
        self._entries_column = Vertical(self._list, spacing=2)
        self._entries_column.addStretch(1)
        self._scroll = ScrollPage(self._list, name="navigation_scroll")
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._scroll, 1)
        self._organisation = label("", name="organisation", wrap=True)
        self._user = label("", name="user", wrap=True)
        for foot in (self._organisation, self._user):
            foot.setContentsMargins(8, 0, 0, 0)
            column.addWidget(foot)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def set_brand(self, words: str) -> None:
        """The name of the program at this desk."""
        self._brand_words = words
        self._settle()

    def set_foot(self, organisation: str, user: str) -> None:
        """Whose desk it is and who is at work."""
        self._organisation.setText(organisation.replace("（", "\n（"))
        self._user.setText(user)
        self._organisation.setToolTip(organisation)
        self._user.setToolTip(user)
        self._settle()

    def add_entry(self, key: str, title: str, icon_name: str, shortcut: str) -> None:
        """Append an entry."""
        entry = NavigationEntry(key, title, icon_name, shortcut, self._list)
        entry.clicked.connect(self.on_clicked)
        entry.stepped.connect(self.on_stepped)
        self._entries[key] = entry
        self._entries_column.insertWidget(self._entries_column.count() - 1, entry)
        if len(self._entries) == 1:
            entry.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._settle()

    def clear(self) -> None:
        """Remove all entries (another person signs in, with other rights)."""
        for entry in self._entries.values():
            self._entries_column.removeWidget(entry)
            entry.setParent(None)
            entry.deleteLater()
        self._entries.clear()

    def entry_keys(self) -> tuple[str, ...]:
        """The entries in their order."""
        return tuple(self._entries)

    def set_current(self, key: str) -> None:
        """Mark the screen shown; a key without an entry marks none."""
        for each, entry in self._entries.items():
            entry.setChecked(each == key)
            entry.setFocusPolicy(Qt.FocusPolicy.StrongFocus if each == key else Qt.FocusPolicy.ClickFocus)
        if key in self._entries:
            self._scroll.ensureWidgetVisible(self._entries[key])

    def set_available(self, window_width: int) -> None:
        """Tell how wide the window is, so that the column leaves enough of it."""
        self._available = window_width
        self._settle()

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        self._settle()

    def on_clicked(self) -> None:
        """An entry was pressed: the mark follows only when the window really shows it."""
        entry = self.sender()
        if isinstance(entry, NavigationEntry):
            entry.setChecked(not entry.isChecked())
            self.chosen.emit(entry.key)

    def on_stepped(self, step: int) -> None:
        """Go to the neighbour of the entry that has the focus."""
        entries = list(self._entries.values())
        at = entries.index(self.sender())
        neighbour = entries[max(0, min(len(entries) - 1, at + step))]
        neighbour.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(neighbour)

    def is_icons_only(self) -> bool:
        """Whether there is room for icons alone."""
        return self._available / current_theme().scale < ICONS_ONLY_BELOW

    def _settle(self) -> None:
        theme = current_theme()
        compact = self._available / theme.scale < COMPACT_BELOW
        icons_only = self.is_icons_only()
        margins = 2 * theme.gap(8)
        if icons_only:
            width = theme.px(36) + margins
        elif compact:
            widest = max((entry.wanted_width(theme) for entry in self._entries.values()), default=0)
            width = max(widest + margins, theme.px(64))
        else:
            width = theme.px(tokens.NAVIGATION_WIDTH)
        self.setFixedWidth(width)
        for entry in self._entries.values():
            entry.set_icons_only(icons_only)
        self._fit_brand(theme, width - margins)
        for foot in (self._organisation, self._user):
            foot.setVisible(bool(foot.text()) and not icons_only)

    def _fit_brand(self, theme: Theme, room: int) -> None:
        """The whole name, or as many of its first characters as make a word (村医, 卫生院)."""
        metrics = QFontMetrics(theme.font(tokens.TYPE.brand, bold=True))
        inset = theme.gap(10)
        whole = metrics.horizontalAdvance(self._brand_words) + inset <= room + theme.gap(8)
        short = self._brand_words.removesuffix(tr("工作站"))
        self._brand.setText(self._brand_words if whole else short)
        self._brand.setContentsMargins(inset if whole else theme.gap(4), 0, 0, 0)
        self._brand.setVisible(whole or metrics.horizontalAdvance(short) + theme.gap(4) <= room)


