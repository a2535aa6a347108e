"""给居民的单子 from wherever a visit is shown: made in the worker, then the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import show_failure
from ui.screens.printing.shown import show_printed

if TYPE_CHECKING:
    from app.services.person_sheets import PrintedSheet
    from ui.services import Services


def show_resident_sheet(services: Services, resident_id: str, *, entry_id: str = "") -> None:
    """Print the sheet of the visit with `entry_id`, "" for the newest; a failure is told."""

    def work(report: object, cancelled: object) -> PrintedSheet:
        return services.resident_sheet.print_visit(resident_id, entry_id=entry_id or None)

    def done(printed: PrintedSheet) -> None:
        show_printed(services, printed, tr("给居民的单子"))

    def failed(error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(services.dialogs, error)

    services.runner.run(work, on_done=done, on_error=failed, title=tr("正在排版给居民的单子"))
