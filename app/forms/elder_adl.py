"""老年人生活自理能力评估表, self-care assessment of the elderly (third edition, 2017, form list §10).

An answer is the score itself: its official number. 进餐 and 穿衣 have no score for 轻度依赖.

Items, grades and scores are those of the list; it tells what a grade means in words of its own, so that the sentences of
DESCRIPTIONS, what belongs to an item (ITEMS) and the line above the table are this project's wording until the print is at
hand. 评估日期 and 评估人 are additions of the project.
"""

from __future__ import annotations

from app.domain.adl import ALLOWED_SCORES, assess_self_care
from app.forms.kinds import Choice, Date, Option, Sign, Whole, options
from app.forms.vocabulary import Answers, Computed, Context, Field, Form, Section, limits

GRADES = ("可自理", "轻度依赖", "中度依赖", "不能自理")
SCORES: dict[str, tuple[int | None, ...]] = {
    "eating": (0, None, 3, 5),
    "grooming": (0, 1, 3, 7),
    "dressing": (0, None, 3, 5),
    "toileting": (0, 1, 5, 10),
    "mobility": (0, 1, 5, 10),
}
"""The score of each grade; None where the paper has none."""

DESCRIPTIONS: dict[str, tuple[str, ...]] = {
    "eating": ("独立完成", "", "需要协助，如切碎、搅拌食物等", "完全需要帮助"),
    "grooming": (
        "独立完成",
        "能独立地洗头、梳头、洗脸、刷牙、剃须等；洗澡需要协助",
        "在协助下和适当的时间内，能完成部分梳洗活动",
        "完全需要帮助",
    ),
    "dressing": ("独立完成", "", "需要协助，在适当的时间内完成部分穿衣", "完全需要帮助"),
    "toileting": (
        "不需协助，可自控",
        "偶尔失禁，但基本上能如厕或使用便具",
        "经常失禁，在很多提示和协助下尚能如厕或使用便具",
        "完全失禁，完全需要帮助",
    ),
    "mobility": (
        "独立完成所有活动",
        "借助较小的外力或辅助装置能完成站立、行走、上下楼梯等",
        "借助较大的外力才能完成站立、行走，不能上下楼梯",
        "卧床不起，活动完全需要帮助",
    ),
}
"""What each grade means, in the order of GRADES; empty where it cannot be chosen."""

ITEMS = {
    "eating": ("进餐", "使用餐具将饭菜送入口、咀嚼、吞咽等活动"),
    "grooming": ("梳洗", "梳头、洗脸、刷牙、剃须、洗澡等活动"),
    "dressing": ("穿衣", "穿衣裤、袜子、鞋子等活动"),
    "toileting": ("如厕", "小便、大便等活动及自控"),
    "mobility": ("活动", "站立、室内行走、上下楼梯、户外活动"),
}
RESULTS = options("可自理（0～3分）", "轻度依赖（4～8分）", "中度依赖（9～18分）", "不能自理（≥19分）")


def item(code: str) -> Field:
    """One of the five items, answered by its score."""
    graded = [
        (score, grade, words)
        for score, grade, words in zip(SCORES[code], GRADES, DESCRIPTIONS[code], strict=True)
        if score is not None
    ]
    name, what = ITEMS[code]
    return Field(
        code=code,
        label=name,
        kind=Choice(tuple(Option(score, grade, help=words) for score, grade, words in graded)),
        hint=what,
        carries=False,
    )


def total(answers: Answers, _context: Context) -> object:
    """总评分 of all five items (rules §8.1)."""
    return assess_self_care(answers).total


def result(answers: Answers, _context: Context) -> object:
    """The band of the total as its code in 健康体检表 (rules §8.1)."""
    return assess_self_care(answers).level


NEEDS = tuple(ALLOWED_SCORES)

FORM = Form(
    code="elder_adl",
    title="老年人生活自理能力评估表",
    edition="2017",
    date_code="assessment_date",
    sections=(
        Section("items", "评估事项", tuple(item(code) for code in ITEMS)),
        Section(
            "result",
            "评估结果",
            (
                Field(
                    code="total",
                    label="总评分",
                    kind=Whole(),
                    unit="分",
                    hard=limits(0, 37),
                    computed=Computed(NEEDS, total, strict=True),
                    carries=False,
                ),
                Field(
                    code="result",
                    label="评估结果",
                    kind=Choice(RESULTS),
                    computed=Computed(NEEDS, result, strict=True),
                    carries=False,
                ),
            ),
        ),
        Section(
            "foot",
            "评估",
            (
                Field(code="assessment_date", label="评估日期", kind=Date(), carries=False),
                Field(code="assessor", label="评估人", kind=Sign()),
            ),
        ),
    ),
)
