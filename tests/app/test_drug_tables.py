"""The drug safety tables: plain files with a note of their origin, whose rules all speak of what is known."""

from __future__ import annotations

import csv
import re

import pytest

import resources
from app.domain.drug_rules import ALCOHOL, ANY_ORAL
from app.drug_rules import drug_rules, ingredient_codes
from app.reference import ingredients

FILES = sorted(resources.path("drugs").glob("*.csv"))


def rows(name):
    with resources.path("drugs", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_table_is_plain_utf8_with_a_note_of_its_origin(file):
    raw = file.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert file.name in resources.path("drugs", "README.md").read_text(encoding="utf-8")


def test_the_licence_of_the_package_stands_beside_the_derived_table():
    text = resources.path("drugs", "interactions-LICENSE.txt").read_text(encoding="utf-8")
    assert text.startswith("MIT License")
    assert "Copyright" in text


def test_every_rule_has_its_own_code_and_a_level():
    rules = drug_rules()
    codes = [rule.code for rule in (*rules.classes, *rules.contraindications)]
    assert len(codes) == len(set(codes)) == 108
    assert {rule.level for rule in (*rules.classes, *rules.contraindications)} <= {1, 2, 3}
    assert {rule.level for rule in rules.pairs.values()} == {1, 2, 3, 4}


def test_every_group_names_known_ingredients_or_atc_codes():
    known = {each.name_en for each in ingredients()}
    rules = drug_rules()
    groups = [group for rule in rules.classes for group in (rule.group_a, rule.group_b)]
    for item in {item for group in [*groups, *(rule.group for rule in rules.contraindications)] for item in group}:
        named = item.what.removeprefix("=") if item.what.startswith("=") else None
        is_code = re.fullmatch(r"[A-Z]\d{2}[A-Z]{0,2}\d{0,2}", item.what) is not None
        assert is_code or item.what in (ALCOHOL, ANY_ORAL) or named in known | {"ribavirin", "codeine", "streptomycin"}


def test_the_derived_pairs_are_of_two_known_ingredients_each_once():
    known = {each.name_en for each in ingredients()}
    pairs = [(row["ingredient_a"], row["ingredient_b"]) for row in rows("interactions.csv")]
    assert len(pairs) == len(set(pairs)) > 600
    assert all(one < other and {one, other} <= known for one, other in pairs)
    assert {row["conditional"] for row in rows("interactions.csv")} == {"Y", "N"}
    assert {row["note"] for row in rows("interactions.csv")} == {"", "gap", "iv"}


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("clarithromycin", "simvastatin", 1),
        ("spironolactone", "triamterene", 1),
        ("acetylsalicylic acid", "captopril", 3),
        ("digoxin", "calcium carbonate", 3),
        ("diazepam", "chlorphenamine", 4),
    ],
)
def test_pairs_that_everybody_knows(one, other, level):
    assert drug_rules().pair(one, other).level == level
    assert drug_rules().pair(other, one).level == level


def test_the_codes_of_ingredients_are_atc_codes():
    assert all(re.fullmatch(r"[A-Z]\d{2}[A-Z]{0,2}\d{0,2}", code) for code in ingredient_codes().values())
