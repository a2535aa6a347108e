"""The drug rules as the command line calls them: JSON values in, JSON values out."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from app.errors import UserError
from app.rules import drugs

SENTENCE = "近3个月(91天)发出 273 片，缺货 7 天，月均 97.5；目标 2 月 = 195；现有 60，在途 28 → 建议 107 片(4 盒 112 片)"


def answer(rule, payload):
    """What the command line prints: only what JSON can hold, read back."""
    result = json.loads(json.dumps(getattr(drugs, rule)(payload)))
    return {key: value for key, value in result.items() if key not in ("reasons", "edition")}


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


BATCHES = [
    {"batch": "002", "qty": 56, "expiry": "2026-12-31", "held": False},
    {"batch": "001", "qty": 40, "expiry": "2026-08", "held": False},
    {"batch": "003", "qty": 50, "expiry": "2026-07-01", "held": True},
    {"batch": "004", "qty": 50, "expiry": "2026-05-31"},
    {"batch": "005", "qty": 99, "expiry": None},
]


@pytest.mark.parametrize(
    ("payload", "picks", "shortfall", "over"),
    [
        ({"need": 50, "splittable": True}, [["001", 40], ["002", 10]], 0, 0),
        ({"need": 50}, [["001", 40], ["002", 10]], 0, 0),
        ({"need": 50, "splittable": False, "pack": 28}, [["001", 40], ["002", 28]], 0, 18),
        ({"need": 30, "splittable": False, "pack": 28}, [["001", 40]], 0, 10),
        ({"need": 20, "splittable": False, "pack": 28}, [["001", 28]], 0, 8),
        ({"need": 200, "splittable": True}, [["001", 40], ["002", 56], ["005", 99]], 5, 0),
        ({"need": 10, "splittable": True, "min_remaining_days": 180}, [["002", 10]], 0, 0),
        ({"need": 0, "splittable": True}, [], 0, 0),
    ],
)
def test_fefo(payload, picks, shortfall, over):
    result = answer("fefo", {"today": "2026-06-01", "batches": BATCHES} | payload)
    assert (result["picks"], result["shortfall"], result["over"]) == (picks, shortfall, over)


def test_fefo_respects_holds_and_reservations_and_warns_of_short_dates():
    batches = [
        {"batch": "H", "qty": 9, "expiry": "2026-06-02", "hold": "quarantine"},
        {"batch": "R", "qty": 9, "expiry": "2026-06-03", "hold": "none", "reserved": 6},
        {"batch": "F", "qty": 9, "expiry": "2027-06-03"},
    ]
    result = answer("fefo", {"today": "2026-06-01", "need": 5, "splittable": True, "batches": batches})
    assert result["picks"] == [["R", 3], ["F", 2]]
    assert result["notices"] == ["批号 R 有效期到 2026-06-03，只剩 3 天，请先用或换一批。"]


def test_of_one_expiry_the_batch_received_first_goes_first():
    batches = [
        {"batch": "A", "qty": 9, "expiry": "2027-06-03", "received": "2026-02-01"},
        {"batch": "B", "qty": 9, "expiry": "2027-06-03", "received": "2026-01-01"},
    ]
    result = answer("fefo", {"today": "2026-06-01", "need": 10, "splittable": True, "batches": batches})
    assert result["picks"] == [["B", 9], ["A", 1]]


def test_expiry_levels():
    expiries = [
        "2025-08",
        "2025-08-01",
        "2025-08-02",
        "2025-10-30",
        "2025-10-31",
        "2026-01-28",
        "2026-01-29",
        None,
    ]
    result = answer("expiry", {"today": "2025-08-02", "expiries": expiries})
    assert result["last_day_of_first"] == "2025-08-31"
    assert result["days_left"] == [30, 0, 1, 90, 91, 180, 181, None]
    assert result["levels"] == ["red", "expired", "red", "orange", "yellow", "yellow", "none", "none"]


@pytest.mark.parametrize("levels", [[15, 42, 100], {"red": 15, "orange": 42, "yellow": 100}])
def test_expiry_levels_can_be_set(levels):
    payload = {"today": "2026-06-01", "expiries": ["2026-06-15", "2026-06-16", "2026-07-13", "2026-09-09"]}
    result = answer("expiry", payload | {"levels": levels})
    assert result["levels"] == ["red", "orange", "yellow", "none"]


@pytest.mark.parametrize(
    ("payload", "left", "error"),
    [
        ({"approval_step": True, "shipped": [{"packs": 2, "pack": 28}]}, 44, None),
        (
            {"approval_step": True, "shipped": [{"packs": 2, "pack": 28}, {"packs": 2, "pack": 28}]},
            0,
            "nothing_remaining",
        ),
        ({"approval_step": False, "shipped": []}, 120, None),
        ({"shipped": []}, 120, None),
        ({"approval_step": True, "shipped": [{"units": 100, "returned": 30}]}, 30, None),
        ({"approval_step": True, "shipped": [{"packs": 2, "pack": 50, "returned": True}]}, 100, None),
        ({"approval_step": True, "approved": None}, None, "not_approved"),
    ],
)
def test_remaining(payload, left, error):
    result = answer("remaining", {"approved": 100, "requested": 120} | payload)
    assert (result["remaining"], result["error_kind"]) == (left, error)


def test_nothing_remaining_is_said_in_the_words_of_the_specification():
    result = answer(
        "remaining", {"approved": 28, "approval_step": True, "shipped": [{"packs": 1, "pack": 28}]}
    )
    assert result["message"] == "没有可继续发货的数量"


@pytest.mark.parametrize(
    ("payload", "valid", "error"),
    [
        ({"shipped": 28, "accepted": 28, "rejected": 0}, True, None),
        ({"shipped": 28, "accepted": 20, "rejected": 8, "reason": "破损"}, True, None),
        ({"shipped": 28, "accepted": 20, "rejected": 8}, False, "reason_required"),
        ({"shipped": 28, "accepted": 20, "rejected": 8, "reason": ""}, False, "reason_required"),
        ({"shipped": 28, "accepted": 20, "rejected": 7, "reason": "破损"}, False, "sum_mismatch"),
        ({"shipped": 28, "accepted": -1, "rejected": 29, "reason": "破损"}, False, "negative_quantity"),
        ({"shipped": 28, "accepted": 28}, False, "quantity_missing"),
    ],
)
def test_receipt(payload, valid, error):
    result = answer("receipt", payload)
    assert (result["valid"], result["error_kind"]) == (valid, error)


@pytest.mark.parametrize(
    ("lines", "rate", "refused"),
    [
        ([(100, 100), (100, 50)], "0.75", "0.00"),
        ([(3, 2)], "0.6667", "0.00"),
        ([(8, 7), (0, 0)], "0.875", "0.50"),
        ([(100, 100)], "1.00", "0.00"),
        ([(0, 0)], None, "1.00"),
        ([], None, None),
    ],
)
def test_fill_rate(lines, rate, refused):
    payload = {"lines": [{"approved": approved, "accepted": accepted} for approved, accepted in lines]}
    assert answer("fill_rate", payload) == {"fill_rate": rate, "refused_share": refused}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"movements": [-5], "counted": 93, "later": [-3]}, (95, -2, 90, True, None)),
        ({"movements": [], "counted": 100}, (100, 0, 100, True, None)),
        ({"movements": -5, "counted": 95, "later": -3}, (95, 0, 92, True, None)),
        ({"counted": None, "later": [-3]}, (100, None, 97, True, None)),
        ({"counted": 9, "reserved": 10}, (100, -91, 9, False, "below_reserved")),
        (
            {
                "counted_at": "2026-06-01T10:00:00Z", "counted": 93,
                "movements": [
                    {"at": "2026-06-01T09:00:00Z", "qty": -5}, {"at": "2026-06-01T18:30:00+08:00", "qty": -3},
                ],
            },
            (95, -2, 90, True, None),
        ),
        (
            {
                "counted_at": "2026-06-02", "counted": 90,
                "movements": [{"at": "2026-06-02", "qty": -10}, {"at": "2026-06-03", "qty": -4}],
            },
            (90, 0, 86, True, None),
        ),
        (
            {
                "counted_at": "2026-06-02T10:00", "counted": 90,
                "movements": [["2026-06-02T09:00", -10], {"at": "2026-06-02T11:00", "change": -4}],
            },
            (90, 0, 86, True, None),
        ),
        (
            {"counted": 90, "finalised_counted_at": "2026-06-02", "movement_at": "2026-06-01"},
            (100, -10, 90, False, "before_finalised_count"),
        ),
    ],
)  # fmt: skip
def test_stocktake(payload, expected):
    result = answer("stocktake", {"snapshot": 100} | payload)
    keys = ("book_at_count", "difference", "final_on_hand", "valid", "error_kind")
    assert tuple(result[key] for key in keys) == expected


@pytest.mark.parametrize(
    ("movement_at", "finalised", "valid"),
    [
        ("2026-06-10T09:00:00", "2026-06-10T09:00:01", False),
        ("2026-06-10T09:00:01", "2026-06-10T09:00:01", True),
        ("2026-06-10T17:00:00+08:00", "2026-06-10T09:00:01Z", False),
        ("2026-06-10", "2026-06-10T09:00:00", True),  # the same day, the hour unknown
        ("2026-06-09", "2026-06-10", False),
        ("2026-06-10", None, True),
    ],
)
def test_stocktake_alone_asks_whether_a_movement_may_be_dated_back(movement_at, finalised, valid):
    result = answer("stocktake", {"movement_at": movement_at, "finalised_counted_at": finalised})
    assert result["valid"] is valid
    assert (result["error_kind"] is None) is valid


OK = {"requested": 100, "approved": 100}


@pytest.mark.parametrize(
    ("payload", "to", "rows"),
    [
        ({"state": None, "action": "start_regular", "role": "village_doctor"}, "draft", 1),
        ({"action": "start regular", "role": "clinic_lead", "previous_period_request": "closed"}, "draft", 1),
        ({"action": "start", "kind": "emergency", "role": "village_doctor", "existing_emergency_in_period": 1}, "draft", 1),
        ({"state": "draft", "action": "submit", "role": "village_doctor", "authorise_step": True}, "submitted", 1),
        ({"state": "draft", "action": "submit", "role": "village_doctor", "authorise_step": False}, "authorised", 2),
        ({"state": "returned", "action": "submit", "role": "clinic_lead"}, "authorised", 2),
        ({"state": "submitted", "action": "authorise", "role": "clinic_lead", "creator_is_actor": False}, "authorised", 1),
        ({"state": "submitted", "action": "authorize", "role": "村卫生室负责人"}, "authorised", 1),
        ({"state": "authorised", "action": "withdraw", "role": "village_doctor", "creator_is_actor": True}, "draft", 1),
        ({"state": "authorised", "action": "withdraw", "role": "submitter"}, "draft", 1),
        ({"state": "authorised", "action": "take", "role": "township_pharmacist"}, "in_review", 1),
        ({"state": "in review", "action": "give back", "role": "township_manager"}, "authorised", 1),
        ({"state": "in_review", "action": "return", "role": "township_pharmacist", "comment": "请核对"}, "returned", 1),
        ({"state": "in_review", "action": "approve", "role": "township_pharmacist", "lines": [OK]}, "approved", 1),
        (
            {
                "state": "in_review", "action": "approve", "role": "township_pharmacist",
                "lines": [{"requested": 100, "approved": 0, "reason": "院内断货"}, {"requested": 5, "skipped": True}],
            },
            "approved", 1,
        ),
        ({"state": "in_review", "action": "reject", "role": "township_pharmacist", "comment": "重复申请"}, "rejected", 1),
        ({"state": "approved", "action": "reopen", "role": "township_manager", "shipments": 0}, "in_review", 1),
        ({"state": "approved", "action": "reopen", "role": "township_manager", "shipments": []}, "in_review", 1),
        ({"state": "approved", "action": "convert", "role": "township_pharmacist"}, "released", 1),
        (
            {
                "state": "approved", "action": "convert", "role": "township_pharmacist",
                "lines": [OK | {"source": "own_stock"}, {"approved": 0}],
            },
            "released", 1,
        ),
        (
            {"state": "released", "action": "close remaining", "role": "township_pharmacist", "comment": "厂家停产"},
            "closed", 1,
        ),
        (
            {
                "state": "released", "action": "关闭余量", "role": "township_pharmacist",
                "lines": [OK | {"reason": "厂家停产"}],
            },
            "closed", 1,
        ),
        ({"state": "released", "action": "close", "role": "system"}, "closed", 1),
        ({"state": "released", "action": "all_received", "role": "system", "lines": [OK | {"accepted": 100}]}, "closed", 1),
        ({"state": "draft", "action": "skip", "role": "village_doctor", "kind": "regular"}, "skipped", 1),
        ({"state": "skipped", "action": "undo skip", "role": "village_doctor"}, "draft", 1),
        ({"state": "returned", "action": "cancel", "role": "creator", "kind": "emergency"}, "cancelled", 1),
        ({"state": "skipped", "action": "delete", "role": "creator", "kind": "regular"}, "voided", 1),
        ({"state": "草稿", "action": "提交", "role": "村医", "kind": "常规申请", "lines": 3}, "authorised", 2),
    ],
)  # fmt: skip
def test_request_transition_lets_through(payload, to, rows):
    result = answer("request_transition", payload)
    assert (result["legal"], result["to"], result["status_rows_written"], result["error_kind"]) == (
        True,
        to,
        rows,
        None,
    )
    assert result["message"]


DOCTOR, PHARMACIST = {"role": "village_doctor"}, {"role": "township_pharmacist"}


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        # the examples of §2
        ({"state": "submitted", "action": "approve", **PHARMACIST}, "illegal_transition"),
        ({"state": "returned", "action": "approve", **PHARMACIST}, "illegal_transition"),
        ({"state": "approved", "action": "withdraw", **DOCTOR}, "illegal_transition"),
        ({"state": "approved", "action": "draft", **DOCTOR}, "illegal_transition"),
        ({"state": "closed", "action": "submit", **DOCTOR}, "illegal_transition"),
        ({"state": "draft", "action": "skip", "kind": "emergency", **DOCTOR}, "wrong_kind"),
        ({"state": "in_review", "action": "approve", **DOCTOR}, "wrong_role"),
        ({"state": "in_review", "action": "approve", "creator_is_actor": True, **PHARMACIST}, "own_work"),
        ({"state": None, "action": "start_regular", "existing_regular_same_period": True, **DOCTOR}, "duplicate_period"),
        ({"state": "in_review", "action": "withdraw", "creator_is_actor": True, **DOCTOR}, "illegal_transition"),
        ({"state": "approved", "action": "reject", "comment": "重复申请", **PHARMACIST}, "illegal_transition"),
        # guards
        ({"action": "start_regular", "existing_regular_same_period": "submitted", **DOCTOR}, "duplicate_period"),
        ({"action": "start_regular", "previous_period_request": "submitted", **DOCTOR}, "previous_unfinished"),
        ({"action": "start_regular", "previous_period_request": {"state": "draft"}, **DOCTOR}, "previous_unfinished"),
        ({"action": "start_regular", "previous_period_request": "missing", **DOCTOR}, "previous_unfinished"),
        ({"action": "start_emergency", "existing_emergency_in_period": 2, "comment": "急救用药", **DOCTOR}, "emergency_limit"),
        (
            {"action": "start_emergency", "existing_emergency_in_period": 3, "limit": 3, "comment": "急救用药", **DOCTOR},
            "emergency_limit",
        ),
        ({"action": "start_emergency", "existing_emergency_in_period": 0, "comment": "", **DOCTOR}, "comment_required"),
        ({"state": "draft", "action": "submit", "lines": [], **DOCTOR}, "no_lines"),
        ({"state": "draft", "action": "submit", "lines": 0, **DOCTOR}, "no_lines"),
        ({"state": "draft", "action": "submit", "lines": [{"skipped": True}], **DOCTOR}, "no_lines"),
        ({"state": "draft", "action": "submit", "lines": [{"requested": 0}], **DOCTOR}, "lines_invalid"),
        ({"state": "draft", "action": "submit", "lines": [{"requested": 9, "suggested": 5}], **DOCTOR}, "explanation_required"),
        ({"state": "submitted", "action": "authorise", "role": "clinic_lead", "creator_is_actor": True}, "own_work"),
        ({"state": "submitted", "action": "authorise", "role": "clinic_lead", "authorise_step": False}, "step_disabled"),
        ({"state": "submitted", "action": "withdraw", "creator_is_actor": False, **DOCTOR}, "not_submitter"),
        ({"state": "authorised", "action": "take", "version_sent": 3, "version_stored": 4, **PHARMACIST}, "stale_version"),
        ({"state": "in_review", "action": "return", **PHARMACIST}, "comment_required"),
        ({"state": "in_review", "action": "reject", "comment": "", **PHARMACIST}, "comment_required"),
        ({"state": "in_review", "action": "approve", "lines": [{"requested": 9}], **PHARMACIST}, "approved_missing"),
        ({"state": "in_review", "action": "approve", "lines": [{"approved": None}], **PHARMACIST}, "approved_missing"),
        (
            {"state": "in_review", "action": "approve", "lines": [{"requested": 9, "approved": 8}], **PHARMACIST},
            "reason_required",
        ),
        ({"state": "in_review", "action": "approve", "lines": [{"requested": 9, "approved": -1}], **PHARMACIST}, "lines_invalid"),
        ({"state": "approved", "action": "reopen", "role": "township_manager", "shipments": 1}, "shipment_exists"),
        ({"state": "approved", "action": "reopen", "role": "township_manager", "shipments": [{}]}, "shipment_exists"),
        ({"state": "approved", "action": "convert", "lines": [{"approved": 5}], **PHARMACIST}, "source_missing"),
        ({"state": "released", "action": "close_remaining", "comment": None, **PHARMACIST}, "comment_required"),
        ({"state": "draft", "action": "cancel", "kind": "regular", "role": "creator"}, "wrong_kind"),
        ({"state": "draft", "action": "delete", "creator_is_actor": False, **DOCTOR}, "not_creator"),
        ({"state": "skipped", "action": "undo_skip", "later_request_submitted": True, **DOCTOR}, "later_request_submitted"),
        ({"state": "released", "action": "all_received", "role": "system", "lines": [OK | {"accepted": 99}]}, "lines_unfinished"),
        ({"state": "released", "action": "all_received", "role": "system", "lines": [OK | {"remaining": 1}]}, "lines_unfinished"),
        ({"state": None, "action": "submit", **DOCTOR}, "illegal_transition"),
        ({"state": "draft", "action": "take", "role": "auditor"}, "illegal_transition"),
    ],
)  # fmt: skip
def test_request_transition_refuses(payload, error):
    result = answer("request_transition", payload)
    assert (result["legal"], result["to"], result["status_rows_written"]) == (False, None, 0)
    assert result["error_kind"] == error
    assert "下一步可以" in result["message"] or "请新建申请" in result["message"]


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
