"""The widths of the columns of a printed table."""

from __future__ import annotations

import pytest

from app.printing.column_widths import balanced_title, fitted_widths, needed_mm
from app.printing.lists import TableColumn

COLUMNS = (
    TableColumn("药品"), TableColumn("规格", 30), TableColumn("数量", 15, "right"), TableColumn("备注", 40),
)
SHORT = ("缬沙坦胶囊", "80mg×28粒", "28", "")


def test_columns_keep_their_declared_widths_while_everything_fits() -> None:
    assert fitted_widths(COLUMNS, [SHORT], 186) == (101, 30, 15, 40)


def test_a_column_grows_to_its_widest_figure() -> None:
    widths = fitted_widths(COLUMNS, [SHORT, ("药品", "", "7,142,849,285.72", "")], 186)

    assert widths[2] >= needed_mm(["7,142,849,285.72"]) - 0.01
    assert sum(widths) == pytest.approx(186)


def test_a_column_without_a_word_is_for_the_pen_and_keeps_its_width() -> None:
    widths = fitted_widths(COLUMNS, [("很长的药品名称" * 20, "规格" * 20, "1", "")], 186)

    assert widths[3] == pytest.approx(40)


def test_a_column_with_room_gives_it_to_one_that_lacks_it() -> None:
    widths = fitted_widths(COLUMNS, [("缬沙坦胶囊", "80mg×28粒", "28", "上月缺货，慢病患者增加，请按实际需要批准" * 2)], 186)

    assert widths[3] > 90
    assert widths[0] >= needed_mm(["缬沙坦胶囊"]) - 0.01


def test_a_batch_number_stays_in_one_piece() -> None:
    widths = fitted_widths(COLUMNS, [("药品" * 80, "00012345678901234567", "1", "备注" * 60)], 186)

    assert widths[1] >= needed_mm(["00012345678901234567"]) - 0.01


def test_the_heavy_figures_of_the_totals_fit_too() -> None:
    widths = fitted_widths(COLUMNS, [("药品", "", "1", "备注")], 186, ("合计", "", "123,456,789.00", ""))

    assert widths[2] >= needed_mm(["123,456,789.00"])


def test_a_short_title_stays_on_one_line() -> None:
    columns = (TableColumn("药品"), TableColumn("缺货天", 20, "right"), TableColumn("说明", 30))

    widths = fitted_widths(columns, [("药品" * 80, "1", "说明" * 80)], 186)

    assert widths[1] >= needed_mm(["缺货天"])


@pytest.mark.parametrize(("title", "mm", "lines"), [
    ("月均用量", 20, "月均用量"), ("月均用量", 13, "月均\n用量"), ("包装单价（元）", 20, "包装单价\n（元）"),
    ("包装单价（元）", 40, "包装单价（元）"),
    ("很长的村卫生室的名称", 15, "很长的村卫生室的名称"), ("Price a pack", 10, "Price a pack"),
])
def test_a_title_breaks_before_its_unit_or_in_the_middle(title: str, mm: float, lines: str) -> None:
    assert balanced_title(title, mm) == lines


def test_words_keep_a_column_beside_more_figures_than_the_paper_is_wide() -> None:
    columns = (TableColumn("药品"), *(TableColumn(f"村{number}", 17, "right") for number in range(9)))

    widths = fitted_widths(columns, [("药品" * 30, *["12345678→6172839"] * 9)], 186)

    assert widths[0] >= 23.9
    assert sum(widths) == pytest.approx(186)


def test_even_more_columns_of_words_than_the_paper_holds_are_set() -> None:
    columns = (*(TableColumn("说明") for _ in range(12)), TableColumn("金额", 20, "right"))

    widths = fitted_widths(columns, [(*["说明" * 30] * 12, "123,456,789,012.00")], 186)

    assert min(widths) > 0
    assert sum(widths) == pytest.approx(186)
