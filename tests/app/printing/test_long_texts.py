"""Texts of every allowed length: all of them are on paper, none is small, none leaves its cell."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.forms.kinds import ApproximateDate, Choice, Choices, Date, Kind, Number, Table, Text, Whole
from app.forms.layout import Boxes, Fill, inline_items, reference
from app.forms.registry import form
from app.forms.sheets import SHEET_MODULES, sheet
from app.forms.vocabulary import NOTE
from app.printing import fonts
from app.printing.sheets import Mode, PersonHead, blank_form, print_form
from app.printing.style import SMALLEST, Face
from tests.samples.form_answers import FILLED

CODES = [code for code in SHEET_MODULES if code in FILLED]
LONG_NAME = "阿依古丽·买买提吐尔逊·阿卜杜热合曼·艾合买提江·吐尔地"
PERSON = PersonHead(LONG_NAME, "41162410021500037", "019aaf3e-77c1-7d20-8b1f-5c9e03f47a6b")
TOLERANCE = 1.0
ROOM_FOR_MARKS = 3.0
"""Of a character at the edge of a cell, in points: rings and rules stand that close."""


class Longest:
    """The answers of a form with every text as long as it may be, each made of a character of its own."""

    def __init__(self, code: str, paper_of: Any) -> None:
        self.form = form(code)
        used = "".join(paper_of(data).text() for data in (
            blank_form(code), print_form(code, PERSON, [self.form.read(FILLED[code]).answers]), print_form(
                code, PERSON, [self.form.read(FILLED[code]).answers], mode=Mode.BLANK),
        ))
        self.answers: dict[str, Any] = dict(self.form.read(FILLED[code]).answers)
        self.letters: dict[str, tuple[str, int]] = {}
        self._free = iter(
            character for character in map(chr, range(0x4E08, 0x9FA0))
            if character not in used + "续" and fonts.font_for(character, Face.FILLED) in ("kai", "serif")
        )
        for answer, item in self.form.fields.items():
            self._fill(answer, item.kind)

    def _fill(self, code: str, kind: Kind) -> None:
        if type(kind) is Text and code != "record_no":
            self.answers[code] = self._text(code, kind.longest)
        elif isinstance(kind, Choices):
            noted = [option.code for option in kind.options if option.note]
            self.answers[code] = noted or [option.code for option in kind.options if not option.excludes_others][:kind.boxes]
        elif isinstance(kind, Choice):
            self.answers[code] = next((option.code for option in kind.options if option.note), kind.options[-1].code)
        elif isinstance(kind, Table):
            self.answers[code] = [
                {column.code: self._cell(f"{code}.{row}.{column.code}", column.kind) for column in kind.columns}
                for row in range(kind.rows)
            ]

    def _cell(self, ref: str, kind: Kind) -> Any:
        if type(kind) is Text:
            return self._text(ref, kind.longest)
        values: dict[type[Kind], Any] = {
            Whole: 12, Number: Decimal("12.5"), ApproximateDate: "2021-05", Date: date(2021, 5, 17),
        }
        return kind.options[-1].code if isinstance(kind, Choice) else values.get(type(kind))

    def _text(self, ref: str, length: int) -> str:
        letter = next(self._free)
        self.letters[ref] = (letter, length)
        return letter * length


@pytest.fixture(scope="module", params=CODES)
def long_sheet(request, paper_of) -> tuple[str, Longest, Any]:
    """A form, its longest answers, and its sheet read back."""
    code = request.param
    longest = Longest(code, paper_of)
    return code, longest, paper_of(print_form(code, PERSON, [longest.answers]))


def always_printed(code: str) -> set[str]:
    """The references of the texts that the sheet shows whatever else is answered."""
    items = [item for leaf in sheet(code).leaves for item in inline_items(leaf)]
    shown = {item.ref for item in items if isinstance(item, Fill) and not item.when}
    boxed = {item.ref for item in items if isinstance(item, Boxes)}
    conditional = {item.ref for item in items if isinstance(item, Fill) and item.when
                   and item.ref.removesuffix(NOTE) not in boxed}
    return shown - conditional


def test_every_text_is_printed_whole(long_sheet) -> None:
    code, longest, paper = long_sheet
    found = Counter(paper.text())
    wanted = always_printed(code)

    printed = {ref: found[letter] / length for ref, (letter, length) in longest.letters.items() if ref in wanted}
    assert printed or not longest.letters
    assert [ref for ref, times in printed.items() if times < 1 or times != int(times)] == []


def test_no_word_is_printed_smaller_than_8_points(long_sheet) -> None:
    _code, _longest, paper = long_sheet

    sizes = {word.size for page in range(paper.page_count) for word in paper.words(page)}
    assert min(sizes) >= SMALLEST


def test_every_word_lies_on_the_page(long_sheet) -> None:
    _code, _longest, paper = long_sheet

    for page in range(paper.page_count):
        wide, high = paper.width(page), paper.height(page)
        for word in paper.words(page):
            assert word.x >= ROOM_FOR_MARKS, word
            assert word.end <= wide - ROOM_FOR_MARKS, word
            assert ROOM_FOR_MARKS < word.y < high - word.size, word


def test_no_word_crosses_an_upright_rule(long_sheet) -> None:
    _code, _longest, paper = long_sheet

    for page in range(paper.page_count):
        upright = [rule for rule in paper.rules(page) if rule.x == rule.to_x]
        for word in paper.words(page):
            middle = word.y + 0.38 * word.size
            crossed = [rule for rule in upright if word.x + TOLERANCE < rule.x < word.end - TOLERANCE
                       and min(rule.y, rule.to_y) + TOLERANCE < middle < max(rule.y, rule.to_y) - TOLERANCE]
            assert crossed == [], word


def test_no_word_lies_on_a_level_rule(long_sheet) -> None:
    _code, _longest, paper = long_sheet

    for page in range(paper.page_count):
        level = [rule for rule in paper.rules(page) if rule.y == rule.to_y]
        for word in paper.words(page):
            crossed = [rule for rule in level if word.y + 0.1 * word.size < rule.y < word.y + 0.7 * word.size
                       and rule.x < word.end - TOLERANCE and rule.to_x > word.x + TOLERANCE]
            assert crossed == [], word


def test_no_two_words_lie_on_each_other(long_sheet) -> None:
    _code, _longest, paper = long_sheet

    for page in range(paper.page_count):
        words = sorted(paper.words(page), key=lambda word: word.y)
        for number, word in enumerate(words):
            for other in words[number + 1:]:
                if other.y - word.y > 0.6 * min(word.size, other.size):
                    break
                overlap = min(word.end, other.end) - max(word.x, other.x)
                assert overlap <= TOLERANCE, (word, other)


def test_what_flows_on_says_whose_it_is_and_that_it_goes_on(long_sheet) -> None:
    code, _longest, paper = long_sheet
    leaves = sheet(code).leaves

    if paper.page_count > len(leaves) and leaves[0].title:
        assert "（续）" in paper.text()
        assert f"第{paper.page_count}页/共{paper.page_count}页" in paper.text(paper.page_count - 1)
        for page in range(paper.page_count):
            assert not leaves[0].head or LONG_NAME in paper.text(page)


@pytest.mark.parametrize("code", CODES)
def test_last_time_s_long_texts_in_grey_are_whole_too(code: str, paper_of) -> None:
    """A blank sheet may grow for them, but it loses none that it shows."""
    longest = Longest(code, paper_of)
    found = Counter(paper_of(print_form(code, PERSON, [longest.answers], mode=Mode.BLANK)).text())

    for ref, (letter, length) in longest.letters.items():
        assert found[letter] % length == 0, ref


@pytest.mark.parametrize("code", ["htn_followup", "dm_followup", "tb_followup", "copd_followup"])
def test_a_continuation_of_visits_says_of_which_days_they_are(code: str, paper_of) -> None:
    longest = Longest(code, paper_of)
    paper = paper_of(print_form(code, PERSON, [longest.answers]))

    assert paper.page_count > len(sheet(code).leaves)
    for page in range(paper.page_count):
        assert "2026年11月20日" in "".join(paper.rows(page)), page


def test_a_text_written_in_lines_is_printed_in_lines(paper_of) -> None:
    given = {**form("encounter").read(FILLED["encounter"]).answers, "plan": "1. 硝苯地平\n\n2. 低盐饮食\n3. 一周后复测"}
    for mode in (Mode.FILLED, Mode.OVERPRINT):
        paper = paper_of(print_form("encounter", PERSON, [given], mode=mode))
        rows = [row.strip() for row in paper.rows(0)]
        begins = next(place for place, row in enumerate(rows) if row.startswith("1."))
        written = ["".join(row.split()) for row in rows[begins:begins + 3]]
        assert written == ["1.硝苯地平", "2.低盐饮食", "3.一周后复测"]


def test_more_lines_than_the_box_has_flow_on(paper_of) -> None:
    lines = [f"第{number}条医嘱" for number in range(1, 90)]
    given = {**form("encounter").read(FILLED["encounter"]).answers, "plan": "\n".join(lines)}
    paper = paper_of(print_form("encounter", PERSON, [given]))
    words = "".join(paper.text().split())
    assert paper.page_count > 1
    assert [line for line in lines if line not in words] == []


def test_references_are_those_of_the_longest_answers() -> None:
    assert reference("drugs.1.name").row == 1
    assert "aux_exam" in always_printed("htn_followup")
