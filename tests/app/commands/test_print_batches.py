"""`cunyi print` of a whole day, of every form of a kind, and of the sheet for the resident, as typed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.cli import main
from app.startup import open_for_command
from db.models import FormEntry, Resident

PASSPHRASE = "示例用的一句长长的密码"


@pytest.fixture(scope="module")
def folder(made_sample: Callable[[int], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample clinic."""
    return shutil.copytree(made_sample(40), tmp_path_factory.mktemp("sample") / "clinic")


@pytest.fixture(autouse=True)
def passphrase(monkeypatch):
    """What opens the sample clinic."""
    monkeypatch.setenv("CUNYI_PASSPHRASE", PASSPHRASE)


@pytest.fixture(scope="module")
def visit(folder) -> tuple[str, date, int]:
    """Record number, day and number of visits of somebody with a follow-up of high pressure."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUNYI_PASSPHRASE", PASSPHRASE)
        entries = visits_on_file(folder)
    record_no, day = entries[0]
    return record_no, day, sum(1 for each in entries if each.record_no == record_no)


def visits_on_file(folder):
    """Record number and day of each visit, the newest first."""
    with open_for_command(folder) as desk, desk.sessions.reading() as session:
        return session.execute(
            select(Resident.record_no, FormEntry.entry_date)
            .join_from(FormEntry, Resident, Resident.id == FormEntry.resident_id)
            .where(FormEntry.form_code == "htn_followup", FormEntry.state == "complete")
            .order_by(FormEntry.entry_date.desc())
        ).all()


def words(file: Path) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(file).pages)


def test_a_whole_day_is_printed_in_one_file(folder, visit, tmp_path, capsys):
    out = tmp_path / "day.pdf"
    assert main(["print", "--day", visit[1].isoformat(), "--out", str(out), "--data", str(folder)]) == 0
    assert "高血压患者随访服务记录表" in words(out)
    assert "份表，共" in capsys.readouterr().out


def test_a_day_without_forms_is_said(folder, tmp_path, capsys):
    out = tmp_path / "day.pdf"
    assert main(["print", "--day", "1999-01-01", "--out", str(out), "--data", str(folder)]) == 1
    assert "这里面没有人" in capsys.readouterr().err
    assert not out.exists()


def test_the_sheet_for_the_resident(folder, visit, tmp_path):
    out = tmp_path / "slip.pdf"
    line = ["print", "--resident", visit[0], "--form", "resident_sheet", "--out", str(out), "--data", str(folder)]
    assert main(line) == 0
    assert "请您记住三件事" in words(out)


def test_every_form_of_a_kind(folder, visit, tmp_path):
    out = tmp_path / "every.pdf"
    line = ["print", "--resident", visit[0], "--form", "htn_followup", "--every", "--out", str(out), "--data", str(folder)]
    assert main(line) == 0
    assert words(out).count("高血压患者随访服务记录表") >= 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--resident", "x"], "--form"),
        (["--form", "encounter"], "--resident"),
        (["--day", "2026-11-22", "--resident", "x"], "--day"),
        (["--day", "2026-11-22", "--blank"], "--day"),
        (["--day", "heute"], "--day"),
    ],
)
def test_options_that_do_not_say_what_to_print_are_refused(tmp_path, capsys, arguments, complaint):
    assert main(["print", *arguments, "--out", str(tmp_path / "x.pdf")]) == 1
    assert complaint in capsys.readouterr().err
