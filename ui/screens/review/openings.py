"""The windows that the review opens: fair share, drugs by village, all clinics at once, who has not sent; and its list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from ui.screens.exchange.files import fail
from ui.screens.list_papers import save_list
from ui.screens.review.bulk import RoundWindow, start_bulk
from ui.screens.review.pivot import open_pivot
from ui.screens.review.sharing import ShareWindow

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.review_inbox import MonthRound
    from ui.screens.review.screen import ReviewScreen


class Openings:
    """One method for each window; before each what is being typed is stored."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen

    def share(self) -> None:
        """F7: the fair share of the chosen drug."""
        screen = self._screen
        row = screen.parts.table.current_row()
        if row is None or screen.sheet is None or not screen.sheet.is_open or not screen.can_leave():
            return
        services, code = screen.services, row.line.drug_code
        services.runner.run(
            lambda _report, _cancelled: services.fair_shares.propose(code),
            on_done=lambda proposal: ShareWindow(services, proposal, self._on_shared, parent=screen).open(),
            on_error=lambda error: fail(services, error), title=tr("正在计算"),
        )

    def pivot(self) -> None:
        """Shift+F7: drugs by village."""
        if self._screen.can_leave():
            open_pivot(self._screen.services, self._open, parent=self._screen)

    def bulk(self) -> None:
        """Shift+F6: agree for all clinics in one action."""
        if self._screen.can_leave():
            start_bulk(self._screen.services, self._screen.refresh, self._open, parent=self._screen)

    def missing(self) -> None:
        """Which clinics have not sent."""
        services = self._screen.services

        def show(month: MonthRound) -> None:
            RoundWindow(services, month, parent=self._screen).open()

        services.runner.run(
            lambda _report, _cancelled: services.review_inbox.month(), on_done=show,
            on_error=lambda error: fail(services, error), title=tr("正在读取"),
        )

    def export_inbox(self) -> None:
        """The requests of all clinics as XLSX."""
        services = self._screen.services

        def made() -> ListSheet:
            from app.services.review_sheets import inbox_list

            return inbox_list(services.review_inbox.items(), services.desk.today())

        save_list(services, tr("各村申领单_{day}", day=services.desk.today().isoformat()), made)

    def export(self) -> None:
        """The lines with all that stands beside them, as XLSX."""
        screen = self._screen
        if screen.sheet is None:
            return
        screen.parts.table.finish_editing()
        services, request_id = screen.services, screen.sheet.view.id

        def made() -> ListSheet:
            from app.services.supply_lists import review_list

            return review_list(services.review.get(request_id), services.review_stock.lines(request_id))

        save_list(services, screen.parts.header.title().replace("\u3000", " "), made)

    def _on_shared(self, told: str) -> None:
        self._screen.refresh()
        self._screen.services.say(told)

    def _open(self, request_id: str, drug_code: str = "") -> None:
        self._screen.open_with(request_id=request_id, drug_code=drug_code)
        self._screen.parts.table.setFocus()
