"""目录表的单元格: what is read from each, and the sentence for what can't be."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from app.interchange.catalogue_fields import BY_FIELD, BadCell, target_of_header


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("code", 1001.0, "1001"),
        ("code", "ＸＣ08", "XC08"),
        ("generic_name", " 人胰岛素注射液（30R） ", "人胰岛素注射液（30R）"),
        ("units_per_pack", 28.0, 28),
        ("units_per_pack", "28片/盒", 28),
        ("price_fen", "3.36", 336),
        ("price_fen", "¥1,234.5元", 123450),
        ("price_fen", 0, 0),
        ("price_fen", "0.1249", 12),
        ("price_fen", "0.125", 13),
        ("essential", "国家基药", "Y"),
        ("essential", "非基药", "N"),
        ("insurance_class", "甲类", "甲"),
        ("insurance_class", "医保乙类", "乙"),
        ("insurance_class", "自费", "非"),
        ("volume_procured", "第七批", True),
        ("volume_procured", "7", True),
        ("volume_procured", "未中选", False),
        ("volume_procured", "否", False),
        ("antibiotic_tier", "限制使用", "限制"),
        ("antibiotic_tier", "无", ""),
        ("cold_chain", "√", True),
        ("barcode", "690 1234567892", "6901234567892"),
        ("trace_prefix", 8412345, "8412345"),
        ("ingredients", "氨氯地平；阿托伐他汀", "amlodipine;atorvastatin"),
        ("ingredients", "Metformin", "metformin"),
        ("ingredients", "某新成分", "某新成分"),
        ("diagnoses", "i10、I11", "I10;I11"),
        ("pregnancy", "慎用", "W"),
        ("min_age_years", "12岁", 12),
        ("valid_from", datetime(2026, 1, 5), date(2026, 1, 5)),
        ("valid_from", "2026年1月5日", date(2026, 1, 5)),
        ("valid_to", 20261231, date(2026, 12, 31)),
    ],
)
def test_a_cell_is_read(field, cell, value):
    assert BY_FIELD[field].read(cell) == value


@pytest.mark.parametrize(
    ("field", "cell", "sentence"),
    [
        ("code", "X" * 31, "最多 30 个字"),
        ("generic_name", "药" * 101, "最多 100 个字"),
        ("units_per_pack", "0", "1 到 10000"),
        ("units_per_pack", 2.5, "整数"),
        ("units_per_pack", -28, "整数"),
        ("units_per_pack", "10001", "1 到 10000"),
        ("price_fen", "-1", "0 到"),
        ("price_fen", "面议", "数字"),
        ("price_fen", "1e9", "0 到"),
        ("price_fen", "NaN", "0 到"),
        ("essential", "大概", "是"),
        ("insurance_class", "丁类", "甲、乙或非"),
        ("antibiotic_tier", "很强", "非限制"),
        ("barcode", "123", "8 到 14 位"),
        ("trace_prefix", "84123456", "7 到 7 位"),
        ("diagnoses", "高血压", "ICD-10"),
        ("pregnancy", "随便", "慎用"),
        ("usual_dose", "一片", "数字"),
        ("valid_from", "2026-02-30", "2026-01-31"),
        ("valid_from", "明年", "2026-01-31"),
    ],
)
def test_a_cell_that_can_not_be_read_has_its_sentence(field, cell, sentence):
    with pytest.raises(BadCell) as refusal:
        BY_FIELD[field].read(cell)
    assert sentence in str(refusal.value.message)


@pytest.mark.parametrize(
    ("header", "field"),
    [("国家医保代码", "code"), ("*通用名称：", "generic_name"), ("价格（元）", "price_fen"), ("生产企业", None), ("", None)],
)
def test_a_header_names_its_field(header, field):
    assert target_of_header(header) == field
