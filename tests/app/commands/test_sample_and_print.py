"""`cunyi sample` and `cunyi print`, as typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.cli import main
from app.services.history import broken_links
from app.services.review import Review
from app.services.work_list import Until, WorkFilter, WorkList
from app.startup import open_for_command
from db.models import AuditEntry, FollowUp, Resident


@pytest.fixture
def folder(copied_sample: Callable[[int], Path]) -> Path:
    """A sample clinic of 40 residents."""
    return copied_sample(40)


def hypertensive(folder: Path) -> tuple[Resident, int]:
    """A resident with a visit, and the year of the newest."""
    with open_for_command(folder) as desk, desk.sessions.reading() as session:
        visit = session.scalars(
            select(FollowUp).where(FollowUp.disease == "htn").order_by(FollowUp.visit_date.desc())
        ).first()
        return session.get_one(Resident, visit.resident_id), visit.visit_date.year


def words(file: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(file.read_bytes())).pages)


def test_sample_tells_user_and_pin(folder, capsys):
    assert main(["sample", "--residents", "10", "--data", str(folder.with_name("二"))]) == 0
    assert "用户 王明，PIN 2580" in capsys.readouterr().out


def test_sample_never_touches_a_desk_that_is_there(folder, capsys):
    assert main(["sample", "--residents", "10", "--data", str(folder)]) == 2
    assert "已经有一个站的数据" in capsys.readouterr().err


def test_sample_refuses_a_senseless_number(tmp_path, capsys):
    assert main(["sample", "--residents", "0", "--data", str(tmp_path / "x")]) == 1
    assert "居民人数请填 1 到" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("column", ["record_no", "id_number", "id"])
def test_print_finds_the_resident_by_any_number(folder, tmp_path, column):
    resident, year = hypertensive(folder)
    out = tmp_path / "表.pdf"
    arguments = [
        "print",
        "--resident",
        getattr(resident, column),
        "--form",
        "htn_followup",
        "--year",
        str(year),
    ]
    assert main([*arguments, "--out", str(out), "--data", str(folder)]) == 0
    text = words(out)
    assert "高血压患者随访服务记录表" in text
    assert resident.name in text


def test_printing_is_kept_in_the_audit_trail(folder, tmp_path):
    resident, _ = hypertensive(folder)
    out = tmp_path / "表.pdf"
    assert (
        main(
            [
                "print",
                "--resident",
                resident.record_no,
                "--form",
                "personal_info",
                "--out",
                str(out),
                "--data",
                str(folder),
            ]
        )
        == 0
    )
    with open_for_command(folder) as desk, desk.sessions.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.entity_id == resident.id)).all()
    assert "print.personal_info" in actions


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--resident", "41162410411599999", "--form", "htn_followup"], "没有找到这位居民"),
        (["--form", "htn_followup", "--year", "1999"], "1999 年还没有填过“高血压患者随访服务记录表”"),
        (["--form", "no_such_form"], "没有代码为“no_such_form”的表"),
    ],
)
def test_print_says_plainly_what_is_wrong(folder, tmp_path, capsys, arguments, sentence):
    if "--resident" not in arguments:
        arguments = ["--resident", hypertensive(folder)[0].record_no, *arguments]
    out = tmp_path / "表.pdf"
    assert main(["print", *arguments, "--out", str(out), "--data", str(folder)]) == 1
    assert sentence in capsys.readouterr().err
    assert not out.exists()


def test_the_sample_is_of_today(folder):
    _, year = hypertensive(folder)
    assert year in (datetime.now(UTC).year, datetime.now(UTC).year - 1)


def test_a_sample_township_holds_requests_in_every_state(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CUNYI_PASSPHRASE", "示例用的一句长长的密码")
    folder = tmp_path / "卫生院"
    assert main(["sample", "--township", "--data", str(folder)]) == 0
    assert "用户 陈静，PIN 2580" in capsys.readouterr().out
    with open_for_command(folder) as desk:
        inbox = Review(desk).inbox()
        with desk.sessions.reading() as session:
            assert broken_links(session) == []
    assert [request.state.value for request in inbox[:5]] == ["authorised", "in_review", "authorised", "approved", "returned"]
    assert {"released", "closed"} <= {request.state.value for request in inbox[5:]}
    assert inbox[0].kind.value == "emergency"
    assert all("示例" in request.clinic_name for request in inbox)


def test_the_list_of_those_to_be_seen_is_printed_as_far_ahead_as_asked(folder, tmp_path):
    lengths = []
    for until in ("overdue", "today", "week", "all"):
        out = tmp_path / f"{until}.pdf"
        asked = ["print", "--form", "work_list", "--until", until, "--out", str(out), "--data", str(folder)]
        assert main(asked) == 0
        text = words(out)
        assert "随访名单" in text
        lengths.append(len(text))
    assert lengths[0] <= lengths[1] <= lengths[2] < lengths[3]
    with open_for_command(folder) as desk:
        first = WorkList(desk).page(WorkFilter(until=Until.ALL), limit=1).rows[0]
    assert first.name in text


def test_a_sheet_of_nobody_is_not_printed(folder, tmp_path, capsys):
    out = tmp_path / "表.pdf"
    assert main(["print", "--form", "record_cover", "--out", str(out), "--data", str(folder)]) == 1
    assert "还缺少 --resident" in capsys.readouterr().err
    assert not out.exists()
