"""健康体检表: 一般状况, 脏器功能 and 查体 (third edition, 2017, form list §3.2, §3.4, §3.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.adl import level_of_total
from app.domain.message import Message, msg
from app.forms import followup_parts as followup
from app.forms.health_exam_parts import (
    ELDERLY_ONLY,
    IF_ADULT,
    IF_DIABETIC,
    IF_ELDERLY,
    WHEN_EXAMINED,
    WOMEN_ONLY,
    measured,
    no_or_yes,
    normal_or_not,
    one_of,
    some_of,
    words,
)
from app.forms.kinds import Choice, Column, Number, Table, Text, Unreadable, Whole, options, plain
from app.forms.vocabulary import (
    ALWAYS,
    NEVER,
    Answers,
    Check,
    Computed,
    Context,
    Field,
    Level,
    Section,
    equals,
    grouped,
    includes,
    limits,
)

MOST_BETWEEN_ARMS = 20
"""mmHg that the two arms may differ without being asked about."""

SELF_CARE = options("可自理（0～3分）", "轻度依赖（4～8分）", "中度依赖（9～18分）", "不能自理（≥19分）")
VISION = limits(0, "5.3")
USUAL_VISION = limits(4, "5.3")
TOOTH_POSITIONS = re.compile("[1-8A-E]*")


@dataclass(frozen=True)
class ToothPositions(Text):
    """The teeth of one quarter by their place from the middle: 1–8, milk teeth A–E; kept without separators."""

    longest: int = 13

    def read(self, raw: object) -> str:
        written = re.sub(r"[\s、,，;；./-]+", "", plain(raw)).upper()
        if not TOOTH_POSITIONS.fullmatch(written) or len(set(written)) < len(written):
            raise Unreadable(
                msg("牙位请填 1 到 8（乳牙 A 到 E），每颗写一次，您填的是“{written}”。", written=plain(raw)[:20])
            )
        return "".join(sorted(written))


QUARTERS = (
    Column("upper_right", "右上", ToothPositions(), aliases=("ur", "右上颌")),
    Column("upper_left", "左上", ToothPositions(), aliases=("ul", "左上颌")),
    Column("lower_right", "右下", ToothPositions(), aliases=("lr", "右下颌")),
    Column("lower_left", "左下", ToothPositions(), aliases=("ll", "左下颌")),
)
"""The quarters of the cross as seen from in front: the person's right is at the left."""


def arm(side: str, label: str) -> tuple[Field, Field]:
    """血压 of one arm."""
    return (
        Field(
            code=f"bp_{side}_sbp",
            label=label,
            prompt=label + "收缩压",
            kind=Whole(),
            unit="mmHg",
            hard=limits(30, 300),
            soft=limits(90, 179),
            carries=False,
        ),
        Field(
            code=f"bp_{side}_dbp",
            label=label,
            prompt=label + "舒张压",
            kind=Whole(),
            unit="mmHg",
            hard=limits(10, 200),
            soft=limits(50, 109),
            carries=False,
        ),
    )


def screened(code: str, label: str, test: str) -> tuple[Field, Field]:
    """A screening of the elderly: 1 粗筛阴性, 2 粗筛阳性 with the total of the test that follows."""
    return (
        one_of(
            code, label, "粗筛阴性", "粗筛阳性", required=IF_ELDERLY, applies=ELDERLY_ONLY, starred=True
        ),
        Field(
            code=code + "_score",
            label="总分",
            prompt=test + "总分",
            kind=Whole(),
            unit="分",
            required=equals(code, 2),
            applies=equals(code, 2),
            hard=limits(0, 30),
            carries=False,
        ),
    )


def _self_care_band(_answers: Answers, context: Context) -> object:
    return None if context.adl_total is None else level_of_total(context.adl_total)[0]


def teeth_in_quarters(code: str, label: str, option: int) -> Field:
    """Where in the mouth the teeth are that 齿列 tells of."""
    return Field(
        code=code,
        label=label,
        prompt=label + "位置",
        kind=Table(QUARTERS, rows=1),
        required=NEVER,
        applies=includes("teeth", option),
    )


def sight(code: str, label: str, prompt: str, *, corrected: bool = False) -> Field:
    """视力 of one eye, five-grade record."""
    return measured(
        code, label, "", 1, VISION, USUAL_VISION, prompt=prompt, required=NEVER if corrected else ALWAYS
    )


