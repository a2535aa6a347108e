"""The drug rules as the command line calls them: use, days without stock, suggestions, packs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.errors import UserError
from app.rules import drugs
from tests.app.rules.drug_rule_calls import DOCTOR, answer

SENTENCE = "近3个月(91天)发出 273 片，缺货 7 天，月均 97.5；目标 2 月 = 195；现有 60，在途 28 → 建议 107 片(4 盒 112 片)"


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"consumed": 273, "days": 91, "stockout_days": 7}, ("97.50", 91, False)),
        ({"consumed": "273", "days": "91", "stockout_days": "7"}, ("97.50", 91, False)),
        ({"consumed": 6, "days": 30, "stockout_days": 15}, ("12.00", 30, False)),
        ({"consumed": 6, "days": 30, "stockout_days": 16}, ("12.86", 30, True)),
        ({"consumed": 5, "days": 30, "stockout_days": 30}, (None, 30, True)),
        ({"consumed": 0, "days": 90}, ("0.00", 90, False)),
        ({"consumed": None, "days": 90}, (None, 90, True)),
        ({"consumed": 5, "days": 90, "stockout_days": None}, (None, 90, True)),
        ({"consumed": 5}, (None, None, True)),
        (
            {"consumed": 300, "days": "91.3125", "stockout_days": 10, "days_per_month": "30.4375"},
            ("112.30", "91.31", False),
        ),
        ({"consumed": 90, "lookback_start": "2026-01-01", "lookback_end": "2026-03-31"}, ("30.00", 90, False)),
        ({"consumed": 91, "lookback_start": "2028-01-01", "lookback_end": "2028-03-31"}, ("30.00", 91, False)),
        ({"consumed": 92, "lookback_start": "2026-07-01", "lookback_end": "2026-09-30"}, ("30.00", 92, False)),
        (
            {
                "consumed": 30, "lookback_start": "2026-04-01", "lookback_end": "2026-06-30",
                "first_receipt": "2026-06-01",
            },
            ("30.00", 30, False),
        ),
        (
            {
                "consumed": 0, "lookback_start": "2026-04-01", "lookback_end": "2026-06-30",
                "first_receipt": "2026-07-01",
            },
            (None, 0, True),
        ),
    ],
)  # fmt: skip
def test_amc(payload, expected):
    result = answer("amc", payload)
    assert (result["amc"], result["days"], result["low_confidence"]) == expected


EVENTS = [
    {"date": "2026-06-01", "opening": 40},
    {"date": "2026-06-10", "dispense_total_since_opening": 40},
    {"date": "2026-06-16", "receipt": 100},
]


@pytest.mark.parametrize(
    ("payload", "days"),
    [
        ({"month": "2026-06", "events": EVENTS}, 6),  # the example of §4.3
        ({"month": "2026-06", "events": list(reversed(EVENTS))}, 6),
        ({"month": "2026-06", "events": EVENTS[:2]}, 21),
        ({"month": "2026-06", "events": [*EVENTS, {"date": "2026-06-30", "dispense_total_since_opening": 140}]}, 7),
        # the last unit and a delivery on the same day
        ({"month": "2026-06", "events": [*EVENTS[:2], {"date": "2026-06-10", "receipt": 5}]}, 0),
        ({"month": "2026-02", "on_hand_all_month": 0}, 28),
        ({"month": "2026-06", "on_hand_all_month": 0, "receipts": [["2026-06-16", 100]]}, 15),
        ({"month": "2028-02", "on_hand_all_month": 0}, 29),
        ({"month": "2026-06", "on_hand_all_month": 50}, 0),
        ({"month": "2026-06", "on_hand_all_month": 50, "batch_expiry": "2026-06-20"}, 10),
        ({"month": "2026-06", "on_hand_all_month": 50, "batch_expiry": "2026-06-20", "receipts": []}, 10),
        ({"month": "2026-06", "on_hand_all_month": 50, "batch_expiry": "2026-06"}, 0),
        ({"month": "2026-06", "on_hand_all_month": 50, "batch_expiry": "2026-05"}, 30),
        ({"month": "2026-06", "on_hand_all_month": 50, "batch_expiry": "2026-06-20", "receipts": ["2026-06-25"]}, 4),
        ({"month": "2026-06", "receipts": ["2026-06-16"]}, 0),  # not known before the first receipt
        ({"month": "2026-06", "receipts": [{"date": "2026-06-16", "qty": 5, "expiry": "2026-06-20"}]}, 10),
        ({"month": "2026-06", "receipts": []}, 0),
        ({"month": "2026-06", "events": [{"date": "2026-06-01", "opening": 0}], "first_receipt": "2026-06-21"}, 10),
        ({"start": "2026-04-01", "end": "2026-06-30", "opening": 0}, 91),
        # an expired unit goes out all the same: the book follows, the days count
        (
            {
                "month": "2026-06", "on_hand_all_month": 5, "batch_expiry": "2026-06-10",
                "events": [{"date": "2026-06-20", "dispense": 5}],
            },
            20,
        ),
        ({"month": "2026-06", "events": [{"date": "2026-05-31", "opening": 3}, {"date": "2026-06-05", "loss": 3}]}, 26),
        ({"month": "2026-06", "events": [{"date": "2026-06-01", "opening": 3}, {"date": "2026-06-29", "change": -3}]}, 2),
    ],
)  # fmt: skip
def test_stockout_days(payload, days):
    assert answer("stockout_days", payload) == {"stockout_days": days}


def test_available_stock_walks_the_batches():
    result = answer(
        "available_stock",
        {
            "today": "2026-06-01",
            "amc": "30.00",
            "batches": [
                {"batch": "B", "qty": 40, "expiry": "2026-07-15"},
                {"batch": "A", "qty": 40, "expiry": "2026-06-20"},
                {"batch": "X", "qty": 9, "expiry": "2026-05-31"},
                {"batch": "N", "qty": 5, "expiry": None},
            ],
            "max_mos": 2,
        },
    )
    assert result == {"counted": {"B": 25, "A": 20, "X": 0, "N": 5}, "available": 50, "suggested": 10}


@pytest.mark.parametrize(("amc", "suggested"), [(None, None), (0, 0)])
def test_without_use_nothing_is_cut_off(amc, suggested):
    payload = {
        "today": "2026-06-01",
        "amc": amc,
        "batches": [{"batch": "A", "qty": 40, "expiry": "2026-06-01"}],
    }
    assert answer("available_stock", payload) == {
        "counted": {"A": 40},
        "available": 40,
        "suggested": suggested,
    }


def test_suggested_quantity_tells_the_whole_sentence():
    payload = {
        "consumed": 273, "days": 91, "stockout_days": 7, "on_hand_usable": 60, "reserved": 0, "in_transit": 28,
        "max_mos": 2, "pack": 28, "pack_rule": "up", "unit": "片", "pack_unit": "盒",
    }  # fmt: skip
    expected = {"target": 195, "available": 88, "suggested": 107, "packs": 4, "units_after_packs": 112}
    assert answer("suggested_quantity", payload) == expected | {"sentence": SENTENCE}
    assert answer("suggested_quantity", payload | {"amc": "97.50"}) == expected | {"sentence": SENTENCE}


def test_suggested_quantity_tells_what_it_knows():
    payload = {"amc": "97.50", "on_hand_usable": 60, "in_transit": 28, "pack": 28}
    assert answer("suggested_quantity", payload)["sentence"] == (
        "月均 97.5；目标 2 月 = 195；现有 60，在途 28 → 建议 107 片(4 盒 112 片)"
    )
    # an AMC that does not follow from the consumption is used as given, without its story
    other = answer(
        "suggested_quantity", payload | {"amc": "90", "consumed": 273, "days": 91, "stockout_days": 7}
    )
    assert (other["target"], other["sentence"].startswith("月均 90；")) == (180, True)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"amc": "9", "on_hand_usable": 6, "max_mos": 2}, 12),  # 13 in binary floating point
        ({"amc": 9, "on_hand_usable": 6}, 12),
        ({"amc": "112.298", "on_hand_usable": 50, "min_mos": 1, "max_mos": 2}, 175),
        ({"amc": 1, "on_hand_usable": 1, "min_mos": 5, "max_mos": 20, "mode": "min_max"}, 19),
        ({"amc": 1, "on_hand_usable": 6, "min_mos": 5, "max_mos": 20, "mode": "min_max"}, 0),
        ({"amc": 1, "on_hand_usable": 20, "min_mos": 5, "max_mos": 20, "mode": "min-max"}, 0),
        ({"amc": 1, "on_hand_usable": 6, "min_mos": 5, "max_mos": 20, "mode": "periodic"}, 14),
        ({"amc": 0, "on_hand_usable": 0}, 0),
        ({"amc": None, "on_hand_usable": 0}, None),
        ({"on_hand_usable": 0}, None),
        ({"amc": 10, "on_hand_usable": None}, None),
        ({"amc": 10, "on_hand_usable": 5, "reserved": None}, None),
        ({"amc": 10, "on_hand_usable": 5, "reserved": 5, "in_transit": 1}, 19),
        ({"amc": 30, "on_hand_usable": 0, "isolation_months": 3}, 150),
        ({"amc": 30, "on_hand_usable": 0, "season_factor": "1.5"}, 90),
        ({"amc": 30, "on_hand_usable": 0, "committed": 84}, 84),
        ({"amc": "0.1", "on_hand_usable": 0, "max_mos": "1.5"}, 1),
        ({"amc": 10, "on_hand_usable": 25, "max_mos": 2}, 0),
    ],
)
def test_suggested_quantity(payload, expected):
    assert answer("suggested_quantity", payload)["suggested"] == expected


def test_a_target_that_is_not_whole_is_text():
    assert answer("suggested_quantity", {"amc": "97.55", "on_hand_usable": 0})["target"] == "195.10"


@pytest.mark.parametrize(
    ("rule", "packs"),
    [
        ({}, 3),
        ({"pack_rule": "up"}, 3),
        ({"pack_rule": "threshold", "threshold": 4}, 3),
        ({"pack_rule": "threshold", "threshold": 7}, 2),
        ({"pack_rule": {"threshold": 7}}, 2),
        ({"pack_rule": 7}, 2),
    ],
)
def test_suggested_quantity_rounds_packs_by_the_rule(rule, packs):
    result = answer("suggested_quantity", {"amc": 13, "on_hand_usable": 0, "pack": 10} | rule)
    assert (result["suggested"], result["packs"], result["units_after_packs"]) == (26, packs, packs * 10)


@pytest.mark.parametrize(
    ("quantity", "net_content", "threshold", "round_to_zero", "packs"),
    [
        (26, 10, 4, False, 3), (26, 10, 7, False, 2), (250, 100, 50, False, 2), (251, 100, 50, False, 3),
        (1, 10, 7, True, 0), (1, 10, 7, False, 1), (200, 28, 14, False, 7), (200, 28, 3, False, 8),
        (0, 10, 0, False, 0), (-3, 10, 0, False, 0), (5, 0, 0, False, 0), (None, 10, 0, False, None),
    ],
)  # fmt: skip
def test_packs(quantity, net_content, threshold, round_to_zero, packs):
    payload = {
        "quantity": quantity, "net_content": net_content, "threshold": threshold, "round_to_zero": round_to_zero,
    }  # fmt: skip
    assert answer("packs", payload) == {"packs": packs}


def test_packs_round_up_by_default():
    assert answer("packs", {"quantity": 107, "net_content": 28}) == {"packs": 4}


def test_stock_status():
    cases = [
        {"usable": 0, "amc": "10", "min_mos": 1, "max_mos": 2},
        {"usable": 0, "amc": None},
        {"usable": 9, "amc": "10.00"},
        {"usable": 10, "amc": 10},
        {"usable": 21, "amc": 10},
        {"usable": 5, "amc": 0},
        {"usable": 5, "amc": None},
        {"usable": None, "amc": 10},
        {"usable": 50, "amc": 10, "min_mos": 3, "max_mos": 5},
    ]
    expected = ["断货", "断货", "偏低", "正常", "积压", "呆滞", None, None, "正常"]
    assert answer("stock_status", {"cases": cases}) == {"status": expected}
    assert answer("stock_status", cases[2]) == {"status": "偏低"}


def test_stock_status_of_one_line_tells_the_expiry_risk():
    line = {"usable": 40, "amc": 30, "today": "2026-06-01", "batches": [{"qty": 40, "expiry": "2026-06-20"}]}
    assert answer("stock_status", line) == {"status": "正常", "expiry_risk": True}


@pytest.mark.parametrize(
    ("rule", "payload", "word"),
    [
        ("amc", [], "JSON"),
        ("amc", {"consumed": -1, "days": 30}, "consumed"),
        ("amc", {"consumed": 1.5, "days": 30}, "consumed"),
        ("amc", {"consumed": True, "days": 30}, "consumed"),
        ("amc", {"consumed": "many", "days": 30}, "consumed"),
        ("amc", {"consumed": "NaN", "days": 30}, "consumed"),
        ("amc", {"consumed": "1e999999999", "days": 30}, "consumed"),
        ("amc", {"consumed": 1, "days": 30, "stockout_days": 31}, "31"),
        ("amc", {"consumed": 1, "days": 30, "days_per_month": 0}, "days_per_month"),
        ("amc", {"consumed": 1, "lookback_start": "2026-02-01", "lookback_end": "2026-01-01"}, "结束日期"),
        (
            "amc",
            {"consumed": 1, "lookback_start": "1.2.2026", "lookback_end": "2026-03-01"},
            "lookback_start",
        ),
        ("stockout_days", {}, "start"),
        ("stockout_days", {"month": "2026-13"}, "month"),
        ("stockout_days", {"start": "2026-06-30", "end": "2026-06-01"}, "结束日期"),
        (
            "stockout_days",
            {"month": "2026-06", "events": [{"date": "2026-06-02", "dispense": 1}]},
            "2026-06-02",
        ),
        (
            "stockout_days",
            {
                "month": "2026-06",
                "events": [*EVENTS, {"date": "2026-06-20", "dispense_total_since_opening": 39}],
            },
            "39",
        ),
        ("stockout_days", {"month": "2026-06", "receipts": 5}, "receipts"),
        ("available_stock", {"today": "2026-06-01", "amc": 5}, "batches"),
        ("available_stock", {"amc": 5, "batches": []}, "today"),
        ("suggested_quantity", {"amc": "-1", "on_hand_usable": 1}, "amc"),
        ("suggested_quantity", {"amc": 1, "on_hand_usable": -1}, "on_hand_usable"),
        ("suggested_quantity", {"amc": 1, "on_hand_usable": 1, "mode": "sometimes"}, "mode"),
        ("suggested_quantity", {"amc": 1, "on_hand_usable": 1, "pack": 2, "pack_rule": "down"}, "pack_rule"),
        ("packs", {"quantity": 5, "net_content": -1}, "net_content"),
        ("packs", {"quantity": 5, "net_content": 1, "threshold": -1}, "threshold"),
        ("packs", {"quantity": 5, "net_content": 1, "round_to_zero": "perhaps"}, "round_to_zero"),
        ("stock_status", {"cases": 5}, "cases"),
        ("fefo", {"today": "2026-06-01", "batches": []}, "need"),
        (
            "fefo",
            {"today": "2026-06-01", "need": 1, "batches": [{"batch": "A", "qty": 1, "expiry": "soon"}]},
            "expiry",
        ),
        ("fefo", {"today": "2026-06-01", "need": 1, "batches": [{"batch": "A"}]}, "qty"),
        ("expiry", {"expiries": ["2026-06"]}, "today"),
        ("expiry", {"today": "2026-06-01", "expiries": ["2026-02-30"]}, "expiries"),
        ("remaining", {"approved": 1, "shipped": [{"packs": 1}]}, "pack"),
        ("stocktake", {"counted": 5}, "snapshot"),
        ("stocktake", {"snapshot": 5, "movements": [{"at": "2026-06-01"}]}, "movements"),
        ("stocktake", {"snapshot": 5, "counted_at": "2026-06-01Tnoon"}, "counted_at"),
        ("request_transition", {"state": "draft"}, "action"),
        ("request_transition", {"action": "submit", **DOCTOR}, "state"),
        ("request_transition", {"state": "lost", "action": "submit"}, "lost"),
        ("request_transition", {"state": "draft", "action": "submit", "role": "nurse"}, "nurse"),
        ("request_transition", {"state": "draft", "action": "submit", "kind": "big"}, "big"),
    ],
)
def test_wrong_input_is_told_in_one_sentence(rule, payload, word):
    with pytest.raises(UserError) as caught:
        getattr(drugs, rule)(payload)
    assert word in str(caught.value)
    assert str(caught.value).count("。") == 1


@pytest.mark.parametrize(
    ("rule", "payload", "clause", "words"),
    [
        ("amc", {"consumed": 5, "days": 30}, "§4.4", "月均用量 = 消耗"),
        ("suggested_quantity", {"amc": 5, "on_hand_usable": 0}, "§4.5", "月均 5；目标 2 月 = 10"),
        ("receipt", {"shipped": 2, "accepted": 1, "rejected": 0}, "§6.2", "接收 1 加拒收 0 不等于发货 2"),
        ("request_transition", {"state": "closed", "action": "skip", **DOCTOR}, "§2", "已办结"),
        ("stocktake", {"snapshot": 5, "counted": 5}, "§7", "差异 = 实盘"),
    ],
)
def test_every_answer_names_its_clause_and_edition(rule, payload, clause, words):
    result = getattr(drugs, rule)(payload)
    assert result["edition"] == "药品申请、库存与效期规则"
    assert [reason["clause"] for reason in result["reasons"]] == [clause]
    assert words in result["reasons"][0]["text"]


def test_numbers_are_taken_exactly_whatever_their_json_type():
    for amc in ("9.3", 9.3, Decimal("9.3")):
        assert (
            answer("suggested_quantity", {"amc": amc, "on_hand_usable": 0, "max_mos": 10})["suggested"] == 93
        )
