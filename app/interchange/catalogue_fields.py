"""目录表的列: what the columns of a drug list are called, and how their cells are read.

Every local platform names them otherwise; unknown columns are left out. A price is in yuan for one pack. An empty cell says
nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from app.domain.message import Message, msg
from app.interchange.tables import Cell, Formula
from app.reference import ingredients

LARGEST_PACK = 10_000
LARGEST_PRICE_YUAN = Decimal(1_000_000)
YES = frozenset({"是", "有", "y", "yes", "1", "√", "✓", "true", "对", "可", "能"})
NO = frozenset({"否", "无", "n", "no", "0", "×", "x", "false", "不", "不可", "不能"})
INSURANCE = {"甲": "甲", "甲类": "甲", "乙": "乙", "乙类": "乙", "丙": "非", "丙类": "非", "非": "非", "自费": "非",
             "目录外": "非"}  # fmt: skip
TIERS = {"非限制": "非限制", "非限制级": "非限制", "非限制使用": "非限制", "限制": "限制", "限制级": "限制", "限制使用": "限制",
         "特殊": "特殊", "特殊级": "特殊", "特殊使用": "特殊", "无": "", "否": ""}  # fmt: skip


class BadCell(ValueError):
    """A cell that can't be taken; the sentence says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def plain(cell: Cell) -> str:
    """A cell as text in half width without spaces around; whole numbers without .0."""
    return unicodedata.normalize("NFKC", written(cell)).strip()


def written(cell: Cell) -> str:
    """A cell as it is written: brackets and numerals of a drug's name keep their width."""
    if cell is None or isinstance(cell, Formula):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _code(cell: Cell) -> str:
    return _text(30)(plain(cell))


def _text(most: int) -> Callable[[Cell], str]:
    def read(cell: Cell) -> str:
        text = written(cell)
        if len(text) > most:
            raise BadCell(msg("最多 {most} 个字，这里有 {count} 个", most=most, count=len(text)))
        return text

    return read


def _digits(low: int, high: int) -> Callable[[Cell], str]:
    def read(cell: Cell) -> str:
        text = re.sub(r"[\s-]", "", plain(cell))
        if not (text.isascii() and text.isdigit() and low <= len(text) <= high):
            raise BadCell(msg("应是 {low} 到 {high} 位数字", low=low, high=high))
        return text

    return read


def _whole(low: int, high: int) -> Callable[[Cell], int]:
    def read(cell: Cell) -> int:
        match = re.match(r"^(\d{1,9})(?![\d.])", plain(cell))
        if match is None or not low <= int(match[1]) <= high:
            raise BadCell(msg("请填 {low} 到 {high} 之间的整数", low=low, high=high))
        return int(match[1])

    return read


