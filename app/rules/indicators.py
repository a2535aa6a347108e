"""JSON in, JSON out: work indicators from counts or from people.

Counts: {"indicator", "year", "counts": {"numerator", "denominator"}}; the two numbers may also stand at the top, or
`counts` be [numerator, denominator].

People: {"indicator", "year", "people": [...]}, with `cut_off` (default 31 December of the year), `visits_per_year`
(4), `prorate_new` (true), `count_ended` (true), and `denominator` where the area's own number is to be used
(常住居民数, 65 岁及以上常住居民数, estimated patients). A person has, as far as the indicator asks (other words that
app.rules.indicator_people understands are left out here):

* id; birth_date or age; diseases [高血压, 糖尿病 …] (left out = belongs to the indicator); enrolled_on; ended_on
* visits [{date, method 1 门诊 / 2 家庭 / 3 电话 (unknown = face to face), sbp, dbp, fpg_mmol_l or fpg_mg_dl, lost,
  disease (left out = any)}], or dates, or only the number of face-to-face visits; last_visit {…}, or its values beside
  the name
* exam_dates [date] or exams [{date, complete, guidance}], or exam_done; with exam_dates or exam_done the flags
  exam_complete and guidance hold for all of them; exam_required false where the yearly examination was declined
* referral_checks [{due or referred_on, done_on}]
* permanent (常住, default true); has_record; has_electronic_record; dynamic_dates [date]
* constitutions [{date, complete, guidance}] or constitution_dates with the flags constitution_complete, guidance
* confirmed (default true); notified_on; managed_from (or enrolled_on); completed_on; doses_due; doses_taken

The result names `numerator_ids`, and in `resident_ids` (their number in `count`) everybody in the denominator.
The names of denominators are answered too, by `count` and `resident_ids` alone: 常住居民数, 65岁及以上常住居民数,
在管高血压患者数, 在管2型糖尿病患者数, 在册严重精神障碍患者数.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from app.domain.indicators import (
    IndicatorName,
    IndicatorSettings,
    Period,
    Rate,
    elderly_rate,
    glucose_control_rate,
    is_under_management,
    management_rate,
    pressure_control_rate,
    record_rate,
    record_use_rate,
    standard_management_rate,
    tb_management_rate,
    tb_regular_rate,
)
from app.domain.message import msg
from app.domain.reasons import SPECIFICATION, Reason
from app.errors import UserError
from app.i18n import tr
from app.rules.indicator_people import (
    GLUCOSE,
    MENTAL,
    PRESSURE,
    as_given,
    managed_people,
    residents,
    tuberculosis_cases,
)
from app.rules.reading import YEARS, Reader, missing, number_out, reasons_out, result

_ALIASES = {
    "居民健康档案建档率": IndicatorName.RECORD,
    "电子建档率": IndicatorName.ELECTRONIC_RECORD,
    "居民健康档案使用率": IndicatorName.RECORD_USE,
    "高血压规范管理率": IndicatorName.HYPERTENSION_STANDARD,
    "血压控制率": IndicatorName.PRESSURE_CONTROL,
    "糖尿病患者规范管理率": IndicatorName.DIABETES_STANDARD,
    "血糖控制率": IndicatorName.GLUCOSE_CONTROL,
    "糖尿病患者健康管理率": IndicatorName.DIABETES_MANAGED,
}

Count = Callable[[Reader, Period, IndicatorSettings], Rate]
Population = Callable[[Reader, Period, IndicatorSettings], list[str]]


def indicator(case: Mapping[str, object]) -> dict[str, object]:
    """One indicator by its Chinese name; input as in the docstring of this module."""
    read = Reader(case)
    name = _word(read.text("indicator"))
    return _head_count(read, name) if name in _POPULATIONS else _one_rate(read, _chosen(name))


def _one_rate(read: Reader, chosen: IndicatorName) -> dict[str, object]:
    rate = _from_people(read, chosen) if read.has("people") else _from_counts(read)
    percent = rate.percent
    sentence = msg(
        "分子 {numerator}，分母 {denominator}：{display}",
        numerator=rate.numerator,
        denominator=rate.denominator,
        display=rate.display,
    )
    has_people = read.has("people")
    return result(
        {
            "indicator": chosen.value,
            "rate_percent": number_out(percent),
            "display": rate.display,
            "numerator": rate.numerator,
            "denominator": rate.denominator,
            "numerator_ids": as_given(read, rate.numerator_ids) if has_people else None,
            "count": len(rate.denominator_ids) if has_people else None,
            "resident_ids": as_given(read, rate.denominator_ids) if has_people else None,
            "reasons": reasons_out((Reason("rate", f"{SPECIFICATION}工作指标 {chosen.value}", sentence),)),
        }
    )


def _head_count(read: Reader, name: str) -> dict[str, object]:
    """A denominator by itself: who belongs to it in the year."""
    ids = _POPULATIONS[name](read, _period(read), _settings(read))
    sentence = msg("共 {count} 人", count=len(ids))
    return result(
        {
            "indicator": name,
            "count": len(ids),
            "resident_ids": as_given(read, ids),
            "reasons": reasons_out((Reason("count", f"{SPECIFICATION}工作指标 {name}", sentence),)),
        }
    )


def _word(name: str | None) -> str:
    """A name without spaces and with one way of writing 2型."""
    if name is None:
        raise missing("indicator")
    return re.sub(r"\s", "", name).replace("Ⅱ型", "2型").replace("II型", "2型").replace("二型", "2型")


def _chosen(name: str) -> IndicatorName:
    if name in _ALIASES:
        return _ALIASES[name]
    try:
        return IndicatorName(name)
    except ValueError:
        names = tr("、").join((*(known.value for known in IndicatorName), *_POPULATIONS))
        raise UserError(
            msg("indicator 里没有叫“{name}”的指标，可以用的有：{names}。", name=name, names=names)
        ) from None


def _from_counts(read: Reader) -> Rate:
    source = _counts(read)
    numbers = []
    for key in ("numerator", "denominator"):
        number = source.whole(key)
        if number is None:
            raise missing(key)
        if number < 0:
            raise UserError(msg("{key} 不能是负数，您给的是 {value}。", key=key, value=number))
        numbers.append(number)
    return Rate(*numbers)


def _counts(read: Reader) -> Reader:
    """Where the two numbers stand: in `counts`, as an object or as [numerator, denominator], or at the top."""
    counts = read.value("counts")
    if isinstance(counts, list):
        return Reader(dict(zip(("numerator", "denominator"), counts, strict=False)))
    return Reader(counts) if isinstance(counts, Mapping) else read


def _from_people(read: Reader, chosen: IndicatorName) -> Rate:
    return _COUNTS[chosen](read, _period(read), _settings(read))


def _settings(read: Reader) -> IndicatorSettings:
    return IndicatorSettings(
        visits_per_year=_default(read.whole("visits_per_year"), IndicatorSettings.visits_per_year),
        prorate_new=read.flag_or_none("prorate_new") is not False,
        count_ended=read.flag_or_none("count_ended") is not False,
    )


def _period(read: Reader) -> Period:
    year = read.whole("year")
    if year is None:
        raise missing("year")
    if not YEARS[0] <= year <= YEARS[1]:
        raise UserError(msg("{key} 应是四位数的年份，您给的是 {value}。", key="year", value=year))
    last = date(year, 12, 31)
    return Period(year, min(read.day("cut_off") or last, last))


def _standard(word: str, *, face_to_face_only: bool = True) -> Count:
    def count(read: Reader, period: Period, settings: IndicatorSettings) -> Rate:
        people = managed_people(read, word, period)
        return standard_management_rate(people, period, settings, face_to_face_only=face_to_face_only)

    return count


def _managed_share(word: str) -> Count:
    def count(read: Reader, period: Period, settings: IndicatorSettings) -> Rate:
        estimated = _population(read)
        if estimated is None:
            raise missing("denominator")
        return management_rate(managed_people(read, word, period), period, estimated, settings)

    return count


def _records(*, electronic: bool) -> Count:
    def count(read: Reader, period: Period, settings: IndicatorSettings) -> Rate:
        return record_rate(residents(read, period), electronic=electronic, population=_population(read))

    return count


def _elderly(*, traditional_medicine: bool) -> Count:
    def count(read: Reader, period: Period, settings: IndicatorSettings) -> Rate:
        return elderly_rate(
            residents(read, period),
            period,
            traditional_medicine=traditional_medicine,
            population=_population(read),
        )

    return count


def _record_use(read: Reader, period: Period, settings: IndicatorSettings) -> Rate:
    return record_use_rate(residents(read, period, are_records=True), period)


def _pressure_control(read: Reader, period: Period, settings: IndicatorSettings) -> Rate:
    return pressure_control_rate(managed_people(read, PRESSURE, period), period, settings)


def _glucose_control(read: Reader, period: Period, settings: IndicatorSettings) -> Rate:
    return glucose_control_rate(managed_people(read, GLUCOSE, period), period, settings)


def _tb_managed(read: Reader, period: Period, settings: IndicatorSettings) -> Rate:
    return tb_management_rate(tuberculosis_cases(read, period), period)


def _tb_regular(read: Reader, period: Period, settings: IndicatorSettings) -> Rate:
    return tb_regular_rate(tuberculosis_cases(read, period), period)


_COUNTS: dict[IndicatorName, Count] = {
    IndicatorName.RECORD: _records(electronic=False),
    IndicatorName.ELECTRONIC_RECORD: _records(electronic=True),
    IndicatorName.RECORD_USE: _record_use,
    IndicatorName.ELDERLY: _elderly(traditional_medicine=False),
    IndicatorName.ELDERLY_TCM: _elderly(traditional_medicine=True),
    IndicatorName.HYPERTENSION_STANDARD: _standard(PRESSURE),
    IndicatorName.PRESSURE_CONTROL: _pressure_control,
    IndicatorName.DIABETES_STANDARD: _standard(GLUCOSE),
    IndicatorName.GLUCOSE_CONTROL: _glucose_control,
    IndicatorName.MENTAL_STANDARD: _standard(MENTAL, face_to_face_only=False),
    IndicatorName.TB_MANAGED: _tb_managed,
    IndicatorName.TB_REGULAR: _tb_regular,
    IndicatorName.HYPERTENSION_MANAGED: _managed_share(PRESSURE),
    IndicatorName.DIABETES_MANAGED: _managed_share(GLUCOSE),
}


def _managed_ids(word: str) -> Population:
    def ids(read: Reader, period: Period, settings: IndicatorSettings) -> list[str]:
        return [
            one.id for one in managed_people(read, word, period) if is_under_management(one, period, settings)
        ]

    return ids


def _permanent_ids(read: Reader, period: Period, settings: IndicatorSettings) -> list[str]:
    return [one.id for one in residents(read, period) if one.is_permanent]


def _elderly_ids(read: Reader, period: Period, settings: IndicatorSettings) -> list[str]:
    return list(elderly_rate(residents(read, period), period).denominator_ids)


_POPULATIONS: dict[str, Population] = {
    "常住居民数": _permanent_ids,
    "辖区内常住居民数": _permanent_ids,
    "65岁及以上常住居民数": _elderly_ids,
    "在管高血压患者数": _managed_ids(PRESSURE),
    "在管2型糖尿病患者数": _managed_ids(GLUCOSE),
    "在册严重精神障碍患者数": _managed_ids(MENTAL),
}


def _population(read: Reader) -> int | None:
    """The area's own number, at the top or in `counts`; None = count the people."""
    number = _counts(read).whole("denominator")
    if number is not None and number < 0:
        raise UserError(msg("{key} 不能是负数，您给的是 {value}。", key="denominator", value=number))
    return number


def _default(value: int | None, usual: int) -> int:
    return usual if value is None else value
