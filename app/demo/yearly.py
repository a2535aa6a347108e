"""The yearly forms of invented residents: 健康体检表, 生活自理能力评估, 中医体质, and now and then an encounter.

Whoever is 65 or has a chronic disease is examined nearly every year, in spring to autumn. What follows from the answers
(BMI, scores, constitutions) is computed by the forms themselves, as for anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.demo.ledger import Ledger
from app.demo.records import Registered
from app.domain.dates import age_on
from app.forms.registry import form
from app.forms.vocabulary import Context
from db.models import FormEntry

OLD_FROM = 65
ADULT_FROM = 18
EXAMINED = 0.92
EXAMINED_THIS_YEAR = 0.65
ENCOUNTERS_A_YEAR = 0.35
FIRST_DAY_OF_ROUND, DAYS_OF_ROUND = (4, 1), 200

NORMAL: dict[str, Any] = {
    "lips": 1, "teeth": [1], "throat": 1, "hearing": 1, "motor": 1, "skin": 1, "sclera": 1, "lymph_nodes": 1,
    "barrel_chest": 1, "breath_sounds": 1, "rales": 1, "heart_rhythm": 1, "heart_murmur": 1, "abd_tenderness": 1,
    "abd_mass": 1, "abd_liver": 1, "abd_spleen": 1, "abd_dullness": 1, "leg_edema": 1, "dorsalis_pedis": 2,
    "prob_cerebrovascular": [1], "prob_kidney": [1], "prob_heart": [1], "prob_vessel": [1], "prob_eye": [1],
    "prob_neuro": 1, "prob_other": 1,
}  # fmt: skip

ENCOUNTERS = (
    ("咳嗽、咽痛2天，无发热。", "体温36.8℃，咽红，双肺呼吸音清。", "上呼吸道感染", "多饮水，休息；对症处理，3天不好复诊。"),
    ("头晕1天，晨起明显。", "神志清，四肢活动自如，神经系统检查未见异常。", "头晕待查", "复测血压，卧床休息，必要时转诊。"),
    ("腰痛1周，劳累后加重。", "腰部肌肉压痛，直腿抬高试验阴性。", "腰肌劳损", "休息，局部热敷，外用膏药。"),
    ("腹泻3次，稀便，无脓血。", "腹软，脐周轻压痛，无反跳痛。", "急性肠炎", "口服补液，清淡饮食。"),
    ("双膝关节痛，上下楼加重。", "双膝无红肿，活动有摩擦感。", "膝关节骨性关节炎", "减少负重，外用药，必要时拍片。"),
)


def yearly_forms(ledger: Ledger, registered: Registered, first_day: date) -> int:
    """The forms of one resident from `first_day` on; returns how many."""
    today, person = ledger.desk.today(), registered.person
    since = max(first_day, registered.registered_on, person.born)
    written = 0
    for year in range(since.year, today.year + 1):
        day = _day_of_round(ledger.random, year)
        if since <= day <= today and _is_due(person.born, person.diagnosed, day):
            share = EXAMINED_THIS_YEAR if year == today.year else EXAMINED
            if ledger.random.random() < share:
                written += _examine(ledger, registered, day)
        day = date(year, 1, 1) + timedelta(days=ledger.random.randrange(365))
        if since <= day <= today and age_on(person.born, day) >= ADULT_FROM:
            written += _encounter(ledger, registered, day)
    return written


def _day_of_round(random: Random, year: int) -> date:
    return date(year, *FIRST_DAY_OF_ROUND) + timedelta(days=random.randrange(DAYS_OF_ROUND))


def _is_due(born: date, diagnosed: Mapping[str, date], day: date) -> bool:
    return age_on(born, day) >= OLD_FROM or any(since <= day for since in diagnosed.values())


def _examine(ledger: Ledger, registered: Registered, day: date) -> int:
    """A day of the yearly round: what is asked of everybody, and of those of 65 and more."""
    random, person = ledger.random, registered.person
    is_old = age_on(person.born, day) >= OLD_FROM
    context = _context(registered, day, None)
    sheets: dict[str, dict[str, Any]] = {}
    if is_old:
        sheets["elder_adl"] = {**_self_care(random, age_on(person.born, day)), "assessment_date": day}
        sheets["elder_adl"] = form("elder_adl").complete(sheets["elder_adl"], context)
        sheets["tcm_elder"] = _guided(form("tcm_elder").complete(_constitution(random, day), context), context)
    total = sheets["elder_adl"]["total"] if is_old else None
    exam = _examination(random, registered, day, is_old)
    if is_old:
        exam["elder_self_care"] = sheets["elder_adl"]["result"]
    sheets["health_exam"] = form("health_exam").complete(exam, _context(registered, day, total))
    for form_code, answers in sheets.items():
        _keep(ledger, registered, form_code, day, answers)
    return len(sheets)


def _context(registered: Registered, day: date, adl_total: int | None) -> Context:
    person = registered.person
    return Context(
        today=day,
        birth_date=person.born,
        sex=person.sex,
        height_cm=person.height_cm,
        diseases=frozenset(person.diagnosed),
        adl_total=adl_total,
    )


def _self_care(random: Random, age: int) -> dict[str, int]:
    """Most can do everything; of the oldest some need a little help."""
    needs_help = random.random() < (0.25 if age >= 80 else 0.05)
    grooming, mobility = (3, 1) if needs_help else (0, 0)
    return {"eating": 0, "grooming": grooming, "dressing": 0, "toileting": 1 if needs_help else 0, "mobility": mobility}


def _constitution(random: Random, day: date) -> dict[str, Any]:
    """平和 for most; one of the common biased ones for the others."""
    answers: dict[str, Any] = {f"q{number:02d}": 1 for number in range(1, 34)}
    answers |= {"q01": 5, "q09": 1, "q28": 1, "q14": random.choice((1, 2))}
    leaning = random.choice(((), (), (11, 12, 13, 29), (2, 3, 4, 14), (10, 21, 26, 31)))
    answers |= {f"q{number:02d}": 3 for number in leaning}
    return {**answers, "form_date": day}


def _guided(answers: dict[str, Any], context: Context) -> dict[str, Any]:
    """The guidance that belongs to each constitution found."""
    lacking = [problem.code for problem in form("tcm_elder").problems(answers, context)]
    return answers | {code: [1, 2] for code in lacking if code.startswith("guidance_")}


def _examination(random: Random, registered: Registered, day: date, is_old: bool) -> dict[str, Any]:
    person = registered.person
    is_raised = "htn" in person.diagnosed
    sbp, dbp = random.randint(118, 134) + 8 * is_raised, random.randint(70, 84)
    fpg = Decimal(random.randint(58, 69) if "dm" in person.diagnosed else random.randint(46, 58)).scaleb(-1)
    smokes = person.sex == 1 and random.random() < 0.35
    exam: dict[str, Any] = {
        **NORMAL,
        "exam_date": day,
        "symptoms": [1],
        "temperature": Decimal(random.randint(361, 368)).scaleb(-1),
        "pulse": random.randint(62, 86),
        "respiration": random.randint(16, 20),
        "bp_left_sbp": sbp,
        "bp_left_dbp": dbp,
        "bp_right_sbp": sbp + random.randint(0, 4),
        "bp_right_dbp": dbp + random.randint(0, 3),
        "height": person.height_cm,
        "weight": person.weight_kg,
        "waist": Decimal(random.randint(74, 92)),
        "exercise_freq": 4,
        "diet": [1],
        "smoking": 3 if smokes else 1,
        "drinking_freq": 1,
        "occ_exposure": 1,
        "vision_left": Decimal("4.8"),
        "vision_right": Decimal("4.7"),
        "heart_rate": random.randint(62, 86),
        "fpg": fpg,
        "hb": Decimal(random.randint(1180, 1480)).scaleb(-1),
        "wbc": Decimal(random.randint(450, 780)).scaleb(-2),
        "plt": random.randint(150, 280),
        "ecg": 1,
        "alt": Decimal(random.randint(120, 380)).scaleb(-1),
        "creatinine": Decimal(random.randint(500, 900)).scaleb(-1),
        "tc": Decimal(random.randint(380, 560)).scaleb(-2),
        "evaluation": 1,
        "guidance": [1] if person.diagnosed else [],
        "risk_control": [3, 4],
    }
    if smokes:
        exam |= {"cigarettes_per_day": 10, "smoking_start_age": 20}
    if is_old:
        exam |= {"elder_self_health": 2, "elder_cognition": 1, "elder_emotion": 1, **_laboratory(random)}
    return {code: value for code, value in exam.items() if value != []}


def _laboratory(random: Random) -> dict[str, Any]:
    """What is examined free of charge from 65 on."""
    return {
        **dict.fromkeys(("u_protein", "u_glucose", "u_ketone", "u_blood"), "－"),
        "ast": Decimal(random.randint(140, 360)).scaleb(-1),
        "tbil": Decimal(random.randint(70, 180)).scaleb(-1),
        "urea": Decimal(random.randint(360, 760)).scaleb(-2),
        "tg": Decimal(random.randint(80, 210)).scaleb(-2),
        "ldl": Decimal(random.randint(200, 340)).scaleb(-2),
        "hdl": Decimal(random.randint(105, 170)).scaleb(-2),
        "us_abdomen": 1,
    }


def _encounter(ledger: Ledger, registered: Registered, day: date) -> int:
    if ledger.random.random() >= ENCOUNTERS_A_YEAR:
        return 0
    subjective, objective, assessment, plan = ledger.random.choice(ENCOUNTERS)
    answers = {
        "subjective": subjective,
        "objective": objective,
        "assessment": assessment,
        "plan": plan,
        "encounter_date": day,
    }
    _keep(ledger, registered, "encounter", day, answers)
    return 1


def _keep(ledger: Ledger, registered: Registered, form_code: str, day: date, answers: dict[str, Any]) -> None:
    """One complete form with its history, signed by the doctor where the form has his line."""
    declared = form(form_code)
    doctor = next(
        (code for code in ("doctor", "responsible_doctor", "assessor") if code in declared.fields), None
    )
    kept = declared.keep({**answers, **({doctor: ledger.desk.actor.name} if doctor else {})})
    moment = ledger.moment(day)
    entry_id = ledger.id_at(moment)
    ledger.add(
        FormEntry.__table__,
        {
            "id": entry_id,
            "form_code": form_code,
            "edition": declared.edition,
            "resident_id": registered.resident_id,
            "visit_id": None,
            "entry_date": day,
            "author_id": ledger.desk.actor.user_id,
            "answers": kept,
            "state": "complete",
            "created_at": moment,
            "updated_at": moment,
            "revision": 1,
        },
    )
    ledger.record(moment, "form.save", "form_entry", entry_id, {**kept, "_state": "complete"})
