"""The township's desk: a review of 40 clinics, a request of 1,231 lines, and the settlement of 40 clinics.

The 40 requests have 100 lines each; of every fifth drug there is too little, so that it is shared out.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path

from sqlalchemy import insert

from app.desk import Actor, Desk, Place
from app.domain.movements import MovementKind
from app.domain.settlement_states import SettlementAction
from app.exchange.keys import make_keys
from app.failures import translate_database_error
from app.services.review import Review
from app.services.review_stock import ReviewStock
from app.services.settlements import Settlements
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from bench.figures import Row, Target, milliseconds, spread, undisturbed
from bench.heard import PlainReader
from db.engine import Sessions, open_engine
from db.migrations.run import upgrade
from db.models import (
    Drug,
    DrugRequest,
    DrugRequestLine,
    LedgerReport,
    Organisation,
    OwnKeys,
    Shipment,
    ShipmentLine,
    UserAccount,
    new_id,
)

KEY = bytes(range(32))
CLINICS, LINES, LONGEST = 40, 100, 1_231
TODAY = date(2026, 11, 22)
MONTH = "2026-10"
FAR = date(2029, 6, 30)


def measure(quick: bool) -> list[Row]:
    """All rows."""
    clinics, longest = (3, 120) if quick else (CLINICS, LONGEST)
    times = 1 if quick else 5
    import_module("app.exchange.bodies")  # a running program has it loaded
    rows = []
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        rows += review_rows(Path(folder), clinics, times)
        rows += opening_rows(Path(folder), longest, times)
        rows += settlement_rows(Path(folder), clinics, times)
    return rows


def review_rows(folder: Path, clinics: int, times: int) -> list[Row]:
    """Agreeing, sharing and approving 40 requests of 100 lines; one made anew for each time."""
    samples, picture = [], []
    for turn in range(times):
        desk = township(folder / f"review{turn}", drugs=LINES)
        for number in range(clinics):
            add_request(desk, number, LINES)
        stock_up(desk, clinics)
        review = ReviewStock(desk.desk)
        first = desk.requests[0]
        with undisturbed():
            samples.append(milliseconds(approve_everything, review))
        picture.append(milliseconds(review.lines, first))
        desk.desk.close()
    what = f"{clinics} clinics × {LINES} lines: agreed, scarce drugs shared out, approved, answers sealed"
    return [
        Row(what, spread(samples), target=Target(1000), note="one action each: ReviewStock.agree, approve_decided"),
        Row(f"what stands beside {LINES} lines of one of them", spread(picture)),
    ]


def approve_everything(review: ReviewStock) -> None:
    """The two actions of the screen."""
    review.agree(share_short=True)
    done = review.approve_decided()
    assert done.left_open == 0


def opening_rows(folder: Path, longest: int, times: int) -> list[Row]:
    """A request of 1,231 lines opened at the township, with everything beside its lines."""
    desk = township(folder / "long", drugs=longest)
    add_request(desk, 0, longest)
    stock_up(desk, 1)
    review, beside = Review(desk.desk), ReviewStock(desk.desk)
    request_id = desk.requests[0]
    review.take(request_id, review.get(request_id).version)

    def opened() -> None:
        review.get(request_id)
        beside.lines(request_id)

    plain = PlainReader(desk.desk)
    try:
        with undisturbed():
            samples = [milliseconds(opened) for _ in range(times)]
            sql = [plain.time(opened) for _ in range(times)]
    finally:
        plain.close()
    desk.desk.close()
    what = f"a request of {longest:,} lines opened, with the stock beside its lines"
    return [Row(what, spread(samples), spread(sql), Target(1000))]


def settlement_rows(folder: Path, clinics: int, times: int) -> list[Row]:
    """The statements of 40 clinics with 100 drugs each, drawn up beside what the township sent, checked and approved."""
    samples = []
    for turn in range(times):
        town = township(folder / f"month{turn}", drugs=LINES)
        for number in range(clinics):
            report_month(town, add_clinic(town, number))
        with undisturbed():
            samples.append(milliseconds(settle_month, town.desk, clinics))
        town.desk.close()
    what = f"settlement of {clinics} clinics × {LINES} drugs: drawn up, compared, checked, confirmed, approved"
    return [Row(what, spread(samples), target=Target(3000), note="with the month closed at the end")]


def settle_month(desk: Desk, clinics: int) -> None:
    """A month from the reports to its closing, by three people."""
    mine = Settlements(desk)
    other = Settlements(desk.signed_in_as(Actor(new_id(), "陈静", "township_pharmacist")))
    manager = Settlements(desk.signed_in_as(Actor(new_id(), "孙院长", "township_manager")))
    made = mine.prepare(MONTH).settlement_ids
    assert len(made) == clinics
    for row in mine.list(MONTH):
        checked = other.act(row.id, SettlementAction.CHECK, row.version).settlement
        confirmed = mine.act(row.id, SettlementAction.CONFIRM, checked.version, comment="王明签字").settlement
        manager.act(row.id, SettlementAction.APPROVE, confirmed.version)
    mine.close_month(MONTH)


def report_month(town: Township, clinic: str) -> None:
    """A clinic's report of the month, and the shipment that it received in it."""
    lines = [
        {
            "drug_code": code, "drug_name": f"药品{code}", "strength": "", "unit": "片", "units_per_pack": 10,
            "price_fen": 1000 + place, "opening": 0, "received": 60, "delivered": 60, "returned": 0,
            "dispensed": 37, "lost": 2, "counted": 0, "charged": 1, "closing": 21,
        }
        for place, code in enumerate(town.codes)
    ]  # fmt: skip
    shipment = new_id()
    with town.desk.sessions.writing() as session:
        session.add(
            LedgerReport(
                organisation_id=clinic, month=MONTH, made_at=moment(), made_by_name="王明", taken_in_at=moment(),
                lines=lines, stock=[],
            )
        )
        session.add(
            Shipment(
                id=shipment, number=f"FH{shipment[-12:]}", township_id=town.desk.place.id, clinic_id=clinic,
                state="verified", created_at=moment(), created_by_id=new_id(), created_by_name="陈静",
                received_on=date(2026, 10, 5),
            )
        )
        session.flush()
        session.execute(
            insert(ShipmentLine),
            [
                {
                    "id": new_id(), "shipment_id": shipment, "position": place, "drug_code": line["drug_code"],
                    "drug_name": line["drug_name"], "unit": "片", "pack_unit": "盒", "units_per_pack": 10,
                    "price_fen": line["price_fen"], "batch_no": "A1", "shipped": 60, "accepted": 60, "rejected": 0,
                    "codes": [],
                }
                for place, line in enumerate(lines)
            ],
        )  # fmt: skip


