"""The tour: a whole working day played through the real window. Documentation, demonstration and test in one."""

from __future__ import annotations
