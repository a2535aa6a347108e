"""XLSX files: looked at before they are opened, read without calculating, and written so that no cell is a formula."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from app.domain.message import msg
from app.errors import EnvironmentFailure, UserError
from app.interchange.tables import (
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Formula,
    too_large,
)

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MOST_UNPACKED_BYTES = 250_000_000
MOST_PARTS = 500
A4_PAPER = 9
"""What spreadsheets call A4."""
_CHUNK = 1 << 20
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
)
"""What zipfile and openpyxl raise on damaged files."""


def read_sheets(path: Path, only: str | None = None) -> tuple[dict[str, list[tuple[Cell, ...]]], bool]:
    """The cells of every visible sheet (or of `only`), without empty lines at the end; and whether there are formulas.

    Raises UserError for anything that is no sound .xlsx file.
    """
    has_formulas = _look_inside(path)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of extensions that it leaves out: of no meaning for reading values.
            warnings.simplefilter("ignore")
            sheets = _read(path, only, values=True)
            if has_formulas:
                _mark_formulas(sheets, _read(path, only, values=False))
    except _DAMAGE as error:
        raise _damaged(path, error) from error
    return sheets, has_formulas


def _damaged(path: Path, error: Exception) -> UserError:
    sentence = msg(
        "“{name}”已损坏，读不出来，什么也没有导入。请用 Excel 或 WPS 打开，另存为 .xlsx，再导入。",
        name=path.name,
    )
    return UserError(sentence, details=type(error).__name__)


def _look_inside(path: Path) -> bool:
    """Refuse what is no plain .xlsx file; returns whether a sheet has formulas."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {info.filename for info in archive.infolist()}
            _refuse_foreign(path, archive, names)
            return _scan_parts(path, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise _damaged(path, error) from error


def _refuse_foreign(path: Path, archive: zipfile.ZipFile, names: set[str]) -> None:
    if any(info.flag_bits & 1 for info in archive.infolist()):
        raise UserError(msg("“{name}”是加密的压缩包，读不出来。请解密后再导入。", name=path.name))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        sentence = msg(
            "“{name}”带有宏（.xlsm），为了安全不读。请另存为不带宏的 .xlsx，再导入。", name=path.name
        )
        raise UserError(sentence)
    if "xl/workbook.xml" not in {name.lower() for name in names}:
        sentence = msg(
            "“{name}”不是 Excel 表格（.xlsx）。请用 Excel 或 WPS 打开，另存为 .xlsx，再导入。", name=path.name
        )
        raise UserError(sentence)
    unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > MOST_UNPACKED_BYTES or len(names) > MOST_PARTS:
        raise UserError(too_large(path.name))


def _scan_parts(path: Path, archive: zipfile.ZipFile) -> bool:
    """No part of a spreadsheet declares a document type; one that does means harm (entities that grow, outside files)."""
    has_formulas = False
    for info in archive.infolist():
        if not info.filename.lower().endswith((".xml", ".rels")):
            continue
        is_sheet = info.filename.lower().startswith("xl/worksheets/")
        tail = b""
        with archive.open(info) as part:
            while chunk := part.read(_CHUNK):
                window = tail + chunk
                if (
                    b"<!DOCTYPE" in window
                    or b"<!ENTITY" in window
                    or window[:2] in (b"\xff\xfe", b"\xfe\xff")
                ):
                    sentence = msg(
                        "“{name}”里有表格不该有的内容，为了安全不读。请从原来的软件重新导出。", name=path.name
                    )
                    raise UserError(sentence)
                has_formulas = has_formulas or (is_sheet and (b"<f>" in window or b"<f " in window))
                tail = window[-16:]
    return has_formulas


def _read(path: Path, only: str | None, *, values: bool) -> dict[str, list[tuple[Cell, ...]]]:
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True, data_only=values, keep_links=False)
    try:
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        return {sheet.title: _lines(path, sheet) for sheet in sheets if only in (None, sheet.title)}
    finally:
        workbook.close()


def _lines(path: Path, sheet: ReadOnlyWorksheet) -> list[tuple[Cell, ...]]:
    sheet.reset_dimensions()  # some exporters write a wrong size
    lines: list[tuple[Cell, ...]] = []
    filled = 0
    for place, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = _trimmed(row)
        if cells:
            filled = place
        if filled > MOST_ROWS + 50 or place > 2 * MOST_ROWS:
            raise UserError(too_large(path.name))
        lines.append(cells)
    return lines[:filled]