def _fen(cell: Cell) -> int:
    text = re.sub(r"[¥￥元,\s]", "", plain(cell))
    try:
        yuan = Decimal(text)
    except InvalidOperation:
        raise BadCell(msg("价格应是数字，单位元")) from None
    if not yuan.is_finite() or not 0 <= yuan <= LARGEST_PRICE_YUAN:
        raise BadCell(msg("价格请填 0 到 {most} 元", most=LARGEST_PRICE_YUAN))
    fen = yuan * 100
    # Platforms print tender prices with four decimals; half a fen is the most that rounding takes.
    return int(fen.quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def _yes(cell: Cell) -> bool:
    text = plain(cell).lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise BadCell(msg("请填“是”或“否”"))


def _procured(cell: Cell) -> bool:
    """是/否, or the batch of the procurement (第七批, 7)."""
    text = plain(cell).lower()
    if text in NO or text.startswith(("非", "未")):
        return False
    if text in YES or re.search(r"第?[\d一二三四五六七八九十]+批?|中选|国采|省采|联盟", text):
        return True
    raise BadCell(msg("请填“是”或“否”"))


def _essential(cell: Cell) -> str:
    text = plain(cell).lower()
    if text in YES or text in ("国家基药", "省增补", "基药", "国基"):
        return "Y"
    if text in NO or text in ("非基药", "非"):
        return "N"
    raise BadCell(msg("请填“是”或“否”"))


def _insurance(cell: Cell) -> str:
    text = plain(cell).replace("医保", "") or plain(cell)
    if text not in INSURANCE:
        raise BadCell(msg("医保类别请填甲、乙或非"))
    return INSURANCE[text]


def _tier(cell: Cell) -> str:
    text = plain(cell)
    if text not in TIERS:
        raise BadCell(msg("抗菌药物级别请填非限制、限制、特殊或无"))
    return TIERS[text]


def _pregnancy(cell: Cell) -> str:
    text = plain(cell).upper()
    words = {"A": "A", "W": "W", "C": "C", "可用": "A", "慎用": "W", "禁用": "C"}
    if text not in words:
        raise BadCell(msg("妊娠请填可用、慎用或禁用"))
    return words[text]


def _amount(cell: Cell) -> str:
    text = plain(cell)
    if not re.fullmatch(r"\d{1,7}(\.\d{1,4})?", text):
        raise BadCell(msg("请填数字"))
    return text


def _ingredients(cell: Cell) -> str:
    """Keys of the known ingredients; a name that is not known stays as it is written, and is then only compared by name."""
    keys = [_ingredient_keys().get(part.strip().lower(), part.strip()) for part in re.split(r"[;；、+]", plain(cell))]
    return _text(300)(";".join(key for key in keys if key))


@cache
def _ingredient_keys() -> dict[str, str]:
    return {name.lower(): each.name_en for each in ingredients() for name in (each.name_en, each.name_zh)}


def _prefixes(cell: Cell) -> str:
    parts = [part.strip().upper() for part in re.split(r"[;；、,，\s]+", plain(cell)) if part.strip()]
    if not all(re.fullmatch(r"[A-Z]\d{1,2}(\.\d{1,3})?", part) for part in parts):
        raise BadCell(msg("诊断应是 ICD-10 编码，如 I10;I11"))
    return _text(300)(";".join(parts))


def _day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = re.fullmatch(r"(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?", plain(cell))
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise BadCell(msg("日期应写成 2026-01-31"))


@dataclass(frozen=True)
class Target:
    """One thing that a column may hold."""

    field: str
    label: Message
    read: Callable[[Cell], Any]
    headers: tuple[str, ...]


TARGETS = tuple(
    Target(field, label, read, tuple(headers.split()))
    for field, label, read, headers in (
        ("code", msg("药品编码"), _code, "药品编码 药品代码 编码 国家医保代码 医保编码 医保代码 产品编码 药品编号 药品ID"),
        ("generic_name", msg("药品名称"), _text(100), "通用名 通用名称 药品名称 药品通用名 名称 药名 品名 name"),
        ("dosage_form", msg("剂型"), _text(30), "剂型"),
        ("strength", msg("规格"), _text(50), "规格 药品规格 制剂规格"),
        ("unit", msg("最小单位"), _text(10), "最小单位 最小使用单位 最小制剂单位 制剂单位 发药单位 使用单位 拆零单位"),
        ("pack_unit", msg("包装单位"), _text(10), "包装单位 最小包装单位 采购单位 单位"),
        ("units_per_pack", msg("每包装数量"), _whole(1, LARGEST_PACK), "包装数量 转换比 转换系数 包装系数 最小包装数量 包装量"),
        ("price_fen", msg("价格"), _fen, "价格 单价 采购价 零售价 挂网价 中选价 采购价格 价格(元) 单价(元) 零售价(元)"),
        ("therapeutic_group", msg("治疗类别"), _text(50), "治疗类别 药理分类 药理类别 药品分类 类别 分类"),
        ("essential", msg("基本药物"), _essential, "基本药物 是否基药 基药 是否基本药物 国家基本药物"),
        ("insurance_class", msg("医保类别"), _insurance, "医保类别 医保甲乙 甲乙类 医保分类 医保类型 医保等级 费用类别"),
        ("volume_procured", msg("集采"), _procured, "集采 是否集采 国采 带量采购 是否带量采购 集采批次 集采标识 是否中选"),
        ("antibiotic_tier", msg("抗菌药物级别"), _tier, "抗菌药物级别 抗菌药级别 抗菌药物分级 抗生素级别"),
        ("cold_chain", msg("冷链"), _yes, "冷链 是否冷链 冷藏"),
        ("programme", msg("专项"), _text(20), "专项 两病 两病用药"),
        ("barcode", msg("条形码"), _digits(8, 14), "条形码 条码 商品条码 商品码 69码"),
        ("trace_prefix", msg("追溯码前 7 位"), _digits(7, 7), "追溯码前7位 追溯码前缀 药品标识码 追溯标识码"),
        ("has_trace_code", msg("有追溯码"), _yes, "有追溯码 追溯码 是否有追溯码 有码"),
        ("is_splittable", msg("可拆零"), _yes, "可拆零 是否拆零 拆零 可拆分"),
        ("ingredients", msg("成分"), _ingredients, "成分 有效成分 主要成分"),
        ("atc_code", msg("ATC 编码"), _text(10), "ATC编码 ATC码 ATC"),
        ("route", msg("给药途径"), _text(20), "给药途径 途径 用药途径"),
        ("usual_dose", msg("每次用量"), _amount, "每次用量 常用量 单次剂量"),
        ("dose_unit", msg("剂量单位"), _text(10), "剂量单位 用量单位"),
        ("max_daily_dose", msg("每日最大量"), _amount, "每日最大量 日最大剂量 极量"),
        ("times_per_day", msg("每日次数"), _amount, "每日次数 频次"),
        ("diagnoses", msg("适应症编码"), _prefixes, "适应症编码 适应症ICD ICD10 诊断编码"),
        ("min_age_years", msg("最小年龄"), _whole(0, 120), "最小年龄 年龄下限"),
        ("pregnancy", msg("妊娠"), _pregnancy, "妊娠 孕妇 妊娠用药"),
        ("special_control", msg("特殊管理"), _text(30), "特殊管理 特管 特殊管理类别"),
        ("long_rx_allowed", msg("可开长期处方"), _yes, "可开长期处方 长期处方 长处方"),
        ("storage", msg("储存"), _text(30), "储存 贮藏 储存条件 贮存条件"),
        ("valid_from", msg("生效日期"), _day, "生效日期 起始日期 开始日期"),
        ("valid_to", msg("失效日期"), _day, "失效日期 截止日期 结束日期"),
    )
)
BY_FIELD = {target.field: target for target in TARGETS}


def folded_header(header: str) -> str:
    """A header without spaces, stars and width, in small letters."""
    return re.sub(r"[\s*＊:：]", "", unicodedata.normalize("NFKC", header)).lower()


@cache
def _by_header() -> dict[str, str]:
    return {folded_header(name): target.field for target in TARGETS for name in (*target.headers, str(target.label))}


def target_of_header(header: str) -> str | None:
    """The field that a header names; None for one that is not known."""
    return _by_header().get(folded_header(header))
