"""Every form against its declaration, read back from the PDF: labels and options in their printed order, page by page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.forms.kinds import Choice, Choices, Sign
from app.forms.layout import Boxes, Digits, Signature, inline_items, printed_option
from app.forms.registry import form
from app.forms.sheets import SHEET_MODULES, sheet
from app.forms.vocabulary import Field
from app.printing.content import Digit, Entry, GridContent, LinesContent
from app.printing.sheets import Mode, PersonHead, print_form, sheet_content
from tests.samples.form_answers import FILLED

CODES = [code for code in SHEET_MODULES if code in FILLED]
PERSON = PersonHead("李桂兰", "41162410021500037")
NOT_PRINTED = {
    "no_id_reason", "not_seen", "height", "weight", "transfer_date", "back_date", "stub_date", "date",
}
"""Answers that the paper asks for without a label of their own, beside or in place of another answer."""

LABELLED_OTHERWISE = {"random_glucose"}
OPTIONS_OTHERWISE = {"elder_adl", "tcm_elder", "referral_out", "referral_back", "record_card"}
"""Forms whose options stand in columns, are ticked or written out; the tests of their own sheets look at them."""

UNPRINTED_OPTIONS = {"not_seen", "dorsalis_pedis_side", "death_cause_disease", "stop_reason", "salt", "ethnic_group"}
MOST_BETWEEN = 60
"""Characters between two options: a line to write on, or the heading of the next column."""


def answers(code: str) -> dict[str, Any]:
    return dict(form(code).read(FILLED[code]).answers)


def printed(code: str) -> list[Field]:
    """The items of a form as they stand on paper, in printed order."""
    return [
        item for section in form(code).sections if section.code != "judgement" for item in section.fields
        if item.code not in NOT_PRINTED | LABELLED_OTHERWISE
    ]


def plain(words: str) -> str:
    return "".join(words.split()).replace("*", "")


@pytest.fixture(scope="module", params=[(code, mode) for code in CODES for mode in (Mode.FILLED, Mode.BLANK)],
                ids=lambda each: "-".join(each))
def text(request, paper_of) -> tuple[str, str]:
    """The code of a form and the printed words of its sheet, filled or blank."""
    code, mode = request.param
    given = [answers(code)] if mode is Mode.FILLED else []
    whole = paper_of(print_form(code, PERSON, given, mode=mode)).text()
    return code, plain(whole)


def test_every_label_is_printed(text) -> None:
    code, words = text

    assert [item.label for item in printed(code) if plain(item.label) not in words] == []


def test_labels_stand_in_the_order_of_the_form(text) -> None:
    code, words = text
    labels = [plain(item.label) for item in printed(code)]
    once = [label for label in dict.fromkeys(labels) if words.count(label) == 1 and len(label) > 2]

    assert once or code in ("tcm_elder",)
    assert sorted(once, key=words.index) == once


def test_the_options_of_every_item_stand_in_their_order_with_their_numbers(text) -> None:
    code, words = text
    if code in OPTIONS_OTHERWISE:
        return
    unnumbered = {item.ref: item.unnumbered for leaf in sheet(code).leaves for item in inline_items(leaf)
                  if isinstance(item, Boxes)}
    for item in printed(code):
        if isinstance(item.kind, (Choice, Choices)) and item.code not in UNPRINTED_OPTIONS:
            numbered = [option for option in item.kind.options if option.code not in unnumbered.get(item.code, ())]
            parts = [re.escape(plain(printed_option(option))) for option in numbered]
            assert re.search(f".{{0,{MOST_BETWEEN}}}?".join(parts), words), item.code


def test_an_overprint_has_none_of_the_labels(paper_of) -> None:
    for code in CODES:
        words = plain(paper_of(print_form(code, PERSON, [answers(code)], mode=Mode.OVERPRINT)).text())
        written = plain("".join(str(value) for value in FILLED[code].values()))
        labels = {plain(item.label) for item in printed(code) if len(plain(item.label)) > 3}
        assert [label for label in labels if label in words and label not in written] == [], code


@pytest.mark.parametrize("code", CODES)
def test_pages_are_numbered_where_there_are_several(code: str, paper_of) -> None:
    paper = paper_of(print_form(code, PERSON, [answers(code)]))
    numbers = [f"第{page}页/共{paper.page_count}页" in paper.text(page - 1) for page in range(1, paper.page_count + 1)]

    assert numbers == [paper.page_count > 1 and sheet(code).paged] * paper.page_count


@pytest.mark.parametrize("code", CODES)
def test_a_filled_sheet_takes_as_many_pages_as_the_paper_has(code: str, paper_of) -> None:
    expected = {"health_exam": 4, "tcm_elder": 2, "copd_followup": 2, "record_card": 2}

    assert paper_of(print_form(code, PERSON, [answers(code)])).page_count == expected.get(code, 1)


@pytest.mark.parametrize("code", [code for code in CODES if sheet(code).visits == 4])
def test_the_fifth_visit_begins_a_second_sheet(code: str, paper_of) -> None:
    four, five = ([answers(code)] * count for count in (4, 5))
    pages = len(sheet(code).leaves)

    assert paper_of(print_form(code, PERSON, four)).page_count == pages
    assert paper_of(print_form(code, PERSON, five)).page_count == 2 * pages


def test_follow_ups_of_chronic_diseases_stand_four_to_a_sheet() -> None:
    assert {code for code in CODES if sheet(code).visits == 4} == {
        "htn_followup", "dm_followup", "tb_followup", "copd_followup"}


@pytest.mark.parametrize("code", CODES)
def test_the_last_eight_digits_of_the_record_number_stand_in_boxes(code: str) -> None:
    laid_out = [item for leaf in sheet(code).leaves for item in (*inline_items(leaf),) if isinstance(item, Digits)
                and item.ref in ("person.record_no", "record_no")]
    content = sheet_content(code, PERSON, [answers(code)])
    leaf = content.sheets[0].leaves[0]
    lines = [*leaf.head, *(line for block in leaf.blocks for line in lines_of(block))]
    digits = "".join(item.text for line in lines for item in (*line.items, *line.right) if isinstance(item, Digit))

    if code in ("referral_out", "referral_back"):
        assert laid_out == []
    elif code == "record_cover":
        assert digits == "41162410021500037"
    else:
        assert "21500037" in digits


def lines_of(block: object) -> list[Any]:
    if isinstance(block, LinesContent):
        return list(block.lines)
    if isinstance(block, GridContent):
        return [line for row in block.rows for cell in row.cells for line in cell.lines]
    return []


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("mode", list(Mode))
def test_lines_for_signatures_stay_empty(code: str, mode: Mode) -> None:
    signs = {item.code for item in form(code).fields.values() if isinstance(item.kind, Sign)}
    given = answers(code) | dict.fromkeys(signs, "签字的人")
    laid_out = {item.ref for leaf in sheet(code).leaves for item in inline_items(leaf) if isinstance(item, Signature)}
    content = sheet_content(code, PERSON, [given], mode=mode)

    assert signs <= laid_out
    texts = [item.text for leaf in content.sheets[0].leaves for line in
             (*leaf.head, *(line for block in leaf.blocks for line in lines_of(block)))
             for item in (*line.items, *line.right) if isinstance(item, Entry)]
    assert "签字的人" not in "".join(texts)
