"""PDFs read back, and people to print."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdf
import pytest
from pypdf.generic import ContentStream

from app.printing.sheets import PersonHead


@dataclass(frozen=True)
class Word:
    """A piece of text with the place of its beginning, in points from the lower left corner, its type size and its end."""

    text: str
    x: float
    y: float
    size: float = 0
    end: float = 0


@dataclass(frozen=True)
class Rule:
    """A straight line drawn on a page."""

    x: float
    y: float
    to_x: float
    to_y: float


def unicode_of(font: Any) -> dict[int, str]:
    """What each code of a font means, from its ToUnicode table."""
    table = font["/ToUnicode"].get_data().decode("ascii")
    return {
        int(code, 16): bytes.fromhex(text).decode("utf-16-be")
        for code, text in re.findall(r"^<(\w\w)> <(\w{4,})>$", table, re.MULTILINE)
    }


def widths_of(font: Any) -> dict[int, float]:
    """The width of each code of a font, in thousandths of its size."""
    return {int(font["/FirstChar"]) + number: float(wide) for number, wide in enumerate(font["/Widths"])}


class Paper:
    """A PDF read back."""

    def __init__(self, data: bytes) -> None:
        self._reader = pypdf.PdfReader(BytesIO(data))

    @property
    def page_count(self) -> int:
        return len(self._reader.pages)

    @property
    def title(self) -> str:
        return self._reader.metadata.title

    def text(self, page: int | None = None) -> str:
        """The text of one page or of all, without any white space."""
        pages = self._reader.pages if page is None else [self._reader.pages[page]]
        return "".join("".join(found.extract_text().split()) for found in pages)

    def words(self, page: int = 0) -> list[Word]:
        """The pieces of text of a page where they begin, in drawn order."""
        content = self._reader.pages[page]
        return list(self._drawn(ContentStream(content.get_contents(), self._reader), content["/Resources"]))

    def _drawn(self, stream: ContentStream, resources: Any) -> Iterator[Word]:
        maps = {name: unicode_of(font) for name, font in resources["/Font"].items()}
        widths = {name: widths_of(font) for name, font in resources["/Font"].items()}
        x = y = size = spacing = 0.0
        advance: dict[int, float] = {}
        codes: dict[int, str] = {}
        for operands, operator in stream.operations:
            if operator == b"Tm":
                x, y = float(operands[4]), float(operands[5])
            elif operator == b"Tf":
                codes = maps[operands[0]]
                advance = widths[operands[0]]
                size = float(operands[1])
            elif operator == b"Tc":
                spacing = float(operands[0])
            elif operator == b"Tj":
                written = operands[0]
                data = written if isinstance(written, bytes) else written.original_bytes
                text = "".join(codes.get(code, "") for code in data)
                if text.strip():
                    shown = list(data.rstrip(b" ")) if text.endswith(" ") else list(data)
                    wide = sum(advance[code] * size / 1000 + spacing for code in shown) - spacing
                    yield Word(text.strip(), x, y, size, x + wide)
                x += sum(advance[code] * size / 1000 + spacing for code in data)
            elif operator == b"Do":
                form = resources["/XObject"][operands[0]]
                yield from self._drawn(ContentStream(form, self._reader), form["/Resources"])

    def height(self, page: int) -> float:
        """The height of a page in points."""
        return float(self._reader.pages[page].mediabox.height)

    def width(self, page: int) -> float:
        """The width of a page in points."""
        return float(self._reader.pages[page].mediabox.width)

    def rules(self, page: int = 0) -> list[Rule]:
        """The straight lines of a page."""
        content = self._reader.pages[page]
        return list(self._lines(ContentStream(content.get_contents(), self._reader), content["/Resources"]))

    def _lines(self, stream: ContentStream, resources: Any) -> Iterator[Rule]:
        x = y = 0.0
        for operands, operator in stream.operations:
            if operator == b"m":
                x, y = float(operands[0]), float(operands[1])
            elif operator == b"l":
                yield Rule(x, y, float(operands[0]), float(operands[1]))
            elif operator == b"Do":
                form = resources["/XObject"][operands[0]]
                yield from self._lines(ContentStream(form, self._reader), form["/Resources"])

    def on_paper(self, page: int, word: Word) -> tuple[float, float]:
        """Where a word comes to lie on a page that is moved and stretched as a whole, as overprints are."""
        content = self._reader.pages[page]
        for operands, operator in ContentStream(content.get_contents(), self._reader).operations[1:4]:
            if operator == b"cm":
                a, _b, _c, d, e, f = (float(value) for value in operands)
                return a * word.x + e, d * word.y + f
        return word.x, word.y

    def rows(self, page: int = 0, left: float = 0, right: float = 1000) -> list[str]:
        """The lines of text between two places across the page, from the top, without white space."""
        found: dict[int, list[Word]] = {}
        for word in self.words(page):
            if left <= word.x < right:
                found.setdefault(round(word.y), []).append(word)
        return [
            "".join("".join(word.text for word in sorted(found[y], key=lambda word: word.x)).split())
            for y in sorted(found, reverse=True)
        ]

    def fonts(self) -> dict[str, bool]:
        """The fonts of all pages, and whether each is embedded."""
        found: dict[str, bool] = {}
        for page in self._reader.pages:
            for font in page["/Resources"]["/Font"].values():
                font = font.get_object()
                found[str(font["/BaseFont"])] = "/FontFile2" in font.get("/FontDescriptor", {})
        return found

    def sizes_mm(self) -> list[tuple[int, int]]:
        """Width and height of each page."""
        return [
            (round(float(page.mediabox.width) / 72 * 25.4), round(float(page.mediabox.height) / 72 * 25.4))
            for page in self._reader.pages
        ]


@pytest.fixture
def paper() -> Callable[[bytes], Paper]:
    """Reads a PDF back."""
    return Paper


@pytest.fixture(scope="session")
def paper_of() -> Callable[[bytes], Paper]:
    """Reads a PDF back, for fixtures that outlive a test."""
    return Paper


@pytest.fixture
def person() -> PersonHead:
    return PersonHead("李桂兰", "41162410021500037")


@pytest.fixture
def visit() -> Callable[..., dict[str, Any]]:
    """Makes the answers of one hypertension visit."""

    def make(day: date = date(2026, 2, 9), **changes: object) -> dict[str, Any]:
        answers = {
            "visit_date": day, "visit_method": 1, "symptoms": [2, 5], "sbp": 148, "dbp": 88, "weight": Decimal("63.0"),
            "weight_target": Decimal("58.0"), "bmi": Decimal("25.89"), "bmi_target": Decimal("23.83"),
            "heart_rate": 74, "cigarettes": 3, "cigarettes_target": 0, "alcohol": Decimal("1.5"),
            "alcohol_target": Decimal("0"), "exercise_times": 4, "exercise_times_target": 6, "exercise_minutes": 20,
            "exercise_minutes_target": 45, "salt": 3, "salt_target": 1, "psych": 2, "compliance_behaviour": 1,
            "aux_exam": "血钾 4.1", "drug_adherence": 2, "adr": 2, "adr_note": "干咳", "visit_class": 2,
            "drugs": [
                {"name": "硝苯地平控释片", "times_per_day": 1, "dose": "1片"},
                {"name": "缬沙坦胶囊", "times_per_day": 2, "dose": "80mg"},
            ],
            "next_visit_date": date(2026, 2, 23), "doctor": "王明",
        }
        return {**answers, **changes}

    return make


@pytest.fixture
def diabetes_visit() -> dict[str, Any]:
    return {
        "visit_date": date(2026, 3, 4), "visit_method": 2, "symptoms": [2, 4], "sbp": 136, "dbp": 82,
        "dorsalis_pedis": 2, "dorsalis_pedis_side": 2, "staple_food": 310, "staple_food_target": 260,
        "fpg": Decimal("8.12"), "random_glucose": Decimal("11.25"), "hba1c": Decimal("7.5"),
        "hba1c_date": date(2026, 1, 20), "exam_other": "尿微量白蛋白阴性", "hypoglycaemia": 2,
        "insulin_kind": "门冬胰岛素30", "insulin_usage": "早12单位", "next_visit_date": date(2026, 6, 4),
    }


@pytest.fixture
def basic_information() -> dict[str, Any]:
    return {
        "sex": 2, "birth_date": "1955-03-08", "id_number": "411624195503084327", "workplace": "务农",
        "own_phone": "13800002716", "contact_name": "李大山", "contact_phone": "13800001180", "residence_type": 1,
        "ethnic_group": 1, "blood_abo": 3, "blood_rh": 2, "education": 10, "occupation": 4, "marital_status": 2,
        "payment_means": [2, 8], "payment_means_note": "村集体补助", "drug_allergy": [2, 5],
        "drug_allergy_note": "海鲜", "exposure": [1],
        "disease_history": [
            {"code": 2, "confirmed_ym": "2019-04"}, {"code": 6, "name": "胃癌", "confirmed_ym": "2021"},
            {"code": 13, "name": "痛风", "confirmed_ym": "2008-11"},
        ],
        "surgery": 2, "surgery_items": [{"name": "阑尾切除", "date": "1998-06"}], "trauma": 1, "transfusion": 1,
        "family_father": [2, 7], "family_mother": [1], "family_siblings": [12], "family_siblings_note": "哮喘",
        "family_children": [1], "hereditary": 2, "hereditary_note": "色盲", "disability": [4],
        "kitchen_exhaust": 2, "fuel": 6, "water": 3, "toilet": 5, "livestock_pen": 1,
    }


@pytest.fixture
def cover() -> dict[str, Any]:
    return {
        "record_no": "41162410021500037", "name": "李桂兰", "current_address": "柳庄乡柳庄村3组",
        "registered_address": "柳庄乡柳庄村3组12号", "phone": "13800002716", "township_name": "柳庄乡",
        "village_name": "柳庄村村民委员会", "created_org": "柳庄村卫生室", "created_by": "王明",
        "responsible_doctor": "赵医生", "created_date": date(2019, 4, 1),
    }
