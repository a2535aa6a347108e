"""肺结核患者第一次入户随访记录表, first home visit of tuberculosis (third edition, 2017, form list §8)."""

from __future__ import annotations

from app.forms import followup_parts
from app.forms import tuberculosis_parts as parts
from app.forms.kinds import Choice, Date, Sign, Text, options
from app.forms.vocabulary import Field, Form, Section

SYMPTOMS = parts.symptom_list(
    "咳嗽咳痰",
    "低热盗汗",
    "咯血或血痰",
    "胸痛消瘦",
    "恶心纳差",
    "头痛失眠",
    "视物模糊",
    "皮肤瘙痒、皮疹",
    "耳鸣、听力下降",
)
"""Not numbered like those of the follow-up, which has 6 关节疼痛."""

MASTERED = options("掌握", "未掌握")
LESSONS = {
    "edu_card": "服药记录卡的填写",
    "edu_method": "服药方法及药品存放",
    "edu_course": "肺结核治疗疗程",
    "edu_irregular": "不规律服药危害",
    "edu_adr": "服药后不良反应及处理",
    "edu_recheck": "治疗期间复诊查痰",
    "edu_travel": "外出期间如何坚持服药",
    "edu_lifestyle": "生活习惯及注意事项",
    "edu_contacts": "密切接触者检查",
}

FORM = Form(
    code="tb_first_visit",
    title="肺结核患者第一次入户随访记录表",
    edition="2017",
    date_code="visit_date",
    joined=("edu_place_time",),
    sections=(
        Section(
            "head",
            "随访",
            (
                Field(code="visit_date", label="随访时间", kind=Date(), carries=False),
                Field(code="visit_method", label="随访方式", kind=Choice(options("门诊", "家庭"))),
                Field(code="patient_type", label="患者类型", kind=Choice(options("初治", "复治"))),
                Field(code="sputum", label="痰菌情况", kind=Choice(options("阳性", "阴性", "未查痰"))),
                Field(code="resistance", label="耐药情况", kind=Choice(options("耐药", "非耐药", "未检测"))),
            ),
        ),
        Section("symptoms", "症状及体征", (parts.symptoms(SYMPTOMS, boxes=9),)),
        Section("medication", "用药", (*parts.medication(), parts.supervisor("督导人员选择"))),
        Section(
            "home",
            "家庭居住环境评估",
            (
                Field(code="single_room", label="单独的居室", kind=Choice(options("有", "无"))),
                Field(code="ventilation", label="通风情况", kind=Choice(followup_parts.THREE_GRADES)),
            ),
        ),
        Section("lifestyle", "生活方式评估", parts.smoking_and_drinking()),
        Section(
            "education",
            "健康教育及培训",
            (
                Field(code="edu_place_time_place", label="地点", prompt="取药地点", kind=Text(50)),
                Field(
                    code="edu_place_time_date",
                    label="时间",
                    prompt="取药时间",
                    kind=Date(),
                    may_come=True,
                    carries=False,
                ),
                *(Field(code=code, label=label, kind=Choice(MASTERED)) for code, label in LESSONS.items()),
            ),
        ),
        Section(
            "foot",
            "下次随访",
            (
                Field(
                    code="next_visit_date", label="下次随访时间", kind=Date(), may_come=True, carries=False
                ),
                Field(code="assessor", label="评估医生签名", kind=Sign()),
            ),
        ),
    ),
    checks=followup_parts.VISIT_CHECKS,
)
