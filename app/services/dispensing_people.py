"""Who gets the drugs, as the drug rules see it: age, sex, allergies, diseases, and what is still being taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.doses import read_dose, strength_in, units_a_time
from app.domain.drug_rules import Active, Patient
from app.domain.prescribing import Supply, lasts_until, running_supplies
from app.drug_rules import ingredient_codes
from app.forms.registry import form
from app.reference import village_diagnoses
from app.services.dispensing_drafts import Draft, medicines_now
from db.models import Dispensing, DispensingLine, Drug, Enrolment, FormEntry, Resident

PENICILLIN, SULFONAMIDE, STREPTOMYCIN, OTHER = 2, 3, 4, 5
"""药物过敏史 of 个人基本信息表."""
ALLERGENS = {PENICILLIN: "penicillin", SULFONAMIDE: "sulfonamide"}
ALLERGY_WORDS = {STREPTOMYCIN: "链霉素"}
SPOKEN_ALLERGENS = {"青霉素": "penicillin", "西林": "penicillin", "磺胺": "sulfonamide", "头孢": "cephalosporin"}
FEMALE = 2

PROGRAMME_CODES = {"htn": ("I10",), "dm": ("E11",), "smi": ("F20", "F25", "F31"), "tb": ("A15", "A16"), "copd": ("J44",)}
HISTORY_CODES = {2: ("I10",), 3: ("E11",), 4: ("I25",), 5: ("J44",), 7: ("I64",), 8: ("F20",), 9: ("A16",)}
"""既往史·疾病 of 个人基本信息表 as ICD-10 codes; those that name no single disease are left out."""
LONGEST_SUPPLY = timedelta(days=200)


def patient_of(session: Session, draft: Draft, resident: Resident) -> Patient:
    """The resident with what the draft says of today."""
    codes = set(resident.drug_allergy or ())
    note = resident.drug_allergy_note if OTHER in codes else ""
    words = "，".join([*(ALLERGY_WORDS[code] for code in sorted(codes) if code in ALLERGY_WORDS), *([note] if note else [])])
    allergens = {ALLERGENS[code] for code in codes if code in ALLERGENS}
    allergens |= {allergen for word, allergen in SPOKEN_ALLERGENS.items() if word in words}
    return Patient(
        birth_date=resident.birth_date,
        is_female=resident.sex == FEMALE,
        pregnancy=draft.pregnancy,
        is_lactating=draft.is_lactating,
        diseases=tuple(sorted({*known_diseases(session, resident.id), *diagnosis_codes(draft.diagnosis)})),
        allergens=frozenset(allergens),
        allergy_words=words,
        is_allergy_known=bool(codes),
    )


def known_diseases(session: Session, resident_id: str) -> set[str]:
    """ICD-10 codes of the programmes that the resident is under and of his past diseases."""
    programmes = session.scalars(
        select(Enrolment.disease).where(Enrolment.resident_id == resident_id, Enrolment.ended_on.is_(None))
    )
    codes = {code for programme in programmes for code in PROGRAMME_CODES.get(programme, ())}
    entry = session.scalar(
        select(FormEntry)
        .where(
            FormEntry.resident_id == resident_id,
            FormEntry.form_code == "personal_info",
            FormEntry.state != "void",
        )
        .order_by(FormEntry.entry_date.desc(), FormEntry.created_at.desc())
        .limit(1)
    )
    if entry is not None:
        for row in form("personal_info").restore(entry.answers).get("disease_history") or ():
            codes.update(HISTORY_CODES.get(row.get("code"), ()))
    return codes


def diagnosis_codes(words: str) -> tuple[str, ...]:
    """The ICD-10 codes of diagnoses as a doctor writes them: a code itself, a name of the village list, or another name of it.

    Words that are not known give none: then nothing is said about the diagnosis.
    """
    found: list[str] = []
    for part in re.split(r"[；;、,，。\s]+", words.strip()):
        code = re.fullmatch(r"[A-Za-z]\d{2}(\.[\dA-Za-z]{1,4})?", part)
        found += [part.upper()] if code else _codes_by_name().get(part, ())
    return tuple(dict.fromkeys(found))


@cache
def _codes_by_name() -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {"严重精神障碍": PROGRAMME_CODES["smi"], "肺结核": PROGRAMME_CODES["tb"]}
    for diagnosis in village_diagnoses():
        for name in (diagnosis.name, *diagnosis.aliases):
            names.setdefault(name, (diagnosis.icd10_code,))
    return names


def active(
    drug: Drug,
    key: str,
    *,
    daily_units: Fraction | None = None,
    overlap_days: int | None = None,
    is_running: bool = False,
) -> Active:
    """A drug of the catalogue as the rules see it."""
    ingredients = tuple(part for part in drug.ingredients.split(";") if part)
    codes = [drug.atc_code, *(ingredient_codes().get(each, "") for each in ingredients)]
    per_unit = strength_in("mg", drug.strength, drug.unit)
    return Active(
        key=key,
        name=drug.generic_name,
        ingredients=ingredients or (drug.generic_name,),
        atc_codes=tuple(code for code in codes if code),
        route=drug.route or "口服",
        daily_mg=None if daily_units is None or per_unit is None else daily_units * per_unit,
        pregnancy=drug.pregnancy,
        min_age_years=drug.min_age_years,
        diagnoses=tuple(part for part in drug.diagnoses.split(";") if part),
        is_running=is_running,
        code=drug.code,
        overlap_days=overlap_days,
    )


def supplies_of(session: Session, resident_id: str, day: date, drugs: Mapping[str, Drug]) -> dict[str, Supply]:
    """What the resident got here and still has on `day`, by drug; what he brought back does not count."""
    rows = session.execute(
        select(DispensingLine, Dispensing.given_on)
        .join(Dispensing, Dispensing.id == DispensingLine.dispensing_id)
        .where(
            Dispensing.resident_id == resident_id,
            Dispensing.given_on > day - LONGEST_SUPPLY,
            Dispensing.given_on <= day,
        )
        .order_by(Dispensing.given_on, Dispensing.created_at)
    )
    given = []
    for line, given_on in rows:
        kept = line.quantity - line.returned
        a_day = daily_units(line.dose, line.times_per_day, drugs.get(line.drug_code))
        if kept > 0 and a_day:
            days = (lasts_until(given_on, kept, a_day) - given_on).days + 1
            given.append(Supply(line.drug_code, given_on, days))
        elif kept > 0 and line.days:
            given.append(Supply(line.drug_code, given_on, line.days))
    return running_supplies(given, day)


def daily_units(dose: str, times: object, drug: Drug | None) -> Fraction | None:
    """Dispensing units a day of a written dose; None when it can't be told."""
    a_time = units_of_dose(dose, drug)
    return None if a_time is None or times is None else a_time * Fraction(str(times))


def units_of_dose(dose: str, drug: Drug | None) -> Fraction | None:
    """Dispensing units a time of a written dose; None when it can't be told."""
    read = read_dose(dose)
    if drug is None or read is None:
        return None
    return units_a_time(read, dispensing_unit=drug.unit, strength=drug.strength, dose_unit=drug.dose_unit)


def running_drugs(
    session: Session, desk: Desk, resident_id: str, supplies: Mapping[str, Supply], drugs: Mapping[str, Drug]
) -> list[Active]:
    """Everything that the resident still takes: from here by its supply, from elsewhere by the newest sheets."""
    today = desk.today()
    running = [
        active(drugs[code], f"running:{code}", overlap_days=(supply.ends_on - today).days + 1, is_running=True)
        for code, supply in supplies.items()
        if code in drugs
    ]
    elsewhere: Iterable[Drug] = medicines_now(session, desk, resident_id, drugs)
    running += [active(drug, f"running:{drug.code}", is_running=True) for drug in elsewhere if drug.code not in supplies]
    return running
