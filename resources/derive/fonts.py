"""Fetch the fonts of resources/fonts again from the packages they came from, byte for byte.

Needs npm and apt-get (Debian 12) with their ordinary settings. Writes only files whose SHA-256 is the one
recorded here, so a run on an unchanged tree changes nothing:

    python3 resources/derive/fonts.py
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "fonts"


@dataclass(frozen=True)
class Font:
    """One font file: our name, the package (`npm` or `deb`) with its version, the path inside, the SHA-256."""

    name: str
    kind: str
    package: str
    member: str
    sha256: str


SANS = "@expo-google-fonts/noto-sans-sc@0.4.3"
SERIF = "@expo-google-fonts/noto-serif-sc@0.4.3"
WENKAI = "fonts-lxgw-wenkai=1.250+repack-1"
HANAZONO = "fonts-hanazono=20170904-2.1"

SOURCES = (
    Font(
        "NotoSansSC-Regular.ttf",
        "npm",
        SANS,
        "package/400Regular/NotoSansSC_400Regular.ttf",
        "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16",
    ),
    Font(
        "NotoSansSC-Bold.ttf",
        "npm",
        SANS,
        "package/700Bold/NotoSansSC_700Bold.ttf",
        "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
    ),
    Font(
        "NotoSerifSC-Regular.ttf",
        "npm",
        SERIF,
        "package/400Regular/NotoSerifSC_400Regular.ttf",
        "c358a69de3df5f423a8946a7b03e3126fb6ba116f1130a463455b4e39e1f0742",
    ),
    Font(
        "NotoSerifSC-Bold.ttf",
        "npm",
        SERIF,
        "package/700Bold/NotoSerifSC_700Bold.ttf",
        "9c6a2ba736e4b499c84f65ce366bd3625c0401885fd3e585ace50fb738b96ff6",
    ),
    Font(
        "LXGWWenKai-Regular.ttf",
        "deb",
        WENKAI,
        "usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
        "bbf534b0ca093928f94d1782855e65a19a32cde82b075d495d072025521953c8",
    ),
    Font(
        "HanaMinB.ttf",
        "deb",
        HANAZONO,
        "usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
        "829543436cdf7b4c6730e2af5806fa406f8ddf0d4b656e0cd49c58d4db1c8d3c",
    ),
)


def sha256(file: Path) -> str:
    """The SHA-256 of a file in lower-case hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def unpack_npm(package: str, into: Path) -> None:
    """Fetch an npm package and unpack it; its files lie below `package/`."""
    subprocess.run(["npm", "pack", "--silent", package], cwd=into, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(into.glob("*.tgz"))) as archive:
        archive.extractall(into, filter="data")


def unpack_deb(package: str, into: Path) -> None:
    """Fetch a Debian package and unpack it; its files lie below `usr/`."""
    subprocess.run(["apt-get", "download", package], cwd=into, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["dpkg", "-x", str(next(into.glob("*.deb"))), str(into)], check=True)


def main() -> int:
    """Fetch what differs; exit status 1 when a package holds another file than the recorded one."""
    unpack = {"npm": unpack_npm, "deb": unpack_deb}
    wanted = [font for font in SOURCES if not (FONTS / font.name).exists() or sha256(FONTS / font.name) != font.sha256]
    for package in dict.fromkeys(font.package for font in wanted):
        with tempfile.TemporaryDirectory() as folder:
            fonts = [font for font in wanted if font.package == package]
            unpack[fonts[0].kind](package, Path(folder))
            for font in fonts:
                source = Path(folder, font.member)
                if sha256(source) != font.sha256:
                    sys.stderr.write(f"{package}: {font.member} is not the recorded file\n")
                    return 1
                (FONTS / font.name).write_bytes(source.read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
