"""Until when the result of a referral letter is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.referrals import is_tuberculosis_suspect, letter_check_due

DAY = date(2026, 12, 24)


def test_a_letter_is_asked_after_within_two_weeks_over_the_turn_of_the_year():
    assert letter_check_due(DAY, "高血压 3 级", "") == date(2027, 1, 7)


def test_somebody_suspected_of_tuberculosis_is_telephoned_within_a_week():
    assert letter_check_due(DAY, "咳嗽三周", "疑似肺结核，转定点医院") == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("words", "suspected"),
    [
        ("疑似肺结核", True), ("怀疑肺结核", True), ("可疑结核", True), ("肺结核待排", True), ("肺结核？", True),
        ("结核可能", True), ("肺结核", False), ("肺结核服药后皮疹", False), ("疑似甲亢，肺结核已愈", False), ("", False),
    ],
)
def test_only_what_is_called_suspected_is_a_suspicion(words, suspected):
    assert is_tuberculosis_suspect(words) is suspected
