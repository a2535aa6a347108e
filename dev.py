#!/usr/bin/env python3
"""Everything a developer types, on Linux and Windows, with nothing installed but Python 3.11 or newer:

    python3 dev.py run [ARGS]    open the program; ARGS are those of `cunyi` (docs: the command line)
    python3 dev.py test [ARGS]   lint, then the test suite; ARGS go to pytest
    python3 dev.py lint          ruff and the layer contracts
    python3 dev.py bench [ARGS]  the measurements behind the figures of the README
    python3 dev.py build         a folder dist/cunyi that runs without Python, for this kind of system
    python3 dev.py clean         remove what the other commands made

The first run makes .venv and installs the locked packages (hash-checked); later ones do so only when the lock
has changed. On Debian and Ubuntu it installs missing system packages as root, and names them to anyone else.
Where there is no display, `run` plays the guided tour offscreen and says where its pictures and sheets are.

Standard library only. The text must stay readable to Python 3.6, so that an old Python can say what is wrong:
no annotations import, no newer syntax.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Cunyi needs Python 3.11 or newer, and this is Python {}.{} ({}): "
        "install a newer one and start dev.py with it.".format(sys.version_info[0], sys.version_info[1], sys.executable)
    )

import collections
import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
TOUR = ROOT / "out" / "tour"
GENERATED = (
    ".venv", "build", "dist", "out", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", "cunyi.egg-info",
)

# Library that Qt loads by name -> Debian and Ubuntu package (where 64-bit time renamed one, the old name is still provided).
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxkbcommon.so.0": "libxkbcommon0",
}
X11_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# Program that only the tests start -> package.
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-run-session": "dbus-daemon",
    "gnome-keyring-daemon": "gnome-keyring",
}
# The longest files have few tests: in order of their names none of them comes last and alone.
IN_TWO_PROCESSES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
# The oldest glibc that the Qt wheels of the lock run on.
OLDEST_GLIBC = {"x86_64": (2, 34), "aarch64": (2, 39)}

NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Failed to establish a new connection|Temporary failure in name resolution"
    r"|Network is unreachable|Connection refused|ConnectTimeout|Connection timed out|Read timed out|ProxyError"
    r"|Failed to resolve|Could not resolve|Temporary failure resolving|Could not connect to|getaddrinfo failed",
    re.IGNORECASE,
)


class Stop(Exception):
    """Ends the run with one clear sentence for the reader."""


# What is decided (pure) ------------------------------------------------------------------------------------


def venv_python(venv: Path, windows: bool) -> Path:
    """The interpreter inside a virtual environment."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def has_display(system: str, environment: dict[str, str]) -> bool:
    """Whether a window could be opened; Linux without X11 and Wayland has none."""
    return system != "Linux" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def program_arguments(arguments: list[str], display: bool, tour: Path) -> list[str]:
    """What the program is started with: the tour takes the place of a window that nobody could see."""
    return arguments if arguments or display else ["tour", "--out", str(tour)]


def missing_packages(libraries: dict[str, str], is_there: "collections.abc.Callable[[str], bool]") -> list[str]:
    """The system packages of those libraries or programs that are not there, in order of name."""
    return sorted(package for name, package in libraries.items() if not is_there(name))


def is_installed(stamp: dict[str, str], wanted: list[tuple[str, str]]) -> bool:
    """Whether the environment's stamp fits any of the (lock name, SHA-256) that would do."""
    return any(stamp.get("lock") == name and stamp.get("sha256") == digest for name, digest in wanted)


def glibc_complaint(machine: str, libc: tuple[str, str]) -> str:
    """One sentence when this system's C library is too old for the Qt wheels, else an empty text."""
    name, version = libc
    oldest = OLDEST_GLIBC.get(machine)
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if name != "glibc" or oldest is None or len(numbers) < 2 or numbers >= oldest:
        return ""
    return (
        f"Qt needs glibc {oldest[0]}.{oldest[1]} or newer on {machine}, and this system has {version}: "
        "use a newer Linux (Debian 12, Ubuntu 24.04 or later)."
    )


