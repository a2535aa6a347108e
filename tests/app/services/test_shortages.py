"""Shortages from the clinic up, with alternatives and what neighbours can spare."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from app.domain.shortage_states import ShortageAction, ShortageKind, ShortageState, Trigger
from app.errors import UserError
from app.services.document_steps import DocumentRefused
from app.services.exchange import Exchange
from app.services.problems import Refused
from app.services.shortages import ShortageEdit, Shortages, shortage_list
from bench.supply import add_clinic, add_request, township
from db.models import Drug, DrugRequest, DrugRequestLine, LedgerReport, ShortageReport, new_id
from tests.supply_desks import PHARMACIST, as_person, change_drug, hand_over, stock

A = ShortageAction


@pytest.fixture
def town(tmp_path):
    made = township(tmp_path / "town", drugs=4)
    yield made
    made.desk.close()


def test_a_clinics_report_goes_up_and_is_worked_to_its_end(desks, tmp_path):
    clinic, center = desks
    edit = ShortageEdit("氯巴占片", ShortageKind.RARE, needed_a_month=30, residents_affected=1, stock_now=0)
    draft = Shortages(clinic).register(edit)
    sent = Shortages(clinic).act(draft.id, A.REPORT, draft.version)
    assert "氯巴占片" in str(hand_over(clinic, center, sent.message_id, tmp_path).message)
    there = Shortages(center)
    report = there.list()[0]
    assert (report.state, report.level, report.is_high_risk) == (ShortageState.REPORTED, "village", True)
    version = report.version
    for action, comment in ((A.VERIFY, ""), (A.ESCALATE, "县中心药房代购"), (A.DELIVER, ""), (A.COLLECT, ""), (A.CLOSE, "")):
        version = there.act(report.id, action, version, comment=comment, answer="厂家排产").report.version
    ended = there.list()[0]
    assert (ended.state, ended.level, ended.distributor_answer) == (ShortageState.CLOSED, "county", "厂家排产")
    assert there.fulfilment() == Fraction(1)
    assert shortage_list(there.list(), date(2026, 11, 22)).rows[0][5] == 30


def test_a_township_does_not_verify_its_own_report(town):
    service = Shortages(town.desk)
    draft = service.register(ShortageEdit("药品", ShortageKind.CUT_OFF, drug_code="B00000"))
    reported = service.act(draft.id, A.REPORT, draft.version).report
    with pytest.raises(DocumentRefused, match="自己经手"):
        service.act(draft.id, A.VERIFY, reported.version)
    other = Shortages(as_person(town.desk, PHARMACIST))
    verified = other.act(draft.id, A.VERIFY, reported.version).report
    with pytest.raises(DocumentRefused, match="别人刚刚改过"):
        service.act(draft.id, A.PURCHASE, reported.version)
    assert verified.state is ShortageState.VERIFIED
    assert service.fulfilment() is None


def test_one_drug_has_one_open_report(town):
    service = Shortages(town.desk)
    edit = ShortageEdit("药品", ShortageKind.CUT_OFF, drug_code="B00000")
    draft = service.register(edit)
    with pytest.raises(UserError, match="没有重复登记"):
        service.register(edit)
    service.act(draft.id, A.CANCEL, draft.version, comment="已经到货了")
    assert service.register(edit).state is ShortageState.DRAFT
    assert [view.state for view in service.list(open_only=True)] == [ShortageState.DRAFT]


@pytest.mark.parametrize(
    "edit",
    [
        ShortageEdit(" ", ShortageKind.CUT_OFF),
        ShortageEdit("药品", ShortageKind.CUT_OFF, needed_a_month=-1),
        ShortageEdit("药品", ShortageKind.CUT_OFF, needed_a_month=1.5),
        ShortageEdit("药品", ShortageKind.CUT_OFF, residents_affected=True),
    ],
)
def test_an_impossible_report_is_refused(town, edit):
    with pytest.raises(Refused):
        Shortages(town.desk).register(edit)
    assert Shortages(town.desk).list() == []


def test_drugs_cut_twice_running_are_proposed_once(town):
    add_request(town, 0, 2)
    with town.desk.sessions.writing() as session:
        first = session.get_one(DrugRequest, town.requests[0])
        first.state, first.period = "closed", "2026-09"
        for line in session.scalars(select(DrugRequestLine)):
            line.approved = 0 if line.drug_code == "B00000" else 60
        second = DrugRequest(
            id=new_id(), clinic_id=first.clinic_id, township_id=town.desk.place.id, kind="regular", period="2026-10",
            state="closed", version=1, created_by_id=new_id(), created_by_name="王明", created_at=town.desk.now(),
        )
        session.add(second)
        session.flush()
        session.add(
            DrugRequestLine(
                request_id=second.id, position=0, drug_code="B00000", drug_name="药品B00000", unit="片", pack_unit="盒",
                units_per_pack=10, requested=30, approved=30, on_hand=3, source="own_stock",
            )
        )
    made = Shortages(town.desk).propose_short_running()
    assert len(made) == 1
    assert Shortages(town.desk).propose_short_running() == []
    [view] = Shortages(town.desk).list()
    assert (view.drug_code, view.kind, view.stock_now, view.state) == ("B00000", ShortageKind.TOO_LITTLE, 3, ShortageState.DRAFT)


def test_the_other_triggers_only_draft(town):
    service = Shortages(town.desk)
    assert service.propose_out_of_stock("B00000", "药品", 2, Fraction(9)) is None
    assert service.propose_out_of_stock("B00000", "药品", 3, Fraction(19, 2)) is not None
    assert service.propose_for(Trigger.NOT_FOUND, "氯巴占") is not None
    assert service.propose_for(Trigger.NOT_DISPENSED, "药品", "B00000") is None
    with town.desk.sessions.reading() as session:
        rows = {row.drug_text: (row.kind, row.needed_a_month, row.state) for row in session.scalars(select(ShortageReport))}
    assert rows == {"药品": ("断供", 10, "draft"), "氯巴占": ("目录外需求", None, "draft")}


def test_a_draft_knows_the_last_receipt_from_the_ledger(town):
    service, desk = Shortages(town.desk), town.desk
    stock(desk, "B00000", 50)
    service.propose_out_of_stock("B00000", "药品", 3, Fraction(9))
    service.register(ShortageEdit("药品乙", ShortageKind.CUT_OFF, "B00001"))
    days = {view.drug_code: view.last_received_on for view in service.list()}
    assert days == {"B00000": desk.today(), "B00001": None}


def test_alternatives_come_from_the_same_group_the_same_ingredient_first(town):
    desk = town.desk
    for code, ingredients in (("B00000", "nifedipine"), ("B00001", "amlodipine"), ("B00002", "nifedipine")):
        change_drug(desk, code, therapeutic_group="降压药", ingredients=ingredients)
    change_drug(desk, "B00003", therapeutic_group="降糖药")
    stock(desk, "B00001", 50)
    found = Shortages(desk).alternatives("B00000")
    assert [(each.drug_code, each.own_stock, each.same_ingredient) for each in found] == [
        ("B00002", 0, True), ("B00001", 50, False),
    ]  # fmt: skip
    change_drug(desk, "B00002", valid_to=date(2026, 1, 1))
    assert [each.drug_code for each in Shortages(desk).alternatives("B00000")] == ["B00001"]
    with desk.sessions.reading() as session:
        assert session.scalar(select(Drug.therapeutic_group).where(Drug.code == "B00003")) == "降糖药"


def report(town, clinic, dispensed, *batches):
    with town.desk.sessions.writing() as session:
        session.add(
            LedgerReport(
                organisation_id=clinic, month="2026-10", made_at=town.desk.now(), made_by_name="王明",
                lines=[{"drug_code": "B00000", "dispensed": dispensed}],
                stock=[
                    {
                        "drug_code": "B00000", "batch_no": number, "expiry": expiry and str(expiry), "on_hand": units,
                        "is_held": held,
                    }
                    for number, expiry, units, held in batches
                ],
            )
        )  # fmt: skip


def test_neighbours_spare_what_is_beyond_two_months_and_good_for_more_than_three(town):
    today = town.desk.today()
    clinics = [add_clinic(town, number) for number in range(4)]
    edge, late = date(2027, 2, 22), date(2027, 2, 23)
    report(town, clinics[0], 30, ("A", late, 100, False))
    report(town, clinics[1], 30, ("B", edge, 100, False), ("C", late + timedelta(days=1), 20, False))
    report(town, clinics[2], 0, ("D", None, 40, False), ("E", late, 7, True))
    report(town, clinics[3], 30, ("F", late, 60, False))
    found = Shortages(town.desk).redistributions("B00000")
    assert [(each.clinic_name, each.batch_no, each.spare) for each in found] == [
        ("第1村卫生室", "A", 40), ("第3村卫生室", "D", 40), ("第2村卫生室", "C", 20),
    ]  # fmt: skip
    assert found[0].months_of_stock == Fraction(10, 3)
    assert Shortages(town.desk).redistributions("B00000", except_clinic=clinics[0])[0].batch_no == "D"
    assert today < edge


def told(center, clinic, report_id, tmp_path):
    """Carry the township's newest answer to the clinic."""
    letter = Exchange(center).latest_about(report_id)
    return Exchange(clinic).open_file(Exchange(center).save_file(letter.id, tmp_path / f"{letter.id}.cyx"))


