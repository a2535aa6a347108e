"""Design tokens: every colour, distance, radius and type size of the program, in one place.

Nothing else in `ui` names a colour or a pixel size: it asks the current `Theme` (see `ui.theme.theme`). Sizes are
given for 100 % type and multiplied by the user's scale. It does not know Qt.

Contrast: text on its background is at least 4.5:1 (WCAG 2.2 AA, 1.4.3), in high contrast at least 7:1 (AAA, 1.4.6);
edges of controls and focus rings are at least 3:1 where they carry meaning (1.4.11). `text_pairs` lists what is
checked by the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Desk = Literal["clinic", "township"]
Tone = Literal["red", "amber", "green", "blue", "grey"]

TONES: tuple[Tone, ...] = ("red", "amber", "green", "blue", "grey")
TYPE_SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)


@dataclass(frozen=True)
class TonePair:
    """Colours of one meaning: a pale ground, the text upon it, and a strong colour for bars, lines and dots."""

    ground: str
    text: str
    strong: str


@dataclass(frozen=True)
class Palette:
    """Every colour of one appearance. Colour carries meaning only together with words or shapes."""

    nav: str
    nav_selected: str
    nav_text: str
    nav_text_selected: str
    nav_foot: str
    page: str
    surface: str
    surface_header: str
    surface_selected: str
    surface_hover: str
    border: str
    border_row: str
    border_control: str
    text: str
    text_muted: str
    primary: str
    primary_hover: str
    primary_pressed: str
    primary_text: str
    accent_text: str
    accent_ground: str
    accent_pale: str
    danger: str
    danger_border: str
    focus: str
    focus_on_primary: str
    band: str
    track: str
    disabled_text: str
    red: TonePair
    amber: TonePair
    green: TonePair
    blue: TonePair
    grey: TonePair

    def tone(self, name: Tone) -> TonePair:
        """The colours of a meaning, by its name."""
        pairs = {"red": self.red, "amber": self.amber, "green": self.green, "blue": self.blue, "grey": self.grey}
        return pairs[name]


CLINIC = Palette(
    nav="#0b4f4a", nav_selected="#12736b", nav_text="#cfe5e2", nav_text_selected="#ffffff", nav_foot="#9cc7c2",
    page="#f3f6f6", surface="#ffffff", surface_header="#f8fafa", surface_selected="#e6f3f1", surface_hover="#f1f7f6",
    border="#dde5e5", border_row="#edf1f1", border_control="#b9c9c9",
    text="#1c2b33", text_muted="#586868",
    primary="#0f766e", primary_hover="#0c655e", primary_pressed="#0a554f", primary_text="#ffffff",
    accent_text="#0b5f58", accent_ground="#e0f1ef", accent_pale="#9cc7c2",
    danger="#b3261e", danger_border="#e2b6b2", focus="#0f766e", focus_on_primary="#ffffff",
    band="#e4f3ec", track="#e6eeee", disabled_text="#93a1a1",
    red=TonePair("#fbe6e4", "#a3221a", "#b3261e"),
    amber=TonePair("#fcf0d6", "#825500", "#c98a1b"),
    green=TonePair("#dff3e8", "#17663c", "#2e9e6b"),
    blue=TonePair("#e1edf9", "#1b548f", "#2563a8"),
    grey=TonePair("#e6eeee", "#3b4c4c", "#7b8c8c"),
)
"""The village clinic: green navigation."""

TOWNSHIP = replace(CLINIC, nav="#1d3557", nav_selected="#2f5d95", nav_text="#d3e0ee", nav_foot="#a3bbd6")
"""The township health centre: blue navigation, the rest as in the clinic, so that help by telephone is possible."""


def _high_contrast(base: Palette, nav: str, nav_selected: str) -> Palette:
    return replace(
        base,
        nav=nav, nav_selected=nav_selected, nav_text="#ffffff", nav_text_selected="#000000", nav_foot="#ffffff",
        page="#ffffff", surface="#ffffff", surface_header="#f2f2f2", surface_selected="#fff3b0",
        surface_hover="#f2f2f2",
        border="#4d4d4d", border_row="#8c8c8c", border_control="#1a1a1a",
        text="#000000", text_muted="#333333",
        primary="#00443f", primary_hover="#00332f", primary_pressed="#002522", primary_text="#ffffff",
        accent_text="#003d38", accent_ground="#ffffff", accent_pale="#5c8a85",
        danger="#8a0f08", danger_border="#8a0f08", focus="#b3005e", focus_on_primary="#ffe600",
        band="#d9efe4", track="#d0d0d0", disabled_text="#595959",
        red=TonePair("#ffffff", "#8a0f08", "#8a0f08"),
        amber=TonePair("#ffffff", "#5c3c00", "#7a5000"),
        green=TonePair("#ffffff", "#0a4a28", "#0a5a30"),
        blue=TonePair("#ffffff", "#0c3a6b", "#0c3a6b"),
        grey=TonePair("#ffffff", "#262626", "#404040"),
    )


CLINIC_HIGH_CONTRAST = _high_contrast(CLINIC, nav="#00221f", nav_selected="#ffe600")
TOWNSHIP_HIGH_CONTRAST = _high_contrast(TOWNSHIP, nav="#06182e", nav_selected="#ffe600")


def palette_for(desk: Desk, *, high_contrast: bool) -> Palette:
    """The colours of a desk kind, ordinary or in high contrast."""
    if desk == "township":
        return TOWNSHIP_HIGH_CONTRAST if high_contrast else TOWNSHIP
    return CLINIC_HIGH_CONTRAST if high_contrast else CLINIC


@dataclass(frozen=True)
class TypeSizes:
    """Text heights in pixels at 100 %."""

    page_title: int = 20
    person_name: int = 20
    card_title: int = 15
    navigation: int = 15
    brand: int = 16
    body: int = 14
    button: int = 14
    caption: int = 12
    chip: int = 12
    axis: int = 10


TYPE = TypeSizes()

RADIUS_CARD = 10
RADIUS_CONTROL = 6
RADIUS_BUTTON = 8
GAP = 12
PAGE_MARGIN = 20
NAVIGATION_WIDTH = 132
TOP_BAR_HEIGHT = 56
CONTROL_HEIGHT = 36
ROW_HEIGHT = 39
HEADER_HEIGHT = 34
FOCUS_WIDTH = 2
CHIP_HEIGHT = 20


def contrast_ratio(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio of two "#rrggbb" colours, 1.0 to 21.0."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2 definition."""
    channels = [int(colour[start:start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def text_pairs(colours: Palette) -> list[tuple[str, str, str]]:
    """(name, text colour, ground colour) of every combination that words are shown in."""
    grounds = {"page": colours.page, "surface": colours.surface, "header": colours.surface_header,
               "selected": colours.surface_selected, "hover": colours.surface_hover}
    pairs = [(f"text on {name}", colours.text, ground) for name, ground in grounds.items()]
    pairs += [(f"muted text on {name}", colours.text_muted, ground) for name, ground in grounds.items()]
    pairs += [(f"accent text on {name}", colours.accent_text, ground) for name, ground in grounds.items()]
    pairs += [(f"red words on {name}", colours.red.text, ground) for name, ground in grounds.items()]
    pairs += [(f"amber words on {name}", colours.amber.text, ground) for name, ground in grounds.items()]
    pairs += [(f"{tone} chip", colours.tone(tone).text, colours.tone(tone).ground) for tone in TONES]
    pairs += [
        ("accent text on its ground", colours.accent_text, colours.accent_ground),
        ("danger button", colours.danger, colours.surface),
        ("navigation", colours.nav_text, colours.nav),
        ("navigation selected", colours.nav_text_selected, colours.nav_selected),
        ("navigation foot", colours.nav_foot, colours.nav),
        ("primary button", colours.primary_text, colours.primary),
        ("primary button under the pointer", colours.primary_text, colours.primary_hover),
        ("primary button pressed", colours.primary_text, colours.primary_pressed),
    ]
    return pairs
