"""The shapes in which people write the answers of a form, flattened into its codes.

The forms keep one value under one code. An answers file may also say together what the paper prints together:

* a pair 目前/目标: [65, 63], {"current": 65, "target": 63}, "65/63"
* an item with several answers, `exercise`: [[3, 30], [5, 30]], {"current": {"times": 3, "minutes": 30}, …},
  ["3次/周 30分钟/次", "5次/周 30分钟/次"]
* an option and what belongs to it: {"code": 2, "text": "脚肿"}, [2, "脚肿"], "有：脚肿", {"code": 2, "side": "左侧"},
  {"code": 2, "items": [{…}]}
* options with how often each: [{"code": 1, "count": 2}, [5, 1], "自伤 1次"], {"1": 2, "5": 1}
* a text and what belongs to it: {"text": "煤尘", "protection": {"code": 2, "text": "口罩"}}
* the rows of a table one by one (drug1, drug2 …), a cell of them apart (drug1_usage); one row without a list

Nothing is read or judged here: a part that belongs nowhere comes out under a code that the form does not have, so
that the form refuses it by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from app.forms.kinds import EMPTY, Choice, Choices, Table, Text, Unreadable, Whole, plain, read_option

if TYPE_CHECKING:
    from app.forms.vocabulary import Field, Form

NOTE = "_note"
TARGET = "_target"

Flat = Iterator[tuple[str, object]]

_CURRENT_WORDS = ("current", "now", "目前")
_TARGET_WORDS = ("target", "目标")
_CODE_WORDS = ("code", "option", "value", "选项")
_TEXT_WORDS = ("text", "note", "detail", "name", "other", "说明", "其他")
_ROWS_WORDS = ("items", "rows", "entries")
_PART_WORDS = {"type": "kind", "name": "kind", "frequency": "times", "duration": "minutes", "dose": "usage"}
_COUNT_WORDS = ("count", "times", "number", "次数")
_TIMES = "_times_"
_YES = "有"
_OFTEN = re.compile(r"([^\d\s(:]+|\d+(?=[\s(:]))[\s(:]*(\d+)\s*次\)?")
_WITH_TEXT = re.compile(r"\s*([^：:（(\s]+)\s*[：:（(\s]\s*(.+?)\s*[）)]?\s*")


def flatten(form: Form, raw: Mapping[str, object]) -> Flat:
    """The answers of `raw` one by one under the codes of the form."""
    rows: dict[str, dict[str, object]] = {}
    for written, value in raw.items():
        code, alias, cell = _meant(form, str(written))
        item = form.fields.get(code)
        if item is not None and alias is not None and isinstance(item.kind, Table):
            listed = rows.setdefault(code, {})
            listed[alias] = _row(item.kind, listed.get(alias), value, cell)
        elif item is None:
            yield from _joined(form, code, value) if code in form.joined else ((code, value),)
        elif _is_pair(form, item):
            yield from _pair(code, value, can_be_split=not isinstance(item.kind, Text))
        elif isinstance(item.kind, (Choice, Choices)):
            yield from _option(form, item, value)
        elif isinstance(value, Mapping) and isinstance(item.kind, Text):
            yield from _text_object(form, item, value)
        elif isinstance(item.kind, Table) and value not in EMPTY and not isinstance(value, (list, tuple)):
            yield code, [value]
        else:
            yield code, value
    for code, listed in rows.items():
        places = form.fields[code].aliases
        yield code, [listed[alias] for alias in sorted(listed, key=places.index)]


def tick_written_lines(form: Form, answers: dict[str, object]) -> None:
    """Ticks 其他 in `answers` where only its line was written: on some forms it is printed without a number."""
    for code, item in form.fields.items():
        noted = [option.code for option in getattr(item.kind, "options", ()) if option.note]
        chosen = answers.get(code, [])
        if code + NOTE not in answers or len(noted) != 1 or not isinstance(item.kind, Choices):
            continue
        if isinstance(chosen, list) and not set(chosen) & set(noted):
            answers[code] = [*chosen, *noted]


def _meant(form: Form, written: str) -> tuple[str, str | None, str]:
    """The code, the alias it was given by if any, and the cell of a table's row behind it if any."""
    if written in form.fields or written in form.joined:
        return written, None, ""
    if written in form.aliases:
        return form.aliases[written], written, ""
    for alias, code in form.aliases.items():
        if written.startswith(alias + "_") and isinstance(form.fields[code].kind, Table):
            return code, alias, written.removeprefix(alias + "_")
    return written, None, ""


