"""What changes something in a month: drawing up, explaining, pricing, correcting, the steps, sending, closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.message import Message, msg
from app.domain.settlement_states import SettlementAction
from app.i18n import one_after_the_other, tr
from ui.dialogs import Notice, confirm
from ui.screens.exchange.files import fail, hand_over
from ui.screens.review.comparison import short_name
from ui.screens.settlement.windows import CorrectionWindow, ExplainWindow, PriceWindow, StepWindow, amount_of
from ui.screens.settlement.words import money, month_words, not_over_words, over_words

if TYPE_CHECKING:
    from app.services.settlement_months import MonthOverview
    from app.services.settlement_views import (
        Prepared,
        SettlementLineView,
        SettlementResult,
        SettlementView,
    )
    from ui.screens.settlement.months_page import MonthsPage
    from ui.widgets.small_window import SmallWindow

A = SettlementAction
STATEMENT_TITLE = msg("交给村卫生室的结算单文件")
ASKED: dict[SettlementAction, tuple[Message, Message]] = {
    A.CONFIRM: (msg("对方看过打印的结算单并签字以后，写下是谁签的。"), msg("谁签的字")),
    A.SEND_BACK: (msg("结算单回到草稿，改好以后重新核对。"), msg("为什么退回")),
    A.DISPUTE: (msg("对方不同意这张结算单。登记以后先查清，再重新核算。"), msg("对方的意见")),
    A.REWORK: (msg("结算单回到草稿，可以改说明、补价格、记更正。"), msg("查清的结果")),
}
"""The steps that want words, with what they do."""


class MonthSteps:
    """One thing at a time; a second click while it runs does nothing."""

    def __init__(self, page: MonthsPage) -> None:
        self._page = page
        self._services = page.services
        self._is_running = False

    def prepare(self) -> None:
        """Draw up the month's statements, or the drafts anew."""
        overview, service, month = self._page.overview, self._services.settlements, self._page.month()
        if self._is_running or overview is None or overview.is_closed or not month:
            return
        self._run(lambda: service.prepare(month), self._prepared, tr("正在生成结算单"))

    def close_month(self) -> None:
        """Freeze the month, after its consequence was confirmed; what is in the way is told instead."""
        overview = self._page.overview
        if overview is None or self._is_running or overview.is_closed:
            return
        today = self._services.desk.today()
        if overview.obstacles:
            happened = one_after_the_other([*(tr(each) for each in overview.obstacles), _missing_words(overview)]
                                           if overview.is_over else [not_over_words(overview.month, today)])
            to_do: Message | str = ""
            if overview.is_over:
                to_do = msg(
                    "请催没有交月报的村卫生室结账上报，打开月报文件后按 F2 生成结算单；再把每张结算单核对、确认、审批，"
                    "然后结账。"
                )
            self._services.dialogs.tell(
                Notice(msg("还不能结账"), happened, msg("这个月的单据都在，没有改动。"), to_do, tone="amber")
            )
            return
        month = overview.month
        sure = confirm(
            self._services.dialogs, tr("{month}结账？", month=month_words(month)),
            one_after_the_other([over_words(month, today),
                                 tr("结账以后，这个月的出入库和结算单都不能再改，更正只能记在以后的月份。")]),
            do=msg("结账"), keep=msg("先不结"), safe=msg("已审批的结算单照常登记付款。"),
        )
        if sure:
            service = self._services.settlements
            self._run(lambda: service.close_month(month), lambda _none: self._closed(month), tr("正在结账"))

    def explain(self, number: int) -> None:
        """Ask why a difference stands."""
        view = self._page.view
        if view is None or not self._may_edit(view):
            return
        found = view.differences[number]
        service = self._services.settlements
        window = ExplainWindow(tr(found.difference.message), found.explanation or service.last_explanation, self._page)
        self._ask(window, lambda: service.explain(view.id, number, window.text.text(), version=view.version))

    def set_price(self, line: SettlementLineView) -> None:
        """Ask for the price of a line."""
        view = self._page.view
        if view is None or not self._may_edit(view):
            return
        drug = tr("{drug} {strength}", drug=line.drug_name, strength=line.strength)
        pack = tr("一包装是 {count} {unit}", count=line.units_per_pack, unit=line.unit)
        written = (money(line.price_fen) or "").replace("¥", "")
        window = PriceWindow(drug, pack, written, line.note, self._page)
        service = self._services.settlements
        self._ask(window, lambda: service.set_price(
            view.id, line.id, amount_of(window.price, "price"), window.reason.text(), version=view.version))

    def correct(self) -> None:
        """A correction: into the open draft, or for a closed month into the party's draft of a later one."""
        view = self._page.view
        if view is None or self._is_running:
            return
        service = self._services.settlements
        found = service.draft_for(view.party, view.party_id, view.month)
        if found is None:
            self._services.dialogs.tell(Notice(
                msg("还没有可以记更正的结算单"),
                tr("{month}的结算单不能再改，以后的月份也还没有草稿。", month=month_words(view.month)),
                msg("原来的单据没有改动。"), msg("请先生成下一个月的结算单，再来记更正。"), tone="amber"))
            return
        draft = service.get(found[0])
        months = [month for month in service.months() if month <= draft.month]
        if view.month not in months:
            months.append(view.month)
        window = CorrectionWindow(view.party_name, draft.month, months, view.month, self._page)
        self._ask(window, lambda: service.add_correction(
            draft.id, window.text.text(), amount_of(window.amount, "amount"), window.reason.text(),
            of_month=str(window.month.value()), version=draft.version), shown=draft)

    def step(self, action: SettlementAction, *_clicked: object) -> None:
        """Do a step; where words are needed they are asked."""
        view = self._page.view
        if view is None or self._is_running or action not in view.actions:
            return
        if action is A.CHECK and view.open_differences:
            self._page.next_difference()
        elif action in ASKED:
            self._ask_step(view, action)
        else:
            self._take(view, action)

    def step_for_all(self) -> None:
        """Check or approve everything that is unremarkable, after it was asked."""
        action, month, service = self._page.all_action, self._page.month(), self._services.settlements
        if action is None or self._is_running:
            return
        count = service.ready_for(month, action)
        sure = confirm(
            self._services.dialogs, tr("{step} {count} 张结算单？", step=action.label, count=count),
            msg("只办没有差异、不是您自己经手前一步的；其余的留着逐张看。"),
            do=action.label, keep=msg("先不办"), safe=msg("每一张的金额和明细都不变。"),
        )
        if sure:
            self._run(lambda: service.act_on_all(month, action), self._done_for_all, tr("正在办理"))

    def send(self) -> None:
        """Write the statement's file for the clinic."""
        view, service = self._page.view, self._services.settlements
        if view is not None:
            self._run(lambda: service.send_statement(view.id), self._sent, tr("正在写结算单文件"))

    # --- inside -----------------------------------------------------------------------------------------------

    def _may_edit(self, view: SettlementView) -> bool:
        if A.CHECK in {step.action for step in view.steps} and not (self._page.overview and self._page.overview.is_closed):
            return not self._is_running
        self._services.say(tr("只有草稿能改。请先退回草稿，或在以后的月份记更正。"))
        return False

    def _ask_step(self, view: SettlementView, action: SettlementAction) -> None:
        explanation, caption = ASKED[action]
        window = StepWindow(tr(action.label), tr(action.label), tr(explanation), tr(caption), self._page)
        service = self._services.settlements
        done: list[SettlementResult] = []

        def act() -> None:
            done.append(service.act(view.id, action, view.version, comment=window.comment.text(), key=_key(action, view)))

        window.start(act, lambda: self._stepped(done[0]))

    def _take(self, view: SettlementView, action: SettlementAction) -> None:
        service = self._services.settlements
        self._run(lambda: service.act(view.id, action, view.version, key=_key(action, view)), self._stepped,
                  tr("正在办理"))

    def _ask(self, window: SmallWindow, act: Callable[[], SettlementView], *, shown: SettlementView | None = None) -> None:
        done: list[SettlementView] = []
        window.start(lambda: done.append(act()), lambda: self._saved(done[0], shown))

    def _saved(self, view: SettlementView, draft: SettlementView | None) -> None:
        if draft is not None and draft.month != self._page.month():
            self._services.say(tr("更正已记入{month}的结算单。", month=month_words(draft.month)))
            self._page.refresh()
            return
        self._page.show_view(view)
        self._services.say(tr("已保存，应交或应付金额已重算。") if draft is not None else tr("已保存。"))

    def _prepared(self, prepared: Prepared) -> None:
        self._page.refresh()
        made = tr("已生成或更新 {count} 张结算单草稿。", count=len(prepared.settlement_ids))
        missing = tr("{count} 个村卫生室还没交月报。", count=len(prepared.missing)) if prepared.missing else ""
        self._services.say(one_after_the_other([made, missing]))
        self._page.parts.panes.show_list()
        self._page.parts.list.setFocus()

    def _stepped(self, result: SettlementResult) -> None:
        self._page.show_view(result.settlement)
        self._services.say(tr(result.message))

    def _done_for_all(self, count: int) -> None:
        self._page.refresh()
        self._services.say(tr("已办理 {count} 张结算单。", count=count))

    def _sent(self, result: SettlementResult) -> None:
        self._page.show_view(result.settlement)
        if result.message_id is not None:
            hand_over(self._services, result.message_id, title=STATEMENT_TITLE, on_done=self._page.refresh)

    def _closed(self, month: str) -> None:
        self._page.refresh()
        self._services.say(tr("{month}已结账。", month=month_words(month)))

    def _run(self, work: Callable[[], object], done: Callable[..., None], title: str) -> None:
        if self._is_running:
            return
        self._is_running = True

        def finished(result: object) -> None:
            self._is_running = False
            done(result)

        def failed(error: BaseException) -> None:
            self._is_running = False
            self._page.refresh()
            fail(self._services, error)

        self._services.runner.run(lambda _report, _cancelled: work(), on_done=finished, on_error=failed, title=title,
                                  can_cancel=False)


def _key(action: SettlementAction, view: SettlementView) -> str:
    return f"{action.value} {view.id} {view.version}"


def _missing_words(overview: MonthOverview) -> str:
    """The clinics whose report has not come; empty when all came."""
    names = [short_name(clinic.name) for clinic in overview.missing]
    return tr("还没交月报：{clinics}{more}。", clinics=tr("、").join(names), more="") if names else ""
