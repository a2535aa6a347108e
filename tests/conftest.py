"""What every test shares: windows are drawn offscreen unless the caller chose a display."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
