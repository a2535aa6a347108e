"""The printed 居民健康档案信息卡, read back; its QR code decoded by the rules of ISO/IEC 18004, version 1."""

from __future__ import annotations

import pytest

from app.printing.content import Ticked
from app.printing.marks import FrameMark
from app.printing.pages import pages_of
from app.printing.sheets import Mode, blank_form, print_form, sheet_content

FRONT = (
    "居民健康档案信息卡", "姓名：", "性别：", "出生日期：", "健康档案编号：", "ABO血型：ABOAB", "RH血型：Rh阴性Rh阳性不详",
    "慢性病患病情况：无高血压糖尿病脑卒中", "冠心病哮喘职业病其他疾病", "过敏史：",
)
BACK = (
    "家庭住址：", "家庭电话：", "紧急情况联系人：", "联系人电话：", "建档机构名称：", "联系电话：", "责任医生或护士：",
    "其他说明：",
)
CARD = {
    "name": "李桂兰", "sex": 2, "birth_date": "1955-03-08", "record_no": "41162410021500037", "blood_abo": 3,
    "blood_rh": 2, "chronic": [2, 6, 8], "chronic_note": "痛风", "allergy": "青霉素", "home_address": "柳庄村三组",
    "home_phone": "13800002716", "emergency_contact": "李大山", "emergency_phone": "13800001180",
    "org_name": "柳庄村卫生室", "org_phone": "0394-6200001", "doctor_or_nurse": "王明",
    "doctor_phone": "13800000001", "other": "听力差",
}
MODULES, BORDER = 21, 4
TIMING = 6
MASKS = (
    lambda r, c: (r + c) % 2 == 0, lambda r, c: r % 2 == 0, lambda r, c: c % 3 == 0, lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0, lambda r, c: (r * c) % 2 + (r * c) % 3 == 0,
    lambda r, c: ((r * c) % 2 + (r * c) % 3) % 2 == 0, lambda r, c: ((r + c) % 2 + (r * c) % 3) % 2 == 0,
)


def picture(answers: dict, person, mode: Mode = Mode.FILLED) -> list[tuple[float, float, FrameMark]]:
    """The filled areas written on the front of the card, with their places."""
    front = pages_of(sheet_content("record_card", person, [answers], mode=mode).sheets[0])[0]
    return [
        (placed.x + mark.x, placed.y + mark.dy, mark)
        for placed in front.written for mark in placed.marks if isinstance(mark, FrameMark) and mark.filled
    ]


def matrix(areas: list[tuple[float, float, FrameMark]]) -> list[list[int]]:
    """The modules of a QR code of version 1, 1 for dark."""
    side = areas[0][2].height
    left, top = min(x for x, _y, _mark in areas), max(y for _x, y, _mark in areas)
    modules = [[0] * MODULES for _ in range(MODULES)]
    for x, y, mark in areas:
        row, first = round((top - y) / side), round((x - left) / side)
        for column in range(first, first + round(mark.width / side)):
            modules[row][column] = 1
    return modules


def is_data(row: int, column: int) -> bool:
    """Whether a module belongs to the data and not to the finders, the timing or the format."""
    in_finder = (row < 9 and (column < 9 or column >= 13)) or (row >= 13 and column < 9)
    return not in_finder and TIMING not in (row, column)


def digits_of(modules: list[list[int]]) -> str:
    """The digits of a code in numeric mode."""
    mask = MASKS[int("".join(str(modules[8][column]) for column in (2, 3, 4)), 2) ^ 0b101]
    bits = ""
    upwards = True
    for right in (20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        for row in range(MODULES - 1, -1, -1) if upwards else range(MODULES):
            for column in (right, right - 1):
                if is_data(row, column):
                    bits += str(modules[row][column] ^ mask(row, column))
        upwards = not upwards
    assert bits[:4] == "0001"
    left, bits, found = int(bits[4:14], 2), bits[14:], ""
    while left:
        count = min(left, 3)
        wide = (0, 4, 7, 10)[count]
        found += f"{int(bits[:wide], 2):0{count}d}"
        bits, left = bits[wide:], left - count
    return found


@pytest.mark.parametrize("filled", [False, True])
def test_both_sides_say_what_the_card_prints(filled, paper, person):
    pdf = paper(print_form("record_card", person, [CARD]) if filled else blank_form("record_card"))
    assert pdf.sizes_mm() == [(86, 54), (86, 54)]
    text = [pdf.text(0).replace("√", ""), pdf.text(1)]
    assert [words for words in FRONT if words not in text[0]] == []
    assert [words for words in BACK if words not in text[1]] == []
    assert "页" not in "".join(text)


def test_everything_written_stands_on_its_side(paper, person):
    pdf = paper(print_form("record_card", person, [CARD]))
    front = ("李桂兰", "女", "1955", "21500037", "痛风", "青霉素")
    back = (
        "柳庄村三组", "13800002716", "李大山", "13800001180", "柳庄村卫生室", "0394-6200001", "王明", "13800000001", "听力差",
    )
    assert [words for words in front if words not in pdf.text(0)] == []
    assert [words for words in back if words not in pdf.text(1)] == []
    assert "出生日期：1955年3月8日" in pdf.rows(0)


def test_what_applies_is_ticked(person):
    leaf = sheet_content("record_card", person, [CARD]).sheets[0].leaves[0]
    items = [item for row in leaf.blocks[1].rows for cell in row.cells for line in cell.lines for item in line.items]
    assert [item.words for item in items if isinstance(item, Ticked) and item.on] == [
        "O", "Rh阳性", "高血压", "哮喘", "其他疾病",
    ]


@pytest.mark.parametrize("number", ["41162410021500037", "11010100100100001", "65432190199999999"])
def test_the_qr_code_says_the_record_number(number, person):
    assert digits_of(matrix(picture({**CARD, "record_no": number}, person))) == number


def test_the_qr_code_is_large_enough_for_a_scanner_and_lies_within_the_card(person):
    areas = picture(CARD, person)
    assert areas[0][2].height / 72 * 25.4 >= 0.5
    quiet = BORDER * areas[0][2].height
    assert max(x + mark.width for x, _y, mark in areas) + quiet <= 85.6 * 72 / 25.4
    assert max(y for _x, y, _mark in areas) + quiet <= 54 * 72 / 25.4


def test_a_card_to_be_written_by_hand_has_no_qr_code(person):
    assert picture({}, person, Mode.BLANK) == []
    assert picture({key: value for key, value in CARD.items() if key != "record_no"}, person) == []


def test_a_long_address_and_allergy_still_fit_on_their_sides(paper, person):
    long = {
        **CARD, "home_address": "河南省周口市扶沟县柳庄乡柳庄村村民委员会三组十二号东院",
        "allergy": "青霉素、磺胺、链霉素、海鲜、花粉、芒果、酒精、油漆",
    }
    pdf = paper(print_form("record_card", person, [long]))
    assert pdf.page_count == 2
    assert "三组十二号东院" in pdf.text(1)
    assert "油漆" in pdf.text(0)
