"""The lines of a statement between the clinic's report, the arithmetic and the table they are stored in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.domain.settlement import Difference, MonthOfDrug
from app.services.settlement_sources import Key
from app.services.settlement_views import statement_lines
from db.models import Settlement, SettlementLine


def month_of_report(reported: Mapping[str, Any]) -> MonthOfDrug:
    """A reported line as the arithmetic sees it."""
    names = MonthOfDrug.__dataclass_fields__
    return MonthOfDrug(**{name: value for name, value in reported.items() if name in names})


def month_of_line(line: SettlementLine) -> MonthOfDrug:
    """A stored line as the arithmetic sees it."""
    return MonthOfDrug(
        line.drug_code, line.price_fen, line.units_per_pack, line.opening, line.received, line.returned,
        line.dispensed, line.lost, line.counted, line.closing, line.charged, drug_name=line.drug_name,
    )  # fmt: skip


def prices_put_in(session: Session, row: Settlement) -> dict[tuple[str, int], tuple[int | None, str]]:
    """The prices that were put in where the book has none, with their reasons: drawing up anew keeps them."""
    if not row.totals:
        return {}  # it has just been made
    return {
        (line.drug_code, line.units_per_pack): (line.price_fen, line.note)
        for line in statement_lines(session, row.id)
        if line.drug_code and line.note
    }


def columns_of_month(month: MonthOfDrug) -> dict[str, Any]:
    """A month as the columns of a stored line."""
    return {name: value for name, value in vars(month).items() if name != "delivered"}


def kept_difference(difference: Difference, key: Key) -> dict[str, Any]:
    """A difference as a statement keeps it; not explained yet."""
    return {
        "kind": difference.kind.value, "key": key_words(key), "drug_code": difference.drug_code,
        "drug_name": difference.drug_name, "expected": difference.expected, "found": difference.found,
        "explanation": "",
    }  # fmt: skip


def key_words(key: Key) -> str:
    """The key of a line as a statement keeps it."""
    return f"{key[0]}|{'' if key[1] is None else key[1]}|{key[2]}"
