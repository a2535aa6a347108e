"""The layouts of the printed sheets hold together with the declarations of their forms."""

from __future__ import annotations

import pytest

from app.errors import UserError
from app.forms import layout
from app.forms.kinds import Choice, Choices, Option, Sign, Table
from app.forms.layout import (
    Box,
    Boxes,
    Fill,
    Grid,
    PerVisit,
    Sheet,
    Signature,
    Text,
    inline_items,
    reference,
    references,
)
from app.forms.registry import FORM_MODULES, form
from app.forms.sheets import SHEET_MODULES, sheet

PAPER_MM = 186.0
UNPRINTED = {"height"}
"""What the paper has no place for, besides the section of judgement."""


def all_items(printed: Sheet) -> list[layout.Inline]:
    return [item for leaf in printed.leaves for item in inline_items(leaf)]


def named(printed: Sheet) -> set[str]:
    return {ref for item in all_items(printed) for ref in references(item) if not ref.startswith("person.")}


def grids(printed: Sheet) -> list[Grid]:
    return [block for leaf in printed.leaves for block in leaf.blocks if isinstance(block, Grid)]


def test_every_form_has_a_sheet() -> None:
    assert set(SHEET_MODULES) == set(FORM_MODULES)


@pytest.mark.parametrize("code", SHEET_MODULES)
def test_a_sheet_belongs_to_its_form(code: str) -> None:
    assert sheet(code).form == code
    assert sheet(code).visits == form(code).visits_per_sheet
    assert all(leaf.title in (form(code).title, "") for leaf in sheet(code).leaves)


@pytest.mark.parametrize("code", SHEET_MODULES)
def test_every_reference_names_an_answer_of_the_form(code: str) -> None:
    fields = form(code).fields
    for ref in named(sheet(code)):
        parsed = reference(ref)
        kind = fields[parsed.code.removesuffix("_note") if parsed.code not in fields else parsed.code].kind
        if parsed.column:
            assert isinstance(kind, Table), ref
            assert parsed.column in [column.code for column in kind.columns], ref
            assert parsed.row is None or parsed.row < kind.rows, ref


@pytest.mark.parametrize("code", SHEET_MODULES)
def test_every_answer_of_the_paper_form_has_its_place(code: str) -> None:
    declared = form(code)
    printed = {reference(ref).code for ref in named(sheet(code))}
    printed |= {f"{item.ref}_note" for item in all_items(sheet(code)) if isinstance(item, Fill) and item.noted}
    hidden = {answer.code for section in declared.sections if section.code == "judgement"
              for field in section.fields for answer in field.answers()}

    assert set(declared.fields) - hidden - UNPRINTED - printed == set()
    assert printed & (hidden - set(all_visible(code))) == set()


def all_visible(code: str) -> list[str]:
    return [answer.code for section in form(code).sections if section.code != "judgement"
            for field in section.fields for answer in field.answers()]


@pytest.mark.parametrize("code", SHEET_MODULES)
def test_every_row_of_a_table_has_its_slot(code: str) -> None:
    for field in form(code).fields.values():
        if isinstance(field.kind, Table):
            rows = {reference(ref).row for ref in named(sheet(code)) if reference(ref).code == field.code}
            assert rows - {None} == set(range(field.kind.rows)), field.code


@pytest.mark.parametrize("code", SHEET_MODULES)
def test_boxes_are_as_many_as_the_paper_has(code: str) -> None:
    for item in all_items(sheet(code)):
        if isinstance(item, Boxes):
            assert item.count == form(code).fields[item.ref].kind.boxes
        elif isinstance(item, Box) and "." not in item.ref:
            assert isinstance(form(code).fields[item.ref].kind, Choice)


@pytest.mark.parametrize("code", SHEET_MODULES)
def test_who_signs_is_left_to_the_pen(code: str) -> None:
    for item in all_items(sheet(code)):
        signs = hasattr(item, "ref") and isinstance(kind_of(code, item.ref), Sign)
        assert signs == isinstance(item, Signature)


