"""Packs (盒) from dispensing units (片): clinics ask for units, the township ships packs.

Specification: drug_requests §4.7.
"""

from __future__ import annotations

from collections.abc import Iterable


def packs_for(
    quantity: int | None, pack: int | None, *, threshold: int = 0, round_to_zero: bool = False
) -> int | None:
    """Packs to ship for `quantity` dispensing units of a pack of `pack` units (§4.7).

    A remainder larger than `threshold` takes one pack more; threshold 0 is the rule "up". A quantity above 0
    gives at least 1 pack unless `round_to_zero`. quantity <= 0 or pack = 0 gives 0; unknown gives None.
    Raises ValueError for a negative pack or threshold.
    """
    if quantity is None or pack is None:
        return None
    if pack < 0 or threshold < 0:
        raise ValueError("pack size and threshold are not negative")
    if quantity <= 0 or pack == 0:
        return 0
    packs, remainder = divmod(quantity, pack)
    if remainder > threshold:
        packs += 1
    if packs == 0 and not round_to_zero:
        return 1
    return packs


def off_shelf(wanted: Iterable[int], pack: int, stock: int) -> int:
    """Units that a shelf of `stock` units gives for lines of these quantities, each of which goes in whole packs (§4.7).

    Every line is rounded up to whole packs of `pack` units. The opened rest of the shelf goes as it is, and so completes
    one line for which it is enough: 79 of 79 units are given, not 84. More than the stock where that is what is lacking.
    Always plain up: a remainder dropped by the clinic's threshold could never be sent, and the line never be finished.
    Raises ValueError for a pack below one.
    """
    if pack < 1:
        raise ValueError("a pack has at least one unit")
    lines = [units for units in wanted if units > 0]
    total = sum(-(-units // pack) * pack for units in lines)
    opened = max(0, stock) % pack
    if total > stock and any(0 < units % pack <= opened for units in lines):
        total -= pack - opened
    return total


def goes_whole(units: int, pack: int, free: int) -> bool:
    """Whether `units` of a batch with `free` units can go without opening a pack: whole packs, and the open one as it is."""
    return units % pack in (0, free % pack)
