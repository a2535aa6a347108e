"""Rows that the printed follow-up sheets share: four visits stand side by side in columns."""

from __future__ import annotations

from app.forms.layout import (
    Boxes,
    Cell,
    DateFill,
    Fill,
    Gap,
    Inline,
    Line,
    PerVisit,
    Ring,
    Row,
    Signature,
    Text,
    cell,
    choice,
    choices_of,
    label,
    line,
    option_items,
    side,
)
from app.forms.vocabulary import NOTE, TARGET, Field, Form

VISITS = 4
COLUMNS = (7.0, 28.0, *(37.75,) * VISITS)
PAIR_MM = 12.0
SYMPTOM_SIZE = 8.0
SIGNATURE_MM = 7.0


def whole_label(words: str, *cells: Cell | PerVisit, mm: float | None = None) -> Row:
    """A row whose label covers the side heading's column too."""
    return Row((label(words, span=2), *cells), **({} if mm is None else {"mm": mm}))


def labelled(words: str, content: Cell) -> Row:
    """A row below a side heading: its label and the same cell for each visit."""
    return Row((label(words), PerVisit(content)))


def headed(heading: str, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """`rows` beside one merged heading."""
    first, *others = rows
    return (Row((side(heading, len(rows)), *first.cells), mm=first.mm), *others)


def pair(code: str, other: str = "") -> Cell:
    """Current and target, or systolic and diastolic, around a slash in the middle of the cell."""
    return cell(
        Fill(code, PAIR_MM, align="right"), Text(" / "), Fill(other or code + TARGET, PAIR_MM), align="center",
    )


def head_rows(form: Form) -> tuple[Row, ...]:
    """随访日期 (with the reason when nobody was seen, form list §0, 6) and 随访方式."""
    date = Cell((line(DateFill("visit_date")), line(Fill("not_seen", noted=True), optional=True)))
    return (
        whole_label("随访日期", PerVisit(date)),
        whole_label("随访方式", PerVisit(choice(form.fields["visit_method"]))),
    )


def symptom_row(field: Field) -> Row:
    """The numbered symptoms beside boxes for eight of them, and a line for others."""
    *numbered, other = choices_of(field)
    listed = Cell(tuple(
        Line(option_items(field, only=(option.code,)), size=SYMPTOM_SIZE) for option in numbered
    ))
    boxes = Cell((
        line(Boxes(field.code, 8, per_line=4, unnumbered=(other.code,)), align="center"),
        line(),
        line(Text("其他："), Fill(field.code + NOTE)),
    ))
    return Row((side("症状", 1), listed, PerVisit(boxes)))


def exercise() -> Cell:
    """运动: a line for now and a line for the target."""
    def aim(suffix: str) -> Line:
        return line(
            Fill("exercise_times" + suffix, 5, align="center"), Text("次/周 "),
            Fill("exercise_minutes" + suffix, 6.5, align="center"), Text("分钟/次"),
        )

    return Cell((aim(""), aim(TARGET)))


def rings(field: Field) -> Cell:
    """轻/中/重 for now and for the target, circled."""
    def grades(code: str) -> list[Inline]:
        items: list[Inline] = []
        for option in choices_of(field):
            items += [Text("/")] * bool(items) + [Ring(option.label, ((code, option.code),))]
        return items

    return cell(*grades(field.code), Text(" / "), *grades(field.code + TARGET))


def drug_rows(number: int, name_label: str) -> tuple[Row, Row]:
    """The name of the drug in row `number` (from 0) of 用药情况, and 每日 次 每次."""
    row = f"drugs.{number}."
    usage = cell(
        Text("每日"), Fill(row + "times_per_day", 6, align="center"), Text("次 每次"), Gap(0.7), Fill(row + "dose", 8),
    )
    return labelled(name_label, cell(Fill(row + "name"))), labelled("用法用量", usage)


def referral_rows() -> tuple[Row, ...]:
    """转诊: 原因 and 机构及科别."""
    return headed("转诊", (
        labelled("原因", cell(Fill("referral_reason"))), labelled("机构及科别", cell(Fill("referral_to"))),
    ))


def foot_rows() -> tuple[Row, ...]:
    """下次随访日期 and the empty line for the doctor's signature."""
    return (
        whole_label("下次随访日期", PerVisit(cell(DateFill("next_visit_date")))),
        whole_label("随访医生签名", PerVisit(cell(Signature("doctor"))), mm=SIGNATURE_MM),
    )
