"""健康评价 and 健康指导 of a 健康体检表: what is abnormal in the answers, and what follows from it.

国家基本公共卫生服务规范（第三版）健康体检表 填表说明: 无异常 means no new disease and known ones in control. Abnormal are the
findings that the form itself marks so, a raised pressure or glucose, and body measures (rules §9). Laboratory values
have no limits in the specification, so that the doctor judges them; glucose has those of the diabetes specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.domain.blood_pressure import BloodPressure, read_blood_pressure
from app.domain.body import BMI_LABELS, BmiCategory, bmi_category, has_abdominal_obesity
from app.domain.glucose import CONTROL_BELOW, URGENT_HIGH, URGENT_LOW, glucose_text
from app.domain.message import Message, msg
from app.forms.health_exam_findings import ABNORMALITIES
from app.forms.kinds import Choice, Choices
from app.forms.registry import form
from app.forms.vocabulary import NOTE, Context
from app.services.diseases import DIABETES, HYPERTENSION

MANAGE, RECHECK, REFER = 1, 2, 3
"""健康指导."""

SMOKES, NO_EXERCISE = 3, 4
DRINKS_OFTEN = (3, 4)
UNHEALTHY_DIET = (4, 5, 6)
STOP_SMOKING, DRINK_LESS, DIET, EXERCISE, LOSE_WEIGHT = 1, 2, 3, 4, 5
"""危险因素控制."""

LONGEST = 100
NORMAL: Mapping[str, int] = {"dorsalis_pedis": 2}
"""The option that is normal where it is not the first."""

JUDGED_SECTIONS = ("organs", "examination", "tests")
JUDGED_BESIDE = ("elder_self_care", "elder_cognition", "elder_emotion")
NOT_JUDGED = frozenset({"teeth"})
"""A missing tooth is written down and is no abnormality of the evaluation."""

POSITIVE_SIGNS = ("+", "＋")


@dataclass(frozen=True)
class Finding:
    """Something abnormal, and the 健康指导 it asks for."""

    text: Message
    guidance: int = RECHECK


def findings_of(answers: Mapping[str, Any], context: Context) -> tuple[Finding, ...]:
    """What is abnormal in canonical answers: measures first, then the findings in printed order."""
    return (*_pressure(answers, context), *_glucose(answers, context), *_body(answers, context), *_marked(answers))


def advice_of(answers: Mapping[str, Any]) -> dict[int, Message]:
    """危险因素控制 that the answers about habits and measures ask for, with the reason."""
    advice: dict[int, Message] = {}
    if answers.get("smoking") == SMOKES:
        advice[STOP_SMOKING] = msg("吸烟：建议戒烟")
    if answers.get("drinking_freq") in DRINKS_OFTEN and answers.get("drinking_quit") != 2:
        advice[DRINK_LESS] = msg("经常饮酒：建议健康饮酒")
    if any(code in UNHEALTHY_DIET for code in answers.get("diet", ())):
        advice[DIET] = msg("饮食偏咸、偏油或偏甜：建议调整饮食")
    if answers.get("exercise_freq") == NO_EXERCISE:
        advice[EXERCISE] = msg("不锻炼：建议锻炼")
    if "bmi" in answers and bmi_category(answers["bmi"]) in (BmiCategory.OVERWEIGHT, BmiCategory.OBESE):
        advice[LOSE_WEIGHT] = msg("体质指数 {bmi}：建议减体重", bmi=answers["bmi"])
    return advice


def evaluation_of(answers: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The answers of 健康评价与指导 that follow; more than four abnormalities share the fourth line."""
    findings = findings_of(answers, context)
    follows: dict[str, Any] = {"evaluation": 2 if findings else 1}
    texts = [str(finding.text) for finding in findings]
    lines = [*texts[:3], "；".join(texts[3:])] if len(texts) > len(ABNORMALITIES) else texts
    follows |= {code: line[:LONGEST] for code, line in zip(ABNORMALITIES, lines, strict=False)}
    guidance = {finding.guidance for finding in findings}
    if context.diseases & MANAGED:
        guidance.add(MANAGE)
    if findings:
        follows["guidance"] = sorted(guidance)
    risks = sorted(advice_of(answers))
    if risks:
        follows["risk_control"] = risks
    return follows


