"""The papers of the random checks: the count sheet or the result of one, and the record of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ui.screens.checks.words import UNDER_WAY

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.random_checks import CheckView
    from ui.services import Services


def paper_of(services: Services, check: CheckView) -> Callable[[], ListSheet]:
    """The sheet to count by, or the result once it was counted; made in the worker."""
    from app.services.random_check_sheets import count_sheet, result_sheet

    service, sheet = services.random_checks, count_sheet if check.state in UNDER_WAY else result_sheet
    return lambda: sheet(service.get(check.id))


def record_of(services: Services) -> Callable[[], ListSheet]:
    """All checks; made in the worker."""
    service, day = services.random_checks, services.desk.today()

    def make() -> ListSheet:
        from app.services.supply_lists import check_list

        return check_list(service.list(), day)

    return make
