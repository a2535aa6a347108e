"""Opening a desk: which folder, which key, which version, and who signs in. It knows no window."""

from __future__ import annotations

from pathlib import Path

from app.desk import Desk


def open_for_command(folder: Path | None, user: str | None = None) -> Desk:
    """The desk in `folder` (None: the default one), opened without a window.

    The key comes from the keyring, or by the passphrase in CUNYI_PASSPHRASE or asked for at the prompt. The actor is
    the user called `user`, else the first active one. Raises EnvironmentFailure or UserError.
    """
    raise SystemExit("not built yet")