def kind_of(code: str, ref: str) -> object:
    """The kind of the answer that `ref` names, or of the cell of a table."""
    parsed = reference(ref)
    kind = getattr(form(code).fields.get(parsed.code), "kind", None)
    if isinstance(kind, Table):
        return next((column.kind for column in kind.columns if column.code == parsed.column), kind)
    return kind


@pytest.mark.parametrize("code", SHEET_MODULES)
def test_every_row_fills_its_grid_exactly(code: str) -> None:
    visits = sheet(code).visits
    for grid in grids(sheet(code)):
        taken = [0] * len(grid.columns)
        for number, row in enumerate(grid.rows):
            free = sum(1 for until in taken if until <= number)
            wide = 0
            column = 0
            for entry in row.cells:
                cell = entry.cell if isinstance(entry, PerVisit) else entry
                for _ in range(visits if isinstance(entry, PerVisit) else 1):
                    while taken[column] > number:
                        column += 1
                    for covered in range(column, column + cell.span):
                        taken[covered] = number + cell.rowspan
                    column += cell.span
                    wide += cell.span
            assert wide == free, (code, number)
        assert max(taken) == len(grid.rows)


@pytest.mark.parametrize("code", SHEET_MODULES)
def test_a_grid_is_no_wider_than_the_paper_between_its_margins(code: str) -> None:
    for grid in grids(sheet(code)):
        assert grid.indent + sum(grid.columns) <= PAPER_MM
        assert any(row.cells[0].rule == "box" for row in grid.rows) == (sum(grid.columns) == PAPER_MM)


@pytest.mark.parametrize(("text", "parts"), [
    ("sbp", ("sbp", None, None, "")),
    ("drugs.2.dose", ("drugs", 2, None, "dose")),
    ("disease_history[code=6].name", ("disease_history", None, ("code", "6"), "name")),
    ("person.name", ("person", None, None, "name")),
])
def test_references_are_read(text: str, parts: tuple) -> None:
    found = reference(text)

    assert (found.code, found.row, found.where, found.column) == parts


@pytest.mark.parametrize("text", ["", "a..b", "a[b].c", "a b", "drugs.1.name.x"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        reference(text)


@pytest.mark.parametrize(("option", "digits", "printed"), [
    (Option(1, "门诊"), 1, "1门诊"),
    (Option(4, "AB型"), 1, "4 AB型"),
    (Option(1, "汉族"), 2, "01汉族"),
    (Option(10, "不详"), 1, "10不详"),
])
def test_an_option_is_printed_with_its_number(option: Option, digits: int, printed: str) -> None:
    assert layout.printed_option(option, digits) == printed


def test_an_option_that_opens_a_line_is_followed_by_it() -> None:
    items = layout.option_items(form("htn_followup").fields["adr"])

    assert items == (
        Text("1无", keep=True), Text(" "), Text("2有", keep=True), Fill("adr_note", mm=layout.NOTE_MM, line=True),
    )


def test_a_note_shared_by_several_options_is_written_behind_the_chosen_one() -> None:
    items = layout.option_items(form("htn_followup").fields["not_seen"])

    assert [item.when for item in items if isinstance(item, Fill)] == [
        (("not_seen", 1),), (("not_seen", 2),), (("not_seen", 3),),
    ]


def test_a_field_without_options_has_none_to_print() -> None:
    with pytest.raises(TypeError, match="sbp"):
        layout.choices_of(form("htn_followup").fields["sbp"])


def test_several_options_get_several_boxes() -> None:
    cell = layout.choice(form("personal_info").fields["drug_allergy"])

    assert isinstance(form("personal_info").fields["drug_allergy"].kind, Choices)
    assert cell.lines[0].right == (Boxes("drug_allergy", 4),)


def test_a_form_without_a_sheet_is_refused() -> None:
    with pytest.raises(UserError, match="no_such_form"):
        sheet("no_such_form")
