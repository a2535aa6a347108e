"""The table of a run, on the terminal and in RESULTS.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from bench import machine
from bench.figures import Row

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
HEAD = """# Results

Written by `python3 dev.py bench --write`; `--only NAME --write` renews one section. Every figure stands beside a plain
baseline that was measured in the same run, the two taking turns; ratios are of medians. Where two numbers stand, they
are the median and the 95th percentile; n is the number of samples. Compare ratios, not milliseconds, between machines.
"""
COLUMNS = ("what", "ours", "plain", "ratio", "target", "reached", "note")
BUSY = 0.3
"""Other programs that keep more cores busy than this disturb the times."""


def cells(row: Row) -> tuple[str, ...]:
    """One line of the table as texts."""
    return (
        row.what,
        str(row.ours),
        "" if row.baseline is None else str(row.baseline),
        "" if row.ratio is None else f"{row.ratio:.2f} ×",
        "" if row.target is None else row.target.words(row.ours.unit),
        {True: "yes", False: "**no**", None: ""}[row.reached],
        row.note,
    )


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *(cells(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def circumstances(today: date, others: float | None) -> str:
    """Machine, date, versions, and how many cores other programs kept busy meanwhile."""
    told = f"{today.isoformat()}, {machine.description()}; {machine.versions()}."
    if others is None:
        return told
    told += f" Other programs kept {others:.1f} cores busy meanwhile"
    return told + (": times may be up to twice as long." if others > BUSY else ".")


def section(name: str, rows: Sequence[Row], told: str) -> str:
    """One measurement as a section of RESULTS.md."""
    return f"## {name}\n\n{told}\n\n{table(rows)}\n"


def merged(old: str, new: Mapping[str, str], order: Sequence[str]) -> str:
    """The file with some sections renewed, all in order."""
    known = {match[1]: match[0].rstrip() + "\n" for match in re.finditer(r"^## (\S+)\n(?:(?!^## ).*\n?)*", old, re.M)}
    known.update(new)
    return "\n".join([HEAD, *(known[name] for name in order if name in known)])


def write(new: Mapping[str, str], order: Sequence[str], file: Path = RESULTS) -> None:
    """Renew sections of RESULTS.md."""
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(merged(old, new, order), encoding="utf-8")
