"""The course of an invented patient: on which days the doctor came, what was measured, what was given.

Built backwards from the day on which the next visit is to be due, so that the list of today looks like any other day:
the last visit is satisfactory (due in three months) or not (due in two weeks), visits before it are about a quarter
apart, and after an unsatisfactory one there is another within two weeks. What follows from the values (class, referral,
next date) is not decided here but by the rules, as for any visit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.demo.cast import Role
from app.demo.village import Person
from app.domain.blood_pressure import CONTROL_DBP, control_limit_sbp
from app.domain.dates import add_months, age_on, three_months_after
from app.domain.glucose import CONTROL_BELOW

DUE_SHARES = ((0.02, -14, -1), (0.015, 0, 0), (0.05, 1, 6), (1.0, 7, 88))
"""Shares of the patients by when their next visit is due, in days from today."""
ARRIVED = 0.85
HEALTHY_BMI = Decimal("23.9")
HTN_DRUGS = (
    ("硝苯地平控释片 30mg", 1, "1片"),
    ("苯磺酸氨氯地平片 5mg", 1, "1片"),
    ("厄贝沙坦片 0.15g", 1, "1片"),
    ("卡托普利片 25mg", 2, "1片"),
    ("缬沙坦胶囊 80mg", 1, "1粒"),
)
HTN_SECOND = (
    ("氢氯噻嗪片 25mg", 1, "半片"),
    ("缬沙坦胶囊 80mg", 1, "1粒"),
    ("美托洛尔缓释片 47.5mg", 1, "1片"),
)
DM_DRUGS = (
    ("盐酸二甲双胍片 0.5g", 2, "1片"),
    ("盐酸二甲双胍片 0.5g", 3, "1片"),
    ("格列美脲片 2mg", 1, "1片"),
)
DM_SECOND = (("阿卡波糖片 50mg", 3, "1片"), ("格列美脲片 2mg", 1, "1片"))
THREE_TIMES = frozenset(("卡托普利片 25mg", "盐酸二甲双胍片 0.5g", "阿卡波糖片 50mg"))
"""Drugs that may be taken three times a day; of the others that would be more than the most."""
INSULIN = ("精蛋白人胰岛素混合注射液(30R)", "早12单位、晚10单位，餐前皮下注射")
INSULIN_AFTER_YEARS = 7
"""Whoever has had diabetes so long in the sample injects insulin."""
REFERRED_TO = "乡镇卫生院 内科"


@dataclass
class Planned:
    """One day on which the patient is visited: wanted control by disease (None: as it comes), or forced values.

    `next_on` is the day that was agreed for the next visit, None for the latest that the rules allow.
    """

    day: date
    controlled: bool | None = None
    role: Role | None = None
    is_lost: bool = False
    next_on: date | None = None


@dataclass
class Habits:
    """What changes slowly: how somebody lives, and how hard the disease is to control."""

    sbp: float
    dbp: float
    fpg: float
    cigarettes: int
    alcohol: Decimal
    salt: int
    staple: int
    exercise: tuple[int, int]
    adherence: int
    drugs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def plan_days(random: Random, person: Person, since: date, today: date) -> list[Planned]:
    """The days of a patient's visits from the enrolment to the last one, oldest first."""
    due, controlled = _due_day(random, person, today)
    last = Planned(_last_day(due, controlled), controlled, person.role, next_on=due)
    planned = [last]
    if person.role is not None and person.role.is_second:
        planned.append(Planned(last.day - timedelta(days=13), controlled=False))
    elif not controlled:
        planned.append(Planned(_quarter_before(random, last.day), controlled=True))
    while planned[-1].day > since:
        day = _quarter_before(random, planned[-1].day)
        if random.random() < 0.17:
            again = day + timedelta(days=random.randint(10, 14))
            is_better = random.random() < 0.8
            if not is_better:
                planned.append(Planned(again + timedelta(days=13), controlled=True))
            planned.append(Planned(again, controlled=is_better))
            planned.append(Planned(day, controlled=False))
        else:
            planned.append(Planned(day, controlled=True, is_lost=random.random() < 0.012))
    return [visit for visit in reversed(planned) if since <= visit.day <= today]


