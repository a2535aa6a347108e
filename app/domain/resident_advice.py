"""What a resident takes home from a visit, in plain words: today's values, and three lines of what to do.

The judgement is that of the rules (rules §3 and §4: control, class, referral, emergencies); only the words are ours.
The first line is about the medicine or the way to the hospital, the second about daily life, the third says when to
come at once. Each is short enough to be read aloud to somebody of 75.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from app.domain.blood_pressure import URGENT_DBP, URGENT_SBP, BloodPressure
from app.domain.chronic_followup import Referral, VisitClass
from app.domain.glucose import CONTROL_BELOW, URGENT_HIGH, URGENT_LOW
from app.domain.message import Message, msg
from app.domain.quantities import plain

HYPERTENSION, DIABETES, LUNG = "htn", "dm", "copd"
LOW_SBP = 90
LIANG_GRAMS = 50
REGULAR, IRREGULAR, NOT_TAKEN = 1, 2, 3
LIGHT_SALT = 1


@dataclass(frozen=True)
class TodaysFindings:
    """What the visit found. None or () = not known; `adherence` 1 规律, 2 间断, 3 不服药; `salt` 1 轻, 2 中, 3 重.

    `age` in completed years on the day. Cigarettes and alcohol (两) per day, `exercise_*` per week and in minutes,
    `staple_food` grams per day. `drugs` whether any medicine is written on the sheet.
    """

    diseases: tuple[str, ...] = ()
    age: int | None = None
    sbp: Decimal | None = None
    dbp: Decimal | None = None
    fpg: Decimal | None = None
    visit_class: VisitClass | None = None
    referral: Referral = Referral.NO
    referral_to: str = ""
    adherence: int | None = None
    drugs: bool = False
    insulin: bool = False
    low_glucose_before: bool = False
    salt: int | None = None
    cigarettes: int | None = None
    alcohol: Decimal | None = None
    exercise_times: int | None = None
    exercise_times_target: int | None = None
    exercise_minutes: int | None = None
    exercise_minutes_target: int | None = None
    staple_food: Decimal | None = None
    staple_food_target: Decimal | None = None


@dataclass(frozen=True)
class PlainValue:
    """血压, 142/86, 偏高; `tone` good, warn or bad."""

    name: Message
    value: str
    unit: Message
    verdict: Message
    tone: str


def pressure_in_words(sbp: Decimal, dbp: Decimal, age: int | None) -> PlainValue:
    """A pressure against the limit of the form rules for the age; without an age the stricter one."""
    reading = BloodPressure(sbp, dbp)
    if sbp >= URGENT_SBP or dbp >= URGENT_DBP:
        verdict, tone = msg("太高了，很危险"), "bad"
    elif not reading.is_controlled(age if age is not None else 0):
        verdict, tone = msg("偏高"), "warn"
    elif sbp < LOW_SBP:
        verdict, tone = msg("偏低"), "warn"
    else:
        verdict, tone = msg("达标"), "good"
    return PlainValue(msg("血压"), f"{plain(sbp)}/{plain(dbp)}", msg("毫米汞柱"), verdict, tone)


def glucose_in_words(fpg: Decimal) -> PlainValue:
    """A fasting glucose against the limits of the form rules."""
    if fpg >= URGENT_HIGH:
        verdict, tone = msg("太高了，很危险"), "bad"
    elif fpg <= URGENT_LOW:
        verdict, tone = msg("太低了，很危险"), "bad"
    elif fpg >= CONTROL_BELOW:
        verdict, tone = msg("偏高"), "warn"
    else:
        verdict, tone = msg("达标"), "good"
    return PlainValue(msg("空腹血糖"), plain(fpg), msg("毫摩尔/升"), verdict, tone)


def advice(found: TodaysFindings) -> tuple[Message, Message, Message]:
    """The three lines: medicine or hospital, daily life, when to come at once."""
    return _medicine(found), _daily_life(found), come_at_once(found)


def _medicine(found: TodaysFindings) -> Message:
    if found.referral is Referral.URGENT:
        return _sent_at_once(found.referral_to)
    if found.referral is Referral.YES:
        return _sent_soon(found.referral_to)
    if found.visit_class is VisitClass.ADVERSE_REACTION:
        return msg("吃药后不舒服，按医生新开的药吃，不要自己停药。")
    if found.drugs and found.adherence == NOT_TAKEN:
        return msg("药要天天吃，人不难受也要吃，从今天开始。")
    if found.drugs and found.adherence == IRREGULAR:
        return msg("药不能想起来才吃，要天天按时吃。")
    if found.visit_class is VisitClass.UNSATISFACTORY:
        return msg("这次没有达标，药按医生今天说的吃，不要自己加减。")
    if found.visit_class is VisitClass.COMPLICATION:
        return msg("身体有了新的情况，药按医生今天说的吃，不要自己加减。")
    if found.visit_class is VisitClass.CONTROLLED:
        return msg("控制得很好，药照原样吃，不要自己停。") if found.drugs else msg("控制得很好，照现在这样保持。")
    return msg("药天天按时吃，不要自己停。") if found.drugs else msg("听医生的安排，按时来复查。")


def _sent_at_once(where: str) -> Message:
    if where:
        return msg("今天马上去{where}，不要等，带上这张单子。", where=where)
    return msg("今天马上去医院，不要等，带上这张单子。")


def _sent_soon(where: str) -> Message:
    if where:
        return msg("请尽快去{where}看一看，带上这张单子。", where=where)
    return msg("请尽快去卫生院看一看，带上这张单子。")


def _daily_life(found: TodaysFindings) -> Message:
    """The one habit that matters most, and moving about where it falls short of what was agreed."""
    habit = _habit(found)
    if not _moves_too_little(found):
        return habit or msg("饭菜清淡，常走动，照现在这样就很好。")
    times, minutes = found.exercise_times_target, found.exercise_minutes_target
    moving = (
        msg("每周走动 {times} 次，每次 {minutes} 分钟。", times=times, minutes=minutes)
        if times and minutes
        else msg("天气好时多走动。")
    )
    return msg("{habit}{moving}", habit=habit, moving=moving) if habit else moving


def _habit(found: TodaysFindings) -> Message | None:
    if DIABETES in found.diseases and _over(found.staple_food, found.staple_food_target):
        liang = plain(Decimal(found.staple_food_target or 0) / LIANG_GRAMS)
        return msg("主食少一点，一天不超过 {liang} 两。", liang=liang)
    if found.salt is not None and found.salt > LIGHT_SALT:
        return msg("吃淡一点，少放盐，少吃咸菜。")
    if found.cigarettes:
        return msg("烟少抽，最好不抽。")
    if found.alcohol:
        return msg("酒少喝，最好不喝。")
    return None


def _moves_too_little(found: TodaysFindings) -> bool:
    return _over(found.exercise_times_target, found.exercise_times) or _over(
        found.exercise_minutes_target, found.exercise_minutes
    )


def _over(value: Decimal | int | None, limit: Decimal | int | None) -> bool:
    return value is not None and limit is not None and value > limit


def come_at_once(found: TodaysFindings) -> Message:
    """The danger signs of the emergency checklists in everyday words; of glucose too low where medicines may do it."""
    has: Collection[str] = found.diseases
    if HYPERTENSION in has and DIABETES in has:
        return msg("头痛得厉害、胸闷、看不清、心慌出汗、人迷糊：马上来，或打 120。")
    if HYPERTENSION in has:
        return msg("头痛得厉害、看不清、胸闷、躺不平、人迷糊：马上来，或打 120。")
    if DIABETES in has and (found.insulin or found.low_glucose_before):
        return msg("心慌、出汗、手抖：先吃两块糖。不见好或人迷糊：马上来，或打 120。")
    if DIABETES in has:
        return msg("心慌出汗、恶心呕吐、肚子痛、人迷糊：马上来，或打 120。")
    if LUNG in has:
        return msg("喘得比平时重、嘴唇发紫、发烧：马上来，或打 120。")
    return msg("突然不舒服，或比平时重得多：马上来，或打 120。")
