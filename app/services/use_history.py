"""十二个月用量: what each clinic used of each drug month by month, from the monthly reports of their ledgers.

A month without a report is unknown, never 0. In a reported month a drug without a line was not used, from the first
month on in which the clinic had it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median

from sqlalchemy import text

from app.desk import Desk
from app.domain.settlement import previous_month
from app.services.review_peers import is_peer, peers_by_population

MONTHS = 12
_READ = text("""
    SELECT report.organisation_id AS clinic, report.month AS month, json_extract(line.value, '$.drug_code') AS code,
           sum(json_extract(line.value, '$.dispensed')) AS used
    FROM ledger_report AS report, json_each(report.lines) AS line
    WHERE report.month >= :first AND report.month <= :last
      AND NOT EXISTS (SELECT 1 FROM ledger_report AS newer WHERE newer.organisation_id = report.organisation_id
                      AND newer.month = report.month AND newer.number > report.number)
    GROUP BY report.organisation_id, report.month, code
""")
_REPORTED = text("SELECT DISTINCT organisation_id AS clinic, month FROM ledger_report WHERE month >= :first AND month <= :last")
_POPULATIONS = text("""
    SELECT clinic_id AS clinic, clinic_population AS people FROM drug_request WHERE clinic_population IS NOT NULL
    ORDER BY period, submitted_at
""")


@dataclass(frozen=True)
class UseLines:
    """Units a month, oldest first: of one clinic, and the median of its peers. None is unknown.

    `peers`: how many clinics stand behind the median; `alike` whether they were chosen by their population.
    """

    months: tuple[str, ...]
    own: tuple[int | None, ...]
    median: tuple[Decimal | None, ...]
    peers: int
    alike: bool

    @property
    def known(self) -> int:
        """How many months of the clinic itself are known."""
        return sum(1 for units in self.own if units is not None)


@dataclass(frozen=True)
class UseTable:
    """Units by drug, clinic and month; the months that each clinic reported, and how many people it serves."""

    months: tuple[str, ...]
    used: Mapping[str, Mapping[str, Mapping[str, int]]]
    reported: Mapping[str, Collection[str]] = field(default_factory=dict)
    populations: Mapping[str, int] = field(default_factory=dict)

    def lines(self, drug_code: str, clinic_id: str) -> UseLines:
        """The two lines of the chart."""
        by_clinic = self.used.get(drug_code, {})
        alike = peers_by_population(dict(self.populations), clinic_id)
        others = [clinic for clinic in by_clinic if is_peer(clinic, clinic_id, alike)]
        series = [self._months_of(by_clinic[clinic], clinic) for clinic in others]
        middle = []
        for place in range(len(self.months)):
            known = [each[place] for each in series if each[place] is not None]
            middle.append(Decimal(median(known)) if known else None)
        own = self._months_of(by_clinic.get(clinic_id, {}), clinic_id)
        return UseLines(self.months, own, tuple(middle), len(others), alike is not None)

    def _months_of(self, used: Mapping[str, int], clinic: str) -> tuple[int | None, ...]:
        first = min(used, default="9999")
        reported = self.reported.get(clinic, ())
        return tuple(
            used.get(month, 0) if month in reported and month >= first else None for month in self.months
        )


class UseHistory:
    """十二个月用量 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def read(self) -> UseTable:
        """The last twelve months that are over, of all clinics and drugs; takes about half a second with 40 clinics."""
        months = months_before(self.desk.today())
        span = {"first": months[0], "last": months[-1]}
        used: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        reported: dict[str, set[str]] = defaultdict(set)
        with self.desk.sessions.reading() as session:
            for row in session.execute(_READ, span):
                used[row.code][row.clinic][row.month] = int(row.used)
            for row in session.execute(_REPORTED, span):
                reported[row.clinic].add(row.month)
            populations = {row.clinic: row.people for row in session.execute(_POPULATIONS)}
        return UseTable(months, used, reported, populations)


def months_before(today: date) -> tuple[str, ...]:
    """The last twelve whole months, oldest first."""
    months = [previous_month(f"{today:%Y-%m}")]
    while len(months) < MONTHS:
        months.append(previous_month(months[-1]))
    return tuple(reversed(months))
