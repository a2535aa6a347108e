"""用药提示 by the real tables: the traps of a village pharmacy, each boundary, and what must stay silent."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from app.domain.drug_rules import (
    Active,
    Fit,
    Item,
    Patient,
    Pregnancy,
    age_is_within,
    completed_months,
    fits,
    read_group,
)
from app.domain.drug_warnings import WarningKind, Weight, diagnosis_warnings, warnings_for
from app.drug_rules import drug_rules, ingredient_codes
from app.reference import starter_drugs

DAY = date(2026, 11, 22)
DRUGS = {drug.generic_name: drug for drug in starter_drugs()}


def active(name: str, **changes) -> Active:
    drug = DRUGS[name]
    codes = tuple(code for code in (drug.atc_code, *map(ingredient_codes().get, drug.ingredients_en)) if code)
    facts = {
        "key": name, "name": name, "ingredients": drug.ingredients_en, "atc_codes": codes, "route": drug.route,
        "pregnancy": drug.pregnancy_flag, "min_age_years": int(drug.min_age_years), "code": drug.drug_code,
        "diagnoses": drug.icd10_prefixes,
    }  # fmt: skip
    return Active(**{**facts, **changes})


OLD_MAN = Patient(birth_date=date(1956, 1, 1), is_female=False)


def warned(*lines, running=(), patient=OLD_MAN, **how):
    return warnings_for(lines, running, patient, drug_rules(), DAY, **how)


def weights(*lines, **how):
    return {warning.code: warning.weight for warning in warned(*lines, **how)}


def test_xiaoke_pills_with_glibenclamide_are_the_same_ingredient_twice():
    [warning] = [w for w in warned(active("消渴丸"), active("格列本脲片")) if w.kind is WarningKind.DUPLICATE_INGREDIENT]
    assert warning.weight is Weight.BLOCK
    assert "格列本脲" in str(warning.effect)


def test_xiaoke_pills_with_another_sulfonylurea_are_two_of_one_class():
    assert weights(active("消渴丸"), active("格列美脲片"))["CI18"] is Weight.BLOCK


@pytest.mark.parametrize("cold_remedy", ["感冒灵颗粒", "维C银翘片", "复方氨酚烷胺片"])
def test_a_cold_remedy_with_paracetamol_is_a_duplicate(cold_remedy):
    [warning] = [
        w for w in warned(active(cold_remedy), active("对乙酰氨基酚片")) if w.kind is WarningKind.DUPLICATE_INGREDIENT
    ]
    assert "对乙酰氨基酚" in str(warning.effect)
    assert warning.keys == (cold_remedy, "对乙酰氨基酚片")


def test_two_herbal_remedies_do_not_share_the_placeholder():
    assert warned(active("感冒清热颗粒"), active("小柴胡颗粒")) == ()


def test_zhenju_tablets_with_hydrochlorothiazide_share_it():
    assert "same:hydrochlorothiazide" in weights(active("珍菊降压片"), active("氢氯噻嗪片"))


@pytest.mark.parametrize(
    ("born", "is_warned"),
    [(date(2014, 11, 23), True), (date(2014, 11, 22), False), (date(2020, 1, 1), True), (date(1990, 1, 1), False)],
)
def test_aspirin_is_blocked_below_twelve_years(born, is_warned):
    found = weights(active("阿司匹林肠溶片"), patient=Patient(birth_date=born, is_female=False))
    assert (found.get("CX001") is Weight.BLOCK) is is_warned


@pytest.mark.parametrize(
    ("state", "weight"),
    [
        (Pregnancy.YES, Weight.BLOCK),
        (Pregnancy.FIRST, Weight.BLOCK),
        (Pregnancy.NO, None),
        (Pregnancy.UNKNOWN, Weight.ASK),
    ],
)
def test_an_ace_inhibitor_in_pregnancy(state, weight):
    woman = Patient(birth_date=date(1996, 5, 5), is_female=True, pregnancy=state)
    assert weights(active("卡托普利片"), patient=woman).get("CX024") is weight


@pytest.mark.parametrize(("born", "is_asked"), [(date(1970, 1, 1), False), (date(1971, 11, 1), True), (date(2016, 1, 1), False)])
def test_only_women_of_twelve_to_fifty_five_are_asked_about_a_pregnancy(born, is_asked):
    found = weights(active("卡托普利片"), patient=Patient(birth_date=born, is_female=True))
    assert ("CX024" in found) is is_asked


@pytest.mark.parametrize(
    ("state", "weight"),
    [(Pregnancy.THIRD, Weight.BLOCK), (Pregnancy.FIRST, Weight.BLOCK), (Pregnancy.YES, Weight.ASK)],
)
def test_ibuprofen_in_pregnancy_depends_on_the_month_and_on_the_catalogue(state, weight):
    woman = Patient(birth_date=date(1996, 5, 5), is_female=True, pregnancy=state)
    assert weight in weights(active("布洛芬缓释胶囊"), patient=woman).values()


def test_penicillin_allergy_blocks_amoxicillin_and_warns_of_a_cephalosporin():
    allergic = Patient(birth_date=date(1980, 1, 1), is_female=False, allergens=frozenset({"penicillin"}))
    assert weights(active("阿莫西林胶囊"), patient=allergic)["CX055"] is Weight.BLOCK
    assert weights(active("阿莫西林克拉维酸钾片"), patient=allergic)["CX055"] is Weight.BLOCK
    assert weights(active("头孢氨苄胶囊"), patient=allergic)["CX057"] is Weight.NOTICE
    assert "CX055" not in weights(active("阿奇霉素胶囊"), patient=allergic)


def test_an_allergy_told_in_words_blocks_the_drug_that_it_names():
    allergic = Patient(is_female=False, allergy_words="布洛芬，吃后起疹")
    assert weights(active("布洛芬缓释胶囊"), patient=allergic)["record:allergy"] is Weight.BLOCK
    assert "record:allergy" not in weights(active("双氯芬酸钠肠溶片"), patient=allergic)


@pytest.mark.parametrize(("code", "is_blocked"), [("J45.900", True), ("J44.100", False)])
def test_a_beta_blocker_with_asthma(code, is_blocked):
    patient = Patient(birth_date=date(1960, 1, 1), is_female=False, diseases=(code,))
    assert ("CX042" in weights(active("酒石酸美托洛尔片"), patient=patient)) is is_blocked


def test_an_eye_ointment_is_no_systemic_drug():
    assert warned(active("红霉素眼膏"), active("秋水仙碱片")) == ()
    assert weights(active("红霉素肠溶片"), active("秋水仙碱片"))["CI30"] is Weight.BLOCK


def test_a_plaster_with_methyl_salicylate_is_meant_in_pregnancy():
    woman = Patient(birth_date=date(1996, 5, 5), is_female=True, pregnancy=Pregnancy.YES)
    assert weights(active("伤湿止痛膏"), patient=woman)["CX036"] is Weight.BLOCK


@pytest.mark.parametrize(
    ("daily_mg", "weight"), [(None, None), (Fraction(20), None), (Fraction(41, 2), Weight.NOTICE)]
)
def test_simvastatin_with_amlodipine_depends_on_its_dose(daily_mg, weight):
    found = weights(active("辛伐他汀片", daily_mg=daily_mg), active("苯磺酸氨氯地平片"))
    assert found.get("CI17") is weight


@pytest.mark.parametrize(("daily_mg", "fit"), [(None, Fit.PERHAPS), (Fraction(20), Fit.NO), (Fraction(21), Fit.YES)])
def test_a_rule_with_a_dose_is_perhaps_meant_while_the_dose_is_unknown(daily_mg, fit):
    assert fits(read_group("C10AA01@>20mg/d"), active("辛伐他汀片", daily_mg=daily_mg)) is fit


def test_a_conditional_pair_of_the_thesaurus_is_a_question_and_names_its_source():
    found = [w for w in warned(active("阿司匹林肠溶片"), active("硫酸氢氯吡格雷片")) if w.is_question]
    assert [w.weight for w in found] == [Weight.ASK]
    assert "法国" in str(found[0].source)


def test_what_is_only_taken_into_account_stays_hidden():
    assert drug_rules().pair("amlodipine", "amantadine").level == 4
    assert all(w.level < 4 for w in warned(active("苯磺酸氨氯地平片"), active("复方氨酚烷胺片")))


def test_the_own_table_speaks_where_the_thesaurus_knows_the_pair_too():
    found = [w for w in warned(active("阿司匹林肠溶片"), active("布洛芬缓释胶囊")) if w.kind is WarningKind.INTERACTION]
    assert [w.code for w in found] == ["CI02"]
    assert "请以说明书为准" in str(found[0].source)


def test_a_smectite_keeps_two_hours_from_other_drugs():
    assert weights(active("蒙脱石散"), active("左氧氟沙星片"))["CI40"] is Weight.NOTICE


def test_drinking_is_told_with_metronidazole():
    [warning] = [w for w in warned(active("甲硝唑片")) if w.code == "CI32"]
    assert warning.weight is Weight.NOTICE
    assert "酒" in str(warning.effect)


def test_two_of_one_chemical_subgroup_are_noticed():
    found = {w.kind for w in warned(active("苯磺酸氨氯地平片"), active("硝苯地平片"))}
    assert WarningKind.DUPLICATE_CLASS in found


@pytest.mark.parametrize(
    ("left", "is_long", "is_warned"), [(3, False, False), (4, False, True), (7, True, False), (8, True, True)]
)
def test_a_running_supply_of_the_same_ingredient_may_overlap_for_a_few_days(left, is_long, is_warned):
    running = active("感冒灵颗粒", is_running=True, overlap_days=left)
    found = [
        w for w in warned(active("对乙酰氨基酚片"), running=[running], is_long=is_long)
        if w.kind is WarningKind.DUPLICATE_INGREDIENT
    ]
    assert [w.weight for w in found] == ([Weight.REASON] if is_warned else [])


def test_a_refill_of_the_same_product_is_no_duplicate():
    running = active("苯磺酸氨氯地平片", is_running=True, overlap_days=9)
    assert warned(active("苯磺酸氨氯地平片"), running=[running]) == ()


def test_a_warning_against_a_running_drug_names_only_the_new_line():
    running = active("秋水仙碱片", is_running=True, overlap_days=20)
    [warning] = [w for w in warned(active("克拉霉素片"), running=[running]) if w.code == "CI30"]
    assert warning.keys == ("克拉霉素片",)


def test_allopurinol_is_asked_about_only_when_it_is_new():
    assert weights(active("别嘌醇片"))["CX054"] is Weight.ASK
    running = active("别嘌醇片", is_running=True, overlap_days=5)
    assert "CX054" not in weights(active("别嘌醇片"), running=[running])


@pytest.mark.parametrize(
    ("diagnoses", "is_warned"), [((), False), (("I10.x00",), False), (("J06.900",), True), (("J06.900", "I10"), False)]
)
def test_a_drug_that_fits_no_diagnosis_wants_a_reason(diagnoses, is_warned):
    found = diagnosis_warnings([active("苯磺酸氨氯地平片")], diagnoses)
    assert [w.weight for w in found] == ([Weight.REASON] if is_warned else [])


@pytest.mark.parametrize(
    ("limit", "months", "holds"),
    [("<18y", 215, True), ("<18y", 216, False), ("<2m", 1, True), ("<2m", 2, False), (">=65y", 779, False), (">=65y", 780, True)],
)
def test_an_age_limit_counts_completed_months(limit, months, holds):
    assert age_is_within(limit, months) is holds


@pytest.mark.parametrize(
    ("born", "months"),
    [(date(2026, 10, 22), 1), (date(2026, 10, 23), 0), (date(2027, 1, 1), 0), (date(2025, 11, 22), 12)],
)
def test_completed_months_of_age(born, months):
    assert completed_months(born, DAY) == months


def test_an_unreadable_rule_is_a_broken_installation():
    with pytest.raises(ValueError, match="age limit"):
        age_is_within("18", 3)
    with pytest.raises(ValueError, match="condition"):
        Item("C10AA01", "twice").fits(active("辛伐他汀片"))


def test_calcium_by_mouth_is_not_what_the_rule_of_injections_means():
    assert fits(read_group("=calcium carbonate@iv"), active("碳酸钙D3片")) is Fit.NO


def test_every_rule_of_the_tables_can_be_read_for_every_drug():
    rules = drug_rules()
    everything = [active(name) for name in DRUGS]
    for rule in rules.classes:
        assert {fits(group, drug) for group in (rule.group_a, rule.group_b) for drug in everything} <= set(Fit)
    known = set(ingredient_codes()) | set(rules.ingredient_names)
    assert {name for pair in rules.pairs for name in pair} <= known
    assert all(one < other for one, other in rules.pairs)


def test_a_warning_about_two_drugs_names_both():
    told = [str(each.effect) for each in warned(active("缬沙坦胶囊"), active("氢氯噻嗪片"))]
    assert told
    assert all("缬沙坦胶囊" in words and "氢氯噻嗪片" in words for words in told)


def test_a_refill_of_two_drugs_is_judged_once():
    both = (active("缬沙坦胶囊"), active("氢氯噻嗪片"))
    taken = tuple(active(each.name, key=f"running {each.name}", code="", is_running=True) for each in both)
    interactions = [each for each in warned(*both, running=taken) if each.kind is WarningKind.INTERACTION]
    assert [each.code for each in interactions] == [each.code for each in warned(*both)]


def test_a_drug_still_taken_that_is_not_refilled_counts_with_every_line():
    taken = (active("氢氯噻嗪片", is_running=True),)
    assert [each.code for each in warned(active("缬沙坦胶囊"), running=taken)] == [
        each.code for each in warned(active("缬沙坦胶囊"), active("氢氯噻嗪片"))
    ]


def test_what_asks_only_for_care_does_not_hold_up_giving():
    assert {each.weight for each in warned(active("缬沙坦胶囊"), active("氢氯噻嗪片"))} == {Weight.NOTICE}
