"""Facts that are measured or asked at a visit: readings of the day, habits and medicines as last told.

They stand on the sheet of the day; see app/forms/facts.py.
"""

from __future__ import annotations

from app.forms import fact_shapes as treatment
from app.forms import fact_shapes_of_visits as shapes
from app.forms.fact_parts import (
    YEAR,
    Fact,
    OptionMap,
    Place,
    Scope,
    everywhere,
    option,
    same,
    shown,
    source,
    together,
    with_note,
)
from app.forms.facts_standing import (
    ADL,
    COPD,
    DM,
    ENCOUNTER,
    EXAM,
    HTN,
    OUT,
    SCREENING,
    SMI,
    TB,
    TB_FIRST,
    TCM,
)

OF_THE_DAY, LATEST = Scope.OF_THE_DAY, Scope.LATEST


def aim(code: str, label: str, *form_codes: str, more: tuple[Place, ...] = ()) -> Fact:
    """A target agreed with the person; the last one counts for every sheet."""
    return Fact(code, label, LATEST, (*everywhere(code, *form_codes), *more))


MEASURED = (
    Fact(
        "blood_pressure",
        "血压",
        OF_THE_DAY,
        (
            together(HTN, "sbp", "dbp"),
            together(DM, "sbp", "dbp"),
            together(SCREENING, "sbp", "dbp"),
            Place(
                EXAM,
                ("bp_right_sbp", "bp_right_dbp", "bp_left_sbp", "bp_left_dbp"),
                shapes.pressure_of_exam,
                shapes.exam_of_pressure,
                agrees=shapes.pressure_agrees,
            ),
            shown(ENCOUNTER, ("objective",), shapes.encounter_of_pressure),
        ),
    ),
    Fact("heart_rate", "心率", OF_THE_DAY, everywhere("heart_rate", EXAM, HTN, DM, COPD, SCREENING)),
    Fact("respiration", "呼吸频率", OF_THE_DAY, everywhere("respiration", EXAM, COPD)),
    Fact("temperature", "体温", OF_THE_DAY, everywhere("temperature", EXAM, DM)),
    Fact("weight", "体重", OF_THE_DAY, everywhere("weight", EXAM, HTN, DM, COPD, SCREENING)),
    Fact(
        "bmi",
        "体质指数",
        OF_THE_DAY,
        (
            *(
                source(code, ("bmi",), lambda answers: answers.get("bmi"))
                for code in (EXAM, HTN, DM, COPD, SCREENING)
            ),
            shown(TCM, ("q09",), shapes.constitution_of_bmi, within=YEAR),
        ),
        goes_through=False,
    ),
    Fact(
        "waist",
        "腰围",
        OF_THE_DAY,
        (
            *everywhere("waist", EXAM, SCREENING),
            shown(TCM, ("q28",), shapes.constitution_of_waist, within=YEAR),
        ),
        goes_through=False,
    ),
    Fact("fpg", "空腹血糖", OF_THE_DAY, (*everywhere("fpg", EXAM, DM), same(SCREENING, "fasting_glucose"))),
    Fact("random_glucose", "随机血糖", OF_THE_DAY, everywhere("random_glucose", DM, SCREENING)),
    Fact(
        "hba1c",
        "糖化血红蛋白",
        OF_THE_DAY,
        (
            Place(DM, ("hba1c", "hba1c_date"), shapes.hba1c_of_visit, shapes.visit_of_hba1c),
            Place(EXAM, ("hba1c",), shapes.hba1c_of_exam, shapes.exam_of_hba1c),
        ),
    ),
    Fact(
        "foot_pulse",
        "足背动脉搏动",
        OF_THE_DAY,
        (
            Place(
                DM,
                ("dorsalis_pedis", "dorsalis_pedis_side"),
                shapes.foot_pulse_of_visit,
                shapes.visit_of_foot_pulse,
            ),
            Place(
                EXAM,
                ("dorsalis_pedis",),
                shapes.foot_pulse_of_exam,
                shapes.exam_of_foot_pulse,
                agrees=shapes.foot_pulse_agrees,
                options=(
                    OptionMap(
                        "dorsalis_pedis",
                        {1: (3, 1), 2: (1, None)},
                        {(3, 1): 1, (1, None): 2},
                        frozenset({3, 4}),
                    ),
                ),
            ),
        ),
    ),
    Fact(
        "cyanosis",
        "紫绀",
        OF_THE_DAY,
        (
            option(COPD, OptionMap("cyanosis", {1: False, 2: True}, {False: 1, True: 2})),
            option(EXAM, OptionMap("lips", {1: False, 2: False, 3: True, 4: False, 5: False}, {True: 3})),
        ),
    ),
    Fact("other_signs", "其他体征", OF_THE_DAY, everywhere("sign_other", HTN, DM, COPD)),
    Fact(
        "self_care",
        "生活自理能力",
        OF_THE_DAY,
        (
            source(ADL, ("result",), lambda answers: answers.get("result")),
            shown(EXAM, ("elder_self_care",), lambda level: {"elder_self_care": level}, within=YEAR),
        ),
        goes_through=False,
    ),
    Fact(
        "symptoms",
        "症状",
        OF_THE_DAY,
        tuple(
            Place(code, ("symptoms",), shapes.symptoms_of(code), shapes.symptoms_for(code))
            for code in (EXAM, HTN, DM, COPD)
        ),
        gathers=shapes.joined_complaints,
        goes_through=False,
    ),
)

