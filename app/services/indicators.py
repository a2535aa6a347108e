"""工作指标 of the programmes: 规范管理率 and 控制率 of the year, and the progress of the quarter.

The counting is app.domain.indicators; here the people are fetched and the settings applied. The indicators of records, of
the elderly and of tuberculosis are year_indicators.py. Partial and void forms count nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.indicators import (
    IndicatorName,
    IndicatorSettings,
    IndicatorVisit,
    ManagedPerson,
    Period,
    Rate,
    RequiredCheck,
    glucose_control_rate,
    pressure_control_rate,
    required_visits,
    standard_management_rate,
)
from app.domain.message import Message, msg
from app.services.diseases import COPD, DIABETES, DISEASES, HYPERTENSION, MENTAL_DISORDER, NAMES
from app.services.settings import Settings
from db.queries import indicators as queries

STANDARD = {
    HYPERTENSION: IndicatorName.HYPERTENSION_STANDARD,
    DIABETES: IndicatorName.DIABETES_STANDARD,
}
CONTROL = {HYPERTENSION: IndicatorName.PRESSURE_CONTROL, DIABETES: IndicatorName.GLUCOSE_CONTROL}
NOT_ONLY_FACE_TO_FACE = (MENTAL_DISORDER,)
"""Under these every kind of visit counts (rules §11)."""

SHOWN_WHERE_ANYBODY_IS_MANAGED = (MENTAL_DISORDER, COPD)
CONSENT_FORM, CONSENT_REFUSED = "smi_info", 0


@dataclass(frozen=True)
class Shortfall:
    """A resident who is not managed to the norm yet, and what is missing."""

    resident_id: str
    visits_missing: int
    examination_missing: bool
    checks_missing: int


@dataclass(frozen=True)
class DiseaseIndicators:
    """The two rates of one disease and who is behind them."""

    disease: str
    period: Period
    standard: Rate
    control: Rate
    shortfalls: tuple[Shortfall, ...]
    not_controlled: tuple[str, ...]

    @property
    def standard_name(self) -> IndicatorName:
        """The official name of the first rate."""
        return STANDARD[self.disease]

    @property
    def control_name(self) -> IndicatorName:
        """The official name of the second rate."""
        return CONTROL[self.disease]


@dataclass(frozen=True)
class QuarterProgress:
    """本季度进度 of one disease: who has had the face-to-face visits that the quarters begun so far ask for."""

    disease: str
    on_track: Rate

    @property
    def label(self) -> Message:
        """高血压规范管理."""
        return msg("{disease}规范管理", disease=NAMES[self.disease])


class Indicators:
    """The indicators of this clinic."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of_year(
        self, disease: str, year: int | None = None, cut_off: date | None = None
    ) -> DiseaseIndicators:
        """Both rates of a year seen on a day: by default this year today, a past year on its last day."""
        today = self._desk.today()
        period = _period(year or today.year, cut_off, today)
        with self._desk.sessions.reading() as session:
            people = _managed_people(session, self._desk.place.id, disease, period)
        settings = self._settings()
        standard = standard_management_rate(people, period, settings)
        rate = pressure_control_rate if disease == HYPERTENSION else glucose_control_rate
        control = rate(people, period, settings)
        missed = set(standard.denominator_ids) - set(standard.numerator_ids)
        reached = set(control.numerator_ids)
        return DiseaseIndicators(
            disease=disease,
            period=period,
            standard=standard,
            control=control,
            shortfalls=tuple(_shortfall(one, period, settings) for one in people if one.id in missed),
            not_controlled=tuple(one for one in control.denominator_ids if one not in reached),
        )

    def mental_standard(self, year: int | None = None, cut_off: date | None = None) -> Rate:
        """严重精神障碍患者规范管理率: four visits of any kind, and the yearly examination where it was consented to."""
        today = self._desk.today()
        period = _period(year or today.year, cut_off, today)
        with self._desk.sessions.reading() as session:
            people = _managed_people(session, self._desk.place.id, MENTAL_DISORDER, period)
        return standard_management_rate(people, period, self._settings(), face_to_face_only=False)

    def quarter_progress(self) -> tuple[QuarterProgress, ...]:
        """本季度进度, counted by the database: hypertension and diabetes always, the others where anybody is managed."""
        today = self._desk.today()
        start = date(today.year, 1, 1)
        progress = []
        with self._desk.sessions.reading() as session:
            for disease in (*DISEASES, *SHOWN_WHERE_ANYBODY_IS_MANAGED):
                methods = None if disease in NOT_ONLY_FACE_TO_FACE else queries.FACE_TO_FACE
                rows = queries.visit_counts(session, self._desk.place.id, disease, start, today, methods)
                if not rows and disease not in DISEASES:
                    continue
                done = tuple(
                    row.resident_id for row in rows if row.visits >= visits_so_far(row.enrolled_on, today)
                )
                everybody = tuple(row.resident_id for row in rows)
                progress.append(QuarterProgress(disease, Rate(len(done), len(everybody), done, everybody)))
        return tuple(progress)

    def _settings(self) -> IndicatorSettings:
        values = Settings(self._desk).all()
        return IndicatorSettings(
            visits_per_year=int(values["visits_per_year"]),
            prorate_new=bool(values["prorate_new"]),
            count_ended=bool(values["count_ended"]),
        )


