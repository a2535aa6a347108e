"""How the forms write facts that are not written alike: diagnoses, allergies, medicines, vaccinations.

Each pair of functions is what a Place of app/forms/facts.py needs: from the answers of a form to the value of the fact,
and from the value to answers. What a form cannot say for certain is left out rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.forms.personal_info import ALLERGY, DISEASES
from app.forms.vocabulary import Answers

Rows = list[dict[str, Any]]

NONE, HYPERTENSION, DIABETES, CORONARY, COPD, TUMOUR, STROKE, MENTAL, TUBERCULOSIS, HEPATITIS = range(1, 11)
OCCUPATIONAL, OTHER_DISEASE = 12, 13
"""Options of 既往史·疾病 (personal_info)."""

NAMED = (TUMOUR, OCCUPATIONAL, OTHER_DISEASE)
DISEASE_WORDS = {
    "高血压": HYPERTENSION,
    "糖尿病": DIABETES,
    "冠心病": CORONARY,
    "慢阻肺": COPD,
    "慢性阻塞性肺疾病": COPD,
    "脑卒中": STROKE,
    "精神障碍": MENTAL,
    "结核病": TUBERCULOSIS,
    "肝炎": HEPATITIS,
}
"""Words by which a diagnosis is known in a free line."""

_LABELS = {item.code: item.label for item in DISEASES}
_BREAKS = re.compile(r"[、，,；;。\s]+")
_SEPARATOR = "、"
NO_ALLERGY, OTHER_ALLERGY = 1, 5
_ALLERGY_LABELS = {item.code: item.label for item in ALLERGY if item.code != OTHER_ALLERGY}


def joined_diseases(known: Rows, more: Rows) -> Rows:
    """`known` with the diagnoses of `more` that are not among them; 无 gives way to a diagnosis."""
    found = {_disease_key(row): row for row in known}
    for row in more:
        kept = found.setdefault(_disease_key(row), row)
        if "confirmed_ym" not in kept and "confirmed_ym" in row:
            found[_disease_key(row)] = {**kept, **row}
    rows = [row for row in found.values() if row["code"] != NONE]
    return rows or list(found.values())


def _disease_key(row: Mapping[str, Any]) -> tuple[int, str]:
    return row["code"], row.get("name", "") if row["code"] in NAMED else ""


def disease(code: int, confirmed: str = "", name: str = "") -> dict[str, Any]:
    """One diagnosis as a row of 既往史."""
    row: dict[str, Any] = {"code": code}
    if name:
        row["name"] = name
    if confirmed:
        row["confirmed_ym"] = confirmed[:7]
    return row


def disease_name(row: Mapping[str, Any]) -> str:
    """A diagnosis as it is written in a line."""
    return row.get("name") or _LABELS[row["code"]]


def diseases_in_words(*lines: str) -> Rows:
    """The diagnoses that free lines name for certain."""
    codes = (code for line in lines for word, code in DISEASE_WORDS.items() if word in line)
    return [disease(code) for code in dict.fromkeys(codes)]


CARD_DISEASES = {2: HYPERTENSION, 3: DIABETES, 4: STROKE, 5: CORONARY}
"""慢性病患病情况 of the card. 职业病 (7) has no name there and tells nothing that the record could take."""
CARD_NONE, CARD_ASTHMA, CARD_OCCUPATIONAL, CARD_OTHER = 1, 6, 7, 8
ASTHMA = "哮喘"


def diseases_of_card(answers: Answers) -> Rows | None:
    """The diagnoses ticked on the card; None when nothing is ticked or only 无 (the card does not take any away)."""
    rows = [disease(CARD_DISEASES[code]) for code in answers.get("chronic", ()) if code in CARD_DISEASES]
    if CARD_ASTHMA in answers.get("chronic", ()):
        rows.append(disease(OTHER_DISEASE, name=ASTHMA))
    named = [part for part in _BREAKS.split(str(answers.get("chronic_note", ""))) if part]
    known = {label: code for code, label in _LABELS.items()}
    rows += [
        disease(known[name])
        if name in known and known[name] not in NAMED
        else disease(OTHER_DISEASE, name=name)
        for name in named
    ]
    return rows or None


def card_of_diseases(rows: Rows) -> dict[str, Any]:
    """The ticks of the card with the line of 其他疾病."""
    ticks = {disease_code: tick for tick, disease_code in CARD_DISEASES.items()}
    ticks |= {NONE: CARD_NONE, OCCUPATIONAL: CARD_OCCUPATIONAL}
    chosen, others = set(), []
    for row in rows:
        if row["code"] == OTHER_DISEASE and ASTHMA in row.get("name", ""):
            chosen.add(CARD_ASTHMA)
        elif row["code"] in ticks:
            chosen.add(ticks[row["code"]])
        else:
            chosen.add(CARD_OTHER)
            others.append(disease_name(row))
    answers: dict[str, Any] = {"chronic": sorted(chosen)} if chosen else {}
    return answers | ({"chronic_note": _SEPARATOR.join(others)[:100]} if others else {})


PROBLEM_NOTES = (
    "prob_cerebrovascular_note",
    "prob_kidney_note",
    "prob_heart_note",
    "prob_vessel_note",
    "prob_eye_note",
    "prob_neuro_note",
    "prob_other_note",
)
STROKES, CORONARIES, DIABETIC_KIDNEY = {2, 3, 4}, {2, 3, 4}, 2
OTHER_BRAIN, OTHER_HEART, IS_THERE = 6, 7, 2
"""Options of 现存主要健康问题 (health_exam): those that are a stroke or a coronary disease, 其他 and 有."""


def diseases_of_exam(answers: Answers) -> Rows | None:
    """The diagnoses that 现存主要健康问题 is certain of; None when there is none. 未发现 takes nothing away."""
    rows = []
    if STROKES & set(answers.get("prob_cerebrovascular", ())):
        rows.append(disease(STROKE))
    if CORONARIES & set(answers.get("prob_heart", ())):
        rows.append(disease(CORONARY))
    if DIABETIC_KIDNEY in answers.get("prob_kidney", ()):
        rows.append(disease(DIABETES))
    rows = joined_diseases(rows, diseases_in_words(*(str(answers.get(code, "")) for code in PROBLEM_NOTES)))
    return rows or None


def exam_of_diseases(rows: Rows) -> dict[str, Any]:
    """现存主要健康问题 for known diagnoses: those without an option of their own under 其他 with their names."""
    answers: dict[str, Any] = {}
    others = []
    for row in rows:
        if row["code"] == STROKE:
            answers |= {"prob_cerebrovascular": [OTHER_BRAIN], "prob_cerebrovascular_note": disease_name(row)}
        elif row["code"] == CORONARY:
            answers |= {"prob_heart": [OTHER_HEART], "prob_heart_note": disease_name(row)}
        elif row["code"] != NONE:
            others.append(disease_name(row))
    if others:
        answers |= {"prob_other": IS_THERE, "prob_other_note": _SEPARATOR.join(others)[:100]}
    return answers


def diseases_of_patient(code: int, told_by: str, date_code: str = "") -> Any:
    """A form that only a patient with this disease has, once `told_by` is answered; `date_code` is the diagnosis' day."""

    def gives(answers: Answers) -> Rows | None:
        return [disease(code, str(answers.get(date_code, "")))] if told_by in answers else None

    return gives


