"""How each form is entered, reopened and corrected at the keyboard, wherever it has its screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

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
    wait_until,
)
from tests.residents import id_number
from tests.ui.hands import CTRL, focused, press, type_form, write
from ui.screens.follow_ups.slots import OptionSlot
from ui.screens.follow_ups.visit import VisitPage
from ui.tour.hands import settle
from ui.widgets.form_view.state import twins_of

MOST_KEYS = 500
KNOWN_ALREADY = ("bmi", "height", "visit_class")
"""Answers that a visit computes, proposes, or has from the record."""


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
    "tb_first_visit": Correction("cigarettes", 8),
    "tb_followup": Correction("cigarettes", 8),
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


def save(clinic: Clinic) -> None:
    """Ctrl+Enter, and let through what would change elsewhere."""
    clinic.be_in_front()
    press(focused(clinic.window), Qt.Key.Key_Return, CTRL)
    clinic.let_through()


# --- forms with the generic screen ----------------------------------------------------------------------------


def _fill(clinic: Clinic, code: str) -> tuple[RecordedForm, dict[str, Any]]:
    """From the folder: Enter on the kind, the answers, Ctrl+Enter."""
    person = new_person(clinic, code)
    if code == "screening":
        clinic.be_in_front()
        clinic.window.show_screen("forms", resident_id=person, form_code=code)
    else:
        clinic.choose_new_form(person, code)
    page = clinic.form_page()
    answers = sample(code)
    if "record_no" in answers:
        answers["record_no"] = page.opened.person.record_no
    type_form(page.view, canonical(code, answers))
    assert page.view.problems() == []
    expected = dict(clinic.services.form_records.judge(page.opened, answers).answers)
    save(clinic)
    problems = [str(each.message) for each in page.view.problems()]
    assert not page.is_touched, (page.bar.note(), focused(page).objectName(), problems, clinic.dialogs.last_told())
    wait_until(lambda: clinic.window.current_key() == "residents", "the record")
    return clinic.services.form_records.of_resident(person, code)[0], expected


# --- the forms of the record ----------------------------------------------------------------------------------


def _register(clinic: Clinic, code: str) -> tuple[RecordedForm, dict[str, Any]]:
    """Ctrl+N, both forms at once, Ctrl+Enter. Each of the two forms is looked at of another person."""
    name, born, sequence = ("李桂兰", "1955-03-08", 434) if code == "record_cover" else ("赵春兰", "1958-05-12", 142)
    identity = {"name": name, "id_number": id_number(born.replace("-", ""), sequence), "birth_date": born}
    both = {**canonical("record_cover", sample("record_cover")), **canonical("personal_info", sample("personal_info"))}
    given_by_the_desk = ("record_no", "township_name", "village_name", "created_org")
    answers = {key: value for key, value in {**both, **identity}.items() if key not in given_by_the_desk}
    clinic.window.show_screen("residents")
    press(focused(clinic.window), Qt.Key.Key_N, CTRL)
    page = clinic.residents.edit_page()
    page.form.build_all()
    standing = twins_of(page.form.forms)
    type_form(page.form, {"household_mode": 2, **{key: value for key, value in answers.items() if standing[key] == key}})
    press(focused(clinic.window), Qt.Key.Key_Return, CTRL)
    shown = clinic.residents.shown()
    assert not clinic.residents.is_editing(), page.form.problems()
    assert shown is not None
    recorded = clinic.services.form_records.of_resident(shown.person.id, code)[0]
    return recorded, {key: value for key, value in answers.items() if key in form(code).fields}


# --- visits ---------------------------------------------------------------------------------------------------


def _visit(clinic: Clinic, code: str) -> tuple[RecordedForm, dict[str, Any]]:
    """From the folder: Enter on the kind, the visit, Ctrl+Enter."""
    person = new_person(clinic, code)
    clinic.choose_in_folder(person, code, sheet=False)
    press(focused(clinic.window), Qt.Key.Key_Return)
    expected = canonical(code, sample(code))
    type_visit(_visit_page(clinic), expected)
    save(clinic)
    found = clinic.services.form_records.of_resident(person, code)
    assert found, [str(each.message) for each in _visit_page(clinic).state.standing()]
    return found[0], expected


def _visit_page(clinic: Clinic) -> VisitPage:
    wait_until(lambda: clinic.window.current_key() == "follow_ups", "the screen of visits")
    visit = clinic.window.screen("follow_ups").visit
    assert visit is not None, clinic.dialogs.last_told()
    return visit


def type_visit(visit: VisitPage, answers: Mapping[str, Any]) -> None:
    """Enter canonical answers by keys alone. The cursor jumps from reading to reading, so that the way is gone twice."""
    left = dict(answers)
    for _ in range(2):
        for _ in range(MOST_KEYS):
            if focused(visit) is visit.stops()[0]:
                break
            press(focused(visit), Qt.Key.Key_Backtab)
        for _ in range(MOST_KEYS):
            at = focused(visit)
            if at.objectName() == "save_next":
                break
            _answer_in_visit(at, left)
            if QApplication.focusWidget() is at:
                press(at, Qt.Key.Key_Tab)
    lacking = [key for key in left if visit.state.raw.get(key) is None and key not in KNOWN_ALREADY]
    assert lacking == [], f"no control was reached for {lacking}"


def _answer_in_visit(at: QWidget, left: dict[str, Any]) -> None:
    """Do what one control asks for; what was answered is taken out of `left`."""
    name = at.objectName()
    tables = {key: value for key, value in left.items() if isinstance(value, list) and value and isinstance(value[0], dict)}
    for key, rows in tables.items():
        if name == f"{key}_add":
            press(at, Qt.Key.Key_Return)
            for code, value in rows[0].items():
                cell = focused(at)
                assert cell.objectName() == f"{key}_1_{'times' if code == 'times_per_day' else code}"
                write(cell, str(value))
                press(cell, Qt.Key.Key_Tab)
            left.pop(key)
            return
    if name.endswith("_confirm"):
        press(at, Qt.Key.Key_Return)
    elif name in left and name not in tables:
        _type_answer(at, left.pop(name))


def _type_answer(at: QWidget, value: Any) -> None:
    if isinstance(at, QLineEdit) and not isinstance(at, OptionSlot):
        write(at, value.isoformat() if hasattr(value, "isoformat") else str(value))
        return
    press(at, Qt.Key.Key_Delete)
    for place, number in enumerate(value if isinstance(value, list) else [value]):
        QTest.keyClicks(at, f",{number}" if place else str(number))


# --- again ----------------------------------------------------------------------------------------------------


def reopened(clinic: Clinic, code: str) -> dict[str, Any]:
    """Open a form from the timeline; the canonical answers that stand in its fields."""
    recorded = on_file(clinic, code)
    clinic.open_from_timeline(recorded.resident_id, code)
    if code in REGISTERED:
        assert clinic.residents.record.tabs.current() == "facts"
        press(focused(clinic.window), Qt.Key.Key_E, CTRL)
        page = clinic.residents.edit_page()
        page.form.build_all()
        shown = {key: value for key, value in answers_in_fields(page.form, recorded.answers).items()
                 if key in form(code).fields}
        press(focused(clinic.window), Qt.Key.Key_Escape)
    elif code in VISITS:
        visit = _visit_page(clinic)
        raw = {key: visit.form.cells[key].raw(key) for key in recorded.answers if key in visit.form.cells}
        raw |= {editor.key: editor.raw() for editor in visit.form.editors.values()}
        shown = canonical(code, {key: value for key, value in raw.items() if key != "bmi"})
        press(focused(clinic.window), Qt.Key.Key_Escape)
    else:
        shown = answers_in_fields(clinic.form_page().view, recorded.answers)
        press(focused(clinic.window), Qt.Key.Key_Escape)
    settle()
    return shown


def correct(clinic: Clinic, code: str, reason: str) -> None:
    """Open a form from the timeline, type another answer and the reason, Ctrl+Enter."""
    recorded, change = on_file(clinic, code), CORRECTIONS[code]
    clinic.open_from_timeline(recorded.resident_id, code)
    if code in REGISTERED:
        press(focused(clinic.window), Qt.Key.Key_E, CTRL)
        page = clinic.residents.edit_page()
        page.form.build_all()
        clinic.dialogs.will_write(reason)
        type_form(page.form, {change.code: change.value})
        clinic.be_in_front()
        press(focused(clinic.window), Qt.Key.Key_Return, CTRL)
        assert not clinic.residents.is_editing()
    elif code in VISITS:
        visit = _visit_page(clinic)
        type_visit(visit, {change.code: change.value})
        _save_with_reason(clinic, reason)
    else:
        page = clinic.form_page()
        type_form(page.view, {change.code: change.value})
        _save_with_reason(clinic, reason)
    settle()


def _save_with_reason(clinic: Clinic, reason: str) -> None:
    """Without the reason the cursor goes to its line; with it the correction is saved."""
    clinic.be_in_front()
    press(focused(clinic.window), Qt.Key.Key_Return, CTRL)
    at = focused(clinic.window)
    assert at.objectName() == "correction_reason", at.objectName()
    write(at, reason)
    press(at, Qt.Key.Key_Return, CTRL)
    clinic.let_through()
