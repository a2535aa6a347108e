"""筛查: a round of blood pressure and glucose of a whole group, a person a row; who is to be measured again, who referred.

Each row is stored as one entry of the clinic's own form `screening`; a round is one unit of work. Who needs another
reading is worked out from the entries, so nothing has to be kept beside them: screening is no management and opens no
task.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.dates import age_on
from app.domain.message import Message, msg
from app.domain.screening import YEARLY_FROM_YEARS, DayReading
from app.errors import UserError
from app.forms.judging import judged
from app.forms.registry import form
from app.forms.screening import REPEAT, SUSPECTED
from app.forms.vocabulary import Context, Level, Problem
from app.i18n import tr
from app.services import form_writing
from app.services.day_sheets import DaySaved, LeftOut, RefusedRow, RowInput, keep_rest
from app.services.diseases import HYPERTENSION
from app.services.masks import masked_phone
from app.services.resident_list import latest_birth_of
from app.services.screening_columns import BY_KEY, COLUMNS, ScreenColumn, chosen_columns
from app.services.screening_judging import (
    READINGS_DAYS,
    Conclusion,
    ScreenPerson,
    conclude,
    headline_of,
    tone_of,
)
from app.services.sheet_verdicts import RowState, Verdict, in_cells, questions, sentences_of
from db.queries import residents as resident_queries
from db.queries import screening as queries

if TYPE_CHECKING:
    from app.printing.lists import TableContent

FORM_CODE = "screening"
DRAFT_KIND = "screening_round"
MOST_PEOPLE = 300


@dataclass(frozen=True)
class ScreenRow:
    """One person of the round. `last`, `usual` and `barred` as in a row of the day sheet; `readings` of earlier days."""

    resident_id: str
    name: str
    age: int | None
    sex: int
    group: str
    phone_masked: str
    height_cm: Decimal | None
    person: ScreenPerson
    readings: tuple[DayReading, ...]
    days: frozenset[date]
    last: Mapping[str, str]
    usual: Mapping[str, str]
    typed_last: Mapping[str, str]
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ScreenSheet:
    """The round as it is opened."""

    on: date
    columns: tuple[ScreenColumn, ...]
    rows: tuple[ScreenRow, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class ScreenVerdict(Verdict):
    """What the rule says to a row, with the conclusion of the form."""

    conclusion: Conclusion | None


@dataclass(frozen=True)
class Screened:
    """One entry as a list shows it. `reading` and `glucose` as they read, "" when not measured."""

    entry_id: str
    resident_id: str
    name: str
    sex: int
    age: int | None
    group: str
    phone_masked: str
    on: date
    reading: str
    glucose: str
    conclusions: tuple[int, ...]
    headline: Message
    tone: str
    repeat_on: date | None
    raised_days: int

    @property
    def needs_action(self) -> bool:
        """Whether somebody has to do something: measure again or refer."""
        return self.tone in ("bad", "warn")


@dataclass(frozen=True)
class RoundSaved(DaySaved):
    """What saving a round did; `entries` are the results of those saved, the most pressing first."""

    entries: tuple[Screened, ...] = ()


class ScreeningRounds:
    """筛查 of this desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def people(self, group_name: str | None = None, *, whole_group: bool = False) -> tuple[str, ...]:
        """Whom a round is for: everybody of 35 and older without hypertension under management, of a group or of all.

        With `whole_group` every active resident of it. At most `MOST_PEOPLE`, by household.
        """
        born_by = None if whole_group else latest_birth_of(YEARLY_FROM_YEARS, self._desk.today())
        with self._desk.sessions.reading() as session:
            return tuple(
                queries.candidates(
                    session, self._desk.place.id, group_name, born_by, None if whole_group else HYPERTENSION, MOST_PEOPLE
                )
            )

    def open(self, resident_ids: Iterable[str], columns: Sequence[str] = (), *, on: date | None = None) -> ScreenSheet:
        """Rows for these people, each once, in their order. Raises UserError for more than `MOST_PEOPLE`."""
        wanted = list(dict.fromkeys(resident_ids))
        if len(wanted) > MOST_PEOPLE:
            raise UserError(
                msg(
                    "一次筛查最多 {most} 人，您选了 {count} 人，没有打开。请按组分几次做。",
                    most=MOST_PEOPLE, count=len(wanted),
                )
            )  # fmt: skip
        day = on or self._desk.today()
        with self._desk.sessions.reading() as session:
            rows, left_out = self._rows(session, wanted, day)
        return ScreenSheet(day, chosen_columns(tuple(columns)), rows, left_out)

    def judge(self, row: ScreenRow, given: RowInput, on: date, place: str = "") -> ScreenVerdict:
        """What the rule says to a row as typed; pure and quick."""
        return _verdict(row, given, on, place, self._desk)

    def save(
        self,
        rows: Sequence[tuple[ScreenRow, RowInput]],
        on: date,
        *,
        place: str = "",
        only_good: bool = False,
        draft_left: Mapping[str, Any] | None = None,
    ) -> RoundSaved:
        """Store the entries of `rows` in one unit of work, as `DaySheets.save` does with visits."""
        with self._desk.sessions.writing() as session:
            fresh, gone = self._rows(session, [row.resident_id for row, _ in rows], on)
            given_by_id = {row.resident_id: given for row, given in rows}
            refused = [RefusedRow(each.resident_id, each.name, (each.reason,)) for each in gone]
            good: list[tuple[ScreenRow, ScreenVerdict]] = []
            for row in fresh:
                verdict = _verdict(row, given_by_id[row.resident_id], on, place, self._desk)
                if verdict.state is RowState.READY:
                    good.append((row, verdict))
                else:
                    refused.append(RefusedRow(row.resident_id, row.name, sentences_of(verdict)))
            if refused and not (only_good and good):
                return RoundSaved((), tuple(refused))
            written = [
                form_writing.save(
                    session, self._desk, row.resident_id, FORM_CODE, verdict.answers,
                    confirmed=given_by_id[row.resident_id].confirmed,
                ).entry_id
                for row, verdict in good
            ]  # fmt: skip
            keep_rest(session, self._desk, DRAFT_KIND, draft_left)
        results = [
            _screened(row, entry_id, on, verdict.answers)
            for (row, verdict), entry_id in zip(good, written, strict=True)
        ]
        return RoundSaved((), tuple(refused), tuple(sorted(results, key=_pressing)))

    def to_recheck(self, on: date | None = None) -> tuple[Screened, ...]:
        """Whose pressure was raised on one or two days and who is to be measured again, those due first.

        Whoever was measured since, is under management by now, or has left, is not among them.
        """
        return tuple(
            sorted(
                (each for each in self._newest(on or self._desk.today()) if REPEAT in each.conclusions),
                key=lambda each: (each.repeat_on or each.on, each.group, each.name),
            )
        )

    def suspected(self, on: date | None = None) -> tuple[Screened, ...]:
        """Whose pressure was raised on three different days and who is not under management yet."""
        return tuple(each for each in self._newest(on or self._desk.today()) if SUSPECTED in each.conclusions)

    def results(self, on: date) -> tuple[Screened, ...]:
        """The entries of one day, the most pressing first."""
        with self._desk.sessions.reading() as session:
            ids = queries.screened_between(session, on, on)
            people = queries.people(session, ids)
            found = queries.entries(session, ids, on - timedelta(days=READINGS_DAYS))
        return tuple(
            sorted(
                (
                    _screened_row(people[resident_id], [e for e in rows if e.entry_date <= on], self._desk.today())
                    for resident_id, rows in found.items()
                ),
                key=_pressing,
            )
        )

    def printed(self, results: Sequence[Screened], *, title: str, on: date, place: str = "") -> TableContent:
        """The list of a round on paper."""
        from app.printing.lists import TableColumn, TableContent

        columns = (
            TableColumn(tr("序号"), 11, "center"), TableColumn(tr("姓名"), 24), TableColumn(tr("性别"), 12, "center"),
            TableColumn(tr("年龄"), 12, "center"), TableColumn(tr("组"), 18), TableColumn(tr("电话"), 30),
            TableColumn(tr("血压"), 22), TableColumn(tr("血糖"), 28), TableColumn(tr("结论"), 58),
            TableColumn(tr("复测日期"), 26), TableColumn(tr("备注")),
        )  # fmt: skip
        sexes = {1: tr("男"), 2: tr("女")}
        kind = form(FORM_CODE).fields["conclusion"].kind
        rows = tuple(
            (
                str(number), each.name, sexes.get(each.sex, ""), "" if each.age is None else str(each.age), each.group,
                each.phone_masked, each.reading, each.glucose, kind.show(list(each.conclusions)),
                "" if each.repeat_on is None else each.repeat_on.isoformat(), "",
            )
            for number, each in enumerate(results, start=1)
        )  # fmt: skip
        head = [
            (tr("日期"), on.isoformat()), (tr("人数"), tr("{count} 人", count=len(results))),
            (tr("机构"), self._desk.place.name), (tr("医生"), self._desk.actor.name),
        ]  # fmt: skip
        head += [(tr("地点"), place)] * bool(place)
        return TableContent(
            title=title, columns=columns, rows=rows, head=tuple(head), head_columns=5 if place else 4,
            paper="A4-landscape", row_mm=8.0,
            remarks=(tr("本表是卫生室自用的筛查登记；一次读数不能确诊，三次不同日血压都偏高或血糖偏高的转卫生院确诊。"),),
        )  # fmt: skip

    def _newest(self, today: date) -> list[Screened]:
        """The newest entry of each person of the last year who is active and not managed for hypertension."""
        since = today - timedelta(days=READINGS_DAYS)
        with self._desk.sessions.reading() as session:
            ids = queries.screened_between(session, since, today)
            people = queries.people(session, ids)
            found = queries.entries(session, ids, since)
            managed = resident_queries.diseases_of(session, ids)
        return [
            _screened_row(people[resident_id], rows, today)
            for resident_id, rows in found.items()
            if people[resident_id].state == "active" and HYPERTENSION not in managed.get(resident_id, ())
        ]

    def _rows(
        self, session: Session, wanted: Sequence[str], on: date
    ) -> tuple[tuple[ScreenRow, ...], tuple[LeftOut, ...]]:
        people = queries.people(session, wanted)
        entries = queries.entries(session, wanted, on - timedelta(days=READINGS_DAYS))
        managed = resident_queries.diseases_of(session, wanted)
        rows, left_out = [], []
        for resident_id in wanted:
            row = people.get(resident_id)
            if row is None:
                left_out.append(LeftOut(resident_id, "", msg("没有找到这位居民，可能已被移到别处。请重新查找。")))
            elif row.state != "active":
                left_out.append(LeftOut(resident_id, row.name, msg("{name}已不在本村管理，不做筛查。", name=row.name)))
            else:
                diseases = frozenset(managed.get(resident_id, ()))
                rows.append(_row(row, diseases, entries.get(resident_id, []), self._desk.today()))
        return tuple(rows), tuple(left_out)


