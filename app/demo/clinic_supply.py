"""A year of the sample clinic's drugs: opening, deliveries, dispensing, losses, returns and counts, written in bulk.

The year follows the clinic's own patients and seasons (complaints.py). Deliveries come monthly with the township's
shipments; some drugs are kept so that every list has something: one that is out, batches near their expiry and one past
it, goods that nobody asks for, insulin with the readings of its refrigerator, a shipment on the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from app.demo.complaints import Wish, WishedLine, wishes
from app.demo.drugs import SampleDrug, sample_drugs
from app.demo.ledger import OPENS_UTC, Ledger
from app.demo.papers import AskedLine, Papers, SentLine
from app.demo.records import Registered
from app.demo.shelf import Paper, Shelf, ShelfBatch, Taken
from app.domain.movements import RETURNED_HOLD, Bearer, MovementKind
from app.domain.prescribing import PrescriptionKind
from app.domain.request_states import State
from app.domain.request_terms import Kind
from app.domain.settlement import following_month
from app.domain.stock_value import total_value_fen
from db.models import ColdReading, Dispensing, DispensingLine, FormEntry

YEAR_DAYS = 365
DELIVERED_ON = 6
"""The day of the month on which the township's car comes."""
NEXT_DELIVERY_DAYS = 31
SPARE_DAYS = 16
FEWEST_DAYS_BEFORE_DELIVERY = 4
LAST_COUNT_DAYS_AGO, COUNT_EVERY_DAYS = 18, 91
CODED_SINCE = date(2026, 1, 1)
"""Trace codes are required for all drugs from this day on."""
CODED = frozenset({"VD001", "VD009", "VD033", "VD041", "VD055", "VD095", "VD025"})
"""Whose packs the sample scans; of the others the packs came without being scanned, so that giving them is quick."""
SHORT_DRUG, SHORT_SINCE_DAYS, OUT_DAYS = "VD105", 40, 9
BOTTLE, RISKY_DAYS = 100, 38
"""One drug in bottles of so many came last in too large a quantity with a short date: it can't be used up in time."""
DAMAGED_DRUG = "VD110"
RETURNED_DRUG = "VD050"
MISCOUNTED = ("VD088", "VD079")
ASIDE = (("VD022", 26, 2), ("VD148", 81, 1), ("VD030", 168, 1), ("VD023", -4, 1), ("VD149", 400, 1), ("VD153", 520, 4))
"""Drugs that nobody asks for: code, days to the expiry from today, packs."""
EMERGENCY = (("VD105", 20, 15), ("VD106", 5, 5), ("VD041", 6, 6), ("VD079", 12, 12), ("VD055", 10, 10))
"""The emergency request on the way: code, packs asked for, packs approved."""
MORNING, EVENING = time(0, 30), time(11, 0)
"""Of the readings, in UTC."""
DEVICE, READINGS_DAYS, WARM_DAYS_AGO, SILENT_DAYS_AGO = "冰箱1", 60, 27, 20


@dataclass(frozen=True)
class SupplyYear:
    """What was written. `draft_period` of the request that is to be drafted; `months` those that are over, oldest first."""

    draft_period: str
    months: tuple[str, ...]
    dispensings: int


def supply_year(
    ledger: Ledger, registered: Sequence[Registered], first_day: date, township_id: str, seed: int
) -> SupplyYear:
    """Write the year before today of a clinic with these residents; their forms are in the ledger already."""
    return _Year(ledger, registered, first_day, township_id, seed).play()