def reported(desks, tmp_path):
    clinic, center = desks
    draft = Shortages(clinic).register(ShortageEdit("氯巴占片", ShortageKind.RARE, needed_a_month=30, stock_now=0))
    sent = Shortages(clinic).act(draft.id, A.REPORT, draft.version)
    hand_over(clinic, center, sent.message_id, tmp_path)
    return draft.id


def test_the_clinic_reads_what_the_township_does_about_its_report(desks, tmp_path):
    clinic, center = desks
    report_id = reported(desks, tmp_path)
    there = Shortages(center)
    first = there.act(report_id, A.VERIFY, there.list()[0].version)
    second = there.act(report_id, A.ESCALATE, first.report.version, comment="县中心药房代购", answer="厂家排产")
    assert first.message_id != second.message_id
    assert "已报上级" in str(told(center, clinic, report_id, tmp_path).message)
    [view] = Shortages(clinic).list()
    assert (view.state, view.level, view.outcome, view.distributor_answer) == (
        ShortageState.ESCALATED, "county", "县中心药房代购", "厂家排产",
    )  # fmt: skip
    assert [step.action for step in Shortages(clinic).history(report_id)] == [
        A.DRAFT, A.REPORT, A.VERIFY, A.ESCALATE,
    ]  # fmt: skip


