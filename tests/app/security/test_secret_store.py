"""The homes of secrets. The real Secret Service runs in a session of its own; nothing of the user's keyring is touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.security.secret_store import MemoryStore, NoKeyring, SilentStore

ROOT = Path(__file__).resolve().parents[3]
UNLOCKED = 'printf %s "password of the keyring" | gnome-keyring-daemon --unlock --components=secrets'
LOCKED = "gnome-keyring-daemon --start --components=secrets"
REPORT_REFUSAL = """
from app.security.secret_store import KeyringStore, NoKeyring
try:
    {call}
except NoKeyring as refusal:
    print(refusal)
"""


def run(home, program, command=(), **environment):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_DATA_HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        **environment,
    }
    done = subprocess.run(
        [*command, sys.executable, "-c", program],
        env=environment,
        cwd=home,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_session(home, daemon, program):
    script = f'{daemon} >/dev/null 2>&1; exec "$0" "$@"'
    return run(home, program, ("dbus-run-session", "--", "sh", "-c", script))


def test_the_real_secret_service_keeps_replaces_and_forgets(tmp_path):
    program = """
from app.security.secret_store import KeyringStore
store = KeyringStore()
print(store.get("desk"))
store.set("desk", "first")
store.set("desk", "second")
print(KeyringStore().get("desk"))
store.delete("desk")
store.delete("desk")
print(store.get("desk"))
"""
    assert in_session(tmp_path, UNLOCKED, program).split() == ["None", "second", "None"]


def test_what_the_real_secret_service_keeps_is_not_plain_on_the_disk(tmp_path):
    program = """
from app.security.secret_store import KeyringStore
KeyringStore().set("desk", "a secret that nobody may read")
"""
    in_session(tmp_path, UNLOCKED, program)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.suffix == ".keyring" for file in files)
    assert [file for file in files if b"a secret that nobody may read" in file.read_bytes()] == []


def test_a_desk_is_founded_and_opened_again_with_the_real_secret_service(tmp_path):
    program = """
from pathlib import Path
from app.startup import create_desk, look, open_database, open_for_command
from tests.desks import PIN, answers
folder = Path("desk")
create_desk(folder, answers()).close()
opening = look(folder)
database = open_database(opening)
[user] = database.users()
print(opening.state.value, database.keeper().value, database.sign_in(user.id, PIN).actor.name)
print(look(folder).state.value)
database.close()
"""
    assert in_session(tmp_path, UNLOCKED, program).split() == ["ready", "keyring", "王明", "in_use"]
    said = in_session(tmp_path, LOCKED, "from app.startup import look; from pathlib import Path; print(look(Path('desk')).state)")
    assert said.strip() == "keyring_silent"


def test_a_real_keyring_that_stays_locked_is_told(tmp_path):
    in_session(tmp_path, UNLOCKED, 'from app.security.secret_store import KeyringStore; KeyringStore().set("a", "b")')
    said = in_session(tmp_path, LOCKED, REPORT_REFUSAL.format(call='KeyringStore().get("a")'))
    assert "密钥环还锁着" in said


@pytest.mark.parametrize("call", ['KeyringStore().get("a")', 'KeyringStore().set("a", "b")', 'KeyringStore().delete("a")'])
def test_a_computer_without_a_keyring_is_told(tmp_path, call):
    said = run(tmp_path, REPORT_REFUSAL.format(call=call), DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
    assert "密钥环没有应答" in said


@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", "plain.Keyring"])
def test_a_backend_that_keeps_nothing_or_keeps_it_plain_is_never_used(tmp_path, backend):
    (tmp_path / "plain.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Keyring(KeyringBackend):\n"
        "    priority = 9\n"
        "    def get_password(self, service, name): return open('plain.txt').read()\n"
        "    def set_password(self, service, name, secret): open('plain.txt', 'w').write(secret)\n"
        "    def delete_password(self, service, name): pass\n",
        encoding="utf-8",
    )
    said = run(
        tmp_path,
        REPORT_REFUSAL.format(call='KeyringStore().set("a", "b")'),
        PYTHON_KEYRING_BACKEND=backend,
        PYTHONPATH=f"{ROOT}{os.pathsep}{tmp_path}",
    )
    assert "密钥环没有应答" in said
    assert not (tmp_path / "plain.txt").exists()


def test_memory_keeps_replaces_and_forgets():
    store = MemoryStore()
    assert store.get("desk") is None
    store.set("desk", "first")
    store.set("desk", "second")
    assert store.get("desk") == "second"
    store.delete("desk")
    store.delete("desk")
    assert store.get("desk") is None


def test_a_silent_store_refuses_everything():
    for call in (lambda: SilentStore().get("a"), lambda: SilentStore().set("a", "b"), lambda: SilentStore().delete("a")):
        with pytest.raises(NoKeyring):
            call()
