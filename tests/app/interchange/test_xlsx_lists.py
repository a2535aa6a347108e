"""Lists on paper and as XLSX from one declaration."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.interchange.xlsx_lists import ListColumn, ListSheet, running_sums, write_list

COLUMNS = (
    ListColumn("药品"), ListColumn("有效期", 24, "center"), ListColumn("数量", 20, "right", carry="sum"),
    ListColumn("结存", 20, "right", carry="last"), ListColumn("金额（元）", 26, "right", carry="sum"),
)
ROWS = (
    ("缬沙坦胶囊", date(2027, 5, 31), 1400, 1400, Decimal("1234567.80")),
    ("布洛芬混悬液", None, 15, 1415, Decimal("0.05")),
)
TOTALS = ("合计", "", 1415, 1415, Decimal("1234567.85"))


def sheet(**changes: object) -> ListSheet:
    values: dict[str, Any] = {"title": "库存表", "columns": COLUMNS, "rows": ROWS, "totals": TOTALS}
    return ListSheet(**(values | changes))


def saved(path: Path, made: ListSheet) -> Any:
    write_list(path / "list.xlsx", made)
    return openpyxl.load_workbook(path / "list.xlsx").active


def test_figures_have_their_thousands_apart_and_stand_point_below_point() -> None:
    printed = sheet(rows=(("甲", None, 1234567, 5, Decimal("7")), ("乙", None, 0, 5, Decimal("12345.50")))).as_table()

    assert [row[2] for row in printed.rows] == ["1,234,567", "0"]
    assert [row[4] for row in printed.rows] == ["7.00", "12,345.50"]
    assert printed.totals[4] == "1,234,567.85"


def test_use_a_month_is_printed_with_equal_decimals() -> None:
    columns = (ListColumn("月均", 20, "right"),)
    rows = ((Decimal("97.5"),), (Decimal("12.25"),), (Decimal(100),), (None,), (Fraction(1, 3),))

    assert [row[0] for row in ListSheet("a", columns, rows).as_table().rows] == ["97.50", "12.25", "100.00", "—", "0.33"]


def test_a_number_that_is_no_figure_stays_as_it_is() -> None:
    assert ListSheet("a", (ListColumn("随机种子"),), ((20261123,),)).as_table().rows == (("20261123",),)


def test_a_page_hands_on_sums_and_the_last_balance() -> None:
    assert sheet().as_table().carried == (
        ("", "", "1,400", "1,400", "1,234,567.80"), ("", "", "1,415", "1,415", "1,234,567.85"),
    )


def test_a_list_without_totals_hands_nothing_on() -> None:
    assert sheet(totals=()).as_table().carried == ()


def test_from_an_unknown_value_on_a_sum_is_unknown() -> None:
    rows = (("甲", "", 1, 1, Decimal(1)), ("乙", "", "", 1, None), ("丙", "", 2, 1, Decimal(1)))

    assert [sums[2] for sums in running_sums(COLUMNS, rows)] == [1, 1, 3]
    assert [sums[4] for sums in running_sums(COLUMNS, rows)] == [Decimal(1), None, None]


@pytest.mark.parametrize(("changes", "title", "head"), [
    ({}, "安岭镇卫生院 库存表", ()),
    ({"title": "安岭镇卫生院 库存表"}, "安岭镇卫生院 库存表", ()),
    ({"title": "柳庄村卫生室 结算单", "is_of_party": True, "head": (("乡镇卫生院", "安岭镇卫生院"),)},
     "柳庄村卫生室 结算单", (("乡镇卫生院", "安岭镇卫生院"),)),
    ({"title": "柳庄村卫生室 抽查结果", "is_of_party": True}, "柳庄村卫生室 抽查结果", (("填制单位", "安岭镇卫生院"),)),
])
def test_every_paper_names_the_desk_that_makes_it(changes: dict[str, Any], title: str, head: tuple) -> None:
    made = sheet(**changes).issued_by("安岭镇卫生院")

    assert (made.title, made.head) == (title, head)


def test_the_head_of_a_file_stays_in_sight_and_its_columns_are_wide_enough(tmp_path: Path) -> None:
    page = saved(tmp_path, sheet())

    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:E3"
    assert page.print_title_rows == "$1:$1"
    assert page.column_dimensions["A"].width >= len("布洛芬混悬液") * 2
    assert all(cell.font.bold for cell in page[1])


def test_figures_and_days_in_a_file_are_figures_and_days(tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, 1, 15, tzinfo=UTC)
    page = saved(tmp_path, sheet(rows=(*ROWS, ("丙", at, 0, 0, Decimal(0)))))

    assert (page["E2"].value, page["E2"].number_format) == (1234567.8, "#,##0.00")
    assert (page["C2"].value, page["C2"].number_format) == (1400, "#,##0")
    assert (page["B2"].value, page["B2"].number_format) == (datetime(2027, 5, 31), "yyyy-mm-dd")
    assert page["B4"].number_format == "yyyy-mm-dd hh:mm"
    assert page["B3"].value == "—"


def test_the_sums_of_a_file_are_heavy_and_no_part_of_what_is_filtered(tmp_path: Path) -> None:
    page = saved(tmp_path, sheet())

    assert [cell.value for cell in page[4]] == ["合计", None, 1415, 1415, 1234567.85]
    assert all(cell.font.bold for cell in page[4])
    assert not page["A3"].font.bold


def test_days_stand_in_the_middle_of_their_column_on_paper() -> None:
    columns = (ListColumn("单号"), ListColumn("发货日期"), ListColumn("收货日期"))
    printed = ListSheet("a", columns, (("FH1", date(2026, 11, 2), ""), ("FH2", None, ""))).as_table()

    assert [column.align for column in printed.columns] == ["left", "center", "left"]
