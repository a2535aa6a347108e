"""What the rules say to the answers of a form that is kept for itself: headline, reasons, answers that follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.forms.vocabulary import Context
from app.services.form_views import Proposal, RecordedForm


def proposals(
    form_code: str, answers: Mapping[str, Any], context: Context, history: tuple[RecordedForm, ...]
) -> tuple[Proposal, ...]:
    """What follows from `answers` (canonical); `history` the complete forms of the same kind, newest first."""
    return ()
