"""What is checked on the lines of a drug request (药品申请单) before it is submitted and before it is approved.

Specification: drug_requests §3, submission V1-V14 and approval A1-A6, and the plausibility of §9.
Period rules (V14) are guards of the transition table, see `request_guards`. Nothing is looked up: the caller
passes the facts; a fact that is None is unknown and is not judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.domain.message import Message, msg
from app.domain.packs import quantity_words
from app.domain.quantities import Exact, to_fraction
from app.domain.request_terms import Kind

EMERGENCY_LINES_AT_MOST = 10
"""Lines with a quantity in one emergency request (V5), inclusive; a common practice, not law."""

FULL_COUNT_AT_MOST_DAYS_OLD = 35
"""An older full count is told to the reviewer (V9)."""

PLAUSIBLE_MONTHS = 6
PLAUSIBLE_UNITS = 10_000
"""More than 6 x AMC, or more than 10 000 units, is asked again (§9)."""

SHORTEST_EXPLANATION = 2


class Level(StrEnum):
    """`BLOCK` stops, `ASK` wants one confirmation, `NOTE` is shown and goes to the reviewer."""

    BLOCK = "block"
    ASK = "ask"
    NOTE = "note"


@dataclass(frozen=True)
class LineProblem:
    """One finding. `line_key` None concerns the whole request; `code` is stable, for tests and for filters."""

    line_key: str | None
    code: str
    level: Level
    message: Message


@dataclass(frozen=True)
class Ledger:
    """The line's figures of the period, frozen when submitted (V6, V7). None is unknown."""

    beginning: int | None = None
    received: int | None = None
    consumed: int | None = None
    losses: int | None = None
    adjustments: int | None = None
    ending: int | None = None
    stockout_days: int | None = None
    days: int | None = None
    shown_on_hand: int | None = None
    ledger_on_hand: int | None = None


@dataclass(frozen=True)
class RequestLine:
    """One line (明细行) as the checks and the state machine see it. Quantities in dispensing units, None unknown.

    `explanation` is the clinic's, `reason` the reviewer's. `confirmed`: the user said yes to what was asked.
    `unusable_units` is expired or held stock; `source` is where the approved quantity comes from.
    `finished`: everything is received, or the rest is closed. `unit` and `pack_unit` are told with a quantity,
    个单位 where the unit is "".
    """

    key: str = ""
    drug: str = ""
    requested: int | None = None
    suggested: int | None = None
    pack: int | None = None
    skipped: bool = False
    explanation: str = ""
    listed: bool | None = None
    new_variety: bool = False
    amc: Exact | None = None
    ledger: Ledger | None = None
    unusable_units: int = 0
    unusable_acknowledged: bool = False
    in_transit_previous: int = 0
    same_product: tuple[str, str, str] | None = None
    confirmed: bool = False
    approved: int | None = None
    reason: str = ""
    max_stock: Exact | None = None
    price_changed: bool = False
    source: str | None = None
    finished: bool | None = None
    unit: str = ""
    pack_unit: str = ""


@dataclass(frozen=True)
class RequestContext:
    """What the checks need to know of the request itself. None is unknown and is not judged.

    `listed_drugs`: drugs that a regular request must have a line for, skipped or not (V4).
    """

    kind: Kind | None = None
    today: date | None = None
    last_full_count_on: date | None = None
    never_counted: bool = False
    listed_drugs: frozenset[str] | None = None
    budget_fen: int | None = None
    total_fen: int | None = None
    budget_items: int | None = None


def has_meaning(text: str | None) -> bool:
    """Whether an explanation says anything: at least 2 characters, not one character repeated (V3)."""
    letters = "".join((text or "").split())
    return len(letters) >= SHORTEST_EXPLANATION and len(set(letters)) > 1


