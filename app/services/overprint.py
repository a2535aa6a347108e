"""套打 at this desk: what its printer is out by, and the calibration page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.printing.calibration import Calibration, calibration_pdf
from app.services.settings import Settings

if TYPE_CHECKING:
    from app.desk import Desk


def calibration(desk: Desk) -> Calibration:
    """What corrects the printer of this desk, from its settings."""
    kept = Settings(desk).all()
    return Calibration(
        dx_mm=float(kept["overprint_dx_mm"]),
        dy_mm=float(kept["overprint_dy_mm"]),
        scale_x=float(kept["overprint_width_percent"]) / 100,
        scale_y=float(kept["overprint_height_percent"]) / 100,
    )


def calibration_sheet(desk: Desk) -> bytes:
    """The calibration page as PDF, moved as the settings say, so that it shows whether they are right."""
    return calibration_pdf(calibration(desk))