def _row(kind: Table, before: object, value: object, cell: str) -> object:
    """The row `before` with `value` added, as a whole row or as its `cell`."""
    first = kind.columns[0].code
    if not cell and before is None:
        return value
    known = before if isinstance(before, Mapping) else {} if before is None else {first: before}
    added = {cell: value} if cell else value if isinstance(value, Mapping) else {first: value}
    return {**known, **added}


def _is_pair(form: Form, item: Field) -> bool:
    return item.paired or item.code + TARGET in form.fields


def _is_single(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) or (
        isinstance(value, str) and plain(value).replace(".", "", 1).isdigit()
    )


def _halves(value: object, *, can_be_split: bool) -> list[tuple[str, object]] | None:
    """Current and target value with the endings of their codes; None when `value` is no such pair."""
    if isinstance(value, Mapping):
        endings = dict.fromkeys(_CURRENT_WORDS, "") | dict.fromkeys(_TARGET_WORDS, TARGET)
        known = [endings[name] for name in value if name in endings]
        if not known:
            return None
        return [(endings.get(name, f".{name}"), part) for name, part in value.items()]
    if isinstance(value, (list, tuple)):
        return list(zip(("", TARGET), value, strict=False)) if len(value) <= 2 else None
    if can_be_split and isinstance(value, str) and plain(value).count("/") == 1:
        return list(zip(("", TARGET), plain(value).split("/"), strict=True))
    return [("", value)]


def _pair(code: str, value: object, *, can_be_split: bool) -> Flat:
    halves = _halves(value, can_be_split=can_be_split)
    if halves is None and isinstance(value, Mapping):
        halves = [(f".{name}", part) for name, part in value.items()]
    for ending, part in halves or [("", value)]:
        yield code + ending, part


def _joined(form: Form, code: str, value: object) -> Flat:
    """Several answers told as one item of the paper, each half of a pair by itself."""
    parts = [
        item
        for name, item in form.fields.items()
        if name.startswith(code + "_") and not name.endswith(TARGET)
    ]
    halves: list[tuple[str, object]] | None = None
    if all(_is_pair(form, part) for part in parts):
        is_one_half = isinstance(value, (list, tuple)) and all(map(_is_single, value))
        halves = None if is_one_half else _halves(value, can_be_split=False)
    for ending, half in halves or [("", value)]:
        yield from _parts(code, parts, half, ending)


def _parts(code: str, parts: Sequence[Field], value: object, ending: str) -> Flat:
    if isinstance(value, str) and all(isinstance(part.kind, Whole) for part in parts):
        numbers = re.findall(r"\d+", plain(value))
        value = numbers if len(numbers) == len(parts) else value
    if isinstance(value, Mapping):
        for name, part in value.items():
            found = _part_named(code, parts, str(name))
            if found is None:
                yield f"{code}{ending}.{name}", part
            else:
                yield from _pair(found.code + ending, part, can_be_split=False)
    elif isinstance(value, (list, tuple)) and len(value) <= len(parts):
        for part, single in zip(parts, value, strict=False):
            yield part.code + ending, single
    elif value not in EMPTY:
        yield parts[0].code + ending, value


def _part_named(code: str, parts: Sequence[Field], name: str) -> Field | None:
    """The part meant by `times`, `times_per_week` or its label."""
    for part in parts:
        own = part.code.removeprefix(code + "_")
        if _PART_WORDS.get(name, name).startswith(own) or name in (part.label, part.prompt):
            return part
    return None


def _option(form: Form, item: Field, value: object) -> Flat:
    """An option, or several, with what is written beside it."""
    if isinstance(item.kind, Choices):
        yield from _options(form, item, value)
    elif isinstance(value, Mapping):
        yield from _option_object(form, item, value)
    elif isinstance(value, (list, tuple)) and value and all(isinstance(entry, Mapping) for entry in value):
        yield item.code, _YES
        yield item.code + "_items", value
    elif isinstance(value, (list, tuple)) and len(value) in (1, 2):
        yield item.code, value[0]
        if len(value) == 2:
            yield _companion(form, item), value[1]
    else:
        yield from _option_with_text(form, item, value)


def _companion(form: Form, item: Field) -> str:
    """The code of what is written beside an option: its line, or its only other part."""
    if item.code + NOTE in form.fields:
        return item.code + NOTE
    beside = [code for code in form.fields if code.startswith(item.code + "_")]
    return beside[0] if len(beside) == 1 else item.code + NOTE


