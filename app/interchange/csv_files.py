"""CSV files: which characters they are written in, read without guessing blindly, and written safely for Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.domain.message import msg
from app.errors import EnvironmentFailure, UserError
from app.interchange.tables import MOST_CELL_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Cell, Formula, too_large

COMMON_SHARE = 0.5
"""At least so much of a Chinese text in GB 18030 are characters of the first level of GB 2312 (3,755 of them).

Seen: rosters 0.9; Big5 and damaged UTF-8 read as GB 18030 0.2 to 0.3; Japanese 0."""
_SEPARATORS = ",\t;，"
_MARKS_OF_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"SQLite format 3", "SQLite"),
)
DANGEROUS_FIRST = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be calculated by Excel."""


def read_csv(path: Path) -> tuple[str, list[tuple[Cell, ...]]]:
    """The encoding and the cells. Raises UserError for what is no table."""
    content = path.read_bytes()
    encoding, text = decoded(path.name, content)
    separator = _separator(text)
    lines: list[tuple[Cell, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            lines.append(tuple(cell[:MOST_CELL_CHARACTERS] for cell in row[:MOST_COLUMNS]))
            if len(lines) > MOST_ROWS + 50:
                raise UserError(too_large(path.name))
    except csv.Error as error:
        sentence = msg(
            "“{name}”第 {line} 行附近的引号不成对，读不下去，什么也没有导入。请用 Excel 或 WPS 打开，另存为 .xlsx，再导入。",
            name=path.name,
            line=len(lines) + 1,
        )
        raise UserError(sentence, details=str(error)) from error
    while lines and not any(str(cell).strip() for cell in lines[-1]):
        lines.pop()
    if not lines:
        raise UserError(msg("“{name}”里没有内容，请核对是不是这个文件。", name=path.name))
    return encoding, lines


def decoded(name: str, content: bytes) -> tuple[str, str]:
    """The encoding and the text of a CSV file: UTF-8 with or without mark, UTF-16 with mark, GB 18030."""
    for mark, kind in _MARKS_OF_OTHERS:
        if content.startswith(mark):
            raise UserError(
                msg("“{name}”是 {kind} 文件，不是表格。请选择 .xlsx 或 .csv 文件。", name=name, kind=kind)
            )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16", _strictly(name, content, "utf-16")
    if b"\x00" in content:
        raise UserError(msg("“{name}”不是表格。请选择 .xlsx 或 .csv 文件。", name=name))
    head = content[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        sentence = msg("“{name}”其实是网页格式。请用 Excel 或 WPS 打开，另存为 .xlsx，再导入。", name=name)
        raise UserError(sentence)
    try:
        return "UTF-8", content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _strictly(name, content, "gb18030")
    if not _looks_chinese(text):
        raise _unreadable(name)
    return "GB 18030", text


def _strictly(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(name) from error


def _unreadable(name: str) -> UserError:
    return UserError(
        msg(
            "“{name}”的文字编码认不出来。请用 Excel 或 WPS 打开，另存为 .xlsx，或“CSV UTF-8”，再导入。",
            name=name,
        )
    )


def _looks_chinese(text: str) -> bool:
    """Whether a text decoded as GB 18030 consists of usual characters: damaged UTF-8 and Big5 do not."""
    foreign = [c for c in text if c > "\x7f"]
    common = sum(_is_common(c) for c in foreign)
    return common >= COMMON_SHARE * len(foreign)


def _is_common(character: str) -> bool:
    try:
        first, *rest = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return bool(rest) and (0xB0 <= first <= 0xD7 or 0xA1 <= first <= 0xA3)


def _separator(text: str) -> str:
    """The separator that the first lines have most of."""
    head = text[:4000]
    return max(_SEPARATORS, key=lambda separator: (head.count(separator), separator == ","))


def write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table in UTF-8 with mark, as Excel expects it. Raises EnvironmentFailure when the disk refuses."""
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([harmless(header) for header in headers])
            writer.writerows([harmless(value) for value in row] for row in rows)
    except OSError as error:
        sentence = msg("写不了“{name}”：可能正被打开，或没有空间。请关闭它或换个位置再试。", name=path.name)
        raise EnvironmentFailure(sentence, details=str(error)) from error


def harmless(value: Cell) -> str:
    """A value as CSV text that Excel does not calculate: text that begins with = + - @ gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, Formula):
        value = value.text
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(DANGEROUS_FIRST) else text
