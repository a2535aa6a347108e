"""单据状态: how a table of transitions of any document (shipment, settlement, purchase, shortage) is judged.

Specification: mechanisms §0.1 and §0.3: every state change has who, when and, where the table says so, a reason; nobody
approves, counts or settles what he himself created. A transition that the table does not list is illegal. Nothing is
stored here; `own` tells which of the document's earlier actions the acting person did himself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.domain.message import Message, msg
from app.domain.request_checks import has_meaning
from app.domain.request_terms import Role, joined


class Labelled(Protocol):
    """A state or an action: a stored word with a label for users."""

    @property
    def value(self) -> str: ...

    @property
    def label(self) -> Message: ...


class StepError(StrEnum):
    """Why an action on a document is refused."""

    ILLEGAL = "illegal"
    WRONG_ROLE = "wrong_role"
    OWN_WORK = "own_work"
    REASON_REQUIRED = "reason_required"


@dataclass(frozen=True)
class Step:
    """One row of a table. `not_by`: whoever did one of these actions himself may not do this one.

    `sources` empty: the document begins with it. `done` says what was done and names the next step.
    """

    sources: tuple[Labelled, ...]
    action: Labelled
    to: Labelled
    roles: tuple[Role, ...]
    done: Message
    reason_needed: bool = False
    not_by: tuple[Labelled, ...] = ()


@dataclass(frozen=True)
class StepResult:
    """Legal: where it leads and the sentence; otherwise the error and the sentence with the next legal steps."""

    to: Labelled | None
    error: StepError | None
    message: Message

    @property
    def legal(self) -> bool:
        return self.error is None


def judge(
    table: Sequence[Step],
    state: Labelled | None,
    action: Labelled,
    role: Role,
    *,
    own: Collection[str] = (),
    reason: str = "",
) -> StepResult:
    """Whether `action` may be done in `state` by a person of `role`; judged in the order state, role, own work, reason.

    `own` are the values of the actions that this person did on this document before.
    """
    step = _step(table, state, action)
    if step is None:
        return _refused(StepError.ILLEGAL, state, action, _next_words(table, state))
    if role not in step.roles:
        who = joined([each.label for each in step.roles])
        return _refused(StepError.WRONG_ROLE, state, action, msg("这一步由{who}办理。", who=who))
    if any(each.value in own for each in step.not_by):
        return _refused(StepError.OWN_WORK, state, action, msg("这是您自己经手的单据，请由另一个人办理。"))
    if step.reason_needed and not has_meaning(reason):
        return _refused(StepError.REASON_REQUIRED, state, action, msg("请写明原因（至少 2 个字）。"))
    return StepResult(step.to, None, step.done)


def offered(
    table: Sequence[Step], state: Labelled | None, role: Role, own: Collection[str] = ()
) -> tuple[Labelled, ...]:
    """The actions to offer to a person now, in the order of the table; a missing reason hides none."""
    return tuple(
        step.action
        for step in table
        if _starts_from(step, state) and role in step.roles and not any(each.value in own for each in step.not_by)
    )


def _step(table: Sequence[Step], state: Labelled | None, action: Labelled) -> Step | None:
    return next((step for step in table if step.action is action and _starts_from(step, state)), None)


def _starts_from(step: Step, state: Labelled | None) -> bool:
    return not step.sources if state is None else state in step.sources


def _next_words(table: Sequence[Step], state: Labelled | None) -> Message:
    following = [step.action.label for step in table if _starts_from(step, state)]
    if not following:
        return msg("这张单据已经办完，不能再改。")
    return msg("现在可以：{steps}。", steps=joined(following))


def _refused(error: StepError, state: Labelled | None, action: Labelled, why: Message) -> StepResult:
    here = state.label if state is not None else msg("还没有建立")
    sentence = msg("单据现在是“{state}”，不能“{action}”，没有改动。{why}", state=here, action=action.label, why=why)
    return StepResult(None, error, sentence)
