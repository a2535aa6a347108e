"""目录与集采占比: shares of a drug list against the goals, each with the number that it is a share of.

Specification: mechanisms §3.4 and its warning of denominators: 38 % of the seed is of the 380 catalogue items (144), not of
all 507 items, of which it would be 28 %. Counted by 品规 (product with form and strength).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.domain.message import Message, msg
from app.domain.quantities import half_up

CATALOGUE_GOAL = Fraction(70, 100)
"""The share of insurance-catalogue items should be above it."""
LISTED_CLASSES = ("甲", "乙")


@dataclass(frozen=True)
class Share:
    """`part` of `whole`; None without anything to be a share of."""

    part: int
    whole: int

    @property
    def value(self) -> Fraction | None:
        """The share itself, exact."""
        return Fraction(self.part, self.whole) if self.whole else None

    @property
    def percent(self) -> Decimal | None:
        """In per cent, whole, half up; None is shown as —."""
        return None if self.value is None else half_up(self.value * 100, 0)

    @property
    def words(self) -> Message:
        """The share with its two numbers."""
        if self.percent is None:
            return msg("—")
        return msg("{percent}%（{part}/{whole}）", percent=self.percent, part=self.part, whole=self.whole)


@dataclass(frozen=True)
class ListedItem:
    """A product: `insurance_class` 甲, 乙, 非 or ? (unknown, counted as not in the catalogue)."""

    insurance_class: str
    is_volume_procured: bool
    is_essential: bool = False

    @property
    def is_in_catalogue(self) -> bool:
        """Whether the insurance catalogue has it."""
        return self.insurance_class in LISTED_CLASSES


@dataclass(frozen=True)
class CatalogueShares:
    """The shares of one list. `procured_of_catalogue` and `procured_of_all` have different denominators."""

    catalogue: Share
    procured_of_catalogue: Share
    procured_of_all: Share
    essential: Share
    unknown_class: int

    @property
    def reaches_goal(self) -> bool | None:
        """Whether the catalogue share is above 70 %; None without items."""
        return None if self.catalogue.value is None else self.catalogue.value > CATALOGUE_GOAL


def catalogue_shares(items: Iterable[ListedItem]) -> CatalogueShares:
    """The shares of `items`."""
    listed = tuple(items)
    catalogue = [item for item in listed if item.is_in_catalogue]
    return CatalogueShares(
        catalogue=Share(len(catalogue), len(listed)),
        procured_of_catalogue=Share(sum(item.is_volume_procured for item in catalogue), len(catalogue)),
        procured_of_all=Share(sum(item.is_volume_procured for item in listed), len(listed)),
        essential=Share(sum(item.is_essential for item in listed), len(listed)),
        unknown_class=sum(item.insurance_class == "?" for item in listed),
    )
