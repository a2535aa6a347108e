"""A month closed at the clinic, sent, settled at the township and closed there; on two real encrypted databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.desk import Actor
from app.domain.message import Message
from app.domain.movements import MovementKind
from app.domain.settlement import DifferenceKind
from app.domain.settlement_states import SettlementAction, SettlementState
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.printing.lists import table_pdf
from app.services.document_steps import DocumentRefused
from app.services.exchange import Exchange
from app.services.history import broken_links
from app.services.ledger_reports import LedgerReports, movements_body, take_in_report
from app.services.problems import Refused
from app.services.settlement_sheets import compared_list, report_sheet
from app.services.settlements import Settlements
from app.services.statements import Statements, statement_sheet
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from db.models import (
    LedgerReport,
    Settlement,
    SettlementLine,
    Shipment,
    ShipmentLine,
    StockBatch,
    StockMovement,
    new_id,
)
from tests.desks import make_clinic
from tests.supply_desks import MANAGER, PHARMACIST, as_person, drug_code, hand_over

OCTOBER, NOVEMBER = "2026-10", "2026-11"
FAR = date(2028, 6, 30)
A = SettlementAction


@pytest.fixture
def desks(desks):
    for desk in desks:
        drug_code(desk, "硝苯地平")
    return desks


def moved(desk, code, *moves, price=1000, pack=28, batch_no="A1"):
    """Movements (day of October 2026 or a moment, kind, units[, bearer]) of one batch."""
    with desk.sessions.writing() as session:
        key = BatchKey(code, batch_no, FAR, "某厂", price, pack)
        batch = find_or_make_batch(session, desk, key, date(2026, 10, 1))
        for when, kind, units, *bearer in moves:
            at = when if isinstance(when, datetime) else datetime(2026, 10, when, 2, tzinfo=UTC)
            book(session, desk, [NewMovement(batch, kind, units, at, bearer=bearer[0] if bearer else "", reason="记账")])
    return batch


def october(clinic, township, *, delivered=280):
    """A month of one drug, and the township's own record of what it delivered."""
    code = drug_code(clinic, "硝苯地平")
    moved(
        clinic, code, (1, MovementKind.OPENING, 28), (5, MovementKind.RECEIPT, 280), (8, MovementKind.DISPENSE, 60),
        (9, MovementKind.DAMAGE, 10, "clinic"), (10, MovementKind.DAMAGE, 4, "township"),
        (11, MovementKind.RETURN_TO_TOWNSHIP, 28),
    )
    with township.sessions.writing() as session:
        shipment = Shipment(
            id=new_id(), number="FH1", township_id=township.place.id, clinic_id=clinic.place.id, state="verified",
            created_at=township.now(), created_by_id="u", created_by_name="陈静", shipped_on=date(2026, 10, 4),
            received_on=date(2026, 10, 5),
        )
        session.add(shipment)
        session.flush()
        session.add(
            ShipmentLine(
                shipment_id=shipment.id, position=0, drug_code=code, drug_name="硝苯地平", unit="片", pack_unit="盒",
                units_per_pack=28, price_fen=1000, batch_no="A1", shipped=delivered, accepted=delivered, rejected=0,
                codes=[],
            )
        )
    return code


def reported(clinic, township, tmp_path, month=OCTOBER):
    closed = LedgerReports(clinic).close_month(month)
    return hand_over(clinic, township, closed.message_id, tmp_path)


def drafted(clinic, township, tmp_path, **how):
    october(clinic, township, **how)
    reported(clinic, township, tmp_path)
    prepared = Settlements(township).prepare(OCTOBER)
    assert prepared.missing == ()
    return Settlements(township).get(prepared.settlement_ids[0])


def test_the_report_is_the_ledger_of_the_month_summed_by_drug_and_price(clinic, township):
    october(clinic, township)
    [line] = LedgerReports(clinic).preview(OCTOBER)
    month = line.month
    assert (month.opening, month.received, month.delivered, month.returned) == (28, 280, 280, 28)
    assert (month.dispensed, month.lost, month.charged, month.counted, month.closing) == (60, 14, 10, 0, 206)
    assert month.expected_closing == month.closing


def test_two_prices_of_one_drug_are_two_lines_and_the_next_month_opens_with_the_closing(clinic):
    code = drug_code(clinic, "硝苯地平")
    moved(clinic, code, (2, MovementKind.RECEIPT, 56), (3, MovementKind.DISPENSE, 6))
    moved(clinic, code, (2, MovementKind.RECEIPT, 28), price=1200, batch_no="B")
    reports = LedgerReports(clinic)
    assert [(line.month.price_fen, line.month.closing) for line in reports.preview(OCTOBER)] == [(1000, 50), (1200, 28)]
    assert [(line.month.opening, line.month.closing) for line in reports.preview(NOVEMBER)] == [(50, 50), (28, 28)]


