"""Receipt lines: drug_requests §6.2."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.receiving import ReceiptError, RejectReason, check_receipt_dates, check_receipt_line


@pytest.mark.parametrize(
    ("shipped", "accepted", "rejected", "reason", "error"),
    [
        (28, 28, 0, None, None),
        (28, 20, 8, "破损", None),
        (28, 0, 28, RejectReason.TEMPERATURE, None),
        (0, 0, 0, None, None),
        (28, 20, 8, None, ReceiptError.REASON_REQUIRED),
        (28, 20, 8, "  ", ReceiptError.REASON_REQUIRED),
        (28, 20, 7, "破损", ReceiptError.SUM_MISMATCH),
        (28, 29, 0, None, ReceiptError.SUM_MISMATCH),
        (28, 29, -1, None, ReceiptError.NEGATIVE_QUANTITY),
        (28, -1, 29, "破损", ReceiptError.NEGATIVE_QUANTITY),
        (0, 5, 0, None, ReceiptError.SUM_MISMATCH),  # over-delivery is decided by the pharmacist
        (28, None, 0, None, ReceiptError.QUANTITY_MISSING),
        (28, 28, None, None, ReceiptError.QUANTITY_MISSING),
        (None, 28, 0, None, ReceiptError.QUANTITY_MISSING),
    ],
)
def test_accepted_and_rejected_add_up_to_shipped(shipped, accepted, rejected, reason, error):
    check = check_receipt_line(shipped, accepted, rejected, reason)
    assert (check.valid, check.error) == (error is None, error)
    assert (check.message is None) is (error is None)


@pytest.mark.parametrize(
    ("received_on", "error"),
    [
        (date(2026, 6, 2), None),
        (date(2026, 6, 5), None),
        (date(2026, 6, 6), ReceiptError.RECEIVED_IN_FUTURE),
        (date(2026, 6, 1), ReceiptError.RECEIVED_BEFORE_SHIPPED),
    ],
)
def test_goods_arrive_between_shipping_and_today(received_on, error):
    assert check_receipt_dates(received_on, date(2026, 6, 2), date(2026, 6, 5)).error is error


def test_reasons_are_those_of_the_specification():
    labels = [str(reason.label) for reason in RejectReason]
    assert labels == ["破损", "短少", "效期过近", "批号不符", "温度异常", "错货", "其他"]