def test_an_answer_does_not_turn_back_what_the_clinic_has_seen(desks, tmp_path):
    clinic, center = desks
    report_id = reported(desks, tmp_path)
    there, here = Shortages(center), Shortages(clinic)
    version = there.act(report_id, A.VERIFY, there.list()[0].version).report.version
    version = there.act(report_id, A.PURCHASE, version, comment="向国药采购").report.version
    told(center, clinic, report_id, tmp_path)
    version_here = here.act(report_id, A.DELIVER, here.list()[0].version).report.version
    here.act(report_id, A.COLLECT, version_here)
    there.act(report_id, A.DELIVER, version)
    told(center, clinic, report_id, tmp_path)
    assert here.list()[0].state is ShortageState.COLLECTED


def test_a_draft_is_completed_and_a_report_is_not_changed_any_more(desks):
    clinic, _center = desks
    service = Shortages(clinic)
    draft = service.register(ShortageEdit("氯巴占片", ShortageKind.RARE))
    edit = ShortageEdit("氯巴占片", ShortageKind.CUT_OFF, needed_a_month=12, residents_affected=2, stock_now=0)
    done = service.complete(draft.id, edit, draft.version)
    assert (done.kind, done.needed_a_month, done.residents_affected) == (ShortageKind.CUT_OFF, 12, 2)
    with pytest.raises(DocumentRefused, match="别人刚刚改过"):
        service.complete(draft.id, edit, draft.version)
    service.act(draft.id, A.REPORT, done.version)
    with pytest.raises(DocumentRefused, match="不能再改"):
        service.complete(draft.id, edit, done.version + 1)
