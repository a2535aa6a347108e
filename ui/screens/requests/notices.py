"""What the strip above the lines says in each state of a request, and what it offers to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.request_terms import Kind, State
from app.i18n import tr
from ui.screens.requests.words import request_title, short_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.services.exchange import Letter
    from app.services.request_list import RequestSummary
    from ui.screens.requests.sheet import RequestSheet
    from ui.widgets.cards import CardTone

MOST_NAMED = 3
PAIR, SAVE, SAVE_AGAIN, OPEN_ANSWER = "go_to_pairing", "save_file", "save_file_again", "open_answer"


@dataclass(frozen=True)
class StripWords:
    """Words, colour, and the names of the buttons; no words, no strip."""

    words: str = ""
    tone: CardTone = ""
    offers: tuple[str, ...] = ()


def strip_for(
    sheet: RequestSheet, letter: Letter | None, *, is_paired: bool, unfinished: Sequence[RequestSummary] = ()
) -> StripWords:
    """How things stand with this request. `letter` is the newest file written about it, `unfinished` the older requests
    that somebody still has to do something with."""
    view = sheet.view
    if view.state in (State.DRAFT, State.RETURNED):
        return _while_written(sheet, unfinished, is_paired=is_paired)
    if view.state is State.AUTHORISED:
        return _while_waiting(letter)
    if view.state is State.REJECTED:
        return StripWords(tr("卫生院驳回了这张申领单：{comment}。仍需要药品请新建申领单。", comment=view.comment), "red")
    if view.state is State.SUBMITTED:
        return StripWords(tr("已提交，等本室负责人签发。"), "amber")
    if view.state is State.IN_REVIEW:
        return StripWords(tr("卫生院正在重新审核。收到新的答复文件后，在这里打开。"), "blue", (OPEN_ANSWER,))
    if view.state in (State.APPROVED, State.RELEASED, State.CLOSED):
        return _after_approval(sheet)
    if view.state is State.SKIPPED:
        return StripWords(tr("本期不申领药品。改变主意可以撤销跳过。"))
    return StripWords()


def _while_written(sheet: RequestSheet, unfinished: Sequence[RequestSummary], *, is_paired: bool) -> StripWords:
    view = sheet.view
    if not is_paired:
        words = tr("还没有和卫生院配对：可以先填写，都会保存；提交以前要先配对。")
        return StripWords(words, "amber", (PAIR,))
    if view.state is State.RETURNED:
        return StripWords(tr("卫生院退回：{comment}。请修改后重新提交。", comment=view.comment), "red")
    if view.kind is Kind.EMERGENCY:
        return StripWords(tr("紧急理由：{reason}", reason=view.reason), "red")
    told = list(sheet.notes())
    if unfinished:
        names = tr("、").join(tr("{title}（{state}）", title=request_title(each.kind, each.period), state=tr(each.state.label))
                             for each in unfinished[:MOST_NAMED])
        told.insert(0, tr("还没办完的：{names}。", names=names))
    return StripWords(" ".join(told), "amber") if told else StripWords()


def _while_waiting(letter: Letter | None) -> StripWords:
    if letter is not None and letter.state == "ready":
        words = tr("已提交，但文件还没有交给卫生院。请存到 U 盘，或存下来发给卫生院。")
        return StripWords(words, "amber", (SAVE,))
    when = "" if letter is None else short_time(letter.at)
    words = tr("申领文件已存好（{when}），等卫生院答复。收到答复文件后，在这里打开。", when=when)
    return StripWords(words, "blue", (SAVE_AGAIN, OPEN_ANSWER))


def _after_approval(sheet: RequestSheet) -> StripWords:
    counts = sheet.decisions()
    told = {
        State.APPROVED: tr("卫生院已批准：同意 {approved} 种，调整 {changed} 种，不批 {refused} 种。", **counts),
        State.RELEASED: tr("卫生院已转发货：同意 {approved} 种，调整 {changed} 种，不批 {refused} 种。", **counts),
        State.CLOSED: tr("本单已办结：同意 {approved} 种，调整 {changed} 种，不批 {refused} 种。", **counts),
    }
    tone: CardTone = "" if sheet.view.state is State.CLOSED else "green"
    offers = () if sheet.view.state is State.CLOSED else (OPEN_ANSWER,)
    return StripWords(told[sheet.view.state], tone, offers)
