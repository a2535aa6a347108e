"""What a screening value says about a person: the conclusion of the form, the next step, and why. Pure.

Blood pressure by app.domain.screening (rules §2.1), glucose by app.domain.glucose_screening. Somebody who is under
management for a disease already is not screened for it: his value belongs to a follow-up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.domain.blood_pressure import BloodPressure
from app.domain.glucose_screening import screen_glucose
from app.domain.message import Message, msg
from app.domain.reasons import HOUSE_RULE, Reason
from app.domain.screening import DayReading, ScreeningAction, ScreeningInput, screen_hypertension
from app.forms.screening import (
    DRINKING,
    GLUCOSE,
    HIGH_RISK,
    MANAGED,
    NORMAL,
    RELATIVES,
    REPEAT,
    SALT,
    SUSPECTED,
    URGENT,
)
from app.forms.vocabulary import Context
from app.services.diseases import DIABETES, HYPERTENSION
from app.services.form_views import Proposal, RecordedForm

REPEAT_DAYS = 7
"""A raised pressure is measured again on another day, within a week: the program's own proposal."""

READINGS_DAYS = 365
"""Readings of other days count for a year, as long as the yearly check: the specification names no span."""

HEAVY_DRINKING = Decimal(100)
ADVICE_LENGTH = 200


@dataclass(frozen=True)
class ScreenPerson:
    """What the rule asks of a person; `managed` are the codes of the diseases under management."""

    birth_date: date | None
    sex: int | None
    managed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Conclusion:
    """What goes on the form, and how it is told. `raised_days` counts the days on which the pressure was raised.

    `check_due` is the last day to ask what became of a referral; `repeat_on` when to measure again.
    """

    codes: tuple[int, ...]
    headline: Message
    tone: str
    reasons: tuple[Reason, ...]
    repeat_on: date | None
    check_due: date | None
    raised_days: int

    @property
    def advice(self) -> str:
        """告知和指导: the reasons in one line, as the form keeps it."""
        return "；".join(str(reason.message) for reason in self.reasons)[:ADVICE_LENGTH]


def conclude(person: ScreenPerson, on: date, answers: Mapping[str, Any], earlier: Sequence[DayReading]) -> Conclusion:
    """The conclusion for canonical `answers` of the day `on`; `earlier` are the readings of other entries."""
    sbp, dbp = answers.get("sbp"), answers.get("dbp")
    codes: list[int] = []
    reasons: list[Reason] = []
    check_due = repeat_on = None
    measured = sbp is not None and dbp is not None and dbp < sbp
    glucose = screen_glucose(answers.get("fasting_glucose"), answers.get("random_glucose"))
    if glucose.urgent or (measured and BloodPressure(Decimal(sbp), Decimal(dbp)).is_urgent):
        codes.append(URGENT)
    if measured and HYPERTENSION not in person.managed:
        result = screen_hypertension(_input(person, on, answers, earlier))
        check_due = result.check_due
        code = {
            ScreeningAction.REFER: SUSPECTED, ScreeningAction.REPEAT: REPEAT, ScreeningAction.HALF_YEARLY: HIGH_RISK,
        }.get(result.action)  # fmt: skip
        codes += [] if code is None else [code]
        repeat_on = on + timedelta(days=REPEAT_DAYS) if code == REPEAT else None
        reasons += result.reasons
    elif measured and BloodPressure(Decimal(sbp), Decimal(dbp)).is_raised:
        codes.append(MANAGED)
        reasons.append(Reason("managed", HOUSE_RULE, msg("已纳入高血压管理：这次血压请记到随访里")))
    if glucose.refer and DIABETES not in person.managed:
        codes.append(GLUCOSE)
    if DIABETES in person.managed and glucose.reasons:
        codes.append(MANAGED)
        reasons.append(Reason("managed", HOUSE_RULE, msg("已纳入糖尿病管理：这次血糖请记到随访里")))
    else:
        reasons += glucose.reasons
    found = tuple(dict.fromkeys(codes)) or (NORMAL,)
    return Conclusion(
        found, headline_of(found), tone_of(found), tuple(reasons), repeat_on, check_due, _raised_days(on, answers, earlier)
    )


