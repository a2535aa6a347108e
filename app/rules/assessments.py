"""JSON in, JSON out: body measures, self-care of the elderly, constitutions, alcohol."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from app.domain.adl import ALLOWED_SCORES, assess_self_care
from app.domain.alcohol import ALCOHOL_CLAUSE, spirit_equivalent
from app.domain.body import (
    BMI_CLAUSE,
    BMI_LABELS,
    OBESITY_CLAUSE,
    WAIST_LIMIT_CM,
    bmi_category,
    body_mass_index,
    has_abdominal_obesity,
    measure_problems,
)
from app.domain.message import msg
from app.domain.quantities import plain
from app.domain.reasons import Reason
from app.domain.tcm_constitution import (
    QUESTION_COUNT,
    TCM_CLAUSE,
    answer_for_allergies,
    answer_for_bmi,
    answer_for_colds,
    answer_for_waist,
    identify_constitution,
)
from app.errors import UserError
from app.i18n import tr
from app.rules.reading import (
    Reader,
    number_out,
    read_number,
    read_whole,
    reasons_out,
    refuse_problems,
    result,
)

_COUNTED_ANSWERS: dict[str, tuple[int, Callable[[Decimal], int]]] = {
    "bmi": (9, answer_for_bmi),
    "colds_per_year": (14, answer_for_colds),
    "allergies_per_year": (17, answer_for_allergies),
    "waist_cm": (28, answer_for_waist),
}
"""Constitution questions that are answered from a number: input key, item, scale."""


def bmi(case: Mapping[str, object]) -> dict[str, object]:
    """BMI of height and weight with its class; abdominal obesity of waist and sex. Each part only when it is known."""
    read = Reader(case)
    height, weight, waist = read.number("height_cm"), read.number("weight_kg"), read.number("waist_cm")
    sex = read.sex("sex")
    refuse_problems(measure_problems(height_cm=height, weight_kg=weight, waist_cm=waist))
    reasons = []
    values: dict[str, object] = {}
    if height is not None and weight is not None:
        index = body_mass_index(height, weight)
        category = bmi_category(index)
        values |= {"bmi": number_out(index), "category": category.value, "label": tr(BMI_LABELS[category])}
        sentence = msg("体质指数 {bmi}：{label}", bmi=index, label=BMI_LABELS[category])
        reasons.append(Reason("bmi", BMI_CLAUSE, sentence))
    abdominal = has_abdominal_obesity(waist, sex)
    if abdominal is not None and waist is not None and sex is not None:
        values["abdominal_obesity"] = abdominal
        limit = WAIST_LIMIT_CM[sex]
        sentence = (
            msg("腰围 {waist} ≥ {limit} 厘米，腹型肥胖", waist=plain(waist), limit=limit)
            if abdominal
            else msg("腰围 {waist} < {limit} 厘米，不是腹型肥胖", waist=plain(waist), limit=limit)
        )
        reasons.append(Reason("abdominal_obesity", OBESITY_CLAUSE, sentence))
    absent = [key for key in ("height_cm", "weight_kg") if not read.has(key)]
    return result({**values, "missing": absent or None, "reasons": reasons_out(reasons)})


def adl(case: Mapping[str, object]) -> dict[str, object]:
    """The self-care score; a score the form does not print is not valid."""
    read = Reader(case)
    found = assess_self_care({item: read.whole(item) for item in ALLOWED_SCORES})
    return result(
        {
            "valid": found.valid,
            "missing": list(found.missing) or None,
            "total": found.total,
            "level": found.level,
            "label": None if found.label is None else tr(found.label),
            "reasons": reasons_out(found.reasons, found.problems),
        }
    )


def tcm_constitution(case: Mapping[str, object]) -> dict[str, object]:
    """Scores and results of 33 answers, or the answers that numbers stand for.

    `answers` {"1": 1..5} with `default_answer` for those not named; bmi, waist_cm, colds_per_year and
    allergies_per_year fill items 9, 28, 14 and 17 where they have no answer. Without `answers` and
    `default_answer` these keys may hold lists: `answers` is then the list of their answers. A constitution that is
    否 is not listed in `results`.
    """
    read = Reader(case)
    if not read.has("answers") and not read.has("default_answer"):
        item, counted = _answers_of_numbers(read)
        sentence = msg("第 {item} 题按数值填的答案", item=item)
        return result(
            {"answers": counted, "reasons": reasons_out((Reason("answers", TCM_CLAUSE, sentence),))}
        )
    answers = _answers(read)
    found = identify_constitution(answers)
    return result(
        {
            "valid": found.valid,
            "missing": [str(item) for item in found.missing] or None,
            "scores": dict(found.scores) if found.valid else None,
            "results": dict(found.results) if found.valid else None,
            "main": found.main,
            "answers": {str(item): answer for item, answer in answers.items() if answer is not None},
            "hints": [tr(found.hint)] if found.hint else None,
            "reasons": reasons_out(found.reasons, found.problems),
        }
    )


def alcohol(case: Mapping[str, object]) -> dict[str, object]:
    """Amounts in 两 as 白酒; unknown amounts count nothing, without any amount there is no sum."""
    read = Reader(case)
    keys = ("白酒_两", "啤酒_两", "红酒_两", "黄酒_两")
    amounts = {key: read.number(key) for key in keys}
    for key, amount in amounts.items():
        if amount is not None and amount < 0:
            raise UserError(msg("{key} 不能是负数，您给的是 {value}。", key=key, value=plain(amount)))
    if all(amount is None for amount in amounts.values()):
        return result({"missing": list(keys), "reasons": []})
    spirit, beer, red_wine, rice_wine = (amounts[key] for key in keys)
    total = spirit_equivalent(spirit=spirit, beer=beer, red_wine=red_wine, rice_wine=rice_wine)
    sentence = msg("白酒 1:1，啤酒 ÷10，红酒 ÷4，黄酒 ÷5，合计白酒 {total} 两", total=plain(total))
    return result(
        {"白酒_两": number_out(total), "reasons": reasons_out((Reason("total", ALCOHOL_CLAUSE, sentence),))}
    )


def _answers(read: Reader) -> dict[int, int | None]:
    given = read.value("answers")
    if given is None:
        given = {}
    if isinstance(given, list):
        given = {str(number): answer for number, answer in enumerate(given, 1)}
    if not isinstance(given, Mapping):
        raise UserError(msg('{key} 应是 {{"1": 3, "2": 1}} 这样的对象。', key="answers"))
    answers: dict[int, int | None] = {}
    for key, answer in given.items():
        found = re.fullmatch("q?0*([1-9][0-9]?)", str(key).lower())
        if found is None or int(found[1]) > QUESTION_COUNT:
            raise UserError(msg("{key} 里没有第 {item} 题，只有 1 到 33 题。", key="answers", item=key))
        answers[int(found[1])] = read_whole(f"answers.{key}", answer)
    for key, (item, scale) in _COUNTED_ANSWERS.items():
        number = read.number(key)
        if number is not None and answers.get(item) is None:
            answers[item] = scale(number)
    usual = read.whole("default_answer")
    return {
        item: usual if answers.get(item) is None else answers[item] for item in range(1, QUESTION_COUNT + 1)
    }


def _answers_of_numbers(read: Reader) -> tuple[int, list[int] | int]:
    """The question, and its answers for a list of numbers under the key that is given; one number gives one answer."""
    item = read.text("item")
    for key, (number, scale) in _COUNTED_ANSWERS.items():
        if not read.has(key) or (item is not None and item.lower().lstrip("q0") != str(number)):
            continue
        value = read.value(key)
        if not isinstance(value, list):
            return number, scale(_needed_number(key, value))
        return number, [scale(_needed_number(key, entry)) for entry in value]
    raise UserError(
        msg("缺少 {key}：请给 33 题的答案，或给 bmi、waist_cm、colds_per_year 之一。", key="answers")
    )


def _needed_number(key: str, value: object) -> Decimal:
    number = read_number(key, value)
    if number is None:
        raise UserError(msg("{key} 里有空缺，请填数字。", key=key))
    return number
