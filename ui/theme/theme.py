"""The appearance in force: desk kind, type scale, contrast; applied at start and again when the user changes it.

`apply_theme` sets the application's font, palette and style sheet and then tells everyone through
`theme_changes().changed`. Widgets that paint ask `current_theme()` while painting; widgets with sizes of their own
connect a method to the signal. Used on the UI thread only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from ui.theme import tokens
from ui.theme.fonts import load_fonts, text_font
from ui.theme.tokens import TYPE_SCALES, Desk, Palette


@dataclass(frozen=True)
class Theme:
    """One appearance: whose desk, how large the type (1.0 to 2.0), and whether in high contrast."""

    desk: Desk = "clinic"
    scale: float = 1.0
    high_contrast: bool = False

    @property
    def colours(self) -> Palette:
        """The palette of this appearance."""
        return tokens.palette_for(self.desk, high_contrast=self.high_contrast)

    def px(self, size: float) -> int:
        """A size of type or of a control, given at 100 %, in pixels."""
        return round(size * self.scale)

    def gap(self, size: float) -> int:
        """A distance between things, given at 100 %, in pixels.

        Grows half as fast as the type, so that large type spends the screen on words and not on air.
        """
        return round(size * (1 + (self.scale - 1) / 2))

    def font(self, size: float = tokens.TYPE.body, *, bold: bool = False) -> QFont:
        """The text font at a height given at 100 %."""
        return text_font(self.px(size), bold=bold)

    def larger(self) -> Theme:
        """The next step of the type scale, or the same at the end."""
        return replace(self, scale=next((step for step in TYPE_SCALES if step > self.scale), self.scale))

    def smaller(self) -> Theme:
        """The step before on the type scale, or the same at the end."""
        return replace(self, scale=next((step for step in reversed(TYPE_SCALES) if step < self.scale), self.scale))

    def next_scale(self) -> Theme:
        """The next step, and from the largest back to the smallest."""
        following = self.larger()
        return following if following != self else replace(self, scale=TYPE_SCALES[0])


class ThemeChanges(QObject):
    """Tells that another appearance is in force."""

    changed = Signal(object)


_current = Theme()


@lru_cache(maxsize=1)
def theme_changes() -> ThemeChanges:
    """The one object whose signal `changed(Theme)` follows every `apply_theme`."""
    return ThemeChanges()


def current_theme() -> Theme:
    """The appearance in force."""
    return _current


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the whole application this appearance, now and for widgets made later.

    The sheet expects Qt's style Fusion, which `ui.start` asks for when it makes the application.
    """
    global _current
    from ui.theme.stylesheet import build_stylesheet

    _current = theme
    load_fonts()
    app.setFont(theme.font())
    app.setPalette(_qt_palette(theme.colours))
    if app.styleSheet():
        # Where one sheet follows another Qt styles every widget again for each widget around it, a window of all screens
        # in seconds; without the old sheet it styles each once.
        app.setStyleSheet("")
    app.setStyleSheet(build_stylesheet(theme))
    theme_changes().changed.emit(theme)


def _qt_palette(colours: Palette) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.page,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.surface_header,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.Button: colours.surface,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.text_muted,
        QPalette.ColorRole.Highlight: colours.primary,
        QPalette.ColorRole.HighlightedText: colours.primary_text,
        QPalette.ColorRole.ToolTipBase: colours.surface,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.Link: colours.accent_text,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.disabled_text))
    return palette
