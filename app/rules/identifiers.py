"""JSON in, JSON out: identity numbers, record numbers, names, ages."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.dates import age_on
from app.domain.id_number import ID_KIND_LABELS, parse_id_number
from app.domain.message import Message, msg
from app.domain.names import code_point_count, name_problem, name_warning, needs_verification, normalize_name
from app.domain.reasons import HOUSE_RULE, SPECIFICATION
from app.domain.record_number import parse_record_number
from app.errors import UserError
from app.i18n import tr
from app.rules.reading import Reader, iso, result

ID_NUMBER_EDITION = "GB 11643-1999 公民身份号码"
RECORD_NUMBER_EDITION = f"{SPECIFICATION}居民健康档案管理服务规范 健康档案编码"
NAME_EDITION = "GB 18030-2022；民委发〔2016〕33号"
AGE_EDITION = HOUSE_RULE


def id_number(case: Mapping[str, object]) -> dict[str, object]:
    """An identity number on the day `as_of`.

    `kind` is one of app.domain.id_number.IdKind. `normalized` and `upgraded` of a 15-digit number are both its
    18-character form. A number that is recognised by its pattern alone is valid with a warning.
    """
    read = Reader(case)
    parsed = parse_id_number(
        read.text("number") or "", read.required_day("as_of"), form_sex=read.sex("form_sex")
    )
    accepted = msg("按{kind}核对通过", kind=ID_KIND_LABELS[parsed.kind])
    return result(
        {
            "valid": parsed.valid,
            "normalized": parsed.normalized,
            "kind": parsed.kind.value,
            "kind_label": tr(ID_KIND_LABELS[parsed.kind]),
            "birth_date": iso(parsed.birth_date),
            "sex": parsed.sex,
            "reason": _text(parsed.reason),
            "expected_check": parsed.expected_check,
            "warning": _text(parsed.warning),
            "upgraded": parsed.upgraded,
            "reasons": _sentences(ID_NUMBER_EDITION, parsed.reason or accepted, parsed.warning),
        },
        edition=ID_NUMBER_EDITION,
    )


def record_number(case: Mapping[str, object]) -> dict[str, object]:
    """A 17-digit record number in its parts; `village_kind` only for a code of the record number's own ranges."""
    parsed = parse_record_number(Reader(case).text("number") or "")
    accepted = msg("17 位齐全：县 6 位、乡镇 3 位、村 3 位、顺序号 5 位")
    return result(
        {
            "valid": parsed.valid,
            "normalized": parsed.normalized,
            "county": parsed.county,
            "township": parsed.township,
            "village": parsed.village,
            "village_kind": None if parsed.village_kind is None else parsed.village_kind.value,
            "serial": parsed.serial,
            "short": parsed.short,
            "reason": _text(parsed.reason),
            "warning": _text(parsed.warning),
            "reasons": _sentences(RECORD_NUMBER_EDITION, parsed.reason or accepted, parsed.warning),
        },
        edition=RECORD_NUMBER_EDITION,
    )


def name(case: Mapping[str, object]) -> dict[str, object]:
    """A name as it is stored, with the number of its code points."""
    entered = Reader(case).text("input") or ""
    stored = normalize_name(entered)
    problem = name_problem(stored)
    changed = msg("分隔点和空白已改成规定的写法") if stored != entered else None
    return result(
        {
            "valid": problem is None,
            "stored": stored,
            "code_points": code_point_count(stored),
            "needs_verification": needs_verification(stored),
            "reason": _text(problem),
            "warning": _text(name_warning(stored)),
            "reasons": _sentences(NAME_EDITION, problem, changed, name_warning(stored)),
        },
        edition=NAME_EDITION,
    )


def age(case: Mapping[str, object]) -> dict[str, object]:
    """Completed years on a day; both dates are needed."""
    read = Reader(case)
    born, day = read.required_day("birth_date"), read.required_day("on")
    if day < born:
        raise UserError(
            msg(
                "{key} {day} 早于出生日期 {birth}，请核对。",
                key="on",
                day=day.isoformat(),
                birth=born.isoformat(),
            )
        )
    years = age_on(born, day)
    sentence = msg(
        "到 {day} 满 {age} 周岁；2 月 29 日出生的，平年在 2 月 28 日满岁", day=day.isoformat(), age=years
    )
    return result({"age": years, "reasons": _sentences(AGE_EDITION, sentence)}, edition=AGE_EDITION)


def _text(message: Message | None) -> str | None:
    return None if message is None else tr(message)


def _sentences(clause: str, *messages: Message | None) -> list[dict[str, str]]:
    return [{"clause": clause, "text": tr(message)} for message in messages if message is not None]
