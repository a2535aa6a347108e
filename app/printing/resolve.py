"""From the laid-out sheet of a form and its answers to the content that is printed.

It decides every word: which value stands where, how a date reads, which number is in which box. It draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from app.domain.line_codes import line_code
from app.forms import layout
from app.forms.editions import of_edition
from app.forms.kinds import Date, Table
from app.forms.layout import (
    CutLine,
    Gap,
    Grid,
    Inline,
    Leaf,
    PerVisit,
    Sheet,
    Text,
    is_printed_only,
    reference,
)
from app.forms.sheets import sheet
from app.forms.vocabulary import NOTE, Answers, Form
from app.printing.content import (
    BlockContent,
    CellContent,
    Crossed,
    Digit,
    DocumentContent,
    Entry,
    GridContent,
    Item,
    LeafContent,
    LineBreak,
    LineContent,
    LinesContent,
    Mark,
    Qr,
    Ringed,
    RowContent,
    SheetContent,
    Ticked,
    clean,
)

DATE_GAPS_MM = {"y": 11.0, "m": 5.0, "d": 5.0}
DIGIT_GAP_MM = 0.6
BOX_LINES_MM = 5.6
CODED_PAPERS = ("A4", "A4-landscape")
"""Papers with room for a line code; the card has a code of its own."""

ACCOUNT_LENGTH = 200
"""A text of so many characters is an account of this time and fills its place on paper."""

INDENT = "    "
"""Before each line of a text that was written in several, as before its first one."""

PERSON_LABELS = {"name": "姓名", "record_no": "编号"}
DATE_WORDS = {"y": "年", "m": "月", "d": "日"}


class Mode(StrEnum):
    """FILLED prints the answers; BLANK leaves a sheet for hand-writing, with last values in grey where given.

    OVERPRINT prints the answers alone, each where it stands on the filled sheet, onto paper printed with the rest.
    """

    FILLED = "filled"
    BLANK = "blank"
    OVERPRINT = "overprint"


@dataclass(frozen=True)
class PersonHead:
    """Whose sheet it is: the name, and the 17-digit record number of which the last eight are printed.

    `resident_id` is the UUID of somebody of the database, whose sheets carry a line code.
    """

    name: str = ""
    record_no: str = ""
    resident_id: str = ""


@dataclass(frozen=True)
class _Scope:
    """Where references look: the form, the answers of one visit, the person, and how it is printed."""

    form: Form
    answers: Answers
    person: PersonHead
    mode: Mode
    signed: bool

    def value(self, ref: str) -> Any:
        """The answer that `ref` names, or None."""
        parsed = reference(ref)
        if parsed.code == "person":
            return getattr(self.person, parsed.column) or None
        value = self.answers.get(parsed.code)
        if not parsed.column or value is None:
            return value
        if parsed.row is not None:
            return value[parsed.row].get(parsed.column) if parsed.row < len(value) else None
        key, wanted = parsed.where or ("", "")
        found = [str(row[parsed.column]) for row in value if str(row.get(key)) == wanted and parsed.column in row]
        return "、".join(found) or None

    def shown(self, ref: str) -> str:
        """The answer as a person reads it, or nothing."""
        value = self.value(ref)
        if value is None:
            return ""
        parsed = reference(ref)
        item = self.form.fields.get(parsed.code)
        if item is None or isinstance(value, str):
            return clean(value)
        if parsed.column and isinstance(item.kind, Table):
            kind = next(column.kind for column in item.kind.columns if column.code == parsed.column)
            return clean(kind.show(value))
        return clean(item.kind.show(value))

    def paragraphs(self, ref: str) -> tuple[str, ...]:
        """The lines in which a text was written, where it has a box to itself; those without anything are left out."""
        value = self.value(ref)
        lines = (clean(line).strip() for line in value.splitlines()) if isinstance(value, str) else ()
        return tuple(line for line in lines if line)

    def about(self, ref: str) -> str:
        """What the answer is called: 姓名, 药物不良反应（说明）, 用药情况 药物名称."""
        parsed = reference(ref)
        if parsed.code == "person":
            return PERSON_LABELS[parsed.column]
        item = self.form.fields.get(parsed.code)
        if item is None:
            return ""
        columns = item.kind.columns if isinstance(item.kind, Table) else ()
        labels = [column.label for column in columns if column.code == parsed.column]
        return " ".join((item.name, *labels))

    def holds(self, conditions: Sequence[layout.Condition]) -> bool:
        """Whether every (reference, value) holds; of several options, whether the value is among them."""
        return all(_is_or_includes(self.value(ref), wanted) for ref, wanted in conditions)

    @property
    def writes(self) -> bool:
        """Whether answers are filled in; otherwise they are those of last time, in grey."""
        return self.mode is not Mode.BLANK

    def hints(self, ref: str) -> bool:
        """Whether the answer may be shown: in grey not the days of last time nor its long accounts, which are written anew."""
        item = self.form.fields.get(reference(ref).code)
        if self.writes or item is None or item.carries:
            return True
        return not isinstance(item.kind, Date) and getattr(item.kind, "longest", 0) < ACCOUNT_LENGTH


def _is_or_includes(value: object, wanted: object) -> bool:
    return wanted in value if isinstance(value, list) else value == wanted


def _fill(item: layout.Fill, scope: _Scope) -> list[Item]:
    text = scope.shown(item.ref) if scope.holds(item.when) and scope.hints(item.ref) else ""
    if item.numbered and text:
        text = str(scope.value(item.ref))
    note = scope.shown(item.ref + NOTE) if item.noted and text else ""
    pale = not scope.writes and not item.ref.startswith("person.")
    about = scope.about(item.ref)
    paragraphs = scope.paragraphs(item.ref) if text and not (item.mm or item.line) else ()
    if len(paragraphs) > 1:
        return [
            part for place, words in enumerate(paragraphs)
            for part in (*((LineBreak(), Text(INDENT)) if place else ()), Entry(words, pale=pale, about=about))
        ]
    return [Entry(f"{text}：{note}" if note else text, item.mm, item.line, item.align, pale, about)]


def _signature(item: layout.Signature, scope: _Scope) -> list[Item]:
    name = scope.shown(item.ref) if scope.signed and scope.writes else ""
    return [Entry(name, item.mm, item.line, about=scope.about(item.ref))]


def _box(item: layout.Box, scope: _Scope) -> list[Item]:
    value = scope.value(item.ref)
    return [Mark("" if value is None else f"{value:0{item.digits}d}", pale=not scope.writes)]


def _boxes(item: layout.Boxes, scope: _Scope) -> list[Item]:
    chosen = scope.value(item.ref) or []
    written = [str(code) for code in chosen if code not in item.unnumbered]
    count = max(item.count, len(written))
    items: list[Item] = []
    for position, text in enumerate(written + [""] * (count - len(written))):
        if item.per_line and position and position % item.per_line == 0:
            items.append(LineBreak("/", BOX_LINES_MM))
        elif position:
            items.append(Text("/"))
        items.append(Mark(text, pale=not scope.writes))
    return items


def _digits(item: layout.Digits, scope: _Scope) -> list[Item]:
    length = sum(item.groups)
    value = scope.value(item.ref)
    if isinstance(value, date):
        value = value.isoformat()
    written = clean(value or "").replace("-", "")[-length:].ljust(length)
    pale = not scope.writes and not item.ref.startswith("person.")
    items: list[Item] = []
    start = 0
    for group in item.groups:
        if start:
            items += [Gap(DIGIT_GAP_MM), *([Text(item.joint), Gap(DIGIT_GAP_MM)] if item.joint else ())]
        items.extend(Digit(character.strip(), position == 0, pale) for position, character in
                     enumerate(written[start:start + group]))
        start += group
    return items


def _date(item: layout.DateFill, scope: _Scope) -> list[Item]:
    value = scope.value(item.ref) if scope.hints(item.ref) else None
    pieces = str(value).split("-") if value is not None else []
    numbers = {part: str(int(piece)) for part, piece in zip("ymd", pieces, strict=False)}
    pale = not scope.writes
    items: list[Item] = []
    for part in item.parts:
        items += [
            Entry(numbers.get(part, ""), DATE_GAPS_MM[part], align="center", pale=pale), Text(DATE_WORDS[part]),
        ]
    return items


def _ring(item: layout.Ring, scope: _Scope) -> list[Item]:
    return [Ringed(item.words, scope.holds(item.when), pale=not scope.writes)]


def _tick(item: layout.Tick, scope: _Scope) -> list[Item]:
    return [Ticked(item.words, scope.holds(item.when), pale=not scope.writes)]


def _cross(item: layout.Cross, scope: _Scope) -> list[Item]:
    upper_left, upper_right, lower_left, lower_right = (scope.shown(ref) for ref in item.refs)
    return [Crossed((upper_left, upper_right, lower_left, lower_right), item.mm, pale=not scope.writes)]


def _qr(item: layout.QrCode, scope: _Scope) -> list[Item]:
    writes = scope.writes or item.ref.startswith("person.")
    return [Qr(scope.shown(item.ref) if writes else "", item.mm)]


RESOLVERS: Mapping[type, Callable[[Any, _Scope], list[Item]]] = {
    layout.Fill: _fill, layout.Signature: _signature, layout.Box: _box, layout.Boxes: _boxes,
    layout.Digits: _digits, layout.DateFill: _date, layout.Ring: _ring, layout.Tick: _tick, layout.Cross: _cross,
    layout.QrCode: _qr,
    Text: lambda item, _scope: [item], Gap: lambda item, _scope: [item],
}


def _items(items: Sequence[Inline], scope: _Scope) -> tuple[Item, ...]:
    return tuple(resolved for item in items for resolved in RESOLVERS[type(item)](item, scope))


def _is_given(line: layout.Line, scope: _Scope) -> bool:
    return scope.writes and any(
        scope.value(ref) is not None for item in line.items for ref in layout.references(item)
    )


def _lines(lines: Sequence[layout.Line], scope: _Scope) -> tuple[LineContent, ...]:
    return tuple(
        LineContent(_items(line.items, scope), line.align, _items(line.right, scope), line.size)
        for line in lines if not line.optional or _is_given(line, scope)
    )


def _cell(cell: layout.Cell, column: int, layer: int, scope: _Scope) -> CellContent:
    return CellContent(
        _lines(cell.lines, scope), column, cell.span, cell.rowspan, cell.upright, cell.valign, cell.rule, layer,
    )


Placement = tuple[layout.Cell, int, int, CellContent | None]
"""A cell, its column, its layer, and its content when that is the same on every sheet."""


@lru_cache(maxsize=256)
def _placements(grid: Grid, visits: int) -> tuple[tuple[float, tuple[Placement, ...]], ...]:
    """The cells of each row with their columns: rowspans from above are stepped over, visits spread out."""
    printed = _Scope(Form("", "", "", ()), {}, PersonHead(), Mode.BLANK, False)
    free_from = [0] * len(grid.columns)
    placed_rows = []
    for number, row in enumerate(grid.rows):
        placed: list[Placement] = []
        column = 0
        for entry in row.cells:
            cell = entry.cell if isinstance(entry, PerVisit) else entry
            for visit in range(visits) if isinstance(entry, PerVisit) else (-1,):
                while column < len(free_from) and free_from[column] > number:
                    column += 1
                layer = visit + 1
                same = _cell(cell, column, layer, printed) if is_printed_only(cell) else None
                placed.append((cell, column, layer, same))
                for covered in range(column, column + cell.span):
                    free_from[covered] = number + cell.rowspan
                column += cell.span
        placed_rows.append((row.mm, tuple(placed)))
    return tuple(placed_rows)


def _all_visits(scopes: Sequence[_Scope]) -> _Scope:
    """Where a cell outside the columns of visits looks: what was said last on this sheet."""
    answers: dict[str, Any] = {}
    for scope in scopes:
        answers |= scope.answers
    return replace(scopes[0], answers=answers)


def _grid(grid: Grid, scopes: Sequence[_Scope]) -> GridContent:
    layers = (_all_visits(scopes), *scopes)
    rows = tuple(
        RowContent(tuple(
            same or _cell(cell, column, layer, layers[layer]) for cell, column, layer, same in placed
        ), mm)
        for mm, placed in _placements(grid, len(scopes))
    )
    return GridContent(grid.columns, rows, grid.header_rows, grid.indent)


def _block(block: layout.Block, scopes: Sequence[_Scope]) -> BlockContent:
    if isinstance(block, Grid):
        return _grid(block, scopes)
    if isinstance(block, CutLine):
        return block
    return LinesContent(_lines(block.lines, scopes[0]), block.before, block.after)


def _leaf(leaf: Leaf, paper: str, scopes: Sequence[_Scope], code: str) -> LeafContent:
    return LeafContent(
        leaf.title, _lines(leaf.head, scopes[0]), tuple(_block(block, scopes) for block in leaf.blocks),
        leaf.foot_left, _hint(scopes), leaf.foot_right, leaf.top_mm, paper, leaf.margin_mm, code,
    )


def _hint(scopes: Sequence[_Scope]) -> str:
    """What the grey values of a sheet for hand-writing are, or nothing where there are none."""
    first = scopes[0]
    if first.writes or not first.answers:
        return ""
    day = first.shown(first.form.date_code) if first.form.date_code else ""
    return f"灰色为上次（{day}）的记录" if day else "灰色为上次的记录"


def sheet_content(
    form_code: str, person: PersonHead, visits: Sequence[Answers], *, mode: Mode = Mode.FILLED, draft: bool = False,
    with_signatures: bool = False, edition: str = "", with_line_code: bool | None = None,
) -> DocumentContent:
    """Every word of the sheets of one person: as many sheets as `visits` (canonical answers) need, at least one.

    `with_signatures` prints the names of those who sign; otherwise their lines stay empty for the pen. The answers are
    of `edition`, "" for the edition in force. The sheets of somebody of the database carry a line code, unless they are
    printed onto paper that may have one, or as `with_line_code` says. Raises UserError for a form without a sheet.
    """
    return content_of(
        of_edition(form_code, edition), sheet(form_code, edition), person, visits,
        mode=mode, draft=draft, with_signatures=with_signatures, with_line_code=with_line_code,
    )


def content_of(
    declared: Form, laid_out: Sheet, person: PersonHead, visits: Sequence[Answers], *, mode: Mode = Mode.FILLED,
    draft: bool = False, with_signatures: bool = False, with_line_code: bool | None = None,
) -> DocumentContent:
    """`sheet_content` for a declared form and its laid-out sheet."""
    is_overprint = mode is Mode.OVERPRINT
    is_coded = not is_overprint if with_line_code is None else with_line_code
    code = line_code(person.resident_id, declared.code) if is_coded and person.resident_id else ""
    if laid_out.paper not in CODED_PAPERS:
        code = ""
    sheets = []
    for start in range(0, max(len(visits), 1), laid_out.visits):
        shown = list(visits[start:start + laid_out.visits])
        shown += [{}] * (laid_out.visits - len(shown))
        scopes = [_Scope(declared, answers, person, mode, with_signatures) for answers in shown]
        leaves = tuple(_leaf(leaf, laid_out.paper, scopes, code) for leaf in laid_out.leaves)
        printed = SheetContent(leaves, draft, overprint=is_overprint)
        sheets.append(printed if laid_out.paged else replace(printed, page_words=""))
    return DocumentContent(declared.title, tuple(sheets))
