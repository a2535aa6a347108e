"""Making the database of a new desk: all steps of the schema, the organisation, its keys and its first user.

It is made under another name and takes its own at the end, so a cut leaves no half-made database.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from app.data_folder import DATABASE, sync_folder, touch_private
from app.desk import Actor, Desk
from app.failures import translate_database_error
from app.services.catalogue import add_starter
from app.services.history import record_change
from app.services.settings import write_early_settings
from app.services.setup import SetupAnswers, found, place_of
from app.version import VERSION
from db.cipher import DatabaseError
from db.engine import Sessions, open_engine
from db.migrations.run import upgrade

FOUNDING = "cunyi.db.founding"


def found_desk(folder: Path, key: bytes, answers: SetupAnswers, clock: Callable[[], datetime]) -> Actor:
    """Make the database in `folder`, which has none; returns its first user. Raises EnvironmentFailure, OSError."""
    file = folder / FOUNDING
    remove(file)
    touch_private(file)
    try:
        upgrade(file, key, program=VERSION)
        actor = write_first_rows(folder, file, key, answers, clock)
    except DatabaseError as error:
        raise translate_database_error(error) or error from error
    write_early_settings(folder, answers.kind, {})
    os.replace(file, folder / DATABASE)
    sync_folder(folder)
    return actor


def write_first_rows(
    folder: Path, file: Path, key: bytes, answers: SetupAnswers, clock: Callable[[], datetime]
) -> Actor:
    """The organisation and its first user, with their history, and the starter list of drugs, in one transaction."""
    sessions = Sessions(open_engine(file, key), translate=translate_database_error)
    try:
        with sessions.writing() as session:
            organisation, actor = found(session, answers, clock())
            desk = Desk(folder, sessions, place_of(organisation), actor, clock)
            place = {"kind": organisation.kind, "name": organisation.name, "division_code": organisation.division_code}
            record_change(session, desk, "desk_founded", "organisation", organisation.id, before=None, after=place)
            user = {"name": actor.name, "role": actor.role, "is_active": True}
            record_change(session, desk, "user_added", "user_account", actor.user_id, before=None, after=user)
            add_starter(session)
    finally:
        sessions.close()
    return actor


def remove(file: Path) -> None:
    """What an earlier founding left when it was cut."""
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
