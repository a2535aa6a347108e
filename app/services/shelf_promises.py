"""Whose goods stand on the township's shelf: what every approved line may take of it, and who comes first.

drug_requests §4.8 promises goods when a request is approved, §6.4 reserves them when a shipment is allocated. In between
a line takes only what nobody ahead of it was promised. Ahead are lines released from own stock (or approved without a
source yet) before lines to be bought; of equals emergencies, then those decided first. What was bought and has come in
thus goes to who has waited longest for it, once the promises from own stock are kept. Reads only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.packs import off_shelf
from app.services.supply_balance import CENTRAL_PHARMACY, PURCHASE, Owed, owed_lines, own_usable, packs_of
from db.models import Organisation


@dataclass(frozen=True)
class Claim:
    """Units of one drug that were promised to a clinic and are not reserved yet."""

    clinic_name: str
    units: int


@dataclass(frozen=True)
class ShelfPromises:
    """All open promises of some moment: by drug in their order, with the free usable units and the pack of each drug."""

    by_drug: Mapping[str, tuple[Owed, ...]]
    by_line: Mapping[str, Owed]
    stock: Mapping[str, int]
    packs: Mapping[str, int]
    names: Mapping[str, str]

    @classmethod
    def of(cls, session: Session, desk: Desk) -> ShelfPromises:
        """The promises as they stand now."""
        owed = sorted((each for each in owed_lines(session) if each.source != CENTRAL_PHARMACY), key=_place)
        by_drug: dict[str, list[Owed]] = {}
        for each in owed:
            if each.unreserved:
                by_drug.setdefault(each.drug_code, []).append(each)
        names = {row.id: row.name for row in session.execute(select(Organisation.id, Organisation.name))}
        return cls(
            {code: tuple(lines) for code, lines in by_drug.items()}, {each.line_id: each for each in owed},
            own_usable(session, desk), packs_of(session), names,
        )  # fmt: skip

    def room(self, line_id: str, wanted: int) -> int:
        """Units that a line may take of `wanted` without touching what others come first for; whole packs when cut."""
        ahead = self._ahead(line_id)
        if not ahead:
            return wanted
        code = self.by_line[line_id].drug_code
        stock, pack, units = self.stock.get(code, 0), self.packs.get(code, 1), [each.unreserved for each in ahead]
        if off_shelf([*units, wanted], pack, stock) <= stock:
            return wanted
        return min(wanted, max(0, stock - off_shelf(units, pack, stock)) // pack * pack)

    def free_for(self, line_id: str, drug_code: str) -> int:
        """Units of the shelf that are left for a line when all ahead of it have theirs."""
        stock, units = self.stock.get(drug_code, 0), [each.unreserved for each in self._ahead(line_id)]
        return max(0, stock - off_shelf(units, self.packs.get(drug_code, 1), stock))

    def claims_ahead(self, line_id: str) -> tuple[Claim, ...]:
        """What others come first for, by clinic, in their order."""
        return self._by_clinic([(each, each.unreserved) for each in self._ahead(line_id)])

    def touched(self, line_id: str, taken: int) -> tuple[Claim, ...]:
        """Whose promises a line touches that takes so many units: those who come last lose first."""
        over = taken - self.free_for(line_id, self.by_line[line_id].drug_code) if line_id in self.by_line else 0
        if over <= 0 or taken <= self.room(line_id, taken):
            return ()
        lost = []
        for each in reversed(self._ahead(line_id)):
            if over <= 0:
                break
            lost.append((each, min(over, each.unreserved)))
            over -= each.unreserved
        return self._by_clinic(lost)

    def _ahead(self, line_id: str) -> list[Owed]:
        own = self.by_line.get(line_id)
        if own is None:
            return []
        place = _place(own)
        found = []
        for each in self.by_drug.get(own.drug_code, ()):
            if _place(each) >= place:
                break
            if each.request_id != own.request_id:
                found.append(each)
        return found

    def _by_clinic(self, lines: list[tuple[Owed, int]]) -> tuple[Claim, ...]:
        units: dict[str, int] = {}
        for each, taken in lines:
            units[each.clinic_id] = units.get(each.clinic_id, 0) + taken
        return tuple(Claim(self.names.get(clinic, ""), taken) for clinic, taken in units.items())


def _place(owed: Owed) -> tuple[bool, bool, str, str]:
    """Where a line stands in the queue for the shelf."""
    decided = owed.decided_at.isoformat() if owed.decided_at else "9"
    return owed.source == PURCHASE, not owed.is_emergency, decided, owed.line_id
