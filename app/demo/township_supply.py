"""What happened at the sample township in the last months: distributors, orders, deliveries, settlements, checks, shortages.

Everything goes through the services, each step on its own day and by another person where the rules want one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from app.demo.drugs import sample_drugs, trace_code
from app.desk import Actor, Desk
from app.domain.settlement import previous_month
from app.domain.settlement_states import SettlementAction
from app.domain.shortage_states import ShortageAction, ShortageKind
from app.services.accounts import Accounts
from app.services.distributors import DistributorEdit, Distributors
from app.services.purchasing import Arrival, OrderItem, PurchaseView, Purchasing
from app.services.random_checks import Counted, RandomChecks
from app.services.settlement_views import SettlementView
from app.services.settlements import Settlements
from app.services.shortages import ShortageEdit, Shortages

MANAGER, COLLEAGUE = "孙院长", "赵敏"
KEPT = (
    "VD004", "VD001", "VD009", "VD011", "VD007", "VD013", "LZ001", "LZ003", "VD033", "VD038", "VD025", "VD028", "VD055",
    "VD059", "VD050", "VD105", "VD152", "VD079", "VD085", "VD095",
)  # fmt: skip
"""The drugs of the sample's clinics; the first ones go most."""
SCANNED = "VD001"
"""The drug whose packs the sample township scanned when they came."""
DISTRIBUTORS = (
    DistributorEdit("PS01", "豫东示例医药有限公司", "豫AA0001", None, "A", True, 5, 10, "许经理", "0394-5550201"),
    DistributorEdit("PS02", "沙颍示例医药配送中心", "豫AA0002", None, "B", False, 7, 15, "马经理", "0394-5550202"),
    DistributorEdit("PS03", "太昊示例药业有限公司", "豫AA0003", None, "C", False, 10, 25, "宋经理", "0394-5550203"),
)
LICENCE_DAYS = (700, 22, -40)
"""Days to the end of each one's licence: good, running out, run out."""
BY_SECOND = frozenset({"VD028", "VD050", "VD079", "VD085", "VD095", "VD152"})
"""Drugs that the second distributor delivers."""
SEED = 20261101
MORNING = time(10)
NOT_SCANNED = "厂家包装破损，追溯码无法扫描"


@dataclass(frozen=True)
class Staff:
    """The township's people, each a desk of his own with the clock of the moment."""

    pharmacist: Desk
    colleague: Desk
    manager: Desk

    def at(self, moment: datetime) -> Staff:
        """The same people at a moment; never later than now."""
        now = self.pharmacist.now()
        then = min(moment, now)
        return Staff(*(replace(desk, clock=lambda: then) for desk in (self.pharmacist, self.colleague, self.manager)))


@dataclass(frozen=True)
class Months:
    """The two months that are over, and moments in them."""

    before_last: str
    last: str
    this: str

    def moment(self, month: str, day: int) -> datetime:
        """Ten in the morning of a day of a month, where the desk stands: in UTC it may be another day."""
        return datetime.combine(date.fromisoformat(f"{month}-{day:02d}"), MORNING).astimezone(UTC)


def months_of(today: date) -> Months:
    """The months around a day."""
    this = f"{today:%Y-%m}"
    last = previous_month(this)
    return Months(previous_month(last), last, this)


def hire(desk: Desk, pin: str) -> Staff:
    """The signed-in pharmacist, a colleague and the head of the township: nobody settles what he made himself."""
    made = {}
    for name, role in ((COLLEAGUE, "township_pharmacist"), (MANAGER, "township_manager")):
        user = Accounts(desk).add(name, role, pin)
        made[name] = replace(desk, actor=Actor(user.id, name, role))
    return Staff(desk, made[COLLEAGUE], made[MANAGER])


def stock_up(staff: Staff, months: Months) -> None:
    """Distributors, and the orders with which the first of the months began: one on time, one late and short."""
    begun = staff.at(months.moment(months.before_last, 1))
    today = staff.pharmacist.today()
    distributors = Distributors(begun.pharmacist)
    ids = [
        distributors.save(replace(edit, licence_valid_to=today + timedelta(days=days))).id
        for edit, days in zip(DISTRIBUTORS, LICENCE_DAYS, strict=True)
    ]
    first = [code for code in KEPT if code not in BY_SECOND]
    order = _ordered(begun, ids[0], first, 90)
    _delivered(staff.at(months.moment(months.before_last, 5)), order, 1)
    order = _ordered(begun, ids[1], sorted(BY_SECOND), 60)
    late = staff.at(months.moment(months.before_last, 16))
    _delivered(late, order, 1, short=3)
    view = Purchasing(late.manager).get(order.id)
    Purchasing(late.manager).close_rest(order.id, view.version, "配送企业答复缺货，另行采购")


def order_again(staff: Staff) -> None:
    """Orders of these days: one late and come in part, one that waits to be placed."""
    now = staff.pharmacist.now()
    before = staff.at(now - timedelta(days=13))
    ids = {view.edit.code: view.id for view in Distributors(before.pharmacist).list()}
    order = _ordered(before, ids["PS01"], ("VD001", "VD009", "VD105", "VD055"), 40)
    _delivered(staff.at(now - timedelta(days=4)), order, 2, only=2)
    needed = Purchasing(staff.pharmacist).needed()
    items = [OrderItem(need.drug_code, need.packs * need.units_per_pack) for need in needed if not need.winner_code]
    drugs = sample_drugs()
    items = items or [OrderItem("VD105", 50 * drugs["VD105"].units_per_pack)]
    Purchasing(staff.pharmacist).draft(ids["PS01"], items, remark="按缺口生成")


