"""JSON in, JSON out: follow-up of hypertension, diabetes, severe mental disorder, tuberculosis and COPD, and
screening.

The rules themselves are in app.domain; the keys are those of docs on the command line. Values of `referral` are
"no", "yes", "urgent". A checklist may hold keys of app.domain.emergencies, their Chinese names or other words; every
word but 无 counts as found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime

from app.domain.blood_pressure import read_blood_pressure
from app.domain.chronic_followup import VISIT_CLASS_LABELS, Referral, combined_next_due
from app.domain.copd import EDITION as COPD_EDITION
from app.domain.copd import CopdSettings, CopdVisit, assess_copd
from app.domain.dates import two_weeks_after
from app.domain.diabetes import (
    DiabetesAssessment,
    DiabetesVisit,
    PreviousDiabetesVisit,
    assess_diabetes,
)
from app.domain.emergencies import concerns_hypertension
from app.domain.glucose import shown_mmol_l
from app.domain.hypertension import (
    HypertensionAssessment,
    HypertensionVisit,
    PreviousHypertensionVisit,
    assess_hypertension,
)
from app.domain.mental_disorder import STABILITY_LABELS, MentalDisorderVisit, assess_mental_disorder
from app.domain.message import msg
from app.domain.reasons import SPECIFICATION, Reason
from app.domain.referrals import is_tuberculosis_suspect, letter_check_due
from app.domain.screening import DayReading, ScreeningInput, screen_hypertension
from app.domain.tuberculosis import STANDARD_INTENSIVE_MONTHS, TuberculosisVisit, assess_tuberculosis
from app.errors import UserError
from app.i18n import tr
from app.rules.reading import (
    Reader,
    iso,
    number_out,
    read_day,
    read_number,
    reasons_out,
    refuse_problems,
    result,
    texts,
)

_ALWAYS = frozenset({"controlled", "proposed_class", "class"})
_INSIGHT = {
    "完全": 1,
    "不全": 2,
    "缺失": 3,
    "full": 1,
    "complete": 1,
    "partial": 2,
    "absent": 3,
    "lacking": 3,
}
_INSIGHT |= {
    "自知力完全": 1,
    "自知力不全": 2,
    "自知力缺失": 3,
    "基本恢复": 1,
    "recovered": 1,
    "poor": 2,
    "none": 3,
}
_SOCIAL = {"良好": 1, "一般": 2, "较差": 3, "差": 3, "good": 1, "fair": 2, "poor": 3}
_TYPE_2 = re.compile("2型|(?<!i)ii型|二型|type2|typeii(?!i)|t2d|^t2$|dm2|e11")
_TYPE_OPEN_WORDS = ("糖尿病", "diabetes")


def hypertension(case: Mapping[str, object]) -> dict[str, object]:
    """One follow-up visit; adds doctor_refers, lost, individual_target_sbp and individual_target_dbp to the keys."""
    read = Reader(case)
    assessment = assess_hypertension(_hypertension_visit(read))
    return result({**_follow_up_result(assessment), **_reasons(assessment)}, always=_ALWAYS)


def diabetes_t2(case: Mapping[str, object]) -> dict[str, object]:
    """One follow-up visit; for a person with both diseases (also_hypertension) the pressure is judged as well.

    Earlier pressures for that stand in htn_previous_visits, or beside the glucose in previous_visits. Adds
    doctor_refers, lost and low_glucose_from_drug to the keys.
    """
    read = Reader(case)
    assessment = assess_diabetes(_diabetes_visit(read))
    values = _follow_up_result(assessment)
    used = assessment.fpg_mmol_l
    values["fpg_mmol_l"] = None if used is None else number_out(shown_mmol_l(used))
    hints = texts(assessment.hints)
    if read.flag("also_hypertension"):
        values |= _both_diseases(read, assessment, hints)
    return result({**values, **_reasons(assessment), "hints": hints or None}, always=_ALWAYS)


def hypertension_screening(case: Mapping[str, object]) -> dict[str, object]:
    """The action after a reading: refer, repeat_measurement, half_yearly_check, yearly_check or none.

    `high_risk` is true or false, `high_risk_items` the numbers of the list in the specification. Adds
    suspected_secondary to the keys.
    """
    read = Reader(case)
    person = ScreeningInput(
        birth_date=read.day("birth_date"),
        day=read.day("date"),
        sex=read.sex("sex"),
        sbp=read.number("sbp"),
        dbp=read.number("dbp"),
        readings=_day_readings(read.value("readings")),
        bmi=read.number("bmi"),
        waist_cm=read.number("waist_cm"),
        family_history_degree=read.whole("family_history_degree"),
        high_salt=read.flag("high_salt"),
        spirit_ml_per_day=read.number("spirit_ml_per_day"),
        suspected_secondary=read.flag("suspected_secondary"),
    )
    found = screen_hypertension(person)
    refuse_problems(found.problems)
    return result(
        {
            "age": found.age,
            "in_scope_yearly_bp": found.in_scope_yearly_bp,
            "preliminary_hypertension": found.preliminary_hypertension,
            "action": found.action.value,
            "referral": found.referral.value,
            "check_due": iso(found.check_due),
            "high_risk": found.high_risk,
            "high_risk_items": list(found.high_risk_items),
            "recheck_months": found.recheck_months,
            "reasons": reasons_out(found.reasons),
        }
    )


def severe_mental_disorder(case: Mapping[str, object]) -> dict[str, object]:
    """One follow-up visit. Adds otherwise_abnormal, symptoms_present and previous_class; codes or words of the form."""
    read = Reader(case)
    found = assess_mental_disorder(
        MentalDisorderVisit(
            visit_date=read.day("visit_date"),
            risk_level=read.whole("risk_level"),
            symptoms_obvious=read.flag("symptoms_obvious"),
            symptoms_present=read.flag("symptoms_present"),
            insight=read.word("insight", _INSIGHT),
            social_function_worst=read.word("social_function_worst", _SOCIAL),
            severe_adr=read.flag("severe_adr"),
            severe_physical_disease=read.flag("severe_physical_disease"),
            otherwise_abnormal=read.flag("otherwise_abnormal"),
            admitted=read.flag("admitted"),
            previous_class=read.whole("previous_class"),
        )
    )
    refuse_problems(found.problems)
    chosen = found.proposed_class
    return result(
        {
            "valid": found.valid,
            "missing": list(found.missing),
            "class": None if chosen is None else int(chosen),
            "label": None if chosen is None else tr(STABILITY_LABELS[chosen]),
            "referral": None if found.referral is None else found.referral.value,
            "next_visit_due": iso(found.next_visit_due),
            "check_due": iso(found.check_due),
            "reasons": reasons_out(found.reasons),
        },
        always=_ALWAYS,
    )


def tuberculosis(case: Mapping[str, object]) -> dict[str, object]:
    """A notice, a visit or a finished course. Adds complication, missed_days, supervisor, treatment_month and
    intensive_months; `first_visit_due` is written as precisely as `notice_at`.
    """
    read = Reader(case)
    intensive = read.whole("intensive_months")
    found = assess_tuberculosis(
        TuberculosisVisit(
            notice_at=read.moment("notice_at"),
            visit_date=read.day("visit_date"),
            adr=read.flag("adr"),
            complication=read.flag("complication"),
            doses_due=read.whole("doses_due"),
            doses_taken=read.whole("doses_taken"),
            missed_days=read.whole("missed_days"),
            supervisor=read.whole("supervisor"),
            treatment_month=read.whole("treatment_month"),
            intensive_months=STANDARD_INTENSIVE_MONTHS if intensive is None else intensive,
        )
    )
    refuse_problems(found.problems)
    is_visit = any(read.has(key) for key in ("visit_date", "adr", "complication"))
    return result(
        {
            "first_visit_due": _as_precise_as(read.text("notice_at"), found.first_visit_due),
            "referral": found.referral.value if is_visit else None,
            "check_due": iso(found.check_due),
            "next_visit_due": iso(found.next_visit_due),
            "dose_rate_percent": number_out(found.dose_rate_percent),
            "took_regularly": found.took_regularly,
            "report_missed_doses": found.report_missed_doses if read.has("missed_days") else None,
            "reasons": reasons_out(found.reasons),
        }
    )


def copd(case: Mapping[str, object]) -> dict[str, object]:
    """One follow-up visit, on trial (试行). `visit_class` is the doctor's choice; the two intervals may be given."""
    read = Reader(case)
    usual = CopdSettings()
    months, days = read.whole("months_when_satisfactory"), read.whole("days_otherwise")
    found = assess_copd(
        CopdVisit(
            visit_date=read.day("visit_date"),
            birth_date=read.day("birth_date"),
            chosen_class=read.whole("visit_class"),
            previous_class=read.whole("previous_class"),
            spo2=read.whole("spo2"),
        ),
        CopdSettings(
            usual.months_when_satisfactory if months is None else months,
            usual.days_otherwise if days is None else days,
        ),
    )
    refuse_problems(found.problems)
    return result(
        {
            "in_scope": found.in_scope,
            "referral": (Referral.YES if found.refer else Referral.NO).value,
            "next_visit_due": iso(found.next_visit_due),
            "check_due": iso(found.check_due),
            "next_step": found.next_step,
            "is_spo2_low": found.is_spo2_low if read.has("spo2") else None,
            "reasons": reasons_out(found.reasons),
        },
        edition=COPD_EDITION,
    )


