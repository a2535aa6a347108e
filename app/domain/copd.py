"""COPD follow-up (慢阻肺病患者随访), on trial (试行): intervals only.

国卫办基层函〔2024〕336号. Numbers of visits, thresholds and classes are not confirmed, so they are settings with
defaults here, and nothing is classified: the doctor chooses the class.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.dates import add_months

SCOPE_FROM_YEARS = 35
SATISFACTORY = "控制满意"


@dataclass(frozen=True)
class CopdSettings:
    """Editable intervals: `months_when_satisfactory` calendar months, `days_otherwise` days."""

    months_when_satisfactory: int = 3
    days_otherwise: int = 14


def next_copd_visit_due(visit_date: date, chosen_class: str, settings: CopdSettings | None = None) -> date:
    """Latest next visit for the class the doctor chose."""
    rules = settings or CopdSettings()
    if chosen_class == SATISFACTORY:
        return add_months(visit_date, rules.months_when_satisfactory)
    return visit_date + timedelta(days=rules.days_otherwise)
