"""工作指标 of a year, all of them by their official names: records, the elderly, chronic diseases, 严重精神障碍, 肺结核.

The counting is app.domain.indicators (rules §11); here the people are fetched. They are a preview: the county platform
reports. Partial and void forms count nowhere. It reads everybody's forms of the year and takes a moment: call it in a
worker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.indicators import (
    IndicatorName,
    Period,
    Rate,
    ResidentFacts,
    ServiceRecord,
    TuberculosisCase,
    elderly_rate,
    record_rate,
    record_use_rate,
    tb_management_rate,
    tb_regular_rate,
)
from app.forms.registry import FORM_MODULES, form
from app.forms.tcm_elder import CONSTITUTIONS
from app.services.diseases import DISEASES, TUBERCULOSIS
from app.services.indicators import CONTROL, STANDARD, Indicators
from db.queries import indicators as queries

RECORD_FORMS = ("record_cover", "personal_info")
DYNAMIC_FORMS = tuple(code for code in FORM_MODULES if code not in (*RECORD_FORMS, "record_card"))
"""Every form but those of the record itself is a service that makes the record a used one."""

EXAMINATION, CONSTITUTION = "health_exam", "tcm_elder"
EXAMINATION_GUIDANCE = ("evaluation",)
"""健康评价与指导 is one block: a complete examination has it, with 健康指导 wherever something was abnormal."""
CONSTITUTION_GUIDANCE = tuple(f"guidance_{code}" for code in CONSTITUTIONS)


@dataclass(frozen=True)
class NamedRate:
    """One indicator under its official name."""

    name: IndicatorName
    rate: Rate


class YearIndicators:
    """The indicators of this clinic."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def all(self, year: int | None = None, cut_off: date | None = None) -> tuple[NamedRate, ...]:
        """Every indicator of a year seen on a day: by default this year today, a past year on its last day."""
        return (
            *self.records(year, cut_off),
            *self.elderly(year, cut_off),
            *self.chronic(year, cut_off),
            NamedRate(IndicatorName.MENTAL_STANDARD, Indicators(self._desk).mental_standard(year, cut_off)),
            *self.tuberculosis(year, cut_off),
        )

    def records(self, year: int | None = None, cut_off: date | None = None) -> tuple[NamedRate, ...]:
        """健康档案建档率, 电子健康档案建档率 and 健康档案使用率; every record of this program is electronic."""
        people = self._residents(self._period(year, cut_off))
        return (
            NamedRate(IndicatorName.RECORD, record_rate(people)),
            NamedRate(IndicatorName.ELECTRONIC_RECORD, record_rate(people, electronic=True)),
            NamedRate(IndicatorName.RECORD_USE, record_use_rate(people, self._period(year, cut_off))),
        )

    def elderly(self, year: int | None = None, cut_off: date | None = None) -> tuple[NamedRate, ...]:
        """老年人健康管理率 and 老年人中医药健康管理率."""
        period = self._period(year, cut_off)
        people = self._residents(period)
        tcm = elderly_rate(people, period, traditional_medicine=True)
        return (
            NamedRate(IndicatorName.ELDERLY, elderly_rate(people, period)),
            NamedRate(IndicatorName.ELDERLY_TCM, tcm),
        )

    def chronic(self, year: int | None = None, cut_off: date | None = None) -> tuple[NamedRate, ...]:
        """规范管理率 and 控制率 of hypertension and type 2 diabetes."""
        rates = []
        for disease in DISEASES:
            found = Indicators(self._desk).of_year(disease, year, cut_off)
            rates += [NamedRate(STANDARD[disease], found.standard), NamedRate(CONTROL[disease], found.control)]
        return tuple(rates)

    def tuberculosis(self, year: int | None = None, cut_off: date | None = None) -> tuple[NamedRate, ...]:
        """肺结核患者管理率 and 肺结核患者规则服药率."""
        period = self._period(year, cut_off)
        with self._desk.sessions.reading() as session:
            cases = _cases(session, self._desk.place.id, period)
        return (
            NamedRate(IndicatorName.TB_MANAGED, tb_management_rate(cases, period)),
            NamedRate(IndicatorName.TB_REGULAR, tb_regular_rate(cases, period)),
        )

    def _period(self, year: int | None, cut_off: date | None) -> Period:
        today = self._desk.today()
        of_year = year or today.year
        return Period(of_year, min(date(of_year, 12, 31), cut_off or today))

    def _residents(self, period: Period) -> list[ResidentFacts]:
        with self._desk.sessions.reading() as session:
            span = (period.start, period.cut_off)
            people = queries.residents(session, self._desk.place.id)
            covers, infos = (queries.with_complete(session, code) for code in RECORD_FORMS)
            used = queries.served(session, DYNAMIC_FORMS, *span)
            exams = _services(queries.services(session, EXAMINATION, *span, EXAMINATION_GUIDANCE))
            constitutions = _services(queries.services(session, CONSTITUTION, *span, CONSTITUTION_GUIDANCE))
        recorded = covers & infos
        return [
            ResidentFacts(
                id=row.id,
                birth_date=row.birth_date,
                is_permanent=row.residence_type is not None,
                has_record=row.id in recorded,
                has_electronic_record=row.id in recorded,
                dynamic_days=(period.cut_off,) if row.id in used else (),
                exams=tuple(exams.get(row.id, ())),
                constitutions=tuple(constitutions.get(row.id, ())),
            )
            for row in people
        ]


def _services(rows: Iterable[Row[Any]]) -> dict[str, list[ServiceRecord]]:
    found: dict[str, list[ServiceRecord]] = defaultdict(list)
    for row in rows:
        found[row.resident_id].append(ServiceRecord(row.entry_date, complete=True, guidance=bool(row.is_guided)))
    return found


def _cases(session: Session, organisation_id: str, period: Period) -> list[TuberculosisCase]:
    """One case for each enrolment: notified on the day that stands as its diagnosis, managed from its first visit on."""
    visits: dict[str, list[date]] = defaultdict(list)
    for row in queries.visits(session, organisation_id, TUBERCULOSIS, date.min, period.cut_off):
        visits[row.resident_id].append(row.visit_date)
    closings: dict[str, list[tuple[date, dict[str, Any]]]] = defaultdict(list)
    for row in queries.forms_of_managed(session, organisation_id, TUBERCULOSIS, "tb_followup"):
        answers = form("tb_followup").restore(row.answers)
        if "stop_date" in answers:
            closings[row.resident_id].append((answers["stop_date"], answers))
    cases = []
    for row in queries.managed(session, organisation_id, TUBERCULOSIS, date.min, period.cut_off):
        own = [day for day in visits[row.resident_id] if _within(day, row)]
        closing = next((given for day, given in closings[row.resident_id] if _within(day, row)), {})
        cases.append(
            TuberculosisCase(
                id=row.resident_id,
                notified_on=row.diagnosed_on or row.enrolled_on,
                managed_from=min(own, default=None),
                completed_on=closing.get("stop_date") if closing.get("stop_reason") == 1 else None,
                doses_due=closing.get("doses_due"),
                doses_taken=closing.get("doses_taken"),
            )
        )
    return cases


def _within(day: date, enrolment: Row[Any]) -> bool:
    return enrolment.enrolled_on <= day and (enrolment.ended_on is None or day <= enrolment.ended_on)
