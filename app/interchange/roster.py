"""名单导入: residents from a spreadsheet, looked at line by line before anything is written.

roster = RosterImport(desk)
table = roster.read(path)
mapping = roster.guess(table)           # corrected by the user, kept with save_mapping
plan = roster.dry_run(table, mapping)   # nothing is written
result = roster.apply(plan)             # one transaction
roster.save_refused(plan, path)         # the lines that were left out, each with its reason
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import UserError
from app.i18n import tr
from app.interchange.mapping import Mapping, guess_mapping, load_mapping
from app.interchange.roster_plan import Action, ImportPlan, make_plan
from app.interchange.tables import RawTable, read_table
from app.services.progress import CancelledCheck, Report, never_cancelled, quiet_report

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REASON_HEADER = "未导入的原因"
LINE_HEADER = "原来的行号"


@dataclass(frozen=True)
class DiseaseFound:
    """A disease that the roster names for a resident who is not under management for it; `since` "2019-05" or ""."""

    resident_id: str
    name: str
    disease: str
    since: str


@dataclass(frozen=True)
class ImportResult:
    """What an import did: how many lines of each kind, and whom it would be good to enrol."""

    added: int
    changed: int
    same: int
    left_out: int
    households: int
    resident_ids: MappingOf[int, str]
    """The resident of each imported line, by line."""
    diseases: tuple[DiseaseFound, ...]

    @property
    def sentence(self) -> Message:
        """The result in one sentence."""
        return msg(
            "新增 {added} 人，更改 {changed} 人，相同 {same} 人，退回和没确认 {left_out} 行；新建 {households} 户。",
            added=self.added,
            changed=self.changed,
            same=self.same,
            left_out=self.left_out,
            households=self.households,
        )


class RosterImport:
    """名单导入 on one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def read(self, path: Path, sheet: str | None = None) -> RawTable:
        """The table in a file. Raises UserError, EnvironmentFailure."""
        return read_table(path, sheet)

    def guess(self, table: RawTable) -> Mapping:
        """What the columns probably hold."""
        return guess_mapping(table)

    def load_mapping(self, path: Path, table: RawTable) -> Mapping:
        """A mapping kept earlier, laid over this table. Raises UserError."""
        return load_mapping(path, table)

    def dry_run(
        self,
        table: RawTable,
        mapping: Mapping,
        *,
        decisions: MappingOf[int, str] | None = None,
        report: Report = quiet_report,
        cancelled: CancelledCheck = never_cancelled,
    ) -> ImportPlan:
        """What every line would do. `decisions` by line: add (a new person), change (the one on file) or skip."""
        with self._desk.sessions.reading() as session:
            return make_plan(session, self._desk, table, mapping, decisions or {}, report, cancelled)

    def apply(
        self,
        plan: ImportPlan,
        report: Report = quiet_report,
        cancelled: CancelledCheck = never_cancelled,
    ) -> ImportResult:
        """Write the lines that add and change, in one transaction. Raises Cancelled, after which nothing is changed.

        When the database has changed since the dry run the lines are looked at again; a different outcome is refused
        with UserError, and has to be looked at by the user first.
        """
        from app.interchange.roster_write import RosterWriter
        from db.queries.roster import state_of_database

        now = self._desk.now()
        desk = replace(self._desk, clock=lambda: now)
        with desk.sessions.writing() as session:
            if state_of_database(session) != plan.database_state:
                plan = self._looked_at_again(session, desk, plan, cancelled)
            written = RosterWriter(session, desk, plan.known).write(plan, report, cancelled)
        return ImportResult(
            added=plan.count(Action.ADD),
            changed=plan.count(Action.CHANGE),
            same=plan.count(Action.SAME),
            left_out=len(plan.left_out),
            households=len(written.households),
            resident_ids=written.ids,
            diseases=_diseases(plan, written.ids),
        )

    def save_refused(self, plan: ImportPlan, path: Path) -> int:
        """Write the lines that were left out as XLSX, with the reason in front; returns how many."""
        from app.interchange.xlsx_files import write_xlsx

        width = max((len(row.cells) for row in plan.table.rows), default=0)
        headers = [plan.table.headers[i] if i < len(plan.table.headers) else "" for i in range(width)]
        cells = {row.line: row.cells for row in plan.table.rows}
        rows = [
            (tr("；").join(tr(reason) for reason in row.reasons), row.line, *cells[row.line])
            for row in plan.left_out
        ]
        write_xlsx(path, "未导入", [REASON_HEADER, LINE_HEADER, *headers], rows)
        return len(rows)

    def _looked_at_again(
        self, session: Session, desk: Desk, plan: ImportPlan, cancelled: CancelledCheck
    ) -> ImportPlan:
        again = make_plan(session, desk, plan.table, plan.mapping, plan.decisions, cancelled=cancelled)
        if again.outcome != plan.outcome:
            raise UserError(msg("核对名单之后，档案又有了改动，什么也没有导入。请重新核对一遍，再点“导入”。"))
        return again


def _diseases(plan: ImportPlan, ids: MappingOf[int, str]) -> tuple[DiseaseFound, ...]:
    found = []
    for row in plan.rows:
        resident_id = ids.get(row.line) or (row.resident_id if row.action is Action.SAME else None)
        for disease, since in row.row.diseases.items():
            if resident_id is not None and (resident_id, disease) not in plan.known.managed:
                found.append(DiseaseFound(resident_id, row.name, disease, since))
    return tuple(found)
