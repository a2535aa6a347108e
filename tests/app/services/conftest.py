"""Desks for the tests of services. The clock stands at 2026-11-22 09:00 in Beijing (01:00 UTC)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.desk import Actor, Desk
from app.security.secret_store import MemoryStore
from app.services.catalogue import Catalogue
from app.services.residents import Residents
from db.models import UserAccount, new_id
from tests.desks import NO_PIN, Clock, found_desk_folder, make_clinic, make_township
from tests.followup_people import add_resident
from tests.supply_desks import PairedDesks, as_person, change_drug, drug_code, pair

DRUG_NAMES = ("硝苯地平", "二甲双胍", "阿莫西林")


@pytest.fixture
def clock() -> Clock:
    """The clock of the desks of a test; move it with `clock.forward(days=1)`."""
    return Clock()


@pytest.fixture
def make_desk_folder(tmp_path: Path, clock: Clock) -> Callable[..., tuple[Path, MemoryStore]]:
    """Found a desk as the first start does: `folder, store = make_desk_folder(passphrase=…)`; it is closed again."""

    def make(name: str = "desk", passphrase: str | None = None) -> tuple[Path, MemoryStore]:
        store = MemoryStore()
        found_desk_folder(tmp_path / name, store, clock, passphrase)
        return tmp_path / name, store

    return make


@pytest.fixture
def clinic_desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """柳庄村卫生室 with 王明 (village_doctor) signed in."""
    desk = make_clinic(tmp_path / "clinic", clock)
    yield desk
    desk.sessions.engine.dispose()


@pytest.fixture
def township_desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """青石镇卫生院 with 赵敏 (township_pharmacist) signed in."""
    desk = make_township(tmp_path / "township", clock)
    yield desk
    desk.sessions.engine.dispose()


@pytest.fixture
def desks(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[tuple[Desk, Desk]]:
    """The clinic and the township, paired; they are `clinic_desk` and `township_desk` where a test has one of those, too."""
    if {"clinic_desk", "township_desk"} & set(request.fixturenames):
        both = request.getfixturevalue("clinic_desk"), request.getfixturevalue("township_desk")
        pair(*both, tmp_path)
        yield both
        return
    made = PairedDesks(tmp_path, clock)
    yield made.clinic, made.township
    made.close()


@pytest.fixture
def clinic(desks: tuple[Desk, Desk]) -> Desk:
    """The clinic of a pair."""
    return desks[0]


@pytest.fixture
def township(desks: tuple[Desk, Desk]) -> Desk:
    """The township of a pair."""
    return desks[1]


@pytest.fixture
def drugs(clinic: Desk, township: Desk) -> dict[str, str]:
    """The codes of three drugs that both desks of a pair know, by a part of their names."""
    drug_code(clinic, DRUG_NAMES[0])
    return {name: drug_code(township, name) for name in DRUG_NAMES}


@pytest.fixture
def codes(clinic_desk: Desk) -> list[str]:
    """The codes of four drugs of the clinic's own list."""
    return [drug_code(clinic_desk, name) for name in (*DRUG_NAMES, "阿司匹林")]


@pytest.fixture
def code(clinic_desk: Desk) -> str:
    """The code of the first of them, which comes in packs of 28."""
    wanted = drug_code(clinic_desk, DRUG_NAMES[0])
    change_drug(clinic_desk, wanted, units_per_pack=28)
    return wanted


@pytest.fixture
def desk(clinic_desk: Desk) -> Desk:
    """The clinic with the list of drugs that it starts with; modules that need another desk say so themselves."""
    Catalogue(clinic_desk).ensure_starter()
    return clinic_desk


@pytest.fixture
def resident(clinic_desk: Desk) -> str:
    """李桂兰 of the clinic, 71 years old and without allergies."""
    return add_resident(clinic_desk, drug_allergy=[1])


@pytest.fixture
def colleague(clinic_desk: Desk) -> Desk:
    """The clinic's desk with another person signed in, who is the lead."""
    account = UserAccount(
        id=new_id(), organisation_id=clinic_desk.place.id, name="李芳", role="clinic_lead", pin_hash=NO_PIN,
        created_at=clinic_desk.now(),
    )  # fmt: skip
    actor = Actor(account.id, account.name, account.role)
    with clinic_desk.sessions.writing() as session:
        session.add(account)
    return as_person(clinic_desk, actor)


@pytest.fixture
def residents(clinic_desk: Desk) -> Residents:
    """The service of the clinic's residents."""
    return Residents(clinic_desk)
