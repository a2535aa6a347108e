"""2型糖尿病患者随访服务记录表, type 2 diabetes follow-up (third edition, 2017, form list §5); four visits to a sheet."""

from __future__ import annotations

from app.domain.message import Message, msg
from app.forms import followup_parts as parts
from app.forms.kinds import Choice, Choices, Date, Number, Option, Text, Whole, options
from app.forms.vocabulary import NEVER, Answers, Check, Context, Field, Form, Section, equals, given, limits

SYMPTOMS = (
    *options(
        "无症状",
        "多饮",
        "多食",
        "多尿",
        "视力模糊",
        "感染",
        "手脚麻木",
        "下肢浮肿",
        "体重明显下降",
        sole=(1,),
    ),
    Option(10, "其他", note=True),
)
"""The paper prints 其他 without a number; 10 keeps it here."""

PULSE = options("触及正常", "减弱", "消失")
SIDES = options("双侧", "左侧", "右侧")


def examined_after_visit(answers: Answers, _context: Context) -> Message | None:
    """糖化血红蛋白 was examined not after the visit."""
    examined = answers["hba1c_date"]
    if examined > answers["visit_date"]:
        return msg("糖化血红蛋白检查日期 {date} 晚于随访日期，请核对。", date=examined)
    return None


FORM = Form(
    code="dm_followup",
    title="2型糖尿病患者随访服务记录表",
    edition="2017",
    date_code="visit_date",
    after_death=parts.TELLS_OF_DEATH,
    visits_per_sheet=4,
    joined=("exercise", "insulin"),
    sections=(
        parts.head(),
        Section(
            "symptoms",
            "症状",
            (
                Field(
                    code="symptoms",
                    label="症状",
                    kind=Choices(SYMPTOMS, boxes=8),
                    required=parts.SEEN,
                    carries=False,
                ),
            ),
        ),
        Section(
            "signs",
            "体征",
            (
                *parts.blood_pressure(),
                *parts.body_size(),
                Field(
                    code="dorsalis_pedis",
                    label="足背动脉搏动",
                    kind=Choice(PULSE),
                    required=parts.SEEN_IN_PERSON,
                ),
                Field(
                    code="dorsalis_pedis_side",
                    label="足背动脉搏动",
                    prompt="足背动脉搏动异常的一侧",
                    kind=Choice(SIDES),
                    required=equals("dorsalis_pedis", 2, 3),
                    applies=equals("dorsalis_pedis", 2, 3),
                ),
                Field(
                    code="sign_other",
                    label="其他",
                    prompt="其他体征",
                    kind=Text(100),
                    required=NEVER,
                    carries=False,
                ),
            ),
        ),
        parts.lifestyle(
            Field(
                code="staple_food",
                label="主食",
                kind=Whole(),
                unit="克/天",
                required=parts.SEEN,
                paired=True,
                hard=limits(0, 3000),
                soft=limits(100, 1000),
            ),
        ),
        Section(
            "exams",
            "辅助检查",
            (
                Field(
                    code="fpg",
                    label="空腹血糖值",
                    kind=Number(2),
                    unit="mmol/L",
                    required=parts.SEEN_IN_PERSON,
                    hard=limits("0.5", 60),
                    soft=limits("3.91", "16.69"),
                    carries=False,
                ),
                Field(
                    code="random_glucose",
                    label="随机血糖",
                    kind=Number(2),
                    unit="mmol/L",
                    required=NEVER,
                    hard=limits("0.5", 60),
                    soft=limits("3.91", "16.69"),
                    carries=False,
                ),
                Field(
                    code="hba1c",
                    label="糖化血红蛋白",
                    kind=Number(1),
                    unit="%",
                    required=NEVER,
                    starred=True,
                    hard=limits(2, 25),
                    carries=False,
                ),
                Field(
                    code="hba1c_date",
                    label="检查日期",
                    prompt="糖化血红蛋白检查日期",
                    kind=Date(),
                    required=given("hba1c"),
                    applies=given("hba1c"),
                    carries=False,
                ),
                Field(
                    code="exam_other",
                    label="其他",
                    prompt="其他检查",
                    kind=Text(100),
                    required=NEVER,
                    carries=False,
                ),
            ),
        ),
        Section(
            "assessment",
            "用药与分类",
            (
                *parts.adherence_and_reaction(),
                Field(
                    code="hypoglycaemia",
                    label="低血糖反应",
                    kind=Choice(options("无", "偶尔", "频繁")),
                    required=parts.SEEN,
                ),
                parts.visit_class(),
            ),
        ),
        Section(
            "medication",
            "用药情况",
            (
                parts.drugs(rows=3),
                Field(code="insulin_kind", label="种类", prompt="胰岛素种类", kind=Text(50), required=NEVER),
                Field(
                    code="insulin_usage",
                    label="用法和用量",
                    prompt="胰岛素用法和用量",
                    kind=Text(50),
                    required=given("insulin_kind"),
                ),
            ),
        ),
        parts.referral(),
        parts.foot(),
        parts.judgement(
            "意识或行为改变",
            "呼气有烂苹果样丙酮味",
            "心悸",
            "出汗",
            "食欲减退",
            "恶心",
            "呕吐",
            "多饮",
            "多尿",
            "腹痛",
            "有深大呼吸",
            "皮肤潮红",
            "视力突然骤降",
            extra=(
                parts.heart_rate(required=NEVER),
                Field(
                    code="heart_rate_sustained",
                    label="心率持续超过 100 次/分钟",
                    kind=Choice(options("否", "是")),
                    required=NEVER,
                    carries=False,
                ),
                Field(
                    code="temperature",
                    label="体温",
                    kind=Number(1),
                    unit="℃",
                    required=NEVER,
                    hard=limits(30, 45),
                    soft=limits(35, "37.5"),
                    carries=False,
                ),
            ),
        ),
    ),
    checks=(*parts.CHECKS, Check(("visit_date", "hba1c_date"), examined_after_visit)),
)
