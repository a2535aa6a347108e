"""Every example of docs/rules.md is what the command line prints, and every rule is on the page."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from app.cli import main
from app.rules.registry import RULES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
SECTIONS = {
    found[1]: found[2]
    for found in re.finditer(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
}
LONG = ("reasons", "edition")


def examples(section):
    """The JSON of a section as pairs of input and result."""
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", section, re.DOTALL)]
    assert blocks
    assert len(blocks) % 2 == 0
    return list(zip(blocks[::2], blocks[1::2], strict=True))


EXAMPLES = [
    pytest.param(name, given, result, id=f"{name}-{number}")
    for name, section in SECTIONS.items()
    for number, (given, result) in enumerate(examples(section), 1)
]


def as_list(value):
    return value if isinstance(value, list) else [value]


def test_every_rule_has_its_section():
    assert set(SECTIONS) == set(RULES)


@pytest.mark.parametrize(("name", "given", "result"), EXAMPLES)
def test_an_example_is_what_the_command_prints(name, given, result, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(given, ensure_ascii=False)))
    assert main(["rule", name]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert isinstance(printed, list) == isinstance(result, list)
    for shown, expected in zip(as_list(printed), as_list(result), strict=True):
        assert set(LONG) <= set(shown)
        left_out = () if "reasons" in expected else LONG
        assert {key: value for key, value in shown.items() if key not in left_out} == expected


@pytest.mark.parametrize(("name", "given", "result"), EXAMPLES)
def test_every_key_of_an_example_is_explained(name, given, result):
    keys = {key for entry in (*as_list(given), *as_list(result)) for key in entry} - set(LONG)
    assert not {key for key in keys if f"`{key}`" not in SECTIONS[name]}
