"""公平分配: what each clinic gets of a drug of which there is less than all ask for.

Own rule where the documents are silent: the stock goes to where it runs out first. Every clinic is filled up to the
same number of months of stock, as far as its request and the stock allow, so that nobody has three months while a
neighbour has none. Nobody gets more than asked, the whole is never more than the stock, and the order in which the
requests came plays no part: what is left over after whole packs goes to the lowest level, then to the larger request,
then by the clinic's code.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import lcm

from app.domain.quantities import Exact, to_fraction

MONTHS_ASKED_FOR = Fraction(2)
"""For how many months a clinic asks when its use is unknown: its request then stands for this long (drug requests §4.5)."""


@dataclass(frozen=True)
class Claim:
    """One clinic's request for one drug. `asked` units; `available` units there and on the way, None unknown;
    `monthly_use` units a month, None or 0 unknown. `key` is the clinic's code and parts equals."""

    key: str
    asked: int
    available: int | None = None
    monthly_use: Exact | None = None

    @property
    def pace(self) -> Fraction:
        """Units a month by which its level is counted."""
        if self.monthly_use:
            return to_fraction(self.monthly_use)
        return Fraction(self.asked) / MONTHS_ASKED_FOR

    @property
    def start(self) -> int:
        """Units from which its level is counted; what is unknown counts as nothing."""
        return max(0, self.available or 0)

    def share_at(self, level: Fraction) -> Fraction:
        """Units, not yet whole ones, that bring it to `level` months, at most what it asked for."""
        return min(Fraction(self.asked), max(Fraction(0), level * self.pace - self.start))

    def level_with(self, units: int) -> Fraction:
        """Months of stock with `units` more."""
        return (self.start + units) / self.pace if self.pace else Fraction(0)


def fair_share(stock: int, claims: Sequence[Claim], *, pack: int = 1, opened: int = 0) -> dict[str, int]:
    """Units for each claim by its key, in whole packs of `pack` units or what completes a request.

    `opened` units of the stock lie in an opened pack: they go as they are, at last, to whoever has least. Raises
    ValueError for a negative stock or request, a pack below one, or two claims of one key.
    """
    if stock < 0 or opened < 0 or pack < 1 or any(claim.asked < 0 for claim in claims):
        raise ValueError("stock and requests are not negative, a pack has at least one unit")
    if len({claim.key for claim in claims}) != len(claims):
        raise ValueError("one claim for each clinic")
    if sum(claim.asked for claim in claims) <= stock:
        return {claim.key: claim.asked for claim in claims}
    level = _level(stock, claims)
    given = {claim.key: _whole_packs(claim.share_at(level), claim.asked, pack) for claim in claims}
    given = _with_the_rest(given, stock, claims, pack)
    return _with_opened(given, min(opened, stock - sum(given.values())), claims)


def level_reached(stock: int, claims: Sequence[Claim]) -> Fraction | None:
    """The months of stock up to which everybody can be filled with `stock`; None when there is enough for all requests."""
    if sum(claim.asked for claim in claims) <= stock:
        return None
    return _level(stock, claims)


def _level(stock: int, claims: Sequence[Claim]) -> Fraction:
    """The months to which everybody can be filled up with `stock`: exact, on the straight piece where it lies."""
    paces = [claim.pace for claim in claims]
    turns = sorted(
        {
            units / pace
            for claim, pace in zip(claims, paces, strict=True)
            if pace
            for units in (claim.start, claim.start + claim.asked)
        }
    )
    fills = _Fills.of(claims, paces)
    if not turns or fills.used(turns[-1]) < stock:
        return turns[-1] if turns else Fraction(0)
    # What is used only grows with the level, so the first turn that uses the whole stock is found by halving.
    place = bisect_left(turns, stock, key=fills.used)
    turn, used = turns[place], fills.used(turns[place])
    low = turns[place - 1] if place else Fraction(0)
    used_low = fills.used(low)
    if used == used_low:
        return turn
    return low + (turn - low) * (stock - used_low) / (used - used_low)


@dataclass(frozen=True)
class _Fills:
    """The claims as whole numbers, which add up many times as fast: a pace is `pace` / `parts` units a month."""

    claims: tuple[tuple[int, int, int], ...]
    """(start, pace, asked)."""
    parts: int

    @classmethod
    def of(cls, claims: Sequence[Claim], paces: Sequence[Fraction]) -> _Fills:
        """`paces` are those of the claims."""
        parts = lcm(*(pace.denominator for pace in paces))
        whole = (
            (claim.start, pace.numerator * (parts // pace.denominator), claim.asked)
            for claim, pace in zip(claims, paces, strict=True)
        )
        return cls(tuple(whole), parts)

    def used(self, level: Fraction) -> Fraction:
        """The sum of `Claim.share_at`."""
        months, parts = level.numerator, level.denominator * self.parts
        total = sum(
            min(asked * parts, max(0, months * pace - start * parts)) for start, pace, asked in self.claims
        )
        return Fraction(total, parts)


def _whole_packs(units: Fraction, asked: int, pack: int) -> int:
    return asked if units >= asked else int(units // pack) * pack


def _with_the_rest(given: dict[str, int], stock: int, claims: Sequence[Claim], pack: int) -> dict[str, int]:
    """Hand out pack by pack what rounding left over."""
    left = stock - sum(given.values())
    lowest = [(claim.level_with(given[claim.key]), -claim.asked, claim.key, claim) for claim in claims]
    heapify(lowest)
    while lowest and left > 0:
        _level_now, size, key, claim = heappop(lowest)
        step = min(pack, claim.asked - given[key])
        if step <= 0 or step > left:
            continue  # full, or it will never fit again: what is left only gets less
        given[key] += step
        left -= step
        heappush(lowest, (claim.level_with(given[key]), size, key, claim))
    return given


def _with_opened(given: dict[str, int], opened: int, claims: Sequence[Claim]) -> dict[str, int]:
    """Give the opened pack to the lowest level that still lacks something."""
    open_claims = [claim for claim in claims if given[claim.key] < claim.asked]
    if opened > 0 and open_claims:
        least = min(open_claims, key=lambda claim: (claim.level_with(given[claim.key]), -claim.asked, claim.key))
        given[least.key] += min(opened, least.asked - given[least.key])
    return given
