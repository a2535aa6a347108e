"""A request whose lines come from the ledger: refreshed, checked, submitted in its time; drug_requests §4."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.request_states import Action, State
from app.domain.request_terms import ErrorKind, Kind
from app.errors import UserError
from app.services.exchange import Exchange
from app.services.problems import Refused
from app.services.request_lines import LineEdit
from app.services.request_steps import StepRefused
from app.services.requests import Requests
from app.services.review import Review
from app.services.settings import Settings
from app.services.stock_holds import Hold, hold_batch
from app.services.stocktakes import Recount, Stocktakes
from db.models import ShortageReport, new_id
from tests.app.services.proposal_things import DISPENSE, HISTORY, RECEIPT, moved, on_the_way
from tests.supply_desks import change_drug, drug_code, hand_over


def test_a_request_opens_with_every_drug_in_use(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    request = Requests(clinic_desk).start().request
    assert [line.drug_code for line in request.lines] == [code]
    (line,) = request.lines
    assert (line.on_hand, line.in_transit, line.stockout_days, line.basis) == (60, 0, 7, "consumption")
    assert line.suggested == 133
    assert line.arithmetic == str(line.suggestion.sentence)
    assert "月均 96.35" in line.arithmetic


def test_what_was_read_ahead_counts_only_until_something_is_written(clinic_desk, code):
    moved(clinic_desk, code, HISTORY)
    requests = Requests(clinic_desk)
    requests.read_ahead()
    moved(clinic_desk, code, [(date(2026, 11, 21), DISPENSE, 10)])
    (line,) = requests.start().request.lines
    assert (line.on_hand, line.suggested) == (50, 143)
    requests.act(requests.summaries()[0].id, Action.DELETE, requests.summaries()[0].version)
    requests.read_ahead()
    Settings(clinic_desk).set("stock_max_months", 3)
    (line,) = requests.start().request.lines
    assert line.suggested > 143


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
