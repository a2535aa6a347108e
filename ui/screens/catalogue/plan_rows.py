"""The lines of a catalogue import: what each would do and why, and the drugs that the list no longer has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from app.services.catalogue_sheets import field_words, value_words
from app.services.catalogue_update import DrugAction, EndedDrug, PlannedDrug
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.message import Message
    from app.services.catalogue_import import CataloguePlan

ALL, ENDED = "all", "ended"
TONES: dict[DrugAction, Tone] = {
    DrugAction.ADD: "green", DrugAction.CHANGE: "blue", DrugAction.SAME: "grey", DrugAction.REFUSE: "red",
    DrugAction.LEAVE: "amber",
}
Row = PlannedDrug | EndedDrug


def planned_columns() -> tuple[Column, ...]:
    """What an import would do, line by line."""
    return (
        Column("line", tr("行"), align="right", value=lambda row: row.listed.line if isinstance(row, PlannedDrug) else ""),
        Column("name", tr("药品"), width=150, bold=True, value=lambda row: row.name),
        Column("code", tr("编码"), gives_way=1, value=code_of),
        Column("action", tr("处理"), value=action_chip),
        Column("what", tr("会怎样（原来 → 改成）"), width=142, stretch=True, value=what_happens),
        Column("reason", tr("原因"), width=210, stretch=True, value=why),
    )


def filter_words(plan: CataloguePlan) -> dict[str, str]:
    """The words of the filters with how many lines each shows."""
    words = {ALL: tr("全部 {count}", count=len(plan.rows) + len(plan.ended))}
    for action in DrugAction:
        words[action.value] = tr("{what} {count}", what=tr(action.label), count=len(plan.update.of(action)))
    words[ENDED] = tr("停用 {count}", count=len(plan.ended))
    return words


def shown_rows(plan: CataloguePlan, chosen: str) -> list[Row]:
    """The lines that a filter shows; what needs a look comes first."""
    if chosen == ENDED:
        return list(plan.ended)
    rows: list[Row] = [row for row in plan.rows if chosen in (ALL, row.action.value)]
    return [*rows, *plan.ended] if chosen == ALL else rows


def code_of(row: Row) -> str:
    """The drug's code."""
    return row.listed.code if isinstance(row, PlannedDrug) else row.code


def action_chip(row: Row) -> ChipText:
    """What is done with a line."""
    if isinstance(row, EndedDrug):
        return ChipText(tr("停用，还在用"), "amber") if row.is_in_use else ChipText(tr("停用"), "grey")
    return ChipText(tr(row.action.label), TONES[row.action])


def what_happens(row: Row) -> Cell:
    """What is written, in one line."""
    if isinstance(row, EndedDrug):
        return Cell(tr("到 {day} 为止", day=row.valid_to.isoformat()))
    if row.action is DrugAction.ADD:
        return Cell(tr("列入目录"))
    if row.action is DrugAction.CHANGE:
        return Cell(tr("；").join(change_words(row)))
    return Cell(tr("和现在的一样") if row.action is DrugAction.SAME else tr("不写入"), muted=True)


def change_words(row: PlannedDrug) -> list[str]:
    """Every value that changes, old → new."""
    return [
        tr("{field} {before} → {after}", field=field_words(change.field), before=value_words(change.field, change.before),
           after=value_words(change.field, change.after))
        for change in row.changes
    ]  # fmt: skip


def why(row: Row) -> Cell:
    """The reason in colour and words."""
    if isinstance(row, EndedDrug):
        return Cell(tr(row.sentence), tone="amber" if row.is_in_use else None)
    words = in_a_row(row.reasons)
    if words:
        is_refused = row.action is DrugAction.REFUSE
        return Cell(words, tone="red" if is_refused else "amber", icon="error" if is_refused else "warning")
    return Cell(in_a_row(row.notes), muted=True)


def in_a_row(sentences: Sequence[Message]) -> str:
    """Whole sentences one behind the other; each ends with its own stop."""
    return " ".join(tr(each) for each in sentences)
