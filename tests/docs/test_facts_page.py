"""The page of facts is the one that the declarations make."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_facts_is_up_to_date():
    spec = importlib.util.spec_from_file_location("make_facts_table", DOCS / "make_facts_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "facts.md").read_text(encoding="utf-8") == module.page()
