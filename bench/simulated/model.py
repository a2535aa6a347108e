"""The simulated year once more without the program: the same wishes, the same luck, and one of the ways of asking.

Everything but the way of asking is the same in all years: what residents want, the township that buys, shares out and
sends, deliveries, losses and counts (bench.simulated.luck). Each year lives with the shortages that its own way of asking
makes, drug by drug; a clinic that asks plainly has no part in what others were sent. The year that is played through the
services must be the one of the model on every evening, lot by lot, and in every quantity that is asked for; only so do
figures of the model, which takes a second a year, say something of the program.

The township buys by what it knows of the season, not by what its clinics ask for, and agrees to no more than stands on its
shelf; what it lacked is asked for again in the next month. No clinic has patients with prescribed medicines, so that need
by caseload plays no part. Of the program's rules only the fair share of what is scarce is used, in every year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

from app.domain.fair_share import Claim, fair_share
from bench.simulated.asking import Card, Rule
from bench.simulated.demand import FIRST, LAST, Plan, SimClinic
from bench.simulated.luck import TRAVEL, TRAVEL_AGAIN, Luck
from bench.simulated.plain import Lot, Outcome, PlainShelf, judge_leftover

ASKS_ON, DECIDES_ON, SENDS_AGAIN_ON, TIDIES_ON = 2, 3, 17, 27
FIRST_ASKED = 2
"""The first month in which clinics ask: in the first they live on what they had."""
MIN_DAYS, MIN_DAYS_COLD = 180, 90
"""A batch that is sent to a clinic is good for so many days (drug_requests §6.3), written out again."""
DISTRIBUTORS = 2
MONTHS_KEPT = 3.0
"""Months of use that the township holds. It knows what its villages use in the season, and asks nobody."""
DEARER_FROM, DEARER = 7, 1.08
"""From this month on every fourth drug costs more."""


def opening_lots(plan: Plan, luck: Luck, place: SimClinic) -> list[tuple[Lot, int]]:
    """期初: one to two and a half months of every drug that a clinic keeps."""
    lots = []
    for number, code in enumerate(place.codes):
        drug = plan.drugs[code]
        months = luck.opening_months(place.number, code)
        units = max(drug.pack, round(drug.monthly * place.size * months / drug.pack) * drug.pack)
        expiry = date(FIRST.year, 9, 30) if drug.is_cold else date(FIRST.year + 1, 1 + number % 12, 15)
        lots.append(((code, f"K{place.number:02d}{number:02d}", expiry, drug.price_fen), units))
    return lots


def min_days(plan: Plan, code: str) -> int:
    """Days that a batch must still have when it is sent."""
    return MIN_DAYS_COLD if plan.drugs[code].is_cold else MIN_DAYS


def to_buy(plan: Plan, shelf: PlainShelf, coming: Mapping[str, int], day: date) -> dict[int, dict[str, int]]:
    """Packs of each drug that the township orders on a day from each distributor, from what its villages use at this time
    of the year."""
    packs: dict[int, dict[str, int]] = defaultdict(dict)
    for number, drug in enumerate(plan.drugs.values()):
        size = sum(place.size for place in plan.clinics if drug.code in place.codes)
        season = max(drug.season[day.month - 1], drug.season[day.month % 12])
        have = shelf.usable(drug.code, day, days=min_days(plan, drug.code)) + coming.get(drug.code, 0)
        wanted = ceil((drug.monthly * size * season * MONTHS_KEPT - have) / drug.pack)
        if wanted > 0:
            packs[number % DISTRIBUTORS][drug.code] = wanted
    return dict(sorted(packs.items()))


def price_fen(plan: Plan, code: str, day: date) -> int:
    """What a pack costs on a day."""
    drug = plan.drugs[code]
    is_dearer = day.month >= DEARER_FROM and int(code[1:]) % 4 == 0
    return round(drug.price_fen * DEARER) if is_dearer else drug.price_fen


def instead(plan: Plan, place: SimClinic, code: str, asked: int | None) -> int:
    """What a clinic writes: packs with codes are not broken; where no use is known, a month of what is registered."""
    drug = plan.drugs[code]
    if asked is None:
        return ceil(drug.monthly * place.size / drug.pack) * drug.pack
    return -(-asked // drug.pack) * drug.pack if drug.is_coded else asked


@dataclass
class Coming:
    """Part of an order that is on its way to the township: packs by drug; `part` 1 is what came later than the rest."""

    day: date
    ordered: date
    part: int
    packs: dict[str, int] = field(default_factory=dict)


@dataclass
class Line:
    """One approved line of a clinic's request: what is still to be sent of it."""

    code: str
    approved: int
    sent: int = 0


