"""The printed 双向转诊（回转）单 (third edition, 2017, form list §15), one A4 page with a stub to cut off."""

from __future__ import annotations

from app.forms.layout import DateFill
from app.forms.referral_back import FORM
from app.forms.sheets.referral_slips import blank, patient_lines, printed, slip, texts, written

FIELDS = FORM.fields

SHEET = slip(
    FORM,
    (
        *patient_lines(FORM, "case_no"),
        printed("于", DateFill("back_date"), "因病情需要，转回", blank("to_org", 98), "单位"),
        printed(blank("to_doctor", 50), "接诊医生。"),
    ),
    (
        printed(blank("to_org", 90), "（机构名称）："),
        printed("    现有患者", blank("patient_name", 34), "因病情需要，现转回贵单位，请予以接诊。"),
        texts(written(FIELDS["diagnosis"].label, "diagnosis", 19)),
        printed(FIELDS["inpatient_no"].label, blank("inpatient_no", 46)),
        texts(
            written(FIELDS["main_findings"].label, "main_findings", 34),
            written(FIELDS["treatment_advice"].label, "treatment_advice", 50),
        ),
    ),
)
