"""今天要做的事: the people to be seen, a person a row, with everything that the row says; and the cards beside it.

A person with two diseases is one row, due on the earlier day. What is shown comes from columns that the visit's own
transaction wrote, so the list needs one statement. It changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from app.desk import Desk
from app.domain.chronic_followup import VisitClass
from app.domain.dates import age_on, short_date
from app.domain.message import Message, msg
from app.domain.search_keys import Query, query_text, read_query
from app.i18n import tr
from app.pinyin import name_readings
from app.services.diseases import DISEASES, NAMES, PROGRAMMES, visit_form
from app.services.due_tasks import CHECK_TASK
from app.services.examinations_due import ExaminationsDue
from app.services.follow_up_views import NOTHING_MEASURED, class_label, is_measured, reading_text
from app.services.indicators import Indicators, QuarterProgress
from app.services.masks import masked_phone
from db.queries import work_list as queries
from db.queries.work_list import OrderKey, Wanted

if TYPE_CHECKING:
    from app.printing.lists import WorkListContent

WEEK = timedelta(days=6)
"""本周 is today and the six days after it: on a Sunday a calendar week would show nothing of what is coming."""
PAGE = 100
REFERRED_AT_TWICE = (*DISEASES, "copd")
"""Under these a second visit 不满意 one after the other is referred."""

LIMB_DISABILITY = 5
LONGEST_NOTE = 8
HOME_WORDS = ("行动不便", "上门", "卧床", "瘫痪")
ALONE_WORDS = ("无人照顾", "独居", "空巢")


class Order(StrEnum):
    """How the list is ordered."""

    DUE = "due"
    RISK = "risk"
    DISTANCE = "distance"
    GROUP = "group"


class Until(StrEnum):
    """How far ahead the list looks; OVERDUE leaves out those due today as well."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    ALL = "all"


@dataclass(frozen=True)
class WorkFilter:
    """What narrows the list; None and "" do not. `kind` follow_up or referral_check; `text` as in the search box."""

    group: str | None = None
    disease: str | None = None
    kind: str | None = None
    distance_max: Decimal | None = None
    text: str = ""
    until: Until = Until.WEEK


EVERYONE = WorkFilter()


@dataclass(frozen=True)
class Chip:
    """A few words on a coloured ground. `kind` is a stable word for programs; `tone` bad, warn, info, good or none."""

    kind: str
    tone: str
    text: Message


@dataclass(frozen=True)
class LastResult:
    """What the last visit for one disease found. `times` in a row not controlled, 0 when controlled."""

    disease: str
    on: date | None
    reading: Message
    visit_class: int | None
    times: int

    @property
    def is_measured(self) -> bool:
        """Whether there is a value to show."""
        return self.reading != NOTHING_MEASURED

    @property
    def text(self) -> Message:
        """162/94 不满意(第1次), 136/82 满意, 148/88 when there is no class, — before the first visit.

        Of a programme in which nothing is measured for the lists the class alone, or the day where it has no classes.
        """
        if not is_measured(self.disease):
            if self.visit_class is not None:
                return class_label(self.disease, self.visit_class)
            return NOTHING_MEASURED if self.on is None else msg("{date} 已随访", date=self.on)
        if self.visit_class is None:
            return self.reading
        if self.visit_class == VisitClass.UNSATISFACTORY and self.times:
            return msg("{reading}　不满意(第{times}次)", reading=self.reading, times=self.times)
        if self.visit_class == VisitClass.CONTROLLED:
            return msg("{reading}　满意", reading=self.reading)
        label = class_label(self.disease, self.visit_class)
        return msg("{reading}　{label}", reading=self.reading, label=label)


