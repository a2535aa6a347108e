"""Print a batch by the program or by plain ReportLab; tells seconds, pages, MB of the file and peak memory as JSON.

    python -m bench.children.print_batch first|program|plain|mixed SHEETS

`mixed` prints sheets of all national forms in turn, each with its line code. `first` prints by the program with nothing
loaded beforehand; the others load ReportLab and the fonts before the clock.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.forms.registry import form
from app.printing.sheets import PersonHead, PrintJob, print_form, print_many, sheet_content, warm_up
from app.services.progress import never_cancelled, quiet_report
from bench.machine import memory_of
from tests.samples.form_answers import FILLED

if TYPE_CHECKING:
    from app.printing.pages import Page, Placed

FORM = "htn_followup"
NAMES = ("李桂兰", "张守业", "王秀英", "赵铁柱", "欧阳淑芬", "刘长根", "陈玉珍", "孙德海", "周凤霞", "马国强")
DASHES = (3, 3)


def person(number: int) -> PersonHead:
    """Somebody with a number of their own."""
    return PersonHead(NAMES[number % len(NAMES)], f"411624104115{number % 100_000:05}")


def visits(number: int) -> list[dict[str, Any]]:
    """Four visits of a year, different from person to person."""
    return [visit(number, quarter) for quarter in range(4)]


def visit(number: int, quarter: int) -> dict[str, Any]:
    """Canonical answers of one visit."""
    return {
        "visit_date": date(2026, 2 + 3 * quarter, 1 + number % 28), "visit_method": 1 + number % 3, "symptoms": [2, 5],
        "sbp": 128 + number % 40, "dbp": 76 + number % 20, "weight": Decimal(630 + number % 90) / 10,
        "weight_target": Decimal("58.0"), "bmi": Decimal("25.89"), "bmi_target": Decimal("23.83"),
        "heart_rate": 66 + number % 20, "cigarettes": 3, "cigarettes_target": 0, "alcohol": Decimal("1.5"),
        "alcohol_target": Decimal(0), "exercise_times": 4, "exercise_times_target": 6, "exercise_minutes": 20,
        "exercise_minutes_target": 45, "salt": 3, "salt_target": 1, "psych": 2, "compliance_behaviour": 1,
        "aux_exam": "血钾 4.1", "drug_adherence": 2, "adr": 2, "adr_note": "干咳", "visit_class": 2,
        "drugs": [
            {"name": "硝苯地平控释片", "times_per_day": 1, "dose": "1片"},
            {"name": "缬沙坦胶囊", "times_per_day": 2, "dose": "80mg"},
        ],
        "next_visit_date": date(2026, 3 + 3 * quarter, 1 + number % 28), "doctor": "王明",
    }  # fmt: skip


def mixed_jobs(sheets: int) -> Iterator[PrintJob]:
    """Sheets of every national form in turn, of other people each time, so that every line code is another."""
    samples = {code: dict(form(code).read(raw).answers) for code, raw in FILLED.items()}
    codes = tuple(samples)
    for number in range(sheets):
        somebody = replace(person(number), resident_id=f"019aaf3e-77c1-7d20-8b1f-{number * 7919:012x}")
        code = codes[number % len(codes)]
        yield PrintJob(code, somebody, [samples[code]])


def program_sheet(number: int) -> bytes:
    """One sheet by the program."""
    return print_form(FORM, person(number), visits(number))


def laid_out(number: int) -> list[Page]:
    """The marks of one sheet with their places."""
    from app.printing.pages import pages_of

    content = sheet_content(FORM, person(number), visits(number))
    return [page for sheet in content.sheets for page in pages_of(sheet)]


def plain_sheet(number: int) -> float:
    """Milliseconds in which plain ReportLab draws the marks of one sheet."""
    pages = laid_out(number)
    began = time.perf_counter()
    canvas = new_canvas(BytesIO())
    for page in pages:
        draw_page(canvas, page)
    canvas.save()
    return (time.perf_counter() - began) * 1000


def new_canvas(out: BytesIO) -> Any:
    """A canvas with the program's fonts."""
    from reportlab.pdfgen.canvas import Canvas

    from app.printing import fonts

    fonts.load("serif")
    return Canvas(out, pageCompression=1, initialFontName="serif", initialFontSize=10)


def draw_page(canvas: Any, page: Page) -> None:
    """Every mark by a call of its own."""
    canvas.setPageSize((page.width, page.height))
    for placed in (*(each for layer in page.layers for each in layer), *page.written):
        draw_marks(canvas, placed)
    canvas.showPage()


def draw_marks(canvas: Any, placed: Placed) -> None:
    """The marks at one place."""
    from app.printing.marks import FrameMark, StrokeMark, TextMark

    for mark in placed.marks:
        x, y = placed.x + mark.x, placed.y + mark.dy
        if isinstance(mark, TextMark):
            canvas.setFont(mark.font, mark.size)
            canvas.setFillColorRGB(*mark.colour)
            canvas.drawString(x, y, mark.text, charSpace=mark.spacing)
            continue
        canvas.setLineWidth(mark.weight)
        if isinstance(mark, StrokeMark):
            canvas.setStrokeColorRGB(*mark.colour)
            canvas.setDash(*DASHES if mark.dashed else ())
            canvas.line(x, y, placed.x + mark.to_x, placed.y + mark.to_dy)
        elif isinstance(mark, FrameMark):
            canvas.setStrokeColorRGB(*mark.colour)
            canvas.setFillColorRGB(*mark.colour)
            canvas.rect(x, y, mark.width, mark.height, stroke=not mark.filled, fill=mark.filled)
        else:
            canvas.setStrokeColorRGB(*mark.colour)
            canvas.ellipse(x, y, x + mark.width, y + mark.height)


def by_program(sheets: int, file: Path) -> tuple[float, int]:
    """Seconds and pages of a batch by the program."""
    return printed((PrintJob(FORM, person(number), visits(number)) for number in range(sheets)), sheets, file)


def mixed(sheets: int, file: Path) -> tuple[float, int]:
    """Seconds and pages of a batch of all national forms."""
    return printed(mixed_jobs(sheets), sheets, file)


def printed(jobs: Iterator[PrintJob], sheets: int, file: Path) -> tuple[float, int]:
    """Seconds and pages of a batch."""
    began = time.perf_counter()
    pages = print_many(jobs, file, quiet_report, never_cancelled, total=sheets)
    return time.perf_counter() - began, pages


def by_plain_drawing(sheets: int, file: Path) -> tuple[float, int]:
    """Seconds and pages of a batch by plain ReportLab; the layout is made between and not counted."""
    out = BytesIO()
    canvas = new_canvas(out)
    seconds, count = 0.0, 0
    for number in range(sheets):
        pages = laid_out(number)
        began = time.perf_counter()
        for page in pages:
            draw_page(canvas, page)
            count += 1
        seconds += time.perf_counter() - began
    began = time.perf_counter()
    canvas.save()
    file.write_bytes(out.getvalue())
    return seconds + time.perf_counter() - began, count


def main() -> int:
    """Print one batch into a temporary folder."""
    kind, sheets = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        file = Path(folder) / "batch.pdf"
        if kind != "first":
            warm_up()
        seconds, pages = {"plain": by_plain_drawing, "mixed": mixed}.get(kind, by_program)(sheets, file)
        told = {"seconds": seconds, "pages": pages, "megabytes": file.stat().st_size / 1e6}
    memory = memory_of(os.getpid())
    if memory is not None:
        told["peak"] = memory.peak
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
