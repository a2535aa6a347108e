"""Identity numbers (证件号码) of residents: the 18-digit number and what else is found in the same box.

公民身份号码, GB 11643-1999 with the check character of ISO 7064 MOD 11-2; residence permits of Hong Kong, Macau and
Taiwan residents and the foreigner's permanent residence card of 2023 follow the same scheme. Other documents are
recognised by their pattern only. A number is never repaired: a wrong check character is reported with the expected
one. The full number never belongs in a log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.dates import age_on
from app.domain.message import Message, msg

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
OLDEST_BELIEVABLE_YEARS = 110
MALE, FEMALE = 1, 2

_X_LOOK_ALIKES = dict.fromkeys(map(ord, "xХхΧχⅩⅹ×✕✖"), "X")
PROVINCE_CODES = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for code in codes
)
"""First two digits of every division code in use, with Taiwan and the three residence permits."""

_INVISIBLE = "\u200b\u200e\u200f\ufeff"
_CENTENARIAN_SEQUENCES = range(996, 1000)
_ATTEMPTED_NUMBER_DIGITS = 13
"""With so many digits a text is meant as an identity number, not as a passport."""


class IdKind(StrEnum):
    """What document a number belongs to (证件类别)."""

    RESIDENT = "resident_id"
    RESIDENT_15 = "resident_id_15"
    HONG_KONG = "hong_kong_residence_permit"
    MACAU = "macau_residence_permit"
    TAIWAN = "taiwan_residence_permit"
    FOREIGN_PERMANENT = "foreign_permanent_residence"
    FOREIGN_PERMANENT_OLD = "foreign_permanent_residence_old"
    PASSPORT = "passport"
    HK_MACAU_TRAVEL_PERMIT = "hk_macau_travel_permit"
    TAIWAN_TRAVEL_PERMIT = "taiwan_travel_permit"
    BIRTH_CERTIFICATE = "birth_certificate"
    UNKNOWN = "unknown"


ID_KIND_LABELS: dict[IdKind, Message] = {
    IdKind.RESIDENT: msg("居民身份证"),
    IdKind.RESIDENT_15: msg("居民身份证（15 位旧号）"),
    IdKind.HONG_KONG: msg("港澳居民居住证（香港）"),
    IdKind.MACAU: msg("港澳居民居住证（澳门）"),
    IdKind.TAIWAN: msg("台湾居民居住证"),
    IdKind.FOREIGN_PERMANENT: msg("外国人永久居留身份证"),
    IdKind.FOREIGN_PERMANENT_OLD: msg("外国人永久居留身份证（旧版）"),
    IdKind.PASSPORT: msg("护照"),
    IdKind.HK_MACAU_TRAVEL_PERMIT: msg("港澳居民来往内地通行证"),
    IdKind.TAIWAN_TRAVEL_PERMIT: msg("台湾居民来往大陆通行证"),
    IdKind.BIRTH_CERTIFICATE: msg("出生医学证明"),
    IdKind.UNKNOWN: msg("不能识别的证件号码"),
}

_SPECIAL_AREAS = {"810000": IdKind.HONG_KONG, "820000": IdKind.MACAU, "830000": IdKind.TAIWAN}
_PATTERN_ONLY = (
    (IdKind.FOREIGN_PERMANENT_OLD, re.compile(r"[A-Z]{3}[0-9]{12}")),
    (IdKind.HK_MACAU_TRAVEL_PERMIT, re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")),
    (IdKind.TAIWAN_TRAVEL_PERMIT, re.compile(r"[0-9]{8}(?:[0-9]{2})?")),
    (IdKind.BIRTH_CERTIFICATE, re.compile(r"[A-Z][0-9]{9}")),
    (IdKind.PASSPORT, re.compile(r"(?=.*[A-Z])[A-Z0-9]{5,20}")),
)


@dataclass(frozen=True)
class IdNumber:
    """A number as understood. `normalized` is what is stored and compared: 18 characters where there are 18.

    `birth_date` and `sex` (1 male, 2 female) are None where the number does not tell. `reason` says why it is not
    valid, `warning` what to look at though it is. `expected_check` only when the check character is wrong.
    `upgraded` is the 18-character form of a 15-digit number.
    """

    kind: IdKind
    normalized: str
    valid: bool
    birth_date: date | None = None
    sex: int | None = None
    reason: Message | None = None
    warning: Message | None = None
    expected_check: str | None = None
    upgraded: str | None = None


def clean_id_text(text: str) -> str:
    """`text` half width, without spaces, upper case, with look-alikes of X (Cyrillic, Greek, ×) turned into X."""
    if text.isascii() and text.isalnum():
        return text.upper()  # the usual case, and a search cleans some fifty numbers
    half_width = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    no_spaces = "".join(
        c for c in half_width if not (c.isspace() or c in _INVISIBLE or "\ud800" <= c <= "\udfff")
    )
    return no_spaces.translate(_X_LOOK_ALIKES).upper()


def check_character(first17: str) -> str:
    """The 18th character for the first 17 digits, ISO 7064 MOD 11-2. Raises ValueError for anything but 17 digits."""
    if not re.fullmatch("[0-9]{17}", first17):
        raise ValueError("17 digits are needed")
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first17, strict=True))
    return CHECK_CHARACTERS[total % 11]


def parse_id_number(text: str, as_of: date, *, form_sex: int | None = None) -> IdNumber:
    """The number in `text`, checked on the day `as_of`.

    `form_sex` is the 性别 code written on the form; only 1 and 2 are compared, a difference is a warning.
    """
    number = clean_id_text(text)
    if not number:
        return _refused(IdKind.UNKNOWN, number, msg("没有填写证件号码。"))
    if re.fullmatch("[0-9]{15}", number):
        parsed = _parse_15(number, as_of)
    elif re.fullmatch("[0-9]{17}[0-9X]", number):
        parsed = _parse_18(number, as_of)
    else:
        parsed = _parse_other(number)
    return _compare_sex(parsed, form_sex)


def mask_id_number(number: str) -> str:
    """`number` for a screen that others can see: 370685********0013; shorter ones keep first and last two."""
    if len(number) >= 15:
        return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"
    if len(number) <= 4:
        return "*" * len(number)
    return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"


def _refused(kind: IdKind, number: str, reason: Message, *, expected_check: str | None = None) -> IdNumber:
    return IdNumber(kind, number, valid=False, reason=reason, expected_check=expected_check)


def _parse_18(number: str, as_of: date) -> IdNumber:
    kind = _kind_of_18(number)
    if number[0] == "0":
        return _refused(kind, number, msg("身份证号第 1 位不能是 0，请核对。"))
    birth = _real_date(number[6:14])
    if birth is None:
        return _refused(
            kind,
            number,
            msg("身份证号里的出生日期 {birth} 不存在，请核对第 7 到 14 位。", birth=number[6:14]),
        )
    if birth > as_of:
        return _refused(
            kind, number, msg("身份证号里的出生日期 {birth} 在今天之后，请核对。", birth=birth.isoformat())
        )
    expected = check_character(number[:17])
    if number[17] != expected:
        reason = msg(
            "身份证号最后一位是 {found}，按前 17 位算应是 {expected}，请对照证件逐位核对。",
            found=number[17],
            expected=expected,
        )
        return _refused(kind, number, reason, expected_check=expected)
    return IdNumber(
        kind,
        number,
        valid=True,
        birth_date=birth,
        sex=_sex(number[16]),
        warning=_warning_18(number, birth, as_of),
    )


def _kind_of_18(number: str) -> IdKind:
    if number[0] == "9":
        return IdKind.FOREIGN_PERMANENT
    return _SPECIAL_AREAS.get(number[:6], IdKind.RESIDENT)


def _warning_18(number: str, birth: date, as_of: date) -> Message | None:
    age = age_on(birth, as_of)
    if age > OLDEST_BELIEVABLE_YEARS:
        return msg("按身份证号算已 {age} 岁，超过 110 岁，请核对。", age=age)
    area = number[1:3] if number[0] == "9" else number[:2]
    if area not in PROVINCE_CODES:
        return msg("身份证号里的地区代码 {area} 不认识，请核对；老号码用的是当年的代码。", area=number[:6])
    return None


def _parse_15(number: str, as_of: date) -> IdNumber:
    """First generation: insert 19 before the year and append the check character."""
    if number[0] == "0":
        return _refused(IdKind.RESIDENT_15, number, msg("身份证号第 1 位不能是 0，请核对。"))
    sex = _sex(number[14])
    if int(number[12:]) in _CENTENARIAN_SEQUENCES:
        warning = msg(
            "15 位旧号的顺序码 {code} 是留给百岁老人的，出生年份不能确定，请问清出生日期。", code=number[12:]
        )
        return IdNumber(IdKind.RESIDENT_15, number, valid=True, sex=sex, warning=warning)
    first17 = f"{number[:6]}19{number[6:]}"
    birth = _real_date(first17[6:14])
    if birth is None:
        return _refused(
            IdKind.RESIDENT_15,
            number,
            msg("身份证号里的出生日期 {birth} 不存在，请核对第 7 到 12 位。", birth=number[6:12]),
        )
    if birth > as_of:
        reason = msg("身份证号里的出生日期 {birth} 在今天之后，请核对。", birth=birth.isoformat())
        return _refused(IdKind.RESIDENT_15, number, reason)
    upgraded = first17 + check_character(first17)
    return IdNumber(
        IdKind.RESIDENT_15,
        upgraded,
        valid=True,
        birth_date=birth,
        sex=sex,
        upgraded=upgraded,
        warning=msg("这是 15 位旧号，2013 年起已停用，已换算成 18 位，请查看新身份证。"),
    )


def _parse_other(number: str) -> IdNumber:
    digits = sum(c in "0123456789" for c in number)
    for kind, pattern in _PATTERN_ONLY:
        if pattern.fullmatch(number) and (digits < _ATTEMPTED_NUMBER_DIGITS):
            warning = msg("按{kind}收下，只核对了格式，请对照证件。", kind=ID_KIND_LABELS[kind])
            return IdNumber(kind, number, valid=True, warning=warning)
    return _refused(IdKind.UNKNOWN, number, _why_not(number, digits))


def _why_not(number: str, digits: int) -> Message:
    if re.fullmatch("[0-9X]+", number) and "X" in number[:-1]:
        return msg("X 只能在身份证号的最后一位，请核对。")
    if digits >= _ATTEMPTED_NUMBER_DIGITS and not re.fullmatch("[0-9X]+", number):
        return msg("身份证号前 17 位都应是数字，最后一位是数字或 X，请核对。")
    return msg("身份证号应是 18 位，您填的是 {count} 位，请核对。", count=len(number))


def _real_date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _sex(digit: str) -> int:
    return MALE if int(digit) % 2 else FEMALE


def _compare_sex(parsed: IdNumber, form_sex: int | None) -> IdNumber:
    if parsed.sex is None or form_sex not in (MALE, FEMALE) or parsed.sex == form_sex:
        return parsed
    names = {MALE: msg("男"), FEMALE: msg("女")}
    warning = msg(
        "身份证号上是{by_number}，表上填的是{on_form}，请核对。",
        by_number=names[parsed.sex],
        on_form=names[form_sex],
    )
    if parsed.warning is not None:
        warning = msg("{first}{second}", first=warning, second=parsed.warning)
    return IdNumber(
        parsed.kind,
        parsed.normalized,
        parsed.valid,
        parsed.birth_date,
        parsed.sex,
        parsed.reason,
        warning,
        parsed.expected_check,
        parsed.upgraded,
    )
