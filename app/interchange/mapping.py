"""Which column of a table holds what, and by which list its codes are numbered: guessed, corrected, kept as JSON.

A mapping names columns by their headers, so that it fits the next table of the same origin; columns without a header, or
with a header that occurs twice, are named by their place too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.domain.id_number import clean_id_text
from app.domain.kinship import short_relation
from app.domain.message import Message, msg
from app.errors import EnvironmentFailure, UserError
from app.interchange.roster_fields import CODED, DISEASE_TARGETS, TARGETS, target_of_header
from app.interchange.tables import RawRow, RawTable
from app.interchange.values import CODINGS, cell_text
from app.reference import ethnic_groups

VERSION = 1
SAMPLE_ROWS = 200
RECOGNISED_SHARE = 0.8
_MANY_COLUMNS = frozenset(DISEASE_TARGETS)
"""Targets that several columns may hold (高血压 and 高血压确诊时间)."""


@dataclass(frozen=True)
class ColumnMapping:
    """One column: its place from 0, its header, what it holds (None: left out), how that was found (header, content, hand)."""

    index: int
    header: str
    target: str | None
    found_by: str = ""


@dataclass(frozen=True)
class Mapping:
    """What every column holds.

    `codings` names for a target the list by which codes in its column are numbered ("form", "gb", "vendor", "2011");
    without it a code of a list with several numberings is not taken, only labels are.
    `keep_unverified_ids`: ID numbers that fail their check are kept as text and marked 待核实 instead of refused.
    """

    columns: tuple[ColumnMapping, ...]
    codings: MappingOf[str, str] = field(default_factory=dict)
    keep_unverified_ids: bool = False

    def columns_of(self, target: str) -> list[int]:
        """The places of the columns that hold a target."""
        return [column.index for column in self.columns if column.target == target]

    def with_target(self, index: int, target: str | None) -> Mapping:
        """The mapping with one column corrected; another column that held the target lets go of it."""
        if target is not None and target not in TARGETS:
            raise UserError(msg("没有“{target}”这一项可以对应。", target=target))
        columns = []
        for column in self.columns:
            if column.index == index:
                column = replace(column, target=target, found_by="hand")
            elif target is not None and column.target == target and target not in _MANY_COLUMNS:
                column = replace(column, target=None, found_by="hand")
            columns.append(column)
        return replace(self, columns=tuple(columns))

    def with_coding(self, target: str, coding: str) -> Mapping:
        """The mapping with the numbering of one target settled."""
        if coding not in CODINGS.get(target, {}):
            raise UserError(msg("“{target}”没有“{coding}”这种编码。", target=target, coding=coding))
        return replace(self, codings={**self.codings, target: coding})

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The headers of columns that are left out."""
        return tuple(column.header for column in self.columns if column.target is None and column.header)

    def problems(self) -> tuple[Message, ...]:
        """Why nothing can be imported with this mapping; empty when it can."""
        held = {column.target for column in self.columns}
        found = []
        if "name" not in held:
            found.append(msg("没有找到“姓名”这一列，请指定哪一列是姓名。"))
        if "id_number" not in held and not {"birth_date", "sex"} <= held:
            found.append(msg("没有“身份证号”一列时，要有“性别”和“出生日期”两列，请指定。"))
        return tuple(found)


def guess_mapping(table: RawTable) -> Mapping:
    """What the columns hold, by their headers, then by what stands in the first rows. Never two columns for one target."""
    width = max([len(table.headers), *(len(row.cells) for row in table.rows[:SAMPLE_ROWS])])
    headers = [table.headers[i] if i < len(table.headers) else "" for i in range(width)]
    columns: list[ColumnMapping] = []
    taken: set[str] = set()
    for index, header in enumerate(headers):
        target = target_of_header(header)
        if target in taken and target not in _MANY_COLUMNS:
            target = None
        taken |= {target} if target else set()
        columns.append(ColumnMapping(index, header, target, "header" if target else ""))
    for index, column in enumerate(columns):
        if column.target is None:
            target = _by_content(table.rows, index)
            if target is not None and target not in taken:
                taken.add(target)
                columns[index] = replace(column, target=target, found_by="content")
    mapping = Mapping(tuple(columns))
    return replace(mapping, codings=_guess_codings(table, mapping))


def _samples(rows: Sequence[RawRow], index: int) -> list[str]:
    texts = (cell_text(row.cell(index)) for row in rows[:SAMPLE_ROWS])
    return [text for text in texts if text]


