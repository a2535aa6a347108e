"""The health records of invented residents: columns, cover and 个人基本信息表, as the registration would have written them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from app.demo.ledger import Ledger
from app.demo.names import HAN
from app.demo.village import Family, Person
from app.desk import Desk
from app.domain.dates import age_on
from app.domain.record_number import next_record_number
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.vocabulary import Form
from app.reference import ethnic_groups
from app.services.diseases import HISTORY_CODES
from app.services.resident_facts import columns_from
from app.services.resident_rows import KEPT_COLUMNS
from app.services.resident_views import ID_VALID
from db.models import FormEntry, Household, Resident

CHILD_UP_TO_YEARS = 6
WITHOUT_NUMBER = "户口未落实"
NO_PHONE = "无"


@dataclass
class Registered:
    """A resident of the sample with the ids under which the rows stand."""

    person: Person
    resident_id: str
    household_id: str
    registered_on: date


def register_family(ledger: Ledger, family: Family, first_number: int, on: date) -> list[Registered]:
    """The rows of one household and its members; `first_number` is the local number of the first."""
    moment = ledger.moment(on)
    household_id = ledger.id_at(moment)
    found = [Registered(person, ledger.id_at(moment), household_id, on) for person in family.members]
    ledger.add(
        Household.__table__,
        {
            "id": household_id,
            "organisation_id": ledger.desk.place.id,
            "number": str(family.number),
            "group_name": f"{family.group}组",
            "address": "",
            "head_id": found[0].resident_id,
            "distance_km": family.distance_km,
            "note": family.note,
            "created_at": moment,
        },
    )
    for position, registered in enumerate(found):
        _register(ledger, registered, family, first_number + position, moment)
    return found


def _register(ledger: Ledger, registered: Registered, family: Family, number: int, moment: datetime) -> None:
    desk, person = ledger.desk, registered.person
    cover = _cover(desk, person, family, number, registered.registered_on)
    info = _info(ledger.random, desk, person, family)
    columns = columns_from(cover, info)
    columns["id_number_state"] = ID_VALID if person.id_number else ""
    facts = {
        **columns,
        "household_id": registered.household_id,
        "relation": person.relation,
        "care_note": person.care_note,
        "mother_id_number": None,
        "state": "active",
        "state_on": None,
        "state_reason": "",
    }
    ledger.add(
        Resident.__table__,
        {
            **facts,
            "id": registered.resident_id,
            "number": number,
            "organisation_id": desk.place.id,
            "height_cm": person.height_cm,
            "weight_kg": None,
            "weight_on": None,
            "created_at": moment,
            "updated_at": moment,
            "revision": 1,
        },
    )
    kept = {
        name: facts[name].isoformat() if isinstance(facts[name], date) else facts[name]
        for name in KEPT_COLUMNS
    }
    ledger.record(moment, "resident.register", "resident", registered.resident_id, kept)
    _form(ledger, registered, COVER, cover, moment)
    if _age(desk, person) > CHILD_UP_TO_YEARS:
        _form(ledger, registered, INFO, info, moment)


def _form(
    ledger: Ledger, registered: Registered, form: Form, answers: dict[str, Any], moment: datetime
) -> None:
    entry_id = ledger.id_at(moment)
    kept = form.keep(answers)
    ledger.add(
        FormEntry.__table__,
        {
            "id": entry_id,
            "form_code": form.code,
            "edition": form.edition,
            "resident_id": registered.resident_id,
            "visit_id": None,
            "entry_date": registered.registered_on,
            "author_id": ledger.desk.actor.user_id,
            "answers": kept,
            "state": "complete",
            "created_at": moment,
            "updated_at": moment,
            "revision": 1,
        },
    )
    ledger.record(moment, "record.create", "form_entry", entry_id, kept)


def _cover(desk: Desk, person: Person, family: Family, number: int, on: date) -> dict[str, Any]:
    place = desk.place
    address = f"{place.township}{place.village}{family.group}组{family.number}号"
    assert place.record_prefix is not None
    return {
        "record_no": next_record_number(place.record_prefix, number - 1),
        "name": person.name,
        "current_address": address,
        "registered_address": address,
        "phone": person.phone or NO_PHONE,
        "township_name": place.township,
        "village_name": place.village,
        "created_org": place.name,
        "created_by": desk.actor.name,
        "responsible_doctor": desk.actor.name,
        "created_date": on,
    }


def _info(random: Random, desk: Desk, person: Person, family: Family) -> dict[str, Any]:
    age = _age(desk, person)
    other = next((member for member in family.members if member is not person and member.phone), person)
    born = person.born.isoformat()
    info: dict[str, Any] = {
        "sex": person.sex,
        "birth_date": born[:4] if person.birth_precision == "year" else born,
        "own_phone": person.phone or NO_PHONE,
        "contact_name": other.name,
        "contact_phone": other.phone or NO_PHONE,
        "residence_type": 1,
        "blood_abo": random.choices((1, 2, 3, 4, 5), (24, 25, 27, 8, 16))[0],
        "blood_rh": random.choices((1, 2, 3), (1, 80, 19))[0],
        "education": _education(random, age),
        "occupation": 4 if 16 <= age < 70 else 8,
        "marital_status": _marriage(random, person, age),
        "payment_means": [3] if random.random() < 0.93 else [1],
        "drug_allergy": list(person.allergy),
        "exposure": [1],
        "disease_history": _diseases(person),
        "surgery": 1,
        "trauma": 1,
        "transfusion": 1,
        "family_father": [random.choices((1, 2, 3, 7), (70, 18, 5, 7))[0]],
        "family_mother": [random.choices((1, 2, 3), (72, 20, 8))[0]],
        "family_siblings": [1],
        "family_children": [1],
        "hereditary": 1,
        "disability": list(person.disability),
        "kitchen_exhaust": 2,
        "fuel": random.choice((1, 1, 3, 5)),
        "water": random.choice((1, 1, 3)),
        "toilet": random.choice((1, 1, 2)),
        "livestock_pen": random.choice((1, 2)),
    }
    info |= {"id_number": person.id_number} if person.id_number else {"no_id_reason": WITHOUT_NUMBER}
    if person.ethnic == HAN:
        return info | {"ethnic_group": 1}
    name = next(group.name for group in ethnic_groups() if group.code == person.ethnic)
    return info | {"ethnic_group": 99, "ethnic_group_note": name}


def _diseases(person: Person) -> list[dict[str, Any]]:
    rows = [
        {"code": HISTORY_CODES[disease], "confirmed_ym": f"{day:%Y-%m}"}
        for disease, day in sorted(person.diagnosed.items(), key=lambda pair: HISTORY_CODES[pair[0]])
    ]
    return rows or [{"code": 1}]


def _education(random: Random, age: int) -> int:
    if age >= 60:
        return random.choices((9, 8, 7, 6), (40, 35, 20, 5))[0]
    if age >= 30:
        return random.choices((8, 7, 6, 3), (20, 55, 18, 7))[0]
    return 8 if age < 13 else random.choices((7, 6, 3, 2), (30, 30, 22, 18))[0]


def _marriage(random: Random, person: Person, age: int) -> int:
    if age < 22 or person.relation in ("孙子", "孙女", "次子", "次女"):
        return 1
    return 3 if age >= 72 and random.random() < 0.35 else 2


def _age(desk: Desk, person: Person) -> int:
    return age_on(person.born, desk.today())
