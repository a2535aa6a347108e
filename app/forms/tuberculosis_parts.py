"""What the two forms of pulmonary tuberculosis share (form list §8 and §9), declared once."""

from __future__ import annotations

from app.forms.kinds import Choice, Choices, Number, Option, Text, Whole, options
from app.forms.vocabulary import ALWAYS, Field, When, limits

SUPERVISORS = options("医生", "家属", "自服药", "其他", note=(4,))
USAGES = options("每日", "间歇")
DOSAGE_FORMS = options("固定剂量复合制剂", "散装药", "板式组合药", "注射剂")


def symptom_list(*labels: str) -> tuple[Option, ...]:
    """0 没有症状, the numbered symptoms, and 其他, which the paper prints without a number and the next one keeps."""
    numbered = options("没有症状", *labels, first=0, sole=(0,))
    return (*numbered, Option(len(numbered), "其他", note=True))


def symptoms(choices: tuple[Option, ...], *, boxes: int, required: When = ALWAYS) -> Field:
    """症状及体征."""
    return Field(
        code="symptoms",
        label="症状及体征",
        kind=Choices(choices, boxes=boxes),
        required=required,
        carries=False,
    )


def supervisor(label: str, *, required: When = ALWAYS) -> Field:
    """Who watches the taking of the medicines."""
    return Field(code="supervisor", label=label, kind=Choice(SUPERVISORS), required=required)


def smoking_and_drinking(*, required: When = ALWAYS) -> tuple[Field, Field]:
    """吸烟 and 饮酒, now and aimed at."""
    return (
        Field(
            code="cigarettes",
            label="吸烟",
            kind=Whole(),
            unit="支/天",
            required=required,
            paired=True,
            hard=limits(0, 200),
            soft=limits(0, 60),
        ),
        Field(
            code="alcohol",
            label="饮酒",
            kind=Number(1),
            unit="两/天",
            required=required,
            paired=True,
            hard=limits(0, 100),
            soft=limits(0, 10),
        ),
    )


def medication(*, required: When = ALWAYS) -> tuple[Field, Field, Field]:
    """化疗方案, 用法 and 药品剂型."""
    return (
        Field(code="regimen", label="化疗方案", kind=Text(50), required=required, hint="例如 2HRZE/4HR"),
        Field(code="usage", label="用法", kind=Choice(USAGES), required=required),
        Field(
            code="dosage_form",
            label="药品剂型",
            kind=Choices(DOSAGE_FORMS, boxes=4),
            required=required,
        ),
    )
