"""What is read in the worker for the open request: the township's stock beside its lines, and a year's use of all clinics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ui.screens.exchange.files import fail
from ui.screens.review.sheet import BESIDE

if TYPE_CHECKING:
    from app.services.review_stock import LineStock
    from app.services.use_history import UseTable
    from ui.screens.review.screen import ReviewScreen


class Beside:
    """Reads and shows it; what comes for a request that is no longer open is not shown."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen
        self.history: UseTable | None = None
        self._is_reading_history = False

    def read_stock(self) -> None:
        """Read the stock beside the lines of the open request, while that is of use."""
        sheet = self._screen.sheet
        if sheet is None or not sheet.is_open:
            return
        services, request_id = self._screen.services, sheet.view.id

        def show(found: Mapping[str, LineStock]) -> None:
            if self._screen.sheet is not None and self._screen.sheet.view.id == request_id:
                self._screen.sheet.beside = found
                self.show_lines(list(found))

        services.runner.run(
            lambda _report, _cancelled: services.review_stock.lines(request_id), on_done=show,
            on_error=lambda error: fail(services, error),
        )

    def read_history(self) -> None:
        """Read what all clinics used in a year; once for the whole screen."""
        services = self._screen.services
        if self._is_reading_history:
            return
        self._is_reading_history = True

        def show(found: UseTable) -> None:
            self._is_reading_history = False
            self.history = found
            self._screen.show_use()

        def failed(error: BaseException) -> None:
            self._is_reading_history = False
            fail(services, error)

        services.runner.run(
            lambda _report, _cancelled: services.use_history.read(), on_done=show, on_error=failed,
        )

    def show_lines(self, line_ids: list[str]) -> None:
        """Show stock and marks of these lines as they are now; what is being typed is left alone."""
        sheet, table = self._screen.sheet, self._screen.parts.table
        if sheet is None:
            return
        wanted = set(line_ids)
        for number, row in enumerate(table.rows()):
            if row.line.id in wanted:
                table.replace_cells(number, sheet.row(row.line.id), BESIDE)
        self._screen.show_head()

    def typed(self, line_id: str, key: str, text: str) -> None:
        """A letter was typed: what remains follows."""
        sheet = self._screen.sheet
        if sheet is not None and key == "approved":
            sheet.type_approved(line_id, text)
            self.show_lines([line_id])

    def typing_ended(self) -> None:
        """The editor has closed: what is stored counts again."""
        if self._screen.sheet is not None:
            typed = self._screen.sheet.end_typing()
            if typed:
                self.show_lines(typed)