def _due_day(random: Random, person: Person, today: date) -> tuple[date, bool]:
    """When the next visit is due, and whether the last one is satisfactory."""
    if person.role is not None:
        return today + timedelta(days=person.role.due_in_days), _role_controlled(person, person.role, today)
    draw = random.random()
    _, low, high = next(share for share in DUE_SHARES if draw < share[0] or share[0] == 1.0)
    in_days = random.randint(low, high)
    controlled = in_days > 13 or random.random() < 0.7
    return today + timedelta(days=in_days), controlled


def _role_controlled(person: Person, role: Role, today: date) -> bool:
    is_controlled = True
    if "htn" in person.diagnosed:
        limit = control_limit_sbp(age_on(person.born, today))
        is_controlled = role.sbp < limit and role.dbp < CONTROL_DBP
    if "dm" in person.diagnosed and role.fpg is not None:
        is_controlled = is_controlled and role.fpg < CONTROL_BELOW
    return is_controlled


def _last_day(due: date, controlled: bool) -> date:
    """The latest day of a visit after which the next is due on `due`, or a little later where no month gives that day."""
    if not controlled:
        return due - timedelta(days=14)
    days = (add_months(due, -3) + timedelta(days=shift) for shift in range(-3, 4))
    return next(day for day in days if three_months_after(day) >= due)


def _quarter_before(random: Random, day: date) -> date:
    return add_months(day, -3) + timedelta(days=random.randint(0, 8))


def habits_of(random: Random, person: Person) -> Habits:
    """How an invented patient lives."""
    is_man = person.sex == 1
    drugs = {}
    for disease, choices in (("htn", HTN_DRUGS), ("dm", DM_DRUGS)):
        if disease in person.diagnosed:
            drugs[disease] = [_drug(random.choice(choices))]
    return Habits(
        sbp=random.gauss(133, 5),
        dbp=random.gauss(79, 4),
        fpg=random.gauss(6.1, 0.3),
        cigarettes=random.choice((0, 0, 5, 10, 20)) if is_man else 0,
        alcohol=Decimal(random.choice(("0", "0", "1", "1.5", "2"))) if is_man else Decimal(0),
        salt=random.choice((1, 2, 2, 3)),
        staple=random.choice((250, 300, 350, 400)),
        exercise=random.choice(((0, 0), (3, 20), (5, 30), (7, 30))),
        adherence=random.choice((1, 1, 1, 2)),
        drugs=drugs,
    )


def answers_of(
    random: Random, person: Person, habits: Habits, visit: Planned, diseases: tuple[str, ...]
) -> dict[str, Any]:
    """The answers of one visit by key, as a doctor would write them."""
    if visit.is_lost:
        return {"visit_date": visit.day, "not_seen": 1, "not_seen_note": "外出，电话未接"}
    answers: dict[str, Any] = {"visit_date": visit.day, **_measured(random, person, habits, visit, diseases)}
    if visit.next_on is not None:
        answers["next_visit_date"] = visit.next_on
    answers |= _lifestyle(random, habits, diseases)
    for disease in diseases:
        prefix = "" if len(diseases) == 1 else {"htn": "htn_followup.", "dm": "dm_followup."}[disease]
        answers[prefix + "symptoms"] = [1]
        answers[prefix + "adr"] = 1
        answers[prefix + "drugs"] = [dict(drug) for drug in habits.drugs[disease]]
        if disease == "dm" and visit.day >= add_months(person.diagnosed["dm"], 12 * INSULIN_AFTER_YEARS):
            answers[prefix + "insulin_kind"], answers[prefix + "insulin_usage"] = INSULIN
    return answers


