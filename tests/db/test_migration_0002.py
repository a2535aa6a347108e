"""The second version: a clinic of the first keeps everything and takes attachments."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlcipher3.dbapi2 import IntegrityError

from db.cipher import connect
from db.migrations.run import upgrade

KEY = bytes(range(32))
SAMPLE = Path(__file__).parent / "samples" / "0001.db"
ATTACHMENT = (
    "INSERT INTO attachment (id, resident_id, form_entry_id, title, media_type, sha256, size, content, author_id,"
    " added_at, state, revision) VALUES ('a', ?, ?, '转诊回执', 'image/jpeg', '', 1, x'00', ?, '2026-11-22', 'kept', 1)"
)


@pytest.fixture
def connection(tmp_path):
    file = tmp_path / "cunyi.db"
    file.write_bytes(SAMPLE.read_bytes())
    upgrade(file, KEY, target="0002")
    connection = connect(file, KEY, foreign_keys=True)
    yield connection
    connection.close()


def test_every_form_and_revision_of_the_first_version_is_still_there(connection):
    before = connect(SAMPLE, KEY, "ro")
    for table in ("resident", "form_entry", "follow_up", "revision", "enrolment", "due_task"):
        statement = f"SELECT * FROM {table} ORDER BY id"
        assert connection.execute(statement).fetchall() == before.execute(statement).fetchall() != []
    before.close()


def test_an_attachment_belongs_to_a_resident(connection):
    [(author,)] = connection.execute("SELECT id FROM user_account LIMIT 1")
    [(resident,)] = connection.execute("SELECT id FROM resident LIMIT 1")
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        connection.execute(ATTACHMENT, ("nobody", None, author))
    connection.execute(ATTACHMENT, (resident, None, author))
    assert connection.execute("SELECT count(*) FROM attachment").fetchone() == (1,)
