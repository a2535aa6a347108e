"""Printed national forms, read back from the PDF."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import EnvironmentFailure, UserError
from app.forms.kinds import Choice, Choices
from app.forms.layout import Boxes, inline_items, printed_option
from app.forms.registry import FORM_MODULES, form
from app.forms.sheets import sheet
from app.forms.sheets import sheet as laid_out
from app.printing.sheets import (
    Mode,
    PersonHead,
    PrintJob,
    blank_form,
    missing_glyphs,
    print_content,
    print_form,
    print_many,
    sheet_content,
    unprintable,
    warm_up,
)
from app.printing.style import PAPERS_MM

FOLLOW_UP = (
    "姓名：", "编号", "随访日期", "随访方式", "1门诊2家庭3电话", "症状", "1无症状", "其他：", "体征", "血压（mmHg）",
    "体重（kg）",
    "体质指数（BMI）", "（kg/m²）", "其他", "生活方式指导", "日吸烟量（支）", "日饮酒量（两）", "运动",
    "次/周分钟/次", "心理调整",
    "遵医行为", "1良好2一般3差", "辅助检查", "服药依从性", "1规律2间断3不服药", "药物不良反应", "1无2有",
    "此次随访分类",
    "1控制满意2控制不满意3不良反应4并发症", "用药情况", "药物名称1", "药物名称2", "药物名称3", "用法用量",
    "每日次每次", "转诊",
    "原因", "机构及科别", "下次随访日期", "随访医生签名", "年月日", "带*的项目：已检查时填写",
    "国家基本公共卫生服务规范（第三版）",
)
CHECKLIST = {
    "record_cover": (
        "编号", "居民健康档案", "姓名：", "现住址：", "户籍地址：", "联系电话：", "乡镇（街道）名称：",
        "村（居）委会名称：", "建档单位：",
        "建档人：", "责任医生：", "建档日期：", "年月日",
    ),
    "personal_info": (
        "个人基本信息表", "姓名：", "编号", "性别", "1男2女9未说明的性别0未知的性别", "出生日期", "身份证号",
        "工作单位", "本人电话",
        "联系人姓名", "联系人电话", "常住类型", "1户籍2非户籍", "民族", "01汉族99少数民族", "血型",
        "1A型2B型3O型4AB型5不详/RH：1阴性2阳性3不详",
        "文化程度", "1研究生2大学本科3大学专科和专科学校4中等专业学校5技工学校6高中7初中8小学9文盲或半文盲10不详",
        "职业",
        "0国家机关、党群组织、企业、事业单位负责人1专业技术人员2办事人员和有关人员3商业、服务业人员",
        "4农、林、牧、渔、水利业生产人员5生产、运输设备操作人员及有关人员6军人7不便分类的其他从业人员8无职业",
        "婚姻状况", "1未婚2已婚3丧偶4离婚5未说明的婚姻状况", "医疗费用支付方式",
        "1城镇职工基本医疗保险2城镇居民基本医疗保险3新型农村合作医疗4贫困救助5商业医疗保险6全公费7全自费8其他",
        "药物过敏史", "1无2青霉素3磺胺4链霉素5其他", "暴露史", "1无2化学品3毒物4射线", "既往史", "疾病",
        "1无2高血压3糖尿病4冠心病5慢性阻塞性肺疾病6恶性肿瘤7脑卒中8严重精神障碍9结核病10肝炎11其他法定传染病12职业病13其他",
        "确诊时间年月/确诊时间年月/确诊时间年月", "手术", "外伤", "1无2有：名称①时间/名称②时间", "输血",
        "1无2有：原因①时间/原因②时间",
        "家族史", "父亲", "母亲", "兄弟姐妹", "子女",
        "1无2高血压3糖尿病4冠心病5慢性阻塞性肺疾病6恶性肿瘤7脑卒中8严重精神障碍9结核病10肝炎11先天畸形12其他",
        "遗传病史", "1无2有：疾病名称", "残疾情况",
        "1无残疾2视力残疾3听力残疾4言语残疾5肢体残疾6智力残疾7精神残疾8其他残疾",
        "生活环境*", "厨房排风设施", "1无2油烟机3换气扇4烟囱", "燃料类型", "1液化气2煤3天然气4沼气5柴火6其他", "饮水",
        "1自来水2经净化过滤的水3井水4河湖水5塘水6其他", "厕所", "1卫生厕所2一格或二格粪池式3马桶4露天粪坑5简易棚厕",
        "禽畜栏",
        "1无2单设3室内4室外", "国家基本公共卫生服务规范（第三版）",
    ),
    "htn_followup": (
        *FOLLOW_UP, "高血压患者随访服务记录表", "2头痛头晕3恶心呕吐4眼花耳鸣5呼吸困难6心悸胸闷7鼻衄出血不止8四肢发麻9下肢水肿",
        "心率（次/分钟）", "摄盐情况（咸淡）", "轻/中/重/轻/中/重", "辅助检查*", "其他药物",
    ),
    "dm_followup": (
        *FOLLOW_UP, "2型糖尿病患者随访服务记录表", "2多饮3多食4多尿5视力模糊6感染7手脚麻木8下肢浮肿9体重明显下降", "足背动脉搏动",
        "1触及正常", "2减弱（双侧左侧右侧）", "3消失（双侧左侧右侧）", "主食（克/天）", "空腹血糖值", "mmol/L",
        "其他检查*", "糖化血红蛋白％",
        "检查日期：月日", "低血糖反应", "1无2偶尔3频繁", "胰岛素", "种类：", "用法和用量：",
    ),
}
"""The printed words of the form list, written down by hand."""

FIRST_VISIT, SECOND_VISIT = (47 * 72 / 25.4, (47 + 37.75) * 72 / 25.4 - 15)
"""Where the first column of visits begins, and where its boxes at the right edge do, in points."""

UNPRINTED_OPTIONS = {"not_seen", "dorsalis_pedis_side", "death_cause_disease", "stop_reason"}
"""Options written out, circled or ticked without their number, or numbered ①②③."""

OTHERWISE_PRINTED = {"elder_adl", "tcm_elder", "referral_out", "referral_back", "record_card"}
"""Forms whose options stand in columns, are ticked or written out; the tests of their own sheets look at them."""


def silent(_done: int, _total: int, _sentence: object) -> None:
    """Nobody watches."""


@pytest.mark.parametrize(("code", "words"), [(code, words) for code, all_ in CHECKLIST.items() for words in all_])
def test_the_blank_form_says_what_the_specification_prints(code: str, words: str, blank_texts) -> None:
    assert words in blank_texts[code]


@pytest.fixture(scope="module")
def blank_texts() -> dict[str, str]:
    from io import BytesIO

    import pypdf

    return {
        code: "".join("".join(
            page.extract_text() for page in pypdf.PdfReader(BytesIO(blank_form(code))).pages
        ).split())
        for code in FORM_MODULES
    }


@pytest.mark.parametrize("code", [code for code in FORM_MODULES if code not in OTHERWISE_PRINTED])
def test_every_declared_option_is_printed_with_its_number(code: str, blank_texts) -> None:
    declared = form(code)
    items = [item for leaf in sheet(code).leaves for item in inline_items(leaf)]
    unnumbered = {item.ref: item.unnumbered for item in items if isinstance(item, Boxes)}
    missing = []
    for section in declared.sections:
        if section.code == "judgement":
            continue
        for field in section.fields:
            if not isinstance(field.kind, (Choice, Choices)) or field.code in UNPRINTED_OPTIONS | {"salt", "ethnic_group"}:
                continue
            numbered = [o for o in field.kind.options if o.code not in unnumbered.get(field.code, ())]
            words = [printed_option(option).replace(" ", "") for option in numbered]
            missing += [word for word in words if word not in blank_texts[code]]
    assert missing == []


@pytest.mark.parametrize("code", FORM_MODULES)
def test_a_blank_form_has_its_pages_of_embedded_fonts_without_helvetica(code: str, paper) -> None:
    sheet = paper(blank_form(code))
    width, height = PAPERS_MM[laid_out(code).paper]

    assert sheet.sizes_mm() == [(round(width), round(height))] * len(laid_out(code).leaves)
    assert all(sheet.fonts().values())
    assert not [name for name in sheet.fonts() if "Helvetica" in name]
    assert sheet.title == form(code).title


def test_options_stand_once_in_each_of_four_columns(paper) -> None:
    text = paper(blank_form("htn_followup")).text()

    assert text.count("1门诊2家庭3电话") == 4
    assert text.count("1良好2一般3差") == 8
    assert text.count("每日次每次") == 16


def test_four_visits_stand_side_by_side_in_their_order(person, visit, paper) -> None:
    data = print_form("htn_followup", person, [visit(sbp=141), visit(sbp=152), visit(sbp=163), visit(sbp=174)])

    places = {word.text: word for word in paper(data).words() if word.text in ("141", "152", "163", "174")}
    across = [places[text].x for text in ("141", "152", "163", "174")]
    column = 37.75 * 72 / 25.4
    assert across == [pytest.approx(across[0] + number * column, abs=3) for number in range(4)]
    assert len({round(place.y, 2) for place in places.values()}) == 1


def test_the_fifth_visit_is_on_a_second_sheet_with_the_persons_name(person, visit, paper) -> None:
    sheet = paper(print_form("htn_followup", person, [visit(sbp=131 + number) for number in range(5)]))

    assert sheet.page_count == 2
    assert "134" in sheet.text(0)
    assert "135" not in sheet.text(0)
    assert "135" in sheet.text(1)
    assert "李桂兰" in sheet.text(1)
    assert "（续）" not in sheet.text(1)


@pytest.mark.parametrize("words", [
    "2026年2月9日", "1门诊2家庭3电话", "148/88", "63.0/58.0", "25.89/23.83", "3/0", "1.5/0", "4次/周20分钟/次",
    "6次/周45分钟/次", "血钾4.1", "1无2有干咳", "硝苯地平控释片", "每日1次每次1片", "缬沙坦胶囊", "每日2次每次80mg",
    "2026年2月23日",
])
def test_filled_in_values_are_found_in_the_sheet(words: str, person, visit, paper) -> None:
    rows = paper(print_form("htn_followup", person, [visit()])).rows(left=FIRST_VISIT, right=SECOND_VISIT)

    assert words in rows


@pytest.mark.parametrize("words", [
    "左侧", "8.12", "7.5", "1月20日", "11.25", "尿微量白蛋白阴性", "门冬胰岛素30", "早12单位", "310", "260",
])
def test_diabetes_values_are_found_in_the_sheet(words: str, person, diabetes_visit, paper) -> None:
    text = paper(print_form("dm_followup", person, [diabetes_visit])).text()

    assert all(part in text for part in words.replace("月", " ").replace("日", " ").split())


@pytest.mark.parametrize("words", [
    "411624195503084327", "务农", "13800002716", "李大山", "13800001180", "村集体补助", "海鲜", "胃癌", "痛风",
    "2019", "阑尾切除",
    "1998-06", "哮喘", "色盲",
])
def test_basic_information_is_found_in_the_sheet(words: str, person, basic_information, paper) -> None:
    sheet = paper(print_form("personal_info", person, [basic_information]))

    assert sheet.page_count == 1
    assert words in sheet.text()


def test_the_cover_says_whose_record_it_is(person, cover, paper) -> None:
    sheet = paper(print_form("record_cover", person, [cover]))
    text = sheet.text() + "".join(sheet.rows())

    for words in ("柳庄乡柳庄村3组12号", "13800002716", "柳庄村村民委员会", "柳庄村卫生室", "2019年4月1日", "41162410021500037"):
        assert words in text
    assert "赵医生" not in text


def test_a_signers_name_is_printed_only_when_asked(person, visit, paper) -> None:
    assert "王明" not in paper(print_form("htn_followup", person, [visit()])).text()
    assert "王明" in paper(print_form("htn_followup", person, [visit()], with_signatures=True)).text()


def test_a_very_long_name_wraps_at_the_head(visit, paper) -> None:
    name = "阿依古丽·买买提吐尔逊·阿卜杜热合曼" * 3

    data = print_form("htn_followup", PersonHead(name, "41162410021500037"), [visit()])

    head = [row for row in paper(data).rows() if "阿" in row or "曼" in row]
    assert len(head) == 2
    assert name in "".join(row.split("编号")[0] for row in head).removeprefix("姓名：")


def test_a_long_address_wraps_on_the_cover_within_its_line(person, cover, paper) -> None:
    address = "河南省周口市扶沟县柳庄乡柳庄村第三村民组十二号（原柳庄公社第三生产大队），现归属柳庄社区居民委员会管理"
    sheet = paper(print_form("record_cover", person, [cover | {"registered_address": address}]))

    assert address in sheet.text()
    assert sheet.page_count == 1
    parts = [word for word in sheet.words() if word.text in address and len(word.text) > 4]
    assert len(parts) >= 3
    assert len({round(part.x) for part in parts}) <= 2


def test_very_long_answers_flow_on_to_a_continuation_page_and_none_is_lost(person, visit, paper) -> None:
    long = visit(
        aux_exam="检" * 200, sign_other="征" * 100, adr_note="药" * 100, referral_reason="因" * 100,
        referral_to="科" * 100, symptoms_note="症" * 100, symptoms=[2, 10],
    )

    sheet = paper(print_form("htn_followup", person, [long, long]))

    assert sheet.page_count == 3
    assert "高血压患者随访服务记录表（续）" in sheet.text(1)
    assert "第1页/共3页" in sheet.text(0)
    text = sheet.text()
    for letter, count in (("检", 400), ("征", 200), ("药", 200), ("因", 200), ("科", 200), ("症", 200)):
        assert text.count(letter) >= count


@pytest.mark.parametrize("name", ["𠮷田", "王𬱖", "赵𪚥", "㐂山", "葛\U000e0100"])
def test_rare_characters_are_copied_out_of_the_pdf_as_they_are(name: str, visit, paper) -> None:
    text = paper(print_form("htn_followup", PersonHead(name, "41162410021500037"), [visit(aux_exam=name)])).text()

    assert text.count(name.replace("\U000e0100", "")) == 2


def test_a_character_of_private_use_is_reported_and_leaves_a_gap(visit, paper) -> None:
    content = sheet_content("htn_followup", PersonHead("王\ue863明", "41162410021500037"), [visit()])

    assert unprintable(content) == ["\ue863"]
    assert missing_glyphs("王\ue863明") == ["\ue863"]
    text = paper(print_content(content)).text()
    assert "\ue863" not in text
    assert "王明" in text


def test_markup_in_an_answer_is_printed_as_it_was_typed(person, visit, paper) -> None:
    data = print_form("htn_followup", person, [visit(aux_exam="<b>血糖</b>&amp;%(x)s\\(1)")])

    parts = "".join(word.text for word in paper(data).words())
    assert "<b>血" in "".join(parts.split())
    assert "&amp;%(x)s\\(1)" in "".join(parts.split())


def test_a_draft_is_marked_on_every_page(person, visit, paper) -> None:
    draft = paper(print_form("htn_followup", person, [visit()] * 5, draft=True))

    assert ["草稿" in draft.text(page) for page in range(2)] == [True, True]
    assert "草稿" not in paper(print_form("htn_followup", person, [visit()])).text()


def test_the_same_content_prints_the_same_page_again(person, visit, paper) -> None:
    content = sheet_content("htn_followup", person, [visit(), visit(date(2026, 5, 9))])

    first, second = paper(print_content(content)), paper(print_content(content))
    assert first.words() == second.words()


def test_what_pages_have_in_common_is_drawn_once_and_still_read(visit, paper, tmp_path) -> None:
    jobs = [PrintJob("htn_followup", PersonHead(f"甲{number}", "41162410021500037"), [visit()]) for number in range(6)]

    print_many(jobs, tmp_path / "six.pdf", silent, lambda: False)

    sheet = paper((tmp_path / "six.pdf").read_bytes())
    assert ["高血压患者随访服务记录表" in sheet.text(page) for page in range(6)] == [True] * 6
    assert [f"甲{page}" in sheet.text(page) for page in range(6)] == [True] * 6
    alone = len(print_form(jobs[0].form_code, jobs[0].person, jobs[0].visits))
    assert (tmp_path / "six.pdf").stat().st_size < alone + 6 * 12_000


def test_a_batch_holds_every_job_and_tells_how_far_it_is(person, visit, basic_information, paper, tmp_path) -> None:
    told: list[tuple[int, int, str]] = []
    jobs = [
        PrintJob("htn_followup", person, [visit()] * 5), PrintJob("personal_info", person, [basic_information]),
        PrintJob("dm_followup", person, [], Mode.BLANK),
    ]

    pages = print_many(
        iter(jobs), tmp_path / "batch.pdf", lambda done, total, said: told.append((done, total, str(said))), lambda: False,
        title="十一月随访表", total=3,
    )

    sheet = paper((tmp_path / "batch.pdf").read_bytes())
    assert (pages, sheet.page_count, sheet.title) == (4, 4, "十一月随访表")
    assert told == [(1, 3, "正在排版第 1 份"), (2, 3, "正在排版第 2 份"), (3, 3, "正在排版第 3 份")]


def test_a_cancelled_batch_leaves_nothing_and_keeps_the_old_file(person, visit, tmp_path) -> None:
    path = tmp_path / "batch.pdf"
    path.write_bytes(b"old")
    done: list[int] = []

    pages = print_many(
        [PrintJob("htn_followup", person, [visit()])] * 9, path, lambda number, *_: done.append(number),
        lambda: len(done) == 2,
    )

    assert pages == 0
    assert done == [1, 2]
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("batch.pdf", b"old")]


def test_a_batch_that_cannot_be_written_says_so_and_leaves_nothing(person, visit, tmp_path) -> None:
    path = tmp_path / "folder.pdf"
    path.mkdir()

    with pytest.raises(EnvironmentFailure, match=r"没有存成 PDF 文件“folder\.pdf”"):
        print_many([PrintJob("htn_followup", person, [visit()])], path, silent, lambda: False)

    assert [found.name for found in tmp_path.iterdir()] == ["folder.pdf"]


def test_no_job_writes_no_file(tmp_path) -> None:
    assert print_many([], tmp_path / "none.pdf", silent, lambda: False) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_form_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UserError, match="no_such_form"):
        blank_form("no_such_form")


def test_after_warming_up_the_usual_fonts_are_there() -> None:
    from app.printing import fonts

    warm_up()

    assert {"serif", "serif-bold", "kai"} <= set(fonts.loaded())
