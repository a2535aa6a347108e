"""One blood pressure reading (血压), its hard limits, and what the form rules call normal, controlled and urgent.

国家基本公共卫生服务规范（第三版）, 高血压患者健康管理服务规范. The hard limits are the project's: the
specification prints none. Values are in mmHg and are compared as entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.domain.message import msg
from app.domain.quantities import Quantity, exact_or_none, plain
from app.domain.reasons import FieldProblem

SBP_RANGE = (Decimal(30), Decimal(300))
DBP_RANGE = (Decimal(10), Decimal(200))
URGENT_SBP = Decimal(180)
URGENT_DBP = Decimal(110)
RAISED_SBP = Decimal(140)
CONTROL_DBP = Decimal(90)
CONTROL_SBP_UNDER_65 = Decimal(140)
CONTROL_SBP_FROM_65 = Decimal(150)
OLDER_FROM_YEARS = 65


@dataclass(frozen=True)
class BloodPressure:
    """A usable reading in mmHg: both values known, inside the hard limits, diastolic below systolic."""

    sbp: Decimal
    dbp: Decimal

    def __str__(self) -> str:
        return f"{plain(self.sbp)}/{plain(self.dbp)}"

    @property
    def is_raised(self) -> bool:
        """SBP ≥ 140 and/or DBP ≥ 90 (血压高于正常)."""
        return self.sbp >= RAISED_SBP or self.dbp >= CONTROL_DBP

    @property
    def is_urgent(self) -> bool:
        """SBP ≥ 180 and/or DBP ≥ 110 (危急)."""
        return self.sbp >= URGENT_SBP or self.dbp >= URGENT_DBP

    def is_controlled(self, age: int) -> bool:
        """Below the limit for `age` in completed years on the day of the reading; the DBP limit never changes."""
        return self.sbp < control_limit_sbp(age) and self.dbp < CONTROL_DBP


def control_limit_sbp(age: int) -> Decimal:
    """140 below 65 years, 150 from 65 (血压控制满意的收缩压界限)."""
    return CONTROL_SBP_FROM_65 if age >= OLDER_FROM_YEARS else CONTROL_SBP_UNDER_65


def read_blood_pressure(
    sbp: Quantity | None, dbp: Quantity | None
) -> tuple[BloodPressure | None, tuple[str, ...], tuple[FieldProblem, ...]]:
    """The reading, the keys that are missing, and what is wrong with the values given.

    The reading is None when a value is missing or refused: beyond the hard limits, or DBP ≥ SBP.
    """
    systolic, diastolic = exact_or_none(sbp), exact_or_none(dbp)
    missing = tuple(key for key, value in (("sbp", systolic), ("dbp", diastolic)) if value is None)
    problems = _range_problems(systolic, diastolic)
    if systolic is None or diastolic is None or problems:
        return None, missing, problems
    if diastolic >= systolic:
        swapped = msg(
            "舒张压 {dbp} 不能大于或等于收缩压 {sbp}，请看看是不是填反了。",
            sbp=plain(systolic),
            dbp=plain(diastolic),
        )
        return None, missing, (FieldProblem("dbp", swapped),)
    return BloodPressure(systolic, diastolic), missing, ()


def _range_problems(systolic: Decimal | None, diastolic: Decimal | None) -> tuple[FieldProblem, ...]:
    problems = []
    if systolic is not None and not SBP_RANGE[0] <= systolic <= SBP_RANGE[1]:
        sentence = msg(
            "收缩压请填 {low} 到 {high} 之间的数，您填的是 {value}。",
            low=SBP_RANGE[0],
            high=SBP_RANGE[1],
            value=plain(systolic),
        )
        problems.append(FieldProblem("sbp", sentence))
    if diastolic is not None and not DBP_RANGE[0] <= diastolic <= DBP_RANGE[1]:
        sentence = msg(
            "舒张压请填 {low} 到 {high} 之间的数，您填的是 {value}。",
            low=DBP_RANGE[0],
            high=DBP_RANGE[1],
            value=plain(diastolic),
        )
        problems.append(FieldProblem("dbp", sentence))
    return tuple(problems)
