"""药品标签: a roll of 60 × 40 mm and sheets of 3 × 7."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import pytest
from pypdf import PdfReader

from app.printing.labels import LabelContent, label_lines, label_sheet_pdf, labels_pdf

LABEL = LabelContent(
    clinic="柳庄村卫生室", phone="0394-5550101", resident="李桂兰", drug="苯磺酸氨氯地平片", strength="5mg", quantity="28 片",
    usage="每日 1 次，每次 1片，早饭后", times="早", days="28 天", batch_no="A2026001", expiry="2027-12-31",
    given_on="2026-11-22",
)  # fmt: skip


def pages(pdf):
    return PdfReader(BytesIO(pdf)).pages


def words(page):
    return page.extract_text().replace("\n", "").replace(" ", "")


def test_a_label_says_everything_on_sixty_by_forty_millimetres():
    [page] = pages(labels_pdf([LABEL]))
    assert (round(float(page.mediabox.width) / 72 * 25.4), round(float(page.mediabox.height) / 72 * 25.4)) == (60, 40)
    text = words(page)
    for part in ("李桂兰", "苯磺酸氨氯地平片5mg", "每日1次，每次1片，早饭后", "28片28天", "批号A2026001", "有效期至2027-12-31",
                 "柳庄村卫生室", "2026-11-22"):  # fmt: skip
        assert part in text


def test_every_label_has_its_page():
    assert len(pages(labels_pdf([LABEL] * 3))) == 3


@pytest.mark.parametrize(("count", "first", "sheets"), [(1, 1, 1), (21, 1, 1), (22, 1, 2), (1, 21, 1), (2, 21, 2)])
def test_labels_fill_the_free_places_of_a_sheet(count, first, sheets):
    made = pages(label_sheet_pdf([LABEL] * count, first=first))
    assert len(made) == sheets
    assert sum(words(page).count("李桂兰") for page in made) == count
    assert round(float(made[0].mediabox.width) / 72 * 25.4) == 210


@pytest.mark.parametrize("first", [0, 22, -1])
def test_a_sheet_has_twenty_one_places(first):
    with pytest.raises(ValueError, match="places"):
        label_sheet_pdf([LABEL], first=first)


def test_nothing_to_print_is_no_document():
    with pytest.raises(ValueError, match="no label"):
        labels_pdf([])
    with pytest.raises(ValueError, match="no label"):
        label_sheet_pdf([])


LONG = replace(
    LABEL, drug="重组甘精胰岛素注射液（预填充笔芯）特别长的药品名称", usage="早餐前三十分钟皮下注射，" * 4,
    times="早、中、晚、睡前",
)  # fmt: skip


def test_a_long_name_and_a_long_usage_stand_there_whole_in_smaller_type():
    text = words(pages(labels_pdf([LONG]))[0])
    assert "…" not in text
    assert "重组甘精胰岛素注射液（预填充笔芯）特别长的药品名称5mg" in text
    assert LONG.usage in text
    assert min(line.size for line in label_lines(LONG)) >= 8


@pytest.mark.parametrize("made", [LABEL, LONG, replace(LONG, drug="药" * 200, usage="注射，" * 200)])
def test_the_lines_of_a_label_stand_one_below_the_other_and_on_it(made):
    lines = label_lines(made)
    assert max(line.top_mm for line in lines) <= 38.0
    tops = [line.top_mm for line in lines]
    assert all(later - earlier >= 2.7 for earlier, later in pairwise(tops))


def test_of_what_is_too_long_for_any_type_the_strength_and_the_times_are_kept():
    text = words(pages(labels_pdf([replace(LONG, drug="药" * 200, usage="注射，" * 200)]))[0])
    assert "…" in text
    assert "5mg" in text
    assert "早、中、晚、睡前" in text


def test_the_day_makes_room_for_a_long_name():
    name = "阿依古丽·买买提江·吐尔逊江·阿卜杜"
    text = words(pages(labels_pdf([replace(LABEL, resident=name)]))[0])
    assert name in text
    assert "2026-11-22" in text


def test_what_is_not_known_leaves_no_words():
    bare = LabelContent(clinic="柳庄村卫生室", resident="李桂兰", drug="甘草片")
    text = words(pages(labels_pdf([bare]))[0])
    assert "批号" not in text
    assert "有效期" not in text
