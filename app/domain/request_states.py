"""The states of a drug request: ONE table of transitions, read by the guard and by the buttons alike.

Specification: drug_requests §2; the numbers of the rows are those of its table. Everything not listed is illegal.
`attempt` answers whether an action may be done and which status rows to write; it stores nothing. Concurrency: the
caller compares and raises the stored version in the transaction that writes the rows, and a repeated action with
the same idempotency key is answered by the caller from its first result.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain import request_guards as guards
from app.domain.message import Message, msg
from app.domain.request_guards import Actor, Guard, Refusal, RequestFacts
from app.domain.request_terms import Action, ErrorKind, Kind, Role, State, joined

__all__ = [
    "FINAL_STATES",
    "TRANSITIONS",
    "Action",
    "Actor",
    "ErrorKind",
    "Kind",
    "RequestFacts",
    "Role",
    "State",
    "Transition",
    "TransitionResult",
    "allowed_actions",
    "attempt",
    "next_steps",
]

StatusRow = tuple[State | None, State]

_CLINIC = (Role.VILLAGE_DOCTOR, Role.CLINIC_LEAD)
_PHARMACIST = (Role.TOWNSHIP_PHARMACIST,)
_EDITABLE = (State.DRAFT, State.RETURNED)


@dataclass(frozen=True)
class Transition:
    """One row of the table. `standing` guards also decide whether the button is shown; `checks` judge the input.

    `passes_to`: where the action ends when the authorisation step is off. `done` names the next step.
    """

    number: int
    sources: tuple[State | None, ...]
    action: Action
    to: State
    roles: tuple[Role, ...]
    done: Message
    standing: tuple[Guard, ...] = ()
    checks: tuple[Guard, ...] = ()
    passes_to: State | None = None
    passed_on: Message | None = None


@dataclass(frozen=True)
class TransitionResult:
    """The answer to one attempt. Legal: `to` and the status rows to write; otherwise `error_kind`.

    `message` says what was done or why not, and the next step.
    """

    legal: bool
    to: State | None
    error_kind: ErrorKind | None
    status_rows: tuple[StatusRow, ...]
    message: Message


TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        1, (None,), Action.START_REGULAR, State.DRAFT, _CLINIC,
        msg("已建立常规申请草稿：请填写数量后提交。"),
        standing=(guards.period_is_open, guards.no_regular_yet, guards.previous_is_done),
    ),
    Transition(
        2, (None,), Action.START_EMERGENCY, State.DRAFT, _CLINIC,
        msg("已建立紧急申请草稿：请填写急需的药品后提交。"),
        standing=(guards.below_emergency_limit,),
        checks=(guards.comment_is_written,),
    ),
    Transition(
        3, _EDITABLE, Action.SUBMIT, State.SUBMITTED, _CLINIC,
        msg("已提交：请村卫生室负责人签发。"),
        checks=(guards.submission_is_open, guards.lines_can_be_submitted),
        passes_to=State.AUTHORISED,
        passed_on=msg("已提交：等待乡镇卫生院药师领取审核。"),
    ),
    Transition(
        4, (State.SUBMITTED,), Action.AUTHORISE, State.AUTHORISED, (Role.CLINIC_LEAD,),
        msg("已签发：等待乡镇卫生院药师领取审核。"),
        standing=(guards.authorise_step_is_on, guards.not_own_submission),
    ),
    Transition(
        5, (State.SUBMITTED, State.AUTHORISED), Action.WITHDRAW, State.DRAFT, _CLINIC,
        msg("已撤回到草稿：请修改后重新提交。"),
        standing=(guards.nobody_has_taken_it, guards.is_submitter),
    ),
    Transition(
        6, (State.AUTHORISED,), Action.TAKE, State.IN_REVIEW, _PHARMACIST,
        msg("已领取：请审核数量后批准、退回或驳回。"),
        standing=(guards.not_own_request,),
    ),
    Transition(
        7, (State.IN_REVIEW,), Action.GIVE_BACK, State.AUTHORISED,
        (Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER),
        msg("已放回待审核：其他药师可以领取。"),
        standing=(guards.holds_review_or_manages,),
    ),
    Transition(
        8, (State.IN_REVIEW,), Action.RETURN, State.RETURNED, _PHARMACIST,
        msg("已退回：请修改后重新提交。"),
        checks=(guards.comment_is_written,),
    ),
    Transition(
        9, (State.IN_REVIEW,), Action.APPROVE, State.APPROVED, _PHARMACIST,
        msg("已批准：请选定货源后转发货。"),
        standing=(guards.not_own_request,),
        checks=(guards.lines_can_be_approved,),
    ),
    Transition(
        10, (State.IN_REVIEW,), Action.REJECT, State.REJECTED, _PHARMACIST,
        msg("已驳回，本单办结：仍需要药品请新建申请。"),
        checks=(guards.comment_is_written,),
    ),
    Transition(
        11, (State.APPROVED,), Action.REOPEN, State.IN_REVIEW, (Role.TOWNSHIP_MANAGER,),
        msg("已重新打开审核：请修改批准数量后再批准。"),
        standing=(guards.nothing_shipped_or_ordered,),
    ),
    Transition(
        12, (State.APPROVED,), Action.CONVERT, State.RELEASED, _PHARMACIST,
        msg("已转发货：请配货发出，等待村卫生室收货。"),
        checks=(guards.every_line_has_a_source,),
    ),
    Transition(
        13, (State.RELEASED,), Action.CLOSE_REMAINING, State.CLOSED, _PHARMACIST,
        msg("已关闭余量，本单办结：没有供足的药品请上报短缺。"),
        checks=(guards.comment_is_written,),
    ),
    Transition(
        14, (State.RELEASED,), Action.ALL_RECEIVED, State.CLOSED, (Role.SYSTEM,),
        msg("全部收货，本单办结：需要药品请新建申请。"),
        standing=(guards.every_line_is_finished,),
    ),
    Transition(
        15, _EDITABLE, Action.SKIP, State.SKIPPED, _CLINIC,
        msg("已跳过本期：改变主意可以撤销跳过。"),
        standing=(guards.is_regular, guards.skipping_is_allowed),
    ),
    Transition(
        16, (State.SKIPPED,), Action.UNDO_SKIP, State.DRAFT, (Role.VILLAGE_DOCTOR,),
        msg("已撤销跳过：请填写数量后提交。"),
        standing=(guards.no_later_request,),
    ),
    Transition(
        17, _EDITABLE, Action.CANCEL, State.CANCELLED, _CLINIC,
        msg("已取消：仍需要药品请新建申请。"),
        standing=(guards.is_not_regular, guards.is_creator),
    ),
    Transition(
        18, (State.DRAFT, State.SKIPPED), Action.DELETE, State.VOIDED, _CLINIC,
        msg("已作废，记录仍保留：需要药品请新建申请。"),
        standing=(guards.is_regular, guards.is_creator, guards.no_newer_regular),
    ),
)  # fmt: skip
"""The whole state machine (§2). Rows 17 and 18 say "creator": only clinic roles create."""

_BY_ACTION = {transition.action: transition for transition in TRANSITIONS}

FINAL_STATES = frozenset(State) - {source for row in TRANSITIONS for source in row.sources}
"""States that nothing leads out of: rejected, closed, cancelled, voided."""


def attempt(
    facts: RequestFacts, action: Action, actor: Actor, *, judge_comment: bool = True
) -> TransitionResult:
    """Whether `actor` may do `action` now, where it leads and which status rows are written (§2).

    Judged in this order: version, state, role, guards. `judge_comment` False leaves a comment that the caller knows
    nothing of unjudged.
    """
    row = _BY_ACTION[action]
    refusal = (
        guards.version_is_current(facts, actor)
        or _state_allows(facts, row)
        or _role_allows(actor, row)
        or _first_refusal(facts, actor, row, judge_comment=judge_comment)
    )
    if refusal is not None:
        message = _refused(facts, action.label, refusal.why)
        return TransitionResult(False, None, refusal.error_kind, (), message)
    if row.passes_to is not None and not facts.authorise_step:
        rows: tuple[StatusRow, ...] = ((facts.state, row.to), (row.to, row.passes_to))
        return TransitionResult(True, row.passes_to, None, rows, row.passed_on or row.done)
    return TransitionResult(True, row.to, None, ((facts.state, row.to),), row.done)


def not_an_action(facts: RequestFacts, name: str) -> TransitionResult:
    """The refusal for an action that the table does not know at all."""
    why = msg("没有这个操作。")
    message = _refused(facts, msg("{name}", name=name), why)
    return TransitionResult(False, None, ErrorKind.ILLEGAL_TRANSITION, (), message)


def allowed_actions(
    state: State | None,
    role: Role | None,
    kind: Kind | None = None,
    *,
    facts: RequestFacts | None = None,
    actor: Actor | None = None,
) -> tuple[Action, ...]:
    """The actions to offer, in the order of the table.

    `facts` and `actor`, where known, add the standing guards (own work, kind, shipments …); without them only state,
    role and kind decide. What still has to be typed (comment, quantities) never hides an action.
    """
    known = facts or RequestFacts(state, kind=kind)
    person = actor or Actor(None if role is None else frozenset({role}))
    return tuple(row.action for row in TRANSITIONS if _is_offered(row, known, person))


def next_steps(facts: RequestFacts) -> tuple[Transition, ...]:
    """The rows that lead on from here for anyone, as far as the kind of request and its settings allow."""
    nobody = Actor()
    return tuple(row for row in TRANSITIONS if _is_offered(row, facts, nobody))


def _is_offered(row: Transition, facts: RequestFacts, actor: Actor) -> bool:
    if _state_allows(facts, row) is not None or _role_allows(actor, row) is not None:
        return False
    return all(guard(facts, actor) is None for guard in row.standing)


def _state_allows(facts: RequestFacts, row: Transition) -> Refusal | None:
    if facts.state in row.sources:
        return None
    return Refusal(ErrorKind.ILLEGAL_TRANSITION, msg("这个状态下没有这一步。"))


def _role_allows(actor: Actor, row: Transition) -> Refusal | None:
    if actor.roles is None or not actor.roles.isdisjoint(row.roles):
        return None
    who = joined([role.label for role in row.roles])
    return Refusal(ErrorKind.WRONG_ROLE, msg("这一步由{who}办理。", who=who))


def _first_refusal(
    facts: RequestFacts, actor: Actor, row: Transition, *, judge_comment: bool
) -> Refusal | None:
    for guard in row.standing + row.checks:
        if guard is guards.comment_is_written and not judge_comment:
            continue
        refusal = guard(facts, actor)
        if refusal is not None:
            return refusal
    return None


def _refused(facts: RequestFacts, action: Message, why: Message) -> Message:
    way_on = _way_on(facts)
    if facts.state is None:
        return msg("不能“{action}”：{why}{way_on}", action=action, why=why, way_on=way_on)
    return msg(
        "申请单现在是“{state}”，不能“{action}”：{why}{way_on}",
        state=facts.state.label,
        action=action,
        why=why,
        way_on=way_on,
    )


def _way_on(facts: RequestFacts) -> Message:
    if facts.state in FINAL_STATES:
        return msg("这张申请单已经结束，仍需要药品请新建申请。")
    steps = [
        msg("{action}({who})", action=row.action.label, who=joined([role.label for role in row.roles]))
        for row in next_steps(facts)
        if Role.SYSTEM not in row.roles
    ]
    if not steps:
        return msg("请联系乡镇卫生院药师。")
    return msg("下一步可以：{steps}。", steps=joined(steps))
