"""The acts of the tour, one module each. An act is `play(day)`; it goes on where the one before it ended."""

from __future__ import annotations
