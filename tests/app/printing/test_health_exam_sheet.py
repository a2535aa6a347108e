"""The printed 健康体检表: four pages, every printed word of the specification, values in their places."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.registry import form
from app.forms.vocabulary import Context
from app.printing.content import Crossed, GridContent, Mark, words_of
from app.printing.resolve import Mode, PersonHead, sheet_content
from app.printing.sheets import blank_form, print_form, unprintable

CODE = "health_exam"
PAGES = (
    (
        "健康体检表", "姓名：", "编号", "体检日期", "年月日", "责任医生", "内容", "检查项目", "症状",
        "1无症状2头痛3头晕4心悸5胸闷6胸痛7慢性咳嗽8咳痰9呼吸困难10多饮11多尿12体重下降13乏力14关节肿痛15视力模糊16手脚麻木17尿急18尿痛"
        "19便秘20腹泻21恶心呕吐22眼花23耳鸣24乳房胀痛25其他",
        "一般状况", "体温", "℃", "脉率", "次/分钟", "呼吸频率", "血压", "左侧", "右侧", "mmHg", "身高", "cm", "体重", "kg",
        "腰围", "体质指数（BMI）", "kg/m²", "老年人健康状态自我评估*", "1满意2基本满意3说不清楚4不太满意5不满意",
        "老年人生活自理能力自我评估*", "1可自理（0～3分）2轻度依赖（4～8分）", "3中度依赖（9～18分）4不能自理（≥19分）",
        "老年人认知功能*", "1粗筛阴性", "2粗筛阳性，简易智力状态检查，总分", "老年人情感状态*",
        "2粗筛阳性，老年人抑郁评分检查，总分", "生活方式", "体育锻炼", "锻炼频率", "1每天2每周一次以上3偶尔4不锻炼",
        "每次锻炼时间", "分钟", "坚持锻炼时间", "锻炼方式", "饮食习惯", "1荤素均衡2荤食为主3素食为主4嗜盐5嗜油6嗜糖",
        "吸烟情况", "吸烟状况", "1从不吸烟2已戒烟3吸烟", "日吸烟量", "平均支", "开始吸烟年龄", "戒烟年龄", "饮酒情况",
        "饮酒频率", "1从不2偶尔3经常4每天", "日饮酒量", "平均两", "是否戒酒", "1未戒酒2已戒酒，戒酒年龄：岁", "开始饮酒年龄",
        "近一年内是否曾醉酒", "1是2否", "饮酒种类", "1白酒2啤酒3红酒4黄酒5其他", "职业病危害因素接触史",
        "1无2有（工种从业时间年）", "毒物种类粉尘防护措施1无2有", "放射物质防护措施1无2有", "物理因素防护措施1无2有",
        "化学物质防护措施1无2有", "其他防护措施1无2有", "带*的项目：已检查时填写", "国家基本公共卫生服务规范（第三版）",
        "第1页/共4页",
    ),
    (
        "脏器功能", "口腔", "口唇：1红润2苍白3发绀4皲裂5疱疹", "齿列：1正常2缺齿3龋齿4义齿（假牙）",
        "咽部：1无充血2充血3淋巴滤泡增生", "视力", "左眼右眼（矫正视力：左眼右眼）", "听力", "1听见2听不清或无法听见", "运动功能",
        "1可顺利完成2无法独立完成任何一个动作", "查体", "眼底*", "1正常2异常", "皮肤",
        "1正常2潮红3苍白4发绀5黄染6色素沉着7其他", "巩膜", "1正常2黄染3充血4其他", "淋巴结", "1未触及2锁骨上3腋窝4其他", "肺",
        "桶状胸：1否2是", "呼吸音：1正常2异常", "罗音：1无2干罗音3湿罗音4其他", "心脏", "心率：次/分钟心律：1齐2不齐3绝对不齐",
        "杂音：1无2有", "腹部", "压痛：1无2有", "包块：1无2有", "肝大：1无2有", "脾大：1无2有", "移动性浊音：1无2有", "下肢水肿",
        "1无2单侧3双侧不对称4双侧对称", "足背动脉搏动*", "1未触及2触及双侧对称3触及左侧弱或消失4触及右侧弱或消失", "肛门指诊*",
        "1未及异常2触痛3包块4前列腺异常5其他", "乳腺*", "1未见异常2乳房切除3异常泌乳4乳腺包块5其他", "妇科*", "外阴", "阴道",
        "宫颈", "宫体", "附件", "1未见异常2异常", "其他*", "第2页/共4页",
    ),
    (
        "辅助检查", "血常规*", "血红蛋白g/L白细胞×10⁹/L血小板×10⁹/L", "尿常规*", "尿蛋白尿糖尿酮体尿潜血", "空腹血糖*",
        "mmol/L或mg/dL", "心电图*", "尿微量白蛋白*", "mg/dL", "大便潜血*", "1阴性2阳性", "糖化血红蛋白*", "%",
        "乙型肝炎表面抗原*", "肝功能*", "血清谷丙转氨酶U/L血清谷草转氨酶U/L", "白蛋白g/L总胆红素μmol/L", "结合胆红素μmol/L",
        "肾功能*", "血清肌酐μmol/L血尿素mmol/L", "血钾浓度mmol/L血钠浓度mmol/L", "血脂*", "总胆固醇mmol/L甘油三酯mmol/L",
        "血清低密度脂蛋白胆固醇mmol/L", "血清高密度脂蛋白胆固醇mmol/L", "胸部X线片*", "B超*", "腹部B超：1正常2异常",
        "其他：1正常2异常", "宫颈涂片*", "其他*", "现存主要健康问题", "脑血管疾病",
        "1未发现2缺血性卒中3脑出血4蛛网膜下腔出血5短暂性脑缺血发作6其他", "肾脏疾病",
        "1未发现2糖尿病肾病3肾功能衰竭4急性肾炎5慢性肾炎6其他", "心脏疾病",
        "1未发现2心肌梗死3心绞痛4冠状动脉血运重建5充血性心力衰竭6心前区疼痛7其他", "血管疾病",
        "1未发现2夹层动脉瘤3动脉闭塞性疾病4其他", "眼部疾病", "1未发现2视网膜出血或渗出3视乳头水肿4白内障5其他",
        "神经系统疾病", "其他系统疾病", "1未发现2有", "第3页/共4页",
    ),
    (
        "住院治疗情况", "住院史", "入/出院日期", "原因", "医疗机构名称", "病案号", "家庭病床史", "建/撤床日期", "主要用药情况",
        "药物名称", "用法", "用量", "用药时间", "服药依从性", "1规律2间断3不服药", "非免疫规划预防接种史", "名称", "接种日期",
        "接种机构", "健康评价", "1体检无异常2有异常", "异常1", "异常2", "异常3", "异常4", "健康指导",
        "1纳入慢性病患者健康管理", "2建议复查", "3建议转诊", "危险因素控制：", "1戒烟2健康饮酒3饮食4锻炼", "5减体重（目标kg）",
        "6建议接种疫苗", "7其他", "国家基本公共卫生服务规范（第三版）", "第4页/共4页",
    ),
)
"""The printed words of the form list page by page, written down by hand."""

RAW = {
    "exam_date": "2026-10-12", "responsible_doctor": "王明", "symptoms": [3, 16, 25], "symptoms_note": "夜间多汗",
    "temperature": "36.6", "pulse": 74, "respiration": 18, "bp_left": [148, 88], "bp_right": [153, 91],
    "height": "156.5", "weight": "63.0", "waist": "92.5", "elder_self_health": 2, "elder_cognition": [2, 24],
    "exercise_freq": 2, "exercise_minutes": 35, "exercise_years": "6.5", "exercise_kind": "散步", "smoking": 2,
    "cigarettes_per_day": 11, "smoking_start_age": 22, "smoking_quit_age": 61, "drinking_freq": 2,
    "alcohol_per_day": "1.3", "drinking_quit": {"code": 2, "age": 68}, "drinking_start_age": 33,
    "alcohol_kinds": [1, 5], "alcohol_kinds_note": "米酒",
    "occ_exposure": {"code": 2, "job": "砖厂工人", "years": 12},
    "occ_physical": {"text": "噪声", "protection": {"code": 2, "text": "耳塞"}},
    "teeth": [2, 3, 4], "teeth_missing": {"upper_right": "6、7", "lower_left": "5"}, "teeth_caries": {"lower_right": "8"},
    "teeth_denture": {"upper_left": "1 2 3"}, "vision_left": "4.6", "vision_right": "4.5", "vision_left_corr": "4.9",
    "vision_right_corr": "4.8", "fundus": [2, "动脉硬化"], "skin": 7, "skin_note": "老年斑", "heart_rate": 76,
    "heart_murmur": [2, "心尖部"], "breast": [4, 5], "breast_note": "凹陷", "gyn_cervix": [2, "糜烂"],
    "exam_other": "脊柱侧弯", "hb": "128.5", "wbc": "6.25", "plt": 212, "cbc_other": "中性粒细胞 62%",
    "u_protein": "±", "u_glucose": "－", "u_ketone": "5mg/L", "u_blood": "＋＋", "u_other": "比重 1.015", "fpg_mg_dl": "122",
    "ecg": [2, "窦性心律"], "u_microalbumin": "1.85", "hba1c": "6.4", "alt": "22.5", "ast": "24.6", "albumin": "43.1",
    "tbil": "12.4", "dbil": "3.6", "creatinine": "71.2", "urea": "5.62", "potassium": "4.11", "sodium": "141.3",
    "tc": "5.42", "tg": "1.88", "ldl": "3.31", "hdl": "1.24", "us_abdomen": [2, "脂肪肝"], "lab_other": "血尿酸 388",
    "prob_cerebrovascular": [2, 6], "prob_cerebrovascular_note": "腔梗", "prob_other": [2, "2型糖尿病"],
    "hospital_stays": [
        {"start": "2026-03-01", "end": "2026-03-09", "reason": "肺炎", "org": "县人民医院", "case_no": "20260311"},
        {"start": "2026-07", "end": "2026-08", "reason": "胆囊炎", "org": "市医院", "case_no": "X7"},
    ],
    "home_beds": [{"start": "2026-05-02", "end": "2026-06-03", "reason": "骨折", "org": "镇卫生院", "case_no": "J88"}],
    "medications": [
        {"name": f"药{number}", "usage": "口服", "dose": f"{number}片", "duration": f"{number}年", "adherence": 1}
        for number in range(1, 7)
    ],
    "vaccinations": [{"name": "流感疫苗", "date": "2026-09-20", "org": "崔桥镇卫生院"}],
    "evaluation": 2, "abnormal_1": "血压控制不满意", "abnormal_4": "空腹血糖偏高", "guidance": [1, 2],
    "risk_control": [3, 4, 5, 6, 7], "risk_control_note": "监测血压", "target_weight": "58.5",
    "vaccine_advised": "肺炎球菌疫苗",
}
WRITTEN = (
    (
        "2026年10月12日", "夜间多汗", "36.6", "74", "18", "148/88", "153/91", "156.5", "63.0", "92.5", "25.72", "总分24", "35",
        "6.5", "散步", "平均11支", "22", "61", "平均1.3两", "戒酒年龄：68岁", "33", "其他米酒",
        "工种砖厂工人从业时间12年", "物理因素噪声防护措施1无2有耳塞",
    ),
    (
        "67", "5", "8", "123", "左眼4.6右眼4.5（矫正视力：左眼4.9右眼4.8）", "异常动脉硬化", "其他老年斑", "心率：76次/分钟",
        "杂音：1无2有心尖部", "其他凹陷", "异常糜烂", "脊柱侧弯",
    ),
    (
        "血红蛋白128.5g/L白细胞6.25×10⁹/L血小板212×10⁹/L", "其他中性粒细胞62%", "尿蛋白±尿糖－尿酮体5mg/L尿潜血＋＋",
        "其他比重1.015", "6.78mmol/L或122mg/dL", "异常窦性心律", "1.85mg/dL", "6.4%",
        "血清谷丙转氨酶22.5U/L血清谷草转氨酶24.6U/L",
        "白蛋白43.1g/L总胆红素12.4μmol/L", "结合胆红素3.6μmol/L", "血清肌酐71.2μmol/L血尿素5.62mmol/L",
        "血钾浓度4.11mmol/L血钠浓度141.3mmol/L", "总胆固醇5.42mmol/L甘油三酯1.88mmol/L", "血清低密度脂蛋白胆固醇3.31mmol/L",
        "血清高密度脂蛋白胆固醇1.24mmol/L", "异常脂肪肝", "血尿酸388", "其他腔梗", "有2型糖尿病",
    ),
    (
        "2026-03-01/2026-03-09", "肺炎", "县人民医院", "20260311", "2026-07/2026-08", "胆囊炎", "市医院", "X7",
        "2026-05-02/2026-06-03", "骨折", "镇卫生院", "J88", *(f"{number}药{number}" for number in range(1, 7)), "6片", "6年",
        "1流感疫苗", "2026年9月20日", "崔桥镇卫生院", "异常1血压控制不满意", "异常4空腹血糖偏高", "目标58.5kg",
        "6建议接种疫苗肺炎球菌疫苗", "7其他监测血压",
    ),
)


@pytest.fixture(scope="module")
def answers():
    declared = form(CODE)
    reading = declared.read(RAW)
    assert reading.problems == []
    return declared.complete(reading.answers, Context(today=date(2026, 11, 22), birth_date=date(1955, 3, 8), sex=2))


def in_rows(pdf, page: int) -> str:
    """The words of a page line by line from the left, all lines joined."""
    return "".join(pdf.rows(page))


@pytest.mark.parametrize(("page", "words"), [(page, words) for page, all_ in enumerate(PAGES) for words in all_])
def test_the_blank_form_says_what_the_specification_prints(page: int, words: str, blank) -> None:
    assert words in blank.text(page)


@pytest.mark.parametrize(("page", "words"), [(page, words) for page, all_ in enumerate(WRITTEN) for words in all_])
def test_every_answer_stands_on_its_page(page: int, words: str, filled) -> None:
    assert words in in_rows(filled, page)


@pytest.fixture(scope="module")
def filled_pdf(answers) -> bytes:
    return print_form(CODE, PersonHead("李桂兰", "41162410021500037"), [answers])


@pytest.fixture(scope="module")
def blank_pdf() -> bytes:
    return blank_form(CODE)


@pytest.fixture
def filled(filled_pdf, paper):
    return paper(filled_pdf)


@pytest.fixture
def blank(blank_pdf, paper):
    return paper(blank_pdf)


def test_filled_or_blank_it_has_four_a4_pages_with_the_person_on_each(filled, blank) -> None:
    assert filled.sizes_mm() == [(210, 297)] * 4
    assert blank.sizes_mm() == [(210, 297)] * 4
    assert ["姓名：李桂兰" in in_rows(filled, page) for page in range(4)] == [True] * 4
    assert ["健康体检表" in filled.text(page) for page in range(4)] == [True, False, False, False]


def test_long_answers_still_fit_on_four_pages(answers, person, paper) -> None:
    long = answers | {code: "很长的说明" * 8 for code in form(CODE).fields if code.endswith("_note")}
    long |= dict.fromkeys(("abnormal_1", "abnormal_2", "abnormal_3", "abnormal_4"), "异常的检查结果" * 10)

    assert paper(print_form(CODE, person, [long])).page_count == 4


def test_nothing_is_without_a_glyph(answers, person) -> None:
    assert unprintable(sheet_content(CODE, person, [answers])) == []


def test_who_examined_signs_with_the_pen(answers, person) -> None:
    assert "王明" not in words_of(sheet_content(CODE, person, [answers]))
    assert "王明" in words_of(sheet_content(CODE, person, [answers], with_signatures=True))


def crosses(content) -> list[Crossed]:
    return [
        item for leaf in content.sheets[0].leaves for block in leaf.blocks if isinstance(block, GridContent)
        for row in block.rows for cell in row.cells for line in cell.lines for item in line.items
        if isinstance(item, Crossed)
    ]


def test_places_of_teeth_stand_in_the_quarters_of_their_crosses(answers, person) -> None:
    found = crosses(sheet_content(CODE, person, [answers]))

    assert [cross.texts for cross in found] == [("67", "", "", "5"), ("", "", "8", ""), ("", "123", "", "")]
    assert [cross.pale for cross in found] == [False] * 3


def test_last_time_s_places_are_grey_on_a_sheet_for_hand_writing(answers, person) -> None:
    found = crosses(sheet_content(CODE, person, [answers], mode=Mode.BLANK))

    assert [cross.pale for cross in found] == [True] * 3
    assert found[0].texts == ("67", "", "", "5")


def test_the_person_s_right_is_at_the_left_of_a_cross(filled) -> None:
    places = {word.text: (word.x, word.y) for word in filled.words(1) if word.text in ("67", "5", "8", "123")}

    assert places["67"][0] < places["5"][0]
    assert places["67"][1] > places["5"][1]
    assert places["123"][1] > places["8"][1]


def test_a_cross_widens_for_all_eight_teeth(answers, person, paper) -> None:
    quarters = ("upper_right", "upper_left", "lower_right", "lower_left")
    many = answers | {"teeth_denture": [dict.fromkeys(quarters, "12345678")]}

    assert paper(print_form(CODE, person, [many])).text(1).count("12345678") == 4


def test_boxes_hold_the_official_numbers(answers, person) -> None:
    content = sheet_content(CODE, person, [answers])
    marks = [
        [
            item.text for block in leaf.blocks for row in block.rows for cell in row.cells for line in cell.lines
            for item in (*line.items, *line.right) if isinstance(item, Mark) and item.text
        ]
        for leaf in content.sheets[0].leaves
    ]
    assert marks[0] == ["3", "16", "25", "2", "2", "2", "2", "2", "2", "1", "5", "2", "2"]
    assert marks[1] == ["2", "3", "4", "2", "7", "2", "4", "5", "2"]
    assert marks[2] == ["2", "2", "2", "6", "2"]
    assert marks[3] == ["1"] * 6 + ["2", "1", "2", "3", "4", "5", "6", "7"]
