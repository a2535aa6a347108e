"""同类村: with which clinics one is compared, and what they use, from their requests.

Own rule where the documents are silent: peers are the clinics that serve between half and twice as many people, when
at least three such are known; otherwise all other clinics of the township.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.settlement import previous_month
from db.models import DrugRequest, DrugRequestLine

LEAST_PEERS = 3
FACTOR = 2
PEER_MONTHS = 3
"""How many months back a clinic's latest written use still stands for it."""


def peers_by_population(populations: dict[str, int], clinic_id: str) -> frozenset[str] | None:
    """The clinics of a like population; None when too little is known, so that all others are the peers."""
    own = populations.get(clinic_id)
    if not own:
        return None
    alike = {
        clinic for clinic, people in populations.items()
        if clinic != clinic_id and own <= people * FACTOR and people <= own * FACTOR
    }  # fmt: skip
    return frozenset(alike) if len(alike) >= LEAST_PEERS else None


def peers_of(session: Session, clinic_id: str) -> frozenset[str] | None:
    """The same, from what the clinics last wrote of themselves."""
    query = (
        select(DrugRequest.clinic_id, DrugRequest.clinic_population)
        .where(DrugRequest.clinic_population.is_not(None))
        .order_by(DrugRequest.period, DrugRequest.submitted_at)
    )
    return peers_by_population({row.clinic_id: row.clinic_population for row in session.execute(query)}, clinic_id)


def is_peer(clinic: str, own: str, peers: Collection[str] | None) -> bool:
    """Whether `clinic` is compared with `own`."""
    return clinic != own and (peers is None or clinic in peers)


def latest_use(session: Session, codes: Collection[str], period: str) -> dict[str, dict[str, Decimal]]:
    """The newest written use of each drug by clinic, not older than a few months."""
    oldest = period
    for _ in range(PEER_MONTHS):
        oldest = previous_month(oldest)
    lines, requests = DrugRequestLine.__table__, DrugRequest.__table__
    statement = (
        select(lines.c.drug_code, requests.c.clinic_id, lines.c.monthly_use)
        .join_from(lines, requests, requests.c.id == lines.c.request_id)
        .where(lines.c.monthly_use.is_not(None), requests.c.period >= oldest)
        .order_by(requests.c.period, requests.c.submitted_at)
    )
    latest: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for code, clinic, use in session.execute(statement):
        if code in codes:
            latest[code][clinic] = Decimal(use)
    return latest
