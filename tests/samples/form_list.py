"""What the list of forms says of the answers (form list §1–§15), as a table that knows nothing of the declarations.

`KINDS`: kind, hard range, what is unusual | the answers. `OPTIONS`: the answers | numbers and words as printed; a line
that follows an option (其他__) is not told. An indented line goes on with the one before.
"""

from __future__ import annotations

KINDS = """
text(17) | record_cover: record_no
text(50) | record_cover: name township_name village_name; personal_info: contact_name; health_exam:
    exercise_kind occ_dust occ_radiation occ_physical occ_chemical occ_other; smi_info: guardian_name
    diagnosis; tb_first_visit: regimen; referral_out: to_dept to_doctor
text(100) | record_cover: current_address registered_address created_org; personal_info: workplace;
    health_exam: cbc_other u_other; htn_followup: sign_other referral_reason referral_to; dm_followup:
    sign_other exam_other; smi_info: guardian_address; referral_out: to_org
text(20) | record_cover: phone; personal_info: own_phone contact_phone; health_exam: u_protein u_glucose
    u_ketone u_blood; smi_info: guardian_relation guardian_phone; referral_out: from_phone
sign | record_cover: created_by responsible_doctor; health_exam: responsible_doctor; htn_followup: doctor;
    dm_followup: doctor; smi_info: consent_sign doctor; smi_followup: doctor; tb_first_visit: assessor;
    tb_followup: doctor assessor; encounter: doctor; consultation: responsible_doctor; referral_out:
    from_doctor
date | record_cover: created_date; personal_info: birth_date; health_exam: exam_date; htn_followup:
    visit_date next_visit_date; dm_followup: hba1c_date next_visit_date; smi_info: consent_date onset_date
    first_drug_date diagnosis_date form_date; smi_followup: visit_date death_date next_visit_date;
    tb_first_visit: visit_date next_visit_date; tb_followup: visit_date next_visit_date stop_date;
    copd_followup: visit_date; encounter: encounter_date; consultation: consult_date; referral_out:
    transfer_date stub_date date
code | personal_info: sex residence_type ethnic_group blood_abo blood_rh education occupation marital_status
    surgery trauma transfusion hereditary kitchen_exhaust fuel water toilet livestock_pen; health_exam:
    elder_self_health elder_self_care elder_cognition elder_emotion exercise_freq smoking drinking_freq
    drinking_quit drunk_last_year occ_exposure lips throat hearing motor fundus skin sclera lymph_nodes
    barrel_chest breath_sounds rales heart_rhythm heart_murmur abd_tenderness abd_mass abd_liver abd_spleen
    abd_dullness leg_edema dorsalis_pedis rectal gyn_vulva gyn_vagina gyn_cervix gyn_uterus gyn_adnexa ecg
    fobt hbsag chest_xray us_abdomen us_other cervical_smear prob_neuro prob_other evaluation; htn_followup:
    visit_method psych compliance_behaviour drug_adherence adr visit_class; dm_followup: dorsalis_pedis
    psych compliance_behaviour drug_adherence adr hypoglycaemia visit_class; smi_info: household_type
    employment consent past_locked past_outpatient last_effect economy; smi_followup: visit_method
    interviewee lost_reason death_cause risk_level insight sleep diet self_care housework learning social
    work locked hospitalised lab drug_adherence adr effect referral visit_class; tb_first_visit:
    visit_method patient_type sputum resistance usage supervisor single_room ventilation edu_card edu_method
    edu_course edu_irregular edu_adr edu_recheck edu_travel edu_lifestyle edu_contacts; tb_followup:
    supervisor visit_method adr complication stop_reason; copd_followup: visit_method cyanosis
    peripheral_edema psych compliance_behaviour drug_adherence adr visit_class next_step
text(18) | personal_info: id_number
multi(3) | personal_info: payment_means exposure; health_exam: diet prob_vessel prob_eye guidance
multi(4) | personal_info: drug_allergy; health_exam: alcohol_kinds teeth breast; tb_first_visit: dosage_form
multi(6) | personal_info: family_father disability
multi(10) | health_exam: symptoms; tb_followup: symptoms
dec(1), 30.0–45.0, unusual <35.0 >37.5 | health_exam: temperature
int, 20–300, unusual <50 >120 | health_exam: pulse heart_rate; htn_followup: heart_rate
int, 4–80, unusual <12 >24 | health_exam: respiration
int, 30–300, unusual <90 ≥180 | health_exam: bp_left_sbp bp_right_sbp; htn_followup: sbp; dm_followup: sbp
int, 10–200, unusual <50 ≥110 | health_exam: bp_left_dbp bp_right_dbp; htn_followup: dbp; dm_followup: dbp
dec(1), 30–250, unusual <130 >200 | health_exam: height
dec(1), 1–300, unusual <30 >150 | health_exam: weight
dec(1), 30–200, unusual <50 >130 | health_exam: waist
dec(2), unusual <14 >45 | health_exam: bmi; copd_followup: bmi
int, 1–600, unusual >180 | health_exam: exercise_minutes
dec(1) | health_exam: exercise_years vision_left_corr vision_right_corr dbil; tb_followup: dose_rate
int, 0–200, unusual >60 | health_exam: cigarettes_per_day
int | health_exam: smoking_start_age smoking_quit_age drinking_start_age; tb_followup: visits_due
    visits_done doses_due doses_taken
dec(1), 0–100, unusual >10 | health_exam: alcohol_per_day
dec(1), 0–5.3, unusual <4.0 | health_exam: vision_left vision_right
text(200) | health_exam: exam_other lab_other; htn_followup: aux_exam; tb_followup: referral_result;
    referral_out: impression; referral_back: diagnosis
dec(1), 10–300, unusual <90 >185 | health_exam: hb
dec(2), 0.1–500, unusual <3 >15 | health_exam: wbc
dec(0), 1–3000, unusual <80 >450 | health_exam: plt
dec(2), 0.5–60, unusual ≤3.9 ≥7.0 | health_exam: fpg
dec(2), 0–1000 | health_exam: u_microalbumin
dec(1), 2–25, unusual <4 >10 | health_exam: hba1c
dec(1), 0–10000, unusual >120 | health_exam: alt ast
dec(1), 5–80, unusual <30 >60 | health_exam: albumin
dec(1), 0–1000, unusual >51 | health_exam: tbil
dec(1), 5–3000, unusual >133 | health_exam: creatinine
dec(2), 0.1–100, unusual >10 | health_exam: urea
dec(2), 1–12, unusual <3.0 >6.0 | health_exam: potassium
dec(1), 90–200, unusual <130 >150 | health_exam: sodium
dec(2), 0.5–40, unusual >8 | health_exam: tc
dec(2), 0.05–100, unusual >6 | health_exam: tg
dec(2), 0.1–30, unusual >6 | health_exam: ldl
dec(2), 0.1–10, unusual <0.6 | health_exam: hdl
multi(5) | health_exam: prob_cerebrovascular prob_kidney prob_heart; smi_followup: rehab
multi(7) | health_exam: risk_control
dec(1), 20–300 | health_exam: target_weight
multi(8) | htn_followup: symptoms; dm_followup: symptoms
pair dec(1), 1–300 | htn_followup: weight
pair dec(2), unusual <14 >45 | htn_followup: bmi
pair int, 0–200, unusual >60 | htn_followup: cigarettes
pair dec(1), 0–100, unusual >10 | htn_followup: alcohol
pair code | htn_followup: salt
pair int, 0–3000, unusual <100 >1000 | dm_followup: staple_food
dec(2), 0.5–60, unusual ≤3.9 ≥16.7 | dm_followup: fpg
dec(1), 2–25 | dm_followup: hba1c
text | dm_followup: referral_reason referral_to; smi_info: diagnosis_hospital; tb_followup: referral_dept
    referral_reason; copd_followup: sign_other; referral_out: address phone from_org; referral_back: address
    phone; record_card: record_no allergy home_address home_phone emergency_contact emergency_phone org_name
    org_phone doctor_or_nurse doctor_phone other
text(80) | smi_info: village_contact
multi(12) | smi_info: past_symptoms; smi_followup: symptoms
int, 0–200 | smi_info: past_inpatient; copd_followup: cigarettes
multi | smi_info: dangerous_acts; smi_followup: dangerous_acts; copd_followup: symptoms comorbidity vaccines
text(300) | smi_info: specialist_advice; tb_followup: handling; referral_out: past_history
multi(9) | tb_first_visit: symptoms
pair int | tb_first_visit: cigarettes
pair dec(1) | tb_first_visit: alcohol
int, 1–36, unusual >12 | tb_followup: treatment_month
int, 0–999 | tb_followup: missed_doses
int, 4–80, unusual >24 | copd_followup: respiration
int, 20–300 | copd_followup: heart_rate
int, 30–100, unusual <93 | copd_followup: spo2
dec(2), 0.1–8 | copd_followup: fev1
dec(2), 0.1–10 | copd_followup: fvc
dec(1), 10–100 | copd_followup: fev1_fvc
dec(1), 5–200 | copd_followup: fev1_pred
text(1000) | encounter: subjective objective plan; consultation: opinion; referral_back: treatment_advice
text(500) | encounter: assessment; consultation: reason; referral_out: present_illness treatment;
    referral_back: main_findings
text(30) | referral_back: inpatient_no
"""

