"""The first version: made from nothing, it takes rows, and keeps what its rules forbid out."""

from __future__ import annotations

import pytest
from sqlcipher3.dbapi2 import IntegrityError

from db.cipher import connect
from db.migrations.run import upgrade

KEY = bytes(range(32))
ENROLMENT = (
    "INSERT INTO enrolment (id, resident_id, organisation_id, disease, enrolled_on, end_reason, risk,"
    " unsatisfactory_in_a_row, ended_on) VALUES (?, 'r', 'o', 'htn', '2026-01-01', '', 0, 0, ?)"
)


@pytest.fixture
def connection(tmp_path):
    upgrade(tmp_path / "cunyi.db", KEY, target="0001")
    connection = connect(tmp_path / "cunyi.db", KEY, foreign_keys=False)
    yield connection
    connection.close()


def test_a_resident_is_enrolled_once_at_a_time_for_a_disease(connection):
    connection.execute(ENROLMENT, ("1", "2026-06-30"))
    connection.execute(ENROLMENT, ("2", None))
    with pytest.raises(IntegrityError, match="UNIQUE"):
        connection.execute(ENROLMENT, ("3", None))


def test_the_search_keys_lie_in_their_own_order(connection):
    connection.execute("INSERT INTO search_key VALUES ('张三', 1)")
    with pytest.raises(IntegrityError, match="UNIQUE"):
        connection.execute("INSERT INTO search_key VALUES ('张三', 1)")
