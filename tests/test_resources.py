"""What resources/ promises: fonts that can be embedded and cover what is printed, and code lists that hold together."""

from __future__ import annotations

import hashlib
import re
import runpy
from functools import cache
from pathlib import Path

import pytest
from reportlab.pdfbase.ttfonts import TTFont

import resources
from app import reference

FONTS = sorted(path.name for path in resources.path("fonts").glob("*.ttf"))
TEXT_FONTS = [name for name in FONTS if name != "HanaMinB.ttf"]
PRINTED = "国家基本公共卫生服务规范（第三版）高血压患者随访服务记录表：、。；“”《》—…·□√×÷≥≤℃％㎡/0123456789AaZz"
CSV_FILES = sorted(resources.path("codes").glob("*.csv"))


@cache
def characters_of(font: str) -> dict[int, int]:
    """Code point -> glyph of a font, as ReportLab sees it."""
    return TTFont(font, str(resources.path("fonts", font))).face.charToGlyph


def recorded_fonts() -> dict[str, str]:
    """Font file -> SHA-256, as the script that fetches them has it."""
    script = runpy.run_path(str(Path(resources.ROOT, "derive", "fonts.py")))
    return {font.name: font.sha256 for font in script["SOURCES"]}


def test_a_resource_is_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resources.path("fonts", "README.md").is_file()


def test_a_resource_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=re.escape("resources/fonts/NoSuchFont.ttf")):
        resources.path("fonts", "NoSuchFont.ttf")


def test_every_font_is_the_recorded_file_and_no_other_is_there():
    found = {name: hashlib.sha256(resources.path("fonts", name).read_bytes()).hexdigest() for name in FONTS}
    assert found == recorded_fonts()


def test_every_font_has_a_licence_beside_it_and_a_line_in_the_readme():
    readme = resources.path("fonts", "README.md").read_text(encoding="utf-8")
    for name in FONTS:
        line = next(line for line in readme.splitlines() if line.startswith(f"| {name} "))
        assert "`" in line or "same" in line
    for licence in re.findall(r"`(\S+\.txt)`", readme):
        assert len(resources.path("fonts", licence).read_text(encoding="utf-8")) > 4000


@pytest.mark.parametrize("font", TEXT_FONTS)
def test_reportlab_can_embed_a_font_that_has_every_printed_character(font):
    assert [character for character in PRINTED if ord(character) not in characters_of(font)] == []


@pytest.mark.parametrize("font", TEXT_FONTS)
def test_a_font_has_every_hanzi_of_gb_2312(font):
    hanzi = {bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)}
    characters = characters_of(font)
    assert [each for each in sorted(hanzi - {""}) if ord(each) not in characters] == []


@pytest.mark.parametrize(
    ("character", "font"),
    [("𠮷", "HanaMinB.ttf"), ("𬱖", "HanaMinB.ttf"), ("䶮", "NotoSerifSC-Regular.ttf")],
)
def test_a_rare_character_of_names_has_a_font(character, font):
    assert ord(character) in characters_of(font)


@pytest.mark.parametrize("file", CSV_FILES, ids=[file.stem for file in CSV_FILES])
def test_a_table_is_plain_utf8_with_unix_line_ends_and_no_spaces_around_values(file):
    raw = file.read_bytes()
    text = raw.decode("utf-8")
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert "\r" not in text
    assert text.endswith("\n")
    assert re.findall(r"(?:^|,) +| +(?:,|$)", text, re.MULTILINE) == []


@pytest.mark.parametrize("file", CSV_FILES, ids=[file.stem for file in CSV_FILES])
def test_a_table_has_a_note_of_its_origin(file):
    assert file.name in resources.path("codes", "README.md").read_text(encoding="utf-8")


def test_the_ethnic_groups_are_the_fifty_six_and_two_more():
    groups = reference.ethnic_groups()
    assert [group.code for group in groups] == [f"{number:02}" for number in range(1, 57)] + ["97", "98"]
    assert len({group.name for group in groups}) == 58
    assert len({group.letters for group in groups if group.letters}) == 56
    assert (groups[0].name, groups[0].letters) == ("汉族", "HA")
    assert (groups[52].name, groups[52].letters) == ("赫哲族", "HZ")


def test_a_division_is_found_by_its_code_and_an_abolished_one_is_not():
    county = reference.division("411624")
    assert (county.name, county.city, county.province) == ("沈丘县", "周口市", "河南省")
    assert reference.division("411626") is None


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("411624", "河南省周口市沈丘县"),
        ("110101", "北京市东城区"),
        ("500229", "重庆市城口县"),
        ("429004", "湖北省仙桃市"),
        ("659001", "新疆维吾尔自治区石河子市"),
        ("441900", "广东省东莞市"),
    ],
)
def test_an_address_begins_without_the_names_that_are_no_places(code, name):
    assert reference.division(code).full_name == name


