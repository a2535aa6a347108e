"""日间表格: the visits of a day typed one below the other, each stored as the full national forms.

A row is a person. Its columns hold what changes from visit to visit; everything else is carried from the last visit,
visibly, by the same rule as 沿用上次 of the visit screen. Each row becomes exactly what the visit screen would have
stored, through the same functions; all rows of a sheet are one unit of work. What asks for the doctor's decision
(emergency, referral, an unusual value) is never saved silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import UserError
from app.forms.kinds import EMPTY
from app.forms.registry import form
from app.forms.vocabulary import NOTE, Context, Level, Problem
from app.services import visit_records
from app.services.day_sheet_columns import COLUMNS, Fills, SheetColumn, chosen_columns
from app.services.drafts import keep_draft
from app.services.follow_up_proposals import Proposal, propose
from app.services.follow_up_views import VisitPerson, VisitSheet
from app.services.follow_ups import NewVisit, PreparedVisit, SavedVisit, prepare_visit, write_visit
from app.services.sheet_verdicts import RowState, Verdict, in_cells, questions, sentences_of
from app.services.visit_sheets import DRAFT_KIND as VISIT_DRAFT
from app.services.visit_sheets import load_sheet

DRAFT_KIND = "day_sheet"
MOST_PEOPLE = 60
METHOD, CLINIC_VISIT = "visit_method", 1
OF_THE_DAY = ("visit_date", "doctor")
DECISIONS = ("no_referral_reason", "class_reason", "next_visit_reason")


@dataclass(frozen=True)
class DayRow:
    """One person of the sheet. `carried` are the answers taken over from the last visit, by key.

    `last` are the last values by column, `usual` what an empty cell means, both as they read; `barred` the columns that
    this person's forms do not ask, `shown` those of the sheet that they do.
    """

    sheet: VisitSheet
    shown: frozenset[str]
    carried: Mapping[str, Any]
    last: Mapping[str, str]
    usual: Mapping[str, str]
    barred: frozenset[str]

    @property
    def person(self) -> VisitPerson:
        """Whose row it is."""
        return self.sheet.person

    @property
    def resident_id(self) -> str:
        """Whose row it is, by id."""
        return self.sheet.person.resident_id

    @property
    def diseases(self) -> tuple[str, ...]:
        """The diseases of the forms that the row fills."""
        return tuple(managed.disease for managed in self.sheet.diseases)

    @property
    def carried_shown(self) -> tuple[tuple[str, str], ...]:
        """What is taken over from the last visit, medicines too, as (name, value)."""
        fields = self.sheet.fields
        taken = {**{key: self.sheet.starting[key] for key in self.sheet.starting if key in self.sheet.previous},
                 **self.carried}
        return tuple((fields[key].field.name, fields[key].field.kind.show(taken[key]))
                     for key in fields if key in taken and key not in OF_THE_DAY)


@dataclass(frozen=True)
class LeftOut:
    """Somebody who was chosen and has no row, and why."""

    resident_id: str
    name: str
    reason: Message


@dataclass(frozen=True)
class DaySheet:
    """The sheet as it is opened."""

    on: date
    columns: tuple[SheetColumn, ...]
    rows: tuple[DayRow, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class RowInput:
    """What was typed in a row: texts by column, further answers by key (a referral), questions answered with yes."""

    texts: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[str, object] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.decided and not any(text.strip() for text in self.texts.values())


@dataclass(frozen=True)
class RowVerdict(Verdict):
    """What the rules say to a row; `answers` are the visit's, `proposal` what they make of them."""

    proposal: Proposal


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be saved as it stands, with the sentences that say why."""

    resident_id: str
    name: str
    sentences: tuple[Message, ...]


@dataclass(frozen=True)
class DaySaved:
    """What saving did: either nothing was saved because rows were refused, or those in `saved` were, all together."""

    saved: tuple[SavedVisit, ...]
    refused: tuple[RefusedRow, ...]


class DaySheets:
    """日间表格 of this desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(
        self, resident_ids: Iterable[str], columns: Sequence[str] = (), *, on: date | None = None
    ) -> DaySheet:
        """Rows for these people, each once, in their order; `columns` by key, () for the usual ones.

        Whoever cannot have a row is named in `left_out`. Raises UserError for more people than `MOST_PEOPLE`.
        """
        wanted = list(dict.fromkeys(resident_ids))
        if len(wanted) > MOST_PEOPLE:
            raise UserError(
                msg(
                    "一张日间表格最多 {most} 人，您选了 {count} 人，没有打开。请分几次填。",
                    most=MOST_PEOPLE, count=len(wanted),
                )
            )  # fmt: skip
        shown = chosen_columns(tuple(columns))
        day = on or self._desk.today()
        rows, left_out = [], []
        with self._desk.sessions.reading() as session:
            for resident_id in wanted:
                try:
                    rows.append(_row(session, self._desk, resident_id, shown))
                except UserError as error:
                    left_out.append(LeftOut(resident_id, _name(session, resident_id), error.message))
        used = tuple(
            column for column in shown if not rows or any(column.key not in row.barred for row in rows)
        )
        return DaySheet(day, used, tuple(rows), tuple(left_out))

    def judge(self, row: DayRow, given: RowInput, on: date) -> RowVerdict:
        """What the rules say to a row as typed; pure and quick, without the database."""
        answers = answers_of(row, given, on)
        return _verdict(row, given, answers, propose(row.sheet, answers))

    def save(
        self,
        rows: Sequence[tuple[DayRow, RowInput]],
        on: date,
        *,
        only_good: bool = False,
        draft_left: Mapping[str, Any] | None = None,
    ) -> DaySaved:
        """Record the visits of `rows` in one unit of work, each judged anew by what the database holds now.

        When one is refused nothing is saved, unless `only_good`: then the others are, all together. The draft of the
        sheet becomes `draft_left` in the same unit of work, or goes when that is None.
        """
        with self._desk.sessions.writing() as session:
            good, refused = self._prepare(session, rows, on)
            if refused and not (only_good and good):
                return DaySaved((), refused)
            saved = tuple(write_visit(session, self._desk, prepared) for prepared in good)
            keep_rest(session, self._desk, DRAFT_KIND, draft_left)
            return DaySaved(saved, refused)

    def keep_alone(self, row: DayRow, given: RowInput, on: date) -> None:
        """Put what a row says so far into the draft of that person's visit, to go on in the visit screen."""
        answers = answers_of(row, given, on)
        if not given.is_empty:
            payload = {"answers": answers, "confirmed": sorted(given.confirmed)}
            with self._desk.sessions.writing() as session:
                keep_draft(session, self._desk, VISIT_DRAFT, row.resident_id, payload)

    def _prepare(
        self, session: Session, rows: Sequence[tuple[DayRow, RowInput]], on: date
    ) -> tuple[list[PreparedVisit], tuple[RefusedRow, ...]]:
        good, refused = [], []
        for row, given in rows:
            try:
                prepared = prepare_visit(session, self._desk, NewVisit(row.resident_id, answers_of(row, given, on)))
            except UserError as error:
                refused.append(RefusedRow(row.resident_id, row.person.name, (error.message,)))
                continue
            # The carried answers and the medicines before are those of the opened row; the rest is as of now.
            fresh = replace(row, sheet=replace(prepared.sheet, previous=row.sheet.previous, medicines=row.sheet.medicines))
            verdict = _verdict(fresh, given, answers_of(row, given, on), prepared.proposal)
            if verdict.state is RowState.READY:
                good.append(prepared)
            else:
                refused.append(RefusedRow(row.resident_id, row.person.name, sentences_of(verdict)))
        return good, tuple(refused)


