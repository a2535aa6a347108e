"""Season factors of therapeutic groups: drug_requests §4.6."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from app.domain.season import read_season_factors, season_factor


@pytest.mark.parametrize(
    ("text", "group", "month", "factor"),
    [
        ("", "解热镇痛药", 1, Fraction(1)),
        ("解热镇痛药 11-2 1.5", "解热镇痛药", 10, Fraction(1)),
        ("解热镇痛药 11-2 1.5", "解热镇痛药", 11, Fraction(3, 2)),
        ("解热镇痛药 11-2 1.5", "解热镇痛药", 2, Fraction(3, 2)),
        ("解热镇痛药 11-2 1.5", "解热镇痛药", 3, Fraction(1)),
        ("解热镇痛药 11-2 1.5", "降压药", 12, Fraction(1)),
        ("解热镇痛药 11-2 1.5", "", 12, Fraction(1)),
        ("消暑药 6至8月 2；止泻药 7 1.25", "止泻药", 7, Fraction(5, 4)),
        ("消暑药 6至8月 2；止泻药 7 1.25", "消暑药", 8, Fraction(2)),
        ("止泻药 7 1.25;止泻药 6-8 2", "止泻药", 7, Fraction(5, 4)),
        ("止泻药 7 1.25\n止泻药 6-8 0.5", "止泻药", 8, Fraction(1, 2)),
    ],
)
def test_the_first_line_that_fits_group_and_month_gives_the_factor(text, group, month, factor):
    assert season_factor(read_season_factors(text), group, date(2026, month, 15)) == factor


@pytest.mark.parametrize(
    "text", ["解热镇痛药", "解热镇痛药 1.5", "解热镇痛药 0-2 1.5", "解热镇痛药 11-13 1.5", "药 1 0", "药 1 6"]
)
def test_what_is_no_factor_is_refused(text):
    with pytest.raises(ValueError, match=r"药"):
        read_season_factors(text)