def gynaecological(code: str, label: str) -> Field:
    """One item of 妇科."""
    return one_of(
        code,
        label,
        "未见异常",
        "异常",
        prompt="妇科" + label,
        note=(2,),
        required=WHEN_EXAMINED,
        applies=WOMEN_ONLY,
        starred=True,
        normal=1,
    )


CONDITION = Section(
    "condition",
    "一般状况",
    (
        measured("temperature", "体温", "℃", 1, limits(30, 45), limits(35, "37.5")),
        Field(
            code="pulse",
            label="脉率",
            kind=Whole(),
            unit="次/分钟",
            hard=limits(20, 300),
            soft=limits(50, 120),
            carries=False,
        ),
        Field(
            code="respiration",
            label="呼吸频率",
            kind=Whole(),
            unit="次/分钟",
            hard=limits(4, 80),
            soft=limits(12, 24),
            carries=False,
        ),
        *arm("left", "左侧"),
        *arm("right", "右侧"),
        Field(
            code="height",
            label="身高",
            kind=Number(1),
            unit="cm",
            hard=limits(30, 250),
            soft=limits(130, 200),
            doubted=IF_ADULT,
            home="resident.height_cm",
        ),
        measured("weight", "体重", "kg", 1, limits(1, 300), limits(30, 150), doubted=IF_ADULT),
        measured("waist", "腰围", "cm", 1, limits(30, 200), limits(50, 130)),
        Field(
            code="bmi",
            label="体质指数（BMI）",
            kind=Number(2),
            unit="kg/m²",
            computed=followup.body_mass_index("weight"),
            soft=limits(14, 45),
            carries=False,
        ),
        one_of(
            "elder_self_health",
            "老年人健康状态自我评估",
            "满意",
            "基本满意",
            "说不清楚",
            "不太满意",
            "不满意",
            required=IF_ELDERLY,
            applies=ELDERLY_ONLY,
            starred=True,
        ),
        Field(
            code="elder_self_care",
            label="老年人生活自理能力自我评估",
            kind=Choice(SELF_CARE),
            required=IF_ELDERLY,
            applies=ELDERLY_ONLY,
            starred=True,
            computed=Computed((), _self_care_band, proposed=True),
            carries=False,
        ),
        *screened("elder_cognition", "老年人认知功能", "简易智力状态检查"),
        *screened("elder_emotion", "老年人情感状态", "老年人抑郁评分检查"),
    ),
)

ORGANS = Section(
    "organs",
    "脏器功能",
    (
        *grouped(
            "口腔",
            one_of("lips", "口唇", "红润", "苍白", "发绀", "皲裂", "疱疹", normal=1),
            some_of("teeth", "齿列", "正常", "缺齿", "龋齿", "义齿（假牙）", boxes=4, sole=(1,), carries=True),
            teeth_in_quarters("teeth_missing", "缺齿", 2),
            teeth_in_quarters("teeth_caries", "龋齿", 3),
            teeth_in_quarters("teeth_denture", "义齿（假牙）", 4),
            one_of("throat", "咽部", "无充血", "充血", "淋巴滤泡增生", normal=1),
        ),
        *grouped(
            "视力",
            sight("vision_left", "左眼", "左眼视力"),
            sight("vision_right", "右眼", "右眼视力"),
            sight("vision_left_corr", "左眼", "左眼矫正视力", corrected=True),
            sight("vision_right_corr", "右眼", "右眼矫正视力", corrected=True),
        ),
        *grouped(
            "听力与运动",
            one_of("hearing", "听力", "听见", "听不清或无法听见", normal=1),
            one_of("motor", "运动功能", "可顺利完成", "无法独立完成任何一个动作", normal=1),
        ),
    ),
)

