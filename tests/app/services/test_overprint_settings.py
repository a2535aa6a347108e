"""The calibration of overprints from the settings of a desk."""

from __future__ import annotations

from app.printing.calibration import Calibration
from app.services.overprint import calibration, calibration_sheet
from app.services.settings import Settings


def test_nothing_set_corrects_nothing(clinic_desk):
    assert calibration(clinic_desk).is_neutral


def test_the_settings_are_the_calibration(clinic_desk):
    for name, value in (("overprint_dx_mm", "-1.5"), ("overprint_dy_mm", "2"), ("overprint_width_percent", "100.5"),
                        ("overprint_height_percent", "99")):
        Settings(clinic_desk).set(name, value)

    assert calibration(clinic_desk) == Calibration(-1.5, 2.0, 1.005, 0.99)
    assert calibration_sheet(clinic_desk).startswith(b"%PDF-")
