"""发药: what is warned of, what wants a reason, and what is never given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.domain.drug_rules import Pregnancy
from app.domain.drug_warnings import Weight
from app.domain.prescribing import PrescriptionKind
from app.errors import UserError
from app.services.dispensing import Dispensing
from app.services.settings import Settings
from db.models import Drug, Enrolment
from tests.app.services.dispensing_things import (
    AMLODIPINE,
    AMOXICILLIN,
    COLD_REMEDY,
    PARACETAMOL,
    answered,
    draft,
    line,
    matters,
    on_hand,
    refused,
    stock,
    visit,
)
from tests.followup_people import add_resident


def test_a_duplicate_in_the_same_bag_is_stopped(desk, resident):
    stock(desk, PARACETAMOL, 24, pack=12)
    stock(desk, COLD_REMEDY, 18, pack=9)
    wanted = draft(
        resident, line(PARACETAMOL, 6, times=3, days=2), line(COLD_REMEDY, 6, dose="1袋", times=3, days=2, key="2")
    )
    told = refused(desk, wanted)
    assert "都含对乙酰氨基酚" in told["1+2:same:paracetamol"]
    assert "1+2:same:paracetamol" in refused(desk, answered(desk, wanted))


def test_penicillin_allergy_of_the_record_stops_amoxicillin_even_in_an_emergency(desk):
    allergic = add_resident(desk, "孙秀英", drug_allergy=[2])
    stock(desk, AMOXICILLIN, 48, pack=24)
    wanted = draft(allergic, line(AMOXICILLIN, 18, dose="2粒", times=3, days=3), kind=PrescriptionKind.EMERGENCY)
    told = refused(desk, answered(desk, wanted))
    assert "药物过敏史" in told["1:CX055"]


def test_an_allergy_in_words_and_an_unknown_one(desk):
    spoken = add_resident(desk, "周小妹", drug_allergy=[5], drug_allergy_note="头孢类")
    stock(desk, "VD058", 48, pack=24)
    assert matters(desk, draft(spoken, line("VD058", 12, dose="1粒", times=4, days=3)))["1:CX056"] is Weight.BLOCK
    unknown = add_resident(desk, "吴老三")
    stock(desk, AMLODIPINE, 28)
    wanted = draft(unknown, line())
    assert "没有药物过敏史" in refused(desk, wanted)["allergy_unknown"]
    assert Dispensing(desk).give(replace(wanted, confirmed=frozenset({"allergy_unknown"}))).lines


def test_a_woman_is_asked_about_a_pregnancy_once(desk):
    woman = add_resident(desk, "刘燕", born=date(1995, 6, 1), drug_allergy=[1])
    stock(desk, "VD007", 50, pack=100)
    wanted = draft(woman, line("VD007", 7))
    with desk.sessions.reading() as session:
        assert session.scalar(select(Drug.atc_code).where(Drug.code == "VD007")).startswith("C09A")
    assert matters(desk, wanted)["1:CX024"] is Weight.ASK
    assert matters(desk, replace(wanted, pregnancy=Pregnancy.FIRST))["1:CX024"] is Weight.BLOCK
    assert "1:CX024" not in matters(desk, replace(wanted, pregnancy=Pregnancy.NO))


def test_a_disease_of_the_record_is_held_against_the_drug(desk, resident):
    stock(desk, AMLODIPINE, 28)
    with desk.sessions.writing() as session:
        session.add(
            Enrolment(
                resident_id=resident, organisation_id=desk.place.id, disease="dm", enrolled_on=date(2025, 1, 1)
            )
        )
    stock(desk, "VD046", 100, pack=100)
    assert matters(desk, draft(resident, line("VD046", 7)))["1:CX049"] is Weight.NOTICE


def test_a_drug_that_fits_no_diagnosis_wants_a_reason_and_keeps_it(desk, resident):
    stock(desk, AMLODIPINE, 28)
    wanted = draft(resident, line(), diagnosis="急性上呼吸道感染")
    assert "对不上" in refused(desk, wanted)["1:diagnosis"]
    given = Dispensing(desk).give(replace(wanted, reasons={"1:diagnosis": "同时续降压药"}))
    [kept] = [warning for warning in given.warnings if warning["key"] == "1:diagnosis"]
    assert (kept["reason"], kept["source"]) == ("同时续降压药", "药品目录")
    other = draft(add_resident(desk, "郑三", drug_allergy=[1]), line(), diagnosis="J06.9")
    assert "1:diagnosis" in refused(desk, replace(other, reasons={"1:diagnosis": "。。"}))


@pytest.mark.parametrize(("days", "key"), [(7, None), (8, "1:days_reason"), (31, "1:days_limit")])
def test_the_days_are_held_against_the_kind(desk, resident, days, key):
    stock(desk, AMLODIPINE, 56)
    found = matters(desk, draft(resident, line(days=days)))
    assert {each for each in found if each.startswith("1:days")} == ({key} if key else set())


def test_a_long_prescription_beyond_four_weeks_is_signed(desk, resident):
    stock(desk, AMLODIPINE, 112)
    wanted = draft(resident, line(days=56), kind=PrescriptionKind.LONG)
    assert "签名" in refused(desk, answered(desk, wanted))["1:long_unsigned"]
    given = Dispensing(desk).give(answered(desk, replace(wanted, has_signed=True)))
    assert given.lines[0].days == 56


def test_a_psychotropic_is_never_given_for_more_than_a_week(desk, resident):
    stock(desk, "VD122", 40, pack=20)
    told = refused(desk, answered(desk, draft(resident, line("VD122", days=8))))
    assert "第二类精神药品" in told["1:control_days"]


def test_six_drugs_are_too_many(desk, resident):
    codes = ["VD001", "VD049", "VD081", "VD085", "VD113", "VD115"]
    lines = [line(drug, 1, days=1, key=str(number)) for number, drug in enumerate(codes)]
    assert "最多 5 种" in refused(desk, draft(resident, *lines))["too_many_drugs"]


def test_injected_antibiotics_need_the_county_s_approval(desk, resident):
    stock(desk, "VD063", 20, pack=10)
    wanted = draft(resident, line("VD063", 3, dose="1支", days=3))
    assert matters(desk, wanted)["1:antibiotic_injection"] is Weight.BLOCK
    Settings(desk).set("antibiotic_injection_approved", True)
    assert "1:antibiotic_injection" not in matters(desk, wanted)


@pytest.mark.parametrize(("passed", "is_early"), [(20, True), (21, False)])
def test_a_refill_before_three_quarters_wants_a_reason(desk, resident, clock, passed, is_early):
    stock(desk, AMLODIPINE, 112)
    wanted = draft(resident, line(days=28), kind=PrescriptionKind.LONG)
    Dispensing(desk).give(wanted)
    clock.forward(days=passed)
    assert ("1:early_refill" in matters(desk, wanted)) is is_early


def test_what_still_runs_is_held_against_a_new_drug(desk, resident, clock):
    stock(desk, COLD_REMEDY, 45, pack=9)
    stock(desk, PARACETAMOL, 24, pack=12)
    Dispensing(desk).give(answered(desk, draft(resident, line(COLD_REMEDY, 21, dose="1袋", times=3, days=7))))
    clock.forward(days=1)
    wanted = draft(resident, line(PARACETAMOL, 6, times=3, days=2))
    assert matters(desk, wanted)["1:same:paracetamol"] is Weight.REASON
    clock.forward(days=6)
    assert "1:same:paracetamol" not in matters(desk, wanted)


def test_a_medicine_from_elsewhere_on_the_follow_up_counts_as_running(desk, resident):
    visit(desk, resident, [{"name": "秋水仙碱片", "times_per_day": 1, "dose": "1片"}])
    stock(desk, "VD066", 12, pack=6)
    assert matters(desk, draft(resident, line("VD066", 6, times=2, days=3)))["1:CI30"] is Weight.BLOCK


def test_a_forbidden_pair_is_given_in_an_emergency_only_with_a_reason(desk, resident):
    visit(desk, resident, [{"name": "秋水仙碱片", "times_per_day": 1, "dose": "1片"}])
    stock(desk, "VD066", 12, pack=6)
    wanted = draft(resident, line("VD066", 6, times=2, days=3), kind=PrescriptionKind.EMERGENCY)
    told = refused(desk, wanted)["1:CI30"]
    assert "克拉霉素片和秋水仙碱片：" in told or "秋水仙碱片和克拉霉素片：" in told, told
    assert Dispensing(desk).give(answered(desk, wanted)).kind is PrescriptionKind.EMERGENCY


def test_a_dead_resident_gets_nothing(desk):
    dead = add_resident(desk, "钱五", state="dead", drug_allergy=[1])
    stock(desk, AMLODIPINE, 28)
    assert "不能发药" in refused(desk, draft(dead, line()))["resident_state"]
    assert "没有找到这位居民" in refused(desk, draft("nobody", line()))["resident"]


def test_a_visit_of_somebody_else_is_refused(desk, resident):
    stock(desk, AMLODIPINE, 28)
    other = add_resident(desk, "王大山", drug_allergy=[1])
    entry = visit(desk, other, [])
    with pytest.raises(UserError, match="不是这位居民的"):
        Dispensing(desk).give(draft(resident, line(), form_entry_id=entry))
    assert on_hand(desk) == 28


def test_a_drug_that_left_the_catalogue_is_no_longer_given(desk, resident):
    stock(desk, AMLODIPINE, 28)
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == AMLODIPINE)).one().valid_to = desk.today() - timedelta(days=1)
    assert "退回卫生院" in refused(desk, draft(resident, line()))["1:not_listed"]
