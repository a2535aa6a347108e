"""What the two forms of severe mental disorder share (form list §6 and §7), declared once."""

from __future__ import annotations

from app.forms.kinds import Choices, Whole, options
from app.forms.vocabulary import ALWAYS, Field, When, includes, limits

SYMPTOMS = options(
    "幻觉",
    "交流困难",
    "猜疑",
    "喜怒无常",
    "行为怪异",
    "兴奋话多",
    "伤人毁物",
    "悲观厌世",
    "无故外走",
    "自语自笑",
    "孤僻懒散",
    "其他",
    note=(12,),
)
LOCKED = options("无关锁", "关锁", "关锁已解除")
ACTS = options("轻度滋事", "肇事", "肇祸", "其他危害行为", "自伤", "自杀未遂", "无", sole=(7,))
COUNTED_ACTS = ACTS[:-1]
MOST_TIMES = 999


def dangerous_acts(*, required: When = ALWAYS) -> tuple[Field, ...]:
    """危险行为: what was done, and of each act how often; 7 无 stands alone."""
    chosen = Field(
        code="dangerous_acts",
        label="危险行为",
        kind=Choices(ACTS, boxes=len(COUNTED_ACTS)),
        required=required,
        carries=False,
    )
    counts = (
        Field(
            code=f"dangerous_acts_times_{act.code}",
            label="危险行为",
            prompt=f"{act.label}次数",
            kind=Whole(),
            unit="次",
            required=includes("dangerous_acts", act.code),
            applies=includes("dangerous_acts", act.code),
            hard=limits(1, MOST_TIMES),
            carries=False,
        )
        for act in COUNTED_ACTS
    )
    return (chosen, *counts)
