"""Phone numbers (电话): a soft check that warns and never blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.domain.id_number import clean_id_text
from app.domain.message import Message, msg

NO_PHONE = "无"


class PhoneKind(StrEnum):
    """What a phone number is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    SHORT = "short"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PhoneCheck:
    """A phone number as understood. `normalized` is what is stored; `warning` None = nothing to look at."""

    kind: PhoneKind
    normalized: str
    warning: Message | None = None


def check_phone(text: str) -> PhoneCheck:
    """The kind of number in `text`: mobile, landline, short village number, or 无. Nothing is refused."""
    cleaned = re.sub("[()]", "", clean_id_text(text))
    if not cleaned:
        return PhoneCheck(PhoneKind.UNKNOWN, "", msg("没有填写电话；确实没有就填“无”。"))
    if cleaned == NO_PHONE:
        return PhoneCheck(PhoneKind.NONE, NO_PHONE, msg("没有本人电话，请留一位亲属的电话。"))
    digits = re.sub(r"^\+?86(?=1[3-9]\d{9}$)", "", cleaned.replace("-", ""))
    if re.fullmatch("1[3-9][0-9]{9}", digits):
        return PhoneCheck(PhoneKind.MOBILE, digits)
    if re.fullmatch("0[0-9]{2,3}-?[2-9][0-9]{6,7}(-[0-9]{1,6})?", cleaned):
        return PhoneCheck(PhoneKind.LANDLINE, cleaned)
    if re.fullmatch("[0-9]{3,6}", digits):
        return PhoneCheck(PhoneKind.SHORT, digits, msg("这像是村里的短号，外面打不通，最好再留一个手机号。"))
    return PhoneCheck(PhoneKind.UNKNOWN, text.strip(), msg("这个电话不像手机号或固定电话，请核对。"))


def mask_phone(number: str) -> str:
    """`number` for a screen that others can see: 138****2716; other numbers keep the last two digits."""
    if re.fullmatch("[0-9]{11}", number):
        return f"{number[:3]}****{number[-4:]}"
    if number == NO_PHONE or len(number) <= 2:
        return number
    return f"{'*' * (len(number) - 2)}{number[-2:]}"
