"""The lines of a roster in words: what each does, what changes, and why; which answers a line that asks can be given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.message import Message, msg
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.i18n import one_after_the_other, tr
from app.interchange.roster_plan import (
    ACTION_LABELS,
    SKIP,
    TAKE_NEW,
    TAKE_SAME,
    Action,
    ImportPlan,
    PlannedRow,
)
from app.services.resident_views import FieldChange
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

ALL = "all"
ACTION_TONES: dict[Action, Tone] = {
    Action.ADD: "green",
    Action.CHANGE: "blue",
    Action.SAME: "grey",
    Action.ASK: "amber",
    Action.REFUSE: "red",
}
_SEXES = {1: msg("男"), 2: msg("女")}


def filter_words(plan: ImportPlan) -> dict[str, str]:
    """The words of the filters with how many lines each shows."""
    counts = plan.counts
    words = {ALL: tr("全部 {count}", count=len(plan.rows))}
    for action, name in ACTION_LABELS.items():
        words[action.value] = tr("{what} {count}", what=name, count=counts[action])
    return words


def shown_rows(plan: ImportPlan, chosen: str) -> list[PlannedRow]:
    """The lines that a filter shows."""
    return [row for row in plan.rows if chosen in (ALL, row.action.value)]


def columns(is_decided: Any) -> tuple[Column, ...]:
    """The columns of the list; `is_decided(line)` tells which lines the user has answered."""

    def action_chips(row: PlannedRow) -> list[ChipText]:
        chips = [ChipText(tr(ACTION_LABELS[row.action]), ACTION_TONES[row.action])]
        return [*chips, ChipText(tr("已定"), "grey")] if is_decided(row.line) else chips

    return (
        Column("line", tr("行"), align="right"),
        Column("name", tr("姓名"), bold=True, value=lambda row: row.name or None),
        Column("action", tr("处理"), value=action_chips),
        Column("changes", tr("会怎样（原来 → 改成）"), width=240, stretch=True, value=what_happens),
        Column("reason", tr("原因"), width=240, stretch=True, value=why),
    )


def what_happens(row: PlannedRow) -> Cell:
    """What is written, in one line."""
    if row.action is Action.REFUSE:
        return Cell(tr("不写入"), muted=True)
    if row.action is Action.SAME:
        return Cell(tr("和档案里的一样，不用改"), muted=True)
    if row.changes:
        return Cell(tr("；").join(change_words(change) for change in row.changes))
    return Cell(new_person_words(row))


def change_words(change: FieldChange) -> str:
    """One value that changes, old → new."""
    return tr("{field}：{before} → {after}", field=change.label, before=change.before or tr("空"), after=change.after)


def new_person_words(row: PlannedRow) -> str:
    """A new resident in a few words."""
    sex = _SEXES.get(row.row.info.get("sex", 0))
    parts = (tr("建新档案"), tr(sex) if sex else "", row.row.birth, row.row.group_name, row.row.relation)
    return tr("，").join(part for part in parts if part)


def why(row: PlannedRow) -> Cell:
    """The reason in colour and words; what was only left out or filled in stands in quiet words."""
    if row.reasons:
        is_refused = row.action is Action.REFUSE
        return Cell(sentences(row.reasons), tone="red" if is_refused else "amber",
                    icon="error" if is_refused else "warning")
    return Cell(sentences(row.notes), muted=True)


def sentences(messages: Sequence[Message]) -> str:
    """Several sentences, one after the other."""
    return one_after_the_other(tr(message) for message in messages)


def written_values(row: PlannedRow) -> list[tuple[str, str]]:
    """(field, value) of everything that a new resident is registered with."""
    found = []
    for form, answers in ((COVER, row.row.cover), (INFO, row.row.info)):
        for code, value in answers.items():
            field = form.fields.get(code)
            if field is not None and value not in (None, "", [], {}) and code != "own_phone":
                found.append((field.name, field.kind.show(value)))
    for name, value in (
        (tr("户编号"), row.row.household_number), (tr("组"), row.row.group_name),
        (tr("与户主关系"), row.row.relation), (tr("备注"), row.row.care_note),
    ):
        if value:
            found.append((name, value))
    return found


def is_one_person(row: PlannedRow) -> bool:
    """Whether ID number or record number say that the line is the one on file, so that nobody new can be made of it."""
    if row.person is None:
        return False
    given = (row.row.info.get("id_number"), row.row.cover.get("record_no"))
    return bool(set(filter(None, given)) & {row.person.columns["id_number"], row.person.columns["record_no"]})


def answers_of(row: PlannedRow) -> tuple[str, ...]:
    """The decisions that a line can be given now, the likeliest first."""
    if row.action is Action.ASK:
        if row.person is None:
            return (TAKE_NEW, SKIP)
        return (TAKE_SAME, SKIP) if is_one_person(row) else (TAKE_SAME, TAKE_NEW, SKIP)
    return (SKIP,) if row.action in (Action.ADD, Action.CHANGE) else ()


def accepting(row: PlannedRow) -> str:
    """The decision by which a line that asks is accepted."""
    return TAKE_NEW if row.person is None else TAKE_SAME


def answer_words(row: PlannedRow, decision: str) -> str:
    """What a decision about a line does, for its button."""
    if decision == SKIP:
        return tr("不导入这一行")
    if decision == TAKE_SAME:
        return tr("是同一个人，更改档案")
    return tr("没有错，照样新增") if row.person is None else tr("不是，新增一人")
