"""The dry run of a roster: what every line would do, and why, with nothing written.

A line is matched by ID number, then by record number, then by name and birth. The last is only asked about: two people may
share both. An empty cell never erases anything. Lines with the same ID number, and lines that agree in name and birth
without one, are one person once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.names import fold_name
from app.errors import UserError
from app.interchange.mapping import Mapping
from app.interchange.roster_households import RosterHousehold, household_by_line, households_of
from app.interchange.roster_known import Known, Person
from app.interchange.roster_rows import RosterRow, RowReader
from app.interchange.tables import RawTable
from app.services.progress import CancelledCheck, Report, never_cancelled, quiet_report, stop_if
from app.services.record_numbers import highest_given
from app.services.resident_views import ACTIVE, STATE_LABELS, FieldChange
from db.queries.roster import state_of_database

_STEP = 500


class Action(StrEnum):
    """What a line does: a new resident, a correction, nothing, a question, or a refusal."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    ASK = "ask"
    REFUSE = "refuse"


ACTION_LABELS: dict[Action, Message] = {
    Action.ADD: msg("新增"),
    Action.CHANGE: msg("更改"),
    Action.SAME: msg("相同"),
    Action.ASK: msg("请确认"),
    Action.REFUSE: msg("退回"),
}
TAKE_NEW, TAKE_SAME, SKIP = "add", "change", "skip"
"""What the user may decide about a line that asks: a new person, the person on file, leave it out."""


