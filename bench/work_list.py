"""The work list with 500 people due: asked for, and shown in the screen of today, beside the plain SQL that it runs."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from app.desk import Desk
from app.services.work_list import Until, WorkFilter, WorkList
from bench.figures import Row, Target, milliseconds, spread, undisturbed
from bench.heard import PlainReader
from bench.people import sample_clinic

DUE = 500
TIMES, QUICK_TIMES = 40, 3
LATER = timedelta(days=100)
"""By then everybody under management is due."""


def measure(quick: bool) -> list[Row]:
    """The list of a clinic of 3,000 residents, where more than 500 are due."""
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        desk = sample_clinic(Path(folder) / "clinic", quick=quick, later=LATER)
        try:
            return service_rows(desk, QUICK_TIMES if quick else TIMES)
        finally:
            desk.close()


def service_rows(desk: Desk, times: int) -> list[Row]:
    """The service alone."""
    work_list = WorkList(desk)
    wanted = WorkFilter(until=Until.WEEK)
    plain = PlainReader(desk)
    pages: dict[int, tuple[list[float], list[float]]] = {DUE: ([], []), 100: ([], [])}
    try:
        due = len(work_list.page(wanted, limit=DUE).rows)
        with undisturbed():
            for _ in range(times):
                for limit, (ours, sql) in pages.items():
                    ours.append(milliseconds(lambda limit=limit: work_list.page(wanted, limit=limit)))
                    sql.append(plain.time(lambda limit=limit: work_list.page(wanted, limit=limit)))
    finally:
        plain.close()
    (all_ours, all_sql), (page_ours, page_sql) = pages[DUE], pages[100]
    return [
        Row(f"work list of {due} due, all of them", spread(all_ours), spread(all_sql), Target(50), "the service, with the counts above the list"),
        Row("the first page of 100 of them", spread(page_ours), spread(page_sql), note="the service, with the counts"),
    ]  # fmt: skip