def test_months_close_in_order_when_they_are_over_and_then_stand(clinic, township, clock, tmp_path):
    code = october(clinic, township)
    reports = LedgerReports(clinic)
    with pytest.raises(UserError, match="还没有过完"):
        reports.close_month(NOVEMBER)
    clock.forward(days=40)
    with pytest.raises(UserError, match="请先结 2026-10"):
        reports.close_month(NOVEMBER)
    assert reports.next_to_close() == OCTOBER
    reports.close_month(OCTOBER)
    assert reports.next_to_close() == NOVEMBER
    with pytest.raises(UserError, match="已经结账"):
        reports.close_month(OCTOBER)
    with pytest.raises(Refused, match="已经结账"):
        moved(clinic, code, (20, MovementKind.DISPENSE, 1))
    assert reports.closed_months() == [OCTOBER]


def test_a_clinic_without_a_township_closes_nothing(tmp_path, clock):
    alone = make_clinic(tmp_path / "alone", clock)
    moved(alone, drug_code(alone, "硝苯地平"), (2, MovementKind.RECEIPT, 56))
    with pytest.raises(UserError, match="配对"):
        LedgerReports(alone).close_month(OCTOBER)
    assert LedgerReports(alone).closed_months() == []
    alone.sessions.engine.dispose()


def test_a_statement_owes_what_was_used_and_lost_not_what_was_sent(clinic, township, tmp_path):
    view = drafted(clinic, township, tmp_path)
    [line] = view.lines
    assert (line.dispensed, line.charged, line.price_fen, line.amount_fen) == (60, 10, 1000, 2500)
    assert (view.payable_fen, view.totals["received"], view.totals["closing"]) == (2500, 10000, 7357)
    assert view.differences == ()


def test_a_statement_goes_its_way_by_four_eyes_and_the_month_is_closed(clinic, township, tmp_path):
    view = drafted(clinic, township, tmp_path)
    mine, other = Settlements(township), Settlements(as_person(township, PHARMACIST))
    manager = Settlements(as_person(township, MANAGER))
    with pytest.raises(DocumentRefused, match="自己经手"):
        mine.act(view.id, A.CHECK, view.version)
    checked = other.act(view.id, A.CHECK, view.version).settlement
    with pytest.raises(DocumentRefused, match="原因"):
        mine.act(view.id, A.CONFIRM, checked.version)
    sent = mine.send_statement(view.id)
    assert "结算单已读入" in str(hand_over(township, clinic, sent.message_id, tmp_path).message)
    with clinic.sessions.reading() as session:
        copy = session.get_one(Settlement, view.id)
        assert (copy.totals["payable"], copy.state) == (2500, "checked")
        assert session.scalars(select(SettlementLine.dispensed)).all() == [60]
    confirmed = mine.act(view.id, A.CONFIRM, checked.version, comment="王明签字").settlement
    with pytest.raises(UserError, match="没有审批"):
        mine.close_month(OCTOBER)
    approved = manager.act(view.id, A.APPROVE, confirmed.version).settlement
    moved(township, drug_code(township, "硝苯地平"), (3, MovementKind.RECEIPT, 10))
    mine.close_month(OCTOBER)
    with pytest.raises(UserError, match="已经结账"):
        manager.act(view.id, A.DISPUTE, approved.version, comment="金额不对")
    with pytest.raises(UserError, match="已经结账"):
        mine.prepare(OCTOBER)
    paid = manager.act(view.id, A.PAY, approved.version).settlement
    assert paid.state is SettlementState.PAID
    with township.sessions.reading() as session:
        assert broken_links(session) == []


def test_a_difference_is_explained_before_the_statement_is_checked(clinic, township, tmp_path):
    view = drafted(clinic, township, tmp_path, delivered=308)
    [found] = view.differences
    assert (found.difference.kind, found.difference.expected, found.difference.found) == (DifferenceKind.DELIVERED, 308, 280)
    other = Settlements(as_person(township, PHARMACIST))
    with pytest.raises(UserError, match="1 处差异"):
        other.act(view.id, A.CHECK, view.version)
    with pytest.raises(Refused, match="原因"):
        other.explain(view.id, 0, "无", version=view.version)
    explained = other.explain(view.id, 0, "十月三十一日签收，十一月入库", version=view.version)
    again = Settlements(township).prepare(OCTOBER)
    assert again.settlement_ids == (view.id,)
    assert Settlements(township).get(view.id).differences[0].explanation == "十月三十一日签收，十一月入库"
    latest = Settlements(township).get(view.id)
    assert latest.version > explained.version
    assert other.act(view.id, A.CHECK, latest.version).settlement.state is SettlementState.CHECKED


