"""Backups: checked copies that never push out a good one, thinned by day, week and month, and restoring them."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import EnvironmentFailure
from app.security.keys import DeskKey, Keeper, KeyLost
from app.security.secret_store import MemoryStore
from app.services.backups import BackupKind, Backups, Losses, kept
from app.services.history import record_change
from app.services.progress import Cancelled
from app.services.restoring import restore, restore_on_this_computer
from app.services.settings import Settings
from app.startup import look, open_database
from db.cipher import connect
from db.engine import Sessions, open_engine
from db.migrations.run import upgrade
from db.models import Household, Setting
from tests.desks import KEY, PASSPHRASE


@pytest.fixture
def backups(clinic_desk):
    return Backups(clinic_desk)


def add_household(desk, group):
    with desk.sessions.writing() as session:
        row = Household(organisation_id=desk.place.id, group_name=group, created_at=desk.now())
        session.add(row)
        session.flush()
        record_change(session, desk, "household_added", "household", row.id, before=None, after={"group_name": group})


def groups(file, key=KEY):
    connection = connect(file, key, "ro")
    found = [row[0] for row in connection.execute("SELECT group_name FROM household ORDER BY id")]
    connection.close()
    return found


def last_action(file):
    connection = connect(file, KEY, "ro")
    [(action,)] = connection.execute("SELECT action FROM audit_entry ORDER BY sequence DESC LIMIT 1")
    connection.close()
    return action


def overwrite(file, start, content):
    with file.open("r+b") as stream:
        stream.seek(start)
        stream.write(content)


def test_a_backup_holds_what_was_confirmed_before_it(clinic_desk, backups):
    add_household(clinic_desk, "3组")
    made = backups.make()
    add_household(clinic_desk, "4组")
    assert groups(made.file) == ["3组"]
    assert made.made_at == clinic_desk.now()
    assert made.file.parent == clinic_desk.folder / "backups"
    assert backups.list() == (made,)


def test_a_backup_is_one_private_file_and_a_small_one_without_residents_data(clinic_desk, backups):
    add_household(clinic_desk, "3组")
    made = backups.make()
    assert sorted(file.suffix for file in backups.folder.iterdir()) == [".db", ".json"]
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert made.file.read_bytes()[:15] != b"SQLite format 3"
    told = json.loads(made.file.with_suffix(".json").read_text(encoding="utf-8"))
    assert told["counts"]["resident"] == 0
    assert KEY.hex() not in json.dumps(told)


def test_a_backup_goes_to_a_chosen_folder(clinic_desk, backups, tmp_path):
    (tmp_path / "stick").mkdir()
    made = backups.make(folder=tmp_path / "stick")
    assert backups.list(tmp_path / "stick") == (made,)
    assert backups.list() == ()


def test_a_stick_that_is_not_there_is_told(backups, tmp_path):
    with pytest.raises(EnvironmentFailure, match="U 盘"):
        backups.make(folder=tmp_path / "stick")


def test_a_cancelled_backup_leaves_nothing(clinic_desk, backups):
    good = backups.make()
    with pytest.raises(Cancelled):
        backups.make(cancelled=lambda: True)
    assert set(backups.folder.iterdir()) == {good.file, good.file.with_suffix(".json")}


def test_a_backup_reports_its_steps(backups):
    told = []
    backups.make(report=lambda done, total, sentence: told.append((done <= total, str(sentence))))
    assert {sentence for _, sentence in told} == {"正在备份。", "正在核对备份。"}
    assert all(is_forward for is_forward, _ in told)


def test_what_a_power_cut_left_of_a_backup_is_removed_by_the_next_one(backups):
    backups.folder.mkdir()
    leftover = backups.folder / "cunyi-20261121-090000-daily.db.partial"
    leftover.write_bytes(b"half")
    made = backups.make()
    assert set(backups.folder.iterdir()) == {made.file, made.file.with_suffix(".json")}


def test_a_backup_of_a_damaged_database_fails_and_leaves_the_good_one(clinic_desk, backups, clock):
    add_household(clinic_desk, "3组")
    good = backups.make()
    clinic_desk.sessions.close()
    overwrite(clinic_desk.folder / "cunyi.db", 4096 * 20, b"\xff" * 4096)
    clock.forward(minutes=1)
    with pytest.raises(EnvironmentFailure, match="数据库文件损坏"):
        backups.make()
    assert [backup.file for backup in backups.list()] == [good.file]
    assert groups(good.file) == ["3组"]
    assert not list(backups.folder.glob("*.partial"))


def test_the_first_start_of_a_day_is_due_for_a_backup(clinic_desk, backups, clock):
    clock.moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert backups.is_due()
    backups.make(BackupKind.DAILY)
    assert not backups.is_due()
    clock.forward(days=1)
    assert backups.is_due()


def test_a_backup_from_a_clock_that_ran_ahead_does_not_keep_the_later_days_without_one(backups, clock):
    clock.moment = datetime(2099, 12, 31, 12, 0, tzinfo=UTC)
    backups.make(BackupKind.DAILY)
    clock.moment = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert backups.is_due()
    backups.make(BackupKind.DAILY)
    assert not backups.is_due()


def test_the_backup_of_the_day_is_made_once_and_only_when_it_is_wanted(clinic_desk, backups, clock):
    clock.moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert backups.make_if_due().kind is BackupKind.DAILY
    assert backups.make_if_due() is None
    clock.forward(days=1)
    Settings(clinic_desk).set("daily_backup", False)
    assert backups.make_if_due() is None
    assert len(backups.list()) == 1


def test_backups_are_thinned_by_day_week_and_month(backups, clock):
    clock.moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    for _ in range(10):
        backups.make(BackupKind.DAILY)
        clock.forward(days=1)
    days = [(backup.made_at.month, backup.made_at.day) for backup in backups.list()]
    assert days == [(12, 1), (11, 30), (11, 29), (11, 28), (11, 27), (11, 26), (11, 25), (11, 22)]
    assert len(list(backups.folder.iterdir())) == 2 * len(days)


def test_the_rule_of_thinning_over_two_years_of_daily_backups():
    first = datetime(2025, 1, 1, 9)
    moments = [first + timedelta(days=day) for day in range(730)]
    last = moments[-1]
    stay = sorted(kept(moments), reverse=True)
    assert stay[:7] == [last - timedelta(days=day) for day in range(7)]
    assert {moment.isocalendar()[:2] for moment in stay} >= {
        (last - timedelta(weeks=week)).isocalendar()[:2] for week in range(5)
    }
    assert len({(moment.year, moment.month) for moment in stay}) == 12
    assert len(stay) <= 7 + 5 + 12


@pytest.mark.parametrize(
    ("hours", "expected"),
    [([], []), ([0], [0]), ([0, 1, 2], [2]), ([0, 24 * 400], [0, 24 * 400])],
)
def test_the_rule_of_thinning_keeps_the_newest_of_a_day_and_never_nothing(hours, expected):
    start = datetime(2025, 6, 2, 8)
    assert kept([start + timedelta(hours=hour) for hour in hours]) == {
        start + timedelta(hours=hour) for hour in expected
    }


def test_what_restoring_would_lose_is_counted(clinic_desk, backups):
    add_household(clinic_desk, "3组")
    made = backups.make()
    assert "什么也不会丢失" in str(backups.losses(made.file).sentence(made.made_at))
    add_household(clinic_desk, "4组")
    losses = backups.losses(made.file)
    assert losses == Losses(residents=0, forms=0, requests=0, entries=1)
    assert "一共 1 处改动" in str(losses.sentence(made.made_at))


def test_a_restored_backup_takes_the_place_and_the_present_is_kept(clinic_desk, backups, clock):
    add_household(clinic_desk, "3组")
    made = backups.make()
    add_household(clinic_desk, "4组")
    clinic_desk.sessions.close()
    clock.forward(minutes=1)
    aside = restore(clinic_desk.folder, KEY, made.file, clock())
    assert {path.name for path in clinic_desk.folder.iterdir()} == {"cunyi.db", "backups", "use.lock"}
    assert groups(clinic_desk.folder / "cunyi.db") == ["3组"]
    assert groups(aside) == ["3组", "4组"]
    assert last_action(clinic_desk.folder / "cunyi.db") == "backup_restored"


def test_a_log_that_a_killed_program_left_is_not_replayed_into_the_restored_database(clinic_desk, backups, clock):
    made = backups.make()
    clinic_desk.sessions.close()
    database = clinic_desk.folder / "cunyi.db"
    killed = clinic_desk.folder.parent / "killed.db"
    living = Sessions(open_engine(database, KEY))
    with living.writing() as session:
        session.add(Setting(name="only_in_the_log", value="x"))
    log = database.with_name("cunyi.db-wal").read_bytes()
    killed.write_bytes(database.read_bytes())
    living.close()
    database.write_bytes(killed.read_bytes())
    database.with_name("cunyi.db-wal").write_bytes(log)

    clock.forward(minutes=1)
    aside = restore(clinic_desk.folder, KEY, made.file, clock())
    for file, count in ((aside, 1), (database, 0)):
        connection = connect(file, KEY, "rw" if file == database else "ro")
        found = connection.execute("SELECT count(*) FROM setting WHERE name = 'only_in_the_log'").fetchone()
        connection.close()
        assert found == (count,)


def test_a_damaged_database_is_set_aside_as_it_lies(clinic_desk, backups, clock):
    add_household(clinic_desk, "3组")
    made = backups.make()
    clinic_desk.sessions.close()
    database = clinic_desk.folder / "cunyi.db"
    overwrite(database, 0, b"\xff" * 4096)
    lying = database.read_bytes()
    database.with_name("cunyi.db-wal").write_bytes(b"a log of another life")
    clock.forward(minutes=1)
    aside = restore(clinic_desk.folder, KEY, made.file, clock())
    assert aside.read_bytes() == lying
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"a log of another life"
    assert groups(database) == ["3组"]


@pytest.mark.parametrize("damage", ["missing", "page", "cut", "empty", "foreign"])
def test_a_bad_backup_changes_nothing(clinic_desk, backups, damage):
    add_household(clinic_desk, "3组")
    made = backups.make()
    file = made.file
    if damage == "missing":
        file.unlink()
    elif damage == "page":
        overwrite(file, 4096 * 20, b"\xff" * 4096)
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[: 4096 * 20])
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        file.write_bytes(b"not a database at all, but long enough" * 400)
    clinic_desk.sessions.close()
    before = (clinic_desk.folder / "cunyi.db").read_bytes()
    with pytest.raises(EnvironmentFailure, match="没有改动"):
        restore(clinic_desk.folder, KEY, file, clinic_desk.now())
    assert (clinic_desk.folder / "cunyi.db").read_bytes() == before


def test_a_backup_of_another_desk_is_named_as_such(clinic_desk, backups):
    made = backups.make()
    with pytest.raises(EnvironmentFailure, match="另一个站或另一台电脑"):
        restore(clinic_desk.folder, bytes(32), made.file, clinic_desk.now())


def test_a_backup_of_a_newer_program_is_refused(clinic_desk, tmp_path):
    newer = tmp_path / "cunyi-newer.db"
    upgrade(newer, KEY)
    connection = connect(newer, KEY)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(EnvironmentFailure, match="9999"):
        restore(clinic_desk.folder, KEY, newer, clinic_desk.now())


def test_nothing_is_restored_while_somebody_has_the_database_open(clinic_desk, backups, make_desk_folder):
    folder, store = make_desk_folder()
    database = open_database(look(folder, store), for_window=False)
    made = Backups(database.desk_of(clinic_desk.actor)).make()
    key = DeskKey(folder, store).unlock()
    with pytest.raises(EnvironmentFailure, match="请先关掉它"):
        restore(folder, key, made.file, clinic_desk.now())
    database.close()
    restore(folder, key, made.file, clinic_desk.now())


def test_another_computer_opens_a_backup_by_the_recovery_key(make_desk_folder, clinic_desk, tmp_path):
    folder, store = make_desk_folder()
    database = open_database(look(folder, store))
    made = Backups(database.desk_of(clinic_desk.actor)).make(folder=tmp_path)
    paper = database.recovery_key()
    users = database.users()
    database.close()

    elsewhere, other_store = tmp_path / "another computer", MemoryStore()
    with pytest.raises(KeyLost):
        restore_on_this_computer(elsewhere, made.file, clinic_desk.now(), store=other_store)
    restore_on_this_computer(elsewhere, made.file, clinic_desk.now(), store=other_store, recovery_key=paper)
    opened = open_database(look(elsewhere, other_store))
    assert opened.users() == users
    opened.close()


def test_another_computer_opens_a_backup_by_the_passphrase_that_lies_wrapped_beside_it(
    make_desk_folder, clinic_desk, tmp_path
):
    folder, store = make_desk_folder(passphrase=PASSPHRASE)
    database = open_database(look(folder, store), passphrase=PASSPHRASE)
    made = Backups(database.desk_of(clinic_desk.actor)).make(folder=tmp_path)
    paper = database.recovery_key()
    database.close()

    elsewhere = tmp_path / "another computer"
    restore_on_this_computer(
        elsewhere, made.file, clinic_desk.now(), store=MemoryStore(), passphrase=PASSPHRASE
    )
    assert DeskKey(elsewhere, MemoryStore()).keeper() is Keeper.PASSPHRASE
    opened = open_database(look(elsewhere, MemoryStore()), passphrase=PASSPHRASE)
    assert opened.recovery_key() == paper
    opened.close()
