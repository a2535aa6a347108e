"""The state machine of drug requests: drug_requests §2, line by line, and every pair that is not in it."""

from __future__ import annotations

import itertools

import pytest

from app.domain.request_checks import RequestLine
from app.domain.request_states import (
    FINAL_STATES,
    TRANSITIONS,
    Action,
    Actor,
    ErrorKind,
    Kind,
    RequestFacts,
    Role,
    State,
    allowed_actions,
    attempt,
    next_steps,
)

DOCTOR, LEAD = Role.VILLAGE_DOCTOR, Role.CLINIC_LEAD
PHARMACIST, MANAGER, SYSTEM = Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER, Role.SYSTEM

# The table of §2 written a second time: from, action, to, who.
TABLE = {
    (None, Action.START_REGULAR): (State.DRAFT, {DOCTOR, LEAD}),
    (None, Action.START_EMERGENCY): (State.DRAFT, {DOCTOR, LEAD}),
    (State.DRAFT, Action.SUBMIT): (State.SUBMITTED, {DOCTOR, LEAD}),
    (State.RETURNED, Action.SUBMIT): (State.SUBMITTED, {DOCTOR, LEAD}),
    (State.SUBMITTED, Action.AUTHORISE): (State.AUTHORISED, {LEAD}),
    (State.SUBMITTED, Action.WITHDRAW): (State.DRAFT, {DOCTOR, LEAD}),
    (State.AUTHORISED, Action.WITHDRAW): (State.DRAFT, {DOCTOR, LEAD}),
    (State.AUTHORISED, Action.TAKE): (State.IN_REVIEW, {PHARMACIST}),
    (State.IN_REVIEW, Action.GIVE_BACK): (State.AUTHORISED, {PHARMACIST, MANAGER}),
    (State.IN_REVIEW, Action.RETURN): (State.RETURNED, {PHARMACIST}),
    (State.IN_REVIEW, Action.APPROVE): (State.APPROVED, {PHARMACIST}),
    (State.IN_REVIEW, Action.REJECT): (State.REJECTED, {PHARMACIST}),
    (State.APPROVED, Action.REOPEN): (State.IN_REVIEW, {MANAGER}),
    (State.APPROVED, Action.CONVERT): (State.RELEASED, {PHARMACIST}),
    (State.RELEASED, Action.CLOSE_REMAINING): (State.CLOSED, {PHARMACIST}),
    (State.RELEASED, Action.ALL_RECEIVED): (State.CLOSED, {SYSTEM}),
    (State.DRAFT, Action.SKIP): (State.SKIPPED, {DOCTOR, LEAD}),
    (State.RETURNED, Action.SKIP): (State.SKIPPED, {DOCTOR, LEAD}),
    (State.SKIPPED, Action.UNDO_SKIP): (State.DRAFT, {DOCTOR}),
    (State.DRAFT, Action.CANCEL): (State.CANCELLED, {DOCTOR, LEAD}),
    (State.RETURNED, Action.CANCEL): (State.CANCELLED, {DOCTOR, LEAD}),
    (State.DRAFT, Action.DELETE): (State.VOIDED, {DOCTOR, LEAD}),
    (State.SKIPPED, Action.DELETE): (State.VOIDED, {DOCTOR, LEAD}),
}

EVERYTHING = list(itertools.product([None, *State], Action, Role))


def facts_for(state, action, **known):
    kind = Kind.EMERGENCY if action is Action.CANCEL else Kind.REGULAR
    told = {"kind": kind, "authorise_step": True, "comment": "数量偏大"} | known
    return RequestFacts(state, **told)


@pytest.mark.parametrize(("state", "action", "role"), EVERYTHING)
def test_only_what_the_table_lists_is_legal(state, action, role):
    result = attempt(facts_for(state, action), action, Actor.with_role(role))
    to, roles = TABLE.get((state, action), (None, set()))
    if role in roles:
        assert result.legal
        assert (result.to, result.status_rows) == (to, ((state, to),))
        assert result.error_kind is None
        return
    assert not result.legal
    assert (result.to, result.status_rows) == (None, ())
    expected = ErrorKind.WRONG_ROLE if (state, action) in TABLE else ErrorKind.ILLEGAL_TRANSITION
    assert result.error_kind is expected
    assert str(action.label) in str(result.message)
    if state is not None:
        assert str(state.label) in str(result.message)


