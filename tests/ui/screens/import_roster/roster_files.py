"""Rosters as clinics have them, for tests of the import: invented people, some of whom cannot be imported.

    write_roster(path, 300)          15 of them bad: five for each of three reasons
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from openpyxl import Workbook

from app.demo.names import FEMALE, MALE, given_name, surname
from app.domain.id_number import check_character

HEADERS = ("序号", "姓名", "身份证号码", "性别", "联系电话", "户编号", "组", "与户主关系", "文化程度", "家庭住址", "高血压")
BAD_SHARE = 20
"""One line in so many is bad."""
RELATIONS = ("户主", "妻", "长子")


def id_number(random: Random, sex: int) -> str:
    """A number that passes its check."""
    year, month, day = random.randint(1940, 2015), random.randint(1, 12), random.randint(1, 28)
    order = random.randrange(0, 998) // 2 * 2 + (1 if sex == MALE else 0)
    first = f"411624{year}{month:02}{day:02}{order:03}"
    return first + check_character(first)


def roster_rows(count: int, seed: int = 7) -> list[tuple[str, ...]]:
    """Lines of a roster in households of three; every twentieth has a wrong ID number, no name, or a number twice."""
    random = Random(seed)
    rows: list[tuple[str, ...]] = []
    for place in range(count):
        sex = FEMALE if place % 3 == 1 else MALE
        number = id_number(random, sex)
        row = [
            str(place + 1), surname(random) + given_name(random, sex, int(number[6:10])), number, "男女"[sex - 1],
            f"138{place:08}", f"{place // 3 + 1:03}", f"{place // 150 + 1}组", RELATIONS[place % 3], "初中",
            "柳庄村", "是" if place % 11 == 0 else "",
        ]  # fmt: skip
        if place % BAD_SHARE == BAD_SHARE - 1:
            spoil(row, place // BAD_SHARE % 3, rows)
        rows.append(tuple(row))
    return rows


def spoil(row: list[str], way: int, before: list[tuple[str, ...]]) -> None:
    """Make a line one that is refused."""
    if way == 0:
        row[2] = row[2][:-1] + ("0" if row[2][-1] != "0" else "1")
    elif way == 1:
        row[1] = ""
    else:
        row[2] = before[-1][2]


def write_roster(path: Path, count: int = 0, *, rows: list[tuple[str, ...]] | None = None,
                 headers: tuple[str, ...] = HEADERS) -> Path:
    """A workbook with a roster, and a second sheet that is none; `count` made-up lines unless rows are given."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "名单"
    sheet.append(headers)
    for row in roster_rows(count) if rows is None else rows:
        sheet.append(row)
    notes = workbook.create_sheet("说明")
    notes.append(("填表人", "王明"))
    notes.append(("填表日期", "2026-11-22"))
    workbook.save(path)
    return path
