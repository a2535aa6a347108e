"""The clinics' side of the simulated year: giving, losing, counting, asking, receiving, reporting, each through its service."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.domain.movements import Bearer, MovementKind
from app.domain.receiving import RejectReason
from app.domain.request_states import Action
from app.domain.shortage_states import ShortageAction, ShortageKind
from app.errors import UserError
from app.services.count_answers import CountAnswers
from app.services.dispensing import Dispensing, Draft, DraftLine
from app.services.ledger_reports import LedgerReports
from app.services.problems import Refused
from app.services.receiving import Arrival, LineReceipt, Receiving
from app.services.requests import LineEdit, Requests
from app.services.shortages import ShortageEdit, Shortages
from app.services.stock_actions import BatchUnits, NewGoods, StockActions
from app.services.stock_dispense import dispense
from app.services.stock_ledger import NewMovement, book
from app.services.stocktakes import Recount, Stocktakes
from bench.simulated.books import YearBooks, batch_ids
from bench.simulated.demand import FIRST, Plan
from bench.simulated.desks import Clinic
from bench.simulated.luck import Luck
from bench.simulated.model import instead, lost, miscounts, opening_lots
from bench.simulated.plain import Lot
from db.models import new_id

MAKER = "模拟药厂"
COLD_CELSIUS = "5.0"
COUNT_REASONS = {True: "找到", False: "损耗"}


class ClinicDays:
    """What one clinic does, and the plain count of it."""

    def __init__(self, clinic: Clinic, plan: Plan, books: YearBooks, luck: Luck) -> None:
        self.clinic, self.desk, self.plan, self.books, self.luck = clinic, clinic.desk, plan, books, luck
        self.shelf = books.shelves[clinic.id]
        self.number = clinic.plan.number
        self.picked_by_program = 1
        self._answers: set[str] = set()

    def begin(self) -> None:
        """期初: what stands there on the first day."""
        goods = []
        for lot, units in opening_lots(self.plan, self.luck, self.clinic.plan):
            code, batch_no, expiry, price_fen = lot
            goods.append(NewGoods(code, batch_no, expiry, units, MAKER, price_fen, self.plan.drugs[code].pack))
            self.shelf.bring(lot, units, FIRST, "opening")
        StockActions(self.desk).opening(goods)

    def give(self, day: date, wanted: dict[str, int]) -> dict[str, int]:
        """Give what is wanted as far as there is anything; gives what is missing, by drug."""
        missing, plain, coded = {}, {}, {}
        for code, units in wanted.items():
            given = min(units, self.shelf.usable(code, day))
            if units > given:
                missing[code] = units - given
            if given:
                (coded if self.plan.drugs[code].is_coded else plain)[code] = given
        self.books.ours.wanted_units += sum(wanted.values())
        self.books.ours.unmet_units += sum(missing.values())
        if plain:
            self._give_plain(day, plain)
        if coded:
            self._give_coded(day, coded)
        self.books.tally.dispensings += bool(plain) + bool(coded)
        return missing

    def _give_plain(self, day: date, plain: dict[str, int]) -> None:
        """Drugs without codes, in one transaction: some picked by the program, the others booked as the plain count picks."""
        document = new_id()
        by_program = set(sorted(plain)[: self.picked_by_program])
        batches = batch_ids(self.desk)
        with self.desk.sessions.writing() as session:
            entries = []
            for code, units in plain.items():
                if code in by_program:
                    dispense(session, self.desk, code, units, resident_id=self.clinic.resident_id, document_id=document)
                else:
                    entries += [
                        NewMovement(
                            batches[lot], MovementKind.DISPENSE, part, document="dispensing", document_id=document,
                            resident_id=self.clinic.resident_id,
                        )
                        for lot, part in self.shelf.first_to_expire(code, units, day)
                    ]  # fmt: skip
                self._took(code, units, day)
            book(session, self.desk, entries)

    def _give_coded(self, day: date, coded: dict[str, int]) -> None:
        """Drugs whose packs carry codes, scanned and given to the resident in the ordinary way."""
        lines = []
        for number, (code, units) in enumerate(coded.items()):
            scanned: list[str] = []
            for lot, part in self.shelf.first_to_expire(code, units, day):
                scanned += self.books.use_packs(self.clinic.id, lot, part)
            self._took(code, units, day)
            lines.append(DraftLine(str(number), code, units, "", Decimal(1), 7, "遵医嘱", codes=tuple(scanned)))
        draft = Draft(self.clinic.resident_id, tuple(lines), diagnosis="模拟", id=new_id())
        dispensing = Dispensing(self.desk)
        try:
            dispensing.give(self._answered(draft))
        except Refused:
            self._answers |= {matter.key for matter in dispensing.judge(draft).matters}
            dispensing.give(self._answered(draft))

    def _answered(self, draft: Draft) -> Draft:
        """The draft with a reason for everything that was asked so far: one person stands for a whole village."""
        reasons = dict.fromkeys(self._answers, "模拟全村一周用量")
        return replace(draft, reasons=reasons, confirmed=frozenset(self._answers))

    def _took(self, code: str, units: int, day: date) -> None:
        for lot, part in self.shelf.first_to_expire(code, units, day):
            self.shelf.take(lot, part, day, "dispensed")

    def lose_something(self, day: date) -> None:
        """Now and then something breaks; who bears it is settled."""
        found = lost(self.plan, self.luck, self.clinic.plan, self.shelf, day)
        if found is not None:
            lot, units, is_clinics = found
            self._lose(MovementKind.DAMAGE, lot, units, day, Bearer.CLINIC if is_clinics else Bearer.TOWNSHIP)
            self.books.tally.losses += 1

    def write_off_expired(self, day: date) -> None:
        """Whatever is past its expiry is written off."""
        for lot, units in sorted(self.shelf.standing().items()):
            if lot[2] < day:
                drug = self.plan.drugs[lot[0]]
                self._lose(MovementKind.EXPIRED, lot, units, day, Bearer.CLINIC)
                self.books.ours.expired_fen += units * lot[3] // drug.pack
                self.books.tally.expired += 1

    def _lose(self, kind: MovementKind, lot: Lot, units: int, day: date, bearer: Bearer) -> None:
        codes = self.books.use_packs(self.clinic.id, lot, units)
        batch = BatchUnits(batch_ids(self.desk)[lot], units, codes)
        StockActions(self.desk).lose(kind, [batch], bearer=bearer, reason="模拟损失")
        self.shelf.take(lot, units, day, "lost")
        if bearer is Bearer.CLINIC:
            self.shelf.note(lot, day, "charged", units)

    def count(self, day: date) -> None:
        """A full count; some lines are other than the book, and somebody of the township counts three again."""
        counting = Stocktakes(self.desk)
        view = counting.open().stocktake
        known = {(line.drug_code, line.batch_no, line.expiry): line for line in view.lines}
        counts: dict[str, object] = {line.id: 0 for line in view.lines}
        changed = miscounts(self.plan, self.luck, self.clinic.plan, self.shelf, day)
        off, reasons = dict(changed), {}
        for lot, units in self.shelf.standing().items():
            line = known[lot[0], lot[1], lot[2]]
            counts[line.id] = units + off.get(lot, 0)
            if lot in off:
                reasons[line.id] = COUNT_REASONS[off[lot] > 0]
        view = counting.count(view.id, counts, view.version).stocktake
        view = counting.to_review(view.id, view.version).stocktake
        again = {line_id: counts[line_id] for line_id in counting.recount_lines(view.id)}
        counting.finalise(view.id, view.version, reasons=reasons, recount=Recount("院长", again))
        for lot, difference in changed:
            self.shelf.correct(lot, difference, day)
        self.books.tally.counts += 1
        self.books.tally.count_differences += len(changed)

    def answer_check(self, check_id: str) -> str | None:
        """Count what the township drew, and answer."""
        view = Stocktakes(self.desk).get(check_id)
        units = {lot[:3]: count for lot, count in self.shelf.units.items()}
        counts: dict[str, object] = {
            line.id: units.get((line.drug_code, line.batch_no, line.expiry), 0) for line in view.lines
        }
        view = Stocktakes(self.desk).count(view.id, counts, view.version).stocktake
        return CountAnswers(self.desk).answer(view.id, view.version).message_id

    def ask(self, month: str) -> tuple[str, str | None] | None:
        """This month's request as the program suggests it; its id and its envelope, None when nothing is needed."""
        requests = Requests(self.desk)
        request = requests.start().request
        requests.fill_with_suggestions(request.id)
        view = requests.get(request.id)
        for line in view.lines:
            if line.is_skipped:
                continue
            units = instead(self.plan, self.clinic.plan, line.drug_code, line.requested)
            if units != line.requested:
                # Out all the time, so that no use is known and the program suggests nothing; or packs that are not broken.
                why = "一直断货，没有消耗数据，按登记的用量申领" if line.requested is None else ""
                requests.edit_line(request.id, line.id, LineEdit(requested=units, explanation=why))
        view = requests.get(request.id)
        asked = [line for line in view.lines if line.requested]
        if not asked:
            requests.act(request.id, Action.SKIP, view.version)
            return None
        for line in asked:
            self.books.asked[self.number, month, line.drug_code] = line.requested or 0
        ids = frozenset(line.id for line in view.lines)
        done = requests.submit(request.id, view.version, confirmed=ids, acknowledged=ids)
        return request.id, done.message_id

    def receive(self, shipment_id: str, day: date) -> str | None:
        """Take in what came; now and then a pack is broken."""
        receiving = Receiving(self.desk)
        view = receiving.get(shipment_id)
        has_cold = any(self.plan.drugs[line.drug_code].is_cold for line in view.lines)
        celsius = COLD_CELSIUS if has_cold else None
        answers: dict[str, LineReceipt] = {each.line_id: each for each in receiving.as_sent(shipment_id, celsius)}
        lines, seen = [], set()
        for line in view.lines:
            drug, answer = self.plan.drugs[line.drug_code], answers[line.id]
            rejected, is_first = 0, line.drug_code not in seen
            seen.add(line.drug_code)
            if is_first and not drug.is_coded and self.luck.is_damaged(day, self.number, line.drug_code):
                rejected = min(drug.pack, line.shipped)
                self.books.tally.rejected_lines += 1
            reason = RejectReason.DAMAGED.value if rejected else ""
            accepted = line.shipped - rejected
            lines.append(
                LineReceipt(line.id, accepted, rejected, reason, answer.batch_no, answer.expiry, tuple(line.codes))
            )
            if accepted:
                lot: Lot = (line.drug_code, line.batch_no, line.expiry, line.price_fen)  # type: ignore[assignment]
                self.shelf.bring(lot, accepted, day, "received")
                self.books.add_packs(self.clinic.id, lot, tuple(line.codes), accepted, drug.pack)
        done = receiving.receive(shipment_id, Arrival(lines, celsius=celsius), view.version)
        return done.message_id

    def report_month(self, month: str) -> str | None:
        """Close a month and write its report."""
        return LedgerReports(self.desk).close_month(month).message_id

    def report_shortage(self, code: str) -> tuple[str, str | None] | None:
        """Tell the township that a drug is missing; None when it was told already."""
        drug = self.plan.drugs[code]
        shortages = Shortages(self.desk)
        try:
            made = shortages.register(
                ShortageEdit(drug.name, ShortageKind.CUT_OFF, drug_code=code, stock_now=0), why="模拟断货"
            )
        except UserError:
            return None
        done = shortages.act(made.id, ShortageAction.REPORT, made.version)
        return made.id, done.message_id
