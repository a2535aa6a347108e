"""Every transition of a shipment, legal and illegal (drug_requests §6.1), and the rule of the four eyes."""

from __future__ import annotations

import pytest

from app.domain.document_states import StepError, judge, offered
from app.domain.request_terms import Role
from app.domain.shipment_states import FINAL, SHIPMENT_STEPS, ShipmentAction, ShipmentState

S, A = ShipmentState, ShipmentAction
LEGAL = {
    (None, A.CREATE): S.DRAFT,
    (S.DRAFT, A.ALLOCATE): S.ALLOCATED,
    (S.ALLOCATED, A.RELEASE): S.DRAFT,
    (S.ALLOCATED, A.PICK): S.PICKED,
    (S.PICKED, A.SHIP): S.SHIPPED,
    (S.SHIPPED, A.RECEIVE): S.RECEIVED,
    (S.RECEIVED, A.VERIFY): S.VERIFIED,
    (S.DRAFT, A.CANCEL): S.CANCELLED,
    (S.ALLOCATED, A.CANCEL): S.CANCELLED,
    (S.PICKED, A.CANCEL): S.CANCELLED,
    (S.SHIPPED, A.RETURN_IN_FULL): S.RETURNED_IN_FULL,
}
EVERY = [(state, action) for state in (None, *S) for action in A]


def role_for(action):
    return Role.VILLAGE_DOCTOR if action is A.RECEIVE else Role.TOWNSHIP_PHARMACIST


@pytest.mark.parametrize(("state", "action"), EVERY)
def test_the_table_allows_what_is_listed_and_nothing_else(state, action):
    result = judge(SHIPMENT_STEPS, state, action, role_for(action), reason="路上耽误了")
    assert result.to == LEGAL.get((state, action))
    if (state, action) not in LEGAL:
        assert result.error is StepError.ILLEGAL
        assert "没有改动" in str(result.message)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_nothing_leads_out_of_an_end(state):
    assert all(offered(SHIPMENT_STEPS, state, role) == () for role in Role)
    assert "已经办完" in str(judge(SHIPMENT_STEPS, state, A.CANCEL, Role.TOWNSHIP_PHARMACIST).message)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("state", "action"), sorted(LEGAL, key=str))
def test_each_step_is_done_by_its_roles_alone(state, action, role):
    result = judge(SHIPMENT_STEPS, state, action, role, reason="路上耽误了")
    step = next(step for step in SHIPMENT_STEPS if step.action is action)
    assert result.legal is (role in step.roles)
    assert result.error in (None, StepError.WRONG_ROLE)


@pytest.mark.parametrize("own", [A.SHIP, A.RECEIVE])
def test_who_shipped_or_received_does_not_verify(own):
    result = judge(SHIPMENT_STEPS, S.RECEIVED, A.VERIFY, Role.TOWNSHIP_MANAGER, own={own.value})
    assert result.error is StepError.OWN_WORK
    assert A.VERIFY not in offered(SHIPMENT_STEPS, S.RECEIVED, Role.TOWNSHIP_MANAGER, {own.value})


@pytest.mark.parametrize("action", [A.CANCEL, A.RELEASE])
@pytest.mark.parametrize("reason", ["", " ", "好", "，，，"])
def test_giving_up_needs_a_reason_that_says_something(action, reason):
    result = judge(SHIPMENT_STEPS, S.ALLOCATED, action, Role.TOWNSHIP_PHARMACIST, reason=reason)
    assert result.error is StepError.REASON_REQUIRED


def test_a_refusal_names_the_state_the_action_and_the_next_steps():
    sentence = str(judge(SHIPMENT_STEPS, S.ALLOCATED, A.SHIP, Role.TOWNSHIP_PHARMACIST).message)
    assert sentence == "单据现在是“已配货”，不能“发出”，没有改动。现在可以：取消配货、拣货、取消。"