def settle(staff: Staff, months: Months) -> None:
    """The month before last is settled, paid and closed; of the last one the statements are drawn up."""
    made = staff.at(months.moment(months.last, 6))
    prepared = Settlements(made.pharmacist).prepare(months.before_last)
    for settlement_id in prepared.settlement_ids:
        _settled(made, settlement_id)
    Settlements(made.manager).close_month(months.before_last)
    drawn = staff.at(months.moment(months.this, 4))
    prepared = Settlements(drawn.pharmacist).prepare(months.last)
    for settlement_id in prepared.settlement_ids:
        _explained(drawn, settlement_id, "月中补送一次，手工送货单，双方已核对签字")
    for settlement_id in prepared.settlement_ids[:2]:
        view = Settlements(drawn.colleague).get(settlement_id)
        if not view.open_differences:
            Settlements(drawn.colleague).act(settlement_id, SettlementAction.CHECK, view.version)


def check_at_random(staff: Staff, clinics: dict[str, str]) -> None:
    """A check that found one pack missing and was followed up, and one that waits for the clinic's answer."""
    now = staff.pharmacist.now()
    then = staff.at(now - timedelta(days=6))
    opened = RandomChecks(then.manager).open(clinics["付楼村"], seed=SEED).check
    counts = {line.id: _counted(then, opened.clinic_id, line.batch_id, number == 0) for number, line in enumerate(opened.lines)}
    entered = RandomChecks(then.pharmacist).enter(opened.id, opened.version, counts, witness="付春生").check
    for line in entered.differences:
        entered = RandomChecks(then.pharmacist).follow_up(entered.id, line.id, "一盒放错柜，当场找到并归位")
    RandomChecks(then.colleague).close(entered.id, entered.version, "已归位")
    waiting = RandomChecks(staff.at(now - timedelta(days=1)).manager).open(clinics["何庄村"], seed=SEED + 1).check
    RandomChecks(staff.manager).send(waiting.id)


def report_shortages(staff: Staff) -> None:
    """The township's own shortage, verified by the head."""
    shortages = Shortages(staff.at(staff.pharmacist.now() - timedelta(days=3)).pharmacist)
    made = shortages.register(
        ShortageEdit(
            "口服补液盐散(Ⅲ)", ShortageKind.CUT_OFF, drug_code="VD106", needed_a_month=180, residents_affected=40,
            stock_now=0, alternatives_tried="补液盐散(Ⅰ)",
        ),
        why="配送企业停供",
    )  # fmt: skip
    shortages.act(made.id, ShortageAction.REPORT, made.version, answer="厂家停产检修，约一个月")


def _ordered(staff: Staff, distributor_id: str, codes: tuple[str, ...] | list[str], packs: int) -> PurchaseView:
    drugs = sample_drugs()
    items = [OrderItem(code, packs * drugs[code].units_per_pack, reason="按上季用量") for code in codes]
    made = Purchasing(staff.pharmacist).draft(distributor_id, items)
    return Purchasing(staff.manager).order(made.id, made.version).order


def _delivered(staff: Staff, order: PurchaseView, lot: int, *, short: int = 0, only: int | None = None) -> None:
    """What came of an order: all of it, or `short` packs less of the first line, or `only` its first lines."""
    drugs = sample_drugs()
    day = staff.pharmacist.today()
    arrivals = []
    for number, line in enumerate(order.lines[:only]):
        units = line.quantity - (short * line.units_per_pack if number == 0 else 0)
        is_scanned = line.drug_code == SCANNED
        prefix = drugs[line.drug_code].trace_prefix
        packs = units // line.units_per_pack if is_scanned else 0
        codes = tuple(trace_code(prefix, 5_000_000 * lot + place) for place in range(packs))
        arrivals.append(
            Arrival(
                line.id, f"{day:%y%m}{lot}{number:02d}", day + timedelta(days=540 + 20 * number), units,
                manufacturer="沙颍示例制药", codes=codes, no_codes_reason="" if is_scanned else NOT_SCANNED,
            )
        )  # fmt: skip
    Purchasing(staff.pharmacist).deliver(order.id, order.version, arrivals)


def _settled(staff: Staff, settlement_id: str) -> None:
    """Every step of a statement, by who may do it."""
    by = (
        (SettlementAction.CHECK, staff.colleague, ""),
        (SettlementAction.CONFIRM, staff.colleague, "对方负责人签字"),
        (SettlementAction.APPROVE, staff.manager, ""),
        (SettlementAction.PAY, staff.manager, ""),
    )
    view = _explained(staff, settlement_id, "在途差异，已核对单据")
    for action, desk, comment in by:
        view = Settlements(desk).act(settlement_id, action, view.version, comment=comment).settlement


def _explained(staff: Staff, settlement_id: str, words: str) -> SettlementView:
    """Every difference of a statement with the same words."""
    view = Settlements(staff.pharmacist).get(settlement_id)
    for number, _each in enumerate(view.differences):
        view = Settlements(staff.pharmacist).explain(settlement_id, number, words, version=view.version)
    return view


def _counted(staff: Staff, clinic_id: str, batch_id: str, is_short: bool) -> Counted:
    """What was counted of a batch: the book as the clinic last reported it; one unit less where `is_short`."""
    from app.services.ledger_reports import newest_stock

    with staff.pharmacist.sessions.reading() as session:
        report = newest_stock(session, clinic_id)
    book = next(batch["on_hand"] for batch in report.stock if batch["batch_id"] == batch_id) if report else 0
    return Counted(max(0, book - 1) if is_short else book, book, "待查" if is_short else "")
