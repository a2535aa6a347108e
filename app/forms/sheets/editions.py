"""The printed sheet of an earlier edition: the sheet of the edition in force with the labels and options of the earlier one.

For editions that differ in options and labels only, which is all that app.forms.editions declares; one that is laid out
otherwise would have a sheet of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from app.forms.editions import differing
from app.forms.kinds import Choice, Choices
from app.forms.layout import (
    Box,
    Boxes,
    Cell,
    Grid,
    Inline,
    Leaf,
    Line,
    Lines,
    PerVisit,
    Row,
    Sheet,
    Text,
    option_items,
    printed_option,
)
from app.forms.vocabulary import Field, Form

SECOND_EDITION = "国家基本公共卫生服务规范（2011年版）"
FOOTS = {"2011": SECOND_EDITION}

Change = Callable[[Line], Line]


def in_edition(sheet: Sheet, current: Form, older: Form) -> Sheet:
    """`sheet`, laid out for `current`, as the edition `older` prints it."""
    changes = [_relabelled(current.fields[code], older.fields[code]) for code in differing(older, current)]
    leaves = tuple(_leaf(leaf, changes, older.edition) for leaf in sheet.leaves)
    return replace(sheet, leaves=leaves)


def _leaf(leaf: Leaf, changes: list[Change], edition: str) -> Leaf:
    blocks = []
    for block in leaf.blocks:
        if isinstance(block, Grid):
            block = replace(block, rows=tuple(_row(row, changes) for row in block.rows))
        elif isinstance(block, Lines):
            block = replace(block, lines=tuple(_line(line, changes) for line in block.lines))
        blocks.append(block)
    return replace(leaf, blocks=tuple(blocks), foot_right=FOOTS.get(edition, leaf.foot_right))


def _row(row: Row, changes: list[Change]) -> Row:
    return replace(row, cells=tuple(_cell(each, changes) for each in row.cells))


def _cell(cell: Cell | PerVisit, changes: list[Change]) -> Cell | PerVisit:
    if isinstance(cell, PerVisit):
        changed = _cell(cell.cell, changes)
        assert isinstance(changed, Cell)
        return PerVisit(changed)
    return replace(cell, lines=tuple(_line(line, changes) for line in cell.lines))


def _line(line: Line, changes: list[Change]) -> Line:
    for change in changes:
        line = change(line)
    return line


def _relabelled(now: Field, then: Field) -> Change:
    def change(line: Line) -> Line:
        items = tuple(_with_label(item, now, then) for item in line.items)
        if any(isinstance(item, (Box, Boxes)) and item.ref == now.code for item in line.right):
            items = tuple(_with_options(items, now, then))
        return replace(line, items=items)

    return change


def _with_label(item: Inline, now: Field, then: Field) -> Inline:
    """A printed label of the field, also one with a mark before or after it."""
    if isinstance(item, Text) and item.words.strip(" /：") == now.label:
        return replace(item, words=item.words.replace(now.label, then.label))
    return item


def _with_options(items: tuple[Inline, ...], now: Field, then: Field) -> Iterator[Inline]:
    """The items with the printed options of `then` where those of `now` stood."""
    if not isinstance(now.kind, (Choice, Choices)):
        yield from items
        return
    printed = {printed_option(option) for option in now.kind.options}
    places = [place for place, item in enumerate(items) if isinstance(item, Text) and item.words in printed]
    if not places:
        yield from items
        return
    yield from items[: places[0]]
    yield from option_items(then)
    yield from items[places[-1] + 1 :]