def pip_complaint(lock: str, output: list[str]) -> str:
    """One sentence on why pip failed, from the lines that it wrote."""
    text = "\n".join(output)
    if NO_NETWORK.search(text):
        return (
            f"The packages of requirements/{lock} could not be fetched because the package index cannot be reached: "
            "connect this computer to the network (or name a mirror in PIP_INDEX_URL) and give the same command again."
        )
    if "DO NOT MATCH THE HASHES" in text:
        return f"A fetched package is not the one that requirements/{lock} names by its hash: nothing was installed."
    if "No matching distribution" in text:
        return (
            f"There is no ready-made package for Python {platform.python_version()} on this {platform.system()} "
            f"{platform.machine()}: " + next(line for line in output if "No matching distribution" in line)
        )
    return "pip failed: " + " | ".join([line for line in output if "ERROR" in line] or output[-3:])


def apt_complaint(purpose: str, command: str, output: list[str]) -> str:
    """One sentence on why apt-get failed, from the lines that it wrote."""
    if NO_NETWORK.search("\n".join(output)):
        reason = "the package archive cannot be reached: connect this computer to the network and try again."
    else:
        reason = " | ".join([line for line in output if line.startswith("E:")] or output[-2:])
    return f"{purpose} needs system packages that could not be installed ({command}): {reason}"


# What is done ----------------------------------------------------------------------------------------------


def library_is_there(name: str) -> bool:
    """Whether the system's loader finds a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def program_is_there(name: str) -> bool:
    """Whether a program is on the path."""
    return shutil.which(name) is not None


def need_system_packages(packages: list[str], purpose: str) -> None:
    """Install Debian packages as root; tell anyone else which. Raises Stop when they are still missing then."""
    if not packages:
        return
    install = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if not program_is_there("apt-get"):
        raise Stop(f"{purpose} needs what Debian and Ubuntu call {' '.join(packages)}: install them and try again.")
    if os.geteuid() != 0:
        raise Stop(f"{purpose} needs some system packages; please run: sudo {install}")
    print(f"Installing system packages: {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update", install):
        done = subprocess.run(
            [*command.split(), "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::http::Timeout=20"],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", check=False,
        )
        if done.returncode != 0 and command == install:
            raise Stop(apt_complaint(purpose, install, done.stdout.strip().splitlines()))


def need_system(display: bool, tests: bool) -> None:
    """See that Linux has the libraries that Qt opens, and for the tests the programs that they start."""
    if platform.system() != "Linux":
        return
    complaint = glibc_complaint(platform.machine(), platform.libc_ver())
    if complaint:
        raise Stop(complaint)
    libraries = {**QT_LIBRARIES, **X11_LIBRARIES} if display or tests else QT_LIBRARIES
    packages = missing_packages(libraries, library_is_there)
    if tests:
        packages += missing_packages(TEST_PROGRAMS, program_is_there)
    need_system_packages(packages, "The test suite" if tests else "Qt")


def read_stamp() -> dict[str, str]:
    """What the virtual environment holds; empty when that is unknown, as after an interrupted run."""
    python = venv_python(VENV, os.name == "nt")
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        started = subprocess.run(
            [str(python), "-c", "import sys; print(sys.version)"], capture_output=True, text=True, check=True
        )
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    return stamp if stamp.get("python") == started.stdout.strip() else {}


def digest_of(lock: str) -> str:
    """The SHA-256 of a lock file, whatever its line ends."""
    return hashlib.sha256((ROOT / "requirements" / lock).read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def make_venv() -> None:
    """A new, empty virtual environment in place of whatever lies there."""
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        need_system_packages([package], "Making a virtual environment")
    print("Making .venv", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", check=False,
    )
    if made.returncode != 0:
        raise Stop("Making .venv failed: " + " | ".join(made.stdout.strip().splitlines()[-2:]))


def run_pip(python: Path, lock: str) -> tuple[int, list[str]]:
    """Install a lock; shows each download, returns pip's exit status and its last lines."""
    command = [
        str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off",
        "--retries", "3", "--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / "requirements" / lock),
    ]
    last = collections.deque(maxlen=200)
    environment = {**os.environ, "PYTHONUTF8": "1"}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace",
    ) as pip:
        for line in pip.stdout:
            last.append(line.strip())
            if line.strip().startswith("Downloading "):
                print("  " + line.strip(), flush=True)
    return pip.returncode, list(last)


