"""Real encrypted desks for the simulated year: one township of three people, and its clinics. Made to be thrown away."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy import Engine, event, insert

from app.desk import Actor, Desk, Place
from app.exchange.keys import make_keys
from app.failures import translate_database_error
from app.services.pairing import Pairing
from app.services.post import receive
from app.services.resident_keys import rebuild_keys
from bench.simulated.demand import FIRST, Plan, SimClinic, SimDrug
from db.engine import Sessions, open_engine
from db.migrations.run import upgrade
from db.models import Drug, ExchangeMessage, Household, Organisation, OwnKeys, Resident, UserAccount, new_id

KEY = bytes(range(32))
PREFIX = "8991"
START = datetime.combine(FIRST, time(1), UTC)


@dataclass
class SimClock:
    """One clock for all desks."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def to(self, day: date, hour: int, minute: int = 0) -> None:
        """Go on to a moment (UTC); never back."""
        self.moment = max(self.moment, datetime.combine(day, time(hour, minute), UTC))


@dataclass(frozen=True)
class Township:
    """The township as each of its people sees it."""

    pharmacist: Desk
    colleague: Desk
    manager: Desk

    @property
    def id(self) -> str:
        """Its id."""
        return self.pharmacist.place.id


@dataclass(frozen=True)
class Clinic:
    """A clinic's desk with the plan of what is wanted there, and somebody to give it to."""

    desk: Desk
    plan: SimClinic
    resident_id: str

    @property
    def id(self) -> str:
        """Its id."""
        return self.desk.place.id


def found_township(folder: Path, clock: SimClock, plan: Plan) -> Township:
    """The township with a pharmacist, another, and the head."""
    desk = _found(folder, clock, "township", "模拟卫生院", "411624104000", "township_pharmacist", plan)
    people = {}
    with desk.sessions.writing() as session:
        for name, role in (("乙药师", "township_pharmacist"), ("院长", "township_manager")):
            user = UserAccount(
                id=new_id(), organisation_id=desk.place.id, name=name, role=role, pin_hash="none", created_at=clock()
            )
            session.add(user)
            people[name] = replace(desk, actor=Actor(user.id, name, role))
    return Township(desk, people["乙药师"], people["院长"])


def found_clinic(folder: Path, clock: SimClock, plan: Plan, place: SimClinic, township: Township) -> Clinic:
    """A clinic of one doctor, paired with the township, with one resident to whom things are given."""
    code = f"4116241042{place.number + 10:02d}"
    desk = _found(folder, clock, "clinic", place.name, code, "village_doctor", plan)
    Pairing(township.pharmacist).pair(Pairing(desk).own_card())
    Pairing(desk).pair(Pairing(township.pharmacist).own_card())
    with desk.sessions.writing() as session:
        household = Household(id=new_id(), organisation_id=desk.place.id, number="1", created_at=clock())
        session.add(household)
        session.flush()
        resident = Resident(
            id=new_id(), number=1, organisation_id=desk.place.id, household_id=household.id, name="模拟居民",
            name_key="模拟居民", sex=1, birth_date=date(1960, 1, 1), drug_allergy=[1], state="active",
            created_at=clock(), updated_at=clock(),
        )  # fmt: skip
        session.add(resident)
        rebuild_keys(session)
    return Clinic(desk, place, resident.id)


def hand_over(sender: Desk, recipient: Desk, message_id: str | None) -> None:
    """Carry a sealed envelope from desk to desk."""
    if message_id is None:
        return
    with sender.sessions.reading() as session:
        sealed = session.get_one(ExchangeMessage, message_id).sealed
    receive(recipient, sealed)


def _found(folder: Path, clock: SimClock, kind: str, name: str, division: str, role: str, plan: Plan) -> Desk:
    folder.mkdir(parents=True)
    file = folder / "cunyi.db"
    shutil.copyfile(_empty_file(folder.parent), file)
    engine = open_engine(file, KEY)
    _without_waiting(engine)
    sessions = Sessions(engine, file=file, key=KEY, translate=translate_database_error)
    place, user = new_id(), new_id()
    private, public = make_keys()
    with sessions.writing() as session:
        session.add(
            Organisation(
                id=place, is_self=True, kind=kind, name=name, division_code=division, province="河南省", city="周口市",
                county="沈丘县", township="模拟镇", village="" if kind == "township" else name, phone="",
                signing_public_key=public.signing, sealing_public_key=public.sealing,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            OwnKeys(organisation_id=place, signing_private_key=private.signing, sealing_private_key=private.sealing)
        )
        session.add(
            UserAccount(id=user, organisation_id=place, name=f"{name}医生", role=role, pin_hash="none", created_at=clock())
        )
        session.execute(insert(Drug), [_drug(place_no, drug) for place_no, drug in enumerate(plan.drugs.values())])
    made = Place(place, kind, name, division, None, "模拟镇", "" if kind == "township" else name)
    return Desk(folder, sessions, made, Actor(user, f"{name}医生", role), clock)


def _empty_file(folder: Path) -> Path:
    """An empty database of the newest layout, made once for all desks of a year."""
    file = folder / "empty.db"
    if not file.exists():
        upgrade(file, KEY)
    return file


def _without_waiting(engine: Engine) -> None:
    """Files that are thrown away need not wait for the disk."""

    @event.listens_for(engine, "connect")
    def connected(connection: object, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")  # type: ignore[attr-defined]


def _drug(number: int, drug: SimDrug) -> dict[str, object]:
    return {
        "id": new_id(), "code": drug.code, "generic_name": drug.name, "strength": "5mg", "dosage_form": "片剂",
        "unit": drug.unit, "pack_unit": "盒", "units_per_pack": drug.pack, "price_fen": drug.price_fen,
        "cold_chain": drug.is_cold, "has_trace_code": drug.is_coded, "trace_prefix": f"{PREFIX}{number:03d}",
        "valid_from": date(2020, 1, 1), "is_splittable": True, "therapeutic_group": drug.kind, "essential": "Y",
        "insurance_class": "甲",
    }  # fmt: skip
