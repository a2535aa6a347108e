"""The printed 老年人中医药健康管理服务记录表, read back."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.registry import form
from app.forms.vocabulary import Context
from app.printing.content import GridContent, Ringed
from app.printing.sheets import blank_form, print_form, sheet_content

TOPICS = (
    "精力充沛", "容易疲乏", "容易气短", "说话声音低弱无力", "闷闷不乐、情绪低沉", "精神紧张、焦虑不安",
    "因生活状态改变而感到孤独、失落", "容易感到害怕或受到惊吓", "感到身体超重不轻松", "眼睛干涩", "手脚发凉",
    "胃脘部、背部或腰膝部怕冷", "比一般人耐受不了寒冷", "容易患感冒", "没有感冒时也会鼻塞、流鼻涕",
    "口粘（黏）口腻，或睡眠打鼾", "容易过敏", "皮肤容易起荨麻疹", "皮肤不知不觉中出现青紫瘀斑、皮下出血",
    "皮肤一抓就红，并出现抓痕", "皮肤或口唇干", "肢体麻木或固定部位疼痛", "面部或鼻部有油腻感或者油亮发光",
    "面色或目眶晦黯，或出现褐色斑块/斑点", "皮肤湿疹、疮疖", "口干咽燥、总想喝水", "口苦或嘴里有异味", "腹部肥大",
    "吃（喝）凉的东西会感到不舒服或者怕吃（喝）凉的东西", "大便黏滞不爽、解不尽的感觉", "容易大便干燥",
    "舌苔厚腻或有舌苔厚厚的感觉", "舌下静脉瘀紫或增粗",
)
CHECKLIST = (
    *TOPICS, "老年人中医药健康管理服务记录表", "姓名：", "编号", "体质类型", "气虚质", "阳虚质", "阴虚质", "痰湿质", "湿热质",
    "血瘀质", "气郁质", "特禀质", "平和质", "体质辨识", "中医药保健指导", "填表日期", "医生签名",
    "国家基本公共卫生服务规范（第三版）",
)
OFFICIAL = {
    "没有（根本不/从来没有）": 2, "很少（有一点/偶尔）": 2, "有时（有些/少数时间）": 2, "经常（相当/多数时间）": 2,
    "总是（非常/每天）": 2, "1.得分": 9, "2.是": 9, "3.倾向是": 8, "3.基本是": 1, "1.情志调摄": 9, "2.饮食调养": 9,
    "3.起居调摄": 9, "4.运动保健": 9, "5.穴位保健": 9, "6.其他": 9,
    "（BMI＜24）": 1, "（24≤BMI＜25）": 1, "（25≤BMI＜26）": 1, "（26≤BMI＜28）": 1, "（BMI≥28）": 1,
    "（一年＜2次）": 1, "（一年感冒2-4次）": 1, "（一年感冒5-6次）": 1, "（一年8次以上）": 1, "（几乎每月都感冒）": 1,
    "（从来没有）": 1, "（一年1、2次）": 1, "（一年3、4次）": 1, "（一年5、6次）": 1, "（每次遇到上述原因都过敏）": 1,
    "（腹围＜80cm，相当于2.4尺）": 1, "（腹围80-85cm，2.4-2.55尺）": 1, "（腹围86-90cm，2.56-2.7尺）": 1,
    "（腹围91-105cm，2.71-3.15尺）": 1, "（腹围＞105cm或3.15尺）": 1,
}


@pytest.fixture(scope="module")
def answers() -> dict:
    raw = {f"q{number:02d}": number % 5 + 1 for number in range(1, 34)}
    raw |= {"guidance_xueyu": [1, 6], "guidance_xueyu_note": "八段锦", "form_date": "2026-11-20", "doctor": "王明"}
    declared = form("tcm_elder")
    return declared.complete(declared.read(raw).answers, Context(today=date(2026, 11, 22)))


def words(paper, data: bytes) -> str:
    """The text in the order in which it was set, so that words broken over lines of a cell stay together."""
    pdf = paper(data)
    return "".join("".join(word.text for word in pdf.words(page)) for page in range(pdf.page_count)).replace(" ", "")


@pytest.mark.parametrize("filled", [False, True])
def test_the_sheet_says_what_the_form_prints(filled, answers, paper, person):
    data = print_form("tcm_elder", person, [answers]) if filled else blank_form("tcm_elder")
    text = words(paper, data)
    assert [each for each in CHECKLIST if each not in text] == []
    assert {each: text.count(each) for each in OFFICIAL} == OFFICIAL
    assert paper(data).page_count == 2


def test_the_questions_are_numbered_in_their_order(paper):
    text = words(paper, blank_form("tcm_elder"))
    places = [text.index(f"（{number}）您") for number in range(1, 34)]
    assert places == sorted(places)


def test_one_score_of_each_question_is_circled(answers, person):
    content = sheet_content("tcm_elder", person, [answers])
    grids = [block for leaf in content.sheets[0].leaves for block in leaf.blocks if isinstance(block, GridContent)]
    rows = [row for grid in grids[:2] for row in grid.rows[1:]]
    circled = [
        [item.words for cell in row.cells for line in cell.lines for item in line.items
         if isinstance(item, Ringed) and item.on]
        for row in rows
    ]
    assert circled == [[str(number % 5 + 1)] for number in range(1, 34)]


def test_results_and_guidance_are_circled_by_their_numbers(answers, person):
    content = sheet_content("tcm_elder", person, [answers])
    results = content.sheets[0].leaves[1].blocks[1]
    _types, identified, guided, _foot = (
        [[item.words for line in cell.lines for item in line.items if isinstance(item, Ringed) and item.on]
         for cell in row.cells]
        for row in results.rows
    )
    codes = ("qixu", "yangxu", "yinxu", "tanshi", "shire", "xueyu", "qiyu", "tebing", "pinghe")
    expected = [[str(answers[f"result_{code}"])] if f"result_{code}" in answers else [] for code in codes]
    assert identified[1:] == expected
    assert guided[1:] == [["1", "6"] if code == "xueyu" else [] for code in codes]


def test_scores_stand_behind_their_words(answers, paper, person):
    rows = paper(print_form("tcm_elder", person, [answers])).rows(1)
    codes = ("qixu", "yangxu", "yinxu", "tanshi", "shire", "xueyu", "qiyu", "tebing", "pinghe")
    assert "".join(f"1.得分{answers[f'score_{code}']}" for code in codes) in rows
    assert [row for row in rows if "2026年11月20日" in row]
