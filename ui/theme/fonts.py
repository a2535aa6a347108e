"""The bundled fonts as application fonts, and the families a text is drawn with.

Noto Sans SC draws everything of daily work; HanaMinB stands behind it for the rare characters of names that Noto
lacks (CJK extensions B to F). Measured: the two Noto weights cost about 6 ms together, because Qt maps the files and
reads only their tables; they are loaded before the first frame, so that nothing jumps. HanaMinB comes right after.
It does not draw icons; see `ui.theme.icons`.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

FONT_FOLDER = Path(__file__).resolve().parent.parent.parent / "resources" / "fonts"
DAILY_FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
RARE_FILES = ("HanaMinB.ttf",)
FAMILIES = ("Noto Sans SC", "HanaMinB")

_loaded: dict[str, tuple[str, ...]] = {}


def load_fonts() -> tuple[str, ...]:
    """Load the fonts of daily work once; returns the families found. Needs a QGuiApplication.

    A font file that is missing is passed over: Qt then falls back to the system's fonts.
    """
    return _load_once(DAILY_FILES)


def load_rare_characters() -> tuple[str, ...]:
    """Load the font of rare characters once, after the first frame."""
    return _load_once(RARE_FILES)


def text_font(pixel_size: int, *, bold: bool = False) -> QFont:
    """The program's font at a height in pixels (already scaled), with the fallback for rare characters."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(max(1, pixel_size))
    font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _load_once(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in _loaded:
            _loaded[name] = _load(FONT_FOLDER / name)
    return tuple(dict.fromkeys(family for name in names for family in _loaded[name]))


def _load(path: Path) -> tuple[str, ...]:
    if not path.is_file():
        return ()
    number = QFontDatabase.addApplicationFont(str(path))
    return tuple(QFontDatabase.applicationFontFamilies(number)) if number >= 0 else ()
