"""The bundled fonts for ReportLab: loaded when first needed, chosen per character, and rightly copied out again.

A character is looked for in the fonts of its face in turn; the big font of rare characters is loaded only when the
ones before it lack one. A character that no font has, or one of private use (whose look differs from computer to
computer), prints as a gap for the pen. ReportLab 5.1 writes a wrong ToUnicode table for characters beyond U+FFFF (five
hex digits instead of a surrogate pair); `PrintFont` writes a right one.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace

import resources
from app.printing.content import clean
from app.printing.style import FALLBACKS, FONT_FILES, Face

GAP = ""
"""The font name of a run that is left for the pen."""

MOST_IN_A_BLOCK = 100
LOADING = threading.Lock()
_loaded: dict[str, PrintFont] = {}


def unicode_map(name: str, subset: list[int]) -> str:
    """The ToUnicode CMap of a font subset (PDF 32000-1, 9.10.3): code → UTF-16BE, blocks of at most 100."""
    pairs = [
        f"<{code:02X}> <{chr(point).encode('utf-16-be').hex().upper()}>"
        for code, point in enumerate(subset) if point
    ]
    blocks = []
    for start in range(0, len(pairs), MOST_IN_A_BLOCK):
        block = pairs[start:start + MOST_IN_A_BLOCK]
        blocks += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join((
        "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
        f"/CMapName /{name} def", "/CMapType 2 def",
        "1 begincodespacerange", "<00> <FF>", "endcodespacerange", *blocks,
        "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end",
    ))


class GlyphTable:
    """The outlines of a font, read glyph by glyph where they lie."""

    def __init__(self, data: bytes, start: int) -> None:
        self._data = data
        self._start = start

    def __getitem__(self, part: slice) -> bytes:
        return self._data[self._start + part.start:self._start + part.stop]


class PrintFace(TTFontFace):
    """A typeface that does not copy its 12 MB of outlines for every file: a quarter of the time of a single sheet."""

    def get_table(self, tag: str) -> Any:
        """The table `tag`; of the outlines, a view."""
        if tag == "glyf":
            return GlyphTable(self._ttf_data, self.get_table_pos(tag)[0])
        return super().get_table(tag)


class PrintFont(TTFont):
    """A TrueType font whose text can be copied out of the PDF, also beyond U+FFFF."""

    def __init__(self, name: str, filename: str) -> None:
        super().__init__(name, filename, shapable=False)
        self.face.__class__ = PrintFace  # TTFont makes its face itself and offers no other way

    def addObjects(self, doc: Any) -> None:
        """Add the font's subsets to `doc` with right ToUnicode tables."""
        subsets = list(self.state[doc].subsets)
        names = [self.getSubsetInternalName(number, doc)[1:] for number in range(len(subsets))]
        super().addObjects(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        for internal, subset in zip(names, subsets, strict=True):
            font = fonts[internal]
            stream = doc.idToObject[font.ToUnicode.name]
            stream.content = unicode_map(font.BaseFont, subset)


def load(short: str) -> PrintFont:
    """The font of that short name in style.FONT_FILES, read when first asked for."""
    font = _loaded.get(short)
    if font is None:
        with LOADING:
            font = _loaded.get(short)
            if font is None:
                font = PrintFont(short, str(resources.path("fonts", FONT_FILES[short])))
                pdfmetrics.registerFont(font)
                _loaded[short] = font
    return font


def loaded() -> tuple[str, ...]:
    """The short names of the fonts that have been read so far."""
    return tuple(_loaded)


def is_private(character: str) -> bool:
    """Whether `character` is of private use, so that no two computers need to agree on its look."""
    return unicodedata.category(character) == "Co"


@lru_cache(maxsize=16384)
def font_for(character: str, face: Face) -> str:
    """The short name of the first font of `face` that has `character`, or GAP.

    Filled-in letters and digits are set like the printed ones: those of the Kai font are without serifs.
    """
    if is_private(character):
        return GAP
    order = FALLBACKS[Face.PRINTED] if face is Face.FILLED and character.isascii() else FALLBACKS[face]
    for short in order:
        if ord(character) in load(short).face.charToGlyph:
            return short
    return GAP


@lru_cache(maxsize=16384)
def advance(character: str, face: Face) -> float:
    """The width of `character` in ems; a gap is one em wide."""
    short = font_for(character, face)
    if short == GAP:
        return 1.0
    return load(short).face.getCharWidth(ord(character)) / 1000


@lru_cache(maxsize=16384)
def width(text: str, face: Face, size: float) -> float:
    """The width of `text` in points."""
    return sum(advance(character, face) for character in text) * size


@lru_cache(maxsize=16384)
def runs(text: str, face: Face) -> tuple[tuple[str, str], ...]:
    """`text` as (font, piece) with as few pieces as possible; the font GAP marks what is left for the pen."""
    found: list[tuple[str, str]] = []
    for character in text:
        short = font_for(character, face)
        if found and found[-1][0] == short:
            found[-1] = (short, found[-1][1] + character)
        else:
            found.append((short, character))
    return tuple(found)


def missing_glyphs(text: str) -> list[str]:
    """The characters of `text` that would print as a gap, each once, in the order of their first occurrence."""
    return [character for character in dict.fromkeys(clean(text)) if font_for(character, Face.FILLED) == GAP]


def warm_up() -> None:
    """Read the fonts that every sheet needs, so that the first sheet prints as fast as the next."""
    for faces in FALLBACKS.values():
        load(faces[0])
