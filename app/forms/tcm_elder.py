"""老年人中医药健康管理服务记录表, constitutions of the elderly (third edition, 2017, form list §11).

Thirty-three questions about the past year, each answered with 1–5; scores and results of the nine constitutions
follow from them (rules §8.2). A constitution that is 否 has no result.

What is asked and the scale are those of the list; the question around it (您…吗？) and the explanations in brackets are
this project's wording until the print is at hand.
"""

from __future__ import annotations

from functools import lru_cache, partial

from app.domain.tcm_constitution import (
    BALANCED,
    MOSTLY,
    QUESTION_COUNT,
    TENDS,
    YES,
    ConstitutionResult,
    identify_constitution,
    items_of,
    score_of,
)
from app.forms.kinds import Choice, Choices, Date, Option, Sign, Whole, options
from app.forms.vocabulary import NEVER, Answers, Computed, Context, Field, Form, Section, given, limits

SCALE = (
    "没有（根本不/从来没有）",
    "很少（有一点/偶尔）",
    "有时（有些/少数时间）",
    "经常（相当/多数时间）",
    "总是（非常/每天）",
)
OWN_SCALES = {
    9: ("BMI＜24", "24≤BMI＜25", "25≤BMI＜26", "26≤BMI＜28", "BMI≥28"),
    14: ("一年＜2次", "一年感冒2-4次", "一年感冒5-6次", "一年8次以上", "几乎每月都感冒"),
    17: ("从来没有", "一年1、2次", "一年3、4次", "一年5、6次", "每次遇到上述原因都过敏"),
    28: (
        "腹围＜80cm，相当于2.4尺",
        "腹围80-85cm，2.4-2.55尺",
        "腹围86-90cm，2.56-2.7尺",
        "腹围91-105cm，2.71-3.15尺",
        "腹围＞105cm或3.15尺",
    ),
}
"""Items that are counted or measured have their own words for 1–5."""

OWN_HINTS = {14: "一年感冒 7 次的按 4 填", 28: "腹围先四舍五入到整厘米"}
QUESTIONS = (
    "您精力充沛吗？（指精神头足，乐于做事）",
    "您容易疲乏吗？（指体力如何，是否稍微活动一下或做一点家务劳动就感到累）",
    "您容易气短，呼吸短促，接不上气吗？",
    "您说话声音低弱无力吗？（指说话没有力气）",
    "您感到闷闷不乐、情绪低沉吗？（指心情不愉快，情绪低落）",
    "您容易精神紧张、焦虑不安吗？（指遇事是否心情紧张）",
    "您因生活状态改变而感到孤独、失落吗？",
    "您容易感到害怕或受到惊吓吗？",
    "您感到身体超重不轻松吗？（感觉身体沉重）［BMI指数＝体重（kg）/身高²（m）］",
    "您眼睛干涩吗？",
    "您手脚发凉吗？（不包含因周围温度低或穿的少导致的手脚发冷）",
    "您胃脘部、背部或腰膝部怕冷吗？（指上腹部、背部、腰部或膝关节等，有一处或多处怕冷）",
    "您比一般人耐受不了寒冷吗？（指比别人容易害怕冬天或是夏天的冷空调、电扇等）",
    "您容易患感冒吗？（指每年感冒的次数）",
    "您没有感冒时也会鼻塞、流鼻涕吗？",
    "您有口粘（黏）口腻，或睡眠打鼾吗？",
    "您容易过敏（对药物、食物、气味、花粉或在季节交替、气候变化时）吗？",
    "您的皮肤容易起荨麻疹吗？（包括风团、风疹块、风疙瘩）",
    "您的皮肤不知不觉中出现青紫瘀斑、皮下出血吗？（指皮肤在没有外伤的情况下出现青一块紫一块的情况）",
    "您的皮肤一抓就红，并出现抓痕吗？（指被指甲或钝物划过后皮肤的反应）",
    "您皮肤或口唇干吗？",
    "您有肢体麻木或固定部位疼痛的感觉吗？",
    "您面部或鼻部有油腻感或者油亮发光吗？（指脸上或鼻子）",
    "您面色或目眶晦黯，或出现褐色斑块/斑点吗？",
    "您有皮肤湿疹、疮疖吗？",
    "您感到口干咽燥、总想喝水吗？",
    "您感到口苦或嘴里有异味吗？（指口苦或口臭）",
    "您腹部肥大吗？（指腹部脂肪肥厚）",
    "您吃（喝）凉的东西会感到不舒服或者怕吃（喝）凉的东西吗？（指不喜欢吃凉的食物，或吃了凉的食物后会不舒服）",
    "您有大便黏滞不爽、解不尽的感觉吗？（大便容易粘在马桶或便坑壁上）",
    "您容易大便干燥吗？",
    "您舌苔厚腻或有舌苔厚厚的感觉吗？（如果自我感觉不清楚可由调查员观察后填写）",
    "您舌下静脉瘀紫或增粗吗？（可由调查员辅助观察后填写）",
)
CONSTITUTIONS = {
    "qixu": "气虚质",
    "yangxu": "阳虚质",
    "yinxu": "阴虚质",
    "tanshi": "痰湿质",
    "shire": "湿热质",
    "xueyu": "血瘀质",
    "qiyu": "气郁质",
    "tebing": "特禀质",
    "pinghe": BALANCED,
}
"""In printed order, by the ending of their answers' codes: score_qixu, result_qixu, guidance_qixu."""