def visits_so_far(enrolled_on: date, today: date) -> int:
    """The face-to-face visits that should have been made by today: one for each quarter begun since the enrolment."""
    begun = (today.month - 1) // 3 + 1
    if enrolled_on.year < today.year:
        return begun
    return max(1, begun - (enrolled_on.month - 1) // 3)


def _period(year: int, cut_off: date | None, today: date) -> Period:
    last_day = date(year, 12, 31)
    return Period(year, min(last_day, cut_off or today))


def _managed_people(
    session: Session, organisation_id: str, disease: str, period: Period
) -> Sequence[ManagedPerson]:
    """One person for each resident; of several enrolments in the year the one open longest counts."""
    of_period = (session, organisation_id, disease, period.start, period.cut_off)
    visits: dict[str, list[IndicatorVisit]] = defaultdict(list)
    for row in queries.visits(*of_period):
        visits[row.resident_id].append(
            IndicatorVisit(
                day=row.visit_date,
                face_to_face=row.method in queries.FACE_TO_FACE,
                lost=row.not_seen is not None,
                sbp=row.sbp,
                dbp=row.dbp,
                fpg_mmol_l=row.fpg,
            )
        )
    checks: dict[str, list[RequiredCheck]] = defaultdict(list)
    for row in queries.checks(*of_period):
        checks[row.resident_id].append(RequiredCheck(row.due_on, row.done_on))
    examined: dict[str, list[date]] = defaultdict(list)
    for row in queries.examinations(*of_period):
        examined[row.resident_id].append(row.entry_date)
    declined = _declined(session, organisation_id) if disease == MENTAL_DISORDER else frozenset()
    people: dict[str, ManagedPerson] = {}
    for row in queries.managed(*of_period):
        known = people.get(row.resident_id)
        people[row.resident_id] = ManagedPerson(
            id=row.resident_id,
            birth_date=row.birth_date,
            enrolled_on=known.enrolled_on if known else row.enrolled_on,
            ended_on=row.ended_on,
            visits=tuple(visits[row.resident_id]),
            exam_dates=tuple(examined[row.resident_id]),
            checks=tuple(checks[row.resident_id]),
            exam_required=row.resident_id not in declined,
        )
    return tuple(people.values())


def _declined(session: Session, organisation_id: str) -> frozenset[str]:
    """Who refused consent in the newest 个人信息补充表: the yearly examination is not asked of them."""
    newest = {
        row.resident_id: row.answers
        for row in queries.forms_of_managed(session, organisation_id, MENTAL_DISORDER, CONSENT_FORM)
    }
    return frozenset(who for who, answers in newest.items() if answers.get("consent") == CONSENT_REFUSED)


def _shortfall(person: ManagedPerson, period: Period, settings: IndicatorSettings) -> Shortfall:
    made = sum(period.holds(visit.day) and visit.face_to_face and not visit.lost for visit in person.visits)
    needed = required_visits(person.enrolled_on, period, settings)
    examined = any(period.holds(day) for day in person.exam_dates)
    late = sum(check.done_on is None or check.done_on > check.due for check in person.checks)
    return Shortfall(person.id, max(0, needed - made), person.exam_required and not examined, late)
