"""Reading spreadsheets: what can be read, and what is refused in a sentence that says what to do."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

from app.errors import EnvironmentFailure, UserError
from app.interchange.csv_files import harmless, write_csv
from app.interchange.tables import MOST_COLUMNS, MOST_ROWS, Formula, read_table
from app.interchange.xlsx_files import MOST_UNPACKED_BYTES, write_xlsx

HEADERS = ["姓名", "身份证号", "电话"]


@pytest.fixture
def book(tmp_path):
    """Writes lines into an .xlsx file and gives its path."""

    def write(*lines, sheets=None, name="名单.xlsx"):
        workbook = Workbook()
        workbook.remove(workbook.active)
        for title, content in {"Sheet1": lines, **(sheets or {})}.items():
            sheet = workbook.create_sheet(title)
            for line in content:
                sheet.append(list(line))
        path = tmp_path / name
        workbook.save(path)
        return path

    return write


def repacked(path, change):
    """The .xlsx file with its parts changed by `change(name, content)`; None drops a part."""
    out = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = change(info.filename, old.read(info))
            if content is not None:
                new.writestr(info.filename, content)
    path.write_bytes(out.getvalue())
    return path


# ---- what can be read


def test_the_header_is_found_below_titles_and_lines_keep_their_numbers(book):
    table = read_table(
        book(["柳庄村居民花名册"], [None, "2026年11月"], [], HEADERS, ["李桂兰", "1", "2"], [], ["王五", "3"])
    )
    assert (table.headers, table.header_line) == (tuple(HEADERS), 4)
    assert [(row.line, row.cells) for row in table.rows] == [(5, ("李桂兰", "1", "2")), (7, ("王五", "3"))]
    assert table.rows[1].cell(2) is None


def test_cells_keep_their_kinds(book):
    day = datetime(1955, 3, 8)
    table = read_table(book(["姓名", "性别", "出生日期"], ["李桂兰", 2, day], ["王五", 1.5, True]))
    assert [row.cells for row in table.rows] == [("李桂兰", 2, day), ("王五", 1.5, True)]


def test_the_sheet_that_looks_like_a_roster_is_chosen_unless_one_is_named(book):
    path = book(["说明"], ["请填写第二张表"], sheets={"居民": [HEADERS, ["李桂兰"]], "空": []})
    assert (read_table(path).sheet, read_table(path).sheets) == ("居民", ("Sheet1", "居民"))
    assert read_table(path, "Sheet1").rows[0].cells == ("说明",)
    with pytest.raises(UserError, match="Sheet1、居民"):
        read_table(path, "空")


def test_a_hidden_sheet_is_not_read(tmp_path):
    workbook = Workbook()
    workbook.active.title = "新"
    for title, lines in (("新", [HEADERS, ["李桂兰"]]), ("旧", [[*HEADERS, "性别"], ["王五"]])):
        sheet = workbook[title] if title in workbook.sheetnames else workbook.create_sheet(title)
        for line in lines:
            sheet.append(line)
    workbook["旧"].sheet_state = "hidden"
    workbook.save(tmp_path / "名单.xlsx")
    assert read_table(tmp_path / "名单.xlsx").sheets == ("新",)


def test_a_table_without_known_headers_begins_with_its_first_line(book):
    table = read_table(book(["李桂兰", "411624195503084327"], ["王五", "411624196001010011"]))
    assert (table.headers, table.header_line) == ((), 0)
    assert [row.line for row in table.rows] == [1, 2]


def test_a_formula_gives_the_value_that_excel_kept_or_says_that_there_is_none(book):
    path = book(HEADERS, ["李桂兰", "=1+1", "=A2"], ["王五", "x", "y"])

    def keep_one(name, content):
        return (
            content.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>").replace(
                b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"
            )
            if "sheet1" in name
            else content
        )

    table = read_table(repacked(path, keep_one))
    assert table.has_formulas
    assert table.rows[0].cells == ("李桂兰", 2, Formula("=A2"))
    assert table.rows[1].cells == ("王五", "x", "y")


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB 18030"), ("utf-16", "UTF-16")],
)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_file_is_read_in_the_encodings_that_are_in_use(tmp_path, encoding, told, separator):
    lines = [HEADERS, ["李桂兰", "411624195503084327", "13812342716"], ["𠮷田·买买提", "", ""]]
    path = tmp_path / "名单.csv"
    path.write_bytes("\r\n".join(separator.join(line) for line in lines).encode(encoding))
    table = read_table(path)
    assert (table.headers, table.encoding) == (tuple(HEADERS), told)
    assert [row.cells[0] for row in table.rows] == ["李桂兰", "𠮷田·买买提"]


def test_quoted_commas_and_line_breaks_belong_to_their_cell(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text('姓名,电话,家庭住址\n李桂兰,1,"3组,12号\n后院"\n', encoding="utf-8")
    assert read_table(path).rows[0].cells == ("李桂兰", "1", "3组,12号\n后院")


# ---- what is refused


def compound_file(*streams):
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 600
        + b"".join(name.encode("utf-16-le") for name in streams)
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "空文件"),
        (b"PK\x03\x04 cut off", "已损坏"),
        (compound_file("Workbook"), "旧版 .xls"),
        (compound_file("EncryptionInfo", "EncryptedPackage"), "打开密码"),
        (compound_file("WordDocument"), "Word"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b"<html><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d</td></tr></table></html>", "网页格式"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "网页格式"),
        (b"a\x00b\x00c", "不是表格"),
        (b"\xff\xff\xff\xff", "编码认不出来"),
        ("姓名,電話\n李桂蘭,1\n陳建國,2\n林淑芬,3\n".encode("big5"), "编码认不出来"),
        ("姓名,电话\n李桂兰,1\n王秀英,2\n张建国,3\n".encode()[:-9] + b"\xe5\x2c\xff\n", "编码认不出来"),
        ('姓名,电话\n"李桂兰,1\n'.encode(), "引号"),
        (b"\n\n  \n", "没有内容"),
        ("姓名,身份证号\n".encode(), "只有表头"),
    ],
)
def test_a_file_that_is_no_sound_table_is_refused_with_advice(tmp_path, content, sentence):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(content)
    with pytest.raises(UserError, match=sentence):
        read_table(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(UserError, match="找不到"):
        read_table(tmp_path / "没有.xlsx")
    with pytest.raises(UserError, match="文件夹"):
        read_table(tmp_path)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_damaged_part_is_refused(book, part):
    path = repacked(
        book(HEADERS, ["李桂兰"]),
        lambda name, content: content[: len(content) // 2] if name == part else content,
    )
    with pytest.raises(UserError, match="已损坏"):
        read_table(path)


def test_a_file_with_macros_is_refused(book):
    path = book(HEADERS, ["李桂兰"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(UserError, match="宏"):
        read_table(path)


def test_another_kind_of_zip_is_refused(tmp_path):
    path = tmp_path / "名单.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(UserError, match="不是 Excel 表格"):
        read_table(path)


def test_entities_that_grow_are_refused_before_anything_reads_them(book):
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'

    def change(name, content):
        return bomb + content.split(b"?>", 1)[-1] if name == "xl/worksheets/sheet1.xml" else content

    path = book(HEADERS, ["李桂兰"])
    with pytest.raises(UserError, match="为了安全"):
        read_table(repacked(path, change))


def test_a_small_file_that_would_become_huge_is_refused_unread(tmp_path, book):
    path = book(HEADERS, ["李桂兰"])
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/x.bin", "w") as part,
    ):
        for _ in range(MOST_UNPACKED_BYTES // (1 << 20) + 1):
            part.write(bytes(1 << 20))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UserError, match="太大"):
        read_table(path)


def test_a_table_with_too_many_lines_is_refused(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text("姓名,电话\n" + "李,1\n" * (MOST_ROWS + 100), encoding="utf-8")
    with pytest.raises(UserError, match="太大"):
        read_table(path)


def test_columns_beyond_the_limit_are_not_read(book):
    table = read_table(book(HEADERS, ["李桂兰", *["x"] * (MOST_COLUMNS + 50)]))
    assert len(table.rows[0].cells) == MOST_COLUMNS


# ---- what is written


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    path = tmp_path / "out.xlsx"
    cells = ["=1+1", "+86 138", "-5", "@cmd", "李\x00桂\x07兰", 5, None]
    write_xlsx(path, "名单", ["姓名", "身份证号", "电话", "a", "b", "c", "d"], [cells])
    assert read_table(path).rows[0].cells == ("=1+1", "+86 138", "-5", "@cmd", "李桂兰", 5)
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("李", "李"),
        (-5, "-5"),
        (None, ""),
        (Formula("=A1"), "'=A1"),
    ],
)
def test_a_csv_cell_that_excel_would_calculate_gets_an_apostrophe(value, written):
    assert harmless(value) == written


def test_a_written_csv_is_read_back(tmp_path):
    path = tmp_path / "out.csv"
    write_csv(path, HEADERS, [["李桂兰", "=1+1", "a,b"]])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_table(path).rows[0].cells == ("李桂兰", "'=1+1", "a,b")


@pytest.mark.parametrize(
    "write", [write_csv, lambda path, headers, rows: write_xlsx(path, "名单", headers, rows)]
)
def test_a_place_that_cannot_be_written_is_the_surroundings_fault(tmp_path, write):
    with pytest.raises(EnvironmentFailure, match="写不了"):
        write(tmp_path / "没有" / "out", HEADERS, [])