@dataclass(frozen=True)
class WorkRow:
    """One person to be seen. `key` is where the list goes on after this row; `note` is short and may be "".

    `form_code` is the form on which the visit that is due is written, "" for the combined visit of 高血压 and 糖尿病, which
    comes first when it is due within the same week.
    """

    resident_id: str
    key: OrderKey
    name: str
    sex: int
    age: int | None
    diseases: tuple[str, ...]
    due_on: date
    days_overdue: int
    due_chip: Chip
    last: tuple[LastResult, ...]
    phone_masked: str
    group: str
    note: str
    distance_km: Decimal | None
    reminders: tuple[Chip, ...]
    kinds: tuple[str, ...]
    form_code: str = ""

    @property
    def is_check_only(self) -> bool:
        """Whether no visit is due and nothing is under management: a referral's result alone is to be asked for."""
        return not self.diseases

    @property
    def diseases_text(self) -> Message:
        """高血压 · 糖尿病; — of who is under no programme."""
        if not self.diseases:
            return NOTHING_MEASURED
        text = NAMES[self.diseases[0]]
        for disease in self.diseases[1:]:
            text = msg("{one} · {other}", one=text, other=NAMES[disease])
        return text

    @property
    def has_combined_visit(self) -> bool:
        """Whether the row leads to the visit of 高血压 and 糖尿病 and not to a form of its own (`form_code`)."""
        return not self.form_code and not self.is_check_only

    @property
    def last_text(self) -> Message:
        """The last results side by side; with two diseases only what was measured."""
        measured = [last for last in self.last if last.is_measured]
        others = [last for last in self.last if not is_measured(last.disease) and last.text != NOTHING_MEASURED]
        if len(measured) == 2 and not others:
            return msg("{one}　{other}", one=measured[0].reading, other=measured[1].reading)
        told = [*measured, *others] or self.last[:1]
        if not told:
            return NOTHING_MEASURED
        text = told[0].text
        for last in told[1:]:
            text = msg("{one}　{other}", one=text, other=last.text)
        return text


@dataclass(frozen=True)
class Counts:
    """How many people are overdue, due today, and due in the seven days from today."""

    overdue: int
    today: int
    this_week: int


@dataclass(frozen=True)
class WorkPage:
    """A piece of the list. `next_after` goes into the next call, None at the end."""

    rows: tuple[WorkRow, ...]
    counts: Counts
    next_after: OrderKey | None


@dataclass(frozen=True)
class SideCards:
    """What stands beside the list: 本季度进度, and 待办 (people whose referral is to be asked after within a week, and
    people without this year's examination)."""

    progress: tuple[QuarterProgress, ...]
    referral_checks: int
    examinations: int = 0