EXAMINATION = Section(
    "examination",
    "查体",
    (
        normal_or_not("fundus", "眼底", required=WHEN_EXAMINED, starred=True),
        one_of("skin", "皮肤", "正常", "潮红", "苍白", "发绀", "黄染", "色素沉着", "其他", note=(7,), normal=1),
        one_of("sclera", "巩膜", "正常", "黄染", "充血", "其他", note=(4,), normal=1),
        one_of("lymph_nodes", "淋巴结", "未触及", "锁骨上", "腋窝", "其他", note=(4,), normal=1),
        *grouped(
            "肺",
            one_of("barrel_chest", "桶状胸", "否", "是", normal=1),
            normal_or_not("breath_sounds", "呼吸音"),
            one_of("rales", "罗音", "无", "干罗音", "湿罗音", "其他", note=(4,), normal=1),
        ),
        *grouped(
            "心脏",
            followup.heart_rate(required=ALWAYS),
            one_of("heart_rhythm", "心律", "齐", "不齐", "绝对不齐", normal=1),
            no_or_yes("heart_murmur", "杂音", prompt="心脏杂音"),
        ),
        *grouped(
            "腹部",
            no_or_yes("abd_tenderness", "压痛", prompt="腹部压痛"),
            no_or_yes("abd_mass", "包块", prompt="腹部包块"),
            no_or_yes("abd_liver", "肝大"),
            no_or_yes("abd_spleen", "脾大"),
            no_or_yes("abd_dullness", "移动性浊音"),
        ),
        *grouped(
            "下肢",
            one_of("leg_edema", "下肢水肿", "无", "单侧", "双侧不对称", "双侧对称", normal=1),
            one_of(
                "dorsalis_pedis",
                "足背动脉搏动",
                "未触及",
                "触及双侧对称",
                "触及左侧弱或消失",
                "触及右侧弱或消失",
                required=IF_DIABETIC,
                starred=True,
                normal=2,
            ),
        ),
        *grouped(
            "肛门与乳腺",
            one_of(
                "rectal",
                "肛门指诊",
                "未及异常",
                "触痛",
                "包块",
                "前列腺异常",
                "其他",
                note=(5,),
                required=WHEN_EXAMINED,
                starred=True,
                normal=1,
            ),
            some_of(
                "breast",
                "乳腺",
                "未见异常",
                "乳房切除",
                "异常泌乳",
                "乳腺包块",
                "其他",
                boxes=4,
                note=(5,),
                sole=(1,),
                required=WHEN_EXAMINED,
                starred=True,
            ),
        ),
        *grouped(
            "妇科",
            gynaecological("gyn_vulva", "外阴"),
            gynaecological("gyn_vagina", "阴道"),
            gynaecological("gyn_cervix", "宫颈"),
            gynaecological("gyn_uterus", "宫体"),
            gynaecological("gyn_adnexa", "附件"),
        ),
        *grouped("其他", words("exam_other", "其他", 200, prompt="查体其他", starred=True)),
    ),
)


def pressure_order(side: str, label: str) -> Check:
    """舒张压 of one arm lies below its 收缩压."""
    upper, lower = f"bp_{side}_sbp", f"bp_{side}_dbp"

    def problem(answers: Answers, _context: Context) -> Message | None:
        if answers[lower] >= answers[upper]:
            return msg(
                "{side}舒张压 {dbp} 应低于收缩压 {sbp}，请核对。",
                side=label,
                dbp=answers[lower],
                sbp=answers[upper],
            )
        return None

    return Check((upper, lower), problem)


def arms_differ(which: str, label: str) -> Check:
    """Ask when the arms differ by more than 20 mmHg."""
    left, right = f"bp_left_{which}", f"bp_right_{which}"

    def problem(answers: Answers, _context: Context) -> Message | None:
        if abs(answers[left] - answers[right]) > MOST_BETWEEN_ARMS:
            return msg(
                "两侧{pressure}相差超过 20 mmHg（左侧 {left}，右侧 {right}），请确认无误。",
                pressure=label,
                left=answers[left],
                right=answers[right],
            )
        return None

    return Check((left, right), problem, Level.ASK)


def _band_differs(answers: Answers, context: Context) -> Message | None:
    """The self-care of the elderly is the band of the total that was assessed (rules §8.1)."""
    if context.adl_total is None:
        return None
    level, label = level_of_total(context.adl_total)
    if answers["elder_self_care"] == level:
        return None
    return msg(
        "生活自理能力评估总分是 {total} 分，应选 {level}（{label}），请核对。",
        total=context.adl_total,
        level=level,
        label=label,
    )


CHECKS = (
    pressure_order("left", "左侧"),
    pressure_order("right", "右侧"),
    arms_differ("sbp", "收缩压"),
    arms_differ("dbp", "舒张压"),
    Check(("elder_self_care",), _band_differs),
)
