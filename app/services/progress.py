"""How long work speaks to whoever started it, and how it is asked to stop.

A long function takes `report` and `cancelled`: it reports at steps, and asks at safe points. When it finds that it is
asked to stop it raises Cancelled, after which nothing of its work is left. It knows no thread and no window.
"""

from __future__ import annotations

from collections.abc import Callable

from app.domain.message import Message
from app.errors import Cancelled

Report = Callable[[int, int, Message], None]
"""report(done, total, sentence): `total` 0 is unknown; the sentence names the step in the user's words."""

CancelledCheck = Callable[[], bool]
"""Whether the user has asked to stop."""


def quiet_report(done: int, total: int, sentence: Message) -> None:
    """Progress that nobody watches."""


def never_cancelled() -> bool:
    """Work that nobody can stop."""
    return False


def stop_if(cancelled: CancelledCheck) -> None:
    """Raise Cancelled when the user has asked to stop."""
    if cancelled():
        raise Cancelled
