"""Which lines of a roster are one household: by its number, by the head's name and address, or by the order of lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.kinship import HEAD
from app.domain.names import fold_name
from app.interchange.roster_rows import RosterRow

Key = tuple[str, ...]


@dataclass(frozen=True)
class RosterHousehold:
    """A household as the roster tells it: `lines` of its members in order, `head_line` None when none is the head."""

    key: Key
    number: str
    group_name: str
    address: str
    head_key: str
    lines: tuple[int, ...]
    head_line: int | None


def households_of(rows: Iterable[RosterRow]) -> dict[Key, RosterHousehold]:
    """Every household of the roster by its key; lines that tell nothing of a household are in none."""
    together: dict[Key, list[RosterRow]] = {}
    last_head: Key | None = None
    for row in rows:
        key = household_key(row)
        if key is None and last_head is not None and row.relation and row.relation != HEAD:
            key = last_head  # lists without a number: the head, then the members
        if row.relation == HEAD:
            last_head = key
        if key is not None:
            together.setdefault(key, []).append(row)
    return {key: _household(key, members) for key, members in together.items()}


def household_key(row: RosterRow) -> Key | None:
    """What a line itself says of its household; None when it says nothing."""
    if row.household_number:
        return ("number", row.group_name, row.household_number)
    head = row.name_key if row.is_head else fold_name(row.head_name)
    if head:
        return ("head", head, row.group_name, str(row.cover.get("current_address", "")))
    return None


def _household(key: Key, members: list[RosterRow]) -> RosterHousehold:
    heads = [row for row in members if row.is_head]
    first = heads[0] if heads else members[0]
    return RosterHousehold(
        key=key,
        number=first.household_number,
        group_name=first.group_name,
        address=str(first.cover.get("current_address", "")),
        head_key=heads[0].name_key if heads else fold_name(first.head_name),
        lines=tuple(row.line for row in members),
        head_line=heads[0].line if heads else None,
    )


def household_by_line(households: Mapping[Key, RosterHousehold]) -> dict[int, RosterHousehold]:
    """The household of every line that has one."""
    return {line: household for household in households.values() for line in household.lines}
