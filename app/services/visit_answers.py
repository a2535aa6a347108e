"""The answers of one visit that fills one or two sheets: what both sheets share is asked once.

Answers of a visit are one flat dict from a key to a raw value. The key of an answer that the sheets share, and of
every answer when there is one sheet, is the answer's code ("sbp"); the key of an answer that each of two sheets has
for itself is "<form code>.<code>" ("dm_followup.symptoms"). Nothing is validated or stored here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.forms.registry import form
from app.forms.vocabulary import NOTE, TARGET, Field, Section

SEPARATE = frozenset(
    {
        "visit_class",
        "class_reason",
        "adr",
        "complication",
        "referral_reason",
        "referral_to",
        "no_referral_reason",
    }
)
"""Answers that each disease has for itself although the sheets print them alike: they judge that disease."""

OF_ABSENCE = frozenset({"visit_date", "not_seen", "not_seen" + NOTE, "next_visit_date", "doctor"})
"""All that a sheet says when the person was not seen (失访, 死亡, 迁出)."""


@dataclass(frozen=True)
class VisitField:
    """One answer that a visit asks for: its key, the forms that take it, and its declaration there."""

    key: str
    code: str
    form_codes: tuple[str, ...]
    field: Field
    section: Section


@lru_cache(maxsize=8)
def visit_fields(form_codes: tuple[str, ...]) -> Mapping[str, VisitField]:
    """Every single answer of a visit with these sheets by its key, in the printed order of the first sheet."""
    fields: dict[str, VisitField] = {}
    for form_code in form_codes:
        for section in form(form_code).sections:
            for item in section.fields:
                for answer in item.answers():
                    key = answer_key(form_codes, form_code, answer.code)
                    known = fields.get(key)
                    if known is None:
                        fields[key] = VisitField(key, answer.code, (form_code,), answer, section)
                    else:
                        codes = (*known.form_codes, form_code)
                        fields[key] = VisitField(key, known.code, codes, known.field, known.section)
    return fields


def answer_key(form_codes: tuple[str, ...], form_code: str, code: str) -> str:
    """The key in a visit with the sheets `form_codes` of the answer `code` of the sheet `form_code`."""
    if len(form_codes) < 2 or not _is_separate(form_codes, code):
        return code
    return f"{form_code}.{code}"


def split_answers(form_codes: tuple[str, ...], answers: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """The raw answers of each sheet. A key that no sheet knows goes to the first, which refuses it.

    When the person was not seen, only what is then written on a sheet remains.
    """
    split: dict[str, dict[str, object]] = {form_code: {} for form_code in form_codes}
    for key, value in answers.items():
        for form_code, code in _homes(form_codes, key):
            split[form_code][code] = value
    if answers.get("not_seen") in (None, ""):
        return split
    return {
        form_code: {code: value for code, value in of_sheet.items() if code in OF_ABSENCE}
        for form_code, of_sheet in split.items()
    }


def merge_answers(form_codes: tuple[str, ...], by_form: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """One dict of a visit's answers from those of its sheets; of a shared one the first sheet's counts."""
    merged: dict[str, Any] = {}
    for form_code in form_codes:
        for code, value in by_form.get(form_code, {}).items():
            merged.setdefault(answer_key(form_codes, form_code, code), value)
    return merged


def keys_of(form_codes: tuple[str, ...], form_code: str, codes: Iterable[str]) -> dict[str, str]:
    """Key by code, for several answers of one sheet."""
    return {code: answer_key(form_codes, form_code, code) for code in codes}


@lru_cache(maxsize=512)
def _homes(form_codes: tuple[str, ...], key: str) -> tuple[tuple[str, str], ...]:
    prefix, dot, rest = key.partition(".")
    if dot and prefix in form_codes:
        return ((prefix, rest),)
    homes = tuple((form_code, key) for form_code in form_codes if key in form(form_code).fields)
    return homes or ((form_codes[0], key),)


@lru_cache(maxsize=512)
def _is_separate(form_codes: tuple[str, ...], code: str) -> bool:
    base = code.removesuffix(NOTE).removesuffix(TARGET)
    if base in SEPARATE:
        return True
    kinds = [form(form_code).fields[base].kind for form_code in form_codes if base in form(form_code).fields]
    return any(kind != kinds[0] for kind in kinds[1:])