VISIT = (
    Fact(
        "visit_method",
        "随访方式",
        OF_THE_DAY,
        (
            *everywhere("visit_method", HTN, DM, COPD, SMI, TB),
            option(TB_FIRST, OptionMap("visit_method", {1: 1, 2: 2}, {1: 1, 2: 2})),
        ),
        goes_through=False,
    ),
    Fact("pregnancy", "妊娠或哺乳期", OF_THE_DAY, everywhere("pregnant_or_lactating", HTN, DM)),
    Fact(
        "untreatable_disease",
        "有本室不能处理的其他疾病",
        OF_THE_DAY,
        everywhere("other_untreatable_disease", HTN, DM),
        goes_through=False,
    ),
    Fact(
        "referral_reason",
        "转诊原因",
        OF_THE_DAY,
        (
            *(
                source(code, ("referral_reason",), lambda answers: answers.get("referral_reason"))
                for code in (HTN, DM, COPD, SMI, TB)
            ),
            shown(OUT, ("present_illness",), lambda text: {"present_illness": text[:500]}),
        ),
        gathers=shapes.joined_lines,
        goes_through=False,
    ),
    Fact(
        "referred_to",
        "转诊机构及科室",
        OF_THE_DAY,
        (
            *(
                Place(
                    code,
                    ("referral_to",),
                    shapes.referred_to("referral_to"),
                    lambda text: {"referral_to": text[:100]},
                )
                for code in (HTN, DM, COPD, SMI)
            ),
            Place(
                OUT,
                ("to_org", "to_dept"),
                shapes.referred_to("to_org", "to_dept"),
                shapes.letter_of_referred_to,
            ),
        ),
        goes_through=False,
    ),
)

HABITS = (
    Fact(
        "cigarettes",
        "日吸烟量",
        LATEST,
        (
            *everywhere("cigarettes", HTN, DM, COPD, TB_FIRST, TB),
            Place(
                EXAM,
                ("cigarettes_per_day", "smoking"),
                shapes.cigarettes_of_exam,
                shapes.exam_of_cigarettes,
            ),
        ),
    ),
    aim("cigarettes_target", "日吸烟量目标", HTN, DM, COPD, TB_FIRST, TB),
    Fact(
        "alcohol",
        "日饮酒量",
        LATEST,
        (
            *everywhere("alcohol", HTN, DM, TB_FIRST, TB),
            Place(EXAM, ("alcohol_per_day", "drinking_quit"), shapes.alcohol_of_exam, shapes.exam_of_alcohol),
        ),
    ),
    aim("alcohol_target", "日饮酒量目标", HTN, DM, TB_FIRST, TB),
    Fact(
        "exercise_times",
        "每周运动次数",
        LATEST,
        (
            *everywhere("exercise_times", HTN, DM, COPD),
            Place(
                EXAM,
                ("exercise_freq",),
                shapes.exercise_times_of_exam,
                shapes.exam_of_exercise_times,
                agrees=shapes.exercise_times_agree,
                options=(OptionMap("exercise_freq", {1: 7, 4: 0}, {7: 1}, frozenset({2, 3})),),
            ),
        ),
    ),
    aim("exercise_times_target", "每周运动次数目标", HTN, DM, COPD),
    Fact("exercise_minutes", "每次运动分钟数", LATEST, everywhere("exercise_minutes", HTN, DM, COPD, EXAM)),
    aim("exercise_minutes_target", "每次运动分钟数目标", HTN, DM, COPD),
    aim("weight_target", "体重目标", HTN, DM, more=(same(EXAM, "target_weight"),)),
    Fact("psych", "心理调整", OF_THE_DAY, everywhere("psych", HTN, DM, COPD)),
    Fact("compliance_behaviour", "遵医行为", OF_THE_DAY, everywhere("compliance_behaviour", HTN, DM, COPD)),
)

TREATMENT = (
    Fact(
        "drug_adherence",
        "服药依从性",
        OF_THE_DAY,
        everywhere("drug_adherence", HTN, DM, COPD),
        goes_through=False,
    ),
    Fact(
        "medicines",
        "主要用药情况",
        LATEST,
        (
            source(HTN, ("drugs", "drug_adherence"), treatment.medicines_of_visit),
            source(
                DM, ("drugs", "insulin_kind", "insulin_usage", "drug_adherence"), treatment.medicines_of_visit
            ),
            source(COPD, ("drugs", "drug_adherence"), treatment.medicines_of_visit),
            source(SMI, ("drugs", "drug_adherence"), treatment.medicines_of_smi),
            shown(EXAM, ("medications",), treatment.exam_of_medicines),
        ),
        gathers=treatment.joined_medicines,
        goes_through=False,
    ),
    Fact(
        "vaccinations",
        "预防接种",
        LATEST,
        (
            source(EXAM, ("vaccinations",), treatment.vaccines_of_exam),
            shown(COPD, ("vaccines", "vaccines_note"), treatment.copd_of_vaccines),
        ),
        goes_through=False,
    ),
    Fact("tb_regimen", "化疗方案", LATEST, everywhere("regimen", TB_FIRST, TB)),
    Fact("tb_usage", "抗结核药用法", LATEST, everywhere("usage", TB_FIRST, TB)),
    Fact("tb_dosage_form", "抗结核药剂型", LATEST, everywhere("dosage_form", TB_FIRST, TB)),
    Fact(
        "tb_supervisor",
        "督导人员",
        LATEST,
        (with_note(TB_FIRST, "supervisor"), with_note(TB, "supervisor")),
    ),
)
