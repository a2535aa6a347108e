"""The columns of the day sheet: which answers of a visit each holds, and how what is typed in a cell is read.

A cell is typed as quickly as possible: 142/86, 142 86 and 14286 are one blood pressure, 25 are the symptoms 2 and 5,
"2 咳嗽" is an answer with its note. What a cell means is decided by the kinds of the forms; nothing is judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from app.domain.message import Message, msg
from app.forms.kinds import Choice, Choices, Kind, Unreadable
from app.forms.vocabulary import NOTE
from app.services.follow_up_views import VisitSheet
from app.services.visit_answers import VisitField, answer_key, visit_fields

PARTS = re.compile(r"[/\s、,，;；-]+")


class Fills(StrEnum):
    """What an empty cell means: nothing was measured, the usual answer, or as last time."""

    TYPED = "typed"
    USUAL = "usual"
    CARRIED = "carried"


@dataclass(frozen=True)
class SheetColumn:
    """One column. `codes` are the answers in its cells, of `form_code` only when that is named.

    `usual` is the answer of an empty cell; `is_locked` columns cannot be put away; `is_shown` says whether it is there
    before anybody chose. `hint` says how to type.
    """

    key: str
    title: Message
    codes: tuple[str, ...]
    fills: Fills = Fills.TYPED
    form_code: str = ""
    usual: object = None
    is_locked: bool = False
    is_shown: bool = True
    hint: Message | None = None

    def keys(self, sheet: VisitSheet) -> tuple[tuple[str, ...], ...]:
        """For each code the keys of the visit's answers; () when the person's sheets do not ask it."""
        return _keys(self.codes, self.form_code, sheet.form_codes)

    def fields(self, sheet: VisitSheet) -> tuple[VisitField, ...]:
        """The declared answers, one for each code."""
        return tuple(sheet.fields[keys[0]] for keys in self.keys(sheet))

    def answers(self, sheet: VisitSheet, text: str) -> dict[str, object]:
        """The visit's answers, by key and as typed, that a cell means; the usual one for an empty cell."""
        keys = self.keys(sheet)
        if not text.strip():
            return {} if self.fills is not Fills.USUAL else {key: self.usual for each in keys for key in each}
        found: dict[str, object] = {}
        for each, (value, note) in zip(keys, self._values(sheet, text), strict=False):
            for key in each:
                if value != "":
                    found[key] = value
                if note and key + NOTE in sheet.fields:
                    found[key + NOTE] = note
        return found

    def shown(self, sheet: VisitSheet, text: str) -> str:
        """A cell as it reads once it was left: 142/86, 头痛头晕、心悸胸闷; what was typed when it cannot be read."""
        if not text.strip():
            return self.usual_shown(sheet)
        return cell_shown(self.codes, self.fields(sheet)[0].field.kind, text)

    def usual_shown(self, sheet: VisitSheet) -> str:
        """What an empty cell means, to be shown greyed in it: 无症状, or last time's answer; "" for nothing."""
        if not self.keys(sheet):
            return ""
        if self.fills is Fills.USUAL:
            return self.fields(sheet)[0].field.kind.show(self.usual)
        return self.last_shown(sheet) if self.fills is Fills.CARRIED else ""

    def last_shown(self, sheet: VisitSheet) -> str:
        """Last time's value as it reads, or ""."""
        words = [sheet.previous[keys[0]].shown for keys in self.keys(sheet) if keys[0] in sheet.previous]
        return "/".join(words) if len(words) == len(self.codes) else ""

    def last_typed(self, sheet: VisitSheet) -> str:
        """Last time's value as one would type it, or ""."""
        values = [sheet.previous[keys[0]].value for keys in self.keys(sheet) if keys[0] in sheet.previous]
        if not values or len(values) != len(self.codes):
            return ""
        return "/".join(_typed(value) for value in values)

    def _values(self, sheet: VisitSheet, text: str) -> list[tuple[object, str]]:
        """Value and note of each code."""
        return cell_values(self.codes, self.fields(sheet)[0].field.kind, text)


