"""How chips share the room of a table's cell."""

from __future__ import annotations

import pytest

from ui.theme.theme import Theme
from ui.widgets.chips import ChipText, chip_lines, chips_width

THREE = (ChipText("本院不够分", "red"), ChipText("用量是中位数的 3 倍", "amber"), ChipText("有缺药记录", "blue"))


def said(lines):
    return [[chip.text for chip in line] for line in lines]


@pytest.mark.parametrize(
    ("as_wide_as", "less", "lines", "expected"),
    [
        (THREE, 0, 1, [["本院不够分", "用量是中位数的 3 倍", "有缺药记录"]]),
        (THREE, 1, 1, [["本院不够分", "用量是中位数的 3 倍", "+1"]]),
        ((*THREE[:2], ChipText("+1")), 1, 1, [["本院不够分", "+2"]]),
        (THREE[:2], 0, 2, [["本院不够分", "用量是中位数的 3 倍"], ["有缺药记录"]]),
        (THREE[1:2], 0, 2, [["本院不够分"], ["用量是中位数的 3 倍", "+1"]]),
        (THREE[1:2], 0, 3, [["本院不够分"], ["用量是中位数的 3 倍"], ["有缺药记录"]]),
        (THREE[:1], 30, 1, [["本院不够分", "+2"]]),
    ],
)
def test_chips_without_room_go_on_in_the_next_line_or_are_counted(qtbot, as_wide_as, less, lines, expected):
    theme = Theme("township")
    width = chips_width(theme, as_wide_as) - less
    assert said(chip_lines(theme, THREE, width, lines)) == expected


def test_no_chips_make_no_line(qtbot):
    assert chip_lines(Theme("township"), (), 100, 2) == []
