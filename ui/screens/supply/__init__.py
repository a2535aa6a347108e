"""采购配送: the township's way of a drug from the distributor to the village."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.i18n import tr
from ui.shell.main_window import ScreenEntry

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.services import Services
    from ui.shell.search_box import SearchHit

MOST_HITS = 8


def entry(services: Services) -> ScreenEntry:
    """The entry of the shell; the screen is imported at its first visit."""

    def make() -> QWidget:
        from ui.screens.supply.screen import SupplyScreen

        return SupplyScreen(services)

    return ScreenEntry("supply", tr("采购配送"), "shipments", make)


def search_hits(services: Services, text: str) -> Sequence[SearchHit]:
    """Shipments whose number or clinic has these words, for the search box of the township."""
    from ui.screens.supply.shipment_rows import state_chip
    from ui.shell.search_box import SearchHit

    wanted = text.strip()
    if len(wanted) < 2:
        return ()
    found = [row for row in services.shipments.list() if wanted in row.clinic_name or wanted.upper() in row.number]
    return [
        SearchHit(f"supply:section=shipments&shipment_id={row.id}", row.clinic_name, row.number, (state_chip(row.state),))
        for row in found[:MOST_HITS]
    ]
