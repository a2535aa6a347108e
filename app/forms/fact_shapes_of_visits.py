"""How the forms write what is measured and told at a visit: habits, pressure, pulses, symptoms, where to refer to.

Made as app/forms/fact_shapes.py is: what a form cannot say for certain is left out rather than guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.tcm_constitution import answer_for_bmi, answer_for_waist
from app.forms.vocabulary import Answers

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


def hba1c_of_visit(answers: Answers) -> tuple[Decimal, date] | None:
    """糖化血红蛋白 and its day, when it was measured on the day of the visit."""
    day = answers.get("hba1c_date")
    is_of_the_day = day is not None and day == answers.get("visit_date")
    return (answers["hba1c"], day) if "hba1c" in answers and is_of_the_day else None


def hba1c_of_exam(answers: Answers) -> tuple[Decimal, date] | None:
    """糖化血红蛋白 and the day of the examination."""
    if "hba1c" not in answers or "exam_date" not in answers:
        return None
    return answers["hba1c"], answers["exam_date"]


def visit_of_hba1c(value: tuple[Decimal, date]) -> dict[str, Any]:
    """The value with 检查日期."""
    return {"hba1c": value[0], "hba1c_date": value[1]}


def exam_of_hba1c(value: tuple[Decimal, date]) -> dict[str, Any]:
    """The value; the examination is of the same day."""
    return {"hba1c": value[0]}


def encounter_of_pressure(value: tuple[int, int]) -> dict[str, Any]:
    """The first words of 客观资料."""
    return {"objective": f"血压 {value[0]}/{value[1]} mmHg"}


def constitution_of_bmi(value: Decimal) -> dict[str, Any]:
    """Question 9 from the BMI (rules §8.2)."""
    return {"q09": answer_for_bmi(value)}


def constitution_of_waist(value: Decimal) -> dict[str, Any]:
    """Question 28 from the waist (rules §8.2)."""
    return {"q28": answer_for_waist(value)}


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
