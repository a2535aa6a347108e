"""Checks of request lines: drug_requests §3 (V1-V13, A1-A6) and the plausibility of §9."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.domain.request_checks import (
    Ledger,
    Level,
    RequestContext,
    RequestLine,
    asking,
    blocking,
    check_approval,
    check_line,
    check_submission,
    has_meaning,
    is_quantity,
)
from app.domain.request_terms import Kind

REGULAR, EMERGENCY = RequestContext(Kind.REGULAR), RequestContext(Kind.EMERGENCY)


def line(**known):
    return RequestLine(**({"key": "7", "drug": "amlodipine", "requested": 100} | known))


def codes(problems):
    return [(problem.code, str(problem.level)) for problem in problems]


def submitted(request, *lines):
    return codes(check_submission(request, lines))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("返乡人员增加", True), ("增加", True), ("ok", True), ("加", False), ("。。。", False), ("aa", False),
        ("", False), ("   ", False), (None, False), (" 加 ", False), ("加 加", False),
    ],
)  # fmt: skip
def test_explanations_say_something(text, meaning):
    assert has_meaning(text) is meaning


@pytest.mark.parametrize(
    ("value", "ok"),
    [(0, True), (5, True), (-1, False), (2.0, False), ("5", False), (True, False), (None, False)],
)
def test_quantities_are_integers_from_zero(value, ok):
    assert is_quantity(value) is ok


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({}, []),
        ({"listed": True}, []),
        # V1
        ({"listed": False}, [("not_listed", "block")]),
        ({"listed": False, "new_variety": True}, [("explanation_required", "block")]),
        ({"listed": False, "new_variety": True, "explanation": "居民长期服用"}, []),
        # V2
        ({"requested": None}, [("quantity_required", "block")]),
        ({"requested": 0}, [("quantity_required", "block")]),
        ({"requested": -1}, [("quantity_invalid", "block")]),
        ({"requested": 2.5}, [("quantity_invalid", "block")]),
        # V3: beyond one pack
        ({"suggested": 100}, []),
        ({"suggested": 72, "pack": 28}, []),
        ({"suggested": 71, "pack": 28}, [("explanation_required", "block")]),
        ({"suggested": 128, "pack": 28}, []),
        ({"suggested": 129, "pack": 28}, [("explanation_required", "block")]),
        ({"suggested": 99}, [("explanation_required", "block")]),
        ({"suggested": 71, "pack": 28, "explanation": "。。"}, [("explanation_required", "block")]),
        ({"suggested": 71, "pack": 28, "explanation": "流感多发"}, []),
        ({"suggested": None}, []),
        # V6
        ({"ledger": Ledger(shown_on_hand=5, ledger_on_hand=5)}, []),
        ({"ledger": Ledger(shown_on_hand=5, ledger_on_hand=4)}, [("stock_changed", "block")]),
        # V7
        ({"ledger": Ledger(beginning=10, received=5, adjustments=-2, consumed=8, ending=5)}, []),
        (
            {"ledger": Ledger(beginning=10, received=5, adjustments=-2, consumed=8, ending=6)},
            [("ledger_unbalanced", "block")],
        ),
        ({"ledger": Ledger(beginning=10, received=5, consumed=8, ending=6)}, []),  # adjustments unknown
        ({"ledger": Ledger(beginning=-1)}, [("ledger_negative", "block")]),
        ({"ledger": Ledger(received=-1)}, [("ledger_negative", "block")]),
        ({"ledger": Ledger(consumed=-1)}, [("ledger_negative", "block")]),
        ({"ledger": Ledger(losses=-1)}, [("ledger_negative", "block")]),
        # V8
        ({"ledger": Ledger(stockout_days=30, days=30, consumed=1)}, []),
        ({"ledger": Ledger(stockout_days=31, days=30, consumed=1)}, [("stockout_days_invalid", "block")]),
        # V10
        ({"unusable_units": 3}, [("unusable_stock", "block")]),
        ({"unusable_units": 3, "unusable_acknowledged": True}, []),
        # V11
        ({"in_transit_previous": 28}, [("previous_in_transit", "note")]),
        # V12
        ({"ledger": Ledger(stockout_days=30, days=30, consumed=0)}, [("no_consumption_data", "block")]),
        (
            {"ledger": Ledger(stockout_days=30, days=30, consumed=0), "explanation": "新增患者"},
            [("no_consumption_data", "note")],
        ),
        ({"ledger": Ledger(stockout_days=29, days=30, consumed=0)}, []),
        # §9: more than 6 x AMC or more than 10 000 units
        ({"requested": 600, "amc": 100}, []),
        ({"requested": 601, "amc": 100}, [("implausible_quantity", "ask")]),
        ({"requested": 585, "amc": Fraction(195, 2)}, []),
        ({"requested": 586, "amc": Fraction(195, 2)}, [("implausible_quantity", "ask")]),
        ({"requested": 10_000}, []),
        ({"requested": 10_001}, [("implausible_quantity", "ask")]),
        ({"requested": 10_001, "confirmed": True}, []),
        ({"requested": 5, "amc": 0}, []),
        # a skipped line is not looked at
        ({"requested": None, "listed": False, "skipped": True}, [("no_lines", "block")]),
    ],
)
def test_a_line_of_a_regular_request(known, found):
    assert submitted(REGULAR, line(**known)) == found


def test_a_problem_names_its_line():
    problem = check_submission(REGULAR, [line(requested=0)])[0]
    assert (problem.line_key, problem.level) == ("7", Level.BLOCK)
    assert str(problem.message) == "数量是 0：请填写数量，或标为“本期不要”。"


def test_a_request_needs_a_line_that_asks_for_something():
    assert submitted(REGULAR) == [("no_lines", "block")]
    assert submitted(EMERGENCY, line(requested=0)) == [("no_lines", "block")]


def emergency_lines(count, **known):
    return [line(key=str(n), drug=str(n), **known) for n in range(count)]


def test_an_emergency_request_has_at_most_ten_lines_with_a_quantity():
    empty = [line(key="e", drug="e", requested=0)]
    assert submitted(EMERGENCY, *emergency_lines(10), *empty) == []
    assert submitted(EMERGENCY, *emergency_lines(11)) == [("too_many_lines", "block")]
    assert submitted(REGULAR, *emergency_lines(11)) == []


def test_an_emergency_request_needs_no_suggestion():
    assert submitted(EMERGENCY, line(suggested=5)) == []


@pytest.mark.parametrize(("age", "found"), [(35, []), (36, [("count_too_old", "note")]), (0, [])])
def test_an_old_full_count_is_told_to_the_reviewer(age, found):
    today = date(2026, 6, 30)
    request = RequestContext(Kind.REGULAR, today=today, last_full_count_on=today - timedelta(days=age))
    assert submitted(request, line()) == found


def test_a_clinic_that_never_counted_is_told_to_the_reviewer():
    assert submitted(RequestContext(Kind.REGULAR, never_counted=True), line()) == [("count_too_old", "note")]


def test_a_drug_has_one_line():
    assert submitted(REGULAR, line(key="1"), line(key="2")) == [("duplicate_line", "block")]


def test_lines_of_the_list_can_be_skipped_but_not_deleted():
    request = RequestContext(Kind.REGULAR, listed_drugs=frozenset({"amlodipine", "metformin"}))
    assert submitted(request, line()) == [("missing_lines", "block")]
    assert submitted(request, line(), line(drug="metformin", skipped=True)) == []
    assert submitted(RequestContext(Kind.EMERGENCY, listed_drugs=request.listed_drugs), line()) == []


def test_two_lines_of_one_product_are_hinted():
    product = ("氨氯地平", "片剂", "5mg")
    lines = [line(drug="a", same_product=product), line(drug="b", same_product=product)]
    assert submitted(REGULAR, *lines) == [("same_ingredient", "note")]
    lines[1] = line(drug="b", same_product=product, skipped=True)
    assert submitted(REGULAR, *lines) == []


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"approved": 100}, []),
        # A1
        ({"approved": None}, [("approved_missing", "block")]),
        ({"approved": -1}, [("quantity_invalid", "block")]),
        ({"approved": 1.5}, [("quantity_invalid", "block")]),
        # A2, and §2 no. 9
        ({"approved": 101}, [("reason_required", "block")]),
        ({"approved": 99}, [("reason_required", "block")]),
        ({"approved": 0}, [("reason_required", "block")]),
        ({"approved": 0, "reason": "院内断货"}, []),
        ({"approved": 101, "reason": "整盒发货"}, []),
        # A3
        ({"approved": 100, "max_stock": 100}, []),
        ({"approved": 100, "max_stock": Fraction(199, 2)}, [("above_maximum", "note")]),
        # A5
        ({"approved": 100, "listed": False}, [("not_listed_now", "note")]),
        ({"approved": 100, "price_changed": True}, [("price_changed", "note")]),
        ({"approved": None, "skipped": True}, []),
    ],
)
def test_a_line_before_approval(known, found):
    assert codes(check_approval(REGULAR, [line(**known)])) == found


def test_a_budget_is_told_but_never_blocks():
    request = RequestContext(Kind.REGULAR, budget_fen=1000, total_fen=1001, budget_items=1)
    problems = check_approval(
        request, [line(approved=100), line(approved=100), line(approved=0, reason="断货了")]
    )
    assert codes(problems) == [("above_budget", "note"), ("above_budget_items", "note")]
    within = RequestContext(Kind.REGULAR, budget_fen=1000, total_fen=1000, budget_items=2)
    assert check_approval(within, [line(approved=100), line(approved=100)]) == []


def test_problems_are_sorted_by_what_they_want():
    problems = check_submission(REGULAR, [line(requested=20_000, listed=False, in_transit_previous=1)])
    assert [problem.code for problem in blocking(problems)] == ["not_listed"]
    assert [problem.code for problem in asking(problems)] == ["implausible_quantity"]


def test_units_are_told_in_the_drugs_own_unit_and_in_packs():
    found = check_line(Kind.REGULAR, line(unusable_units=34, in_transit_previous=56, pack=28, unit="片", pack_unit="盒"))
    assert [str(problem.message) for problem in found] == [
        "有 34 片（1 盒 6 片）已过期或停用：请先报损，或确认已知。", "上期申领还有 56 片（2 盒）在途，建议量里已经扣除。",
    ]  # fmt: skip
