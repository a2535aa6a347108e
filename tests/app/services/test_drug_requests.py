"""A drug request from the clinic to the township and back, by files, on two real encrypted databases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.desk import Actor
from app.domain.request_states import Action, State
from app.domain.request_terms import ErrorKind, Kind
from app.errors import EnvironmentFailure, UserError
from app.exchange.envelope import LARGEST_FILE, EnvelopeRefused, Fault
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.history import broken_links
from app.services.pairing import Pairing
from app.services.problems import Refused
from app.services.request_steps import StepRefused
from app.services.requests import LineEdit, Requests
from app.services.review import Review
from app.services.review_marks import marks, wants_look
from db.models import ExchangeMessage, Organisation
from tests.desks import make_clinic, make_township
from tests.supply_desks import give_keys, introduce


def written_request(clinic, *, requested=(None, None, None), kind=Kind.REGULAR, reason=""):
    requests = Requests(clinic)
    request = requests.start(kind, reason=reason).request
    figures = [("硝苯地平", 9, "44"), ("二甲双胍", 12, "30"), ("阿莫西林", 31, "26")]
    for (name, on_hand, use), wanted in zip(figures, requested, strict=True):
        drug = Catalogue(clinic).find(name)[0]
        line = requests.add_line(request.id, drug.code)
        edit = LineEdit(on_hand=on_hand, monthly_use=use, requested=wanted, explanation="村里体检后新增病人")
        requests.edit_line(request.id, line.id, edit)
    return requests.get(request.id)


def submitted(clinic, tmp_path, **how):
    draft = written_request(clinic, **how)
    Requests(clinic).fill_with_suggestions(draft.id)
    done = Requests(clinic).submit(draft.id, Requests(clinic).get(draft.id).version)
    return done, Exchange(clinic).save_file(done.message_id, tmp_path / "request.cyx")


def reviewed(township, file):
    taken = Exchange(township).open_file(file)
    review = Review(township)
    return review.take(taken.subject_id, review.get(taken.subject_id).version).request


def test_the_suggestion_shows_its_arithmetic(clinic):
    line = written_request(clinic).lines[0]
    assert line.suggested == 2 * 44 - 9
    assert line.days_left == 6
    assert "79" in str(line.suggestion.sentence)


def test_suggestions_fill_only_empty_lines_and_can_be_undone(clinic):
    draft = written_request(clinic, requested=(None, "48", None))
    requests = Requests(clinic)
    filled = requests.fill_with_suggestions(draft.id)
    assert [line.requested for line in requests.get(draft.id).lines] == [79, 48, 21]
    requests.empty_lines(draft.id, filled)
    assert [line.requested for line in requests.get(draft.id).lines] == [None, 48, None]


def test_the_clinic_reads_line_by_line_what_became_of_its_request(clinic, township, tmp_path):
    _done, file = submitted(clinic, tmp_path)
    request = reviewed(township, file)
    review = Review(township)
    first, second, third = request.lines
    review.decide_line(request.id, first.id, 79)
    review.decide_line(request.id, second.id, 24, "本院库存不足")
    review.decide_line(request.id, third.id, 0, "抗菌药物控制用量")
    decided = review.act(request.id, Action.APPROVE, review.get(request.id).version)
    reply = Exchange(township).save_file(decided.message_id, tmp_path / "reply.cyx")
    told = Exchange(clinic).open_file(reply)
    seen = Requests(clinic).get(told.subject_id)
    assert seen.state is State.APPROVED
    assert [(line.approved, line.decision, line.decision_reason) for line in seen.lines] == [
        (79, "approved", ""),
        (24, "changed", "本院库存不足"),
        (0, "refused", "抗菌药物控制用量"),
    ]
    assert [step.to_state.value for step in seen.history] == [
        "draft",
        "submitted",
        "authorised",
        "in_review",
        "approved",
    ]
    assert seen.history[-1].user_name == "赵敏"
    for desk in (clinic, township):
        with desk.sessions.reading() as session:
            assert broken_links(session) == []


def test_a_clinic_without_residents_tells_the_people_it_serves_and_no_chronic_cases(clinic, township, tmp_path):
    with clinic.sessions.writing() as session:
        session.get_one(Organisation, clinic.place.id).population = 1630
    _done, file = submitted(clinic, tmp_path)
    seen = reviewed(township, file)
    assert (seen.population, seen.chronic) == (1630, None)


def test_a_changed_line_needs_a_reason_before_approval(clinic, township, tmp_path):
    _done, file = submitted(clinic, tmp_path)
    request = reviewed(township, file)
    review = Review(township)
    for line in request.lines:
        review.decide_line(request.id, line.id, 5)
    with pytest.raises(Refused) as refusal:
        review.act(request.id, Action.APPROVE, review.get(request.id).version)
    assert {problem.code for problem in refusal.value.problems} == {line.id for line in request.lines}
    assert review.get(request.id).state is State.IN_REVIEW


def test_agreeing_to_the_unremarkable_leaves_flagged_lines_open(clinic, township, tmp_path):
    draft = written_request(clinic, requested=("400", None, None))
    requests = Requests(clinic)
    requests.fill_with_suggestions(draft.id)
    for line in requests.get(draft.id).lines[1:]:
        requests.edit_line(
            draft.id, line.id, LineEdit(line.on_hand, line.monthly_use, line.requested, explanation="")
        )
    confirmed = frozenset(line.id for line in draft.lines)
    done = requests.submit(draft.id, requests.get(draft.id).version, confirmed=confirmed)
    request = reviewed(township, Exchange(clinic).save_file(done.message_id, tmp_path / "r.cyx"))
    agreed = Review(township).agree_to_unremarkable(request.id)
    lines = Review(township).get(request.id).lines
    assert agreed == [line.id for line in lines if not wants_look(line)]
    assert lines[0].approved is None
    assert any("超建议量" in str(mark.text) for mark in marks(lines[0]))


def test_a_returned_request_is_changed_and_submitted_again(clinic, township, tmp_path):
    _done, file = submitted(clinic, tmp_path)
    request = reviewed(township, file)
    review, requests = Review(township), Requests(clinic)
    back = review.act(request.id, Action.RETURN, request.version, comment="请核对阿莫西林的库存")
    Exchange(clinic).open_file(Exchange(township).save_file(back.message_id, tmp_path / "back.cyx"))
    seen = requests.get(request.id)
    assert (seen.state, seen.comment) == (State.RETURNED, "请核对阿莫西林的库存")
    requests.edit_line(seen.id, seen.lines[2].id, LineEdit(40, "26", 12, "重新盘点过"))
    again = requests.submit(seen.id, requests.get(seen.id).version)
    taken = Exchange(township).open_file(Exchange(clinic).save_file(again.message_id, tmp_path / "again.cyx"))
    renewed = review.get(taken.subject_id)
    assert renewed.state is State.AUTHORISED
    assert renewed.lines[2].requested == 12
    assert len(review.inbox()) == 1


@pytest.mark.parametrize(
    "action", [Action.APPROVE, Action.CONVERT, Action.REJECT, Action.CLOSE_REMAINING, Action.REOPEN]
)
def test_the_clinic_cannot_do_what_is_the_townships(clinic, tmp_path, action):
    done, _file = submitted(clinic, tmp_path)
    with pytest.raises(StepRefused):
        Requests(clinic).act(done.request.id, action, done.request.version, comment="试一试")
    assert Requests(clinic).get(done.request.id).state is State.AUTHORISED


def test_a_second_regular_request_in_one_period_is_refused(clinic):
    written_request(clinic)
    with pytest.raises(StepRefused) as refusal:
        Requests(clinic).start(Kind.REGULAR)
    assert refusal.value.error_kind is ErrorKind.DUPLICATE_PERIOD


def test_an_emergency_request_needs_a_reason_and_at_most_two_are_made_in_a_period(clinic):
    with pytest.raises(StepRefused):
        Requests(clinic).start(Kind.EMERGENCY)
    for _ in range(2):
        Requests(clinic).start(Kind.EMERGENCY, reason="流感病人突然增多")
    with pytest.raises(StepRefused) as refusal:
        Requests(clinic).start(Kind.EMERGENCY, reason="流感病人突然增多")
    assert refusal.value.error_kind is ErrorKind.EMERGENCY_LIMIT


def test_a_request_can_be_withdrawn_until_its_file_is_handed_over(clinic, tmp_path):
    draft = written_request(clinic)
    requests = Requests(clinic)
    requests.fill_with_suggestions(draft.id)
    done = requests.submit(draft.id, requests.get(draft.id).version)
    back = requests.act(draft.id, Action.WITHDRAW, done.request.version)
    assert back.request.state is State.DRAFT
    again = requests.submit(draft.id, back.request.version)
    Exchange(clinic).save_file(again.message_id, tmp_path / "r.cyx")
    with pytest.raises(StepRefused) as refusal:
        requests.act(draft.id, Action.WITHDRAW, requests.get(draft.id).version)
    assert refusal.value.error_kind is ErrorKind.ALREADY_TAKEN


def test_a_submitted_request_cannot_be_edited(clinic, tmp_path):
    done, _file = submitted(clinic, tmp_path)
    with pytest.raises(UserError, match="不能再改"):
        Requests(clinic).edit_line(done.request.id, done.request.lines[0].id, LineEdit(requested=1))


def test_a_double_click_submits_once(clinic):
    draft = written_request(clinic)
    requests = Requests(clinic)
    requests.fill_with_suggestions(draft.id)
    version = requests.get(draft.id).version
    requests.submit(draft.id, version, key="one click")
    requests.submit(draft.id, version, key="one click")
    with clinic.sessions.reading() as session:
        assert len(session.scalars(select(ExchangeMessage)).all()) == 1


def test_a_stale_version_is_refused(clinic):
    draft = written_request(clinic)
    Requests(clinic).fill_with_suggestions(draft.id)
    with pytest.raises(StepRefused) as refusal:
        Requests(clinic).submit(draft.id, draft.version - 1)
    assert refusal.value.error_kind is ErrorKind.STALE_VERSION


def test_an_empty_request_is_not_submitted(clinic):
    request = Requests(clinic).start().request
    with pytest.raises(UserError):
        Requests(clinic).submit(request.id, request.version)
    assert Requests(clinic).get(request.id).state is State.DRAFT


@pytest.mark.parametrize(
    "edit",
    [
        LineEdit(on_hand="-1"),
        LineEdit(on_hand="1.5"),
        LineEdit(monthly_use="abc"),
        LineEdit(requested="99999999999"),
    ],
)
def test_an_impossible_quantity_is_refused_beside_its_cell(clinic, edit):
    draft = written_request(clinic)
    with pytest.raises(Refused) as refusal:
        Requests(clinic).edit_line(draft.id, draft.lines[0].id, edit)
    assert refusal.value.problems[0].code in ("on_hand", "monthly_use", "requested")
    assert Requests(clinic).get(draft.id).lines[0].on_hand == 9


def test_a_file_opened_twice_changes_nothing(clinic, township, tmp_path):
    _done, file = submitted(clinic, tmp_path)
    Exchange(township).open_file(file)
    with pytest.raises(EnvelopeRefused) as refusal:
        Exchange(township).open_file(file)
    assert refusal.value.fault is Fault.REPEATED
    assert len(Review(township).inbox()) == 1


def test_a_request_for_another_township_is_refused_and_kept_aside(clinic, township, tmp_path, clock):
    _done, file = submitted(clinic, tmp_path)
    other = make_township(tmp_path / "other", clock)
    give_keys(other)
    introduce(clinic, other, tmp_path)
    with pytest.raises(EnvelopeRefused) as refusal:
        Exchange(other).open_file(file)
    assert refusal.value.fault is Fault.NOT_FOR_US
    assert [(letter.state, bool(letter.reason)) for letter in Exchange(other).letters()] == [
        ("refused", True)
    ]
    assert Review(other).inbox() == []
    other.sessions.engine.dispose()


def test_a_stranger_is_refused_until_paired_and_then_the_same_file_is_taken_in(clinic, tmp_path, clock):
    stranger = make_township(tmp_path / "stranger", clock)
    give_keys(stranger)
    Pairing(clinic).pair(Pairing(clinic).look_at_card(Pairing(stranger).save_card(tmp_path / "s.json")))
    _done, file = submitted(clinic, tmp_path)
    with pytest.raises(EnvelopeRefused) as refusal:
        Exchange(stranger).open_file(file)
    assert refusal.value.fault is Fault.STRANGER
    Pairing(stranger).pair(Pairing(stranger).look_at_card(Pairing(clinic).save_card(tmp_path / "c.json")))
    assert Exchange(stranger).open_file(file).kind == "drug_request"
    stranger.sessions.engine.dispose()


def test_a_full_stick_loses_nothing_and_the_file_can_be_saved_again(clinic, tmp_path):
    draft = written_request(clinic)
    Requests(clinic).fill_with_suggestions(draft.id)
    done = Requests(clinic).submit(draft.id, Requests(clinic).get(draft.id).version)
    with pytest.raises(EnvironmentFailure):
        Exchange(clinic).save_file(done.message_id, tmp_path / "missing folder" / "r.cyx")
    assert Exchange(clinic).letters()[0].state == "ready"
    Exchange(clinic).save_file(done.message_id, tmp_path / "r.cyx")
    assert Exchange(clinic).letters()[0].state == "sent"


def test_nobody_decides_what_another_pharmacist_holds(clinic, township, tmp_path):
    _done, file = submitted(clinic, tmp_path)
    request = reviewed(township, file)
    colleague = replace(township, actor=Actor("colleague", "孙药师", "township_pharmacist"))
    with pytest.raises(UserError, match="别的药师"):
        Review(colleague).decide_line(request.id, request.lines[0].id, 1)


def test_the_buttons_are_the_actions_that_the_table_allows(clinic, township, tmp_path):
    done, file = submitted(clinic, tmp_path)
    assert done.request.actions == (Action.WITHDRAW,)
    request = reviewed(township, file)
    assert set(request.actions) == {Action.GIVE_BACK, Action.RETURN, Action.APPROVE, Action.REJECT}


def test_the_next_regular_request_starts_with_the_same_drugs_and_their_use(clinic, township, tmp_path, clock):
    _done, file = submitted(clinic, tmp_path)
    request = reviewed(township, file)
    review = Review(township)
    rejected = review.act(request.id, Action.REJECT, request.version, comment="本月已超预算")
    Exchange(clinic).open_file(Exchange(township).save_file(rejected.message_id, tmp_path / "no.cyx"))
    clock.forward(days=20)
    following = Requests(clinic).start().request
    assert following.period == "2026-12"
    assert [str(line.monthly_use) for line in following.lines] == ["44", "30", "26"]
    assert [line.on_hand for line in following.lines] == [None, None, None]


def test_filling_skips_what_is_in_stock_and_undoing_brings_it_back(clinic):
    requests = Requests(clinic)
    draft = requests.start().request
    drug = Catalogue(clinic).find("硝苯地平")[0]
    line = requests.add_line(draft.id, drug.code)
    requests.edit_line(draft.id, line.id, LineEdit(on_hand=500, monthly_use="20"))
    filled = requests.fill_with_suggestions(draft.id)
    assert [(each.requested, each.is_skipped) for each in requests.get(draft.id).lines] == [(None, True)]
    requests.empty_lines(draft.id, filled)
    assert [(each.requested, each.is_skipped) for each in requests.get(draft.id).lines] == [(None, False)]


def test_a_changed_line_comes_back_with_what_is_wrong_with_it(clinic):
    draft = written_request(clinic)
    edit = LineEdit(9, "44", 5, "")
    line = Requests(clinic).edit_line(draft.id, draft.lines[0].id, edit, version=draft.version)
    assert [problem.code for problem in line.problems] == ["explanation_required"]


STALE_WRITING = {
    "edit": lambda requests, draft: requests.edit_line(
        draft.id, draft.lines[0].id, LineEdit(9, "44", 80), version=draft.version
    ),
    "fill": lambda requests, draft: requests.fill_with_suggestions(draft.id, version=draft.version),
    "add": lambda requests, draft: requests.add_line(
        draft.id, draft.lines[0].drug_code, version=draft.version
    ),
}


@pytest.mark.parametrize("how", STALE_WRITING)
def test_writing_on_an_old_version_is_refused(clinic, how):
    draft = written_request(clinic)
    requests = Requests(clinic)
    requests.edit_line(draft.id, draft.lines[1].id, LineEdit(12, "30", 50), version=draft.version)
    with pytest.raises(StepRefused) as refusal:
        STALE_WRITING[how](requests, draft)
    assert refusal.value.error_kind is ErrorKind.STALE_VERSION
    assert [line.requested for line in requests.get(draft.id).lines] == [None, 50, None]


def test_only_what_may_be_started_is_offered(clinic):
    requests = Requests(clinic)
    assert [(start.kind, start.period, start.why_not is None) for start in requests.starts()] == [
        (Kind.REGULAR, "2026-11", True),
        (Kind.REGULAR, "2026-12", True),
        (Kind.EMERGENCY, "2026-11", True),
    ]
    requests.start()
    for _ in range(2):
        requests.start(Kind.EMERGENCY, reason="流感病人突然增多")
    assert [start.why_not is None for start in requests.starts()] == [False, False, False]


def test_a_pharmacist_starts_nothing(township):
    assert all(start.why_not is not None for start in Requests(township).starts())


def test_a_withdrawn_request_leaves_no_file_to_hand_over_and_no_gap(clinic, township, tmp_path):
    draft = written_request(clinic)
    requests, exchange = Requests(clinic), Exchange(clinic)
    requests.fill_with_suggestions(draft.id)
    done = requests.submit(draft.id, requests.get(draft.id).version)
    assert exchange.latest_about(draft.id).state == "ready"
    back = requests.act(draft.id, Action.WITHDRAW, done.request.version)
    assert exchange.latest_about(draft.id) is None
    again = requests.submit(draft.id, back.request.version)
    taken = Exchange(township).open_file(exchange.save_file(again.message_id, tmp_path / "r.cyx"))
    assert taken.gap is None
    assert exchange.latest_about(draft.id).state == "sent"


def test_an_older_answer_that_comes_late_changes_nothing(clinic, township, tmp_path):
    _done, file = submitted(clinic, tmp_path)
    request = reviewed(township, file)
    review, post = Review(township), Exchange(township)
    for line in request.lines:
        review.decide_line(request.id, line.id, line.requested)
    approved = review.act(request.id, Action.APPROVE, review.get(request.id).version)
    first = post.save_file(approved.message_id, tmp_path / "first.cyx")
    released = review.act(request.id, Action.CONVERT, approved.request.version)
    second = post.save_file(released.message_id, tmp_path / "second.cyx")
    assert Exchange(clinic).open_file(second).gap is not None
    assert Requests(clinic).get(request.id).state is State.RELEASED
    late = Exchange(clinic).open_file(first)
    assert "较早" in str(late.message)
    assert Requests(clinic).get(request.id).state is State.RELEASED


def test_an_answer_never_handed_over_is_replaced_by_the_next(clinic, township, tmp_path):
    _done, file = submitted(clinic, tmp_path)
    request = reviewed(township, file)
    review, post = Review(township), Exchange(township)
    for line in request.lines:
        review.decide_line(request.id, line.id, line.requested)
    approved = review.act(request.id, Action.APPROVE, review.get(request.id).version)
    released = review.act(request.id, Action.CONVERT, approved.request.version)
    told = Exchange(clinic).open_file(post.save_file(released.message_id, tmp_path / "both.cyx"))
    assert told.gap is None
    assert Requests(clinic).get(request.id).state is State.RELEASED


def test_a_colleague_is_not_offered_what_another_pharmacist_holds(clinic, township, tmp_path):
    _done, file = submitted(clinic, tmp_path)
    request = reviewed(township, file)
    assert (request.holder_name, request.is_held_by_me) == ("赵敏", True)
    colleague = Review(replace(township, actor=Actor("colleague", "孙药师", "township_pharmacist")))
    seen = colleague.get(request.id)
    assert (seen.holder_name, seen.is_held_by_me, seen.actions) == ("赵敏", False, ())
    with pytest.raises(UserError, match="别的药师"):
        colleague.act(request.id, Action.REJECT, seen.version, comment="本月已超预算")


def test_the_use_of_a_drug_is_compared_with_the_other_clinics(clinic, township, tmp_path, clock):
    _done, file = submitted(clinic, tmp_path)
    request = reviewed(township, file)
    code = request.lines[0].drug_code
    alone = Review(township).compare_use(request.id, code)
    assert (alone.own, alone.median, alone.others) == (Decimal("44"), None, ())
    for number, use in enumerate(("20", "31")):
        other = make_clinic(tmp_path / f"other{number}", clock)
        give_keys(other)
        introduce(other, township, tmp_path)
        requests = Requests(other)
        draft = requests.start().request
        line = requests.add_line(draft.id, code)
        requests.edit_line(draft.id, line.id, LineEdit(0, use))
        requests.fill_with_suggestions(draft.id)
        done = requests.submit(draft.id, requests.get(draft.id).version)
        Exchange(township).open_file(Exchange(other).save_file(done.message_id, tmp_path / "o.cyx"))
        other.sessions.engine.dispose()
    compared = Review(township).compare_use(request.id, code)
    assert (compared.own, compared.median) == (Decimal("44"), Decimal("25.5"))
    assert [use for _name, use in compared.others] == [Decimal("31"), Decimal("20")]


def test_the_use_written_in_former_requests_is_remembered(clinic, clock):
    draft = written_request(clinic)
    Requests(clinic).act(draft.id, Action.SKIP, draft.version)
    clock.forward(days=20)
    Requests(clinic).start()
    code = draft.lines[0].drug_code
    assert Requests(clinic).use_history(code) == [("2026-11", Decimal("44")), ("2026-12", Decimal("44"))]


def test_a_file_larger_than_any_envelope_is_refused(clinic, tmp_path):
    large = tmp_path / "large.cyx"
    with large.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(EnvelopeRefused) as refused:
        Exchange(clinic).open_file(large)
    assert refused.value.fault is Fault.FOREIGN