def answers_of(row: DayRow, given: RowInput, on: date) -> dict[str, object]:
    """The answers of the whole visit, by key and as typed: what was typed, what is usual, and what is carried."""
    sheet = row.sheet
    answers: dict[str, object] = {**sheet.starting, **row.carried, "visit_date": on}
    method = sheet.previous.get(METHOD)
    answers.setdefault(METHOD, CLINIC_VISIT if method is None else method.value)
    for column in COLUMNS:
        if column.key not in row.barred:
            text = given.texts.get(column.key, "")
            typed = column.answers(sheet, text)
            for keys in column.keys(sheet) if text.strip() else ():
                for key in keys:
                    answers.pop(key, None)
                    answers.pop(key + NOTE, None)
            answers.update(typed)
    answers.update(given.decided)
    return answers


def keep_rest(session: Session, desk: Desk, kind: str, rest: Mapping[str, Any] | None) -> None:
    """After a sheet was saved: its draft becomes what was not saved of it, or goes when nothing is left (None)."""
    if rest is None:
        visit_records.drop_draft(session, kind, "")
    else:
        keep_draft(session, desk, kind, "", rest)


def _row(session: Session, desk: Desk, resident_id: str, shown: Sequence[SheetColumn]) -> DayRow:
    sheet = load_sheet(session, desk, resident_id)
    barred = frozenset(column.key for column in COLUMNS if not column.keys(sheet))
    usual = {column.key: column.usual_shown(sheet) for column in COLUMNS if column.key not in barred}
    last = {column.key: column.last_shown(sheet) for column in shown if column.key not in barred}
    asked = frozenset(column.key for column in shown) - barred
    return DayRow(sheet, asked, _carried(sheet), last, usual, barred)


