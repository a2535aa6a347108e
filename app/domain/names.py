"""Names of people (姓名): how they are stored, and the key by which they are compared and searched.

GB 18030-2022 for the characters, 民委发〔2016〕33号 for the separator dot "·" (U+00B7) in names of minorities. A name is
stored as entered, only the dot and invisible characters are put right: NFC and NFKC would change compatibility
ideographs, so they are used for the key alone. Lengths count code points, never UTF-16 units.
"""

from __future__ import annotations

import re
import unicodedata

from app.domain.message import Message, msg

DOT = "\u00b7"
MAX_CODE_POINTS = 50
_ALWAYS_DOTS = "\u2022\u30fb\uff65\u2027\u22c5\u2e31\u0387"
_FULL_STOPS = ".\uff0e"
_INVISIBLE = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\ud800-\udfff]"
)
_HANZI = "\u2e80-\u2fdf\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003347f\U000f0000-\U0010fffd"
_STOP_BETWEEN_HANZI = re.compile(f"(?<=[{_HANZI}])\\s*[{re.escape(_FULL_STOPS)}]\\s*(?=[{_HANZI}])")
_DOT_RUN = re.compile(f"\\s*{DOT}[\\s{DOT}]*")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_ALLOWED = re.compile(f"[{_HANZI}{DOT}\\u00c0-\\u024fA-Za-z .'’\\-\\ufe00-\\ufe0f\\U000e0100-\\U000e01ef]+")


def normalize_name(text: str) -> str:
    """`text` as it is stored: trimmed, without invisible characters, the separator dot as U+00B7 between two parts.

    Variants of the dot become U+00B7, a full stop only between two Chinese characters. Spaces around the dot and
    dots at either end are dropped. Nothing else is changed.
    """
    name = _INVISIBLE.sub("", text).strip()
    name = name.translate(dict.fromkeys(map(ord, _ALWAYS_DOTS), DOT))
    name = _STOP_BETWEEN_HANZI.sub(DOT, name)
    return _DOT_RUN.sub(DOT, name).strip(DOT + " \u3000")


def fold_name(text: str) -> str:
    """The key for comparing and searching: no dots or spaces, compatibility forms and case folded."""
    folded = unicodedata.normalize("NFKC", normalize_name(text)).casefold()
    return unicodedata.normalize("NFKC", re.sub(f"[{DOT}{_ALWAYS_DOTS}{_FULL_STOPS}\\s]", "", folded))


def code_point_count(text: str) -> int:
    """How many characters a person would count; a supplementary character such as 𠮷 is one."""
    return len(text)


def needs_verification(name: str) -> bool:
    """True when the name holds private-use characters of old identity software: keep it, mark it 待核实."""
    return _PRIVATE_USE.search(name) is not None


def name_problem(name: str) -> Message | None:
    """Why a stored name cannot be accepted, or None."""
    if not name:
        return msg("请填写姓名。")
    if len(name) > MAX_CODE_POINTS:
        return msg("姓名最多 {limit} 个字，您填的是 {count} 个字。", limit=MAX_CODE_POINTS, count=len(name))
    return None


def name_warning(name: str) -> Message | None:
    """What to look at in an acceptable name, or None: private-use characters, signs that names do not have."""
    if needs_verification(name):
        return msg("姓名里有旧软件造的字，可能显示或打印不出来，已标为待核实，请对照证件。")
    if name and not _ALLOWED.fullmatch(name):
        return msg("姓名里有不常见的符号，请核对。")
    return None
