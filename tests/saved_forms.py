"""Forms saved as a doctor saves them, from the filled samples with changes.

    from tests.saved_forms import answers, saved
"""

from __future__ import annotations

from typing import Any

from app.desk import Desk
from app.services.form_records import FormRecords
from app.services.form_views import SavedForm
from tests.samples.form_answers import FILLED

ASKED = frozenset(
    {"age", "residence_type", "visit_date", "next_visit_date", "visit_class", "diagnosis", "referral_reason"}
)
"""Questions that the tests of what follows from a form answer with yes."""


def answers(code: str, **changes: Any) -> dict[str, Any]:
    """The filled sample of a form with `changes`; None takes an answer away."""
    given = {**FILLED[code], **changes}
    return {key: value for key, value in given.items() if value is not None}


def saved(desk: Desk, person: str, code: str, **changes: Any) -> SavedForm:
    """Save a form of a resident."""
    return FormRecords(desk).save(person, code, answers(code, **changes), confirmed=ASKED)
