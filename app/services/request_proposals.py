"""申领建议: the line that the program proposes for every drug in use, with its arithmetic in one sentence.

Consumption corrected for stock-out days, refills of long prescriptions, and the patients under management: whichever asks
for most. The rules are those of app.domain.suggested_quantity; here they only get their figures, in a few statements for the
whole catalogue. Reads only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.caseload import Caseload
from app.domain.quantities import two_places
from app.domain.season import read_season_factors, season_factor
from app.domain.suggested_quantity import (
    OrderMode,
    OrderPolicy,
    PackRule,
    StockPosition,
    Suggestion,
    suggest,
)
from app.i18n import tr
from app.services.look_back import look_back_of
from app.services.request_caseload import demand
from app.services.settings import Value, stored_values
from app.services.stock_positions import LOOK_BACK_MONTHS, Position, positions
from db.kept import kept as unless_written
from db.models import Drug, StockBatch, StockMovement

LONGEST_SENTENCE = 500


@dataclass(frozen=True)
class Proposal:
    """One drug: where it stands, who takes it, and what is suggested with its sentence."""

    position: Position
    price_fen: int | None
    suggestion: Suggestion
    caseload: Caseload | None
    committed: int | None

    @property
    def is_in_use(self) -> bool:
        """Whether a request opens with a line of it: listed, and kept, on the way, or taken by somebody."""
        known = self.position.first_on is not None or self.position.in_transit > 0 or bool(self.position.amc)
        return self.position.is_listed and (known or self.caseload is not None or bool(self.committed))

    @property
    def unusable(self) -> int:
        """Units on the shelf that are expired or held."""
        return self.position.on_hand - self.position.usable

    @cached_property
    def monthly_use(self) -> str | None:
        """The monthly average as it is stored and shown, two decimals; None unknown."""
        shown = two_places(self.position.amc)
        return None if shown is None else f"{Decimal(shown).normalize():f}"

    @cached_property
    def sentence(self) -> str:
        """The arithmetic as it is kept with the line, in the language in use when it is first asked for."""
        return tr(self.suggestion.sentence)[:LONGEST_SENTENCE]


def keeps_ledger(session: Session, organisation_id: str) -> bool:
    """Whether this organisation keeps its stock here: then stock is never typed into a request (drug_requests §3 no. 6)."""
    own = select(StockMovement.id).where(StockMovement.organisation_id == organisation_id)
    return session.scalar(own.limit(1)) is not None


def proposals(session: Session, desk: Desk, drug_codes: Collection[str] | None = None) -> dict[str, Proposal]:
    """The proposal of each of `drug_codes`, or of every drug of the catalogue, by code in the order of the names.

    Not for a transaction that books movements, see `LookBack`.
    """
    settings = stored_values(session)
    shelf = positions(
        session, desk.place.id, desk.today(), drug_codes,
        min_mos=int(settings["stock_min_months"]), max_mos=int(settings["stock_max_months"]), look_back=look_back_of(desk),
    )  # fmt: skip
    needed = demand(
        session,
        desk.place.id,
        desk.today(),
        days=int(settings["delivery_every_days"]),
        spare_days=int(settings["caseload_spare_days"]),
        kept=_kept_codes(session, desk.place.id, shelf if drug_codes is None else None),
    )
    percent = int(settings["pack_rounding_percent"])
    prices = _prices(session)
    policies: dict[str, OrderPolicy] = {}
    found = {}
    for code, position in shelf.items():
        caseload, committed = needed.caseloads.get(code), needed.committed.get(code)
        group = position.therapeutic_group
        if group not in policies:
            policies[group] = policy_for(settings, group, desk.today())
        suggestion = suggest(
            position.consumption,
            stock_of(position),
            policy=policies[group],
            pack=pack_rule(position, percent),
            committed=committed,
            caseload=caseload,
            look_back_months=_look_back_months(position),
        )
        found[code] = Proposal(position, prices[code], suggestion, caseload, committed)
    return found


def all_proposals(session: Session, desk: Desk) -> dict[str, Proposal]:
    """The proposal of every drug of the catalogue, kept until anything is written; nobody may change what it gives.

    To be asked before the first statement of a transaction that writes.
    """
    return unless_written(session, "proposals", (desk.place.id, desk.today()), lambda: proposals(session, desk))


def policy_of(settings: Mapping[str, Value]) -> OrderPolicy:
    """How much this clinic keeps, as set."""
    return OrderPolicy(
        min_mos=Fraction(int(settings["stock_min_months"])),
        max_mos=Fraction(int(settings["stock_max_months"])),
        mode=OrderMode(str(settings["order_mode"])),
        isolation_months=Fraction(int(settings["isolation_months"])),
    )


def policy_for(settings: Mapping[str, Value], therapeutic_group: str, today: date) -> OrderPolicy:
    """The same for the drugs of one group at this time of the year (§4.6)."""
    policy = policy_of(settings)
    factor = season_factor(read_season_factors(str(settings["season_factors"])), therapeutic_group, today)
    return policy if factor == 1 else replace(policy, season_factor=factor)


def pack_rule(position: Position, threshold_percent: int) -> PackRule:
    """The drug's pack; a remainder of at most so many percent of it is dropped (§4.7). A suggestion is told in whole packs
    also of a drug that may be handed out in parts."""
    size = position.units_per_pack
    return PackRule(
        size=size,
        threshold=size * threshold_percent // 100,
        unit=position.unit,
        pack_unit=position.pack_unit,
    )


def stock_of(position: Position) -> StockPosition:
    """The stock as the suggestion counts it: what can be used before it expires (§4.5)."""
    counted = position.available + position.reserved - position.in_transit
    too_late = max(0, position.left_out - (position.on_hand - position.usable))
    return StockPosition(counted, position.reserved, position.in_transit, left_out=too_late)


def _look_back_months(position: Position) -> int | None:
    """Three where the drug was kept all the time; otherwise the days speak for themselves."""
    first_on, days = position.first_on, position.consumption.days
    return LOOK_BACK_MONTHS if first_on is not None and days is not None and int(days) >= 89 else None


def _kept_codes(session: Session, organisation_id: str, shelf: Mapping[str, Position] | None) -> set[str]:
    """The drugs that the clinic has a card of; read from the whole `shelf` where that is known already."""
    if shelf is not None:
        return {code for code, position in shelf.items() if position.first_on is not None}
    own = select(StockBatch.drug_code).where(StockBatch.organisation_id == organisation_id).distinct()
    return set(session.scalars(own))


def _prices(session: Session) -> dict[str, int | None]:
    drugs = Drug.__table__
    rows = session.execute(select(drugs.c.code, drugs.c.price_fen))
    return {row.code: row.price_fen for row in rows}
