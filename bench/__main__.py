"""`python -m bench [--only NAME]… [--quick] [--write]`: run the measurements and show the table."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from importlib import import_module

from bench import machine, report
from bench.figures import Row

MEASUREMENTS = (
    "start", "search", "follow_up", "forms", "day_sheet", "work_list", "sheets", "roster", "stock", "supply", "requests",
    "year",
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="bench", description="The measurements behind the figures of the README.")
    made.add_argument("--only", action="append", choices=MEASUREMENTS, metavar="NAME", help=", ".join(MEASUREMENTS))
    made.add_argument("--quick", action="store_true", help="small data, few samples: does it run at all")
    made.add_argument("--write", action="store_true", help="renew bench/RESULTS.md")
    return made


def measure(name: str, quick: bool) -> list[Row]:
    """The rows of one measurement."""
    return import_module(f"bench.{name}").measure(quick)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, show, and write; the exit status is 1 when a target was missed."""
    options = parser().parse_args(arguments)
    if options.quick and options.write:
        parser().error("figures of a quick run are not worth keeping")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    print(f"{machine.description()}; {machine.versions()}")
    missed = 0
    for name in options.only or MEASUREMENTS:
        print(f"\n## {name}", flush=True)
        began = machine.moment()
        rows = measure(name, options.quick)
        ended = machine.moment()
        missed += sum(row.reached is False for row in rows)
        told = report.circumstances(date.today(), machine.others_cores(began, ended))
        print(f"{report.table(rows)}\n{told}\n({ended.at - began.at:.0f} s)", flush=True)
        if options.write:
            report.write({name: report.section(name, rows, told)}, MEASUREMENTS)
    print(f"\n{missed} targets missed." if missed else "\nEvery target was reached.")
    return 1 if missed and not options.quick else 0


if __name__ == "__main__":
    sys.exit(main())
