"""严重精神障碍患者个人信息补充表 before the third edition: 经济状况 also had 3 不详 (form list §6)."""

from __future__ import annotations

from dataclasses import replace

from app.forms.editions import Earlier, by_number, revised
from app.forms.kinds import Choice, options
from app.forms.smi_info import FORM as NEXT

FORM = revised(
    NEXT,
    "2011",
    (
        replace(
            NEXT.fields["economy"],
            kind=Choice(options("贫困，在当地贫困线标准以下", "非贫困", "不详")),
        ),
    ),
)

EARLIER = Earlier(FORM, {"economy": by_number({1: 1, 2: 2})})
