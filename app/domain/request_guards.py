"""The guards (前提) of the request transitions: small questions that a transition's row in the table names.

Specification: drug_requests §2, column "guard", and V14 of §3. A guard answers None (nothing against it) or a
Refusal. A fact that is None is unknown and is not held against the action; the services pass every fact.
Standing guards can be answered before the user acts, so they also decide which buttons are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.message import Message, msg
from app.domain.request_checks import (
    LineProblem,
    RequestContext,
    RequestLine,
    blocking,
    check_approval,
    check_submission,
    counted_lines,
    has_meaning,
)
from app.domain.request_terms import ErrorKind, Kind, Role, State

EMERGENCY_REQUESTS_PER_PERIOD = 2
"""Default limit per clinic and period (§2 no. 2); the township may set another."""

PREVIOUS_PERIOD_DONE = frozenset({State.RELEASED, State.CLOSED, State.SKIPPED, State.REJECTED})
"""States of the previous period's request in which a new one may be started (§2 no. 1)."""

NO_SOURCE = "not_supplied"
"""The source of a line that is approved but not supplied; it needs a reason (§2 no. 12)."""


@dataclass(frozen=True)
class Actor:
    """Who acts: roles held (None unknown), and how the person is related to this request (None unknown)."""

    roles: frozenset[Role] | None = None
    is_creator: bool | None = None
    is_submitter: bool | None = None
    holds_review: bool | None = None

    @classmethod
    def with_role(cls, role: Role, *, is_creator: bool | None = None) -> Actor:
        """A person with one role; creator and submitter are taken to be the same person."""
        return cls(frozenset({role}), is_creator=is_creator, is_submitter=is_creator)


@dataclass(frozen=True)
class RequestFacts:
    """What the transition table needs to know. None is unknown. `state` None: there is no request yet.

    `authorise_step`: the clinic lead's authorisation is switched on. `shipments`: shipments and purchase lines that
    exist. `previous_state`: the state of the previous period's regular request, `previous_missing` when that
    period has none although it should. `emergencies`: emergency requests of the clinic in this period.
    """

    state: State | None
    kind: Kind | None = None
    authorise_step: bool | None = None
    lines: tuple[RequestLine, ...] | None = None
    comment: str | None = None
    taken: bool | None = None
    shipments: int | None = None
    single_user_clinic: bool = False
    period_open: bool | None = None
    submission_open: bool | None = None
    existing_regular: bool | None = None
    previous_state: State | None = None
    previous_missing: bool = False
    emergencies: int | None = None
    emergency_limit: int = EMERGENCY_REQUESTS_PER_PERIOD
    skip_allowed: bool | None = None
    later_request_submitted: bool | None = None
    newer_regular: bool | None = None
    version_sent: int | str | None = None
    version_stored: int | str | None = None


@dataclass(frozen=True)
class Refusal:
    """Why not: the kind of error and the reason as a sentence with its way out."""

    error_kind: ErrorKind
    why: Message


Guard = Callable[[RequestFacts, Actor], Refusal | None]


def version_is_current(facts: RequestFacts, actor: Actor) -> Refusal | None:
    """A stale version is refused (§2, concurrency)."""
    if (
        facts.version_sent is None
        or facts.version_stored is None
        or facts.version_sent == facts.version_stored
    ):
        return None
    why = msg("别人刚刚改过这张申请单，您的内容没有保存。请刷新，看过改动后再操作。")
    return Refusal(ErrorKind.STALE_VERSION, why)


