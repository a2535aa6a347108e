"""The suggested quantity and its explanation: drug_requests §4.5-4.7, §4.10, §13."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.consumption import Consumption, average_monthly_consumption
from app.domain.suggested_quantity import (
    Basis,
    OrderMode,
    OrderPolicy,
    PackRule,
    StockPosition,
    suggest,
    suggested_units,
)


def with_amc(amc):
    return Consumption(amc, None, None, None, low_confidence=False)


def test_explanation_is_the_sentence_of_the_specification():
    result = suggest(
        average_monthly_consumption(273, 91, 7),
        StockPosition(60, in_transit=28),
        pack=PackRule(28, unit="片", pack_unit="盒"),
    )
    assert str(result.sentence) == (
        "近3个月(91天)发出 273 片，缺货 7 天，月均 97.5；目标 2 月 = 195；现有 60，在途 28 → 建议 107 片(4 盒 112 片)"
    )
    assert (result.target, result.available, result.suggested) == (195, 88, 107)
    assert (result.packs, result.units_after_packs, result.basis) == (4, 112, Basis.CONSUMPTION)


@pytest.mark.parametrize(
    ("amc", "available", "max_mos", "suggested"),
    [
        (9, 6, 2, 12),  # 13 in binary floating point
        (Fraction(195, 2), 88, 2, 107),
        (Decimal("112.298"), 50, 2, 175),  # open mSupply
        (120, 40, 2, 200),  # OpenLMIS: H 240 - E 40
        (10, 20, 2, 0),
        (10, 19, 2, 1),
        (10, 21, 2, 0),
        (10, -5, 2, 25),
        (Fraction(1, 3), 0, 3, 1),
        (Fraction(1, 10), 0, 1, 1),
        (0, 5, 2, 0),
        (None, 5, 2, None),
        (10, None, 2, None),
    ],
)
def test_periodic_mode_fills_up_to_the_target(amc, available, max_mos, suggested):
    assert suggested_units(amc, available, max_mos=max_mos) == suggested


@pytest.mark.parametrize(("stock", "suggested"), [(1, 19), (4, 16), (5, 15), (6, 0), (20, 0), (0, 20)])
def test_min_max_mode_asks_only_when_not_above_the_minimum(stock, suggested):
    assert suggested_units(1, stock, min_mos=5, max_mos=20, mode=OrderMode.MIN_MAX) == suggested


@pytest.mark.parametrize("mode", list(OrderMode))
def test_no_use_means_no_order_and_unknown_use_means_no_suggestion(mode):
    assert suggested_units(0, 0, mode=mode) == 0
    assert suggested_units(None, 0, mode=mode) is None


def test_an_island_cut_off_for_three_months_orders_five():
    result = suggest(with_amc(Fraction(30)), StockPosition(10), policy=OrderPolicy(isolation_months=3))
    assert (result.target, result.suggested) == (150, 140)
    assert str(result.sentence) == "月均 30；目标 5 月(含封路 3 月) = 150；现有 10，在途 0 → 建议 140 片"


def test_season_factor_is_applied_and_told():
    policy = OrderPolicy(season_factor=Decimal("1.5"))
    result = suggest(with_amc(Fraction(30)), StockPosition(0), policy=policy)
    assert result.suggested == 90
    assert "目标 2 月(季节系数 1.5) = 90" in str(result.sentence)
    both = OrderPolicy(season_factor=Decimal("1.5"), isolation_months=3)
    result = suggest(with_amc(Fraction(30)), StockPosition(0), policy=both)
    assert "目标 5 月(含封路 3 月，季节系数 1.5) = 225" in str(result.sentence)


@pytest.mark.parametrize(
    ("amc", "committed", "mode", "on_hand", "suggested", "basis"),
    [
        (30, 60, OrderMode.PERIODIC, 0, 60, Basis.CONSUMPTION),  # not larger than the target
        (30, 61, OrderMode.PERIODIC, 0, 61, Basis.COMMITTED),
        (0, 28, OrderMode.PERIODIC, 0, 28, Basis.COMMITTED),
        (30, 90, OrderMode.MIN_MAX, 50, 40, Basis.COMMITTED),  # known patients are not held back
        (None, 28, OrderMode.PERIODIC, 0, None, Basis.CONSUMPTION),
    ],
)
def test_refills_already_due_raise_the_target(amc, committed, mode, on_hand, suggested, basis):
    result = suggest(
        with_amc(amc), StockPosition(on_hand), policy=OrderPolicy(mode=mode), committed=committed
    )
    assert (result.suggested, result.basis) == (suggested, basis)


def test_committed_need_is_told():
    result = suggest(with_amc(Fraction(30)), StockPosition(0), committed=90)
    assert "长处方到期续方需 90，按续方计" in str(result.sentence)


def test_unknown_consumption_leaves_the_field_empty_and_says_so():
    result = suggest(average_monthly_consumption(0, 30, 30), StockPosition(0), pack=PackRule(28))
    assert (result.target, result.suggested, result.packs, result.units_after_packs) == (
        None,
        None,
        None,
        None,
    )
    assert str(result.sentence) == (
        "近1个月(30天)发出 0 片，缺货 30 天，月均未知；目标无法计算；现有 0，在途 0 → 暂无建议，请手工填写数量并说明原因"
    )


def test_unknown_stock_gives_no_suggestion():
    result = suggest(with_amc(Fraction(30)), StockPosition(None))
    assert result.suggested is None
    assert "现有库存未知" in str(result.sentence)


def test_nothing_to_order_is_told_without_packs():
    result = suggest(with_amc(Fraction(10)), StockPosition(25), pack=PackRule(10, unit="支", pack_unit="盒"))
    assert (result.suggested, result.packs, result.units_after_packs) == (0, 0, 0)
    assert str(result.sentence) == "月均 10；目标 2 月 = 20；现有 25，在途 0 → 建议 0 支"


@pytest.mark.parametrize(
    ("days", "opening"),
    [
        (30, "近1个月(30天)"), (28, "近1个月(28天)"), (59, "近2个月(59天)"), (90, "近3个月(90天)"),
        (92, "近3个月(92天)"), (181, "近6个月(181天)"), (45, "近45天"), (10, "近10天"),
    ],
)  # fmt: skip
def test_the_look_back_is_named_in_months_only_when_it_is_whole_months(days, opening):
    result = suggest(average_monthly_consumption(10, days, 0), StockPosition(0))
    assert str(result.sentence).startswith(opening)


def test_reserved_and_expiring_units_are_told():
    stock = StockPosition(60, reserved=10, in_transit=5, left_out=12)
    result = suggest(with_amc(Fraction(30)), stock)
    assert result.available == 55
    assert "现有 60，已预留 10，在途 5(另有 12 片到期前用不完，未计)" in str(result.sentence)


def test_splittable_drugs_are_not_rounded_to_packs():
    result = suggest(with_amc(Fraction(10)), StockPosition(5), pack=PackRule(28, splittable=True))
    assert result.units_after_packs == 15


@given(
    st.fractions(min_value=0, max_value=1000, max_denominator=92),
    st.integers(0, 5000),
    st.integers(0, 12),
)
def test_a_suggestion_reaches_the_target_and_never_by_a_whole_unit_too_much(amc, available, max_mos):
    suggested = suggested_units(amc, available, max_mos=max_mos)
    target = amc * max_mos
    assert available + suggested >= target
    assert suggested == 0 or available + suggested - target < 1
