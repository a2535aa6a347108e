"""严重精神障碍患者随访服务记录表 before the third edition: 本次随访分类 also had 0 未访到 (form list §7)."""

from __future__ import annotations

from dataclasses import replace

from app.forms.editions import Earlier, by_number, revised
from app.forms.kinds import Choice, Option
from app.forms.layout import choices_of
from app.forms.smi_followup import FORM as NEXT

NOT_REACHED = Option(0, "未访到")

FORM = revised(
    NEXT,
    "2011",
    (
        replace(
            NEXT.fields["visit_class"],
            kind=Choice((NOT_REACHED, *choices_of(NEXT.fields["visit_class"]))),
        ),
    ),
)

EARLIER = Earlier(FORM, {"visit_class": by_number({1: 1, 2: 2, 3: 3})})
