"""Importing 30,000 residents from a spreadsheet, beside executemany of the very rows that the import leaves.

Three imports, each in a process of its own into a new clinic: the file is read, the columns are guessed, every line is
looked at, and all is written in one transaction (households, residents, sheets, revisions, search keys). The plain side
takes all rows of all tables as the import left them and inserts them by the driver's executemany in one transaction into
a copy of the empty clinic; reading the file stands beside openpyxl alone.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from app.demo.village import Family, Person, village
from bench.figures import Figure, Row, Target, middle
from bench.people import SEED
from bench.processes import told_by

RESIDENTS, QUICK_RESIDENTS = 30_000, 60
TURNS, QUICK_TURNS = 3, 1
HEADERS = (
    "姓名", "性别", "出生日期", "身份证号", "联系电话", "组别", "户编号", "户主姓名", "与户主关系", "现住址", "民族", "高血压",
    "糖尿病",
)  # fmt: skip
ETHNIC = {"01": "汉族", "03": "回族", "05": "维吾尔族"}


def measure(quick: bool) -> list[Row]:
    """Several imports of one file."""
    residents = QUICK_RESIDENTS if quick else RESIDENTS
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        file = Path(folder) / "roster.xlsx"
        write_roster(file, residents)
        runs = [told_by("bench.children.import_roster", str(file)) for _ in range(QUICK_TURNS if quick else TURNS)]
    imported = {run["imported"] for run in runs}

    def figure(name: str, unit: str = "s") -> Figure:
        return middle([run[name] for run in runs], unit)

    told = f"{' / '.join(f'{count:,}' for count in sorted(imported))} residents"
    rows = [
        Row(f"{residents:,} lines imported, from the file to the commit", figure("total"), figure("executemany"),
            Target(30), f"{told}; plain: {runs[0]['rows']:,} rows by executemany"),
        Row("of it: the file read, columns guessed", figure("read"), figure("openpyxl"), note="plain: openpyxl alone"),
        Row("of it: every line looked at", figure("look")),
        Row("of it: written in one transaction", figure("write"), figure("executemany")),
        Row("longest wait for an answer to cancel", figure("gap", "ms"), note="from the first line looked at to the commit"),
    ]  # fmt: skip
    if "peak" in runs[0]:
        rows.append(Row("peak memory of the import", figure("peak", "MB")))
    return rows


def write_roster(file: Path, residents: int) -> None:
    """A list as clinics keep it, of an invented village."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("居民名单")
    sheet.append(HEADERS)
    for family in village(Random(SEED), residents, date.today()):
        for person in family.members:
            sheet.append(line_of(family, person))
    book.save(file)


def line_of(family: Family, person: Person) -> tuple[Any, ...]:
    """One person as a line."""
    return (
        person.name, "男" if person.sex == 1 else "女", person.born.isoformat(), person.id_number or "", person.phone,
        f"{family.group}组", f"{family.group}-{family.number}", family.members[0].name, person.relation,
        f"青石镇柳庄村{family.group}组{family.number}号", ETHNIC.get(person.ethnic, "汉族"),
        "是" if "htn" in person.diagnosed else "否", "是" if "dm" in person.diagnosed else "否",
    )  # fmt: skip
