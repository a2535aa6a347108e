"""What stands against approving a line."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.request_checks import RequestContext, check_approval
from app.domain.request_terms import Kind
from app.services.review_lines import decided_line
from db.models import DrugRequestLine


@pytest.mark.parametrize(
    ("suggested", "approved", "told"),
    [
        (11, 11, []),
        (11, 12, ["above_maximum"]),
        (5, 10, []),
        (5, 11, ["above_maximum"]),
    ],
)
def test_what_the_program_suggests_is_never_told_to_be_too_much(suggested, approved, told):
    """Two months of 5.1 are 10.2; whole packs of one are 11."""
    line = DrugRequestLine(
        id="line", drug_name="左氧氟沙星滴眼液", units_per_pack=1, monthly_use="5.10", on_hand=0, basis="consumption",
        suggested=suggested, requested=approved, approved=approved, decision="asked", decision_reason="", is_skipped=False,
        explanation="", source="",
    )  # fmt: skip
    found = check_approval(RequestContext(kind=Kind.REGULAR, today=date(2026, 11, 23)), [decided_line(line)])
    assert [problem.code for problem in found] == told


def test_whole_packs_of_the_suggestion_are_not_too_much_either():
    line = DrugRequestLine(
        id="line", drug_name="二甲双胍片", units_per_pack=20, monthly_use="295.00", on_hand=0, basis="consumption",
        suggested=592, requested=600, approved=600, decision="asked", decision_reason="", is_skipped=False, explanation="",
        source="",
    )  # fmt: skip
    found = check_approval(RequestContext(kind=Kind.REGULAR, today=date(2026, 11, 23)), [decided_line(line)])
    assert [problem.code for problem in found] == []
