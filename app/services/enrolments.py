"""纳入管理: putting residents under management for one of the programmes, and ending it.

Scope after 国家基本公共卫生服务规范（第三版）: 辖区内 35 岁及以上常住居民中原发性高血压患者 / 2型糖尿病患者, and after the
trial of 2024 those with COPD; severe mental disorder and tuberculosis at any age. Somebody younger is asked about, not
refused. A resident may be enrolled again after an enrolment has ended; each is a row of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.dates import age_on
from app.domain.message import Message, msg
from app.domain.tuberculosis import FIRST_VISIT_WITHIN as FIRST_HOME_VISIT_WITHIN
from app.errors import UserError
from app.forms.registry import form
from app.forms.vocabulary import Level, Problem
from app.services.diseases import (
    DIABETES,
    HISTORY_CODES,
    HYPERTENSION,
    NAMES,
    PROGRAMMES,
    SCOPE_FROM_YEARS,
    SCOPED_BY_AGE,
    TUBERCULOSIS,
)
from app.services.due_tasks import ENDED, FOLLOW_UP_TASK
from app.services.history import record_change
from app.services.problems import refuse, refuse_if_any
from db.models import DueTask, Enrolment, Revision, new_id
from db.queries import follow_ups as queries

ENTITY = "enrolment"
CAUSED_BY = "caused_by"
"""In the first revision of an enrolment: the form that meant it."""
FIRST_VISIT_WITHIN = timedelta(days=14)
"""House rule: the first follow-up of a newly enrolled person is due within two weeks; the specification has no number."""

SECONDARY_ADVICE = msg(
    "只管理原发性高血压。如果怀疑继发性高血压（年轻、突然升高、多种药控制不住、伴肾病或低血钾），请及时转诊，不在这里管理。"
)
TYPE_2_ADVICE = msg("只管理 2 型糖尿病。1 型、妊娠期和其他类型的糖尿病请转诊到上级医院。")
TUBERCULOSIS_ADVICE = msg("接到定点医疗机构的通知后，72 小时内第一次入户随访；确诊日期填通知的日期。")
MENTAL_DISORDER_ADVICE = msg("要有监护人或本人的知情同意，另填个人信息补充表；病情变化时 2 周内随访。")
COPD_ADVICE = msg("慢阻肺病的管理是试行：随访间隔可以在设置里改，分类由医生判断。")
ADVICE: dict[str, Message] = {
    HYPERTENSION: SECONDARY_ADVICE,
    DIABETES: TYPE_2_ADVICE,
    "smi": MENTAL_DISORDER_ADVICE,
    TUBERCULOSIS: TUBERCULOSIS_ADVICE,
    "copd": COPD_ADVICE,
}

_ENROLMENTS, _TASKS = Enrolment.__table__, DueTask.__table__


@dataclass(frozen=True)
class EnrolmentView:
    """An enrolment as shown; `ended_on` None while under management. `advice` are sentences for the doctor."""

    id: str
    resident_id: str
    disease: str
    diagnosed_on: date | None
    enrolled_on: date
    ended_on: date | None
    end_reason: str
    last_visit_on: date | None
    next_due_on: date | None
    advice: tuple[Message, ...] = ()

    @property
    def name(self) -> Message:
        """The disease."""
        return NAMES[self.disease]


@dataclass(frozen=True)
class Offer:
    """A disease in 既往史 for which the resident is not under management. `confirmed` "2019", "2019-05" or ""."""

    disease: str
    confirmed: str


class Enrolments:
    """纳入管理 of this clinic."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def problems(
        self, resident_id: str, disease: str, diagnosed_on: date | None, enrolled_on: date
    ) -> tuple[Problem, ...]:
        """What stands against enrolling, before it is tried."""
        with self._desk.sessions.reading() as session:
            return tuple(self._problems(session, resident_id, disease, diagnosed_on, enrolled_on))

    def enrol(
        self,
        resident_id: str,
        disease: str,
        diagnosed_on: date | None,
        enrolled_on: date,
        *,
        first_visit_due: date | None = None,
        confirmed: frozenset[str] = frozenset(),
    ) -> EnrolmentView:
        """Put a resident under management; opens the first follow-up task (14 days, tuberculosis 72 hours after the day
        of the notice, or `first_visit_due`).

        Raises Refused; its questions ("age", "residence_type") pass when they are in `confirmed`.
        """
        with self._desk.sessions.writing() as session:
            found = self._problems(session, resident_id, disease, diagnosed_on, enrolled_on)
            refuse_if_any(found, confirmed)
            due = first_visit_due or first_visit_of(disease, diagnosed_on, enrolled_on)
            enrolment_id = write_enrolment(session, self._desk, resident_id, disease, diagnosed_on, enrolled_on, due)
        return EnrolmentView(
            enrolment_id,
            resident_id,
            disease,
            diagnosed_on,
            enrolled_on,
            None,
            "",
            None,
            due,
            advice_for(disease),
        )

    def end(self, enrolment_id: str, ended_on: date, reason: str) -> EnrolmentView:
        """End an enrolment: nothing more is due for it, what was recorded stays. Raises Refused."""
        if not reason.strip():
            raise refuse("end_reason", msg("请写明结束管理的原因。"))
        with self._desk.sessions.writing() as session:
            row = session.execute(select(_ENROLMENTS).where(_ENROLMENTS.c.id == enrolment_id)).one_or_none()
            if row is None or row.ended_on is not None:
                raise UserError(msg("这项管理已经结束，请刷新后查看。"))
            if not row.enrolled_on <= ended_on <= self._desk.today():
                sentence = msg("结束日期应在纳入日期 {enrolled} 到今天之间。", enrolled=row.enrolled_on)
                raise refuse("ended_on", sentence)
            session.execute(
                update(_ENROLMENTS)
                .where(_ENROLMENTS.c.id == enrolment_id)
                .values(ended_on=ended_on, end_reason=reason.strip()[:50])
            )
            session.execute(
                update(_TASKS)
                .where(_TASKS.c.enrolment_id == enrolment_id, _TASKS.c.done_on.is_(None))
                .values(done_on=ended_on, result=ENDED)
            )
            record_change(
                session,
                self._desk,
                "enrolment.end",
                ENTITY,
                enrolment_id,
                before={"ended_on": None},
                after={"ended_on": ended_on.isoformat()},
                number=self._revisions(session, enrolment_id) + 1,
                reason=reason.strip(),
            )
        return _view(row, None, ended_on=ended_on, end_reason=reason.strip()[:50])

    def of_resident(self, resident_id: str) -> tuple[EnrolmentView, ...]:
        """Every enrolment of a resident, oldest first."""
        with self._desk.sessions.reading() as session:
            due = {
                row.enrolment_id: row.due_on
                for row in queries.open_tasks(session, resident_id)
                if row.kind == FOLLOW_UP_TASK
            }
            return tuple(
                _view(row, due.get(row.id))
                for row in queries.enrolments(session, resident_id, ended_too=True)
            )

    def offers(self, resident_id: str) -> tuple[Offer, ...]:
        """Diseases of 既往史 in the newest 个人基本信息表 for which the resident is not under management."""
        with self._desk.sessions.reading() as session:
            entries = queries.newest_entries(session, resident_id, ["personal_info"], 1)
            managed = {row.disease for row in queries.enrolments(session, resident_id)}
        if not entries:
            return ()
        history = form("personal_info").restore(entries[0].answers).get("disease_history", ())
        confirmed = {row.get("code"): row.get("confirmed_ym", "") for row in history}
        return tuple(
            Offer(disease, confirmed[HISTORY_CODES[disease]])
            for disease in HISTORY_CODES
            if HISTORY_CODES[disease] in confirmed and disease not in managed
        )

    def _problems(
        self, session: Session, resident_id: str, disease: str, diagnosed_on: date | None, enrolled_on: date
    ) -> list[Problem]:
        if disease not in PROGRAMMES:
            raise refuse("disease", msg("没有“{disease}”这种管理。", disease=disease))
        person = queries.person(session, resident_id)
        if person is None:
            raise UserError(msg("没有找到这位居民，可能已被移到别处。请重新查找。"))
        found = _date_problems(person, diagnosed_on, enrolled_on, self._desk.today())
        if person.state != "active":
            sentence = msg("{name}已不在本村管理（迁出、死亡或注销），不能纳入。", name=person.name)
            found.append(Problem("resident", Level.REFUSE, sentence))
        if any(row.disease == disease for row in queries.enrolments(session, resident_id)):
            sentence = msg("{name}已经纳入{disease}管理。", name=person.name, disease=NAMES[disease])
            found.append(Problem("disease", Level.REFUSE, sentence))
        return [*found, *_scope_problems(person, disease, enrolled_on)]

    def _revisions(self, session: Session, enrolment_id: str) -> int:
        statement = select(func.max(Revision.number)).where(
            Revision.entity == ENTITY, Revision.entity_id == enrolment_id
        )
        return session.scalar(statement) or 0


