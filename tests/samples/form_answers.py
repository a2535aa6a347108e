"""A filled-in example of every form as it is typed: complete, plausible, about one made-up woman of 71.

    from tests.samples.form_answers import DAY, FILLED, PERSON
    FORM.read(FILLED["health_exam"])

李桂兰, born 1955-03-08, whose forms were filled on 2026-11-20 (`DAY`) or before; nothing in them is after 2026-11-22,
the day on which the clocks of the tests stand, but next dates. `PERSON` is what an answers file may say of her beside.
"""

from __future__ import annotations

from typing import Any

DAY = "2026-11-20"

PERSON: dict[str, Any] = {
    "name": "李桂兰",
    "record_no": "41162410021500037",
    "birth_date": "1955-03-08",
    "sex": 2,
    "height_cm": "156.5",
}

_CONTACTS = {"from_doctor": "王明", "from_phone": "0394-6200001"}

FILLED: dict[str, dict[str, Any]] = {
    "record_cover": {
        "record_no": "41162410021500037", "name": "李桂兰", "current_address": "青石镇柳庄村3组12号",
        "registered_address": "青石镇柳庄村3组12号", "phone": "13812342716", "township_name": "青石镇",
        "village_name": "柳庄村", "created_org": "柳庄村卫生室", "created_by": "王明", "responsible_doctor": "王明",
        "created_date": "2019-06-01",
    },
    "personal_info": {
        "sex": 2, "birth_date": "1955-03-08", "id_number": "411624195503084343", "own_phone": "13812342716",
        "contact_name": "李大山", "contact_phone": "13912340001", "residence_type": 1, "ethnic_group": 1,
        "blood_abo": 1, "blood_rh": 2, "education": 8, "occupation": 4, "marital_status": 2, "payment_means": [3],
        "drug_allergy": [2], "exposure": [1],
        "disease_history": [{"code": 2, "confirmed_ym": "2019-05"}, {"code": 3, "confirmed_ym": "2021-03"}],
        "surgery": 1, "trauma": 1, "transfusion": 1, "family_father": [2], "family_mother": [2, 3],
        "family_siblings": [1], "family_children": [1], "hereditary": 1, "disability": [1],
    },
    "health_exam": {
        "exam_date": DAY, "responsible_doctor": "王明", "symptoms": [3, 16, 25], "symptoms_note": "夜间多汗",
        "temperature": "36.6", "pulse": 74, "respiration": 18, "bp_left": [148, 88], "bp_right": [152, 90],
        "height": "156.5", "weight": "63.0", "waist": "92.5", "elder_self_health": 2, "elder_self_care": 1,
        "elder_cognition": [2, 24], "elder_emotion": [2, 18], "exercise_freq": 2, "exercise_minutes": 35,
        "exercise_years": "6.5", "exercise_kind": "散步", "diet": [1, 4], "smoking": 2, "cigarettes_per_day": 11,
        "smoking_start_age": 22, "smoking_quit_age": 61, "drinking_freq": 2, "alcohol_per_day": "1.3",
        "drinking_quit": 2, "drinking_quit_age": 68, "drinking_start_age": 33, "drunk_last_year": 2,
        "alcohol_kinds": [1, 5], "alcohol_kinds_note": "米酒",
        "occ_exposure": 2, "occ_exposure_job": "砖厂工人", "occ_exposure_years": "12",
        "occ_dust": "煤尘", "occ_dust_protection": [2, "口罩"], "occ_radiation": "透视", "occ_radiation_protection": 1,
        "occ_physical": "噪声", "occ_physical_protection": [2, "耳塞"], "occ_chemical": "汽油",
        "occ_chemical_protection": [2, "手套"], "occ_other": "高温", "occ_other_protection": 1,
        "lips": 1, "teeth": [2, 3, 4], "teeth_missing": [{"upper_right": "6、7", "lower_left": "5"}],
        "teeth_caries": [{"lower_right": "8"}], "teeth_denture": [{"upper_left": "1 2 3"}], "throat": 1,
        "vision_left": "4.6", "vision_right": "4.5", "vision_left_corr": "4.9", "vision_right_corr": "4.8",
        "hearing": 1, "motor": 1, "fundus": [2, "动脉硬化"], "skin": [7, "老年斑"], "sclera": [4, "脂斑"],
        "lymph_nodes": [4, "颌下小结"], "barrel_chest": 1, "breath_sounds": [2, "右下肺减弱"], "rales": [4, "吸气末爆裂音"],
        "heart_rate": 76, "heart_rhythm": 1, "heart_murmur": [2, "心尖部收缩期2级"], "abd_tenderness": [2, "上腹轻压痛"],
        "abd_mass": 1, "abd_liver": [2, "肋下1cm"], "abd_spleen": 1, "abd_dullness": 1, "leg_edema": 4,
        "dorsalis_pedis": 2, "rectal": 1, "breast": [4, 5], "breast_note": "乳头凹陷", "gyn_vulva": 1, "gyn_vagina": 1,
        "gyn_cervix": [2, "轻度糜烂"], "gyn_uterus": 1, "gyn_adnexa": 1, "exam_other": "脊柱侧弯",
        "hb": "128.5", "wbc": "6.25", "plt": 212, "cbc_other": "中性粒细胞62%", "u_protein": "±", "u_glucose": "－",
        "u_ketone": "－", "u_blood": "＋", "u_other": "比重1.015", "fpg": "6.80", "ecg": [2, "窦性心动过缓"],
        "u_microalbumin": "18.5", "fobt": 1, "hba1c": "6.4", "hbsag": 1, "alt": "22.5", "ast": "24.6",
        "albumin": "43.1", "tbil": "12.4", "dbil": "3.6", "creatinine": "71.2", "urea": "5.62", "potassium": "4.11",
        "sodium": "141.3", "tc": "5.42", "tg": "1.88", "ldl": "3.31", "hdl": "1.24", "chest_xray": [2, "双肺纹理增多"],
        "us_abdomen": [2, "脂肪肝"], "us_other": [2, "甲状腺结节"], "cervical_smear": 1, "lab_other": "血尿酸388",
        "prob_cerebrovascular": [2, 6], "prob_cerebrovascular_note": "腔隙性梗死", "prob_kidney": [1],
        "prob_heart": [1], "prob_vessel": [1], "prob_eye": [4], "prob_neuro": 1, "prob_other": [2, "2型糖尿病"],
        "hospital_stays": [
            {"start": "2026-03-01", "end": "2026-03-09", "reason": "肺炎", "org": "县人民医院", "case_no": "20260311"},
            {"start": "2026-07", "end": "2026-08", "reason": "胆囊炎", "org": "市医院", "case_no": "X7"},
        ],
        "home_beds": [
            {"start": "2026-05-02", "end": "2026-06-03", "reason": "骨折", "org": "镇卫生院", "case_no": "J88"},
        ],
        "medications": [
            {"name": "硝苯地平控释片", "usage": "口服", "dose": "30mg 每日1次", "duration": "6年", "adherence": 1},
            {"name": "二甲双胍片", "usage": "口服", "dose": "0.5g 每日2次", "duration": "4年", "adherence": 2},
        ],
        "vaccinations": [{"name": "流感疫苗", "date": "2026-09-20", "org": "青石镇卫生院"}],
        "evaluation": 2, "abnormal_1": "血压控制不满意", "abnormal_2": "超重，腹型肥胖", "abnormal_3": "脂肪肝",
        "abnormal_4": "空腹血糖偏高", "guidance": [1, 2], "risk_control": [3, 4, 5, 6, 7], "risk_control_note": "监测血压",
        "target_weight": "58.5", "vaccine_advised": "肺炎球菌疫苗",
    },
    "htn_followup": {
        "visit_date": DAY, "visit_method": 1, "symptoms": [1], "sbp": 136, "dbp": 82, "weight": "63.0", "height": "156.5",
        "heart_rate": 76, "cigarettes": [0, 0], "alcohol": [0, 0], "exercise_times": [3, 5], "exercise_minutes": [20, 30],
        "salt": [2, 1], "psych": 1, "compliance_behaviour": 1, "drug_adherence": 1, "adr": 1, "visit_class": 1,
        "drugs": [{"name": "硝苯地平控释片 30mg", "times_per_day": 1, "dose": "1片"}],
        "next_visit_date": "2027-02-20", "doctor": "王明",
    },
    "dm_followup": {
        "visit_date": DAY, "visit_method": 1, "symptoms": [1], "sbp": 136, "dbp": 82, "weight": "63.0", "height": "156.5",
        "dorsalis_pedis": 1, "cigarettes": [0, 0], "alcohol": [0, 0], "exercise_times": [3, 5],
        "exercise_minutes": [20, 30], "staple_food": [350, 300], "psych": 1, "compliance_behaviour": 1, "fpg": "6.4",
        "drug_adherence": 1, "adr": 1, "hypoglycaemia": 1, "visit_class": 1,
        "drugs": [{"name": "二甲双胍片 0.5g", "times_per_day": 2, "dose": "1片"}],
        "next_visit_date": "2027-02-20", "doctor": "王明",
    },
    "smi_info": {
        "guardian_name": "李大山", "guardian_relation": "儿子", "guardian_address": "青石镇柳庄村3组",
        "guardian_phone": "13912340001", "village_contact": "刘主任 13800001199", "household_type": 2, "employment": 3,
        "consent": 1, "consent_sign": "李大山", "consent_date": "2026-11-20", "onset_date": "2005-06",
        "past_symptoms": [1, 3, 12], "past_symptoms_note": "失眠", "past_locked": 1, "past_outpatient": 3,
        "past_inpatient": 2, "first_drug_date": "2005", "diagnosis": "精神分裂症", "diagnosis_hospital": "市精神病医院",
        "diagnosis_date": "2005-08-01", "last_effect": 2, "dangerous_acts": [[1, 2], [5, 1]], "economy": 1,
        "specialist_advice": "按时服药，三个月复查", "form_date": DAY, "doctor": "王明",
    },
    "smi_followup": {
        "visit_date": DAY, "visit_method": 2, "risk_level": 0, "symptoms": [11, 12], "symptoms_note": "失眠",
        "insight": 2, "sleep": 2, "diet": 1, "self_care": 1, "housework": 2, "work": 9, "learning": 2, "social": 2,
        "dangerous_acts": [7], "locked": 1, "hospitalised": 2, "hospitalised_date": "2026-09-13",
        "lab": [2, "血常规正常"], "drug_adherence": 1, "adr": [2, "手抖"], "effect": 2, "referral": 1,
        "drugs": [{"name": "奥氮平", "period": 1, "times": 2, "dose_mg": "5"}],
        "drug_advice": [{"name": "奥氮平", "period": 1, "times": 2, "dose_mg": "5"}], "rehab": [1, 4],
        "visit_class": 2, "next_visit_date": "2026-12-04", "doctor": "王明", "interviewee": 1,
    },
    "tb_first_visit": {
        "visit_date": DAY, "visit_method": 2, "patient_type": 1, "sputum": 1, "resistance": 2, "symptoms": [1, 2, 10],
        "symptoms_note": "乏力", "regimen": "2HRZE/4HR", "usage": 1, "dosage_form": [1], "supervisor": 2,
        "single_room": 1, "ventilation": 2, "cigarettes": [10, 0], "alcohol": ["1.5", 0],
        "edu_place_time_place": "柳庄村卫生室", "edu_place_time_date": DAY, "edu_card": 1, "edu_method": 1,
        "edu_course": 1, "edu_irregular": 1, "edu_adr": 1, "edu_recheck": 1, "edu_travel": 2, "edu_lifestyle": 1,
        "edu_contacts": 1, "next_visit_date": "2026-11-30", "assessor": "王明",
    },
    "tb_followup": {
        "visit_date": DAY, "treatment_month": 3, "supervisor": 2, "visit_method": 2, "symptoms": [5, 11],
        "symptoms_note": "乏力", "cigarettes": [10, 0], "alcohol": ["1.5", 0], "regimen": "2HRZE/4HR", "usage": 1,
        "dosage_form": [1], "missed_doses": 0, "adr": 1, "complication": 1, "handling": "继续治疗，按时复查",
        "next_visit_date": "2026-12-20", "doctor": "王明",
    },
    "elder_adl": {
        "eating": 0, "grooming": 1, "dressing": 0, "toileting": 1, "mobility": 0, "total": 2, "result": 1,
        "assessment_date": DAY, "assessor": "王明",
    },
    "tcm_elder": {
        **{f"q{number:02d}": 1 for number in range(1, 34)}, "q01": 4, "q02": 3, "q03": 3, "q04": 3, "q09": 3, "q14": 3,
        "q28": 4, "guidance_qixu": [1, 2, 6], "guidance_qixu_note": "黄芪泡水", "guidance_tanshi": [2, 4],
        "form_date": DAY, "doctor": "王明",
    },
    "copd_followup": {
        "visit_date": DAY, "visit_method": 1, "symptoms": [2, 4, 8], "symptoms_note": "夜间憋醒", "cyanosis": 1,
        "peripheral_edema": 1, "respiration": 18, "heart_rate": 76, "height": "156.5", "weight": "63.0",
        "comorbidity": [1], "cigarettes": [5, 0], "exercise_times": [3, 5], "exercise_minutes": [20, 30], "psych": 1,
        "compliance_behaviour": 1, "vaccines": [2, 3], "spo2": 96, "fev1": "1.40", "fvc": "2.30", "fev1_pred": "62.0",
        "drugs": [{"name": "噻托溴铵粉吸入剂", "times_per_day": 1, "dose": "18μg"}], "drug_adherence": 1, "adr": 1,
        "home_oxygen": 1, "niv": 1, "visit_class": 1, "next_visit_date": "2027-02-20", "doctor": "王明", "mmrc": 1,
        "cat": 8, "exacerbations": 0,
    },
    "encounter": {
        "subjective": "头晕3天，晨起明显，无恶心呕吐。", "objective": "血压162/96mmHg，心率78次/分，神经系统检查未见异常。",
        "assessment": "高血压2级，近期漏服药物。", "plan": "硝苯地平控释片30mg每日1次，低盐饮食，一周后复测血压。",
        "doctor": "王明", "encounter_date": DAY,
    },
    "consultation": {
        "reason": "血糖控制不佳3个月", "opinion": "加用二甲双胍，转内分泌科复查糖化血红蛋白",
        "consultants": [
            {"institution": "青石镇卫生院", "signatures": "赵医生、钱医生"},
            {"institution": "沈丘县人民医院", "signatures": "孙医生"},
        ],
        "responsible_doctor": "王明", "consult_date": DAY,
    },
    "referral_out": {
        **_CONTACTS, "patient_name": "李桂兰", "sex": 2, "record_no": "41162410021500037",
        "address": "青石镇柳庄村3组12号", "phone": "13812342716", "transfer_date": DAY, "to_org": "沈丘县人民医院",
        "to_dept": "心血管内科", "to_doctor": "孙医生", "impression": "高血压3级",
        "present_illness": "剧烈头痛2小时，血压192/116mmHg",
        "past_history": "高血压8年，2型糖尿病5年", "treatment": "卡托普利25mg含服，平卧观察", "from_org": "柳庄村卫生室",
    },
    "referral_back": {
        **_CONTACTS, "patient_name": "李桂兰", "sex": 2, "case_no": "B2026110021", "address": "青石镇柳庄村3组12号",
        "phone": "13812342716", "back_date": DAY, "to_org": "柳庄村卫生室", "to_doctor": "王明", "from_doctor": "孙医生",
        "diagnosis": "高血压3级（极高危）", "inpatient_no": "ZY20261101", "main_findings": "头颅CT未见异常，血钾4.1mmol/L",
        "treatment_advice": "缬沙坦80mg每日1次，两周后随访血压", "from_org": "沈丘县人民医院",
    },
    "record_card": {
        "name": "李桂兰", "sex": 2, "birth_date": "1955-03-08", "record_no": "41162410021500037", "blood_abo": 1,
        "blood_rh": 2, "chronic": [2, 3, 8], "chronic_note": "痛风", "allergy": "青霉素",
        "home_address": "青石镇柳庄村3组12号", "home_phone": "13812342716", "emergency_contact": "李大山",
        "emergency_phone": "13912340001", "org_name": "柳庄村卫生室", "org_phone": "0394-6200001",
        "doctor_or_nurse": "王明", "doctor_phone": "13800000001", "other": "听力差",
    },
}  # fmt: skip
"""What is typed for each form, by its code."""
