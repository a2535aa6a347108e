"""The printed 个人基本信息表 (third edition, 2017, form list §2), one A4 page."""

from __future__ import annotations

from app.forms.layout import (
    Box,
    Boxes,
    Cell,
    DateFill,
    Digits,
    Fill,
    Gap,
    Grid,
    Inline,
    Leaf,
    Line,
    Row,
    Sheet,
    Text,
    cell,
    choice,
    label,
    line,
    option_items,
    side,
)
from app.forms.personal_info import DISEASES, FORM
from app.forms.vocabulary import NOTE

FIELDS = FORM.fields
COLUMNS = (8.0, 22.0, 42.0, 18.5, 16.5, 20.0, 59.0)
ROW_MM = 6.6
RURAL_ONLY = "带 * 的项目由农村地区填写"
SLOTS = "①②"
TO_THE_RIGHT_EDGE = 5


def row(*cells: Cell) -> Row:
    """A row of this sheet."""
    return Row(cells, mm=ROW_MM)


def item(words: str, content: Cell) -> Row:
    """A labelled row over the whole width."""
    return row(label(words, span=2), content)


def wide_choice(code: str, *, size: float | None = None) -> Cell:
    """The options of an item up to the right edge."""
    return choice(FIELDS[code], span=TO_THE_RIGHT_EDGE, note_mm=12, size=size)


def disease_names() -> tuple[Inline, ...]:
    """The diseases; those that must be named are followed by a line for the name."""
    lines = {
        option.code: Fill(f"disease_history[code={option.code}].name", 14, line=True)
        for option in DISEASES if option.note
    }
    items: list[Inline] = []
    for position, option in enumerate(DISEASES):
        items += [Text(" ")] * bool(position) + [Text(f"{option.code}{option.label}", keep=True)]
        items += [lines[option.code]] if option.code in lines else []
    return tuple(items)


def disease_slots(numbers: range) -> Line:
    """Slots of a disease's number and the year and month of its diagnosis."""
    items: list[Inline] = []
    for number in numbers:
        here = f"disease_history.{number}."
        items += [Text(" / ")] * (number > numbers[0])
        items += [Box(here + "code"), Gap(0.8), Text("确诊时间"), DateFill(here + "confirmed_ym", "ym")]
    return line(*items)


def happened(code: str, what: str) -> Cell:
    """1无 2有: two slots of what it was and when."""
    items: list[Inline] = [Text("1无 2有：")]
    for number, sign in enumerate(SLOTS):
        items += [
            *[Text(" / ")] * bool(number),
            Text(what + sign), Fill(f"{code}_items.{number}.name", 22, line=True, align="center"),
            Text("时间"), Fill(f"{code}_items.{number}.date", 18, line=True, align="center"),
        ]
    return cell(*items, right=(Box(code),), span=TO_THE_RIGHT_EDGE)


def relative(code: str, span: int = 1) -> Cell:
    """Boxes for the diseases of a relative, and a line for others."""
    return cell(Boxes(code, 6), Gap(0.8), Fill(code + NOTE, 12, line=True), span=span)


def headed(heading: str, *rows: Row) -> tuple[Row, ...]:
    """`rows` beside one merged heading."""
    first, *others = rows
    return (Row((side(heading, len(rows)), *first.cells), mm=ROW_MM), *others)


GRID = Grid(COLUMNS, (
    row(label("性别", span=2), choice(FIELDS["sex"], span=3), label("出生日期"), cell(Digits("birth_date", (4, 2, 2), ""))),
    row(
        label("身份证号", span=2), cell(Fill("id_number"), Fill("no_id_reason"), span=3),
        label("工作单位"), cell(Fill("workplace")),
    ),
    row(
        label("本人电话", span=2), cell(Fill("own_phone")), label("联系人姓名"), cell(Fill("contact_name")),
        label("联系人电话"), cell(Fill("contact_phone")),
    ),
    row(
        label("常住类型", span=2), choice(FIELDS["residence_type"], span=3), label("民族"),
        choice(FIELDS["ethnic_group"], digits=2),
    ),
    item("血型", cell(
        *option_items(FIELDS["blood_abo"]), Text(" / RH："), *option_items(FIELDS["blood_rh"]),
        right=(Box("blood_abo"), Text("/"), Box("blood_rh")), span=TO_THE_RIGHT_EDGE,
    )),
    item("文化程度", wide_choice("education", size=8.5)),
    item("职业", wide_choice("occupation")),
    item("婚姻状况", wide_choice("marital_status")),
    item("医疗费用\n支付方式", wide_choice("payment_means")),
    item("药物过敏史", wide_choice("drug_allergy")),
    item("暴露史", wide_choice("exposure")),
    *headed(
        "既往史",
        row(label("疾病"), Cell(
            (line(*disease_names()), disease_slots(range(3)), disease_slots(range(3, 6))), span=TO_THE_RIGHT_EDGE,
        )),
        row(label("手术"), happened("surgery", "名称")),
        row(label("外伤"), happened("trauma", "名称")),
        row(label("输血"), happened("transfusion", "原因")),
    ),
    *headed(
        "家族史",
        row(label("父亲"), relative("family_father", 3), label("母亲"), relative("family_mother")),
        row(label("兄弟姐妹"), relative("family_siblings", 3), label("子女"), relative("family_children")),
        row(cell(*option_items(FIELDS["family_father"], notes={12: Gap(0)}), span=6)),
    ),
    item("遗传病史", cell(
        Text("1无 2有：疾病名称"), Fill("hereditary" + NOTE, 30, line=True), right=(Box("hereditary"),),
        span=TO_THE_RIGHT_EDGE,
    )),
    item("残疾情况", wide_choice("disability")),
    *headed(
        "生活环境*",
        row(label("厨房排风设施"), wide_choice("kitchen_exhaust")),
        row(label("燃料类型"), wide_choice("fuel")),
        row(label("饮水"), wide_choice("water")),
        row(label("厕所"), wide_choice("toilet")),
        row(label("禽畜栏"), wide_choice("livestock_pen")),
    ),
))

SHEET = Sheet(form=FORM.code, leaves=(Leaf(title=FORM.title, blocks=(GRID,), foot_left=RURAL_ONLY),))
