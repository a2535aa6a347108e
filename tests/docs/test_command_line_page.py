"""docs/command-line.md has a section for every command, and in it each of its options."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout, suppress
from datetime import date
from pathlib import Path

import pytest

from app.cli import main, offered
from app.forms.registry import FORM_MODULES
from app.services.form_files import read_answers
from ui.start import WINDOW_OPTIONS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
SECTIONS = {
    re.sub(r" [A-Z].*", "", found[1]): found[0]
    for found in re.finditer(r"^### `cunyi ?(.*?)`\n.*?(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
}
COMMON = ("--data", "--lang", "--user", "--help", "-h")
BESIDE_THE_COMMANDS = {"", "tour"}


def help_of(name):
    """What `cunyi … --help` prints: the names of its options, and those of its arguments or of its own commands."""
    printed = io.StringIO()
    with redirect_stdout(printed), suppress(SystemExit):
        main([*name.split(), "--help"])
    text = printed.getvalue()
    options = set(re.findall(r"^  (?:-h, )?(--[a-z][a-z-]*)", text, re.MULTILINE))
    arguments = re.findall(r"^  ([A-Za-z]\S*)", text, re.MULTILINE)
    inner = re.findall(r"^    (\w+)(?: |$)", text, re.MULTILINE) if "COMMAND" in arguments else []
    return options, arguments, inner


def commands(name):
    """The commands that carry something out, with their options and arguments."""
    options, arguments, inner = help_of(name)
    if not inner:
        return {name: (options - set(COMMON), arguments)}
    return {below: told for word in inner for below, told in commands(f"{name} {word}").items()}


COMMANDS = {below: told for name in offered() for below, told in commands(name).items()}


def test_there_is_a_section_for_every_command_and_for_nothing_else():
    assert set(SECTIONS) == {*COMMANDS, *BESIDE_THE_COMMANDS}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_options_and_arguments_explained_are_those_that_are_there(name):
    options, arguments = COMMANDS[name]
    assert set(re.findall(r"(?<!-)--[a-z][a-z-]*", SECTIONS[name])) == options
    assert not {word for word in arguments if word not in SECTIONS[name]}


def test_the_options_are_read_from_the_help():
    assert COMMANDS["form print"] == (
        {"--answers", "--out", "--overprint", "--dx", "--dy", "--edition"},
        ["CODE"],
    )


@pytest.mark.parametrize("option", [*COMMON, *WINDOW_OPTIONS])
def test_the_options_of_every_command_are_explained(option):
    assert f"`{option}" in PAGE


@pytest.mark.parametrize("code", sorted(FORM_MODULES))
def test_every_form_is_named(code):
    assert f"`{code}`" in PAGE


def test_the_answers_on_the_page_are_a_complete_visit():
    [answers] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    file = read_answers("htn_followup", answers, date(2026, 5, 10))
    assert file.missing == ()
    assert file.visits[0]["exercise_minutes_target"] == 30
