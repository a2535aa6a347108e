"""The diseases under management (慢病): their codes, names, forms, in the order in which a visit asks for them."""

from __future__ import annotations

from collections.abc import Container

from app.domain.message import Message, msg

HYPERTENSION = "htn"
DIABETES = "dm"
DISEASES = (HYPERTENSION, DIABETES)
FORM_OF = {HYPERTENSION: "htn_followup", DIABETES: "dm_followup"}
DISEASE_OF = {form_code: disease for disease, form_code in FORM_OF.items()}
NAMES: dict[str, Message] = {HYPERTENSION: msg("高血压"), DIABETES: msg("糖尿病")}
HISTORY_CODES = {HYPERTENSION: 2, DIABETES: 3}
"""The option of 既往史·疾病 (personal_info) that says a resident has the disease."""

SCOPE_FROM_YEARS = 35
"""服务对象: 35 years and older (国家基本公共卫生服务规范（第三版）, both disease specifications, 一)."""


def in_order(diseases: Container[str]) -> tuple[str, ...]:
    """Those of `diseases` that are managed here, hypertension first."""
    return tuple(disease for disease in DISEASES if disease in diseases)