@pytest.mark.parametrize(("state", "role"), list(itertools.product([None, *State], Role)))
def test_buttons_and_guard_read_the_same_table(state, role):
    offered = set()
    for kind in (Kind.REGULAR, Kind.EMERGENCY):
        offered |= set(allowed_actions(state, role, kind))
    assert offered == {
        action for (source, action), (_, roles) in TABLE.items() if source is state and role in roles
    }


def test_the_table_has_the_eighteen_rows_of_the_specification():
    assert [row.number for row in TRANSITIONS] == list(range(1, 19))
    assert [row.action for row in TRANSITIONS] == list(Action)
    assert {State.REJECTED, State.CLOSED, State.CANCELLED, State.VOIDED} == FINAL_STATES


def test_every_legal_step_names_the_next_one():
    assert (
        str(attempt_as(PHARMACIST, State.IN_REVIEW, Action.RETURN, comment="请核对").message)
        == "已退回：请修改后重新提交。"
    )
    for row in TRANSITIONS:
        assert "：" in str(row.done)


def attempt_as(role, state, action, *, creator=None, **known):
    return attempt(RequestFacts(state, **known), action, Actor.with_role(role, is_creator=creator))


def test_without_the_authorisation_step_submitting_writes_two_status_rows():
    result = attempt_as(DOCTOR, State.DRAFT, Action.SUBMIT, authorise_step=False)
    assert result.to is State.AUTHORISED
    assert result.status_rows == ((State.DRAFT, State.SUBMITTED), (State.SUBMITTED, State.AUTHORISED))
    assert str(result.message) == "已提交：等待乡镇卫生院药师领取审核。"
    again = attempt_as(LEAD, State.RETURNED, Action.SUBMIT, authorise_step=False)
    assert again.status_rows[0] == (State.RETURNED, State.SUBMITTED)


def line(**known):
    return RequestLine(**({"key": "1", "requested": 10} | known))


