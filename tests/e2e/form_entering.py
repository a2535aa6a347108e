"""How each form is entered, reopened and corrected at the keyboard, wherever it has its screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.forms.kinds import Table
from app.forms.registry import form
from app.services.form_views import RecordedForm
from tests.e2e.form_clinic import (
    REGISTERED,
    VISITS,
    Clinic,
    answers_in_fields,
    canonical,
    new_person,
    sample,
)
from tests.residents import id_number
from tests.ui.hands import CTRL, focused, press, type_form, write
from ui.screens.follow_ups.slots import OptionSlot
from ui.screens.follow_ups.visit import VisitPage
from ui.tour.hands import settle, wait_until
from ui.widgets.form_view.state import twins_of

MOST_KEYS = 500


@dataclass(frozen=True)
class Correction:
    """An answer and what it is corrected to."""

    code: str
    value: Any


CORRECTIONS = {
    "record_cover": Correction("current_address", "青石镇柳庄村3组15号"),
    "personal_info": Correction("contact_name", "李小山"),
    "health_exam": Correction("pulse", 82),
    "htn_followup": Correction("heart_rate", 82),
    "dm_followup": Correction("dbp", 84),
    "smi_info": Correction("specialist_advice", "按时服药，一个月复查"),
    "smi_followup": Correction("sleep", 1),
    "tb_first_visit": Correction("drug_place", "家中"),
    "tb_followup": Correction("cigarettes", 1),
    "elder_adl": Correction("dressing", 3),
    "tcm_elder": Correction("q20", 2),
    "copd_followup": Correction("respiration", 20),
    "encounter": Correction("plan", "休息，多喝水"),
    "consultation": Correction("opinion", "两周后复查"),
    "referral_out": Correction("to_dept", "内分泌科"),
    "referral_back": Correction("case_no", "B2026110022"),
    "record_card": Correction("other", "视力差"),
    "screening": Correction("advice", "少吃盐"),
}


def entered(clinic: Clinic, code: str) -> tuple[RecordedForm, dict[str, Any]]:
    """A form as it stood on file when it had been entered, and what was meant; entered when it is first asked for."""
    if code not in clinic.entered:
        enter = _register if code in REGISTERED else _visit if code in VISITS else _fill
        clinic.entered[code] = enter(clinic, code)
    return clinic.entered[code]


def on_file(clinic: Clinic, code: str) -> RecordedForm:
    """The form as it stands now."""
    first, _expected = clinic.entered[code]
    return clinic.services.form_records.of_resident(first.resident_id, code)[0]


# --- forms with the generic screen ----------------------------------------------------------------------------


def _fill(clinic: Clinic, code: str) -> tuple[RecordedForm, dict[str, Any]]:
    """From the folder: Enter on the kind, the answers, Ctrl+Enter."""
    person = new_person(clinic, code)
    if code == "screening":
        clinic.window.show_screen("forms", resident_id=person, form_code=code)
    else:
        clinic.choose_in_folder(person, code, sheet=False)
        press(focused(clinic.window), Qt.Key.Key_Return)
    page = clinic.form_page()
    type_form(page.view, canonical(code, sample(code)))
    assert page.view.problems() == []
    expected = dict(clinic.services.form_records.judge(page.opened, sample(code)).answers)
    press(focused(clinic.window), Qt.Key.Key_Return, CTRL)
    clinic.let_through()
    wait_until(lambda: clinic.window.current_key() == "residents", "the record")
    return clinic.services.form_records.of_resident(person, code)[0], expected
