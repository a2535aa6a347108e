"""目录导入: a drug list from XLSX or CSV, looked at line by line before anything is written.

importing = CatalogueImport(desk)
table = importing.read(path)
mapping = importing.guess(table)                      # field -> column, corrected by the user
plan = importing.dry_run(table, mapping, is_whole=True)
result = importing.apply(plan)                        # one transaction
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import UserError
from app.i18n import tr
from app.interchange.catalogue_fields import BY_FIELD, TARGETS, BadCell, plain, target_of_header
from app.interchange.tables import RawRow, RawTable, read_table
from app.services.catalogue import keepers_of_catalogue, listed_on
from app.services.catalogue_update import (
    OWN,
    TOWNSHIP,
    DrugAction,
    EndedDrug,
    ListedDrug,
    PlannedDrug,
    UpdatePlan,
    apply_update,
    plan_update,
)
from app.services.document_steps import refuse_other_roles
from db.models import Drug

Columns = Mapping[str, int]
"""The column, from 0, of each field that the table has."""


@dataclass(frozen=True)
class CataloguePlan:
    """What an import would do: `update` drug by drug in the order of the lines. `table` and the rest as it was asked."""

    table: RawTable
    columns: Columns
    is_whole: bool
    update: UpdatePlan
    left_out_columns: tuple[str, ...] = field(default=())

    @property
    def rows(self) -> tuple[PlannedDrug, ...]:
        """Every line with what becomes of it."""
        return self.update.drugs

    @property
    def ended(self) -> tuple[EndedDrug, ...]:
        """The drugs that the list no longer has."""
        return self.update.ended

    @property
    def sentence(self) -> Message:
        """The whole in one sentence."""
        return self.update.sentence


class CatalogueImport:
    """目录导入 at one desk: the township's list at the township, the clinic's own drugs at the clinic."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def origin(self) -> str:
        """Whose drugs are imported here."""
        return TOWNSHIP if self._desk.place.kind == "township" else OWN

    def read(self, path: Path, sheet: str | None = None) -> RawTable:
        """The table in a file. Raises UserError, EnvironmentFailure."""
        return read_table(path, sheet, target_of_header)

    def guess(self, table: RawTable) -> dict[str, int]:
        """Which column holds what, by the headers; of two alike the first."""
        found: dict[str, int] = {}
        for index, header in enumerate(table.headers):
            target = target_of_header(header)
            if target is not None:
                found.setdefault(target, index)
        return found

    def dry_run(
        self, table: RawTable, columns: Columns, *, is_whole: bool = True, valid_from: date | None = None
    ) -> CataloguePlan:
        """What every line would do. `is_whole`: what the table lacks ends. `valid_from` None is today.

        Raises UserError without a column of codes, for a column that is not there, or for a list of the future.
        """
        day = valid_from or self._desk.today()
        self._refuse_impossible(table, columns, day)
        listed = [_listed(row, columns) for row in table.rows]
        with self._desk.sessions.reading() as session:
            update = plan_update(session, self._desk, listed, origin=self.origin, day=day, is_whole=is_whole)
        named = set(columns.values())
        left_out = tuple(header for index, header in enumerate(table.headers) if header and index not in named)
        return CataloguePlan(table, dict(columns), is_whole, update, left_out)

    def apply(self, plan: CataloguePlan) -> UpdatePlan:
        """Write the plan in one transaction. Raises UserError when the catalogue or the stock has changed since.

        Raises DocumentRefused for who does not keep the list (`keepers_of_catalogue`).
        """
        refuse_other_roles(self._desk, keepers_of_catalogue(self._desk))
        listed = [row.listed for row in plan.rows]
        with self._desk.sessions.writing() as session:
            again = plan_update(
                session, self._desk, listed, origin=self.origin, day=plan.update.day, is_whole=plan.is_whole
            )
            if again.outcome != plan.update.outcome:
                raise UserError(msg("核对之后目录或库存又有了改动，什么也没有导入。请重新核对一遍，再点“导入”。"))
            listed_before = session.scalar(select(func.count()).select_from(Drug).where(Drug.valid_to.is_(None))) or 0
            if plan.is_whole and listed_before and not _takes_anything(again):
                raise UserError(msg("这张表没有一行可以导入，照它更新会停用整个目录。没有改动，请核对是不是这个文件。"))
            apply_update(session, self._desk, again)
        return again

    def save_report(self, plan: CataloguePlan, path: Path) -> int:
        """Write every line with what becomes of it and why as XLSX; returns how many."""
        from app.interchange.xlsx_files import write_xlsx

        rows: list[tuple[object, ...]] = [
            (
                row.listed.line, row.listed.code, row.name, tr(row.action.label),
                "\n".join(tr(reason) for reason in (*row.reasons, *row.notes)),
                tr("；").join(_told(change.field, change.before, change.after) for change in row.changes),
            )
            for row in plan.rows
        ]  # fmt: skip
        rows += [("", gone.code, gone.name, tr("停用"), tr(gone.sentence), "") for gone in plan.ended]
        headers = [tr("行号"), tr("编码"), tr("药品"), tr("处理"), tr("说明"), tr("改动")]
        write_xlsx(path, tr("目录导入"), headers, rows)
        return len(rows)

    def save_list(self, path: Path) -> int:
        """Write the drugs that are listed today as XLSX, in columns that can be imported again; returns how many."""
        from app.interchange.xlsx_files import write_xlsx

        with self._desk.sessions.reading() as session:
            drugs = session.scalars(
                select(Drug).where(listed_on(self._desk.today())).order_by(Drug.generic_name, Drug.code)
            ).all()
        rows = [[_exported(target.field, getattr(drug, target.field)) for target in TARGETS] for drug in drugs]
        # The words of the source language, whatever the window speaks: they are what the import knows.
        write_xlsx(path, "药品目录", [str(target.label) for target in TARGETS], rows)
        return len(rows)

    def _refuse_impossible(self, table: RawTable, columns: Columns, day: date) -> None:
        if "code" not in columns:
            raise UserError(msg("表格里没有“药品编码”这一列，没有导入。请指定哪一列是编码。"))
        width = max(len(table.headers), *(len(row.cells) for row in table.rows))
        if any(name not in BY_FIELD or not 0 <= index < width for name, index in columns.items()):
            raise UserError(msg("对应关系和表格对不上，没有导入。请重新指定各列。"))
        if day > self._desk.today():
            raise UserError(msg("目录从 {day} 起有效，还没有到。请到那一天再导入。", day=day))


