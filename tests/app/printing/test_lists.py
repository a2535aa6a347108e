"""Printed lists and tables, read back from the PDF."""

from __future__ import annotations

import pytest

from app.printing.column_widths import column_widths
from app.printing.lists import (
    TableColumn,
    TableContent,
    WorkListContent,
    WorkListRow,
    table_document,
    table_pdf,
    work_list_pdf,
)
from app.printing.sheets import unprintable


def request(count: int = 3, **changes: object) -> TableContent:
    values: dict[str, object] = {
        "title": "药品申领单",
        "columns": (
            TableColumn("药品名称"), TableColumn("规格", 30), TableColumn("数量", 20, "right"),
            TableColumn("金额（元）", 26, "right"),
        ),
        "rows": tuple((f"药品{number:03d}", "30mg×7片", str(number), "23.50") for number in range(count)),
        "head": (("申领单位", "柳庄村卫生室"), ("单号", "SL-2026-11-0003"), ("日期", "2026-11-22")),
        "totals": ("合计", "", "41", "963.50"),
        "remarks": ("调减的品种见审核意见。",),
        "signatures": ("申领人", "审核药师"),
        "foot_left": "打印：2026-11-22",
        "foot_right": "柳庄村卫生室",
    }
    return TableContent(**(values | changes))


ROWS = (
    WorkListRow("李桂兰", "71", "高血压", "逾期 9 天", "162/94 不满意(第1次)", "138****2716", "3组 李", "再不满意则转诊"),
    WorkListRow("阿依古丽·买买提", "58", "高血压 · 糖尿病", "今天", "134/84 满意"),
    WorkListRow("𠮷田", "64", "糖尿病", "2026-11-30"),
)


def test_the_work_list_has_the_columns_of_the_screen_and_empty_ones(paper) -> None:
    sheet = paper(work_list_pdf(WorkListContent("今天要做的事", "2026年11月22日 星期日", ROWS, "柳庄村卫生室", "王明")))

    assert sheet.sizes_mm() == [(297, 210)]
    for words in (
        "今天要做的事", "2026年11月22日", "3人", "柳庄村卫生室", "王明", "姓名", "年龄", "病种", "应访日期",
        "上次结果", "电话", "组",
        "提醒", "本次结果", "备注", "李桂兰", "逾期9天", "162/94不满意(第1次)", "138****2716", "再不满意则转诊",
        "阿依古丽·买买提",
        "𠮷田", "第1页/共1页",
    ):
        assert words in sheet.text()


def test_the_empty_columns_may_be_named(paper) -> None:
    text = paper(work_list_pdf(WorkListContent("名单", "", ROWS, written=("血压", "血糖", "签名")))).text()

    assert "血压血糖签名" in text
    assert "本次结果" not in text


def test_a_long_list_repeats_its_header_and_numbers_its_pages(paper) -> None:
    sheet = paper(work_list_pdf(WorkListContent("名单", "2026-11-22", ROWS * 30)))

    assert sheet.page_count > 3
    for page in range(sheet.page_count):
        assert "应访日期" in sheet.text(page)
        assert f"第{page + 1}页/共{sheet.page_count}页" in sheet.text(page)
    assert sheet.text().count("李桂兰") == 30


def test_a_table_prints_everything_that_it_was_given(paper) -> None:
    text = paper(table_pdf(request())).text()

    for words in (
        "药品申领单", "申领单位：柳庄村卫生室", "单号：SL-2026-11-0003", "药品名称", "金额（元）", "药品000",
        "30mg×7片", "合计",
        "963.50", "调减的品种见审核意见。", "申领人：", "审核药师：", "打印：2026-11-22",
    ):
        assert words in text


def test_totals_and_signatures_stand_after_the_last_row_only(paper) -> None:
    sheet = paper(table_pdf(request(count=90)))

    assert sheet.page_count == 3
    assert ["合计" in sheet.text(page) for page in range(3)] == [False, False, True]
    assert ["申领人：" in sheet.text(page) for page in range(3)] == [False, False, True]
    assert [f"药品{number:03d}" in sheet.text() for number in range(90)] == [True] * 90


def test_numbers_end_at_the_right_edge_of_their_column(paper) -> None:
    words = paper(table_pdf(request(rows=(("甲", "", "7", "1.00"), ("乙", "", "1234", "1.00")), totals=()))).words()

    short, long = (next(word for word in words if word.text == text) for text in ("7", "1234"))
    assert short.x > long.x + 10


def test_several_tables_each_number_their_own_pages(paper) -> None:
    sheet = paper(table_pdf(request(), request(title="审核结果")))

    assert sheet.page_count == 2
    assert "第1页/共1页" in sheet.text(1)
    assert "审核结果" in sheet.text(1)


