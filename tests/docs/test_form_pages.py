"""Every form has its page in the manual, with its title, its picture and what a doctor looks there for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.forms.registry import FORM_MODULES, form
from ui.screens.day_sheet.screen import DaySheetScreen
from ui.screens.follow_ups.screen import FollowUpsScreen
from ui.screens.forms.screen import FormsScreen
from ui.screens.residents.screen import ResidentsScreen
from ui.screens.today.screen import TodayScreen
from ui.shell.shortcuts import KEYS

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "manual"
FORMS = MANUAL / "forms"
MOST_LINES = 40
TOLD = ("给谁", "容易填错", "打印")
PICTURE = re.compile(r"!\[[^\]]+\]\(\.\./\.\./images/(form_\w+)\.png\)")


def page(code: str) -> str:
    return (FORMS / f"{code}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", FORM_MODULES)
def test_every_form_has_its_page_with_its_title_and_picture(code):
    text = page(code)
    assert text.splitlines()[0] == f"# {form(code).title}"
    assert PICTURE.findall(text) == [f"form_{code}"]


@pytest.mark.parametrize("code", FORM_MODULES)
def test_a_page_says_for_whom_what_goes_wrong_and_how_it_prints(code):
    text = page(code)
    assert [words for words in TOLD if words not in text] == []
    assert len(text.splitlines()) <= MOST_LINES


def test_every_page_stands_in_the_list_of_forms():
    listed = set(re.findall(r"\]\((\w+)\.md\)", (FORMS / "README.md").read_text(encoding="utf-8")))
    assert listed == set(FORM_MODULES)
    assert {file.stem for file in FORMS.glob("*.md")} == {*FORM_MODULES, "README"}


@pytest.mark.parametrize(
    ("screen", "names"),
    [
        (FormsScreen, ("各种表",)),
        (DaySheetScreen, ("日间表格、筛查",)),
        (FollowUpsScreen, ("随访", "各种表")),
        (TodayScreen, ("今日",)),
        (ResidentsScreen, ("居民", "各种表")),
    ],
)
def test_the_keys_of_a_screen_stand_in_the_list_of_keys(screen, names):
    everywhere, of_screens = (MANUAL / "10-keys.md").read_text(encoding="utf-8").split("## 各个屏幕")
    rows = [cells(line) for line in of_screens.splitlines() if line.startswith("|")]
    written = [row[1] for row in rows if row[0] in names] + [cells(line)[0] for line in everywhere.splitlines() if "|" in line]
    told = {key for each in written for key in each.split("、")}
    assert {key for key, _does in screen.shortcuts(None)} - told == set()


def test_every_key_of_the_shell_stands_in_the_list_of_keys():
    text = (MANUAL / "10-keys.md").read_text(encoding="utf-8")
    assert [key.shown for key in KEYS if key.shown not in text] == []


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
