"""The words of a sheet, decided before anything is drawn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.errors import UserError
from app.printing.content import (
    CellContent,
    Digit,
    DocumentContent,
    Entry,
    GridContent,
    Mark,
    Ringed,
    clean,
    words_of,
)
from app.printing.resolve import Mode, PersonHead, sheet_content


def cells(content: DocumentContent, layer: int, sheet: int = 0) -> list[CellContent]:
    """The cells of one visit's column."""
    [leaf] = content.sheets[sheet].leaves
    return [
        cell for block in leaf.blocks if isinstance(block, GridContent) for row in block.rows for cell in row.cells
        if cell.layer == layer
    ]


def items(found: list[CellContent]) -> list[object]:
    return [item for cell in found for line in cell.lines for item in (*line.items, *line.right)]


def entries(content: DocumentContent, layer: int) -> list[str]:
    return [item.text for item in items(cells(content, layer)) if isinstance(item, Entry) and item.text]


def marks(content: DocumentContent, layer: int) -> list[str]:
    return [item.text for item in items(cells(content, layer)) if isinstance(item, Mark) and item.text]


def test_each_visit_fills_its_own_column(person, visit) -> None:
    content = sheet_content("htn_followup", person, [visit(sbp=148), visit(sbp=162, dbp=94)])

    assert "148" in entries(content, 1)
    assert "162" in entries(content, 2)
    assert entries(content, 3) == []


def test_values_read_as_they_were_entered(person, visit) -> None:
    content = sheet_content("htn_followup", person, [visit(weight=Decimal("63.0"), alcohol=Decimal("1.50"))])

    assert {"63.0", "1.50", "25.89"} <= set(entries(content, 1))


def test_boxes_hold_the_official_numbers_in_printed_order(person, visit) -> None:
    content = sheet_content("htn_followup", person, [visit(
        visit_method=3, symptoms=[7, 9], psych=2, compliance_behaviour=1, drug_adherence=3, adr=1, visit_class=4,
    )])

    assert marks(content, 1) == ["3", "7", "9", "2", "1", "3", "1", "4"]


def test_other_symptoms_have_a_line_and_no_number(person, visit) -> None:
    content = sheet_content("htn_followup", person, [visit(symptoms=[3, 10], symptoms_note="耳鸣")])

    assert marks(content, 1)[1] == "3"
    assert "10" not in marks(content, 1)
    assert "耳鸣" in entries(content, 1)


def test_salt_is_circled_for_now_and_for_the_target(person, visit) -> None:
    content = sheet_content("htn_followup", person, [visit(salt=3, salt_target=1)])

    rings = [(item.words, item.on) for item in items(cells(content, 1)) if isinstance(item, Ringed)]
    assert rings == [("轻", False), ("中", False), ("重", True), ("轻", True), ("中", False), ("重", False)]


def test_the_side_of_a_weak_pulse_is_circled_only_behind_its_option(person, diabetes_visit) -> None:
    content = sheet_content("dm_followup", person, [diabetes_visit | {"dorsalis_pedis": 3, "dorsalis_pedis_side": 1}])

    rings = [(item.words, item.on) for item in items(cells(content, 1)) if isinstance(item, Ringed)]
    assert rings == [
        ("双侧", False), ("左侧", False), ("右侧", False), ("双侧", True), ("左侧", False), ("右侧", False),
    ]


@pytest.mark.parametrize(("answers", "written"), [
    ({"not_seen": 1, "not_seen_note": "外出务工"}, "失访：外出务工"),
    ({"not_seen": 2, "not_seen_note": "2026-04-30"}, "死亡：2026-04-30"),
    ({"not_seen": 3}, "迁出"),
])
def test_who_was_not_seen_is_told_in_the_date_cell(person, answers: dict[str, object], written: str) -> None:
    content = sheet_content("htn_followup", person, [{"visit_date": date(2026, 5, 1), **answers}])

    date_cell = cells(content, 1)[0]
    written_there = [item.text for line in date_cell.lines for item in line.items if isinstance(item, Entry)]
    assert written_there == ["2026", "5", "1", written]


def test_dates_are_written_between_their_printed_words_and_blank_ones_leave_room(person, visit) -> None:
    content = sheet_content("htn_followup", person, [visit(date(2026, 11, 3))])

    assert entries(content, 1)[:3] == ["2026", "11", "3"]
    blank = [getattr(item, "words", "") for item in cells(content, 2)[0].lines[0].items]
    assert "".join(blank) == "年月日"


