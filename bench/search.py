"""Search: from the key press to the rows, the service alone, and the plain SQL that the service runs, on one file.

Three clinics of 3,000, 30,000 and 1,000,000 residents. People chosen by chance are looked for as a doctor would type
them, key after key, and every key press is one sample. The plain SQL is what the service was heard to run: the same
statements with the same values by the same driver on the same file, its rows fetched and nothing more.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.desk import Desk
from app.pinyin import name_readings
from app.services.search import Search
from bench.figures import Row, Target, spread, undisturbed
from bench.heard import PlainReader
from bench.people import SEED, Known, fill, found_clinic, say, somebody
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.services import Services
from ui.shell.main_window import MainWindow
from ui.shell.resident_hits import resident_hits
from ui.shell.search_box import MOST_HITS, SearchBox

SIZES = {3_000: Target(2), 30_000: Target(2), 1_000_000: Target(5)}
QUICK_SIZES = {500: Target(2)}
PEOPLE, QUICK_PEOPLE = 60, 4
WINDOW_SIZE = (1366, 768)


@dataclass
class Samples:
    """Milliseconds of every key press."""

    keys: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    service: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)


def measure(quick: bool) -> list[Row]:
    """Every size of clinic, one after the other."""
    rows = []
    for residents, target in (QUICK_SIZES if quick else SIZES).items():
        with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
            desk = found_clinic(Path(folder) / "clinic")
            try:
                began = time.perf_counter()
                fill(desk, residents)
                say(f"{residents:,} residents made in {time.perf_counter() - began:.0f} s")
                samples = search_all(desk, QUICK_PEOPLE if quick else PEOPLE)
            finally:
                desk.close()
        rows.extend(rows_of(residents, target, samples))
    return rows


def rows_of(residents: int, target: Target, samples: Samples) -> list[Row]:
    """The lines of one size."""
    plain = spread(samples.plain)
    return [
        Row(f"search, {residents:,} residents: key press to rows", spread(samples.keys), plain, target,
            "the program's search box in its window; initials, pinyin, name, last digits of ID number and phone"),
        Row(f"search, {residents:,} residents: key press to painted rows", spread(samples.painted), plain,
            note="the same with the list drawn offscreen"),
        Row(f"search, {residents:,} residents: the service alone", spread(samples.service), plain),
    ]  # fmt: skip


def typed_texts(person: Known) -> Iterator[Sequence[str]]:
    """What somebody types to find a person, each as the pieces that arrive one after the other."""
    readings = [options[0] for options in name_readings(person.name)]
    yield [reading[0] for reading in readings if reading]
    yield list("".join(readings))
    yield [person.name]
    yield [person.name[:1], person.name[1:]]
    yield [person.name[-1]]
    yield list(person.id_number[-4:])
    yield list(person.phone[-4:])
    yield list(person.phone[:5])


def search_all(desk: Desk, people: int) -> Samples:
    """Look for people in all ways; each piece typed is sampled in the window, in the service and in plain SQL."""
    searching = Typist(desk)
    search = Search(desk)
    plain = PlainReader(desk)
    samples = Samples()
    try:
        known = somebody(desk, people)
        texts = [pieces for person in known for pieces in typed_texts(person)]
        texts.append(list("qqxz"))
        Random(SEED).shuffle(texts)
        for pieces in texts[: len(texts) // 10]:
            one_text(pieces, searching, search, plain, Samples())
        with undisturbed():
            for pieces in texts:
                one_text(pieces, searching, search, plain, samples)
    finally:
        plain.close()
        searching.close()
    return samples


def one_text(pieces: Sequence[str], typist: Typist, search: Search, plain: PlainReader, samples: Samples) -> None:
    """Type one text; after each piece the three ways take turns."""
    typist.clear()
    typed = ""
    for piece in pieces:
        typed += piece
        rows, painted = typist.type(piece)
        samples.keys.append(rows)
        samples.painted.append(painted)
        began = time.perf_counter()
        search.find(typed, limit=MOST_HITS)
        samples.service.append((time.perf_counter() - began) * 1000)
        samples.plain.append(plain.time(lambda text=typed: search.find(text, limit=MOST_HITS)))
    typist.check(typed)


class Typist:
    """Types into the search box of the program's window."""

    def __init__(self, desk: Desk) -> None:
        self._app = QApplication.instance() or QApplication(["bench", "-style", "fusion"])
        self._window = MainWindow()
        self._window.resize(*WINDOW_SIZE)
        services = Services(desk, ImmediateRunner(), ScriptedDialogs())
        self._box: SearchBox = self._window.top_bar.search
        self._box.set_find(lambda text: resident_hits(services, text))
        self._services = services
        self._window.show_desk()
        self._window.show()
        QTest.qWaitForWindowExposed(self._window)

    def clear(self) -> None:
        """An empty line with the focus, as after Ctrl+K."""
        self._box.put_away()
        self._box.start()

    def type(self, piece: str) -> tuple[float, float]:
        """Milliseconds until the rows are there and until they are drawn; characters come from an input method."""
        line = self._box.line
        if piece.isascii():
            began = time.perf_counter()
            QTest.keyClick(line, piece)
        else:
            committed = QInputMethodEvent()
            committed.setCommitString(piece)
            began = time.perf_counter()
            QCoreApplication.sendEvent(line, committed)
        rows = time.perf_counter()
        self._window.repaint()
        painted = time.perf_counter()
        return (rows - began) * 1000, (painted - began) * 1000

    def check(self, typed: str) -> None:
        """See that the box really shows what was found. Raises ValueError."""
        shown = [hit.key for hit in self._box.hits()]
        found = [hit.key for hit in resident_hits(self._services, typed)][: len(shown)]
        if shown != found or self._box.line.text() != typed:
            raise ValueError("the search box does not show what the service finds")

    def close(self) -> None:
        """Close the window."""
        self._window.close()
        self._window.deleteLater()
        QCoreApplication.sendPostedEvents()
