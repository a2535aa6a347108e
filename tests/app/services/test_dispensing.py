"""发药: from the newest visit to the bag, batch by batch and with its label; nothing is half-booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.domain.caseload import Unread
from app.domain.drug_warnings import Weight
from app.domain.prescribing import PrescriptionKind
from app.errors import UserError
from app.services.dispensing import ChosenBatch, Dispensing, usage_words
from app.services.dispensing_people import diagnosis_codes
from app.services.history import broken_links, changes_of
from app.services.stock_ledger import wrong_totals
from db.models import Drug, StockBatch, StockMovement
from tests.app.services.dispensing_things import (
    AMLODIPINE,
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


@pytest.mark.parametrize(
    ("generic_name", "dose"),
    [
        ("阿莫西林胶囊", "2粒"), ("口服补液盐散(Ⅲ)", "1袋"), ("精蛋白人胰岛素混合注射液(30R)", ""), ("左氧氟沙星滴眼液", ""),
        ("红霉素软膏", ""),
    ],
)
def test_the_usual_dose_is_offered_but_never_a_whole_pen_or_tube(desk, generic_name, dose):
    with desk.sessions.reading() as session:
        code = session.scalar(select(Drug.code).where(Drug.generic_name == generic_name))
    assert Dispensing(desk).new_line("1", code, PrescriptionKind.ORDINARY).dose == dose


def test_without_a_dose_the_quantity_is_asked_for(desk, resident):
    with desk.sessions.reading() as session:
        code = session.scalar(select(Drug.code).where(Drug.generic_name == "左氧氟沙星滴眼液"))
    stock(desk, code, 5)
    wanted = draft(resident, Dispensing(desk).new_line("1", code, PrescriptionKind.ORDINARY))
    judged = Dispensing(desk).judge(wanted).lines[0]
    assert judged.quantity is None
    assert "数量" in str(refused(desk, wanted))


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