def test_a_missing_price_is_put_in_with_its_reason(clinic, township, tmp_path):
    code = drug_code(clinic, "硝苯地平")
    moved(clinic, code, (1, MovementKind.OPENING, 28), (8, MovementKind.DISPENSE, 14), price=None)
    reported(clinic, township, tmp_path)
    service = Settlements(township)
    view = service.get(service.prepare(OCTOBER).settlement_ids[0])
    assert view.payable_fen is None
    with pytest.raises(Refused, match="补填价格"):
        service.explain(view.id, 0, "没有发票", version=view.version)
    for price, why in ((-1, "金额"), (1.5, "金额"), (True, "金额")):
        with pytest.raises(Refused, match=why):
            service.set_price(view.id, view.lines[0].id, price, "按采购价", version=view.version)
    priced = service.set_price(view.id, view.lines[0].id, 1000, "按采购价", version=view.version)
    assert (priced.payable_fen, priced.differences) == (500, ())
    service.prepare(OCTOBER)
    again = service.get(view.id)
    assert (again.payable_fen, again.differences, again.lines[0].note) == (500, (), "按采购价")


def test_a_correction_of_an_earlier_month_is_a_line_of_this_one(clinic, township, tmp_path):
    view = drafted(clinic, township, tmp_path)
    service = Settlements(township)
    for amount in (0, 1.5, True, 10**12):
        with pytest.raises(Refused, match="更正金额"):
            service.add_correction(view.id, "少算的药", amount, "漏记发药", of_month="2026-09", version=view.version)
    with pytest.raises(Refused, match="本月或以前"):
        service.add_correction(view.id, "少算的药", 100, "漏记发药", of_month=NOVEMBER, version=view.version)
    done = service.add_correction(view.id, "九月少算的药", -300, "重复计算", of_month="2026-09", version=view.version)
    assert (done.payable_fen, done.totals["corrections"]) == (2200, -300)
    service.prepare(OCTOBER)
    assert service.get(view.id).payable_fen == 2200


def test_a_clinic_that_took_goods_but_did_not_report_is_missed(clinic, township):
    october(clinic, township)
    service = Settlements(township)
    assert service.prepare(OCTOBER).missing == ("柳庄村卫生室",)
    with pytest.raises(UserError, match="还缺 1 个单位"):
        service.close_month(OCTOBER)
    with pytest.raises(UserError, match="还没有过完"):
        service.prepare(NOVEMBER)


def test_reports_that_are_wrong_are_refused_and_nothing_is_stored(clinic, township, tmp_path):
    october(clinic, township)
    with clinic.sessions.reading() as session:
        body = movements_body(session, clinic, OCTOBER, LedgerReports(clinic).preview(OCTOBER)).model_dump(mode="json")

    def taken(content):
        envelope = Envelope("e", clinic.place.id, township.place.id, "movements", 1, 1, clinic.now(), content)
        with township.sessions.writing() as session:
            return take_in_report(session, township, envelope)

    for content, why in (
        ({**body, "clinic_id": township.place.id}, "不是本院所属"),
        ({**body, "month": NOVEMBER}, "还没有过完"),
        ({**body, "lines": body["lines"] * 2}, "重复的行"),
    ):
        with pytest.raises(UserError, match=why):
            taken(content)
    with township.sessions.reading() as session:
        assert session.scalars(select(LedgerReport)).all() == []
    taken(body)
    with pytest.raises(UserError, match="没有重复读入"):
        taken(body)


def test_the_next_month_must_open_with_what_the_last_one_closed_with(clinic, township, clock, tmp_path):
    view = drafted(clinic, township, tmp_path)
    clock.forward(days=40)
    with clinic.sessions.writing() as session:
        opening = session.scalars(select(StockMovement).where(StockMovement.kind == "opening")).one()
        session.get_one(StockBatch, opening.batch_id).on_hand += 30 - opening.quantity
        opening.quantity = 30
    reported(clinic, township, tmp_path, NOVEMBER)
    service = Settlements(township)
    later = service.get(service.prepare(NOVEMBER).settlement_ids[0])
    assert [(each.difference.kind, each.difference.expected) for each in later.differences] == [
        (DifferenceKind.OPENING, view.lines[0].closing)
    ]


