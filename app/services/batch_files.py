"""The files of a batch of printed sheets: one PDF, or one for each person. All of them complete, or none.

Everything is written beside its place first; only when the whole batch is there do the files get their names. Leaving
the writer without `put_in_place` takes away whatever was written.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from app.domain.message import msg
from app.errors import EnvironmentFailure
from app.printing.content import DocumentContent

if TYPE_CHECKING:
    from app.printing.calibration import Calibration
    from app.printing.engine import Writer
    from app.printing.pages import Page

PARTIAL = ".part"
FORBIDDEN = frozenset('<>:"/\\|?*')
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
LONGEST_NAME = 60
TAIL = 5

Printed = DocumentContent | Sequence["Page"]
"""What one form of a person prints: decided content, or pages that are laid out already."""


@dataclass(frozen=True)
class OneFile:
    """All sheets in this PDF; an older file of the name is replaced."""

    file: Path


@dataclass(frozen=True)
class OnePerPerson:
    """A PDF for each person in this folder, which exists; files that are there already are kept."""

    folder: Path


Target = OneFile | OnePerPerson


def safe_name(name: str, record_no: str) -> str:
    """The name of a person's file without its ending, which every system accepts: 李桂兰_00123."""
    kept = "".join(" " if letter in FORBIDDEN or not letter.isprintable() else letter for letter in name)
    kept = " ".join(kept.split())[:LONGEST_NAME].strip(". ") or "_"
    if kept.split(".")[0].lower() in RESERVED:
        kept += "_"
    return f"{kept}_{record_no[-TAIL:]}" if record_no else kept


class BatchWriter:
    """Takes the sheets person by person. `target` None keeps them for `finished_bytes`. Use it as a context."""

    def __init__(
        self, target: Target | None, title: str, *, double_sided: bool = False, calibration: Calibration | None = None
    ) -> None:
        self._target, self._double_sided, self._calibration = target, double_sided, calibration
        self._title = title
        self._whole: Writer | None = None
        self._folder: Path | None = None
        self._written: list[tuple[Path, str]] = []
        self._names: set[str] = set()
        self._last: Page | None = None
        self.pages = 0

    def __enter__(self) -> BatchWriter:
        if isinstance(self._target, OnePerPerson):
            with _disk():
                self._folder = Path(tempfile.mkdtemp(prefix=".cunyi-", dir=self._target.folder))
        else:
            self._whole = self._new_writer(self._title)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file, _name in self._written:
            file.unlink(missing_ok=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, file_name: str, title: str, contents: Sequence[Printed]) -> None:
        """The sheets of one person. Raises EnvironmentFailure when they cannot be written."""
        if self._whole is not None:
            if self._double_sided and self._whole.page_count % 2:
                _draw(self._whole, [[_empty(self._last)]])
            self._last = _draw(self._whole, contents) or self._last
            self.pages = self._whole.page_count
            return
        assert self._folder is not None
        writer = self._new_writer(title)
        _draw(writer, contents)
        if not writer.page_count:
            return
        self.pages += writer.page_count
        name = self._free_name(file_name)
        self._write(self._folder / f"{name}.pdf", writer.finished(), f"{name}.pdf")

    def finish(self) -> None:
        """Write what is still to be written, beside its place. Raises EnvironmentFailure."""
        if self._whole is not None and isinstance(self._target, OneFile):
            file = self._target.file
            self._write(file.with_name(file.name + PARTIAL), self._whole.finished(), file.name)

    def finished_bytes(self) -> bytes:
        """The whole PDF of a writer without target."""
        assert self._whole is not None
        return self._whole.finished()

    def put_in_place(self) -> tuple[Path, ...]:
        """Give every file its name; the files. Raises EnvironmentFailure, after which none of them is there."""
        target = self._target
        assert target is not None
        folder = target.file.parent if isinstance(target, OneFile) else target.folder
        placed: list[Path] = []
        try:
            with _disk():
                for written, name in self._written:
                    place = folder / name if isinstance(target, OneFile) else _unused(folder / name)
                    os.replace(written, place)
                    placed.append(place)
        except EnvironmentFailure:
            for place in placed:
                place.unlink(missing_ok=True)
            raise
        self._written = []
        return tuple(placed)

    def _write(self, file: Path, data: bytes, name: str) -> None:
        self._written.append((file, name))
        with _disk(), file.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())

    def _new_writer(self, title: str) -> Writer:
        from app.printing.engine import Writer

        return Writer(title, self._calibration)

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name.lower() in self._names:
            number += 1
            name = f"{wanted}_{number}"
        self._names.add(name.lower())
        return name


@contextmanager
def _disk() -> Iterator[None]:
    """Says in the user's words what the disk refused."""
    try:
        yield
    except OSError as error:
        raise EnvironmentFailure(
            msg(
                "没有写成打印的文件，这一批一份也没有留下；您的记录都安全地保存在本机。"
                "请看磁盘或U盘是否已满、文件夹是否还在、文件是否正被打开，再试一次。"
            ),
            details=str(error.strerror or error),
        ) from error


def _unused(place: Path) -> Path:
    """`place`, or with a number behind it where a file of the name is there already."""
    free, number = place, 1
    while free.exists():
        number += 1
        free = place.with_name(f"{place.stem}_{number}{place.suffix}")
    return free


def _draw(writer: Writer, contents: Sequence[Printed]) -> Page | None:
    """Draw everything; the last page drawn, None when there was none."""
    last: Page | None = None
    for content in contents:
        for page in _pages(content):
            writer.add(page)
            last = page
    return last


def _empty(like: Page | None) -> Page:
    """An empty page of the same paper, the back of somebody's last sheet."""
    from app.printing.pages import Page

    assert like is not None
    return Page(width=like.width, height=like.height, layers=(), written=(), draft=False)


def _pages(content: Printed) -> Iterator[Page]:
    from app.printing.pages import pages_of

    if isinstance(content, DocumentContent):
        for sheet in content.sheets:
            yield from pages_of(sheet)
    else:
        yield from content