@dataclass
class Township:
    """A township's desk with the ids of what was put into it."""

    desk: Desk
    codes: list[str]
    clinics: list[str]
    requests: list[str]


def township(folder: Path, drugs: int) -> Township:
    """A new encrypted desk with a catalogue of so many drugs."""
    folder.mkdir(parents=True)
    file = folder / "cunyi.db"
    file.write_bytes(empty_file())
    sessions = Sessions(open_engine(file, KEY), file=file, key=KEY, translate=translate_database_error)
    place, user = new_id(), new_id()
    private, public = make_keys()
    codes = [f"B{number:05d}" for number in range(drugs)]
    with sessions.writing() as session:
        session.add(
            Organisation(
                id=place, is_self=True, kind="township", name="青石镇卫生院", division_code="411624104000", province="河南省",
                city="周口市", county="沈丘县", township="青石镇", village="", phone="",
                signing_public_key=public.signing, sealing_public_key=public.sealing,
            )
        )
        session.flush()
        session.add(
            OwnKeys(organisation_id=place, signing_private_key=private.signing, sealing_private_key=private.sealing)
        )
        session.add(
            UserAccount(
                id=user, organisation_id=place, name="赵敏", role="township_pharmacist", pin_hash="none",
                created_at=moment(),
            )
        )
        session.execute(insert(Drug), [drug(code) for code in codes])
    made = Place(place, "township", "青石镇卫生院", "411624104000", None, "青石镇", "")
    desk = Desk(folder, sessions, made, Actor(user, "赵敏", "township_pharmacist"), moment)
    return Township(desk, codes, [], [])


@cache
def empty_file() -> bytes:
    """An empty encrypted database of the newest layout, made once for all desks of this process."""
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        upgrade(Path(folder) / "empty.db", KEY)
        return (Path(folder) / "empty.db").read_bytes()


def drug(code: str) -> dict[str, object]:
    """The columns of a made-up drug."""
    return {
        "id": new_id(), "code": code, "generic_name": f"药品{code}", "unit": "片", "pack_unit": "盒", "units_per_pack": 10,
        "price_fen": 1000, "valid_from": date(2020, 1, 1), "is_splittable": True,
    }  # fmt: skip


def moment() -> datetime:
    """The clock of the desks."""
    return datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def add_clinic(town: Township, number: int) -> str:
    """A paired clinic."""
    _private, public = make_keys()
    clinic = Organisation(
        id=new_id(), is_self=False, kind="clinic", name=f"第{number + 1}村卫生室", division_code=f"411624104{200 + number}",
        province="河南省", city="周口市", county="沈丘县", township="青石镇", village=f"第{number + 1}村", phone="",
        parent_id=town.desk.place.id, paired_at=moment(), signing_public_key=public.signing,
        sealing_public_key=public.sealing,
    )  # fmt: skip
    with town.desk.sessions.writing() as session:
        session.add(clinic)
    town.clinics.append(clinic.id)
    return clinic.id


def add_request(town: Township, number: int, lines: int) -> None:
    """A clinic with a request under review: 60 of each drug, as suggested."""
    clinic = add_clinic(town, number)
    request = new_id()
    with town.desk.sessions.writing() as session:
        session.add(
            DrugRequest(
                id=request, clinic_id=clinic, township_id=town.desk.place.id, kind="regular", period="2026-11",
                state="authorised", version=1, created_by_id=new_id(), created_by_name="王明", created_at=moment(),
                submitted_by_name="王明", submitted_at=moment() - timedelta(hours=number), submitted_version=2,
            )
        )
        session.flush()
        session.execute(
            insert(DrugRequestLine),
            [
                {
                    "id": new_id(), "request_id": request, "position": place, "drug_code": code,
                    "drug_name": f"药品{code}", "unit": "片", "pack_unit": "盒", "units_per_pack": 10,
                    "price_fen": 1000, "on_hand": 20 + number, "monthly_use": "40.00", "suggested": 60 - number,
                    "basis": "consumption",
                    "requested": 60 - number,
                }
                for place, code in enumerate(town.codes[:lines])
            ],
        )  # fmt: skip
    town.requests.append(request)


def stock_up(town: Township, clinics: int) -> None:
    """Plenty of each drug, but of every fifth only half of what is asked for."""
    with town.desk.sessions.writing() as session:
        entries = []
        for place, code in enumerate(town.codes):
            key = BatchKey(code, "A1", FAR, "某厂", 1000, 10)
            batch = find_or_make_batch(session, town.desk, key, TODAY)
            entries.append(
                NewMovement(batch, MovementKind.RECEIPT, 60 * clinics if place % 5 else max(1, 20 * clinics))
            )
        book(session, town.desk, entries)
