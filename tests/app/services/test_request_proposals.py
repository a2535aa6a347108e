"""What is proposed for a line, from the ledger and from the patients: drug_requests §3."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from app.domain.caseload import Unread, WrittenMedicine
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.problems import Refused
from app.services.request_caseload import demand, written_medicines
from app.services.requests import Requests
from app.services.settings import Settings
from app.services.stock_ledger import NewMovement, book
from db.models import Dispensing, DispensingLine, Drug, Enrolment, Resident, new_id
from tests.app.services.proposal_things import DISPENSE, HISTORY, RECEIPT, moved, on_the_way, proposal
from tests.followup_people import add_resident, both_answers, htn_answers
from tests.supply_desks import change_drug, drug_code


def test_a_line_tells_its_whole_arithmetic(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    on_the_way(clinic_desk, code, 28)
    found = proposal(clinic_desk, code)
    assert (found.position.consumption.consumed, found.position.stockout_days) == (273, 7)
    assert found.monthly_use == "96.35"
    # 273 ÷ 85 × 60 = 192.7…; less 60 and 28: 105, that is 4 packs of 28.
    assert (found.suggestion.suggested, found.suggestion.packs, found.suggestion.units_after_packs) == (105, 4, 112)
    assert found.sentence == (
        "近3个月(92天)发出 273 片，缺货 7 天，月均 96.35；目标 2 月 = 192.71；现有 60，在途 28 → 建议 105 片(4 盒 112 片)"
    )


def test_the_days_before_the_first_receipt_do_not_count(clinic_desk, code):
    moved(clinic_desk, code, [(date(2026, 10, 2), RECEIPT, 60), (date(2026, 10, 9), DISPENSE, 10)])
    consumption = proposal(clinic_desk, code).position.consumption
    assert (consumption.days, consumption.amc) == (30, 10)


# Published result of open mSupply: minimum 5, maximum 20 months, use 1 a month: stock 1 gives 19, 6 gives 0, 20 gives 0.
@pytest.mark.parametrize(("stock", "suggested"), [(1, 19), (5, 15), (6, 0), (20, 0)])
def test_minimum_five_maximum_twenty_and_one_a_month(clinic_desk, code, stock, suggested):
    for name, value in (("stock_min_months", 5), ("stock_max_months", 20), ("order_mode", "min_max")):
        Settings(clinic_desk).set(name, value)
    # Since 3 August: 3 in 90 days, 1 a month.
    moved(clinic_desk, code, [
        (date(2026, 8, 3), RECEIPT, 3 + stock), (date(2026, 8, 10), DISPENSE, 1), (date(2026, 9, 10), DISPENSE, 1),
        (date(2026, 10, 10), DISPENSE, 1),
    ])  # fmt: skip
    found = proposal(clinic_desk, code)
    assert (found.position.amc, found.suggestion.suggested) == (1, suggested)


def test_no_use_suggests_nothing_and_no_history_is_unknown(clinic_desk, code):
    moved(clinic_desk, code, [(date(2026, 5, 4), RECEIPT, 10)])
    assert (proposal(clinic_desk, code).position.amc, proposal(clinic_desk, code).suggestion.suggested) == (0, 0)
    other = drug_code(clinic_desk, "二甲双胍")
    assert (proposal(clinic_desk, other).monthly_use, proposal(clinic_desk, other).suggestion.suggested) == (None, None)
    assert not proposal(clinic_desk, other).is_in_use


# OpenLMIS: 200 = 7 × 28 + 4 with threshold 14 → 7 packs, with 3 → 8; pack 100, threshold 50: 250 → 2, 251 → 3.
@pytest.mark.parametrize(
    ("percent", "pack", "on_hand", "suggested", "packs"),
    [(50, 28, 40, 200, 7), (13, 28, 40, 200, 8), (0, 28, 40, 200, 8), (50, 100, 40, 200, 2), (99, 1000, 40, 200, 1)],
)
def test_packs_are_rounded_by_the_threshold_that_is_set(clinic_desk, code, percent, pack, on_hand, suggested, packs):
    Settings(clinic_desk).set("pack_rounding_percent", percent)
    change_drug(clinic_desk, code, units_per_pack=pack)
    # 368 in 92 days: 120 a month, twice is 240.
    moved(clinic_desk, code, [(date(2026, 5, 4), RECEIPT, 368 + on_hand), (date(2026, 9, 9), DISPENSE, 368)])
    found = proposal(clinic_desk, code).suggestion
    assert (found.suggested, found.packs) == (suggested, packs)


def test_isolation_months_are_stocked_ahead(clinic_desk, code):
    Settings(clinic_desk).set("isolation_months", 3)
    moved(clinic_desk, code, [(date(2026, 5, 4), RECEIPT, 408), (date(2026, 9, 9), DISPENSE, 368)])
    found = proposal(clinic_desk, code).suggestion
    assert (found.target, found.suggested) == (600, 560)
    assert "目标 5 月(含封路 3 月) = 600" in str(found.sentence)


def test_long_prescriptions_due_are_committed(clinic_desk, code, resident):
    moved(clinic_desk, code, HISTORY)
    with clinic_desk.sessions.writing() as session:
        given = Dispensing(
            organisation_id=clinic_desk.place.id, resident_id=resident, given_on=date(2026, 10, 20), kind="long",
            user_id="", user_name="王明", created_at=clinic_desk.now(),
        )  # fmt: skip
        session.add(given)
        session.flush()
        session.add(
            DispensingLine(
                dispensing_id=given.id, position=0, drug_code=code, drug_name="硝苯地平", unit="片", quantity=140, days=28
            )
        )  # fmt: skip
    # The supply ends on 16 November; by 29 December two more of 140 are due.
    found = proposal(clinic_desk, code)
    assert (found.committed, found.suggestion.basis.value, found.suggestion.suggested) == (280, "committed", 220)
    assert "长处方到期续方需 280" in found.sentence


def patient(desk, name, answers=None, *, diseases=("htn",)):
    """A person under management with one visit."""
    resident_id = add_resident(desk, name=name)
    for disease in diseases:
        Enrolments(desk).enrol(resident_id, disease, date(2019, 5, 1), date(2019, 6, 1))
    FollowUps(desk).save_visit(resident_id, answers or htn_answers(date(2026, 11, 1)))
    return resident_id


@pytest.fixture
def taken(clinic_desk, code):
    """The drug that the visits of these tests name."""
    change_drug(clinic_desk, code, generic_name="硝苯地平控释片", strength="30mg", unit="片")
    return code


def test_the_patients_ask_for_more_than_consumption(clinic_desk, taken):
    moved(clinic_desk, taken, HISTORY)
    for number in range(12):
        patient(clinic_desk, f"病人{number}")
    found = proposal(clinic_desk, taken)
    # 12 × 1 × 1 × (30 + 7) = 444; less 60.
    assert (found.caseload.patients, found.caseload.units) == (12, 444)
    assert (found.suggestion.suggested, found.suggestion.basis.value) == (384, "caseload")
    assert "在管 12 人每天共用 12 片，到下次送货 30 天加备用 7 天 = 444" in found.sentence


def test_the_newest_visit_counts_and_who_left_does_not(clinic_desk, taken):
    moved(clinic_desk, taken, HISTORY)
    first = patient(clinic_desk, "病人甲")
    FollowUps(clinic_desk).save_visit(
        first, htn_answers(date(2026, 11, 15), drugs=[{"name": "硝苯地平控释片", "times_per_day": 2, "dose": "2片"}])
    )
    assert proposal(clinic_desk, taken).caseload.units == 4 * 37
    second = patient(clinic_desk, "病人乙")
    assert proposal(clinic_desk, taken).caseload.patients == 2
    with clinic_desk.sessions.writing() as session:
        for row in session.scalars(select(Enrolment).where(Enrolment.resident_id == second)):
            row.ended_on = date(2026, 11, 20)
    assert proposal(clinic_desk, taken).caseload.patients == 1
    with clinic_desk.sessions.writing() as session:
        session.get_one(Resident, first).state = "died"
    assert proposal(clinic_desk, taken).caseload is None


def test_a_visit_with_two_sheets_gives_the_medicines_of_both(clinic_desk, taken):
    metformin = drug_code(clinic_desk, "二甲双胍")
    change_drug(clinic_desk, metformin, generic_name="盐酸二甲双胍片", strength="0.5g", unit="片")
    moved(clinic_desk, taken, HISTORY)
    patient(clinic_desk, "病人丙", both_answers(date(2026, 11, 1)), diseases=("htn", "dm"))
    assert (proposal(clinic_desk, taken).caseload.units, proposal(clinic_desk, metformin).caseload.units) == (37, 74)
    request = Requests(clinic_desk).start().request
    assert {line.drug_code: (line.basis, line.suggested) for line in request.lines}[metformin] == ("caseload", 74)


def test_a_medicine_that_means_no_product_counts_nowhere_and_is_told(clinic_desk, taken):
    moved(clinic_desk, taken, HISTORY)
    medicines = [
        {"name": "祖传降压丸", "times_per_day": 1, "dose": "1丸"},
        {"name": "硝苯地平控释片 30mg", "times_per_day": 1, "dose": "必要时1片"},
        {"name": "硝苯地平控释片 30mg", "dose": "1片"},
    ]
    patient(clinic_desk, "病人丁", htn_answers(date(2026, 11, 1), drugs=medicines))
    with clinic_desk.sessions.reading() as session:
        found = demand(session, clinic_desk.place.id, clinic_desk.today(), days=30, spare_days=7)
    assert found.caseloads == {}
    assert found.unread == {Unread.NOT_IN_CATALOGUE: 1, Unread.NOT_DAILY: 1, Unread.DOSE_NOT_READ: 1}


def test_medicines_of_the_other_sheets_are_read():
    assert written_medicines(
        {
            "drugs": [
                {"name": "利培酮片", "period": 1, "times": 2, "dose_mg": "1"},
                {"name": "棕榈酸帕利哌酮", "period": 2, "times": 1, "dose_mg": "100"},
                {"name": ""},
            ],
            "insulin_kind": "甘精胰岛素",
            "insulin_usage": "睡前12U",
        }
    ) == (
        WrittenMedicine("利培酮片", "1mg", Fraction(2)),
        WrittenMedicine("棕榈酸帕利哌酮", "100mg", Fraction(1, 30)),
        WrittenMedicine("甘精胰岛素", "睡前12U", None, is_insulin=True),
    )


def successor(desk, code, **values):
    """A product of the same ingredient, form and strength that took the place of `code`; gives its code."""
    change_drug(desk, code, valid_to=date(2026, 11, 1), ingredients="nifedipine", dosage_form="缓释片", strength="20mg")
    with desk.sessions.writing() as session:
        old = session.scalars(select(Drug).where(Drug.code == code)).one()
        columns = {column.name: getattr(old, column.name) for column in Drug.__table__.columns if column.name != "id"}
        new = {**columns, "code": f"{code}N", "valid_from": date(2026, 11, 2), "valid_to": None, **values}
        session.add(Drug(id=new_id(), **new))
    return new["code"]


def test_the_use_of_a_product_that_left_the_list_counts_to_the_one_in_its_place(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    alone = proposal(clinic_desk, code)
    new = successor(clinic_desk, code)
    found = proposal(clinic_desk, new)
    assert found.position.amc == alone.position.amc
    assert found.position.stockout_days == 7
    assert (found.position.on_hand, found.is_in_use) == (0, True)
    moved(clinic_desk, new, [(date(2026, 10, 4), RECEIPT, 50)], batch_no="N1")
    both = proposal(clinic_desk, new)
    assert (both.position.stockout_days, both.position.usable) == (1, 50)


def test_another_strength_or_two_products_in_its_place_take_over_nothing(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    other = successor(clinic_desk, code, strength="30mg")
    assert proposal(clinic_desk, other).position.amc is None
    change_drug(clinic_desk, other, strength="20mg")
    assert proposal(clinic_desk, other).position.amc is not None
    with clinic_desk.sessions.writing() as session:
        row = session.scalars(select(Drug).where(Drug.code == other)).one()
        columns = {column.name: getattr(row, column.name) for column in Drug.__table__.columns if column.name != "id"}
        session.add(Drug(id=new_id(), **{**columns, "code": f"{other}2"}))
    assert proposal(clinic_desk, other).position.amc is None


def test_the_season_factor_of_the_drugs_group_raises_the_target(clinic_desk, code):
    change_drug(clinic_desk, code, therapeutic_group="降压药")
    moved(clinic_desk, code, HISTORY)
    settings = Settings(clinic_desk)
    settings.set("season_factors", "降压药 11-2 1.5")
    found = proposal(clinic_desk, code)
    assert "季节系数 1.5" in found.sentence
    assert found.suggestion.target == found.position.amc * 3
    with pytest.raises(Refused, match="看不懂"):
        settings.set("season_factors", "降压药 冬天多")


def test_the_steps_of_a_line_add_up(clinic_desk, code):
    batch = moved(clinic_desk, code, HISTORY)
    with clinic_desk.sessions.writing() as session:
        book(session, clinic_desk, [NewMovement(batch, DISPENSE, 4)])
    working = Requests(clinic_desk).working(code)
    assert working.flow.ending == working.usable == 56
    assert (working.flow.beginning, working.flow.used) == (60, 4)
    assert working.target == working.amc * 2
    assert working.months_of_use[-1] == ("2026-11", 4)
    assert working.months_of_use[-2] == ("2026-10", 273)


def test_a_patients_new_long_prescription_is_seen_by_the_next_proposal(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    assert not proposal(clinic_desk, code).committed
    resident = add_resident(clinic_desk)
    with clinic_desk.sessions.writing() as session:
        given = Dispensing(
            organisation_id=clinic_desk.place.id, resident_id=resident, given_on=clinic_desk.today() - timedelta(days=28),
            kind="long", user_id="", user_name="王明", state="given", created_at=clinic_desk.now(),
        )  # fmt: skip
        session.add(given)
        session.flush()
        session.add(DispensingLine(dispensing_id=given.id, position=0, drug_code=code, drug_name="", unit="片",
                                   quantity=56, days=28))  # fmt: skip
    assert proposal(clinic_desk, code).committed == 112