@dataclass(frozen=True)
class PlannedRow:
    """One line: what it does, what changes (from → to), and why. `resident_id` of who is on file, None for a new person."""

    line: int
    action: Action
    name: str
    resident_id: str | None
    changes: tuple[FieldChange, ...]
    reasons: tuple[Message, ...]
    notes: tuple[Message, ...]
    row: RosterRow = field(repr=False)
    person: Person | None = field(default=None, repr=False)
    household: RosterHousehold | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do. Nothing is written before `apply`, which looks whether the database is still the same."""

    table: RawTable
    mapping: Mapping
    decisions: MappingOf[int, str]
    rows: tuple[PlannedRow, ...]
    database_state: tuple[int, str]
    known: Known = field(repr=False, compare=False)

    def count(self, action: Action) -> int:
        """How many lines do this."""
        return self.counts[action]

    @property
    def counts(self) -> Counter[Action]:
        """How many lines do what."""
        return Counter(row.action for row in self.rows)

    @property
    def left_out(self) -> tuple[PlannedRow, ...]:
        """The lines that are not imported: refused, and asked about without an answer."""
        return tuple(row for row in self.rows if row.action in (Action.REFUSE, Action.ASK))

    @property
    def outcome(self) -> tuple[tuple[int, Action, str | None, tuple[FieldChange, ...]], ...]:
        """What two plans must agree in to be the same."""
        return tuple((row.line, row.action, row.resident_id, row.changes) for row in self.rows)


def make_plan(
    session: Session,
    desk: Desk,
    table: RawTable,
    mapping: Mapping,
    decisions: MappingOf[int, str],
    report: Report = quiet_report,
    cancelled: CancelledCheck = never_cancelled,
) -> ImportPlan:
    """Look at every line. Raises UserError when the mapping lacks what every resident needs."""
    problems = mapping.problems()
    if problems:
        raise UserError(problems[0])
    reader = RowReader(mapping, desk.today())
    read: list[RosterRow] = []
    for place, raw in enumerate(table.rows):
        if place % _STEP == 0:
            stop_if(cancelled)
            report(place, len(table.rows), msg("正在核对第 {line} 行。", line=raw.line))
        read.append(reader.read(raw))
    report(len(table.rows), len(table.rows), msg("正在与档案比较。"))
    stop_if(cancelled)
    known = Known(session, desk, read)
    households = household_by_line(households_of(read))
    planner = _Planner(desk, known, decisions)
    rows = [planner.plan(row, households.get(row.line)) for row in read]
    _refuse_beyond_serials(session, desk, rows)
    return ImportPlan(table, mapping, dict(decisions), tuple(rows), state_of_database(session), known)


class _Planner:
    """Plans line by line; remembers what earlier lines of the same file have taken."""

    def __init__(self, desk: Desk, known: Known, decisions: MappingOf[int, str]) -> None:
        self._today = desk.today()
        self._known = known
        self._decisions = decisions
        self._by_id: dict[str, int] = {}
        self._by_record: dict[str, int] = {}
        self._by_birth: dict[tuple[str, str], int] = {}

    def plan(self, row: RosterRow, household: RosterHousehold | None) -> PlannedRow:
        """What one line does."""
        reasons = list(row.refusals) or self._same_as_earlier(row)
        if reasons:
            return self._planned(row, Action.REFUSE, reasons, household)
        self._remember(row)
        found = self._match(row, household)
        decision = self._decisions.get(row.line)
        if found.action is Action.REFUSE:
            return found
        questions = (*found.reasons, *row.questions)
        if decision == SKIP:
            return replace(found, action=Action.REFUSE, reasons=(msg("您选择了不导入这一行。"),), changes=())
        if questions and decision is None:
            return replace(found, action=Action.ASK, reasons=questions)
        if decision == TAKE_NEW and found.person is not None:
            return self._planned(row, Action.ADD, [], household)
        return replace(found, reasons=())

    def _match(self, row: RosterRow, household: RosterHousehold | None) -> PlannedRow:
        """Who on file a line is, with a question where that is not certain."""
        by_id = self._known.by_id.get(row.info.get("id_number", ""))
        number = row.cover.get("record_no", "")
        by_number = self._known.by_record.get(number)
        if by_id is not None:
            if by_number is not None and by_number is not by_id:
                sentence = msg(
                    "档案编号 {number} 是{name}的，身份证号是另一个人的。", number=number, name=by_number.name
                )
                return self._planned(row, Action.REFUSE, [sentence], household)
            questions = []
            if fold_name(by_id.name) != row.name_key:
                questions.append(
                    msg("身份证号相同，档案里的姓名是“{name}”，请确认是不是改了名。", name=by_id.name)
                )
            return self._compared(row, by_id, questions, household)
        if by_number is not None:
            if fold_name(by_number.name) != row.name_key or self._known.differ_in_id(by_number, row):
                sentence = msg("档案编号 {number} 已经是{name}的。", number=number, name=by_number.name)
                return self._planned(row, Action.REFUSE, [sentence], household)
            return self._compared(row, by_number, [], household)
        alike = self._known.alike(row)
        if alike is not None:
            sentence = msg(
                "档案里已有同名同出生日期的{name}（档案号 {number}），请确认是不是同一个人。",
                name=alike.name,
                number=alike.columns["record_no"] or "—",
            )
            return self._compared(row, alike, [sentence], household)
        return self._planned(row, Action.ADD, [], household)

    def _compared(
        self, row: RosterRow, person: Person, questions: list[Message], household: RosterHousehold | None
    ) -> PlannedRow:
        changes = self._known.changes(person, row, household)
        if person.columns["state"] != ACTIVE:
            state = STATE_LABELS[person.columns["state"]]
            if changes:
                sentence = msg(
                    "{name}在档案里是“{state}”，请确认还要不要更改。", name=person.name, state=state
                )
                questions = [*questions, sentence]
            else:
                row.notes.append(msg("{name}在档案里是“{state}”。", name=person.name, state=state))
        action = Action.CHANGE if changes else Action.SAME
        if action is Action.SAME and not questions:
            row.questions.clear()  # nothing would be written, so nothing needs to be asked
        return PlannedRow(
            row.line,
            action,
            row.name,
            person.id,
            tuple(changes),
            tuple(questions),
            tuple(row.notes),
            row,
            person,
            household,
        )

    def _planned(
        self, row: RosterRow, action: Action, reasons: Sequence[Message], household: RosterHousehold | None
    ) -> PlannedRow:
        return PlannedRow(
            row.line, action, row.name, None, (), tuple(reasons), tuple(row.notes), row, None, household
        )

    def _same_as_earlier(self, row: RosterRow) -> list[Message]:
        """Why a line is the same person as an earlier one of the file."""
        earlier = self._by_id.get(row.info.get("id_number", ""))
        if earlier is not None:
            return [msg("身份证号与第 {line} 行相同，一个人只导入一次。", line=earlier)]
        earlier = self._by_record.get(row.cover.get("record_no", ""))
        if earlier is not None:
            return [msg("档案编号与第 {line} 行相同。", line=earlier)]
        earlier = self._by_birth.get((row.name_key, row.birth))
        if earlier is not None and "id_number" not in row.info and self._decisions.get(row.line) != TAKE_NEW:
            return [msg("姓名和出生日期与第 {line} 行相同，又没有身份证号，像是同一个人。", line=earlier)]
        return []

    def _remember(self, row: RosterRow) -> None:
        if number := row.info.get("id_number"):
            self._by_id[number] = row.line
        if number := row.cover.get("record_no"):
            self._by_record[number] = row.line
        self._by_birth.setdefault((row.name_key, row.birth), row.line)


def _refuse_beyond_serials(session: Session, desk: Desk, rows: list[PlannedRow]) -> None:
    """New residents without a number need serials, and the desk a prefix."""
    needing = [row for row in rows if row.action is Action.ADD and "record_no" not in row.row.cover]
    if not needing:
        return
    prefix = desk.place.record_prefix
    if not prefix:
        raise UserError(
            msg("还没有设置本村健康档案编号的前 12 位，名单里也没有档案编号。请先在设置里填写，再导入。")
        )
    left = 99_999 - highest_given(session, prefix)
    if len(needing) > left:
        sentence = msg(
            "{prefix} 下只剩 {left} 个编号，名单里有 {count} 位新居民。",
            prefix=prefix,
            left=left,
            count=len(needing),
        )
        raise UserError(sentence)
