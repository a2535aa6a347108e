"""Both desks with the jobs of the supply prepared up to their last click.

    world = Strained(folder); job = world.job("give"); job.act()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import select

from app.desk import Desk
from app.domain.stocktake import DifferenceReason
from app.services.catalogue_import import CatalogueImport
from app.services.dispensing import Dispensing, Draft, DraftLine
from app.services.ledger_reports import LedgerReports
from app.services.receiving import Arrival, Receiving
from app.services.resident_keys import rebuild_keys
from app.services.shipments import Shipments
from app.services.stocktakes import Stocktakes
from db.models import Base, UserAccount, new_id
from tests.followup_people import add_resident
from tests.scenarios.supply_child import SECOND
from tests.supply_desks import as_person
from tests.supply_envelopes import SupplyLetters


@dataclass
class Job:
    """An action at a desk; calling it again is the second click of the same button."""

    desk: Desk
    act: Callable[[], object]


class Strained(SupplyLetters):
    """The desks of the letters with every job prepared up to its last click."""

    def __init__(self, folder) -> None:
        super().__init__(folder)
        with self.clinic.sessions.writing() as session:
            session.add(
                UserAccount(
                    id=SECOND.user_id, organisation_id=self.clinic.place.id, name=SECOND.name, role=SECOND.role,
                    pin_hash="none", created_at=self.clock(),
                )
            )
        self.second = as_person(self.clinic, SECOND)
        self.resident = add_resident(self.clinic, drug_allergy=[1])
        with self.clinic.sessions.writing() as session:
            rebuild_keys(session)

    def job(self, name: str) -> Job:
        """The last click of a job."""
        return getattr(self, f"{name}_job")()

    def give_job(self) -> Job:
        """Six units to the resident."""
        service = Dispensing(self.clinic)
        draft = Draft(self.resident, (DraftLine("1", self.code, 6, "1片", 1, 6),), id=new_id())
        keys = [matter.key for matter in service.judge(draft).matters]
        draft = replace(draft, reasons=dict.fromkeys(keys, "上级医院方案，已告知"), confirmed=frozenset(keys))
        return Job(self.clinic, lambda: service.give(draft))

    def receive_job(self) -> Job:
        """The shipment that is on the road."""
        shipment_id = self.open("shipment", self.forged("shipment")).subject_id
        service = Receiving(self.clinic)
        view, arrival, key = service.get(shipment_id), Arrival(service.as_sent(shipment_id)), new_id()
        return Job(self.clinic, lambda: service.receive(view.id, arrival, view.version, key=key))

    def finalise_job(self) -> Job:
        """A count in which one unit is missing, looked at by the second person."""
        here = Stocktakes(self.clinic)
        view = here.open(is_blind=False).stocktake
        view = here.count(view.id, {line.id: line.snapshot - 1 for line in view.lines}, view.version).stocktake
        view = here.to_review(view.id, view.version).stocktake
        reasons = {line.id: next(iter(DifferenceReason)).value for line in view.lines}
        return Job(self.clinic, lambda: Stocktakes(self.second).finalise(view.id, view.version, reasons=reasons))

    def ship_job(self) -> Job:
        """Another shipment, packed."""
        shipments = Shipments(self.township)
        draft = shipments.draft(self.original("shipment").body["request_id"])
        allocated = shipments.allocate(draft.id, draft.version).shipment
        picked, key = shipments.pick(allocated.id, allocated.version).shipment, new_id()
        return Job(self.township, lambda: shipments.ship([(picked.id, picked.version)], delivered_by="老李", key=key))

    def close_job(self) -> Job:
        """November, once it is over."""
        self.clock.moment = datetime(2026, 12, 2, tzinfo=UTC)
        return Job(self.clinic, lambda: LedgerReports(self.clinic).close_month("2026-11"))

    def import_job(self) -> Job:
        """The township's own list with new names, from a file."""
        service = CatalogueImport(self.township)
        file = self.folder / "list.xlsx"
        service.save_list(file)
        table = service.read(file)
        columns = service.guess(table)
        name = columns["generic_name"]
        rows = [
            replace(row, cells=tuple(f"{cell}（新）" if place == name else cell for place, cell in enumerate(row.cells)))
            for row in table.rows
        ]
        plan = service.dry_run(replace(table, rows=rows), columns)
        return Job(self.township, lambda: service.apply(plan))


def kept(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a desk."""
    with desk.sessions.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }
