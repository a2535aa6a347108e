"""The sample township's shelf."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from app.demo.township import build_township
from app.domain.stock import StockStatus
from app.services.settlements import Settlements
from app.services.stock import Stock
from app.services.stock_checks import stock_reservations, stock_time_lines, stock_totals, trace_code_units


@pytest.mark.parametrize("today", [datetime(2026, 11, 23, 2, tzinfo=UTC), datetime(2026, 12, 31, 2, tzinfo=UTC)])
def test_the_shelf_shows_every_state_and_most_of_it_is_in_order(tmp_path, today):
    desk = build_township(tmp_path / "town", passphrase="a long sentence of 2026", for_window=False, clock=lambda: today)
    try:
        rows = [row for row in Stock(desk).balances().rows if row.first_on is not None]
        states = Counter(row.status for row in rows)
        assert set(states) == set(StockStatus)
        assert states[StockStatus.NORMAL] > len(rows) / 2
        for check in (stock_totals, stock_time_lines, stock_reservations, trace_code_units):
            assert check(desk) == []
    finally:
        desk.close()


def test_what_differs_in_the_last_month_is_explained(tmp_path):
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)
    desk = build_township(tmp_path / "town", passphrase="a long sentence of 2026", for_window=False, clock=lambda: now)
    try:
        found = Settlements(desk).differences("2026-10")
        assert {each.party_name[:3] for each in found} == {"郭楼村", "徐庄村"}
        assert all("手工送货单" in each.found.explanation for each in found)
    finally:
        desk.close()
