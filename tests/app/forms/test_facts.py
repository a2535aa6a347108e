"""The table of facts: what every form shows stands in it, and every converter says neither more nor less than it knows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations

import pytest

from app.forms import fact_shapes, fact_shapes_of_visits
from app.forms.fact_parts import Scope
from app.forms.facts import FACTS, INDEX, NOT_SHARED
from app.forms.kinds import Choice, Choices
from app.forms.registry import form, forms
from tests.samples.facts import SAID, VALUES

PLACES = [(fact, place) for fact in FACTS for place in fact.places]
NAMES = [f"{fact.code}-{place.form_code}" for fact, place in PLACES]
HOMES = [
    (declared.code, code, item.home)
    for declared in forms()
    for code, item in declared.fields.items()
    if item.home
]
SAME_WORDS_DIFFER = {("visit_method", "smi_followup")}
"""家庭访视 there is 家庭 elsewhere."""


def answers_of(fact, place):
    """Answers of a form that say the fact: what it would take over, or what it tells."""
    said = SAID.get((fact.code, place.form_code))
    if said is not None:
        return form(place.form_code).read(said).answers
    return dict(place.shown(VALUES[fact.code]))


def test_every_fact_has_a_sample_value():
    assert {fact.code for fact in FACTS} == set(VALUES)


def test_no_fact_is_named_twice():
    assert len({fact.code for fact in FACTS}) == len(FACTS)


@pytest.mark.parametrize(("fact", "place"), PLACES, ids=NAMES)
def test_every_place_names_answers_that_the_form_has(fact, place):
    assert set(place.codes) <= set(form(place.form_code).fields)
    assert place.gives is not None or place.takes is not None


@pytest.mark.parametrize(("form_code", "code", "home"), HOMES, ids=[f"{each[0]}-{each[1]}" for each in HOMES])
def test_every_field_with_a_home_stands_in_the_table(form_code, code, home):
    shown = [
        fact for fact in INDEX.of_form(form_code) if any(code in place.codes for place in fact.at(form_code))
    ]
    assert home in {fact.home for fact in shown}


def undecided():
    """Answers that two forms have by the same code and that are no shared fact for both."""
    shown_by: dict[str, set[str]] = {}
    for declared in forms():
        for code in declared.fields:
            base = "dangerous_acts" if code.startswith("dangerous_acts") else code.removesuffix("_note")
            shown_by.setdefault(base, set()).add(declared.code)
    shared = {(place.form_code, code) for fact, place in PLACES for code in place.codes}
    return {
        code
        for code, form_codes in shown_by.items()
        if len(form_codes) > 1 and len([each for each in form_codes if (each, code) not in shared]) > 0
    }


def test_every_answer_that_several_forms_have_is_a_fact_or_named_with_the_reason_why_not():
    assert undecided() == set(NOT_SHARED)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.code)
def test_a_fact_of_several_forms_is_told_by_one_and_taken_by_another(fact):
    tells = {place.form_code for place in fact.places if place.gives is not None}
    takes = {place.form_code for place in fact.places if place.takes is not None}
    assert tells or fact.home.startswith("organisation.")
    assert len(fact.places) == 1 or takes - tells or len(takes) > 1


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.code)
def test_a_standing_fact_has_a_home_and_no_other_has(fact):
    assert bool(fact.home) == (fact.scope is Scope.STANDING)


@pytest.mark.parametrize(("fact", "place"), PLACES, ids=NAMES)
def test_what_a_place_tells_it_would_take_over_unchanged(fact, place):
    answers = answers_of(fact, place)
    assert answers
    if place.gives is None:
        return
    said = place.said(answers)
    assert said is not None
    if place.takes is not None:
        again = place.said({**answers, **place.shown(said)})
        assert again == said or (place.agrees is not None and place.is_in_keeping(place.shown(said), said))


@pytest.mark.parametrize(("fact", "place"), PLACES, ids=NAMES)
def test_what_a_place_shows_is_an_answer_that_the_form_reads(fact, place):
    shown = place.shown(VALUES[fact.code])
    reading = form(place.form_code).read(shown)
    assert reading.problems == []
    assert reading.answers == dict(shown)


MAPS = [(fact, place, each) for fact, place in PLACES for each in place.options]


@pytest.mark.parametrize(
    ("fact", "place", "mapped"), MAPS, ids=[f"{f.code}-{p.form_code}" for f, p, _m in MAPS]
)
def test_every_option_is_translated_or_named_as_saying_nothing(fact, place, mapped):
    kind = form(place.form_code).fields[mapped.code].kind
    options = {option.code for option in kind.options}
    assert set(mapped.means) | mapped.silent == options
    assert not set(mapped.means) & mapped.silent
    assert set(mapped.written.values()) <= options
    for value, option in mapped.written.items():
        assert mapped.means.get(option, value) == value
    for option, value in mapped.means.items():
        assert place.gives is None or place.said({mapped.code: option}) == value


def alike():
    """Places of one fact whose first answers have options and are taken over as they are."""
    for fact in FACTS:
        plain = [place for place in fact.places if not place.options and place.gives and place.takes]
        for one, other in combinations(plain, 2):
            kinds = [form(place.form_code).fields[place.codes[0]].kind for place in (one, other)]
            if all(isinstance(kind, (Choice, Choices)) for kind in kinds) and fact.code not in DIFFERENT:
                yield fact, one, other


DIFFERENT = {"symptoms", "diseases", "foot_pulse", "exercise_times", "blood_pressure"}
"""Facts whose options are translated by functions, tried below."""
ALIKE = list(alike())


@pytest.mark.parametrize(
    ("fact", "one", "other"), ALIKE, ids=[f"{f.code}-{a.form_code}-{b.form_code}" for f, a, b in ALIKE]
)
def test_options_that_are_taken_over_as_they_are_mean_the_same(fact, one, other):
    labels = [
        {option.code: option.label for option in form(place.form_code).fields[place.codes[0]].kind.options}
        for place in (one, other)
    ]
    assert labels[0].keys() == labels[1].keys()
    if not {(fact.code, one.form_code), (fact.code, other.form_code)} & SAME_WORDS_DIFFER:
        assert labels[0] == labels[1]


@pytest.mark.parametrize("form_code", fact_shapes_of_visits.SYMPTOMS)
def test_symptoms_are_translated_by_the_words_that_the_forms_print(form_code):
    kind = form(form_code).fields["symptoms"].kind
    labels = {option.code: option.label for option in kind.options}
    assert labels[fact_shapes_of_visits.NO_SYMPTOM] == "无症状"
    for code, complaints in fact_shapes_of_visits.SYMPTOMS[form_code].items():
        for complaint in complaints:
            words = complaint.replace("体重下降", "下降")
            assert words in labels[code] or (words, labels[code]) == ("麻木", "四肢发麻")


@pytest.mark.parametrize(
    ("source", "chosen", "target", "offered"),
    [
        ("health_exam", [2], "htn_followup", [2]),
        ("health_exam", [3, 5], "htn_followup", [2, 6]),
        ("htn_followup", [2], "health_exam", None),
        ("htn_followup", [3, 8], "health_exam", [16, 21]),
        ("health_exam", [1], "htn_followup", [1]),
        ("health_exam", [1], "dm_followup", [1]),
        ("htn_followup", [1], "health_exam", None),
        ("dm_followup", [9], "health_exam", [12]),
        ("copd_followup", [2], "health_exam", None),
        ("copd_followup", [3, 4], "health_exam", [8, 9]),
        ("health_exam", [14], "htn_followup", None),
    ],
)
def test_a_complaint_is_told_where_the_other_form_asks_for_it(source, chosen, target, offered):
    fact = next(fact for fact in FACTS if fact.code == "symptoms")
    said = fact.at(source)[0].said({"symptoms": chosen})
    assert fact.at(target)[0].shown(said).get("symptoms") == offered


@pytest.mark.parametrize(
    ("rows", "ticks", "note"),
    [
        ([{"code": 1}], [1], None),
        ([{"code": 2}, {"code": 3}], [2, 3], None),
        ([{"code": 7}, {"code": 4}], [4, 5], None),
        ([{"code": 12, "name": "尘肺"}], [7], None),
        ([{"code": 13, "name": "支气管哮喘"}], [6], None),
        ([{"code": 5}, {"code": 6, "name": "胃癌"}], [8], "慢性阻塞性肺疾病、胃癌"),
        (
            [{"code": 8}, {"code": 9}, {"code": 10}, {"code": 11}],
            [8],
            "严重精神障碍、结核病、肝炎、其他法定传染病",
        ),
    ],
)
def test_the_card_ticks_what_the_record_knows(rows, ticks, note):
    shown = fact_shapes.card_of_diseases(rows)
    assert shown["chronic"] == ticks
    assert shown.get("chronic_note") == note


@pytest.mark.parametrize(
    ("ticks", "note", "rows"),
    [
        ([2, 3, 4, 5], "", [{"code": 2}, {"code": 3}, {"code": 7}, {"code": 4}]),
        ([6], "", [{"code": 13, "name": "哮喘"}]),
        ([8], "慢性阻塞性肺疾病、痛风", [{"code": 5}, {"code": 13, "name": "痛风"}]),
        ([1], "", None),
        ([7], "", None),
        ([], "", None),
    ],
)
def test_the_record_learns_from_the_card_what_is_certain(ticks, note, rows):
    assert fact_shapes.diseases_of_card({"chronic": ticks, "chronic_note": note}) == rows


@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        ({"prob_cerebrovascular": [2]}, [7]),
        ({"prob_cerebrovascular": [5]}, []),
        ({"prob_heart": [2, 3]}, [4]),
        ({"prob_heart": [5, 6]}, []),
        ({"prob_kidney": [2]}, [3]),
        ({"prob_other": 2, "prob_other_note": "高血压、2型糖尿病"}, [2, 3]),
        ({"prob_vessel": [4], "prob_vessel_note": "高血压"}, [2]),
        ({"prob_cerebrovascular": [1], "prob_heart": [1], "prob_other": 1}, []),
    ],
)
def test_present_problems_name_a_diagnosis_only_where_it_is_certain(answers, codes):
    assert [row["code"] for row in fact_shapes.diseases_of_exam(answers) or []] == codes


def test_present_problems_are_shown_under_their_organs_or_by_name():
    rows = [{"code": 2}, {"code": 3}, {"code": 4}, {"code": 7}, {"code": 6, "name": "胃癌"}]
    assert fact_shapes.exam_of_diseases(rows) == {
        "prob_heart": [7],
        "prob_heart_note": "冠心病",
        "prob_cerebrovascular": [6],
        "prob_cerebrovascular_note": "脑卒中",
        "prob_other": 2,
        "prob_other_note": "高血压、糖尿病、胃癌",
    }
    assert fact_shapes.exam_of_diseases([{"code": 1}]) == {}


def test_a_diagnosis_is_added_once_and_nothing_takes_one_away():
    known = [{"code": 2, "confirmed_ym": "2019-05"}]
    assert fact_shapes.joined_diseases(known, [{"code": 2}]) == known
    assert fact_shapes.joined_diseases(known, [{"code": 1}]) == known
    assert fact_shapes.joined_diseases([{"code": 1}], [{"code": 7}]) == [{"code": 7}]
    assert fact_shapes.joined_diseases([{"code": 3}], [{"code": 3, "confirmed_ym": "2020"}]) == [
        {"code": 3, "confirmed_ym": "2020"}
    ]
    two = [{"code": 13, "name": "痛风"}, {"code": 13, "name": "哮喘"}]
    assert fact_shapes.joined_diseases(two[:1], two[1:]) == two


@pytest.mark.parametrize(
    ("codes", "note", "words"),
    [
        ([1], "", "无"),
        ([2, 3], "", "青霉素、磺胺"),
        ([4, 5], "海鲜", "链霉素、海鲜"),
        ([5], "头孢、海鲜", "头孢、海鲜"),
    ],
)
def test_an_allergy_reads_on_the_card_as_it_stands_in_the_record(codes, note, words):
    assert fact_shapes.allergy_text((codes, note)) == {"allergy": words}
    assert fact_shapes.allergy_of_text({"allergy": words}) == (codes, note)


def test_the_past_history_of_a_letter_names_what_the_record_knows():
    answers = {
        "disease_history": [{"code": 2, "confirmed_ym": "2019-05"}, {"code": 13, "name": "痛风"}],
        "surgery": 2,
        "surgery_items": [{"name": "阑尾切除术", "date": "1998"}],
        "transfusion": 2,
        "transfusion_items": [{"name": "产后出血"}],
        "drug_allergy": [2, 5],
        "drug_allergy_note": "海鲜",
    }
    written = "高血压（2019-05）；痛风；手术：阑尾切除术（1998）；输血：产后出血；药物过敏：青霉素、海鲜"
    assert fact_shapes.past_history(answers) == written
    assert fact_shapes.past_history({"disease_history": [{"code": 1}], "drug_allergy": [1]}) == "无"
    assert fact_shapes.past_history({}) is None


@pytest.mark.parametrize(
    ("answers", "amount"),
    [
        ({"smoking": 1}, 0),
        ({"smoking": 2, "cigarettes_per_day": 20}, 0),
        ({"smoking": 3, "cigarettes_per_day": 20}, 20),
        ({"smoking": 3}, None),
        ({"cigarettes_per_day": 20}, None),
        ({}, None),
    ],
)
def test_who_has_quit_smokes_none_today(answers, amount):
    assert fact_shapes_of_visits.cigarettes_of_exam(answers) == amount


@pytest.mark.parametrize(
    ("answers", "amount"),
    [
        ({"drinking_freq": 1}, Decimal(0)),
        ({"drinking_freq": 2, "alcohol_per_day": Decimal("1.5"), "drinking_quit": 2}, Decimal(0)),
        ({"drinking_freq": 2, "alcohol_per_day": Decimal("1.5"), "drinking_quit": 1}, Decimal("1.5")),
        ({"drinking_freq": 2}, None),
    ],
)
def test_who_has_quit_drinks_none_today(answers, amount):
    assert fact_shapes_of_visits.alcohol_of_exam(answers) == amount


def test_an_amount_of_nothing_leaves_open_whether_somebody_ever_smoked_or_drank():
    assert fact_shapes_of_visits.exam_of_cigarettes(0) == {}
    assert fact_shapes_of_visits.exam_of_alcohol(Decimal(0)) == {}


@pytest.mark.parametrize(("times", "option"), [(0, None), (1, 2), (6, 2), (7, 1), (14, 1)])
def test_how_often_somebody_exercises_in_the_words_of_the_examination(times, option):
    assert fact_shapes_of_visits.exam_of_exercise_times(times).get("exercise_freq") == option


@pytest.mark.parametrize(
    ("pulse", "option"),
    [((1, None), 2), ((2, 1), None), ((2, 2), 3), ((2, 3), 4), ((3, 1), 1), ((3, 2), 3), ((3, 3), 4)],
)
def test_the_foot_pulse_of_a_visit_in_the_numbers_of_the_examination(pulse, option):
    assert fact_shapes_of_visits.exam_of_foot_pulse(pulse).get("dorsalis_pedis") == option


@pytest.mark.parametrize(
    ("arms", "reading"),
    [
        ({"bp_left_sbp": 148, "bp_left_dbp": 88, "bp_right_sbp": 152, "bp_right_dbp": 90}, (152, 90)),
        ({"bp_left_sbp": 158, "bp_left_dbp": 88, "bp_right_sbp": 152, "bp_right_dbp": 90}, (158, 88)),
        ({"bp_left_sbp": 148, "bp_left_dbp": 88}, (148, 88)),
        ({"bp_left_sbp": 148}, None),
        ({}, None),
    ],
)
def test_the_higher_arm_is_the_pressure(arms, reading):
    assert fact_shapes_of_visits.pressure_of_exam(arms) == reading


def test_either_arm_is_in_keeping_with_the_reading_of_a_visit():
    arms = {"bp_left_sbp": 148, "bp_left_dbp": 88, "bp_right_sbp": 152, "bp_right_dbp": 90}
    assert fact_shapes_of_visits.pressure_agrees(arms, (148, 88))
    assert fact_shapes_of_visits.pressure_agrees(arms, (152, 90))
    assert not fact_shapes_of_visits.pressure_agrees(arms, (148, 90))


@pytest.mark.parametrize(("bmi", "answer"), [("23.99", 1), ("24", 2), ("25", 3), ("26", 4), ("28", 5)])
def test_the_bmi_answers_question_9(bmi, answer):
    assert fact_shapes_of_visits.constitution_of_bmi(Decimal(bmi)) == {"q09": answer}


@pytest.mark.parametrize(
    ("waist", "answer"),
    [("79.4", 1), ("79.5", 2), ("85.4", 2), ("85.5", 3), ("90.5", 4), ("105.4", 4), ("105.5", 5)],
)
def test_the_waist_answers_question_28(waist, answer):
    assert fact_shapes_of_visits.constitution_of_waist(Decimal(waist)) == {"q28": answer}


def test_a_glycated_haemoglobin_of_another_day_is_not_one_of_the_visit():
    answers = {"hba1c": Decimal("6.8"), "hba1c_date": date(2026, 11, 13), "visit_date": date(2026, 11, 20)}
    assert fact_shapes_of_visits.hba1c_of_visit(answers) is None
    assert fact_shapes_of_visits.hba1c_of_visit({**answers, "visit_date": date(2026, 11, 13)}) is not None


def test_medicines_of_several_sheets_are_listed_once_each():
    one = [{"name": "硝苯地平 30mg", "dose": "1片"}]
    more = [{"name": "硝苯地平30mg"}, {"name": "二甲双胍片 0.5g"}]
    assert fact_shapes.joined_medicines(one, more) == [*one, more[1]]
    assert len(fact_shapes.exam_of_medicines([{"name": str(n)} for n in range(9)])["medications"]) == 6


def test_insulin_is_a_medicine():
    said = fact_shapes.medicines_of_visit({"insulin_kind": "甘精胰岛素", "insulin_usage": "睡前 10 单位"})
    assert said == [{"name": "甘精胰岛素", "usage": "睡前 10 单位"}]


@pytest.mark.parametrize(("adherence", "shown"), [(1, 1), (2, 2), (3, 3), (4, None)])
def test_the_medicines_of_a_mental_disorder_keep_how_they_are_taken(adherence, shown):
    said = fact_shapes.medicines_of_smi(
        {
            "drugs": [{"name": "奥氮平", "period": 2, "times": 1, "dose_mg": Decimal(5)}],
            "drug_adherence": adherence,
        }
    )
    assert said is not None
    assert said[0]["usage"] == "每月1次"
    assert said[0]["dose"] == "5mg"
    assert said[0].get("adherence") == shown


@pytest.mark.parametrize(
    ("line", "letter"),
    [
        ("青石镇卫生院 内科", {"to_org": "青石镇卫生院", "to_dept": "内科"}),
        ("青石镇卫生院", {"to_org": "青石镇卫生院"}),
    ],
)
def test_where_to_refer_to_is_divided_for_the_letter(line, letter):
    assert fact_shapes_of_visits.letter_of_referred_to(line) == letter