def _row(person: Row[Any], managed: frozenset[str], entries: Sequence[Row[Any]], today: date) -> ScreenRow:
    last: dict[str, str] = {}
    typed: dict[str, str] = {}
    for entry in reversed(entries):
        answers = form(FORM_CODE).restore(entry.answers)
        for column in COLUMNS:
            if column.key not in last and all(code in answers for code in column.codes):
                last[column.key] = column.shown_value(answers)
                typed[column.key] = column.typed_value(answers)
    usual = {} if person.height_cm is None else {"height": f"{person.height_cm.normalize():f}"}
    return ScreenRow(
        resident_id=person.id,
        name=person.name,
        age=_age(person.birth_date, today),
        sex=person.sex,
        group=person.group_name or "",
        phone_masked=masked_phone(person.phone),
        height_cm=person.height_cm,
        person=ScreenPerson(person.birth_date, person.sex, managed),
        readings=_readings(entries),
        days=frozenset(entry.entry_date for entry in entries),
        last=last,
        usual=usual,
        typed_last=typed,
    )


def _readings(entries: Sequence[Row[Any]]) -> tuple[DayReading, ...]:
    return tuple(
        DayReading(entry.entry_date, entry.answers["sbp"], entry.answers["dbp"])
        for entry in entries
        if "sbp" in entry.answers and "dbp" in entry.answers
    )


