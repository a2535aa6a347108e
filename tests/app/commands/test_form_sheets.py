"""`cunyi form print | blank | calibration` and `cunyi print` in every manner, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.cli import main
from app.domain.line_codes import line_code
from app.services.follow_ups import FollowUps
from app.services.search import Search
from app.startup import open_for_command
from tests.samples.form_answers import FILLED, PERSON


def words(file: Path) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(file).pages)


@pytest.fixture
def answers(tmp_path):
    """Writes an answers file of a form, with changes."""

    def write(code, **changes):
        file = tmp_path / f"{code}.json"
        file.write_text(json.dumps({"person": PERSON, "answers": {**FILLED[code], **changes}}, ensure_ascii=False), "utf-8")
        return str(file)

    return write


@pytest.mark.parametrize("code", ["health_exam", "htn_followup", "smi_info", "referral_out"])
def test_an_answers_file_is_printed_whole_blank_and_onto_printed_paper(code, answers, tmp_path):
    whole, blank, over = (tmp_path / f"{name}.pdf" for name in ("whole", "blank", "over"))

    assert main(["form", "print", code, "--answers", answers(code), "--out", str(whole)]) == 0
    assert main(["form", "blank", code, "--previous", answers(code), "--out", str(blank)]) == 0
    assert main(["form", "print", code, "--answers", answers(code), "--overprint", "--dx", "-1.5", "--dy", "2",
                 "--out", str(over)]) == 0

    assert "国家基本公共卫生服务规范（第三版）" in words(whole)
    assert "灰色为上次" in words(blank)
    assert "国家基本公共卫生服务规范（第三版）" not in words(over)
    assert len(PdfReader(whole).pages) == len(PdfReader(over).pages)


def test_an_impossible_answer_is_refused_for_a_blank_sheet_too(answers, tmp_path, capsys):
    out = tmp_path / "no.pdf"

    for line in (["form", "print", "htn_followup", "--overprint", "--answers"], ["form", "blank", "htn_followup", "--previous"]):
        assert main([*line, answers("htn_followup", visit_method=7), "--out", str(out)]) == 1
        assert "请填选项 1、2、3，您填的是“7”" in capsys.readouterr().err
        assert not out.exists()


def test_a_character_without_a_font_is_told_with_its_answer(answers, tmp_path, capsys):
    out = str(tmp_path / "gap.pdf")

    assert main(["form", "print", "smi_info", "--answers", answers("smi_info", guardian_name="王\ue863"), "--out", out]) == 0

    said = capsys.readouterr().err
    assert "（U+E863，监护人姓名）" in said
    assert "纸上留了空请手写" in said


def test_an_overprint_that_would_not_meet_the_paper_is_told(answers, tmp_path, capsys):
    long = answers("htn_followup", aux_exam="血钾四点一，" * 20)
    out = str(tmp_path / "over.pdf")

    assert main(["form", "print", "htn_followup", "--answers", long, "--overprint", "--out", out]) == 0
    assert "套打会对不上印好的表" in capsys.readouterr().err

    assert main(["form", "print", "htn_followup", "--answers", answers("htn_followup"), "--overprint", "--out", out]) == 0
    assert "套打" not in capsys.readouterr().err


def test_the_calibration_page_is_written(tmp_path):
    out = tmp_path / "page.pdf"

    assert main(["form", "calibration", "--dx", "1.5", "--out", str(out)]) == 0

    assert "横向+1.5毫米" in words(out)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A sample clinic, and the name and id of somebody with high blood pressure."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("CUNYI_PASSPHRASE", "示例用的一句长长的密码")
    folder = tmp_path_factory.mktemp("clinic") / "desk"
    assert main(["sample", "--residents", "40", "--years", "1", "--data", str(folder)]) == 0
    with open_for_command(folder) as desk:
        from app.services.work_list import Until, WorkFilter, WorkList

        page = WorkList(desk).page(WorkFilter(until=Until.ALL), limit=1)
        person = page.rows[0]
        yield folder, person.resident_id, person.name
    monkeypatch.undo()


def test_a_blank_sheet_of_a_resident_is_found_again_by_its_line_code(sample, tmp_path):
    folder, resident_id, name = sample
    blank, last = tmp_path / "blank.pdf", tmp_path / "last.pdf"
    code = line_code(resident_id, "htn_followup")

    assert main(["print", "--resident", resident_id, "--form", "htn_followup", "--blank", "--out", str(blank),
                 "--data", str(folder)]) == 0
    assert main(["print", "--resident", code, "--form", "htn_followup", "--last-values", "--out", str(last),
                 "--data", str(folder)]) == 0

    for file in (blank, last):
        assert name in words(file)
        assert code in words(file).replace("-", "")
    with open_for_command(folder) as desk:
        assert [hit.resident_id for hit in Search(desk).find(code)] == [resident_id]


def test_a_wrong_line_code_is_refused_with_the_reason(sample, tmp_path, capsys):
    folder, resident_id, _name = sample
    code = line_code(resident_id, "htn_followup")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")

    assert main(["print", "--resident", wrong, "--form", "htn_followup", "--blank", "--out", str(tmp_path / "x.pdf"),
                 "--data", str(folder)]) == 1
    assert "最后一位对不上" in capsys.readouterr().err


def test_the_visits_of_a_resident_are_overprinted(sample, tmp_path):
    folder, resident_id, name = sample
    with open_for_command(folder) as desk:
        visit = FollowUps(desk).recorded_sheets(resident_id, "htn_followup")[0]
    out = tmp_path / "over.pdf"

    assert main(["print", "--resident", resident_id, "--form", "htn_followup", "--year", str(visit.entry_date.year),
                 "--overprint", "--out", str(out), "--data", str(folder)]) == 0
    assert name in words(out)
    assert "高血压患者随访服务记录表" not in words(out)


def test_an_overprint_is_not_blank(sample, tmp_path, capsys):
    folder, resident_id, _name = sample

    assert main(["print", "--resident", resident_id, "--form", "htn_followup", "--blank", "--overprint", "--out",
                 str(tmp_path / "x.pdf"), "--data", str(folder)]) == 1
    assert "--overprint" in capsys.readouterr().err


def test_answers_of_an_earlier_edition_are_read_and_printed_in_it(answers, tmp_path, capsys):
    """经济状况 3 不详 was printed before the third edition only."""
    old, blank, new = (tmp_path / f"{name}.pdf" for name in ("old", "blank", "new"))
    given = answers("smi_info", economy=3)

    assert main(["form", "print", "smi_info", "--answers", given, "--edition", "2011", "--out", str(old)]) == 0
    assert main(["form", "blank", "smi_info", "--edition", "2011", "--out", str(blank)]) == 0
    assert main(["form", "print", "smi_info", "--answers", given, "--out", str(new)]) == 1

    assert "经济状况：请填选项 1、2，您填的是“3”" in capsys.readouterr().err
    assert not new.exists()
    for file in (old, blank):
        assert "3不详" in words(file)
        assert "国家基本公共卫生服务规范（2011年版）" in words(file)


def test_an_edition_that_is_not_known_is_refused_by_name(answers, tmp_path, capsys):
    out = tmp_path / "no.pdf"

    assert main(["form", "print", "smi_info", "--answers", answers("smi_info"), "--edition", "2009", "--out", str(out)]) == 1
    assert "没有“2009”版。可用的有：2011、2017。" in capsys.readouterr().err
    assert not out.exists()


def test_the_list_tells_the_editions_of_every_form(capsys):
    assert main(["form", "list", "--json"]) == 0
    listed = {each["code"]: (each["edition"], each["editions"]) for each in json.loads(capsys.readouterr().out)}

    assert listed["personal_info"] == ("2017", ["2011", "2017"])
    assert listed["htn_followup"] == ("2017", ["2017"])
    assert all(edition == editions[-1] for edition, editions in listed.values())


def test_an_unusual_answer_is_told_and_printed(answers, tmp_path, capsys):
    out = tmp_path / "whole.pdf"

    assert main(["form", "print", "health_exam", "--answers", answers("health_exam", temperature="34.9"), "--out", str(out)]) == 0
    assert "体温 34.9 不常见，请确认无误。" in capsys.readouterr().err
    assert "34.9" in words(out)