def first_visit_of(disease: str, diagnosed_on: date | None, enrolled_on: date) -> date:
    """The latest day of the first visit: 72 hours after the notice for tuberculosis (rules §6), else two weeks."""
    if disease == TUBERCULOSIS:
        return (diagnosed_on or enrolled_on) + FIRST_HOME_VISIT_WITHIN
    return enrolled_on + FIRST_VISIT_WITHIN


def write_enrolment(
    session: Session,
    desk: Desk,
    resident_id: str,
    disease: str,
    diagnosed_on: date | None,
    enrolled_on: date,
    due_on: date,
    *,
    caused_by: str = "",
) -> str:
    """The enrolment, its first task and its revision, in the unit of work of the caller; returns its id.

    `caused_by` is the form whose saving means it, so that voiding that form can take it back.
    """
    enrolment_id = new_id()
    of_both = {"resident_id": resident_id, "organisation_id": desk.place.id, "disease": disease}
    session.execute(
        insert(_ENROLMENTS).values(id=enrolment_id, diagnosed_on=diagnosed_on, enrolled_on=enrolled_on, **of_both)
    )
    session.execute(
        insert(_TASKS).values(
            id=new_id(),
            enrolment_id=enrolment_id,
            kind=FOLLOW_UP_TASK,
            due_on=due_on,
            caused_by_id=enrolment_id,
            **of_both,
        )
    )
    after = {
        "disease": disease,
        "diagnosed_on": None if diagnosed_on is None else diagnosed_on.isoformat(),
        "enrolled_on": enrolled_on.isoformat(),
        **({CAUSED_BY: caused_by} if caused_by else {}),
    }
    record_change(session, desk, "enrolment.enrol", ENTITY, enrolment_id, before=None, after=after)
    return enrolment_id


