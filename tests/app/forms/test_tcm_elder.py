"""老年人中医药健康管理服务记录表: thirty-three answers, and what follows from them."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import UserError
from app.forms.tcm_elder import CONSTITUTIONS, FORM
from app.forms.vocabulary import Context, Level
from app.services.form_files import read_answers

TODAY = date(2026, 11, 22)
CONTEXT = Context(today=TODAY, birth_date=date(1950, 3, 8))
ITEMS = {
    "qixu": (2, 3, 4, 14),
    "yangxu": (11, 12, 13, 29),
    "yinxu": (10, 21, 26, 31),
    "tanshi": (9, 16, 28, 32),
    "shire": (23, 25, 27, 30),
    "xueyu": (19, 22, 24, 33),
    "qiyu": (5, 6, 7, 8),
    "tebing": (15, 17, 18, 20),
}


def answered(default: int = 1, **changes: int) -> dict:
    return {f"q{number:02d}": default for number in range(1, 34)} | changes


def judged(raw: dict) -> tuple[dict, list]:
    answers = FORM.complete(FORM.read(raw).answers, CONTEXT)
    return answers, FORM.problems(answers, CONTEXT)


def test_there_are_33_questions_and_nine_constitutions_in_printed_order():
    assert [code for code in FORM.fields if code.startswith("q")] == [f"q{number:02d}" for number in range(1, 34)]
    assert list(CONSTITUTIONS.values()) == [
        "气虚质", "阳虚质", "阴虚质", "痰湿质", "湿热质", "血瘀质", "气郁质", "特禀质", "平和质",
    ]


@pytest.mark.parametrize("number", range(1, 34))
def test_a_question_takes_1_to_5(number):
    code = f"q{number:02d}"
    assert [score for score in range(7) if not FORM.read({code: score}).problems] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("code", "items"), ITEMS.items())
def test_a_score_is_the_sum_of_its_items(code, items):
    answers, _problems = judged(answered(1, **{f"q{item:02d}": 3 for item in items}))
    assert answers[f"score_{code}"] == 12
    assert answers[f"result_{code}"] == 2


@pytest.mark.parametrize(
    ("scores", "total", "result"),
    [
        ((2, 2, 2, 2), 8, None),
        ((3, 2, 2, 2), 9, 3),
        ((3, 3, 2, 2), 10, 3),
        ((3, 3, 3, 2), 11, 2),
        ((5, 5, 5, 5), 20, 2),
    ],
)
def test_the_result_of_a_biased_constitution(scores, total, result):
    answers, _problems = judged(answered(1, q11=scores[0], q12=scores[1], q13=scores[2], q29=scores[3]))
    assert (answers["score_yangxu"], answers.get("result_yangxu")) == (total, result)


@pytest.mark.parametrize(
    ("changes", "score", "result"),
    [
        ({"q01": 5}, 25, 2),
        ({"q01": 1}, 21, 2),
        ({"q01": 1, "q13": 5}, 17, 2),
        ({"q01": 1, "q13": 5, "q04": 2}, 16, None),
        ({"q01": 5, "q10": 5, "q21": 2}, 25, 3),
        ({"q01": 5, "q10": 5, "q21": 4}, 25, None),
    ],
)
def test_the_balanced_constitution_needs_the_others_to_be_low(changes, score, result):
    answers, _problems = judged(answered(1, **changes))
    assert (answers["score_pinghe"], answers.get("result_pinghe")) == (score, result)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"score_qixu": 4}, None),
        ({"score_qixu": 5}, "score_qixu"),
        ({"result_pinghe": 2}, None),
        ({"result_pinghe": 3}, "result_pinghe"),
        ({"result_qixu": 2}, "result_qixu"),
    ],
)
def test_a_score_or_result_that_does_not_match_its_parts_is_refused(given, expected):
    answers = FORM.read({**answered(1, q01=5), **given}).answers
    assert [problem.code for problem in FORM.contradictions(answers, CONTEXT)] == [expected] * bool(expected)
    assert [p.code for p in FORM.problems(answers, CONTEXT) if p.level is Level.REFUSE] == [expected] * bool(expected)


def test_a_score_is_held_against_its_own_parts_before_everything_is_answered():
    answers = FORM.read({"q02": 3, "q03": 3, "q04": 3, "q14": 3, "score_qixu": 11}).answers
    [problem] = FORM.contradictions(answers, CONTEXT)
    assert str(problem.message) == "按各项回答，气虚质得分应是“12”，您填的是“11”，请核对。"


def test_a_file_with_a_wrong_score_is_not_printed():
    file = {**answered(1, q01=5), "form_date": "2026-11-20", "doctor": "王明"}
    with pytest.raises(UserError):
        read_answers("tcm_elder", {**file, "score_qixu": 9}, TODAY)
    assert read_answers("tcm_elder", {**file, "score_qixu": 4}, TODAY).visits[0]["score_qixu"] == 4


def test_a_result_that_no_longer_follows_is_taken_back():
    answers = FORM.complete(FORM.read({**answered(1), "result_qixu": 2}).answers, CONTEXT)
    assert "result_qixu" not in answers


def test_every_question_must_be_answered_and_the_form_dated_and_signed():
    _answers, problems = judged({key: value for key, value in answered(1).items() if key != "q17"})
    missing = {problem.code for problem in problems if problem.level is Level.MISSING}
    assert missing == {"q17", "score_tebing", "form_date", "doctor"}


def test_guidance_is_owed_where_there_is_a_result():
    _answers, problems = judged({**answered(1, q02=5, q03=5), "form_date": "2026-11-20", "doctor": "王明"})
    assert {problem.code for problem in problems} == {"guidance_qixu"}
    _answers, problems = judged({
        **answered(1, q02=5, q03=5), "form_date": "2026-11-20", "doctor": "王明", "guidance_qixu": [2, 6],
    })
    assert {problem.code for problem in problems} == {"guidance_qixu_note"}


@pytest.mark.parametrize(
    ("code", "low", "high"), [("score_qixu", 4, 20), ("score_tebing", 4, 20), ("score_pinghe", 5, 25)]
)
def test_the_limits_of_a_score(code, low, high):
    refused = [
        value for value in range(low - 2, high + 3)
        if any(p.code == code and p.level is Level.REFUSE for p in FORM.problems({code: value}, CONTEXT))
    ]
    assert refused == [low - 2, low - 1, high + 1, high + 2]


@pytest.mark.parametrize(("day", "refused"), [("2026-11-22", False), ("2026-11-23", True), ("1950-03-07", True)])
def test_the_form_is_dated_in_life(day, refused):
    _answers, problems = judged({"form_date": day})
    assert any(problem.level is Level.REFUSE for problem in problems) == refused


TOPICS = (
    "精力充沛", "容易疲乏", "容易气短", "说话声音低弱无力", "闷闷不乐、情绪低沉", "精神紧张、焦虑不安",
    "因生活状态改变而感到孤独、失落", "容易感到害怕或受到惊吓", "感到身体超重不轻松", "眼睛干涩", "手脚发凉",
    "胃脘部、背部或腰膝部怕冷", "比一般人耐受不了寒冷", "容易患感冒", "没有感冒时也会鼻塞、流鼻涕",
    "口粘（黏）口腻，或睡眠打鼾", "容易过敏", "皮肤容易起荨麻疹", "皮肤不知不觉中出现青紫瘀斑、皮下出血",
    "皮肤一抓就红，并出现抓痕", "皮肤或口唇干", "肢体麻木或固定部位疼痛", "面部或鼻部有油腻感或者油亮发光",
    "面色或目眶晦黯，或出现褐色斑块/斑点", "皮肤湿疹、疮疖", "口干咽燥、总想喝水", "口苦或嘴里有异味", "腹部肥大",
    "吃（喝）凉的东西会感到不舒服或者怕吃（喝）凉的东西", "大便黏滞不爽、解不尽的感觉", "容易大便干燥",
    "舌苔厚腻或有舌苔厚厚的感觉", "舌下静脉瘀紫或增粗",
)  # fmt: skip
"""What each item asks, in the words of the list of forms."""


@pytest.mark.parametrize(("number", "topic"), list(enumerate(TOPICS, start=1)))
def test_a_question_asks_in_the_words_of_the_list(number, topic):
    assert topic in FORM.fields[f"q{number:02d}"].label


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        (1, ("没有（根本不/从来没有）", "很少（有一点/偶尔）", "有时（有些/少数时间）",
             "经常（相当/多数时间）", "总是（非常/每天）")),
        (9, ("BMI＜24", "24≤BMI＜25", "25≤BMI＜26", "26≤BMI＜28", "≥28")),
        (14, ("＜2次", "2-4次", "5-6次", "8次以上", "几乎每月")),
        (17, ("从来没有", "1、2次", "3、4次", "5、6次", "每次遇到上述原因都过敏")),
        (28, ("＜80cm", "80-85cm", "86-90cm", "91-105cm", "＞105cm")),
    ],
)  # fmt: skip
def test_the_scale_of_an_item_is_that_of_the_list(number, parts):
    labels = [option.label for option in FORM.fields[f"q{number:02d}"].kind.options]
    assert [part in label for part, label in zip(parts, labels, strict=True)] == [True] * 5