def allergy_text(value: tuple[list[int], str]) -> dict[str, Any]:
    """过敏史 of the card in words."""
    codes, note = value
    words = [_ALLERGY_LABELS[code] for code in codes if code in _ALLERGY_LABELS]
    return {"allergy": _SEPARATOR.join([*words, *([note] if note else [])])[:100]}


def allergy_of_text(answers: Answers) -> tuple[list[int], str] | None:
    """药物过敏史 from the words of the card; None when nothing is written."""
    known = {label: code for code, label in _ALLERGY_LABELS.items()}
    parts = [part for part in _BREAKS.split(str(answers.get("allergy", ""))) if part]
    if not parts:
        return None
    codes = [known[part] for part in parts if part in known]
    note = _SEPARATOR.join(part for part in parts if part not in known)
    return (codes + ([OTHER_ALLERGY] if note else []), note)


def past_history(answers: Answers) -> str | None:
    """主要既往史 in words from the 个人基本信息表: diagnoses, operations, injuries, transfusions, drug allergy."""
    parts = [
        _dated(disease_name(row), row.get("confirmed_ym"))
        for row in answers.get("disease_history", ())
        if row["code"] != NONE
    ]
    for code, label in (("surgery", "手术"), ("trauma", "外伤"), ("transfusion", "输血")):
        rows = answers.get(code + "_items", ())
        if rows:
            parts.append(f"{label}：" + _SEPARATOR.join(_dated(row["name"], row.get("date")) for row in rows))
    allergy = answers.get("drug_allergy", ())
    if allergy and allergy != [NO_ALLERGY]:
        words = allergy_text((allergy, answers.get("drug_allergy_note", "")))["allergy"]
        parts.append(f"药物过敏：{words}")
    if parts:
        return "；".join(parts)[:300]
    return "无" if "disease_history" in answers else None


