"""The machine that the figures come from, and how much memory a process has."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("PySide6-Essentials", "SQLAlchemy", "sqlcipher3", "reportlab", "openpyxl")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Memory:
    """Resident memory of a process in MB: now, and the most it ever had."""

    now: float
    peak: float


def description() -> str:
    """System, processor, cores, memory and Python, without the machine's name."""
    parts = [system_name(), platform.machine(), f"{os.cpu_count()} cores", memory_size(), f"Python {platform.python_version()}"]
    return ", ".join(part for part in parts if part)


def system_name() -> str:
    """The distribution on Linux, else system and release."""
    if sys.platform.startswith("linux"):
        try:
            return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
        except OSError:
            return "Linux"
    return f"{platform.system()} {platform.release()}"


def memory_size() -> str:
    """The machine's memory; empty where the system does not tell."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return ""
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1024**3:.0f} GB"


def versions() -> str:
    """The packages whose speed is part of the figures."""
    return ", ".join(f"{name} {version(name)}" for name in PACKAGES)


@dataclass(frozen=True)
class Moment:
    """A moment, with the processor time that this program and its ended children, and all programs, had used until then.

    In seconds; `everybody` None where the system does not tell.
    """

    at: float
    ours: float
    everybody: float | None


def moment() -> Moment:
    """Now."""
    times = os.times()
    ours = times.user + times.system + times.children_user + times.children_system
    everybody = None
    if sys.platform.startswith("linux"):
        # proc(5): user, nice, system, idle, iowait, irq, softirq, steal, and guests, who are counted in user already.
        ticks = [int(field) for field in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]]
        everybody = (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
    return Moment(time.monotonic(), ours, everybody)


def others_cores(before: Moment, after: Moment) -> float | None:
    """How many cores other programs kept busy on average; None where the system does not tell."""
    if before.everybody is None or after.everybody is None or after.at <= before.at:
        return None
    others = (after.everybody - before.everybody) - (after.ours - before.ours)
    return max(0.0, others / (after.at - before.at))


def memory_of(pid: int) -> Memory | None:
    """The memory of a process; None on systems other than Linux and Windows."""
    if sys.platform.startswith("linux"):
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        told = dict(line.split(":", 1) for line in status.splitlines())
        return Memory(*(int(told[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")))
    return windows_memory_of(pid) if sys.platform == "win32" else None


class _Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of psapi.h."""

    _fields_ = (
        ("cb", ctypes.c_uint32),
        ("page_fault_count", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        *((name, ctypes.c_size_t) for name in ("a", "b", "c", "d", "pagefile", "peak_pagefile")),
    )


def windows_memory_of(pid: int) -> Memory | None:
    """The working set of a process; None when Windows does not tell it."""
    may_ask = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(may_ask, False, pid)
    if not handle:
        return None
    counters = _Counters(cb=ctypes.sizeof(_Counters))
    try:
        found = kernel.K32GetProcessMemoryInfo(ctypes.c_void_p(handle), ctypes.byref(counters), counters.cb)
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))
    return Memory(counters.working_set / MEGABYTE, counters.peak_working_set / MEGABYTE) if found else None
