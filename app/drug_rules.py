"""The drug safety tables of resources/drugs as the rules of app.domain.drug_warnings, read once when first asked for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache

import resources
from app.domain.drug_rules import (
    ClassRule,
    ConditionKind,
    Contraindication,
    DrugRules,
    PairRule,
    read_group,
)
from app.reference import ingredients


@cache
def drug_rules() -> DrugRules:
    """All tables. Raises FileNotFoundError or ValueError for a broken installation."""
    return DrugRules(
        classes=tuple(
            ClassRule(
                row["rule_code"], read_group(row["group_a"]), read_group(row["group_b"]), int(row["level"]),
                row["effect_zh"], row["action_zh"],
            )
            for row in _rows("class_rules")
        ),
        contraindications=tuple(
            Contraindication(
                row["rule_code"], read_group(row["drug_group"]), ConditionKind(row["condition_kind"]),
                row["condition_value"], int(row["level"]), row["reason_zh"], row["action_zh"],
            )
            for row in _rows("contraindications")
        ),
        pairs={
            (row["ingredient_a"], row["ingredient_b"]): PairRule(
                int(row["level"]), row["conditional"] == "Y", row["note"]
            )
            for row in _rows("interactions")
        },
        ingredient_names={each.name_en: each.name_zh for each in ingredients()},
    )


@cache
def ingredient_codes() -> dict[str, str]:
    """The ATC code of each ingredient; without those that have none."""
    return {each.name_en: each.atc_code for each in ingredients() if each.atc_code}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with resources.path("drugs", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, strict=True)
