"""健康体检表: 辅助检查 (third edition, 2017, form list §3.6).

Filled where it was examined; the free yearly examination of people of 65 or older needs blood count, urine, ALT, AST,
total bilirubin, creatinine, urea, fasting glucose, four lipids, ECG and abdominal ultrasound.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.domain.message import Message, msg
from app.domain.quantities import half_up
from app.forms.health_exam_parts import (
    IF_ELDERLY,
    WHEN_EXAMINED,
    WOMEN_ONLY,
    measured,
    normal_or_not,
    one_of,
    words,
)
from app.forms.kinds import Number, Whole
from app.forms.vocabulary import (
    NEVER,
    Answers,
    Check,
    Computed,
    Context,
    Field,
    Level,
    Limits,
    Section,
    When,
    grouped,
    limits,
)

MG_PER_DL_IN_MMOL_PER_L = 18
"""Glucose: 1 mmol/L is 18 mg/dL (C6H12O6, 180 g/mol)."""

MOST_BETWEEN_UNITS = Decimal("0.2")
"""mmol/L by which the two lines of 空腹血糖 may differ through rounding."""


def lab_value(
    code: str,
    label: str,
    unit: str,
    places: int,
    hard: Limits,
    soft: Limits | None = None,
    *,
    required: When = NEVER,
) -> Field:
    """A result of the laboratory."""
    return measured(code, label, unit, places, hard, soft, required=required, starred=True)


def urine(code: str, label: str) -> Field:
    """A sign (－, ±, ＋ …) or a value with its unit."""
    return replace(words(code, label, 20, required=IF_ELDERLY, starred=True), normal="－")


def _glucose_from_mg(answers: Answers, _context: Context) -> object:
    written = answers.get("fpg_mg_dl")
    return None if written is None else half_up(written / Decimal(MG_PER_DL_IN_MMOL_PER_L), 2)


TESTS = Section(
    "tests",
    "辅助检查",
    (
        *grouped(
            "血常规",
            lab_value("hb", "血红蛋白", "g/L", 1, limits(10, 300), limits(90, 185), required=IF_ELDERLY),
            lab_value("wbc", "白细胞", "×10⁹/L", 2, limits("0.1", 500), limits(3, 15), required=IF_ELDERLY),
            Field(
                code="plt",
                label="血小板",
                kind=Whole(),
                unit="×10⁹/L",
                required=IF_ELDERLY,
                hard=limits(1, 3000),
                soft=limits(80, 450),
                starred=True,
                carries=False,
            ),
            words("cbc_other", "其他", prompt="血常规其他", starred=True),
        ),
        *grouped(
            "尿常规",
            urine("u_protein", "尿蛋白"),
            urine("u_glucose", "尿糖"),
            urine("u_ketone", "尿酮体"),
            urine("u_blood", "尿潜血"),
            words("u_other", "其他", prompt="尿常规其他", starred=True),
        ),
        *grouped(
            "血糖",
            Field(
                code="fpg",
                label="空腹血糖",
                kind=Number(2),
                unit="mmol/L",
                required=IF_ELDERLY,
                hard=limits("0.5", 60),
                soft=limits("3.91", "6.99"),
                starred=True,
                computed=Computed(("fpg_mg_dl",), _glucose_from_mg, proposed=True),
                carries=False,
            ),
            measured(
                "fpg_mg_dl",
                "空腹血糖",
                "mg/dL",
                1,
                limits(9, 1080),
                prompt="空腹血糖（mg/dL）",
                required=NEVER,
                starred=True,
            ),
        ),
        *grouped(
            "心电图与其他化验",
            normal_or_not("ecg", "心电图", required=IF_ELDERLY, starred=True),
            lab_value("u_microalbumin", "尿微量白蛋白", "mg/dL", 2, limits(0, 1000)),
            one_of("fobt", "大便潜血", "阴性", "阳性", required=NEVER, starred=True, normal=1),
            lab_value("hba1c", "糖化血红蛋白", "%", 1, limits(2, 25), limits(4, 10)),
            one_of("hbsag", "乙型肝炎表面抗原", "阴性", "阳性", required=NEVER, starred=True, normal=1),
        ),
        *grouped(
            "肝功能",
            lab_value("alt", "血清谷丙转氨酶", "U/L", 1, limits(0, 10000), limits(0, 120), required=IF_ELDERLY),
            lab_value("ast", "血清谷草转氨酶", "U/L", 1, limits(0, 10000), limits(0, 120), required=IF_ELDERLY),
            lab_value("albumin", "白蛋白", "g/L", 1, limits(5, 80), limits(30, 60)),
            lab_value("tbil", "总胆红素", "μmol/L", 1, limits(0, 1000), limits(0, 51), required=IF_ELDERLY),
            lab_value("dbil", "结合胆红素", "μmol/L", 1, limits(0, 1000)),
        ),
        *grouped(
            "肾功能",
            lab_value("creatinine", "血清肌酐", "μmol/L", 1, limits(5, 3000), limits(5, 133), required=IF_ELDERLY),
            lab_value("urea", "血尿素", "mmol/L", 2, limits("0.1", 100), limits("0.1", 10), required=IF_ELDERLY),
            lab_value("potassium", "血钾浓度", "mmol/L", 2, limits(1, 12), limits(3, 6)),
            lab_value("sodium", "血钠浓度", "mmol/L", 1, limits(90, 200), limits(130, 150)),
        ),
        *grouped(
            "血脂",
            lab_value("tc", "总胆固醇", "mmol/L", 2, limits("0.5", 40), limits("0.5", 8), required=IF_ELDERLY),
            lab_value("tg", "甘油三酯", "mmol/L", 2, limits("0.05", 100), limits("0.05", 6), required=IF_ELDERLY),
            lab_value(
                "ldl",
                "血清低密度脂蛋白胆固醇",
                "mmol/L",
                2,
                limits("0.1", 30),
                limits("0.1", 6),
                required=IF_ELDERLY,
            ),
            lab_value(
                "hdl",
                "血清高密度脂蛋白胆固醇",
                "mmol/L",
                2,
                limits("0.1", 10),
                limits("0.6", 10),
                required=IF_ELDERLY,
            ),
        ),
        *grouped(
            "影像与涂片",
            normal_or_not("chest_xray", "胸部X线片", required=WHEN_EXAMINED, starred=True),
            normal_or_not("us_abdomen", "腹部B超", required=IF_ELDERLY, starred=True),
            normal_or_not("us_other", "其他", prompt="其他B超", required=WHEN_EXAMINED, starred=True),
            normal_or_not(
                "cervical_smear", "宫颈涂片", required=WHEN_EXAMINED, applies=WOMEN_ONLY, starred=True
            ),
        ),
        *grouped(
            "其他",
            words("lab_other", "其他", 200, prompt="辅助检查其他", starred=True),
        ),
    ),
)


def _conjugated_more_than_all(answers: Answers, _context: Context) -> Message | None:
    if answers["dbil"] > answers["tbil"]:
        return msg(
            "结合胆红素 {dbil} 不会高于总胆红素 {tbil}，请核对。", dbil=answers["dbil"], tbil=answers["tbil"]
        )
    return None


def _glucose_in_two_units_differs(answers: Answers, context: Context) -> Message | None:
    converted = _glucose_from_mg(answers, context)
    assert isinstance(converted, Decimal)
    if abs(converted - answers["fpg"]) > MOST_BETWEEN_UNITS:
        return msg(
            "空腹血糖 {mg} mg/dL 合 {converted} mmol/L，与所填的 {fpg} 不一致，请核对。",
            mg=answers["fpg_mg_dl"],
            converted=converted,
            fpg=answers["fpg"],
        )
    return None


CHECKS = (
    Check(("fpg", "fpg_mg_dl"), _glucose_in_two_units_differs, Level.ASK),
    Check(("tbil", "dbil"), _conjugated_more_than_all),
)
