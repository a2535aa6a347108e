"""The rule `request_transition`: whether an action on a drug request is legal, and where it leads.

Specification: drug_requests §2 and §3. The answer comes from `app.domain.request_states`, the same table that
the program itself uses. Also found as `app.rules.drugs.request_transition`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeVar

from app.domain.message import msg
from app.domain.request_checks import RequestLine
from app.domain.request_guards import EMERGENCY_REQUESTS_PER_PERIOD
from app.domain.request_states import (
    Action,
    Actor,
    Kind,
    RequestFacts,
    Role,
    State,
    TransitionResult,
    attempt,
    not_an_action,
)
from app.i18n import tr
from app.rules.drug_inputs import (
    Payload,
    exact_units,
    explained,
    flag,
    items,
    number,
    refuse,
    text,
    whole,
)

Word = TypeVar("Word", bound=StrEnum)

_STARTS = {Action.START_REGULAR, Action.START_EMERGENCY}
_NO_STATE = {"", "none", "null", "new", "start", "_", "—", "无"}

_STATE_SYNONYMS = {
    "authorized": State.AUTHORISED,
    "in_approval": State.IN_REVIEW,
    "review": State.IN_REVIEW,
    "canceled": State.CANCELLED,
    "void": State.VOIDED,
    "deleted": State.VOIDED,
    "(voided)": State.VOIDED,
}

_ACTION_SYNONYMS = {
    "authorize": Action.AUTHORISE,
    "giveback": Action.GIVE_BACK,
    "send_back": Action.RETURN,
    "close_remainder": Action.CLOSE_REMAINING,
    "close_rest": Action.CLOSE_REMAINING,
    "all_lines_received": Action.ALL_RECEIVED,
    "all_lines_received_or_closed": Action.ALL_RECEIVED,
    "(all_lines_received_or_closed)": Action.ALL_RECEIVED,
    "receive_all": Action.ALL_RECEIVED,
    "auto_close": Action.ALL_RECEIVED,
    "unskip": Action.UNDO_SKIP,
    "undoskip": Action.UNDO_SKIP,
    "void": Action.DELETE,
    "release": Action.CONVERT,
    "create_regular": Action.START_REGULAR,
    "create_emergency": Action.START_EMERGENCY,
}

_ROLE_SYNONYMS = {
    "doctor": Role.VILLAGE_DOCTOR,
    "lead": Role.CLINIC_LEAD,
    "pharmacist": Role.TOWNSHIP_PHARMACIST,
    "manager": Role.TOWNSHIP_MANAGER,
}

_THE_CREATOR = {"creator", "submitter"}


@explained("§2", msg("申请单按状态表办理，表里没有的操作都不允许。"))
def request_transition(payload: Payload) -> Payload:
    """Whether the action is legal (§2); keys as in the command-line page.

    `state` null or absent for the two start actions. `role` may be a list under `roles`. `action` is tolerant:
    "close remaining", "close_remaining" and 关闭余量 are one. `lines`: [{requested, suggested, approved, reason,
    explanation, skipped, source, pack, closed}] or their number. `shipments`: list or number.
    `previous_period_request`: its state, {state}, null for none needed, "missing" when it should exist and doesn't.
    `existing_regular_same_period`: true, a state, or an object. Further keys: submitter_is_actor, holds_review,
    single_user_clinic, taken, period_open, submission_open, skip_allowed, newer_regular, later_request_submitted.

    What is not told (key absent) is not held against the action, with two exceptions: an absent `authorise_step`
    is off when submitting, and return and reject need a comment.
    """
    facts, actor = _facts(payload), _actor(payload)
    name = text(payload, "action")
    if name is None:
        raise refuse(msg("缺少“action”：请给出要做的操作。"))
    action = _action(name, facts, actor)
    if action is None:
        return _answer(not_an_action(facts, name))
    if "state" not in payload and action not in _STARTS:
        raise refuse(msg("缺少“state”：请给出申请单现在的状态。"))
    return _answer(attempt(facts, action, actor, judge_comment=_comment_is_judged(payload, action)))


def _answer(result: TransitionResult) -> Payload:
    return {
        "legal": result.legal,
        "to": None if result.to is None else result.to.value,
        "error_kind": None if result.error_kind is None else result.error_kind.value,
        "status_rows_written": len(result.status_rows),
        "message": tr(result.message),
    }


def _facts(payload: Payload) -> RequestFacts:
    previous, missing = _previous(payload)
    limit = whole(payload, "limit")
    return RequestFacts(
        state=_state(payload.get("state"), "state"),
        kind=_kind(payload),
        authorise_step=flag(payload, "authorise_step"),
        lines=_lines(payload),
        comment=_comment(payload),
        taken=bool(payload.get("taken") or payload.get("taken_by")),
        shipments=_count(payload, "shipments"),
        single_user_clinic=bool(flag(payload, "single_user_clinic")) or whole(payload, "clinic_users") == 1,
        period_open=flag(payload, "period_open"),
        submission_open=flag(payload, "submission_open"),
        existing_regular=_exists(payload, "existing_regular_same_period"),
        previous_state=previous,
        previous_missing=missing,
        emergencies=_count(payload, "existing_emergency_in_period"),
        emergency_limit=EMERGENCY_REQUESTS_PER_PERIOD if limit is None else limit,
        skip_allowed=flag(payload, "skip_allowed"),
        later_request_submitted=flag(payload, "later_request_submitted"),
        newer_regular=_exists(payload, "newer_regular"),
        version_sent=text(payload, "version_sent"),
        version_stored=text(payload, "version_stored"),
    )


def _actor(payload: Payload) -> Actor:
    named = payload.get("roles", payload.get("role"))
    names = named if isinstance(named, list) else [] if named is None else [named]
    creator = flag(payload, "creator_is_actor")
    if any(_plain(name) in _THE_CREATOR for name in names):
        names, creator = [Role.VILLAGE_DOCTOR], True
    submitter = flag(payload, "submitter_is_actor")
    return Actor(
        roles=frozenset(_role(name) for name in names) if names else None,
        is_creator=creator,
        is_submitter=creator if submitter is None else submitter,
        holds_review=flag(payload, "holds_review"),
    )


def _plain(word: object) -> str:
    return re.sub(r"[\s_-]+", "_", str(word).strip().lower())


def _named(kinds: type[Word], word: object, synonyms: dict[str, Word]) -> Word | None:
    plain = _plain(word)
    if plain in synonyms:
        return synonyms[plain]
    for member in kinds:
        if plain == member.value or str(word).strip() == str(member.label):  # type: ignore[attr-defined]
            return member
    return None


def _state(value: object, key: str) -> State | None:
    if value is None or _plain(value) in _NO_STATE:
        return None
    state = _named(State, value, _STATE_SYNONYMS)
    if state is None:
        raise refuse(msg("“{key}”里没有“{value}”这个状态。", key=key, value=value))
    return state


def _kind(payload: Payload) -> Kind | None:
    value = text(payload, "kind")
    if value is None:
        return None
    kind = _named(Kind, value, {})
    if kind is None:
        raise refuse(
            msg("没有“{value}”这种申请，应当是 regular、emergency、variety 或 patient。", value=value)
        )
    return kind


def _role(value: object) -> Role:
    role = _named(Role, value, _ROLE_SYNONYMS)
    if role is None:
        raise refuse(msg("没有“{value}”这个角色，角色见命令行说明。", value=value))
    return role


def _action(name: str, facts: RequestFacts, actor: Actor) -> Action | None:
    plain = _plain(name)
    if plain in ("start", "create", "initiate"):
        return Action.START_EMERGENCY if facts.kind is Kind.EMERGENCY else Action.START_REGULAR
    if plain == "close":
        by_system = actor.roles == frozenset({Role.SYSTEM})
        return Action.ALL_RECEIVED if by_system else Action.CLOSE_REMAINING
    return _named(Action, name, _ACTION_SYNONYMS)


def _comment(payload: Payload) -> str | None:
    written = text(payload, "comment", "reason", "reason_code")
    if written is None and _plain(payload.get("action")) in ("close_remaining", "关闭余量"):
        lines = payload.get("lines")
        reasons = (
            [text(line, "reason") for line in lines if isinstance(line, dict)]
            if isinstance(lines, list)
            else []
        )
        return next((reason for reason in reasons if reason), None)
    return written


def _comment_is_judged(payload: Payload, action: Action) -> bool:
    told = any(key in payload for key in ("comment", "reason", "reason_code"))
    return told or action in (Action.RETURN, Action.REJECT)


def _count(payload: Payload, key: str) -> int | None:
    value = payload.get(key)
    if isinstance(value, list):
        return len(value)
    if isinstance(value, bool):
        return int(value)
    return whole(payload, key)


def _exists(payload: Payload, key: str) -> bool | None:
    value = payload.get(key)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _plain(value) not in _NO_STATE | {"false", "voided"}
    return bool(value)


def _previous(payload: Payload) -> tuple[State | None, bool]:
    value = payload.get("previous_period_request")
    if isinstance(value, dict):
        value = value.get("state")
    if value is None or value is False:
        return None, False
    if _plain(value) in _NO_STATE | {"missing", "voided"}:
        return None, True
    return _state(value, "previous_period_request"), False


def _lines(payload: Payload) -> tuple[RequestLine, ...] | None:
    value = payload.get("lines")
    if value is None:
        return None
    if not isinstance(value, list):
        # Only their number is known: so many lines that are in order.
        units = exact_units(value, "lines")
        return tuple(
            RequestLine(key=str(n), requested=1, approved=1, source="own_stock")
            for n in range(min(units, 99))
        )
    return tuple(_line(item, str(n)) for n, item in enumerate(items(payload, "lines"), start=1))


def _line(item: Payload, key: str) -> RequestLine:
    # A line that does not mention a requested quantity is not about it; null says that none was filled in.
    approved = whole(item, "approved", negative=True)
    unmentioned = approved if "approved" in item else 1
    requested = whole(item, "requested", "quantity", "qty", absent=unmentioned, negative=True)
    return RequestLine(
        key=text(item, "key", "id") or key,
        drug=text(item, "drug", "drug_id") or "",
        requested=requested,
        suggested=whole(item, "suggested"),
        pack=whole(item, "pack"),
        skipped=bool(flag(item, "skipped")),
        explanation=text(item, "explanation", "reason") or "",
        listed=flag(item, "listed"),
        new_variety=bool(flag(item, "new_variety")),
        amc=number(item, "amc"),
        approved=approved,
        reason=text(item, "reason") or "",
        source=text(item, "source"),
        finished=_finished(item, approved),
    )


def _finished(item: Payload, approved: int | None) -> bool | None:
    if flag(item, "closed") or flag(item, "finished"):
        return True
    left = whole(item, "remaining")
    if left is not None:
        return left == 0
    received = whole(item, "accepted", "received")
    if received is not None and approved is not None:
        return received >= approved
    told = "closed" in item or "finished" in item
    return False if told else None
