"""How the forms write facts that are not written alike: diagnoses, allergies, medicines, habits, symptoms.

Each pair of functions is what a Place of app/forms/facts.py needs: from the answers of a form to the value of the fact,
and from the value to answers. What a form cannot say for certain is left out rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.domain.tcm_constitution import answer_for_bmi, answer_for_waist
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


def diseases_of_patient(code: int, date_code: str = "") -> Any:
    """A form that only a patient with this disease has; `date_code` is the answer with the day of the diagnosis."""

    def gives(answers: Answers) -> Rows | None:
        return [disease(code, str(answers.get(date_code, "")))] if answers else None

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


NEVER_SMOKED, HAS_QUIT, SMOKES = 1, 2, 3
NEVER_DRINKS = 1


def cigarettes_of_exam(answers: Answers) -> int | None:
    """日吸烟量 now: none for who never smoked or has quit (whose amount is that before quitting)."""
    if answers.get("smoking") in (NEVER_SMOKED, HAS_QUIT):
        return 0
    return answers.get("cigarettes_per_day") if answers.get("smoking") == SMOKES else None


def exam_of_cigarettes(amount: int) -> dict[str, Any]:
    """Somebody who smokes, with how much; 0 leaves open whether he has quit."""
    return {"smoking": SMOKES, "cigarettes_per_day": amount} if amount else {}


def alcohol_of_exam(answers: Answers) -> Decimal | None:
    """日饮酒量 now: none for who never drinks or has quit."""
    if answers.get("drinking_freq") == NEVER_DRINKS or answers.get("drinking_quit") == HAS_QUIT:
        return Decimal(0)
    return answers.get("alcohol_per_day")


def exam_of_alcohol(amount: Decimal) -> dict[str, Any]:
    """The amount of somebody who drinks; 0 leaves open whether he has quit."""
    return {"alcohol_per_day": amount, "drinking_quit": 1} if amount else {}


DAILY, WEEKLY, NO_EXERCISE = 1, 2, 4
DAYS_OF_WEEK = 7


def exercise_times_of_exam(answers: Answers) -> int | None:
    """Times a week where the frequency is exact: 每天 or 不锻炼."""
    return {DAILY: DAYS_OF_WEEK, NO_EXERCISE: 0}.get(answers.get("exercise_freq", 0))


def exam_of_exercise_times(times: int) -> dict[str, Any]:
    """锻炼频率; 0 times a week may be 偶尔 or 不锻炼 and is left open."""
    return {"exercise_freq": DAILY if times >= DAYS_OF_WEEK else WEEKLY} if times > 0 else {}


def exercise_times_agree(answers: Answers, times: int) -> bool:
    """每天 is seven times a week or more."""
    return answers.get("exercise_freq") == DAILY and times >= DAYS_OF_WEEK


SIDES_OF_EXAM = {3: 2, 4: 3}
"""触及左侧弱或消失 and 触及右侧弱或消失 as the side of the diabetes sheet."""


def foot_pulse_of_exam(answers: Answers) -> tuple[int, int | None] | None:
    """足背动脉搏动 in the numbers of the diabetes sheet (its option, its side); weak or absent cannot be told apart."""
    return {1: (3, 1), 2: (1, None)}.get(answers.get("dorsalis_pedis", 0))


def foot_pulse_of_visit(answers: Answers) -> tuple[int, int | None] | None:
    """足背动脉搏动 of the diabetes sheet with its side."""
    code = answers.get("dorsalis_pedis")
    return None if code is None else (code, answers.get("dorsalis_pedis_side"))


def exam_of_foot_pulse(value: tuple[int, int | None]) -> dict[str, Any]:
    """The option of 健康体检表; weak on both sides has none."""
    code, side = value
    if code == 1:
        return {"dorsalis_pedis": 2}
    sides = {side: option for option, side in SIDES_OF_EXAM.items()}
    if side in sides:
        return {"dorsalis_pedis": sides[side]}
    return {"dorsalis_pedis": 1} if (code, side) == (3, 1) else {}


def visit_of_foot_pulse(value: tuple[int, int | None]) -> dict[str, Any]:
    """The option and the side of the diabetes sheet."""
    code, side = value
    return {"dorsalis_pedis": code} | ({} if side is None else {"dorsalis_pedis_side": side})


def foot_pulse_agrees(answers: Answers, value: tuple[int, int | None]) -> bool:
    """Whether the examination says the same in its own options."""
    return exam_of_foot_pulse(value) == {"dorsalis_pedis": answers.get("dorsalis_pedis")}


ARMS = ("right", "left")
"""A pressure of which no arm is told is offered on the right, where it is usually measured."""


def pressure_of_exam(answers: Answers) -> tuple[int, int] | None:
    """血压 of the arm with the higher reading, by which a person is judged."""
    return max(_arms(answers), default=None)


def _arms(answers: Answers) -> list[tuple[int, int]]:
    pairs = [(answers.get(f"bp_{arm}_sbp"), answers.get(f"bp_{arm}_dbp")) for arm in ARMS]
    return [(sbp, dbp) for sbp, dbp in pairs if sbp is not None and dbp is not None]


def exam_of_pressure(value: tuple[int, int]) -> dict[str, Any]:
    """One reading on the arm on which it is usually taken."""
    return {f"bp_{ARMS[0]}_sbp": value[0], f"bp_{ARMS[0]}_dbp": value[1]}


def pressure_agrees(answers: Answers, value: tuple[int, int]) -> bool:
    """Whether one of the arms has this reading."""
    return value in _arms(answers)


def encounter_of_pressure(value: tuple[int, int]) -> dict[str, Any]:
    """The first words of 客观资料."""
    return {"objective": f"血压 {value[0]}/{value[1]} mmHg"}


def constitution_of_bmi(value: Decimal) -> dict[str, Any]:
    """Question 9 from the BMI (rules §8.2)."""
    return {"q09": answer_for_bmi(value)}


def constitution_of_waist(value: Decimal) -> dict[str, Any]:
    """Question 28 from the waist (rules §8.2)."""
    return {"q28": answer_for_waist(value)}


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


def referred_to(code: str, department: str = "") -> Any:
    """Where a sheet refers to: 机构及科别 in one line."""

    def gives(answers: Answers) -> str | None:
        parts = [str(answers[each]) for each in (code, department) if each and answers.get(each)]
        return " ".join(parts) or None

    return gives


def letter_of_referred_to(value: str) -> dict[str, Any]:
    """转入单位 and 科室: what stands after the first space is the department."""
    organisation, _space, department = value.strip().partition(" ")
    return {"to_org": organisation} | ({"to_dept": department.strip()[:50]} if department.strip() else {})


def joined_lines(one: str, other: str) -> str:
    """Two lines in one; the same line once."""
    return one if other in one else f"{one}；{other}"


NO_SYMPTOM = 1
SYMPTOMS: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    "health_exam": {
        2: ("头痛",),
        3: ("头晕",),
        4: ("心悸",),
        5: ("胸闷",),
        8: ("咳痰",),
        9: ("呼吸困难",),
        10: ("多饮",),
        11: ("多尿",),
        12: ("体重下降",),
        15: ("视力模糊",),
        16: ("麻木",),
        21: ("恶心呕吐",),
        22: ("眼花",),
        23: ("耳鸣",),
    },
    "htn_followup": {
        2: ("头痛", "头晕"),
        3: ("恶心呕吐",),
        4: ("眼花", "耳鸣"),
        5: ("呼吸困难",),
        6: ("心悸", "胸闷"),
        8: ("麻木",),
    },
    "dm_followup": {2: ("多饮",), 4: ("多尿",), 5: ("视力模糊",), 7: ("麻木",), 9: ("体重下降",)},
    "copd_followup": {3: ("咳痰",), 4: ("呼吸困难",), 6: ("胸闷",)},
}
"""Of each form the options of 症状 that also stand on another one, with the complaints that they name."""

ASKED_EVERYTHING = "health_exam"
"""Its list holds the complaints of the others, so that its 无症状 is also theirs."""


def symptoms_of(form_code: str) -> Any:
    """The complaints that a form is certain of; an option that names two tells neither."""
    complaints = SYMPTOMS[form_code]

    def gives(answers: Answers) -> list[str] | None:
        chosen = answers.get("symptoms", ())
        if list(chosen) == [NO_SYMPTOM] and form_code == ASKED_EVERYTHING:
            return []
        return [names[0] for code in chosen if len(names := complaints.get(code, ())) == 1] or None

    return gives


def symptoms_for(form_code: str) -> Any:
    """The options of a form for complaints; no complaint at all is 无症状."""
    complaints = SYMPTOMS[form_code]

    def takes(value: list[str]) -> dict[str, Any]:
        if not value:
            return {"symptoms": [NO_SYMPTOM]}
        chosen = [code for code, names in complaints.items() if set(names) & set(value)]
        return {"symptoms": chosen} if chosen else {}

    return takes


def joined_complaints(one: list[str], other: list[str]) -> list[str]:
    """The complaints of two forms, each once."""
    return list(dict.fromkeys([*one, *other]))
