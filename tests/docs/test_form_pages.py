"""Every form has its page in the manual, with its title, its picture and what a doctor looks there for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.forms.registry import FORM_MODULES, form
from ui.screens.day_sheet.screen import DaySheetScreen
from ui.screens.forms.screen import FormsScreen

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "manual"
FORMS = MANUAL / "forms"
MOST_LINES = 40
TOLD = ("给谁", "容易填错", "打印")
PICTURE = re.compile(r"!\[[^\]]+\]\(\.\./\.\./images/(form_\w+)\.png\)")
KEY = re.compile(r"(?:Ctrl |Shift )*(?:F\d+|PgDn|PgUp|Delete|Tab|↵|[A-Z])(?![A-Za-z])")


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


@pytest.mark.parametrize(("screen", "row"), [(FormsScreen, "| 各种表 |"), (DaySheetScreen, "| 日间表格、筛查 |")])
def test_the_keys_of_a_screen_stand_in_the_list_of_keys(screen, row):
    lines = [line for line in (MANUAL / "10-keys.md").read_text(encoding="utf-8").splitlines() if line.startswith(row)]
    told = {key for line in lines for key in KEY.findall(line.split("|")[2])}
    assert {key for key, _does in screen.shortcuts(None)} - told == set()
