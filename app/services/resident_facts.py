"""The facts of a resident that have one home, and the two forms that show them: columns from answers and back.

The cover (封面) and the 个人基本信息表 both ask for facts that belong to the resident; their declarations name the home
("resident.phone"). This module reads raw answers, puts right how names and numbers are written, copies the facts into
columns and lays the columns over stored answers, so that a form always shows what is true now. It checks and saves
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from app.desk import Desk
from app.domain.id_number import clean_id_text
from app.domain.names import fold_name, normalize_name
from app.domain.phones import check_phone
from app.forms.kinds import EMPTY, first_day
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.vocabulary import Form, Reading
from app.reference import ethnic_groups

HAN, MINORITY = 1, 99
"""民族 on the form: 汉族, and 少数民族 with its name."""

PRECISIONS = {4: "year", 7: "month", 10: "day"}
_WRITTEN_LENGTH = {"year": 4, "month": 7, "day": 10}
_PHONES = ("phone", "own_phone", "contact_phone")


@cache
def homes(form_code: str) -> dict[str, str]:
    """The answers of a form that are facts of the resident: code to column."""
    form = COVER if form_code == COVER.code else INFO
    return {
        code: item.home.removeprefix("resident.")
        for code, item in form.fields.items()
        if item.home.startswith("resident.") and not code.endswith("_note")
    }


def offered_cover(desk: Desk, today: date) -> dict[str, Any]:
    """What a new cover begins with: the place and who keeps the record. The number is given when it is saved."""
    return {
        "township_name": desk.place.township,
        "village_name": desk.place.village,
        "created_org": desk.place.name,
        "created_by": desk.actor.name,
        "responsible_doctor": desk.actor.name,
        "created_date": today,
    }


def written_right(raw: Mapping[str, object]) -> dict[str, object]:
    """Raw answers with names, numbers and phones as they are stored; what does not fit stays and is refused later."""
    answers = {code: value for code, value in raw.items() if value not in EMPTY}
    if isinstance(name := answers.get("name"), str):
        answers["name"] = normalize_name(name)
    for code in ("id_number", "record_no"):
        if code in answers:
            answers[code] = clean_id_text(str(answers[code]))
    if "record_no" in answers:
        answers["record_no"] = str(answers["record_no"]).translate({ord(dash): None for dash in "-－—–"})
    for code in _PHONES:
        if code in answers:
            answers[code] = check_phone(str(answers[code])).normalized
    return answers


@dataclass(frozen=True)
class Answers:
    """The canonical answers of both forms, and what could not be read."""

    cover: dict[str, Any]
    info: dict[str, Any]
    reading: tuple[Reading, Reading]


def read_both(cover: Mapping[str, object], info: Mapping[str, object]) -> Answers:
    """Both forms read; the phone of one is the phone of the other when only one is written."""
    cover, info = written_right(cover), written_right(info)
    if "own_phone" not in info and "phone" in cover:
        info["own_phone"] = cover["phone"]
    elif "phone" not in cover and "own_phone" in info:
        cover["phone"] = info["own_phone"]
    readings = COVER.read(cover), INFO.read(info)
    return Answers(readings[0].answers, readings[1].answers, readings)


def columns_from(cover: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the resident that the answers of both forms give; every fact is there, unknown ones empty."""
    columns: dict[str, Any] = {column: info.get(code) for code, column in homes(INFO.code).items()}
    columns |= {column: cover.get(code) for code, column in homes(COVER.code).items()}
    born = columns.pop("birth_date")
    columns["birth_date"] = first_day(born) if born else None
    columns["birth_precision"] = PRECISIONS[len(born)] if born else "day"
    columns["ethnic_code"] = ethnic_code(columns.pop("ethnic_group"), info.get("ethnic_group_note", ""))
    columns["drug_allergy_note"] = info.get("drug_allergy_note", "")
    columns["name_key"] = fold_name(columns["name"] or "")
    for column in (
        "phone",
        "contact_name",
        "contact_phone",
        "current_address",
        "registered_address",
        "no_id_reason",
    ):
        columns[column] = columns[column] or ""
    return columns


def answers_of_columns(form: Form, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of `form` that the columns of a resident give, unknown ones left out."""
    answers = {code: columns[column] for code, column in homes(form.code).items() if column in columns}
    if form is INFO:
        answers["birth_date"] = written_birth(columns["birth_date"], columns["birth_precision"])
        answers |= ethnic_answers(columns["ethnic_code"])
        answers["drug_allergy_note"] = columns["drug_allergy_note"]
    return {code: value for code, value in answers.items() if value not in EMPTY}


def laid_over(form: Form, answers: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers with the facts as they are now."""
    facts = {*homes(form.code), "drug_allergy_note"}
    merged = {code: value for code, value in answers.items() if code not in facts}
    current = answers_of_columns(form, columns)
    stored_group = ethnic_code(answers.get("ethnic_group"), answers.get("ethnic_group_note", ""))
    if form is INFO and stored_group == columns["ethnic_code"]:
        # The name of a group that the standard does not list stands only in the answer.
        current |= {code: answers[code] for code in ("ethnic_group", "ethnic_group_note") if code in answers}
    return merged | current


def written_birth(born: date | None, precision: str) -> str:
    """A birth date as it was given: "1955", "1955-03" or "1955-03-08"; "" when unknown."""
    return "" if born is None else born.isoformat()[: _WRITTEN_LENGTH[precision]]


def ethnic_code(group: int | None, name: str) -> str:
    """The code of GB/T 3304 for the form's 民族: 01 for 汉族, by its name for a minority, 97 for an unknown name."""
    if group is None:
        return ""
    if group == HAN:
        return "01"
    plain = name.strip()
    for each in ethnic_groups():
        if plain and plain in (each.name, each.name.removesuffix("族"), each.code, each.letters):
            return each.code
    return "97"


def ethnic_answers(code: str) -> dict[str, Any]:
    """The form's 民族 for a code of GB/T 3304; empty for none."""
    if not code:
        return {}
    if code == "01":
        return {"ethnic_group": HAN}
    name = next((each.name for each in ethnic_groups() if each.code == code), "")
    return {"ethnic_group": MINORITY, "ethnic_group_note": name}
