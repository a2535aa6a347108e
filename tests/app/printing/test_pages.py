"""Content broken into pages."""

from __future__ import annotations

import pytest

from app.forms.layout import CutLine, Text
from app.printing.content import (
    CellContent,
    Entry,
    GridContent,
    LeafContent,
    LineContent,
    LinesContent,
    RowContent,
    SheetContent,
)
from app.printing.marks import StrokeMark, TextMark
from app.printing.pages import Page, joined, pages_of, rules
from app.printing.style import SMALLEST


def cell(text: str, column: int = 0, **more: object) -> CellContent:
    return CellContent((LineContent((Entry(text),)),), column, **more)


def sheet(*blocks: object, **more: object) -> SheetContent:
    return SheetContent((LeafContent("表", (), tuple(blocks)),), **more)


def texts(page: Page) -> list[str]:
    placed = [entry for layer in page.layers for entry in layer] + list(page.written)
    return [mark.text for entry in placed for mark in entry.marks if isinstance(mark, TextMark)]


def lowest(page: Page) -> float:
    placed = [entry for layer in page.layers for entry in layer] + list(page.written)
    return min(entry.y + mark.dy for entry in placed for mark in entry.marks if isinstance(mark, TextMark))


def test_a_grid_that_fits_takes_one_page_without_a_number() -> None:
    [page] = pages_of(sheet(GridContent((186.0,), (RowContent((cell("甲"),), 6),))))

    assert texts(page) == ["表", "甲"]


def test_rows_flow_on_to_a_page_with_the_title_and_the_header_again() -> None:
    header = RowContent((CellContent((LineContent((Text("栏"),)),), 0),), 6)
    rows = tuple(RowContent((cell(str(number)),), 6) for number in range(60))

    first, second = pages_of(sheet(GridContent((186.0,), (header, *rows), header_rows=1)))

    assert "栏" in texts(first)
    assert "栏" in texts(second)
    assert "表（续）" in texts(second)
    assert [text for text in texts(first) + texts(second) if text.isdigit()] == [str(n) for n in range(60)]
    assert "第 2 页 / 共 2 页" in "".join(texts(second))


def test_rows_that_are_just_too_many_are_set_closer_on_one_page() -> None:
    rows = tuple(RowContent((cell(str(number)),), 6) for number in range(47))

    assert len(pages_of(sheet(GridContent((186.0,), rows)))) == 1


def test_a_merged_heading_is_repeated_where_the_page_ends_within_it() -> None:
    heading = CellContent((LineContent((Text("症状"),)),), 0, rowspan=60, upright=True)
    rows = (
        RowContent((heading, cell("0", 1)), 6),
        *(RowContent((cell(str(number), 1),), 6) for number in range(1, 60)),
    )

    first, second = pages_of(sheet(GridContent((8.0, 178.0), rows)))

    assert texts(first).count("症") == 1
    assert texts(second).count("症") == 1


def test_a_row_higher_than_a_page_is_broken_between_its_lines() -> None:
    long = "脑" * 9000
    pages = pages_of(sheet(GridContent((38.0, 148.0), (RowContent((cell("短"), cell(long, 1)), 6),))))

    assert len(pages) > 2
    assert "".join("".join(texts(page)) for page in pages).count("脑") == 9000
    assert all(lowest(page) > 14 for page in pages)


def test_a_narrow_column_makes_the_row_higher_and_nothing_smaller() -> None:
    [page] = pages_of(sheet(GridContent((20.0, 166.0), (RowContent((cell("高血压患者健康管理"), cell("乙", 1)), 6),))))

    marks = [mark for entry in page.written for mark in entry.marks if isinstance(mark, TextMark)]
    assert "".join(mark.text for mark in marks[:-1]) == "高血压患者健康管理"
    assert len(marks) > 2
    assert min(mark.size for mark in marks) >= SMALLEST


def test_a_very_long_list_keeps_every_row() -> None:
    rows = tuple(RowContent((cell(str(number)),), 6) for number in range(1500))

    pages = pages_of(sheet(GridContent((186.0,), rows), numbered=True))

    assert [text for page in pages for text in texts(page) if text.isdigit()] == [str(n) for n in range(1500)]


def test_lines_outside_a_grid_turn_the_page_too() -> None:
    lines = LinesContent(tuple(LineContent((Text("段"),)) for _ in range(80)))

    pages = pages_of(sheet(lines))

    assert [texts(page).count("段") for page in pages] == [pytest.approx(60, abs=5), pytest.approx(20, abs=5)]


def test_a_cut_line_is_dashed_across_the_page() -> None:
    [page] = pages_of(sheet(LinesContent((LineContent((Text("存根"),)),)), CutLine()))

    [dashed] = [mark for entry in page.layers[0] for mark in entry.marks if isinstance(mark, StrokeMark) and mark.dashed]
    assert dashed.to_x - dashed.x > 186 * 72 / 25.4
    assert dashed.dy == dashed.to_dy


def test_what_was_filled_in_is_apart_from_what_is_printed() -> None:
    row = RowContent((CellContent((LineContent((Text("心率"), Entry("74"))),), 0),), 6)

    [page] = pages_of(sheet(GridContent((186.0,), (row,))))

    assert [mark.text for entry in page.written for mark in entry.marks] == ["74"]


@pytest.mark.parametrize(("stretches", "expected"), [
    ([(0, 1), (1, 2)], [(0, 2)]),
    ([(2, 3), (0, 1)], [(0, 1), (2, 3)]),
    ([(0, 5), (1, 2)], [(0, 5)]),
    ([], []),
])
def test_touching_stretches_of_a_rule_are_one(stretches: list, expected: list) -> None:
    assert joined(stretches) == expected


def test_the_rule_between_two_cells_is_drawn_once() -> None:
    marks = rules(((0, 0, 50, 10, "box", False), (50, 0, 100, 10, "box", False)), 100)

    assert len(marks) == 5


def test_a_cell_with_a_line_below_has_no_other_rule() -> None:
    [mark] = rules(((0, 0, 50, 10, "under", False), (50, 0, 100, 10, "", False)), 100)

    assert mark == StrokeMark(0, 90, 50, 90, mark.weight)