PRESSURE = ("sbp", "dbp")
HTN, DM = "htn_followup", "dm_followup"
DIGITS = msg("按选项号填，几个连着写，例如 25；“其他”后面写几个字，例如 10 手抖")
COLUMNS = (
    SheetColumn("bp", msg("血压"), PRESSURE, is_locked=True, hint=msg("142/86、142 86 或 14286")),
    SheetColumn("fpg", msg("空腹血糖"), ("fpg",), form_code=DM, is_locked=True, hint=msg("mmol/L，例如 6.4")),
    SheetColumn("random_glucose", msg("随机血糖"), ("random_glucose",), form_code=DM, is_shown=False),
    SheetColumn("heart_rate", msg("心率"), ("heart_rate",), is_locked=True, hint=msg("每分钟几次")),
    SheetColumn("weight", msg("体重"), ("weight",), is_locked=True, hint=msg("公斤，F4 取上次的")),
    SheetColumn("symptoms_htn", msg("高血压症状"), ("symptoms",), Fills.USUAL, HTN, [1], hint=DIGITS),
    SheetColumn("symptoms_dm", msg("糖尿病症状"), ("symptoms",), Fills.USUAL, DM, [1], hint=DIGITS),
    SheetColumn("adherence", msg("服药依从性"), ("drug_adherence",), Fills.CARRIED, hint=msg("1 规律　2 间断　3 不服药")),
    SheetColumn("adr", msg("药物不良反应"), ("adr",), Fills.USUAL, usual=1, hint=msg("1 无　2 有，后面写是什么，例如 2 干咳")),
    SheetColumn("method", msg("随访方式"), ("visit_method",), Fills.CARRIED, is_shown=False, hint=msg("1 门诊　2 家庭　3 电话")),
    SheetColumn("smoking", msg("日吸烟量（支）"), ("cigarettes",), Fills.CARRIED, is_shown=False),
    SheetColumn("alcohol", msg("日饮酒量（两）"), ("alcohol",), Fills.CARRIED, is_shown=False),
    SheetColumn(
        "exercise", msg("运动"), ("exercise_times", "exercise_minutes"), Fills.CARRIED, is_shown=False,
        hint=msg("每周次数/每次分钟，例如 5/30"),
    ),
    SheetColumn("salt", msg("摄盐"), ("salt",), Fills.CARRIED, HTN, is_shown=False, hint=msg("1 轻　2 中　3 重")),
    SheetColumn("staple_food", msg("主食（克/天）"), ("staple_food",), Fills.CARRIED, DM, is_shown=False),
    SheetColumn(
        "pulse", msg("足背动脉搏动"), ("dorsalis_pedis",), Fills.CARRIED, DM, is_shown=False,
        hint=msg("1 触及正常　2 减弱　3 消失"),
    ),
    SheetColumn(
        "hypoglycaemia", msg("低血糖反应"), ("hypoglycaemia",), Fills.CARRIED, DM, is_shown=False,
        hint=msg("1 无　2 偶尔　3 频繁"),
    ),
    SheetColumn("sign_other", msg("其他体征"), ("sign_other",), is_shown=False),
)
BY_KEY: Mapping[str, SheetColumn] = {column.key: column for column in COLUMNS}


@lru_cache(maxsize=256)
def _keys(codes: tuple[str, ...], of_form: str, form_codes: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The keys of a column in a visit with these sheets."""
    known, found = visit_fields(form_codes), []
    for code in codes:
        asked = [form_code for form_code in form_codes if of_form in ("", form_code)]
        keys = dict.fromkeys(answer_key(form_codes, form_code, code) for form_code in asked)
        found.append(tuple(key for key in keys if key in known))
    return tuple(found) if all(found) else ()


def chosen_columns(keys: tuple[str, ...]) -> tuple[SheetColumn, ...]:
    """The columns named, with those that cannot be put away, in their order; those of the beginning for none."""
    return tuple(
        column for column in COLUMNS if column.is_locked or (column.key in keys if keys else column.is_shown)
    )


def cell_values(codes: tuple[str, ...], kind: Kind, text: str) -> list[tuple[object, str]]:
    """Raw value and note of each of the `codes` of a cell; `kind` is that of the first."""
    if len(codes) > 1:
        parts = split_pair(text) if codes == PRESSURE else [part for part in PARTS.split(text.strip()) if part]
        # A number too many stays with the last one, of which the form then says that it is none.
        last = len(codes) - 1
        return [(value, "") for value in (*parts[:last], "/".join(parts[last:]))]
    if isinstance(kind, (Choice, Choices)):
        return [_chosen(kind, text.strip())]
    return [(text.strip(), "")]


def cell_shown(codes: tuple[str, ...], kind: Kind, text: str) -> str:
    """A cell as it reads once it was left; what was typed when it cannot be read."""
    found = cell_values(codes, kind, text)
    if len(codes) > 1:
        return "/".join(str(value) for value, _ in found if value != "")
    value, note = found[0]
    if not isinstance(kind, (Choice, Choices)):
        return text.strip()
    try:
        words = kind.show(kind.read(value))
    except Unreadable:
        return text.strip()
    return f"{words}（{note}）" if note else words


def split_pair(text: str) -> list[str]:
    """142/86, 142 86 and 14286 as two numbers; what is neither comes back as its parts.

    Without anything between them the last two digits of four or five are the diastolic pressure, the last three of six.
    """
    stripped = text.strip()
    if re.fullmatch(r"\d{4,6}", stripped):
        at = 3 if len(stripped) == 6 else len(stripped) - 2
        return [stripped[:at], stripped[at:]]
    return [part for part in PARTS.split(stripped) if part]


def _chosen(kind: Choice | Choices, text: str) -> tuple[object, str]:
    """The option numbers in a cell and the words after them."""
    match = re.fullmatch(r"([\d/\s、,，;；]*\d)\s*(?:[、,，;；/]\s*)?(\D.*)?", text)
    if match is None:
        return text, ""
    numbers, note = match[1], (match[2] or "").strip()
    if isinstance(kind, Choice):
        return numbers, note
    return list(_codes(numbers, kind)), note


def _codes(numbers: str, kind: Choices) -> Iterator[str]:
    """The numbers, those written together one by one; 10 is ten where there are ten options."""
    known = sorted((str(option.code) for option in kind.options), key=len, reverse=True)
    shape = re.compile("|".join([*known, r"\d"]))
    for part in PARTS.split(numbers):
        yield from shape.findall(part)


def _typed(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(str(each) for each in value)
    return str(value)
