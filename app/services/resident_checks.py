"""Whether the cover and the 个人基本信息表 of one resident may be saved: everything that stands against it, at once.

The declared forms say what each answer may be (form list §1-2); here is what needs the rest of the register: a number
that somebody else has, a person who is already on file, a small child who needs a guardian and no second sheet. Reads,
and saves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.id_number import IdNumber, parse_id_number
from app.domain.message import Message, msg
from app.domain.names import name_problem, name_warning, needs_verification
from app.domain.phones import PhoneKind, check_phone
from app.domain.record_number import parse_record_number
from app.forms.kinds import first_day
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.vocabulary import Context, Level, Problem
from app.services.duplicates import likely_duplicates
from app.services.record_numbers import next_number
from app.services.resident_facts import columns_from, offered_cover, read_both
from app.services.resident_views import CHILD_UP_TO_YEARS, ID_TO_VERIFY, ID_UPGRADED, ID_VALID, age_of
from db.models import Resident

NEEDED_OF_A_CHILD = frozenset({"sex", "birth_date", "id_number", "contact_name"})


@dataclass(frozen=True)
class Examined:
    """Both forms as they would be saved, the columns that they give, and the problems.

    `is_child`: of 0–6 years, for whom the 个人基本信息表 is not filled.
    """

    cover: dict[str, Any]
    info: dict[str, Any]
    columns: dict[str, Any]
    problems: tuple[Problem, ...]
    is_child: bool

    def missing(self, form_code: str) -> bool:
        """Whether a form lacks answers that a complete one needs."""
        fields = (COVER if form_code == COVER.code else INFO).fields
        return any(problem.level is Level.MISSING and problem.code in fields for problem in self.problems)


@dataclass(frozen=True)
class Circumstances:
    """What is known besides the answers.

    `resident_id` None for a new record. `guardian` the head of the household that a child joins, as (name, phone).
    `keep_unverified_id`: an ID number that fails the check is kept as text and marked 待核实.
    """

    resident_id: str | None = None
    guardian: tuple[str, str] | None = None
    keep_unverified_id: bool = False


def examine(
    session: Session,
    desk: Desk,
    cover_raw: Mapping[str, object],
    info_raw: Mapping[str, object],
    around: Circumstances,
) -> Examined:
    """Read and check both forms. What the place, the ID number or the household already tell is filled in."""
    today = desk.today()
    answers = read_both(cover_raw, info_raw)
    problems = [problem for reading in answers.reading for problem in reading.problems]
    cover = (offered_cover(desk, today) if around.resident_id is None else {}) | answers.cover
    info = answers.info
    parsed = _take_from_id_number(info, today)
    born = first_day(info["birth_date"]) if "birth_date" in info else None
    age = age_of(born, today)
    is_child = age is not None and age <= CHILD_UP_TO_YEARS
    if is_child and around.guardian is not None:
        info.setdefault("contact_name", around.guardian[0])
        info.setdefault("contact_phone", around.guardian[1])
    problems += _record_no_problems(session, desk, cover, around)
    context = Context(today=today, birth_date=born, sex=info.get("sex"))
    cover, info = COVER.complete(cover, context), INFO.complete(info, context)
    problems += COVER.problems(cover, context)
    problems += _info_problems(info, context, is_child=is_child, keep_unverified=around.keep_unverified_id)
    problems += _own_problems(cover, info, parsed)
    problems += _duplicate_problems(session, cover, info, around, today)
    columns = columns_from(cover, info)
    columns["id_number_state"] = _id_state(parsed)
    return Examined(cover, info, columns, _once_each(problems), is_child)


def _take_from_id_number(info: dict[str, Any], today: date) -> IdNumber | None:
    """The ID number tells the birth date and the sex: they need not be written twice."""
    if "id_number" not in info:
        return None
    parsed = parse_id_number(info["id_number"], today)
    info.pop("no_id_reason", None)
    if parsed.valid:
        info["id_number"] = parsed.normalized
        if parsed.birth_date is not None:
            info.setdefault("birth_date", parsed.birth_date.isoformat())
        if parsed.sex is not None:
            info.setdefault("sex", parsed.sex)
    return parsed


def _id_state(parsed: IdNumber | None) -> str:
    if parsed is None:
        return ""
    if not parsed.valid:
        return ID_TO_VERIFY
    return ID_UPGRADED if parsed.upgraded else ID_VALID


def _record_no_problems(
    session: Session, desk: Desk, cover: dict[str, Any], around: Circumstances
) -> Iterator[Problem]:
    """A number that is not written is given by the rule; one that the county gave is taken as it is, once it is read."""
    written = cover.get("record_no")
    if written is None:
        given = next_number(session, desk.place.record_prefix)
        if isinstance(given, Message):
            yield Problem("record_no", Level.REFUSE, given)
        else:
            cover["record_no"] = given
        return
    parsed = parse_record_number(written)
    if parsed.reason is not None:
        yield Problem("record_no", Level.REFUSE, parsed.reason)
        return
    cover["record_no"] = parsed.normalized
    owner = session.execute(
        select(Resident.id, Resident.name).where(Resident.record_no == parsed.normalized)
    ).first()
    if owner is not None and owner.id != around.resident_id:
        sentence = msg(
            "档案编号 {number} 已经是{name}的，请核对。", number=parsed.normalized, name=owner.name
        )
        yield Problem("record_no", Level.REFUSE, sentence)
    if parsed.warning is not None and not parsed.normalized.startswith(desk.place.record_prefix or "-"):
        yield Problem("record_no", Level.ASK, parsed.warning)


def _info_problems(
    info: dict[str, Any], context: Context, *, is_child: bool, keep_unverified: bool
) -> Iterator[Problem]:
    for problem in INFO.problems(info, context):
        if is_child and problem.level is Level.MISSING and problem.code not in NEEDED_OF_A_CHILD:
            continue
        if keep_unverified and problem.code == "id_number" and problem.level is Level.REFUSE:
            continue
        if is_child and problem.code == "contact_name":
            yield Problem("contact_name", Level.MISSING, msg("请填写监护人姓名，或把孩子加到有户主的一户。"))
        elif problem.level is Level.MISSING and problem.code == "id_number":
            sentence = msg("请填写身份证号；确实没有，请选择没有身份证号的原因。")
            yield Problem("id_number", Level.MISSING, sentence)
        else:
            yield problem


def _own_problems(
    cover: Mapping[str, Any], info: Mapping[str, Any], parsed: IdNumber | None
) -> Iterator[Problem]:
    """What the declarations leave to the rules of names, phones and numbers."""
    name = cover.get("name", "")
    if name and (problem := name_problem(name)) is not None:
        yield Problem("name", Level.REFUSE, problem)
    elif not needs_verification(name) and (warning := name_warning(name)) is not None:
        yield Problem("name", Level.ASK, warning)
    if parsed is not None and parsed.valid and parsed.warning is not None:
        yield Problem("id_number", Level.ASK, parsed.warning)
    if cover.get("phone") != info.get("own_phone"):
        yield Problem(
            "own_phone", Level.REFUSE, msg("封面的联系电话和本人电话是同一项，两处填的不一样，请改成一个。")
        )
    has_contact = check_phone(info.get("contact_phone", "")).kind in (PhoneKind.MOBILE, PhoneKind.LANDLINE)
    for code, number in (("phone", cover.get("phone")), ("contact_phone", info.get("contact_phone"))):
        if number is None:
            continue
        check = check_phone(number)
        if check.warning is not None and not (
            check.kind is PhoneKind.NONE and (has_contact or code != "phone")
        ):
            yield Problem(code, Level.ASK, check.warning)


def _duplicate_problems(
    session: Session, cover: Mapping[str, Any], info: Mapping[str, Any], around: Circumstances, today: date
) -> Iterator[Problem]:
    """The second record with an ID number is refused; a namesake of the same birth is asked about."""
    hints = likely_duplicates(
        session,
        today,
        name=cover.get("name", ""),
        birth_date=info.get("birth_date", ""),
        id_number=info.get("id_number"),
        except_id=around.resident_id,
    )
    for hint in hints:
        if hint.same == "id_number":
            yield Problem("id_number", Level.REFUSE, hint.message)
        else:
            sentence = msg("{found}如果是同一个人，请打开已有的档案，不要再建。", found=hint.message)
            yield Problem("name", Level.ASK, sentence)


def _once_each(problems: list[Problem]) -> tuple[Problem, ...]:
    """Of several refusals of one answer the first says enough; a question about a refused answer waits."""
    refused: set[str] = set()
    kept = []
    for problem in sorted(problems, key=lambda each: each.level is not Level.REFUSE):
        if problem.code in refused:
            continue
        if problem.level is Level.REFUSE:
            refused.add(problem.code)
        kept.append(problem)
    order = {code: place for place, code in enumerate([*COVER.fields, *INFO.fields])}
    return tuple(sorted(kept, key=lambda each: order.get(each.code, len(order))))
