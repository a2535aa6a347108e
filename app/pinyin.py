"""How Chinese names are read: pinyin syllables without tone, the usual reading first.

The table comes from resources/codes/pinyin.csv (170 KB, loaded once when first asked), the surnames that read
differently from the same character elsewhere (单 Shan, 仇 Qiu, 解 Xie, 区 Ou, 朴 Piao …) from surnames.csv. A
character without a known reading (rare, or of private use) reads as the empty string, so that the rest of the name
can still be found. It keeps nothing and knows nothing of search.
"""

from __future__ import annotations

import csv
from functools import cache

import resources
from app.reference import surnames

LONGEST_SURNAME = 2


@cache
def _character_readings() -> dict[str, tuple[str, ...]]:
    usual: dict[str, str] = {}
    other: dict[str, list[str]] = {}
    with resources.path("codes", "pinyin.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            usual.update(dict.fromkeys(row["usual"], row["syllable"]))
            for character in row["other"]:
                other.setdefault(character, []).append(row["syllable"])
    readings = {character: (syllable,) for character, syllable in usual.items()}
    for character, syllables in other.items():
        readings[character] = (usual[character], *syllables)
    return readings


@cache
def _surname_readings() -> dict[str, tuple[tuple[str, ...], ...]]:
    """For a surname of one or two characters, its readings as syllables, in the order of the table."""
    return {
        surname.characters: tuple(
            tuple(part.replace("ü", "v") for part in reading) for reading in surname.readings
        )
        for surname in surnames()
    }


def syllables(character: str) -> tuple[str, ...]:
    """The readings of one character, the usual one first; a letter or digit reads as itself, the unknown as ("",)."""
    if character.isascii():
        return (character.casefold(),)
    found = _character_readings().get(character, ("",))
    if any("v" in reading for reading in found):
        # 吕 is typed lv by those who know the keyboard and lu by the others.
        found = (*found, *(reading.replace("v", "u") for reading in found if "v" in reading))
    return found


@cache
def reading_order(name: str) -> tuple[str, ...]:
    """What a list is ordered by: the usual reading of every character, the unknown first."""
    return tuple(syllables(character)[0] for character in name)


def name_readings(name: str) -> tuple[tuple[str, ...], ...]:
    """For every character of a folded name its readings, the likeliest first; a surname's own reading leads."""
    readings = [syllables(character) for character in name]
    surnames = _surname_readings()
    for length in range(min(LONGEST_SURNAME, len(name)), 0, -1):
        if name[:length] in surnames:
            for variant in reversed(surnames[name[:length]]):
                for position, syllable in enumerate(variant):
                    readings[position] = tuple(dict.fromkeys((syllable, *readings[position])))
            break
    return tuple(readings)


def usual_pinyin(name: str) -> str:
    """The likeliest reading of a folded name in one word, for sorting."""
    return "".join(options[0] for options in name_readings(name))
