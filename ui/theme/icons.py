"""Icons by name, drawn from the Phosphor font (MIT) that the qtawesome package carries.

Importing qtawesome costs 240 ms, twice the whole of Qt; reading its font file through QFontDatabase costs 2 ms. So
only the file is used, and the code points that we need are named here; a test compares them with qtawesome's own
table of names.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPixmap

FONT_NAME = "phosphor-1.3.0.ttf"
FALLBACK_ICON = "more"

ICONS: dict[str, tuple[str, int]] = {
    "today": ("sun-fill", 0xfa69),
    "residents": ("users-three-fill", 0xfabe),
    "follow_ups": ("heart-fill", 0xf935),
    "visits": ("first-aid-fill", 0xf8e2),
    "drugs": ("pill-fill", 0xf9e1),
    "insurance": ("umbrella-fill", 0xfaac),
    "reports": ("chart-bar-fill", 0xf83c),
    "settings": ("gear-fill", 0xf905),
    "review": ("clipboard-text-fill", 0xf862),
    "prescriptions": ("prescription-fill", 0xf9ef),
    "shipments": ("truck-fill", 0xfaa8),
    "stock": ("package-fill", 0xf9bb),
    "settlement": ("currency-cny-bold", 0xf4b5),
    "supervision": ("shield-check-fill", 0xfa22),
    "referrals": ("arrows-left-right-fill", 0xf7b7),
    "forms": ("file-text-fill", 0xf8da),
    "exchange": ("cloud-arrow-up-fill", 0xf869),
    "home_visits": ("house-line-fill", 0xf943),
    "households": ("house-fill", 0xf942),
    "lock": ("lock-simple", 0xf205),
    "search": ("magnifying-glass", 0xf20a),
    "check": ("check-bold", 0xf465),
    "warning": ("warning-fill", 0xfac7),
    "info": ("info-fill", 0xf94a),
    "error": ("x-circle-fill", 0xfad7),
    "done": ("check-circle-fill", 0xf851),
    "close": ("x", 0xf36d),
    "plus": ("plus", 0xf27f),
    "print": ("printer", 0xf288),
    "import": ("download-simple", 0xf14c),
    "export": ("upload-simple", 0xf345),
    "down": ("caret-down", 0xf0c2),
    "up": ("caret-up", 0xf0c5),
    "left": ("caret-left", 0xf0c3),
    "right": ("caret-right", 0xf0c4),
    "sync": ("arrows-clockwise", 0xf045),
    "calendar": ("calendar-blank", 0xf0ad),
    "phone": ("phone", 0xf26e),
    "help": ("question", 0xf293),
    "delete": ("trash", 0xf334),
    "edit": ("pencil-simple", 0xf266),
    "folder": ("folder-open", 0xf18c),
    "save": ("floppy-disk", 0xf181),
    "back": ("arrow-left", 0xf03b),
    "key": ("key", 0xf1e4),
    "backup": ("archive-box", 0xf009),
    "link": ("link", 0xf1f3),
    "eye": ("eye", 0xf15b),
    "file": ("file-text", 0xf170),
    "qr": ("qr-code", 0xf292),
    "household": ("tree-structure", 0xf339),
    "accounts": ("identification-card", 0xf1dc),
    "elderly": ("person", 0xf26a),
    "child": ("baby", 0xf06e),
    "erase": ("backspace", 0xf06f),
    "mail": ("envelope-simple", 0xf156),
    "empty": ("tray", 0xf336),
    "hub": ("cloud", 0xf0fe),
    "trend": ("chart-line", 0xf0d4),
    "list": ("list-bullets", 0xf1fb),
    "filter": ("funnel", 0xf196),
    "more": ("dots-three", 0xf145),
    "clock": ("clock", 0xf0f9),
    "book": ("book-open", 0xf097),
    "copy": ("copy", 0xf114),
    "user": ("user", 0xf346),
    "type_size": ("text-aa", 0xf310),
    "medicine": ("first-aid-kit", 0xf179),
}
"""Our name to (Phosphor name, code point)."""

_family: list[str] = []


def font_file() -> Path | None:
    """The Phosphor font inside the installed qtawesome package, without importing it; None when absent."""
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "fonts" / FONT_NAME
    return path if path.is_file() else None


def icon_font(pixel_size: int) -> QFont:
    """The icon font at a height in pixels; loads the file at the first call."""
    if not _family:
        path = font_file()
        number = QFontDatabase.addApplicationFont(str(path)) if path else -1
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        _family.append(families[0] if families else "")
    font = QFont(_family[0])
    font.setPixelSize(max(1, pixel_size))
    return font


def glyph(name: str) -> str:
    """The character of an icon; an unknown name gives three dots, so that nothing is invisible."""
    return chr(ICONS.get(name, ICONS[FALLBACK_ICON])[1])


def paint_icon(painter: QPainter, name: str, rectangle: QRectF, colour: str) -> None:
    """Draw an icon centred in `rectangle`, as high as it."""
    painter.save()
    painter.setFont(icon_font(round(min(rectangle.width(), rectangle.height()))))
    painter.setPen(QColor(colour))
    painter.drawText(rectangle, int(Qt.AlignmentFlag.AlignCenter), glyph(name))
    painter.restore()


def icon_pixmap(name: str, colour: str, size: int, ratio: float = 1.0, *, air: int = 0) -> QPixmap:
    """An icon as a picture of `size` logical pixels for a screen of the given device pixel ratio, `air` at its right."""
    pixmap = QPixmap(QSize(size + air, size) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_icon(painter, name, QRectF(0, 0, size, size), colour)
    painter.end()
    return pixmap


def icon(name: str, colour: str = "#1c2b33", size: int = 18, ratio: float = 2.0, *, air: int = 0) -> QIcon:
    """An icon for a button or a list, in one colour; `air` keeps words away from it."""
    return QIcon(icon_pixmap(name, colour, size, ratio, air=air))
