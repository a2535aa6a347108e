"""Self-care score of the elderly (老年人生活自理能力评估).

国家基本公共卫生服务规范（第三版）老年人健康管理服务规范 附件 老年人生活自理能力评估表. Five items with fixed scores, 0 to
37 in all; the result depends on the total alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.message import Message, msg
from app.domain.reasons import SPECIFICATION, FieldProblem, Reason

ADL_CLAUSE = f"{SPECIFICATION}老年人生活自理能力评估表"
ALLOWED_SCORES: Mapping[str, tuple[int, ...]] = {
    "eating": (0, 3, 5),
    "grooming": (0, 1, 3, 7),
    "dressing": (0, 3, 5),
    "toileting": (0, 1, 5, 10),
    "mobility": (0, 1, 5, 10),
}
ITEM_LABELS: Mapping[str, Message] = {
    "eating": msg("进餐"),
    "grooming": msg("梳洗"),
    "dressing": msg("穿衣"),
    "toileting": msg("如厕"),
    "mobility": msg("活动"),
}
LEVELS: tuple[tuple[int, int, Message], ...] = (
    (19, 4, msg("不能自理")),
    (9, 3, msg("中度依赖")),
    (4, 2, msg("轻度依赖")),
    (0, 1, msg("可自理")),
)
"""Lowest total, code in 健康体检表, words; the highest band first."""


@dataclass(frozen=True)
class SelfCareResult:
    """Total 0–37 with its band; None when an item is missing or has a score the form does not print."""

    valid: bool
    total: int | None
    level: int | None
    label: Message | None
    missing: tuple[str, ...]
    problems: tuple[FieldProblem, ...]
    reasons: tuple[Reason, ...]


def assess_self_care(scores: Mapping[str, int | None]) -> SelfCareResult:
    """The band of the five `scores` by item name; None or an absent item is missing."""
    missing = tuple(item for item in ALLOWED_SCORES if scores.get(item) is None)
    problems = tuple(
        _problem(item, scores[item])
        for item, allowed in ALLOWED_SCORES.items()
        if scores.get(item) is not None and scores[item] not in allowed
    )
    if missing or problems:
        return SelfCareResult(False, None, None, None, missing, problems, ())
    total = sum(scores[item] or 0 for item in ALLOWED_SCORES)
    level, label = level_of_total(total)
    sentence = msg("总分 {total} 分：{label}", total=total, label=label)
    return SelfCareResult(True, total, level, label, (), (), (Reason("total", ADL_CLAUSE, sentence),))


def level_of_total(total: int) -> tuple[int, Message]:
    """Code 1–4 of 健康体检表 and its words: 0–3, 4–8, 9–18, ≥19. Raises ValueError below 0."""
    for lowest, level, label in LEVELS:
        if total >= lowest:
            return level, label
    raise ValueError("a total is never negative")


def _problem(item: str, score: int | None) -> FieldProblem:
    sentence = msg(
        "{item}只能填 {allowed} 分，您填的是 {score} 分。",
        item=ITEM_LABELS[item],
        allowed="、".join(map(str, ALLOWED_SCORES[item])),
        score=score,
    )
    return FieldProblem(item, sentence)