IS = 2
LESS_THAN_IS = 3
RESULT_CODES = {YES: IS, TENDS: LESS_THAN_IS, MOSTLY: LESS_THAN_IS}
GUIDANCE = options("情志调摄", "饮食调养", "起居调摄", "运动保健", "穴位保健", "其他", note=(6,))
BIASED_RANGE, BALANCED_RANGE = limits(4, 20), limits(5, 25)


def question_code(number: int) -> str:
    """The code of item `number` from 1: q01 … q33."""
    return f"q{number:02d}"


def scale(number: int) -> tuple[str, ...]:
    """The words for 1–5 of an item."""
    return OWN_SCALES.get(number, SCALE)


def question(number: int) -> Field:
    """One of the thirty-three items."""
    return Field(
        code=question_code(number),
        label=f"（{number}）{QUESTIONS[number - 1]}",
        prompt=f"第{number}题",
        kind=Choice(options(*scale(number))),
        hint=OWN_HINTS.get(number, ""),
        is_question=True,
        carries=False,
    )


CODES = {number: question_code(number) for number in range(1, QUESTION_COUNT + 1)}
"""The code of each item, by its number."""


def by_number(answers: Answers) -> dict[int, int | None]:
    """The answers by item number."""
    return {number: answers.get(code) for number, code in CODES.items()}


@lru_cache(maxsize=16)
def identified(answers: tuple[int | None, ...]) -> ConstitutionResult:
    """The constitutions that follow from the answers of items 1–33; each key press asks for the same nine times over."""
    return identify_constitution(dict(enumerate(answers, 1)))


def score(name: str, answers: Answers, _context: Context) -> object:
    """得分 of the constitution `name`, or None before all its items are answered (rules §8.2)."""
    numbers = {item: answers.get(CODES[item]) for item in items_of(name)}
    return score_of(name, numbers) if None not in numbers.values() else None


def result(name: str, answers: Answers, _context: Context) -> object:
    """是, 倾向是 or 基本是 of the constitution `name` as the printed number; None for 否 (rules §8.2)."""
    return RESULT_CODES.get(identified(tuple(by_number(answers).values())).results.get(name, ""))


def constitution(code: str, name: str) -> tuple[Field, Field, Field]:
    """得分, 体质辨识 and 中医药保健指导 of one constitution; guidance is owed where there is a result."""
    weaker = MOSTLY if name == BALANCED else TENDS
    parts = tuple(question_code(number) for number in items_of(name))
    every = tuple(question_code(number) for number in range(1, QUESTION_COUNT + 1))
    return (
        Field(
            code=f"score_{code}",
            label="得分",
            prompt=f"{name}得分",
            kind=Whole(),
            unit="分",
            hard=BALANCED_RANGE if name == BALANCED else BIASED_RANGE,
            computed=Computed(parts, partial(score, name), strict=True),
            carries=False,
        ),
        Field(
            code=f"result_{code}",
            label="体质辨识",
            prompt=f"{name}辨识结果",
            kind=Choice((Option(IS, YES), Option(LESS_THAN_IS, weaker))),
            required=NEVER,
            computed=Computed(every, partial(result, name), strict=True),
            carries=False,
        ),
        Field(
            code=f"guidance_{code}",
            label="中医药保健指导",
            prompt=f"{name}的中医药保健指导",
            kind=Choices(GUIDANCE, boxes=6),
            required=given(f"result_{code}"),
            carries=False,
        ),
    )


FORM = Form(
    code="tcm_elder",
    title="老年人中医药健康管理服务记录表",
    edition="2017",
    date_code="form_date",
    sections=(
        Section(
            "questions",
            "请根据近一年的体验和感觉，回答以下问题",
            tuple(question(number) for number in range(1, QUESTION_COUNT + 1)),
        ),
        *(Section(f"constitution_{code}", name, constitution(code, name)) for code, name in CONSTITUTIONS.items()),
        Section(
            "foot",
            "填表",
            (
                Field(code="form_date", label="填表日期", kind=Date(), carries=False),
                Field(code="doctor", label="医生签名", kind=Sign()),
            ),
        ),
    ),
)
