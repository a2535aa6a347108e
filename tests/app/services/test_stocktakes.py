"""Stock-takes and random checks at the clinic: drug_requests §7."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.desk import Actor
from app.domain.movements import Bearer, MovementKind
from app.domain.stocktake_steps import CountState
from app.errors import UserError
from app.exchange.bodies import CountBody, CountItem
from app.services.count_answers import CountAnswers
from app.services.document_steps import DocumentRefused
from app.services.history import broken_links
from app.services.post import write_envelope
from app.services.problems import Refused
from app.services.random_checks import RandomChecks
from app.services.stock_checks import trace_code_units
from app.services.stock_ledger import NewMovement, book, reserve, wrong_totals
from app.services.stocktake_found import FoundBatch
from app.services.stocktakes import Recount, Stocktakes, last_full_count_on
from app.services.trace_codes import scan_out
from db.models import ExchangeMessage, LedgerReport, StockBatch, StockMovement, TraceCode, UserAccount, new_id
from tests.desks import NO_PIN
from tests.supply_desks import drug_code, hand_over, stock


@pytest.fixture
def codes(clinic_desk):
    return [drug_code(clinic_desk, name) for name in ("硝苯地平", "二甲双胍", "阿莫西林", "阿司匹林")]


@pytest.fixture
def colleague(clinic_desk):
    """Another person of the same clinic."""
    account = UserAccount(
        id=new_id(), organisation_id=clinic_desk.place.id, name="李芳", role="clinic_lead", pin_hash=NO_PIN,
        created_at=clinic_desk.now(),
    )  # fmt: skip
    with clinic_desk.sessions.writing() as session:
        session.add(account)
    return replace(clinic_desk, actor=Actor(account.id, "李芳", "clinic_lead"))


def dispense(desk, batch_id, units, kind=MovementKind.DISPENSE, at=None, bearer=""):
    with desk.sessions.writing() as session:
        book(session, desk, [NewMovement(batch_id, kind, units, at, bearer=bearer)])


def on_hand(desk, batch_id):
    with desk.sessions.reading() as session:
        return session.scalar(select(StockBatch.on_hand).where(StockBatch.id == batch_id))


def counted(desk, counts, clock, **how):
    """An opened count in which `counts` (units by batch) were written a minute later."""
    takes = Stocktakes(desk)
    view = takes.open(**how).stocktake
    clock.forward(minutes=1)
    lines = {line.batch_id: line.id for line in view.lines}
    written = {lines[batch_id]: units for batch_id, units in counts.items()}
    return takes.count(view.id, written, view.version).stocktake


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


def check_of(township, clinic, batch_ids, *, clinic_id=None):
    """The envelope of a random check of these batches."""
    body = CountBody(
        check_id=new_id(), clinic_id=clinic_id or clinic.place.id, seed=42, opened_at=township.now(),
        opened_by_name="赵敏",
        items=tuple(
            CountItem(line_id=new_id(), batch_id=batch, drug_code="VD004", drug_name="硝苯地平缓释片", batch_no="A1", unit="片")
            for batch in batch_ids
        ),
    )  # fmt: skip
    with township.sessions.writing() as session:
        return write_envelope(session, township, clinic.place.id, "count", body, subject_id=body.check_id).id, body


def test_a_random_check_is_counted_blind_and_answered(clinic_desk, township, codes, tmp_path, clock):
    batch = stock(clinic_desk, codes[0], 10)
    message, body = check_of(township, clinic_desk, [batch])
    taken = hand_over(township, clinic_desk, message, tmp_path)
    assert (taken.kind, taken.subject_id) == ("count", body.check_id)
    takes = Stocktakes(clinic_desk)
    view = takes.get(body.check_id)
    assert [(line.book, line.batch_id) for line in view.lines] == [(None, batch)]
    with pytest.raises(Refused, match="还没有清点"):
        CountAnswers(clinic_desk).answer(view.id, view.version)
    clock.forward(minutes=1)
    view = takes.count(view.id, {view.lines[0].id: 8}, view.version).stocktake
    done = CountAnswers(clinic_desk).answer(view.id, view.version, witness_name="赵敏")
    assert (done.stocktake.result, done.stocktake.state) == ("有差异", CountState.FINALISED)
    assert done.stocktake.lines[0].difference == -2
    assert on_hand(clinic_desk, batch) == 10
    with clinic_desk.sessions.reading() as session:
        assert session.get_one(ExchangeMessage, done.message_id).kind == "count_result"
    with pytest.raises(DocumentRefused):
        CountAnswers(clinic_desk).answer(view.id, done.stocktake.version)


def test_a_check_of_another_clinic_or_of_unknown_batches_is_refused(clinic_desk, township, codes, tmp_path):
    batch = stock(clinic_desk, codes[0], 10)
    for batch_ids, clinic_id, why in (([batch], township.place.id, "别的村卫生室"), ([new_id()], None, "没有的批次")):
        message, body = check_of(township, clinic_desk, batch_ids, clinic_id=clinic_id)
        with pytest.raises(UserError, match=why):
            hand_over(township, clinic_desk, message, tmp_path)
        with pytest.raises(UserError, match="找不到"):
            Stocktakes(clinic_desk).get(body.check_id)


def test_a_check_is_not_finalised_as_a_stock_take(clinic_desk, township, codes, tmp_path):
    batch = stock(clinic_desk, codes[0], 10)
    message, body = check_of(township, clinic_desk, [batch])
    hand_over(township, clinic_desk, message, tmp_path)
    view = Stocktakes(clinic_desk).get(body.check_id)
    with pytest.raises(Refused, match="答复抽查"):
        Stocktakes(clinic_desk).finalise(view.id, view.version)


def test_a_check_drawn_by_the_township_comes_back_with_its_differences(clinic_desk, township, codes, tmp_path, clock):
    batches = [stock(clinic_desk, code, 10 * number) for number, code in enumerate(codes, start=1)]
    shelf = [
        {
            "batch_id": batch, "drug_code": code, "drug_name": code, "strength": "", "unit": "片", "units_per_pack": 10,
            "price_fen": 1000, "batch_no": "A1", "expiry": "2028-06-30", "on_hand": 1, "is_held": False,
        }
        for batch, code in zip(batches, codes, strict=True)
    ]  # fmt: skip
    with township.sessions.writing() as session:
        session.add(
            LedgerReport(
                organisation_id=clinic_desk.place.id, month="2026-10", made_at=township.now(), made_by_name="王明",
                taken_in_at=township.now(), lines=[], stock=shelf,
            )
        )  # fmt: skip
    checks = RandomChecks(township)
    check = checks.open(clinic_desk.place.id, seed=7).check
    hand_over(township, clinic_desk, checks.send(check.id).message_id, tmp_path)
    clock.forward(minutes=1)
    view = Stocktakes(clinic_desk).get(check.id)
    written = {line.id: 10 * (1 + batches.index(line.batch_id)) for line in view.lines}
    written[view.lines[0].id] -= 1
    view = Stocktakes(clinic_desk).count(view.id, written, view.version).stocktake
    answer = CountAnswers(clinic_desk).answer(view.id, view.version)
    hand_over(clinic_desk, township, answer.message_id, tmp_path)
    there = checks.get(check.id)
    assert [(line.id, line.difference) for line in there.differences] == [(view.lines[0].id, -1)]


PACKS = [f"8412345{number:013d}" for number in range(4)]


def with_codes(desk, batch_id, code, units=(10, 10, 10)):
    """Packs with codes of a batch."""
    with desk.sessions.writing() as session:
        for each, left in zip(PACKS, units, strict=False):
            session.add(
                TraceCode(
                    code=each, organisation_id=desk.place.id, drug_code=code, batch_id=batch_id, units_left=left,
                    received_by_id="",
                )
            )  # fmt: skip


def states(desk):
    with desk.sessions.reading() as session:
        rows = session.scalars(select(TraceCode).order_by(TraceCode.code))
        return [(row.state, row.units_left) for row in rows]


def short_of(desk, batch_id, units, clock):
    """A count under review in which a batch has only so many units."""
    view = counted(desk, {batch_id: units}, clock)
    return Stocktakes(desk).to_review(view.id, view.version).stocktake


@pytest.mark.parametrize(
    ("count", "named", "after"),
    [
        (18, None, [("uncertain", 10)] * 3),
        (18, (1, 0), [("here", 8), ("lost", 0), ("here", 10)]),
        (0, None, [("lost", 0)] * 3),
        (27, (2,), [("here", 10), ("here", 10), ("here", 7)]),
    ],
)
def test_a_shortage_settles_the_packs_that_are_missing(clinic_desk, colleague, codes, clock, count, named, after):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0])
    view = short_of(clinic_desk, batch, count, clock)
    (line,) = view.lines
    assert line.asks_for_packs == bool(count)
    assert [pack.code for pack in Stocktakes(clinic_desk).packs(view.id, line.id)] == PACKS[:3]
    packs = {} if named is None else {line.id: [PACKS[number] for number in named]}
    Stocktakes(colleague).finalise(view.id, view.version, reasons={line.id: "损耗"}, packs=packs)
    assert states(clinic_desk) == after
    assert on_hand(clinic_desk, batch) == count
    assert trace_code_units(clinic_desk) == []


def test_a_shortage_of_units_without_a_code_leaves_the_packs_alone(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0], (10, 10))
    view = short_of(clinic_desk, batch, 22, clock)
    assert not view.lines[0].asks_for_packs
    Stocktakes(colleague).finalise(view.id, view.version, reasons={view.lines[0].id: "损耗"})
    assert states(clinic_desk) == [("here", 10), ("here", 10)]


@pytest.mark.parametrize(
    ("named", "why"),
    [([PACKS[0]], "还有 2 片没有指明"), (PACKS[:3], "去掉多指"), ([PACKS[3]], "在库名单"), ([PACKS[0]] * 2, "扫了两次")],
)
def test_packs_that_can_not_be_the_missing_ones_stop_the_end(clinic_desk, colleague, codes, clock, named, why):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0])
    view = short_of(clinic_desk, batch, 18, clock)
    line = view.lines[0].id
    with pytest.raises(Refused, match=why) as refusal:
        Stocktakes(colleague).finalise(view.id, view.version, reasons={line: "损耗"}, packs={line: named})
    assert [problem.code for problem in refusal.value.problems] == [line]
    assert on_hand(clinic_desk, batch) == 30
    assert states(clinic_desk) == [("here", 10)] * 3


def test_an_uncertain_pack_goes_out_with_its_scan_and_not_without_one(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0])
    view = short_of(clinic_desk, batch, 18, clock)
    Stocktakes(colleague).finalise(view.id, view.version, reasons={view.lines[0].id: "损耗"})
    clock.forward(minutes=1)

    def give(scanned):
        with clinic_desk.sessions.writing() as session:
            (given,) = book(session, clinic_desk, [NewMovement(batch, MovementKind.DISPENSE, 4)])
            scan_out(session, clinic_desk, given.id, scanned)

    with pytest.raises(Refused, match="还差 1 个追溯码"):
        give([])
    give([PACKS[1]])
    assert states(clinic_desk) == [("uncertain", 10), ("here", 6), ("uncertain", 10)]


def test_packs_of_a_surplus_are_scanned_onto_the_shelf(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0])
    view = short_of(clinic_desk, batch, 40, clock)
    line = view.lines[0].id
    with pytest.raises(Refused, match="已经入过库"):
        Stocktakes(colleague).finalise(view.id, view.version, reasons={line: "找到"}, packs={line: [PACKS[0]]})
    Stocktakes(colleague).finalise(view.id, view.version, reasons={line: "找到"}, packs={line: [PACKS[3]]})
    assert states(clinic_desk) == [("here", 10)] * 4
    assert trace_code_units(clinic_desk) == []


def found(codes, **changes):
    """A found batch of the second drug."""
    return replace(FoundBatch(codes[1], "Z9", date(2028, 1, 31), 12), **changes)


def test_a_found_batch_is_a_line_with_its_surplus(clinic_desk, colleague, codes, clock):
    one = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {one: 10}, clock)
    view = Stocktakes(clinic_desk).add_found(view.id, found(codes), view.version).stocktake
    assert [(line.batch_no, line.counted, line.reason) for line in view.lines][-1] == ("Z9", 12, "找到")
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    assert [(line.book, line.difference) for line in view.lines] == [(10, 0), (0, 12)]
    Stocktakes(colleague).finalise(view.id, view.version)
    assert on_hand(clinic_desk, view.lines[1].batch_id) == 12


def test_a_batch_that_was_used_up_before_is_the_same_batch(clinic_desk, codes, clock):
    stock(clinic_desk, codes[0], 10)
    used_up = stock(clinic_desk, codes[1], 5, batch_no="z9", expiry=date(2028, 1, 31), price=777)
    dispense(clinic_desk, used_up, 5)
    view = Stocktakes(clinic_desk).open(drug_codes=[codes[0]]).stocktake
    clock.forward(minutes=1)
    view = Stocktakes(clinic_desk).add_found(view.id, found(codes), view.version).stocktake
    assert view.lines[-1].batch_id == used_up


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"drug_code": "X"}, "drug"), ({"batch_no": " "}, "batch_no"),
        ({"batch_no": "A1", "expiry": date(2028, 6, 30)}, "batch_no"), ({"expiry": None}, "expiry"),
        ({"counted": 0}, "counted"), ({"counted": -1}, "counted"), ({"counted": "12"}, "counted"),
    ],
)  # fmt: skip
def test_a_found_batch_that_can_not_be_is_refused_beside_its_answer(clinic_desk, codes, clock, change, code):
    batch = stock(clinic_desk, codes[1], 10)
    view = counted(clinic_desk, {batch: 10}, clock)
    with pytest.raises(Refused) as refusal:
        Stocktakes(clinic_desk).add_found(view.id, found(codes, **change), view.version)
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert len(Stocktakes(clinic_desk).get(view.id).lines) == 1


def test_a_check_takes_no_found_batch(clinic_desk, township, codes, tmp_path):
    message, body = check_of(township, clinic_desk, [stock(clinic_desk, codes[0], 10)])
    hand_over(township, clinic_desk, message, tmp_path)
    with pytest.raises(Refused, match="只盘卫生院抽出的批次"):
        Stocktakes(clinic_desk).add_found(body.check_id, found(codes), 1)


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
