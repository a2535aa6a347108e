"""Saving a follow-up: everything between the doctor's key press and the record being on the disk.

On the sample clinic of 3,000 residents, patients under management get one visit each. Saving means one transaction in
which the answers are validated and judged by the rules, and the sheets, results, revision, audit entry and due tasks
are written; then the work list is asked who is next. The plain commit, taking turns with it, is one transaction by the
driver alone: one row as large as a sheet inserted, one updated. Its encrypted file lies beside the clinic's, because a
second writer on the same file would empty the program's page cache.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.desk import Desk
from app.forms.vocabulary import Level
from app.services.follow_up_views import VisitSheet
from app.services.follow_ups import FollowUps
from app.services.visit_answers import answer_key
from app.services.work_list import WorkList
from bench.figures import Row, Target, milliseconds, spread, undisturbed
from bench.people import QUICK_RESIDENTS, SEED, sample_clinic
from db.cipher import connect
from db.models import new_id

RESIDENTS = 3_000
VISITS, QUICK_VISITS = 300, 4
WARM_UP = 5
LATER = timedelta(days=100)
"""By then everybody under management is due."""
MEASURED: Mapping[str, Any] = {
    "visit_method": 1, "weight": "63.5", "heart_rate": 76, "cigarettes": 0, "cigarettes_target": 0, "alcohol": 0,
    "alcohol_target": 0, "exercise_times": 3, "exercise_times_target": 5, "exercise_minutes": 20,
    "exercise_minutes_target": 30, "salt": 2, "salt_target": 1, "psych": 1, "compliance_behaviour": 1,
    "drug_adherence": 1, "fpg": "6.4", "dorsalis_pedis": 1, "staple_food": 350, "staple_food_target": 300,
    "hypoglycaemia": 1, "symptoms": [1], "adr": 1,
    "drugs": [{"name": "硝苯地平控释片 30mg", "times_per_day": 1, "dose": "1片"}],
}  # fmt: skip
REFERRED = {"referral_reason": "连续两次控制不满意", "referral_to": "青石镇卫生院 内科"}


def measure(quick: bool) -> list[Row]:
    """Visits of many patients, each followed by a plain commit."""
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        desk = sample_clinic(Path(folder) / "clinic", QUICK_RESIDENTS if quick else RESIDENTS, later=LATER)
        try:
            return measure_on(desk, QUICK_VISITS if quick else VISITS)
        finally:
            desk.close()


def measure_on(desk: Desk, visits: int) -> list[Row]:
    """The rows of a clinic."""
    follow_ups, work_list = FollowUps(desk), WorkList(desk)
    plain = PlainCommit(desk)
    visitor = Visitor(desk, follow_ups)
    saved, then_next, judged, commits = [], [], [], []
    due = [row for row in work_list.page(limit=visits + 2 * WARM_UP).rows if row.has_combined_visit][: visits + WARM_UP]
    try:
        with undisturbed():
            for number, row in enumerate(due):
                sheet, answers, confirmed = visitor.visit(row.resident_id)
                rules = milliseconds(follow_ups.propose, sheet, answers)
                save = milliseconds(follow_ups.save_visit, row.resident_id, answers, confirmed=confirmed)
                following = milliseconds(work_list.next_after, row.resident_id, after=row.key)
                commit = milliseconds(plain.commit)
                if number >= min(WARM_UP, len(due) // 2):
                    saved.append(save)
                    then_next.append(save + following)
                    judged.append(rules)
                    commits.append(commit)
    finally:
        plain.close()
    return [
        Row("follow-up saved", spread(saved), spread(commits), Target(10),
            "validated, judged, sheets, revision, audit entry, due tasks, one commit with fsync"),
        Row("follow-up saved and the next person known", spread(then_next), spread(commits), Target(10),
            "as above, then the work list is asked who follows"),
        Row("a follow-up judged while it is written", spread(judged),
            note="validation and rules alone, as at every key press"),
    ]  # fmt: skip


class Visitor:
    """Makes up visits that may be saved: most people are controlled, some are referred."""

    def __init__(self, desk: Desk, follow_ups: FollowUps) -> None:
        self._desk = desk
        self._follow_ups = follow_ups
        self._random = Random(SEED)

    def visit(self, resident_id: str) -> tuple[VisitSheet, dict[str, Any], frozenset[str]]:
        """An opened visit, its answers, and the questions that the doctor says yes to."""
        sheet = self._follow_ups.open_visit(resident_id)
        answers = self._answers(sheet)
        proposal = self._follow_ups.propose(sheet, answers)
        referred = [said.form_code for said in proposal.diseases if said.referral != "no"]
        for form_code in referred:
            for code, words in REFERRED.items():
                answers[answer_key(sheet.form_codes, form_code, code)] = words
        problems = self._follow_ups.propose(sheet, answers).problems
        return sheet, answers, frozenset(problem.code for problem in problems if problem.level is Level.ASK)

    def _answers(self, sheet: VisitSheet) -> dict[str, Any]:
        measured = {**MEASURED, "sbp": self._random.randint(118, 158), "dbp": self._random.randint(70, 94)}
        answers: dict[str, Any] = {"visit_date": self._desk.today().isoformat()}
        for form_code in sheet.form_codes:
            fields = form_fields(form_code)
            for code, value in measured.items():
                if code in fields:
                    answers[answer_key(sheet.form_codes, form_code, code)] = value
        return answers


def form_fields(form_code: str) -> Mapping[str, Any]:
    """The answers of a form by code."""
    from app.forms.registry import form

    return form(form_code).fields


class PlainCommit:
    """One row inserted and one updated, by the driver alone, in an encrypted file of its own."""

    def __init__(self, desk: Desk) -> None:
        assert desk.sessions.file is not None
        self._connection = connect(desk.sessions.file.with_name("plain.db"), desk.sessions.key, "rwc")
        self._connection.execute("CREATE TABLE bench_plain (id TEXT PRIMARY KEY, answers TEXT, due_on TEXT)")
        self._last = ""
        self._answers = json.dumps(MEASURED, ensure_ascii=False)

    def commit(self) -> None:
        """The transaction."""
        self.commit_many(1)

    def commit_many(self, count: int) -> None:
        """One transaction with so many rows inserted and updated."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        for _ in range(count):
            row_id = new_id()
            run("INSERT INTO bench_plain VALUES (?, ?, ?)", (row_id, self._answers, "2027-02-22"))
            run("UPDATE bench_plain SET due_on = ? WHERE id = ?", ("2027-05-22", self._last))
            self._last = row_id
        run("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
