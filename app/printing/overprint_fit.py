"""Whether an overprint meets the boxes of the paper: texts that are longer than their place push the rest along.

On a whole sheet that does no harm, since its rules and labels are pushed along too. Paper that is printed already does not
give way: such a sheet had better be printed whole, and the doctor is told so beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.forms.vocabulary import Answers
from app.i18n import tr
from app.printing.content import DocumentContent, SheetContent
from app.printing.marks import TextMark
from app.printing.pages import Page, pages_of
from app.printing.resolve import Mode, PersonHead, sheet_content
from app.printing.style import MM

NEAR_MM = 1.0


@dataclass(frozen=True)
class Misfit:
    """The first printed words of a page that would not be where the paper has them. Sheets and pages count from 1."""

    sheet: int
    page: int
    words: str


def misfits(
    form_code: str, person: PersonHead, visits: Sequence[Answers], *, edition: str = "",
) -> tuple[Misfit, ...]:
    """Where the overprint of these answers would not meet a blank sheet of the form; nothing when all of it does."""
    over = sheet_content(form_code, person, visits, mode=Mode.OVERPRINT, edition=edition)
    blank = sheet_content(form_code, replace(person, name=person.name[:1]), [], mode=Mode.BLANK, edition=edition)
    return misfits_of(over, blank.sheets[0])


def misfits_of(over: DocumentContent, blank: SheetContent) -> tuple[Misfit, ...]:
    """`misfits` of a document all of whose sheets are of the form of `blank`."""
    paper = pages_of(blank)
    found: list[Misfit] = []
    for number, sheet in enumerate(over.sheets, start=1):
        pages = pages_of(sheet)
        for place, page in enumerate(pages, start=1):
            words = _first_moved(page, paper[place - 1]) if place <= len(paper) else ""
            if words is not None:
                found.append(Misfit(number, place, words))
                break
    return tuple(found)


def told_misfits(form_title: str, found: Sequence[Misfit]) -> str:
    """One sentence about the first misfit; "" when there is none."""
    if not found:
        return ""
    first = found[0]
    return tr(
        "“{form}”第 {page} 页从“{words}”起，填写的内容比空格长，套打会对不上印好的表。请改为整张打印。",
        form=form_title, page=first.page, words=first.words,
    )


def _first_moved(page: Page, paper: Page) -> str | None:
    """The uppermost printed words of `paper` that stand elsewhere on `page`; None when all stand where they should."""
    places = list(_labels(page))
    moved = [
        (y, words) for words, x, y in _labels(paper)
        if not any(words == other and abs(x - a) <= NEAR_MM * MM and abs(y - b) <= NEAR_MM * MM for other, a, b in places)
    ]
    return max(moved)[1] if moved else None


def _labels(page: Page) -> Iterator[tuple[str, float, float]]:
    for layer in page.layers:
        for placed in layer:
            for mark in placed.marks:
                if isinstance(mark, TextMark) and len(mark.text.strip()) > 1 and not mark.text.startswith("第 "):
                    yield mark.text.strip(), placed.x + mark.x, placed.y + mark.dy
