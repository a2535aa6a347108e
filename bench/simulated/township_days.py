"""The township's side of the simulated year: buying, deciding, sending, settling, checking, each through its service."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.domain.request_states import Action, State
from app.domain.settlement_states import SettlementAction
from app.domain.shipment_states import Resolution
from app.domain.shortage_states import ShortageAction
from app.errors import UserError
from app.services.distributors import DistributorEdit, Distributors
from app.services.fair_shares import FairShares
from app.services.purchasing import Arrival, OrderItem, Purchasing
from app.services.random_checks import RandomChecks
from app.services.review import Review
from app.services.review_stock import ReviewStock
from app.services.settlements import Settlements
from app.services.shipments import DifferenceDecision, Shipments
from app.services.shortages import Shortages
from app.services.supply_balance import own_usable
from bench.simulated.books import Differs, YearBooks
from bench.simulated.demand import FIRST, Plan
from bench.simulated.desks import Township
from bench.simulated.luck import Luck
from bench.simulated.model import DISTRIBUTORS, Coming, min_days, parts_of, price_fen, to_buy
from bench.simulated.plain import Lot, value_fen


@dataclass
class Due:
    """A delivery that is on its way to the township, and its order with the price of each line by drug."""

    coming: Coming
    order_id: str
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)


class TownshipDays:
    """What the township does, and the plain count of its shelf."""

    def __init__(self, township: Township, plan: Plan, books: YearBooks, luck: Luck) -> None:
        self.township, self.plan, self.books, self.luck = township, plan, books, luck
        self.shelf = books.shelves[township.id]
        self.due: list[Due] = []
        self.distributors: list[str] = []
        self._lots = 0
        self._codes = 0
        self.sent: dict[str, int] = defaultdict(int)

    # -- buying ----------------------------------------------------------------------------------------------------

    def know_distributors(self) -> None:
        """Two distributors with good licences."""
        for number in range(DISTRIBUTORS):
            edit = DistributorEdit(f"PS{number}", f"模拟配送{number + 1}", "许可", date(FIRST.year + 3, 1, 1), "A", lead_days=6)
            self.distributors.append(Distributors(self.township.pharmacist).save(edit).id)

    def buy(self, day: date) -> None:
        """Order what the next weeks will take, from both distributors; some of it comes late or short."""
        coming: dict[str, int] = defaultdict(int)
        for due in self.due:
            for code, packs in due.coming.packs.items():
                coming[code] += packs * self.plan.drugs[code].pack
        for number, packs_by_code in to_buy(self.plan, self.shelf, coming, day).items():
            self._order(number, packs_by_code, day)

    def _order(self, number: int, packs: dict[str, int], day: date) -> None:
        items = [
            OrderItem(code, count * self.plan.drugs[code].pack, price_fen=price_fen(self.plan, code, day))
            for code, count in packs.items()
        ]
        made = Purchasing(self.township.pharmacist).draft(self.distributors[number], items)
        order = Purchasing(self.township.manager).order(made.id, made.version).order
        lines = {line.drug_code: (line.id, line.price_fen or 0) for line in order.lines}
        parts = parts_of(self.luck, packs, day, number)
        self.due += [Due(part, order.id, lines) for part in parts]
        self.books.tally.late_deliveries += self.luck.delay(day, number).is_late
        self.books.tally.short_deliveries += sum(len(part.packs) for part in parts if part.part)

    def take_deliveries(self, day: date) -> None:
        """Book what comes today."""
        for due in [each for each in self.due if each.coming.day <= day]:
            self.due.remove(due)
            arrivals = [self._arrival(due, code, packs, day) for code, packs in due.coming.packs.items()]
            version = Purchasing(self.township.pharmacist).get(due.order_id).version
            Purchasing(self.township.pharmacist).deliver(due.order_id, version, arrivals)

    def _arrival(self, due: Due, code: str, packs: int, day: date) -> Arrival:
        drug, (line_id, price) = self.plan.drugs[code], due.lines[code]
        self._lots += 1
        units = packs * drug.pack
        life = self.luck.life(due.coming.ordered, code, due.coming.part, is_cold=drug.is_cold)
        lot: Lot = (code, f"{day:%y%m%d}{self._lots:04d}", day + timedelta(days=life), price)
        codes: tuple[str, ...] = ()
        if drug.is_coded:
            prefix = f"8991{list(self.plan.drugs).index(code):03d}"
            codes = tuple(f"{prefix}{self._codes + number:013d}" for number in range(packs))
            self._codes += len(codes)
            self.books.add_packs(self.township.id, lot, codes, units, drug.pack)
            self.books.tally.packs_coded += len(codes)
        self.shelf.bring(lot, units, day, "bought")
        return Arrival(line_id, lot[1], lot[2], units, manufacturer="模拟药厂", codes=codes)

    def write_off_expired(self, day: date) -> None:
        """What is too old for any clinic and past its expiry is written off."""
        from app.domain.movements import Bearer, MovementKind
        from app.services.stock_actions import BatchUnits, StockActions
        from bench.simulated.books import batch_ids

        for lot, units in sorted(self.shelf.standing().items()):
            if lot[2] < day:
                codes = self.books.use_packs(self.township.id, lot, units)
                batch = BatchUnits(batch_ids(self.township.pharmacist)[lot], units, codes)
                StockActions(self.township.pharmacist).lose(
                    MovementKind.EXPIRED, [batch], bearer=Bearer.TOWNSHIP, reason="过期报损"
                )
                self.shelf.take(lot, units, day, "lost")

    # -- deciding and sending --------------------------------------------------------------------------------------

    def decide(self, request_ids: list[str], day: date) -> dict[str, list[str]]:
        """Share out what is scarce, agree to what is unremarkable, then to the rest by hand; approve, release.

        Gives the envelopes for each request in order. Raises Differs when more was approved than there is.
        """
        review, desk = ReviewStock(self.township.pharmacist), self.township.pharmacist
        self._share_out(request_ids, day)
        review.agree(request_ids)
        by_hand = Review(desk)
        for request_id in request_ids:
            view = by_hand.get(request_id)
            for line in view.lines:
                if not line.is_skipped and not line.decision and line.requested is not None:
                    by_hand.decide_line(view.id, line.id, line.requested, "")
        done = review.approve_decided(request_ids)
        told = dict(zip(done.approved_requests, done.message_ids, strict=True))
        messages: dict[str, list[str]] = {}
        for request_id in request_ids:
            messages[request_id] = [told.get(request_id, "")]
            view = by_hand.get(request_id)
            if view.state is not State.APPROVED:
                raise Differs(f"{day}: a request was not approved but {view.state}")
            released = by_hand.act(request_id, Action.CONVERT, view.version)
            messages[request_id].append(released.message_id or "")
        return messages

    def _share_out(self, request_ids: list[str], day: date) -> None:
        """The fair share of every drug of which there is less than all clinics ask for, in whole packs."""
        desk = self.township.pharmacist
        with desk.sessions.reading() as session:
            free = own_usable(session, desk)
        for code in self.plan.drugs:
            if free.get(code, 0) != self.shelf.usable(code, day, days=min_days(self.plan, code)):
                raise Differs(f"{day} township {code}: usable {free.get(code, 0)}, plain count says otherwise")
        wanted: dict[str, int] = defaultdict(int)
        for request_id in request_ids:
            for line in Review(desk).get(request_id).lines:
                if line.requested and not line.is_skipped:
                    wanted[line.drug_code] += -(-line.requested // line.units_per_pack) * line.units_per_pack
        shares = FairShares(desk)
        for code in sorted(code for code, units in wanted.items() if units > free.get(code, 0)):
            proposal = shares.propose(code)
            if sum(proposal.shown.values()) > free.get(code, 0):
                raise Differs(f"{day} {code}: more was shared out than the township has")
            shares.apply(code, proposal.shown)

    def send(self, request_ids: list[str], day: date) -> list[tuple[str, str, str]]:
        """Ship what the shelf has for released requests; gives (request, shipment, envelope)s."""
        shipments = Shipments(self.township.pharmacist)
        ready = []
        for request_id in request_ids:
            try:
                view = shipments.draft(request_id, route="环线")
            except UserError:
                continue
            try:
                view = shipments.allocate(view.id, view.version).shipment
            except UserError:
                shipments.cancel(view.id, view.version, "本院没有可发的库存")
                continue
            codes = {}
            for line in view.lines:
                drug = self.plan.drugs[line.drug_code]
                lot: Lot = (line.drug_code, line.batch_no, line.expiry, line.price_fen)  # type: ignore[assignment]
                codes[line.id] = self.books.full_packs(self.township.id, lot, line.shipped, drug.pack)
            self._predict(view, day)
            view = shipments.pick(view.id, view.version, codes).shipment
            ready.append((request_id, view))
        if not ready:
            return []
        done = shipments.ship([(view.id, view.version) for _request, view in ready], delivered_by="模拟司机")
        self.books.tally.shipments += len(done)
        return [
            (request_id, view.id, result.message_ids[0])
            for (request_id, view), result in zip(ready, done, strict=True)
        ]

    def _predict(self, view: object, day: date) -> None:
        """Take what was allocated off the plain count; raises Differs when the first to expire would have been others."""
        found: dict[str, dict[Lot, int]] = defaultdict(dict)
        for line in view.lines:  # type: ignore[attr-defined]
            found[line.drug_code][line.drug_code, line.batch_no, line.expiry, line.price_fen] = line.shipped
        for code, parts in found.items():
            total = sum(parts.values())
            expected = dict(self.shelf.first_to_expire(code, total, day, days=min_days(self.plan, code)))
            if expected != parts:
                raise Differs(f"{day} {code}: allocated {parts}, first to expire are {expected}")
            for lot, units in parts.items():
                self.shelf.take(lot, units, day, "issued")

    def verify(self, shipment_id: str) -> tuple[str, ...]:
        """Settle a receipt: what was broken is the distributor's, and may be sent again. Gives the envelopes."""
        shipments = Shipments(self.township.manager)
        view = shipments.get(shipment_id)
        decisions = {
            line.id: DifferenceDecision(Resolution.LOST, "distributor", again=True) for line in view.lines if line.rejected
        }
        return shipments.verify(view.id, view.version, decisions).message_ids

    def close_requests(self, request_ids: list[str]) -> list[tuple[str, str]]:
        """Give up what never came; gives (request, envelope)s."""
        closed = []
        review = Review(self.township.pharmacist)
        for request_id in request_ids:
            view = review.get(request_id)
            if view.state is State.RELEASED:
                done = review.act(request_id, Action.CLOSE_REMAINING, view.version, comment="本月不再补发")
                closed.append((request_id, done.message_id or ""))
        return closed

    # -- settling --------------------------------------------------------------------------------------------------

    def settle(self, month: str, numbers: dict[str, int]) -> list[tuple[str, str]]:
        """Settle a month with every clinic and distributor, and close it; gives (clinic, envelope) of each statement.

        Raises Differs when a statement is not what the plain count of the clinic's month says.
        """
        by_pharmacist = Settlements(self.township.pharmacist)
        prepared = by_pharmacist.prepare(month)
        if prepared.missing:
            raise Differs(f"{month}: no report of {prepared.missing}")
        statements = []
        for settlement_id in prepared.settlement_ids:
            view = by_pharmacist.get(settlement_id)
            if view.differences:
                raise Differs(f"{month} {view.party_name}: {[str(each.difference.message) for each in view.differences]}")
            if view.party == "clinic":
                check_statement(self.plan, self.books, view, month)
            else:
                self._check_distributor(view)
            self._settled(settlement_id)
            if view.party == "clinic":
                done = by_pharmacist.send_statement(settlement_id)
                statements.append((view.party_id, done.message_id or ""))
            self.books.tally.settlements += 1
        if len(statements) != len(numbers):
            raise Differs(f"{month}: {len(statements)} statements for {len(numbers)} clinics")
        Settlements(self.township.manager).close_month(month)
        return statements

    def _settled(self, settlement_id: str) -> None:
        by = (
            (SettlementAction.CHECK, self.township.colleague, ""),
            (SettlementAction.CONFIRM, self.township.colleague, "对方签字"),
            (SettlementAction.APPROVE, self.township.manager, ""),
            (SettlementAction.PAY, self.township.manager, ""),
        )
        version = Settlements(self.township.colleague).get(settlement_id).version
        for action, desk, comment in by:
            version = Settlements(desk).act(settlement_id, action, version, comment=comment).settlement.version

    def _check_distributor(self, view: object) -> None:
        """Σ lines = what is to be paid = what was bought of these drugs in the month at these prices."""
        month = self.shelf.month(view.month)  # type: ignore[attr-defined]
        total = 0
        for line in view.lines:  # type: ignore[attr-defined]
            bought = month[line.drug_code, line.price_fen]["bought"]
            expected = value_fen(bought, line.price_fen, line.units_per_pack)
            if (line.received, line.amount_fen) != (bought, expected):
                raise Differs(f"{view.month} {line.drug_code}: {line.received} for {line.amount_fen}, bought {bought}")  # type: ignore[attr-defined]
            total += expected
        if view.payable_fen != total:  # type: ignore[attr-defined]
            raise Differs(f"{view.month} {view.party_name}: {view.payable_fen}, lines {total}")  # type: ignore[attr-defined]

    # -- the rest --------------------------------------------------------------------------------------------------

    def draw_check(self, clinic_id: str, seed: int) -> tuple[str, str]:
        """A random check of a clinic: its id and its envelope."""
        checks = RandomChecks(self.township.manager)
        opened = checks.open(clinic_id, seed=seed).check
        sent = checks.send(opened.id)
        return opened.id, sent.message_id or ""

    def close_check(self, check_id: str) -> None:
        """Close a check that the clinic answered; the books and the shelf agree."""
        checks = RandomChecks(self.township.colleague)
        view = checks.get(check_id)
        if view.differences:
            raise Differs(f"a random check found {[(line.drug_code, line.difference) for line in view.differences]}")
        checks.close(view.id, view.version, "账实相符")
        self.books.tally.checks += 1

    def handle_shortage(self, report_id: str) -> None:
        """Verify a clinic's shortage and arrange that it is bought."""
        shortages = Shortages(self.township.colleague)
        for action in (ShortageAction.VERIFY, ShortageAction.PURCHASE):
            view = next(each for each in shortages.list() if each.id == report_id)
            shortages.act(report_id, action, view.version)
        self.books.tally.shortages += 1


