"""Facts that hold until they change: who the resident is, who keeps the record, and what he has had.

Their home is a column of the resident, the organisation, or an answer of the 个人基本信息表; see app/forms/facts.py.
"""

from __future__ import annotations

from app.forms import fact_shapes as shapes
from app.forms.fact_parts import (
    Fact,
    OptionMap,
    Place,
    Scope,
    everywhere,
    option,
    same,
    shown,
    source,
    with_items,
    with_note,
)

STANDING = Scope.STANDING
COVER, INFO, CARD = "record_cover", "personal_info", "record_card"
OUT, BACK, EXAM = "referral_out", "referral_back", "health_exam"
HTN, DM, COPD, SMI = "htn_followup", "dm_followup", "copd_followup", "smi_followup"
SMI_INFO, TB_FIRST, TB, ADL, TCM = "smi_info", "tb_first_visit", "tb_followup", "elder_adl", "tcm_elder"
ENCOUNTER, SCREENING = "encounter", "screening"


def resident(column: str, label: str, *places: Place) -> Fact:
    """A standing fact whose home is a column of the resident."""
    return Fact(column, label, STANDING, places, home=f"resident.{column}")


def recorded(code: str, label: str, place: Place | None = None) -> Fact:
    """A standing fact whose home is an answer of the 个人基本信息表."""
    return Fact(code, label, STANDING, (place or same(INFO, code),), home=f"{INFO}.{code}")


PERSON = (
    resident("name", "姓名", same(COVER, "name"), *everywhere("patient_name", OUT, BACK), same(CARD, "name")),
    resident("sex", "性别", *everywhere("sex", INFO, OUT, BACK, CARD)),
    resident("birth_date", "出生日期", *everywhere("birth_date", INFO, CARD)),
    resident("id_number", "身份证号", same(INFO, "id_number")),
    resident("no_id_reason", "无身份证号原因", same(INFO, "no_id_reason")),
    resident("record_no", "档案编号", *everywhere("record_no", COVER, OUT, CARD)),
    resident(
        "phone",
        "本人电话",
        same(COVER, "phone"),
        same(INFO, "own_phone"),
        *everywhere("phone", OUT, BACK),
        same(CARD, "home_phone"),
    ),
    resident("contact_name", "联系人姓名", same(INFO, "contact_name"), same(CARD, "emergency_contact")),
    resident("contact_phone", "联系人电话", same(INFO, "contact_phone"), same(CARD, "emergency_phone")),
    resident(
        "current_address",
        "现住址",
        same(COVER, "current_address"),
        *everywhere("address", OUT, BACK),
        same(CARD, "home_address"),
    ),
    resident("registered_address", "户籍地址", same(COVER, "registered_address")),
    resident("residence_type", "常住类型", same(INFO, "residence_type")),
    resident("ethnic_group", "民族", with_note(INFO, "ethnic_group")),
    resident("blood_abo", "ABO 血型", *everywhere("blood_abo", INFO, CARD)),
    resident("blood_rh", "RH 血型", *everywhere("blood_rh", INFO, CARD)),
    resident(
        "drug_allergy",
        "药物过敏史",
        with_note(INFO, "drug_allergy"),
        Place(CARD, ("allergy",), shapes.allergy_of_text, shapes.allergy_text, begins=True),
    ),
    resident("disability", "残疾情况", with_note(INFO, "disability")),
    Fact(
        "height",
        "身高",
        STANDING,
        everywhere("height", EXAM, HTN, DM, COPD, SCREENING),
        home="resident.height_cm",
        follows=True,
    ),
)

ORGANISATION = (
    Fact(
        "organisation_name",
        "机构名称",
        STANDING,
        (same(COVER, "created_org"), same(OUT, "from_org"), same(BACK, "to_org"), same(CARD, "org_name")),
        home="organisation.name",
        goes_through=False,
    ),
    Fact(
        "organisation_phone",
        "机构联系电话",
        STANDING,
        (same(OUT, "from_phone", begins=True), same(CARD, "org_phone", begins=True)),
        home="organisation.phone",
        goes_through=False,
    ),
    Fact("township", "乡镇", STANDING, (same(COVER, "township_name"),), home="organisation.township_name"),
    Fact("village", "村（居）", STANDING, (same(COVER, "village_name"),), home="organisation.village_name"),
    Fact(
        "responsible_doctor",
        "责任医生",
        STANDING,
        (same(COVER, "responsible_doctor"), same(CARD, "doctor_or_nurse", begins=True)),
        home=f"{COVER}.responsible_doctor",
        goes_through=False,
    ),
)

HISTORY = (
    Fact(
        "diseases",
        "既往史·疾病",
        STANDING,
        (
            same(INFO, "disease_history"),
            Place(
                CARD,
                ("chronic", "chronic_note"),
                shapes.diseases_of_card,
                shapes.card_of_diseases,
                begins=True,
            ),
            Place(
                EXAM,
                (
                    "prob_cerebrovascular",
                    "prob_cerebrovascular_note",
                    "prob_heart",
                    "prob_heart_note",
                    "prob_other",
                    "prob_other_note",
                ),
                shapes.diseases_of_exam,
                shapes.exam_of_diseases,
            ),
            source(
                SMI_INFO,
                ("diagnosis", "diagnosis_date"),
                shapes.diseases_of_patient(shapes.MENTAL, "diagnosis", "diagnosis_date"),
            ),
            source(
                TB_FIRST, ("patient_type",), shapes.diseases_of_patient(shapes.TUBERCULOSIS, "patient_type")
            ),
        ),
        home=f"{INFO}.disease_history",
        gathers=shapes.joined_diseases,
    ),
    recorded("surgery", "手术", with_items(INFO, "surgery")),
    recorded("trauma", "外伤", with_items(INFO, "trauma")),
    recorded("transfusion", "输血", with_items(INFO, "transfusion")),
    recorded("exposure", "暴露史"),
    recorded("family_father", "家族史·父亲", with_note(INFO, "family_father")),
    recorded("family_mother", "家族史·母亲", with_note(INFO, "family_mother")),
    recorded("family_siblings", "家族史·兄弟姐妹", with_note(INFO, "family_siblings")),
    recorded("family_children", "家族史·子女", with_note(INFO, "family_children")),
    recorded("hereditary", "遗传病史", with_note(INFO, "hereditary")),
    Fact(
        "past_history",
        "主要既往史",
        STANDING,
        (
            source(
                INFO,
                (
                    "disease_history",
                    "surgery_items",
                    "trauma_items",
                    "transfusion_items",
                    "drug_allergy",
                    "drug_allergy_note",
                ),
                shapes.past_history,
            ),
            shown(OUT, ("past_history",), lambda text: {"past_history": text}),
        ),
        home=f"{INFO}.disease_history",
        goes_through=False,
    ),
    Fact(
        "occupation",
        "职业",
        STANDING,
        (
            same(INFO, "occupation"),
            option(
                SMI_INFO,
                OptionMap("employment", {}, {1: 7, 4: 3, 8: 4}, frozenset(range(1, 10))),
                gives=False,
            ),
        ),
        home=f"{INFO}.occupation",
        goes_through=False,
    ),
)
