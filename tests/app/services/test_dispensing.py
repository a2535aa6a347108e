"""发药: from the newest visit to the bag, with batches, codes, warnings, limits; and nothing half-booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.domain.caseload import Unread
from app.domain.drug_rules import Pregnancy
from app.domain.drug_warnings import Weight
from app.domain.movements import MovementKind
from app.domain.prescribing import PrescriptionKind
from app.errors import UserError
from app.services.catalogue import Catalogue
from app.services.dispensing import ChosenBatch, Dispensing, Draft, DraftLine, usage_words
from app.services.dispensing_people import diagnosis_codes
from app.services.dispensing_register import register
from app.services.history import broken_links, changes_of
from app.services.problems import Refused
from app.services.settings import Settings
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch, wrong_totals
from app.services.trace_codes import scan_in
from db.models import Dispensing as Document
from db.models import (
    DispensingLine,
    Drug,
    Enrolment,
    FormEntry,
    StockBatch,
    StockMovement,
    TraceCode,
    TraceScan,
    new_id,
)
from tests.followup_people import add_resident

AMLODIPINE, AMOXICILLIN, PARACETAMOL, COLD_REMEDY = "VD001", "VD055", "VD049", "VD079"
PREFIX = "8412345"


def code(number: int) -> str:
    return f"{PREFIX}{number:013d}"


@pytest.fixture
def desk(clinic_desk):
    Catalogue(clinic_desk).ensure_starter()
    return clinic_desk


@pytest.fixture
def resident(desk):
    return add_resident(desk, born=date(1955, 3, 8), drug_allergy=[1])


def stock(desk, drug, units, *, batch_no="A1", days=400, pack=28, price=280, codes=(), kind=MovementKind.RECEIPT):
    with desk.sessions.writing() as session:
        key = BatchKey(drug, batch_no, desk.today() + timedelta(days=days), price_fen=price, units_per_pack=pack)
        batch = find_or_make_batch(session, desk, key, desk.today())
        [booked] = book(session, desk, [NewMovement(batch, kind, units)])
        if codes:
            scan_in(session, desk, booked.id, codes)
        return batch


def visit(desk, resident, drugs, form_code="htn_followup", day=None, **answers):
    entry_id = new_id()
    with desk.sessions.writing() as session:
        session.add(
            FormEntry(
                id=entry_id, form_code=form_code, edition="2017", resident_id=resident, visit_id=new_id(),
                entry_date=day or desk.today(), author_id=desk.actor.user_id, answers={"drugs": drugs, **answers},
                created_at=desk.now(), updated_at=desk.now(),
            )
        )
    return entry_id


def line(drug=AMLODIPINE, quantity=None, *, dose="1片", times=1, days=7, key="1", **changes):
    return DraftLine(key, drug, quantity, dose, None if times is None else Decimal(times), days, **changes)


def draft(resident, *lines, **changes):
    return Draft(resident, lines, **changes)


def on_hand(desk, drug=AMLODIPINE):
    with desk.sessions.reading() as session:
        return session.scalar(
            select(func.coalesce(func.sum(StockBatch.on_hand), 0)).where(StockBatch.drug_code == drug, StockBatch.hold == "")
        )


def matters(desk, wanted):
    return {matter.key: matter.weight for matter in Dispensing(desk).judge(wanted).matters}


def refused(desk, wanted):
    """The sentences of the refusal; nothing of it was booked."""

    def counts():
        with desk.sessions.reading() as session:
            models = (Document, DispensingLine, StockMovement, TraceScan)
            return [session.scalar(select(func.count()).select_from(model)) for model in models]

    before = counts()
    with pytest.raises(Refused) as refusal:
        Dispensing(desk).give(wanted)
    assert counts() == before
    return {problem.code: str(problem.message) for problem in refusal.value.problems}


def answered(desk, wanted, reason="上级医院方案，已告知"):
    """The draft with a reason and an answer for everything that wants one."""
    keys = matters(desk, wanted)
    return replace(wanted, reasons=dict.fromkeys(keys, reason), confirmed=frozenset(keys))


# From the visit


def test_a_draft_begins_with_the_medicines_of_the_newest_visit(desk, resident):
    visit(desk, resident, [{"name": "硝苯地平片 10mg", "times_per_day": 3, "dose": "1片"}], day=desk.today() - timedelta(days=90))
    visit(desk, resident, [
        {"name": "氨氯地平片 5mg", "times_per_day": 1, "dose": "1片"},
        {"name": "某某降压胶囊", "times_per_day": 1, "dose": "1粒"},
        {"name": "硝苯地平控释片 60mg", "times_per_day": 1, "dose": "1片"},
    ])  # fmt: skip
    opened = Dispensing(desk).open(resident)
    assert [(each.drug_code, each.dose, each.times_per_day, each.days) for each in opened.lines] == [
        (AMLODIPINE, "1片", Decimal("1.00"), 28)
    ]
    assert [each.why for each in opened.unmatched] == [Unread.NOT_IN_CATALOGUE] * 2
    assert "某某降压胶囊" in str(opened.unmatched[0].sentence)
    assert (opened.kind, opened.diagnosis) == (PrescriptionKind.LONG, "高血压")
    assert Dispensing(desk).judge(opened).lines[0].quantity == 28


def test_the_newest_sheet_of_each_disease_is_taken(desk, resident):
    earlier = desk.today() - timedelta(days=20)
    visit(desk, resident, [{"name": "苯磺酸氨氯地平片", "times_per_day": 1, "dose": "5mg"}], day=earlier)
    visit(desk, resident, [{"name": "二甲双胍片 0.25g", "times_per_day": 2, "dose": "1片"}], "dm_followup")
    visit(desk, resident, [], day=desk.today() - timedelta(days=2), not_seen=1)
    names = {each.drug_code for each in Dispensing(desk).open(resident).lines}
    assert AMLODIPINE in names
    assert len(names) == 2


def test_a_visit_may_be_named_and_an_unknown_one_is_refused(desk, resident):
    older = visit(desk, resident, [{"name": "苯磺酸氨氯地平片", "times_per_day": 1, "dose": "1片"}], day=date(2026, 1, 5))
    visit(desk, resident, [{"name": "硝苯地平片", "times_per_day": 3, "dose": "1片"}])
    opened = Dispensing(desk).open(resident, older)
    assert ([each.drug_code for each in opened.lines], opened.form_entry_id) == ([AMLODIPINE], older)
    with pytest.raises(UserError, match="没有找到这次随访"):
        Dispensing(desk).open(resident, "nothing")
    with pytest.raises(UserError, match="没有找到这位居民"):
        Dispensing(desk).open("nobody")


def test_a_resident_without_visits_begins_with_an_empty_draft(desk, resident):
    opened = Dispensing(desk).open(resident)
    assert (opened.lines, opened.kind, opened.form_entry_id) == ((), PrescriptionKind.ORDINARY, None)
    assert "no_lines" in refused(desk, opened)


# Giving


def test_what_is_given_stands_in_the_document_the_ledger_and_the_history(desk, resident):
    stock(desk, AMLODIPINE, 10, batch_no="EARLY", days=60)
    stock(desk, AMLODIPINE, 28, batch_no="LATE")
    entry = visit(desk, resident, [{"name": "苯磺酸氨氯地平片", "times_per_day": 1, "dose": "1片"}])
    given = Dispensing(desk).give(draft(resident, line(days=14, usage="早饭后"), form_entry_id=entry, kind=PrescriptionKind.LONG))
    [only] = given.lines
    assert [(batch.batch_no, batch.units) for batch in only.batches] == [("EARLY", 10), ("LATE", 4)]
    assert (only.quantity, only.amount_fen, given.amount_fen) == (14, 140, 140)
    assert (given.resident_name, given.state, given.user_name) == ("李桂兰", "given", "王明")
    assert on_hand(desk) == 24
    assert Dispensing(desk).history(resident) == [given]
    assert Dispensing(desk).of_day() == [given]
    assert Dispensing(desk).get(given.id) == given
    with desk.sessions.reading() as session:
        kinds = set(session.scalars(select(StockMovement.kind).where(StockMovement.document_id == given.id)))
        assert kinds == {"dispense"}
        [change] = changes_of(session, "dispensing", given.id)
        assert change.after["lines"][0]["drug_code"] == AMLODIPINE
        assert broken_links(session) == []
        assert wrong_totals(session) == []


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (line(quantity=0), "大于 0"),
        (line(quantity=-7), "大于 0"),
        (line(quantity=2.5), "整数"),
        (line(quantity=True), "整数"),
        (line(quantity=2_000_000), "1 到"),
        (line(quantity=None, dose="适量"), "请填写苯磺酸氨氯地平片的数量"),
        (line("nothing", 7), "目录里没有这个药品"),
        (line(days=0, quantity=7), "天数"),
        (line(times=99, quantity=7), "每日次数"),
        (line(quantity=40, days=28), "还差"),
        (line(quantity=7, usage="饭后" * 51), "用法最多 100 个字"),
        (line(quantity=7, dose="1片" + "（小的那种）" * 6), "每次用量最多 30 个字"),
    ],
)
def test_an_impossible_line_is_refused_with_its_sentence(desk, resident, wanted, sentence):
    stock(desk, AMLODIPINE, 30)
    assert any(sentence in told for told in refused(desk, draft(resident, wanted)).values())
    assert on_hand(desk) == 30


def test_a_double_click_gives_once(desk, resident):
    stock(desk, AMLODIPINE, 112)
    visit(desk, resident, [{"name": "苯磺酸氨氯地平片", "times_per_day": 1, "dose": "1片"}])
    opened = Dispensing(desk).open(resident)
    assert Dispensing(desk).give(opened) == Dispensing(desk).give(opened)
    assert on_hand(desk) == 84


def test_a_diagnosis_that_does_not_fit_is_refused(desk, resident):
    stock(desk, AMLODIPINE, 28)
    assert "诊断最多 200 个字" in refused(desk, draft(resident, line(), diagnosis="高" * 201))["diagnosis"]


def test_of_two_lines_a_failing_one_leaves_the_other_unbooked(desk, resident):
    stock(desk, AMLODIPINE, 30)
    wanted = draft(resident, line(), line(PARACETAMOL, 6, dose="1片", times=3, days=2, key="2"))
    assert "2:shortfall" in refused(desk, wanted)
    assert on_hand(desk) == 30


def test_one_drug_is_written_on_one_line(desk, resident):
    stock(desk, AMLODIPINE, 30)
    assert "合成一行" in refused(desk, draft(resident, line(), line(key="2")))["2:twice"]


def test_expired_and_held_goods_are_never_given(desk, resident, clock):
    stock(desk, AMLODIPINE, 30, days=3)
    held = stock(desk, AMLODIPINE, 30, batch_no="HELD")
    with desk.sessions.writing() as session:
        session.get_one(StockBatch, held).hold = "quality"
    clock.forward(days=4)
    assert "还差 7" in refused(desk, draft(resident, line()))["1:shortfall"]


def test_another_batch_than_the_first_to_expire_wants_a_reason(desk, resident):
    stock(desk, AMLODIPINE, 28, batch_no="EARLY", days=60)
    late = stock(desk, AMLODIPINE, 28, batch_no="LATE")
    chosen = line(batches=(ChosenBatch(late, 7),))
    assert "先到期先用" in refused(desk, draft(resident, chosen))["1:batch_reason"]
    given = Dispensing(desk).give(draft(resident, replace(chosen, batch_reason="居民要去外地，带有效期长的")))
    assert [(batch.batch_no, batch.units) for batch in given.lines[0].batches] == [("LATE", 7)]


def test_a_batch_that_does_not_last_for_the_supply_wants_a_reason(desk, resident):
    stock(desk, AMLODIPINE, 30, days=20)
    wanted = draft(resident, line(days=28), kind=PrescriptionKind.LONG)
    assert matters(desk, wanted)["1:expires_before_end"] is Weight.REASON
    assert "吃不完 28 天" in refused(desk, wanted)["1:expires_before_end"]
    assert Dispensing(desk).give(answered(desk, wanted)).lines[0].quantity == 28


def test_a_pack_that_can_not_be_broken_is_given_whole(desk, resident):
    stock(desk, AMLODIPINE, 56)
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == AMLODIPINE)).one().is_splittable = False
    judged = Dispensing(desk).judge(draft(resident, line())).lines[0]
    assert (judged.needed, judged.quantity, judged.days_covered) == (7, 28, 28)
    assert Dispensing(desk).give(draft(resident, line())).lines[0].quantity == 28


# Trace codes


@pytest.fixture
def coded(desk):
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == AMLODIPINE)).one().trace_prefix = PREFIX
    return stock(desk, AMLODIPINE, 56, codes=[code(1), code(2)])


def test_packs_are_scanned_and_split(desk, resident, coded):
    given = Dispensing(desk).give(draft(resident, line(codes=(code(1),))))
    assert given.lines[0].batches[0].codes == (code(1),)
    with desk.sessions.reading() as session:
        assert session.get_one(TraceCode, (code(1), desk.place.id)).units_left == 21


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        ((), "还差 1 个追溯码"),
        ((code(9),), "没有入过库"),
        (("123",), "20 位数字"),
        ((code(1), code(1)), "扫了两次"),
    ],
)
def test_wrong_codes_stop_the_whole_dispensing(desk, resident, coded, codes, sentence):
    told = refused(desk, draft(resident, line(codes=codes)))
    assert sentence in told["1"]
    assert on_hand(desk) == 56


def test_a_pack_is_not_given_twice(desk, resident, coded):
    other = add_resident(desk, "王大山", drug_allergy=[1])
    Dispensing(desk).give(draft(resident, line(days=28, codes=(code(1),)), kind=PrescriptionKind.LONG))
    told = refused(desk, draft(other, line(days=28, codes=(code(1),)), kind=PrescriptionKind.LONG))
    assert "已经发完" in told["1"]
    assert "已经发完" in str(Dispensing(desk).look_up_code(code(1)).problem)


def test_a_code_of_another_drug_stops(desk, resident, coded):
    stock(desk, PARACETAMOL, 12, pack=12)
    told = refused(desk, draft(resident, line(PARACETAMOL, 6, times=3, days=2, codes=(code(1),))))
    assert "不是对乙酰氨基酚片的" in told["1"]


def test_the_scanned_pack_decides_the_batch(desk, resident, coded):
    stock(desk, AMLODIPINE, 28, batch_no="EARLY", days=60, codes=[code(3)])
    scanned = line(codes=(code(1),))
    assert "先到期先用" in refused(desk, draft(resident, scanned))["1:batch_reason"]
    given = Dispensing(desk).give(draft(resident, replace(scanned, batch_reason="先用已经拆开的一盒")))
    assert [batch.batch_no for batch in given.lines[0].batches] == ["A1"]
    assert Dispensing(desk).give(
        draft(add_resident(desk, "赵四", drug_allergy=[1]), line(codes=(code(3),)))
    ).lines[0].batches[0].batch_no == "EARLY"


# Warnings and limits


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


# Taking back


def test_what_comes_back_lies_apart_and_is_never_given_again(desk, resident, coded):
    dispensing = Dispensing(desk)
    given = dispensing.give(draft(resident, line(days=28, codes=(code(1),)), kind=PrescriptionKind.LONG))
    [only] = given.lines
    back = dispensing.give_back(given.id, {only.id: 10}, "换药", codes=[code(1)])
    assert (back.lines[0].returned, back.state) == (10, "given")
    assert on_hand(desk) == 28
    with desk.sessions.reading() as session:
        [quarantine] = session.scalars(select(StockBatch).where(StockBatch.hold == "returned"))
        assert quarantine.on_hand == 10
        assert session.get_one(TraceCode, (code(1), desk.place.id)).state == "returned"
        assert len(changes_of(session, "dispensing", given.id)) == 2
        assert wrong_totals(session) == []
    assert dispensing.give_back(given.id, {only.id: 18}, "换药").state == "returned"
    assert dispensing.labels(given.id) == ()


def test_a_return_of_two_batches_goes_back_to_each(desk, resident):
    stock(desk, AMLODIPINE, 10, batch_no="EARLY", days=60)
    stock(desk, AMLODIPINE, 28, batch_no="LATE")
    dispensing = Dispensing(desk)
    given = dispensing.give(draft(resident, line(days=14), kind=PrescriptionKind.LONG))
    dispensing.give_back(given.id, {given.lines[0].id: 3}, "血压低停药")
    dispensing.give_back(given.id, {given.lines[0].id: 11}, "血压低停药")
    with desk.sessions.reading() as session:
        back = {b.batch_no: b.on_hand for b in session.scalars(select(StockBatch).where(StockBatch.hold == "returned"))}
    assert back == {"EARLY": 10, "LATE": 4}


@pytest.mark.parametrize(
    ("count", "reason", "codes", "sentence"),
    [
        (8, "换药了", (), "最多可退 7 片"),
        (-1, "换药了", (), "最多可退 7 片"),
        (1.5, "换药了", (), "最多可退 7 片"),
        (0, "换药了", (), "退回的药品和数量"),
        (3, " ", (), "请写明原因"),
        (3, "换药了", (code(77),), "不是这张发药单发出的"),
    ],
)
def test_an_impossible_return_is_refused_whole(desk, resident, count, reason, codes, sentence):
    stock(desk, AMLODIPINE, 28)
    given = Dispensing(desk).give(draft(resident, line()))
    with pytest.raises(Refused) as refusal:
        Dispensing(desk).give_back(given.id, {given.lines[0].id: count}, reason, codes=codes)
    assert sentence in str(refusal.value.message)
    assert Dispensing(desk).get(given.id).lines[0].returned == 0


def test_an_unknown_dispensing_or_line_is_refused(desk, resident):
    stock(desk, AMLODIPINE, 28)
    given = Dispensing(desk).give(draft(resident, line()))
    with pytest.raises(UserError, match="没有找到这张发药单"):
        Dispensing(desk).give_back("nothing", {"a": 1}, "换药了")
    with pytest.raises(UserError, match="没有找到这张发药单"):
        Dispensing(desk).get("nothing")
    with pytest.raises(Refused, match="退回的药品和数量"):
        Dispensing(desk).give_back(given.id, {"strange": 1}, "换药了")


def test_what_came_back_does_not_count_as_running(desk, resident):
    stock(desk, AMLODIPINE, 56)
    wanted = draft(resident, line(days=28), kind=PrescriptionKind.LONG)
    given = Dispensing(desk).give(wanted)
    assert "1:early_refill" in matters(desk, wanted)
    Dispensing(desk).give_back(given.id, {given.lines[0].id: 28}, "发错药")
    assert "1:early_refill" not in matters(desk, wanted)


# Labels and words


def test_the_label_says_whose_what_how_and_until_when(desk, resident):
    stock(desk, "VD003", 100, pack=100)
    given = Dispensing(desk).give(
        answered(desk, draft(resident, line("VD003", dose="1片", times=3, usage="饭后"), kind=PrescriptionKind.LONG))
    )
    [label] = Dispensing(desk).labels(given.id)
    assert (label.resident, label.drug, label.strength) == ("李桂兰", "硝苯地平片", "10mg")
    assert (label.usage, label.times, label.quantity, label.days) == ("每日 3 次，每次 1片，饭后", "早、中、晚", "21 片", "7 天")
    assert (label.batch_no, label.expiry) == ("A1", (desk.today() + timedelta(days=400)).isoformat())


@pytest.mark.parametrize(
    ("dose", "times", "usage", "words"),
    [
        ("1片", Decimal("2.00"), "", "每日 2 次，每次 1片"),
        ("", None, "每晚睡前 12IU", "每晚睡前 12IU"),
        ("半片", Decimal("0.50"), "隔日", "每日 0.5 次，每次 半片，隔日"),
        ("", None, "", ""),
    ],
)
def test_usage_in_words(dose, times, usage, words):
    assert usage_words(dose, times, usage) == words


@pytest.mark.parametrize(
    ("words", "codes"),
    [("I10", ("I10",)), ("i10；J06.9", ("I10", "J06.9")), ("看不懂的话", ()), ("", ()), ("肺结核", ("A15", "A16"))],
)
def test_a_diagnosis_in_words_is_read_where_it_is_known(words, codes):
    assert diagnosis_codes(words) == codes


# The register


def test_the_register_lists_every_batch_with_its_codes(desk, resident, coded, clock, tmp_path):
    stock(desk, AMLODIPINE, 10, batch_no="EARLY", days=60)
    first = Dispensing(desk).give(draft(resident, line(days=14, codes=(code(1),)), kind=PrescriptionKind.LONG))
    clock.forward(days=1)
    Dispensing(desk).give(draft(add_resident(desk, "王大山", drug_allergy=[1]), line(codes=(code(2),))))
    sheet = register(desk, desk.today() - timedelta(days=1), desk.today())
    assert [(row[1], row[5], row[7]) for row in sheet.rows] == [
        ("李桂兰", "EARLY", 10), ("李桂兰", "A1", 4), ("王大山", "A1", 7),
    ]  # fmt: skip
    assert [row[12] for row in sheet.rows] == ["", code(1), code(2)]
    assert [row[13] for row in sheet.rows] == [Decimal("1.40"), "", Decimal("0.70")]
    assert register(desk, first.given_on, first.given_on).rows == sheet.rows[:2]


@pytest.mark.parametrize(("before", "after"), [(0, -1), (366, 0)])
def test_a_register_is_of_a_possible_span(desk, before, after):
    with pytest.raises(UserError, match="起止日期"):
        register(desk, desk.today() - timedelta(days=before), desk.today() + timedelta(days=after))