def screening_proposals(
    answers: Mapping[str, Any], context: Context, history: Sequence[RecordedForm]
) -> tuple[Proposal, ...]:
    """What is proposed for a form that is filled in by itself; `history` are the other entries, in any order."""
    day = answers.get("screen_date")
    is_measured = "sbp" in answers and "dbp" in answers
    if day is None or not (is_measured or "fasting_glucose" in answers or "random_glucose" in answers):
        return ()
    earlier = [
        DayReading(entry.entry_date, entry.answers["sbp"], entry.answers["dbp"])
        for entry in history
        if "sbp" in entry.answers and "dbp" in entry.answers and counts_on(day, entry.entry_date)
    ]
    said = conclude(ScreenPerson(context.birth_date, context.sex, context.diseases), day, answers, earlier)
    follow: dict[str, Any] = {"conclusion": list(said.codes)}
    if said.repeat_on is not None:
        follow["repeat_on"] = said.repeat_on
    if said.advice:
        follow["advice"] = said.advice
    referral = "urgent" if URGENT in said.codes else "yes" if {SUSPECTED, GLUCOSE} & set(said.codes) else "no"
    reasons = tuple(reason.message for reason in said.reasons)
    return (Proposal(said.headline, reasons, follow, said.tone, referral, said.check_due),)


def counts_on(day: date, measured_on: date) -> bool:
    """Whether a reading of `measured_on` still counts when somebody is measured on `day`."""
    return day - timedelta(days=READINGS_DAYS) <= measured_on <= day


def headline_of(codes: Sequence[int]) -> Message:
    """The most pressing of several conclusions, in a few words."""
    for code in (URGENT, SUSPECTED, GLUCOSE, REPEAT, MANAGED, HIGH_RISK):
        if code in codes:
            return HEADLINES[code]
    return HEADLINES[NORMAL]


def tone_of(codes: Sequence[int]) -> str:
    """bad for what is to be referred, warn for a repeat, good for nothing found, none for the rest."""
    if any(code in codes for code in (URGENT, SUSPECTED, GLUCOSE)):
        return "bad"
    return "warn" if REPEAT in codes else "good" if NORMAL in codes else "none"


HEADLINES: dict[int, Message] = {
    URGENT: msg("危急：当场处理，立即转诊"),
    SUSPECTED: msg("三次不同日血压偏高：转诊确诊"),
    GLUCOSE: msg("血糖偏高：转诊确诊"),
    REPEAT: msg("血压偏高：改天复测"),
    HIGH_RISK: msg("高血压高危：半年测一次"),
    MANAGED: msg("已纳入管理：请记到随访里"),
    NORMAL: msg("未见异常"),
}


def _input(
    person: ScreenPerson, on: date, answers: Mapping[str, Any], earlier: Sequence[DayReading]
) -> ScreeningInput:
    risks = answers.get("risk_factors", ())
    return ScreeningInput(
        birth_date=person.birth_date,
        day=on,
        sex=person.sex,
        sbp=answers["sbp"],
        dbp=answers["dbp"],
        readings=tuple(earlier),
        bmi=answers.get("bmi"),
        waist_cm=answers.get("waist"),
        family_history_degree=1 if RELATIVES in risks else None,
        high_salt=SALT in risks,
        spirit_ml_per_day=HEAVY_DRINKING if DRINKING in risks else None,
    )


def _raised_days(on: date, answers: Mapping[str, Any], earlier: Sequence[DayReading]) -> int:
    days: dict[date, list[tuple[int, int]]] = {}
    now = [DayReading(on, answers["sbp"], answers["dbp"])] if "sbp" in answers and "dbp" in answers else []
    for reading in (*earlier, *now):
        days.setdefault(reading.day, []).append((int(str(reading.sbp)), int(str(reading.dbp))))
    return sum(
        BloodPressure(
            Decimal(sum(sbp for sbp, _ in values)) / len(values), Decimal(sum(dbp for _, dbp in values)) / len(values)
        ).is_raised
        for values in days.values()
    )
