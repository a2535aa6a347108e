"""The first start: codes of the place, record numbers, names, and later corrections."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.services.history import changes_of
from app.services.problems import Refused
from app.services.setup import Setup, check_setup, names_of, propose_record_prefix, setup_problems
from db.models import Organisation
from tests.desks import answers


def problems(**changes):
    return {(problem.code, problem.level.value) for problem in setup_problems(answers(**changes))}


def test_good_answers_have_no_problem():
    assert problems() == set()
    assert problems(kind="township", role="township_pharmacist", division_code="411624104000", record_prefix="") == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "hospital"}, {("kind", "refuse")}),
        ({"role": "township_manager"}, {("role", "refuse")}),
        ({"name": " "}, {("name", "refuse")}),
        ({"name": "村" * 101}, {("name", "refuse")}),
        ({"user_name": ""}, {("user_name", "refuse")}),
        ({"pin": "0000"}, {("pin", "refuse")}),
        ({"division_code": "41162410421"}, {("division_code", "refuse")}),
        ({"division_code": "4116241042151"}, {("division_code", "refuse")}),
        ({"division_code": "41162410421x"}, {("division_code", "refuse")}),
        ({"division_code": "411624104000"}, {("division_code", "refuse")}),
        ({"division_code": "411624000215"}, {("division_code", "refuse"), ("record_prefix", "ask")}),
        (
            {"division_code": "999999104215", "record_prefix": "999999104115"},
            {("division_code", "ask")},
        ),
        ({"record_prefix": ""}, {("record_prefix", "refuse")}),
        ({"record_prefix": "411624104000"}, {("record_prefix", "refuse")}),
        ({"record_prefix": "411624104215"}, {("record_prefix", "ask")}),
        ({"record_prefix": "411625104115"}, {("record_prefix", "ask")}),
        ({"phone": "找老王"}, {("phone", "ask")}),
    ],
)
def test_each_wrong_answer_has_its_sentence(changes, expected):
    assert problems(**changes) == expected


def test_codes_are_read_in_any_width_and_with_spaces():
    assert problems(division_code=" ４１１６２４ 104-215 ") == set()


def test_a_question_can_be_confirmed_and_a_mistake_cannot():
    check_setup(answers(record_prefix="411624104215"), confirmed=frozenset({"record_prefix"}))
    with pytest.raises(Refused):
        check_setup(answers(pin="0000"), confirmed=frozenset({"pin"}))


@pytest.mark.parametrize(
    ("code", "proposed"),
    [
        ("411624104215", "411624104115"),
        ("411624104201", "411624104101"),
        ("411624104299", "411624104199"),
        ("411624104200", ""),
        ("411624104300", ""),
        ("411624001001", "411624001001"),
        ("411624104000", ""),
        ("4116241042", ""),
        ("", ""),
    ],
)
def test_the_village_part_of_record_numbers_is_proposed_from_the_statistical_code(code, proposed):
    assert propose_record_prefix(code) == proposed


def test_a_code_gives_the_names_of_its_place():
    names = names_of("411624104215")
    assert (names.province, names.city, names.county) == ("河南省", "周口市", "沈丘县")
    assert names_of("999999104215").county == ""
    assert names_of("110101001001").city == ""


def test_the_place_is_corrected_with_its_history(clinic_desk):
    setup = Setup(clinic_desk)
    corrected = setup.correct(replace(setup.answers(), name="柳庄村第一卫生室", phone="0394-5550999"))
    assert (corrected.place.name, corrected.place.phone) == ("柳庄村第一卫生室", "0394-5550999")
    assert setup.answers().name == "柳庄村第一卫生室"
    with clinic_desk.sessions.reading() as session:
        [change] = changes_of(session, "organisation", clinic_desk.place.id)
        assert set(change.after) == {"name", "phone"}
        assert session.get_one(Organisation, clinic_desk.place.id).kind == "clinic"


def test_a_wrong_correction_changes_nothing(clinic_desk):
    setup = Setup(clinic_desk)
    with pytest.raises(Refused):
        setup.correct(replace(setup.answers(), division_code="1"))
    assert setup.answers().division_code == "411624104215"