MANAGED = frozenset({HYPERTENSION, DIABETES, "smi", "copd"})


def _pressure(answers: Mapping[str, Any], context: Context) -> Iterator[Finding]:
    readings = []
    for side in ("left", "right"):
        reading, _, _ = read_blood_pressure(answers.get(f"bp_{side}_sbp"), answers.get(f"bp_{side}_dbp"))
        if reading is not None:
            readings.append(reading)
    # The higher side counts; of two equal systolic pressures the one with the higher diastolic.
    worst = max(readings, key=lambda reading: (reading.is_urgent, reading.is_raised, reading.sbp, reading.dbp), default=None)
    if worst is None:
        return
    if worst.is_urgent:
        yield Finding(msg("血压 {reading}，危急，立即处理并转诊", reading=str(worst)), REFER)
    elif HYPERTENSION in context.diseases:
        if not worst.is_controlled(_age(answers, context)):
            yield Finding(msg("血压 {reading}，控制不满意", reading=str(worst)))
    elif worst.is_raised:
        yield Finding(_raised(worst))


def _raised(reading: BloodPressure) -> Message:
    return msg("血压 {reading} 偏高，非同日复测", reading=str(reading))


def _age(answers: Mapping[str, Any], context: Context) -> int:
    return context.age_on(answers.get("exam_date", context.today)) or 0


def _glucose(answers: Mapping[str, Any], context: Context) -> Iterator[Finding]:
    value = answers.get("fpg")
    if value is None:
        return
    shown = glucose_text(Fraction(value))
    if value >= URGENT_HIGH or value <= URGENT_LOW:
        yield Finding(msg("空腹血糖 {value} mmol/L，危急，立即处理并转诊", value=shown), REFER)
    elif value >= CONTROL_BELOW and DIABETES in context.diseases:
        yield Finding(msg("空腹血糖 {value} mmol/L，控制不满意", value=shown))
    elif value >= CONTROL_BELOW:
        yield Finding(msg("空腹血糖 {value} mmol/L 偏高，复查", value=shown))


def _body(answers: Mapping[str, Any], context: Context) -> Iterator[Finding]:
    bmi: Decimal | None = answers.get("bmi")
    if bmi is not None and bmi_category(bmi) is not BmiCategory.NORMAL:
        yield Finding(msg("体质指数 {bmi}：{label}", bmi=bmi, label=BMI_LABELS[bmi_category(bmi)]))
    if has_abdominal_obesity(answers.get("waist"), context.sex):
        yield Finding(msg("腰围 {waist} cm：腹型肥胖", waist=answers["waist"]))


def _marked(answers: Mapping[str, Any]) -> Iterator[Finding]:
    """The findings that the form itself marks as abnormal: another option than the normal one, a sign of +."""
    for section in form("health_exam").sections:
        for item in section.fields:
            is_judged = section.code in JUDGED_SECTIONS or item.code in JUDGED_BESIDE
            if not is_judged or item.code not in answers or item.code in NOT_JUDGED:
                continue
            value, note = answers[item.code], answers.get(item.code + NOTE, "")
            normal = NORMAL.get(item.code, 1)
            normals = {Choice: normal, Choices: [normal]}
            if type(item.kind) in normals and value != normals[type(item.kind)]:
                yield Finding(_told(item.name, item.kind.show(value), note))
            elif item.code.startswith("u_") and str(value).strip().endswith(POSITIVE_SIGNS):
                yield Finding(msg("{item} {finding}", item=item.name, finding=value))


def _told(name: str, shown: str, note: str) -> Message:
    if note:
        return msg("{item}{finding}：{note}", item=name, finding=shown, note=note)
    return msg("{item}：{finding}", item=name, finding=shown)
