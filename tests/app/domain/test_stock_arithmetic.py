"""Available stock and the states of a line: drug_requests §4.5, §4.9."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from app.domain.batches import Batch
from app.domain.stock import (
    ENDLESS,
    StockStatus,
    available_stock,
    available_units,
    months_of_stock,
    stock_status,
)

TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("usable", "amc", "status"),
    [
        (0, 10, StockStatus.OUT),  # tested first, never 偏低
        (0, None, StockStatus.OUT),
        (0, 0, StockStatus.OUT),
        (1, 10, StockStatus.LOW),
        (9, 10, StockStatus.LOW),
        (10, 10, StockStatus.NORMAL),
        (20, 10, StockStatus.NORMAL),
        (21, 10, StockStatus.OVERSTOCKED),
        (5, 0, StockStatus.UNUSED),
        (5, None, None),
        (None, 10, None),
        (98, Decimal("97.50"), StockStatus.NORMAL),
        (97, Decimal("97.50"), StockStatus.LOW),
    ],
)
def test_status_of_a_stock_line(usable, amc, status):
    assert stock_status(usable, amc, min_mos=1, max_mos=2) is status


def test_every_status_has_its_word_on_the_screen():
    assert [str(status.label) for status in StockStatus] == ["断货", "偏低", "正常", "积压", "呆滞"]


@pytest.mark.parametrize(
    ("usable", "amc", "months"),
    [(60, 30, Fraction(2)), (5, 0, ENDLESS), (0, 0, Fraction(0)), (5, None, None), (None, 5, None)],
)
def test_months_of_stock(usable, amc, months):
    assert months_of_stock(usable, amc) == months


@pytest.mark.parametrize(
    ("on_hand", "reserved", "in_transit", "available"),
    [
        (60, 0, 28, 88),
        (60, 10, 0, 50),
        (None, 0, 0, None),
        (60, None, 0, None),
        (60, 0, None, None),
        (5, 9, 0, -4),
    ],
)
def test_available_is_on_hand_less_reserved_plus_in_transit(on_hand, reserved, in_transit, available):
    assert available_units(on_hand, reserved, in_transit) == available


def test_available_stock_leaves_out_what_expires_unused():
    batches = [
        Batch("A", 40, date(2026, 6, 20)),
        Batch("B", 40, date(2026, 7, 15)),
        Batch("X", 5, date(2026, 5, 31)),
    ]
    stock = available_stock(batches, 30, TODAY, reserved=5, in_transit=28)
    assert (stock.available, stock.on_hand_counted, stock.left_out) == (45 - 5 + 28, 45, 40)