def referral_letter(case: Mapping[str, object]) -> dict[str, object]:
    """Until when the result of a referral letter is asked for."""
    read = Reader(case)
    day = read.required_day("transfer_date")
    words = [read.text(code) or "" for code in ("impression", "reason")]
    due, is_suspected = letter_check_due(day, *words), is_tuberculosis_suspect(*words)
    sentence = (
        msg("疑似肺结核，1 周内（{due} 前）电话随访", due=due)
        if is_suspected
        else msg("2 周内（{due} 前）随访转诊结果", due=due)
    )
    return result(
        {
            "check_due": iso(due),
            "tuberculosis_suspected": is_suspected,
            "reasons": reasons_out([Reason("check_referral", SPECIFICATION, sentence)]),
        }
    )


def _hypertension_visit(read: Reader) -> HypertensionVisit:
    return HypertensionVisit(
        visit_date=read.day("visit_date"),
        birth_date=read.day("birth_date"),
        sbp=read.number("sbp"),
        dbp=read.number("dbp"),
        pregnant_or_lactating=read.flag("pregnant_or_lactating"),
        emergency_checklist=_checklist(read),
        symptoms=read.codes("symptoms"),
        other_untreatable_disease=_untreatable(read),
        adr=read.flag("adr"),
        complication_new_or_worse=read.flag("complication_new_or_worse"),
        doctor_refers=read.flag("doctor_refers"),
        lost=read.flag("lost"),
        comorbidity=read.names("comorbidity"),
        individual_target_sbp=read.number("individual_target_sbp"),
        individual_target_dbp=read.number("individual_target_dbp"),
        previous=read.rows("previous_visits", _previous_hypertension_visit),
    )


