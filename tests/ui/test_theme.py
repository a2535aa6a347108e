"""Design tokens, their contrast, fonts and icons, and how the appearance is changed while the program runs."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QFontDatabase, QFontMetrics, QRawFont
from PySide6.QtWidgets import QFrame, QLabel, QPushButton

from ui.theme import tokens
from ui.theme.fonts import load_fonts, load_rare_characters
from ui.theme.icons import FALLBACK_ICON, ICONS, font_file, glyph, icon
from ui.theme.stylesheet import build_stylesheet
from ui.theme.theme import Theme, apply_theme, current_theme, theme_changes
from ui.theme.tokens import TYPE_SCALES, contrast_ratio, palette_for, text_pairs

PALETTES = [(desk, high) for desk in ("clinic", "township") for high in (False, True)]


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_worked_out_as_in_wcag(first, second, ratio):
    assert contrast_ratio(first, second) == pytest.approx(ratio, abs=0.01)
    assert contrast_ratio(second, first) == contrast_ratio(first, second)


@pytest.mark.parametrize(("desk", "high_contrast"), PALETTES)
def test_words_can_be_read_on_every_ground(desk, high_contrast):
    least = 7.0 if high_contrast else 4.5
    pairs = text_pairs(palette_for(desk, high_contrast=high_contrast))
    too_weak = {name: round(contrast_ratio(text, ground), 2) for name, text, ground in pairs
                if contrast_ratio(text, ground) < least}
    assert len(pairs) > 25
    assert too_weak == {}


@pytest.mark.parametrize(("desk", "high_contrast"), PALETTES)
def test_focus_rings_stand_out_from_what_is_around_them(desk, high_contrast):
    colours = palette_for(desk, high_contrast=high_contrast)
    for ring, ground in [
        (colours.focus, colours.surface), (colours.focus, colours.page), (colours.focus_on_primary, colours.primary),
        (colours.nav_text, colours.nav), (colours.nav_text_selected, colours.nav_selected),
    ]:
        assert contrast_ratio(ring, ground) >= 3


def test_the_two_desks_differ_in_their_navigation_only():
    clinic, township = palette_for("clinic", high_contrast=False), palette_for("township", high_contrast=False)
    differing = {name for name in vars(clinic) if getattr(clinic, name) != getattr(township, name)}
    assert differing == {"nav", "nav_selected", "nav_text", "nav_foot"}


@pytest.mark.parametrize("scale", TYPE_SCALES)
def test_type_grows_with_the_scale_and_distances_half_as_fast(scale):
    theme = Theme(scale=scale)
    assert theme.px(100) == round(100 * scale)
    assert theme.gap(100) == round(100 * (1 + (scale - 1) / 2))
    assert theme.font(14).pixelSize() == round(14 * scale)


def test_the_scale_steps_up_and_begins_again():
    theme, seen = Theme(), []
    for _ in range(6):
        theme = theme.next_scale()
        seen.append(theme.scale)
    assert seen == [1.25, 1.5, 1.75, 2.0, 1.0, 1.25]
    assert Theme(scale=2.0).larger().scale == 2.0
    assert Theme(scale=1.0).smaller().scale == 1.0
    assert Theme(scale=1.5).smaller().scale == 1.25


@pytest.mark.parametrize(("desk", "high_contrast"), PALETTES)
@pytest.mark.parametrize("scale", TYPE_SCALES)
def test_the_style_sheet_is_whole_for_every_appearance(desk, high_contrast, scale):
    sheet = build_stylesheet(Theme(desk, scale, high_contrast))
    assert sheet.count("{") == sheet.count("}")
    assert "None" not in sheet
    assert palette_for(desk, high_contrast=high_contrast).nav in sheet


def test_a_changed_scale_reaches_widgets_that_are_there_already(qtbot, qapp):
    button = QPushButton("保存")
    qtbot.addWidget(button)
    button.show()
    before = button.sizeHint().height()
    with qtbot.waitSignal(theme_changes().changed):
        apply_theme(qapp, Theme(scale=2.0))
    assert current_theme().scale == 2.0
    assert button.sizeHint().height() >= 1.8 * before


class Nested(QFrame):
    """A widget that counts how often it is told of another style."""

    told = 0

    def changeEvent(self, event: QEvent) -> None:
        self.told += event.type() is QEvent.Type.StyleChange
        super().changeEvent(event)


def test_another_appearance_styles_a_widget_no_more_often_the_deeper_it_lies(qtbot, qapp):
    outer = Nested()
    qtbot.addWidget(outer)
    chain = [outer]
    for _ in range(12):
        chain.append(Nested(chain[-1]))
    outer.show()
    for widget in chain:
        widget.told = 0
    apply_theme(qapp, Theme(scale=2.0))
    assert chain[0].told > 0
    assert {widget.told for widget in chain} == {chain[0].told}


def test_the_bundled_font_draws_the_words(qapp):
    assert "Noto Sans SC" in load_fonts()
    assert "Noto Sans SC" in QFontDatabase.families()
    raw = QRawFont.fromFont(Theme().font())
    assert raw.familyName() == "Noto Sans SC"
    assert all(raw.supportsCharacter(ord(character)) for character in "村医工作站随访")


def test_rare_characters_of_names_are_drawn_and_not_boxes(qtbot):
    assert load_rare_characters() == ("HanaMinB",)
    rare = chr(0x20BB7)
    assert not QRawFont.fromFont(Theme().font()).supportsCharacter(0x2A6A5)
    label = QLabel(rare)
    label.setFont(Theme().font(40))
    qtbot.addWidget(label)
    empty = QLabel("\u3000")
    empty.setFont(Theme().font(40))
    qtbot.addWidget(empty)
    assert QFontMetrics(label.font()).horizontalAdvance(rare) > 30
    assert label.grab().toImage() != empty.grab().toImage()


def test_every_icon_is_in_the_font_under_its_name():
    path = font_file()
    names = json.loads((path.parent / "phosphor-charmap-1.3.0.json").read_text(encoding="utf-8"))
    assert dict(ICONS.values()) == {name: int(names[name], 16) for name, _ in ICONS.values()}


def test_an_icon_is_drawn_and_an_unknown_one_shows_dots(qapp):
    assert not icon("today").isNull()
    assert glyph("no such icon") == glyph(FALLBACK_ICON)
    image = icon("today", "#ff0000", 24).pixmap(24, 24).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height()))


def test_sizes_of_the_pictures_are_kept():
    assert (tokens.NAVIGATION_WIDTH, tokens.TOP_BAR_HEIGHT, tokens.ROW_HEIGHT) == (132, 56, 39)
