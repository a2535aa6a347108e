from __future__ import annotations

from decimal import Decimal

import pytest

from app.domain.blood_pressure import BloodPressure
from app.domain.guideline_targets import hba1c_remark, lower_target_remark, pressure_target_remark


@pytest.mark.parametrize(
    ("sbp", "dbp", "age", "remarks"),
    [
        (129, 79, 60, False),
        (130, 79, 60, True),
        (129, 80, 79, True),
        (149, 89, 80, False),
        (150, 89, 80, True),
    ],
)
def test_the_target_of_2025_depends_on_80_years(sbp, dbp, age, remarks):
    remark = pressure_target_remark(BloodPressure(Decimal(sbp), Decimal(dbp)), age)
    assert (remark is not None) is remarks


@pytest.mark.parametrize(
    ("names", "remarks"),
    [
        (("糖尿病",), True),
        (("慢性肾脏病",), True),
        (("CKD",), True),
        (("冠心病", "diabetes"), True),
        (("冠心病",), False),
        ((), False),
    ],
)
def test_diabetes_and_kidney_disease_ask_for_a_lower_pressure(names, remarks):
    assert (lower_target_remark(names) is not None) is remarks


def test_hba1c_is_remarked_from_7_percent():
    assert hba1c_remark(Decimal("6.9")) is None
    assert hba1c_remark(None) is None
    assert "7.1%" in str(hba1c_remark(Decimal("7.1")))