REFUSED = [
    # 1: period open, one regular per period, oldest open period first
    (DOCTOR, None, Action.START_REGULAR, {"period_open": False}, ErrorKind.PERIOD_CLOSED),
    (DOCTOR, None, Action.START_REGULAR, {"existing_regular": True}, ErrorKind.DUPLICATE_PERIOD),
    (DOCTOR, None, Action.START_REGULAR, {"previous_missing": True}, ErrorKind.PREVIOUS_UNFINISHED),
    *[
        (DOCTOR, None, Action.START_REGULAR, {"previous_state": state}, ErrorKind.PREVIOUS_UNFINISHED)
        for state in State
        if state not in (State.RELEASED, State.CLOSED, State.SKIPPED, State.REJECTED)
    ],
    # 2: limit and reason
    (DOCTOR, None, Action.START_EMERGENCY, {"emergencies": 2, "comment": "急救"}, ErrorKind.EMERGENCY_LIMIT),
    (DOCTOR, None, Action.START_EMERGENCY, {"emergencies": 3, "comment": "急救"}, ErrorKind.EMERGENCY_LIMIT),
    (
        DOCTOR, None, Action.START_EMERGENCY,
        {"emergencies": 1, "emergency_limit": 1, "comment": "急救"}, ErrorKind.EMERGENCY_LIMIT,
    ),
    (DOCTOR, None, Action.START_EMERGENCY, {"emergency_limit": 0, "emergencies": 0}, ErrorKind.EMERGENCY_LIMIT),
    (DOCTOR, None, Action.START_EMERGENCY, {"emergencies": 0}, ErrorKind.COMMENT_REQUIRED),
    # 3: lines, request-open date
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"lines": ()}, ErrorKind.NO_LINES),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"lines": (line(skipped=True),)}, ErrorKind.NO_LINES),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"lines": (line(requested=None),)}, ErrorKind.LINES_INVALID),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"lines": (line(requested=0),)}, ErrorKind.LINES_INVALID),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"lines": (line(requested=-1),)}, ErrorKind.LINES_INVALID),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"lines": (line(suggested=5),)}, ErrorKind.EXPLANATION_REQUIRED),
    (
        DOCTOR, State.DRAFT, Action.SUBMIT,
        {"kind": Kind.EMERGENCY, "lines": (line(requested=0),)}, ErrorKind.NO_LINES,
    ),
    (
        DOCTOR, State.DRAFT, Action.SUBMIT,
        {"kind": Kind.EMERGENCY, "lines": (line(),) * 11}, ErrorKind.TOO_MANY_LINES,
    ),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"kind": Kind.REGULAR, "submission_open": False}, ErrorKind.TOO_EARLY),
    # 4, 5
    (LEAD, State.SUBMITTED, Action.AUTHORISE, {"creator": True}, ErrorKind.OWN_WORK),
    (LEAD, State.SUBMITTED, Action.AUTHORISE, {"authorise_step": False}, ErrorKind.STEP_DISABLED),
    (DOCTOR, State.SUBMITTED, Action.WITHDRAW, {"creator": False}, ErrorKind.NOT_SUBMITTER),
    (DOCTOR, State.AUTHORISED, Action.WITHDRAW, {"taken": True}, ErrorKind.ALREADY_TAKEN),
    (DOCTOR, State.IN_REVIEW, Action.WITHDRAW, {"creator": True}, ErrorKind.ILLEGAL_TRANSITION),
    # 6
    (PHARMACIST, State.AUTHORISED, Action.TAKE, {"creator": True}, ErrorKind.OWN_WORK),
    (
        PHARMACIST, State.AUTHORISED, Action.TAKE,
        {"version_sent": 3, "version_stored": 4}, ErrorKind.STALE_VERSION,
    ),
    # 8-10
    (PHARMACIST, State.IN_REVIEW, Action.RETURN, {}, ErrorKind.COMMENT_REQUIRED),
    (PHARMACIST, State.IN_REVIEW, Action.RETURN, {"comment": "  "}, ErrorKind.COMMENT_REQUIRED),
    (PHARMACIST, State.IN_REVIEW, Action.RETURN, {"comment": "改"}, ErrorKind.COMMENT_REQUIRED),
    (PHARMACIST, State.IN_REVIEW, Action.RETURN, {"comment": "。。。。"}, ErrorKind.COMMENT_REQUIRED),
    (PHARMACIST, State.IN_REVIEW, Action.REJECT, {}, ErrorKind.COMMENT_REQUIRED),
    (PHARMACIST, State.IN_REVIEW, Action.APPROVE, {"creator": True}, ErrorKind.OWN_WORK),
    (PHARMACIST, State.IN_REVIEW, Action.APPROVE, {"lines": ()}, ErrorKind.NO_LINES),
    (PHARMACIST, State.IN_REVIEW, Action.APPROVE, {"lines": (line(),)}, ErrorKind.APPROVED_MISSING),
    (PHARMACIST, State.IN_REVIEW, Action.APPROVE, {"lines": (line(approved=-1),)}, ErrorKind.LINES_INVALID),
    (PHARMACIST, State.IN_REVIEW, Action.APPROVE, {"lines": (line(approved=9),)}, ErrorKind.REASON_REQUIRED),
    (PHARMACIST, State.IN_REVIEW, Action.APPROVE, {"lines": (line(approved=0),)}, ErrorKind.REASON_REQUIRED),
    # 11-14
    (MANAGER, State.APPROVED, Action.REOPEN, {"shipments": 1}, ErrorKind.SHIPMENT_EXISTS),
    (PHARMACIST, State.APPROVED, Action.CONVERT, {"lines": (line(approved=5),)}, ErrorKind.SOURCE_MISSING),
    (
        PHARMACIST, State.APPROVED, Action.CONVERT,
        {"lines": (line(approved=5, source="not_supplied"),)}, ErrorKind.REASON_REQUIRED,
    ),
    (PHARMACIST, State.RELEASED, Action.CLOSE_REMAINING, {}, ErrorKind.COMMENT_REQUIRED),
    (SYSTEM, State.RELEASED, Action.ALL_RECEIVED, {"lines": (line(finished=False),)}, ErrorKind.LINES_UNFINISHED),
    # 15-18
    (DOCTOR, State.DRAFT, Action.SKIP, {"kind": Kind.EMERGENCY}, ErrorKind.WRONG_KIND),
    (DOCTOR, State.DRAFT, Action.SKIP, {"skip_allowed": False}, ErrorKind.SKIP_NOT_ALLOWED),
    (DOCTOR, State.SKIPPED, Action.UNDO_SKIP, {"later_request_submitted": True}, ErrorKind.LATER_REQUEST_SUBMITTED),
    (DOCTOR, State.DRAFT, Action.CANCEL, {"kind": Kind.REGULAR}, ErrorKind.WRONG_KIND),
    (DOCTOR, State.DRAFT, Action.CANCEL, {"kind": Kind.EMERGENCY, "creator": False}, ErrorKind.NOT_CREATOR),
    (DOCTOR, State.DRAFT, Action.DELETE, {"creator": False}, ErrorKind.NOT_CREATOR),
    (DOCTOR, State.DRAFT, Action.DELETE, {"newer_regular": True}, ErrorKind.NEWER_REQUEST_EXISTS),
    (DOCTOR, State.DRAFT, Action.DELETE, {"kind": Kind.EMERGENCY}, ErrorKind.WRONG_KIND),
]  # fmt: skip


