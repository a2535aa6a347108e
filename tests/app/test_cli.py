"""The command line as a script meets it: what it prints, how it complains, and how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main, offered
from app.commands.rule import read_json
from app.errors import UserError
from app.i18n import use_language
from app.security.secret_store import SilentStore
from app.services.history import broken_links
from app.startup import open_for_command
from db.models import Household
from tests.desks import PASSPHRASE, Clock, found_desk_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def speak_chinese_again():
    yield
    use_language("zh_CN")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A desk whose key is kept by a passphrase, given to the commands in the environment."""
    monkeypatch.setenv("CUNYI_PASSPHRASE", PASSPHRASE)
    found_desk_folder(tmp_path / "desk", SilentStore(), Clock(), PASSPHRASE)
    return tmp_path / "desk"


def process(*arguments, given="", **environment):
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *map(str, arguments)],
        input=given.encode(),
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        check=False,
    )


def add_household(folder):
    with open_for_command(folder) as desk, desk.sessions.writing() as session:
        session.add(Household(organisation_id=desk.place.id, group_name="3组", created_at=desk.now()))


def household_count(folder):
    with open_for_command(folder) as desk, desk.sessions.reading() as session:
        return session.query(Household).count()


def test_a_rule_answers_in_utf8_json_whatever_the_code_page():
    done = process("rule", "bmi", given='{"height_cm": 170, "weight_kg": 70}', PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode())["bmi"] == 24.22
    assert "超重" in done.stdout.decode()


def test_input_in_another_encoding_is_no_fault_of_the_program():
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "rule", "bmi"], input="身高".encode("gb18030"),
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )
    assert done.returncode == 1
    assert done.stderr.decode() == "内容不是 JSON：第 1 行第 1 个字符处写得不对。\n"


