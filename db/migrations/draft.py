"""For developers: write the next step from the difference between the models and the newest revision.

    python -m db.migrations.draft "say in one line what changes"

The draft is read and corrected by hand: Alembic sees a renamed column as one that goes and one that comes. Then set
HEAD in db/migrations/__init__.py, write tests/db/test_migration_<revision>.py, and a line in docs/database-changes.md.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from db.engine import open_engine
from db.migrations import HEAD, VERSIONS
from db.migrations.run import configuration, upgrade


def draft(message: str, folder: Path = VERSIONS) -> Path:
    """Write the step after the newest one into `folder`; returns its file."""
    key = bytes(32)
    steps = list(folder.glob("[0-9]*.py"))
    revision = f"{int(HEAD) + 1:04}" if steps else "0001"
    with tempfile.TemporaryDirectory() as temporary:
        database = Path(temporary) / "draft.db"
        if steps:
            upgrade(database, key, versions=(folder,))
        engine = open_engine(database, key)
        with engine.connect() as connection:
            config = configuration((folder,))
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            config.attributes.update(connection=connection, batch=bool(steps))
            script = command.revision(config, message, autogenerate=True, rev_id=revision)
        engine.dispose()
    file = Path(script.path)
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if "### " not in line]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


if __name__ == "__main__":
    sys.stdout.write(f"{draft(' '.join(sys.argv[1:]) or 'change')}\n")
