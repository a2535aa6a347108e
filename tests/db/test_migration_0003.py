"""The third version: a clinic of the second keeps its requests and catalogue, and has a stock ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlcipher3.dbapi2 import IntegrityError

from db.cipher import connect
from db.migrations.run import upgrade

KEY = bytes(range(32))
SAMPLE = Path(__file__).parent / "samples" / "0002.db"
BATCH = (
    "INSERT INTO stock_batch (id, organisation_id, drug_code, batch_no, expiry, manufacturer, price_fen, units_per_pack,"
    " on_hand, reserved, hold, received_on) VALUES (?, ?, 'VD001', '0021', '2027-08-31', '某厂', 560, 28, 0, 0, '',"
    " '2026-11-22')"
)


@pytest.fixture
def connection(tmp_path):
    file = tmp_path / "cunyi.db"
    file.write_bytes(SAMPLE.read_bytes())
    upgrade(file, KEY, target="0003")
    connection = connect(file, KEY, foreign_keys=True)
    yield connection
    connection.close()


def test_the_catalogue_of_the_second_version_is_still_there_and_every_drug_may_be_split_and_traced(connection):
    before = connect(SAMPLE, KEY, "ro")
    listed = "SELECT code, generic_name, units_per_pack, price_fen FROM drug ORDER BY code"
    assert connection.execute(listed).fetchall() == before.execute(listed).fetchall() != []
    before.close()
    flags = "SELECT DISTINCT has_trace_code, is_splittable, long_rx_allowed, barcode, min_age_years FROM drug"
    assert connection.execute(flags).fetchall() == [(1, 1, 1, "", None)]


def test_the_same_goods_are_one_batch(connection):
    [(organisation,)] = connection.execute("SELECT id FROM organisation LIMIT 1")
    connection.execute(BATCH, ("a", organisation))
    with pytest.raises(IntegrityError, match="UNIQUE"):
        connection.execute(BATCH, ("b", organisation))


def test_a_month_of_a_party_is_settled_once(connection):
    [(organisation,)] = connection.execute("SELECT id FROM organisation LIMIT 1")
    statement = (
        "INSERT INTO settlement (id, organisation_id, party, party_id, month, state, totals, created_at, created_by_id,"
        " created_by_name, confirmed_by_name, remark, version)"
        " VALUES (?, ?, 'clinic', 'c', '2026-10', 'draft', '{}', '2026-11-01', 'u', '陈静', '', '', 1)"
    )
    connection.execute(statement, ("a", organisation))
    with pytest.raises(IntegrityError, match="UNIQUE"):
        connection.execute(statement, ("b", organisation))
