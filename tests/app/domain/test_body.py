from __future__ import annotations

from decimal import Decimal

import pytest

from app.domain.body import (
    BmiCategory,
    bmi_category,
    body_mass_index,
    has_abdominal_obesity,
    measure_problems,
)


@pytest.mark.parametrize(
    ("height", "weight", "bmi", "category"),
    [
        (100, "18.49", "18.49", BmiCategory.UNDERWEIGHT),
        (100, "18.494", "18.49", BmiCategory.UNDERWEIGHT),
        (100, "18.495", "18.50", BmiCategory.NORMAL),  # the kept value is classified
        (100, "23.994", "23.99", BmiCategory.NORMAL),
        (100, "23.995", "24.00", BmiCategory.OVERWEIGHT),
        (100, "27.994", "27.99", BmiCategory.OVERWEIGHT),
        (100, "27.995", "28.00", BmiCategory.OBESE),
        (165, "65.34", "24.00", BmiCategory.OVERWEIGHT),
        (165, 65.3, "23.99", BmiCategory.NORMAL),
        ("155.5", "63.5", "26.26", BmiCategory.OVERWEIGHT),
    ],
)
def test_bmi_is_kept_with_two_decimals_half_up_and_classified_as_kept(height, weight, bmi, category):
    kept = body_mass_index(height, weight)
    assert str(kept) == bmi
    assert bmi_category(kept) is category


def test_a_height_of_nothing_is_refused():
    with pytest.raises(ValueError, match="height"):
        body_mass_index(0, 60)


@pytest.mark.parametrize(
    ("waist", "sex", "expected"),
    [
        ("89.9", 1, False),
        (90, 1, True),
        ("84.9", 2, False),
        (85, 2, True),
        (None, 1, None),
        (90, None, None),
        (90, 9, None),
    ],
)
def test_abdominal_obesity_by_waist_and_sex(waist, sex, expected):
    assert has_abdominal_obesity(waist, sex) is expected


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"height_cm": 30, "weight_kg": 1, "waist_cm": 30}, []),
        ({"height_cm": 250, "weight_kg": 300, "waist_cm": 200}, []),
        ({"height_cm": "29.9"}, ["height_cm"]),
        ({"height_cm": "250.1"}, ["height_cm"]),
        ({"weight_kg": "0.9"}, ["weight_kg"]),
        ({"weight_kg": "300.1"}, ["weight_kg"]),
        ({"waist_cm": "29.9"}, ["waist_cm"]),
        ({"waist_cm": "200.1"}, ["waist_cm"]),
        ({"height_cm": 1.65, "weight_kg": 0}, ["height_cm", "weight_kg"]),
        ({}, []),
    ],
)
def test_impossible_measures_are_told(values, keys):
    assert [problem.key for problem in measure_problems(**values)] == keys


def test_a_height_in_metres_is_told_with_range_and_entry():
    assert (
        str(measure_problems(height_cm=Decimal("1.65"))[0].message)
        == "身高请填 30 到 250 厘米之间的数，您填的是 1.65。"
    )