@pytest.mark.parametrize(("role", "state", "action", "known", "error"), REFUSED)
def test_guards_refuse(role, state, action, known, error):
    result = attempt_as(role, state, action, **known)
    assert (result.legal, result.error_kind, result.status_rows) == (False, error, ())
    assert "下一步可以" in str(result.message)


ALLOWED = [
    *[
        (DOCTOR, None, Action.START_REGULAR, {"previous_state": state})
        for state in (None, State.RELEASED, State.CLOSED, State.SKIPPED, State.REJECTED)
    ],
    (DOCTOR, None, Action.START_REGULAR, {"existing_regular": False, "emergencies": 9}),  # kinds are kept apart
    (DOCTOR, None, Action.START_EMERGENCY, {"emergencies": 1, "comment": "急救"}),
    (DOCTOR, None, Action.START_EMERGENCY, {"existing_regular": True, "emergencies": 0, "comment": "急救"}),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"lines": (line(), line(skipped=True, requested=None))}),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"lines": (line(suggested=5, explanation="外出务工返乡"),)}),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"kind": Kind.EMERGENCY, "lines": (line(),) * 10}),
    (DOCTOR, State.DRAFT, Action.SUBMIT, {"kind": Kind.EMERGENCY, "submission_open": False}),
    (LEAD, State.SUBMITTED, Action.AUTHORISE, {"creator": True, "single_user_clinic": True}),
    (LEAD, State.SUBMITTED, Action.AUTHORISE, {"creator": False}),
    (DOCTOR, State.SUBMITTED, Action.WITHDRAW, {"creator": True}),
    (PHARMACIST, State.AUTHORISED, Action.TAKE, {"creator": False, "version_sent": 4, "version_stored": 4}),
    (PHARMACIST, State.IN_REVIEW, Action.APPROVE, {"lines": (line(approved=10),)}),
    (PHARMACIST, State.IN_REVIEW, Action.APPROVE, {"lines": (line(approved=0, reason="院内断货"),)}),
    (PHARMACIST, State.IN_REVIEW, Action.APPROVE, {"lines": (line(approved=10), line(skipped=True))}),
    (MANAGER, State.APPROVED, Action.REOPEN, {"shipments": 0}),
    (PHARMACIST, State.APPROVED, Action.CONVERT, {"lines": (line(approved=5, source="purchase"), line(approved=0))}),
    (
        PHARMACIST, State.APPROVED, Action.CONVERT,
        {"lines": (line(approved=5, source="not_supplied", reason="厂家停产"),)},
    ),
    (SYSTEM, State.RELEASED, Action.ALL_RECEIVED, {"lines": (line(finished=True), line(skipped=True))}),
    (DOCTOR, State.RETURNED, Action.CANCEL, {"kind": Kind.PATIENT, "creator": True}),
]  # fmt: skip


