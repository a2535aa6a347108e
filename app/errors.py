"""The two families of failure that a user is told about; anything else is a fault of the program.

`UserError`: the user can put it right (a wrong value, a wrong file). The command line leaves with status 1.
`EnvironmentFailure`: disk, keyring, printer, another program. The command line leaves with status 2.
Each carries a Message that says what happened, what is safe, and what to do.
"""

from __future__ import annotations

from app.domain.message import Message


class CunyiError(Exception):
    """A failure with a sentence for the user; `details` may be shown on request and never holds patient data."""

    exit_status = 1

    def __init__(self, message: Message, *, details: str = "") -> None:
        super().__init__(str(message))
        self.message = message
        self.details = details


class UserError(CunyiError):
    """The user can put it right."""


class EnvironmentFailure(CunyiError):
    """The surroundings failed: disk, keyring, file in use, printer, network."""

    exit_status = 2


class Cancelled(Exception):
    """Long work was asked to stop, has rolled back and changed nothing. Not a failure: no one is shown an error."""
