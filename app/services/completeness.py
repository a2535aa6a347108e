"""Completeness of a health record: what it holds, what lacks, and where each missing thing is written.

Besides the cover and the 个人基本信息表 a record needs what the resident's situation asks for this year
(国家基本公共卫生服务规范（第三版）, rules §1): at 65 and older a 健康体检表, a self-care assessment and the constitutions;
under management for hypertension or diabetes one examination and the face-to-face visits of the quarters begun so far;
with a severe mental disorder the supplement, the visits and an examination; with tuberculosis the first home visit and
no examination; with COPD an examination, its number of visits not being confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from app.domain.message import Message, msg
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.registry import form
from app.forms.summaries import short_name
from app.forms.vocabulary import Context, Form
from app.services.diseases import (
    DIABETES,
    EXAMINED_YEARLY,
    FIRST_FORM_OF,
    FORM_OF,
    HYPERTENSION,
    MENTAL_DISORDER,
    TUBERCULOSIS,
)
from app.services.form_views import COMPLETE, PARTIAL
from app.services.indicators import visits_so_far
from app.services.resident_checks import NEEDED_OF_A_CHILD
from app.services.resident_views import ACTIVE, CHILD_UP_TO_YEARS, OLD_FROM_YEARS, age_of

EXAMINATION, SMI_SUPPLEMENT = "health_exam", "smi_info"
YEARLY_FROM_65 = ("health_exam", "elder_adl", "tcm_elder")
FACE_TO_FACE = (1, 2)
"""随访方式 门诊 and 家庭; a visit by telephone is none of the four."""

COUNTED_VISITS = {HYPERTENSION: FACE_TO_FACE, DIABETES: FACE_TO_FACE, MENTAL_DISORDER: (1, 2, 3)}
"""The ways of visiting that count under each programme of four visits a year."""

FIRST_VISIT_BEFORE = timedelta(days=31)
"""A first home visit may have been written down before the enrolment was."""


class Sheet(Protocol):
    """A filled-in form, as far as it is looked at here; `answers` as JSON keeps them."""

    id: str
    form_code: str
    entry_date: date
    answers: Mapping[str, Any]
    state: str


@dataclass(frozen=True)
class Programme:
    """A disease under management."""

    disease: str
    enrolled_on: date


@dataclass(frozen=True)
class Situation:
    """What decides what a record needs. `cover` and `info` hold the facts as they are now, in canonical values.

    `sheets` the newest first. `height_cm` and birth may be unknown.
    """

    today: date
    birth_date: date | None
    sex: int | None
    state: str
    cover: Mapping[str, Any]
    info: Mapping[str, Any]
    programmes: tuple[Programme, ...] = ()
    sheets: Sequence[Sheet] = ()
    height_cm: Decimal | None = None


@dataclass(frozen=True)
class Missing:
    """One thing that lacks: the form, the answer in it ("" for a whole form), and the partial sheet that stands open."""

    form_code: str
    message: Message
    code: str = ""
    entry_id: str | None = None


@dataclass(frozen=True)
class Part:
    """One part of a record: `done` of `of`, and what lacks."""

    form_code: str
    title: Message
    done: int
    of: int
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True)
class Completeness:
    """How complete a record is. `percent` is the mean of its parts, 100 only when nothing lacks."""

    parts: tuple[Part, ...] = field(default_factory=tuple)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """All that lacks, in the order of the parts."""
        return tuple(each for part in self.parts for each in part.missing)

    @property
    def percent(self) -> int:
        """0–100, rounded down."""
        if not self.parts:
            return 100
        return int(100 * sum(Decimal(part.done) / part.of for part in self.parts) / len(self.parts))

    @property
    def due_forms(self) -> frozenset[str]:
        """The forms of which a sheet is to be filled in, or finished."""
        return frozenset(each.form_code for each in self.missing)


def completeness_of(situation: Situation) -> Completeness:
    """What the record of a resident holds of what it should."""
    parts = [_cover(situation), _info(situation)]
    if situation.state == ACTIVE:
        parts += [_yearly(situation, code) for code in _yearly_forms(situation)]
        for programme in situation.programmes:
            parts += _of_programme(situation, programme)
    return Completeness(tuple(parts))


def required_codes(declared: Form, answers: Mapping[str, Any], context: Context) -> list[str]:
    """The answers that a complete form needs here and that are written, not worked out."""
    return [
        code
        for code, item in declared.fields.items()
        if (item.computed is None or item.computed.proposed)
        and item.applies.holds(answers, context)
        and item.required.holds(answers, context)
    ]


def _cover(situation: Situation) -> Part:
    """The cover, without what the place of work gives."""
    given_by_the_desk = {code for code, item in COVER.fields.items() if item.home.startswith("organisation.")}
    context = _context(situation)
    needed = [
        code for code in required_codes(COVER, situation.cover, context) if code not in given_by_the_desk
    ]
    return _fields_part(COVER, needed, situation.cover)


def _info(situation: Situation) -> Part:
    """The 个人基本信息表; of a child of 0–6 years, for whom it is not filled in, only who it is."""
    needed: Iterable[str] = required_codes(INFO, situation.info, _context(situation))
    age = age_of(situation.birth_date, situation.today)
    if age is not None and age <= CHILD_UP_TO_YEARS:
        needed = [code for code in needed if code in NEEDED_OF_A_CHILD]
    return _fields_part(INFO, list(needed), situation.info)


def _fields_part(
    declared: Form, needed: Sequence[str], answers: Mapping[str, Any], entry_id: str | None = None
) -> Part:
    missing = tuple(
        Missing(declared.code, msg("请填写{field}。", field=declared.fields[code].name), code, entry_id)
        for code in needed
        if code not in answers
    )
    of = max(1, len(needed))
    return Part(declared.code, short_name(declared.code), of - len(missing), of, missing)


def _yearly_forms(situation: Situation) -> list[str]:
    """The forms that are due once a year."""
    age = age_of(situation.birth_date, situation.today)
    if age is not None and age >= OLD_FROM_YEARS:
        return list(YEARLY_FROM_65)
    examined = any(programme.disease in EXAMINED_YEARLY for programme in situation.programmes)
    return [EXAMINATION] if examined else []


def _yearly(situation: Situation, form_code: str) -> Part:
    this_year = [
        sheet
        for sheet in situation.sheets
        if sheet.form_code == form_code and sheet.entry_date.year == situation.today.year
    ]
    sentence = msg("今年还没有填{form}。", form=form(form_code).title)
    return _once(situation, form_code, this_year, sentence)


def _once(situation: Situation, form_code: str, sheets: Sequence[Sheet], sentence: Message) -> Part:
    """A form of which one complete sheet is enough; of a partial one its fields lack."""
    if any(sheet.state == COMPLETE for sheet in sheets):
        return Part(form_code, short_name(form_code), 1, 1)
    begun = next((sheet for sheet in sheets if sheet.state == PARTIAL), None)
    if begun is None:
        return Part(form_code, short_name(form_code), 0, 1, (Missing(form_code, sentence),))
    declared = form(form_code)
    context = _context(situation)
    answers = declared.complete(declared.restore(begun.answers), context)
    part = _fields_part(declared, required_codes(declared, answers, context), answers, begun.id)
    if part.missing:
        return part
    unfinished = msg("{form}还是草稿，请核对后保存。", form=declared.title)
    return Part(form_code, part.title, 0, 1, (Missing(form_code, unfinished, "", begun.id),))


def _of_programme(situation: Situation, programme: Programme) -> list[Part]:
    parts = []
    if programme.disease == MENTAL_DISORDER:
        supplements = [sheet for sheet in situation.sheets if sheet.form_code == SMI_SUPPLEMENT]
        sentence = msg("还没有填{form}。", form=form(SMI_SUPPLEMENT).title)
        parts.append(_once(situation, SMI_SUPPLEMENT, supplements, sentence))
    if programme.disease == TUBERCULOSIS:
        first = FIRST_FORM_OF[TUBERCULOSIS]
        since = programme.enrolled_on - FIRST_VISIT_BEFORE
        visits = [
            sheet for sheet in situation.sheets if sheet.form_code == first and sheet.entry_date >= since
        ]
        parts.append(_once(situation, first, visits, msg("还没有填{form}。", form=form(first).title)))
    if programme.disease in COUNTED_VISITS:
        parts.append(_visits(situation, programme))
    return parts


def _visits(situation: Situation, programme: Programme) -> Part:
    """The visits of the quarters begun so far, of the four that the year asks for."""
    form_code = FORM_OF[programme.disease]
    made = sum(
        sheet.form_code == form_code
        and sheet.state == COMPLETE
        and sheet.entry_date.year == situation.today.year
        and sheet.answers.get("visit_method") in COUNTED_VISITS[programme.disease]
        and not any(sheet.answers.get(code) for code in ("not_seen", "lost_reason", "death_date"))
        for sheet in situation.sheets
    )
    due = visits_so_far(programme.enrolled_on, situation.today)
    if made >= due:
        return Part(form_code, short_name(form_code), due, due)
    sentence = msg(
        "{visit}：今年到现在应有 {due} 次，已有 {made} 次。", visit=short_name(form_code), due=due, made=made
    )
    return Part(form_code, short_name(form_code), made, due, (Missing(form_code, sentence),))


def _context(situation: Situation) -> Context:
    return Context(
        today=situation.today,
        birth_date=situation.birth_date,
        sex=situation.sex,
        height_cm=situation.height_cm,
        diseases=frozenset(programme.disease for programme in situation.programmes),
    )
