"""The printed 接诊记录表 and 会诊记录表, read back."""

from __future__ import annotations

from datetime import date

import pytest

from app.printing.sheets import blank_form, print_form

CHECKLIST = {
    "encounter": (
        "接诊记录表", "姓名：", "编号", "就诊者的主观资料：", "就诊者的客观资料：", "评估：", "处置计划：", "医生签字：",
        "接诊日期：",
    ),
    "consultation": (
        "会诊记录表", "姓名：", "编号", "会诊原因：", "会诊意见：", "会诊医生及其所在医疗机构：", "医疗机构名称",
        "会诊医生签字", "责任医生：", "会诊日期：",
    ),
}
ANSWERS = {
    "encounter": {
        "subjective": "头晕三天", "objective": "血压偏高", "assessment": "高血压病", "plan": "规律服药", "doctor": "王明",
        "encounter_date": date(2026, 11, 20),
    },
    "consultation": {
        "reason": "血糖控制不佳", "opinion": "转内分泌科",
        "consultants": [{"institution": f"第{number}医院", "signatures": "孙医生"} for number in "一二三四五"],
        "responsible_doctor": "王明", "consult_date": date(2026, 11, 20),
    },
}
WORDS = [(code, words) for code, all_words in CHECKLIST.items() for words in all_words]


@pytest.mark.parametrize(("code", "words"), WORDS)
@pytest.mark.parametrize("filled", [False, True])
def test_the_sheet_says_what_the_form_prints(code, words, filled, paper, person):
    pdf = paper(print_form(code, person, [ANSWERS[code]]) if filled else blank_form(code))
    assert pdf.page_count == 1
    assert words in pdf.text()


@pytest.mark.parametrize("code", CHECKLIST)
def test_a_blank_sheet_leaves_room_for_the_date(code, paper):
    assert "日期：年月日" in paper(blank_form(code)).text()


@pytest.mark.parametrize("code", CHECKLIST)
def test_what_was_written_stands_on_the_sheet(code, paper, person):
    pdf = paper(print_form(code, person, [ANSWERS[code]]))
    written = [value for value in ANSWERS[code].values() if isinstance(value, str) and value != "王明"]
    assert [value for value in written if value not in pdf.text()] == []
    assert [row for row in pdf.rows() if "日期：2026年11月20日" in row]


def test_each_institution_has_its_row_and_signatures_are_left_to_the_pen(paper, person):
    answers = [ANSWERS["consultation"]]
    text = paper(print_form("consultation", person, answers)).text()
    assert [f"第{number}医院" in text for number in "一二三四五"] == [True] * 5
    assert "孙医生" not in text
    assert paper(print_form("consultation", person, answers, with_signatures=True)).text().count("孙医生") == 5


def test_long_records_flow_on_to_a_second_page_without_losing_a_word(paper, person):
    long = "".join(f"第{number}句。" for number in range(160))
    answers = {**ANSWERS["encounter"], "subjective": long, "objective": long, "plan": long}
    pdf = paper(print_form("encounter", person, [answers]))
    assert pdf.page_count == 2
    assert pdf.text().count("第159句") == 3
