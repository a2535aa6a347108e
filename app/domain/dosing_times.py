"""When in the day a medicine is taken, read from the lines of a follow-up sheet: 早, 中, 晚, 睡前.

Only what is certain becomes a mark. Two, three and four times a day are spread as people take them (早晚, 早中晚,
早中晚睡前); once a day without a time may be any of them, and 隔日, 每周 or 必要时 none: such a line keeps its words and
the doctor ticks it by hand. Words and number that contradict each other give no mark either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.message import Message, msg


class DayTime(StrEnum):
    """A time of the day at which medicines are taken, in the order of the day."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"
    BEDTIME = "bedtime"


DAY_TIME_LABELS: dict[DayTime, Message] = {
    DayTime.MORNING: msg("早"),
    DayTime.NOON: msg("中"),
    DayTime.EVENING: msg("晚"),
    DayTime.BEDTIME: msg("睡前"),
}

SPREAD: Mapping[int, tuple[DayTime, ...]] = {
    2: (DayTime.MORNING, DayTime.EVENING),
    3: (DayTime.MORNING, DayTime.NOON, DayTime.EVENING),
    4: tuple(DayTime),
}
"""The times of a medicine that is taken so often a day; once a day is not among them."""

NOT_DAILY = re.compile(
    r"隔[日天]|每周|一?周[一二两三1-6]次|每月|必要时|需要时|疼痛时|发作时|备用|下午|上午"
    r"|每\d+(?:个)?小时|\b(?:qod|q\dd|qw|biw|tiw|prn|sos|q\d+h)\b"
)
"""Words that no mark of a day can say."""

TIME_WORDS: tuple[tuple[DayTime, str], ...] = (
    (DayTime.BEDTIME, r"每?晚?(?:临?睡觉?前|睡时|临睡)|\bhs\b"),
    (DayTime.MORNING, r"早[餐饭上晨]?|清晨|晨起?"),
    (DayTime.NOON, r"中午|午[餐饭]|中(?=[午晚、,，各\d餐饭]|$)"),
    (DayTime.EVENING, r"每晚|傍晚|晚[餐饭上]?|\bqn\b"),
)
_TIMES = re.compile("|".join(f"(?P<{time.name}>{words})" for time, words in TIME_WORDS))
_PER_DAY = re.compile(r"(?:每|一|1)?[日天]([一二两三四\d]+)次")
_LATIN = {"qd": 1, "bid": 2, "tid": 3, "qid": 4}
_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4}
_AMOUNT = re.compile(r"各?(?:每?次)?(\d[^早晨中午晚睡、,，;；。]*)")


@dataclass(frozen=True)
class Dosing:
    """`times` in the order of the day, () when they are not certain; `amounts` where each time has its own."""

    times: tuple[DayTime, ...]
    amounts: Mapping[DayTime, str] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether the times can be marked."""
        return bool(self.times)


UNKNOWN = Dosing(())


def dosing(times_per_day: int | None, words: str = "") -> Dosing:
    """The times of a line with 每日次数 (None when not written) and what is written beside it, such as 早1片晚2片."""
    written = unicodedata.normalize("NFKC", words).lower().replace(" ", "")
    if NOT_DAILY.search(unicodedata.normalize("NFKC", words).lower()):
        return UNKNOWN
    counts = {count for count in (times_per_day, *_counts(words)) if count is not None}
    found = list(_TIMES.finditer(written))
    if len(counts) > 1:
        return UNKNOWN
    if not found:
        return Dosing(SPREAD.get(counts.pop(), ())) if counts else UNKNOWN
    named = {DayTime[str(match.lastgroup)] for match in found}
    if counts and counts != {len(named)}:
        return UNKNOWN
    return Dosing(tuple(time for time in DayTime if time in named), _amounts(written, found))


def _counts(words: str) -> set[int]:
    """How often a day the words say, in Chinese or by the Latin letters of a prescription."""
    written = unicodedata.normalize("NFKC", words).lower()
    counts = {number for letters, number in _LATIN.items() if re.search(rf"(?<![a-z]){letters}(?![a-z])", written)}
    for match in _PER_DAY.finditer(written.replace(" ", "")):
        counts.add(_NUMERALS.get(match[1]) or (int(match[1]) if match[1].isdigit() else 0))
    return counts


def _amounts(written: str, found: list[re.Match[str]]) -> dict[DayTime, str]:
    """What follows each time; 早晚各1片 says it for both. {} unless every time has one."""
    amounts: dict[DayTime, str] = {}
    waiting: list[DayTime] = []
    for number, match in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(written)
        waiting.append(DayTime[str(match.lastgroup)])
        amount = _AMOUNT.match(written[match.end():end].lstrip("、,:"))
        if amount:
            amounts.update(dict.fromkeys(waiting, amount[1]))
            waiting = []
    return {} if waiting else amounts
