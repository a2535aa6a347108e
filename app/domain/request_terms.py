"""The words of a drug request: its states, actions, kinds, the people who act, and why an action is refused.

Specification: drug_requests §1 (kinds) and §2 (states, actions), mechanisms §0.1 (roles).
The values of the enumerations are stored and exchanged; their labels are for users.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from app.domain.message import Message, msg


class State(StrEnum):
    """State (状态) of a drug request."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AUTHORISED = "authorised"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    CLOSED = "closed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    VOIDED = "voided"

    @property
    def label(self) -> Message:
        return _STATE_LABELS[self]


class Action(StrEnum):
    """What someone does with a request (操作), in the order of §2."""

    START_REGULAR = "start_regular"
    START_EMERGENCY = "start_emergency"
    SUBMIT = "submit"
    AUTHORISE = "authorise"
    WITHDRAW = "withdraw"
    TAKE = "take"
    GIVE_BACK = "give_back"
    RETURN = "return"
    APPROVE = "approve"
    REJECT = "reject"
    REOPEN = "reopen"
    CONVERT = "convert"
    CLOSE_REMAINING = "close_remaining"
    ALL_RECEIVED = "all_received"
    SKIP = "skip"
    UNDO_SKIP = "undo_skip"
    CANCEL = "cancel"
    DELETE = "delete"

    @property
    def label(self) -> Message:
        return _ACTION_LABELS[self]


class Kind(StrEnum):
    """Kind (类别) of a request."""

    REGULAR = "regular"
    EMERGENCY = "emergency"
    VARIETY = "variety"
    PATIENT = "patient"

    @property
    def label(self) -> Message:
        return _KIND_LABELS[self]


class Role(StrEnum):
    """Who acts (mechanisms §0.1). `SYSTEM` is the program itself."""

    VILLAGE_DOCTOR = "village_doctor"
    CLINIC_LEAD = "clinic_lead"
    TOWNSHIP_PHARMACIST = "township_pharmacist"
    TOWNSHIP_MANAGER = "township_manager"
    INSURANCE_CLERK = "insurance_clerk"
    HOME_TEAM = "home_team"
    AUDITOR = "auditor"
    SYSTEM = "system"

    @property
    def label(self) -> Message:
        return _ROLE_LABELS[self]


class ErrorKind(StrEnum):
    """Why an action is refused."""

    ILLEGAL_TRANSITION = "illegal_transition"
    WRONG_ROLE = "wrong_role"
    WRONG_KIND = "wrong_kind"
    OWN_WORK = "own_work"
    NOT_CREATOR = "not_creator"
    NOT_SUBMITTER = "not_submitter"
    NOT_HOLDER = "not_holder"
    ALREADY_TAKEN = "already_taken"
    STALE_VERSION = "stale_version"
    COMMENT_REQUIRED = "comment_required"
    REASON_REQUIRED = "reason_required"
    NO_LINES = "no_lines"
    TOO_MANY_LINES = "too_many_lines"
    LINES_INVALID = "lines_invalid"
    EXPLANATION_REQUIRED = "explanation_required"
    APPROVED_MISSING = "approved_missing"
    SOURCE_MISSING = "source_missing"
    LINES_UNFINISHED = "lines_unfinished"
    SHIPMENT_EXISTS = "shipment_exists"
    STEP_DISABLED = "step_disabled"
    PERIOD_CLOSED = "period_closed"
    TOO_EARLY = "too_early"
    DUPLICATE_PERIOD = "duplicate_period"
    PREVIOUS_UNFINISHED = "previous_unfinished"
    EMERGENCY_LIMIT = "emergency_limit"
    SKIP_NOT_ALLOWED = "skip_not_allowed"
    LATER_REQUEST_SUBMITTED = "later_request_submitted"
    NEWER_REQUEST_EXISTS = "newer_request_exists"


def joined(messages: Sequence[Message]) -> Message:
    """`甲、乙、丙` as one Message, so that each part is translated with the sentence around it."""
    whole = messages[0]
    for following in messages[1:]:
        whole = msg("{first}、{following}", first=whole, following=following)
    return whole


_STATE_LABELS = {
    State.DRAFT: msg("草稿"),
    State.SUBMITTED: msg("已提交"),
    State.AUTHORISED: msg("待审核"),
    State.IN_REVIEW: msg("审核中"),
    State.RETURNED: msg("已退回"),
    State.APPROVED: msg("已批准"),
    State.REJECTED: msg("已驳回"),
    State.RELEASED: msg("发货中"),
    State.CLOSED: msg("已办结"),
    State.SKIPPED: msg("已跳过"),
    State.CANCELLED: msg("已取消"),
    State.VOIDED: msg("已作废"),
}

_ACTION_LABELS = {
    Action.START_REGULAR: msg("新建常规申请"),
    Action.START_EMERGENCY: msg("新建紧急申请"),
    Action.SUBMIT: msg("提交"),
    Action.AUTHORISE: msg("签发"),
    Action.WITHDRAW: msg("撤回"),
    Action.TAKE: msg("领取审核"),
    Action.GIVE_BACK: msg("放回待审核"),
    Action.RETURN: msg("退回修改"),
    Action.APPROVE: msg("批准"),
    Action.REJECT: msg("驳回"),
    Action.REOPEN: msg("重新审核"),
    Action.CONVERT: msg("转发货"),
    Action.CLOSE_REMAINING: msg("关闭余量"),
    Action.ALL_RECEIVED: msg("全部收货"),
    Action.SKIP: msg("跳过本期"),
    Action.UNDO_SKIP: msg("撤销跳过"),
    Action.CANCEL: msg("取消"),
    Action.DELETE: msg("作废"),
}

_KIND_LABELS = {
    Kind.REGULAR: msg("常规申请"),
    Kind.EMERGENCY: msg("紧急申请"),
    Kind.VARIETY: msg("新品种申报"),
    Kind.PATIENT: msg("患者专用申请"),
}

_ROLE_LABELS = {
    Role.VILLAGE_DOCTOR: msg("村医"),
    Role.CLINIC_LEAD: msg("村卫生室负责人"),
    Role.TOWNSHIP_PHARMACIST: msg("乡镇卫生院药师"),
    Role.TOWNSHIP_MANAGER: msg("乡镇卫生院管理人员"),
    Role.INSURANCE_CLERK: msg("医保经办人员"),
    Role.HOME_TEAM: msg("家庭医生团队成员"),
    Role.AUDITOR: msg("督查人员"),
    Role.SYSTEM: msg("系统"),
}
