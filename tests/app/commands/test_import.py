"""`cunyi import`, as typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import main
from app.interchange.tables import read_table
from app.interchange.xlsx_files import write_xlsx
from app.services.residents import Residents
from app.services.search import Search
from app.startup import open_for_command
from tests.residents import id_number

HEADERS = ["姓名", "身份证号", "电话", "现住址", "户籍地址", "RH"]
GOOD = ["测试甲", id_number("19550308", 998), "13800000001", "柳庄", "柳庄", ""]
BAD = ["测试乙", "411624195503", "13800000002", "柳庄", "柳庄", ""]
CODED = ["测试丙", id_number("19600101", 998), "无", "柳庄", "柳庄", "1"]


@pytest.fixture
def folder(copied_sample: Callable[[int], Path]) -> Path:
    """A sample clinic of a few residents."""
    return copied_sample(5)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A roster with a good line, a bad one, and one with a code of no certain meaning."""
    path = tmp_path / "名单.xlsx"
    write_xlsx(path, "名单", HEADERS, [GOOD, BAD, CODED])
    return path


def found(folder, text):
    with open_for_command(folder) as desk:
        return [Residents(desk).get(hit.resident_id) for hit in Search(desk).find(text)]


def test_a_dry_run_tells_every_line_and_writes_nothing(folder, file, capsys):
    capsys.readouterr()
    assert main(["import", str(file), "--dry-run", "--data", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "第 1 列“姓名” → 姓名" in told
    assert "第 2 行 新增 测试甲" in told
    assert "第 3 行 退回 测试乙  身份证号应是 18 位" in told
    assert "--coding blood_rh=…" in told
    assert "什么也没有写入" in told
    assert found(folder, "测试甲") == []


def test_an_import_writes_and_keeps_what_was_refused(folder, file, tmp_path, capsys):
    out, kept = tmp_path / "未导入.xlsx", tmp_path / "对应.json"
    arguments = [
        "import",
        str(file),
        "--refused",
        str(out),
        "--save-mapping",
        str(kept),
        "--coding",
        "blood_rh=2011",
    ]
    assert main([*arguments, "--data", str(folder)]) == 0
    assert "新增 2 人" in capsys.readouterr().out
    assert [view.blood_rh for view in found(folder, "测试丙")] == [2]
    assert [row.cells[2] for row in read_table(out).rows] == ["测试乙"]
    assert json.loads(kept.read_text(encoding="utf-8"))["codings"] == {"blood_rh": "2011"}
    assert main(["import", str(file), "--mapping", str(kept), "--json", "--data", str(folder)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {"refuse": 1, "same": 2}
    assert (report["applied"], report["result"]["added"]) == (True, 0)
    assert [row["action"] for row in report["rows"]] == ["same", "refuse", "same"]


def test_lines_that_ask_are_decided_on_the_command_line(folder, tmp_path, capsys):
    file = tmp_path / "名单.csv"
    file.write_text(f"姓名,身份证号,性别\n测试甲,{GOOD[1]},男\n测试丙,{CODED[1]},男\n", encoding="gb18030")
    assert main(["import", str(file), "--new", "3", "--data", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "第 2 行 请确认 测试甲" in told
    assert "新增 1 人" in told
    assert (found(folder, "测试甲"), [view.sex for view in found(folder, "测试丙")]) == ([], [1])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["没有.xlsx"], "找不到文件"),
        (["FILE", "--sheet", "别的"], "没有叫“别的”的工作表"),
        (["FILE", "--coding", "blood_rh=gb"], "没有“gb”这种编码"),
        (["FILE", "--new", "三"], "行号请这样写"),
        (["FILE", "--mapping", "没有.json"], "读不出"),
    ],
)
def test_wrong_input_is_one_sentence_and_status_1(folder, file, capsys, arguments, sentence):
    arguments = [str(file) if argument == "FILE" else argument for argument in arguments]
    assert main(["import", *arguments, "--data", str(folder)]) == 1
    assert sentence in capsys.readouterr().err
