"""打印: one window for every printing from the database, reached from wherever forms and people are shown.

    open_print_window(parent, services, resident_id=…, form_code=…, entry_id=…)
    print_resident_sheet(services, resident_id, entry_id=…)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.services.resident_views import ListFilter
    from app.services.work_list import Order, WorkFilter
    from ui.screens.printing.window import PrintWindow
    from ui.services import Services


def open_print_window(
    parent: QWidget | None, services: Services, *, resident_id: str = "", form_code: str = "", entry_id: str = "",
    listed: ListFilter | None = None, work: WorkFilter | None = None, order: Order | None = None,
) -> PrintWindow:
    """Open the window over its screen; what is known already is chosen, everything else can be chosen in it."""
    from ui.screens.printing.choices import Known
    from ui.screens.printing.window import PrintWindow

    known = Known(resident_id=resident_id, form_code=form_code, entry_id=entry_id, listed=listed, work=work, order=order)
    window = PrintWindow(services, known, parent=parent)
    window.finished.connect(window.deleteLater)
    window.open()
    return window


def print_resident_sheet(services: Services, resident_id: str, *, entry_id: str = "") -> None:
    """给居民的单子 of the visit with this entry or of the newest, shown before it is printed."""
    from ui.screens.printing.resident_sheet import show_resident_sheet

    show_resident_sheet(services, resident_id, entry_id=entry_id)
