"""When a reading is complete, so that the cursor goes on by itself while a doctor reads the numbers off the device.

It judges digits only; whether a value can be is the form's matter. A reading is complete when no further digit could
make another usual value of it: 92 is a diastolic pressure, 11 may yet become 110.
"""

from __future__ import annotations

import re
from collections.abc import Callable

IsComplete = Callable[[str], bool]
"""Whether what stands in the field needs no further digit."""


def systolic_is_complete(text: str) -> bool:
    """Three digits, or two from 40 on (95 is a pressure, 950 is none; 15 may become 158)."""
    return _two_from_40_or_three(text)


def diastolic_is_complete(text: str) -> bool:
    """Three digits, or two from 40 on (92; 11 may become 110)."""
    return _two_from_40_or_three(text)


def heart_rate_is_complete(text: str) -> bool:
    """Three digits, or two from 40 on (76; 10 may become 104)."""
    return _two_from_40_or_three(text)


def decimal_is_complete(text: str) -> bool:
    """One digit behind the point: 7.9, 11.2, 63.5. A second one may be added by going back."""
    return re.fullmatch(r"\d{1,3}\.\d{1,2}", text) is not None


def never_complete(text: str) -> bool:
    """A field that is left by a key only."""
    return False


def _two_from_40_or_three(text: str) -> bool:
    return re.fullmatch(r"[4-9]\d|\d{3}", text) is not None
