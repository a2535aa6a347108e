"""A value of every fact, for the tests of app/forms/facts.py and app/services/facts.py.

`VALUES` has one value for each fact, `OTHERS` another one for each that goes through to the sheets of the same day.
`SAID` are answers of forms that only tell a fact and never take it over.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

DAY = date(2026, 11, 20)

VALUES: dict[str, Any] = {
    "name": "李桂兰",
    "sex": 2,
    "birth_date": "1955-03-08",
    "id_number": "411624195503084343",
    "no_id_reason": "证件丢失",
    "record_no": "41162410411500037",
    "phone": "13812342716",
    "contact_name": "李大山",
    "contact_phone": "13912340001",
    "current_address": "青石镇柳庄村3组12号",
    "registered_address": "青石镇柳庄村3组12号",
    "residence_type": 1,
    "ethnic_group": (99, "回族"),
    "blood_abo": 2,
    "blood_rh": 2,
    "drug_allergy": ([2, 5], "海鲜"),
    "disability": ([5], ""),
    "height": Decimal("156.5"),
    "organisation_name": "柳庄村卫生室",
    "organisation_phone": "0394-5550101",
    "township": "青石镇",
    "village": "柳庄村",
    "responsible_doctor": "王明",
    "diseases": [{"code": 2, "confirmed_ym": "2019-05"}, {"code": 7, "confirmed_ym": "2021-03"}],
    "surgery": (2, [{"name": "阑尾切除术", "date": "1998"}]),
    "trauma": (2, [{"name": "左腕骨折", "date": "2011-04"}]),
    "transfusion": (2, [{"name": "产后出血", "date": "1982"}]),
    "exposure": [2, 3],
    "family_father": ([2, 12], "痛风"),
    "family_mother": ([3], ""),
    "family_siblings": ([1], ""),
    "family_children": ([1], ""),
    "hereditary": (2, "色盲"),
    "past_history": "高血压（2019-05）；药物过敏：青霉素",
    "occupation": 4,
    "blood_pressure": (152, 94),
    "heart_rate": 78,
    "respiration": 18,
    "temperature": Decimal("36.6"),
    "weight": Decimal("63.5"),
    "bmi": Decimal("25.93"),
    "waist": Decimal("92.4"),
    "fpg": Decimal("7.4"),
    "random_glucose": Decimal("11.2"),
    "hba1c": (Decimal("6.8"), DAY),
    "foot_pulse": (3, 1),
    "cyanosis": True,
    "other_signs": "双下肢轻度水肿",
    "self_care": 2,
    "symptoms": ["恶心呕吐"],
    "visit_method": 2,
    "pregnancy": 1,
    "untreatable_disease": 1,
    "referral_reason": "连续两次控制不满意",
    "referred_to": "沈丘县人民医院 心血管内科",
    "cigarettes": 12,
    "cigarettes_target": 5,
    "alcohol": Decimal("1.5"),
    "alcohol_target": Decimal("0.5"),
    "exercise_times": 7,
    "exercise_times_target": 5,
    "exercise_minutes": 30,
    "exercise_minutes_target": 40,
    "weight_target": Decimal("60"),
    "psych": 2,
    "compliance_behaviour": 2,
    "drug_adherence": 2,
    "medicines": [{"name": "硝苯地平控释片 30mg", "usage": "每日1次", "dose": "1片", "adherence": 1}],
    "vaccinations": ["流感疫苗", "狂犬疫苗"],
    "tb_regimen": "2HRZE/4HR",
    "tb_usage": 2,
    "tb_dosage_form": [1, 4],
    "tb_supervisor": (4, "邻居"),
}

OTHERS: dict[str, Any] = {
    "height": Decimal("157"),
    "blood_pressure": (128, 78),
    "heart_rate": 90,
    "respiration": 22,
    "temperature": Decimal("37.2"),
    "weight": Decimal("66"),
    "fpg": Decimal("6.1"),
    "random_glucose": Decimal("8.8"),
    "hba1c": (Decimal("7.5"), DAY),
    "foot_pulse": (1, None),
    "cyanosis": False,
    "other_signs": "无",
    "pregnancy": 2,
    "cigarettes": 3,
    "cigarettes_target": 0,
    "alcohol": Decimal("0.5"),
    "alcohol_target": Decimal("0"),
    "exercise_times": 3,
    "exercise_times_target": 7,
    "exercise_minutes": 20,
    "exercise_minutes_target": 60,
    "weight_target": Decimal("58"),
    "psych": 3,
    "compliance_behaviour": 1,
    "tb_regimen": "2H3R3Z3E3/4H3R3",
    "tb_usage": 1,
    "tb_dosage_form": [2],
    "tb_supervisor": (2, ""),
}

SYMPTOMS = {"health_exam": [21], "htn_followup": [3], "dm_followup": [5], "copd_followup": [4]}

SAID: dict[tuple[str, str], dict[str, Any]] = {
    ("diseases", "smi_info"): {"diagnosis": "精神分裂症", "diagnosis_date": "2005-08-01"},
    ("diseases", "tb_first_visit"): {"patient_type": 1},
    ("past_history", "personal_info"): {"disease_history": [{"code": 2, "confirmed_ym": "2019-05"}]},
    **{
        ("bmi", code): {"bmi": "25.93"}
        for code in ("health_exam", "htn_followup", "dm_followup", "copd_followup", "screening")
    },
    ("self_care", "elder_adl"): {"result": 2},
    **{
        ("referral_reason", code): {"referral_reason": "连续两次控制不满意"}
        for code in ("htn_followup", "dm_followup", "copd_followup", "smi_followup", "tb_followup")
    },
    **{
        ("medicines", code): {
            "drugs": [{"name": "硝苯地平控释片 30mg", "times_per_day": 1, "dose": "1片"}],
            "drug_adherence": 1,
        }
        for code in ("htn_followup", "dm_followup", "copd_followup")
    },
    ("medicines", "smi_followup"): {
        "drugs": [{"name": "奥氮平", "period": 1, "times": 2, "dose_mg": "5"}],
        "drug_adherence": 1,
    },
    ("vaccinations", "health_exam"): {"vaccinations": [{"name": "流感疫苗"}, {"name": "狂犬疫苗"}]},
    **{("symptoms", code): {"symptoms": chosen} for code, chosen in SYMPTOMS.items()},
    ("hba1c", "dm_followup"): {"hba1c": "6.8", "hba1c_date": "2026-11-20", "visit_date": "2026-11-20"},
    ("hba1c", "health_exam"): {"hba1c": "6.8", "exam_date": "2026-11-20"},
}
"""Answers by fact and form, as typed."""
