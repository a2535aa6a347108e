"""Overprints: what was written, where it stands on the filled sheet, and nothing else."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pypdf
import pytest

from app.forms.registry import form
from app.forms.sheets import SHEET_MODULES
from app.forms.vocabulary import Context
from app.printing.calibration import CROSS_FROM_EDGE_MM, Calibration, calibration_page, calibration_pdf
from app.printing.engine import Writer
from app.printing.marks import FrameMark, OvalMark, StrokeMark, TextMark
from app.printing.pages import Page, pages_of
from app.printing.sheets import Mode, PersonHead, PrintJob, print_form, print_many, sheet_content
from tests.samples.form_answers import FILLED

CODES = [code for code in SHEET_MODULES if code in FILLED]
MM = 72 / 25.4
PERSON = PersonHead("李桂兰", "41162410021500037")
CALIBRATION = Calibration(dx_mm=-1.5, dy_mm=2.25, scale_x=1.006, scale_y=0.994)
CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1955, 3, 8), sex=2)


def answers(code: str) -> dict[str, Any]:
    """The sample of a form in canonical values, completed."""
    declared = form(code)
    return declared.complete(declared.read(FILLED[code]).answers, CONTEXT)


def pages(code: str, mode: Mode) -> list[Page]:
    """The pages of the sample."""
    return [page for sheet in sheet_content(code, PERSON, [answers(code)], mode=mode).sheets for page in pages_of(sheet)]


def drawn(data: bytes) -> list[list[str]]:
    """The operators of each page, those of its form XObjects left out, and the names of those in."""
    reader = pypdf.PdfReader(BytesIO(data))
    found = []
    for page in reader.pages:
        operations = pypdf.generic.ContentStream(page.get_contents(), reader).operations
        found.append([operator.decode("ascii") for _operands, operator in operations])
    return found


@pytest.mark.parametrize("code", CODES)
def test_every_written_word_lies_where_it_does_on_the_filled_sheet_moved_as_the_printer_needs(code: str, paper) -> None:
    filled = paper(print_form(code, PERSON, [answers(code)]))
    over = paper(print_form(code, PERSON, [answers(code)], mode=Mode.OVERPRINT, calibration=CALIBRATION))

    assert over.page_count == filled.page_count
    assert over.sizes_mm() == filled.sizes_mm()
    for number in range(over.page_count):
        high = filled.height(number)
        there: dict[str, list[tuple[float, float]]] = {}
        for word in filled.words(number):
            there.setdefault(word.text, []).append(CALIBRATION.moved(word.x, word.y, high))
        for word in over.words(number):
            x, y = over.on_paper(number, word)
            assert any(abs(x - a) <= 0.1 * MM and abs(y - b) <= 0.1 * MM for a, b in there[word.text]), word


@pytest.mark.parametrize("code", CODES)
def test_an_overprint_holds_all_that_was_written_and_no_printed_word(code: str, paper) -> None:
    over = paper(print_form(code, PERSON, [answers(code)], mode=Mode.OVERPRINT))

    for number, page in enumerate(pages(code, Mode.FILLED)):
        written = [mark for placed in page.written for mark in placed.marks if isinstance(mark, TextMark)]
        assert [word.text for word in over.words(number)] == [mark.text.strip() for mark in written if mark.text.strip()]
        printed = {mark.text.strip() for layer in page.layers for placed in layer for mark in placed.marks
                   if isinstance(mark, TextMark)}
        labels = {words for words in printed if len(words) > 2}
        assert labels & {word.text for word in over.words(number)} == set()


@pytest.mark.parametrize("code", CODES)
def test_an_overprint_has_no_rules_boxes_or_page_parts(code: str) -> None:
    for page in drawn(print_form(code, PERSON, [answers(code)], mode=Mode.OVERPRINT)):
        assert "Do" not in page
        assert "l" not in page
        if code != "record_card":
            assert "re" not in page


@pytest.mark.parametrize("code", CODES)
def test_what_is_printed_stands_at_the_same_places_on_a_filled_and_on_a_blank_sheet(code: str) -> None:
    """Else an overprint would not meet the boxes of the sheets printed beforehand."""
    blank = [page for sheet in sheet_content(code, PERSON, [], mode=Mode.BLANK).sheets for page in pages_of(sheet)]

    for empty, full in zip(blank, pages(code, Mode.FILLED), strict=True):
        places = labels(full)
        for words, x, y in labels(empty):
            assert any(words == other and abs(x - a) < 0.5 * MM and abs(y - b) < 0.5 * MM for other, a, b in places), words


def labels(page: Page) -> list[tuple[str, float, float]]:
    """The printed words with their places."""
    return [
        (mark.text, placed.x + mark.x, placed.y + mark.dy)
        for layer in page.layers for placed in layer for mark in placed.marks if isinstance(mark, TextMark)
    ]


def test_an_overprint_of_a_draft_says_so(visit, paper) -> None:
    assert "草稿" in paper(print_form("htn_followup", PERSON, [visit()], mode=Mode.OVERPRINT, draft=True)).text()


def test_a_calibration_does_not_move_whole_sheets(visit) -> None:
    plain = print_form("htn_followup", PERSON, [visit()])
    moved = print_form("htn_followup", PERSON, [visit()], calibration=CALIBRATION)

    assert drawn(plain) == drawn(moved)


def test_a_batch_of_overprints_is_calibrated(visit, paper, tmp_path) -> None:
    file = tmp_path / "batch.pdf"
    job = PrintJob("htn_followup", PERSON, [visit()], Mode.OVERPRINT)

    print_many([job], file, lambda *_: None, lambda: False, calibration=CALIBRATION)

    alone = paper(print_form("htn_followup", PERSON, [visit()], mode=Mode.OVERPRINT, calibration=CALIBRATION))
    batch = paper(file.read_bytes())
    assert [batch.on_paper(0, word) for word in batch.words()] == [alone.on_paper(0, word) for word in alone.words()]


@pytest.mark.parametrize(("calibration", "moved"), [
    (Calibration(), (100, 700)),
    (Calibration(dx_mm=10), (100 + 10 * MM, 700)),
    (Calibration(dy_mm=10), (100, 700 - 10 * MM)),
    (Calibration(scale_x=1.01), (101, 700)),
    (Calibration(scale_y=1.01), (100, 842 - 142 * 1.01)),
])
def test_a_calibration_moves_right_and_down_and_stretches_from_the_upper_left_corner(
    calibration: Calibration, moved: tuple[float, float],
) -> None:
    assert calibration.moved(100, 700, 842) == pytest.approx(moved)


def strokes(page: Page) -> list[tuple[float, float, float, float]]:
    return [
        (placed.x + mark.x, placed.y + mark.dy, placed.x + mark.to_x, placed.y + mark.to_dy)
        for placed in page.written for mark in placed.marks if isinstance(mark, StrokeMark)
    ]


def test_the_calibration_page_has_crosses_20_mm_from_the_edges_and_in_the_middle() -> None:
    page = calibration_page(Calibration())
    centres = {(round(placed.x / MM, 2), round(placed.y / MM, 2)) for placed in page.written
               if any(isinstance(mark, StrokeMark) for mark in placed.marks)}

    edge = CROSS_FROM_EDGE_MM
    assert centres == {(edge, edge), (210 - edge, edge), (edge, 297 - edge), (210 - edge, 297 - edge), (105, 148.5)}
    assert all(0 < value < 297 * MM for stroke in strokes(page) for value in stroke)


def test_the_rulers_of_the_calibration_page_are_marked_at_every_millimetre() -> None:
    page = calibration_page(Calibration())
    [corner] = [placed for placed in page.written if (round(placed.x / MM), round(placed.y / MM)) == (20, 20)]
    upright = sorted(mark.x / MM for mark in corner.marks if isinstance(mark, StrokeMark) and mark.x == mark.to_x and mark.x)

    assert upright == pytest.approx([float(mm) for mm in range(1, 31)])


def test_the_calibration_page_says_how_to_measure_and_what_is_set(paper) -> None:
    sheet = paper(calibration_pdf(Calibration(dx_mm=-1.5, scale_y=1.004)))

    assert sheet.page_count == 1
    assert sheet.sizes_mm() == [(210, 297)]
    for words in ("套打校准页", "实际大小", "20毫米", "170毫米", "257毫米", "横向-1.5毫米", "纵向比例100.4%"):
        assert words in sheet.text()


def test_the_words_of_the_calibration_page_stand_between_its_crosses(paper) -> None:
    words = [word.y / MM for word in paper(calibration_pdf()).words() if not word.text.isdigit()]
    middle = max(y for placed in calibration_page(Calibration()).written if round(placed.x / MM) == 105
                 for y in (placed.y + mark.dy for mark in placed.marks if isinstance(mark, StrokeMark)))

    assert min(words) > middle / MM + 1
    assert max(words) < 297 - 20 - 30


def test_marks_of_an_overprint_are_written_ones_only() -> None:
    kinds = {type(mark) for code in CODES for page in pages(code, Mode.OVERPRINT) for placed in page.written
             for mark in placed.marks if code != "record_card"}

    assert kinds == {TextMark, OvalMark}


def test_a_page_of_an_overprint_is_drawn_without_its_layers() -> None:
    from app.printing.pages import Placed

    def made(overprint: bool) -> list[str]:
        writer = Writer("页")
        frame = Placed((FrameMark(0, 0, 9, 9),), 30, 30)
        writer.add(Page(200, 200, ((frame,),), (), draft=False, overprint=overprint))
        return drawn(writer.finished())[0]

    assert "re" in made(False)
    assert "re" not in made(True)
