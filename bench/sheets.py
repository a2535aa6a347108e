"""Printing: one sheet, and 1,000 sheets in one file, beside plain ReportLab drawing the same marks.

The sheets are 高血压患者随访服务记录表 with four visits of invented people. The plain drawing gets every mark with its
place (the layout's result) and draws it by the canvas, one call a mark, in the same fonts: no words to decide, no
lines to break, no row heights. Each batch runs in a process of its own, whose peak of memory is told.
"""

from __future__ import annotations

from bench.children.print_batch import plain_sheet, program_sheet
from bench.figures import Figure, Row, Target, median, milliseconds, spread, undisturbed
from bench.processes import told_by

SHEETS, QUICK_SHEETS = 1000, 6
SINGLE, QUICK_SINGLE = 40, 3
TURNS, QUICK_TURNS = 3, 1


def measure(quick: bool) -> list[Row]:
    """One sheet, then batches."""
    return [*single_rows(QUICK_SINGLE if quick else SINGLE), *batch_rows(quick)]


def single_rows(count: int) -> list[Row]:
    """One sheet after warm-up, the program and the plain drawing taking turns; the first of a process apart."""
    first = told_by("bench.children.print_batch", "first", "1")
    for number in range(3):
        program_sheet(number)
        plain_sheet(number)
    ours, plain = [], []
    with undisturbed():
        for number in range(count):
            ours.append(milliseconds(program_sheet, number))
            plain.append(plain_sheet(number))
    return [
        Row("one sheet after warm-up", spread(ours), spread(plain), Target(150), "from the answers to the bytes of the PDF"),
        Row("the first sheet of a process", Figure(first["seconds"] * 1000, "ms"),
            note="with ReportLab and the fonts still to be loaded"),
    ]  # fmt: skip


def batch_rows(quick: bool) -> list[Row]:
    """Batches of both kinds, taking turns."""
    count = QUICK_SHEETS if quick else SHEETS
    told: dict[str, list[dict[str, float]]] = {"program": [], "plain": []}
    for _ in range(QUICK_TURNS if quick else TURNS):
        for kind, results in told.items():
            results.append(told_by("bench.children.print_batch", kind, str(count)))

    def figure(kind: str, name: str, unit: str) -> Figure:
        values = [result[name] for result in told[kind]]
        return Figure(median(values), unit, None, len(values))

    def speed(kind: str) -> Figure:
        rates = [result["pages"] / result["seconds"] for result in told[kind]]
        return Figure(median(rates), "pages/s", None, len(rates))

    rows = [Row(f"{count:,} sheets in one file", speed("program"), speed("plain"), Target(100, at_least=True),
                "the file written to the disk included")]  # fmt: skip
    if "peak" in told["program"][0]:
        peaks = figure("program", "peak", "MB"), figure("plain", "peak", "MB")
        rows.append(Row(f"peak memory of {count:,} sheets", *peaks))
    sizes = figure("program", "megabytes", "MB"), figure("plain", "megabytes", "MB")
    mixed = told_by("bench.children.print_batch", "mixed", str(count))
    rows.append(Row(f"{count:,} mixed sheets of all forms", Figure(mixed["pages"] / mixed["seconds"], "pages/s"),
                    None, Target(80, at_least=True), "each with a line code of its own"))  # fmt: skip
    return [*rows, Row(f"size of the file of {count:,} sheets", *sizes)]