def _by_content(rows: Sequence[RawRow], index: int) -> str | None:
    """The target of a column without a known header, when most of its cells look alike and like one thing only."""
    samples = _samples(rows, index)
    if len(samples) < 2:
        return None
    ethnic = {group.name for group in ethnic_groups()}
    looks = {
        "id_number": sum(bool(re.fullmatch(r"[1-9]\d{16}[\dX]", clean_id_text(text))) for text in samples),
        "record_no": sum(bool(re.fullmatch(r"[1-9]\d{16}", clean_id_text(text))) for text in samples),
        "phone": sum(bool(re.fullmatch(r"1[3-9]\d{9}", clean_id_text(text))) for text in samples),
        "sex": sum(text in ("男", "女", "男性", "女性") for text in samples),
        "ethnic_group": sum(text in ethnic for text in samples),
        "relation": sum(bool(short_relation(text)) and not text.isdigit() for text in samples),
        "group_name": sum(
            bool(re.fullmatch(r"第?[0-9一二三四五六七八九十]+(村民)?[组队]", text)) for text in samples
        ),
    }
    if looks["sex"] == len(samples):
        return "sex"
    best = max(looks, key=lambda target: looks[target])
    return best if looks[best] >= RECOGNISED_SHARE * len(samples) else None


def _codes(table: RawTable, mapping: Mapping, target: str) -> set[str]:
    """The codes, as against labels, that stand in the first rows of a target's columns."""
    texts = (text for index in mapping.columns_of(target) for text in _samples(table.rows, index))
    return {text for text in texts if text.isdigit()}


def _fitting(target: str, codes: set[str]) -> tuple[str, ...]:
    return tuple(name for name, coding in CODINGS[target].items() if codes <= set(coding))


def _guess_codings(table: RawTable, mapping: Mapping) -> dict[str, str]:
    """The numbering of coded columns, where the codes themselves tell it: all lists that have them agree on them."""
    found = {}
    for target in CODED:
        codes = _codes(table, mapping, target)
        fitting = _fitting(target, codes) if codes else ()
        meanings = {tuple(CODINGS[target][name][code] for code in sorted(codes)) for name in fitting}
        if len(meanings) == 1:
            found[target] = fitting[0]
    return found


def questions(table: RawTable, mapping: Mapping) -> dict[str, tuple[str, ...]]:
    """Targets whose column holds codes of which the numbering is not settled, with the numberings that could be meant."""
    unsettled = (target for target in CODED if target not in mapping.codings)
    return {
        target: _fitting(target, codes) for target in unsettled if (codes := _codes(table, mapping, target))
    }


def save_mapping(mapping: Mapping, path: Path) -> None:
    """Keep a mapping as JSON that a person can read and edit."""
    content = {
        "version": VERSION,
        "columns": [
            {"column": column.index + 1, "header": column.header, "target": column.target}
            for column in mapping.columns
        ],
        "codings": dict(mapping.codings),
        "keep_unverified_ids": mapping.keep_unverified_ids,
    }
    try:
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        sentence = msg("写不了“{name}”：没有空间或没有权限，请换个位置再试。", name=path.name)
        raise EnvironmentFailure(sentence, details=str(error)) from error


def load_mapping(path: Path, table: RawTable) -> Mapping:
    """A kept mapping laid over a table: by header, by place where there is no header of that name.

    Raises UserError for a file that is no mapping, or that names columns which the table does not have.
    """
    content = _read_json(path)
    start = guess_mapping(table)
    columns = [replace(column, target=None, found_by="") for column in start.columns]
    for entry in content["columns"]:
        place = _place(columns, entry)
        if place is None and entry.get("target"):
            sentence = msg(
                "表格里没有“{header}”这一列，对应关系不适合这个表格。",
                header=entry.get("header") or entry.get("column"),
            )
            raise UserError(sentence)
        if place is not None:
            columns[place] = replace(columns[place], target=entry.get("target"), found_by="hand")
    mapping = Mapping(tuple(columns), keep_unverified_ids=bool(content.get("keep_unverified_ids", False)))
    for target, coding in dict(content.get("codings", {})).items():
        mapping = mapping.with_coding(target, coding)
    return mapping


def _read_json(path: Path) -> dict[str, list[dict[str, object]]]:
    wrong = msg("“{name}”不是对应关系文件，请重新指定。", name=path.name)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(msg("读不出“{name}”，请核对文件名和位置。", name=path.name)) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UserError(wrong) from error
    if not isinstance(content, dict) or not isinstance(content.get("columns"), list):
        raise UserError(wrong)
    for entry in content["columns"]:
        if not isinstance(entry, dict) or entry.get("target") not in (None, "", *TARGETS):
            raise UserError(wrong)
    return content


def _place(columns: Sequence[ColumnMapping], entry: MappingOf[str, object]) -> int | None:
    same = [column.index for column in columns if column.header == entry.get("header") and column.header]
    number = entry.get("column")
    by_number = number - 1 if isinstance(number, int) and 0 < number <= len(columns) else None
    if by_number in same or (not same and not entry.get("header")):
        return by_number
    return same[0] if same else None
