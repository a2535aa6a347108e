"""The list of files: what was sent, what came, what was refused and why, what still has to be handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from app.i18n import tr
from ui.screens.requests.words import month_name, short_time
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.exchange import Letter
    from app.services.pairing import Partner


def in_order(letters: list[Letter]) -> list[Letter]:
    """Those that still have to be handed over first, then the newest."""
    return sorted(letters, key=lambda letter: letter.state != "ready")


def can_be_saved(letter: Letter) -> bool:
    """Whether the file may be written again: it is ours and no newer one took its place."""
    return letter.direction == "sent" and letter.state in ("ready", "sent")


def can_be_shown(letter: Letter) -> bool:
    """Whether there is a request to look at."""
    return bool(letter.subject_id) and letter.state != "refused"


def columns() -> tuple[Column, ...]:
    """The columns of the list."""
    return (
        Column("at", tr("时间"), width=104, value=lambda letter: short_time(letter.at)),
        Column("direction", tr("方向"), width=70, value=_direction),
        Column("content", tr("内容"), width=150, bold=True, value=content),
        Column("state", tr("情况"), width=118, value=state),
        Column("other", tr("对方"), width=190, value=lambda letter: letter.other_name or tr("不认识的单位")),
        Column("reason", tr("说明"), width=200, stretch=True, muted=True, value=_reason),
    )


def letter_sheet(letters: Sequence[Letter], place: str, day: date) -> ListSheet:
    """The list as a file."""
    from app.interchange.xlsx_lists import ListColumn, ListSheet

    columns = (
        ListColumn(tr("时间"), 40), ListColumn(tr("方向"), 20), ListColumn(tr("内容"), 50), ListColumn(tr("对方"), 60),
        ListColumn(tr("情况"), 34), ListColumn(tr("说明")),
    )  # fmt: skip
    rows = tuple(
        (letter.at, _direction(letter).text, content(letter), letter.other_name or tr("不认识的单位"), state(letter).text,
         _reason(letter))
        for letter in letters
    )
    return ListSheet(tr("收发记录"), columns, rows, ((tr("单位"), place), (tr("日期"), day.isoformat())))


def partner_sheet(partners: Sequence[Partner], place: str, day: date) -> ListSheet:
    """The paired desks as a file."""
    from app.interchange.xlsx_lists import ListColumn, ListSheet

    columns = (
        ListColumn(tr("单位"), 60), ListColumn(tr("类别"), 34), ListColumn(tr("指纹"), 60), ListColumn(tr("配对日期"), 34),
    )  # fmt: skip
    kinds = {"township": tr("乡镇卫生院"), "clinic": tr("村卫生室")}
    rows = tuple((each.name, kinds.get(each.kind, ""), each.fingerprint, each.paired_at or "") for each in partners)
    return ListSheet(tr("已配对的单位"), columns, rows, ((tr("单位"), place), (tr("日期"), day.isoformat())))


def content(letter: Letter) -> str:
    """“11 月申领单”."""
    names = {
        "drug_request": tr("申领单"), "drug_decision": tr("申领答复"), "catalogue": tr("药品目录"),
        "shipment": tr("发货单"), "receipt": tr("签收单"), "movements": tr("月报"), "statement": tr("结算单"),
        "count": tr("抽查通知"), "count_result": tr("抽查结果"), "shortage": tr("短缺报告"),
    }  # fmt: skip
    name = names.get(letter.kind, tr("没有读入的文件"))
    return tr("{month}{name}", month=month_name(letter.period), name=name) if letter.period else name


def state(letter: Letter) -> ChipText:
    """How things stand with a file."""
    words: dict[str, tuple[str, Tone]] = {
        "ready": (tr("还没有交出"), "amber"), "sent": (tr("已存成文件"), "green"),
        "replaced": (tr("有了新的，作废"), "grey"), "accepted": (tr("已读入"), "green"),
        "refused": (tr("没有读入"), "red"),
    }
    return ChipText(*words.get(letter.state, (letter.state, "grey")))


def _direction(letter: Letter) -> Cell:
    if letter.direction == "sent":
        return Cell(tr("发出"), icon="export")
    return Cell(tr("收到"), icon="import")


def _reason(letter: Letter) -> str:
    if letter.state == "ready":
        return tr("存成文件，交给{who}", who=letter.other_name)
    return letter.reason
