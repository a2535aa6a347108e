"""Editions: answers are read, shown and printed in theirs, and the edition in force takes over what is certain."""

from __future__ import annotations

import pytest

from app.errors import UserError
from app.forms.editions import EARLIER_MODULES, differing, earlier, editions, forwarded, of_edition
from app.forms.layout import Box, Boxes, inline_items, printed_option
from app.forms.registry import FORM_MODULES, form
from app.forms.sheets import sheet
from app.printing.content import words_of
from app.printing.resolve import PersonHead, sheet_content

OLDER = [(code, each.form.edition) for code in EARLIER_MODULES for each in earlier(code)]


def words(sheet_of):
    return [item.words for leaf in sheet_of.leaves for item in inline_items(leaf) if hasattr(item, "words")]


@pytest.mark.parametrize(
    ("code", "before", "now"),
    [
        ("blood_rh", 1, 2),
        ("blood_rh", 2, 1),
        ("blood_rh", 3, 3),
        ("education", 1, 9),
        ("education", 2, 8),
        ("education", 3, 7),
        ("education", 4, None),
        ("education", 5, None),
        ("education", 6, 10),
        *[("occupation", number, number - 1) for number in range(1, 9)],
        ("livestock_pen", 1, 2),
        ("livestock_pen", 2, 3),
        ("livestock_pen", 3, 4),
        ("marital_status", 2, 2),
    ],
)
def test_an_answer_of_2011_reads_in_the_words_of_2017(code, before, now):
    reached = forwarded("personal_info", "2011", {code: before})
    assert reached.answers == ({} if now is None else {code: now})
    assert reached.left_behind == ((code,) if now is None else ())


@pytest.mark.parametrize("number", [1, 2, 3])
def test_rhesus_means_the_same_in_both_editions(number):
    said = {"否": "阳性", "是": "阴性", "不详": "不详"}
    before = of_edition("personal_info", "2011").fields["blood_rh"].kind.show(number)
    after = forwarded("personal_info", "2011", {"blood_rh": number}).answers["blood_rh"]
    assert form("personal_info").fields["blood_rh"].kind.show(after) == said[before]


@pytest.mark.parametrize("number", range(1, 9))
def test_an_occupation_keeps_its_words(number):
    before = of_edition("personal_info", "2011").fields["occupation"].kind.show(number)
    after = forwarded("personal_info", "2011", {"occupation": number}).answers["occupation"]
    assert form("personal_info").fields["occupation"].kind.show(after) == before


@pytest.mark.parametrize(("number", "now"), [(1, 1), (2, 2), (3, None)])
def test_an_unknown_economy_of_2011_is_asked_anew(number, now):
    reached = forwarded("smi_info", "2011", {"economy": number})
    assert reached.answers.get("economy") == now


@pytest.mark.parametrize(("number", "now"), [(0, None), (1, 1), (2, 2), (3, 3)])
def test_a_visit_of_2011_where_nobody_was_met_has_no_class(number, now):
    assert forwarded("smi_followup", "2011", {"visit_class": number}).answers.get("visit_class") == now


@pytest.mark.parametrize("code", FORM_MODULES)
def test_answers_of_the_edition_in_force_stay_as_they_are(code):
    given = dict.fromkeys(form(code).fields, 1)
    assert forwarded(code, form(code).edition, given).answers == given
    assert editions(code)[-1] == form(code).edition


@pytest.mark.parametrize(("code", "edition"), OLDER)
def test_every_option_of_an_earlier_edition_has_a_place_or_is_left_by_name(code, edition):
    older = of_edition(code, edition)
    assert differing(older, form(code))
    for name in differing(older, form(code)):
        for option in older.fields[name].kind.options:
            reached = forwarded(code, edition, {name: option.code})
            taken = reached.answers.get(name)
            numbers = [each.code for each in form(code).fields[name].kind.options]
            assert (taken in numbers) != (name in reached.left_behind)


@pytest.mark.parametrize(("code", "edition"), OLDER)
def test_the_sheet_of_an_earlier_edition_prints_its_options_and_boxes(code, edition):
    older, printed = of_edition(code, edition), sheet(code, edition)
    boxes = [
        item.ref
        for leaf in printed.leaves
        for item in inline_items(leaf)
        if isinstance(item, (Box, Boxes))
    ]
    for name in differing(older, form(code)):
        assert name in boxes
        assert {printed_option(option) for option in older.fields[name].kind.options} <= set(words(printed))
    assert words(printed) != words(sheet(code))


def test_a_sheet_of_2011_says_its_edition_and_its_number():
    content = sheet_content(
        "personal_info", PersonHead("柳春", "41162410411500001"), [{"education": 4}], edition="2011"
    )
    printed = words_of(content)
    assert "4高中/技校/中专" in printed
    assert [leaf.foot_right for leaf in content.sheets[0].leaves] == ["国家基本公共卫生服务规范（2011年版）"]
    assert "9文盲或半文盲" not in printed


def test_an_unknown_edition_is_refused_with_those_that_exist():
    with pytest.raises(UserError, match="可用的有：2011、2017"):
        of_edition("personal_info", "1999")
