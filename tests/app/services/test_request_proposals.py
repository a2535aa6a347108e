"""A request whose lines come from the ledger and from the patients: drug_requests §3 and §4."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from app.domain.caseload import Unread, WrittenMedicine
from app.domain.movements import Bearer, MovementKind
from app.domain.request_states import Action, State
from app.domain.request_terms import ErrorKind, Kind
from app.errors import UserError
from app.services.enrolments import Enrolments
from app.services.exchange import Exchange
from app.services.follow_ups import FollowUps
from app.services.problems import Refused
from app.services.request_caseload import demand, written_medicines
from app.services.request_lines import LineEdit
from app.services.request_proposals import proposals
from app.services.request_steps import StepRefused
from app.services.requests import Requests
from app.services.review import Review
from app.services.settings import Settings
from app.services.stock_holds import Hold, hold_batch
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from app.services.stocktakes import Recount, Stocktakes
from db.models import (
    Dispensing,
    DispensingLine,
    Drug,
    Enrolment,
    Resident,
    Shipment,
    ShipmentLine,
    ShortageReport,
    new_id,
)
from tests.followup_people import add_resident, both_answers, htn_answers
from tests.supply_desks import change_drug, drug_code, hand_over

FAR = date(2030, 6, 30)


def at(day, hour=4):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def moved(desk, code, movements, *, expiry=FAR, pack=28, batch_no="A1"):
    """Put movements (day, kind, units) into one batch of a drug; gives the batch's id."""
    with desk.sessions.writing() as session:
        key = BatchKey(code, batch_no, expiry, "某厂", 1000, pack)
        batch_id = find_or_make_batch(session, desk, key, movements[0][0])
        entries = [
            NewMovement(batch_id, kind, units, at(day), bearer=Bearer.CLINIC.value if kind.is_loss else "")
            for day, kind, units in movements
        ]
        book(session, desk, entries)
    return batch_id


RECEIPT, DISPENSE = MovementKind.RECEIPT, MovementKind.DISPENSE
# August to October 2026 have 92 days. 273 tablets, 7 days out of stock (3–9 October): 273 ÷ 85 × 30 = 96.35.
HISTORY = [
    (date(2026, 5, 4), RECEIPT, 200),
    (date(2026, 10, 3), DISPENSE, 200),
    (date(2026, 10, 10), RECEIPT, 133),
    (date(2026, 10, 20), DISPENSE, 73),
]


@pytest.fixture
def code(clinic_desk):
    wanted = drug_code(clinic_desk, "硝苯地平")
    change_drug(clinic_desk, wanted, units_per_pack=28)
    return wanted


def proposal(desk, code):
    with desk.sessions.reading() as session:
        return proposals(session, desk, [code])[code]


