"""Answers of made-up people for tests: a cover and a 个人基本信息表 that may be saved as they are.

    from tests.residents import cover, info, register
"""

from __future__ import annotations

from typing import Any

from app.desk import Desk
from app.domain.id_number import check_character
from app.services.households import HouseholdChoice, HouseholdData
from app.services.resident_views import ResidentView
from app.services.residents import Residents


def id_number(birth: str = "19550308", sequence: int = 432, county: str = "411624") -> str:
    """A made-up ID number that passes its check; `sequence` odd for a man, even for a woman."""
    first17 = f"{county}{birth}{sequence:03d}"
    return first17 + check_character(first17)


def cover(name: str = "李桂兰", **changes: Any) -> dict[str, Any]:
    """The cover of a record; None takes an answer away."""
    answers = {
        "name": name,
        "current_address": "青石镇柳庄村3组12号",
        "registered_address": "青石镇柳庄村3组12号",
        "phone": "13812342716",
    }
    return {code: value for code, value in {**answers, **changes}.items() if value is not None}


def info(birth: str = "1955-03-08", sex: int = 2, **changes: Any) -> dict[str, Any]:
    """A complete 个人基本信息表; the ID number agrees with birth and sex. None takes an answer away."""
    answers: dict[str, Any] = {
        "sex": sex,
        "birth_date": birth,
        "id_number": id_number(birth.replace("-", ""), 432 + sex % 2) if len(birth) == 10 else None,
        "contact_name": "李大山",
        "contact_phone": "13912340001",
        "residence_type": 1,
        "ethnic_group": 1,
        "blood_abo": 1,
        "blood_rh": 2,
        "education": 8,
        "occupation": 4,
        "marital_status": 2,
        "payment_means": [3],
        "drug_allergy": [2],
        "exposure": [1],
        "disease_history": [{"code": 2, "confirmed_ym": "2019-05"}],
        "surgery": 1,
        "trauma": 1,
        "transfusion": 1,
        "family_father": [1],
        "family_mother": [2],
        "family_siblings": [1],
        "family_children": [1],
        "hereditary": 1,
        "disability": [1],
    }
    return {code: value for code, value in {**answers, **changes}.items() if value is not None}


def found_household(group_name: str = "3组", number: str = "12", **more: Any) -> HouseholdChoice:
    """The choice of a new household with the resident as its head."""
    return HouseholdChoice.found(HouseholdData(number=number, group_name=group_name, **more))


def register(
    desk: Desk,
    name: str = "李桂兰",
    birth: str = "1955-03-08",
    sex: int = 2,
    household: HouseholdChoice | None = None,
    **changes: Any,
) -> ResidentView:
    """Register a made-up resident; `changes` go to the sheet that has the answer."""
    on_cover = {code: value for code, value in changes.items() if code in COVER_CODES}
    on_info = {code: value for code, value in changes.items() if code not in COVER_CODES}
    return Residents(desk).register(
        cover(name, **on_cover),
        info(birth, sex, **on_info),
        household or HouseholdChoice.none(),
        confirmed=frozenset({"name", "id_number", "marital_status", "phone", "contact_phone", "birth_date"}),
    )


COVER_CODES = frozenset({"record_no", "name", "current_address", "registered_address", "phone", "created_date"})