OPTIONS = """
personal_info: sex | 1 男 · 2 女 · 9 未说明的性别 · 0 未知的性别
personal_info: residence_type | 1 户籍 · 2 非户籍
personal_info: ethnic_group | 1 汉族 · 99 少数民族
personal_info: blood_abo | 1 A型 · 2 B型 · 3 O型 · 4 AB型 · 5 不详
personal_info: blood_rh | 1 阴性 · 2 阳性 · 3 不详
personal_info: education | 1 研究生 · 2 大学本科 · 3 大学专科和专科学校 · 4 中等专业学校 · 5 技工学校 · 6
    高中 · 7 初中 · 8 小学 · 9 文盲或半文盲 · 10 不详
personal_info: occupation | 0 国家机关、党群组织、企业、事业单位负责人 · 1 专业技术人员 · 2
    办事人员和有关人员 · 3 商业、服务业人员 · 4 农、林、牧、渔、水利业生产人员 · 5
    生产、运输设备操作人员及有关人员 · 6 军人 · 7 不便分类的其他从业人员 · 8 无职业
personal_info: marital_status | 1 未婚 · 2 已婚 · 3 丧偶 · 4 离婚 · 5 未说明的婚姻状况
personal_info: payment_means | 1 城镇职工基本医疗保险 · 2 城镇居民基本医疗保险 · 3 新型农村合作医疗 · 4
    贫困救助 · 5 商业医疗保险 · 6 全公费 · 7 全自费 · 8 其他
personal_info: drug_allergy | 1 无 · 2 青霉素 · 3 磺胺 · 4 链霉素 · 5 其他
personal_info: exposure | 1 无 · 2 化学品 · 3 毒物 · 4 射线
personal_info: surgery trauma transfusion hereditary; health_exam: occ_exposure heart_murmur abd_tenderness
    abd_mass abd_liver abd_spleen abd_dullness; htn_followup: adr; dm_followup: adr; smi_followup: lab;
    tb_followup: adr complication; copd_followup: adr | 1 无 · 2 有
personal_info: family_father | 1 无 · 2 高血压 · 3 糖尿病 · 4 冠心病 · 5 慢性阻塞性肺疾病 · 6 恶性肿瘤 · 7
    脑卒中 · 8 严重精神障碍 · 9 结核病 · 10 肝炎 · 11 先天畸形 · 12 其他
personal_info: disability | 1 无残疾 · 2 视力残疾 · 3 听力残疾 · 4 言语残疾 · 5 肢体残疾 · 6 智力残疾 · 7
    精神残疾 · 8 其他残疾
personal_info: kitchen_exhaust | 1 无 · 2 油烟机 · 3 换气扇 · 4 烟囱
personal_info: fuel | 1 液化气 · 2 煤 · 3 天然气 · 4 沼气 · 5 柴火 · 6 其他
personal_info: water | 1 自来水 · 2 经净化过滤的水 · 3 井水 · 4 河湖水 · 5 塘水 · 6 其他
personal_info: toilet | 1 卫生厕所 · 2 一格或二格粪池式 · 3 马桶 · 4 露天粪坑 · 5 简易棚厕
personal_info: livestock_pen | 1 无 · 2 单设 · 3 室内 · 4 室外
health_exam: symptoms | 1 无症状 · 2 头痛 · 3 头晕 · 4 心悸 · 5 胸闷 · 6 胸痛 · 7 慢性咳嗽 · 8 咳痰 · 9
    呼吸困难 · 10 多饮 · 11 多尿 · 12 体重下降 · 13 乏力 · 14 关节肿痛 · 15 视力模糊 · 16 手脚麻木 · 17 尿急
    · 18 尿痛 · 19 便秘 · 20 腹泻 · 21 恶心呕吐 · 22 眼花 · 23 耳鸣 · 24 乳房胀痛 · 25 其他
health_exam: elder_self_health | 1 满意 · 2 基本满意 · 3 说不清楚 · 4 不太满意 · 5 不满意
health_exam: elder_self_care | 1 可自理（0～3分） · 2 轻度依赖（4～8分） · 3 中度依赖（9～18分） · 4
    不能自理（≥19分）
health_exam: elder_cognition elder_emotion | 1 粗筛阴性 · 2 粗筛阳性
health_exam: exercise_freq | 1 每天 · 2 每周一次以上 · 3 偶尔 · 4 不锻炼
health_exam: diet | 1 荤素均衡 · 2 荤食为主 · 3 素食为主 · 4 嗜盐 · 5 嗜油 · 6 嗜糖
health_exam: smoking | 1 从不吸烟 · 2 已戒烟 · 3 吸烟
health_exam: drinking_freq | 1 从不 · 2 偶尔 · 3 经常 · 4 每天
health_exam: drinking_quit | 1 未戒酒 · 2 已戒酒
health_exam: drunk_last_year | 1 是 · 2 否
health_exam: alcohol_kinds | 1 白酒 · 2 啤酒 · 3 红酒 · 4 黄酒 · 5 其他
health_exam: lips | 1 红润 · 2 苍白 · 3 发绀 · 4 皲裂 · 5 疱疹
health_exam: teeth | 1 正常 · 2 缺齿 · 3 龋齿 · 4 义齿（假牙）
health_exam: throat | 1 无充血 · 2 充血 · 3 淋巴滤泡增生
health_exam: hearing | 1 听见 · 2 听不清或无法听见
health_exam: motor | 1 可顺利完成 · 2 无法独立完成任何一个动作
health_exam: fundus breath_sounds ecg chest_xray us_abdomen us_other cervical_smear | 1 正常 · 2 异常
health_exam: skin | 1 正常 · 2 潮红 · 3 苍白 · 4 发绀 · 5 黄染 · 6 色素沉着 · 7 其他
health_exam: sclera | 1 正常 · 2 黄染 · 3 充血 · 4 其他
health_exam: lymph_nodes | 1 未触及 · 2 锁骨上 · 3 腋窝 · 4 其他
health_exam: barrel_chest; smi_followup: referral | 1 否 · 2 是
health_exam: rales | 1 无 · 2 干罗音 · 3 湿罗音 · 4 其他
health_exam: heart_rhythm | 1 齐 · 2 不齐 · 3 绝对不齐
health_exam: leg_edema | 1 无 · 2 单侧 · 3 双侧不对称 · 4 双侧对称
health_exam: dorsalis_pedis | 1 未触及 · 2 触及双侧对称 · 3 触及左侧弱或消失 · 4 触及右侧弱或消失
health_exam: rectal | 1 未及异常 · 2 触痛 · 3 包块 · 4 前列腺异常 · 5 其他
health_exam: breast | 1 未见异常 · 2 乳房切除 · 3 异常泌乳 · 4 乳腺包块 · 5 其他
health_exam: gyn_vulva gyn_vagina gyn_cervix gyn_uterus gyn_adnexa | 1 未见异常 · 2 异常
health_exam: fobt hbsag | 1 阴性 · 2 阳性
health_exam: prob_cerebrovascular | 1 未发现 · 2 缺血性卒中 · 3 脑出血 · 4 蛛网膜下腔出血 · 5
    短暂性脑缺血发作 · 6 其他
health_exam: prob_kidney | 1 未发现 · 2 糖尿病肾病 · 3 肾功能衰竭 · 4 急性肾炎 · 5 慢性肾炎 · 6 其他
health_exam: prob_heart | 1 未发现 · 2 心肌梗死 · 3 心绞痛 · 4 冠状动脉血运重建 · 5 充血性心力衰竭 · 6
    心前区疼痛 · 7 其他
health_exam: prob_vessel | 1 未发现 · 2 夹层动脉瘤 · 3 动脉闭塞性疾病 · 4 其他
health_exam: prob_eye | 1 未发现 · 2 视网膜出血或渗出 · 3 视乳头水肿 · 4 白内障 · 5 其他
health_exam: prob_neuro prob_other | 1 未发现 · 2 有
health_exam: evaluation | 1 体检无异常 · 2 有异常
health_exam: guidance | 1 纳入慢性病患者健康管理 · 2 建议复查 · 3 建议转诊
health_exam: risk_control | 1 戒烟 · 2 健康饮酒 · 3 饮食 · 4 锻炼 · 5 减体重 · 6 建议接种疫苗 · 7 其他
htn_followup: visit_method; tb_followup: visit_method; copd_followup: visit_method | 1 门诊 · 2 家庭 · 3
    电话
htn_followup: symptoms | 1 无症状 · 2 头痛头晕 · 3 恶心呕吐 · 4 眼花耳鸣 · 5 呼吸困难 · 6 心悸胸闷 · 7
    鼻衄出血不止 · 8 四肢发麻 · 9 下肢水肿
htn_followup: psych compliance_behaviour; dm_followup: psych compliance_behaviour; tb_first_visit:
    ventilation; copd_followup: psych compliance_behaviour | 1 良好 · 2 一般 · 3 差
htn_followup: drug_adherence; dm_followup: drug_adherence; copd_followup: drug_adherence | 1 规律 · 2 间断 ·
    3 不服药
htn_followup: visit_class; dm_followup: visit_class | 1 控制满意 · 2 控制不满意 · 3 不良反应 · 4 并发症
dm_followup: symptoms | 1 无症状 · 2 多饮 · 3 多食 · 4 多尿 · 5 视力模糊 · 6 感染 · 7 手脚麻木 · 8 下肢浮肿
    · 9 体重明显下降
dm_followup: dorsalis_pedis | 1 触及正常 · 2 减弱 · 3 消失
dm_followup: hypoglycaemia | 1 无 · 2 偶尔 · 3 频繁
smi_info: household_type | 1 城镇 · 2 农村
smi_info: employment | 1 在岗工人 · 2 在岗管理者 · 3 农民 · 4 下岗或无业 · 5 在校学生 · 6 退休 · 7
    专业技术人员 · 8 其他 · 9 不详
smi_info: consent | 1 同意参加管理 · 0 不同意参加管理
smi_info: past_symptoms; smi_followup: symptoms | 1 幻觉 · 2 交流困难 · 3 猜疑 · 4 喜怒无常 · 5 行为怪异 · 6
    兴奋话多 · 7 伤人毁物 · 8 悲观厌世 · 9 无故外走 · 10 自语自笑 · 11 孤僻懒散 · 12 其他
smi_info: past_locked; smi_followup: locked | 1 无关锁 · 2 关锁 · 3 关锁已解除
smi_info: past_outpatient | 1 未治 · 2 间断门诊治疗 · 3 连续门诊治疗
smi_info: last_effect | 1 临床痊愈 · 2 好转 · 3 无变化 · 4 加重
smi_info: dangerous_acts; smi_followup: dangerous_acts | 1 轻度滋事 · 2 肇事 · 3 肇祸 · 4 其他危害行为 · 5
    自伤 · 6 自杀未遂 · 7 无
smi_info: economy | 1 贫困，在当地贫困线标准以下 · 2 非贫困
smi_followup: visit_method | 1 门诊 · 2 家庭访视 · 3 电话
smi_followup: interviewee | 1 患者本人 · 2 患者家属 · 3 知情人
smi_followup: lost_reason | 1 外出打工 · 2 迁居他处 · 3 走失 · 4 连续3次未到访 · 5 其他
smi_followup: death_cause | 1 躯体疾病 · 2 自杀 · 3 他杀 · 4 意外 · 5 精神疾病相关并发症 · 6 其他
smi_followup: risk_level | 0 （0级） · 1 （1级） · 2 （2级） · 3 （3级） · 4 （4级） · 5 （5级）
smi_followup: insight | 1 自知力完全 · 2 自知力不全 · 3 自知力缺失
smi_followup: sleep diet self_care housework learning social | 1 良好 · 2 一般 · 3 较差
smi_followup: work | 1 良好 · 2 一般 · 3 较差 · 9 此项不适用
smi_followup: hospitalised | 0 未住院 · 1 目前正在住院 · 2 曾住院，现未住院
smi_followup: drug_adherence | 1 按医嘱规律用药 · 2 间断用药 · 3 不用药 · 4 医嘱勿需用药
smi_followup: adr | 1 无 · 2 有 · 9 此项不适用
smi_followup: effect | 1 痊愈 · 2 好转 · 3 无变化 · 4 加重 · 9 此项不适用
smi_followup: rehab | 1 生活劳动能力 · 2 职业训练 · 3 学习能力 · 4 社会交往 · 5 其他
smi_followup: visit_class | 1 不稳定 · 2 基本稳定 · 3 稳定
tb_first_visit: visit_method | 1 门诊 · 2 家庭
tb_first_visit: patient_type | 1 初治 · 2 复治
tb_first_visit: sputum | 1 阳性 · 2 阴性 · 3 未查痰
tb_first_visit: resistance | 1 耐药 · 2 非耐药 · 3 未检测
tb_first_visit: symptoms | 0 没有症状 · 1 咳嗽咳痰 · 2 低热盗汗 · 3 咯血或血痰 · 4 胸痛消瘦 · 5 恶心纳差 · 6
    头痛失眠 · 7 视物模糊 · 8 皮肤瘙痒、皮疹 · 9 耳鸣、听力下降
tb_first_visit: usage | 1 每日 · 2 间歇
tb_first_visit: dosage_form | 1 固定剂量复合制剂 · 2 散装药 · 3 板式组合药 · 4 注射剂
tb_first_visit: supervisor; tb_followup: supervisor | 1 医生 · 2 家属 · 3 自服药 · 4 其他
tb_first_visit: single_room | 1 有 · 2 无
tb_first_visit: edu_card edu_method edu_course edu_irregular edu_adr edu_recheck edu_travel edu_lifestyle
    edu_contacts | 1 掌握 · 2 未掌握
tb_followup: symptoms | 0 没有症状 · 1 咳嗽咳痰 · 2 低热盗汗 · 3 咯血或血痰 · 4 胸痛消瘦 · 5 恶心纳差 · 6
    关节疼痛 · 7 头痛失眠 · 8 视物模糊 · 9 皮肤瘙痒、皮疹 · 10 耳鸣、听力下降
tb_followup: stop_reason | 1 完成疗程 · 2 死亡 · 3 丢失 · 4 转入耐多药治疗
"""
