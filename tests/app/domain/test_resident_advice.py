"""The words a resident takes home: each case of the three lines, and each limit of the values."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.chronic_followup import Referral, VisitClass
from app.domain.resident_advice import (
    TodaysFindings,
    advice,
    come_at_once,
    glucose_in_words,
    pressure_in_words,
)

CALM = TodaysFindings(diseases=("htn",), age=70, visit_class=VisitClass.CONTROLLED, adherence=1, drugs=True, salt=1)
LONGEST_LINE = 48


@pytest.mark.parametrize(
    ("sbp", "dbp", "age", "verdict", "tone"),
    [
        (180, 80, 70, "太高了，很危险", "bad"),
        (179, 109, 70, "偏高", "warn"),
        (120, 110, 70, "太高了，很危险", "bad"),
        (150, 89, 65, "偏高", "warn"),
        (149, 89, 65, "达标", "good"),
        (140, 89, 64, "偏高", "warn"),
        (139, 89, 64, "达标", "good"),
        (139, 90, 64, "偏高", "warn"),
        (140, 80, None, "偏高", "warn"),
        (90, 60, 64, "达标", "good"),
        (89, 60, 64, "偏低", "warn"),
    ],
)
def test_a_pressure_is_judged_by_the_limit_of_the_age(sbp, dbp, age, verdict, tone):
    said = pressure_in_words(Decimal(sbp), Decimal(dbp), age)
    assert (said.value, str(said.verdict), said.tone) == (f"{sbp}/{dbp}", verdict, tone)


@pytest.mark.parametrize(
    ("fpg", "verdict"),
    [
        ("16.7", "太高了，很危险"),
        ("16.6", "偏高"),
        ("7.0", "偏高"),
        ("6.9", "达标"),
        ("4.0", "达标"),
        ("3.9", "太低了，很危险"),
    ],
)
def test_a_glucose_is_judged_by_the_limits_of_the_form(fpg, verdict):
    assert str(glucose_in_words(Decimal(fpg)).verdict) == verdict


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "控制得很好，药照原样吃，不要自己停。"),
        ({"drugs": False}, "控制得很好，照现在这样保持。"),
        ({"adherence": 2}, "药不能想起来才吃，要天天按时吃。"),
        ({"adherence": 3}, "药要天天吃，人不难受也要吃，从今天开始。"),
        ({"adherence": 3, "drugs": False}, "控制得很好，照现在这样保持。"),
        ({"visit_class": VisitClass.UNSATISFACTORY}, "这次没有达标，药按医生今天说的吃，不要自己加减。"),
        ({"visit_class": VisitClass.UNSATISFACTORY, "adherence": 2}, "药不能想起来才吃，要天天按时吃。"),
        ({"visit_class": VisitClass.ADVERSE_REACTION, "adherence": 2}, "吃药后不舒服，按医生新开的药吃，不要自己停药。"),
        ({"visit_class": VisitClass.COMPLICATION}, "身体有了新的情况，药按医生今天说的吃，不要自己加减。"),
        ({"visit_class": None}, "药天天按时吃，不要自己停。"),
        ({"visit_class": None, "drugs": False}, "听医生的安排，按时来复查。"),
        ({"referral": Referral.YES}, "请尽快去卫生院看一看，带上这张单子。"),
        ({"referral": Referral.YES, "referral_to": "青石镇卫生院 内科"}, "请尽快去青石镇卫生院 内科看一看，带上这张单子。"),
        ({"referral": Referral.URGENT, "adherence": 3}, "今天马上去医院，不要等，带上这张单子。"),
        ({"referral": Referral.URGENT, "referral_to": "县医院"}, "今天马上去县医院，不要等，带上这张单子。"),
    ],
)
def test_the_first_line_is_about_the_medicine_or_the_hospital(changes, line):
    assert str(advice(replace(CALM, **changes))[0]) == line


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "饭菜清淡，常走动，照现在这样就很好。"),
        ({"salt": 2}, "吃淡一点，少放盐，少吃咸菜。"),
        ({"salt": 3, "cigarettes": 10}, "吃淡一点，少放盐，少吃咸菜。"),
        ({"cigarettes": 1}, "烟少抽，最好不抽。"),
        ({"alcohol": Decimal("0.5")}, "酒少喝，最好不喝。"),
        ({"exercise_times": 3, "exercise_times_target": 5, "exercise_minutes_target": 30}, "每周走动 5 次，每次 30 分钟。"),
        ({"exercise_times": 5, "exercise_times_target": 5, "exercise_minutes": 20, "exercise_minutes_target": 30},
         "每周走动 5 次，每次 30 分钟。"),
        ({"exercise_times": 3, "exercise_times_target": 5}, "天气好时多走动。"),
        ({"salt": 2, "exercise_times": 0, "exercise_times_target": 3, "exercise_minutes_target": 30},
         "吃淡一点，少放盐，少吃咸菜。每周走动 3 次，每次 30 分钟。"),
        ({"diseases": ("dm",), "staple_food": Decimal(350), "staple_food_target": Decimal(300)}, "主食少一点，一天不超过 6 两。"),
        ({"diseases": ("dm",), "staple_food": Decimal(300), "staple_food_target": Decimal(300)},
         "饭菜清淡，常走动，照现在这样就很好。"),
        ({"staple_food": Decimal(350), "staple_food_target": Decimal(300)}, "饭菜清淡，常走动，照现在这样就很好。"),
    ],
)  # fmt: skip
def test_the_second_line_is_the_habit_that_matters_most(changes, line):
    assert str(advice(replace(CALM, **changes))[1]) == line


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"diseases": ("htn",)}, "头痛得厉害、看不清、胸闷、躺不平"),
        ({"diseases": ("dm",)}, "恶心呕吐、肚子痛"),
        ({"diseases": ("dm",), "insulin": True}, "先吃两块糖"),
        ({"diseases": ("dm",), "low_glucose_before": True}, "先吃两块糖"),
        ({"diseases": ("htn", "dm")}, "头痛得厉害、胸闷、看不清、心慌出汗"),
        ({"diseases": ("copd",)}, "喘得比平时重"),
        ({"diseases": ()}, "突然不舒服"),
    ],
)
def test_the_third_line_says_when_to_come_at_once(changes, words):
    line = str(come_at_once(replace(CALM, **changes)))
    assert words in line
    assert line.endswith("马上来，或打 120。")


@pytest.mark.parametrize("visit_class", [None, *VisitClass])
@pytest.mark.parametrize("diseases", [(), ("htn",), ("dm",), ("htn", "dm"), ("copd",)])
def test_no_line_is_longer_than_can_be_read_aloud_in_one_breath(visit_class, diseases):
    found = replace(CALM, visit_class=visit_class, diseases=diseases, salt=3, insulin=True, exercise_times=0,
                    exercise_times_target=7, exercise_minutes_target=30)  # fmt: skip
    assert all(len(str(line)) <= LONGEST_LINE for line in advice(found))