def test_the_divisions_are_unique_sorted_and_six_digits_long():
    codes = [division.code6 for division in reference.divisions()]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"[1-6]\d{5}", code) for code in codes)
    assert len(codes) == 2978


def test_the_tree_of_divisions_reaches_every_county_once():
    assert len(reference.provinces()) == 31
    reached = [
        county
        for province in reference.provinces()
        for city in reference.cities(province.code)
        for county in reference.counties(city.code)
    ]
    assert tuple(reached) == reference.divisions()


def test_an_unknown_place_has_no_parts():
    assert reference.cities("99") == ()
    assert reference.counties("9999") == ()


@pytest.mark.parametrize(
    ("characters", "preferred"),
    [
        ("单", ("shan",)),
        ("仇", ("qiu",)),
        ("解", ("xie",)),
        ("查", ("zha",)),
        ("曾", ("zeng",)),
        ("朴", ("piao",)),
        ("区", ("ou",)),
        ("翟", ("zhai",)),
        ("覃", ("qin",)),
        ("尉迟", ("yu", "chi")),
        ("万俟", ("mo", "qi")),
        ("长孙", ("zhang", "sun")),
        ("闾丘", ("lü", "qiu")),
    ],
)
def test_a_surname_is_read_as_a_surname(characters, preferred):
    readings = {surname.characters: surname.readings for surname in reference.surnames()}
    assert readings[characters][0] == preferred


def test_every_reading_of_a_surname_has_a_syllable_for_each_character():
    for surname in reference.surnames():
        assert len(set(surname.readings)) == len(surname.readings)
        assert all(len(reading) == len(surname.characters) for reading in surname.readings)
        assert all(re.fullmatch("[a-zü]+", syllable) for reading in surname.readings for syllable in reading)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (reference.relations_to_head, ["户主", "配偶", "子", "女", "孙辈", "父母", "祖辈", "兄弟姐妹", "其他"]),
        (reference.no_id_reasons, ["新生儿未上户", "户口未落实", "证件遗失", "拒绝提供", "外籍", "其他"]),
        (reference.record_states, ["在管", "迁出", "死亡", "失访", "注销"]),
    ],
)
def test_a_short_list_has_its_names_in_order_under_different_codes(names, expected):
    assert [each.name for each in names()] == expected
    assert len({each.code for each in names()}) == len(expected)


def test_every_ingredient_of_a_starter_drug_is_known():
    known = {ingredient.name_en for ingredient in reference.ingredients()}
    assert {name for drug in reference.starter_drugs() for name in drug.ingredients_en} - known == set()


def test_the_starter_drugs_have_codes_of_their_own_and_whole_packs():
    drugs = reference.starter_drugs()
    assert len({drug.drug_code for drug in drugs}) == len(drugs) == 173
    assert all(drug.units_per_pack >= 1 for drug in drugs)
    assert {drug.essential_2018 for drug in drugs} == {"Y", "N", "?"}
    assert {drug.pregnancy_flag for drug in drugs} == {"A", "W", "C"}


def test_a_starter_drug_is_read_with_its_types():
    drug = reference.starter_drugs()[0]
    assert (drug.generic_name, drug.ingredients_en, drug.units_per_pack) == ("苯磺酸氨氯地平片", ("amlodipine",), 28)
    assert (drug.icd10_prefixes, drug.usual_times_per_day) == (("I10", "I11", "I15", "I20"), 1)
    assert [drug.generic_name for drug in reference.starter_drugs() if drug.cold_chain]


def test_the_village_diagnoses_have_different_codes_that_look_like_icd_10():
    codes = [diagnosis.icd10_code for diagnosis in reference.village_diagnoses()]
    assert len(set(codes)) == len(codes) == 149
    assert [code for code in codes if not re.fullmatch(r"[A-Z]\d\d(\.\d)?", code)] == []


def test_a_village_diagnosis_is_read_with_its_types():
    hypertension = reference.village_diagnoses()[0]
    assert (hypertension.icd10_code, hypertension.aliases) == ("I10", ("高血压", "高血压病"))
    assert (hypertension.chronic, hypertension.min_age_years, hypertension.max_age_years) == (True, 18, None)
    assert hypertension.programmes == ("两病:高血压", "公卫:高血压")
