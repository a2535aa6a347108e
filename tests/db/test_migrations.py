"""Every step of the database: it makes what the models say, it is all or nothing, and it has a test of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from db.cipher import connect, schema_version
from db.engine import open_engine
from db.migrations import HEAD, VERSIONS
from db.migrations.draft import draft
from db.migrations.run import BrokenReferences, configuration, differences, newest, upgrade
from db.models import Base
from tests.db.schema import shape

KEY = bytes(range(32))
SAMPLES = Path(__file__).parent / "samples"
REVISIONS = [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()][::-1]

FAILING = '''
import sqlalchemy as sa
from alembic import op

revision = "{new}"
down_revision = "{old}"


def upgrade():
    op.create_table("leftover", sa.Column("x", sa.Integer()))
    {last}
'''


@pytest.fixture
def engine(tmp_path):
    file = tmp_path / "cunyi.db"
    upgrade(file, KEY)
    engine = open_engine(file, KEY)
    yield engine
    engine.dispose()


def add_step(folder, last):
    folder.mkdir()
    text = FAILING.format(new=f"{int(HEAD) + 1:04}", old=HEAD, last=last)
    (folder / "next.py").write_text(text, encoding="utf-8")
    return (VERSIONS, folder)


def tables(file):
    connection = connect(file, KEY, "ro")
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    version = schema_version(connection)
    connection.close()
    return found, version


def test_the_newest_step_is_the_one_that_every_start_looks_for():
    assert newest() == HEAD
    assert [f"{place:04}" for place in range(1, len(REVISIONS) + 1)] == REVISIONS


def test_after_all_steps_the_database_is_what_the_models_say(engine):
    with engine.connect() as connection:
        assert differences(connection) == []


def test_options_and_partial_indexes_are_the_same_as_in_the_models(engine, tmp_path):
    fresh = open_engine(tmp_path / "fresh.db", KEY)
    Base.metadata.create_all(fresh)
    with engine.connect() as stepped, fresh.connect() as made:
        expected = shape(made)
        assert shape(stepped) == expected
    fresh.dispose()
    assert expected["table search_key"]["without rowid"]
    assert expected["index due_task ix_due_task_open"]["where"] == "done_on IS NULL"


def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path):
    file = tmp_path / "cunyi.db"
    upgrade(file, KEY)
    before = tables(file)
    with pytest.raises(RuntimeError, match="half way"):
        upgrade(file, KEY, versions=add_step(tmp_path / "steps", 'raise RuntimeError("half way")'))
    assert tables(file) == before
    assert "leftover" not in before[0]


def test_a_step_that_leaves_broken_references_is_not_kept(tmp_path):
    file = tmp_path / "cunyi.db"
    upgrade(file, KEY)
    orphan = "INSERT INTO own_keys VALUES ('nobody', '', '')"
    with pytest.raises(BrokenReferences, match="own_keys"):
        upgrade(file, KEY, versions=add_step(tmp_path / "steps", f'op.execute("{orphan}")'))
    assert "leftover" not in tables(file)[0]
    assert tables(file)[1] == HEAD


def test_a_good_step_is_taken_with_its_version(tmp_path):
    file = tmp_path / "cunyi.db"
    upgrade(file, KEY)
    upgrade(file, KEY, versions=add_step(tmp_path / "steps", "pass"))
    found, version = tables(file)
    assert "leftover" in found
    assert version == f"{int(HEAD) + 1:04}"


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_version_can_be_brought_to_the_newest(tmp_path, revision):
    file = tmp_path / "cunyi.db"
    upgrade(file, KEY, target=revision)
    assert tables(file)[1] == revision
    upgrade(file, KEY)
    assert tables(file)[1] == HEAD


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_step_has_a_test_and_a_line_in_the_page_of_changes(revision):
    assert list(Path(__file__).parent.glob(f"test_migration_{revision}.py"))
    page = Path(__file__).parents[2] / "docs" / "database-changes.md"
    assert re.search(rf"^\| {revision} \|", page.read_text(encoding="utf-8"), re.MULTILINE)


def test_each_version_before_the_newest_has_a_sample_that_still_opens(tmp_path):
    for revision in REVISIONS[:-1]:
        file = tmp_path / f"{revision}.db"
        file.write_bytes((SAMPLES / f"{revision}.db").read_bytes())
        assert tables(file)[1] == revision
        upgrade(file, KEY)
        assert tables(file)[1] == HEAD
    assert {f"{revision}.db" for revision in REVISIONS[:-1]} == {file.name for file in SAMPLES.glob("*.db")}


def test_a_drafted_step_of_an_empty_history_makes_all_tables(tmp_path):
    script = draft("everything", tmp_path)
    assert script.name == "0001_everything.py"
    assert script.read_text(encoding="utf-8").count("op.create_table(") == len(Base.metadata.tables)
