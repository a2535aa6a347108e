"""Every worked number of the drug requests' formulas, and the published results that are ours too, through `cunyi rule`.

The clause is that of drug_requests; where a result is OpenLMIS's or open mSupply's, the comment says so.
"""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.registry import evaluate

EXPLAINED = "近3个月(91天)发出 273 片，缺货 7 天，月均 97.5；目标 2 月 = 195；现有 60，在途 28 → 建议 107 片(4 盒 112 片)"
TODAY = date(2026, 6, 1)
MIN_5_MAX_20 = {"amc": "1", "min_mos": 5, "max_mos": 20, "mode": "min_max"}


def rule(name, **given):
    return evaluate(name, given, TODAY)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        # §4: the trap of binary floating point: (2 − 6/9) × 9 is exactly 12, never 13
        ("suggested_quantity", {"amc": "9", "on_hand_usable": 6, "max_mos": 2}, {"suggested": 12}),
        # §4.3: the last unit goes on the 10th, the next comes on the 16th: 10th to 15th
        (
            "stockout_days",
            {"month": "2026-06", "events": [
                {"date": "2026-06-01", "opening": 30}, {"date": "2026-06-10", "dispense": 30},
                {"date": "2026-06-16", "receipt": 50},
            ]},
            {"stockout_days": 6},
        ),
        # §4.4: nothing in stock on any day: unknown, not 0
        ("amc", {"consumed": 0, "days": 30, "stockout_days": 30}, {"amc": None}),
        # §4.4: no use with stock: 0
        ("amc", {"consumed": 0, "days": 30, "stockout_days": 0}, {"amc": "0.00"}),
        # §4.4: fewer than 15 days with stock
        ("amc", {"consumed": 5, "days": 30, "stockout_days": 16}, {"low_confidence": True}),
        # §4.10: 273 in 91 days, 7 without stock: 97.5 a month; 195 − 88 = 107, 4 packs of 28
        ("amc", {"consumed": 273, "days": 91, "stockout_days": 7}, {"amc": "97.50"}),
        (
            "suggested_quantity",
            {"consumed": 273, "days": 91, "stockout_days": 7, "months": 3, "on_hand_usable": 60, "in_transit": 28, "pack": 28},
            {"target": 195, "available": 88, "suggested": 107, "packs": 4, "units_after_packs": 112,
             "sentence": EXPLAINED},
        ),
        # §4.5: no AMC, no suggestion; AMC 0 suggests 0
        ("suggested_quantity", {"amc": None, "on_hand_usable": 5}, {"suggested": None}),
        ("suggested_quantity", {"amc": "0", "on_hand_usable": 5}, {"suggested": 0}),
        # §4.5: a batch that expires today has one day: 1 of 30 a month counts
        (
            "available_stock",
            {"today": "2026-06-01", "amc": "30", "batches": [{"batch": "A", "qty": 10, "expiry": "2026-06-01"}]},
            {"counted": {"A": 1}, "available": 1},
        ),
        # §4.6: cut off for three months: 2 months become 5
        ("suggested_quantity", {"amc": "10", "on_hand_usable": 0, "isolation_months": 3}, {"suggested": 50}),
        # §4.7: 100 tablets are 4 packs of 28
        ("packs", {"quantity": 100, "net_content": 28}, {"packs": 4}),
        ("packs", {"quantity": 0, "net_content": 28}, {"packs": 0}),
        ("packs", {"quantity": 5, "net_content": 0}, {"packs": 0}),
        # §4.9: what is out is out before anything else
        ("stock_status", {"cases": [{"usable": 0, "amc": "0"}, {"usable": 5, "amc": "0"}, {"usable": 5, "amc": "10"},
                                    {"usable": 15, "amc": "10"}, {"usable": 21, "amc": "10"}]},
         {"status": ["断货", "呆滞", "偏低", "正常", "积压"]}),
        # §6.3: expiring today is usable and red; a month means its last day
        ("expiry", {"today": "2026-06-01", "expiries": ["2026-06-01", "2026-05-31", "2026-06-30", "2026-08-29", "2026-11-27"]},
         {"levels": ["red", "expired", "red", "orange", "yellow"], "days_left": [1, 0, 30, 90, 180]}),
        ("expiry", {"today": "2026-06-01", "expiries": ["2026-08"]}, {"last_day_of_first": "2026-08-31"}),
        # §7: the count against the book at its moment: dispensing goes on
        ("stocktake", {"snapshot": 100, "movements": [-10], "counted": 85, "later": [-5]},
         {"book_at_count": 90, "difference": -5, "final_on_hand": 80}),
        # OpenLMIS, calculated order: P 120, 2 periods: H 240, with 40 in stock I 200
        ("suggested_quantity", {"amc": "120", "on_hand_usable": 40, "max_mos": 2}, {"target": 240, "suggested": 200}),
        # OpenLMIS, packs: 200 = 7 × 28 + 4; threshold 14 and 3
        ("packs", {"quantity": 200, "net_content": 28, "threshold": 14}, {"packs": 7}),
        ("packs", {"quantity": 200, "net_content": 28, "threshold": 3}, {"packs": 8}),
        # OpenLMIS, packs: 10 in a pack, 26 ordered, threshold 4 and 7
        ("packs", {"quantity": 26, "net_content": 10, "threshold": 4}, {"packs": 3}),
        ("packs", {"quantity": 26, "net_content": 10, "threshold": 7}, {"packs": 2}),
        # OpenLMIS, packs: 100 in a pack, threshold 50
        ("packs", {"quantity": 250, "net_content": 100, "threshold": 50}, {"packs": 2}),
        ("packs", {"quantity": 251, "net_content": 100, "threshold": 50}, {"packs": 3}),
        # OpenLMIS, packs: 1 ordered, threshold 7: none, or one where a pack is never rounded away
        ("packs", {"quantity": 1, "net_content": 10, "threshold": 7, "round_to_zero": True}, {"packs": 0}),
        ("packs", {"quantity": 1, "net_content": 10, "threshold": 7, "round_to_zero": False}, {"packs": 1}),
        # OpenLMIS, adjusted consumption: 6 in 30 days of which 15 were out: 12
        ("amc", {"consumed": 6, "days": 30, "stockout_days": 15}, {"amc": "12.00"}),
        # OpenLMIS: no use, nothing to order
        ("suggested_quantity", {"amc": "0", "on_hand_usable": 0, "max_mos": 3}, {"suggested": 0}),
        # open mSupply: minimum 5, maximum 20 months, use 1 a month: stock 1, 6 and 20
        ("suggested_quantity", {**MIN_5_MAX_20, "on_hand_usable": 1}, {"suggested": 19}),
        ("suggested_quantity", {**MIN_5_MAX_20, "on_hand_usable": 6}, {"suggested": 0}),
        ("suggested_quantity", {**MIN_5_MAX_20, "on_hand_usable": 20}, {"suggested": 0}),
        # open mSupply: 300 in three mean months, 10 days out: 112.298…; 50 there, 1 to 2 months: 175
        ("amc", {"consumed": 300, "days": "91.3125", "stockout_days": 10, "days_per_month": "30.4375"}, {"amc": "112.30"}),
        ("suggested_quantity", {"consumed": 300, "days": "91.3125", "stockout_days": 10, "days_per_month": "30.4375",
                                "on_hand_usable": 50, "min_mos": 1, "max_mos": 2, "mode": "min_max"}, {"suggested": 175}),
        # OpenLMIS, stock on hand: 1000 + 500 − 100 − 200 = 1200; without the adjustment 1300
        ("settlement", {"lines": [{"drug": "A", "price_fen": 100, "pack": 1, "opening": 1000, "received": 500, "lost": 100,
                                   "dispensed": 200, "closing": 1200}]}, {"differences": []}),
        ("settlement", {"lines": [{"drug": "A", "price_fen": 100, "pack": 1, "opening": 1000, "received": 500,
                                   "dispensed": 200, "closing": 1300}]}, {"differences": []}),
        # open mSupply, restoring from movements: 15 − 2 − 3 = 10
        ("stocktake", {"snapshot": 15, "movements": [-2, -3], "counted": 10}, {"book_at_count": 10, "difference": 0}),
    ],
)  # fmt: skip
def test_a_worked_number_comes_out_exactly(name, given, expected):
    result = rule(name, **given)
    assert {key: result[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [("2024-01-01", "2024-03-31", 91), ("2025-01-01", "2025-03-31", 90), ("2026-04-01", "2026-06-30", 91),
     ("2026-07-01", "2026-09-30", 92), ("2026-10-01", "2026-12-31", 92)],
)  # fmt: skip
def test_three_months_have_the_days_of_the_calendar(start, end, days):
    """§13: 90 days, 91 in a leap year, 91, 92, 92."""
    assert rule("amc", consumed=1, lookback_start=start, lookback_end=end)["days"] == days
