"""发药: what must be known beside it, a child's weight, and a dispensing that was entered by mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.domain.movements import MovementKind
from app.domain.trace_codes import CodeState
from app.errors import UserError
from app.services.dispensing import Dispensing, Draft, DraftLine
from app.services.dispensing_register import register
from app.services.history import broken_links, changes_of
from app.services.problems import Refused
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch, reverse, wrong_totals
from app.services.trace_codes import scan_in
from db.models import StockBatch, StockMovement, TraceCode
from tests.followup_people import add_resident

AMLODIPINE, PARACETAMOL = "VD001", "VD049"


def code(number: int) -> str:
    return f"8412345{number:013d}"


def stock(desk, drug, units, *codes, batch_no="A1", pack=28):
    """A receipt; gives its movement."""
    with desk.sessions.writing() as session:
        key = BatchKey(drug, batch_no, desk.today() + timedelta(days=400), price_fen=280, units_per_pack=pack)
        [booked] = book(
            session, desk, [NewMovement(find_or_make_batch(session, desk, key, desk.today()), MovementKind.RECEIPT, units)]
        )
        scan_in(session, desk, booked.id, codes, complete=False)
        return booked.id


def draft(resident, drug=AMLODIPINE, *codes, days=7, dose="1片", **changes):
    return Draft(resident, (DraftLine("1", drug, None, dose, Decimal(1), days, codes=codes),), **changes)


def pack(desk, number):
    with desk.sessions.reading() as session:
        row = session.scalars(select(TraceCode).where(TraceCode.code == code(number))).one()
        return row.units_left, CodeState(row.state)


def on_hand(desk):
    with desk.sessions.reading() as session:
        return session.scalar(select(func.sum(StockBatch.on_hand)).where(StockBatch.hold == ""))


def refusal(act, *arguments, **how):
    with pytest.raises(Refused) as refused:
        act(*arguments, **how)
    return " ".join(str(problem.message) for problem in refused.value.problems)


# 冲销


def test_a_mistake_of_today_puts_the_drugs_and_their_codes_back(desk, resident):
    stock(desk, AMLODIPINE, 56, code(1), code(2))
    wanted = draft(resident, AMLODIPINE, code(1), code(2), days=30, reasons={"1:days_reason": "路远，多带几天"})
    given = Dispensing(desk).give(wanted)
    assert [pack(desk, 1), pack(desk, 2)] == [(0, CodeState.USED), (26, CodeState.HERE)]
    undone = Dispensing(desk).reverse(given.id, "选错了人，药没有拿走")
    assert (undone.state, on_hand(desk)) == ("reversed", 56)
    assert [pack(desk, 1), pack(desk, 2)] == [(28, CodeState.HERE), (28, CodeState.HERE)]
    assert Dispensing(desk).give(draft(resident, AMLODIPINE, code(1))).lines[0].batches[0].codes == (code(1),)
    with desk.sessions.reading() as session:
        assert next(change.reason for change in changes_of(session, "dispensing", given.id)) == "选错了人，药没有拿走"
        assert (broken_links(session), wrong_totals(session)) == ([], [])


def test_what_was_reversed_no_longer_counts_as_taken_and_leaves_the_register(desk, resident):
    stock(desk, AMLODIPINE, 56)
    given = Dispensing(desk).give(draft(resident))
    assert [each.until for each in Dispensing(desk).beside(resident).taken] == [desk.today() + timedelta(days=6)]
    Dispensing(desk).reverse(given.id, "选错了药，没有拿走")
    assert Dispensing(desk).beside(resident).taken == ()
    assert Dispensing(desk).judge(draft(resident)).problems == ()
    assert register(desk, desk.today(), desk.today()).rows == ()
    assert [each.state for each in Dispensing(desk).of_day()] == ["reversed"]
    assert [batch.units for batch in Dispensing(desk).get(given.id).lines[0].batches] == [7]


def test_only_what_never_left_is_reversed(desk, resident, clock):
    stock(desk, AMLODIPINE, 56)
    dispensing = Dispensing(desk)
    given = dispensing.give(draft(resident))
    assert "请填写原因" in refusal(dispensing.reverse, given.id, " ") or dispensing.get(given.id).state == "given"
    assert dispensing.why_not_reversible(given.id) is None
    dispensing.give_back(given.id, {given.lines[0].id: 2}, "居民退回两片")
    assert "已经退过药" in refusal(dispensing.reverse, given.id, "选错了人")
    other = dispensing.give(draft(add_resident(desk, "赵四", drug_allergy=[1])))
    clock.forward(days=1)
    assert "只有当天" in refusal(dispensing.reverse, other.id, "选错了人")
    assert "只有当天" in str(dispensing.why_not_reversible(other.id))


def test_a_reversed_dispensing_has_nothing_to_give_back_and_is_reversed_once(desk, resident):
    stock(desk, AMLODIPINE, 28)
    dispensing = Dispensing(desk)
    given = dispensing.give(draft(resident))
    dispensing.reverse(given.id, "选错了人")
    assert "已经冲销" in refusal(dispensing.give_back, given.id, {given.lines[0].id: 1}, "居民退回")
    assert "冲销过" in refusal(dispensing.reverse, given.id, "选错了人")
    with pytest.raises(UserError, match="没有找到这张发药单"):
        dispensing.reverse("nothing", "选错了人")


def test_a_receipt_is_reversed_with_its_codes_only_while_they_are_whole(desk, resident):
    movement = stock(desk, AMLODIPINE, 28, code(1))
    given = Dispensing(desk).give(draft(resident, AMLODIPINE, code(1)))
    stock(desk, AMLODIPINE, 28)
    with desk.sessions.writing() as session:
        assert "已经发出过" in refusal(reverse, session, desk, movement, "收错了货")
    Dispensing(desk).reverse(given.id, "选错了人")
    with desk.sessions.writing() as session:
        reverse(session, desk, movement, "收错了货")
    assert pack(desk, 1) == (0, CodeState.GONE)
    stock(desk, AMLODIPINE, 28, code(1))
    assert pack(desk, 1) == (28, CodeState.HERE)


# 退药


def test_packs_of_a_line_that_came_back_whole_are_known_to_be_back(desk, resident):
    stock(desk, AMLODIPINE, 28, code(1))
    dispensing = Dispensing(desk)
    given = dispensing.give(draft(resident, AMLODIPINE, code(1), days=28, reasons={"1:days_reason": "路远，多带几天"}))
    dispensing.give_back(given.id, {given.lines[0].id: 10}, "居民退回")
    assert pack(desk, 1) == (0, CodeState.USED)
    dispensing.give_back(given.id, {given.lines[0].id: 18}, "居民退回")
    assert pack(desk, 1) == (0, CodeState.RETURNED)
    stock(desk, AMLODIPINE, 28)
    assert "不在库里" in refusal(dispensing.give, draft(resident, AMLODIPINE, code(1)))


# 体重


def test_nothing_is_given_to_a_child_without_a_weight(desk):
    child = add_resident(desk, "王小宝", born=date(2019, 5, 1), drug_allergy=[1])
    stock(desk, PARACETAMOL, 20, pack=10)
    dispensing = Dispensing(desk)
    assert dispensing.beside(child).needs_weight is True
    wanted = draft(child, PARACETAMOL, dose="0.5片", days=2)
    assert "请填写今天的体重" in refusal(dispensing.give, wanted)
    assert "0.5 到 300" in refusal(dispensing.give, replace(wanted, weight_kg=Decimal("0.2")))
    assert dispensing.give(replace(wanted, weight_kg=Decimal("21.5"))).weight_kg == Decimal("21.5")


@pytest.mark.parametrize(("born", "weighed", "known"), [
    (date(2019, 5, 1), 90, Decimal("21.0")), (date(2019, 5, 1), 91, None), (date(1955, 3, 8), 900, Decimal("21.0")),
])  # fmt: skip
def test_a_childs_weight_on_file_counts_while_it_is_fresh(desk, born, weighed, known):
    day = desk.today() - timedelta(days=weighed)
    person = add_resident(desk, "王小宝", born=born, weight_kg=Decimal("21.0"), weight_on=day)
    assert Dispensing(desk).open(person).weight_kg == known


def test_the_fourteenth_birthday_ends_the_weighing(desk):
    today = desk.today()
    younger = add_resident(desk, "王小宝", born=today.replace(year=today.year - 14) + timedelta(days=1))
    older = add_resident(desk, "王大宝", born=today.replace(year=today.year - 14))
    assert [Dispensing(desk).beside(each).needs_weight for each in (younger, older)] == [True, False]


# 登记


def test_the_days_are_listed_newest_first(desk, resident, clock):
    stock(desk, AMLODIPINE, 28)
    dispensing = Dispensing(desk)
    first = dispensing.give(draft(resident))
    clock.forward(days=1)
    second = dispensing.give(draft(add_resident(desk, "赵四", drug_allergy=[1])))
    today = desk.today()
    assert [each.id for each in dispensing.of_days(today - timedelta(days=1), today)] == [second.id, first.id]
    assert [each.id for each in dispensing.of_days(today, today)] == [second.id]
    assert str(second.drugs) == "苯磺酸氨氯地平片 7 片"
    with desk.sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(StockMovement)) == 3