def _previous_hypertension_visit(row: Reader) -> PreviousHypertensionVisit:
    return PreviousHypertensionVisit(
        visit_date=row.day("date"),
        sbp=row.number("sbp"),
        dbp=row.number("dbp"),
        visit_class=row.whole("class"),
        adr=row.flag_or_none("adr"),
        lost=row.flag("lost"),
    )


def _diabetes_visit(read: Reader) -> DiabetesVisit:
    return DiabetesVisit(
        visit_date=read.day("visit_date"),
        birth_date=read.day("birth_date"),
        fpg_mmol_l=read.number("fpg_mmol_l"),
        fpg_mg_dl=read.number("fpg_mg_dl"),
        random_glucose_mmol_l=read.number("random_glucose_mmol_l"),
        hba1c_percent=read.number("hba1c_percent"),
        sbp=read.number("sbp"),
        dbp=read.number("dbp"),
        heart_rate=read.number("heart_rate"),
        heart_rate_sustained=read.flag("heart_rate_sustained"),
        temperature_c=read.number("temperature_c"),
        pregnant_or_lactating=read.flag("pregnant_or_lactating"),
        emergency_checklist=_checklist(read),
        symptoms=read.codes("symptoms"),
        other_untreatable_disease=_untreatable(read),
        adr=read.flag("adr"),
        complication_new_or_worse=read.flag("complication_new_or_worse"),
        low_glucose_from_drug=read.flag("low_glucose_from_drug"),
        doctor_refers=read.flag("doctor_refers"),
        lost=read.flag("lost"),
        is_type_2=is_type_2(read.text("diagnosis")),
        previous=read.rows("previous_visits", _previous_diabetes_visit),
    )


def _previous_diabetes_visit(row: Reader) -> PreviousDiabetesVisit:
    return PreviousDiabetesVisit(
        visit_date=row.day("date"),
        fpg_mmol_l=row.number("fpg_mmol_l"),
        fpg_mg_dl=row.number("fpg_mg_dl"),
        visit_class=row.whole("class"),
        adr=row.flag_or_none("adr"),
        lost=row.flag("lost"),
    )


def is_type_2(diagnosis: str | None) -> bool | None:
    """Does a diagnosis say type 2 (2型糖尿病, type 2, T2DM, E11)? None when it does not say which type."""
    if diagnosis is None:
        return None
    word = re.sub(r"[\s_\-]", "", unicodedata.normalize("NFKC", diagnosis)).lower()
    if _TYPE_2.search(word):
        return True
    return None if not word or word in _TYPE_OPEN_WORDS else False


def _checklist(read: Reader) -> tuple[str, ...] | None:
    return read.names("emergency_checklist") if read.has("emergency_checklist") else None


def _untreatable(read: Reader) -> bool:
    """A flag, or the name of the disease."""
    value = read.value("other_untreatable_disease")
    if isinstance(value, str) and value.strip().lower() not in ("", "无", "否", "没有", "no", "false", "0"):
        return True
    return read.flag("other_untreatable_disease")


