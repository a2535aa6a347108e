"""The installed PySide6 keeps the reference count of None.

PySide6 6.12.0 on Python 3.11 takes one reference of None away at each call that returns None; after some thousands
of them the interpreter ends with "Fatal Python error: none_dealloc". pyproject.toml keeps such versions out.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CALLS = 12_000

PROBE = f"""
import sys
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel

application = QApplication([])
label, font, image = QLabel(), QFont(), QImage(8, 8, QImage.Format.Format_ARGB32)
painter = QPainter(image)
before = sys.getrefcount(None)
for _ in range({CALLS // 3}):
    label.setText("x")
    label.setFont(font)
    painter.drawLine(0, 0, 7, 7)
after = sys.getrefcount(None)
painter.end()
print(before, after)
"""


@pytest.fixture(scope="module")
def probe() -> subprocess.CompletedProcess[str]:
    """The loop in a process of its own, which a faulty version ends."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=False)


def test_thousands_of_calls_that_return_none_end_well(probe):
    assert probe.returncode == 0, probe.stderr


def test_calls_that_return_none_take_no_reference_of_none_away(probe):
    before, after = map(int, probe.stdout.split())
    assert after >= before - CALLS // 100
