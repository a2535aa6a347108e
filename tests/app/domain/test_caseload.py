"""Medicines of the patients under management: which product, how much a day, how much until the next delivery."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.domain.caseload import (
    Caseload,
    DailyUse,
    LongSupply,
    Matcher,
    Product,
    Unread,
    WrittenMedicine,
    caseloads,
    daily_use,
    refills_due,
)
from app.domain.consumption import Consumption, average_monthly_consumption
from app.domain.suggested_quantity import Basis, OrderMode, OrderPolicy, PackRule, StockPosition, suggest

NIFEDIPINE = Product("D1", "硝苯地平控释片", "30mg", "片")
METFORMIN_SMALL = Product("D2", "盐酸二甲双胍片", "0.25g", "片", "g")
METFORMIN = Product("D3", "盐酸二甲双胍片", "0.5g", "片", "g")
LOSARTAN = Product("D4", "氯沙坦钾片", "50mg", "片")
ISOSORBIDE = Product("D5", "硝酸异山梨酯片", "5mg", "片")
INSULIN = Product("D6", "甘精胰岛素注射液", "3ml:300IU", "支")
PRODUCTS = (NIFEDIPINE, METFORMIN_SMALL, METFORMIN, LOSARTAN, ISOSORBIDE, INSULIN)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("硝苯地平控释片", NIFEDIPINE),
        ("硝苯地平控释片 30mg", NIFEDIPINE),
        ("硝苯地平控释片30ｍｇ", NIFEDIPINE),
        ("硝苯地平控释片(30mg)", NIFEDIPINE),
        ("硝苯地平控释片 0.03g", NIFEDIPINE),
        ("硝苯地平控释片 20mg", Unread.NOT_IN_CATALOGUE),
        ("硝苯地平", Unread.NOT_IN_CATALOGUE),
        ("二甲双胍片 0.5g", METFORMIN),
        ("盐酸二甲双胍片 500mg", METFORMIN),
        ("二甲双胍片", Unread.SEVERAL_PRODUCTS),
        ("氯沙坦片", LOSARTAN),
        ("单硝酸异山梨酯片", Unread.NOT_IN_CATALOGUE),
        ("甘精胰岛素注射液", INSULIN),
        ("", Unread.NOT_IN_CATALOGUE),
        ("30mg", Unread.NOT_IN_CATALOGUE),
    ],
)
def test_a_written_name_means_one_product_or_none(written, found):
    assert Matcher(PRODUCTS).find(written) == found


def test_of_several_products_the_one_that_the_clinic_keeps_is_meant():
    assert Matcher(PRODUCTS, kept={"D2"}).find("二甲双胍片") == METFORMIN_SMALL
    assert Matcher(PRODUCTS, kept={"D2", "D3"}).find("二甲双胍片") is Unread.SEVERAL_PRODUCTS


@pytest.mark.parametrize(
    ("medicine", "product", "expected"),
    [
        (WrittenMedicine("", "1片", Fraction(1)), NIFEDIPINE, Fraction(1)),
        (WrittenMedicine("", "半片", Fraction(2)), NIFEDIPINE, Fraction(1)),
        (WrittenMedicine("", "60mg", Fraction(1)), NIFEDIPINE, Fraction(2)),
        (WrittenMedicine("", "0.5g", Fraction(3)), METFORMIN_SMALL, Fraction(6)),
        (WrittenMedicine("", "1-2片", Fraction(1)), NIFEDIPINE, Fraction(2)),
        (WrittenMedicine("", "30mg", Fraction(1, 30)), NIFEDIPINE, Fraction(1, 30)),
        (WrittenMedicine("", "早12U 晚10u", None, is_insulin=True), INSULIN, Fraction(22, 300)),
        (WrittenMedicine("", "12单位", None, is_insulin=True), INSULIN, Fraction(12, 300)),
        (WrittenMedicine("", "遵医嘱", None, is_insulin=True), INSULIN, Unread.DOSE_NOT_READ),
        (WrittenMedicine("", "12U", None, is_insulin=True), NIFEDIPINE, Unread.DOSE_NOT_READ),
        (WrittenMedicine("", "", Fraction(1)), NIFEDIPINE, Unread.DOSE_NOT_READ),
        (WrittenMedicine("", "1片", None), NIFEDIPINE, Unread.DOSE_NOT_READ),
        (WrittenMedicine("", "1片", Fraction(0)), NIFEDIPINE, Unread.DOSE_NOT_READ),
        (WrittenMedicine("", "0片", Fraction(1)), NIFEDIPINE, Unread.DOSE_NOT_READ),
        (WrittenMedicine("", "1勺", Fraction(1)), NIFEDIPINE, Unread.DOSE_NOT_READ),
        (WrittenMedicine("", "1片 隔日", Fraction(1)), NIFEDIPINE, Unread.NOT_DAILY),
        (WrittenMedicine("", "必要时1片", Fraction(1)), NIFEDIPINE, Unread.NOT_DAILY),
    ],
)
def test_what_is_taken_in_a_day(medicine, product, expected):
    use = daily_use(medicine, product)
    assert use == (DailyUse(product.code, expected) if isinstance(expected, Fraction) else expected)


def test_patients_times_dose_times_days():
    people = [[DailyUse("A", Fraction(1))], [DailyUse("A", Fraction(1, 2)), DailyUse("B", Fraction(3))], []]
    found = caseloads(people, days=30, safety_days=7)
    assert found == {"A": Caseload(2, Fraction(3, 2), 30, 7), "B": Caseload(1, Fraction(3), 30, 7)}
    assert found["A"].units == Fraction(111, 2)


def test_a_medicine_on_two_sheets_of_one_person_counts_once_and_the_larger():
    found = caseloads([[DailyUse("A", Fraction(1)), DailyUse("A", Fraction(2))]], days=30)
    assert (found["A"].patients, found["A"].units) == (1, 60)


@pytest.mark.parametrize(("days", "safety"), [(-1, 0), (0, -1)])
def test_negative_days_are_no_days(days, safety):
    with pytest.raises(ValueError, match="negative"):
        caseloads([], days=days, safety_days=safety)


@pytest.mark.parametrize(
    ("ends_in", "until_in", "units"),
    [
        (0, 1, 28), (30, 30, 0), (31, 30, 0), (29, 30, 28), (0, 28, 28), (0, 29, 56), (0, 56, 56), (0, 57, 84), (-5, 23, 28),
        (-1, 0, 28), (-5, 27, 28), (-5, 28, 56), (-28, 27, 28), (-29, 27, 0), (-300, 37, 0),
    ],
)  # fmt: skip
def test_refills_that_fall_due_in_the_cover_period(ends_in, until_in, units):
    today = date(2026, 11, 22)
    supply = LongSupply("A", 28, 28, today + timedelta(days=ends_in))
    assert refills_due([supply], today, today + timedelta(days=until_in)).get("A", 0) == units


def suggestion(amc, on_hand, caseload, **how):
    consumption = Consumption(amc, None, None, None, low_confidence=False)
    return suggest(consumption, StockPosition(on_hand), caseload=caseload, **how)


TWELVE = Caseload(12, Fraction(24), 30, 7)


@pytest.mark.parametrize(
    ("amc", "on_hand", "suggested", "basis"),
    [
        (Fraction(100), 60, 828, Basis.CASELOAD),  # 24 × 37 − 60 against 200 − 60
        (Fraction(444), 60, 828, Basis.CONSUMPTION),  # both 888: consumption stays
        (Fraction(445), 60, 830, Basis.CONSUMPTION),
        (Fraction(0), 60, 828, Basis.CASELOAD),
        (None, 60, 828, Basis.CASELOAD),
        (Fraction(100), 888, 0, Basis.CONSUMPTION),
        (None, 900, 0, Basis.CASELOAD),
        (None, None, None, Basis.CONSUMPTION),
    ],
)
def test_the_larger_of_consumption_and_caseload_wins(amc, on_hand, suggested, basis):
    result = suggestion(amc, on_hand, TWELVE)
    assert (result.suggested, result.basis) == (suggested, basis)


def test_the_patients_count_also_above_the_minimum_of_the_min_max_mode():
    result = suggestion(Fraction(10), 20, TWELVE, policy=OrderPolicy(mode=OrderMode.MIN_MAX))
    assert (result.suggested, result.basis) == (868, Basis.CASELOAD)


def test_the_sentence_tells_the_patients():
    result = suggest(
        average_monthly_consumption(273, 91, 7),
        StockPosition(60, in_transit=28),
        pack=PackRule(28),
        caseload=TWELVE,
    )
    assert str(result.sentence) == (
        "近3个月(91天)发出 273 片，缺货 7 天，月均 97.5；"
        "在管 12 人每天共用 24 片，到下次送货 30 天加备用 7 天 = 888，按在管用量计；"
        "现有 60，在途 28 → 建议 800 片(29 盒 812 片)"
    )


def test_the_sentence_without_days_to_spare():
    result = suggestion(None, 0, Caseload(1, Fraction(1, 2), 30))
    assert "在管 1 人每天共用 0.5 片，到下次送货 30 天 = 15，按在管用量计" in str(result.sentence)
    assert result.suggested == 15