def _follow_up_result(found: HypertensionAssessment | DiabetesAssessment) -> dict[str, object]:
    chosen = found.proposed_class
    return {
        "valid": found.valid,
        "missing": list(found.missing),
        "age": found.age,
        "controlled": found.controlled,
        "proposed_class": None if chosen is None else int(chosen),
        "class_label": None if chosen is None else tr(VISIT_CLASS_LABELS[chosen]),
        "urgent": found.urgent,
        "referral": None if found.referral is None else found.referral.value,
        "next_visit_due": iso(found.next_visit_due),
        "check_due": iso(found.check_due),
        "consecutive_unsatisfactory": found.consecutive_unsatisfactory,
        "ask_emergency_checklist": found.is_checklist_needed,
        "in_programme_scope": found.in_programme_scope,
    }


def _reasons(found: HypertensionAssessment | DiabetesAssessment) -> dict[str, object]:
    return {"reasons": reasons_out(found.reasons, found.problems), "hints": texts(found.hints) or None}


def _both_diseases(read: Reader, diabetes: DiabetesAssessment, hints: list[str]) -> dict[str, object]:
    """The due dates of both sheets and of the one visit that serves them; a sentence in `hints` without pressure."""
    key = "htn_previous_visits" if read.has("htn_previous_visits") else "previous_visits"
    earlier = read.rows(key, _previous_hypertension_visit)
    if key == "previous_visits":  # class and adr there belong to the diabetes sheet
        earlier = tuple(
            PreviousHypertensionVisit(old.visit_date, old.sbp, old.dbp, lost=old.lost) for old in earlier
        )
    checklist = _checklist(read)
    pressure = assess_hypertension(
        HypertensionVisit(
            visit_date=read.day("visit_date"),
            birth_date=read.day("birth_date"),
            sbp=read.number("sbp"),
            dbp=read.number("dbp"),
            pregnant_or_lactating=read.flag("pregnant_or_lactating"),
            emergency_checklist=(
                None
                if checklist is None
                else tuple(name for name in checklist if concerns_hypertension(name))
            ),
            other_untreatable_disease=_untreatable(read),
            adr=read.flag("htn_adr"),
            complication_new_or_worse=read.flag("htn_complication_new_or_worse"),
            comorbidity=("糖尿病",),
            previous=earlier,
        )
    )
    if not pressure.valid:
        hints.append(tr("血压或出生日期没有填全，高血压这一份还不能判断"))
    combined = _combined(read.day("visit_date"), pressure.next_visit_due, diabetes.next_visit_due)
    return {
        "dm_next_visit_due": iso(diabetes.next_visit_due),
        "htn_next_visit_due": iso(pressure.next_visit_due),
        "combined_next_visit_due": iso(combined),
        "hypertension": result(
            {**_follow_up_result(pressure), "reasons": reasons_out(pressure.reasons, pressure.problems)},
            always=_ALWAYS,
        ),
    }


def _combined(visit_date: date | None, hypertension: date | None, diabetes: date | None) -> date | None:
    """The earlier date; with one unknown only when the known one is the earliest there can be."""
    earlier = combined_next_due(hypertension, diabetes)
    if earlier is None or visit_date is None or (hypertension is not None and diabetes is not None):
        return earlier
    return earlier if earlier == two_weeks_after(visit_date) else None


def _day_readings(value: object) -> tuple[DayReading, ...]:
    """Readings as [date, sbp, dbp] or as objects with these keys."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise UserError(msg("{key} 应是由 [日期, 收缩压, 舒张压] 组成的列表。", key="readings"))
    readings = []
    for entry in value:
        parts = [entry.get(key) for key in ("date", "sbp", "dbp")] if isinstance(entry, Mapping) else entry
        if not isinstance(parts, list) or len(parts) != 3:
            raise UserError(msg("{key} 应是由 [日期, 收缩压, 舒张压] 组成的列表。", key="readings"))
        day = read_day("readings", parts[0])
        sbp, dbp = read_number("readings", parts[1]), read_number("readings", parts[2])
        if day is None:
            raise UserError(msg("{key} 里有一次血压没有日期，请补上。", key="readings"))
        if sbp is not None and dbp is not None:
            refuse_problems(read_blood_pressure(sbp, dbp)[2])
            readings.append(DayReading(day, sbp, dbp))
    return tuple(readings)


def _as_precise_as(entered: str | None, moment: datetime | date | None) -> str | None:
    """`moment` written like the text it comes from: a date, minutes or seconds, with Z when that was used."""
    if entered is None or moment is None:
        return None
    if not isinstance(moment, datetime):
        return moment.isoformat()
    has_seconds = re.match(r".{10}[T ]\d\d:\d\d:\d\d", entered.strip()) is not None
    text = moment.isoformat(timespec="auto" if has_seconds else "minutes")
    return text.replace("+00:00", "Z") if entered.strip().upper().endswith("Z") else text