def _age(born: date | None, today: date) -> int | None:
    return age_on(born, today) if born is not None and born <= today else None


def _verdict(row: ScreenRow, given: RowInput, on: date, place: str, desk: Desk) -> ScreenVerdict:
    if given.is_empty:
        return ScreenVerdict(RowState.EMPTY, "none", msg("还没有测"), (), {}, (), frozenset(), {}, None)
    declared = form(FORM_CODE)
    raw: dict[str, object] = {"screen_date": on, "doctor": desk.actor.name}
    if place.strip():
        raw["place"] = place.strip()
    for column in COLUMNS:
        raw.update(column.answers(given.texts.get(column.key, "")))
    context = Context(desk.today(), row.person.birth_date, row.person.sex, row.height_cm)
    answers = dict(judged(declared, raw, context).answers)
    if "bmi" in answers and row.height_cm is not None:
        answers.setdefault("height", row.height_cm)
    said = conclude(row.person, on, answers, [each for each in row.readings if each.day <= on])
    answers["conclusion"] = list(said.codes)
    if said.repeat_on is not None:
        answers["repeat_on"] = said.repeat_on
    if said.advice:
        answers["advice"] = said.advice
    # Once more with the conclusion, which is no answer of the doctor's; what could not be read is told by the raw values.
    problems = judged(declared, {**raw, **answers}, context).problems
    if on in row.days:
        problems.append(Problem("screen_date", Level.ASK, msg("{date} 已经登记过一次，请确认不是重复填写。", date=on)))
    standing = [each for each in problems if each.level is not Level.ASK or each.code not in given.confirmed]
    return _said(given, answers, said, standing)


