"""A believable sample clinic and township, made from a fixed seed. Every person in it is invented."""

from __future__ import annotations
