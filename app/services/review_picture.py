"""What is open at the township at this moment, drug by drug: its stock, what it promised, what all clinics ask for.

Read once for a request, for all requests together or for one drug; fair shares are worked out from it when asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.fair_share import Claim, fair_share
from app.domain.packs import off_shelf
from app.domain.request_states import State
from app.domain.request_terms import Kind
from app.services.supply_balance import owed_lines, own_usable, packs_of
from db.models import DrugRequest, DrugRequestLine, Organisation, StockBatch

UNDER_REVIEW = (State.AUTHORISED.value, State.IN_REVIEW.value)
MOST_NAMED = 200
"""So many codes are named in a query; with more of them everything is read and the rest left out."""


@dataclass
class Picture:
    """Everything that is open at this moment. `kept`: drugs of which the township has ever had a batch.

    `promised`: what approved and released requests still get, line by line. What is promised leaves the shelf in whole
    packs (§4.7), so that it is counted in them.
    """

    stock: dict[str, int]
    kept: frozenset[str]
    promised: dict[str, dict[str, list[int]]]
    asked: dict[str, list[Row[Any]]]
    keys: dict[str, str]
    packs: dict[str, int]
    shares: dict[str, dict[str, int] | None] = field(default_factory=dict)

    def free_before_review(self, code: str) -> int:
        """What may be shared out: usable stock less what approved and released requests still get, below zero too."""
        return self.stock.get(code, 0) - self.promised_units(code)

    def promised_units(self, code: str, *, besides: str = "", further: Iterable[int] = ()) -> int:
        """What the shelf gives for the promises of a drug and `further` lines, those of the request `besides` left out."""
        lines = [units for key, own in self.promised.get(code, {}).items() if key != besides for units in own]
        return off_shelf([*lines, *further], self.packs.get(code, 1), self.stock.get(code, 0))

    def shares_of(self, code: str) -> dict[str, int] | None:
        """Units for each open line of a drug by line id; None when there is enough for all, or the drug is not kept."""
        if code not in self.shares:
            rows = self.asked.get(code, [])
            free = max(0, self.free_before_review(code))
            whole = off_shelf((row.requested for row in rows), self.packs.get(code, 1), free)
            is_enough = whole <= free or code not in self.kept
            self.shares[code] = None if is_enough else self._shares(code, free, rows)
        return self.shares[code]

    def claims_of(self, code: str) -> tuple[list[Claim], dict[str, list[Row[Any]]]]:
        """One claim for each clinic that asks for a drug, rounded up to packs, and its open lines by the claim's key."""
        by_clinic: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in self.asked.get(code, []):
            by_clinic[self.keys.get(row.clinic_id, row.clinic_id)].append(row)
        return [_claim(key, own, self.packs.get(code, 1)) for key, own in by_clinic.items()], by_clinic

    def _shares(self, code: str, free: int, rows: Sequence[Row[Any]]) -> dict[str, int]:
        """The fair share of each line in whole packs; of one clinic its emergency lines are served first.

        A line that gets the packs which hold all it asked for has what it asked for: they are sent whole in any case.
        """
        claims, by_clinic = self.claims_of(code)
        pack = self.packs.get(code, 1)
        given = fair_share(free, claims, pack=pack, opened=free % pack)
        shares: dict[str, int] = {}
        for key, own in by_clinic.items():
            left = given[key]
            for row in sorted(own, key=lambda row: (row.kind != Kind.EMERGENCY.value, row.id)):
                taken = min(left, _in_packs(row.requested, pack))
                shares[row.id] = min(taken, row.requested)
                left -= taken
        return shares


def _claim(key: str, own: Sequence[Row[Any]], pack: int) -> Claim:
    return Claim(key, sum(_in_packs(row.requested, pack) for row in own), available_of(own), use_of(own))


def _in_packs(units: int, pack: int) -> int:
    return -(-units // pack) * pack


def available_of(own: Sequence[Row[Any]]) -> int | None:
    """What a clinic wrote that it has, and what is on the way to it; None unknown."""
    known = next((row for row in own if row.on_hand is not None), None)
    return None if known is None else known.on_hand + (known.in_transit or 0)


def use_of(own: Sequence[Row[Any]]) -> Decimal | None:
    """The monthly use that a clinic wrote; None unknown."""
    return next((Decimal(row.monthly_use) for row in own if row.monthly_use is not None), None)


def read_picture(session: Session, desk: Desk, codes: Collection[str] | None) -> Picture:
    """The picture of these drugs, None for all."""
    promised: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for owed in owed_lines(session):
        promised[owed.drug_code][owed.request_id].append(owed.unreserved)
    asked: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in open_lines(session, None, codes):
        asked[row.drug_code].append(row)
    keys = {
        row.id: f"{row.division_code}|{row.id}"
        for row in session.execute(select(Organisation.id, Organisation.division_code))
    }
    kept = select(StockBatch.drug_code).where(StockBatch.organisation_id == desk.place.id).distinct()
    return Picture(
        own_usable(session, desk), frozenset(session.scalars(kept)), promised, asked, keys, packs_of(session)
    )


def open_lines(
    session: Session, period: str | None, codes: Collection[str] | None = None
) -> Sequence[Row[Any]]:
    """Lines under review that ask for something, of all clinics."""
    lines, requests = DrugRequestLine.__table__, DrugRequest.__table__
    statement = (
        select(
            lines.c.id, lines.c.request_id, lines.c.drug_code, lines.c.drug_name, lines.c.strength, lines.c.unit,
            lines.c.pack_unit, lines.c.units_per_pack, lines.c.on_hand, lines.c.in_transit, lines.c.monthly_use,
            lines.c.requested, lines.c.approved, lines.c.decision, requests.c.clinic_id, requests.c.kind,
        )
        .join_from(lines, requests, requests.c.id == lines.c.request_id)
        .where(requests.c.state.in_(UNDER_REVIEW), lines.c.is_skipped.is_(False), lines.c.requested > 0)
    )  # fmt: skip
    if period is not None:
        statement = statement.where(requests.c.period == period)
    if codes is None or len(codes) > MOST_NAMED:
        return [row for row in session.execute(statement) if codes is None or row.drug_code in codes]
    return session.execute(statement.where(lines.c.drug_code.in_(codes))).all()


def clinic_names(session: Session) -> Mapping[str, str]:
    """The names of all organisations by id."""
    return {row.id: row.name for row in session.execute(select(Organisation.id, Organisation.name))}
