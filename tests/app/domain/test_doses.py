"""规格 and 每次用量 as numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.domain.doses import Dose, milligrams, read_dose, strength_in, units_a_time
from app.reference import starter_drugs


@pytest.mark.parametrize(
    ("text", "value"),
    [("5mg", 5), ("0.25g", 250), ("硝苯地平控释片 30 mg", 30), ("100μg×200揿", Fraction(1, 10)), ("复方", None), ("1g:5%", 1000)],
)
def test_a_mass_in_milligrams(text, value):
    assert milligrams(text) == value


@pytest.mark.parametrize(
    ("dose_unit", "strength", "unit", "value"),
    [
        ("mg", "5mg", "片", 5),
        ("mg", "0.25g", "粒", 250),
        ("g", "3g", "袋", 3),
        ("mg", "100ml:2g", "瓶", 2000),
        ("ml", "100ml", "瓶", 100),
        ("ml", "100ml:66.7g", "瓶", 100),
        ("mg", "1ml:5mg", "支", 5),
        ("揿", "100μg×200揿", "支", 200),
        ("片", "复方", "片", 1),
        ("袋", "10g(含对乙酰氨基酚0.2g)", "袋", 1),
        ("mg", "10g(含对乙酰氨基酚0.2g)", "袋", 10000),
        ("滴", "5ml:15mg", "支", None),
        ("mg", "80万单位", "支", None),
        ("", "5mg", "片", None),
    ],
)
def test_what_one_unit_holds(dose_unit, strength, unit, value):
    assert strength_in(dose_unit, strength, unit) == value


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("1片", Dose(Fraction(1), "片")),
        ("1-2片", Dose(Fraction(2), "片")),
        ("0.5g", Dose(Fraction(1, 2), "g")),
        ("1/2片", Dose(Fraction(1, 2), "片")),
        ("半片", Dose(Fraction(1, 2), "片")),
        ("两粒", Dose(Fraction(2), "粒")),
        ("每次2片，饭后", Dose(Fraction(2), "片")),
        ("５ｍｇ", Dose(Fraction(5), "mg")),
        ("2", Dose(Fraction(2), "")),
        ("1/0片", None),
        ("适量", None),
        ("", None),
    ],
)
def test_a_written_dose(text, dose):
    assert read_dose(text) == dose


@pytest.mark.parametrize(
    ("text", "strength", "unit", "units"),
    [
        ("1片", "5mg", "片", 1),
        ("10mg", "5mg", "片", 2),
        ("0.5g", "0.25g", "粒", 2),
        ("2.5mg", "5mg", "片", Fraction(1, 2)),
        ("15ml", "100ml:66.7g", "瓶", Fraction(3, 20)),
        ("2", "5mg", "片", 2),
        ("12iu", "3ml:300iu", "支", Fraction(1, 25)),
        ("1勺", "100ml", "瓶", None),
    ],
)
def test_a_dose_in_dispensing_units(text, strength, unit, units):
    dose = read_dose(text)
    assert dose is not None
    assert units_a_time(dose, dispensing_unit=unit, strength=strength) == units


def test_the_usual_doses_of_the_starter_list_can_be_turned_into_units():
    odd = {
        drug.generic_name
        for drug in starter_drugs()
        if drug.usual_single_dose and not strength_in(drug.dose_unit, drug.strength, drug.dispensing_unit)
    }
    assert odd <= {"布洛芬混悬液", "盐酸克仑特罗"} | {name for name in odd if "胰岛素" in name or "滴" in name}
