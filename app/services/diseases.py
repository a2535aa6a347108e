"""The programmes under which residents are managed: their codes, names and forms.

DISEASES are those whose visit is written on the combined screen (高血压 and 糖尿病, one visit for both sheets); the others
are written on the screen of the forms. PROGRAMMES are all, in the order in which they are shown.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date

from app.domain.message import Message, msg

HYPERTENSION = "htn"
DIABETES = "dm"
MENTAL_DISORDER = "smi"
TUBERCULOSIS = "tb"
COPD = "copd"
DISEASES = (HYPERTENSION, DIABETES)
PROGRAMMES = (HYPERTENSION, DIABETES, MENTAL_DISORDER, TUBERCULOSIS, COPD)
FORM_OF = {
    HYPERTENSION: "htn_followup",
    DIABETES: "dm_followup",
    MENTAL_DISORDER: "smi_followup",
    TUBERCULOSIS: "tb_followup",
    COPD: "copd_followup",
}
"""The form of a follow-up visit."""

DISEASE_OF = {FORM_OF[disease]: disease for disease in DISEASES}
"""Of the forms that the combined visit fills."""

PROGRAMME_OF = {
    "smi_info": MENTAL_DISORDER,
    "smi_followup": MENTAL_DISORDER,
    "tb_first_visit": TUBERCULOSIS,
    "tb_followup": TUBERCULOSIS,
    "copd_followup": COPD,
}
"""Of the forms that are kept for themselves: whoever has one is under management, or is taken under it by saving it."""

FIRST_FORM_OF = {TUBERCULOSIS: "tb_first_visit"}
"""The form of the first visit where it is another one."""

NAMES: dict[str, Message] = {
    HYPERTENSION: msg("高血压"),
    DIABETES: msg("糖尿病"),
    MENTAL_DISORDER: msg("严重精神障碍"),
    TUBERCULOSIS: msg("肺结核"),
    COPD: msg("慢阻肺病"),
}
HISTORY_CODES = {HYPERTENSION: 2, DIABETES: 3, COPD: 5, MENTAL_DISORDER: 8}
"""The option of 既往史·疾病 (personal_info) that says a resident has the disease. A tuberculosis of the past is no case."""

SCOPE_FROM_YEARS = 35
"""服务对象: 35 years and older (国家基本公共卫生服务规范（第三版）, both disease specifications, 一; COPD 2024)."""
SCOPED_BY_AGE = (HYPERTENSION, DIABETES, COPD)

EXAMINED_YEARLY = (HYPERTENSION, DIABETES, MENTAL_DISORDER, COPD)
"""Under these a 健康体检表 is due every year; tuberculosis patients do not get it."""


def in_order(diseases: Container[str]) -> tuple[str, ...]:
    """Those of `diseases` that the combined visit writes, hypertension first."""
    return tuple(disease for disease in DISEASES if disease in diseases)


def programmes_in_order(diseases: Container[str]) -> tuple[str, ...]:
    """Those of `diseases` that are programmes here, in the order in which they are shown."""
    return tuple(disease for disease in PROGRAMMES if disease in diseases)


def visit_form(disease: str, last_visit_on: date | None) -> str:
    """The form of the next visit of a programme; `last_visit_on` None before the first."""
    return FIRST_FORM_OF.get(disease, FORM_OF[disease]) if last_visit_on is None else FORM_OF[disease]
