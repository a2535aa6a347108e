"""What is proposed for a batch near its expiry: drug_requests §6.3, mechanisms §10."""

from __future__ import annotations

import pytest

from app.domain.batches import ExpiryLevel
from app.domain.expiry_actions import ExpiryAction, proposed_action


@pytest.mark.parametrize(
    ("level", "days", "unused", "held", "action"),
    [
        (ExpiryLevel.EXPIRED, 0, 0, False, ExpiryAction.WRITE_OFF),
        (ExpiryLevel.EXPIRED, -5, None, True, ExpiryAction.WRITE_OFF),
        (ExpiryLevel.RED, 30, 0, False, ExpiryAction.USE_FIRST),
        (ExpiryLevel.RED, 30, 1, False, ExpiryAction.RETURN),
        (ExpiryLevel.ORANGE, 90, 1, False, ExpiryAction.RETURN),
        (ExpiryLevel.YELLOW, 91, 1, False, ExpiryAction.TRANSFER),  # another clinic still has three months
        (ExpiryLevel.YELLOW, 180, None, False, ExpiryAction.TRANSFER),  # use unknown: it may be left over
        (ExpiryLevel.YELLOW, 180, 0, False, ExpiryAction.USE_FIRST),
        (ExpiryLevel.YELLOW, 180, 0, True, ExpiryAction.RETURN),
        (ExpiryLevel.NONE, 181, 5, False, None),
        (ExpiryLevel.NONE, None, None, False, None),
    ],
)
def test_the_proposal_follows_the_days_left_and_what_stays_unused(level, days, unused, held, action):
    assert proposed_action(level, days, unused, held=held) is action


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (ExpiryAction.USE_FIRST, "先用"),
        (ExpiryAction.TRANSFER, "调剂"),
        (ExpiryAction.RETURN, "退回乡镇"),
        (ExpiryAction.WRITE_OFF, "报损"),
    ],
)
def test_the_four_actions_are_called_as_the_specification_calls_them(action, words):
    assert str(action.label) == words