def test_a_chinese_file_name_is_told_also_where_the_locale_knows_no_chinese(tmp_path):
    out = tmp_path / "空 表.pdf"
    done = process("form", "blank", "htn_followup", "--out", out, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == f"已写好：{out}\n"
    assert out.is_file()


def test_a_place_that_is_no_file_is_refused_in_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for place in ("", ".", str(tmp_path)):
        assert main(["form", "blank", "htn_followup", "--out", place]) == 2
        assert capsys.readouterr().err.startswith("文件没有写成")
    assert list(tmp_path.iterdir()) == []


def test_a_list_gives_a_list_in_order():
    people = [{"height_cm": 170, "weight_kg": weight} for weight in (50, 70, 90)]
    done = process("rule", "bmi", given=json.dumps(people))
    assert [one["category"] for one in json.loads(done.stdout)] == ["underweight", "overweight", "obese"]


def test_a_rule_starts_without_the_database():
    program = (
        "import io, sys; from app.cli import main; sys.stdin = io.StringIO('{\"height_cm\": 170, \"weight_kg\": 70}');"
        "status = main(['rule', 'bmi']);"
        "print([name for name in ('sqlalchemy', 'sqlcipher3', 'keyring', 'nacl') if name in sys.modules], status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[] 0"


@pytest.mark.parametrize(
    ("arguments", "given", "sentence"),
    [
        (["rule", "bmi"], "{", "第 1 行第 2 个字符处写得不对。"),
        (["rule", "bmi"], "7", "JSON 对象"),
        (["rule", "nothing"], "{}", "没有叫“nothing”的规则"),
        (["rule"], "", "还缺少 NAME。用 cunyi rule --help 看用法。"),
        (["rool"], "", "没有 rool 这个命令"),
        (["rool"], "", "、check、tour。用 cunyi --help 看用法。"),
        (["form", "lost"], "", "没有 lost 这个命令，有的是：list、blank、print、calibration。用 cunyi form --help 看用法。"),
        ([], "", "还缺少 COMMAND。"),
        (["rule", "bmi", "--fast"], "", "不认识 --fast。"),
        (["check", "--data"], "", "--data 后面要写一个值。"),
    ],
)
def test_a_wrong_line_is_answered_by_one_sentence_and_status_1(arguments, given, sentence, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


def test_help_names_every_command_in_chinese(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert all(re.search(rf"^ +{name} ", said, re.MULTILINE) for name in (*offered(), "tour"))
    assert "sync" not in said
    assert "用法：" in said
    assert not re.search(r"\b(usage|options|positional|show this)\b", said)


def test_a_command_explains_its_own_options(capsys):
    with pytest.raises(SystemExit):
        main(["backup", "--help"])
    said = capsys.readouterr().out
    assert all(option in said for option in ("--to", "--data", "--lang", "--user"))


def test_common_options_may_stand_before_the_command_too(folder, capsys):
    assert main(["--data", str(folder), "--user", "王明", "check"]) == 0


@pytest.mark.parametrize("arguments", [["--lang", "xx"], ["--lang=xx", "--help"], ["rule", "bmi", "--lang", "xx"]])
def test_an_unknown_language_is_told_in_one_sentence_with_those_there_are(arguments, capsys):
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "没有“xx”这种语言，有的是：zh_CN、en。\n")


@pytest.mark.parametrize("arguments", [["tour"], ["tour", "--out", "there"], ["--lang", "zh_CN", "tour", "--help"]])
def test_the_tour_is_left_to_the_window(arguments, capsys):
    assert main(arguments) == 1
    assert capsys.readouterr().err == "tour 要打开窗口，这里打不开。请用 cunyi tour。\n"


def test_a_user_who_is_called_as_a_command_is_no_command(folder, capsys):
    assert main(["--user", "tour", "--data", str(folder), "check"]) == 1
    assert "tour" in capsys.readouterr().err


def test_a_folder_without_data_ends_with_status_2_and_says_where_to_begin(tmp_path, capsys):
    assert main(["check", "--data", str(tmp_path / "nowhere")]) == 2
    assert "建站" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


def test_a_wrong_passphrase_is_told(folder, capsys, monkeypatch):
    monkeypatch.setenv("CUNYI_PASSPHRASE", "夜来风雨声花落知多少")
    assert main(["check", "--data", str(folder)]) == 1
    assert "密码不对" in capsys.readouterr().err


def test_a_whole_desk_passes_the_check(folder, capsys):
    assert main(["check", "--data", str(folder)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "全部 11 项完好。"
    assert len(said) == 12


def test_a_broken_chain_fails_the_check_with_status_1(folder, capsys):
    with open_for_command(folder) as desk, desk.sessions.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET action = 'x' WHERE sequence = 1")
    assert main(["check", "--data", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "操作记录的链：有问题" in said
    assert "从第 1 条起对不上" in said


def test_a_database_that_does_not_open_fails_the_check_with_status_1(folder, capsys):
    content = bytearray((folder / "cunyi.db").read_bytes())
    content[100:200] = b"\xff" * 100
    (folder / "cunyi.db").write_bytes(content)
    assert main(["check", "--data", str(folder)]) == 1
    assert "数据库文件损坏" in capsys.readouterr().out


def test_a_backup_is_made_listed_and_restored(folder, capsys):
    assert main(["backup", "--data", str(folder)]) == 0
    assert "已备份并核对" in capsys.readouterr().out
    assert main(["backup", "--data", str(folder), "--list"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    file = line.split("  ")[-1]
    add_household(folder)
    assert household_count(folder) == 1
    assert main(["restore", file, "--data", str(folder), "--yes"]) == 0
    said = capsys.readouterr().out
    assert "原来的数据另存为" in said
    assert household_count(folder) == 0
    with open_for_command(folder) as desk, desk.sessions.reading() as session:
        assert broken_links(session) == []


def test_restoring_asks_and_without_an_answer_changes_nothing(folder, capsys, monkeypatch):
    main(["backup", "--data", str(folder)])
    [file] = (folder / "backups").glob("*.db")
    add_household(folder)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["restore", str(file), "--data", str(folder)]) == 1
    said = capsys.readouterr()
    assert "恢复" in said.out
    assert "--yes" in said.err
    assert household_count(folder) == 1


def test_a_backup_goes_to_another_folder(folder, tmp_path, capsys):
    (tmp_path / "stick").mkdir()
    assert main(["backup", "--data", str(folder), "--to", str(tmp_path / "stick")]) == 0
    assert len(list((tmp_path / "stick").glob("*.db"))) == 1
    assert main(["backup", "--data", str(folder), "--to", str(tmp_path / "gone")]) == 2
    assert "U 盘" in capsys.readouterr().err


def test_a_backup_opens_on_another_computer_by_the_passphrase_beside_it(folder, tmp_path, capsys):
    (tmp_path / "stick").mkdir()
    add_household(folder)
    main(["backup", "--data", str(folder), "--to", str(tmp_path / "stick")])
    [file] = (tmp_path / "stick").glob("*.db")
    assert main(["restore", str(file), "--data", str(tmp_path / "elsewhere"), "--yes"]) == 0
    assert household_count(tmp_path / "elsewhere") == 1


def test_an_unknown_user_is_told(folder, capsys):
    assert main(["check", "--data", str(folder), "--user", "赵六"]) == 1
    assert "没有叫“赵六”的用户" in capsys.readouterr().err


def test_a_reader_who_has_had_enough_is_no_fault():
    many = json.dumps([{"height_cm": 170, "weight_kg": 70}] * 3000)
    line = f'"{sys.executable}" -m app.cli rule bmi | head -c 10'
    done = subprocess.run(
        ["sh", "-c", line],
        input=many,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr == ""


def test_a_fault_of_the_program_is_told_without_what_it_was_about():
    program = (
        "import app.commands.check as check; from app.cli import main\n"
        "def fail(args): raise LookupError('张桂兰')\n"
        "check.run = fail\n"
        "main(['check'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "程序出错了" in done.stderr
    assert "builtins.LookupError" in done.stderr
    assert "张桂兰" not in done.stderr


@pytest.mark.parametrize("name", sorted(offered()))
def test_each_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit):
        main([name, "--help"])
    assert f"cunyi {name}" in capsys.readouterr().out


def test_json_is_read_as_it_is():
    assert read_json('{"name": "张三"}') == {"name": "张三"}
    assert read_json('\ufeff{"name": "张三"}') == {"name": "张三"}
    with pytest.raises(UserError):
        read_json("")