def check_statement(plan: Plan, books: YearBooks, view: object, month: str) -> None:
    """Raise Differs unless a clinic's statement is its plain month, line by line, and the sum of its lines."""
    own = books.shelves[view.party_id].month(month)  # type: ignore[attr-defined]
    total = 0
    seen = set()
    for line in view.lines:  # type: ignore[attr-defined]
        seen.add((line.drug_code, line.price_fen))
        column = own.get((line.drug_code, line.price_fen), {})
        figures = (line.received, line.dispensed, line.lost, line.counted, line.charged)
        names = ("received", "dispensed", "lost", "counted", "charged")
        expected = tuple(column.get(name, 0) for name in names)
        pack = plan.drugs[line.drug_code].pack
        amount = value_fen(column.get("dispensed", 0) + column.get("charged", 0), line.price_fen, pack)
        closing = line.opening + line.received - line.dispensed - line.lost + line.counted
        if figures != expected or line.amount_fen != amount or line.closing != closing:
            raise Differs(f"{month} {line.drug_code}: statement {figures} {line.amount_fen}, plain count {expected} {amount}")
        total += amount
    moved = {key for key, column in own.items() if any(column.get(name) for name in ("received", "dispensed", "lost"))}
    if moved - seen or view.payable_fen != total:  # type: ignore[attr-defined]
        raise Differs(f"{month}: to be paid {view.payable_fen}, the lines are {total}; missing {sorted(moved - seen)}")  # type: ignore[attr-defined]
