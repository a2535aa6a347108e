"""The few people of the sample who are always there, so that the first screen shows every kind of row."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.demo.names import FEMALE, HAN, HUI, MALE, UYGHUR

LIMB_DISABILITY = 5


@dataclass(frozen=True)
class Role:
    """What the last visit of a patient found, and when the next one is due counted from today.

    `is_second` the visit before was not satisfactory either and a referral was made.
    """

    due_in_days: int
    sbp: int
    dbp: int
    fpg: Decimal | None = None
    is_second: bool = False


@dataclass(frozen=True)
class Part:
    """One invented person. `diagnosed` the year of the diagnosis by disease; `age` in years today."""

    name: str
    sex: int
    age: int
    relation: str
    ethnic: str = HAN
    phone_tail: str | None = "0000"
    care_note: str = ""
    disability: tuple[int, ...] = (1,)
    allergy: tuple[int, ...] = (1,)
    diagnosed: tuple[tuple[str, int], ...] = ()
    role: Role | None = None
    is_without_number: bool = False


@dataclass(frozen=True)
class CastHousehold:
    """A household of the list: `group` number, and a short note beside it."""

    group: int
    note: str
    members: tuple[Part, ...]


CAST = (
    CastHousehold(
        3,
        "李",
        (
            Part("李大山", MALE, 73, "户主", phone_tail="6625"),
            Part(
                "李桂兰", FEMALE, 71, "配偶", phone_tail="2716", allergy=(2,), diagnosed=(("htn", 7),),
                role=Role(-9, 162, 94),
            ),
            Part("李军", MALE, 48, "长子", phone_tail="7701", care_note="外出务工"),
            Part("周敏", FEMALE, 46, "儿媳", phone_tail="3392"),
            Part("李小雨", FEMALE, 6, "孙女", phone_tail=None),
        ),
    ),
    CastHousehold(
        1,
        "张",
        (
            Part(
                "张守业", MALE, 66, "户主", phone_tail="0043", care_note="行动不便，需上门",
                disability=(LIMB_DISABILITY,), diagnosed=(("htn", 9), ("dm", 5)),
                role=Role(-6, 148, 88, Decimal("8.1")),
            ),
            Part("吴桂芝", FEMALE, 65, "配偶", phone_tail="0088"),
        ),
    ),
    CastHousehold(
        2,
        "独居",
        (
            Part(
                "王秀英", FEMALE, 78, "户主", phone_tail=None, care_note="独居，无人照顾",
                diagnosed=(("htn", 12),), role=Role(-3, 136, 82),
            ),
        ),
    ),
    CastHousehold(
        4,
        "赵",
        (
            Part(
                "赵铁柱", MALE, 59, "户主", phone_tail="9921", diagnosed=(("dm", 4),),
                role=Role(-2, 132, 82, Decimal("6.4")),
            ),
            Part("宋玉梅", FEMALE, 58, "配偶", phone_tail="9923"),
        ),
    ),
    CastHousehold(
        2,
        "",
        (
            Part(
                "欧阳淑芬", FEMALE, 69, "户主", phone_tail="5510", diagnosed=(("htn", 6),),
                role=Role(-1, 138, 84),
            ),
        ),
    ),
    CastHousehold(
        1,
        "",
        (
            Part("刘长根", MALE, 73, "户主", phone_tail="7782", diagnosed=(("htn", 8),), role=Role(0, 138, 80)),
            Part("刘𠮷祥", MALE, 45, "长子", phone_tail="7790"),
        ),
    ),
    CastHousehold(
        5,
        "",
        (
            Part(
                "陈玉珍", FEMALE, 64, "户主", phone_tail="6120", diagnosed=(("dm", 6),),
                role=Role(0, 136, 82, Decimal("7.9"), is_second=True),
            ),
        ),
    ),
    CastHousehold(
        5,
        "",
        (
            Part("买合木提·艾山", MALE, 60, "户主", ethnic=UYGHUR, phone_tail="3307"),
            Part(
                "阿依古丽·买买提", FEMALE, 58, "配偶", ethnic=UYGHUR, phone_tail="3308",
                diagnosed=(("htn", 3),), role=Role(0, 134, 84),
            ),
        ),
    ),
    CastHousehold(
        3,
        "",
        (
            Part(
                "孙德海", MALE, 70, "户主", phone_tail="0917", diagnosed=(("htn", 10), ("dm", 7)),
                role=Role(0, 142, 86, Decimal("7.2")),
            ),
        ),
    ),
    CastHousehold(
        4,
        "",
        (Part("周凤霞", FEMALE, 67, "户主", phone_tail="4402", diagnosed=(("htn", 5),), role=Role(0, 128, 78)),),
    ),
    CastHousehold(
        1,
        "",
        (
            Part(
                "马国强", MALE, 62, "户主", ethnic=HUI, phone_tail="8873", diagnosed=(("dm", 3),),
                role=Role(0, 130, 80, Decimal("6.1")),
            ),
        ),
    ),
    CastHousehold(
        6,
        "无号",
        (Part("老麦叶", FEMALE, 88, "户主", phone_tail=None, is_without_number=True, care_note="五保，独居"),),
    ),
)  # fmt: skip
