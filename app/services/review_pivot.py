"""药品 × 村: what every clinic asks for of every drug, what it was given so far, and what the township has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.services.review_picture import open_lines
from app.services.supply_balance import owed_lines, own_usable, promised_units
from db.models import Organisation


@dataclass(frozen=True)
class PivotCell:
    """What one clinic asks of one drug, what it was given so far (None: not decided), and in which requests."""

    asked: int
    approved: int | None
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class PivotRow:
    """One drug over all clinics; `cells` by clinic id. `own_stock`: units that may be given after all promises."""

    drug_code: str
    drug_name: str
    strength: str
    unit: str
    own_stock: int
    asked: int
    approved: int
    cells: Mapping[str, PivotCell]

    @property
    def short(self) -> int:
        """Units asked for beyond the township's stock."""
        return max(0, self.asked - max(0, self.own_stock))


@dataclass(frozen=True)
class Pivot:
    """药品 × 村: the open requests, drugs as rows and clinics (id, name) as columns."""

    clinics: tuple[tuple[str, str], ...]
    rows: tuple[PivotRow, ...]


def read_pivot(session: Session, desk: Desk, period: str | None) -> Pivot:
    """The open requests of a period (None: all); what is short stands first."""
    rows = open_lines(session, period)
    known = session.execute(select(Organisation.id, Organisation.name, Organisation.division_code))
    names = {row.id: (row.division_code, row.name) for row in known}
    stock = defaultdict(int, own_usable(session, desk))
    for code, units in promised_units(session, owed_lines(session), stock).items():
        stock[code] -= units
    by_drug: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_drug[row.drug_code].append(row)
    clinics = sorted({row.clinic_id for row in rows}, key=lambda clinic: (names.get(clinic, ("", "")), clinic))
    made = [_pivot_row(code, of_drug, stock[code]) for code, of_drug in by_drug.items()]
    ordered = sorted(made, key=lambda row: (-row.short, row.drug_name, row.drug_code))
    return Pivot(tuple((clinic, names.get(clinic, ("", ""))[1]) for clinic in clinics), tuple(ordered))


def _pivot_row(code: str, rows: Iterable[Row[Any]], stock: int) -> PivotRow:
    own = list(rows)
    cells: dict[str, PivotCell] = {}
    for row in own:
        before = cells.get(row.clinic_id, PivotCell(0, None))
        given = row.approved if row.decision else None
        approved = before.approved if given is None else (before.approved or 0) + given
        cells[row.clinic_id] = PivotCell(
            before.asked + row.requested, approved, (*before.request_ids, row.request_id)
        )
    first = own[0]
    return PivotRow(
        code, first.drug_name, first.strength, first.unit, stock, sum(cell.asked for cell in cells.values()),
        sum(cell.approved or 0 for cell in cells.values()), cells,
    )  # fmt: skip
