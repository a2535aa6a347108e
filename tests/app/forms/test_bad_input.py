"""What cannot be is refused with the same sentence in the window, on the command line and when it is saved.

The cases are made from the declarations, so that a new field is tried without a word here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.desk import Desk
from app.forms.judging import judged
from app.forms.registry import form
from app.forms.vocabulary import Level, Problem
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from app.services.problems import Refused
from app.services.residents import Residents
from tests.desks import Clock, make_clinic
from tests.followup_people import add_resident
from tests.samples import bad_answers
from tests.samples.bad_answers import BORN, CONTEXT, Case
from tests.samples.form_answers import FILLED, PERSON

RECORD = ("record_cover", "personal_info")
VISITS = {"htn_followup": "htn", "dm_followup": "dm"}


def cases(kind) -> list[Case]:
    return [case for code in FILLED for case in kind(code)]


def of_code(problems, case: Case) -> list[Problem]:
    return [problem for problem in problems if problem.code == case.code]


class Clinic:
    """A desk with a resident for each of the two follow-ups and one for everything else."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.person = add_resident(desk, born=BORN, height_cm=Decimal("156.5"))
        self.patients = {}
        for code, disease in VISITS.items():
            self.patients[code] = add_resident(desk, born=BORN, height_cm=Decimal("156.5"))
            Enrolments(desk).enrol(self.patients[code], disease, date(2020, 1, 5), date(2020, 1, 6))

    def refusal(self, case: Case) -> tuple[Problem, ...]:
        """What stands against saving the answers where this form is kept."""
        given = case.answers()
        if case.form in RECORD:
            both = {code: given if code == case.form else FILLED[code] for code in RECORD}
            return Residents(self.desk).problems(both["record_cover"], both["personal_info"])
        with pytest.raises(Refused) as refused:
            self._save(case.form, given)
        return refused.value.problems

    def _save(self, code: str, given: dict[str, Any]) -> None:
        if code in VISITS:
            FollowUps(self.desk).save_visit(self.patients[code], given)
        else:
            FormRecords(self.desk).save(self.person, code, given)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    desk = make_clinic(tmp_path_factory.mktemp("bad") / "clinic", Clock())
    yield Clinic(desk)
    desk.sessions.engine.dispose()


def printed(case: Case, folder: Path) -> tuple[int, bool]:
    """The exit status of `cunyi form print`, and whether it wrote the sheet."""
    file, out = folder / "answers.json", folder / "sheet.pdf"
    file.write_text(json.dumps({"person": PERSON, "answers": case.answers()}, ensure_ascii=False), "utf-8")
    return main(["form", "print", case.form, "--answers", str(file), "--out", str(out)]), out.exists()


@pytest.mark.parametrize("case", cases(bad_answers.refused), ids=str)
def test_an_impossible_answer_is_refused_everywhere_by_the_same_sentence(case, clinic, tmp_path, capsys):
    name = form(case.form).fields[case.code].name
    found = of_code(judged(form(case.form), case.answers(), CONTEXT).problems, case)
    assert [problem.level for problem in found] == [Level.REFUSE]
    sentence = str(found[0].message)
    assert name in sentence
    assert case.words in sentence

    refused = [
        str(problem.message)
        for problem in of_code(clinic.refusal(case), case)
        if problem.level is Level.REFUSE
    ]
    assert sentence in refused

    assert printed(case, tmp_path) == (1, False)
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("case", cases(bad_answers.doubted), ids=str)
def test_an_unusual_number_is_asked_about_everywhere_by_the_same_sentence(case, clinic, tmp_path, capsys):
    found = of_code(judged(form(case.form), case.answers(), CONTEXT).problems, case)
    assert Level.ASK in [problem.level for problem in found]
    sentence = str(found[0].message)
    assert form(case.form).fields[case.code].name in sentence
    assert case.words in sentence

    assert (Level.ASK, sentence) in [
        (each.level, str(each.message)) for each in of_code(clinic.refusal(case), case)
    ]

    assert printed(case, tmp_path) == (0, True)
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("case", cases(bad_answers.accepted), ids=str)
def test_the_ends_of_a_range_belong_to_it(case):
    problems = of_code(judged(form(case.form), case.answers(), CONTEXT).problems, case)
    item = form(case.form).fields[case.code]
    sentences = [str(problem.message) for problem in problems]
    assert not [sentence for sentence in sentences if f"{item.name}请填" in sentence or "最多写" in sentence]
    if case.why.startswith("usual"):
        assert not [sentence for sentence in sentences if "不常见" in sentence]


@pytest.mark.parametrize("code", [code for code in FILLED if code not in (*RECORD, *VISITS)])
def test_the_samples_themselves_are_kept(code, clinic):
    saved = FormRecords(clinic.desk).save(clinic.person, code, FILLED[code])
    assert saved.state == "complete"
