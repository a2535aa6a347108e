"""Reading a spreadsheet as plain cells: XLSX, or CSV in UTF-8 or GB 18030. Nothing is understood here, only read.

A file is looked at before it is opened: what it is by its first bytes, not by its name; how large it would become;
whether it carries macros or declarations that no spreadsheet needs. Whatever cannot be read is refused in one sentence
that says what to do with it. Formulas are never calculated: the value that Excel kept is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.message import Message, msg
from app.errors import EnvironmentFailure, UserError
from app.i18n import tr

MOST_BYTES = 60_000_000
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CELL_CHARACTERS = 2_000
HEADER_ROWS_LOOKED_AT = 20

Cell = object
"""None, str, int, float, bool, date, datetime or Formula."""


@dataclass(frozen=True)
class Formula:
    """A cell with a formula whose value Excel has not kept."""

    text: str


@dataclass(frozen=True)
class RawRow:
    """One line below the header; `line` as Excel numbers it, from 1."""

    line: int
    cells: tuple[Cell, ...]

    def cell(self, index: int) -> Cell:
        """The cell of a column; None beyond the last one."""
        return self.cells[index] if index < len(self.cells) else None


@dataclass(frozen=True)
class RawTable:
    """A table as read. `headers` are trimmed text, "" for a column without; `header_line` is 0 when none was found.

    `sheets` are the names of all sheets with anything in them; `encoding` only of a CSV file.
    """

    file_name: str
    headers: tuple[str, ...]
    rows: tuple[RawRow, ...]
    header_line: int
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    encoding: str = ""
    has_formulas: bool = False


TargetOf = Callable[[str], object]
"""What a header means in the table that is looked for, None for one that it does not know."""


def read_table(path: Path, sheet: str | None = None, target_of: TargetOf | None = None) -> RawTable:
    """The table in `path`: the sheet called `sheet`, else the one whose headers are known best.

    `target_of` tells what a header means, None stands for those of a roster. Raises UserError for a file that is no
    table that can be read, EnvironmentFailure when the disk fails.
    """
    start = _first_bytes(path)
    if start.startswith(b"PK"):
        from app.interchange.xlsx_files import read_sheets

        sheets, has_formulas = read_sheets(path, only=sheet)
        if sheet is not None and not sheets.get(sheet):
            sheets, has_formulas = read_sheets(path)  # to name those that there are
        return _best(path, sheets, sheet, has_formulas, target_of)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise UserError(_ole_message(path))
    from app.interchange.csv_files import read_csv

    encoding, lines = read_csv(path)
    return _with_header(path, lines, encoding=encoding, target_of=target_of)


def _first_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UserError(msg("“{name}”是文件夹，请选择里面的表格文件。", name=path.name))
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
    except FileNotFoundError as error:
        raise UserError(msg("找不到文件“{name}”，请核对文件名和位置。", name=path.name)) from error
    except OSError as error:
        sentence = msg(
            "读不出“{name}”：可能正被别的程序打开，或 U 盘接触不好。请关闭后再试。", name=path.name
        )
        raise EnvironmentFailure(sentence, details=str(error)) from error
    if size == 0:
        raise UserError(msg("“{name}”是空文件，里面什么也没有。", name=path.name))
    if size > MOST_BYTES:
        raise UserError(too_large(path.name))
    return start


def too_large(name: str) -> Message:
    """The sentence for a file beyond the limits."""
    return msg(
        "“{name}”太大了（最多 {rows} 行）。请按组拆成几个文件，再分别导入。", name=name, rows=MOST_ROWS
    )


def _ole_message(path: Path) -> Message:
    """Files in Microsoft's compound format: an encrypted .xlsx, or an old .xls, .et, .doc."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return msg("“{name}”加了打开密码。请用 Excel 或 WPS 打开，去掉密码后另存，再导入。", name=path.name)
    if "WordDocument".encode("utf-16-le") in content:
        return msg(
            "“{name}”是 Word 文档。请把名单放进 Excel 或 WPS 表格，存成 .xlsx，再导入。", name=path.name
        )
    return msg("“{name}”是旧版 .xls 格式。请用 Excel 或 WPS 打开，另存为 .xlsx，再导入。", name=path.name)


def _best(
    path: Path,
    sheets: Mapping[str, Sequence[tuple[Cell, ...]]],
    wanted: str | None,
    has_formulas: bool,
    target_of: TargetOf | None,
) -> RawTable:
    filled = {name: lines for name, lines in sheets.items() if lines}
    if wanted is not None and wanted not in filled:
        names = tr("、").join(filled) or "—"
        sentence = msg(
            "表格里没有叫“{sheet}”的工作表，或它是空的。有内容的是：{names}。", sheet=wanted, names=names
        )
        raise UserError(sentence)
    if not filled:
        raise UserError(msg("“{name}”里没有内容，请核对是不是这个文件。", name=path.name))
    tables = [
        _with_header(
            path, lines, sheet=name, sheets=tuple(filled), has_formulas=has_formulas, target_of=target_of
        )
        for name, lines in filled.items()
        if wanted in (None, name)
    ]
    return max(tables, key=lambda table: (_known_headers(table.headers, target_of), len(table.rows)))


def _with_header(
    path: Path,
    lines: Sequence[tuple[Cell, ...]],
    *,
    sheet: str = "",
    sheets: tuple[str, ...] = (),
    encoding: str = "",
    has_formulas: bool = False,
    target_of: TargetOf | None = None,
) -> RawTable:
    place = _header_place(lines, target_of)
    header = lines[place] if place is not None else ()
    body = lines if place is None else lines[place + 1 :]
    first = 1 if place is None else place + 2
    rows = tuple(
        RawRow(number, cells) for number, cells in enumerate(body, first) if any(map(_filled, cells))
    )
    if not rows:
        if target_of is not None:
            raise UserError(msg("“{name}”里只有表头，没有内容。", name=path.name))
        raise UserError(msg("“{name}”里只有表头，没有居民。", name=path.name))
    return RawTable(
        file_name=path.name,
        headers=tuple(header_text(cell) for cell in header),
        rows=rows,
        header_line=0 if place is None else place + 1,
        sheet=sheet,
        sheets=sheets,
        encoding=encoding,
        has_formulas=has_formulas,
    )


def _filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def header_text(cell: Cell) -> str:
    """A header cell as one line of text."""
    return "" if cell is None else " ".join(str(cell).split())


def _header_place(lines: Sequence[tuple[Cell, ...]], target_of: TargetOf | None) -> int | None:
    """Which of the first lines is the header: the one with the most known names; None when no line has any two."""
    known = [_known_headers(tuple(map(header_text, line)), target_of) for line in lines[:HEADER_ROWS_LOOKED_AT]]
    best = max(range(len(known)), key=lambda place: known[place], default=None)
    return best if best is not None and known[best] >= 2 else None


def _known_headers(headers: Sequence[str], target_of: TargetOf | None) -> int:
    from app.interchange.roster_fields import target_of_header

    known = target_of or target_of_header
    return len({known(header) for header in headers} - {None})