def _said(
    given: RowInput, answers: Mapping[str, Any], said: Conclusion, standing: Sequence[Problem]
) -> ScreenVerdict:
    cells, others = in_cells(standing, _column_of)
    levels = {problem.level for problem in standing}
    state = (
        RowState.REFUSED if Level.REFUSE in levels
        else RowState.LACKING if Level.MISSING in levels
        else RowState.ASKS if standing
        else RowState.READY
    )  # fmt: skip
    is_known = state in (RowState.READY, RowState.ASKS)
    return ScreenVerdict(
        state=state,
        tone=said.tone if is_known else "none",
        headline=said.headline if is_known else msg("还没有填完"),
        reasons=tuple(reason.message for reason in said.reasons) if is_known else (),
        cells=cells,
        others=others,
        asked=questions(standing),
        answers=answers,
        conclusion=said,
    )


def _column_of(code: str) -> str | None:
    return next((key for key, column in BY_KEY.items() if code in column.all_codes), None)


def _screened(row: ScreenRow, entry_id: str, on: date, answers: Mapping[str, Any]) -> Screened:
    raised = conclude(row.person, on, answers, [each for each in row.readings if each.day <= on]).raised_days
    return Screened(
        entry_id, row.resident_id, row.name, row.sex, row.age, row.group, row.phone_masked, on,
        *_values(answers), tuple(answers["conclusion"]), headline_of(answers["conclusion"]),
        tone_of(answers["conclusion"]), answers.get("repeat_on"), raised,
    )  # fmt: skip


def _screened_row(person: Row[Any], entries: Sequence[Row[Any]], today: date) -> Screened:
    """The newest of the entries, which are oldest first, as a list shows it."""
    newest = entries[-1]
    row = _row(person, frozenset(), entries[:-1], today)
    return _screened(row, newest.id, newest.entry_date, form(FORM_CODE).restore(newest.answers))


def _values(answers: Mapping[str, Any]) -> tuple[str, str]:
    pressure = f"{answers['sbp']}/{answers['dbp']}" if "sbp" in answers and "dbp" in answers else ""
    glucose = []
    if "fasting_glucose" in answers:
        glucose.append(tr("空腹 {value}", value=answers["fasting_glucose"]))
    if "random_glucose" in answers:
        glucose.append(tr("随机 {value}", value=answers["random_glucose"]))
    return pressure, "　".join(glucose)


def _pressing(each: Screened) -> tuple[int, str, str]:
    order = {"bad": 0, "warn": 1, "none": 2, "good": 3}
    return order[each.tone], each.group, each.name
