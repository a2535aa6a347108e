"""Positions: stock, use, stock-out days, months of stock and states, with the worked numbers of drug_requests §4."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.consumption import average_monthly_consumption
from app.domain.movements import MovementKind
from app.domain.stock import ENDLESS, StockStatus
from app.services.look_back import LookBack
from app.services.problems import Refused
from app.services.settings import Settings
from app.services.stock import BalanceFilter, StateFilter, Stock, is_in_state
from app.services.stock_dispense import return_from_resident
from app.services.stock_holds import Hold, hold_batch, release_batch
from app.services.stock_ledger import reserve, reverse
from app.services.stock_positions import consumptions, days_out_last_month
from db.models import Organisation, Shipment, ShipmentLine, new_id
from tests.app.services.stock_things import (
    AMLODIPINE,
    BY_LEAD,
    IBUPROFEN,
    INSULIN,
    LATER,
    TODAY,
    add_drugs,
    at,
    batch,
    move,
    receive,
)
from tests.desks import Clock, make_clinic, make_township

K = MovementKind


@pytest.fixture
def desk(clinic_desk):
    add_drugs(clinic_desk)
    return clinic_desk


@pytest.fixture
def stock(desk):
    return Stock(desk)


def used(desk, start, end, drug=AMLODIPINE):
    with desk.sessions.reading() as session:
        return consumptions(session, desk.place.id, start, end, [drug])[drug]


def test_the_sentence_of_the_specification_comes_out_of_the_ledger(desk, clock):
    """§4.10: 273 pieces in 91 days, 7 of them without stock: 97.5 a month. April to June have 91 days."""
    clock.moment = at(date(2026, 7, 5))
    first = receive(desk, 173, date(2026, 4, 1))
    move(desk, first, K.DISPENSE, 173, at(date(2026, 5, 10), 2))
    second = receive(desk, 160, date(2026, 5, 17), "0022")  # out from the 10th to the 16th
    move(desk, second, K.DISPENSE, 100, at(date(2026, 6, 20)))
    position = Stock(desk).position(AMLODIPINE)
    assert (position.consumption.consumed, position.consumption.days, position.stockout_days) == (273, 91, 7)
    assert position.amc == Fraction(195, 2)
    assert (position.usable, position.available) == (60, 60)
    assert position.mos == Fraction(60) / Fraction(195, 2)
    assert position.status is StockStatus.LOW


def test_the_month_of_the_specification_has_six_days_without_stock(desk):
    """§4.3: the last unit on the 10th, the next receipt on the 16th: 10th to 15th."""
    june = date(2026, 6, 1)
    batch_id = receive(desk, 40, june)
    move(desk, batch_id, K.DISPENSE, 40, at(date(2026, 6, 10), 3))
    receive(desk, 100, date(2026, 6, 16), "0022")
    assert used(desk, june, date(2026, 6, 30)).stockout_days == 6


# Published result of OpenLMIS (adjusted consumption): 6 used in 30 days of which 15 were without stock: 12 a month.
def test_six_used_in_thirty_days_with_fifteen_of_them_out_are_twelve_a_month(desk):
    june = date(2026, 6, 1)
    batch_id = receive(desk, 6, june)
    move(desk, batch_id, K.DISPENSE, 6, at(date(2026, 6, 16), 3))
    found = used(desk, june, date(2026, 6, 30))
    assert (found.consumed, found.stockout_days, found.amc) == (6, 15, 12)


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2026, 4, 2), 90),
        (date(2028, 4, 2), 91),  # leap year
        (date(2026, 7, 2), 91),
        (date(2026, 10, 2), 92),
        (date(2027, 1, 2), 92),
    ],
)
def test_the_look_back_is_the_last_three_months_by_the_calendar(clock, desk, stock, today, days):
    clock.moment = at(date(2025, 6, 1))
    receive(desk, 100, date(2025, 6, 1), expiry=date(2029, 1, 1))
    clock.moment = at(today)
    assert stock.position(AMLODIPINE).consumption.days == days


def test_days_before_the_first_receipt_do_not_count(desk, stock):
    receive(desk, 100, date(2026, 10, 12))
    position = stock.position(AMLODIPINE)
    assert (position.consumption.days, position.stockout_days, position.amc) == (20, 0, 0)
    assert (position.mos, position.status) == (ENDLESS, StockStatus.UNUSED)


def test_what_first_came_this_month_has_unknown_use_not_zero(desk, stock):
    receive(desk, 100, date(2026, 11, 10))
    position = stock.position(AMLODIPINE)
    assert (position.amc, position.mos, position.status) == (None, None, None)


def test_what_never_came_is_unknown_and_out(stock):
    position = stock.position(AMLODIPINE)
    assert (position.on_hand, position.amc, position.mos, position.status) == (0, None, None, StockStatus.OUT)
    assert position.stockout_days is None


def test_out_for_the_whole_look_back_is_unknown_use_and_not_endless(desk, stock):
    batch_id = receive(desk, 5, date(2026, 7, 1))
    move(desk, batch_id, K.DISPENSE, 5, at(date(2026, 7, 2)))
    position = stock.position(AMLODIPINE)
    assert (position.stockout_days, position.amc, position.status) == (92, None, StockStatus.OUT)


def test_only_what_residents_get_is_use(desk, stock):
    """§4.2: transfers, returns to the township, losses and counts are none; what residents bring back counts against it."""
    batch_id = receive(desk, 500, date(2026, 7, 1))
    move(desk, batch_id, K.DISPENSE, 40, at(date(2026, 8, 10)), document_id="d", document="dispensing")
    given = move(desk, batch_id, K.DISPENSE, 20, at(date(2026, 8, 11)), document_id="e", document="dispensing")
    for kind, bearer in ((K.TRANSFER_OUT, ""), (K.RETURN_TO_TOWNSHIP, ""), (K.DAMAGE, "clinic"), (K.COUNT_SHORTAGE, "")):
        move(desk, batch_id, kind, 10, at(date(2026, 9, 1)), bearer=bearer)
    assert stock.position(AMLODIPINE).consumption.consumed == 60
    apart = batch(desk, hold="returned")
    move(desk, apart, K.RETURN_FROM_RESIDENT, 5, at(date(2026, 9, 2)))
    assert stock.position(AMLODIPINE).consumption.consumed == 55
    with desk.sessions.writing() as session:
        reverse(session, desk, given.id, "发错了人")  # now, yet it undoes August
    assert stock.position(AMLODIPINE).consumption.consumed == 35


def test_held_expired_and_returned_goods_are_on_hand_but_not_usable(desk, stock):
    receive(desk, 100, date(2026, 8, 1), "ok")
    receive(desk, 20, date(2026, 8, 1), "old", TODAY - timedelta(days=1))
    held = receive(desk, 30, date(2026, 8, 1), "held")
    stock.hold(held, reason="包装破损待查")
    apart = batch(desk, "ok", hold="returned")
    move(desk, apart, K.RETURN_FROM_RESIDENT, 7)
    position = stock.position(AMLODIPINE)
    assert (position.on_hand, position.usable, position.available, position.left_out) == (157, 100, 100, 57)
    assert position.nearest_expiry == LATER


def test_units_that_expire_before_they_can_be_used_are_not_available(desk, stock):
    """§4.5: capacity floor(AMC × days left ÷ 30); a batch that expires today has one day."""
    first = receive(desk, 400, date(2026, 8, 1), "long")
    move(desk, first, K.DISPENSE, 276, at(date(2026, 10, 31)))  # 276 in 92 days: 90 a month, 3 a day
    receive(desk, 50, date(2026, 8, 2), "short", TODAY + timedelta(days=9))
    position = stock.position(AMLODIPINE)
    assert position.amc == 90
    assert (position.usable, position.available, position.left_out) == (174, 154, 20)
    assert position.expiry_risk is True


def test_reserved_units_are_not_available_and_those_in_transit_are(desk, stock):
    batch_id = receive(desk, 100, date(2026, 8, 1))
    with desk.sessions.writing() as session:
        reserve(session, batch_id, 10)
    ship(desk, 28, "shipped", "S1")
    ship(desk, 500, "allocated", "S2")  # still at the township
    ship(desk, 500, "received", "S3")  # in the books already
    position = stock.position(AMLODIPINE)
    assert (position.reserved, position.in_transit, position.available) == (10, 28, 118)


def ship(desk, units, state, number):
    with desk.sessions.writing() as session:
        township = session.scalars(select(Organisation).where(Organisation.kind == "township")).first()
        if township is None:
            township = Organisation(id=new_id(), kind="township", name="青石镇卫生院", division_code="411624104000")
            session.add(township)
            session.flush()
        shipment = Shipment(id=new_id(), number=number, township_id=township.id, clinic_id=desk.place.id, state=state,
                            created_at=desk.now(), created_by_id="", created_by_name="")  # fmt: skip
        session.add(shipment)
        session.flush()
        session.add(ShipmentLine(shipment_id=shipment.id, position=0, drug_code=AMLODIPINE, drug_name="", unit="片",
                                 pack_unit="盒", units_per_pack=28, batch_no="1", shipped=units, codes=[]))  # fmt: skip


@pytest.mark.parametrize(
    ("left", "status", "state"),
    [
        (0, StockStatus.OUT, StateFilter.OUT),
        (89, StockStatus.LOW, StateFilter.LOW),
        (90, StockStatus.NORMAL, StateFilter.NORMAL),
        (180, StockStatus.NORMAL, StateFilter.NORMAL),
        (181, StockStatus.OVERSTOCKED, StateFilter.OVERSTOCKED),
    ],
)
def test_the_state_of_a_line_follows_the_months_of_stock(desk, stock, left, status, state):
    batch_id = receive(desk, 276 + left, date(2026, 8, 1))
    move(desk, batch_id, K.DISPENSE, 276, at(date(2026, 10, 31), 3))
    if not left:
        extra = receive(desk, 3, date(2026, 8, 1), "x")
        move(desk, extra, K.RETURN_TO_TOWNSHIP, 3)  # so that the 31st was no day without stock
    position = stock.position(AMLODIPINE)
    assert (position.amc, position.status) == (90, status)
    assert is_in_state(position, state)


def test_the_limits_of_the_states_are_settings(desk, stock):
    batch_id = receive(desk, 276 + 181, date(2026, 8, 1))
    move(desk, batch_id, K.DISPENSE, 276, at(date(2026, 10, 31)))
    assert stock.position(AMLODIPINE).status is StockStatus.OVERSTOCKED
    Settings(desk).set("stock_max_months", 3)
    assert stock.position(AMLODIPINE).status is StockStatus.NORMAL


def test_the_value_is_that_of_every_batch_at_its_own_price(desk, stock):
    move(desk, batch(desk, "a", price=560), K.RECEIPT, 14)
    move(desk, batch(desk, "b", price=840), K.RECEIPT, 28)
    assert stock.position(AMLODIPINE).value_fen == 280 + 840
    assert stock.balances().value_fen == 1120
    move(desk, batch(desk, "c", price=None), K.RECEIPT, 1)
    assert stock.position(AMLODIPINE).value_fen is None
    assert stock.balances().value_fen is None


# -- the list ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(desk):
    out = receive(desk, 10, date(2026, 8, 1))
    move(desk, out, K.DISPENSE, 10, at(date(2026, 11, 1)))
    receive(desk, 5, date(2026, 8, 1), drug=INSULIN)
    return desk


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (BalanceFilter(), [AMLODIPINE, INSULIN]),
        (BalanceFilter(also_never_kept=True), [AMLODIPINE, IBUPROFEN, INSULIN]),
        (BalanceFilter(in_stock_only=True), [INSULIN]),
        (BalanceFilter(cold_chain_only=True), [INSULIN]),
        (BalanceFilter(state=StateFilter.OUT), [AMLODIPINE]),
        (BalanceFilter(state=StateFilter.UNUSED), [INSULIN]),
        (BalanceFilter(state=StateFilter.EXPIRY_RISK), []),
        (BalanceFilter(text="氨氯"), [AMLODIPINE]),
        (BalanceFilter(text=" GJYDS"), [INSULIN]),
        (BalanceFilter(text="6901234567892"), [AMLODIPINE]),
        (BalanceFilter(text="690123"), []),  # a bar code is scanned whole
        (BalanceFilter(text="没有"), []),
    ],
)
def test_the_list_is_narrowed_by_text_state_and_stock(shelf, wanted, codes):
    assert [row.drug_code for row in Stock(shelf).balances(wanted).rows] == codes


def test_the_counts_beside_the_states_do_not_depend_on_the_state_chosen(shelf):
    found = Stock(shelf).balances(BalanceFilter(state=StateFilter.OUT))
    assert {state: count for state, count in found.counts.items() if count} == {StateFilter.OUT: 1, StateFilter.UNUSED: 1}


@pytest.mark.parametrize("state", StateFilter)
def test_every_state_has_words(state):
    assert str(state.label)


def test_a_drug_of_no_catalogue_has_no_position_and_no_card(stock):
    for ask in (stock.position, stock.card):
        with pytest.raises(Refused, match="目录里没有"):
            ask("unknown")


def test_a_list_read_again_has_what_moved_meanwhile_by_whatever_date(desk):
    stock = Stock(desk)
    assert stock.balances().rows == ()
    batch_id = receive(desk, 500, date(2026, 7, 1))
    assert [row.consumption.consumed for row in stock.balances().rows] == [0]
    given = move(desk, batch_id, K.DISPENSE, 92, at(date(2026, 8, 5)))
    assert [row.amc for row in stock.balances().rows] == [30]
    with desk.sessions.writing() as session:
        reverse(session, desk, given.id, "记错了一笔")
    assert [row.amc for row in stock.balances().rows] == [0]
    assert stock.balances() == Stock(desk).balances()


def test_a_list_of_the_next_month_looks_back_on_other_months(desk, clock):
    stock = Stock(desk)
    batch_id = receive(desk, 500, date(2026, 7, 1))
    move(desk, batch_id, K.DISPENSE, 91, at(date(2026, 8, 5)))
    stock.balances()
    clock.moment = at(date(2026, 12, 1))
    assert [(row.consumption.consumed, row.consumption.days) for row in stock.balances().rows] == [(0, 91)]


# -- time that a batch was held -----------------------------------------------------------------------------------------


def test_days_on_which_everything_was_held_are_days_without_stock(desk, clock):
    clock.moment = at(date(2026, 9, 1))
    batch_id = receive(desk, 50, date(2026, 8, 1))
    with desk.sessions.writing() as session:
        hold_batch(session, desk, batch_id, Hold.QUALITY, "外观异常")
    clock.moment = at(date(2026, 9, 11))
    with desk.sessions.writing() as session:
        release_batch(session, desk, batch_id, "检验合格", BY_LEAD)
    clock.moment = at(TODAY)
    assert Stock(desk).position(AMLODIPINE).stockout_days == 10  # 1 to 10 September


def test_what_residents_return_ends_no_day_without_stock(desk, clock):
    batch_id = receive(desk, 5, date(2026, 8, 1))
    given = move(desk, batch_id, K.DISPENSE, 5, at(date(2026, 10, 22)), document_id="d", document="dispensing")
    clock.moment = at(date(2026, 10, 25))
    with desk.sessions.writing() as session:
        return_from_resident(session, desk, given.id, 2, reason="出现不良反应")
    clock.moment = at(TODAY)
    assert Stock(desk).position(AMLODIPINE).stockout_days == 10  # 22 to 31 October


# -- months ------------------------------------------------------------------------------------------------------------


def test_use_by_month_is_unknown_before_the_drug_came_and_zero_without_use(desk, stock):
    batch_id = receive(desk, 500, date(2026, 8, 15))
    move(desk, batch_id, K.DISPENSE, 30, at(date(2026, 8, 31)))
    given = move(desk, batch_id, K.DISPENSE, 20, at(date(2026, 10, 1)))
    move(desk, batch_id, K.DISPENSE, 7)
    with desk.sessions.writing() as session:
        reverse(session, desk, given.id, "记错了一笔")
    assert stock.monthly_use(AMLODIPINE, 4) == [
        ("2026-07", None), ("2026-08", 30), ("2026-09", 0), ("2026-10", 0), ("2026-11", 7),
    ]  # fmt: skip


# -- against a plain count ---------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    arrivals=st.lists(st.tuples(st.integers(23, 150), st.integers(1, 40), st.integers(1, 200)), min_size=1, max_size=6),
    given_away=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 15)), max_size=25),
)
def test_use_and_days_without_stock_equal_a_count_day_by_day(tmp_path_factory, arrivals, given_away):
    desk = make_clinic(tmp_path_factory.mktemp("positions"), Clock())
    try:
        add_drugs(desk)
        plain = []
        for number, (days, units, lasts) in enumerate(arrivals):
            day = TODAY - timedelta(days=days)
            expiry = day + timedelta(days=lasts)
            batch_id = receive(desk, units, day, f"{number}", expiry)
            plain.append((day, units, expiry, K.RECEIPT))
            left = units
            for offset, (gap, wanted) in enumerate(given_away[number :: len(arrivals)]):
                when = day + timedelta(days=gap * (offset + 1))
                taken = min(wanted, left)
                if taken and when <= min(expiry, TODAY):
                    move(desk, batch_id, K.DISPENSE, taken, at(when) if when == TODAY else at(when, 5))
                    plain.append((when, -taken, expiry, K.DISPENSE))
                    left -= taken
        start, end = date(2026, 8, 1), date(2026, 10, 31)
        first = min(day for day, *_ in plain)
        known = [start + timedelta(days=n) for n in range(92) if start + timedelta(days=n) >= first]
        out = sum(
            1
            for day in known
            if sum(units for on, units, expiry, _ in plain if on <= day <= expiry) <= 0
            and not any(on == day and units > 0 for on, units, *_ in plain)
        )
        consumed = -sum(units for on, units, _, kind in plain if kind is K.DISPENSE and start <= on <= end)
        found = used(desk, start, end)
        assert (found.consumed, found.days, found.stockout_days) == (consumed, len(known), out)
        with desk.sessions.reading() as session:
            lately = days_out_last_month(session, desk.place.id, TODAY, [AMLODIPINE], LookBack())
            october = used(desk, date(2026, 10, 1), end)
        assert lately == {AMLODIPINE: october.stockout_days or 0}
        assert found == average_monthly_consumption(consumed, len(known), out)
        assert Stock(desk).position(AMLODIPINE).on_hand == sum(units for _, units, *_ in plain)
    finally:
        desk.sessions.engine.dispose()


@pytest.fixture
def township(tmp_path, clock):
    made = make_township(tmp_path / "township", clock)
    add_drugs(made)
    yield made
    made.close()


def test_a_township_uses_what_it_issues_to_its_clinics(township, clock):
    """280 issued and 10 come back in 92 days, August to October: 270 / 92 × 30 a month; a loss is no use."""
    clock.moment = at(TODAY)
    own = receive(township, 700, date(2026, 7, 1))
    move(township, own, K.ISSUE, 168, at(date(2026, 8, 20)))
    move(township, own, K.ISSUE, 112, at(date(2026, 10, 5)))
    move(township, own, K.RETURN_FROM_CLINIC, 10, at(date(2026, 10, 9)))
    move(township, own, K.DAMAGE, 20, at(date(2026, 9, 1)), bearer="township")
    move(township, own, K.ISSUE, 28, at(date(2026, 11, 3)))
    receive(township, 100, date(2026, 7, 1), drug=IBUPROFEN)
    stock = Stock(township)
    found = {row.drug_code: row for row in stock.balances().rows}
    assert found[AMLODIPINE].amc == Fraction(270 * 30, 92)
    assert (found[AMLODIPINE].usable, found[AMLODIPINE].status) == (382, StockStatus.OVERSTOCKED)
    assert found[IBUPROFEN].status is StockStatus.UNUSED
    assert stock.monthly_use(AMLODIPINE, 4)[-4:] == [
        ("2026-08", 168), ("2026-09", 0), ("2026-10", 102), ("2026-11", 28)
    ]  # fmt: skip


def test_more_that_came_back_than_went_is_no_use_below_zero(township, clock):
    clock.moment = at(TODAY)
    own = receive(township, 100, date(2026, 5, 1))
    move(township, own, K.ISSUE, 56, at(date(2026, 7, 20)))
    move(township, own, K.RETURN_FROM_CLINIC, 56, at(date(2026, 8, 2)))
    assert used(township, date(2026, 8, 1), date(2026, 10, 31)).amc == 0