def on_the_way(desk, code, units):
    with desk.sessions.writing() as session:
        row = Shipment(
            number=f"FH-{new_id()[-12:]}", township_id=desk.place.id, clinic_id=desk.place.id, state="shipped",
            created_at=desk.now(), created_by_id="", created_by_name="赵敏",
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(
            ShipmentLine(
                shipment_id=row.id, position=0, drug_code=code, drug_name="硝苯地平缓释片", unit="片", pack_unit="盒",
                units_per_pack=28, batch_no="A2", expiry=FAR, shipped=units, codes=[],
            )
        )  # fmt: skip




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


@pytest.fixture
def resident(clinic_desk):
    return add_resident(clinic_desk)


def test_a_request_opens_with_every_drug_in_use(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    request = Requests(clinic_desk).start().request
    assert [line.drug_code for line in request.lines] == [code]
    (line,) = request.lines
    assert (line.on_hand, line.in_transit, line.stockout_days, line.basis) == (60, 0, 7, "consumption")
    assert line.suggested == 133
    assert line.arithmetic == str(line.suggestion.sentence)
    assert "月均 96.35" in line.arithmetic


def test_stock_and_use_of_the_ledger_are_never_typed(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    requests = Requests(clinic_desk)
    request = requests.start().request
    (line,) = request.lines
    for edit, cell in ((LineEdit(on_hand=61), "on_hand"), (LineEdit(monthly_use="100"), "monthly_use")):
        with pytest.raises(Refused, match="不能在申领单里改") as refusal:
            requests.edit_line(request.id, line.id, edit)
        assert refusal.value.problems[0].code == cell
    kept = requests.edit_line(request.id, line.id, LineEdit(60, "96.35", 133))
    assert (kept.on_hand, kept.requested, kept.suggested) == (60, 133, 133)


def test_a_draft_whose_stock_moved_is_refreshed_before_it_is_submitted(desks, code):
    clinic, _township = desks
    moved(clinic, code, HISTORY)
    requests = Requests(clinic)
    request = requests.start().request
    requests.fill_with_suggestions(request.id)
    moved(clinic, code, [(date(2026, 11, 21), DISPENSE, 10)])
    with pytest.raises(Refused, match="账面库存是 50，明细行显示 60：请刷新"):
        requests.submit(request.id, requests.get(request.id).version)
    fresh = requests.refresh(request.id)
    assert [(line.on_hand, line.suggested, line.requested) for line in fresh.lines] == [(50, 143, 133)]
    assert requests.submit(request.id, fresh.version).request.state is State.AUTHORISED


def test_the_arithmetic_travels_to_the_township(desks, code, tmp_path):
    clinic, township = desks
    moved(clinic, code, HISTORY)
    requests = Requests(clinic)
    request = requests.start().request
    requests.fill_with_suggestions(request.id)
    done = requests.submit(request.id, requests.get(request.id).version)
    taken = hand_over(clinic, township, done.message_id, tmp_path)
    (line,) = Review(township).get(taken.subject_id).lines
    assert (line.on_hand, line.stockout_days, line.basis) == (60, 7, "consumption")
    assert line.arithmetic == done.request.lines[0].arithmetic


def found_codes(view):
    return {problem.code for problem in view.problems}


def test_expired_stock_of_a_line_is_written_off_or_acknowledged_first(desks, code):
    clinic, _township = desks
    moved(clinic, code, HISTORY)
    held = moved(clinic, code, [(date(2026, 11, 2), RECEIPT, 5)], batch_no="B9")
    with clinic.sessions.writing() as session:
        hold_batch(session, clinic, held, Hold.QUALITY, "药片受潮")
    requests = Requests(clinic)
    request = requests.start().request
    requests.fill_with_suggestions(request.id)
    view = requests.get(request.id)
    assert "unusable_stock" in found_codes(view)
    with pytest.raises(Refused, match="已过期或停用"):
        requests.submit(request.id, view.version)
    known = frozenset(line.id for line in view.lines)
    assert requests.submit(request.id, view.version, acknowledged=known).request.state is State.AUTHORISED


def test_a_count_never_done_is_told_and_a_fresh_one_is_not(clinic_desk, code, clock):
    moved(clinic_desk, code, HISTORY)
    request = Requests(clinic_desk).start().request
    assert "count_too_old" in found_codes(Requests(clinic_desk).get(request.id))
    takes = Stocktakes(clinic_desk)
    view = takes.open().stocktake
    clock.forward(minutes=1)
    view = takes.count(view.id, {view.lines[0].id: 60}, view.version).stocktake
    view = takes.to_review(view.id, view.version).stocktake
    takes.finalise(view.id, view.version, recount=Recount("赵敏", {view.lines[0].id: 60}))
    assert "count_too_old" not in found_codes(Requests(clinic_desk).get(request.id))


def test_goods_on_the_way_are_told_and_subtracted(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    on_the_way(clinic_desk, code, 28)
    request = Requests(clinic_desk).start().request
    requests = Requests(clinic_desk)
    requests.fill_with_suggestions(request.id)
    assert "previous_in_transit" in found_codes(requests.get(request.id))
    assert requests.get(request.id).lines[0].requested == 105


def test_a_drug_without_data_needs_a_quantity_and_a_reason(desks, code):
    clinic, _township = desks
    moved(clinic, code, HISTORY)
    other = drug_code(clinic, "二甲双胍")
    requests = Requests(clinic)
    request = requests.start().request
    line = requests.add_line(request.id, other)
    assert (line.on_hand, line.monthly_use, line.suggested) == (0, None, None)
    requests.fill_with_suggestions(request.id)
    requests.edit_line(request.id, line.id, LineEdit(requested=50))
    with pytest.raises(Refused, match="无消耗数据"):
        requests.submit(request.id, requests.get(request.id).version)
    requests.edit_line(request.id, line.id, LineEdit(requested=50, explanation="新来两位糖尿病人"))
    assert requests.submit(request.id, requests.get(request.id).version).request.state is State.AUTHORISED


def test_two_lines_of_one_product_are_hinted_at(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    other = drug_code(clinic_desk, "二甲双胍")
    moved(clinic_desk, other, [(date(2026, 5, 4), RECEIPT, 10)])
    for each in (code, other):
        change_drug(clinic_desk, each, ingredients="nifedipine", dosage_form="缓释片", strength="20mg")
    request = Requests(clinic_desk).start().request
    assert "same_ingredient" in found_codes(Requests(clinic_desk).get(request.id))


def test_a_drug_that_left_the_list_is_not_asked_for(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    requests = Requests(clinic_desk)
    request = requests.start().request
    requests.fill_with_suggestions(request.id)
    change_drug(clinic_desk, code, valid_to=clinic_desk.today() - timedelta(days=1))
    assert "not_listed" in found_codes(requests.get(request.id))


def test_a_regular_request_is_submitted_from_fifteen_days_before_its_period(desks, code, clock):
    clinic, _township = desks
    moved(clinic, code, HISTORY)
    clock.forward(days=-7)
    requests = Requests(clinic)
    skipped = requests.start().request
    requests.act(skipped.id, Action.SKIP, skipped.version)
    request = requests.start(period="2026-12").request
    requests.fill_with_suggestions(request.id)
    with pytest.raises(StepRefused) as refusal:
        requests.submit(request.id, requests.get(request.id).version)
    assert refusal.value.error_kind is ErrorKind.TOO_EARLY
    clock.forward(days=1)
    assert requests.submit(request.id, requests.get(request.id).version).request.state is State.AUTHORISED


def test_the_oldest_open_period_comes_first(clinic_desk, clock):
    requests = Requests(clinic_desk)
    first = requests.start().request
    with pytest.raises(StepRefused) as refusal:
        requests.start(period="2026-12")
    assert refusal.value.error_kind is ErrorKind.PREVIOUS_UNFINISHED
    requests.act(first.id, Action.SKIP, first.version)
    clock.forward(days=30)
    with pytest.raises(StepRefused) as refusal:
        requests.start(period="2027-01")
    assert refusal.value.error_kind is ErrorKind.PREVIOUS_UNFINISHED
    assert requests.start().request.period == "2026-12"


def test_one_regular_request_for_each_programme(clinic_desk):
    requests = Requests(clinic_desk)
    requests.start()
    assert requests.start(programme="中药饮片").request.programme == "中药饮片"
    with pytest.raises(StepRefused) as refusal:
        requests.start(programme="中药饮片")
    assert refusal.value.error_kind is ErrorKind.DUPLICATE_PERIOD


def test_the_limit_of_emergency_requests_is_set(clinic_desk):
    Settings(clinic_desk).set("emergency_requests", 1)
    requests = Requests(clinic_desk)
    requests.start(Kind.EMERGENCY, reason="流感病人突然增多")
    with pytest.raises(StepRefused) as refusal:
        requests.start(Kind.EMERGENCY, reason="流感病人突然增多")
    assert refusal.value.error_kind is ErrorKind.EMERGENCY_LIMIT


def test_unfinished_requests_are_listed_the_oldest_first(clinic_desk, clock):
    requests = Requests(clinic_desk)
    skipped = requests.start().request
    requests.act(skipped.id, Action.SKIP, skipped.version)
    emergency = requests.start(Kind.EMERGENCY, reason="流感病人突然增多").request
    clock.forward(minutes=1)
    following = requests.start(period="2026-12").request
    assert [row.id for row in requests.unfinished()] == [emergency.id, following.id]


def shortage(desk, organisation_id):
    report = ShortageReport(
        id=new_id(), organisation_id=organisation_id, drug_text="硝苯地平", kind="断供", level="clinic", state="draft",
        reported_at=desk.now(), reported_by_id="", reported_by_name="王明",
    )  # fmt: skip
    with desk.sessions.writing() as session:
        session.add(report)
    return report.id


def test_a_shortage_report_is_attached_to_one_request(clinic_desk):
    requests = Requests(clinic_desk)
    first = requests.start().request
    other = requests.start(Kind.EMERGENCY, reason="流感病人突然增多").request
    report = shortage(clinic_desk, clinic_desk.place.id)
    requests.attach_shortage(first.id, report)
    requests.attach_shortage(first.id, report)
    assert requests.shortages(first.id) == (report,)
    with pytest.raises(UserError, match="另一张申领单"):
        requests.attach_shortage(other.id, report)
    with pytest.raises(UserError, match="找不到"):
        requests.attach_shortage(first.id, new_id())
    assert Exchange(clinic_desk).letters() == []


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


def test_reading_a_draft_anew_writes_nothing_where_nothing_differs(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    requests = Requests(clinic_desk)
    request = requests.start().request
    assert requests.refreshed(request.id) is None
    assert requests.get(request.id).version == request.version
    moved(clinic_desk, code, [(date(2026, 10, 21), DISPENSE, 5)])
    refreshed = requests.refreshed(request.id)
    assert [line.on_hand for line in refreshed.lines] == [request.lines[0].on_hand - 5]
    assert requests.refreshed(request.id) is None


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
