"""The nine constitutions of the elderly (老年人中医体质辨识).

国家基本公共卫生服务规范（第三版）中医药健康管理服务规范, 老年人中医药健康管理服务记录表 with 体质判定标准表.
Thirty-three answers of 1–5. Copies of the table differ for 平和质 (<8 and <10, or ≤8 and ≤10); chosen is ≤,
which joins up with the bands of the other eight; both limits are constants here. No result at all is
possible: then ask again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.domain.message import Message, msg
from app.domain.quantities import Quantity, exact, round_half_up_to_int
from app.domain.reasons import SPECIFICATION, FieldProblem, Reason

TCM_CLAUSE = f"{SPECIFICATION}中医药健康管理服务规范 体质判定标准表"
QUESTION_COUNT = 33
ANSWERS = range(1, 6)
BALANCED = "平和质"
BIASED_ITEMS: Mapping[str, tuple[int, ...]] = {
    "气虚质": (2, 3, 4, 14),
    "阳虚质": (11, 12, 13, 29),
    "阴虚质": (10, 21, 26, 31),
    "痰湿质": (9, 16, 28, 32),
    "湿热质": (23, 25, 27, 30),
    "血瘀质": (19, 22, 24, 33),
    "气郁质": (5, 6, 7, 8),
    "特禀质": (15, 17, 18, 20),
}
BALANCED_REVERSED_ITEMS = (2, 4, 5, 13)
YES, TENDS, MOSTLY = "是", "倾向是", "基本是"
BIASED_YES_FROM = 11
BIASED_TENDS_FROM = 9
BALANCED_FROM = 17
OTHERS_AT_MOST_FOR_YES = 8
OTHERS_AT_MOST_FOR_MOSTLY = 10
_BMI_STEPS = (Decimal(24), Decimal(25), Decimal(26), Decimal(28))
_WAIST_STEPS_CM = (80, 86, 91, 106)
_COLD_STEPS_PER_YEAR = (2, 5, 7, 12)
"""Item 14: under 2, 2–4, 5–6, from 7 (the print leaves 7 out; it goes with 8), nearly every month."""
_ALLERGY_STEPS_PER_YEAR = (1, 3, 5)


@dataclass(frozen=True)
class ConstitutionResult:
    """Scores of all nine and results of those that have one (是, 倾向是, 基本是); 否 is not listed.

    `main` is the highest-scoring 是, None when none is. Without all 33 answers there are no scores.
    """

    valid: bool
    scores: Mapping[str, int]
    results: Mapping[str, str]
    main: str | None
    missing: tuple[int, ...]
    problems: tuple[FieldProblem, ...]
    reasons: tuple[Reason, ...]
    hint: Message | None = None


def identify_constitution(answers: Mapping[int, int | None]) -> ConstitutionResult:
    """Scores and results of the `answers` by item number 1–33, each 1–5."""
    missing = tuple(item for item in range(1, QUESTION_COUNT + 1) if answers.get(item) is None)
    problems = tuple(
        FieldProblem(
            str(item), msg("第 {item} 题只能填 1 到 5，您填的是 {answer}。", item=item, answer=answer)
        )
        for item, answer in sorted(answers.items())
        if answer is not None and answer not in ANSWERS
    )
    if missing or problems:
        return ConstitutionResult(False, {}, {}, None, missing, problems, ())
    given = {item: answer for item, answer in answers.items() if answer is not None}
    scores = {name: score_of(name, given) for name in (*BIASED_ITEMS, BALANCED)}
    results = {name: result for name in scores if (result := _result(name, scores)) is not None}
    certain = [name for name, result in results.items() if result == YES]
    main = max(certain, key=lambda name: scores[name]) if certain else None
    reasons = tuple(
        Reason(
            "constitution",
            TCM_CLAUSE,
            msg("{name} {score} 分：{result}", name=name, score=scores[name], result=result),
        )
        for name, result in results.items()
    )
    hint = None if results else msg("九种体质都不符合，请把答案再问一遍，不要硬填结果")
    return ConstitutionResult(True, scores, results, main, (), (), reasons, hint)


def items_of(name: str) -> tuple[int, ...]:
    """The items whose answers make up the score of one constitution."""
    return (1, *BALANCED_REVERSED_ITEMS) if name == BALANCED else BIASED_ITEMS[name]


def score_of(name: str, answers: Mapping[int, int]) -> int:
    """The score of one constitution from the answers (1–5) to its items; raises KeyError when one is missing."""
    if name == BALANCED:
        return answers[1] + sum(6 - answers[item] for item in BALANCED_REVERSED_ITEMS)
    return sum(answers[item] for item in BIASED_ITEMS[name])


def answer_for_bmi(bmi: Quantity) -> int:
    """Item 9 from the kept BMI: <24, <25, <26, <28, from 28."""
    return 1 + sum(exact(bmi) >= step for step in _BMI_STEPS)


def answer_for_waist(waist_cm: Quantity) -> int:
    """Item 28 from the waist, rounded half up to whole cm first: <80, 80–85, 86–90, 91–105, above 105."""
    whole = round_half_up_to_int(exact(waist_cm))
    return 1 + sum(whole >= step for step in _WAIST_STEPS_CM)


def answer_for_colds(colds_per_year: Quantity) -> int:
    """Item 14 from the number of colds in the past year; twelve or more is "nearly every month"."""
    return 1 + sum(exact(colds_per_year) >= step for step in _COLD_STEPS_PER_YEAR)


def answer_for_allergies(allergies_per_year: Quantity) -> int:
    """Item 17 from the number of allergic events: 0, 1–2, 3–4, 5 and more; answer 5 (every time) cannot be counted."""
    return 1 + sum(exact(allergies_per_year) >= step for step in _ALLERGY_STEPS_PER_YEAR)


def _result(name: str, scores: Mapping[str, int]) -> str | None:
    score = scores[name]
    if name != BALANCED:
        return YES if score >= BIASED_YES_FROM else TENDS if score >= BIASED_TENDS_FROM else None
    highest_other = max(scores[other] for other in BIASED_ITEMS)
    if score < BALANCED_FROM or highest_other > OTHERS_AT_MOST_FOR_MOSTLY:
        return None
    return YES if highest_other <= OTHERS_AT_MOST_FOR_YES else MOSTLY
