"""处方用量: quantity, days, limits, refills, doses, each at its boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.domain.drug_warnings import Weight
from app.domain.prescribing import (
    PrescribedLine,
    Prescription,
    PrescriptionKind,
    Supply,
    check_prescription,
    days_covered,
    lasts_until,
    long_supply_allowed,
    refill_from,
    running_supplies,
    units_needed,
)

DAY = date(2026, 11, 22)
LINE = PrescribedLine("a", "氨氯地平片", "片", 7, Fraction(1), Fraction(1), 7)


def found(*lines, kind=PrescriptionKind.ORDINARY, **how):
    return {f.code: f.weight for f in check_prescription(Prescription(tuple(lines), kind, DAY, **how))}


def of_days(days, **changes):
    return replace(LINE, days=days, quantity=days, **changes)


@pytest.mark.parametrize(
    ("dose", "times", "days", "strength", "units"),
    [
        (Fraction(5), Fraction(1), 7, Fraction(5), 7),
        (Fraction(1, 2), Fraction(3), 5, Fraction(1), 8),
        (Fraction(500), Fraction(3), 7, Fraction(250), 42),
        (Fraction(25, 10), Fraction(1), 28, Fraction(5), 14),
        (Fraction(1), Fraction(1, 2), 7, Fraction(1), 4),
        # In binary floating point 0.1 × 3 ÷ 0.3 is above 1, and its ceiling 2.
        (Fraction(1, 10), Fraction(3), 1, Fraction(3, 10), 1),
    ],
)
def test_the_quantity_is_rounded_up_exactly(dose, times, days, strength, units):
    assert units_needed(dose, times, days, strength) == units


@pytest.mark.parametrize(("dose", "times", "days"), [(0, 1, 7), (1, 0, 7), (1, 1, 0), (-1, 1, 7)])
def test_an_impossible_usage_has_no_quantity(dose, times, days):
    with pytest.raises(ValueError, match="above 0"):
        units_needed(Fraction(dose), Fraction(times), days)


@pytest.mark.parametrize(("units", "a_day", "days"), [(28, 1, 28), (28, 3, 9), (2, 3, 0), (7, Fraction(1, 2), 14)])
def test_days_are_recomputed_from_what_is_handed_out(units, a_day, days):
    assert days_covered(units, Fraction(a_day)) == days


@pytest.mark.parametrize(("units", "a_day", "last"), [(28, 1, 28), (10, 3, 4), (1, 2, 1)])
def test_a_supply_runs_to_the_day_of_its_last_unit(units, a_day, last):
    assert lasts_until(date(2026, 11, 1), units, Fraction(a_day)) == date(2026, 11, last)


@pytest.mark.parametrize(("days", "due"), [(28, 22), (7, 7), (4, 4), (1, 2)])
def test_a_refill_is_due_when_three_quarters_are_used(days, due):
    assert refill_from(date(2026, 11, 1), days) == date(2026, 11, due)


@pytest.mark.parametrize("days", [0, -3])
def test_nothing_is_covered_by_no_daily_use(days):
    with pytest.raises(ValueError, match="every day"):
        days_covered(5, Fraction(days))
    with pytest.raises(ValueError, match="every day"):
        lasts_until(DAY, 5, Fraction(days))


def test_a_later_supply_starts_when_the_one_before_it_ends():
    given = [Supply("A", date(2026, 11, 1), 14), Supply("A", date(2026, 11, 10), 14), Supply("B", date(2026, 10, 1), 7)]
    running = running_supplies(given, DAY)
    assert set(running) == {"A"}
    assert running["A"].ends_on == date(2026, 11, 28)
    assert running_supplies(given, date(2026, 11, 29)) == {}


@pytest.mark.parametrize(
    ("kind", "days", "code", "weight"),
    [
        ("ordinary", 7, None, None),
        ("ordinary", 8, "days_reason", Weight.REASON),
        ("ordinary", 30, "days_reason", Weight.REASON),
        ("ordinary", 31, "days_limit", Weight.BLOCK),
        ("emergency", 3, None, None),
        ("emergency", 4, "days_reason", Weight.REASON),
        ("emergency", 8, "days_limit", Weight.BLOCK),
        ("long", 28, None, None),
        ("long", 29, "long_unsigned", Weight.BLOCK),
        ("long", 84, "long_unsigned", Weight.BLOCK),
        ("long", 85, "days_limit", Weight.BLOCK),
    ],
)
def test_the_days_of_each_kind(kind, days, code, weight):
    assert found(of_days(days), kind=PrescriptionKind(kind)) == ({code: weight} if code else {})


@pytest.mark.parametrize(("days", "code"), [(84, "days_reason"), (85, "days_limit")])
def test_a_signed_long_prescription_reaches_twelve_weeks(days, code):
    assert set(found(of_days(days), kind=PrescriptionKind.LONG, has_signed=True)) == {code}


@pytest.mark.parametrize(("days", "code"), [(7, None), (8, "long_excluded")])
def test_an_excluded_drug_stays_at_seven_days_in_a_long_prescription(days, code):
    line = of_days(days, is_long_allowed=False)
    assert set(found(line, kind=PrescriptionKind.LONG)) == ({code} if code else set())


@pytest.mark.parametrize(("days", "is_blocked"), [(7, False), (8, True)])
def test_a_psychotropic_stays_at_seven_days(days, is_blocked):
    line = of_days(days, special_control="第二类精神药品")
    assert (found(line).get("control_days") is Weight.BLOCK) is is_blocked


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        ({"atc_code": "C08CA01"}, True),
        ({"atc_code": "J01CA04"}, False),
        ({"atc_code": "P01AB01", "antibiotic_tier": "非限制"}, False),
        ({"atc_code": "J04AC01"}, True),
        ({"atc_code": "A10AB01", "is_stored_cold": True}, False),
        ({"atc_code": "N05CD04", "special_control": "第二类精神药品"}, False),
    ],
)
def test_what_may_be_in_a_long_prescription(facts, allowed):
    assert long_supply_allowed(**facts) is allowed


@pytest.mark.parametrize(("count", "code"), [(0, "no_lines"), (1, None), (5, None), (6, "too_many_drugs")])
def test_at_most_five_drugs(count, code):
    lines = [replace(LINE, key=str(number), drug=f"药{number}") for number in range(count)]
    assert set(found(*lines)) == ({code} if code else set())


@pytest.mark.parametrize(
    ("quantity", "splittable", "is_told"),
    [(7, True, False), (6, True, True), (8, True, True), (28, False, False), (34, False, False), (35, False, True)],
)
def test_the_quantity_fits_the_usage_within_an_unbroken_pack(quantity, splittable, is_told):
    line = replace(LINE, quantity=quantity, is_splittable=splittable, units_per_pack=28)
    assert ("quantity_mismatch" in found(line)) is is_told


@pytest.mark.parametrize(("quantity", "code"), [(None, "quantity"), (0, "quantity"), (-3, "quantity")])
def test_a_quantity_is_a_number_above_nothing(quantity, code):
    assert found(replace(LINE, quantity=quantity)) == {code: Weight.BLOCK}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
        ({"times": Fraction(25)}, "times"),
        ({"times": Fraction(0)}, "times"),
        ({"units_a_time": Fraction(0)}, "dose"),
    ],
)
def test_an_impossible_usage_is_refused(change, code):
    assert found(replace(LINE, **change)) == {code: Weight.BLOCK}


@pytest.mark.parametrize(("used", "is_early"), [(20, True), (21, False), (28, False)])
def test_a_refill_before_three_quarters_wants_a_reason(used, is_early):
    last = Supply("A", DAY - timedelta(days=used), 28)
    assert ("early_refill" in found(replace(LINE, last=last))) is is_early


@pytest.mark.parametrize(("left", "is_told"), [(6, False), (5, True)])
def test_the_batch_lasts_for_the_whole_supply(left, is_told):
    line = replace(LINE, shortest_expiry=DAY + timedelta(days=left))
    assert ("expires_before_end" in found(line)) is is_told


@pytest.mark.parametrize(
    ("tier", "route", "approved", "code"),
    [
        ("非限制", "口服", False, None),
        ("非限制", "注射", False, "antibiotic_injection"),
        ("非限制", "静脉滴注", True, None),
        ("限制", "口服", True, "antibiotic_tier"),
        ("", "注射", False, None),
    ],
)
def test_antibiotics_of_the_free_tier_only(tier, route, approved, code):
    line = replace(LINE, antibiotic_tier=tier, route=route)
    assert set(found(line, may_infuse_antibiotics=approved)) == ({code} if code else set())


@pytest.mark.parametrize(
    ("most", "weight"), [(10, None), (9, Weight.REASON), (5, Weight.REASON), (4, Weight.BLOCK)]
)
def test_the_daily_dose_against_its_maximum(most, weight):
    line = replace(LINE, units_a_time=Fraction(2), quantity=14, per_unit=Fraction(5), max_daily=Fraction(most))
    assert found(line).get("daily_dose") is weight


def test_the_daily_dose_is_summed_over_lines_of_one_ingredient():
    one = replace(LINE, ingredients=("amlodipine",), per_unit=Fraction(5), max_daily=Fraction(10))
    other = replace(one, key="b", units_a_time=Fraction(2), quantity=14)
    assert found(one).get("daily_dose") is None
    assert found(one, other).get("daily_dose") is Weight.REASON