def _carried(sheet: VisitSheet) -> dict[str, Any]:
    """What the visit takes over from the last one: each answer that carries, may be given, and is not typed.

    What a cell says by itself when it is empty (no symptoms, no reaction) is not carried, nor is what was measured.
    """
    own = {
        key
        for column in COLUMNS
        if column.fills is not Fills.CARRIED
        for keys in column.keys(sheet)
        for each in keys
        for key in (each, each + NOTE)
    }
    answers: dict[str, Any] = {**sheet.starting}
    carried: dict[str, Any] = {}
    context = Context(sheet.today, sheet.person.birth_date, sheet.person.sex, sheet.person.height_cm)
    while True:
        # An answer that applies only after another one (which side) may be carried after that one.
        more = {
            key: sheet.previous[key].value
            for key, item in sheet.fields.items()
            if key not in answers and key not in own and item.field.carries and key in sheet.previous
            and sheet.previous[key].value not in EMPTY
            and item.field.applies.holds(_of_form(sheet, answers, item.form_codes[0]), context)
        }  # fmt: skip
        if not more:
            return carried
        carried.update(more)
        answers.update(more)


def _of_form(sheet: VisitSheet, answers: Mapping[str, Any], form_code: str) -> dict[str, Any]:
    return {
        code: answers[key]
        for code in form(form_code).fields
        if (key := sheet.key(form_code, code)) in answers
    }


def _name(session: Session, resident_id: str) -> str:
    from db.queries import follow_ups as queries

    person = queries.person(session, resident_id)
    return "" if person is None else str(person.name)


def _verdict(
    row: DayRow, given: RowInput, answers: Mapping[str, object], proposal: Proposal
) -> RowVerdict:
    standing = [
        problem for problem in proposal.problems
        if problem.level is not Level.ASK or problem.code not in given.confirmed
    ]  # fmt: skip
    standing += _apart(row, answers)
    columns = _columns_by_key(row)
    cells, others = in_cells(standing, columns.get)
    state = RowState.EMPTY if given.is_empty else _state(row, proposal, standing, columns)
    strongest = max(proposal.diseases, key=lambda said: ("none", "good", "warn", "bad").index(said.tone))
    headline = msg("沿用上次 {count} 项", count=len(row.carried_shown)) if state is RowState.EMPTY else strongest.headline
    return RowVerdict(
        state=state,
        tone="none" if state is RowState.EMPTY else strongest.tone,
        headline=headline,
        reasons=() if state is RowState.EMPTY else _reasons(proposal),
        cells={} if state is RowState.EMPTY else cells,
        others=() if state is RowState.EMPTY else others,
        asked=questions(standing),
        answers=answers,
        proposal=proposal,
    )


def _apart(row: DayRow, answers: Mapping[str, object]) -> list[Problem]:
    """A reaction of somebody with two diseases belongs to one of the medicines: the sheet cannot say to which."""
    keys = [row.sheet.key(form_code, "adr") for form_code in row.sheet.form_codes]
    if len(keys) < 2 or all(str(answers.get(key, 1)) == "1" for key in keys):
        return []
    sentence = msg("两种病的药物不良反应要分开记：请按 F2 单独打开这一行。")
    return [Problem("_alone", Level.MISSING, sentence)]


def _state(row: DayRow, proposal: Proposal, standing: Sequence[Problem], columns: Mapping[str, str]) -> RowState:
    if any(problem.level is Level.REFUSE for problem in standing):
        return RowState.REFUSED
    if any(said.urgent for said in proposal.diseases):
        return RowState.ALONE
    missing = [problem.code for problem in standing if problem.level is Level.MISSING]
    decisions = [code for code in missing if code.rpartition(".")[2] in DECISIONS]
    if any(code not in columns and code not in decisions for code in missing):
        return RowState.ALONE
    if len(missing) > len(decisions):
        return RowState.LACKING
    if decisions:
        return RowState.DECIDE
    return RowState.ASKS if standing else RowState.READY


def _reasons(proposal: Proposal) -> tuple[Message, ...]:
    found = [reason.message for said in proposal.diseases for reason in said.reasons]
    return tuple(dict.fromkeys(found))


def _columns_by_key(row: DayRow) -> dict[str, str]:
    """The column in which an answer is typed, its note with it; only of those on the sheet."""
    found: dict[str, str] = {}
    for column in COLUMNS:
        for keys in column.keys(row.sheet) if column.key in row.shown else ():
            for key in keys:
                found[key] = column.key
                found[key + NOTE] = column.key
    return found
