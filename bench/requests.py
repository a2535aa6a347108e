"""A drug request over a ledger of ten years: 400 lines computed and shown, and a request of 1,231 lines opened.

The ledger has 200,000 movements. Computed means the proposals of the whole catalogue, with the patients' medicines read;
started means written as a draft as well; opened means the stored request read with its checks. Plain is the driver alone
with the statements that the reader runs.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from app.desk import Desk
from app.domain.request_terms import Action
from app.services.request_proposals import proposals
from app.services.requests import Requests
from bench.figures import Row, Target, milliseconds, spread, undisturbed
from bench.heard import PlainReader
from bench.ledger import DRUGS, MOVEMENTS, fill_ledger
from bench.people import QUICK_RESIDENTS, sample_clinic

RESIDENTS = 2_760
LINES = 1_231
QUICK_MOVEMENTS, QUICK_DRUGS = 600, 12
TIMES, QUICK_TIMES = 20, 2
LATER = timedelta(days=1)


def measure(quick: bool) -> list[Row]:
    """Two clinics: one of 400 drugs, one of 1,231."""
    rows = []
    for drugs, limit in ((QUICK_DRUGS, 300),) if quick else ((DRUGS, 300), (LINES, 1000)):
        with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
            desk = sample_clinic(Path(folder) / "clinic", QUICK_RESIDENTS if quick else RESIDENTS, later=LATER)
            try:
                fill_ledger(desk, QUICK_MOVEMENTS if quick else MOVEMENTS, drugs)
                rows += rows_of(desk, limit, QUICK_TIMES if quick else TIMES)
            finally:
                desk.close()
    return rows


def rows_of(desk: Desk, limit: int, times: int) -> list[Row]:
    """Computing, starting and opening take turns."""
    requests, plain = Requests(desk), PlainReader(desk)
    computed: tuple[list[float], list[float]] = ([], [])
    opened: tuple[list[float], list[float]] = ([], [])
    started: list[float] = []
    lines = 0
    try:
        with undisturbed():
            for _ in range(times):
                computed[0].append(milliseconds(compute, desk))
                computed[1].append(plain.time(lambda: compute(desk)))
                started.append(milliseconds(requests.start))
                request_id = requests.summaries(1)[0].id
                opened[0].append(milliseconds(requests.get, request_id))
                opened[1].append(plain.time(lambda request_id=request_id: requests.get(request_id)))
                draft = requests.get(request_id)
                lines = len(draft.lines)
                requests.act(request_id, Action.DELETE, draft.version)
    finally:
        plain.close()
    return [
        Row(f"proposals of {lines} lines computed", *map(spread, computed), note="stock, use, patients, sentences"),
        Row(f"request of {lines} lines computed and shown", spread(started), None, Target(limit),
            "proposed, written as a draft, read back"),
        Row(f"request of {lines} lines opened", *map(spread, opened), Target(limit), "with its checks"),
    ]  # fmt: skip


def compute(desk: Desk) -> int:
    """The proposals of the whole catalogue with their sentences."""
    with desk.sessions.reading() as session:
        return len([proposal.sentence for proposal in proposals(session, desk).values()])
