"""抽查的抽取: which clinics and which items are counted, drawn with a recorded seed so that anybody can draw them again.

Specification: mechanisms §3.2 (default 10 items: at least 3 of high value, 2 near expiry, the rest at random). Every
candidate gets a number from the seed and its own key, and the smallest numbers are drawn: the order in which candidates
are listed, and the version of the program, play no part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.batches import ORANGE_DAYS, days_left
from app.domain.message import Message, msg

ITEMS, HIGH_VALUE, NEAR_EXPIRY = 10, 3, 2
HIGH_VALUE_SHARE = 5
"""Of high value is the dearest fifth of the shelf (own choice; the document names no limit)."""
LARGEST_SEED = 10**9


class DrawnFor(StrEnum):
    """Why an item was drawn."""

    HIGH_VALUE = "high_value"
    NEAR_EXPIRY = "near_expiry"
    AT_RANDOM = "at_random"

    @property
    def label(self) -> Message:
        return _LABELS[self]


_LABELS = {
    DrawnFor.HIGH_VALUE: msg("高值"),
    DrawnFor.NEAR_EXPIRY: msg("近效期"),
    DrawnFor.AT_RANDOM: msg("随机"),
}


@dataclass(frozen=True)
class Candidate:
    """A batch on a clinic's shelf. `value_fen` of what stands there, None unknown."""

    key: str
    value_fen: int | None
    expiry: date | None


@dataclass(frozen=True)
class Drawn:
    """An item that was drawn, and why."""

    key: str
    why: DrawnFor


def lot(seed: int, key: str) -> str:
    """The number that a key gets under a seed."""
    return hashlib.sha256(f"{seed}|{key}".encode()).hexdigest()


def draw_keys(keys: Sequence[str], count: int, seed: int) -> list[str]:
    """`count` of the keys, or all when there are fewer. Raises ValueError for a negative count or an impossible seed."""
    if count < 0 or not 0 <= seed <= LARGEST_SEED:
        raise ValueError("a draw has a count from 0 and a seed from 0 to a thousand million")
    return sorted(set(keys), key=lambda key: (lot(seed, key), key))[:count]


def draw_items(
    candidates: Sequence[Candidate],
    today: date,
    seed: int,
    *,
    count: int = ITEMS,
    high_value: int = HIGH_VALUE,
    near_expiry: int = NEAR_EXPIRY,
    near_days: int = ORANGE_DAYS,
) -> list[Drawn]:
    """The items of one check: high-value ones first, then near expiry, then the rest at random; none twice.

    Where a group has fewer than wanted, the rest makes up for it. High value is the dearest fifth, at least as many as
    wanted. Raises ValueError as `draw_keys`, or for two candidates of one key.
    """
    if len({each.key for each in candidates}) != len(candidates):
        raise ValueError("one candidate for each key")
    priced = sorted(
        (each for each in candidates if each.value_fen), key=lambda each: (-(each.value_fen or 0), each.key)
    )
    dear = priced[: max(high_value, -(-len(priced) // HIGH_VALUE_SHARE))]
    near = [each for each in candidates if each.expiry is not None and days_left(each.expiry, today) <= near_days]
    drawn: list[Drawn] = []
    groups = ((dear, high_value, DrawnFor.HIGH_VALUE), (near, near_expiry, DrawnFor.NEAR_EXPIRY))
    for group, wanted, why in (*groups, (candidates, count, DrawnFor.AT_RANDOM)):
        taken = {each.key for each in drawn}
        left = count - len(drawn)
        keys = [each.key for each in group if each.key not in taken]
        drawn += [Drawn(key, why) for key in draw_keys(keys, min(wanted, left), seed)]
    return drawn
