"""Makes docs/images anew: the tour is played into a temporary folder and the pictures that the pages show are kept.

    python docs/make_pictures.py

Everybody on the pictures is invented.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PICTURES = {
    "first_start": "first_start",
    "first_start_place": "first_start_place",
    "today": "today",
    "resident": "resident",
    "registration": "registration",
    "likely_duplicate": "likely_duplicate",
    "changes_of_the_record": "changes_of_the_record",
    "import_columns": "import_columns",
    "import_rows": "import_rows",
    "preview": "preview_赵春兰_个人基本信息表",
    "routine_visit": "routine_visit",
    "followup_referral": "follow-up_with_referral_proposed",
    "both_diseases": "both_diseases",
    "drug_request": "drug_request",
    "drug_request_decided": "drug_request_decided",
    "review_decided": "review_decided",
    "fingerprint": "fingerprint_of_the_township",
}
"""What a page calls a picture, and what the tour calls it."""
COLOURS = 256
"""Enough for a screen of few colours, and a third of the size."""


def main() -> int:
    """Play the tour and keep its pictures; gives the tour's exit status."""
    from ui.tour.run import play_to

    with tempfile.TemporaryDirectory(prefix="cunyi-pictures-") as folder:
        status = play_to(Path(folder))
        if status == 0:
            keep(Path(folder) / "screens")
    return status


def keep(screens: Path) -> None:
    """Write the pictures of the pages, with few colours."""
    from PIL import Image

    IMAGES.mkdir(exist_ok=True)
    for name, taken in PICTURES.items():
        (file,) = [each for each in screens.glob("*.png") if each.stem.split("_", 1)[1] == taken]
        with Image.open(file) as picture:
            few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            few.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