def change_treatment(random: Random, habits: Habits, disease: str) -> None:
    """After an unsatisfactory visit: a second drug, or another dose."""
    drugs = habits.drugs[disease]
    if len(drugs) == 1:
        taken = {drug["name"] for drug in drugs}
        second = [_drug(choice) for choice in (HTN_SECOND if disease == "htn" else DM_SECOND)]
        drugs.append(next(drug for drug in second if drug["name"] not in taken))
        habits.drugs[disease] = drugs
    elif random.random() < 0.3:
        most = 3 if drugs[0]["name"] in THREE_TIMES else 2
        drugs[0] = {**drugs[0], "times_per_day": min(most, drugs[0]["times_per_day"] + 1)}


def _drug(choice: tuple[str, int, str]) -> dict[str, Any]:
    name, times, dose = choice
    return {"name": name, "times_per_day": times, "dose": dose}


def _measured(
    random: Random, person: Person, habits: Habits, visit: Planned, diseases: tuple[str, ...]
) -> dict[str, Any]:
    role = visit.role
    sbp, dbp = (role.sbp, role.dbp) if role else _pressure(random, person, habits, visit, diseases)
    weight = person.weight_kg + Decimal(random.randint(-12, 12)).scaleb(-1)
    measured: dict[str, Any] = {
        "visit_method": random.choice((1, 1, 1, 2)),
        "sbp": sbp,
        "dbp": dbp,
        "heart_rate": random.randint(62, 88),
        "weight": max(weight, Decimal(30)),
    }
    healthy = (HEALTHY_BMI * (person.height_cm / 100) ** 2).quantize(Decimal("0.1"))
    measured["weight_target"] = min(measured["weight"], healthy)
    if "dm" in diseases:
        measured["fpg"] = (
            role.fpg if role and role.fpg is not None else _glucose(random, habits, visit, diseases)
        )
        measured["dorsalis_pedis"] = 1
        measured["hypoglycaemia"] = 1
    return measured


def _pressure(
    random: Random, person: Person, habits: Habits, visit: Planned, diseases: tuple[str, ...]
) -> tuple[int, int]:
    """Near the person's own level, with the season (higher in winter); on the wanted side of the limit."""
    winter = 4 if visit.day.month in (12, 1, 2) else (-2 if visit.day.month in (6, 7, 8) else 0)
    sbp = round(habits.sbp + winter + random.gauss(0, 5))
    dbp = round(habits.dbp + winter / 2 + random.gauss(0, 4))
    limit = int(control_limit_sbp(age_on(person.born, visit.day)))
    is_raised = visit.controlled is False and ("dm" not in diseases or random.random() < 0.6)
    if "htn" in diseases and is_raised:
        return limit + random.randint(2, 18), min(99, max(80, dbp + random.randint(4, 12)))
    return max(104, min(sbp, limit - 2)), max(60, min(dbp, 88))


def _glucose(random: Random, habits: Habits, visit: Planned, diseases: tuple[str, ...]) -> Decimal:
    if visit.controlled is False:
        return Decimal(random.randint(71, 98)).scaleb(-1)
    return Decimal(f"{max(4.6, min(6.8, habits.fpg + random.gauss(0, 0.35))):.1f}")


def _lifestyle(random: Random, habits: Habits, diseases: tuple[str, ...]) -> dict[str, Any]:
    times, minutes = habits.exercise
    lived: dict[str, Any] = {
        "cigarettes": habits.cigarettes,
        "cigarettes_target": max(0, habits.cigarettes - 5),
        "alcohol": habits.alcohol,
        "alcohol_target": min(habits.alcohol, Decimal(1)),
        "exercise_times": times,
        "exercise_times_target": max(times, 5),
        "exercise_minutes": minutes,
        "exercise_minutes_target": max(minutes, 30),
        "psych": random.choice((1, 1, 1, 2)),
        "compliance_behaviour": random.choice((1, 1, 2)),
        "drug_adherence": habits.adherence if random.random() < 0.85 else 2,
    }
    if "htn" in diseases:
        lived |= {"salt": habits.salt, "salt_target": 1}
    if "dm" in diseases:
        lived |= {"staple_food": habits.staple, "staple_food_target": max(200, habits.staple - 50)}
    return lived
