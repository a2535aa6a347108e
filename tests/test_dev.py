"""What dev.py decides: what it installs, what it starts, and what it says when it cannot."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).resolve().parent.parent
C_LIBRARY = "msvcrt" if dev.os.name == "nt" else "libc.so.6"
INSTALLED = {"lock": "run.txt", "sha256": "aa", "python": "3.11"}


def locked_names(lock: str) -> dict[str, str]:
    """Package name -> version of a lock file."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;]+)", text, re.MULTILINE))


def required_names(requirements: list[str]) -> set[str]:
    """The names of requirements as a lock writes them."""
    return {re.split(r"[<>=]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def test_an_old_python_can_read_it_far_enough_to_say_what_is_wrong():
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    statements = [type(node).__name__ for node in tree.body[:3]]
    assert statements == ["Expr", "Import", "If"]


def test_it_imports_the_standard_library_only():
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= dev.sys.stdlib_module_names


@pytest.mark.parametrize(
    ("system", "environment", "expected"),
    [
        ("Linux", {}, False),
        ("Linux", {"DISPLAY": ""}, False),
        ("Linux", {"DISPLAY": ":0"}, True),
        ("Linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("Windows", {}, True),
        ("Darwin", {}, True),
    ],
)
def test_only_linux_can_be_without_a_display(system, environment, expected):
    assert dev.has_display(system, environment) is expected


@pytest.mark.parametrize(
    ("arguments", "display", "expected"),
    [
        ([], True, []),
        ([], False, ["tour", "--out", str(Path("out/tour"))]),
        (["rule", "bmi"], False, ["rule", "bmi"]),
        (["--data", "d"], True, ["--data", "d"]),
    ],
)
def test_the_tour_takes_the_place_of_a_window_that_nobody_could_see(arguments, display, expected):
    assert dev.program_arguments(arguments, display, Path("out/tour")) == expected


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ({}, False),
        (INSTALLED, True),
        ({**INSTALLED, "sha256": "ab"}, False),
        ({**INSTALLED, "lock": "dev.txt"}, False),
        ({**INSTALLED, "lock": "dev.txt", "sha256": "bb"}, True),
    ],
)
def test_packages_are_installed_again_only_when_the_lock_changed(stamp, expected):
    assert dev.is_installed(stamp, [("run.txt", "aa"), ("dev.txt", "bb")]) is expected


def test_a_lock_is_the_same_with_the_line_ends_of_windows(tmp_path, monkeypatch):
    (tmp_path / "requirements").mkdir()
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    lock = tmp_path / "requirements" / "run.txt"
    lock.write_bytes(b"a==1\nb==2\n")
    with_unix_ends = dev.digest_of("run.txt")
    lock.write_bytes(b"a==1\r\nb==2\r\n")
    assert dev.digest_of("run.txt") == with_unix_ends


def test_only_what_is_missing_is_asked_for():
    there = {"libEGL.so.1"}
    assert dev.missing_packages({"libEGL.so.1": "libegl1", "libGL.so.1": "libgl1"}, there.__contains__) == ["libgl1"]


@pytest.mark.parametrize(("name", "expected"), [(C_LIBRARY, True), ("libno-such-thing.so.9", False)])
def test_a_library_is_looked_for_where_the_loader_would_look(name, expected):
    assert dev.library_is_there(name) is expected


@pytest.mark.parametrize(
    ("machine", "libc", "complains"),
    [
        ("x86_64", ("glibc", "2.33"), True),
        ("x86_64", ("glibc", "2.34"), False),
        ("aarch64", ("glibc", "2.36"), True),
        ("aarch64", ("glibc", "2.39"), False),
        ("x86_64", ("glibc", "3.0"), False),
        ("riscv64", ("glibc", "2.10"), False),
        ("x86_64", ("", ""), False),
    ],
)
def test_a_system_too_old_for_the_wheels_is_told_so(machine, libc, complains):
    assert bool(dev.glibc_complaint(machine, libc)) is complains


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (["WARNING: Retrying ... NewConnectionError('...')", "ERROR: No matching distribution found for alembic"], "network"),
        (["socket.gaierror: [Errno 11001] getaddrinfo failed"], "network"),
        (["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."], "nothing was installed"),
        (["ERROR: No matching distribution found for sqlcipher3==0.6.4"], "no ready-made package"),
        (["ERROR: Could not install packages due to an OSError: No space left on device"], "No space left on device"),
        (["something", "else"], "something | else"),
    ],
)
def test_one_sentence_says_why_the_packages_are_not_there(output, expected):
    complaint = dev.pip_complaint("run.txt", output)
    assert expected in complaint
    assert "\n" not in complaint


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (["Err:1 archive", "  Temporary failure resolving 'archive'", "E: Unable to locate package libegl1"], "network"),
        (["E: Unable to locate package libegl1"], "E: Unable to locate package libegl1"),
    ],
)
def test_one_sentence_says_why_the_system_packages_are_not_there(output, expected):
    complaint = dev.apt_complaint("Qt", "apt-get install libegl1", output)
    assert expected in complaint
    assert "\n" not in complaint


@pytest.mark.parametrize(("windows", "expected"), [(True, "Scripts/python.exe"), (False, "bin/python")])
def test_the_interpreter_is_found_on_both_systems(windows, expected):
    assert dev.venv_python(Path("v"), windows) == Path("v", expected)


@pytest.mark.parametrize(("arguments", "status"), [([], 0), (["--help"], 0), (["rnu"], 2)])
def test_without_a_command_it_says_what_there_is(arguments, status, capsys):
    assert dev.main(arguments) == status
    said = capsys.readouterr().out
    assert all(f"dev.py {command}" in said for command in dev.COMMANDS)


def test_clean_leaves_what_is_not_generated(tmp_path, monkeypatch):
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    for folder in (".venv/bin", "out/tour", "app/domain/__pycache__", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    assert dev.main(["clean"]) == 0
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["app", str(Path("app/domain")), "docs"]


def test_the_locks_hold_everything_that_the_project_requires():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert required_names(project["dependencies"]) <= set(locked_names("run.txt"))
    assert required_names(project["optional-dependencies"]["dev"]) <= set(locked_names("dev.txt"))


def test_the_developers_lock_holds_the_versions_that_users_run():
    assert locked_names("run.txt").items() <= locked_names("dev.txt").items()


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt"])
def test_a_lock_names_a_hash_for_every_package_and_no_index(lock):
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