def need_packages(lock: str) -> Path:
    """See that .venv holds the packages of a lock; returns its interpreter. dev.txt holds all of run.txt."""
    python = venv_python(VENV, os.name == "nt")
    stamp = read_stamp()
    enough = [(name, digest_of(name)) for name in dict.fromkeys((lock, "dev.txt"))]
    if is_installed(stamp, enough):
        return python
    if not stamp:
        make_venv()
    STAMP.unlink(missing_ok=True)
    print(f"Installing the packages of requirements/{lock} (once; about 300 MB)", flush=True)
    status, output = run_pip(python, lock)
    if status != 0:
        raise Stop(pip_complaint(lock, output))
    version = subprocess.run([str(python), "-c", "import sys; print(sys.version)"], capture_output=True, text=True, check=True)
    written = {"lock": lock, "sha256": digest_of(lock), "python": version.stdout.strip()}
    STAMP.write_text(json.dumps(written), encoding="utf-8")
    return python


def start(python: Path, *arguments: str, offscreen: bool = False, here: bool = False) -> int:
    """Run the environment's Python on this checkout; `here` keeps the caller's folder for relative paths."""
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    if offscreen:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return subprocess.call([str(python), "-P", *arguments], cwd=None if here else str(ROOT), env=environment)


def run(arguments: list[str]) -> int:
    """Open the program, or play the tour where nobody could see a window."""
    display = has_display(platform.system(), dict(os.environ))
    need_system(display, tests=False)
    python = need_packages("run.txt")
    started_with = program_arguments(arguments, display, TOUR)
    status = start(python, "-m", "ui.start", *started_with, offscreen=not display, here=True)
    if status == 0 and not arguments and not display:
        print(f"There is no display, so a working day was played offscreen: pictures in {TOUR / 'screens'},", end=" ")
        print(f"printed sheets (PDF) in {TOUR / 'sheets'}.")
    return status


def lint(arguments: list[str]) -> int:
    """Ruff, then the layer contracts of pyproject.toml."""
    python = need_packages("dev.txt")
    ruff = start(python, "-m", "ruff", "check", "--output-format", "concise", *arguments)
    contracts = start(python, "-c", "from importlinter.cli import lint_imports_command as check; check()", "--no-cache")
    return ruff or contracts


def test(arguments: list[str]) -> int:
    """Lint, then pytest in two processes, a file in one of them, so that what its tests share is made once.

    Both are run, either fails the whole.
    """
    need_system(display=False, tests=True)
    python = need_packages("dev.txt")
    linted = lint([])
    tested = start(python, "-m", "pytest", *IN_TWO_PROCESSES, *arguments, offscreen=True)
    return tested or linted


def bench(arguments: list[str]) -> int:
    """The measurements of bench/, offscreen."""
    need_system(display=False, tests=False)
    return start(need_packages("run.txt"), "-m", "bench", *arguments, offscreen=True)


def build(arguments: list[str]) -> int:
    """A folder with the program and all it needs, made by PyInstaller from build.spec."""
    need_system(display=True, tests=False)
    python = need_packages("dev.txt")
    status = start(python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *arguments, "build.spec")
    if status == 0:
        print(f"The program is in {ROOT / 'dist' / 'cunyi'}.")
    return status


def clean(arguments: list[str]) -> int:
    """Remove everything that can be made again."""
    for name in GENERATED:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for folder in ("app", "bench", "db", "resources", "tests", "ui"):
        for cache in sorted((ROOT / folder).rglob("__pycache__")):
            shutil.rmtree(cache, ignore_errors=True)
    return 0


COMMANDS = {"run": run, "test": test, "lint": lint, "bench": bench, "build": build, "clean": clean}


def main(arguments: list[str]) -> int:
    """Carry out one command; its exit status is that of what it started."""
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__.split("\n\n")[0] + "\n\n" + __doc__.split("\n\n")[1])
        return 0 if arguments[:1] in ([], ["-h"], ["--help"]) else 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
