"""前身药品: the product that left the list, linked to the one that took its place (drug_requests §4.2). Reads only."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Drug

_DRUGS = Drug.__table__


def predecessors(session: Session) -> dict[str, tuple[str, ...]]:
    """The products that left the list, by the code of the one that took their place.

    The link is the catalogue's: the same ingredients, form, strength and unit, and a single product of that kind without
    an end. Where several go on, nothing is counted twice and so nothing is linked.
    """
    same = (_DRUGS.c.ingredients, _DRUGS.c.dosage_form, _DRUGS.c.strength, _DRUGS.c.unit)
    ended = session.execute(
        select(_DRUGS.c.code, *same).where(_DRUGS.c.ingredients != "", _DRUGS.c.valid_to.is_not(None))
    ).all()
    if not ended:
        return {}
    before: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for code, *kind in ended:
        before[tuple(kind)].append(code)
    going_on: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for code, *kind in session.execute(
        select(_DRUGS.c.code, *same).where(_DRUGS.c.ingredients != "", _DRUGS.c.valid_to.is_(None))
    ):
        if tuple(kind) in before:
            going_on[tuple(kind)].append(code)
    return {codes[0]: tuple(sorted(before[kind])) for kind, codes in going_on.items() if len(codes) == 1}
