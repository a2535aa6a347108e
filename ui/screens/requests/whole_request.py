"""What is done with a whole request besides submitting it: starting, skipping, withdrawing, voiding, printing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.message import msg
from app.domain.request_terms import Action, Kind
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import confirm, show_failure
from ui.screens.exchange.files import fail
from ui.screens.list_papers import save_list
from ui.screens.requests.words import request_title, whole_units

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.request_views import ActionResult, LineView
    from ui.screens.requests.screen import RequestsScreen


class WholeRequest:
    """The buttons beside and beneath the lines."""

    def __init__(self, screen: RequestsScreen) -> None:
        self._screen = screen

    def start_regular(self) -> None:
        """A new regular request of the first period that may have one."""
        option = self._screen.start_of(Kind.REGULAR)
        if option is not None:
            self.start(Kind.REGULAR, period=option.period)

    def start_emergency(self) -> None:
        """A new emergency request; its reason is asked."""
        reason = self._screen.services.dialogs.ask_text(
            msg("新建紧急申领"), msg("为什么等不到下个月"), hint=msg("例如：流感病人突然增多，退烧药用完")
        )
        if reason is not None:
            self.start(Kind.EMERGENCY, reason=reason)

    def print_sheet(self, *, decision: bool) -> None:
        """Show the request or the decision on paper."""
        request_id = self._screen.open_sheet().view.id

        def made() -> tuple[bytes, str]:
            from app.printing.lists import table_pdf
            from app.services.request_sheets import decision_sheet, request_sheet

            content = (decision_sheet if decision else request_sheet)(self._screen.services.requests.get(request_id))
            return table_pdf(content), content.title

        self._screen.parts.table.finish_editing()
        self._screen.services.runner.run(
            lambda _report, _cancelled: made(), on_done=lambda pdf: self._screen.services.preview(*pdf),
            on_error=lambda error: fail(self._screen.services, error), title=tr("正在排版"),
        )

    def export(self) -> None:
        """Save the request as a workbook."""
        view = self._screen.open_sheet().view

        def made() -> ListSheet:
            from app.services.request_sheets import request_list

            return request_list(self._screen.services.requests.get(view.id))

        self._screen.parts.table.finish_editing()
        save_list(self._screen.services, tr("{title} {period}", title=request_title(view.kind, view.period),
                                            period=view.period), made)

    def report_shortage(self) -> None:
        """Ctrl+B: write down that the chosen drug is short; the report goes with the request."""
        row = self._screen.chosen_line()
        if row is None or row.has_report:
            return
        from ui.screens.shortages.report_window import ReportWindow, ShortDrug

        line, screen = row.line, self._screen
        screen.parts.table.finish_editing()
        sheet = screen.open_sheet()
        if sheet.is_editable and self._attach_open_report(sheet.view.id, line):
            return
        drug = ShortDrug(line.drug_code, f"{line.name} {line.strength}".strip(), stock_now=line.on_hand,
                         needed_a_month=whole_units(line.monthly_use))
        window = ReportWindow(screen.services, drug, request_id=sheet.view.id if sheet.is_editable else None, parent=screen)
        window.open_with(lambda: screen.beside.after_shortage(line.name))

    def _attach_open_report(self, request_id: str, line: LineView) -> bool:
        """A drug that has an unfinished report already: that one goes with the request. False when it has none."""
        services = self._screen.services
        known = [view for view in services.shortages.list(open_only=True) if view.drug_code == line.drug_code]
        if not known:
            return False
        try:
            services.requests.attach_shortage(request_id, known[0].id)
        except CunyiError as error:
            show_failure(services.dialogs, error)
        else:
            self._screen.beside.after_shortage(line.name)
        return True

    def report_missing(self, words: str) -> None:
        """A drug that the catalogue doesn't have is wanted: written down as such, with the request that it goes with."""
        from ui.screens.shortages.report_window import ReportWindow

        screen, sheet = self._screen, self._screen.open_sheet()
        request_id = sheet.view.id if sheet.is_editable else None
        window = ReportWindow(screen.services, sought=words, request_id=request_id, parent=screen)
        window.open_with(lambda: screen.beside.after_shortage(words))

    def act(self, action: Action) -> None:
        """Withdraw, skip, undo skip, cancel or void, after a question where something is given up."""
        sheet = self._screen.open_sheet()
        self._screen.parts.table.finish_editing()
        if not self._is_wanted(action, request_title(sheet.view.kind, sheet.view.period)):
            return
        try:
            result = self._screen.services.requests.act(sheet.view.id, action, sheet.version)
        except CunyiError as error:
            self._screen.refresh()
            show_failure(self._screen.services.dialogs, error)
            return
        self._screen.open_anew("" if action is Action.DELETE else sheet.view.id)
        self._screen.services.say(tr(result.message))

    def _is_wanted(self, action: Action, title: str) -> bool:
        dialogs = self._screen.services.dialogs
        if action is Action.SKIP:
            return confirm(dialogs, msg("本期不申领？"), tr("{title}里的药品都标为本期不要。", title=title),
                           do=msg("跳过本期"), keep=msg("继续填写"), safe=msg("填写的数量都留着，可以撤销跳过。"))
        if action is Action.WITHDRAW:
            return confirm(dialogs, msg("撤回修改？"), tr("{title}回到草稿，还没有交出去的文件作废。", title=title),
                           do=msg("撤回修改"), keep=msg("不撤回"), safe=msg("填写的内容都在，改好后重新提交。"))
        if action is Action.CANCEL:
            return confirm(dialogs, msg("取消这张申领单？"), tr("{title}取消后不能再改。", title=title),
                           do=msg("取消本单"), keep=msg("不取消"), safe=msg("记录仍保留，可以查看。"), dangerous=True)
        if action is Action.DELETE:
            return confirm(dialogs, msg("作废这张申领单？"), tr("{title}作废后不再显示，本期可以重新建一张。", title=title),
                           do=msg("作废本单"), keep=msg("不作废"), safe=msg("记录仍保留在历史里。"), dangerous=True)
        return True

    def start(self, kind: Kind, *, reason: str = "", period: str | None = None) -> None:
        """Begin a request of a kind and show it."""
        requests, runner = self._screen.services.requests, self._screen.services.runner
        runner.run(
            lambda _report, _cancelled: requests.start(kind, reason=reason, period=period), on_done=self._on_started,
            on_error=lambda error: fail(self._screen.services, error), title=tr("正在按库存和在管病人算建议量"),
            can_cancel=False,
        )

    def _on_started(self, started: ActionResult) -> None:
        self._screen.open_anew(started.request.id, started.request)
        self._screen.services.say(tr(started.message))
        if not started.request.lines:
            self._screen.show_catalogue()
        else:
            self._screen.parts.table.setFocus()
