"""The shapes in which outsiders write answers come out as the same answers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.forms.registry import form
from app.forms.shapes import tick_written_lines


def read(code, raw):
    reading = form(code).read(raw)
    assert reading.problems == [], [str(problem.message) for problem in reading.problems]
    return reading.answers


def refused(code, raw):
    return [str(problem.message) for problem in form(code).read(raw).problems]


@pytest.mark.parametrize(
    "weight",
    [
        [65, 63],
        ("65", "63"),
        {"current": 65, "target": 63},
        {"目前": "65", "目标": "63"},
        "65/63",
        "65.0／63.0",
    ],
)
def test_a_pair_of_numbers(weight):
    assert read("htn_followup", {"weight": weight}) == {"weight": Decimal(65), "weight_target": Decimal(63)}


@pytest.mark.parametrize("salt", [[2, 1], ["中", "轻"], "中/轻", {"current": "中", "target": 1}])
def test_a_pair_of_options(salt):
    assert read("htn_followup", {"salt": salt}) == {"salt": 2, "salt_target": 1}


@pytest.mark.parametrize("bmi", [["22.49", "21.8"], {"current": "22.49", "target": "21.8"}, "22.49/21.8"])
def test_the_body_mass_index_is_a_pair_too(bmi):
    assert read("htn_followup", {"bmi": bmi}) == {"bmi": Decimal("22.49"), "bmi_target": Decimal("21.8")}


@pytest.mark.parametrize("weight", [65, "65", [65], [65, None], {"current": 65}])
def test_a_pair_of_which_only_the_first_is_known(weight):
    assert read("htn_followup", {"weight": weight}) == {"weight": Decimal(65)}


def test_a_pair_with_a_part_that_belongs_nowhere_is_refused():
    assert refused("htn_followup", {"weight": {"now": 65, "goal": 63}}) == [
        "这张表里没有“weight.goal”这一项。"
    ]
    assert refused("htn_followup", {"weight": {"kg": 65}}) == ["这张表里没有“weight.kg”这一项。"]
    assert refused("htn_followup", {"weight": [65, 63, 61]}) == ["体重：请填数字，您填的是“65、63、61”。"]


@pytest.mark.parametrize("code", ["htn_followup", "dm_followup"])
@pytest.mark.parametrize(
    "exercise",
    [
        [[3, 30], [5, 40]],
        {"current": [3, 30], "target": [5, 40]},
        [{"times": 3, "minutes": 30}, {"times": 5, "minutes": 40}],
        {"目前": {"times_per_week": 3, "minutes_per_time": 30}, "目标": {"frequency": 5, "duration": 40}},
        {"times": [3, 5], "minutes": {"current": 30, "target": 40}},
        ["3次/周 30分钟/次", "5次/周，40分钟/次"],
        {"current": "3次/周 30分钟/次", "target": "5次/周 40分钟/次"},
    ],
)
def test_exercise_is_told_as_one_item(code, exercise):
    assert read(code, {"exercise": exercise}) == {
        "exercise_times": 3,
        "exercise_times_target": 5,
        "exercise_minutes": 30,
        "exercise_minutes_target": 40,
    }


@pytest.mark.parametrize(
    "exercise", [[3, 30], "3次/周 30分钟/次", {"times": 3, "minutes": 30}, {"current": [3, 30]}]
)
def test_exercise_of_now_alone(exercise):
    assert read("htn_followup", {"exercise": exercise}) == {"exercise_times": 3, "exercise_minutes": 30}


def test_exercise_that_cannot_be_read_is_refused():
    assert refused("htn_followup", {"exercise": "每天"}) == ["每周运动次数：请填整数，您填的是“每天”。"]
    assert refused("htn_followup", {"exercise": {"hours": 1}}) == ["这张表里没有“exercise.hours”这一项。"]


@pytest.mark.parametrize(
    "insulin",
    [
        {"kind": "门冬胰岛素", "usage": "早12u"},
        {"type": "门冬胰岛素", "usage": "早12u"},
        {"种类": "门冬胰岛素", "用法和用量": "早12u"},
        ["门冬胰岛素", "早12u"],
    ],
)
def test_insulin_is_told_as_one_item(insulin):
    assert read("dm_followup", {"insulin": insulin}) == {
        "insulin_kind": "门冬胰岛素",
        "insulin_usage": "早12u",
    }


def test_insulin_in_words():
    assert read("dm_followup", {"insulin": "门冬胰岛素 早12u"}) == {"insulin_kind": "门冬胰岛素 早12u"}


@pytest.mark.parametrize(
    "adr",
    [
        {"code": 2, "text": "脚肿"},
        {"option": "有", "note": "脚肿"},
        {"code": 2, "detail": "脚肿"},
        [2, "脚肿"],
        "有：脚肿",
        "2（脚肿）",
    ],
)
def test_an_option_with_the_line_it_opens(adr):
    assert read("htn_followup", {"adr": adr}) == {"adr": 2, "adr_note": "脚肿"}


def test_an_option_with_what_belongs_nowhere_is_refused():
    assert refused("htn_followup", {"adr": {"code": 2, "since": "2026-01-01"}}) == [
        "这张表里没有“adr.since”这一项。"
    ]
    assert refused("htn_followup", {"adr": "也许：脚肿"}) == [
        "药物不良反应：请填选项 1、2，您填的是“也许:脚肿”。"
    ]


@pytest.mark.parametrize("pulse", [{"code": 2, "side": "左侧"}, [2, "左侧"], "减弱（左侧）", "减弱 左侧"])
def test_a_weak_foot_pulse_with_its_side(pulse):
    assert read("dm_followup", {"dorsalis_pedis": pulse}) == {"dorsalis_pedis": 2, "dorsalis_pedis_side": 2}


@pytest.mark.parametrize(
    "symptoms",
    [
        [2, {"code": 10, "text": "牙痛"}],
        ["头痛头晕", "其他：牙痛"],
        "头痛头晕、其他：牙痛",
        [2, "其他（牙痛）"],
    ],
)
def test_several_options_with_a_line(symptoms):
    assert read("htn_followup", {"symptoms": symptoms}) == {"symptoms": [2, 10], "symptoms_note": "牙痛"}


def test_one_option_of_several_as_an_object():
    assert read("htn_followup", {"symptoms": {"code": 10, "text": "牙痛"}}) == {
        "symptoms": [10],
        "symptoms_note": "牙痛",
    }
    assert "请填选项" in refused("htn_followup", {"symptoms": [{"code": 10, "since": 2020}]})[0]


def test_the_line_of_an_option_without_a_number_ticks_it():
    answers = read("htn_followup", {"symptoms": [2], "symptoms_other": "牙痛"})
    tick_written_lines(form("htn_followup"), answers)
    assert answers["symptoms"] == [2, 10]
    tick_written_lines(form("htn_followup"), answers)
    assert answers["symptoms"] == [2, 10]


@pytest.mark.parametrize(
    "drug",
    [
        {"name": "氨氯地平", "times_per_day": 2, "dose": "5mg"},
        {"drug": "氨氯地平", "times": "2", "per_time": "5mg"},
        {"药物名称": "氨氯地平", "每日次数": 2, "每次用量": "5mg"},
        {"name": "氨氯地平", "每日": 2, "每次": "5mg"},
        {"name": "氨氯地平", "usage": "每日2次，每次5mg"},
        {"name": "氨氯地平", "用法用量": "每天 2 次 每次 5mg"},
        ["氨氯地平", 2, "5mg"],
    ],
)
def test_a_medicine(drug):
    expected = [{"name": "氨氯地平", "times_per_day": 2, "dose": "5mg"}]
    for raw in ({"drug1": drug}, {"drugs": [drug]}):
        assert read("htn_followup", raw)["drugs"] == expected


def test_a_usage_in_other_words_stands_with_the_dose():
    drug = {"name": "氨氯地平", "usage": "必要时服"}
    assert read("htn_followup", {"drug1": drug})["drugs"] == [{"name": "氨氯地平", "dose": "必要时服"}]


def test_medicines_come_in_the_order_of_the_paper():
    raw = {
        "drug_other": "阿司匹林",
        "drug2_usage": "每日1次",
        "drug2": "缬沙坦",
        "drug1": "氨氯地平",
        "drug1_dose": "5mg",
    }
    assert read("htn_followup", raw)["drugs"] == [
        {"name": "氨氯地平", "dose": "5mg"},
        {"name": "缬沙坦", "times_per_day": 1},
        {"name": "阿司匹林"},
    ]


@pytest.mark.parametrize(
    "history",
    [
        [{"code": 2, "confirmed_ym": "2015-03"}],
        [{"disease": "高血压", "confirmed_ym": "201503"}],
        [{"option": 2, "date": "2015-03-08"}],
        [{"疾病": 2, "确诊时间": "2015年3月"}],
        {"code": 2, "confirmed_ym": "2015-03"},
    ],
)
def test_a_past_disease(history):
    assert read("personal_info", {"disease_history": history})["disease_history"] == [
        {"code": 2, "confirmed_ym": "2015-03"}
    ]


@pytest.mark.parametrize("none", [1, "无", [1], [{"code": 1}]])
def test_no_past_disease(none):
    assert read("personal_info", {"disease_history": none}) == {"disease_history": [{"code": 1}]}


def test_a_cell_of_no_column_is_refused_by_name():
    [sentence] = refused("personal_info", {"disease_history": [{"code": 2, "doctor": "王明"}]})
    assert sentence == "既往疾病：表里没有“doctor”这一栏，每行包括：疾病、名称、确诊时间。"
    assert "每行包括" in refused("personal_info", {"disease_history": [[2, "", "2015-03", 4]]})[0]


@pytest.mark.parametrize(
    "surgery",
    [
        {"code": 2, "items": [{"name": "阑尾切除", "date": "1999-01"}]},
        [{"name": "阑尾切除", "time": "1999-01"}],
        {"option": "有", "rows": [["阑尾切除", "1999-01"]]},
    ],
)
def test_an_operation_with_its_slots(surgery):
    assert read("personal_info", {"surgery": surgery}) == {
        "surgery": 2,
        "surgery_items": [{"name": "阑尾切除", "date": "1999-01"}],
    }


def test_a_minority_is_named_beside_its_option():
    for group in ({"code": 99, "name": "满族"}, [99, "满族"], "少数民族：满族", "99 满族"):
        assert read("personal_info", {"ethnic_group": group}) == {
            "ethnic_group": 99,
            "ethnic_group_note": "满族",
        }


@pytest.mark.parametrize(
    "symptoms", [[{"code": 2, "count": 3}], [[2, 3]], "头痛头晕 3次", {"头痛头晕": 3}, {"code": 2, "count": 3}]
)
def test_how_often_is_refused_where_the_form_does_not_ask_it(symptoms):
    assert "请填选项" in refused("htn_followup", {"symptoms": symptoms})[0]