def _takes_anything(plan: UpdatePlan) -> bool:
    return any(plan.of(action) for action in (DrugAction.ADD, DrugAction.CHANGE, DrugAction.SAME))


def _listed(row: RawRow, columns: Columns) -> ListedDrug:
    """One line as a drug: what its cells say, and a sentence for each that can't be read."""
    values: dict[str, Any] = {}
    problems: list[Message] = []
    for name, index in columns.items():
        cell = row.cell(index)
        if not plain(cell):
            continue
        try:
            values[name] = BY_FIELD[name].read(cell)
        except BadCell as error:
            problems.append(
                msg("{column}“{value}”：{problem}。", column=BY_FIELD[name].label, value=plain(cell)[:30], problem=error.message)
            )
    code = str(values.pop("code", ""))
    if not code and not problems:
        problems.append(msg("没有药品编码，没有导入。"))
    valid_from, valid_to = values.pop("valid_from", None), values.pop("valid_to", None)
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        problems.append(msg("失效日期 {end} 早于生效日期 {start}。", end=valid_to, start=valid_from))
    return ListedDrug(code, values, row.line, tuple(problems), valid_from, valid_to)


def _exported(name: str, value: object) -> str | int | None:
    """A stored value as a cell that the import reads back; unknown is an empty cell."""
    if value in (None, "", "?"):
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "essential":
        return "是" if value == "Y" else "否"
    if name == "price_fen":
        return _yuan(value)
    return value if isinstance(value, int) else str(value)


def _told(name: str, before: object, after: object) -> str:
    label = BY_FIELD[name].label if name in BY_FIELD else msg("{name}", name=name)
    if name == "price_fen":
        before, after = _yuan(before), _yuan(after)
    empty = tr("空")
    return tr("{field} {before} → {after}", field=tr(label), before=_shown(before, empty), after=_shown(after, empty))


def _yuan(fen: object) -> str:
    return "" if not isinstance(fen, int) else f"{fen // 100}.{fen % 100:02d}"


def _shown(value: object, empty: str) -> str:
    if isinstance(value, bool):
        return tr("是") if value else tr("否")
    return empty if value in (None, "") else str(value)