def test_the_statement_is_printed_with_four_signatures_and_written_as_a_table(clinic, township, tmp_path):
    view = drafted(clinic, township, tmp_path)
    sheet = statement_sheet(view)
    assert sheet.signatures == ("制单", "核对", "对方确认", "审批")
    assert [str(value) for value in sheet.rows[0][-2:]] == ["25.00", ""]
    assert str(sheet.totals[-2]) == "25.00"
    assert table_pdf(sheet.as_table()).startswith(b"%PDF")
    assert isinstance(view.history[0].to_state.label, Message)
    assert Exchange(township).letters()
    assert view.due_on is None
    assert view.created_at - timedelta(days=1) < township.now()


def test_the_opening_of_a_month_is_everything_that_moved_before_it_whatever_its_kind(clinic):
    """What was dispensed in an earlier month lowers the opening of the next and is not dispensed once more."""
    code = drug_code(clinic, "硝苯地平")
    moved(
        clinic, code, (1, MovementKind.OPENING, 100), (8, MovementKind.DISPENSE, 60),
        (datetime(2026, 11, 3, 2, tzinfo=UTC), MovementKind.DISPENSE, 15),
        (datetime(2026, 11, 4, 2, tzinfo=UTC), MovementKind.RECEIPT, 28),
    )  # fmt: skip
    [line] = LedgerReports(clinic).preview(NOVEMBER)
    month = line.month
    assert (month.opening, month.received, month.dispensed, month.closing) == (40, 28, 15, 53)
    [line] = LedgerReports(clinic).preview(OCTOBER)
    month = line.month
    assert (month.opening, month.received, month.dispensed, month.closing) == (100, 0, 60, 40)


def test_a_drug_of_which_nothing_is_left_and_nothing_moved_has_no_line(clinic):
    code = drug_code(clinic, "硝苯地平")
    moved(clinic, code, (1, MovementKind.RECEIPT, 28), (8, MovementKind.DISPENSE, 28))
    assert [line.month.received for line in LedgerReports(clinic).preview(OCTOBER)] == [28]
    assert LedgerReports(clinic).preview(NOVEMBER) == ()


def test_a_month_as_a_whole_says_who_reported_and_what_is_in_the_way_of_closing(clinic, township, tmp_path):
    service = Settlements(township)
    assert service.months() == [OCTOBER]
    october(clinic, township)
    before = service.overview(OCTOBER)
    assert [(each.name, each.reported_at, each.took_goods) for each in before.missing] == [("柳庄村卫生室", None, True)]
    assert [str(each) for each in before.obstacles] == ["还缺 1 个单位的结算单：柳庄村卫生室。"]
    reported(clinic, township, tmp_path)
    service.prepare(OCTOBER)
    drawn = service.overview(OCTOBER)
    assert (drawn.missing, drawn.owed_by_clinics, drawn.owed_to_distributors) == ((), 2500, 0)
    assert [str(each) for each in drawn.obstacles] == ["还有 1 张结算单没有审批：柳庄村卫生室。"]
    assert not drawn.can_close
    view = service.get(drawn.statements[0].id)
    other, manager = Settlements(as_person(township, PHARMACIST)), Settlements(as_person(township, MANAGER))
    view = other.act(view.id, A.CHECK, view.version).settlement
    view = other.act(view.id, A.CONFIRM, view.version, comment="王明签字").settlement
    manager.act(view.id, A.APPROVE, view.version)
    assert service.overview(OCTOBER).can_close
    service.close_month(OCTOBER)
    closed = service.overview(OCTOBER)
    assert (closed.is_closed, closed.closed_by_name, closed.obstacles) == (True, "赵敏", ())


def test_the_next_step_names_who_does_it_instead(clinic, township, tmp_path):
    view = drafted(clinic, township, tmp_path)
    own = {step.action: step.obstacle for step in view.steps}
    assert "另一个人" in str(own[A.CHECK])
    other = Settlements(as_person(township, PHARMACIST))
    assert other.get(view.id).steps[0].obstacle is None
    view = other.act(view.id, A.CHECK, view.version).settlement
    view = other.act(view.id, A.CONFIRM, view.version, comment="王明签字").settlement
    assert "院长办理" in str(view.steps[0].obstacle)


def test_the_differences_of_a_month_stand_together_the_open_ones_first(clinic, township, tmp_path):
    code = october(clinic, township, delivered=308)
    moved(clinic, code, (2, MovementKind.OPENING, 28), (8, MovementKind.DISPENSE, 14), price=None, batch_no="B")
    reported(clinic, township, tmp_path)
    service = Settlements(township)
    view = service.get(service.prepare(OCTOBER).settlement_ids[0])
    kinds = [each.found.difference.kind for each in service.differences(OCTOBER)]
    assert kinds == [each.difference.kind for each in view.differences]
    number = next(each.number for each in service.differences(OCTOBER) if each.found.difference.expected == 308)
    service.explain(view.id, number, "月底签收，下月入库", version=view.version)
    assert [bool(each.found.explanation) for each in service.differences(OCTOBER)] == [False, True]


