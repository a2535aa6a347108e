from __future__ import annotations

import pytest

from app.domain.phones import PhoneKind, check_phone, mask_phone


@pytest.mark.parametrize(
    ("text", "kind", "normalized", "warns"),
    [
        ("13812342716", PhoneKind.MOBILE, "13812342716", False),
        ("138-1234-2716", PhoneKind.MOBILE, "13812342716", False),
        ("+86 138 1234 2716", PhoneKind.MOBILE, "13812342716", False),
        ("8613812342716", PhoneKind.MOBILE, "13812342716", False),
        ("１３８１２３４２７１６", PhoneKind.MOBILE, "13812342716", False),
        ("12812342716", PhoneKind.UNKNOWN, "12812342716", True),
        ("1381234271", PhoneKind.UNKNOWN, "1381234271", True),
        ("010-62345678", PhoneKind.LANDLINE, "010-62345678", False),
        ("0394-5221234", PhoneKind.LANDLINE, "0394-5221234", False),
        ("03945221234", PhoneKind.LANDLINE, "03945221234", False),
        ("0394-5221234-801", PhoneKind.LANDLINE, "0394-5221234-801", False),
        ("（010）62345678", PhoneKind.LANDLINE, "01062345678", False),
        ("010-12345678", PhoneKind.UNKNOWN, "010-12345678", True),
        ("621", PhoneKind.SHORT, "621", True),
        ("621345", PhoneKind.SHORT, "621345", True),
        ("62", PhoneKind.UNKNOWN, "62", True),
        ("无", PhoneKind.NONE, "无", True),
        ("", PhoneKind.UNKNOWN, "", True),
        ("问他儿子", PhoneKind.UNKNOWN, "问他儿子", True),
    ],
)
def test_a_phone_is_recognised_and_never_refused(text, kind, normalized, warns):
    found = check_phone(text)
    assert (found.kind, found.normalized, found.warning is not None) == (kind, normalized, warns)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13812342716", "138****2716"),
        ("010-62345678", "**********78"),
        ("621345", "****45"),
        ("无", "无"),
        ("6", "6"),
    ],
)
def test_a_phone_is_masked_for_screens_that_others_can_see(number, masked):
    assert mask_phone(number) == masked
