"""Body measures (体质指数、腹型肥胖).

BMI after 国家基本公共卫生服务规范（第三版）健康体检表: weight(kg) / height(m)², kept with 2 decimals, half up, and
classified from the kept value (rounding is the project's decision). Classes for adults: overweight and obesity
after 高血压患者健康管理服务规范, 18.5 after WS/T 428. Height 30–250 cm, weight 1–300 kg, waist 30–200 cm.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.domain.message import Message, msg
from app.domain.quantities import Quantity, exact, half_up, plain
from app.domain.reasons import SPECIFICATION, FieldProblem

BMI_CLAUSE = f"{SPECIFICATION}健康体检表 填表说明 体质指数"
OBESITY_CLAUSE = f"{SPECIFICATION}高血压患者健康管理服务规范 二（一）高危因素"
HEIGHT_RANGE = (Decimal(30), Decimal(250))
WEIGHT_RANGE = (Decimal(1), Decimal(300))
WAIST_RANGE = (Decimal(30), Decimal(200))
NORMAL_FROM = Decimal("18.5")
OVERWEIGHT_FROM = Decimal(24)
OBESE_FROM = Decimal(28)
WAIST_LIMIT_CM = {1: Decimal(90), 2: Decimal(85)}
"""腹型肥胖 by 性别 code: 1 男 from 90 cm, 2 女 from 85 cm."""


class BmiCategory(StrEnum):
    """Weight class of an adult: 低体重, 正常, 超重, 肥胖."""

    UNDERWEIGHT = "underweight"
    NORMAL = "normal"
    OVERWEIGHT = "overweight"
    OBESE = "obese"


BMI_LABELS: dict[BmiCategory, Message] = {
    BmiCategory.UNDERWEIGHT: msg("低体重"),
    BmiCategory.NORMAL: msg("正常"),
    BmiCategory.OVERWEIGHT: msg("超重"),
    BmiCategory.OBESE: msg("肥胖"),
}


def body_mass_index(height_cm: Quantity, weight_kg: Quantity) -> Decimal:
    """BMI in kg/m², 2 decimals, half up. Raises ValueError when height is not above 0 or a value is no number."""
    height, weight = Fraction(exact(height_cm)), Fraction(exact(weight_kg))
    if height <= 0:
        raise ValueError("height must be above 0")
    return half_up(weight * 10_000 / height**2, 2)


def bmi_category(bmi: Decimal) -> BmiCategory:
    """The class of a kept BMI (2 decimals) of an adult."""
    if bmi < NORMAL_FROM:
        return BmiCategory.UNDERWEIGHT
    if bmi < OVERWEIGHT_FROM:
        return BmiCategory.NORMAL
    return BmiCategory.OVERWEIGHT if bmi < OBESE_FROM else BmiCategory.OBESE


def has_abdominal_obesity(waist_cm: Quantity | None, sex: int | None) -> bool | None:
    """Waist ≥ 90 cm in men, ≥ 85 cm in women (腹型肥胖); None when waist or sex is not known."""
    limit = WAIST_LIMIT_CM.get(sex) if sex is not None else None
    if waist_cm is None or limit is None:
        return None
    return exact(waist_cm) >= limit


def measure_problems(
    *, height_cm: Quantity | None = None, weight_kg: Quantity | None = None, waist_cm: Quantity | None = None
) -> tuple[FieldProblem, ...]:
    """What is impossible in the values given; unknown values have no problem."""
    problems = []
    if (value := _outside(height_cm, HEIGHT_RANGE)) is not None:
        sentence = msg(
            "身高请填 {low} 到 {high} 厘米之间的数，您填的是 {value}。",
            low=HEIGHT_RANGE[0],
            high=HEIGHT_RANGE[1],
            value=value,
        )
        problems.append(FieldProblem("height_cm", sentence))
    if (value := _outside(weight_kg, WEIGHT_RANGE)) is not None:
        sentence = msg(
            "体重请填 {low} 到 {high} 公斤之间的数，您填的是 {value}。",
            low=WEIGHT_RANGE[0],
            high=WEIGHT_RANGE[1],
            value=value,
        )
        problems.append(FieldProblem("weight_kg", sentence))
    if (value := _outside(waist_cm, WAIST_RANGE)) is not None:
        sentence = msg(
            "腰围请填 {low} 到 {high} 厘米之间的数，您填的是 {value}。",
            low=WAIST_RANGE[0],
            high=WAIST_RANGE[1],
            value=value,
        )
        problems.append(FieldProblem("waist_cm", sentence))
    return tuple(problems)


def _outside(value: Quantity | None, limits: tuple[Decimal, Decimal]) -> str | None:
    """`value` as text when it is beyond `limits`, else None."""
    if value is None:
        return None
    number = exact(value)
    return None if limits[0] <= number <= limits[1] else plain(number)
