"""The fair share of one drug over all waiting requests: proposed with its arithmetic, decided in one action."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import update

from app.domain.packs import off_shelf
from app.domain.request_states import State
from app.domain.request_terms import ErrorKind
from app.errors import UserError
from app.services.fair_shares import FairShares
from app.services.request_steps import StepRefused
from app.services.review import Review
from bench.supply import add_request, stock_up, township
from db.models import Drug, DrugRequest, DrugRequestLine
from tests.supply_desks import MANAGER, PHARMACIST

SCARCE, PLENTY = "B00000", "B00001"


@pytest.fixture
def town(tmp_path):
    """Three clinics with 20, 21 and 22 units and a use of 40 a month ask for 60, 59 and 58; there are 60 of the scarce drug.

    A pack holds one unit where a test does not say otherwise.
    """
    made = township(tmp_path / "town", drugs=2)
    for number in range(3):
        add_request(made, number, 2)
    stock_up(made, 3)
    pack_of(made, 1)
    yield made
    made.desk.close()


def pack_of(town, units):
    with town.desk.sessions.writing() as session:
        session.execute(update(Drug).values(units_per_pack=units))


def line(town, place, code=SCARCE):
    return next(each for each in Review(town.desk).get(town.requests[place]).lines if each.drug_code == code)


def change_line(town, place, code, **values):
    with town.desk.sessions.writing() as session:
        row = session.get_one(DrugRequestLine, line(town, place, code).id)
        for name, value in values.items():
            setattr(row, name, value)


def test_everybody_is_filled_to_the_same_months_of_stock(town):
    found = FairShares(town.desk).propose(SCARCE)
    assert (found.stock, found.promised, found.free, found.asked, found.missing) == (60, 0, 60, 177, 117)
    assert found.level == Fraction(41, 40)  # (20 + 21 + 22 + 60) / (3 × 40)
    assert [each.share for each in found.lines] == [21, 20, 19]
    assert {each.months_after for each in found.lines} == {Fraction(41, 40)}
    assert found.lines[0].months_before == Fraction(1, 2)


def test_enough_for_all_has_no_level_and_gives_what_is_asked(town):
    found = FairShares(town.desk).propose(PLENTY)
    assert (found.level, found.missing) == (None, 0)
    assert [each.share for each in found.lines] == [60, 59, 58]


def test_unknown_use_has_no_months(town):
    change_line(town, 0, SCARCE, monthly_use=None)
    first = FairShares(town.desk).propose(SCARCE).lines[0]
    assert (first.monthly_use, first.months_before, first.months_after) == (None, None, None)


def test_applying_decides_all_takes_them_and_never_gives_more_than_there_is(town):
    shares = FairShares(town.desk)
    done = shares.apply(SCARCE, shares.propose(SCARCE).shown)
    assert (done.written, done.left) == (3, 0)
    given = [line(town, place) for place in range(3)]
    assert [(each.approved, each.decision, each.decision_reason) for each in given] == [
        (21, "changed", "本院库存不足"), (20, "changed", "本院库存不足"), (19, "changed", "本院库存不足"),
    ]  # fmt: skip
    assert {Review(town.desk).get(request).state for request in town.requests} == {State.IN_REVIEW}
    assert line(town, 0, PLENTY).decision == ""


def test_a_clinic_that_gets_all_it_asked_for_needs_no_reason(town):
    change_line(town, 2, SCARCE, requested=3)
    shares = FairShares(town.desk)
    shares.apply(SCARCE, shares.propose(SCARCE).shown)
    assert (line(town, 2).approved, line(town, 2).decision, line(town, 2).decision_reason) == (3, "approved", "")


def test_what_was_seen_must_still_be_true(town):
    shares = FairShares(town.desk)
    shown = shares.propose(SCARCE).shown
    change_line(town, 1, SCARCE, requested=4)
    with pytest.raises(StepRefused) as refusal:
        shares.apply(SCARCE, shown)
    assert refusal.value.error_kind is ErrorKind.STALE_VERSION
    assert {line(town, place).approved for place in range(3)} == {None}
    assert {Review(town.desk).get(request).state for request in town.requests} == {State.AUTHORISED}


def test_a_colleagues_request_keeps_its_share_and_is_left_alone(town):
    other = Review(replace(town.desk, actor=PHARMACIST))
    other.take(town.requests[1], other.get(town.requests[1]).version)
    shares = FairShares(town.desk)
    found = shares.propose(SCARCE)
    assert [(each.held_by, each.may_write) for each in found.lines] == [("", True), ("陈静", False), ("", True)]
    done = shares.apply(SCARCE, found.shown)
    assert (done.written, done.left) == (2, 1)
    assert [line(town, place).approved for place in range(3)] == [21, None, 19]


def test_nobody_shares_out_what_others_hold(town):
    other = Review(replace(town.desk, actor=PHARMACIST))
    for request in town.requests:
        other.take(request, other.get(request).version)
    shares = FairShares(town.desk)
    with pytest.raises(UserError, match="不在您手里"):
        shares.apply(SCARCE, shares.propose(SCARCE).shown)


def test_a_manager_does_not_share_out(town):
    shares = FairShares(replace(town.desk, actor=MANAGER))
    with pytest.raises(UserError, match="药师"):
        shares.apply(SCARCE, shares.propose(SCARCE).shown)
    assert {line(town, place).approved for place in range(3)} == {None}


def test_a_drug_that_nobody_asks_for_has_no_proposal(town):
    with pytest.raises(UserError, match="没有待审的申领单要这种药品"):
        FairShares(town.desk).propose("B99999")


def test_what_was_promised_before_is_not_shared_out_again(town):
    change_line(town, 2, SCARCE, approved=50, decision="changed", decision_reason="本院库存不足", source="own_stock")
    with town.desk.sessions.writing() as session:
        session.get_one(DrugRequest, town.requests[2]).state = State.RELEASED.value
    found = FairShares(town.desk).propose(SCARCE)
    assert (found.stock, found.promised, found.free) == (60, 50, 10)
    assert sum(each.share for each in found.lines) == 10


@pytest.mark.parametrize(
    ("pack", "shares"),
    [
        (10, [20, 20, 20]),
        (14, [28, 18, 14]),  # 4 whole packs, and 4 units of an open one to whoever has least
        (25, [25, 25, 10]),  # 2 whole packs and 10 units of an open one
        (60, [60, 0, 0]),
        (100, [60, 0, 0]),  # nothing but the open pack, and it holds all that the first asked for
    ],
)
def test_shares_are_whole_packs_and_the_open_one_as_it_is(town, pack, shares):
    pack_of(town, pack)
    found = FairShares(town.desk).propose(SCARCE)
    given = [each.share for each in found.lines]
    assert off_shelf(given, pack, found.free) <= found.free == 60
    assert given == shares
    assert all(each.share <= each.asked for each in found.lines)


def test_whole_packs_may_be_short_where_units_would_not_be(town):
    pack_of(town, 100)
    found = FairShares(town.desk).propose(PLENTY)
    assert (found.free, found.asked, found.missing) == (180, 177, 0)
    assert [each.share for each in found.lines] == [60, 59, 0]
