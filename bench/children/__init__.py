"""Programs that a measurement starts as processes of their own, where start or memory is what is measured."""

from __future__ import annotations