def test_a_correction_finds_the_draft_of_a_later_month(clinic, township, tmp_path):
    view = drafted(clinic, township, tmp_path)
    service = Settlements(township)
    assert service.draft_for("clinic", clinic.place.id, "2026-09") == (view.id, OCTOBER)
    assert service.draft_for("clinic", clinic.place.id, NOVEMBER) is None
    Settlements(as_person(township, PHARMACIST)).act(view.id, A.CHECK, view.version)
    assert service.draft_for("clinic", clinic.place.id, OCTOBER) is None


def test_the_clinic_sees_its_months_and_the_statement_beside_its_own_ledger(clinic, township, tmp_path):
    october(clinic, township)
    months = Statements(clinic).months()
    assert [(each.month, each.is_over, each.is_next) for each in months] == [(NOVEMBER, False, False), (OCTOBER, True, True)]
    reported(clinic, township, tmp_path)
    service = Settlements(township)
    view = service.get(service.prepare(OCTOBER).settlement_ids[0])
    view = service.add_correction(view.id, "九月少算的药", -300, "重复计算", of_month="2026-09", version=view.version)
    with township.sessions.writing() as session:
        session.get_one(SettlementLine, view.lines[0].id).closing = 200
    other = Settlements(as_person(township, PHARMACIST))
    checked = other.act(view.id, A.CHECK, view.version).settlement
    hand_over(township, clinic, other.send_statement(checked.id).message_id, tmp_path)
    [line, correction] = Statements(clinic).compare(view.id)
    assert (line.differing, line.agrees, line.own.closing, line.own_amount_fen) == (("closing",), False, 206, 2500)
    assert (correction.own, correction.agrees) == (None, True)
    found = Statements(clinic).months()[1]
    assert (found.statement_id, found.state, found.payable_fen) == (view.id, SettlementState.CHECKED, 2200)
    rows = compared_list("柳庄村卫生室", OCTOBER, [line, correction], clinic.today()).rows
    assert rows == ((line.line.drug_name, line.line.strength, line.line.unit, "结存", 200, 206),)


def test_what_the_statement_lacks_of_the_own_ledger_is_told(clinic, township, tmp_path):
    view = drafted(clinic, township, tmp_path)
    with township.sessions.writing() as session:
        session.delete(session.get_one(SettlementLine, view.lines[0].id))
    other = Settlements(as_person(township, PHARMACIST))
    checked = other.act(view.id, A.CHECK, view.version).settlement
    hand_over(township, clinic, other.send_statement(checked.id).message_id, tmp_path)
    [only] = Statements(clinic).compare(view.id)
    assert (only.line, only.own.dispensed, "dispensed" in only.differing) == (None, 60, True)


def test_the_report_of_a_month_is_a_paper_with_its_sum(clinic):
    code = drug_code(clinic, "硝苯地平")
    moved(clinic, code, (1, MovementKind.OPENING, 28), (8, MovementKind.DISPENSE, 14))
    sheet = report_sheet("柳庄村卫生室", OCTOBER, LedgerReports(clinic).preview(OCTOBER))
    assert (str(sheet.rows[0][-1]), str(sheet.totals[-1])) == ("5.00", "5.00")
    moved(clinic, code, (2, MovementKind.OPENING, 28), (8, MovementKind.DISPENSE, 14), price=None, batch_no="B")
    assert report_sheet("柳庄村卫生室", OCTOBER, LedgerReports(clinic).preview(OCTOBER)).totals[-1] is None


def test_an_auditor_looks_on_and_settles_nothing(clinic, township, tmp_path):
    view = drafted(clinic, township, tmp_path, delivered=308)
    auditor = Settlements(as_person(township, Actor("a", "周督查", "auditor")))
    assert auditor.get(view.id).actions == ()
    for act in (
        lambda: auditor.explain(view.id, 0, "月底签收", version=view.version),
        lambda: auditor.set_price(view.id, view.lines[0].id, 100, "按采购价", version=view.version),
        lambda: auditor.add_correction(view.id, "少算", 100, "漏记发药", of_month="2026-09", version=view.version),
        lambda: auditor.send_statement(view.id), lambda: auditor.close_month(OCTOBER),
    ):  # fmt: skip
        with pytest.raises(DocumentRefused, match="药师"):
            act()
    assert Settlements(township).get(view.id).version == view.version
