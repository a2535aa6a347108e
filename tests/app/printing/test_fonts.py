"""Fonts chosen per character, and text that can be copied out again."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.printing import fonts
from app.printing.style import Face


@pytest.mark.parametrize(("character", "face", "font"), [
    ("高", Face.PRINTED, "serif"),
    ("高", Face.BOLD, "serif-bold"),
    ("高", Face.FILLED, "kai"),
    ("7", Face.FILLED, "serif"),
    ("𬱖", Face.PRINTED, "serif"),  # U+2CC56, of the 8,105 standard characters
    ("𪚥", Face.FILLED, "hana"),  # U+2A6A5, only in the font of rare characters
    ("\ue000", Face.FILLED, fonts.GAP),
    ("\U000f0000", Face.FILLED, fonts.GAP),
    ("\U0003134a", Face.FILLED, fonts.GAP),  # extension G, in no bundled font
])
def test_each_character_takes_the_first_font_that_has_it(character: str, face: Face, font: str) -> None:
    assert fonts.font_for(character, face) == font


def test_text_is_cut_into_runs_of_one_font() -> None:
    assert fonts.runs("每次80mg𪚥", Face.FILLED) == (("kai", "每次"), ("serif", "80mg"), ("hana", "𪚥"))


def test_missing_characters_are_named_once_in_their_order() -> None:
    assert fonts.missing_glyphs("王\ue001𬱖\U0003134a\ue001\n田") == ["\ue001", "\U0003134a"]


def test_a_missing_character_leaves_room_for_the_pen() -> None:
    assert fonts.width("\ue001田", Face.FILLED, 9) == pytest.approx(18)


def test_characters_beyond_ffff_become_surrogate_pairs_in_the_unicode_map() -> None:
    table = fonts.unicode_map("F", [0, ord("高"), ord("𠮷")])

    assert "<01> <9AD8>" in table
    assert "<02> <D842DFB7>" in table
    assert "<00> <" not in table.replace("<00> <FF>", "")


def test_a_block_of_the_unicode_map_has_at_most_a_hundred_pairs() -> None:
    table = fonts.unicode_map("F", list(range(0x4E00, 0x4E00 + 250)))

    assert [line for line in table.split("\n") if line.endswith(" beginbfchar")] == [
        "100 beginbfchar", "100 beginbfchar", "50 beginbfchar",
    ]


def in_a_fresh_process(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_the_printing_modules_loads_neither_reportlab_nor_qt() -> None:
    code = (
        "import sys, app.printing, app.printing.sheets, app.printing.lists;"
        "print([name for name in sys.modules if name.split('.')[0] in ('reportlab', 'PySide6')])"
    )

    assert in_a_fresh_process(code) == "[]"


def test_the_font_of_rare_characters_is_loaded_only_when_one_occurs() -> None:
    code = (
        "from app.printing.sheets import *; from app.printing import fonts;"
        "print_form('htn_followup', PersonHead('李桂兰', '41162410021500037'), [{'sbp': 148}]);"
        "print('hana' in fonts.loaded());"
        "print_form('htn_followup', PersonHead('李𪚥', '41162410021500037'), []);"
        "print('hana' in fonts.loaded())"
    )

    assert in_a_fresh_process(code).split() == ["False", "True"]
