"""The rules of batches, receipts and counts as the command line calls them."""

from __future__ import annotations

import pytest

from tests.app.rules.drug_rule_calls import answer

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
