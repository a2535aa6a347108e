"""Screening for type 2 diabetes: who is to be sent on for a diagnosis after one glucose value.

The specification asks for a yearly fasting glucose of people at high risk and gives no limits (2型糖尿病患者健康管理服务规范
二（一）); the limits are those of the diagnosis in 国家基层糖尿病防治管理指南 2022: fasting ≥7.0, random ≥11.1 mmol/L.
A fingertip value diagnoses nobody: it is repeated in a vein where that can be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.domain.glucose import URGENT_HIGH, URGENT_LOW
from app.domain.message import Message, msg
from app.domain.quantities import plain
from app.domain.reasons import Reason

CLAUSE = "国家基层糖尿病防治管理指南（2022）诊断标准"
FASTING_FROM = Decimal("7.0")
RANDOM_FROM = Decimal("11.1")
IMPAIRED_FROM = Decimal("6.1")
"""空腹血糖受损: 6.1 up to but not including 7.0."""


@dataclass(frozen=True)
class GlucoseScreening:
    """What one screening value says. `refer` for confirmation, `urgent` at once, `impaired` between normal and that."""

    refer: bool
    urgent: bool
    impaired: bool
    reasons: tuple[Reason, ...]


def screen_glucose(fasting: Decimal | None, random: Decimal | None) -> GlucoseScreening:
    """The result for values in mmol/L, None when not measured."""
    values = [value for value in (fasting, random) if value is not None]
    urgent = any(value >= URGENT_HIGH or value <= URGENT_LOW for value in values)
    raised = []
    if fasting is not None and fasting >= FASTING_FROM:
        raised.append(msg("空腹血糖 {value}（≥7.0）：转卫生院查静脉血糖确诊", value=plain(fasting)))
    if random is not None and random >= RANDOM_FROM:
        raised.append(msg("随机血糖 {value}（≥11.1）：转卫生院查静脉血糖确诊", value=plain(random)))
    impaired = not raised and fasting is not None and fasting >= IMPAIRED_FROM
    found: list[tuple[str, Message]] = [("glucose_raised", sentence) for sentence in raised]
    if urgent:
        found.append(("glucose_urgent", msg("血糖 ≥16.7 或 ≤3.9 mmol/L：当场处理，紧急转诊")))
    if impaired and fasting is not None:
        found.append(("glucose_impaired", msg("空腹血糖 {value} 偏高：指导饮食和运动，每年复查空腹血糖", value=plain(fasting))))
    return GlucoseScreening(
        bool(raised), urgent, impaired, tuple(Reason(code, CLAUSE, sentence) for code, sentence in found)
    )