def _dated(name: str, when: str | None) -> str:
    return f"{name}（{when}）" if when else name


def medicines_of_visit(answers: Answers) -> Rows | None:
    """The medicines of a follow-up sheet as lines of 主要用药情况."""
    adherence = {"adherence": answers["drug_adherence"]} if "drug_adherence" in answers else {}
    rows = []
    for drug in answers.get("drugs", ()):
        times = {"usage": f"每日{drug['times_per_day']}次"} if drug.get("times_per_day") else {}
        dose = {"dose": drug["dose"]} if drug.get("dose") else {}
        rows.append({"name": drug["name"], **times, **dose, **adherence})
    if answers.get("insulin_kind"):
        usage = {"usage": str(answers["insulin_usage"])[:30]} if answers.get("insulin_usage") else {}
        rows.append({"name": answers["insulin_kind"], **usage, **adherence})
    return rows or None


SMI_PERIODS = {1: "每日", 2: "每月"}
SMI_ADHERENCE = {1: 1, 2: 2, 3: 3}
"""用药依从性 of smi_followup in the numbers of 服药依从性; 4 医嘱勿需用药 has none."""


def medicines_of_smi(answers: Answers) -> Rows | None:
    """The medicines of a follow-up of a severe mental disorder as lines of 主要用药情况."""
    code = SMI_ADHERENCE.get(answers.get("drug_adherence", 0))
    adherence = {"adherence": code} if code else {}
    rows = []
    for drug in answers.get("drugs", ()):
        row = {"name": drug["name"]}
        if drug.get("times"):
            row["usage"] = f"{SMI_PERIODS[drug.get('period', 1)]}{drug['times']}次"
        if drug.get("dose_mg"):
            row["dose"] = f"{drug['dose_mg']}mg"
        rows.append({**row, **adherence})
    return rows or None


MOST_MEDICINES = 6


def joined_medicines(known: Rows, more: Rows) -> Rows:
    """The medicines of two sheets; one with the same name is written once."""
    names = {row["name"].replace(" ", "").casefold() for row in known}
    return [*known, *(row for row in more if row["name"].replace(" ", "").casefold() not in names)]


def exam_of_medicines(rows: Rows) -> dict[str, Any]:
    """The six lines of 主要用药情况."""
    return {"medications": rows[:MOST_MEDICINES]}


VACCINE_WORDS = {2: "流感", 3: "肺炎", 4: "新冠"}
OTHER_VACCINE = 5
MOST_VACCINES = 4


def vaccines_of_exam(answers: Answers) -> list[str] | None:
    """The names in 非免疫规划预防接种史."""
    return [row["name"] for row in answers.get("vaccinations", ())] or None


def copd_of_vaccines(names: list[str]) -> dict[str, Any]:
    """疫苗免疫史 from names: those with an option of their own, the others under 其他."""
    chosen, others = set(), []
    for name in names:
        code = next((code for code, word in VACCINE_WORDS.items() if word in name), OTHER_VACCINE)
        chosen.add(code)
        if code == OTHER_VACCINE:
            others.append(name)
    answers: dict[str, Any] = {"vaccines": sorted(chosen)[:MOST_VACCINES]}
    return answers | ({"vaccines_note": _SEPARATOR.join(others)[:100]} if others else {})
