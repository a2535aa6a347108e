"""The QR code of a sheet, read back module by module as a scanner does."""

from __future__ import annotations

from io import BytesIO

import pypdf
import pytest

from app.domain.line_codes import FORM_NUMBERS, grouped, line_code
from app.forms.registry import form
from app.forms.sheets import SHEET_MODULES, sheet
from app.printing.line_code import MODULE, MODULES, QUIET_MODULES, SIDE_MM, dark_runs, line_code_marks
from app.printing.marks import CodeMark, StrokeMark, TextMark
from app.printing.pages import Page, Placed, pages_of
from app.printing.sheets import Mode, PersonHead, print_form, sheet_content
from app.printing.style import SMALLEST
from tests.samples.form_answers import FILLED

MM = 72 / 25.4
RESIDENT = "019aaf3e-77c1-7d20-8b1f-5c9e03f47a6b"
PERSON = PersonHead("李桂兰", "41162410021500037", RESIDENT)
CODES = [code for code in SHEET_MODULES if code in FILLED and sheet(code).paper != "card"]
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def read(runs: tuple[tuple[int, int, int], ...]) -> str:
    """The text of a QR code of version 1 and mask 0 (ISO/IEC 18004): alphanumeric mode, errors not looked for."""
    dark = {(row, column + step) for column, row, length in runs for step in range(length)}
    bits: list[int] = []
    upwards = True
    for right in (20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        rows = range(MODULES - 1, -1, -1) if upwards else range(MODULES)
        for row in rows:
            for column in (right, right - 1):
                if not is_function(row, column):
                    bits.append(((row, column) in dark) ^ ((row + column) % 2 == 0))
        upwards = not upwards
    stream = "".join(str(int(bit)) for bit in bits)
    assert stream[:4] == "0010"
    count, place, text = int(stream[4:13], 2), 13, ""
    while len(text) < count:
        if count - len(text) > 1:
            pair = int(stream[place:place + 11], 2)
            text += CHARACTERS[pair // 45] + CHARACTERS[pair % 45]
            place += 11
        else:
            text += CHARACTERS[int(stream[place:place + 6], 2)]
    return text


def is_function(row: int, column: int) -> bool:
    """Whether a module is part of a finder, its rim, the timing lines or the format."""
    return row == 6 or column == 6 or (row < 9 and (column < 9 or column > 12)) or (row > 12 and column < 9)


@pytest.mark.parametrize("form_code", FORM_NUMBERS)
def test_a_scanner_reads_the_line_code(form_code: str) -> None:
    code = line_code(RESIDENT, form_code)

    assert read(dark_runs(code)) == code


def test_the_drawn_squares_are_those_of_the_code(visit) -> None:
    reader = pypdf.PdfReader(BytesIO(print_form("htn_followup", PERSON, [visit()])))
    groups, path = [], []
    for operands, operator in reader.pages[0].get_contents().operations:
        if operator == b"re":
            path.append([float(value) for value in operands])
        elif operator in (b"f", b"f*", b"S", b"s", b"n", b"B"):
            groups.append((operator, path))
            path = []
    squares = max((found for operator, found in groups if operator in (b"f", b"f*")), key=len)
    left, top = min(x for x, *_ in squares), max(y + high for _x, y, _wide, high in squares)
    runs = tuple(
        (round((x - left) / MODULE), round((top - y - high) / MODULE), round(wide / MODULE)) for x, y, wide, high in squares
    )

    assert read(runs) == line_code(RESIDENT, "htn_followup")
    assert all(high == pytest.approx(MODULE, abs=0.01) for *_others, high in squares)


def test_the_code_is_large_enough_for_a_cheap_scanner() -> None:
    code = next(mark for mark in line_code_marks(line_code(RESIDENT, "health_exam")) if isinstance(mark, CodeMark))

    assert SIDE_MM >= 12
    assert code.module / MM >= 0.33
    assert pytest.approx(SIDE_MM * MM) == code.module * MODULES


def pages(code: str, mode: Mode) -> list[Page]:
    answers = [] if mode is Mode.BLANK else [FILLED[code]]
    given = [form(code).read(each).answers for each in answers]
    return [page for made in sheet_content(code, PERSON, given, mode=mode).sheets for page in pages_of(made)]


def code_of(page: Page) -> list[tuple[Placed, CodeMark]]:
    return [(placed, mark) for placed in page.written for mark in placed.marks if isinstance(mark, CodeMark)]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("mode", [Mode.FILLED, Mode.BLANK])
def test_every_page_of_every_sheet_carries_its_code_in_the_corner_clear_of_the_form(code: str, mode: Mode) -> None:
    for page in pages(code, mode):
        [(placed, mark)] = code_of(page)
        assert read(mark.runs) == line_code(RESIDENT, code)
        left, right = placed.x + mark.x - QUIET_MODULES * MODULE, placed.x + mark.x + SIDE_MM * MM
        low = placed.y - SIDE_MM * MM - QUIET_MODULES * MODULE
        assert right <= page.width - 5 * MM
        assert placed.y <= page.height - 5 * MM
        for other in (*(each for layer in page.layers for each in layer), *page.written):
            for each in other.marks:
                if isinstance(each, TextMark):
                    is_clear = other.x + each.x + len(each.text) * each.size < left or other.y + each.dy + each.size < low
                    assert is_clear or other is placed, each
                elif isinstance(each, StrokeMark):
                    assert max(other.y + each.dy, other.y + each.to_dy) < low or each.to_x + other.x < left


def test_the_code_stands_beside_in_words_for_typing() -> None:
    code = line_code(RESIDENT, "health_exam")
    words = [mark for mark in line_code_marks(code) if isinstance(mark, TextMark)]

    assert "".join(mark.text for mark in words) == grouped(code)
    assert {mark.size for mark in words} == {SMALLEST}


def test_a_sheet_without_a_person_of_the_database_has_no_code(visit) -> None:
    content = sheet_content("htn_followup", PersonHead("李桂兰", "41162410021500037"), [visit()])

    assert [leaf.line_code for sheet in content.sheets for leaf in sheet.leaves] == [""]


@pytest.mark.parametrize(("mode", "asked", "has"), [
    (Mode.FILLED, None, True), (Mode.BLANK, None, True), (Mode.OVERPRINT, None, False), (Mode.OVERPRINT, True, True),
    (Mode.FILLED, False, False),
])
def test_overprints_carry_a_code_only_when_asked(visit, mode: Mode, asked: bool | None, has: bool) -> None:
    content = sheet_content("htn_followup", PERSON, [visit()], mode=mode, with_line_code=asked)

    assert bool(content.sheets[0].leaves[0].line_code) == has


def test_the_card_has_a_code_of_its_own_instead() -> None:
    assert all(not code_of(page) for page in pages("record_card", Mode.FILLED))


def test_the_code_says_nothing_about_the_person() -> None:
    code = line_code(RESIDENT, "health_exam")

    for told in (PERSON.name, PERSON.record_no, PERSON.record_no[-8:], "1955"):
        assert told not in code
