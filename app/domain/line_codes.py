"""Line codes: what the small QR code of a printed sheet says, so that a hand-filled sheet finds its person and form.

A line code is 13 characters: `CY`, eight characters of Crockford's base 32 for the last 40 bits of the resident's
UUIDv7 (they are random, so they tell nothing about the person), two digits for the form, one check character. It fits
the smallest QR code. The check character is a sum over GF(32): it finds every wrong character and every two characters
that changed places. Letters that look like digits (O, I, L) are read as these.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.domain.message import Message, msg

PREFIX = "CY"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("OIL", "011")
BODY_LENGTH = 8
SUFFIX_DIGITS = 10
"""Hexadecimal digits at the end of a resident's id that a line code names: 40 bits."""

LENGTH = len(PREFIX) + BODY_LENGTH + 3
FORM_NUMBERS = {
    "record_cover": 1, "personal_info": 2, "health_exam": 3, "htn_followup": 4, "dm_followup": 5, "smi_info": 6,
    "smi_followup": 7, "tb_first_visit": 8, "tb_followup": 9, "elder_adl": 10, "tcm_elder": 11, "copd_followup": 12,
    "encounter": 13, "consultation": 14, "referral_out": 15, "referral_back": 16, "record_card": 17,
    "screening": 51,
}
"""The number of each form on printed sheets: never given to another form, since the sheets stay about for years.

National forms as the form list counts them; sheets of our own from 51 on.
"""

FORM_CODES = {number: code for code, number in FORM_NUMBERS.items()}
REDUCER = 0b100101
"""x⁵ + x² + 1, a primitive polynomial of GF(32)."""


@dataclass(frozen=True)
class LineCode:
    """A line code as understood. `id_suffix` and `form_code` are "" and `reason` says why when it is not valid."""

    normalized: str
    valid: bool
    id_suffix: str = ""
    form_code: str = ""
    reason: Message | None = None


def line_code(resident_id: str, form_code: str) -> str:
    """The line code of a form of the resident with this UUID; "" for a form that has no number.

    Raises ValueError for an id that does not end in 40 bits of hexadecimal digits.
    """
    number = FORM_NUMBERS.get(form_code)
    if number is None:
        return ""
    bits = int(resident_id.replace("-", "")[-SUFFIX_DIGITS:], 16)
    body = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(BODY_LENGTH)))
    body += f"{number:02d}"
    return PREFIX + body + check_character(body)


def check_character(body: str) -> str:
    """The check character of the ten characters between the prefix and the end. Raises ValueError for others."""
    total = 0
    for character in body:
        total = _doubled(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def grouped(code: str) -> str:
    """A line code as it is printed for people: CY-7K3M-9QRT-03X."""
    return "-".join((code[:2], code[2:6], code[6:10], code[10:])) if code else ""


def looks_like_line_code(text: str) -> bool:
    """Whether `text` has the length and the beginning of a line code, so that it is not searched for as a name."""
    plain = _plain(text)
    return len(plain) == LENGTH and plain.startswith(PREFIX)


def parse_line_code(text: str) -> LineCode:
    """The line code in `text`, scanned or typed: in either case of letters, with or without dashes and blanks."""
    plain = _plain(text)
    if not plain.startswith(PREFIX) or len(plain) != LENGTH:
        return LineCode(plain, False, reason=msg(
            "行码是 {length} 个字母和数字，以 CY 开头，写在表右上角的方块码下面。请再扫一次，或照着重新输入。",
            length=LENGTH,
        ))
    body = plain[len(PREFIX):].translate(LOOK_ALIKES)
    plain = PREFIX + body
    stranger = next((character for character in body if character not in ALPHABET), None)
    if stranger is not None:
        return LineCode(plain, False, reason=msg("行码里没有“{character}”，请照着纸上重新输入。", character=stranger))
    if check_character(body[:-1]) != body[-1]:
        return LineCode(plain, False, reason=msg("行码有一个字符不对（最后一位对不上），请再扫一次，或照着纸上重新输入。"))
    number = body[BODY_LENGTH:-1]
    form_code = FORM_CODES.get(int(number)) if number.isdigit() else None
    if form_code is None:
        return LineCode(plain, False, reason=msg(
            "行码里的表号“{number}”这个版本不认识，可能是新版本打印的。请更新程序，或按姓名找人。", number=number,
        ))
    bits = 0
    for character in body[:BODY_LENGTH]:
        bits = bits << 5 | ALPHABET.index(character)
    return LineCode(plain, True, f"{bits:0{SUFFIX_DIGITS}x}", form_code)


def _plain(text: str) -> str:
    """`text` in capital letters and plain digits, without blanks and dashes: an input method may have widened them."""
    return re.sub(r"[\s\-－—–·]", "", unicodedata.normalize("NFKC", text)).upper()


def _doubled(value: int) -> int:
    """`value` times x in GF(32)."""
    value <<= 1
    return value ^ REDUCER if value & 32 else value
