from __future__ import annotations

from datetime import date

from app.domain.copd import CopdSettings, next_copd_visit_due


def test_the_interval_follows_the_class_the_doctor_chose():
    assert next_copd_visit_due(date(2026, 11, 30), "控制满意") == date(2027, 2, 28)
    assert next_copd_visit_due(date(2026, 11, 30), "不良反应") == date(2026, 12, 14)


def test_the_intervals_are_settings():
    settings = CopdSettings(months_when_satisfactory=6, days_otherwise=7)
    assert next_copd_visit_due(date(2026, 1, 31), "控制满意", settings) == date(2026, 7, 31)
    assert next_copd_visit_due(date(2026, 1, 31), "并发症", settings) == date(2026, 2, 7)