def test_a_table_without_rows_still_prints_its_header(paper) -> None:
    text = paper(table_pdf(request(rows=(), totals=()))).text()

    assert "药品名称" in text
    assert "申领人：" in text


def test_a_draft_table_is_marked(paper) -> None:
    assert "草稿" in paper(table_pdf(request(draft=True))).text()


def test_a_character_without_a_glyph_is_found_in_a_table_before_printing() -> None:
    assert unprintable(table_document(request(rows=(("药\ue123", "", "", ""),)))) == ["\ue123"]


def test_a_row_with_too_few_cells_is_a_fault() -> None:
    with pytest.raises(ValueError, match="zip"):
        table_document(request(rows=(("甲",),)))


@pytest.mark.parametrize(("widths", "expected"), [
    ((0, 30, 20), (50, 30, 20)),
    ((0, 0, 20), (40, 40, 20)),
    ((50, 30, 20), (50, 30, 20)),
])
def test_columns_without_a_width_share_what_is_left(widths: tuple, expected: tuple) -> None:
    assert column_widths([TableColumn("栏", width) for width in widths], 100) == expected


@pytest.mark.parametrize("widths", [(60, 50), (0, 100)])
def test_columns_that_leave_no_room_are_a_fault(widths: tuple) -> None:
    with pytest.raises(ValueError, match="on 100"):
        column_widths([TableColumn("栏", width) for width in widths], 100)


@pytest.mark.parametrize("count", range(15, 45))
def test_nobody_signs_a_page_without_the_last_rows_and_the_total(paper, count: int) -> None:
    sheet = paper(table_pdf(request(count=count, paper="A4-landscape")))
    last = sheet.text(sheet.page_count - 1)

    for words in ("合计", "申领人：", f"药品{count - 1:03d}", f"药品{count - 2:03d}"):
        assert words in last


def test_of_remarks_longer_than_a_page_the_last_stand_above_the_signatures(paper) -> None:
    remarks = tuple(f"差异{number:03d}的说明" for number in range(120))
    sheet = paper(table_pdf(request(remarks=remarks)))

    assert "药品002" in sheet.text(0)
    assert "差异000的说明" in sheet.text(0)
    assert "差异118的说明差异119的说明申领人：" in sheet.text(sheet.page_count - 1)


def test_every_page_says_whose_sheet_it_is(paper) -> None:
    sheet = paper(table_pdf(request(count=90)))

    for page in range(sheet.page_count):
        assert "申领单位：柳庄村卫生室" in sheet.text(page)
        assert "单号：SL-2026-11-0003" in sheet.text(page)


def test_sums_are_handed_on_from_page_to_page(paper) -> None:
    carried = tuple(("", "", str(number + 1), f"{(number + 1) * 23.5:.2f}") for number in range(90))
    sheet = paper(table_pdf(request(count=90, carried=carried)))

    first = max(number for number in range(90) if f"药品{number:03d}" in sheet.text(0))
    sums = f"{first + 1}{(first + 1) * 23.5:.2f}"
    assert f"过次页{sums}" in sheet.text(0)
    assert f"承前页{sums}" in sheet.text(1)
    assert "承前页" not in sheet.text(0)
    assert "过次页" not in sheet.text(sheet.page_count - 1)


def test_a_table_on_one_page_hands_nothing_on(paper) -> None:
    text = paper(table_pdf(request(carried=(("", "", "1", "23.50"),) * 3))).text()

    assert "过次页" not in text
    assert "承前页" not in text


def test_a_row_higher_than_a_page_still_hands_its_sum_on(paper) -> None:
    rows = (("说明" * 1500, "", "1", "1.00"), ("药品乙", "", "2", "2.00"))
    sheet = paper(table_pdf(request(rows=rows, carried=(("", "", "1", "1.00"), ("", "", "3", "3.00")))))

    assert sheet.page_count > 1
    assert "药品乙" in sheet.text(sheet.page_count - 1)
    assert sheet.text().count("说") == 1500


def test_a_figure_never_breaks(paper) -> None:
    rows = (("药品" * 60, "规格" * 30, "12345678", "7,142,849,285.72"),)
    words = [word.text for word in paper(table_pdf(request(rows=rows))).words()]

    assert "12345678" in words
    assert "7,142,849,285.72" in words


def test_nothing_stands_outside_the_table(paper) -> None:
    rows = (("药品" * 60, "A1234567890B1234567890", "12345678", "7,142,849,285.72"),) * 3
    words = paper(table_pdf(request(rows=rows))).words()

    assert min(word.x for word in words) >= 12 * 72 / 25.4
    assert max(word.end for word in words) <= (210 - 12) * 72 / 25.4
