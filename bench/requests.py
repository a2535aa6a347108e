"""A drug request over a ledger of ten years: 400 lines computed and shown, and a request of 1,231 lines opened.

The ledger has 200,000 movements. Computed means the proposals of the whole catalogue, with the patients' medicines read;
shown means the program's own screen in its window, drawn, with everything that it reads beside the lines: in the program
that is read in the background, here it is waited for. A new request is timed from the press of its button, on the screen
where that stands; until 2026-11-22 the way to that screen was counted too (some 25 ms).
Plain is the driver alone with the statements that the reader runs.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest

from app.desk import Desk
from app.domain.request_states import State
from app.domain.request_terms import Action, Kind
from app.services.request_facts import following
from app.services.request_proposals import proposals
from app.services.requests import Requests
from app.services.settings import Settings
from bench.figures import Row, Target, milliseconds, spread, undisturbed
from bench.forms import application
from bench.heard import PlainReader
from bench.ledger import DRUGS, MOVEMENTS, fill_ledger
from bench.people import QUICK_RESIDENTS, sample_clinic
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens import requests as requests_screen
from ui.screens import today
from ui.screens.requests.screen import RequestsScreen
from ui.services import Services
from ui.shell.main_window import MainWindow

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
    """Computing, starting, opening and reading again take turns."""
    requests, plain = Requests(desk), PlainReader(desk)
    delete_drafts(requests)
    window = Window(desk)
    samples: dict[str, list[float]] = {name: [] for name in ("computed", "started", "at_once", "opened", "reread", "read")}
    beside: dict[str, list[float]] = {"computed": [], "read": []}
    try:
        with undisturbed():
            for _ in range(times):
                samples["computed"].append(milliseconds(compute, desk))
                beside["computed"].append(plain.time(lambda: compute(desk)))
                window.leave()
                window.arrive()
                samples["started"].append(milliseconds(window.start, following(desk.today())))
                delete_drafts(requests)
                window.leave()
                window.arrive()
                write_something(desk)
                samples["at_once"].append(milliseconds(window.start, following(desk.today())))
                request_id = window.shown_id()
                window.leave()
                samples["opened"].append(milliseconds(window.open, request_id))
                samples["reread"].append(milliseconds(window.reread))
                samples["read"].append(milliseconds(requests.get, request_id))
                beside["read"].append(plain.time(lambda request_id=request_id: requests.get(request_id)))
                lines = len(requests.get(request_id).lines)
                delete_drafts(requests)
    finally:
        window.close()
        plain.close()
    return [
        Row(f"proposals of {lines} lines computed", spread(samples["computed"]), spread(beside["computed"]),
            note="stock, use, patients, sentences"),
        Row(f"request of {lines} lines computed and shown", spread(samples["started"]), None, Target(limit),
            "from the button, the figures read ahead while the screen is open: written as a draft, shown in the window"),
        Row(f"the same of {lines} lines with nothing read ahead", spread(samples["at_once"]), None, Target(limit),
            "something was written since the screen was opened"),
        Row(f"request of {lines} lines read", spread(samples["read"]), spread(beside["read"]), note="with its checks"),
        Row(f"request of {lines} lines opened", spread(samples["opened"]), None, Target(limit),
            "shown in the window; its figures compared with the ledger"),
        Row(f"request of {lines} lines read again (F5)", spread(samples["reread"]), None, Target(limit), "the same"),
    ]  # fmt: skip


def compute(desk: Desk) -> int:
    """The proposals of the whole catalogue with their sentences."""
    with desk.sessions.reading() as session:
        return len([proposal.sentence for proposal in proposals(session, desk).values()])


def write_something(desk: Desk) -> None:
    """Any change of the file: what was read ahead no longer counts."""
    Settings(desk).set("caseload_spare_days", 7)


def delete_drafts(requests: Requests) -> None:
    """Delete the request that the sample clinic has begun, or that was just measured: a month has one."""
    for summary in requests.summaries():
        if summary.state is State.DRAFT:
            requests.act(summary.id, Action.DELETE, summary.version)


class Window:
    """The program's window with the request screen."""

    def __init__(self, desk: Desk) -> None:
        self._app = application()
        self._window = MainWindow()
        services = Services(desk, ImmediateRunner(), ScriptedDialogs(), navigate=self._window.show_screen)
        for screen in (today, requests_screen):
            self._window.add_screen(screen.entry(services))
        self._window.show_screen("today")
        self._window.show_desk()
        self._window.show()
        QTest.qWaitForWindowExposed(self._window)

    def leave(self) -> None:
        """To another screen; what is put off is done."""
        self._window.show_screen("requests")
        self._window.show_screen("today")
        self._window.repaint()
        QCoreApplication.sendPostedEvents()

    def arrive(self) -> None:
        """To the request screen, where the button stands with which a request is begun."""
        self._window.show_screen("requests")
        self._window.repaint()
        QCoreApplication.sendPostedEvents()

    def start(self, period: str) -> None:
        """Press the button: begin the regular request of a month and draw it."""
        self._screen().whole.start(Kind.REGULAR, period=period)
        self._window.repaint()

    def open(self, request_id: str) -> None:
        """Open a request and draw it."""
        self._window.show_screen("requests", request_id=request_id)
        self._window.repaint()

    def reread(self) -> None:
        """Read everything again, as F5 does, and draw it."""
        self._screen().refresh()
        self._window.repaint()

    def shown_id(self) -> str:
        """The request that is open."""
        return self._screen().open_sheet().view.id

    def close(self) -> None:
        """Close the window."""
        self._window.close()
        self._window.deleteLater()
        QCoreApplication.sendPostedEvents()

    def _screen(self) -> RequestsScreen:
        screen = self._window.current_screen()
        assert isinstance(screen, RequestsScreen)
        return screen