def test_the_fifth_visit_begins_a_second_sheet(person, visit) -> None:
    content = sheet_content("htn_followup", person, [visit(sbp=141 + number) for number in range(5)])

    assert len(content.sheets) == 2
    texts = [item.text for item in items(cells(content, 1, sheet=1)) if isinstance(item, Entry)]
    assert "145" in texts


def test_signature_lines_stay_empty_unless_asked(person, visit) -> None:
    assert "王明" not in words_of(sheet_content("htn_followup", person, [visit()]))
    assert "王明" in words_of(sheet_content("htn_followup", person, [visit()], with_signatures=True))


def test_what_the_paper_has_no_place_for_is_not_printed(person, visit) -> None:
    content = sheet_content("htn_followup", person, [visit(height=Decimal("171.5"), class_reason="患者坚持")])

    assert "171.5" not in words_of(content)
    assert "患者坚持" not in words_of(content)


def test_only_the_last_eight_digits_of_the_record_number_stand_at_the_head(person, visit) -> None:
    [leaf] = sheet_content("htn_followup", person, [visit()]).sheets[0].leaves

    digits = [item.text for line in leaf.head for item in line.right if isinstance(item, Digit)]
    assert "".join(digits) == "21500037"


def test_the_cover_has_all_seventeen_digits_in_their_groups(person, cover) -> None:
    [leaf] = sheet_content("record_cover", person, [cover]).sheets[0].leaves

    digits = [item for block in leaf.blocks for line in getattr(block, "lines", ()) for item in line.items
              if isinstance(item, Digit)]
    assert "".join(digit.text for digit in digits) == "41162410021500037"
    assert [number for number, digit in enumerate(digits) if digit.first] == [0, 6, 9, 12]


def test_a_birth_date_of_which_only_the_month_is_known_fills_six_boxes(person, basic_information) -> None:
    content = sheet_content("personal_info", person, [basic_information | {"birth_date": "1955-03"}])

    digits = [item.text for item in items(cells(content, 0)) if isinstance(item, Digit)]
    assert digits == ["1", "9", "5", "5", "0", "3", "", ""]


def test_diseases_stand_in_their_slots_and_names_behind_their_options(person, basic_information) -> None:
    content = sheet_content("personal_info", person, [basic_information])

    [diseases] = [cell for cell in cells(content, 0) if any(
        getattr(item, "words", "") == "2高血压" for line in cell.lines[:1] for item in line.items
    ) and len(cell.lines) == 3]
    names = [item.text for item in diseases.lines[0].items if isinstance(item, Entry)]
    assert names == ["胃癌", "", "痛风"]
    slots = [item.text for line in diseases.lines[1:] for item in line.items if isinstance(item, (Mark, Entry))]
    assert slots == ["2", "2019", "4", "6", "2021", "", "13", "2008", "11", *[""] * 9]


def test_a_blank_sheet_shows_last_values_in_grey_also_in_boxes_but_not_the_day(person, visit) -> None:
    content = sheet_content("htn_followup", person, [visit()], mode=Mode.BLANK)

    pale = [item.text for item in items(cells(content, 1)) if isinstance(item, Entry) and item.pale and item.text]
    assert "148" in pale
    assert "硝苯地平控释片" in pale
    assert "2026" not in pale
    chosen = [item for item in items(cells(content, 1)) if isinstance(item, Mark) and item.text]
    assert [item.text for item in chosen][:3] == ["1", "2", "5"]
    assert all(item.pale for item in chosen)
    assert [item.words for item in items(cells(content, 1)) if isinstance(item, Ringed) and item.on and item.pale] == [
        "重", "轻",
    ]
    assert content.sheets[0].leaves[0].foot_middle == "灰色为上次（2026-02-09）的记录"


def test_content_is_frozen_and_equal_for_equal_answers(person, visit) -> None:
    assert sheet_content("htn_followup", person, [visit()]) == sheet_content("htn_followup", person, [visit()])
    assert hash(sheet_content("htn_followup", person, [visit()])) is not None


def test_a_form_without_a_sheet_is_refused() -> None:
    with pytest.raises(UserError, match="no_such_form"):
        sheet_content("no_such_form", PersonHead(), [])


@pytest.mark.parametrize(("written", "printed"), [
    ("头晕\n心慌", "头晕 心慌"),
    ("头晕\x00\x1b[0m", "头晕[0m"),
    ("葛\U000e0100", "葛"),
    ("a\u200bb\ufeff", "ab"),
    ("<b>&amp;", "<b>&amp;"),
    ("\ud800头", "头"),
    (7, "7"),
])
def test_user_text_is_made_fit_for_paper(written: object, printed: str) -> None:
    assert clean(written) == printed
