"""慢阻肺病患者随访服务记录表 (试行): every limit, condition and check."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.forms.registry import form
from app.forms.vocabulary import Context, Level

FORM = form("copd_followup")
CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1955, 3, 8), height_cm=Decimal(160))
MEASURED = ("cyanosis", "peripheral_edema", "respiration", "heart_rate", "bmi")


def visit(**changes):
    answers = {
        "visit_date": "2026-11-22", "visit_method": 1, "symptoms": [1], "cyanosis": 1, "peripheral_edema": 1,
        "respiration": 18, "heart_rate": 76, "bmi": "23.44", "comorbidity": [1], "cigarettes": 5, "cigarettes_target": 0,
        "exercise_times": 3, "exercise_times_target": 5, "exercise_minutes": 20, "exercise_minutes_target": 30,
        "psych": 1, "compliance_behaviour": 1, "vaccines": [1], "spo2": 96, "drug_adherence": 1, "adr": 1,
        "visit_class": 1, "next_visit_date": "2027-02-22", "doctor": "王明",
    }  # fmt: skip
    return {code: value for code, value in (answers | changes).items() if value is not None}


def problems_of(raw, context=CONTEXT):
    reading = FORM.read(raw)
    answers = FORM.complete(reading.answers, context)
    return [(p.code, p.level) for p in [*reading.problems, *FORM.problems(answers, context)]]


def refused(code):
    return [(code, Level.REFUSE), (code, Level.MISSING)]


def test_it_is_marked_as_on_trial():
    assert FORM.edition == "2024试行"


def test_a_complete_visit_has_no_problem():
    assert problems_of(visit()) == []


@pytest.mark.parametrize("code", list(visit()))
def test_every_required_answer_is_missed(code):
    assert problems_of(visit(**{code: None})) == [(code, Level.MISSING)]


def test_by_telephone_nothing_is_measured_but_the_oxygen():
    by_phone = visit(visit_method=3, **dict.fromkeys(MEASURED))
    assert problems_of(by_phone) == []
    assert problems_of(by_phone | {"spo2": None}) == [("spo2", Level.MISSING)]


@pytest.mark.parametrize("reason", [1, 2, 3])
def test_of_a_person_not_met_nothing_else_is_needed(reason):
    raw = {"visit_date": "2026-11-22", "not_seen": reason, "not_seen_note": "外出", "doctor": "王明"}
    assert problems_of(raw) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"symptoms": [1, 2]}, refused("symptoms")),
        ({"symptoms": [2, 3, 4, 5, 6, 7]}, []),
        ({"symptoms": [8]}, [("symptoms_note", Level.MISSING)]),
        ({"symptoms": [9]}, refused("symptoms")),
        ({"cyanosis": 2}, [("cyanosis_note", Level.MISSING)]),
        ({"peripheral_edema": {"code": 2, "text": "双下肢"}}, []),
        ({"respiration": 3}, [("respiration", Level.REFUSE)]),
        ({"respiration": 4}, []),
        ({"respiration": 24}, []),
        ({"respiration": 25}, [("respiration", Level.ASK)]),
        ({"respiration": 80}, [("respiration", Level.ASK)]),
        ({"respiration": 81}, [("respiration", Level.REFUSE)]),
        ({"heart_rate": 19}, [("heart_rate", Level.REFUSE)]),
        ({"heart_rate": 121}, [("heart_rate", Level.ASK)]),
        ({"heart_rate": 301}, [("heart_rate", Level.REFUSE)]),
        ({"bmi": 14}, []),
        ({"bmi": "13.99"}, [("bmi", Level.ASK)]),
        ({"bmi": 45}, []),
        ({"bmi": "45.01"}, [("bmi", Level.ASK)]),
        ({"weight": "300.1"}, [("weight", Level.REFUSE), ("bmi", Level.ASK)]),
        ({"comorbidity": [1, 2]}, refused("comorbidity")),
        ({"comorbidity": [2, 3]}, []),
        ({"comorbidity": [4]}, [("comorbidity_note", Level.MISSING)]),
        ({"cigarettes": 0}, []),
        ({"cigarettes": 201}, [("cigarettes", Level.REFUSE)]),
        ({"exercise_times": 51}, [("exercise_times", Level.REFUSE)]),
        ({"vaccines": [2, 3, 4]}, []),
        ({"vaccines": [1, 2]}, refused("vaccines")),
        ({"vaccines": [5]}, [("vaccines_note", Level.MISSING)]),
        ({"spo2": 29}, [("spo2", Level.REFUSE)]),
        ({"spo2": 30}, [("spo2", Level.ASK)]),
        ({"spo2": 92}, [("spo2", Level.ASK)]),
        ({"spo2": 93}, []),
        ({"spo2": 100}, []),
        ({"spo2": 101}, [("spo2", Level.REFUSE)]),
        ({"fev1": "0.1"}, []),
        ({"fev1": "0.09"}, [("fev1", Level.REFUSE)]),
        ({"fev1": "8.01"}, [("fev1", Level.REFUSE)]),
        ({"fvc": "10"}, []),
        ({"fvc": "10.01"}, [("fvc", Level.REFUSE)]),
        ({"fvc": "0.09"}, [("fvc", Level.REFUSE)]),
        ({"fev1": "2.61", "fvc": "2.61"}, []),
        ({"fev1": "2.62", "fvc": "2.61"}, [("fvc", Level.REFUSE), ("fev1_fvc", Level.REFUSE)]),
        ({"fev1_fvc": 10}, []),
        ({"fev1_fvc": "9.9"}, [("fev1_fvc", Level.REFUSE)]),
        ({"fev1_fvc": 100}, []),
        ({"fev1_fvc": "100.1"}, [("fev1_fvc", Level.REFUSE)]),
        ({"fev1": "1.5", "fvc": "2.5", "fev1_fvc": 61}, []),
        ({"fev1": "1.5", "fvc": "2.5", "fev1_fvc": "61.1"}, [("fev1_fvc", Level.ASK)]),
        ({"fev1_pred": 5}, []),
        ({"fev1_pred": "4.9"}, [("fev1_pred", Level.REFUSE)]),
        ({"fev1_pred": 200}, []),
        ({"fev1_pred": "200.1"}, [("fev1_pred", Level.REFUSE)]),
        ({"adr": 2}, [("adr_note", Level.MISSING)]),
        ({"home_oxygen": {"code": 2, "flow": 2, "hours": 15, "reaction": 1}}, []),
        ({"home_oxygen": {"code": 2, "flow": "15.1"}}, [("home_oxygen_flow", Level.REFUSE)]),
        ({"home_oxygen": {"code": 2, "flow": "5.1"}}, [("home_oxygen_flow", Level.ASK)]),
        ({"niv": {"code": 2, "hours": 24}}, []),
        ({"niv": {"code": 2, "hours": "24.1"}}, [("niv_hours", Level.REFUSE)]),
        ({"visit_class": 5}, refused("visit_class")),
        ({"next_step": 4}, []),
        ({"next_step": 5}, [("next_step", Level.REFUSE)]),
        ({"drugs": [{"name": "噻托溴铵", "times_per_day": 25}]}, [("drugs", Level.REFUSE)]),
        ({"drug_change1": {"name": "布地格福", "usage": "每日2次，每次2吸"}}, []),
        ({"drug_change": [{"name": "布地格福", "times_per_day": 25}]}, [("drug_change", Level.REFUSE)]),
        ({"referral_reason": "急性加重"}, [("referral_to", Level.MISSING)]),
        ({"referral_reason": "急性加重", "referral_to": "县医院"}, []),
        ({"referral_result": 2}, [("referral_reason", Level.MISSING), ("referral_to", Level.MISSING)]),
        ({"remark": "好" * 200}, []),
        ({"remark": "好" * 201}, [("remark", Level.REFUSE)]),
        ({"mmrc": 4, "cat": 40, "exacerbations": 50}, []),
        ({"mmrc": 5}, [("mmrc", Level.REFUSE)]),
        ({"cat": 41}, [("cat", Level.REFUSE)]),
        ({"exacerbations": 51}, [("exacerbations", Level.REFUSE)]),
        ({"visit_date": "2026-11-23"}, [("visit_date", Level.REFUSE)]),
        ({"next_visit_date": "2026-11-22"}, [("next_visit_date", Level.REFUSE)]),
    ],
)
def test_limits_and_conditions(changes, expected):
    assert problems_of(visit(**changes)) == expected


@pytest.mark.parametrize(
    ("code", "apparatus"),
    [
        ("home_oxygen_flow", "home_oxygen"),
        ("home_oxygen_hours", "home_oxygen"),
        ("home_oxygen_reaction", "home_oxygen"),
        ("niv_hours", "niv"),
        ("niv_reaction", "niv"),
    ],
)
def test_amounts_are_asked_only_of_who_uses_the_apparatus(code, apparatus):
    assert code in FORM.complete({apparatus: 2, code: 1}, CONTEXT)
    assert code not in FORM.complete({apparatus: 1, code: 1}, CONTEXT)


def test_body_mass_index_follows_from_weight_and_the_height_of_the_record():
    assert FORM.complete({"weight": Decimal(60)}, CONTEXT)["bmi"] == Decimal("23.44")


def test_the_ratio_of_the_volumes_is_proposed_and_the_measured_one_stays():
    volumes = {"fev1": Decimal("1.52"), "fvc": Decimal("2.61")}
    assert FORM.complete(volumes, CONTEXT)["fev1_fvc"] == Decimal("58.2")
    assert FORM.complete(volumes | {"fev1_fvc": Decimal("58.0")}, CONTEXT)["fev1_fvc"] == Decimal("58.0")


def test_a_next_date_later_than_the_rule_allows_is_asked_about():
    context = Context(today=date(2026, 11, 22), latest_next_visit=date(2027, 2, 22))
    assert problems_of(visit(), context) == []
    assert problems_of(visit(next_visit_date="2027-02-23"), context) == [("next_visit_date", Level.ASK)]
