"""A picture of every form, filled in: for the manual, and no part of the day. Nothing of it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt

from app.services.work_list import Until, WorkFilter
from ui.screens.residents.screen import ResidentsScreen
from ui.tour.acts.day_sheet import screening_round
from ui.tour.acts.follow_ups import open_by_initials
from ui.tour.acts.forms import page_of
from ui.tour.day import Day
from ui.tour.hands import TourLost, bring_into_view, wait_until
from ui.tour.stage import Stage

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
SHE, HE = "李桂兰", "李大山"
OF_PROGRAMMES = {"smi_info": "smi", "smi_followup": "smi", "tb_first_visit": "tb", "tb_followup": "tb", "copd_followup": "copd"}
AT_FIELD = {
    "health_exam": "bp_left_sbp", "tcm_elder": "q09", "smi_info": "household_type", "smi_followup": "risk_level",
    "tb_first_visit": "symptoms", "tb_followup": "symptoms", "copd_followup": "spo2", "referral_out": "impression",
    "referral_back": "diagnosis", "record_card": "chronic",
}  # fmt: skip
"""Where a picture shows the form: its beginning unless it stands here."""

NOT_COPIED = ("next_visit_date", "hba1c_date")
WRITTEN: Mapping[str, Mapping[str, Any]] = {
    "consultation": {
        "reason": "血压控制不满意 3 个月，已调整药物两次，请协助制订治疗方案。",
        "opinion": "改用缬沙坦氨氯地平片每日 1 次，两周后复查血压和血钾。",
        "consultants": [{"institution": "刘庄店镇卫生院", "signatures": "赵医生"}],
    },
    "referral_out": {
        "to_org": "沈丘县人民医院", "to_dept": "心血管内科", "to_doctor": "孙医生", "impression": "高血压 3 级",
        "present_illness": "剧烈头痛 2 小时，血压 192/116 mmHg", "treatment": "卡托普利 25 mg 含服，平卧观察",
    },
    "referral_back": {
        "to_org": "柳庄村卫生室（示例）", "to_doctor": "王明", "case_no": "B2026110021", "from_org": "沈丘县人民医院",
        "from_doctor": "孙医生", "from_phone": "0394-6200001", "diagnosis": "高血压 3 级（极高危）",
        "main_findings": "头颅 CT 未见异常，血钾 4.1 mmol/L", "treatment_advice": "缬沙坦 80 mg 每日 1 次，两周后随访血压",
    },
    "record_card": {"doctor_phone": "0394-5550101", "other": "听力差，说话要大声"},
}  # fmt: skip
"""What no form of the sample holds."""

FORMS = (
    "health_exam", "elder_adl", "tcm_elder", "smi_info", "smi_followup", "tb_first_visit", "tb_followup", "copd_followup",
    "encounter", "consultation", "referral_out", "referral_back", "record_card",
)  # fmt: skip


def play(day: Day) -> None:
    """The record first, then the visits, then every other form."""
    stage = day.clinic
    with day.step("the two forms of the record"):
        of_the_record(stage)
    with day.step("the two sheets of the visit screen"):
        visit(stage, "htn_followup", "lcg", "134827665.5")
        visit(stage, "dm_followup", "mgq", "128787264.26.1")
    for code in FORMS:
        with day.step(f"the form {code}"):
            one_form(stage, code)
    with day.step("the round of screening"):
        screening_round(stage)


def of_the_record(stage: Stage) -> None:
    """封面 and 个人基本信息表 while they are corrected."""
    stage.window.show_screen("residents", resident_id=resident(stage, SHE))
    screen = stage.window.current_screen()
    assert isinstance(screen, ResidentsScreen)
    for form_code, field in (("record_cover", "current_address"), ("personal_info", "drug_allergy")):
        screen.start_correction(field)
        page = screen.edit_page()
        wait_until(page.form.is_built, "the record to be there")
        page.form.go_to(field)
        stage.wait_idle()
        stage.picture(f"form {form_code}")
        stage.dialogs.will_answer("discard")
        screen.on_left()


def visit(stage: Stage, code: str, initials: str, readings: str) -> None:
    """A visit with its readings, everything else as last time."""
    open_by_initials(stage, initials)
    stage.hands.type(readings, reading=True)
    stage.hands.press(Qt.Key.Key_L, CONTROL_SHIFT)
    stage.picture(f"form {code}")
    stage.window.show_screen("today")


def one_form(stage: Stage, code: str) -> None:
    """A new form as it looks when it is filled in."""
    stage.window.show_screen("forms", resident_id=whose(stage, code), form_code=code)
    page = page_of(stage)
    form, view = page.opened.form, page.view
    known = stage.services.form_records.of_resident(page.resident_id, code)
    copied = {} if not known else {
        key: value for key, value in known[0].answers.items() if key != form.date_code and key not in NOT_COPIED
    }  # fmt: skip
    given = {**copied, **form.read(WRITTEN.get(code, {})).answers}
    view.set_answers({key: value for key, value in given.items() if key in form.fields})
    page.take_first()
    field = AT_FIELD.get(code, "")
    if field:
        if not view.go_to(field):
            raise TourLost(f"{code} has no {field} on the screen")
        row = view.row_of(field)
        if row is not None:
            bring_into_view(row)
    else:
        view.go_to_section(0)
    stage.wait_idle()
    stage.picture(f"form {code}")
    stage.dialogs.will_answer("discard")
    stage.hands.press(Qt.Key.Key_Escape)
    wait_until(lambda: stage.window.current_key() != "forms", "the form to be left")


def whose(stage: Stage, code: str) -> str:
    """Somebody for whom a form is filled in."""
    disease = OF_PROGRAMMES.get(code)
    if disease is None:
        return resident(stage, HE if code == "encounter" else SHE)
    rows = stage.services.work_list.page(WorkFilter(until=Until.ALL)).rows
    return next(row.resident_id for row in rows if disease in row.diseases)


def resident(stage: Stage, name: str) -> str:
    """The resident of this name."""
    return next(hit.resident_id for hit in stage.services.search.find(name, limit=5) if hit.name == name)
