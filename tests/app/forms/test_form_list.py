"""Every answer is declared as the list of forms says: kind, length, boxes, places, range, numbers and words of options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from app.forms.kinds import ApproximateDate, Choice, Choices, Date, Number, Sign, Text, Whole
from app.forms.registry import form
from app.forms.shapes import TARGET
from app.forms.vocabulary import Field
from tests.samples.form_list import KINDS, OPTIONS

WITHOUT_NUMBER = {
    ("htn_followup", "symptoms"), ("dm_followup", "symptoms"), ("tb_first_visit", "symptoms"),
    ("tb_followup", "symptoms"),
}  # fmt: skip
"""The paper prints their 其他 without a number; the next one keeps it."""


def lines(table: str) -> list[tuple[str, str]]:
    """The two columns of a table, with indented lines joined to the one before."""
    whole = re.sub(r"\n {4}", " ", table.strip()).splitlines()
    return [tuple(part.strip() for part in line.split(" | ")) for line in whole]


def named(codes: str) -> Iterator[tuple[str, str]]:
    """What "form: a b; other: c" names, one by one."""
    for part in codes.split("; "):
        form_code, _, names = part.partition(": ")
        yield from ((form_code, name) for name in names.split())


KIND_CASES = [(form_code, code, kind) for kind, codes in lines(KINDS) for form_code, code in named(codes)]
OPTION_CASES = [(form_code, code, text) for codes, text in lines(OPTIONS) for form_code, code in named(codes)]


def kind_of(item: Field) -> str:
    """The kind of an answer in the words of the list."""
    kind = item.kind
    if isinstance(kind, Sign):
        return "sign"
    if isinstance(kind, Text):
        return f"text({kind.longest})"
    if isinstance(kind, Choices):
        return f"multi({kind.boxes})"
    if isinstance(kind, Number):
        return f"dec({kind.places})"
    return {Whole: "int", Choice: "code", Date: "date", ApproximateDate: "date"}[type(kind)]


@pytest.mark.parametrize(("form_code", "code", "told"), KIND_CASES)
def test_an_answer_is_of_the_kind_and_length_of_the_list(form_code, code, told):
    kind = told.split(", ")[0].replace("dec(0)", "int")
    item = form(form_code).fields[code]
    is_pair = kind.startswith("pair ")
    assert (code + TARGET in form(form_code).fields) >= is_pair
    expected = kind.removeprefix("pair ")
    assert kind_of(item) == expected if "(" in expected else kind_of(item).startswith(expected)


@pytest.mark.parametrize(("form_code", "code", "told"), [case for case in KIND_CASES if "–" in case[2]])
def test_a_number_has_the_hard_range_of_the_list(form_code, code, told):
    low, high = re.search(r"([\d.]+)–([\d.]+)", told).groups()
    hard = form(form_code).fields[code].hard
    assert (hard.low, hard.high) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(("form_code", "code", "told"), [case for case in KIND_CASES if "unusual" in case[2]])
def test_a_number_is_unusual_where_the_list_says_so(form_code, code, told):
    item = form(form_code).fields[code]
    step = Decimal(1).scaleb(-item.kind.places) if isinstance(item.kind, Number) else Decimal(1)
    bounds = re.findall(r"([<>≤≥])([\d.]+)", told.partition("unusual")[2])
    assert bounds
    for sign, written in bounds:
        edge = Decimal(written)
        usual = {"<": edge, ">": edge, "≤": edge + step, "≥": edge - step}[sign]
        beyond = {"<": edge - step, ">": edge + step, "≤": edge, "≥": edge}[sign]
        assert item.soft.admits(usual)
        assert not item.soft.admits(beyond)


@pytest.mark.parametrize(("form_code", "code", "printed"), OPTION_CASES)
def test_options_have_the_numbers_and_words_of_the_list(form_code, code, printed):
    declared = [f"{option.code} {option.label}" for option in form(form_code).fields[code].kind.options]
    if (form_code, code) in WITHOUT_NUMBER:
        assert declared.pop().endswith(" 其他")
    assert declared == [part.strip() for part in printed.split(" · ")]


def test_the_other_opens_a_line_on_every_form():
    shut = [
        (form_code, code)
        for form_code, code, _printed in OPTION_CASES
        for option in form(form_code).fields[code].kind.options
        if option.label in ("其他", "其他残疾", "其他疾病") and not option.note
    ]
    assert shut == []
