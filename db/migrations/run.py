"""Bringing a database to the newest version: all steps in one transaction, so that a failing one leaves the old file.

Foreign keys are not enforced while tables are rebuilt, and checked before the commit. Imports Alembic; nothing on the
way of an ordinary start may import this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from db.engine import open_engine
from db.migrations import VERSIONS
from db.models import Base


class BrokenReferences(Exception):
    """A step left rows that point to nothing; nothing of it was kept."""


def configuration(versions: Sequence[Path] = (VERSIONS,)) -> Config:
    """Alembic's configuration, in which `versions` are the folders of the steps."""
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(folder).replace("%", "%%") for folder in versions))
    return config


def newest(versions: Sequence[Path] = (VERSIONS,)) -> str:
    """The newest revision among the steps."""
    return ScriptDirectory.from_config(configuration(versions)).get_current_head() or ""


def upgrade(
    file: Path, key: bytes, target: str = "head", versions: Sequence[Path] = (VERSIONS,), program: str = ""
) -> None:
    """Bring the database `file` to revision `target`; a file that is not there is made.

    `program` is the version of the program, kept in the file so that an older one can name it when it refuses.
    Whatever is raised by a step leaves the file as it was. Raises BrokenReferences too.
    """
    engine = open_engine(file, key, foreign_keys=False)
    try:
        with engine.execution_options(writes=True).connect() as connection, connection.begin():
            config = configuration(versions)
            config.attributes["connection"] = connection
            command.upgrade(config, target)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise BrokenReferences(", ".join(sorted({row[0] for row in broken})))
            if program:
                stamp = "INSERT OR REPLACE INTO setting (name, value) VALUES ('program_version', ?)"
                connection.exec_driver_sql(stamp, (program,))
    finally:
        engine.dispose()


def differences(connection: Connection) -> list[object]:
    """What the models have and the database has not, or the other way round; empty when they agree."""
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata))
