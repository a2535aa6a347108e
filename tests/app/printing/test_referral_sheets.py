"""The printed 双向转诊单 out and back, read back."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.layout import CutLine
from app.printing.sheets import blank_form, print_form, sheet_content

OUT, BACK = "referral_out", "referral_back"
CHECKLIST = {
    OUT: (
        "双向转诊（转出）单", "存根", "患者姓名", "性别", "年龄", "档案编号", "家庭住址", "联系电话", "于", "因病情需要，转入",
        "单位", "科室", "接诊医生", "转诊医生（签字）：", "（机构名称）：", "现有患者", "因病情需要，需转入贵单位，请予以接诊",
        "初步印象：", "主要现病史（转出原因）：", "主要既往史：", "治疗经过：", "联系电话：", "（机构名称）",
    ),
    BACK: (
        "双向转诊（回转）单", "存根", "患者姓名", "性别", "年龄", "病案号", "家庭住址", "联系电话", "于", "因病情需要，转回",
        "单位", "接诊医生", "转诊医生（签字）：", "（机构名称）：", "现有患者", "因病情需要，现转回贵单位，请予以接诊",
        "诊断结果：",
        "住院病案号", "主要检查结果：", "治疗经过、下一步治疗方案及康复建议：", "联系电话：", "（机构名称）",
    ),
}
SAME = {
    "patient_name": "李桂兰", "sex": 2, "age": 71, "address": "柳庄村三组", "phone": "13800002716",
    "from_doctor": "王明", "stub_date": date(2026, 11, 20), "from_phone": "0394-6200001", "date": date(2026, 11, 20),
}
ANSWERS = {
    OUT: {
        **SAME, "record_no": "41162410021500037", "transfer_date": date(2026, 11, 20), "to_org": "扶沟县人民医院",
        "to_dept": "心血管内科", "to_doctor": "孙医生", "impression": "高血压三级", "present_illness": "剧烈头痛",
        "past_history": "高血压八年", "treatment": "卡托普利含服", "from_org": "柳庄村卫生室",
    },
    BACK: {
        **SAME, "case_no": "B2026110021", "back_date": date(2026, 11, 20), "to_org": "柳庄村卫生室", "to_doctor": "赵医生",
        "diagnosis": "高血压三级", "inpatient_no": "ZY20261101", "main_findings": "头颅未见异常",
        "treatment_advice": "规律服药两周随访", "from_org": "扶沟县人民医院",
    },
}
WORDS = [(code, words) for code, all_words in CHECKLIST.items() for words in all_words]


@pytest.mark.parametrize(("code", "words"), WORDS)
@pytest.mark.parametrize("filled", [False, True])
def test_the_slip_says_what_the_form_prints(code, words, filled, paper, person):
    pdf = paper(print_form(code, person, [ANSWERS[code]]) if filled else blank_form(code))
    assert pdf.page_count == 1
    assert words in pdf.text()


@pytest.mark.parametrize("code", CHECKLIST)
def test_both_parts_bear_the_title_with_the_cut_between_them(code, paper, person):
    blocks = sheet_content(code, person, [ANSWERS[code]]).sheets[0].leaves[0].blocks
    assert [isinstance(block, CutLine) for block in blocks].count(True) == 1
    rows = paper(blank_form(code)).rows()
    title = CHECKLIST[code][0]
    assert [row for row in rows if row in (title, "存根")] == [title, "存根", title]
    assert len([row for row in rows if "年月日" in row]) == 3


@pytest.mark.parametrize("code", CHECKLIST)
def test_everything_written_stands_on_the_slip(code, paper, person):
    pdf = paper(print_form(code, person, [ANSWERS[code]]))
    written = [str(value) for value in ANSWERS[code].values() if isinstance(value, str) and value != "王明"]
    assert [value for value in (*written, "女", "71") if value not in pdf.text()] == []
    assert len([row for row in pdf.rows() if "2026年11月20日" in row]) == 3
    assert "王明" not in pdf.text()


def test_the_sentences_read_as_on_paper(paper, person):
    rows = paper(print_form(OUT, person, [ANSWERS[OUT]])).rows()
    assert "患者姓名李桂兰性别女年龄71档案编号41162410021500037" in rows
    assert "于2026年11月20日因病情需要，转入扶沟县人民医院单位" in rows
    assert "心血管内科科室孙医生接诊医生。" in rows
    assert "扶沟县人民医院（机构名称）：" in rows
    assert "现有患者李桂兰性别女年龄71因病情需要，需转入贵单位，请予以接诊。" in rows
    assert "柳庄村卫生室（机构名称）" in rows
    rows = paper(print_form(BACK, person, [ANSWERS[BACK]])).rows()
    assert "于2026年11月20日因病情需要，转回柳庄村卫生室单位" in rows
    assert "现有患者李桂兰因病情需要，现转回贵单位，请予以接诊。" in rows


@pytest.mark.parametrize("code", CHECKLIST)
def test_signatures_can_be_printed_on_both_parts(code, paper, person):
    assert paper(print_form(code, person, [ANSWERS[code]], with_signatures=True)).text().count("王明") == 2