class WorkList:
    """The work list of this clinic."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def page(
        self,
        wanted: WorkFilter = EVERYONE,
        order: Order = Order.DUE,
        *,
        after: OrderKey | None = None,
        limit: int = PAGE,
    ) -> WorkPage:
        """At most `limit` people in order, beginning after the key `after`, with the counts of the whole filter."""
        rows, more = self._rows(wanted, order, after, limit)
        return WorkPage(rows, self.counts(wanted), rows[-1].key if more else None)

    def counts(self, wanted: WorkFilter = EVERYONE) -> Counts:
        """The numbers above the list; how far the list looks ahead plays no part."""
        today = self._desk.today()
        every = self._wanted(replace(wanted, until=Until.ALL))
        with self._desk.sessions.reading() as session:
            return Counts(*queries.counts(session, every, today, today + WEEK))

    def next_after(
        self,
        resident_id: str,
        *,
        after: OrderKey | None = None,
        wanted: WorkFilter = EVERYONE,
        order: Order = Order.DUE,
    ) -> WorkRow | None:
        """保存，下一位: who follows `resident_id`, whose row had the key `after` before it was saved.

        At the end of the list it begins again from the top; None when nobody else is left. Who only has a referral to be
        asked after is passed over: there is no form to be filled in.
        """
        found = self._next_visit(resident_id, wanted, order, after)
        if found is None and after is not None:
            found = self._next_visit(resident_id, wanted, order, None)
        return found

    def groups(self) -> tuple[str, ...]:
        """The groups of the village, for the filter."""
        with self._desk.sessions.reading() as session:
            return tuple(queries.groups(session, self._desk.place.id))

    def side_cards(self) -> SideCards:
        """The cards beside the list. It counts everybody: call it in a worker."""
        until = self._desk.today() + WEEK
        with self._desk.sessions.reading() as session:
            checks = queries.open_count(session, self._desk.place.id, CHECK_TASK, until)
        examinations = ExaminationsDue(self._desk).count()
        return SideCards(Indicators(self._desk).quarter_progress(), checks, examinations)

    def _next_visit(
        self, resident_id: str, wanted: WorkFilter, order: Order, after: OrderKey | None
    ) -> WorkRow | None:
        more = True
        while more:
            rows, more = self._rows(wanted, order, after, 2)
            for row in rows:
                if row.resident_id != resident_id and not row.is_check_only:
                    return row
            after = rows[-1].key if rows else None
        return None

    def _rows(
        self, wanted: WorkFilter, order: Order, after: OrderKey | None, limit: int
    ) -> tuple[tuple[WorkRow, ...], bool]:
        with self._desk.sessions.reading() as session:
            found = queries.page(session, self._wanted(wanted), order, after, limit + 1)
        width = _key_width(found)
        people = [list(tasks) for _, tasks in groupby(found, key=lambda row: row.resident_id)]
        today = self._desk.today()
        rows = tuple(_work_row(tasks, width, today) for tasks in people[:limit])
        return rows, len(people) > limit

    def _wanted(self, wanted: WorkFilter) -> Wanted:
        today = self._desk.today()
        last_days = {
            Until.OVERDUE: today - timedelta(days=1), Until.TODAY: today, Until.WEEK: today + WEEK, Until.ALL: None
        }
        query = _query(wanted.text)
        return Wanted(
            organisation_id=self._desk.place.id,
            until=last_days[wanted.until],
            group_name=wanted.group,
            disease=wanted.disease,
            kind=wanted.kind,
            distance_max=wanted.distance_max,
            name_ranges=(*query.exact, *query.ranges),
            name_part=query.name_part,
        )


def printed_list(
    page: WorkPage, *, title: str, on: date, organisation: str = "", doctor: str = ""
) -> WorkListContent:
    """The rows as app.printing's WorkListContent: every word as it should read on paper, phone numbers masked."""
    from app.printing.lists import WorkListContent, WorkListRow

    return WorkListContent(
        title=title,
        date=on.isoformat(),
        rows=tuple(
            WorkListRow(
                name=row.name,
                age="" if row.age is None else str(row.age),
                diseases=tr(row.diseases_text),
                due=tr(row.due_chip.text),
                last_result=tr(row.last_text),
                phone=row.phone_masked,
                group=f"{row.group} {row.note}".strip(),
                reminder=tr("、").join(tr(chip.text) for chip in row.reminders),
            )
            for row in page.rows
        ),
        organisation=organisation,
        doctor=doctor,
    )


@lru_cache(maxsize=1024)
def due_chip(due_on: date, today: date) -> Chip:
    """逾期 9 天, 今天, 本周 with the day, or the date."""
    if due_on < today:
        return Chip("overdue", "bad", msg("逾期 {days} 天", days=(today - due_on).days))
    if due_on == today:
        return Chip("today", "warn", msg("今天"))
    shown = short_date(due_on, seen_from=today)
    return Chip("this_week" if due_on <= today + WEEK else "later", "none", msg("{date}", date=shown))


def _query(text: str) -> Query:
    return read_query(text, name_readings(query_text(text))) if text.strip() else Query()


def _key_width(rows: Sequence[Row[Any]]) -> int:
    return sum(name.startswith("k") and name[1:].isdigit() for name in rows[0]._fields) if rows else 0


