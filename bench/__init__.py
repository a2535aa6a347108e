"""The measurements behind the figures of the README: every one beside a plain baseline, in the same run.

Run by `python3 dev.py bench`; each module of a measurement has `measure(quick) -> list[Row]`.
"""

from __future__ import annotations