@pytest.mark.parametrize(("role", "state", "action", "known"), ALLOWED)
def test_guards_let_through(role, state, action, known):
    assert attempt_as(role, state, action, **known).legal


def test_a_review_is_given_back_by_its_holder_or_a_manager():
    facts = RequestFacts(State.IN_REVIEW)
    other = Actor(frozenset({PHARMACIST}), holds_review=False)
    assert attempt(facts, Action.GIVE_BACK, other).error_kind is ErrorKind.NOT_HOLDER
    assert attempt(facts, Action.GIVE_BACK, Actor(frozenset({PHARMACIST}), holds_review=True)).legal
    assert attempt(facts, Action.GIVE_BACK, Actor(frozenset({PHARMACIST, MANAGER}), holds_review=False)).legal


def test_one_person_may_hold_several_roles_but_not_approve_the_own_request():
    person = Actor(frozenset({DOCTOR, PHARMACIST}), is_creator=True)
    assert attempt(RequestFacts(State.DRAFT), Action.SUBMIT, person).legal
    assert attempt(RequestFacts(State.IN_REVIEW), Action.APPROVE, person).error_kind is ErrorKind.OWN_WORK
    assert Action.APPROVE not in allowed_actions(State.IN_REVIEW, None, actor=person)


def test_a_stale_version_is_told_before_anything_else():
    result = attempt_as(DOCTOR, State.CLOSED, Action.SUBMIT, version_sent="3", version_stored="5")
    assert result.error_kind is ErrorKind.STALE_VERSION
    assert "没有保存" in str(result.message)


def test_a_refusal_names_state_action_and_next_step():
    result = attempt_as(PHARMACIST, State.SUBMITTED, Action.APPROVE)
    assert str(result.message) == (
        "申请单现在是“已提交”，不能“批准”：这个状态下没有这一步。"
        "下一步可以：签发(村卫生室负责人)、撤回(村医、村卫生室负责人)。"
    )
    closed = attempt_as(PHARMACIST, State.CLOSED, Action.APPROVE)
    assert str(closed.message).endswith("这张申请单已经结束，仍需要药品请新建申请。")


def test_buttons_respect_what_is_known_of_the_request():
    assert Action.SKIP not in allowed_actions(State.DRAFT, DOCTOR, Kind.EMERGENCY)
    assert Action.CANCEL not in allowed_actions(State.DRAFT, DOCTOR, Kind.REGULAR)
    shipped = RequestFacts(State.APPROVED, shipments=1)
    assert allowed_actions(State.APPROVED, MANAGER, facts=shipped) == ()
    # what still has to be typed hides nothing
    assert Action.RETURN in allowed_actions(State.IN_REVIEW, PHARMACIST, facts=RequestFacts(State.IN_REVIEW))


def test_next_steps_leave_out_the_switched_off_authorisation():
    on = [row.action for row in next_steps(RequestFacts(State.SUBMITTED, authorise_step=True))]
    off = [row.action for row in next_steps(RequestFacts(State.SUBMITTED, authorise_step=False))]
    assert (on, off) == ([Action.AUTHORISE, Action.WITHDRAW], [Action.WITHDRAW])


@pytest.mark.parametrize("words", [State, Action, Kind, Role])
def test_every_word_has_its_own_label(words):
    labels = [str(word.label) for word in words]
    assert len(set(labels)) == len(list(words))
    assert all(labels)


def test_a_comment_of_which_nothing_is_known_can_be_left_unjudged():
    facts = RequestFacts(None, emergencies=1)
    person = Actor.with_role(DOCTOR)
    assert not attempt(facts, Action.START_EMERGENCY, person).legal
    assert attempt(facts, Action.START_EMERGENCY, person, judge_comment=False).legal
