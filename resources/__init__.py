"""Data that the program reads: fonts, icons, translations, code lists. No code but the way to them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """The file or folder `parts` below resources/, for example `path("fonts", "NotoSansSC-Regular.ttf")`.

    Works in a checkout, an installed package and a one-folder build, which all keep resources as real files.
    Raises FileNotFoundError when there is no such file: a name is wrong or the installation is damaged.
    """
    found = ROOT.joinpath(*parts)
    if not found.exists():
        raise FileNotFoundError(f"resources/{'/'.join(parts)}")
    return found
