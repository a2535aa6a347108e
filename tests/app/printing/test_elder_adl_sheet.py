"""The printed 老年人生活自理能力评估表, read back."""

from __future__ import annotations

from datetime import date

import pytest

from app.printing.content import Ringed
from app.printing.sheets import blank_form, print_form, sheet_content

CHECKLIST = (
    "老年人生活自理能力评估表", "姓名：", "编号", "评估事项、内容与评分", "程度等级", "可自理", "轻度依赖", "中度依赖",
    "不能自理", "判断评分", "进餐", "梳洗", "穿衣", "如厕", "活动", "评分", "总评分",
    "0～3分者为可自理；4～8分者为轻度依赖；9～18分者为中度依赖；≥19分者为不能自理", "评估日期", "评估人", "年月日",
    "评估结果", "1可自理（0～3分）2轻度依赖（4～8分）3中度依赖（9～18分）4不能自理（≥19分）",
    "国家基本公共卫生服务规范（第三版）",
)
ANSWERS = {
    "eating": 3, "grooming": 7, "dressing": 0, "toileting": 1, "mobility": 10, "total": 21, "result": 4,
    "assessment_date": date(2026, 11, 20), "assessor": "王明",
}


@pytest.mark.parametrize("words", CHECKLIST)
@pytest.mark.parametrize("filled", [False, True])
def test_the_sheet_says_what_the_form_prints(words, filled, paper, person):
    if filled and words == "年月日":
        words = "2026年11月20日"
    pdf = paper(print_form("elder_adl", person, [ANSWERS]) if filled else blank_form("elder_adl"))
    assert pdf.page_count == 1
    assert words in pdf.text() + "".join(pdf.rows())


def test_the_scores_stand_in_their_columns(paper):
    rows = [row for row in paper(blank_form("elder_adl")).rows() if row.startswith("评分")]
    assert rows == ["评分0—35", "评分0137", "评分0—35", "评分01510", "评分01510"]


def test_the_chosen_scores_are_circled_and_written_at_the_right(paper, person):
    content = sheet_content("elder_adl", person, [ANSWERS])
    grid = content.sheets[0].leaves[0].blocks[1]
    items = [item for row in grid.rows for cell in row.cells for line in cell.lines for item in line.items]
    assert [item.words for item in items if isinstance(item, Ringed) and item.on] == ["3", "7", "0", "1", "10"]

    at_the_right = paper(print_form("elder_adl", person, [ANSWERS])).rows(left=505)
    assert [row for row in at_the_right if row.isdigit()][-7:] == ["3", "7", "0", "1", "10", "21", "4"]


def test_the_line_of_the_assessor_is_left_to_the_pen(paper, person):
    assert "王明" not in paper(print_form("elder_adl", person, [ANSWERS])).text()
    assert "王明" in paper(print_form("elder_adl", person, [ANSWERS], with_signatures=True)).text()