def _option_object(form: Form, item: Field, value: Mapping[str, object]) -> Flat:
    for name, part in value.items():
        if name in _CODE_WORDS:
            yield item.code, part
        elif f"{item.code}_{name}" in form.fields:
            yield f"{item.code}_{name}", part
        elif name in _TEXT_WORDS and item.code + NOTE in form.fields:
            yield item.code + NOTE, part
        elif name in _ROWS_WORDS and item.code + "_items" in form.fields:
            yield item.code + "_items", part
        else:
            yield f"{item.code}.{name}", part


def _text_object(form: Form, item: Field, value: Mapping[str, object]) -> Flat:
    """A text with what belongs to it: {"text": "煤尘", "protection": 2}."""
    for name, part in value.items():
        beside = form.fields.get(f"{item.code}_{name}")
        if beside is not None and isinstance(beside.kind, (Choice, Choices)):
            yield from _option(form, beside, part)
        elif beside is not None:
            yield beside.code, part
        else:
            yield item.code if name in _TEXT_WORDS else f"{item.code}.{name}", part


def _option_with_text(form: Form, item: Field, value: object) -> Flat:
    """ "有：脚肿" and "减弱（左侧）" in their two parts; anything else as it is."""
    found = _WITH_TEXT.fullmatch(value) if isinstance(value, str) and not _means_option(item, value) else None
    if found is None or not _means_option(item, found[1]):
        yield item.code, value
    else:
        yield item.code, found[1]
        yield _companion(form, item), found[2]


def _options(form: Form, item: Field, value: object) -> Flat:
    if isinstance(value, str) and re.search(r"[：:]|\d\s*次", value):
        value = re.split(r"[、,，;；]+", value)
    if isinstance(value, Mapping):
        each = all(_means_option(item, str(name)) for name in value)
        value = list(value.items()) if each else [value]
    if not isinstance(value, (list, tuple)):
        yield item.code, value
        return
    codes: list[object] = []
    lines: list[str] = []
    for entry in value:
        counted = _option_and_count(form, item, entry)
        if counted is not None:
            codes.append(counted[0])
            yield item.code + _TIMES + counted[0], counted[1]
            continue
        code, line = _option_and_line(item, entry)
        codes.append(code)
        lines.extend([line] if line else [])
    yield item.code, codes
    if lines:
        yield item.code + NOTE, "；".join(lines)


def _option_and_count(form: Form, item: Field, entry: object) -> tuple[str, object] | None:
    """The number of an option and how often it happened, or None where it is not told so."""
    option: object = None
    count: object = None
    if isinstance(entry, Mapping) and len(entry) == 2:
        option = next((entry[name] for name in _CODE_WORDS if name in entry), None)
        count = next((entry[name] for name in _COUNT_WORDS if name in entry), None)
    elif isinstance(entry, (list, tuple)) and len(entry) == 2:
        option, count = entry
    elif isinstance(entry, str) and (found := _OFTEN.fullmatch(plain(entry))):
        option, count = found[1], found[2]
    if option is None or count is None or not _means_option(item, str(option)):
        return None
    number = str(read_option(option, item.kind.options))  # type: ignore[attr-defined]
    return (number, count) if item.code + _TIMES + number in form.fields else None


def _option_and_line(item: Field, entry: object) -> tuple[object, str]:
    """One of several options, and the line written with it."""
    if isinstance(entry, Mapping):
        code = next((entry[name] for name in _CODE_WORDS if name in entry), None)
        line = next((entry[name] for name in _TEXT_WORDS if name in entry), "")
        is_whole = code is not None and set(entry) <= {*_CODE_WORDS, *_TEXT_WORDS}
        return (code, str(line or "")) if is_whole else (entry, "")
    found = _WITH_TEXT.fullmatch(entry) if isinstance(entry, str) and not _means_option(item, entry) else None
    if found is not None and _means_option(item, found[1], with_line=True):
        return found[1], found[2]
    return entry, ""


def _means_option(item: Field, text: str, *, with_line: bool = False) -> bool:
    """Whether `text` is the number or label of an option; `with_line`, of one that opens a line."""
    choices = item.kind.options  # type: ignore[attr-defined]
    try:
        return (
            read_option(text, tuple(option for option in choices if option.note or not with_line)) is not None
        )
    except Unreadable:
        return False
