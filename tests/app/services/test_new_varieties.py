"""新品种: asked for without a quantity, rolled up by drug at the township, answered to all clinics at once."""

from __future__ import annotations

import pytest

from app.desk import Actor
from app.domain.shortage_states import ShortageAction, ShortageKind, ShortageState
from app.errors import UserError
from app.interchange.xlsx_lists import write_list
from app.services.document_steps import DocumentRefused
from app.services.exchange import Exchange
from app.services.new_varieties import NewVarieties, variety_sheet
from app.services.problems import Refused
from app.services.shortages import Shortages
from db.models import Organisation, ShortageReport, new_id
from tests.supply_desks import as_person, hand_over

A, S = ShortageAction, ShortageState
NAME, STRENGTH, REASON = "氯巴占片", "片 10mg", "村里 1 人在省医院开这种药"


def sent(clinic, center, folder):
    """A wish that went to the township."""
    draft = NewVarieties(clinic).ask(NAME, STRENGTH, REASON)
    done = Shortages(clinic).act(draft.id, A.REPORT, draft.version)
    hand_over(clinic, center, done.message_id, folder)
    return draft.id


def of_another(center, text, state=S.REPORTED):
    """A wish of another clinic, written the way that a township keeps it."""
    with center.sessions.writing() as session:
        if session.get(Organisation, "other") is None:
            own = session.get_one(Organisation, center.place.id)
            session.add(Organisation(id="other", kind="clinic", name="李庄卫生室", division_code=own.division_code,
                                     parent_id=own.id))  # fmt: skip
            session.flush()
        session.add(
            ShortageReport(
                id=new_id(), organisation_id="other", drug_text=text, strength=STRENGTH, reason="儿童用",
                kind=ShortageKind.NEW_VARIETY.value, level="village", state=state.value, reported_at=center.now(),
                reported_by_id="other", reported_by_name="李医生",
            )
        )  # fmt: skip


def test_a_wish_has_no_quantity_and_goes_up_with_its_strength_and_reason(desks, tmp_path):
    clinic, center = desks
    sent(clinic, center, tmp_path)
    [report] = Shortages(center).list()
    assert (report.kind, report.drug_text, report.strength) == (ShortageKind.NEW_VARIETY, f"{NAME} {STRENGTH}", STRENGTH)
    assert (report.reason, report.needed_a_month, report.stock_now, report.is_high_risk) == (REASON, None, None, False)


@pytest.mark.parametrize(
    ("values", "code"),
    [(("", STRENGTH, REASON), "drug"), ((NAME, " ", REASON), "strength"), ((NAME, STRENGTH, "无"), "reason"),
     ((NAME, STRENGTH, "。。"), "reason"), ((NAME, STRENGTH, "因" * 100 + "果" * 101), "reason")],
)
def test_what_is_missing_is_told_beside_its_field(desks, values, code):
    with pytest.raises(Refused) as refused:
        NewVarieties(desks[0]).ask(*values)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert Shortages(desks[0]).list() == []


def test_a_drug_of_the_list_and_a_wish_that_stands_there_are_not_asked_for_again(desks):
    from app.services.catalogue import Catalogue

    clinic, _center = desks
    Catalogue(clinic).ensure_starter()
    known = Catalogue(clinic).find("阿莫西林胶囊")[0]
    with pytest.raises(Refused, match="目录里已有阿莫西林胶囊"):
        NewVarieties(clinic).ask(known.name, known.strength, REASON)
    NewVarieties(clinic).ask(NAME, STRENGTH, REASON)
    with pytest.raises(UserError, match="没有重复登记"):
        NewVarieties(clinic).ask(NAME, STRENGTH, REASON)


def test_the_township_sees_which_clinics_want_a_drug_and_answers_them_at_once(desks, tmp_path):
    clinic, center = desks
    report_id = sent(clinic, center, tmp_path)
    of_another(center, f"{NAME}  {STRENGTH.upper()}")
    of_another(center, "左乙拉西坦片 0.25g")
    service = NewVarieties(center)
    first, second = service.list()
    assert (first.name, len(first.clinics), len(first.unanswered)) == (f"{NAME} {STRENGTH}", 2, 2)
    assert "李庄卫生室：儿童用" in first.reasons
    assert second.clinics == ("李庄卫生室",)
    sheet = variety_sheet(service.list(), center.today())
    assert sheet.rows[0][2] == 2
    write_list(tmp_path / "wanted.xlsx", sheet)
    with pytest.raises(Refused, match="请写明答复"):
        service.answer(first.wishes, A.DISMISS, "无")
    assert service.answer(first.wishes, A.DISMISS, "县里统一，暂不纳入") == 2
    again = next(each for each in service.list() if each.name == first.name)
    assert (again.unanswered, again.answer) == ((), "已办结：县里统一，暂不纳入")
    assert [each.name for each in service.list(unanswered_only=True)] == [second.name]
    with pytest.raises(UserError, match="没有等答复"):
        service.answer(again.wishes, A.DISMISS, "再答复一次")
    letter = Exchange(center).latest_about(report_id)
    hand_over(center, clinic, letter.id, tmp_path)
    [own] = Shortages(clinic).list()
    assert (own.state, own.outcome) == (S.CLOSED, "县里统一，暂不纳入")


def test_an_answer_is_given_to_all_or_to_none(desks, tmp_path):
    clinic, center = desks
    sent(clinic, center, tmp_path)
    of_another(center, f"{NAME} {STRENGTH}", S.VERIFIED)
    service = NewVarieties(center)
    [wanted] = service.list()
    clerk = NewVarieties(as_person(center, Actor("clerk", "钱办", "insurance_clerk")))
    with pytest.raises(DocumentRefused):
        clerk.answer(wanted.wishes, A.PURCHASE, "下月采购")
    assert len(service.list()[0].unanswered) == 2
    assert service.answer(wanted.wishes, A.PURCHASE, "下月采购") == 2
    assert {wish.state for wish in service.list()[0].wishes} == {S.PURCHASING}
