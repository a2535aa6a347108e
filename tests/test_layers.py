"""The arrows between the layers hold, and the rules stand on the standard library alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RULES = sorted((ROOT / "app" / "domain").rglob("*.py"))


def imported_modules(source: str) -> set[str]:
    """Every module that a source text imports, by its full dotted name."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def test_every_layer_contract_is_kept():
    check = "from importlinter.cli import lint_imports_command as check; check()"
    done = subprocess.run(
        [sys.executable, "-c", check, "--no-cache"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_rules_to_look_at():
    assert RULES


@pytest.mark.parametrize("file", RULES, ids=[file.stem for file in RULES])
def test_a_rule_imports_the_standard_library_and_other_rules_only(file):
    strangers = {
        name
        for name in imported_modules(file.read_text(encoding="utf-8"))
        if name.split(".")[0] not in sys.stdlib_module_names and name != "app.domain" and not name.startswith("app.domain.")
    }
    assert strangers == set()


@pytest.mark.parametrize("folder", ["app", "app/domain"])
def test_a_package_that_lower_layers_pass_through_is_empty(folder):
    assert (ROOT / folder / "__init__.py").read_text(encoding="utf-8").strip() == ""
