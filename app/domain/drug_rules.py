"""The rules that drug warnings are judged by, as plain values: which drugs a rule means, and under what condition.

Specification: mechanisms §5.2 (R-B07 to R-B13), §5.5; the tables of resources/drugs. An item of a rule is an ATC prefix,
`=ingredient`, `*oral` or 乙醇; `@` narrows it to a dose a day (`@>20mg/d`) or to a route (`@iv`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

ALCOHOL = "乙醇"
ANY_ORAL = "*oral"
ORAL = "口服"
ROUTES_OF = {"iv": ("注射", "静脉滴注"), "oral": (ORAL,)}
LOCAL_ROUTES = frozenset({"外用", "眼用", "鼻用", "耳用", "阴道"})
"""What is put there does not act on the whole body: an erythromycin eye ointment is no systemic macrolide."""
ABSORBED_THROUGH_SKIN = frozenset({"methyl salicylate"})
"""Ingredients that their rules mean in plasters and ointments too."""
NEVER_SHARED = frozenset({"chinese herbs"})
"""The placeholder for unlisted plant parts is no ingredient that two drugs have in common (§5.5)."""


class ConditionKind(StrEnum):
    """What a contraindication depends on."""

    AGE = "age"
    PREGNANCY = "pregnancy"
    LACTATION = "lactation"
    DISEASE = "disease"
    ALLERGY = "allergy"
    GENE = "gene"


@dataclass(frozen=True)
class Active:
    """A drug as the rules see it: a line that is to be dispensed, or one that the resident still takes (`is_running`).

    `atc_codes` of the product and of its ingredients. `daily_mg` milligrams a day, None unknown. `overlap_days` how long a
    running supply still lasts, today included.
    """

    key: str
    name: str
    ingredients: tuple[str, ...]
    atc_codes: tuple[str, ...] = ()
    route: str = ORAL
    daily_mg: Fraction | None = None
    pregnancy: str = ""
    min_age_years: int | None = None
    diagnoses: tuple[str, ...] = ()
    is_running: bool = False
    code: str = ""
    overlap_days: int | None = None

    @property
    def is_systemic(self) -> bool:
        """Whether it acts on the whole body."""
        return self.route not in LOCAL_ROUTES

    @property
    def known_ingredients(self) -> frozenset[str]:
        """Its ingredients without the placeholder."""
        return frozenset(self.ingredients) - NEVER_SHARED


class Fit(StrEnum):
    """Whether a drug is what an item means; `PERHAPS` when a dose that decides is not known."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True)
class Item:
    """One item of a rule's group."""

    what: str
    condition: str = ""

    def fits(self, drug: Active) -> Fit:
        """Whether `drug` is meant."""
        if not self._names(drug):
            return Fit.NO
        if not self.condition:
            return Fit.YES
        if self.condition in ROUTES_OF:
            return Fit.YES if drug.route in ROUTES_OF[self.condition] else Fit.NO
        limit = re.fullmatch(r">(\d+(?:\.\d+)?)mg/d", self.condition)
        if limit is None:
            raise ValueError(f"unknown condition of a drug rule: {self.condition!r}")
        if drug.daily_mg is None:
            return Fit.PERHAPS
        return Fit.YES if drug.daily_mg > Fraction(limit[1]) else Fit.NO

    def _names(self, drug: Active) -> bool:
        if self.what == ALCOHOL:
            return False
        if self.what == ANY_ORAL:
            return drug.route == ORAL
        if self.what.startswith("="):
            ingredient = self.what[1:]
            return ingredient in drug.ingredients and (drug.is_systemic or ingredient in ABSORBED_THROUGH_SKIN)
        codes = drug.atc_codes if drug.is_systemic else drug.atc_codes[:1]
        return any(code.startswith(self.what) for code in codes)


Group = tuple[Item, ...]


def read_group(text: str) -> Group:
    """The items of a `;` list."""
    return tuple(Item(what, condition) for what, _at, condition in (part.partition("@") for part in text.split(";")))


def fits(group: Group, drug: Active) -> Fit:
    """The best fit of any item of `group`."""
    found = {item.fits(drug) for item in group}
    return next((fit for fit in (Fit.YES, Fit.PERHAPS) if fit in found), Fit.NO)


@dataclass(frozen=True)
class ClassRule:
    """Two groups that do not go together. `effect` and `action` are the table's own words."""

    code: str
    group_a: Group
    group_b: Group
    level: int
    effect: str
    action: str

    @property
    def is_within_one_class(self) -> bool:
        """Whether it forbids two of the same class."""
        return self.group_a == self.group_b


@dataclass(frozen=True)
class Contraindication:
    """A group that is not for some people. `value` as in the table (`<18y`, `Y`, `N18;I50`, penicillin)."""

    code: str
    group: Group
    kind: ConditionKind
    value: str
    level: int
    reason: str
    action: str


@dataclass(frozen=True)
class PairRule:
    """Two ingredients of the thesaurus; conditional ones are asked and never block. `note` gap or iv."""

    level: int
    is_conditional: bool
    note: str = ""


@dataclass(frozen=True)
class DrugRules:
    """All tables. `pairs` by the two ingredients in the order of their names."""

    classes: tuple[ClassRule, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    pairs: Mapping[tuple[str, str], PairRule] = field(default_factory=dict)
    ingredient_names: Mapping[str, str] = field(default_factory=dict)
    """The Chinese names, for sentences and for what a resident says he is allergic to."""

    def pair(self, one: str, other: str) -> PairRule | None:
        """The rule of two ingredients in either order."""
        return self.pairs.get((min(one, other), max(one, other)))


class Pregnancy(StrEnum):
    """What is known of a pregnancy. `YES` when the month is not known."""

    UNKNOWN = ""
    NO = "no"
    FIRST = "first_trimester"
    SECOND = "second_trimester"
    THIRD = "third_trimester"
    YES = "yes"


@dataclass(frozen=True)
class Patient:
    """Who takes the drugs. `diseases` ICD-10 codes, `allergens` the names of the table, `allergy_words` as written.

    `birth_date` and `is_female` None are unknown; `is_lactating` None was not asked.
    """

    birth_date: date | None = None
    is_female: bool | None = None
    pregnancy: Pregnancy = Pregnancy.UNKNOWN
    is_lactating: bool | None = None
    diseases: tuple[str, ...] = ()
    allergens: frozenset[str] = frozenset()
    allergy_words: str = ""
    is_allergy_known: bool = True


def completed_months(birth_date: date, day: date) -> int:
    """Completed months of age on `day`; 0 before the birth."""
    months = (day.year - birth_date.year) * 12 + day.month - birth_date.month - (day.day < birth_date.day)
    return max(0, months)


def age_is_within(limit: str, months: int) -> bool:
    """Whether an age in completed months is what `limit` names, such as `<18y`, `<2m` or `>=65y`."""
    match = re.fullmatch(r"(<|>=)(\d+)([my])", limit)
    if match is None:
        raise ValueError(f"unknown age limit of a drug rule: {limit!r}")
    bound = int(match[2]) * (12 if match[3] == "y" else 1)
    return months < bound if match[1] == "<" else months >= bound
