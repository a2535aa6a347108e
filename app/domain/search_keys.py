"""The keys by which a resident is found, and the ranges that a typed text stands for.

Every key is a text; a range from q to q + U+10FFFF finds all keys that begin with q. Marks in front keep the kinds of
key apart: "^" the whole name (characters, pinyin, initials), no mark what remains of it from a later character on,
"#" a number written backwards, so that its last digits find it, "+" a phone number forwards, "@" the serial of the
record number, "=" and "/" the order of the two lists. Who moved away or died has "~" in front of all but the last two,
and so comes after the others. No reading of characters happens here: the readings are given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.id_number import clean_id_text
from app.domain.names import fold_name
from app.domain.phones import NO_PHONE

LONGEST_KEY = 60
MOST_VARIANTS = 16
"""So many readings of one name are kept, the likeliest first."""
AFTER_ALL = "\U0010ffff"
WHOLE, BACKWARDS, FORWARDS, SERIAL, BY_PINYIN, BY_HOUSEHOLD, INACTIVE = "^", "#", "+", "@", "=", "/", "~"
NO_GROUP = "\ufffd"
"""Sorts after the characters of group names."""
SERIAL_DIGITS = 5
_MARKS = str.maketrans("", "", "^#+@=/~")
_HAN = re.compile("[^\\x00-\\u2e7f]+")
_CHINESE_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}


@dataclass(frozen=True)
class Findable:
    """What the keys of one resident are made from. `readings` as of the folded name, the likeliest first.

    `numbers` are those found by their last digits (ID number, phones, record number), `phones` those found by their
    first. The household's part is empty for a person without one.
    """

    name_key: str
    readings: Sequence[Sequence[str]]
    numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    record_no: str = ""
    is_active: bool = True
    household_id: str = ""
    group_name: str = ""
    household_number: str = ""
    is_head: bool = False
    birth_date: date | None = None


def keys_of(person: Findable) -> set[str]:
    """Every key of one resident."""
    name = person.name_key.translate(_MARKS)
    found = _name_keys(name, person.readings if len(name) == len(person.name_key) else ())
    for number in (*person.numbers, person.record_no):
        if plain := plain_number(number):
            found.add(BACKWARDS + plain[::-1])
    found.update(FORWARDS + plain for phone in person.phones if (plain := plain_number(phone)))
    if person.record_no:
        found.add(SERIAL + person.record_no[-SERIAL_DIGITS:].lstrip("0"))
    if not person.is_active:
        found = {INACTIVE + key for key in found}
    return {key[:LONGEST_KEY] for key in (*found, pinyin_order(person), household_order(person))}


def _name_keys(name: str, readings: Sequence[Sequence[str]]) -> set[str]:
    """The name, its initials and its pinyin: whole, and from each later character on."""
    found = set()
    initials, spelled = [""], [""]
    for position in range(len(name) - 1, -1, -1):
        options = readings[position] if readings else (name[position],)
        first_letters = dict.fromkeys(option[:1] for option in options)
        initials = _joined(first_letters, initials)
        spelled = _joined(dict.fromkeys(options), spelled)
        mark = "" if position else WHOLE
        found.update(mark + tail for tail in (name[position:], *initials, *spelled) if tail)
    return found


def _joined(options: Sequence[str] | dict[str, None], tails: Sequence[str]) -> list[str]:
    joined = (option + tail for tail in tails for option in options)
    return list(dict.fromkeys(joined))[:MOST_VARIANTS]


def plain_number(number: str) -> str:
    """A number as it is compared: half width, without spaces and dashes, lower case; "" for 无."""
    cleaned = clean_id_text(number)
    return "" if cleaned == NO_PHONE else re.sub("[-－—–()（）]", "", cleaned).casefold()


def pinyin_order(person: Findable) -> str:
    """The key that sorts the list of residents by pinyin; people of one reading stay together by characters."""
    return BY_PINYIN + "".join(options[0] for options in person.readings) + " " + person.name_key


def household_order(person: Findable) -> str:
    """The key that sorts the list of residents by group, household, head first, then the oldest first."""
    born = person.birth_date.isoformat() if person.birth_date else "9999"
    return "/".join(
        (
            group_order(person.group_name),
            padded(person.household_number)[:12],
            person.household_id[-12:],
            "0" if person.is_head else "1",
            born,
        )
    )


def group_order(group_name: str) -> str:
    """What every household-order key of one group begins with; no group comes last."""
    return BY_HOUSEHOLD + (padded(group_name)[:20] if group_name else NO_GROUP)


def padded(text: str) -> str:
    """`text` so that 2组 sorts before 10组 and 三组 between them: numbers in five digits."""
    digits = re.sub("[一二三四五六七八九十]+", lambda match: str(_chinese_number(match[0])), text)
    return re.sub("[0-9]+", lambda match: match[0].zfill(5), digits).translate(_MARKS)


def _chinese_number(text: str) -> int:
    """一 to 九十九; anything else that is written with these characters stays in its order of reading."""
    tens, ten, units = text.rpartition("十")
    value = _CHINESE_DIGITS.get(units, 0)
    return value + 10 * _CHINESE_DIGITS.get(tens, 1) if ten else value


@dataclass(frozen=True)
class Query:
    """What was typed, understood. `ranges` are beginnings of keys in the order in which they are shown.

    `exact` are whole keys shown before all others. `name_part` is the Chinese part of a mixed text such as 李gl: the
    hits of its ranges count only when their name contains it.
    """

    exact: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    name_part: str = ""


def read_query(text: str, readings: Sequence[Sequence[str]] = ()) -> Query:
    """The query that `text` stands for; `readings` those of the folded text. Nothing typed gives an empty query."""
    folded = query_text(text)
    if not folded:
        return Query()
    if re.search("[0-9]", folded) and not _HAN.search(folded):
        serial = folded.lstrip("0") if folded.isdigit() and len(folded) <= SERIAL_DIGITS else ""
        beginnings = (BACKWARDS + folded[::-1], FORWARDS + folded)
        exact = (SERIAL + serial,) if serial else ()
        return Query(_both(exact), _both(beginnings))
    han = _HAN.findall(folded)
    if han and re.search("[a-z]", folded) and readings:
        initials = "".join(options[0][:1] for options in readings)
        spelled = "".join(options[0] for options in readings)
        beginnings = tuple(dict.fromkeys((WHOLE + initials, WHOLE + spelled, initials, spelled)))
        return Query((), _both(beginnings), max(han, key=len))
    return Query((), _both((WHOLE + folded, folded)))


def query_text(text: str) -> str:
    """`text` as it is compared: folded like a name, numbers without dashes."""
    folded = fold_name(clean_id_text(text)).translate(_MARKS)
    return re.sub("[-－—–]", "", folded) if re.search("[0-9]", folded) else folded.replace("'", "")


def _both(beginnings: tuple[str, ...]) -> tuple[str, ...]:
    """The beginnings for those under care, then for those who are not."""
    return beginnings + tuple(INACTIVE + beginning for beginning in beginnings)
