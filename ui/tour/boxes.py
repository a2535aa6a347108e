"""The drug boxes that lie on a shelf of the tour: what a scanner would read off them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.services.trace_codes import codes_here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.services.stocktake_views import StocktakeLineView
    from ui.tour.stage import Stage


def codes_on_shelf(stage: Stage, drug_code: str, *, batch_id: str = "") -> list[str]:
    """The trace codes of a drug's boxes at this desk, opened ones first; of one batch where it is told."""
    desk = stage.services.desk
    with desk.sessions.reading() as session:
        known = codes_here(session, desk, drug_code)
    return [each.code for each in known if batch_id in ("", each.batch_id)]


def scan(stage: Stage, code: str) -> None:
    """What a scanner does: it types the digits and presses Enter."""
    stage.hands.type(code)
    stage.hands.press(Qt.Key.Key_Return)


def shelf_of(stage: Stage, lines: Sequence[StocktakeLineView]) -> list[int]:
    """What stands on the shelf of each line of a count: the tour's shelf agrees with the books."""
    stock = stage.services.stock
    found = []
    for line in lines:
        batches = stock.batches(line.drug_code, also_empty=True)
        found.append(next(row.on_hand for row in batches if row.batch_id == line.batch_id))
    return found