def _trimmed(row: Sequence[Cell]) -> tuple[Cell, ...]:
    """A line without the empty cells at its end."""
    width = min(len(row), MOST_COLUMNS)
    while width and row[width - 1] is None:
        width -= 1
    return tuple(v[:MOST_CELL_CHARACTERS] if isinstance(v, str) else v for v in row[:width])


def _mark_formulas(
    values: dict[str, list[tuple[Cell, ...]]], formulas: dict[str, list[tuple[Cell, ...]]]
) -> None:
    """Put a Formula where a cell has a formula and no value was kept."""
    for name, lines in values.items():
        for place, sources in enumerate(formulas.get(name, ())):
            if any(isinstance(source, str) and source.startswith("=") for source in sources):
                kept = lines[place] if place < len(lines) else ()
                cells = zip_longest(kept, sources[:MOST_COLUMNS])
                lines[place : place + 1] = [tuple(_or_formula(value, source) for value, source in cells)]


def _or_formula(value: Cell, source: Cell) -> Cell:
    is_formula = value is None and isinstance(source, str) and source.startswith("=")
    return Formula(str(source)) if is_formula else value


@dataclass(frozen=True)
class Look:
    """How a list looks in a spreadsheet: widths in characters, left, center or right for each column; what comes after
    `rows` lines are sums."""

    title: str
    widths: tuple[int, ...]
    aligns: tuple[str, ...]
    rows: int


def write_xlsx(
    path: Path, sheet: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]],
    look: Look | None = None,
) -> None:  # fmt: skip
    """Write a table. Text stays text, whatever it begins with. Raises EnvironmentFailure when the disk refuses."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    page = workbook.create_sheet(sheet)

    def cell(value: Cell) -> Any:
        if isinstance(value, Formula):
            value = value.text
        written = WriteOnlyCell(page, value=_printable(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            written.data_type = "s"
        return written

    dress = _dressing(page, look) if look is not None else None
    for number, row in enumerate(chain((headers,), rows)):
        line = [cell(value) for value in row]
        if dress is not None:
            dress(number, line)
        page.append(line)
    content = BytesIO()
    workbook.save(content)
    try:
        path.write_bytes(content.getvalue())
    except OSError as error:
        sentence = msg("写不了“{name}”：可能正被打开，或没有空间。请关闭它或换个位置再试。", name=path.name)
        raise EnvironmentFailure(sentence, details=str(error)) from error


def _dressing(page: Any, look: Look) -> Callable[[int, list[Any]], None]:
    """Set up the page, and return what gives the cells of line `number` their look: the head (0) heavy and always in
    sight, figures as figures, the sums heavy. Printed, the list is as wide as the paper."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    heavy, head, above = Font(bold=True), PatternFill("solid", fgColor="EEEEEE"), Border(top=Side("thin"))
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sides = {align: Alignment(horizontal=align, vertical="top") for align in ("center", "right")}
    wrapped = Alignment(vertical="top", wrap_text=True)
    for number, width in enumerate(look.widths, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(look.widths))}{look.rows + 1}"
    page.print_title_rows = "1:1"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", A4_PAPER
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.oddHeader.center.text, page.oddFooter.center.text = look.title.replace("&", "&&"), "&P / &N"

    def dress(number: int, line: list[Any]) -> None:
        if number == 0:
            for written in line:
                written.font, written.fill, written.alignment = heavy, head, middle
            return
        for written, align in zip(line, look.aligns, strict=True):
            written.number_format = _number_format(written.value, align)
            written.alignment = sides.get(align, wrapped)
        if number > look.rows:
            for written in line:
                written.font, written.border = heavy, above

    return dress


def _number_format(value: object, align: str) -> str:
    """Of a figure at the right edge with its thousands apart and its own decimals; of a time without seconds."""
    if isinstance(value, datetime):
        return "yyyy-mm-dd hh:mm"
    if isinstance(value, date):
        return "yyyy-mm-dd"
    if align != "right" or isinstance(value, (str, bool)) or value is None:
        return "General"
    places = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    return f"#,##0.{'0' * places}" if places > 0 else "#,##0"


def _printable(text: str) -> str:
    """Without control characters, which XML cannot hold."""
    return "".join(c for c in text if c >= " " or c in "\t\n")
