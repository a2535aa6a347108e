"""Makes docs/images anew: the tour is played into a temporary folder and the pictures that the pages show are kept.

    python docs/make_pictures.py

Everybody on the pictures is invented.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
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
    "dispensing": "dispensing",
    "dispensing_register": "dispensing_register",
    "stock_balances": "stock_balances",
    "stock_card": "stock_card",
    "stock_near_expiry": "stock_near_expiry",
    "stock_cold_chain": "stock_cold_chain",
    "stock_opening": "stock_opening",
    "stocktake_review": "stocktake_review",
    "review_share": "review_share",
    "review_pivot": "review_pivot",
    "review_release": "review_release",
    "supply_allocated": "supply_allocated",
    "receiving": "receiving",
    "supply_needs": "supply_needs",
    "supply_distributors": "supply_distributors",
    "clinic_month": "clinic_month",
    "settlement_months": "settlement_months",
    "settlement_differences": "settlement_differences",
    "clinic_statement": "clinic_statement",
    "random_check": "random_check",
    "stocktake": "stocktake",
    "shortages": "shortages",
    "shortages_township": "shortages_township",
    "catalogue": "catalogue",
    "catalogue_shares": "catalogue_shares",
    "people_chosen": "people_chosen_for_the_day_sheet",
    "day_sheet": "day_sheet_half_filled",
    "form_screening": "screening_round",
    "screening_results": "screening_results",
    "record_folder": "folder_of_the_record",
    "record_lacks": "what_the_record_lacks",
    "attachment": "attachment",
    "form_chooser": "form_chosen_by_the_letters_of_its_name",
    "form_offers": "examination_offers_the_pressure_of_the_day",
    "form_comparison": "examination_against_last_time",
    "form_changes": "changes_that_go_through",
    "form_led_to": "led_to_the_field_that_lacks",
    "line_code": "line_code_found",
    "print_window": "batch_print",
    "overprint": "overprint",
    "overprint_sheet": "preview_王秀英",
    "calibration": "preview_套打校准页",
    "printing_settings": "printing_settings",
}
"""What a page calls a picture, and what the tour calls it."""
SHEETS = {
    "sheet_health_exam": "王秀英 健康体检表",
    "sheet_htn_followup": "李桂兰 2026 年随访表",
    "resident_sheet": "给居民的单子",
}
"""What a page calls the first page of a printed sheet, and what the tour calls the sheet."""
PAGE_WIDTH = 720
OF_FORMS = "form_"
"""The pictures of the gallery: one for each form."""
COLOURS = 256
"""Enough for a screen of few colours, and a third of the size."""


def main() -> int:
    """Play the tour and the gallery of forms, and keep their pictures; gives the tour's exit status."""
    from ui.tour.run import play_to

    with tempfile.TemporaryDirectory(prefix="cunyi-pictures-") as folder:
        tour, gallery = Path(folder) / "tour", Path(folder) / "gallery"
        status = play_to(tour) or play_to(gallery, ("first_start", "gallery"))
        if status == 0:
            taken = by_name(tour / "screens")
            keep({name: taken[file] for name, file in PICTURES.items()})
            keep({name: first_page(tour / "sheets" / f"{sheet}.pdf") for name, sheet in SHEETS.items()})
            keep({name: file for name, file in by_name(gallery / "screens").items() if name.startswith(OF_FORMS)})
    return status


def by_name(screens: Path) -> dict[str, Path]:
    """The pictures that were taken, without the numbers before their names; of two of one name the first."""
    return {file.stem.split("_", 1)[1]: file for file in sorted(screens.glob("*.png"), reverse=True)}


def first_page(sheet: Path) -> Path:
    """A picture of the first page of a printed sheet, beside it."""
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtPdf import QPdfDocument

    document = QPdfDocument()
    document.load(str(sheet))
    points = document.pagePointSize(0)
    size = QSize(PAGE_WIDTH, round(PAGE_WIDTH * points.height() / points.width()))
    page = QImage(size, QImage.Format.Format_RGB32)
    page.fill(0xFFFFFFFF)
    painter = QPainter(page)
    painter.drawImage(0, 0, document.render(0, size))
    painter.end()
    page.save(str(sheet.with_suffix(".png")))
    return sheet.with_suffix(".png")


def keep(pictures: Mapping[str, Path]) -> None:
    """Write the pictures of the pages, with few colours."""
    from PIL import Image

    IMAGES.mkdir(exist_ok=True)
    for name, file in pictures.items():
        with Image.open(file) as picture:
            few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            few.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
