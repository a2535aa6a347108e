"""What the screens of the forms are given: plain frozen values, no rows and no sessions.

The forms meant here are all that are kept for themselves: every national form but the two sheets of a chronic visit
(follow_ups.py, which fills both at once) and the two of the record (residents.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.domain.message import Message
from app.forms.vocabulary import Context, Form, Problem
from app.services.follow_up_views import DraftView, VisitPerson

COMPLETE, PARTIAL, VOID = "complete", "partial", "void"
"""States of a filled-in form. A partial one counts nowhere and prints with 草稿."""


@dataclass(frozen=True)
class Offer:
    """A value that stands elsewhere and may be taken over. `origin` reads as 高血压随访 2026-11-20.

    `value` is canonical for the form that asks, `shown` as the doctor reads it; `on` None for a fact without a day.
    """

    code: str
    value: Any
    shown: str
    origin: Message
    on: date | None = None
    entry_id: str | None = None


@dataclass(frozen=True)
class FactChange:
    """A value that would now differ elsewhere, and can go through when the doctor agrees.

    `key` names it towards the service; `place` reads as 个人基本信息表 or 高血压随访 2026-11-20.
    """

    key: str
    label: str
    place: Message
    before: str
    after: str


@dataclass(frozen=True)
class Proposal:
    """What a rule says to the answers: a headline, its reasons, and the answers that follow when the doctor agrees.

    `tone` is good, warn, bad or none; `referral` no, yes or urgent; `check_due` the day by which a referral's result
    is asked for.
    """

    headline: Message
    reasons: tuple[Message, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    tone: str = "none"
    referral: str = "no"
    check_due: date | None = None


@dataclass(frozen=True)
class RecordedForm:
    """A form as it stands on file, with its answers in canonical values of the edition in which they were given."""

    entry_id: str
    form_code: str
    title: str
    edition: str
    resident_id: str
    visit_id: str | None
    entry_date: date
    author: str
    answers: Mapping[str, Any]
    state: str
    revision: int
    updated_at: datetime


@dataclass(frozen=True)
class OpenForm:
    """Everything that the screen of one form needs.

    `starting` is what the screen begins with: today, the doctor, facts that have their home elsewhere; for a recorded
    form its answers. `offers` by code may be taken over, never are by themselves. `previous` is the last complete form
    of the same kind. `recorded` is the form being corrected, None for a new one. `history` has the other complete forms
    of the same kind, newest first; `days` those on which there is another one, complete or not.
    """

    person: VisitPerson
    form: Form
    context: Context
    doctor: str
    starting: Mapping[str, Any]
    offers: Mapping[str, Offer]
    previous: RecordedForm | None
    draft: DraftView | None
    recorded: RecordedForm | None = None
    history: tuple[RecordedForm, ...] = ()
    days: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Judged:
    """What the form and the rules say to answers as typed: canonical answers completed, problems, proposals."""

    answers: Mapping[str, Any]
    problems: tuple[Problem, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True)
class SavedForm:
    """What saving left. `changes` are the values that may still go through to other forms (see FactChange).

    `notes` say what else followed, such as 已纳入肺结核管理 (form_effects).
    """

    entry_id: str
    form_code: str
    resident_id: str
    state: str
    revision: int
    entry_date: date
    changes: tuple[FactChange, ...] = ()
    notes: tuple[Message, ...] = ()