def advice_for(disease: str) -> tuple[Message, ...]:
    """What to bear in mind when a disease is taken under management."""
    return (ADVICE[disease],)


def _date_problems(
    person: Row[Any], diagnosed_on: date | None, enrolled_on: date, today: date
) -> list[Problem]:
    found = []
    if enrolled_on > today:
        sentence = msg("纳入日期 {date} 还没有到，请核对日期。", date=enrolled_on)
        found.append(Problem("enrolled_on", Level.REFUSE, sentence))
    if diagnosed_on is None:
        return found
    if diagnosed_on > enrolled_on:
        sentence = msg(
            "确诊日期 {diagnosed} 晚于纳入日期 {enrolled}，请核对。",
            diagnosed=diagnosed_on,
            enrolled=enrolled_on,
        )
        found.append(Problem("diagnosed_on", Level.REFUSE, sentence))
    if person.birth_date is not None and diagnosed_on < person.birth_date:
        sentence = msg(
            "确诊日期 {diagnosed} 早于出生日期 {born}，请核对。",
            diagnosed=diagnosed_on,
            born=person.birth_date,
        )
        found.append(Problem("diagnosed_on", Level.REFUSE, sentence))
    return found


def _scope_problems(person: Row[Any], disease: str, enrolled_on: date) -> list[Problem]:
    """Who is outside 服务对象 is asked about: younger than 35, or not known to live here."""
    found = []
    if disease in SCOPED_BY_AGE and person.birth_date is not None and person.birth_date <= enrolled_on:
        age = age_on(person.birth_date, enrolled_on)
        if age < SCOPE_FROM_YEARS:
            sentence = msg(
                "{name} {age} 岁，不到 35 岁，不属于{disease}患者健康管理的服务对象，请确认仍要纳入。",
                name=person.name,
                age=age,
                disease=NAMES[disease],
            )
            found.append(Problem("age", Level.ASK, sentence))
    if person.residence_type is None:
        sentence = msg("{name}没有登记常住类型，只管理常住居民，请确认。", name=person.name)
        found.append(Problem("residence_type", Level.ASK, sentence))
    return found


def _view(
    row: Row[Any], due_on: date | None, *, ended_on: date | None = None, end_reason: str | None = None
) -> EnrolmentView:
    return EnrolmentView(
        id=row.id,
        resident_id=row.resident_id,
        disease=row.disease,
        diagnosed_on=row.diagnosed_on,
        enrolled_on=row.enrolled_on,
        ended_on=ended_on or row.ended_on,
        end_reason=row.end_reason if end_reason is None else end_reason,
        last_visit_on=row.last_visit_on,
        next_due_on=due_on,
        advice=advice_for(row.disease),
    )
