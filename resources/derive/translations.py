"""Finds the sentences of the program, brings the catalogues up to date and compiles them.

    python -m resources.derive.translations update     # sentences -> cunyi.pot and every cunyi.po
    python -m resources.derive.translations compile    # cunyi.po -> cunyi.mo

Sentences are the literal first arguments of `tr` and `msg`. Labels of the national forms are not among them: they are
printed as they are. A new language is a folder resources/translations/<language>/LC_MESSAGES with an empty cunyi.po.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "resources" / "translations"
PACKAGES = ("app", "ui", "db")
KEYWORDS = {"tr": None, "msg": None}
NO_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in the headers instead of the time of writing, so that the same sentences give the same files."""
HEADER = "# Sentences of Cunyi. How to translate them: docs/translating.md"
EMPTY_HEADERS = ("POT-Creation-Date", "PO-Revision-Date", "Report-Msgid-Bugs-To", "Last-Translator", "Language-Team")
"""What Babel writes of itself and nobody fills in."""


def sentences() -> Catalog:
    """Every sentence of the program, with the modules that say it."""
    catalog = Catalog(
        project="cunyi", version="1", charset="utf-8", fuzzy=False, creation_date=NO_TIME, header_comment=HEADER
    )
    for package in PACKAGES:
        found = extract_from_dir(ROOT / package, [("**.py", "python")], keywords=KEYWORDS)
        for file, _line, message, _comments, _context in sorted(found, key=lambda each: (each[0], each[1])):
            if message:
                catalog.add(message, locations=[(f"{package}/{Path(file).as_posix()}", 0)])
    return catalog


def catalogue_files() -> list[Path]:
    """The catalogue of every language."""
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/cunyi.po"))


def read(file: Path) -> Catalog:
    """One language's catalogue."""
    with file.open("rb") as source:
        catalog = read_po(source, locale=file.parent.parent.name)
    catalog.creation_date = NO_TIME
    return catalog


def update() -> None:
    """Add new sentences to every catalogue and drop those that nobody says any more."""
    template = sentences()
    _write(TRANSLATIONS / "cunyi.pot", template)
    for file in catalogue_files():
        catalog = read(file)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        _write(file, catalog)


def compile_all() -> None:
    """Write the binary catalogue of every language."""
    for file in catalogue_files():
        file.with_suffix(".mo").write_bytes(compiled(file))


def compiled(file: Path) -> bytes:
    """The binary catalogue that `file` makes."""
    target = BytesIO()
    write_mo(target, read(file))
    return target.getvalue()


def _write(file: Path, catalog: Catalog) -> None:
    target = BytesIO()
    write_po(target, catalog, width=120, omit_header=False, sort_output=True, include_lineno=False, ignore_obsolete=True)
    lines = target.getvalue().decode().splitlines(keepends=True)
    kept = (line for line in lines if not line.startswith(tuple(f'"{header}:' for header in EMPTY_HEADERS)))
    file.write_text("".join(kept), encoding="utf-8")


if __name__ == "__main__":
    {"update": update, "compile": compile_all}[sys.argv[1]]()
