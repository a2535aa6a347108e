"""Expiry and FEFO: drug_requests §4.5 (expiry walk), §6.3, §6.4."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.domain.batches import (
    Batch,
    ExpiryLevel,
    dates_are_possible,
    days_left,
    expiry_level,
    has_expiry_risk,
    in_fefo_order,
    last_day_of_expiry,
    lasts_for_supply,
    pick_fefo,
    usable_before_expiry,
)

TODAY = date(2026, 6, 1)


def in_days(days):
    return TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-08", date(2025, 8, 31)),
        ("2025-02", date(2025, 2, 28)),
        ("2028-02", date(2028, 2, 29)),
        ("2025-12", date(2025, 12, 31)),
        ("2025-08-15", date(2025, 8, 15)),
        ("2025/08", date(2025, 8, 31)),
        ("2025.8.5", date(2025, 8, 5)),
        ("202508", date(2025, 8, 31)),
        ("20250815", date(2025, 8, 15)),
        (" 2025-08 ", date(2025, 8, 31)),
    ],
)
def test_month_only_expiry_is_the_last_day_of_the_month(text, day):
    assert last_day_of_expiry(text) == day


@pytest.mark.parametrize(
    "text", ["", "2025", "2025-13", "2025-00", "2025-02-30", "08-2025", "25-08", "2025-08/01", "soon"]
)
def test_what_is_no_expiry_is_refused(text):
    with pytest.raises(ValueError, match=r"not an expiry|day is out of range"):
        last_day_of_expiry(text)


@pytest.mark.parametrize(
    ("expiry", "left", "level"),
    [
        (in_days(-2), -1, ExpiryLevel.EXPIRED),
        (in_days(-1), 0, ExpiryLevel.EXPIRED),
        (in_days(0), 1, ExpiryLevel.RED),  # may still be dispensed today
        (in_days(29), 30, ExpiryLevel.RED),
        (in_days(30), 31, ExpiryLevel.ORANGE),
        (in_days(89), 90, ExpiryLevel.ORANGE),
        (in_days(90), 91, ExpiryLevel.YELLOW),
        (in_days(179), 180, ExpiryLevel.YELLOW),
        (in_days(180), 181, ExpiryLevel.NONE),
    ],
)
def test_warning_levels_by_days_left(expiry, left, level):
    assert days_left(expiry, TODAY) == left
    assert expiry_level(expiry, TODAY) is level


def test_warning_levels_can_be_set_and_no_expiry_never_warns():
    assert expiry_level(in_days(41), TODAY, red=42) is ExpiryLevel.RED
    assert expiry_level(None, TODAY) is ExpiryLevel.NONE


@pytest.mark.parametrize(("days", "ok"), [(7, True), (8, False), (1, True)])
def test_a_resident_must_be_able_to_finish_the_supply(days, ok):
    assert lasts_for_supply(in_days(6), TODAY, days) is ok
    assert lasts_for_supply(None, TODAY, 84)


@pytest.mark.parametrize(
    ("produced", "expiry", "possible"),
    [
        (date(2026, 1, 2), date(2026, 1, 1), False),
        (date(2026, 1, 1), date(2026, 1, 1), True),
        (None, date(2026, 1, 1), True),
        (date(2026, 1, 1), None, True),
    ],
)
def test_expiry_before_production_is_impossible(produced, expiry, possible):
    assert dates_are_possible(produced, expiry) is possible


@pytest.mark.parametrize(
    ("batch", "usable"),
    [
        (Batch("A", 5, in_days(0)), True),
        (Batch("A", 5, in_days(-1)), False),
        (Batch("A", 5, None), True),
        (Batch("A", 5, in_days(90), held=True), False),
    ],
)
def test_usable_means_not_expired_and_not_held(batch, usable):
    assert batch.is_usable(TODAY) is usable


def test_fefo_order_is_expiry_then_opened_pack_then_receipt_then_number():
    never = Batch("N", 10)
    late = Batch("L", 10, in_days(90))
    first_received = Batch("02", 10, in_days(30), received_on=in_days(-9))
    later_received = Batch("01", 10, in_days(30), received_on=in_days(-3))
    same_day = Batch("03", 10, in_days(30), received_on=in_days(-3))
    opened = Batch("99", 12, in_days(30), received_on=in_days(-1))
    order = in_fefo_order([never, same_day, late, later_received, first_received, opened], pack=10)
    assert [batch.batch_no for batch in order] == ["99", "02", "01", "03", "L", "N"]


@pytest.mark.parametrize(
    ("amc", "batches", "counted"),
    [
        # 20 days at one a day, then 45 days less those 20
        (30, [Batch("A", 40, in_days(19)), Batch("B", 40, in_days(44))], [20, 25]),
        (30, [Batch("A", 40, in_days(0))], [1]),  # expiring today has one day
        (29, [Batch("A", 40, in_days(0))], [0]),  # floor(0.97)
        (Fraction(195, 2), [Batch("A", 10, in_days(2))], [9]),  # floor(9.75)
        (30, [Batch("A", 40, in_days(-1))], [0]),
        (30, [Batch("A", 40, None)], [40]),
        (30, [Batch("A", 5, in_days(400)), Batch("B", 40, None)], [5, 40]),
        (30, [Batch("A", 20, in_days(9)), Batch("B", 20, in_days(9))], [10, 0]),
        (0, [Batch("A", 40, in_days(0))], [40]),  # nothing is cut off
        (None, [Batch("A", 40, in_days(0))], [40]),
        (0, [Batch("A", 40, in_days(-1))], [0]),  # expired is expired
        (None, [Batch("A", 40, in_days(90), held=True)], [0]),
    ],
)
def test_units_that_expire_before_they_can_be_used_are_left_out(amc, batches, counted):
    result = usable_before_expiry(batches, amc, TODAY)
    assert [result[batch] for batch in batches] == counted


def test_expiry_risk_is_a_batch_that_can_not_be_used_up():
    assert has_expiry_risk([Batch("A", 21, in_days(19))], 30, TODAY)
    assert not has_expiry_risk([Batch("A", 20, in_days(19))], 30, TODAY)
    assert not has_expiry_risk([Batch("A", 21, in_days(19))], None, TODAY)


def picked(*args, **kwargs):
    result = pick_fefo(*args, **kwargs)
    return [(pick.batch.batch_no, pick.units) for pick in result.picks], result.shortfall, result.over


A = Batch("A", 40, in_days(60))
B = Batch("B", 56, in_days(200))
NEVER = Batch("N", 100)


@pytest.mark.parametrize(
    ("needed", "batches", "options", "expected"),
    [
        (30, [B, A], {}, ([("A", 30)], 0, 0)),
        (50, [B, A], {}, ([("A", 40), ("B", 10)], 0, 0)),
        (500, [A, B], {}, ([("A", 40), ("B", 56)], 404, 0)),
        (10, [], {}, ([], 10, 0)),
        (0, [A], {}, ([], 0, 0)),
        (10, [NEVER, A], {}, ([("A", 10)], 0, 0)),
        # whole packs: rounded up where the batch holds the extra units
        (30, [B], {"splittable": False, "pack": 28}, ([("B", 56)], 0, 26)),
        (28, [B], {"splittable": False, "pack": 28}, ([("B", 28)], 0, 0)),
        # the open pack goes as it is where it is enough, no other is opened then
        (12, [A], {"splittable": False, "pack": 28}, ([("A", 12)], 0, 0)),
        (5, [A], {"splittable": False, "pack": 28}, ([("A", 12)], 0, 7)),
        (13, [A], {"splittable": False, "pack": 28}, ([("A", 28)], 0, 15)),
        (29, [Batch("C", 96, in_days(60))], {"splittable": False, "pack": 28}, ([("C", 40)], 0, 11)),
        # otherwise what there is
        (30, [A], {"splittable": False, "pack": 28}, ([("A", 40)], 0, 10)),
        (50, [A, B], {"splittable": False, "pack": 28}, ([("A", 40), ("B", 28)], 0, 18)),
        (5, [Batch("A", 40, in_days(60), pack=10)], {"splittable": False, "pack": 28}, ([("A", 10)], 0, 5)),
        # dropped: expired, held, reserved, too short-dated
        (10, [Batch("X", 50, in_days(-1)), A], {}, ([("A", 10)], 0, 0)),
        (10, [Batch("T", 50, in_days(0)), A], {}, ([("T", 10)], 0, 0)),
        (10, [Batch("H", 50, in_days(9), held=True), A], {}, ([("A", 10)], 0, 0)),
        (10, [Batch("R", 50, in_days(9), reserved=45), A], {}, ([("R", 5), ("A", 5)], 0, 0)),
        (10, [Batch("Z", 0, in_days(9)), A], {}, ([("A", 10)], 0, 0)),
        (10, [A, B], {"min_remaining_days": 61}, ([("A", 10)], 0, 0)),
        (10, [A, B], {"min_remaining_days": 62}, ([("B", 10)], 0, 0)),
        (10, [NEVER], {"min_remaining_days": 180}, ([("N", 10)], 0, 0)),
    ],
)
def test_fefo_picking(needed, batches, options, expected):
    assert picked(needed, batches, TODAY, **options) == expected


def test_short_dated_picks_name_batch_and_date():
    result = pick_fefo(1, [Batch("007", 5, in_days(3))], TODAY)
    assert str(result.picks[0].notice) == "批号 007 有效期到 2026-06-04，只剩 4 天，请先用或换一批。"
    assert pick_fefo(1, [B], TODAY).picks[0].notice is None


@pytest.mark.parametrize(("needed", "pack"), [(-1, 1), (1, 0)])
def test_impossible_picking_is_refused(needed, pack):
    with pytest.raises(ValueError, match="not negative"):
        pick_fefo(needed, [A], TODAY, pack=pack)
