"""The benchmark measures: every measurement runs in its quick form and gives rows that make sense. How fast is not asked."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from app.services.integrity import Integrity
from app.services.resident_keys import check_keys
from app.services.stock import Stock
from bench import machine, report
from bench.__main__ import MEASUREMENTS, main
from bench.figures import Figure, Row, Target, median, middle, milliseconds, percentile, shown, spread
from bench.ledger import fill_ledger
from bench.machine import Moment, moment, others_cores
from bench.people import fill, found_clinic, somebody
from bench.processes import ChildFailed, marks_in, read_marks, running, told_by

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASUREMENTS)
def test_a_measurement_in_its_quick_form_gives_rows_with_positive_figures(name, qapp):
    rows = import_module(f"bench.{name}").measure(True)

    assert rows
    assert len({row.what for row in rows}) == len(rows)
    for row in rows:
        assert row.ours.value > 0
        assert row.ours.unit in ("ms", "s", "MB", "pages/s", "days", "units", "yuan")
        assert row.baseline is None or (row.baseline.value > 0 and row.baseline.unit in (row.ours.unit, "ms"))
    assert any(row.target is not None for row in rows)
    assert any(row.ratio is not None for row in rows)


def test_the_residents_to_measure_on_have_the_search_keys_that_the_program_gives_them(tmp_path):
    with found_clinic(tmp_path / "clinic") as desk:
        fill(desk, 300)
        with desk.sessions.reading() as session:
            check = check_keys(session)
        known = somebody(desk, 5)

    assert (check.residents, check.wrong) == (300, ())
    assert all(person.name and len(person.id_number) == 18 and len(person.phone) == 11 for person in known)


def test_the_ledger_to_measure_on_is_one_that_the_programs_own_checks_find_sound(tmp_path):
    with found_clinic(tmp_path / "clinic") as desk:
        codes = fill_ledger(desk, 2400, 12)
        results = Integrity(desk).check()
        rows = Stock(desk).balances().rows

    assert [result.findings for result in results if not result.is_whole] == []
    assert {row.drug_code for row in rows} == set(codes)
    assert any(row.amc for row in rows)


@pytest.mark.parametrize(
    ("samples", "share", "expected"),
    [([5.0], 0.95, 5.0), ([3.0, 1.0, 2.0], 0.5, 2.0), (list(range(1, 101)), 0.95, 95), (list(range(1, 21)), 0.95, 19),
     ([1.0, 2.0], 1.0, 2.0), ([1.0, 2.0], 0.0, 1.0)],
)  # fmt: skip
def test_a_percentile_is_the_smallest_sample_that_the_share_does_not_exceed(samples, share, expected):
    assert percentile(samples, share) == expected


@pytest.mark.parametrize(("samples", "expected"), [([4.0], 4.0), ([3.0, 1.0], 2.0), ([9.0, 1.0, 5.0], 5.0)])
def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two(samples, expected):
    assert median(samples) == expected


def test_no_samples_have_neither_median_nor_percentile():
    with pytest.raises(ValueError, match="no samples"):
        median([])
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("target", "ours", "baseline", "reached"),
    [(Target(2), 2.0, None, True), (Target(2), 2.01, None, False), (Target(100, at_least=True), 100, 50, True),
     (Target(100, at_least=True), 99.9, 50, False), (Target(1.5, "ratio"), 30, 20, True),
     (Target(1.5, "ratio"), 31, 20, False), (Target(1.5, "ratio"), 31, None, False)],
)  # fmt: skip
def test_a_target_holds_for_the_figure_or_for_its_ratio_limit_included(target, ours, baseline, reached):
    plain = None if baseline is None else Figure(baseline, "ms")

    assert Row("it", Figure(ours, "ms"), plain, target).reached is reached


def test_a_ratio_is_of_medians_and_missing_without_a_baseline():
    assert Row("it", spread([1.0, 2.0, 90.0]), spread([4.0, 4.0, 4.0])).ratio == 0.5
    assert Row("it", middle([1.0])).ratio is None
    assert Row("it", middle([1.0]), Figure(0.0, "ms")).ratio is None
    assert Row("it", middle([1.0])).reached is None


@pytest.mark.parametrize(
    ("number", "words"), [(1234.5, "1,234"), (99.96, "100.0"), (12.34, "12.3"), (1.234, "1.23"), (0.01234, "0.012")]
)
def test_numbers_are_shown_with_the_digits_that_mean_something(number, words):
    assert shown(number) == words


def test_a_call_is_timed_with_its_values():
    given = []

    assert milliseconds(given.append, 3) >= 0
    assert given == [3]


ROWS = [
    Row("one", spread([1.0, 2.0]), spread([2.0, 4.0]), Target(5), "a note"),
    Row("two", Figure(7.0, "MB"), None, Target(6)),
]


def test_the_table_says_median_and_percentile_ratio_target_and_whether_it_is_reached():
    lines = report.table(ROWS).splitlines()

    assert len(lines) == 4
    assert lines[2] == "| one | 1.50 / 2.00 ms (n=2) | 3.00 / 4.00 ms (n=2) | 0.50 × | ≤ 5 ms | yes | a note |"
    assert lines[3] == "| two | 7.00 MB |  |  | ≤ 6 MB | **no** |  |"


def test_writing_one_section_leaves_the_others_and_their_order(tmp_path):
    file = tmp_path / "RESULTS.md"
    report.write({"b": report.section("b", ROWS, "told b")}, ("a", "b"), file)
    report.write({"a": report.section("a", ROWS, "told a")}, ("a", "b"), file)
    first = file.read_text(encoding="utf-8")
    report.write({"b": report.section("b", ROWS[:1], "told again")}, ("a", "b"), file)
    second = file.read_text(encoding="utf-8")

    assert first.index("## a") < first.index("told a") < first.index("## b") < first.index("told b")
    assert "told again" in second
    assert "told b" not in second
    assert second.index("## a") < second.index("told a") < second.index("## b")
    assert second.count("# Results\n") == 1


@pytest.mark.parametrize(
    ("others", "says"),
    [
        (None, "."),
        (0.04, "kept 0.0 cores busy meanwhile."),
        (1.5, "kept 1.5 cores busy meanwhile: times may be up to twice as long."),
    ],
)
def test_the_circumstances_name_day_machine_and_what_else_was_at_work(others, says):
    told = report.circumstances(date(2026, 11, 22), others)

    assert told.startswith("2026-11-22, ")
    assert f"{os.cpu_count()} cores" in told
    assert "SQLAlchemy" in told
    assert told.endswith(says)


@pytest.mark.parametrize(
    ("everybody", "expected"), [((10.0, 16.0), 1.0), ((10.0, 11.0), 0.0), ((None, 16.0), None), ((10.0, None), None)]
)
def test_the_cores_of_other_programs_are_all_that_was_used_without_our_own(everybody, expected):
    before, after = Moment(100.0, 5.0, everybody[0]), Moment(102.0, 9.0, everybody[1])

    assert others_cores(before, after) == expected


def test_the_present_moment_counts_our_own_time_among_everybodys():
    now = moment()

    assert now.ours > 0
    assert (now.everybody is not None) == sys.platform.startswith("linux")
    assert now.everybody is None or now.everybody > now.ours


def test_the_figures_of_a_quick_run_are_not_written(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--quick", "--write"])

    assert ended.value.code == 2
    assert "not worth keeping" in capsys.readouterr().err


def test_an_unknown_measurement_is_refused_with_those_that_exist(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--only", "everything"])

    assert ended.value.code == 2
    assert "roster" in capsys.readouterr().err


def test_the_memory_of_a_process_is_what_it_has_and_what_it_had_at_most():
    memory = machine.memory_of(os.getpid())

    assert memory is not None
    assert 10 < memory.now <= memory.peak


def test_a_child_that_fails_is_told_with_what_it_said():
    with pytest.raises(ChildFailed, match="import_roster: status 1"):
        told_by("bench.children.import_roster", str(ROOT / "no such file.xlsx"))


def test_a_child_that_ends_before_its_marks_is_told(tmp_path):
    marks = tmp_path / "marks.json"

    with running("bench.children.no_such_child") as process, pytest.raises(ChildFailed, match="no_such_child"):
        marks_in(marks, process, ("painted",))
    assert read_marks(marks) == {}


def test_what_the_first_screen_needs_is_imported_without_what_only_later_work_needs():
    heavy = ("pydantic", "reportlab", "openpyxl", "alembic", "sqlalchemy.dialects.postgresql")
    program = (
        "import sys\n"
        "from ui.compose import SERVICES_OF\n"
        "from importlib import import_module\n"
        "for name in SERVICES_OF['clinic']: import_module('app.services.' + name)\n"
        "import ui.screens.today.screen\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}

    done = subprocess.run([sys.executable, "-P", "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
