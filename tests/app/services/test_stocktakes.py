"""Stock-takes at the clinic: drug_requests §7."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.domain.movements import Bearer, MovementKind
from app.domain.stocktake_steps import CountState
from app.services.document_steps import DocumentRefused
from app.services.history import broken_links
from app.services.problems import Refused
from app.services.stock_ledger import reserve, wrong_totals
from app.services.stocktakes import Recount, Stocktakes, last_full_count_on
from db.models import StockMovement
from tests.app.services.stocktake_things import counted, dispense, on_hand
from tests.supply_desks import stock


def test_the_difference_is_against_the_book_when_it_was_counted(clinic_desk, colleague, codes, clock):
    # Snapshot 100, 10 dispensed, counted 88, 5 more dispensed: difference -2, and 83 stay.
    batch = stock(clinic_desk, codes[0], 100)
    takes = Stocktakes(clinic_desk)
    view = takes.open().stocktake
    clock.forward(minutes=5)
    dispense(clinic_desk, batch, 10)
    clock.forward(minutes=5)
    view = takes.count(view.id, {view.lines[0].id: 88}, view.version).stocktake
    clock.forward(minutes=5)
    dispense(clinic_desk, batch, 5)
    view = takes.to_review(view.id, view.version).stocktake
    assert (view.lines[0].book, view.lines[0].difference) == (90, -2)
    done = Stocktakes(colleague).finalise(view.id, view.version, reasons={view.lines[0].id: "损耗"}).stocktake
    assert (done.state, done.result, done.finalised_by_name) == (CountState.FINALISED, "有差异", "李芳")
    assert on_hand(clinic_desk, batch) == 83
    with clinic_desk.sessions.reading() as session:
        written = session.scalars(select(StockMovement).where(StockMovement.document == "stocktake")).one()
        assert (written.quantity, written.kind, written.reason) == (-2, "count_shortage", "损耗")
        assert written.occurred_at == done.lines[0].counted_at
        assert wrong_totals(session) == []
        assert broken_links(session) == []


def test_the_restore_example_fifteen_less_two_less_three_is_ten(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 15)
    takes = Stocktakes(clinic_desk)
    view = takes.open().stocktake
    clock.forward(minutes=1)
    dispense(clinic_desk, batch, 2)
    clock.forward(minutes=1)
    dispense(clinic_desk, batch, 3)
    clock.forward(minutes=1)
    view = takes.count(view.id, {view.lines[0].id: 10}, view.version).stocktake
    view = takes.to_review(view.id, view.version).stocktake
    done = Stocktakes(colleague).finalise(view.id, view.version).stocktake
    assert (done.result, done.differences) == ("账实相符", ())
    assert on_hand(clinic_desk, batch) == 10


def test_a_surplus_is_booked_too(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {batch: 13}, clock)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    Stocktakes(colleague).finalise(view.id, view.version, reasons={view.lines[0].id: "找到"})
    assert on_hand(clinic_desk, batch) == 13


def test_a_blind_count_hides_its_book_until_it_is_reviewed(clinic_desk, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {batch: 9}, clock)
    assert [(line.book, line.difference) for line in view.lines] == [(None, None)]
    with pytest.raises(Refused, match="盲盘"):
        Stocktakes(clinic_desk).sheet_pdf(view.id, with_book=True)
    assert Stocktakes(clinic_desk).sheet_pdf(view.id).startswith(b"%PDF")
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    assert [(line.book, line.difference) for line in view.lines] == [(10, -1)]


def test_an_open_count_shows_its_book(clinic_desk, codes):
    stock(clinic_desk, codes[0], 10)
    view = Stocktakes(clinic_desk).open(is_blind=False).stocktake
    assert [line.book for line in view.lines] == [10]
    assert Stocktakes(clinic_desk).sheet_pdf(view.id, with_book=True).startswith(b"%PDF")


def test_who_counted_does_not_verify(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {batch: 10}, clock)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    with pytest.raises(DocumentRefused, match="另一个人"):
        Stocktakes(clinic_desk).finalise(view.id, view.version)
    helped = Stocktakes(colleague).back_to_counting(view.id, view.version).stocktake
    helped = Stocktakes(colleague).count(helped.id, {helped.lines[0].id: 10}, helped.version).stocktake
    helped = Stocktakes(colleague).to_review(helped.id, helped.version).stocktake
    with pytest.raises(DocumentRefused, match="另一个人"):
        Stocktakes(colleague).finalise(helped.id, helped.version)


def test_a_doctor_alone_has_three_lines_counted_again_by_the_township(clinic_desk, codes, clock):
    batches = [stock(clinic_desk, code, 10) for code in codes]
    view = counted(clinic_desk, dict.fromkeys(batches, 10), clock)
    takes = Stocktakes(clinic_desk)
    view = takes.to_review(view.id, view.version).stocktake
    drawn = takes.recount_lines(view.id)
    assert len(drawn) == 3
    with pytest.raises(Refused, match="抽 3 行复盘"):
        takes.finalise(view.id, view.version)
    with pytest.raises(Refused, match="要复盘"):
        takes.finalise(view.id, view.version, recount=Recount("赵敏", {drawn[0]: 10, drawn[1]: 10}))
    with pytest.raises(Refused, match="退回重盘"):
        takes.finalise(view.id, view.version, recount=Recount("赵敏", {**dict.fromkeys(drawn, 10), drawn[1]: 9}))
    done = takes.finalise(view.id, view.version, recount=Recount("赵敏", dict.fromkeys(drawn, 10))).stocktake
    assert (done.finalised_by_name, done.result) == ("赵敏", "账实相符")
    assert takes.result_pdf(done.id).startswith(b"%PDF")


@pytest.mark.parametrize("units", [-1, 1.5, "12", True, 1_000_001])
def test_an_impossible_count_is_refused_beside_its_line(clinic_desk, codes, units):
    stock(clinic_desk, codes[0], 10)
    takes = Stocktakes(clinic_desk)
    view = takes.open().stocktake
    with pytest.raises(Refused, match="正整数") as refusal:
        takes.count(view.id, {view.lines[0].id: units}, view.version)
    assert [problem.code for problem in refusal.value.problems] == [view.lines[0].id]
    assert takes.get(view.id).state is CountState.OPEN


def test_an_unknown_line_and_an_impossible_time_are_refused(clinic_desk, codes, clock):
    stock(clinic_desk, codes[0], 10)
    takes = Stocktakes(clinic_desk)
    view = takes.open().stocktake
    with pytest.raises(Refused, match="没有这一行"):
        takes.count(view.id, {"nobody": 1}, view.version)
    for at in (clock() + timedelta(minutes=1), clock() - timedelta(minutes=1)):
        with pytest.raises(Refused, match="清点时间"):
            takes.count(view.id, {view.lines[0].id: 1}, view.version, counted_at=at)


def test_a_sheet_of_an_older_state_is_refused(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    takes = Stocktakes(clinic_desk)
    first = takes.open().stocktake
    clock.forward(minutes=1)
    view = takes.count(first.id, {first.lines[0].id: 9}, first.version).stocktake
    assert view.version == first.version
    view = takes.to_review(view.id, view.version).stocktake
    view = takes.back_to_counting(view.id, view.version).stocktake
    with pytest.raises(DocumentRefused, match="第 1 版的盘点表，现在是第 3 版"):
        takes.count(first.id, {first.lines[0].id: 5}, first.version)
    assert takes.get(first.id).lines[0].counted == 9
    assert on_hand(clinic_desk, batch) == 10


def test_a_difference_needs_a_reason_from_the_list(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {batch: 9}, clock)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    for reasons, why in (({}, "差异原因"), ({view.lines[0].id: "不知道"}, "从列表里选择")):
        with pytest.raises(Refused, match=why):
            Stocktakes(colleague).finalise(view.id, view.version, reasons=reasons)
    assert on_hand(clinic_desk, batch) == 10


def test_uncounted_lines_are_chosen_as_booked_or_stop_the_end(clinic_desk, colleague, codes, clock):
    one, other = stock(clinic_desk, codes[0], 10), stock(clinic_desk, codes[1], 20)
    view = counted(clinic_desk, {one: 10}, clock)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    (missing,) = view.uncounted
    with pytest.raises(Refused, match="没有盘") as refusal:
        Stocktakes(colleague).finalise(view.id, view.version)
    assert [problem.code for problem in refusal.value.problems] == [missing.id]
    done = Stocktakes(colleague).finalise(view.id, view.version, as_book=[missing.id]).stocktake
    assert [(line.batch_id, line.is_as_book, line.difference) for line in done.lines if line.is_as_book] == [
        (other, True, None)
    ]
    assert on_hand(clinic_desk, other) == 20


def test_a_shortage_below_what_is_reserved_is_refused(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    with clinic_desk.sessions.writing() as session:
        reserve(session, batch, 6)
    view = counted(clinic_desk, {batch: 5}, clock)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    with pytest.raises(Refused, match="释放预留"):
        Stocktakes(colleague).finalise(view.id, view.version, reasons={view.lines[0].id: "损耗"})
    assert on_hand(clinic_desk, batch) == 10


@pytest.mark.parametrize(("units", "reason", "words"), [(12, "损耗", "比账面多"), (8, "找到", "比账面少")])
def test_a_reason_that_cannot_explain_the_difference_is_refused(clinic_desk, colleague, codes, clock, units, reason, words):
    batch = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {batch: units}, clock)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    with pytest.raises(Refused, match=words):
        Stocktakes(colleague).finalise(view.id, view.version, reasons={view.lines[0].id: reason})
    assert on_hand(clinic_desk, batch) == 10


def test_more_given_out_after_the_count_than_was_counted_is_refused(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {batch: 2}, clock)
    clock.forward(minutes=1)
    dispense(clinic_desk, batch, 5)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    with pytest.raises(Refused):
        Stocktakes(colleague).finalise(view.id, view.version, reasons={view.lines[0].id: "损耗"})
    assert on_hand(clinic_desk, batch) == 5


def test_a_batch_that_came_meanwhile_is_added_for_review(clinic_desk, colleague, codes, clock):
    one = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {one: 10}, clock)
    clock.forward(minutes=1)
    new = stock(clinic_desk, codes[1], 30)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    assert [line.batch_id for line in view.uncounted] == [new]


def test_nothing_is_booked_before_a_finalised_count_and_a_count_is_final(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {batch: 10}, clock)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    done = Stocktakes(colleague).finalise(view.id, view.version).stocktake
    before = done.lines[0].counted_at - timedelta(seconds=1)
    clock.forward(days=1)
    with pytest.raises(Refused, match="早于已完成的盘点"):
        dispense(clinic_desk, batch, 1, at=before)
    for act in (Stocktakes(clinic_desk).to_review, Stocktakes(clinic_desk).back_to_counting):
        with pytest.raises(DocumentRefused):
            act(done.id, done.version)
    with pytest.raises(DocumentRefused):
        Stocktakes(clinic_desk).cancel(done.id, done.version, "想重新来过")


def test_a_cancelled_count_moves_nothing_and_needs_a_reason(clinic_desk, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {batch: 1}, clock)
    with pytest.raises(DocumentRefused, match="原因"):
        Stocktakes(clinic_desk).cancel(view.id, view.version, "")
    gone = Stocktakes(clinic_desk).cancel(view.id, view.version, "停电没有盘完").stocktake
    assert gone.state is CountState.CANCELLED
    assert on_hand(clinic_desk, batch) == 10
    assert Stocktakes(clinic_desk).open().stocktake.state is CountState.OPEN


def test_one_count_at_a_time_and_none_of_an_empty_shelf(clinic_desk, codes):
    with pytest.raises(Refused, match="没有可盘"):
        Stocktakes(clinic_desk).open()
    stock(clinic_desk, codes[0], 10)
    Stocktakes(clinic_desk).open()
    with pytest.raises(Refused, match="还有一次盘点"):
        Stocktakes(clinic_desk).open()


def test_batches_used_up_since_the_last_count_are_counted_too(clinic_desk, colleague, codes, clock):
    one, other = stock(clinic_desk, codes[0], 10), stock(clinic_desk, codes[1], 10)
    view = counted(clinic_desk, {one: 10, other: 10}, clock)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    Stocktakes(colleague).finalise(view.id, view.version)
    clock.forward(days=1)
    dispense(clinic_desk, one, 10, MovementKind.DAMAGE, bearer=Bearer.CLINIC.value)
    again = Stocktakes(clinic_desk).open().stocktake
    assert {line.batch_id for line in again.lines} == {one, other}


def test_the_age_of_the_last_full_count_is_told_after_thirty_five_days(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 10)
    assert "还没有" in str(Stocktakes(clinic_desk).age_note())
    view = counted(clinic_desk, {batch: 10}, clock)
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    Stocktakes(colleague).finalise(view.id, view.version)
    with clinic_desk.sessions.reading() as session:
        assert last_full_count_on(session, clinic_desk.place.id) == date(2026, 11, 22)
    clock.forward(days=35)
    assert Stocktakes(clinic_desk).age_note() is None
    clock.forward(days=1)
    assert "36 天前" in str(Stocktakes(clinic_desk).age_note())


def test_a_part_count_does_not_count_as_full(clinic_desk, colleague, codes, clock):
    one = stock(clinic_desk, codes[0], 10)
    stock(clinic_desk, codes[1], 10)
    view = counted(clinic_desk, {one: 10}, clock, drug_codes=[codes[0]])
    assert [line.batch_id for line in view.lines] == [one]
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    Stocktakes(colleague).finalise(view.id, view.version)
    assert "还没有" in str(Stocktakes(clinic_desk).age_note())


def test_reasons_and_uncounted_lines_are_kept_while_the_count_is_reviewed(clinic_desk, colleague, codes, clock):
    one, other = stock(clinic_desk, codes[0], 10), stock(clinic_desk, codes[1], 20)
    view = counted(clinic_desk, {one: 9}, clock)
    takes = Stocktakes(clinic_desk)
    with pytest.raises(DocumentRefused, match="不在核对中"):
        takes.explain(view.id, view.version, reasons={view.lines[0].id: "损耗"})
    view = takes.to_review(view.id, view.version).stocktake
    short = next(line for line in view.lines if line.batch_id == one)
    missing = next(line for line in view.lines if line.batch_id == other)
    with pytest.raises(Refused, match="从列表里选择"):
        takes.explain(view.id, view.version, reasons={short.id: "不知道"})
    takes.explain(view.id, view.version, reasons={short.id: "损耗"}, as_book={missing.id: True, short.id: True})
    kept = {line.id: (line.reason, line.is_as_book) for line in takes.get(view.id).lines}
    assert kept == {short.id: ("损耗", False), missing.id: ("", True)}
    Stocktakes(colleague).finalise(view.id, view.version)
    assert (on_hand(clinic_desk, one), on_hand(clinic_desk, other)) == (9, 20)


def test_what_moved_stands_beside_the_line_once_the_book_is_shown(clinic_desk, codes, clock):
    batch = stock(clinic_desk, codes[0], 100)
    takes = Stocktakes(clinic_desk)
    view = takes.open().stocktake
    clock.forward(minutes=1)
    dispense(clinic_desk, batch, 10)
    clock.forward(minutes=1)
    view = takes.count(view.id, {view.lines[0].id: 90}, view.version).stocktake
    assert (view.lines[0].snapshot, view.lines[0].has_moved) == (None, False)
    clock.forward(minutes=1)
    dispense(clinic_desk, batch, 3)
    line = takes.to_review(view.id, view.version).stocktake.lines[0]
    assert (line.snapshot, line.until, line.later, line.has_moved) == (100, -10, -3, True)
