"""Reading the JSON values of the drug rules exactly: numbers without binary floating point, dates, flags.

A key that is absent or null is unknown and read as None (or as the default given for an absent key). A value
of the wrong kind raises UserError with one sentence that names the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import wraps
from typing import Any

from app.domain.batches import Batch, last_day_of_expiry
from app.domain.message import Message, msg
from app.domain.quantities import Exact, to_fraction, two_places
from app.errors import UserError
from app.i18n import tr

Payload = dict[str, Any]
DrugRule = Callable[[Payload], Payload]

EDITION = "药品申请、库存与效期规则"
"""What the clauses of the drug rules count in: the program's own rules, modelled on OpenLMIS and Open mSupply."""

_LARGEST_EXPONENT = 15
_YES = {"y", "yes", "true", "1", "是"}
_NO = {"n", "no", "false", "0", "否"}
_UNHELD = {"none", "", "no", "false", "0", "无"}


def refuse(message: Message) -> UserError:
    """The error to raise for wrong input."""
    return UserError(message)


def explained(clause: str, formula: Message) -> Callable[[DrugRule], DrugRule]:
    """Adds `reasons` and `edition` to the answer: the answer's own sentence, or else the formula of the clause."""

    def decorate(rule: DrugRule) -> DrugRule:
        @wraps(rule)
        def with_reasons(payload: Payload) -> Payload:
            answer = rule(check_payload(payload))
            sentence = answer.get("sentence") or answer.get("message") or tr(formula)
            return answer | {"reasons": [{"clause": clause, "text": sentence}], "edition": EDITION}

        return with_reasons

    return decorate


def check_payload(payload: object) -> Payload:
    """The payload itself, when it is a JSON object."""
    if not isinstance(payload, Mapping):
        raise refuse(msg("输入应当是一个 JSON 对象，键见命令行说明。"))
    return dict(payload)


def exact_number(value: object, key: str) -> Fraction:
    """A number given as JSON number or as text (`"97.50"`), exactly as written."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise refuse(msg("“{key}”应当是数字，给的是 {value}。", key=key, value=value))
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise refuse(msg("“{key}”应当是数字，给的是 {value}。", key=key, value=value)) from None
    # The exponent is bounded because a Fraction writes all the zeros out.
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise refuse(msg("“{key}”的数值超出范围：{value}。", key=key, value=value))
    return Fraction(number)


def number(payload: Payload, key: str, default: Fraction | int | None = None) -> Fraction | None:
    """A number >= 0 at `key`; `default` when the key is absent or null."""
    if payload.get(key) is None:
        return None if default is None else Fraction(default)
    value = exact_number(payload[key], key)
    if value < 0:
        raise refuse(msg("“{key}”不能是负数，给的是 {value}。", key=key, value=payload[key]))
    return value


def exact_units(value: object, key: str) -> int:
    """A whole number of dispensing units, of either sign."""
    units = exact_number(value, key)
    if units.denominator != 1:
        raise refuse(msg("“{key}”应当是整数(最小单位)，给的是 {value}。", key=key, value=value))
    return int(units)


def whole(payload: Payload, *keys: str, absent: int | None = None, negative: bool = False) -> int | None:
    """The whole number at the first of `keys` that is present; null is None, no key at all gives `absent`."""
    for key in keys:
        if key in payload:
            if payload[key] is None:
                return None
            units = exact_units(payload[key], key)
            if units < 0 and not negative:
                raise refuse(msg("“{key}”不能是负数，给的是 {value}。", key=key, value=units))
            return units
    return absent


def needed_whole(payload: Payload, *keys: str) -> int:
    """As `whole`, but unknown is refused."""
    units = whole(payload, *keys)
    if units is None:
        raise refuse(msg("缺少“{key}”：请给出整数。", key=keys[0]))
    return units


def exact_date(value: object, key: str) -> date:
    """A date given as YYYY-MM-DD; of a time the date is taken."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()).date()
        except ValueError:
            pass
    raise refuse(msg("“{key}”应当是 YYYY-MM-DD 的日期，给的是 {value}。", key=key, value=value))


def day(payload: Payload, key: str) -> date | None:
    """The date at `key`, None when unknown."""
    return None if payload.get(key) is None else exact_date(payload[key], key)


def needed_day(payload: Payload, key: str) -> date:
    """As `day`, but unknown is refused."""
    value = day(payload, key)
    if value is None:
        raise refuse(msg("缺少“{key}”：请给出 YYYY-MM-DD 的日期。", key=key))
    return value


def exact_expiry(value: object, key: str) -> date | None:
    """The last usable day of an expiry; `2025-08` is the end of that month, null does not expire."""
    if value is None or value == "":
        return None
    try:
        return last_day_of_expiry(str(value))
    except ValueError:
        text = msg("“{key}”应当是 YYYY-MM-DD 或 YYYY-MM 的有效期，给的是 {value}。", key=key, value=value)
        raise refuse(text) from None


def flag(payload: Payload, key: str) -> bool | None:
    """A yes or no at `key`; None when absent or null."""
    value = payload.get(key)
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise refuse(msg("“{key}”应当是 true 或 false，给的是 {value}。", key=key, value=value))


def text(payload: Payload, *keys: str) -> str | None:
    """The text at the first of `keys` that has some."""
    for key in keys:
        value = payload.get(key)
        if value is not None and str(value).strip():
            return str(value).strip()
    return None


def items(payload: Payload, key: str) -> list[Payload]:
    """The list of objects at `key`; absent or null is the empty list."""
    value = payload.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise refuse(msg("“{key}”应当是对象的列表。", key=key))
    return value


def batches(payload: Payload) -> list[Batch]:
    """`batches` [{batch, qty, expiry, held, reserved, received_on or received, pack}]; unnamed ones are numbered from 1."""
    if not isinstance(payload.get("batches"), list):
        raise refuse(msg("缺少“batches”：请给出批号、数量和有效期的列表。"))
    return [_batch(item, position) for position, item in enumerate(items(payload, "batches"), start=1)]


def shown(value: Exact | None) -> int | str | None:
    """A quantity for JSON: an integer where it is whole, else text with two decimals."""
    if value is None:
        return None
    exact = to_fraction(value)
    return int(exact) if exact.denominator == 1 else two_places(exact)


def _batch(item: Payload, position: int) -> Batch:
    hold = item.get("hold")
    is_held = flag(item, "held") or (
        hold is not None and hold is not False and str(hold).lower() not in _UNHELD
    )
    return Batch(
        batch_no=text(item, "batch", "batch_no") or str(position),
        units=needed_whole(item, "qty", "units", "quantity", "qty_on_hand"),
        expiry=exact_expiry(item.get("expiry"), "expiry"),
        held=bool(is_held),
        reserved=whole(item, "reserved", "qty_reserved") or 0,
        received_on=day(item, "received_on") or day(item, "received"),
        pack=whole(item, "pack") or None,
    )
