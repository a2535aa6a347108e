"""月结 arithmetic: what a month of one drug at one price is worth, and who owes what. Money in fen, never a float.

Specification: mechanisms §3.3. The clinic pays nothing in advance: it owes for what it dispensed and for what was lost or
missing through its own fault, not for what it was sent. A unit is worth price ÷ pack, exactly; a line is rounded half up
once. Opening + received - returned - dispensed - lost + counted = closing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.message import Message, msg
from app.domain.stock_value import value_fen


@dataclass(frozen=True)
class MonthOfDrug:
    """A month of one drug at one price, in units. `charged` is the part of lost and missing that the clinic bears.

    `dispensed` is less what residents brought back; `counted` is surplus less shortage. `price_fen` of a pack, None unknown.
    """

    drug_code: str
    price_fen: int | None
    units_per_pack: int
    opening: int = 0
    received: int = 0
    returned: int = 0
    dispensed: int = 0
    lost: int = 0
    counted: int = 0
    closing: int = 0
    charged: int = 0
    delivered: int = 0
    drug_name: str = ""

    @property
    def expected_closing(self) -> int:
        """What the closing must be by the other figures."""
        return self.opening + self.received - self.returned - self.dispensed - self.lost + self.counted

    @property
    def owed_units(self) -> int:
        """Units that the clinic owes for."""
        return self.dispensed + self.charged


class DifferenceKind(StrEnum):
    """What does not agree in a month."""

    NOT_ADDING_UP = "not_adding_up"
    OPENING = "opening"
    DELIVERED = "delivered"
    NO_PRICE = "no_price"
    CHARGED_TOO_MUCH = "charged_too_much"


@dataclass(frozen=True)
class Difference:
    """Something in a month that must be explained; `expected` and `found` in units."""

    kind: DifferenceKind
    drug_code: str
    drug_name: str
    expected: int | None
    found: int | None

    @property
    def message(self) -> Message:
        """The sentence for the pharmacist."""
        return msg(
            _DIFFERENCES[self.kind],
            drug=self.drug_name or self.drug_code,
            expected="—" if self.expected is None else self.expected,
            found="—" if self.found is None else self.found,
        )


_DIFFERENCES = {
    DifferenceKind.NOT_ADDING_UP: msg("{drug} 期初加减后应结存 {expected}，报表写的是 {found}。").template,
    DifferenceKind.OPENING: msg("{drug} 上月结存 {expected}，本月期初却是 {found}。").template,
    DifferenceKind.DELIVERED: msg("{drug} 本院发货签收 {expected}，村卫生室记的入库是 {found}。").template,
    DifferenceKind.NO_PRICE: msg("{drug} 用了 {found}，没有价格，金额算不出来。请补填价格。").template,
    DifferenceKind.CHARGED_TOO_MUCH: msg("{drug} 由卫生室承担 {found}，超过损失和盘亏合计 {expected}。").template,
}


@dataclass(frozen=True)
class Totals:
    """The value of a statement in fen; each is None when a price it needs is missing."""

    opening: int | None
    received: int | None
    returned: int | None
    dispensed: int | None
    lost: int | None
    counted: int | None
    closing: int | None
    charged: int | None
    payable: int | None


def amount_owed(line: MonthOfDrug) -> int | None:
    """What the clinic owes for one line in fen: dispensed and charged units, rounded once; None without a price."""
    return value_fen(line.owed_units, line.price_fen, line.units_per_pack)


def totals_of(lines: Iterable[MonthOfDrug]) -> Totals:
    """The sums of a statement, each of its lines' rounded values."""
    known = list(lines)

    def total(name: str) -> int | None:
        return _sum(value_fen(getattr(line, name), line.price_fen, line.units_per_pack) for line in known)

    names = ("opening", "received", "returned", "dispensed", "lost", "counted", "closing", "charged")
    return Totals(*(total(name) for name in names), payable=_sum(amount_owed(line) for line in known))


def differences_of(
    line: MonthOfDrug, *, previous_closing: int | None, delivered_by_us: int | None
) -> list[Difference]:
    """What must be explained in one line. `previous_closing` and `delivered_by_us` None are unknown and not judged."""

    def found(kind: DifferenceKind, expected: int | None, value: int | None) -> Difference:
        return Difference(kind, line.drug_code, line.drug_name, expected, value)

    problems = []
    if line.expected_closing != line.closing:
        problems.append(found(DifferenceKind.NOT_ADDING_UP, line.expected_closing, line.closing))
    if previous_closing is not None and previous_closing != line.opening:
        problems.append(found(DifferenceKind.OPENING, previous_closing, line.opening))
    if delivered_by_us is not None and delivered_by_us != line.delivered:
        problems.append(found(DifferenceKind.DELIVERED, delivered_by_us, line.delivered))
    if line.owed_units and line.price_fen is None:
        problems.append(found(DifferenceKind.NO_PRICE, None, line.owed_units))
    bearable = max(0, line.lost) + max(0, -line.counted)
    if line.charged > bearable:
        problems.append(found(DifferenceKind.CHARGED_TOO_MUCH, bearable, line.charged))
    return problems


def previous_month(month: str) -> str:
    """The month before, as YYYY-MM."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"


def following_month(month: str) -> str:
    """The month after, as YYYY-MM."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year + 1}-01" if number == 12 else f"{year}-{number + 1:02d}"


def first_and_last(month: str) -> tuple[date, date]:
    """The first and last day of a month. Raises ValueError when it is none."""
    first = date.fromisoformat(f"{month}-01")
    after = date.fromisoformat(f"{following_month(month)}-01")
    return first, date.fromordinal(after.toordinal() - 1)


def is_over(month: str, today: date) -> bool:
    """Whether the month has ended: it can be closed from the first day of the next one."""
    return f"{today:%Y-%m}" > month


def due_on(month: str, payment_day: int) -> date:
    """The agreed day of the following month; a day that this month does not have is its last day."""
    first, last = first_and_last(following_month(month))
    return min(date(first.year, first.month, min(max(1, payment_day), last.day)), last)


def _sum(values: Iterable[int | None]) -> int | None:
    known = list(values)
    return None if any(value is None for value in known) else sum(value or 0 for value in known)
