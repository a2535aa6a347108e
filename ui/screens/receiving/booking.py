"""Receiving a shipment: the question where something differs, the booking, and the receipt as file, paper and table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import FileKind, confirm, show_failure
from ui.screens.exchange.files import fail, hand_over

if TYPE_CHECKING:
    from pathlib import Path

    from app.services.receiving import ReceiptResult
    from ui.screens.receiving.arrival import ArrivalSheet
    from ui.screens.receiving.page import ReceivingPage

DRAFT = "receiving"
HAND_OVER_TITLE = msg("交给卫生院的签收单")
WORKBOOK = (FileKind(msg("电子表格"), ("xlsx",)),)


class Booking:
    """The way from the filled-in lines to the file; a second press while it runs does nothing."""

    def __init__(self, page: ReceivingPage) -> None:
        self._page = page
        self._is_running = False

    def receive(self) -> None:
        """Book what was accepted and write the receipt; what can't be is shown beside its line and nothing is booked."""
        page, sheet, view = self._page, self._page.sheet, self._page.view
        if sheet is None or view is None or self._is_running:
            return
        page.is_strict = True
        page.judge()
        if page.has_obstacles():
            page.show_rows()
            page.next_problem()
            return
        if not sheet.is_as_sent and not self._is_confirmed(sheet):
            return
        arrival, receiving = page.arrival(), page.services.receiving
        key = f"receive {view.id} {view.version}"
        self._is_running = True
        page.setEnabled(False)
        page.services.runner.run(
            lambda _report, _cancelled: receiving.receive(view.id, arrival, view.version, key=key),
            on_done=self._on_received, on_error=self._on_refused, title=tr("正在入库"), can_cancel=False,
        )

    def save_file(self) -> None:
        """Write the file with the receipt, for the first time or again."""
        page = self._page
        letter = None if page.view is None else page.services.exchange.latest_about(page.view.id)
        if letter is not None:
            hand_over(page.services, letter.id, title=HAND_OVER_TITLE, on_done=page.refresh)

    def print_receipt(self) -> None:
        """The receipt on paper; before it was received, a sheet to be filled in by hand."""
        page, view = self._page, self._page.view
        if view is None:
            return
        receiving = page.services.receiving
        page.services.runner.run(
            lambda _report, _cancelled: receiving.receipt_pdf(view.id),
            on_done=lambda pdf: page.services.preview(pdf, tr("{number} 签收单", number=view.number)),
            on_error=lambda error: fail(page.services, error), title=tr("正在排版"),
        )

    def export(self) -> None:
        """The lines of the shipment as a table."""
        page, view = self._page, self._page.view
        file = None if view is None else page.services.dialogs.save_file(msg("导出表格"), f"{view.number}.xlsx", WORKBOOK)
        if view is None or file is None:
            return

        def write() -> Path:
            from app.interchange.xlsx_lists import write_list
            from app.services.supply_lists import shipment_lines

            write_list(file, shipment_lines(view))
            return file

        page.services.runner.run(
            lambda _report, _cancelled: write(),
            on_done=lambda path: page.services.say(tr("已存成“{file}”。", file=path.name)),
            on_error=lambda error: fail(page.services, error), title=tr("正在导出"), can_cancel=False,
        )

    def _is_confirmed(self, sheet: ArrivalSheet) -> bool:
        differing = sum(not entry.is_as_sent for entry in sheet.entries()) + len(sheet.extras)
        return confirm(
            self._page.services.dialogs, msg("有差异，收货入库？"),
            tr("有 {count} 行与发货不符。接收的入库，拒收和多到的写在签收单上告诉卫生院。", count=differing),
            do=msg("收货入库"), keep=msg("再看看"), safe=msg("填写和扫码的内容都已保存。"),
        )

    def _on_received(self, result: ReceiptResult) -> None:
        page = self._page
        self._end()
        page.services.drafts.discard(DRAFT, result.shipment.id)
        page.sheet = None
        page.open_shipment(result.shipment.id)
        page.services.say(tr(result.message))
        if result.message_id is not None:
            hand_over(page.services, result.message_id, title=HAND_OVER_TITLE, on_done=page.refresh)

    def _on_refused(self, error: BaseException) -> None:
        from app.services.problems import Refused

        page, sheet = self._page, self._page.sheet
        self._end()
        if isinstance(error, Refused) and sheet is not None:
            lines = {row.key for row in page.rows(sheet)}
            sheet.problems = {each.code: tr(each.message) for each in error.problems if each.code in lines}
            page.show_rows()
            if sheet.problems:
                page.next_problem()
                return
        page.refresh()
        if not isinstance(error, CunyiError):
            raise error
        show_failure(page.services.dialogs, error)

    def _end(self) -> None:
        self._is_running = False
        self._page.setEnabled(True)
