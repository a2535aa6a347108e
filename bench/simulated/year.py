"""The simulated year, day by day: one township and its clinics through the services, compared with the plain count every day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from app.domain.settlement import previous_month
from app.services.integrity import Integrity
from app.services.settings import Settings
from bench.simulated.asking import PLAIN, SEASONAL, SUGGESTED, season_setting
from bench.simulated.books import Differs, Tally, YearBooks, compare, compare_codes
from bench.simulated.clinic_days import ClinicDays
from bench.simulated.demand import DRUGS, FIRST, LAST, Plan, plan
from bench.simulated.desks import Clinic, SimClock, found_clinic, found_township, hand_over
from bench.simulated.luck import TRAVEL, TRAVEL_AGAIN, Luck
from bench.simulated.model import (
    ASKS_ON,
    DECIDES_ON,
    FIRST_ASKED,
    SENDS_AGAIN_ON,
    TIDIES_ON,
    ModelYear,
    counts_on,
)
from bench.simulated.plain import Lot, Outcome, judge_leftover
from bench.simulated.township_days import TownshipDays
from db.models import Settlement

SEED = 20250101
SETTLES_ON, CHECKS_ON = 6, 20
MOST_SHORTAGES = 8


@dataclass(frozen=True)
class YearResult:
    """How the year went: with the program's suggestion, with the plain rule in a year of its own, and how much was done
    and compared."""

    ours: Outcome
    plain: Outcome
    tally: Tally
    days: int


class SimulatedYear:
    """A year in a folder of its own. `has_seasons`: the clinics have entered how the use of their groups of drugs goes up
    and down in a year. `report(day)` is called every evening."""

    def __init__(
        self,
        folder: Path,
        *,
        clinics: int = 12,
        drugs: int = DRUGS,
        kept: int = 10,
        last: date = LAST,
        seed: int = SEED,
        has_seasons: bool = False,
        report: Callable[[date], None] = lambda day: None,
    ) -> None:
        self.plan: Plan = plan(seed, clinics=clinics, drugs=drugs, kept=kept, last=last)
        self.luck, self.last, self.clock, self.books = Luck(seed), last, SimClock(), YearBooks()
        self.model = ModelYear(self.plan, self.luck, SEASONAL if has_seasons else SUGGESTED, last=last)
        self.report = report
        self.township = found_township(folder / "township", self.clock, self.plan)
        places = [
            found_clinic(folder / f"clinic{place.number}", self.clock, self.plan, place, self.township)
            for place in self.plan.clinics
        ]
        packs = {code: drug.pack for code, drug in self.plan.drugs.items()}
        for owner in (self.township.id, *(clinic.id for clinic in places)):
            self.books.add_shelf(owner, packs)
        if has_seasons:
            for clinic in places:
                Settings(clinic.desk).set("season_factors", season_setting())
        self.clinics: dict[str, Clinic] = {clinic.id: clinic for clinic in places}
        self.days = {clinic.id: ClinicDays(clinic, self.plan, self.books, self.luck) for clinic in places}
        self.centre = TownshipDays(self.township, self.plan, self.books, self.luck)
        self.open_requests: dict[str, str] = {}
        self.arriving: dict[date, list[tuple[str, str, str]]] = defaultdict(list)

    def play(self) -> YearResult:
        """Play the year. Raises Differs as soon as the program and the plain count disagree."""
        self.clock.to(FIRST, 1)
        self.centre.know_distributors()
        for days in self.days.values():
            days.begin()
        day = FIRST
        while day <= self.last:
            self._day(day)
            day += timedelta(days=1)
        return self._result()

    def close(self) -> None:
        """Close every desk."""
        for desk in (self.township.pharmacist, *(clinic.desk for clinic in self.clinics.values())):
            desk.sessions.engine.dispose()

    def broken(self) -> list[str]:
        """What the full check of every desk finds, and packs that are not where the plain count has them."""
        found = []
        for desk in (self.township.pharmacist, *(clinic.desk for clinic in self.clinics.values())):
            for result in Integrity(desk).check():
                found += [f"{desk.place.name} {result.name}: {finding}" for finding in result.findings]
            compare_codes(desk, self.books)
        return found

    # -- one day ---------------------------------------------------------------------------------------------------

    def _day(self, day: date) -> None:
        self.clock.to(day, 1)
        self.centre.take_deliveries(day)
        if day.day == 1:
            self._begin_month(day)
        self._arrivals(day)
        if day.day == ASKS_ON and day.month >= FIRST_ASKED:
            self._ask(day)
        if day.day == DECIDES_ON and self.open_requests:
            self._decide(day)
        if day.day == SENDS_AGAIN_ON and self.open_requests:
            self._send(day, longest=TRAVEL_AGAIN)
        if day.day == SETTLES_ON and day.month > 1:
            self._settle(day)
        self._give(day)
        if day.day == CHECKS_ON and day.month > 1:
            self._check(day)
        if day.day == TIDIES_ON:
            self._tidy(day)
        self._compare(day)
        self.report(day)

    def _begin_month(self, day: date) -> None:
        """Close the month that is over everywhere, and buy for the next."""
        if day.month > 1:
            month = previous_month(f"{day:%Y-%m}")
            for clinic_id, days in self.days.items():
                hand_over(self.clinics[clinic_id].desk, self.township.pharmacist, days.report_month(month))
        self.centre.buy(day)

    def _arrivals(self, day: date) -> None:
        """Shipments that reach their clinic today are received, and what was received is verified."""
        self.clock.to(day, 2)
        for clinic_id, shipment_id, message_id in self.arriving.pop(day, ()):
            desk = self.clinics[clinic_id].desk
            hand_over(self.township.pharmacist, desk, message_id)
            hand_over(desk, self.township.pharmacist, self.days[clinic_id].receive(shipment_id, day))
            for told in self.centre.verify(shipment_id):
                hand_over(self.township.manager, desk, told)

    def _ask(self, day: date) -> None:
        self.clock.to(day, 3)
        self.open_requests.clear()
        for clinic_id, days in self.days.items():
            asked = days.ask(f"{day:%Y-%m}")
            if asked is not None:
                request_id, message_id = asked
                hand_over(self.clinics[clinic_id].desk, self.township.pharmacist, message_id)
                self.open_requests[request_id] = clinic_id

    def _decide(self, day: date) -> None:
        self.clock.to(day, 3)
        messages = self.centre.decide(list(self.open_requests), day)
        for request_id, told in messages.items():
            for message_id in told:
                hand_over(self.township.pharmacist, self.clinics[self.open_requests[request_id]].desk, message_id)
        self._send(day, longest=TRAVEL)

    def _send(self, day: date, *, longest: int) -> None:
        """Send what there is; it arrives in some days, to far clinics late."""
        self.clock.to(day, 4)
        for request_id, shipment_id, message_id in self.centre.send(list(self.open_requests), day):
            clinic_id = self.open_requests[request_id]
            arrives = day + timedelta(days=self.luck.travel_days(day, self.clinics[clinic_id].plan.number, longest))
            self.arriving[arrives].append((clinic_id, shipment_id, message_id))

    def _settle(self, day: date) -> None:
        """Settle the month before with everybody; the clinics take their statements in."""
        self.clock.to(day, 4)
        month = previous_month(f"{day:%Y-%m}")
        numbers = {clinic_id: clinic.plan.number for clinic_id, clinic in self.clinics.items()}
        for clinic_id, message_id in self.centre.settle(month, numbers):
            desk = self.clinics[clinic_id].desk
            hand_over(self.township.pharmacist, desk, message_id)
            self._same_statement(clinic_id, month)

    def _same_statement(self, clinic_id: str, month: str) -> None:
        """The statement that came says what the township's says."""
        def payable(desk: object) -> object:
            with desk.sessions.reading() as session:  # type: ignore[attr-defined]
                row = session.scalars(
                    select(Settlement).where(Settlement.month == month, Settlement.party_id == clinic_id)
                ).one()
                return row.totals["payable"]

        here, there = payable(self.clinics[clinic_id].desk), payable(self.township.pharmacist)
        if here != there or here is None:
            raise Differs(f"{month}: the clinic's statement says {here}, the township's {there}")

    def _give(self, day: date) -> None:
        """What the clinics give, lose and count today."""
        self.clock.to(day, 5)
        for clinic_id, days in self.days.items():
            wanted = self.plan.wanted[days.number].get(day)
            if wanted:
                missing = days.give(day, wanted)
                if missing and self.books.tally.shortages < MOST_SHORTAGES:
                    self._shortage(clinic_id, sorted(missing)[0])
            days.lose_something(day)
        self.clock.to(day, 8)
        for days in self.days.values():
            if counts_on(days.number, day):
                days.count(day)

    def _shortage(self, clinic_id: str, code: str) -> None:
        told = self.days[clinic_id].report_shortage(code)
        if told is not None:
            report_id, message_id = told
            hand_over(self.clinics[clinic_id].desk, self.township.pharmacist, message_id)
            self.centre.handle_shortage(report_id)

    def _check(self, day: date) -> None:
        """A random check of one clinic, answered the same day."""
        self.clock.to(day, 9)
        clinic_id = sorted(self.clinics)[day.month % len(self.clinics)]
        check_id, message_id = self.centre.draw_check(clinic_id, seed=day.toordinal())
        desk = self.clinics[clinic_id].desk
        hand_over(self.township.manager, desk, message_id)
        hand_over(desk, self.township.pharmacist, self.days[clinic_id].answer_check(check_id))
        self.centre.close_check(check_id)

    def _tidy(self, day: date) -> None:
        """Expired goods are written off, and what will not come any more is given up."""
        self.clock.to(day, 9)
        for days in self.days.values():
            days.write_off_expired(day)
        self.centre.write_off_expired(day)
        for request_id, message_id in self.centre.close_requests(list(self.open_requests)):
            hand_over(self.township.pharmacist, self.clinics[self.open_requests[request_id]].desk, message_id)

    def _compare(self, day: date) -> None:
        """Every desk, the plain count beside it, and the year of the model are the same."""
        self.model.step(day)
        if self.books.asked != self.model.asked:
            odd = sorted(self.books.asked.items() ^ self.model.asked.items())
            raise Differs(f"{day}: asked by the program or the model only: {odd[:6]}")
        compare(self.township.pharmacist, self.centre.shelf, day)
        self._same_as_model(self.township.id, self.model.township.standing(), day)
        for clinic_id, clinic in self.clinics.items():
            shelf = self.books.shelves[clinic_id]
            compare(clinic.desk, shelf, day)
            self._same_as_model(clinic_id, self.model.shelves[clinic.plan.number].standing(), day)
            for code in clinic.plan.codes:
                self.books.ours.kept_days += 1
                self.books.ours.stockout_days += shelf.usable(code, day) == 0
        self.books.tally.days_compared += 1

    def _same_as_model(self, owner: str, expected: dict[Lot, int], day: date) -> None:
        found = self.books.shelves[owner].standing()
        if found != expected:
            odd = sorted(found.items() ^ expected.items())
            raise Differs(f"{day}: on the shelf in one of the two years only: {odd[:6]}")

    def _result(self) -> YearResult:
        shelves = {clinic.plan.number: self.books.shelves[clinic_id] for clinic_id, clinic in self.clinics.items()}
        judge_leftover(self.plan, shelves, self.last, self.books.ours)
        modelled = self.model.finish()
        if modelled != self.books.ours:
            raise Differs(f"the year went otherwise than the model's: {self.books.ours}, {modelled}")
        plain = ModelYear(self.plan, self.luck, PLAIN, last=self.last).play()
        return YearResult(self.books.ours, plain, self.books.tally, self.books.tally.days_compared)
