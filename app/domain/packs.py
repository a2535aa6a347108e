"""Packs (盒) from dispensing units (片): clinics ask for units, the township ships packs.

Specification: drug_requests §4.7.
"""

from __future__ import annotations


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
