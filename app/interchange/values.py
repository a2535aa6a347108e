"""What stands in a cell, as a canonical answer: Excel's numbers, dates in many writings, labels and codes.

Codes are never converted by equal number: of the lists in use several give the same digit another meaning
(identifiers §6.2, §6.3). A code is taken only by the numbering that the mapping names; a label needs none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.domain.id_number import clean_id_text
from app.domain.message import Message, msg
from app.forms.kinds import Choice, Choices, Unreadable, plain, read_approximate_date
from app.forms.personal_info import FORM as INFO
from app.i18n import tr
from app.interchange.tables import Cell, Formula
from app.interchange.value_words import WORDS

FORM, GB, VENDOR, OF_2011, DATASET = "form", "gb", "vendor", "2011", "dataset"
CODING_LABELS: dict[str, Message] = {
    FORM: msg("2017 版规范的编号"),
    GB: msg("国标编号（如 10、20）"),
    VENDOR: msg("公卫系统的编号"),
    OF_2011: msg("2011 版规范的编号"),
    DATASET: msg("数据集编号"),
}


def _same(first: int, last: int) -> dict[str, int]:
    return {str(code): code for code in range(first, last + 1)}


CODINGS: dict[str, dict[str, Mapping[str, int]]] = {
    "blood_rh": {FORM: _same(1, 3), OF_2011: {"1": 2, "2": 1, "3": 3}, VENDOR: {"1": 2, "2": 1, "3": 3}},
    "education": {
        FORM: _same(1, 10),
        GB: {**{str(code * 10): code for code in range(1, 10)}, "99": 10},
        VENDOR: {"1": 9, "2": 8, "3": 7, "4": 6, "5": 3, "6": 10, "7": 1, "8": 2, "9": 4, "10": 5},
        OF_2011: {"1": 9, "2": 8, "3": 7, "4": 6, "5": 3, "6": 10},
    },
    "occupation": {FORM: _same(0, 8), OF_2011: {str(code): code - 1 for code in range(1, 9)}},
    "marital_status": {
        FORM: _same(1, 5),
        GB: {"10": 1, "20": 2, "21": 2, "22": 2, "23": 2, "30": 3, "40": 4, "90": 5},
        VENDOR: {"10": 1, "20": 2, "30": 3, "40": 4, "60": 5},
    },
    "payment_means": {
        FORM: _same(1, 8),
        DATASET: {"01": 1, "02": 3, "04": 4, "05": 5, "06": 6, "07": 7, "99": 8},
    },
    "disability": {
        FORM: _same(1, 8),
        DATASET: {**{str(1100 + code): code for code in range(2, 8)}, "1199": 8},
    },
    "livestock_pen": {FORM: _same(1, 4), OF_2011: {"1": 2, "2": 3, "3": 4}},
}
"""For a target and a numbering, the form's code for each written code."""

EXCEL_DAY_ZERO = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 1, 73_050
"""Excel's serial days: 1900 to 2099."""
NOTHING = frozenset({"", "-", "—", "--", "/", "\\", "无数据", "null", "NULL", "None", "N/A", "#N/A"})
YES = frozenset({"是", "有", "√", "✓", "✔", "1", "Y", "y", "yes", "患病", "患者", "在管", "已管理"})
NO = frozenset({"否", "无", "×", "✗", "x", "X", "0", "N", "n", "no", "没有", "未患病", "正常"})
LOST_DIGITS = msg(
    "身份证号被 Excel 变成了数字，后几位已经丢失，不能用。请对照证件，把这一列设成“文本”后重新填写。"
)


def cell_text(cell: Cell) -> str:
    """A cell as trimmed text: whole numbers without a point, dates as YYYY-MM-DD, "" for what means nothing."""
    if cell is None or isinstance(cell, Formula):
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    text = str(cell).strip().strip("\ufeff\u200b")
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]  # the apostrophe that our own export writes in front
    return "" if text in NOTHING else text


def id_text(cell: Cell) -> str:
    """An ID number as text. Raises Unreadable when Excel has rounded it to a number and lost its last digits."""
    if isinstance(cell, float) and abs(cell) >= 1e15:
        raise Unreadable(LOST_DIGITS)
    text = cell_text(cell)
    if re.fullmatch(r"[\d.]+[eE]\+?\d+", plain(text)):
        raise Unreadable(LOST_DIGITS)
    return clean_id_text(text)


