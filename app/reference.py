"""The code lists of resources/codes as plain values, each read once when first asked for.

They are dated snapshots (see resources/codes/README.md): what a clinic may change (drugs, insurance classes) is
imported into the database from here and kept there; nothing here is written. A list whose file is missing or
damaged raises FileNotFoundError or ValueError: that is a broken installation, not a user's mistake.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import resources

# Cities of the statistical code that are no places: their counties stand directly below the province.
NO_CITY = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@dataclass(frozen=True)
class CodedName:
    """One line of a short list: what is stored and what is read."""

    code: str
    name: str


@dataclass(frozen=True)
class EthnicGroup:
    """民族 by GB/T 3304: two digits, name, two letters (empty for 97 and 98, which the standard does not list)."""

    code: str
    name: str
    letters: str


@dataclass(frozen=True)
class Division:
    """A county-level division 县级行政区划 by its six digits, with the names of what it lies in."""

    code6: str
    name: str
    city: str
    province: str

    @property
    def province_code(self) -> str:
        """The first two digits."""
        return self.code6[:2]

    @property
    def city_code(self) -> str:
        """The first four digits."""
        return self.code6[:4]

    @property
    def full_name(self) -> str:
        """Province, city and county in one word, as an address begins (北京市东城区, 河南省周口市沈丘县)."""
        city = "" if self.city in NO_CITY or self.city == self.name else self.city
        return self.province + city + self.name


@dataclass(frozen=True)
class Surname:
    """A surname with its readings as a surname, each a syllable per character; the preferred reading is first."""

    characters: str
    readings: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Ingredient:
    """An active ingredient: English key, Chinese name, ATC code (empty where it has none)."""

    name_en: str
    name_zh: str
    atc_code: str


@dataclass(frozen=True)
class StarterDrug:
    """A drug to start a catalogue with. Flags are for demonstration: a clinic imports its own list.

    `essential_2018` is "Y", "N" or "?"; `insurance_class` 甲, 乙, 非 or "?"; doses are decimals as text, in
    `dose_unit`, and empty where unknown; `vbp_batch_claimed` is the national procurement batch, empty for none.
    """

    drug_code: str
    generic_name: str
    ingredients_en: tuple[str, ...]
    dosage_form: str
    strength: str
    units_per_pack: int
    dispensing_unit: str
    pack_unit: str
    route: str
    therapeutic_group: str
    atc_code: str
    essential_2018: str
    insurance_class: str
    vbp_batch_claimed: str
    vbp_confidence: str
    antibiotic_tier: str
    storage: str
    rx_otc: str
    special_control: str
    max_daily_dose: str
    dose_unit: str
    usual_single_dose: str
    usual_times_per_day: int | None
    icd10_prefixes: tuple[str, ...]
    min_age_years: float
    pregnancy_flag: str
    two_disease_program: str
    cold_chain: bool


@dataclass(frozen=True)
class VillageDiagnosis:
    """A diagnosis that a village clinic meets. `referral`: "R" advise, "E" emergency, "" may be treated here.

    `sex_only` is "M", "F" or "" for both; an age limit is None where there is none.
    """

    icd10_code: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    chronic: bool
    sex_only: str
    min_age_years: int | None
    max_age_years: int | None
    referral: str
    programmes: tuple[str, ...]


@cache
def ethnic_groups() -> tuple[EthnicGroup, ...]:
    """The 56 groups and the two extra codes, in the order of their codes."""
    return tuple(EthnicGroup(row["code"], row["name"], row["letters"]) for row in _rows("ethnic_groups"))


@cache
def divisions() -> tuple[Division, ...]:
    """Every county-level division, in the order of their codes."""
    return tuple(Division(**row) for row in _rows("divisions"))


def division(code6: str) -> Division | None:
    """The division with this code; None for one that is unknown, as old or abolished codes are."""
    return _divisions_by_code().get(code6)


@cache
def provinces() -> tuple[CodedName, ...]:
    """Provinces by their two digits."""
    names = {each.province_code: each.province for each in divisions()}
    return tuple(CodedName(code, name) for code, name in names.items())


def cities(province_code: str) -> tuple[CodedName, ...]:
    """The cities of a province by their four digits; empty for an unknown province."""
    names = {each.city_code: each.city for each in divisions() if each.province_code == province_code}
    return tuple(CodedName(code, name) for code, name in names.items())


def counties(city_code: str) -> tuple[Division, ...]:
    """The counties of a city (four digits); empty for an unknown city."""
    return tuple(each for each in divisions() if each.city_code == city_code)


@cache
def surnames() -> tuple[Surname, ...]:
    """Compound surnames, and those of one character that may be read in more than one way."""
    readings: dict[str, list[tuple[str, ...]]] = {}
    for row in _rows("surnames"):
        readings.setdefault(row["surname"], []).append(tuple(row["reading"].split()))
    return tuple(Surname(characters, tuple(each)) for characters, each in readings.items())


@cache
def relations_to_head() -> tuple[CodedName, ...]:
    """与户主关系, the short list of GB/T 4761."""
    return _coded_names("relations_to_head")


@cache
def no_id_reasons() -> tuple[CodedName, ...]:
    """Why a resident has no identity number."""
    return _coded_names("no_id_reasons")


@cache
def record_states() -> tuple[CodedName, ...]:
    """The states of a health record."""
    return _coded_names("record_states")


@cache
def ingredients() -> tuple[Ingredient, ...]:
    """The active ingredients that the starter drugs name."""
    return tuple(
        Ingredient(row["ingredient_en"], row["ingredient_zh"], row["atc_code"]) for row in _rows("ingredients")
    )


@cache
def starter_drugs() -> tuple[StarterDrug, ...]:
    """The drugs that a new clinic may start its catalogue with."""
    return tuple(_starter_drug(row) for row in _rows("village_drugs"))


@cache
def village_diagnoses() -> tuple[VillageDiagnosis, ...]:
    """The diagnoses that a village clinic meets most."""
    return tuple(_village_diagnosis(row) for row in _rows("village_diagnoses"))


@cache
def _divisions_by_code() -> dict[str, Division]:
    return {each.code6: each for each in divisions()}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with resources.path("codes", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, strict=True)


def _coded_names(name: str) -> tuple[CodedName, ...]:
    return tuple(CodedName(row["code"], row["name"]) for row in _rows(name))


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _starter_drug(row: dict[str, str]) -> StarterDrug:
    values: dict[str, object] = {key: value for key, value in row.items() if key != "source"}
    values["ingredients_en"] = _several(row["ingredients_en"])
    values["icd10_prefixes"] = _several(row["icd10_prefixes"])
    values["units_per_pack"] = int(row["units_per_pack"])
    values["usual_times_per_day"] = _whole(row["usual_times_per_day"])
    values["min_age_years"] = float(row["min_age_years"])
    values["cold_chain"] = row["cold_chain"] == "Y"
    return StarterDrug(**values)


def _village_diagnosis(row: dict[str, str]) -> VillageDiagnosis:
    return VillageDiagnosis(
        icd10_code=row["icd10_code"],
        name=row["name_zh"],
        aliases=_several(row["aliases"]),
        kind=row["kind"],
        chronic=row["chronic"] == "Y",
        sex_only=row["sex_only"],
        min_age_years=_whole(row["min_age_years"]),
        max_age_years=_whole(row["max_age_years"]),
        referral=row["referral"],
        programmes=_several(row["programmes"]),
    )
