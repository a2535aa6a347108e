"""What a desk can set, each declared once: name, kind, default, and one sentence of help.

Values live in the database. Those that the window needs before the database is open (`early`) are also written to
settings.json in the data folder, with the kind of the desk, whose colours the first frame has; a damaged file means
the defaults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.data_folder import write_private
from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.season import read_season_factors
from app.i18n import tr
from app.services.problems import refuse

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SETTINGS_FILE = "settings.json"
DESK_KIND = "desk_kind"
DESK_KINDS = ("clinic", "township")

Value = bool | int | str
DECIMAL = re.compile(r"-?[0-9]{1,3}([.][0-9])?")


@dataclass(frozen=True)
class SettingKind:
    """One thing that can be set. `choices` are the only values; `low` and `high` bound a number, both included.

    A `decimal` one is a text such as "-1.5", a number with at most one digit behind the point. What is not `is_asked` has
    no place on the pages of the settings: a screen remembers it. `check` judges a text of its own form.
    """

    name: str
    default: Value
    label: Message
    help: Message
    choices: tuple[Value, ...] = ()
    low: int = 0
    high: int = 0
    early: bool = False
    decimal: bool = False
    is_asked: bool = True
    check: Callable[[str], Message | None] | None = None

    def read(self, text: str) -> Value:
        """The value that `text` means; the default for a text that means none (an older or newer program's)."""
        value = parsed(self.default, text)
        return self.default if value is None or self.problem(value) else value

    def problem(self, value: Value) -> Message | None:
        """What is wrong with a value; None when it may be set."""
        if type(value) is not type(self.default):
            return msg("“{label}”的值写得不对，没有保存。", label=self.label)
        if self.check is not None:
            return self.check(str(value))
        if self.choices and value not in self.choices:
            allowed = tr("、").join(str(choice) for choice in self.choices)
            return msg("“{label}”可以是 {choices}，没有保存。", label=self.label, choices=allowed)
        if self.decimal and not (DECIMAL.fullmatch(str(value)) and self.low <= float(value) <= self.high):
            return msg(
                "“{label}”请填 {low} 到 {high} 之间的数，最多一位小数，没有保存。",
                label=self.label, low=self.low, high=self.high,
            )
        if self.decimal:
            return None
        if self.high and not self.low <= int(value) <= self.high:
            return msg(
                "“{label}”请填 {low} 到 {high} 之间的数，没有保存。", label=self.label, low=self.low, high=self.high
            )
        return None


def _season_problem(text: str) -> Message | None:
    try:
        read_season_factors(text)
    except ValueError as error:
        return msg("“季节系数”里的“{part}”看不懂，没有保存。请写成：类别 月份 倍数，例如 解热镇痛药 11-2 1.5。", part=str(error))
    return None


SETTINGS = (
    SettingKind(
        "language", "zh_CN", msg("语言"), msg("窗口和提示用的语言；国家表格总是中文。"), ("zh_CN", "en"), early=True
    ),
    SettingKind(
        "type_scale_percent",
        100,
        msg("字号"),
        msg("整个窗口字的大小，按百分比。"),
        (100, 125, 150, 175, 200),
        early=True,
    ),
    SettingKind("high_contrast", False, msg("高对比度"), msg("用更分明的颜色，看不清时打开。"), early=True),
    SettingKind(
        "lock_after_minutes", 5, msg("自动锁屏"), msg("几分钟没有操作就锁屏，要再输 PIN。"), low=1, high=120
    ),
    SettingKind("daily_backup", True, msg("每天自动备份"), msg("每天第一次打开时自动备份一次，在后台进行。")),
    SettingKind("backup_folder", "", msg("另存备份的文件夹"), msg("手工备份存到哪里，例如 U 盘；空着就存在本机。")),
    SettingKind(
        "visits_per_year",
        4,
        msg("每年面对面随访次数"),
        msg("规范管理要求一整年面对面随访几次。"),
        low=1,
        high=12,
    ),
    SettingKind(
        "prorate_new",
        True,
        msg("年中新管理的人按季度折算"),
        msg("当年新纳入的人，剩几个整季度就要几次随访，至少一次；各县规定不同。"),
    ),
    SettingKind(
        "count_ended",
        True,
        msg("死亡和迁出的人计入分母"),
        msg("当年在管过、后来死亡或迁出的人仍算在管理人数里；各县规定不同。"),
    ),
    SettingKind(
        "stock_min_months", 1, msg("最低库存月数"), msg("库存少于几个月的用量算偏低。"), low=1, high=12
    ),
    SettingKind(
        "stock_max_months", 2, msg("最高库存月数"), msg("库存多于几个月的用量算积压。"), low=1, high=24
    ),
    SettingKind(
        "order_mode",
        "periodic",
        msg("申领方式"),
        msg("每期都补到最高库存，或者库存不高于最低库存时才补。"),
        ("periodic", "min_max"),
    ),
    SettingKind(
        "pack_rounding_percent",
        0,
        msg("零头不到整包装百分之几时舍去"),
        msg("0 是有零头就进一整包装；例如 50 是零头超过半包装才进一包装，少于一包装时仍给一包装。"),
        low=0,
        high=99,
    ),
    SettingKind(
        "isolation_months", 0, msg("封路备药月数"), msg("预计不能送货的月数，按这么多个月多备药。"), low=0, high=6
    ),
    SettingKind(
        "season_factors",
        "",
        msg("季节系数"),
        msg("哪类药在几月多备几倍，例如：解热镇痛药 11-2 1.5；类别照药品目录里的写，空着就都是 1。"),
        check=_season_problem,
    ),
    SettingKind(
        "delivery_every_days", 30, msg("送货间隔天数"), msg("到下次送货有几天；在管病人的药按这么多天备。"), low=1, high=120
    ),
    SettingKind(
        "caseload_spare_days", 7, msg("在管用药备用天数"), msg("送货可能晚几天；在管病人的药多备几天。"), low=0, high=60
    ),
    SettingKind(
        "request_open_days", 15, msg("申领提前天数"), msg("申领期开始前几天就可以提交常规申请。"), low=0, high=31
    ),
    SettingKind(
        "emergency_requests", 2, msg("每期紧急申请张数"), msg("一个申领期最多几张紧急申请。"), low=1, high=20
    ),
    SettingKind(
        "expiry_red_days", 30, msg("近效期红色"), msg("离有效期还有几天以内标红色。"), low=1, high=365
    ),
    SettingKind(
        "expiry_orange_days", 90, msg("近效期橙色"), msg("离有效期还有几天以内标橙色。"), low=1, high=730
    ),
    SettingKind(
        "expiry_yellow_days", 180, msg("近效期黄色"), msg("离有效期还有几天以内标黄色。"), low=1, high=1095
    ),
    SettingKind(
        "copd_months_satisfactory",
        3,
        msg("慢阻肺病满意后几个月随访（试行）"),
        msg("慢阻肺病患者控制满意时，几个月后随访；国家的表是试行，没有定数。"),
        low=1,
        high=12,
    ),
    SettingKind(
        "copd_days_otherwise",
        14,
        msg("慢阻肺病不满意后几天随访（试行）"),
        msg("慢阻肺病患者控制不满意、不良反应或并发症时，几天内再随访；国家的表是试行，没有定数。"),
        low=1,
        high=60,
    ),
    SettingKind(
        "day_sheet_columns", "", msg("日间表格的列"), msg("日间表格里选了哪些列，由表格自己记住。"), is_asked=False
    ),
    SettingKind(
        "screening_columns", "", msg("筛查表格的列"), msg("筛查表格里选了哪些列，由表格自己记住。"), is_asked=False
    ),
    SettingKind(
        "request_authorise_step",
        False,
        msg("药品申领要签发"),
        msg("打开后，提交的申领单要由负责人签发才交给卫生院，签发人不能是提交人。"),
    ),
    SettingKind(
        "antibiotic_injection_approved",
        False,
        msg("县里批准注射抗菌药"),
        msg("本室经县级批准可以输注和注射抗菌药物；没有批准时发药会拦住。"),
    ),
    SettingKind(
        "overprint_dx_mm",
        "0",
        msg("套打横向移动"),
        msg("套打的字要往右移几毫米；偏右了就填负数。"),
        low=-30,
        high=30,
        decimal=True,
    ),
    SettingKind(
        "overprint_dy_mm",
        "0",
        msg("套打纵向移动"),
        msg("套打的字要往下移几毫米；偏下了就填负数。"),
        low=-30,
        high=30,
        decimal=True,
    ),
    SettingKind(
        "overprint_width_percent",
        "100",
        msg("套打横向比例"),
        msg("左右两个十字应相距 170 毫米，短了就放大一点，例如 100.6。"),
        low=90,
        high=110,
        decimal=True,
    ),
    SettingKind(
        "overprint_height_percent",
        "100",
        msg("套打纵向比例"),
        msg("上下两个十字应相距 257 毫米，短了就放大一点，例如 100.6。"),
        low=90,
        high=110,
        decimal=True,
    ),
)
RULE_SETTINGS = ("copd_months_satisfactory", "copd_days_otherwise")
BY_NAME: Mapping[str, SettingKind] = {kind.name: kind for kind in SETTINGS}


def parsed(like: Value, text: str) -> Value | None:
    """`text` as a value of the kind of `like`; None when it is none."""
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(text)
    if isinstance(like, int):
        return int(text) if text.isascii() and text.isdigit() else None
    return text


def written(value: Value) -> str:
    """A value as the database keeps it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Settings:
    """The settings of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get(self, name: str) -> Value:
        """The value of a declared setting. Raises KeyError for an undeclared name."""
        kind = BY_NAME[name]
        from db.models import Setting

        with self._desk.sessions.reading() as session:
            row = session.get(Setting, name)
            return kind.default if row is None else kind.read(row.value)

    def all(self) -> dict[str, Value]:
        """Every declared setting with its value."""
        with self._desk.sessions.reading() as session:
            return stored_values(session)

    def refresh_early(self) -> None:
        """See that settings.json says what the database says, as after restoring on another computer. Raises OSError."""
        told = {DESK_KIND: self._desk.place.kind, **self.all()}
        early = read_early_settings(self._desk.folder)
        if {name: told[name] for name in early} != early:
            write_early_settings(self._desk.folder, self._desk.place.kind, told)

    def set(self, name: str, value: Value) -> Value:
        """Keep a value and return it. Raises Refused for one that may not be set, KeyError for an undeclared name."""
        kind = BY_NAME[name]
        problem = kind.problem(value)
        if problem is not None:
            raise refuse(name, problem)
        from app.services.history import record_change, revision_count
        from db.models import Setting

        with self._desk.sessions.writing() as session:
            row = session.get(Setting, name)
            before = kind.default if row is None else kind.read(row.value)
            if row is None:
                session.add(Setting(name=name, value=written(value)))
            else:
                row.value = written(value)
            record_change(
                session,
                self._desk,
                "setting_changed",
                "setting",
                name,
                before={"value": before},
                after={"value": value},
                number=revision_count(session, "setting", name) + 1,
            )
            session.flush()
            write_early_settings(self._desk.folder, self._desk.place.kind, stored_values(session))
        return value


def stored_values(session: Session) -> dict[str, Value]:
    """Every declared setting with its value, within a session."""
    from sqlalchemy import select

    from db.models import Setting

    stored = dict(session.execute(select(Setting.name, Setting.value)).all())
    return {kind.name: kind.read(stored[kind.name]) if kind.name in stored else kind.default for kind in SETTINGS}


def rule_settings(session: Session) -> dict[str, int]:
    """The numbers that the rules of the forms take from the settings (app.forms.vocabulary.Context.settings)."""
    return {name: int(value) for name, value in stored_values(session).items() if name in RULE_SETTINGS}


def read_early_settings(folder: Path) -> dict[str, Value]:
    """What the window must know before the database is open: the kind of the desk ("" when not known), language, type
    size, contrast. Never raises."""
    try:
        told = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = {}
    told = told if isinstance(told, dict) else {}
    kind = told.get(DESK_KIND)
    early: dict[str, Value] = {DESK_KIND: kind if kind in DESK_KINDS else ""}
    for each in SETTINGS:
        if each.early:
            is_good = each.name in told and not each.problem(told[each.name])
            early[each.name] = told[each.name] if is_good else each.default
    return early


def write_early_settings(folder: Path, desk_kind: str, values: Mapping[str, Value]) -> None:
    """Write the kind of the desk and the early ones among `values` to settings.json. Raises OSError."""
    early = {kind.name: values.get(kind.name, kind.default) for kind in SETTINGS if kind.early}
    content = json.dumps({DESK_KIND: desk_kind, **early}, ensure_ascii=False, indent=1)
    write_private(folder / SETTINGS_FILE, content.encode())
