"""Clinical guideline targets: advice beside the form rules, never a class and never an indicator.

Sources: 国家基层高血压防治管理指南 2025 (as reported, not checked against the original) and 国家基层糖尿病防治
管理指南 2022. A person can be 控制满意 on the form and above a target here.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.domain.blood_pressure import BloodPressure
from app.domain.message import Message, msg
from app.domain.quantities import plain

TARGET_UNDER_80 = BloodPressure(Decimal(130), Decimal(80))
TARGET_FROM_80 = BloodPressure(Decimal(150), Decimal(90))
LOWER_TARGET_DISEASES = ("糖尿病", "慢性肾", "肾病", "diabetes", "ckd", "kidney")
HBA1C_AIM_PERCENT = Decimal(7)


def pressure_target_remark(reading: BloodPressure, age: int) -> Message | None:
    """A remark when `reading` is not below the 2025 target for `age`; None when it is."""
    target = TARGET_FROM_80 if age >= 80 else TARGET_UNDER_80
    if reading.sbp < target.sbp and reading.dbp < target.dbp:
        return None
    return msg("提示：2025 年基层高血压指南的目标是低于 {target}（仅供参考，不影响随访分类）", target=target)


def lower_target_remark(comorbidity: Iterable[str]) -> Message | None:
    """A remark when diabetes or chronic kidney disease asks for a somewhat lower pressure; the norm has no number."""
    for name in comorbidity:
        if any(word in name.lower() for word in LOWER_TARGET_DISEASES):
            return msg("提示：合并{disease}，能耐受时血压可以再低一些（不影响随访分类）", disease=name)
    return None


def individual_target_remark(
    reading: BloodPressure, target_sbp: Decimal | None, target_dbp: Decimal | None
) -> Message | None:
    """A remark when the doctor set a personal target and `reading` is not below it."""
    above_sbp = target_sbp is not None and reading.sbp >= target_sbp
    above_dbp = target_dbp is not None and reading.dbp >= target_dbp
    if not above_sbp and not above_dbp:
        return None
    wanted = f"{'—' if target_sbp is None else plain(target_sbp)}/{'—' if target_dbp is None else plain(target_dbp)}"
    return msg(
        "提示：血压 {reading} 没有达到本人的目标 {target}（不影响随访分类）", reading=reading, target=wanted
    )


def hba1c_remark(hba1c_percent: Decimal | None) -> Message | None:
    """A remark when glycated haemoglobin is not below the aim of 7 %, which may be relaxed with age."""
    if hba1c_percent is None or hba1c_percent < HBA1C_AIM_PERCENT:
        return None
    return msg(
        "提示：糖化血红蛋白 {value}%，目标低于 7%，年龄大的可以放宽（不影响随访分类）",
        value=plain(hba1c_percent),
    )
