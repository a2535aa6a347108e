"""Blood glucose (血糖) values: units, hard limits and the limits of the form rules.

国家基本公共卫生服务规范（第三版）, 2型糖尿病患者健康管理服务规范 二（二）1 and 二（三）1. Values in mmol/L, compared
as entered. mg/dL is divided by 18 exactly.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from app.domain.message import msg
from app.domain.quantities import half_up, plain
from app.domain.reasons import FieldProblem

GLUCOSE_RANGE = (Decimal("0.5"), Decimal(60))
CONTROL_BELOW = Decimal("7.0")
URGENT_HIGH = Decimal("16.7")
URGENT_LOW = Decimal("3.9")
PREGNANCY_ASK_FROM = Decimal("5.1")
MG_DL_PER_MMOL_L = 18

_LIMITS = (GLUCOSE_RANGE[0], URGENT_LOW, PREGNANCY_ASK_FROM, CONTROL_BELOW, URGENT_HIGH, GLUCOSE_RANGE[1])

_NEAR = 0.01
"""Rounding to two decimals moves a value by half of this at most."""


def mmol_l_from_mg_dl(mg_dl: Decimal) -> Fraction:
    """`mg_dl` in mmol/L, exact."""
    return Fraction(mg_dl) / MG_DL_PER_MMOL_L


def shown_mmol_l(value: Fraction) -> Decimal:
    """`value` to keep and to show: as entered where it has an end, else 2 decimals, half up.

    More decimals are kept where two would land on the other side of a limit: 6.996 must not be read as 7.00.
    """
    two_places = half_up(value, 2)
    nearby = float(value)  # only to see that no limit is near, so that most values need no exact comparison
    if all(abs(nearby - float(limit)) > _NEAR for limit in _LIMITS) or Fraction(two_places) == value:
        return two_places
    for places in range(2, 9):
        kept = half_up(value, places)
        if all(_side(Fraction(kept), limit) == _side(value, limit) for limit in _LIMITS):
            return kept
    return half_up(value, 9)


def glucose_text(value: Fraction) -> str:
    """`value` as it is read aloud, without needless zeros behind two decimals."""
    shown = shown_mmol_l(value)
    return plain(shown.normalize()) if shown != shown.to_integral_value() else f"{shown:.1f}"


def glucose_problem(key: str, value: Fraction | None) -> FieldProblem | None:
    """A problem when `value` is beyond what a living person can have; None when it is usable or unknown."""
    if value is None or GLUCOSE_RANGE[0] <= value <= GLUCOSE_RANGE[1]:
        return None
    sentence = msg(
        "血糖请填 {low} 到 {high} mmol/L 之间的数，您填的是 {value}。",
        low=GLUCOSE_RANGE[0],
        high=GLUCOSE_RANGE[1],
        value=glucose_text(value),
    )
    return FieldProblem(key, sentence)


def _side(value: Fraction, limit: Decimal) -> int:
    bound = Fraction(limit)
    return (value > bound) - (value < bound)
