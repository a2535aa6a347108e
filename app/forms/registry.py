"""The forms that exist, by code: the list of national forms, then the clinic's own (screening).

A form's module is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module

from app.domain.message import msg
from app.errors import UserError
from app.forms.vocabulary import Form

FORM_MODULES = {
    "record_cover": "app.forms.record_cover",
    "personal_info": "app.forms.personal_info",
    "health_exam": "app.forms.health_exam",
    "htn_followup": "app.forms.htn_followup",
    "dm_followup": "app.forms.dm_followup",
    "smi_info": "app.forms.smi_info",
    "smi_followup": "app.forms.smi_followup",
    "tb_first_visit": "app.forms.tb_first_visit",
    "tb_followup": "app.forms.tb_followup",
    "elder_adl": "app.forms.elder_adl",
    "tcm_elder": "app.forms.tcm_elder",
    "copd_followup": "app.forms.copd_followup",
    "encounter": "app.forms.encounter",
    "consultation": "app.forms.consultation",
    "referral_out": "app.forms.referral_out",
    "referral_back": "app.forms.referral_back",
    "record_card": "app.forms.record_card",
    "screening": "app.forms.screening",
}


def form(code: str) -> Form:
    """The form with this code; raises UserError naming those that exist."""
    if code not in FORM_MODULES:
        raise UserError(
            msg("没有代码为“{code}”的表。可用的有：{codes}。", code=code, codes="、".join(FORM_MODULES))
        )
    return import_module(FORM_MODULES[code]).FORM


def forms() -> list[Form]:
    """Every form, in the order of the list."""
    return [form(code) for code in FORM_MODULES]