class _Year:
    """The state of the year while it is played, day by day."""

    def __init__(
        self, ledger: Ledger, registered: Sequence[Registered], first_day: date, township_id: str, seed: int
    ) -> None:
        self.ledger = ledger
        self.random = Random(seed + 1)
        self.today = ledger.desk.today()
        self.start = max(first_day, self.today - timedelta(days=YEAR_DAYS))
        self.shelf, self.papers = Shelf(ledger), Papers(ledger, township_id)
        self.drugs = sample_drugs()
        entries = ledger.rows[FormEntry.__table__]
        # Beyond today, too: what the township sent for the weeks to come.
        beyond = self.today + timedelta(days=NEXT_DELIVERY_DAYS + SPARE_DAYS)
        self.wishes = wishes(self.random, registered, entries, self.start + timedelta(days=1), beyond)
        self.kept = sorted({line.drug.code for wish in self.wishes for line in wish.lines})
        self.risky = self._most_used_in_bottles()
        self.given = 0
        self.last_period = ""

    def play(self) -> SupplyYear:
        """Everything, in the order of the days."""
        deliveries = self._delivery_days()
        self._open(deliveries[0] if deliveries else self.today)
        by_day: dict[date, list[Wish]] = defaultdict(list)
        for wish in self.wishes:
            by_day[wish.day].append(wish)
        counts = set(self._count_days())
        day = self.start + timedelta(days=1)
        while day < self.today:
            if day in deliveries:
                self._deliver(day)
            for wish in by_day[day]:
                self._give(wish)
            self._mishaps(day)
            if day in counts:
                self._count(day)
            day += timedelta(days=1)
        self._readings()
        if self.last_period:
            self._on_the_way()
        self.shelf.write()
        this_month = f"{self.today:%Y-%m}"
        period = following_month(this_month) if self.last_period == this_month else this_month
        return SupplyYear(period, self._months_over(), self.given)

    # -- days ------------------------------------------------------------------------------------------------------

    def _delivery_days(self) -> list[date]:
        first = date(self.start.year, self.start.month, DELIVERED_ON)
        days = []
        while first < self.today - timedelta(days=FEWEST_DAYS_BEFORE_DELIVERY):
            if first > self.start + timedelta(days=FEWEST_DAYS_BEFORE_DELIVERY):
                days.append(first)
            first = date.fromisoformat(f"{following_month(f'{first:%Y-%m}')}-{DELIVERED_ON:02d}")
        return days

    def _count_days(self) -> Iterable[date]:
        day = self.today - timedelta(days=LAST_COUNT_DAYS_AGO)
        while day > self.start + timedelta(days=FEWEST_DAYS_BEFORE_DELIVERY):
            yield day
            day -= timedelta(days=COUNT_EVERY_DAYS)

    def _months_over(self) -> tuple[str, ...]:
        months, month = [], f"{self.start:%Y-%m}"
        while month < f"{self.today:%Y-%m}":
            months.append(month)
            month = following_month(month)
        return tuple(months)

    def _at(self, day: date, minutes: int) -> datetime:
        """So many minutes after the clinic opened."""
        return min(datetime.combine(day, OPENS_UTC, UTC) + timedelta(minutes=minutes), self.ledger.desk.now())

    # -- what comes ------------------------------------------------------------------------------------------------

    def _open(self, until: date) -> None:
        """期初: what stood there when the books began: enough until the first delivery, and goods that nobody asks for."""
        at = self._at(self.start, 20)
        paper = Paper("opening", self.ledger.id_at(at), reason="启用台账，按实物盘点")
        wanted = self._wanted(self.start, until + timedelta(days=SPARE_DAYS))
        moved = []
        for code in self.kept:
            drug = self.drugs[code]
            expiry = self.start + timedelta(days=self.random.randint(500, 760))
            units = self._packs(drug, wanted.get(code, 0)) + drug.units_per_pack
            moved.append(self._bring_opening(drug, units, expiry, at, paper))
        for code, days, packs in ASIDE:
            drug = self.drugs[code]
            moved.append(self._bring_opening(drug, packs * drug.units_per_pack, self.today + timedelta(days=days), at, paper))
        self._document(at, "opening", paper, MovementKind.OPENING, moved)

    def _bring_opening(
        self, drug: SampleDrug, units: int, expiry: date, at: datetime, paper: Paper
    ) -> tuple[ShelfBatch, int]:
        batch = self.shelf.new_batch(drug, expiry, at)
        self.shelf.bring(batch, units, MovementKind.OPENING, at, paper)
        return batch, units

    def _deliver(self, day: date) -> None:
        """A shipment of what the clinic will need, with the request that it answers; verified since."""
        until = day + timedelta(days=NEXT_DELIVERY_DAYS + SPARE_DAYS)
        is_last = until > self.today
        wanted = self._wanted(day, until)
        asked, goods = [], []
        for code in self.kept:
            drug, here = self.drugs[code], self.shelf.on_hand(code, day)
            if code == SHORT_DRUG and (self.today - day).days < SHORT_SINCE_DAYS:
                continue
            spare = 2.5 if code == self.risky and is_last else self.random.uniform(1.0, 1.15)
            units = self._packs(drug, round(wanted.get(code, 0) * spare) - here)
            if units:
                use = round(wanted[code] * 30 / (NEXT_DELIVERY_DAYS + SPARE_DAYS))
                asked.append(AskedLine(drug, here, use, units, units))
                goods.append((drug, units))
        if not goods:
            return
        request_id, line_ids = self.papers.request(
            Kind.REGULAR, f"{day:%Y-%m}", asked, self._at(day - timedelta(days=4), 60), State.CLOSED
        )
        self.last_period = f"{day:%Y-%m}"
        self._receive(day, goods, request_id, line_ids, is_last=is_last)

    def _receive(
        self,
        day: date,
        goods: Sequence[tuple[SampleDrug, int]],
        request_id: str,
        line_ids: dict[str, str],
        *,
        is_last: bool,
    ) -> None:
        at = self._at(day, 25)
        sent = []
        for drug, units in goods:
            shelf_life = self.random.randint(200, 330) if drug.cold_chain else self.random.randint(420, 760)
            expiry = day + timedelta(days=shelf_life)
            if drug.code == self.risky and is_last:
                expiry = self.today + timedelta(days=RISKY_DAYS)
            batch = self.shelf.new_batch(drug, expiry, at)
            codes = self.shelf.fresh_codes(drug, units) if drug.code in CODED and day >= CODED_SINCE else ()
            sent.append(
                SentLine(drug, batch.batch_no, batch.expiry, batch.manufacturer, units, codes, batch, line_ids[drug.code])
            )
        number = self._number(day - timedelta(days=1))
        shipment_id = self.papers.shipment(number, sent, day - timedelta(days=1), request_id, at)
        for line in sent:
            assert line.batch is not None
            paper = Paper("shipment", shipment_id, reason=number)
            self.shelf.bring(line.batch, line.units, MovementKind.RECEIPT, at, paper, codes=line.codes)

    def _on_the_way(self) -> None:
        """An emergency request and its shipment, which left yesterday."""
        asked_on = self.today - timedelta(days=2)
        asked = []
        for code, packs, approved in EMERGENCY:
            drug, here = self.drugs[code], self.shelf.on_hand(code, self.today)
            reason = "" if packs == approved else "本院库存不足"
            use = round(self._wanted(self.today - timedelta(days=90), self.today).get(code, 0) / 3)
            asked.append(
                AskedLine(drug, here, use, packs * drug.units_per_pack, approved * drug.units_per_pack, reason, "秋冬病人增多")
            )
        at = self._at(asked_on, 90)
        request_id, line_ids = self.papers.request(
            Kind.EMERGENCY, f"{asked_on:%Y-%m}", asked, at, State.RELEASED, reason="腹泻病人增多，蒙脱石散已断货"
        )
        sent_on = self.today - timedelta(days=1)
        sent = []
        for number, line in enumerate(asked):
            codes = self.shelf.fresh_codes(line.drug, line.approved) if line.drug.code in CODED else ()
            expiry = sent_on + timedelta(days=self.random.randint(380, 700))
            sent.append(
                SentLine(
                    line.drug, f"{sent_on:%y%m}9{number:03d}", expiry, "沙颍示例制药", line.approved, codes,
                    request_line_id=line_ids[line.drug.code],
                )
            )  # fmt: skip
        self.papers.shipment(self._number(sent_on), sent, sent_on, request_id, None)

    # -- what goes -------------------------------------------------------------------------------------------------

    def _give(self, wish: Wish) -> None:
        """Dispense what there is enough of; nothing when there is nothing."""
        ledger = self.ledger
        at = self._at(wish.day, 40 + self.random.randrange(430))
        dispensing_id = ledger.id_at(at)
        paper = Paper("dispensing", dispensing_id, wish.resident_id)
        given: list[tuple[WishedLine, tuple[Taken, ...]]] = []
        for line in wish.lines:
            taken = self.shelf.take(line.drug, line.units, MovementKind.DISPENSE, at, paper)
            if taken:
                given.append((line, taken))
        if not given:
            return
        self.given += 1
        kind = PrescriptionKind.LONG if wish.is_long else PrescriptionKind.ORDINARY
        ledger.add(
            Dispensing.__table__,
            {
                "id": dispensing_id, "organisation_id": ledger.desk.place.id, "resident_id": wish.resident_id,
                "form_entry_id": wish.form_entry_id, "given_on": wish.day, "diagnosis": wish.diagnosis,
                "kind": kind.value, "user_id": ledger.desk.actor.user_id, "user_name": ledger.desk.actor.name,
                "state": "given", "warnings": [], "created_at": at, "revision": 1,
            },
        )  # fmt: skip
        returned = self._bring_back(wish, at, paper, given)
        for position, (line, taken) in enumerate(given):
            self._given_line(dispensing_id, position, line, taken, returned if position == 0 else 0)
        ledger.record(
            at, "dispensing.give", "dispensing", dispensing_id,
            {
                "resident_id": wish.resident_id, "given_on": wish.day.isoformat(), "kind": kind.value,
                "diagnosis": wish.diagnosis,
                "lines": [
                    {"drug_code": line.drug.code, "quantity": line.units, "dose": line.dose,
                     "times_per_day": None if line.times is None else str(line.times), "days": line.days}
                    for line, _taken in given
                ],
            },
        )  # fmt: skip

    def _given_line(
        self, dispensing_id: str, position: int, line: WishedLine, taken: Sequence[Taken], returned: int
    ) -> None:
        drug = line.drug
        self.ledger.add(
            DispensingLine.__table__,
            {
                "id": self.ledger.id_at(self._at(self.start, 0)), "dispensing_id": dispensing_id, "position": position,
                "drug_code": drug.code, "drug_name": drug.name, "strength": drug.strength, "unit": drug.unit,
                "quantity": line.units, "returned": returned, "dose": line.dose, "times_per_day": line.times,
                "days": line.days, "usage": line.usage,
                "amount_fen": total_value_fen((part.units, drug.price_fen, drug.units_per_pack) for part in taken),
            },
        )  # fmt: skip

    def _bring_back(
        self, wish: Wish, at: datetime, paper: Paper, given: Sequence[tuple[WishedLine, Sequence[Taken]]]
    ) -> int:
        """Once, a few weeks ago, somebody brought part of a drug back; it lies apart."""
        line, taken = given[0]
        ago = (self.today - wish.day).days
        is_the_one = line.drug.code == RETURNED_DRUG and 20 <= ago <= 60
        if not is_the_one or any(batch.hold for batch in self.shelf.all()):
            return 0
        like = taken[-1].batch
        apart = self.shelf.new_batch(line.drug, like.expiry, at, hold=RETURNED_HOLD, like=like)
        units = min(2, taken[-1].units)
        back = Paper(paper.document, paper.id, paper.resident_id, "服药后胃不舒服，停用退回")
        self.shelf.bring(apart, units, MovementKind.RETURN_FROM_RESIDENT, at + timedelta(minutes=30), back)
        return units

    def _mishaps(self, day: date) -> None:
        """Losses: what got damp, what broke, and what a hole in the shelf's stock makes of a drug that is out."""
        ago = (self.today - day).days
        if ago == OUT_DAYS:
            self._lose(SHORT_DRUG, None, day, "库房漏雨受潮，包装破损")
        if ago in (150, 260):
            self._lose(DAMAGED_DRUG, 2, day, "运回途中挤破")

    def _lose(self, code: str, units: int | None, day: date, reason: str) -> None:
        """Lose units of a drug, all of them for None. Nothing happens when there are not so many."""
        here = self.shelf.on_hand(code, day)
        units = here if units is None else units
        if not 0 < units <= here:
            return
        at = self._at(day, 490)
        paper = Paper("loss", self.ledger.id_at(at), reason=reason, bearer=Bearer.CLINIC.value)
        taken = self.shelf.take(self.drugs[code], units, MovementKind.DAMAGE, at, paper)
        self._document(at, "loss", paper, MovementKind.DAMAGE, [(part.batch, part.units) for part in taken])

    def _count(self, day: date) -> None:
        """A full count in the evening; now and then a unit is missing or too many."""
        at = self._at(day, 520)
        counted, differing = [], []
        for batch in sorted(self.shelf.all(), key=lambda batch: (batch.drug.name, batch.expiry)):
            if not batch.on_hand:
                continue
            units, reason = batch.on_hand, ""
            if batch.drug.code in MISCOUNTED and batch.on_hand > 4 and len(differing) < 2 and not batch.hold:
                units, reason = (units - 2, "损耗") if len(differing) == 0 else (units + 1, "前次盘错")
                differing.append((batch, units - batch.on_hand, reason))
            counted.append((batch, batch.on_hand, units, reason))
        if not counted:
            return
        take_id = self.papers.stocktake(at, counted)
        for batch, difference, reason in differing:
            paper = Paper("stocktake", take_id, reason=reason)
            if difference < 0:
                self.shelf.take_from(batch, -difference, MovementKind.COUNT_SHORTAGE, at, paper)
            else:
                self.shelf.bring(batch, difference, MovementKind.COUNT_SURPLUS, at, paper)

    # -- the rest --------------------------------------------------------------------------------------------------

    def _readings(self) -> None:
        """Two readings a day of the refrigerator; once it was too warm, once nobody looked."""
        for ago in range(min(READINGS_DAYS, (self.today - self.start).days), 0, -1):
            day = self.today - timedelta(days=ago)
            for hour in (MORNING, EVENING):
                if ago == SILENT_DAYS_AGO and hour == EVENING:
                    continue
                is_warm = ago == WARM_DAYS_AGO and hour == EVENING
                self._reading(day, hour, Decimal("9.1") if is_warm else Decimal(self.random.randint(31, 62)).scaleb(-1), is_warm)

    def _reading(self, day: date, hour: time, celsius: Decimal, is_warm: bool) -> None:
        at = datetime.combine(day, hour, UTC)
        actor = self.ledger.desk.actor
        self.ledger.add(
            ColdReading.__table__,
            {
                "id": self.ledger.id_at(at), "organisation_id": self.ledger.desk.place.id, "device": DEVICE,
                "read_at": at, "celsius": celsius, "user_id": actor.user_id, "user_name": actor.name,
                "note": "停电约半小时，来电后复测正常" if is_warm else "",
            },
        )  # fmt: skip

    def _wanted(self, after: date, until: date) -> dict[str, int]:
        """Units that are wished for after a day, up to and with another."""
        found: dict[str, int] = defaultdict(int)
        for wish in self.wishes:
            if after < wish.day <= until:
                for line in wish.lines:
                    found[line.drug.code] += line.units
        return found

    def _most_used_in_bottles(self) -> str:
        """The drug in large bottles that goes most, "" without any."""
        used = self._wanted(self.start, self.today)
        bottles = [code for code in self.kept if self.drugs[code].units_per_pack == BOTTLE and used.get(code)]
        return max(bottles, key=lambda code: used[code], default="")

    def _packs(self, drug: SampleDrug, units: int) -> int:
        """Units as whole packs, up."""
        return max(0, -(-units // drug.units_per_pack)) * drug.units_per_pack

    def _number(self, day: date) -> str:
        return f"FH{day:%Y%m%d}-003"

    def _document(
        self, at: datetime, name: str, paper: Paper, kind: MovementKind, moved: Sequence[tuple[ShelfBatch, int]]
    ) -> None:
        value = total_value_fen((units, batch.drug.price_fen, batch.drug.units_per_pack) for batch, units in moved)
        content = {
            "kind": name, "movement_kind": kind.value, "value_fen": value, "number": "", "bearer": paper.bearer,
            "lines": [{"batch": batch.id, "quantity": kind.sign * units} for batch, units in moved],
        }  # fmt: skip
        self.ledger.record(at, f"stock_{name}", "stock_document", paper.id, content)
