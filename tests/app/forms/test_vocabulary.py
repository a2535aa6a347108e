"""The vocabulary of forms: reading answers, computing, and the problems beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.forms.kinds import ApproximateDate, Choices, Date, Number, Table, Text, Unreadable, Whole, options
from app.forms.registry import form, forms
from app.forms.vocabulary import Context, Level

TODAY = date(2026, 11, 22)
CONTEXT = Context(today=TODAY, birth_date=date(1955, 3, 8), sex=2, height_cm=Decimal("156"))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Whole(), "158", 158),
        (Whole(), " １５８ ", 158),
        (Whole(), 158.0, 158),
        (Number(1), "63.5", Decimal("63.5")),
        (Number(1), 63.5, Decimal("63.5")),
        (Number(2), "6.90", Decimal("6.90")),
        (Number(1), "7.00", Decimal("7.00")),
        (Date(), "2026-11-22", date(2026, 11, 22)),
        (Date(), "20261122", date(2026, 11, 22)),
        (Date(), "2026年1月2日", date(2026, 1, 2)),
        (Date(), "2026/1/2", date(2026, 1, 2)),
        (Date(), "2024-02-29", date(2024, 2, 29)),
        (ApproximateDate(), "1955", "1955"),
        (ApproximateDate(), "1955年3月", "1955-03"),
        (ApproximateDate(), "195503", "1955-03"),
        (ApproximateDate(), "1955.3.8", "1955-03-08"),
        (ApproximateDate(finest="month"), "1955-03-08", "1955-03"),
        (Choices(options("无", "青霉素", "磺胺", sole=(1,)), 2), "2、3", [2, 3]),
        (Choices(options("无", "青霉素", "磺胺", sole=(1,)), 2), ["青霉素"], [2]),
        (Text(3), " 阿·买 ", "阿·买"),
        (Text(1), "𠮷", "𠮷"),
    ],
)
def test_an_answer_is_read_as_it_was_meant(kind, raw, value):
    assert kind.read(raw) == value
    assert kind.restore(kind.keep(value)) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Whole(), "15.5"),
        (Whole(), "abc"),
        (Whole(), True),
        (Number(1), "63.55"),
        (Number(1), "1e3"),
        (Number(1), "NaN"),
        (Date(), "2026-02-30"),
        (Date(), "2026-11"),
        (Date(), "昨天"),
        (ApproximateDate(), "1955-13"),
        (Choices(options("无", "青霉素", "磺胺", sole=(1,)), 2), [1, 2]),
        (Choices(options("无", "青霉素", "磺胺"), 2), [1, 2, 3]),
        (Choices(options("无", "青霉素"), 2), [9]),
        (Text(3), "四个字了"),
        (Table((), 2), "行"),
    ],
)
def test_what_is_no_answer_of_its_kind_is_refused_with_a_sentence(kind, raw):
    with pytest.raises(Unreadable) as refusal:
        kind.read(raw)
    assert str(refusal.value.message).endswith("。")


def visit(**changes):
    answers = {
        "visit_date": "2026-11-22",
        "visit_method": 1,
        "symptoms": [1],
        "sbp": 138,
        "dbp": 86,
        "weight": ["63.5", "58"],
        "heart_rate": 76,
        "cigarettes": [0, 0],
        "alcohol": [0, 0],
        "exercise_times": [3, 5],
        "exercise_minutes": [20, 30],
        "salt": [2, 1],
        "psych": 1,
        "compliance_behaviour": 1,
        "drug_adherence": 1,
        "adr": 1,
        "visit_class": 1,
        "next_visit_date": "2027-02-22",
        "doctor": "王明",
    }
    answers.update(changes)
    return {code: value for code, value in answers.items() if value is not None}


def problems_of(raw, context=CONTEXT, code="htn_followup"):
    declared = form(code)
    reading = declared.read(raw)
    answers = declared.complete(reading.answers, context)
    return [(p.code, p.level) for p in [*reading.problems, *declared.problems(answers, context)]]


def test_a_complete_visit_has_no_problem():
    assert problems_of(visit()) == []


def test_bmi_follows_from_weight_and_the_height_of_the_record():
    declared = form("htn_followup")
    answers = declared.complete(declared.read(visit()).answers, CONTEXT)
    assert answers["bmi"] == Decimal("26.09")
    assert answers["bmi_target"] == Decimal("23.83")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sbp": 300, "dbp": 200}, [("sbp", Level.ASK), ("dbp", Level.ASK)]),
        ({"sbp": 301}, [("sbp", Level.REFUSE)]),
        ({"sbp": 30, "dbp": 29}, [("sbp", Level.ASK), ("dbp", Level.ASK)]),
        ({"sbp": 29, "dbp": 12}, [("sbp", Level.REFUSE), ("dbp", Level.ASK)]),
        ({"sbp": 179, "dbp": 109}, []),
        ({"sbp": 180}, [("sbp", Level.ASK)]),
        ({"sbp": 90, "dbp": 50}, []),
        ({"sbp": 89, "dbp": 49}, [("sbp", Level.ASK), ("dbp", Level.ASK)]),
        ({"sbp": 86, "dbp": 86}, [("sbp", Level.ASK), ("dbp", Level.REFUSE)]),
        ({"dbp": 9}, [("dbp", Level.REFUSE)]),
        ({"heart_rate": 50}, []),
        ({"heart_rate": 121}, [("heart_rate", Level.ASK)]),
        ({"heart_rate": 301}, [("heart_rate", Level.REFUSE)]),
        ({"visit_date": "2026-11-23", "next_visit_date": "2027-02-23"}, [("visit_date", Level.REFUSE)]),
        ({"visit_date": "1955-03-07"}, [("visit_date", Level.REFUSE)]),
        ({"visit_date": "1955-03-08"}, []),
        ({"next_visit_date": "2026-11-22"}, [("next_visit_date", Level.REFUSE)]),
        ({"symptoms": [1, 2]}, [("symptoms", Level.REFUSE), ("symptoms", Level.MISSING)]),
        ({"symptoms": [10]}, [("symptoms_note", Level.MISSING)]),
        ({"symptoms": [10], "symptoms_other": "乏力"}, []),
        ({"adr": 2}, [("adr_note", Level.MISSING)]),
        ({"adr": 3}, [("adr", Level.REFUSE), ("adr", Level.MISSING)]),
        ({"sbp": None, "dbp": None}, [("sbp", Level.MISSING), ("dbp", Level.MISSING)]),
        (
            {"visit_method": 3, "sbp": None, "dbp": None, "heart_rate": None, "weight": None, "visit_class": None},
            [],
        ),
        ({"drugs": [{"name": "硝苯地平", "times_per_day": 24}]}, []),
        ({"drugs": [{"name": "硝苯地平", "times_per_day": 25}]}, [("drugs", Level.REFUSE)]),
        ({"drugs": [{"times_per_day": 1}]}, [("drugs", Level.REFUSE)]),
        ({"referral_reason": "连续两次控制不满意"}, [("referral_to", Level.MISSING)]),
        ({"unknown": 1}, [("unknown", Level.REFUSE)]),
    ],
)
def test_every_limit_of_the_hypertension_visit_is_held(changes, expected):
    assert problems_of(visit(**changes)) == expected


def test_a_person_not_met_needs_no_values():
    assert problems_of({"visit_date": "2026-11-22", "not_seen": 1, "not_seen_note": "外出", "doctor": "王明"}) == []


def test_a_next_date_later_than_the_rule_allows_is_asked_about():
    context = Context(today=TODAY, birth_date=date(1955, 3, 8), latest_next_visit=date(2026, 12, 6))
    assert problems_of(visit(next_visit_date="2026-12-06"), context) == []
    assert problems_of(visit(next_visit_date="2026-12-07"), context) == [("next_visit_date", Level.ASK)]


def test_a_visit_before_the_diagnosis_is_refused():
    context = Context(today=TODAY, diagnosed_on=date(2026, 11, 23))
    assert ("visit_date", Level.REFUSE) in problems_of(visit(), context)


@pytest.mark.parametrize(
    ("fpg", "level"),
    [("0.49", "refuse"), ("0.5", "ask"), ("3.9", "ask"), ("3.91", None), ("16.69", None), ("16.7", "ask"),
     ("60", "ask"), ("60.01", "refuse")],
)  # fmt: skip
def test_fasting_glucose_limits(fpg, level):
    found = dict(problems_of({"fpg": fpg}, code="dm_followup"))
    assert found.get("fpg") == level


@pytest.mark.parametrize(
    ("examined", "refused"),
    [
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
        (date(1955, 3, 8), False),
        (date(1955, 3, 7), True),
    ],
)
def test_haemoglobin_is_examined_between_birth_and_the_visit(examined, refused):
    answers = {"visit_date": TODAY, "hba1c": Decimal("7.0"), "hba1c_date": examined}
    problems = form("dm_followup").problems(answers, CONTEXT)
    assert any(each.code == "hba1c_date" and each.level is Level.REFUSE for each in problems) is refused


def test_the_side_of_a_weak_foot_pulse_is_needed_and_only_then():
    assert ("dorsalis_pedis_side", Level.MISSING) in problems_of({"dorsalis_pedis": 2}, code="dm_followup")
    answers = form("dm_followup").complete({"dorsalis_pedis": 1, "dorsalis_pedis_side": 1}, CONTEXT)
    assert "dorsalis_pedis_side" not in answers


def test_medicines_may_be_given_one_by_one():
    reading = form("htn_followup").read({"drug1": "硝苯地平控释片", "drug2": {"name": "缬沙坦胶囊", "dose": "80mg"}})
    assert reading.answers["drugs"] == [{"name": "硝苯地平控释片"}, {"name": "缬沙坦胶囊", "dose": "80mg"}]


def test_answers_survive_being_kept():
    for declared in forms():
        raw = visit() if declared.code.endswith("followup") else {}
        answers = declared.read(raw).answers
        assert declared.restore(declared.keep(answers)) == answers


def test_every_option_number_stands_once():
    for declared in forms():
        for item in declared.fields.values():
            codes = [option.code for option in getattr(item.kind, "options", ())]
            assert len(codes) == len(set(codes)), item.code
