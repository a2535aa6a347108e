"""个人基本信息表 as it was before the third edition, as far as it differed (form list §2, notes on the 2011 form)."""

from __future__ import annotations

from dataclasses import replace

from app.forms.editions import Earlier, by_number, revised
from app.forms.kinds import Choice, options
from app.forms.personal_info import FORM as NEXT
from app.forms.personal_info import OCCUPATION

_FIELDS = NEXT.fields

FORM = revised(
    NEXT,
    "2011",
    (
        replace(_FIELDS["blood_rh"], label="RH阴性", prompt="RH 阴性", kind=Choice(options("否", "是", "不详"))),
        replace(
            _FIELDS["education"],
            kind=Choice(
                options("文盲及半文盲", "小学", "初中", "高中/技校/中专", "大学专科及以上", "不详")
            ),
        ),
        replace(_FIELDS["occupation"], kind=Choice(options(*(each.label for each in OCCUPATION[:-1])))),
        replace(_FIELDS["livestock_pen"], kind=Choice(options("单设", "室内", "室外"))),
    ),
)

EARLIER = Earlier(
    FORM,
    {
        "blood_rh": by_number({1: 2, 2: 1, 3: 3}),
        # 4 and 5 join what the third edition tells apart, so they are asked anew.
        "education": by_number({1: 9, 2: 8, 3: 7, 6: 10}),
        "occupation": by_number({number: number - 1 for number in range(1, 9)}),
        "livestock_pen": by_number({1: 2, 2: 3, 3: 4}),
    },
)
