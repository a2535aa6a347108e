"""The printed sheets of the national forms, one module per form, imported when first asked for."""

from __future__ import annotations

from importlib import import_module

from app.domain.message import msg
from app.errors import UserError
from app.forms.layout import Sheet
from app.forms.registry import form

SHEET_MODULES = {
    "record_cover": "app.forms.sheets.record_cover",
    "personal_info": "app.forms.sheets.personal_info",
    "health_exam": "app.forms.sheets.health_exam",
    "htn_followup": "app.forms.sheets.htn_followup",
    "dm_followup": "app.forms.sheets.dm_followup",
    "smi_info": "app.forms.sheets.smi_info",
    "smi_followup": "app.forms.sheets.smi_followup",
    "tb_first_visit": "app.forms.sheets.tb_first_visit",
    "tb_followup": "app.forms.sheets.tb_followup",
    "elder_adl": "app.forms.sheets.elder_adl",
    "tcm_elder": "app.forms.sheets.tcm_elder",
    "copd_followup": "app.forms.sheets.copd_followup",
    "encounter": "app.forms.sheets.encounter",
    "consultation": "app.forms.sheets.consultation",
    "referral_out": "app.forms.sheets.referral_out",
    "referral_back": "app.forms.sheets.referral_back",
    "record_card": "app.forms.sheets.record_card",
    "screening": "app.forms.sheets.screening",
}


def sheet(form_code: str, edition: str = "") -> Sheet:
    """The printed sheet of a form, of the edition in force or of an earlier one. Raises UserError where there is none."""
    if form_code not in SHEET_MODULES:
        raise UserError(msg("代码为“{code}”的表没有打印格式。", code=form_code))
    newest: Sheet = import_module(SHEET_MODULES[form_code]).SHEET
    declared = form(form_code)
    if edition in ("", declared.edition):
        return newest
    from app.forms.editions import of_edition
    from app.forms.sheets.editions import in_edition

    return in_edition(newest, declared, of_edition(form_code, edition))
