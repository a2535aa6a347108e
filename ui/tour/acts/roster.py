"""Import: a roster of the next hamlet with a few bad rows, looked through before anything is written."""

from __future__ import annotations

from pathlib import Path
from random import Random

from PySide6.QtCore import Qt

from app.demo.names import FEMALE, MALE, given_name, surname
from app.domain.id_number import check_character
from ui.tour.day import Day

CONTROL = Qt.KeyboardModifier.ControlModifier
HEADERS = ("姓名", "身份证号码", "性别", "联系电话", "户编号", "组", "与户主关系", "家庭住址")
ROWS, BAD_ROWS = 60, (11, 29, 47)


def play(day: Day) -> None:
    """From the spreadsheet to the residents; the refused rows go back with their reasons."""
    stage = day.clinic
    roster = write_roster(day.folder / "小李庄名册.xlsx")
    refused = day.log.folder / "refused_rows.xlsx"
    with day.step("a roster is read and every row is looked at before anything is written"):
        stage.window.show_screen("import_roster")
        stage.dialogs.will_choose(roster)
        stage.hands.press(Qt.Key.Key_F2)
        stage.wait_idle()
        stage.picture("import columns")
        stage.hands.press(Qt.Key.Key_Return, CONTROL)
        stage.wait_idle()
        stage.picture("import rows")
    with day.step("the roster is imported, the refused rows are saved with their reasons"):
        stage.dialogs.will_answer("import")
        stage.hands.press(Qt.Key.Key_Return, CONTROL)
        stage.wait_idle()
        stage.hands.wait_for("save_refused_result")
        stage.dialogs.will_choose(refused)
        stage.hands.click("save_refused_result")
        stage.wait_idle()
        stage.picture("import done")


def write_roster(file: Path) -> Path:
    """Made-up people in households of three; three rows are bad: a wrong check digit, no name, a number twice."""
    from openpyxl import Workbook

    random = Random(20261122)
    rows: list[list[str]] = []
    for place in range(ROWS):
        sex = FEMALE if place % 3 == 1 else MALE
        year = random.randint(1940, 2010)
        order = random.randrange(100) * 2 + (1 if sex == MALE else 0)
        first = f"411624{year}{random.randint(1, 12):02}{random.randint(1, 28):02}{order:03}"
        name = surname(random) + given_name(random, sex, year)
        household = (f"X{place // 3 + 1:03}", "9组", ("户主", "妻", "长子")[place % 3], "小李庄")
        rows.append([name, first + check_character(first), "男女"[sex - 1], f"1380000{place:04}", *household])
    wrong, nameless, twice = BAD_ROWS
    rows[wrong][1] = rows[wrong][1][:-1] + ("0" if rows[wrong][1][-1] != "0" else "1")
    rows[nameless][0] = ""
    rows[twice][1] = rows[twice - 1][1]
    book = Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    for row in rows:
        sheet.append(row)
    book.save(file)
    return file
