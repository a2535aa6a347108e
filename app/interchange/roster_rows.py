"""One line of a roster as the answers of a resident, with what is wrong with it. Looks at no other line and no database.

What makes a line useless (no name, an ID number that fails) refuses it; a value that cannot be understood is left out and
said; what may be right but is unlikely (sex against the ID number) is asked about.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.id_number import IdNumber, parse_id_number
from app.domain.kinship import HEAD, LONGEST, short_relation, stored_relation
from app.domain.message import Message, msg
from app.domain.names import fold_name, name_problem, name_warning, normalize_name
from app.domain.phones import check_phone
from app.domain.record_number import parse_record_number
from app.forms.kinds import Choice, Choices, Unreadable, first_day
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.vocabulary import Context, Level
from app.interchange.mapping import Mapping
from app.interchange.roster_fields import COVER_TARGETS, INFO_TARGETS, label_of
from app.interchange.tables import Cell, Formula, RawRow
from app.interchange.values import (
    LOST_DIGITS,
    birth_text,
    cell_text,
    id_text,
    read_choice,
    read_diseases,
    read_distance,
    read_flag,
)
from app.services.resident_views import CHILD_UP_TO_YEARS, ID_TO_VERIFY, ID_UPGRADED, ID_VALID, age_of

NEWBORN_REASON, OTHER_REASON = "新生儿未上户", "其他"
_LONGEST_GROUP, _LONGEST_NUMBER, _LONGEST_NOTE = 30, 20, 100
_ASKED_CODES = frozenset({"id_number", "birth_date"})


@dataclass
class RosterRow:
    """A line as read. `cover` and `info` are canonical answers, without those that were not given.

    `missing` are the answers that a complete form would need.
    `refusals` make it useless, `questions` have to be answered, `notes` only say what was left out or filled in.
    """

    line: int
    name: str = ""
    cover: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    id_state: str = ""
    household_number: str = ""
    group_name: str = ""
    head_name: str = ""
    relation: str = ""
    distance_km: Decimal | None = None
    care_note: str = ""
    diseases: dict[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    refusals: list[Message] = field(default_factory=list)
    questions: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)

    @property
    def name_key(self) -> str:
        """The folded name."""
        return fold_name(self.name)

    @property
    def birth(self) -> str:
        """The birth as written, "" for none."""
        return self.info.get("birth_date", "")

    @property
    def is_head(self) -> bool:
        """Whether the line itself says that this is the head of the household."""
        return self.relation == HEAD or bool(self.head_name and fold_name(self.head_name) == self.name_key)

    def is_child(self, today: date) -> bool:
        """Of 0–6 years, for whom the 个人基本信息表 is not filled."""
        age = age_of(first_day(self.birth), today) if self.birth else None
        return age is not None and age <= CHILD_UP_TO_YEARS


class RowReader:
    """Reads the lines of one table by one mapping."""

    def __init__(self, mapping: Mapping, today: date) -> None:
        self._mapping = mapping
        self._today = today
        self._places = {
            target: mapping.columns_of(target)
            for target in {column.target for column in mapping.columns}
            if target is not None
        }

    def read(self, raw: RawRow) -> RosterRow:
        """One line. Never raises for what stands in it."""
        row = RosterRow(raw.line)
        cells = {target: _first_filled(raw, places) for target, places in self._places.items()}
        for target, cell in cells.items():
            if isinstance(cell, Formula):
                row.refusals.append(
                    msg(
                        "“{field}”是公式，没有算好的值。请在 Excel 里打开保存一次，或改成数值。",
                        field=label_of(target),
                    )
                )
        self._read_person(row, cells)
        self._read_answers(row, cells)
        self._read_household(row, cells)
        self._read_diseases(row, raw)
        self._check(row)
        return row

    def _read_person(self, row: RosterRow, cells: MappingOf[str, Cell]) -> None:
        row.name = normalize_name(cell_text(cells.get("name")))
        problem = name_problem(row.name)
        if problem is not None:
            row.refusals.append(problem)
        else:
            row.cover["name"] = row.name
            warning = name_warning(row.name)
            if warning is not None:
                row.notes.append(warning)
        parsed = self._read_id(row, cells.get("id_number"))
        try:
            if born := birth_text(cells.get("birth_date")):
                row.info["birth_date"] = born
        except Unreadable as error:
            self._unreadable(row, "birth_date", error, needed=parsed is None or parsed.birth_date is None)
        self._read_sex(row, cells.get("sex"), needed=parsed is None or parsed.sex is None)
        if parsed is not None and parsed.birth_date is not None:
            row.info.setdefault("birth_date", parsed.birth_date.isoformat())
        if parsed is not None and parsed.sex is not None:
            row.info.setdefault("sex", parsed.sex)
        for code, label in (("birth_date", msg("出生日期")), ("sex", msg("性别"))):
            if code not in row.info and not row.refusals:
                row.refusals.append(msg("没有{field}，也没有能看出{field}的身份证号。", field=label))

    def _read_id(self, row: RosterRow, cell: Cell) -> IdNumber | None:
        try:
            text = id_text(cell)
        except Unreadable as error:
            row.refusals.append(error.message)
            return None
        if not text:
            return None
        parsed = parse_id_number(text, self._today)
        if parsed.valid:
            row.info["id_number"] = parsed.normalized
            row.id_state = ID_UPGRADED if parsed.upgraded else ID_VALID
            if parsed.warning is not None:
                row.notes.append(parsed.warning)
            return parsed
        if isinstance(cell, int) and text.endswith("000"):
            row.refusals.append(LOST_DIGITS)
        elif self._mapping.keep_unverified_ids and len(text) <= 18:
            row.info["id_number"], row.id_state = text, ID_TO_VERIFY
            row.notes.append(msg("身份证号没有通过校验，原样保存，标为待核实。"))
        elif parsed.reason is not None:
            row.refusals.append(parsed.reason)
        return None

    def _read_sex(self, row: RosterRow, cell: Cell, *, needed: bool) -> None:
        text = cell_text(cell)
        if not text:
            return
        try:
            row.info["sex"] = read_choice("sex", text, None)[0]
        except Unreadable as error:
            self._unreadable(row, "sex", error, needed=needed)

    def _read_answers(self, row: RosterRow, cells: MappingOf[str, Cell]) -> None:
        done = {"name", "id_number", "birth_date", "sex"}
        for target in (*COVER_TARGETS, *INFO_TARGETS):
            text = cell_text(cells.get(target))
            if text and target not in done:
                try:
                    self._read_answer(row, target, text)
                except Unreadable as error:
                    self._unreadable(row, target, error, needed=False)
        if "phone" in row.cover:
            row.info["own_phone"] = row.cover["phone"]
        if "id_number" not in row.info and "no_id_reason" not in row.info and "birth_date" in row.info:
            age = age_of(first_day(row.birth), self._today)
            row.info["no_id_reason"] = NEWBORN_REASON if age == 0 else OTHER_REASON
            row.notes.append(msg("没有身份证号，原因记为“{reason}”。", reason=row.info["no_id_reason"]))

    def _read_answer(self, row: RosterRow, target: str, text: str) -> None:
        if target == "record_no":
            self._read_record_no(row, text)
            return
        if target in ("phone", "contact_phone"):
            check = check_phone(text)
            text = check.normalized
            if check.warning is not None:
                row.notes.append(msg("{field}：{problem}", field=label_of(target), problem=check.warning))
        form = COVER if target in COVER_TARGETS else INFO
        answers = row.cover if form is COVER else row.info
        kind = form.fields[target].kind
        if not isinstance(kind, Choice | Choices):
            answers[target] = kind.read(text)
            return
        answers[target], note = read_choice(target, text, self._mapping.codings.get(target))
        if note:
            answers[f"{target}_note"] = note[:_LONGEST_NOTE]

    def _read_record_no(self, row: RosterRow, text: str) -> None:
        parsed = parse_record_number(text)
        if parsed.reason is not None:
            row.refusals.append(parsed.reason)
            return
        row.cover["record_no"] = parsed.normalized
        if parsed.warning is not None:
            row.notes.append(parsed.warning)

    def _read_household(self, row: RosterRow, cells: MappingOf[str, Cell]) -> None:
        row.household_number = cell_text(cells.get("household_number"))[:_LONGEST_NUMBER]
        row.group_name = _group(cell_text(cells.get("group_name")))[:_LONGEST_GROUP]
        row.head_name = normalize_name(cell_text(cells.get("head_name")))
        row.care_note = cell_text(cells.get("care_note"))[:_LONGEST_NOTE]
        distance = cell_text(cells.get("distance_km"))
        row.distance_km = read_distance(distance) if distance else None
        written = cell_text(cells.get("relation"))[:LONGEST]
        if short_relation(written) is None:
            row.notes.append(msg("与户主关系“{written}”认不出来，留空。", written=written))
        elif written:
            row.relation = stored_relation(written)
        if not row.relation and row.head_name and row.is_head:
            row.relation = HEAD

    def _read_diseases(self, row: RosterRow, raw: RawRow) -> None:
        """A disease may stand in several columns: whether, and since when."""
        for disease in ("htn", "dm"):
            for place in self._places.get(disease, ()):
                try:
                    has, since = read_flag(raw.cell(place))
                except Unreadable as error:
                    self._unreadable(row, disease, error, needed=False)
                    continue
                if has:
                    row.diseases[disease] = since or row.diseases.get(disease, "")
        for place in self._places.get("diseases", ()):
            for disease in read_diseases(cell_text(raw.cell(place))):
                row.diseases.setdefault(disease, "")
        codes = {"htn": 2, "dm": 3}
        if row.diseases:
            history = [
                {"code": codes[disease], **({"confirmed_ym": since} if since else {})}
                for disease, since in sorted(row.diseases.items(), reverse=True)
            ]
            row.info.setdefault("disease_history", history)

    def _check(self, row: RosterRow) -> None:
        """What the forms say of these answers: refused, asked, or only said."""
        born = first_day(row.birth) if row.birth else None
        context = Context(today=self._today, birth_date=born, sex=row.info.get("sex"))
        problems = (*INFO.problems(row.info, context), *COVER.problems(row.cover, context))
        row.missing = frozenset(problem.code for problem in problems if problem.level is Level.MISSING)
        for problem in problems:
            if problem.level is Level.MISSING:
                continue
            if problem.code == "id_number" and row.id_state == ID_TO_VERIFY and problem.level is Level.REFUSE:
                continue
            if problem.level is Level.ASK:
                (row.questions if problem.code in _ASKED_CODES else row.notes).append(problem.message)
            elif problem.code in ("birth_date", "id_number", "record_no", "name"):
                row.refusals.append(problem.message)
            else:
                row.notes.append(msg("{problem}这一项不导入。", problem=problem.message))
                row.info.pop(problem.code, None)
                row.cover.pop(problem.code, None)
                row.missing |= {problem.code}

    def _unreadable(self, row: RosterRow, target: str, error: Unreadable, *, needed: bool) -> None:
        sentence = msg("{field}：{problem}", field=label_of(target), problem=error.message)
        if needed:
            row.refusals.append(sentence)
        else:
            row.notes.append(msg("{problem}这一项不导入。", problem=sentence))


def _first_filled(raw: RawRow, places: list[int]) -> Cell:
    """The first cell of several columns that holds something."""
    return next((cell for place in places if (cell := raw.cell(place)) not in (None, "")), None)


def _group(text: str) -> str:
    """3 and 第3组 and 3组 are one group."""
    if text.isdigit():
        return f"{int(text)}组"
    return text.removeprefix("第").replace("村民小组", "组").replace("小组", "组")