def is_quantity(value: object) -> bool:
    """An integer >= 0 (V2); True and False are no quantities."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def check_submission(request: RequestContext, lines: Sequence[RequestLine]) -> list[LineProblem]:
    """Everything that stops a submission, asks, or is told to the reviewer (V1-V13), request first."""
    problems = _check_whole_request(request, lines)
    for line in lines:
        if not line.skipped:
            problems += check_line(request.kind, line)
    return problems


def check_line(kind: Kind | None, line: RequestLine) -> list[LineProblem]:
    """The findings of one line that is not skipped (V1-V3, V6-V8, V10-V12, plausibility)."""
    found = [
        _listed(line),
        _quantity(kind, line),
        _explained(kind, line),
        *_ledger_findings(line),
        _unusable_stock(line),
        _previous_in_transit(line),
        _no_consumption(line),
        _plausible(line),
    ]
    return [problem for problem in found if problem is not None]


def check_approval(request: RequestContext, lines: Sequence[RequestLine]) -> list[LineProblem]:
    """Findings before approval (A1-A3, A5, A6); a changed quantity needs a reason (§2 no. 9)."""
    problems = _check_budget(request, lines)
    for line in lines:
        if not line.skipped:
            found = [
                _approved_quantity(line),
                _approved_reason(line),
                _approved_maximum(line),
                *_refreshed(line),
            ]
            problems += [problem for problem in found if problem is not None]
    return problems


def blocking(problems: Sequence[LineProblem]) -> list[LineProblem]:
    """The problems that must be put right first."""
    return [problem for problem in problems if problem.level is Level.BLOCK]


def asking(problems: Sequence[LineProblem]) -> list[LineProblem]:
    """The problems that the user may confirm."""
    return [problem for problem in problems if problem.level is Level.ASK]


def _problem(line: RequestLine | None, code: str, level: Level, message: Message) -> LineProblem:
    return LineProblem(line.key if line is not None else None, code, level, message)


def _check_whole_request(request: RequestContext, lines: Sequence[RequestLine]) -> list[LineProblem]:
    found: list[LineProblem | None] = [_any_line(request, lines), _emergency_lines(request, lines)]
    found += [_count_age(request), *_duplicates(lines), *_missing_lines(request, lines), *_merge_hints(lines)]
    return [problem for problem in found if problem is not None]


def counted_lines(kind: Kind | None, lines: Sequence[RequestLine]) -> list[RequestLine]:
    """Lines that ask for something: not skipped and, in an emergency request, with a quantity > 0 (V5)."""
    active = [line for line in lines if not line.skipped]
    if kind is Kind.EMERGENCY:
        return [line for line in active if line.requested is None or line.requested > 0]
    return active


def _any_line(request: RequestContext, lines: Sequence[RequestLine]) -> LineProblem | None:
    if counted_lines(request.kind, lines):
        return None
    return _problem(None, "no_lines", Level.BLOCK, msg("没有要申请的药品：请至少填写一行数量。"))


def _emergency_lines(request: RequestContext, lines: Sequence[RequestLine]) -> LineProblem | None:
    count = len(counted_lines(request.kind, lines))
    if request.kind is not Kind.EMERGENCY or count <= EMERGENCY_LINES_AT_MOST:
        return None
    text = msg(
        "紧急申请最多 {limit} 种药品，现在有 {count} 种：请删去不急的。",
        limit=EMERGENCY_LINES_AT_MOST,
        count=count,
    )
    return _problem(None, "too_many_lines", Level.BLOCK, text)


def _count_age(request: RequestContext) -> LineProblem | None:
    if request.never_counted:
        return _problem(None, "count_too_old", Level.NOTE, msg("还没有做过全面盘点，审核人会看到这条提示。"))
    if request.today is None or request.last_full_count_on is None:
        return None
    age = (request.today - request.last_full_count_on).days
    if age <= FULL_COUNT_AT_MOST_DAYS_OLD:
        return None
    text = msg("上次全面盘点是 {days} 天前，建议先盘点；审核人会看到这条提示。", days=age)
    return _problem(None, "count_too_old", Level.NOTE, text)


def _duplicates(lines: Sequence[RequestLine]) -> list[LineProblem]:
    seen: set[str] = set()
    problems = []
    for line in lines:
        if line.drug and line.drug in seen:
            text = msg("同一药品已有一行：请合并到原来那一行。")
            problems.append(_problem(line, "duplicate_line", Level.BLOCK, text))
        seen.add(line.drug)
    return problems


def _missing_lines(request: RequestContext, lines: Sequence[RequestLine]) -> list[LineProblem]:
    if request.kind is not Kind.REGULAR or request.listed_drugs is None:
        return []
    missing = request.listed_drugs - {line.drug for line in lines}
    if not missing:
        return []
    text = msg("目录内有 {count} 种药品没有明细行：不需要的请标为“本期不要”，不能删除。", count=len(missing))
    return [_problem(None, "missing_lines", Level.BLOCK, text)]


def _merge_hints(lines: Sequence[RequestLine]) -> list[LineProblem]:
    seen: set[tuple[str, str, str]] = set()
    problems = []
    for line in lines:
        if line.skipped or line.same_product is None:
            continue
        if line.same_product in seen:
            text = msg("另有一行成分、剂型和规格相同的药品：可以合并申请。")
            problems.append(_problem(line, "same_ingredient", Level.NOTE, text))
        seen.add(line.same_product)
    return problems


def _listed(line: RequestLine) -> LineProblem | None:
    if line.new_variety:
        if has_meaning(line.explanation):
            return None
        text = msg("新品种请写明申请理由(至少 {n} 个字)。", n=SHORTEST_EXPLANATION)
        return _problem(line, "explanation_required", Level.BLOCK, text)
    if line.listed is not False:
        return None
    text = msg("这个药品不在卫生室当前用药目录内：请标为“本期不要”，或标为新品种并写明理由。")
    return _problem(line, "not_listed", Level.BLOCK, text)


def _quantity(kind: Kind | None, line: RequestLine) -> LineProblem | None:
    if line.requested is None:
        return _problem(line, "quantity_required", Level.BLOCK, msg("还没有填数量：请填写，或标为“本期不要”。"))
    if not is_quantity(line.requested):
        return _problem(line, "quantity_invalid", Level.BLOCK, msg("数量必须是 0 或正整数，按最小单位填写。"))
    if line.requested == 0 and kind is not Kind.EMERGENCY:
        return _problem(line, "quantity_required", Level.BLOCK, msg("数量是 0：请填写数量，或标为“本期不要”。"))
    return None


def _explained(kind: Kind | None, line: RequestLine) -> LineProblem | None:
    if kind is Kind.EMERGENCY or line.suggested is None or not is_quantity(line.requested):
        return None
    if abs((line.requested or 0) - line.suggested) <= (line.pack or 0) or has_meaning(line.explanation):
        return None
    text = msg(
        "申请 {requested} 与建议 {suggested} 相差超过一盒：请写明原因(至少 {n} 个字)。",
        requested=line.requested,
        suggested=line.suggested,
        n=SHORTEST_EXPLANATION,
    )
    return _problem(line, "explanation_required", Level.BLOCK, text)


def _ledger_findings(line: RequestLine) -> list[LineProblem | None]:
    ledger = line.ledger
    if ledger is None:
        return []
    return [_stock_unchanged(line, ledger), _balances(line, ledger), _stockout_within_period(line, ledger)]


def _stock_unchanged(line: RequestLine, ledger: Ledger) -> LineProblem | None:
    if ledger.shown_on_hand is None or ledger.ledger_on_hand is None:
        return None
    if ledger.shown_on_hand == ledger.ledger_on_hand:
        return None
    text = msg(
        "账面库存是 {ledger}，明细行显示 {shown}：请刷新；实物不符请先盘点。",
        ledger=ledger.ledger_on_hand,
        shown=ledger.shown_on_hand,
    )
    return _problem(line, "stock_changed", Level.BLOCK, text)


def _balances(line: RequestLine, ledger: Ledger) -> LineProblem | None:
    amounts = (ledger.beginning, ledger.received, ledger.consumed, ledger.losses)
    if any(amount is not None and amount < 0 for amount in amounts):
        text = msg("期初、收入、消耗和损耗都不能是负数：请核对出入库记录。")
        return _problem(line, "ledger_negative", Level.BLOCK, text)
    beginning, received, consumed, _ = amounts
    adjustments, ending = ledger.adjustments, ledger.ending
    if beginning is None or received is None or consumed is None or adjustments is None or ending is None:
        return None
    if ending == beginning + received + adjustments - consumed:
        return None
    text = msg(
        "账不平：期初 {beginning} + 收入 {received} + 调整 {adjustments} − 消耗 {consumed} 不等于期末 {ending}。",
        beginning=beginning,
        received=received,
        adjustments=adjustments,
        consumed=consumed,
        ending=ending,
    )
    return _problem(line, "ledger_unbalanced", Level.BLOCK, text)


def _stockout_within_period(line: RequestLine, ledger: Ledger) -> LineProblem | None:
    if ledger.stockout_days is None or ledger.days is None or 0 <= ledger.stockout_days <= ledger.days:
        return None
    text = msg("缺货 {out} 天超出本期 {days} 天：请核对。", out=ledger.stockout_days, days=ledger.days)
    return _problem(line, "stockout_days_invalid", Level.BLOCK, text)


def _in_words(units: int, line: RequestLine) -> Message:
    return quantity_words(units, line.unit, line.pack, line.pack_unit)


def _unusable_stock(line: RequestLine) -> LineProblem | None:
    if line.unusable_units <= 0 or line.unusable_acknowledged or not line.requested:
        return None
    units = _in_words(line.unusable_units, line)
    text = msg("有 {units}已过期或停用：请先报损，或确认已知。", units=units)
    return _problem(line, "unusable_stock", Level.BLOCK, text)


def _previous_in_transit(line: RequestLine) -> LineProblem | None:
    if line.in_transit_previous <= 0:
        return None
    units = _in_words(line.in_transit_previous, line)
    text = msg("上期申领还有 {units}在途，建议量里已经扣除。", units=units)
    return _problem(line, "previous_in_transit", Level.NOTE, text)


def _no_consumption(line: RequestLine) -> LineProblem | None:
    ledger = line.ledger
    if ledger is None or ledger.days is None or not line.requested:
        return None
    if ledger.consumed != 0 or ledger.stockout_days != ledger.days:
        return None
    level = Level.NOTE if has_meaning(line.explanation) else Level.BLOCK
    return _problem(line, "no_consumption_data", level, msg("无消耗数据：请手工填写数量并写明原因。"))


def _plausible(line: RequestLine) -> LineProblem | None:
    if line.confirmed or not is_quantity(line.requested):
        return None
    requested = line.requested or 0
    if line.amc and requested > to_fraction(line.amc) * PLAUSIBLE_MONTHS:
        months = Fraction(requested) / to_fraction(line.amc)
        text = msg(
            "申请 {requested} 约够用 {months} 个月，数量对吗？", requested=requested, months=int(months)
        )
        return _problem(line, "implausible_quantity", Level.ASK, text)
    if requested > PLAUSIBLE_UNITS:
        text = msg("申请 {requested} 超过 {limit}，数量对吗？", requested=requested, limit=PLAUSIBLE_UNITS)
        return _problem(line, "implausible_quantity", Level.ASK, text)
    return None


def _approved_quantity(line: RequestLine) -> LineProblem | None:
    if line.approved is None:
        return _problem(line, "approved_missing", Level.BLOCK, msg("还没有填批准数量：不给请填 0。"))
    if not is_quantity(line.approved):
        return _problem(line, "quantity_invalid", Level.BLOCK, msg("批准数量必须是 0 或正整数。"))
    return None


def _approved_reason(line: RequestLine) -> LineProblem | None:
    if not is_quantity(line.approved) or line.requested is None or line.approved == line.requested:
        return None
    if has_meaning(line.reason):
        return None
    text = msg(
        "批准 {approved} 与申请 {requested} 不同：请写明原因。",
        approved=line.approved,
        requested=line.requested,
    )
    return _problem(line, "reason_required", Level.BLOCK, text)


def _approved_maximum(line: RequestLine) -> LineProblem | None:
    if line.max_stock is None or not is_quantity(line.approved):
        return None
    if (line.approved or 0) <= to_fraction(line.max_stock):
        return None
    text = msg("批准 {approved} 超过这个卫生室的最高库存。", approved=line.approved)
    return _problem(line, "above_maximum", Level.NOTE, text)


def _refreshed(line: RequestLine) -> list[LineProblem]:
    problems = []
    if line.listed is False and not line.new_variety:
        text = msg("这个药品现在已不在目录内，请确认。")
        problems.append(_problem(line, "not_listed_now", Level.NOTE, text))
    if line.price_changed:
        problems.append(_problem(line, "price_changed", Level.NOTE, msg("提交以后价格有变，已按新价计算。")))
    return problems


def _check_budget(request: RequestContext, lines: Sequence[RequestLine]) -> list[LineProblem]:
    problems = []
    budget, total = request.budget_fen, request.total_fen
    if budget is not None and total is not None and total > budget:
        problems.append(_problem(None, "above_budget", Level.NOTE, msg("总金额超出预算，可以继续批准。")))
    items = sum(1 for line in lines if not line.skipped and (line.approved or 0) > 0)
    if request.budget_items is not None and items > request.budget_items:
        text = msg(
            "批准 {items} 个品种，超出预算的 {limit} 个，可以继续批准。",
            items=items,
            limit=request.budget_items,
        )
        problems.append(_problem(None, "above_budget_items", Level.NOTE, text))
    return problems
