"""Make resources/codes/pinyin.csv again from the pypinyin package: which syllables each Chinese character has.

One line a syllable (without tone, ü as v): the syllable, the characters whose usual reading it is, the characters of
which it is another reading. The program reads this table instead of importing pypinyin, which takes 175 ms and 52 MB.
Rare readings of common characters are left out (大 as tai, 六 as lu): they would only make the search find strangers.
Readings that live on in surnames (单 Shan) come back from surnames.csv. Needs pypinyin 0.55.0:

    python3 resources/derive/pinyin.py
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

TABLE = Path(__file__).resolve().parent.parent / "codes" / "pinyin.csv"
WELL_ATTESTED_PHRASES = 30
RARE_SHARE = 50
"""A reading is rare when it has fewer than one in so many of the phrases with the character."""
UNUSUAL_SHARE = 10
"""The package's first reading is not the usual one when it has fewer than one in so many (佛 as fu)."""

OWN_READINGS = {"𠮷": "ji"}
"""Characters of names that the package does not know; own knowledge."""


def without_tone(syllable: str) -> str:
    """`syllable` in plain letters, ü as v."""
    for letter in "üǖǘǚǜ":
        syllable = syllable.replace(letter, "v")
    return "".join(c for c in unicodedata.normalize("NFD", syllable) if c.isascii()).strip()


def phrase_counts() -> dict[str, Counter[str]]:
    """How often each character has each reading in the phrases that pypinyin knows."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in phrases_dict.items():
        if len(phrase) == len(readings):
            for character, reading in zip(phrase, readings, strict=True):
                counts[character][without_tone(reading[0])] += 1
    return counts


def kept_readings(character: str, written: str, counts: Counter[str]) -> list[str]:
    """The readings of `character`, the usual one first, without the rare ones of a common character."""
    readings = list(dict.fromkeys(without_tone(part) for part in written.split(",") if without_tone(part)))
    total = sum(counts.values())
    if total >= WELL_ATTESTED_PHRASES:
        if counts[readings[0]] * UNUSUAL_SHARE < total:
            readings.sort(key=lambda reading: -counts[reading])
        readings = readings[:1] + [r for r in readings[1:] if counts[r] * RARE_SHARE >= total]
    return readings


def main() -> None:
    """Write the table."""
    counts = phrase_counts()
    usual: dict[str, str] = defaultdict(str)
    other: dict[str, str] = defaultdict(str)
    for point, written in sorted(pinyin_dict.items()):
        readings = kept_readings(chr(point), written, counts[chr(point)])
        for position, reading in enumerate(readings):
            (other if position else usual)[reading] += chr(point)
    for character, reading in OWN_READINGS.items():
        usual[reading] += character
    lines = (f"{s},{usual.get(s, '')},{other.get(s, '')}\n" for s in sorted({*usual, *other}))
    TABLE.write_text("syllable,usual,other\n" + "".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
