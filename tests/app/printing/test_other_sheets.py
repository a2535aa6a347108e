"""Sheets of other shapes than the first four: several pages, a stub to cut off, ticks, long questionnaires, a card."""

from __future__ import annotations

import pytest

from app.forms.kinds import Choice, Choices, Column, Table, Text, Whole, options
from app.forms.layout import (
    CutLine,
    DateFill,
    Digits,
    Fill,
    Gap,
    Grid,
    Leaf,
    Lines,
    Ring,
    Row,
    Sheet,
    Tick,
    cell,
    label,
    line,
)
from app.forms.layout import Text as Printed
from app.forms.vocabulary import Field, Form, Section
from app.printing.content import Ticked
from app.printing.resolve import PersonHead, content_of
from app.printing.sheets import print_content

PERSON = PersonHead("李桂兰", "41162410021500037")


def declared(*fields: Field) -> Form:
    return Form("other", "别的表", "2017", (Section("all", "全部", fields),))


def test_a_questionnaire_of_33_items_circles_one_score_in_each(paper) -> None:
    fields = tuple(
        Field(code=f"q{number}", label=f"第{number}问", kind=Choice(options(*"12345"))) for number in range(1, 34)
    )
    header = Row((label("题目"), *(label(f"{score}分") for score in range(1, 6))))
    rows = tuple(
        Row((
            cell(Printed(f"（{field.label[1:-1]}）您最近一年里有没有这样的感觉或者情况发生过？")),
            *(cell(Ring(str(score), ((field.code, score),)), align="center") for score in range(1, 6)),
        ), mm=11)
        for field in fields
    )
    grid = Grid((96.0, *(18.0,) * 5), (header, *rows), header_rows=1)
    sheet = Sheet("other", (Leaf("体质问卷", (grid,)),))

    pdf = paper(print_content(content_of(declared(*fields), sheet, PERSON, [{f"q{n}": n % 5 + 1 for n in range(1, 34)}])))

    assert pdf.page_count == 2
    assert ["题目" in pdf.text(page) for page in range(2)] == [True, True]
    assert [f"（{number}）" in pdf.text() for number in range(1, 34)] == [True] * 33


def test_a_form_of_several_pages_keeps_its_leaves_apart_and_numbers_them(paper) -> None:
    table = Table((Column("reason", "原因", Text(50)), Column("days", "天数", Whole())), rows=2)
    form = declared(Field(code="stays", label="住院史", kind=table), Field(code="pulse", label="脉率", kind=Whole()))
    second = Grid((60.0, 126.0), tuple(
        Row((cell(Fill(f"stays.{number}.reason")), cell(Fill(f"stays.{number}.days")))) for number in range(2)
    ))
    first = Grid((60.0, 126.0), (Row((label("脉率"), cell(Fill("pulse")))),))
    sheet = Sheet("other", (Leaf("健康体检表", (first,)), Leaf("健康体检表", (second,))))

    pdf = paper(print_content(content_of(form, sheet, PERSON, [{"pulse": 72, "stays": [{"reason": "肺炎", "days": 9}]}])))

    assert pdf.page_count == 2
    assert "72" in pdf.text(0)
    assert "肺炎9" in pdf.text(1)
    assert "第2页/共2页" in pdf.text(1)


def test_a_stub_and_the_part_handed_out_stand_on_one_page(paper) -> None:
    form = declared(Field(code="to_org", label="机构", kind=Text(50)), Field(code="day", label="日期", kind=Text(10)))
    sheet = Sheet("other", (Leaf("双向转诊（转出）单", (
        Lines((line(Printed("存根"), align="center"), line(Printed("转入"), Fill("to_org", 40, line=True), Printed("单位")))),
        CutLine(),
        Lines((line(Fill("to_org", 40, line=True), Printed("（机构名称）：")), line(DateFill("day")))),
    ), head=()),))

    pdf = paper(print_content(content_of(form, sheet, PERSON, [{"to_org": "扶沟县人民医院", "day": "2026-11-22"}])))

    assert pdf.page_count == 1
    assert pdf.rows()[1:3] == ["存根", "转入扶沟县人民医院单位"]
    assert "2026年11月22日" in pdf.rows()


def test_a_card_is_printed_in_its_own_size_with_ticks(paper) -> None:
    blood = options("A", "B", "O", "AB")
    form = declared(Field(code="abo", label="ABO血型", kind=Choice(blood)))
    ticks = tuple(Tick(option.label, (("abo", option.code),)) for option in blood)
    side = Lines((line(Printed("ABO血型"), Gap(1), *ticks), line(Digits("person.record_no", (3, 5)))))
    sheet = Sheet("other", (Leaf("", (side,), head=(), foot_right="", top_mm=6),), paper="card")

    content = content_of(form, sheet, PERSON, [{"abo": 3}])
    pdf = paper(print_content(content))

    assert pdf.sizes_mm() == [(86, 54)]
    [block] = content.sheets[0].leaves[0].blocks
    assert [item.on for item in block.lines[0].items if isinstance(item, Ticked)] == [False, False, True, False]
    assert "√" in pdf.text()
    assert "21500037" in pdf.rows()


@pytest.mark.parametrize(("chosen", "boxes"), [([1], 3), ([1, 2, 3, 4], 4)])
def test_more_answers_than_boxes_get_more_boxes(chosen: list[int], boxes: int) -> None:
    from app.forms.layout import Boxes
    from app.printing.content import Mark

    form = declared(Field(code="means", label="方式", kind=Choices(options(*"甲乙丙丁"), boxes=3)))
    sheet = Sheet("other", (Leaf("", (Lines((line(Boxes("means", 3)),)),), head=()),))

    [block] = content_of(form, sheet, PERSON, [{"means": chosen}]).sheets[0].leaves[0].blocks

    assert len([item for item in block.lines[0].items if isinstance(item, Mark)]) == boxes
