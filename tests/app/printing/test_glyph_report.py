"""Characters that no bundled font has: told with the answers they stand in, never printed as a box."""

from __future__ import annotations

import pytest

from app.forms.kinds import Table, Text
from app.forms.registry import form
from app.forms.sheets import SHEET_MODULES
from app.printing import fonts
from app.printing.sheets import (
    NoGlyph,
    PersonHead,
    places_without_glyph,
    print_content,
    sheet_content,
    told_without_glyph,
    unprintable,
)
from tests.samples.form_answers import FILLED

CODES = [code for code in SHEET_MODULES if code in FILLED]
STRANGE = "\ue863"
UNKNOWN = "\U00032000"
"""An ideograph of Unicode 15.1 or later that no bundled font has yet."""


def test_a_name_with_a_character_of_private_use_is_told_as_the_name(visit) -> None:
    content = sheet_content("htn_followup", PersonHead(f"王{STRANGE}明"), [visit()])

    assert places_without_glyph(content) == [NoGlyph(STRANGE, "姓名")]
    assert told_without_glyph(places_without_glyph(content)) == f"“{STRANGE}”（U+E863，姓名）"


def test_each_answer_is_told_once_in_printed_order(person, visit) -> None:
    drugs = [{"name": f"药{STRANGE}", "times_per_day": 1}, {"name": f"{STRANGE}药"}]
    content = sheet_content("htn_followup", person, [visit(aux_exam=f"{STRANGE}{UNKNOWN}{STRANGE}", drugs=drugs)] * 2)

    told = places_without_glyph(content)
    assert [place.character for place in told] == [STRANGE, UNKNOWN, STRANGE]
    assert [place.about for place in told] == ["辅助检查", "辅助检查", "用药情况 药物名称"]
    assert unprintable(content) == [STRANGE, UNKNOWN]


def test_a_sheet_of_common_words_has_nothing_to_tell(person, visit) -> None:
    assert places_without_glyph(sheet_content("htn_followup", person, [visit()])) == []
    assert told_without_glyph([]) == ""


@pytest.mark.parametrize("code", CODES)
def test_every_text_of_every_form_is_looked_through_and_named(code: str) -> None:
    declared = form(code)
    answers = dict(declared.read(FILLED[code]).answers)
    texts = [
        item for item in declared.fields.values()
        if type(item.kind) is Text and item.code in answers and item.code != "record_no"
    ]
    for item in texts:
        answers[item.code] = str(answers[item.code])[:-1] + STRANGE

    told = places_without_glyph(sheet_content(code, PersonHead("李桂兰", "41162410021500037"), [answers]))

    assert {place.character for place in told} == ({STRANGE} if texts else set())
    shown = {place.about for place in told}
    assert [item.name for item in texts if not named_in(item.name, shown)] == []


def named_in(name: str, told: set[str]) -> bool:
    """Whether the answer is told by itself, or by the option beside which it is written."""
    return name in told or name.removesuffix("（说明）") in told


@pytest.mark.parametrize("code", CODES)
def test_a_table_is_told_with_its_column(code: str) -> None:
    declared = form(code)
    for item in declared.fields.values():
        if isinstance(item.kind, Table):
            column = next((column for column in item.kind.columns if type(column.kind) is Text), None)
            if column is None:
                continue
            answers = {item.code: [{"code": 6, column.code: STRANGE}]}
            [told] = places_without_glyph(sheet_content(code, PersonHead(), [answers]))
            assert column.label in told.about


def test_a_character_without_a_font_leaves_a_gap_and_no_box(visit, paper) -> None:
    data = print_content(sheet_content("htn_followup", PersonHead(f"王{STRANGE}{UNKNOWN}明"), [visit()]))

    assert STRANGE not in paper(data).text()
    assert "王明" in paper(data).text()
    assert [fonts.font_for(character, face) for character in (STRANGE, UNKNOWN) for face in fonts.FALLBACKS] == [
        fonts.GAP] * 2 * len(fonts.FALLBACKS)
