"""收货扫码: where a scan belongs, with the question about a maker that nobody knows yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.screens.new_maker import confirmed_maker

if TYPE_CHECKING:
    from app.services.receiving_codes import PlacedCode
    from ui.screens.receiving.arrival import ArrivalSheet
    from ui.services import Services


def placed_code(services: Services, shipment_id: str, sheet: ArrivalSheet, scanned: str, chosen: str) -> PlacedCode:
    """The line of a scan, or why it is taken for none; `chosen` the line at which the reader stands, or ""."""
    place, taken = services.receiving.place_code, sheet.taken_codes()
    placed = place(shipment_id, scanned, taken, chosen=chosen)
    line = next((each.line for each in sheet.entries() if each.line.id == placed.line_id), None)
    if placed.is_new_maker and line is not None and confirmed_maker(services, placed.code, line.drug_code):
        return place(shipment_id, scanned, taken, chosen=placed.line_id)
    return placed
