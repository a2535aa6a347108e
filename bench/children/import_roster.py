"""Import one roster into a new clinic, then insert the same rows by executemany; tells seconds and memory as JSON.

    python -m bench.children.import_roster ROSTER.xlsx
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from app.data_folder import DATABASE
from app.desk import Desk
from app.domain.message import Message
from app.interchange.roster import ImportPlan, RosterImport
from app.interchange.roster_plan import Action
from bench.machine import memory_of
from bench.people import found_clinic
from db.cipher import connect

TABLES = ("household", "resident", "form_entry", "revision", "search_key")


class Watch:
    """Notes the longest time in which nobody asked whether to stop."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.reports = 0
        self._asked = time.perf_counter()

    def begin(self) -> None:
        """The work begins now."""
        self._asked = time.perf_counter()

    def cancelled(self) -> bool:
        """Nobody wants to stop."""
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._asked)
        self._asked = now
        return False

    def report(self, done: int, total: int, sentence: Message) -> None:
        """Progress is heard and not shown."""
        self.reports += 1


def import_all(desk: Desk, file: Path) -> dict[str, Any]:
    """The import as the screen does it; questions are answered by yes, as by a user who looked at them."""
    roster, watch = RosterImport(desk), Watch()
    began = time.perf_counter()
    table = roster.read(file)
    mapping = roster.guess(table)
    read = time.perf_counter()
    watch.begin()
    plan = roster.dry_run(table, mapping, report=watch.report, cancelled=watch.cancelled)
    looked = time.perf_counter()
    result = roster.apply(plan, watch.report, watch.cancelled)
    watch.cancelled()
    written = time.perf_counter()
    if watch.reports == 0:
        raise ValueError("the import reported no progress")
    return {
        "imported": result.added, "asked": count_of(plan, Action.ASK), "refused": count_of(plan, Action.REFUSE),
        "read": read - began, "look": looked - read, "write": written - looked, "total": written - began,
        "gap": watch.longest * 1000,
    }  # fmt: skip


def count_of(plan: ImportPlan, action: Action) -> int:
    """How many lines do this."""
    return plan.count(action)


def insert_plainly(source: Path, target: Path, key: bytes) -> tuple[float, int]:
    """Seconds and number of rows, inserting what stands in `source` into `target` in one transaction."""
    reader, writer = connect(source, key, "rw"), connect(target, key, "rw")
    seconds, count = 0.0, 0
    try:
        began = time.perf_counter()
        writer.execute("BEGIN IMMEDIATE")
        seconds += time.perf_counter() - began
        for table in TABLES:
            kept = {row[0] for row in writer.execute(f"SELECT rowid FROM {table}")} if table == "revision" else set()
            rows = all_rows(reader, table, skip=len(kept))
            marks = ", ".join("?" * len(rows[0]))
            began = time.perf_counter()
            writer.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            seconds += time.perf_counter() - began
            count += len(rows)
        began = time.perf_counter()
        writer.execute("COMMIT")
        seconds += time.perf_counter() - began
    finally:
        reader.close()
        writer.close()
    return seconds, count


def all_rows(reader: Any, table: str, skip: int) -> list[tuple[Any, ...]]:
    """The rows of a table in their order, without the first ones, which the founding of the clinic left."""
    order = "rowid" if table != "search_key" else "k, resident_number"
    return reader.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()[skip:]


def read_plainly(file: Path) -> float:
    """Seconds in which openpyxl alone reads every cell."""
    from openpyxl import load_workbook

    began = time.perf_counter()
    book = load_workbook(file, read_only=True, data_only=True)
    for row in book.worksheets[0].iter_rows(values_only=True):
        len(row)
    book.close()
    return time.perf_counter() - began


def main() -> int:
    """One import in a temporary folder."""
    file = Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as name:
        folder = Path(name)
        desk = found_clinic(folder / "clinic")
        key = desk.sessions.key
        desk.sessions.close()
        shutil.copy(folder / "clinic" / DATABASE, folder / "plain.db")
        told = import_all(desk, file)
        memory = memory_of(os.getpid())
        if memory is not None:
            told["peak"] = memory.peak
        desk.close()
        told["executemany"], told["rows"] = insert_plainly(folder / "clinic" / DATABASE, folder / "plain.db", key)
        told["openpyxl"] = read_plainly(file)
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
