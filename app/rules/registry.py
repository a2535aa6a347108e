"""The rules of the command line by name (`cunyi rule NAME`), each one imported only when it is asked for.

A rule takes a JSON object and gives a JSON object; a list gives a list in the same order. Nothing is read but the
arguments: the day of today is one of them and stands in for `as_of` or `today` where the caller gave none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from app.domain.message import msg
from app.errors import UserError
from app.i18n import tr

Rule = Callable[[Mapping[str, object]], dict[str, object]]


@dataclass(frozen=True)
class RuleAdapter:
    """Where a rule lives ("module:function") and the input key that today fills in when it is absent, if any."""

    target: str
    today_key: str | None = None

    def load(self) -> Rule:
        """The function, importing its module now."""
        module, function = self.target.split(":")
        rule: Rule = getattr(import_module(module), function)
        return rule


RULES: dict[str, RuleAdapter] = {
    "hypertension": RuleAdapter("app.rules.clinical:hypertension"),
    "hypertension_screening": RuleAdapter("app.rules.clinical:hypertension_screening"),
    "diabetes_t2": RuleAdapter("app.rules.clinical:diabetes_t2"),
    "severe_mental_disorder": RuleAdapter("app.rules.clinical:severe_mental_disorder"),
    "tuberculosis": RuleAdapter("app.rules.clinical:tuberculosis"),
    "copd": RuleAdapter("app.rules.clinical:copd"),
    "referral_letter": RuleAdapter("app.rules.clinical:referral_letter"),
    "bmi": RuleAdapter("app.rules.assessments:bmi"),
    "adl": RuleAdapter("app.rules.assessments:adl"),
    "tcm_constitution": RuleAdapter("app.rules.assessments:tcm_constitution"),
    "alcohol": RuleAdapter("app.rules.assessments:alcohol"),
    "id_number": RuleAdapter("app.rules.identifiers:id_number", today_key="as_of"),
    "record_number": RuleAdapter("app.rules.identifiers:record_number"),
    "name": RuleAdapter("app.rules.identifiers:name"),
    "age": RuleAdapter("app.rules.identifiers:age"),
    "indicator": RuleAdapter("app.rules.indicators:indicator"),
    "amc": RuleAdapter("app.rules.drugs:amc"),
    "stockout_days": RuleAdapter("app.rules.drugs:stockout_days"),
    "available_stock": RuleAdapter("app.rules.drugs:available_stock", today_key="today"),
    "suggested_quantity": RuleAdapter("app.rules.drugs:suggested_quantity"),
    "packs": RuleAdapter("app.rules.drugs:packs"),
    "stock_status": RuleAdapter("app.rules.drugs:stock_status"),
    "fefo": RuleAdapter("app.rules.drugs:fefo", today_key="today"),
    "expiry": RuleAdapter("app.rules.drugs:expiry", today_key="today"),
    "request_transition": RuleAdapter("app.rules.drugs:request_transition"),
    "remaining": RuleAdapter("app.rules.drugs:remaining"),
    "receipt": RuleAdapter("app.rules.drugs:receipt"),
    "fill_rate": RuleAdapter("app.rules.drugs:fill_rate"),
    "stocktake": RuleAdapter("app.rules.drugs:stocktake"),
    "expiry_action": RuleAdapter("app.rules.supply:expiry_action", today_key="today"),
    "trace_code": RuleAdapter("app.rules.supply:trace_code"),
    "dose": RuleAdapter("app.rules.supply:dose"),
    "fair_share": RuleAdapter("app.rules.supply:fair_share"),
    "settlement": RuleAdapter("app.rules.supply:settlement"),
    "distributor_score": RuleAdapter("app.rules.supply:distributor_score", today_key="today"),
    "document_transition": RuleAdapter("app.rules.supply:document_transition"),
}


def evaluate(name: str, payload: object, today: date) -> object:
    """The result of rule `name` for one JSON object, or a list of results for a list of objects.

    Raises UserError for an unknown rule and for input that cannot be read; in a list the sentence names the place.
    """
    adapter = RULES.get(name)
    if adapter is None:
        raise UserError(
            msg("没有叫“{name}”的规则，可以用的有：{names}。", name=name, names=tr("、").join(sorted(RULES)))
        )
    rule = adapter.load()
    if isinstance(payload, list):
        return [_one_of_many(rule, adapter, case, number, today) for number, case in enumerate(payload, 1)]
    return _one(rule, adapter, payload, today)


def _one(rule: Rule, adapter: RuleAdapter, case: object, today: date) -> dict[str, object]:
    if not isinstance(case, Mapping):
        raise UserError(msg("输入应是一个 JSON 对象，或由 JSON 对象组成的列表。"))
    key = adapter.today_key
    if key is not None and case.get(key) is None:
        return rule({**case, key: today.isoformat()})
    return rule(case)


def _one_of_many(
    rule: Rule, adapter: RuleAdapter, case: object, number: int, today: date
) -> dict[str, object]:
    try:
        return _one(rule, adapter, case, today)
    except UserError as error:
        raise UserError(msg("第 {number} 条：{problem}", number=number, problem=error.message)) from error