def period_is_open(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if facts.period_open is not False:
        return None
    return Refusal(ErrorKind.PERIOD_CLOSED, msg("本期还没有开放或已经关闭。请选择开放的申请期。"))


def no_regular_yet(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if not facts.existing_regular:
        return None
    why = msg("本期已有一张常规申请。请继续填写那一张，急需药品请新建紧急申请。")
    return Refusal(ErrorKind.DUPLICATE_PERIOD, why)


def previous_is_done(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if facts.previous_missing:
        why = msg("上一期还没有申请。请先建立上一期的申请，不需要药品可以跳过。")
        return Refusal(ErrorKind.PREVIOUS_UNFINISHED, why)
    if facts.previous_state is None or facts.previous_state in PREVIOUS_PERIOD_DONE:
        return None
    why = msg("上一期的申请还是“{state}”。请先办完上一期。", state=facts.previous_state.label)
    return Refusal(ErrorKind.PREVIOUS_UNFINISHED, why)


def below_emergency_limit(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if facts.emergencies is None or facts.emergencies < facts.emergency_limit:
        return None
    why = msg(
        "本期紧急申请已有 {count} 张，最多 {limit} 张。", count=facts.emergencies, limit=facts.emergency_limit
    )
    return Refusal(ErrorKind.EMERGENCY_LIMIT, why)


def submission_is_open(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if facts.kind is not Kind.REGULAR or facts.submission_open is not False:
        return None
    return Refusal(ErrorKind.TOO_EARLY, msg("还没有到本期的申请日期。草稿已保存，请到期再提交。"))


def lines_can_be_submitted(facts: RequestFacts, actor: Actor) -> Refusal | None:
    """At least one line that counts, and every line in order (§3)."""
    if facts.lines is None:
        return None
    return _first_of(blocking(check_submission(RequestContext(kind=facts.kind), facts.lines)))


def lines_can_be_approved(facts: RequestFacts, actor: Actor) -> Refusal | None:
    """Every line that is not skipped has an approved quantity, and a reason where it was changed (A1, A2)."""
    if facts.lines is None:
        return None
    if not counted_lines(None, facts.lines):
        return Refusal(ErrorKind.NO_LINES, msg("没有可批准的药品。请退回或驳回。"))
    return _first_of(blocking(check_approval(RequestContext(kind=facts.kind), facts.lines)))


def _first_of(problems: Sequence[LineProblem]) -> Refusal | None:
    if not problems:
        return None
    return Refusal(_KIND_OF_PROBLEM.get(problems[0].code, ErrorKind.LINES_INVALID), problems[0].message)


_KIND_OF_PROBLEM = {
    "no_lines": ErrorKind.NO_LINES,
    "too_many_lines": ErrorKind.TOO_MANY_LINES,
    "explanation_required": ErrorKind.EXPLANATION_REQUIRED,
    "approved_missing": ErrorKind.APPROVED_MISSING,
    "reason_required": ErrorKind.REASON_REQUIRED,
}


def every_line_has_a_source(facts: RequestFacts, actor: Actor) -> Refusal | None:
    for line in facts.lines or ():
        if line.skipped or not line.approved:
            continue
        if not line.source:
            why = msg("有批准的药品还没有选货源。请选本院库存、采购、中心药房，或不供应。")
            return Refusal(ErrorKind.SOURCE_MISSING, why)
        if line.source == NO_SOURCE and not has_meaning(line.reason):
            return Refusal(ErrorKind.REASON_REQUIRED, msg("选了不供应的药品请写明原因。"))
    return None


def every_line_is_finished(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if facts.lines is None or all(line.skipped or line.finished is not False for line in facts.lines):
        return None
    return Refusal(ErrorKind.LINES_UNFINISHED, msg("还有药品没有收完。请收货，或由药师关闭余量。"))


def comment_is_written(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if has_meaning(facts.comment):
        return None
    return Refusal(ErrorKind.COMMENT_REQUIRED, msg("请写明原因(至少 2 个字)。"))


def nobody_has_taken_it(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if not facts.taken:
        return None
    return Refusal(ErrorKind.ALREADY_TAKEN, msg("药师已经领取审核。请联系药师退回。"))


def not_own_request(facts: RequestFacts, actor: Actor) -> Refusal | None:
    """A person may not review or approve what he himself created (mechanisms §0.1)."""
    if not actor.is_creator:
        return None
    return Refusal(ErrorKind.OWN_WORK, msg("这张申请单是您自己建的。请由另一位药师办理。"))


def not_own_submission(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if not actor.is_submitter or facts.single_user_clinic:
        return None
    return Refusal(ErrorKind.OWN_WORK, msg("这张申请单是您自己提交的。请由另一位负责人签发。"))


def is_creator(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if actor.is_creator is not False:
        return None
    return Refusal(ErrorKind.NOT_CREATOR, msg("这张申请单不是您建的。请由建单人办理。"))


def is_submitter(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if actor.is_submitter is not False:
        return None
    return Refusal(ErrorKind.NOT_SUBMITTER, msg("这张申请单不是您提交的。请由提交人撤回。"))


def holds_review_or_manages(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if actor.holds_review is not False or Role.TOWNSHIP_MANAGER in (actor.roles or ()):
        return None
    return Refusal(ErrorKind.NOT_HOLDER, msg("这张申请单由另一位药师领取。请由他或管理人员放回。"))


def authorise_step_is_on(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if facts.authorise_step is not False:
        return None
    return Refusal(ErrorKind.STEP_DISABLED, msg("签发这一步没有启用，提交后直接待审核。"))


def nothing_shipped_or_ordered(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if not facts.shipments:
        return None
    return Refusal(ErrorKind.SHIPMENT_EXISTS, msg("已有发货或采购记录。余下的数量请用关闭余量处理。"))


def is_regular(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if facts.kind in (None, Kind.REGULAR):
        return None
    return Refusal(
        ErrorKind.WRONG_KIND, msg("只有常规申请可以这样做。不需要的{kind}请取消。", kind=facts.kind.label)
    )


def is_not_regular(facts: RequestFacts, actor: Actor) -> Refusal | None:
    """Emergency requests are cancelled (§2 no. 17); so are the other kinds without a period, never regular ones."""
    if facts.kind is not Kind.REGULAR:
        return None
    return Refusal(ErrorKind.WRONG_KIND, msg("常规申请不能取消。本期不需要药品请跳过本期。"))


def skipping_is_allowed(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if facts.skip_allowed is not False:
        return None
    return Refusal(ErrorKind.SKIP_NOT_ALLOWED, msg("这个用药项目不允许跳过。请填写数量后提交。"))


def no_later_request(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if not facts.later_request_submitted:
        return None
    return Refusal(ErrorKind.LATER_REQUEST_SUBMITTED, msg("后面一期的申请已经提交。急需药品请新建紧急申请。"))


def no_newer_regular(facts: RequestFacts, actor: Actor) -> Refusal | None:
    if not facts.newer_regular:
        return None
    return Refusal(ErrorKind.NEWER_REQUEST_EXISTS, msg("已有更新一期的常规申请。请先处理那一张。"))
