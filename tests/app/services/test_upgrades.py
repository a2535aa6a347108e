"""Bringing an older database up to date: a checked backup first, and back to the old state when a step fails."""

from __future__ import annotations

import pytest

from app.security.keys import DeskKey
from app.services.backups import BackupFailed, BackupKind, list_backups
from app.services.upgrades import UpgradeFailed, upgrade_database
from app.startup import look, open_database
from app.version import VERSION
from db.cipher import connect, program_version, schema_version
from db.migrations import HEAD, VERSIONS
from tests.desks import KEY

NEXT = f"{int(HEAD) + 1:04}"
STEP = '''
import sqlalchemy as sa
from alembic import op

revision = "{new}"
down_revision = "{old}"


def upgrade():
    op.create_table("referral", sa.Column("x", sa.Integer()))
    op.execute({statement!r})
'''


@pytest.fixture
def steps(tmp_path):
    """A folder with one more step, which runs a statement at its end."""

    def make(statement):
        folder = tmp_path / "steps"
        folder.mkdir()
        text = STEP.format(new=NEXT, old=HEAD, statement=statement)
        (folder / "next.py").write_text(text, encoding="utf-8")
        return (VERSIONS, folder)

    return make


def state_of(file):
    connection = connect(file, KEY, "ro")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = (schema_version(connection), "referral" in tables, program_version(connection))
    connection.close()
    return found


def test_a_step_is_taken_after_a_backup_that_holds_the_old_state(clinic_desk, steps):
    clinic_desk.sessions.close()
    backup = upgrade_database(clinic_desk.folder, KEY, clinic_desk.now(), versions=steps("SELECT 1"))
    assert state_of(clinic_desk.folder / "cunyi.db") == (NEXT, True, VERSION)
    assert state_of(backup) == (HEAD, False, "")
    [listed] = list_backups(clinic_desk.folder / "backups")
    assert listed.kind is BackupKind.BEFORE_UPGRADE


@pytest.mark.parametrize("statement", ["INSERT INTO nowhere VALUES (1)", "INSERT INTO own_keys VALUES ('x', '', '')"])
def test_a_step_that_fails_leaves_the_old_database_working(clinic_desk, steps, statement):
    clinic_desk.sessions.close()
    with pytest.raises(UpgradeFailed, match="已经退回，记录都完好"):
        upgrade_database(clinic_desk.folder, KEY, clinic_desk.now(), versions=steps(statement))
    assert state_of(clinic_desk.folder / "cunyi.db") == (HEAD, False, "")
    assert len(list_backups(clinic_desk.folder / "backups")) == 1


def test_without_a_good_backup_no_step_is_taken(clinic_desk, steps):
    clinic_desk.sessions.close()
    (clinic_desk.folder / "backups").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(BackupFailed, match="备份没有做成"):
        upgrade_database(clinic_desk.folder, KEY, clinic_desk.now(), versions=steps("SELECT 1"))
    assert state_of(clinic_desk.folder / "cunyi.db")[0] == HEAD


def test_opening_an_older_database_takes_the_steps_and_says_so(make_desk_folder):
    folder, store = make_desk_folder()
    key = DeskKey(folder, store).unlock()
    connection = connect(folder / "cunyi.db", key)
    connection.execute("UPDATE alembic_version SET version_num = '0000'")  # older than any, so no step leads from it
    connection.close()
    opening = look(folder, store)
    assert opening.is_upgrade
    said = []
    with pytest.raises(UpgradeFailed):
        open_database(opening, report=lambda _done, _total, sentence: said.append(str(sentence)))
    assert "正在把数据更新到新版本。" in said
    assert len(list_backups(folder / "backups")) == 1
    assert look(folder, store).state.value == "ready"
