"""The revisions of a form on file, in the words of the form: for visits, and for forms that are kept for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.message import Message, msg
from app.forms.vocabulary import Form
from app.i18n import tr
from app.services.history import Change

STATE = "_state"
"""Where a revision keeps the state of the form, beside its answers."""

STATES: dict[str, Message] = {"complete": msg("有效"), "partial": msg("草稿"), "void": msg("作废")}


@dataclass(frozen=True)
class AnswerChange:
    """One answer of a revision as read: `before` and `after` "" when there was none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class FormChange:
    """One revision of a form: who, when, why, and what changed."""

    number: int
    at: datetime
    user_name: str
    reason: str
    answers: tuple[AnswerChange, ...]


def readable(change: Change, declared: Form) -> FormChange:
    """A revision with the labels of `declared`, in printed order; of the first everything that was answered."""
    before = change.before or {}
    answers = tuple(
        AnswerChange(
            _label(code, declared), _shown(before, code, declared), _shown(change.after, code, declared)
        )
        for code in (*declared.fields, STATE)
        if code in before or code in change.after
    )
    return FormChange(change.number, change.at, change.user_name, change.reason, answers)


def _label(code: str, declared: Form) -> str:
    return tr("状态") if code == STATE else declared.fields[code].name


def _shown(kept: Mapping[str, Any], code: str, declared: Form) -> str:
    value = kept.get(code)
    if value is None:
        return ""
    if code == STATE:
        return tr(STATES[value])
    kind = declared.fields[code].kind
    return kind.show(kind.restore(value))
