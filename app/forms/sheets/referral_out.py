"""The printed 双向转诊（转出）单 (third edition, 2017, form list §15), one A4 page with a stub to cut off."""

from __future__ import annotations

from app.forms.layout import DateFill
from app.forms.referral_out import FORM
from app.forms.sheets.referral_slips import blank, patient_lines, printed, slip, texts, written

FIELDS = FORM.fields
HEIGHTS_MM = {"impression": 19.0, "present_illness": 32.0, "past_history": 24.0, "treatment": 32.0}

SHEET = slip(
    FORM,
    (
        *patient_lines(FORM, "record_no"),
        printed("于", DateFill("transfer_date"), "因病情需要，转入", blank("to_org", 98), "单位"),
        printed(blank("to_dept", 62), "科室", blank("to_doctor", 50), "接诊医生。"),
    ),
    (
        printed(blank("to_org", 90), "（机构名称）："),
        printed(
            "    现有患者", blank("patient_name", 30), "性别", blank("sex", 14), "年龄", blank("age", 14),
            "因病情需要，需转入贵单位，请予以接诊。",
        ),
        texts(*(written(FIELDS[code].label, code, mm) for code, mm in HEIGHTS_MM.items())),
    ),
)
