"""Printed national forms as PDF: one person, a blank form, or a batch of many people in one file.

Importing this module loads neither ReportLab nor a font; the first printing does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.message import Message, msg
from app.errors import EnvironmentFailure
from app.forms.vocabulary import Answers
from app.i18n import tr
from app.printing.calibration import Calibration, calibration_pdf
from app.printing.content import DocumentContent, texts_of, words_of
from app.printing.resolve import Mode, PersonHead, sheet_content

if TYPE_CHECKING:
    from app.printing.engine import Writer

__all__ = [
    "Calibration", "Mode", "NoGlyph", "PersonHead", "PrintJob", "blank_form", "calibration_pdf", "missing_glyphs",
    "places_without_glyph", "print_content", "print_form", "print_many", "sheet_content", "told_without_glyph",
    "unprintable", "warm_up",
]

Report = Callable[[int, int, Message], None]


@dataclass(frozen=True)
class PrintJob:
    """One person's sheets of one form in a batch: canonical answers, one dict for each visit."""

    form_code: str
    person: PersonHead
    visits: Sequence[Answers]
    mode: Mode = Mode.FILLED
    draft: bool = False


def print_form(
    form_code: str, person: PersonHead, visits: Sequence[Answers], *, mode: Mode = Mode.FILLED, draft: bool = False,
    with_signatures: bool = False, calibration: Calibration | None = None,
) -> bytes:
    """The sheets of one person as PDF. `visits` are canonical answers, oldest first; a form filled once has one.

    `draft` prints 草稿 across the page; `with_signatures` the names on the lines for signatures. With Mode.BLANK the
    sheet is for hand-writing, and answers given are last time's, in grey. With Mode.OVERPRINT only the answers are
    printed, moved as `calibration` says. Raises UserError for an unknown form.
    """
    content = sheet_content(form_code, person, visits, mode=mode, draft=draft, with_signatures=with_signatures)
    return print_content(content, calibration=calibration)


def blank_form(form_code: str) -> bytes:
    """One empty sheet as PDF. Raises UserError for an unknown form."""
    return print_form(form_code, PersonHead(), [], mode=Mode.BLANK)


def print_content(content: DocumentContent, *, calibration: Calibration | None = None) -> bytes:
    """Decided content as PDF: the same content always prints the same. `calibration` moves what is an overprint."""
    from app.printing.engine import Writer

    writer = Writer(content.title, calibration)
    _add(writer, content)
    return writer.finished()


def print_many(
    jobs: Sequence[PrintJob] | Iterable[PrintJob], path: Path, report: Report, cancelled: Callable[[], bool], *,
    title: str = "", total: int | None = None, calibration: Calibration | None = None,
) -> int:
    """All jobs in one PDF at `path`; the number of its pages, or 0 when cancelled or when there was no job.

    Jobs are taken one by one, so a generator may read them as it goes; then `total` tells how many there are. The
    file appears only when it is complete; cancelled, nothing is left. Raises EnvironmentFailure when it cannot be
    written.
    """
    from app.printing.engine import Writer

    count = len(jobs) if total is None and isinstance(jobs, Sequence) else total or 0
    writer = Writer(title, calibration)
    for number, job in enumerate(jobs, start=1):
        if cancelled():
            return 0
        content = sheet_content(job.form_code, job.person, job.visits, mode=job.mode, draft=job.draft)
        _add(writer, content)
        report(number, max(count, number), msg("正在排版第 {number} 份", number=number))
    if writer.page_count:
        _write_file(path, writer.finished())
    return writer.page_count


def missing_glyphs(text: str) -> list[str]:
    """The characters of `text` that no bundled font has; they print as a gap to be filled in by hand."""
    from app.printing import fonts

    return fonts.missing_glyphs(text)


def unprintable(content: DocumentContent) -> list[str]:
    """The characters of `content` that would print as a gap, to be told before printing."""
    return missing_glyphs(words_of(content))


@dataclass(frozen=True)
class NoGlyph:
    """A character that no bundled font has, and which answer it stands in ("" where that is not known)."""

    character: str
    about: str


def places_without_glyph(content: DocumentContent) -> list[NoGlyph]:
    """Each character that would print as a gap with each answer that has it, in printed order."""
    if not unprintable(content):
        return []
    found = [
        NoGlyph(character, about) for text, about in texts_of(content) for character in missing_glyphs(text)
    ]
    return list(dict.fromkeys(found))


def told_without_glyph(places: Sequence[NoGlyph]) -> str:
    """`places` in words, such as “𬀩”（U+2C029，姓名）: the screen may lack the character as well."""
    told = []
    for place in places:
        code = f"U+{ord(place.character):04X}"
        told.append(
            tr("“{character}”（{code}，{place}）", character=place.character, code=code, place=place.about)
            if place.about else tr("“{character}”（{code}）", character=place.character, code=code)
        )
    return tr("、").join(told)


def warm_up() -> None:
    """Load ReportLab and the usual fonts ahead of the first printing; for a background thread after start."""
    from app.printing import engine, fonts

    assert engine
    fonts.warm_up()


def _add(writer: Writer, content: DocumentContent) -> None:
    from app.printing.pages import pages_of

    for sheet in content.sheets:
        for page in pages_of(sheet):
            writer.add(page)


def _write_file(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_bytes(data)
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise EnvironmentFailure(
            msg(
                "没有存成 PDF 文件“{name}”，您的记录都还在。请看磁盘是否已满、文件是否正被打开，再试一次。", name=path.name,
            ),
            details=str(error),
        ) from error