class ModelYear:
    """A year without the program. `asked` are the quantities by (clinic, month, drug)."""

    def __init__(self, plan: Plan, luck: Luck, rule: Rule, *, last: date = LAST) -> None:
        self.plan, self.luck, self.rule, self.last = plan, luck, rule, last
        self.outcome = Outcome()
        self.asked: dict[tuple[int, str, str], int] = {}
        packs = {code: drug.pack for code, drug in plan.drugs.items()}
        self.township = PlainShelf(packs)
        self.shelves = {place.number: PlainShelf(packs) for place in plan.clinics}
        self._out: dict[tuple[int, str], list[date]] = defaultdict(list)
        self._came: dict[tuple[int, str], date] = {}
        self._used: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._coming: list[Coming] = []
        self._lines: dict[int, list[Line]] = {}
        self._arriving: dict[date, list[tuple[int, list[tuple[Line, Lot, int]]]]] = defaultdict(list)
        self._requests: dict[int, dict[str, tuple[int, Decimal | None, int]]] = {}
        self._lots = 0
        for place in plan.clinics:
            for lot, units in opening_lots(plan, luck, place):
                self.shelves[place.number].bring(lot, units, FIRST, "opening")

    def play(self) -> Outcome:
        """All days."""
        day = FIRST
        while day <= self.last:
            self.step(day)
            day += timedelta(days=1)
        return self.finish()

    def step(self, day: date) -> None:
        """One day."""
        self._deliveries(day)
        if day.day == 1:
            self._buy(day)
        self._arrivals(day)
        if day.day == DECIDES_ON and day.month >= FIRST_ASKED:
            self._decide(day)
            self._send(day, TRAVEL)
        if day.day == ASKS_ON and day.month >= FIRST_ASKED:
            self._ask(day)
        if day.day == SENDS_AGAIN_ON:
            self._send(day, TRAVEL_AGAIN)
        for place in self.plan.clinics:
            self._give(place, day)
            self._lose(place, day)
        for place in self.plan.clinics:
            if counts_on(place.number, day):
                self._count(place, day)
        if day.day == TIDIES_ON:
            self._tidy(day)
        for place in self.plan.clinics:
            self._evening(place, day)

    def finish(self) -> Outcome:
        """What is left over at the end."""
        judge_leftover(self.plan, self.shelves, self.last, self.outcome)
        return self.outcome

    # -- the township ----------------------------------------------------------------------------------------------

    def _buy(self, day: date) -> None:
        coming: dict[str, int] = defaultdict(int)
        for each in self._coming:
            for code, packs in each.packs.items():
                coming[code] += packs * self.plan.drugs[code].pack
        for distributor, packs in to_buy(self.plan, self.township, coming, day).items():
            self._coming += parts_of(self.luck, packs, day, distributor)

    def _deliveries(self, day: date) -> None:
        for due in [each for each in self._coming if each.day <= day]:
            self._coming.remove(due)
            for code, packs in due.packs.items():
                drug = self.plan.drugs[code]
                self._lots += 1
                life = self.luck.life(due.ordered, code, due.part, is_cold=drug.is_cold)
                price = price_fen(self.plan, code, due.ordered)
                lot: Lot = (code, f"{day:%y%m%d}{self._lots:04d}", day + timedelta(days=life), price)
                self.township.bring(lot, packs * drug.pack, day, "bought")

    def _decide(self, day: date) -> None:
        """Everybody gets what he asked for; what is scarce is shared out fairly, in whole packs."""
        wanted: dict[str, list[tuple[int, int, Claim]]] = defaultdict(list)
        for place in self.plan.clinics:
            for code, (units, monthly, usable) in self._requests.get(place.number, {}).items():
                pack = self.plan.drugs[code].pack
                key = f"{place.number:02d}"
                wanted[code].append((place.number, units, Claim(key, -(-units // pack) * pack, usable, monthly)))
        self._lines = {place.number: [] for place in self.plan.clinics}
        for code, rows in sorted(wanted.items()):
            free = self.township.usable(code, day, days=min_days(self.plan, code))
            shares = fair_share(free, [claim for _number, _units, claim in rows], pack=self.plan.drugs[code].pack)
            for number, units, claim in rows:
                self._lines[number].append(Line(code, min(units, shares[claim.key])))

    def _send(self, day: date, longest: int) -> None:
        for place in self.plan.clinics:
            goods = []
            for line in self._lines.get(place.number, ()):
                pack = self.plan.drugs[line.code].pack
                packs = -(-max(0, line.approved - line.sent) // pack)
                days = min_days(self.plan, line.code)
                for lot, units in self.township.first_to_expire(line.code, packs * pack, day, days=days):
                    self.township.take(lot, units, day, "issued")
                    line.sent += units
                    goods.append((line, lot, units))
            if goods:
                arrives = day + timedelta(days=self.luck.travel_days(day, place.number, longest))
                self._arriving[arrives].append((place.number, goods))

    def _tidy(self, day: date) -> None:
        for place in self.plan.clinics:
            shelf = self.shelves[place.number]
            for lot, units in shelf.standing().items():
                if lot[2] < day:
                    shelf.take(lot, units, day, "lost")
                    self.outcome.expired_fen += units * lot[3] // self.plan.drugs[lot[0]].pack
        for lot, units in self.township.standing().items():
            if lot[2] < day:
                self.township.take(lot, units, day, "lost")
        self._lines = {}

    # -- the clinics -----------------------------------------------------------------------------------------------

    def _arrivals(self, day: date) -> None:
        for number, goods in self._arriving.pop(day, ()):
            seen: set[str] = set()
            for line, lot, units in goods:
                drug = self.plan.drugs[line.code]
                is_first = line.code not in seen
                seen.add(line.code)
                broken = is_first and not drug.is_coded and self.luck.is_damaged(day, number, line.code)
                rejected = min(drug.pack, units) if broken else 0
                line.sent -= rejected
                if units > rejected:
                    self.shelves[number].bring(lot, units - rejected, day, "received")
                    self._came[number, line.code] = day

    def _ask(self, day: date) -> None:
        self._requests = defaultdict(dict)
        for place in self.plan.clinics:
            shelf = self.shelves[place.number]
            for code in place.codes:
                usable = shelf.usable(code, day)
                lots = [(lot[2], units) for lot, units in shelf.first_to_expire(code, usable, day)]
                drug, key = self.plan.drugs[code], (place.number, code)
                told = self.rule(Card(self._used[key], self._out[key], lots, drug.kind, drug.pack), day)
                units = instead(self.plan, place, code, told.units)
                if units:
                    self.asked[place.number, f"{day:%Y-%m}", code] = units
                    self._requests[place.number][code] = (units, hundredths(told.monthly), usable)

    def _give(self, place: SimClinic, day: date) -> None:
        shelf = self.shelves[place.number]
        for code, wanted in self.plan.wanted[place.number].get(day, {}).items():
            given = min(wanted, shelf.usable(code, day))
            for lot, units in shelf.first_to_expire(code, given, day):
                shelf.take(lot, units, day, "dispensed")
            self._used[place.number, code][f"{day:%Y-%m}"] += given
            self.outcome.wanted_units += wanted
            self.outcome.unmet_units += wanted - given

    def _lose(self, place: SimClinic, day: date) -> None:
        found = lost(self.plan, self.luck, place, self.shelves[place.number], day)
        if found is not None:
            self.shelves[place.number].take(found[0], found[1], day, "lost")

    def _count(self, place: SimClinic, day: date) -> None:
        shelf = self.shelves[place.number]
        for lot, difference in miscounts(self.plan, self.luck, place, shelf, day):
            shelf.correct(lot, difference, day)
            if difference > 0:
                self._came[place.number, lot[0]] = day

    def _evening(self, place: SimClinic, day: date) -> None:
        usable = self.shelves[place.number].all_usable(day)
        for code in place.codes:
            self.outcome.kept_days += 1
            if not usable.get(code):
                self.outcome.stockout_days += 1
                if self._came.get((place.number, code)) != day:
                    self._out[place.number, code].append(day)


def hundredths(monthly: Fraction | None) -> Decimal | None:
    """Half up to two decimals, as it is written on a request."""
    if monthly is None:
        return None
    return (Decimal(monthly.numerator) / monthly.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)


def parts_of(luck: Luck, packs: Mapping[str, int], day: date, distributor: int) -> list[Coming]:
    """How an order of a day comes: some of it late, of some drugs only half at first."""
    delay = luck.delay(day, distributor)
    arrives = day + timedelta(days=delay.days)
    first, rest = Coming(arrives, day, 0), Coming(arrives + timedelta(days=delay.rest_days), day, 1)
    for code, count in packs.items():
        now = count // 2 if luck.comes_half(day, code) else count
        if now:
            first.packs[code] = now
        if count > now:
            rest.packs[code] = count - now
    return [each for each in (first, rest) if each.packs]


def counts_on(number: int, day: date) -> bool:
    """Whether a clinic counts on a day."""
    return day.day == 10 + number and day.month % 3 == number % 3


def lost(plan: Plan, luck: Luck, place: SimClinic, shelf: PlainShelf, day: date) -> tuple[Lot, int, bool] | None:
    """What breaks at a clinic on a day: a lot, its units, whether the clinic bears it. Nothing of packs with codes."""
    codes = [code for code in place.codes if not plan.drugs[code].is_coded]
    found = luck.loss(day, place.number, codes) if codes else None
    if found is None:
        return None
    picked = shelf.first_to_expire(found.code, found.units, day)
    if not picked or shelf.units[picked[0][0]] <= found.units:
        return None
    return picked[0][0], found.units, found.is_clinics


def miscounts(plan: Plan, luck: Luck, place: SimClinic, shelf: PlainShelf, day: date) -> list[tuple[Lot, int]]:
    """By how much a count is off, lot by lot: of each drug at most the one that is taken first."""
    found = []
    for code in place.codes:
        difference = 0 if plan.drugs[code].is_coded else luck.miscount(day, place.number, code)
        picked = shelf.first_to_expire(code, 1, day)
        if difference and picked:
            lot = picked[0][0]
            found.append((lot, max(difference, -shelf.units[lot])))
    return found
