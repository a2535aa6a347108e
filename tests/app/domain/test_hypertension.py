"""高血压患者健康管理服务规范, clause by clause. 65 years are reached on 2026-11-22."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.chronic_followup import Referral
from app.domain.hypertension import (
    HypertensionVisit,
    PreviousHypertensionVisit,
    assess_hypertension,
    is_unsatisfactory,
)

VISIT = date(2026, 11, 22)
AT_65 = date(1961, 11, 22)
AT_64 = date(1961, 11, 23)
TWO_WEEKS = date(2026, 12, 6)
THREE_MONTHS = date(2027, 2, 22)


def assess(sbp=130, dbp=80, birth_date=AT_64, **more):
    return assess_hypertension(HypertensionVisit(VISIT, birth_date, sbp, dbp, **more))


def earlier(sbp, dbp, day=date(2026, 8, 22), **more):
    return PreviousHypertensionVisit(day, sbp, dbp, **more)


def sentences(assessment):
    return [str(reason.message) for reason in assessment.reasons]


@pytest.mark.parametrize(
    ("birth_date", "sbp", "dbp", "controlled"),
    [
        (AT_64, 139, 89, True),
        (AT_64, 140, 89, False),
        (AT_64, 139, 90, False),
        (AT_64, "139.9", "89.9", True),  # as entered, never rounded first
        (AT_64, 139.99, 89.99, True),
        (AT_64, 149, 80, False),
        (AT_65, 140, 80, True),
        (AT_65, 149, 89, True),
        (AT_65, 150, 89, False),
        (AT_65, 149, 90, False),  # the DBP limit does not change
        (AT_65, "149.9", 89, True),
    ],
)
def test_pressure_is_controlled_below_the_limit_of_the_age_on_the_visit_date(
    birth_date, sbp, dbp, controlled
):
    found = assess(sbp, dbp, birth_date)
    assert found.valid
    assert found.controlled is controlled
    assert found.proposed_class == (1 if controlled else 2)


@pytest.mark.parametrize(
    ("sbp", "dbp", "urgent"),
    [
        (179, 89, False),
        (180, 89, True),
        (139, 109, False),
        (139, 110, True),
        ("179.9", "109.9", False),
        (270, 100, True),
    ],
)
def test_very_high_pressure_is_an_emergency(sbp, dbp, urgent):
    found = assess(sbp, dbp)
    assert found.urgent is urgent
    assert found.referral is (Referral.URGENT if urgent else Referral.NO)
    assert found.check_due == (TWO_WEEKS if urgent else None)


@pytest.mark.parametrize(
    "sign",
    [
        "consciousness_change",
        "severe_headache_or_dizziness",
        "nausea_vomiting",
        "blurred_vision",
        "eye_pain",
        "palpitation",
        "chest_tightness",
        "cannot_lie_flat",
        "胸闷",
        "some other words",
    ],
)
def test_every_sign_on_the_checklist_is_an_emergency(sign):
    found = assess(120, 70, emergency_checklist=(sign,))
    assert found.urgent is True
    assert found.referral is Referral.URGENT
    assert found.next_visit_due == found.check_due == TWO_WEEKS


def test_an_emergency_is_named_in_chinese():
    assert "危急情况：胸闷" in sentences(assess(emergency_checklist=("chest_tightness",)))


@pytest.mark.parametrize("nothing", [(), ("无",), ("none",), ("",)])
def test_an_empty_checklist_is_no_emergency(nothing):
    found = assess(emergency_checklist=nothing, symptoms=(2,))
    assert found.urgent is False
    assert not found.is_checklist_needed


@pytest.mark.parametrize(
    ("code", "asks"),
    [(1, False), (2, True), (3, True), (4, False), (5, True), (6, True), (7, False), (8, False), (9, False)],
)
def test_some_symptoms_open_the_checklist_but_do_not_decide(code, asks):
    found = assess(symptoms=(code,))
    assert found.is_checklist_needed is asks
    assert found.urgent is False
    assert found.proposed_class == 1


@pytest.mark.parametrize(
    ("sbp", "dbp", "urgent"),
    [(139, 89, False), (140, 89, True), (139, 90, True), (145, None, True), (None, 95, True)],
)
def test_pregnancy_with_pressure_above_normal_is_an_emergency(sbp, dbp, urgent):
    assert assess(sbp, dbp, pregnant_or_lactating=True).urgent is urgent


def test_a_disease_the_clinic_cannot_handle_is_an_emergency():
    assert assess(other_untreatable_disease=True).urgent is True


def test_class_1_is_never_proposed_in_an_emergency():
    found = assess(120, 70, emergency_checklist=("胸闷",))
    assert found.controlled is True
    assert found.proposed_class is None
    assert any("不建议填“控制满意”" in sentence for sentence in sentences(found))


def test_an_emergency_does_not_hide_the_class():
    assert assess(185, 95).proposed_class == 2
    assert assess(185, 95, complication_new_or_worse=True).proposed_class == 4


@pytest.mark.parametrize(
    ("sbp", "adr", "complication", "proposed"),
    [
        (130, False, False, 1),
        (150, False, False, 2),
        (130, True, False, 3),
        (150, True, False, 3),
        (130, False, True, 4),
        (150, True, True, 4),
    ],
)
def test_the_most_severe_class_is_proposed(sbp, adr, complication, proposed):
    assert assess(sbp, 80, adr=adr, complication_new_or_worse=complication).proposed_class == proposed


@pytest.mark.parametrize(
    ("priority", "visit", "previous", "referral", "due", "check"),
    [
        (1, {"sbp": 180}, (), "urgent", TWO_WEEKS, TWO_WEEKS),
        (1, {"sbp": 180, "complication_new_or_worse": True}, (), "urgent", TWO_WEEKS, TWO_WEEKS),
        (2, {"complication_new_or_worse": True}, (), "yes", TWO_WEEKS, TWO_WEEKS),
        (
            2,
            {"sbp": 150, "complication_new_or_worse": True},
            (earlier(150, 80),),
            "yes",
            TWO_WEEKS,
            TWO_WEEKS,
        ),
        (3, {"sbp": 150}, (earlier(150, 80),), "yes", TWO_WEEKS, TWO_WEEKS),
        (4, {"adr": True}, (earlier(130, 80, adr=True),), "yes", TWO_WEEKS, TWO_WEEKS),
        (4, {"doctor_refers": True}, (), "yes", TWO_WEEKS, TWO_WEEKS),
        (5, {"sbp": 150}, (), "no", TWO_WEEKS, None),
        (5, {"sbp": 150}, (earlier(130, 80),), "no", TWO_WEEKS, None),
        (5, {"sbp": 150, "adr": True}, (), "no", TWO_WEEKS, None),
        (6, {"adr": True}, (), "no", TWO_WEEKS, None),
        (6, {"adr": True}, (earlier(150, 80),), "no", TWO_WEEKS, None),
        (7, {}, (), "no", THREE_MONTHS, None),
        (7, {}, (earlier(150, 80),), "no", THREE_MONTHS, None),
    ],
)
def test_action_and_dates_follow_the_table_of_actions(priority, visit, previous, referral, due, check):
    found = assess(**visit, previous=previous)
    assert (found.priority, found.referral, found.next_visit_due, found.check_due) == (
        priority,
        referral,
        due,
        check,
    )


def test_a_satisfactory_visit_in_between_resets_the_count():
    found = assess(150, 80, previous=(earlier(150, 80, date(2026, 5, 1)), earlier(130, 80)))
    assert found.referral is Referral.NO
    assert found.consecutive_unsatisfactory == 1


def test_visits_not_controlled_in_a_row_are_counted():
    found = assess(
        150,
        80,
        previous=(earlier(130, 80, date(2026, 1, 1)), earlier(150, 80, date(2026, 5, 1)), earlier(160, 80)),
    )
    assert found.consecutive_unsatisfactory == 3


@pytest.mark.parametrize("hidden_by", [1, 3, 4])
def test_the_previous_visit_is_judged_by_its_values_and_not_by_its_class(hidden_by):
    assert assess(150, 80, previous=(earlier(150, 80, visit_class=hidden_by),)).referral is Referral.YES
    assert assess(150, 80, previous=(earlier(130, 80, visit_class=2),)).referral is Referral.NO


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        (earlier(None, None, visit_class=2), True),
        (earlier(None, None, visit_class=1), False),
        (earlier(None, None, visit_class=3), None),
        (earlier(None, None), None),
        (earlier(90, 120, visit_class=2), True),  # refused values say nothing
        (earlier(None, None, lost=True), True),  # 失访 counts as not controlled
        (earlier(145, 80, date(2026, 11, 21)), False),
        (earlier(145, 80, None), False),
    ],
)
def test_a_previous_visit_without_values_falls_back_on_its_class(old, expected):
    assert is_unsatisfactory(old, date(1961, 1, 1), 65) is expected


def test_the_class_3_of_the_previous_visit_says_there_was_a_reaction_unless_it_is_denied():
    assert assess(adr=True, previous=(earlier(130, 80, visit_class=3),)).referral is Referral.YES
    assert assess(adr=True, previous=(earlier(130, 80, visit_class=3, adr=False),)).referral is Referral.NO


def test_who_passes_65_between_visits_is_judged_with_the_new_limit_now_and_the_old_one_then():
    now_fine = assess(145, 80, AT_65, previous=(earlier(145, 80),))
    assert now_fine.controlled is True
    assert now_fine.next_visit_due == THREE_MONTHS
    still_high = assess(150, 80, AT_65, previous=(earlier(145, 80),))
    assert still_high.referral is Referral.YES


def test_a_visit_typed_in_late_does_not_look_at_later_visits():
    found = assess(150, 80, previous=(earlier(130, 80), earlier(160, 100, date(2026, 12, 1))))
    assert found.referral is Referral.NO


def test_previous_visits_out_of_order_are_put_in_order():
    found = assess(
        150, 80, previous=(earlier(150, 80, date(2026, 10, 1)), earlier(130, 80, date(2026, 5, 1)))
    )
    assert found.referral is Referral.YES


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"sbp": None}, ("sbp",)),
        ({"dbp": None}, ("dbp",)),
        ({"sbp": None, "dbp": None}, ("sbp", "dbp")),
        ({"birth_date": None}, ("birth_date",)),
    ],
)
def test_without_a_needed_value_there_is_no_class(values, missing):
    found = assess(**values)
    assert not found.valid
    assert found.missing == missing
    assert found.proposed_class is None
    assert found.next_visit_due is None
    assert found.referral is None


def test_without_a_visit_date_there_is_neither_age_nor_date():
    found = assess_hypertension(HypertensionVisit(None, AT_64, 185, 95))
    assert found.missing == ("visit_date",)
    assert (found.age, found.next_visit_due, found.urgent) == (None, None, True)


def test_one_known_value_is_enough_for_an_emergency():
    found = assess(185, None)
    assert (found.valid, found.urgent, found.next_visit_due) == (False, True, TWO_WEEKS)
    assert assess(150, None).urgent is None


@pytest.mark.parametrize(
    ("sbp", "dbp", "key"),
    [
        (80, 120, "dbp"),
        (120, 120, "dbp"),
        (1300, 80, "sbp"),
        (29, 20, "sbp"),
        (130, 0, "dbp"),
        (250, 201, "dbp"),
        (301, 80, "sbp"),
    ],
)
def test_an_impossible_pressure_is_refused(sbp, dbp, key):
    found = assess(sbp, dbp)
    assert not found.valid
    assert [problem.key for problem in found.problems] == [key]
    assert found.proposed_class is None
    assert found.urgent is None


def test_the_edges_of_the_hard_limits_are_accepted():
    assert assess(300, 200).valid
    assert assess(30, 10).valid


def test_a_refused_pressure_says_the_field_the_range_and_what_was_written():
    assert str(assess(1300, 80).problems[0].message) == "收缩压请填 30 到 300 之间的数，您填的是 1300。"


def test_a_visit_before_birth_is_refused():
    found = assess(birth_date=date(2026, 11, 23))
    assert [problem.key for problem in found.problems] == ["visit_date"]
    assert found.age is None


def test_a_lost_patient_has_no_class_and_is_not_controlled():
    found = assess(None, None, lost=True)
    assert (found.valid, found.controlled, found.proposed_class, found.missing) == (False, False, None, ())


def test_the_reasons_state_the_numbers_the_doctor_sees():
    found = assess_hypertension(
        HypertensionVisit(VISIT, date(1955, 5, 1), 158, 92, previous=(earlier(162, 94, date(2026, 11, 13)),))
    )
    assert sentences(found) == [
        "收缩压 158 ≥ 150（≥65 岁标准）",
        "舒张压 92 ≥ 90",
        "建议分类：2 控制不满意",
        "上次 11-13 也不满意：162/94",
        "建议转诊到卫生院",
        "2 周内（12-06 前）主动随访转诊结果",
    ]
    assert all(reason.clause and reason.code for reason in found.reasons)


def test_guideline_targets_are_hints_that_change_nothing():
    found = assess(135, 85, date(1966, 1, 1), comorbidity=("糖尿病",))
    assert found.proposed_class == 1
    assert [str(hint) for hint in found.hints] == [
        "提示：合并糖尿病，能耐受时血压可以再低一些（不影响随访分类）",
        "提示：2025 年基层高血压指南的目标是低于 130/80（仅供参考，不影响随访分类）",
    ]


def test_an_individual_target_is_a_hint_that_changes_nothing():
    found = assess(128, 78, individual_target_sbp=125)
    assert found.proposed_class == 1
    assert str(found.hints[0]) == "提示：血压 128/78 没有达到本人的目标 125/—（不影响随访分类）"


@pytest.mark.parametrize(
    ("birth_date", "in_scope"), [(date(1991, 11, 22), True), (date(1991, 11, 23), False), (None, None)]
)
def test_the_programme_is_for_people_from_35_years(birth_date, in_scope):
    assert assess(birth_date=birth_date).in_programme_scope is in_scope


@pytest.mark.parametrize(
    ("day", "sbp", "due"),
    [
        (date(2026, 11, 30), 130, date(2027, 2, 28)),  # clamped to the end of the month
        (date(2027, 11, 30), 130, date(2028, 2, 29)),
        (date(2026, 1, 31), 130, date(2026, 4, 30)),
        (date(2026, 2, 28), 130, date(2026, 5, 28)),
        (date(2026, 12, 20), 150, date(2027, 1, 3)),
        (date(2028, 2, 20), 150, date(2028, 3, 5)),
    ],
)
def test_three_months_are_calendar_months_and_two_weeks_fourteen_days(day, sbp, due):
    assert assess_hypertension(HypertensionVisit(day, AT_64, sbp, 80)).next_visit_due == due