def _work_row(tasks: Sequence[Row[Any]], key_width: int, today: date) -> WorkRow:
    first = tasks[0]
    by_disease = {row.disease: row for row in tasks}
    diseases = _in_programme_order(by_disease)
    born = first.birth_date
    return WorkRow(
        resident_id=first.resident_id,
        key=tuple(first[:key_width]),
        name=first.name,
        sex=first.sex,
        age=age_on(born, today) if born is not None and born <= today else None,
        diseases=diseases,
        due_on=first.due_on,
        days_overdue=max(0, (today - first.due_on).days),
        due_chip=due_chip(first.due_on, today),
        last=tuple(_last_result(by_disease[disease]) for disease in diseases),
        phone_masked=masked_phone(first.phone),
        group=first.group_name or "",
        note=_short_note(first),
        distance_km=first.distance_km,
        reminders=_reminders(tasks, today),
        kinds=(first.kind,) if len(tasks) == 1 else tuple(dict.fromkeys(row.kind for row in tasks)),
        form_code=_form_code(tasks, today),
    )


def _in_programme_order(diseases: Mapping[str, object]) -> tuple[str, ...]:
    """The diseases in the order of the programmes; a check without a programme has none."""
    if len(diseases) == 1:
        return tuple(diseases) if next(iter(diseases)) in PROGRAMMES else ()
    return tuple(disease for disease in PROGRAMMES if disease in diseases)


def _form_code(tasks: Sequence[Row[Any]], today: date) -> str:
    """Where the visit that is due is written; `tasks` of one person, the earliest first."""
    first = tasks[0]
    if first.kind != CHECK_TASK and first.disease in DISEASES:
        return ""
    visits = [row for row in tasks if row.kind != CHECK_TASK] or tasks
    soon = max(visits[0].due_on, today) + WEEK
    if any(row.disease in DISEASES and row.due_on <= soon for row in visits):
        return ""
    first = next((row for row in visits if row.disease and row.disease not in DISEASES), None)
    return "" if first is None else visit_form(first.disease, first.last_visit_on)


def _last_result(row: Row[Any]) -> LastResult:
    return LastResult(
        disease=row.disease,
        on=row.last_visit_on,
        reading=reading_text(row.disease, row.last_sbp, row.last_dbp, row.last_fpg),
        visit_class=row.last_class,
        times=row.unsatisfactory_in_a_row,
    )


def _short_note(row: Row[Any]) -> str:
    """The household's note, or that somebody lives alone, as far as it fits beside the group."""
    note = row.household_note or ("独居" if "独居" in row.care_note else "")
    return note[:LONGEST_NOTE]


def _reminders(tasks: Sequence[Row[Any]], today: date) -> tuple[Chip, ...]:
    """What to think of before going: 再不满意则转诊, 转诊复核, 行动不便·上门, 无人照顾."""
    person = tasks[0]
    chips = []
    soon = today + WEEK
    if any(row.kind == CHECK_TASK and row.due_on <= soon for row in tasks):
        chips.append(Chip("referral_check", "warn", msg("转诊复核")))
    elif any(row.unsatisfactory_in_a_row == 1 and row.disease in REFERRED_AT_TWICE for row in tasks):
        chips.append(Chip("refer_if_again", "warn", msg("再不满意则转诊")))
    if LIMB_DISABILITY in _codes(person.disability) or _says(person.care_note, HOME_WORDS):
        chips.append(Chip("home_visit", "none", msg("行动不便·上门")))
    if _says(person.care_note, ALONE_WORDS):
        chips.append(Chip("no_carer", "none", msg("无人照顾")))
    return tuple(chips)


@lru_cache(maxsize=256)
def _codes(kept: str | None) -> tuple[int, ...]:
    """The codes in a JSON list; few different ones occur, and a list of 500 would decode each anew."""
    return tuple(json.loads(kept) or ()) if kept else ()


def _says(note: str, words: Sequence[str]) -> bool:
    return bool(note) and any(word in note for word in words)
