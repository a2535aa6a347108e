"""Packs (盒) from dispensing units (片): clinics ask for units, the township ships packs.

Specification: drug_requests §4.7.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.message import Message, msg


def in_packs(units: int, pack: int | None, pack_unit: str, unit: str) -> Message | None:
    """“10 盒 6 片” of 286 units; None where a pack says no more than the units, or is unknown."""
    if not pack or pack <= 1 or units < pack or not pack_unit or pack_unit == unit:
        return None
    packs, rest = divmod(units, pack)
    if not rest:
        return msg("{packs} {pack_unit}", packs=packs, pack_unit=pack_unit)
    return msg("{packs} {pack_unit} {rest} {unit}", packs=packs, pack_unit=pack_unit, rest=rest, unit=unit)


def quantity_words(units: int, unit: str, pack: int | None = None, pack_unit: str = "") -> Message:
    """“286 片（10 盒 6 片）”, without packs where they say no more; “3 个单位” while the unit is unknown."""
    if not unit:
        return msg("{units} 个单位", units=f"{units:,}")
    packs = in_packs(units, pack, pack_unit, unit)
    if packs is None:
        return msg("{units} {unit}", units=f"{units:,}", unit=unit)
    return msg("{units} {unit}（{packs}）", units=f"{units:,}", unit=unit, packs=packs)


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