def birth_text(cell: Cell) -> str:
    """A birth date as "1955", "1955-03" or "1955-03-08"; an Excel serial is a day. Raises Unreadable."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = float(cell)
        if number.is_integer() and 1880 <= number <= 2100:
            return str(int(number))
        if FIRST_SERIAL <= number <= LAST_SERIAL:
            return (EXCEL_DAY_ZERO + timedelta(days=int(number))).isoformat()
    text = cell_text(cell)
    if re.fullmatch(r"\d{5}", text) and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        return (EXCEL_DAY_ZERO + timedelta(days=int(text))).isoformat()
    return read_approximate_date(text) if text else ""


def read_choice(target: str, text: str, coding: str | None) -> tuple[int | list[int], str]:
    """The form's code or codes for what was written, and a note for an option that opens a line. Raises Unreadable."""
    kind = INFO.fields[target].kind
    if isinstance(kind, Choices):
        parts = [part for part in re.split(r"[、,，;；/|+\s]+", plain(text)) if part] or [text]
        read = [_read_one(target, part, coding) for part in parts]
        codes = list(dict.fromkeys(code for code, _note in read))
        return kind.read(codes), "、".join(note for _code, note in read if note)
    return _read_one(target, text, coding)


def _read_one(target: str, text: str, coding: str | None) -> tuple[int, str]:
    kind = INFO.fields[target].kind
    assert isinstance(kind, Choice | Choices)
    word = plain(text)
    labelled = re.fullmatch(r"(\d{1,4})\s*[.、:：-]?\s*(\D.*)", word)
    if labelled is not None:
        word = labelled[2].strip()  # "2 女", "3.初中": the label is what counts
    for option in kind.options:
        if word.casefold() == plain(option.label).casefold():
            return option.code, ""
    known = WORDS.get(target, {}).get(word.casefold())
    if known is not None:
        return known
    if re.fullmatch(r"\d{1,4}", word):
        return _read_code(target, word, coding), ""
    noted = next((option for option in kind.options if option.note and option.label.startswith("其他")), None)
    if noted is not None:
        return noted.code, word
    labels = tr("、").join(option.label for option in kind.options)
    raise Unreadable(msg("“{written}”不在选项里，可以填：{labels}。", written=text[:20], labels=labels))


def _read_code(target: str, code: str, coding: str | None) -> int:
    numberings = CODINGS.get(target)
    if numberings is None:
        kind = INFO.fields[target].kind
        assert isinstance(kind, Choice | Choices)
        if code.lstrip("0") in {str(option.code).lstrip("0") for option in kind.options}:
            return int(code)
        raise Unreadable(msg("没有编号为“{code}”的选项。", code=code))
    if coding is None:
        raise Unreadable(
            msg(
                "写的是编号“{code}”，各版本的编号含义不同，不知道按哪一版。请在对应关系里写明，或改写文字。",
                code=code,
            )
        )
    if code not in numberings[coding]:
        raise Unreadable(msg("编号“{code}”不在{list}里。", code=code, list=CODING_LABELS[coding]))
    return numberings[coding][code]


def read_flag(cell: Cell) -> tuple[bool, str]:
    """A disease column: whether the resident has it, and since when ("" unknown). Raises Unreadable."""
    text = cell_text(cell)
    if text in NO or not text:
        return False, ""
    if text in YES:
        return True, ""
    return True, birth_text(cell)[:7]


def read_diseases(text: str) -> dict[str, str]:
    """Diseases under management that a text names: 高血压、糖尿病 … with "" for the date; others are not managed here."""
    found = {}
    if re.search(r"(?<!无)高血压", text) and "无高血压" not in text:
        found["htn"] = ""
    if re.search(r"糖尿病", text) and "无糖尿病" not in text:
        found["dm"] = ""
    return found


def read_distance(text: str) -> Decimal | None:
    """Kilometres, from "1.5", "1.5公里" or "1.5 km"; None for what is no number."""
    match = re.match(r"(\d{1,3}(?:\.\d)?)\s*(公里|千米|km)?$", plain(text).casefold())
    return Decimal(match[1]) if match else None


def shown_answer(code: str, value: Any) -> str:
    """An answer of the 个人基本信息表 as a person reads it; "" for none."""
    item = INFO.fields.get(code)
    return "" if value in (None, "", [], {}) else item.kind.show(value) if item else str(value)
