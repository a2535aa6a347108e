"""Rosters as a whole: cancelled, looked at again, of 2500 lines, and the lines that were left out."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.errors import UserError
from app.interchange.roster_plan import Action
from app.interchange.tables import RawRow, RawTable
from app.interchange.xlsx_files import write_xlsx
from app.services.history import broken_links
from app.services.progress import Cancelled
from app.services.resident_keys import check_keys
from app.services.residents import Residents
from db.models import AuditEntry, FormEntry, Household, Resident, Revision
from tests.app.interchange.roster_lines import DA, HEADERS, LI, changed, count, of_name, plan_of
from tests.residents import id_number, register


def test_a_database_that_changed_meanwhile_is_looked_at_again(clinic_desk, roster):
    plan = plan_of(roster, LI, DA)
    register(clinic_desk, "王五", "1960-01-01", 1)
    assert roster.apply(plan).added == 2
    plan = plan_of(roster, changed(LI, 联系电话="13700001111"))
    view = of_name(clinic_desk, "李桂兰")
    record = Residents(clinic_desk).record(view.id)
    Residents(clinic_desk).revise(
        view.id, {**record.cover, "phone": "13600001111"}, None, revision=view.revision, reason="换号"
    )
    with pytest.raises(UserError, match="重新核对"):
        roster.apply(plan)
    assert of_name(clinic_desk, "李桂兰").phone == "13600001111"


def test_an_import_that_is_cancelled_leaves_nothing(clinic_desk, roster):
    plan = plan_of(
        roster, *[changed(LI, 姓名=f"李{n}", 身份证号=id_number("19550308", n)) for n in range(1, 60)]
    )
    asked = []

    def after_three_times():
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        roster.apply(plan, cancelled=after_three_times)
    assert [
        count(clinic_desk, entity) for entity in (Resident, FormEntry, Household, Revision, AuditEntry)
    ] == [0] * 5
    with pytest.raises(Cancelled):
        plan_of(roster, LI, cancelled=lambda: True)


def test_progress_is_reported_up_to_the_end(roster):
    steps = []
    plan = plan_of(roster, LI, DA, report=lambda done, total, sentence: steps.append((done, total)))
    roster.apply(plan, lambda done, total, sentence: steps.append((done, total)))
    assert steps[-1][0] == steps[-1][1]
    assert all(done <= total for done, total in steps)


def test_a_mapping_without_a_name_imports_nothing(roster):
    with pytest.raises(UserError, match="姓名"):
        plan_of(roster, ("x", LI[1]), headers=("代号", "身份证号"))


BAD_LINES = {
    "no name": lambda line: ("", *line[1:]),
    "wrong check": lambda line: (line[0], line[1][:17] + ("1" if line[1][17] != "1" else "2"), *line[2:]),
    "lost digits": lambda line: (line[0], float(int(line[1][:17] + "0")), *line[2:]),
    "no such day": lambda line: (line[0], line[1][:10] + "0231" + line[1][14:], *line[2:]),
    "twice": None,
}


def villagers(amount, seed):
    """Lines of made-up villagers in households of four, about one in twenty of them bad; and how many are good."""
    dice = random.Random(seed)
    lines, good = [], 0
    for n in range(amount):
        born = date(1935, 1, 1) + timedelta(days=dice.randrange(30000))
        name = (
            dice.choice("王李张刘陈杨赵黄周吴单曾")
            + dice.choice("伟芳娜秀英敏静丽强磊")
            + dice.choice("军洋勇艳杰娟涛明超兰")
        )
        sex = dice.randrange(2)
        line = (
            name,
            id_number(f"{born:%Y%m%d}", (2 * n + sex) % 1000, county=f"4116{24 + n // 500}"),
            f"13{dice.randrange(10**9):09d}",
            "柳庄村",
            "柳庄村",
            f"{n // 4 % 12 + 1}组",
            str(n // 4 + 1),
            ("户主", "配偶", "子", "女")[n % 4],
        )
        kind = dice.choice(list(BAD_LINES)) if dice.random() < 0.05 and lines else None
        if kind == "twice":
            lines.append(("重复的人", lines[0][1], *line[2:]))
        elif kind is not None:
            lines.append(BAD_LINES[kind](line))
        else:
            good += 1
            lines.append(line)
    return lines, good


def test_2500_lines_with_one_bad_in_twenty_are_imported_but_for_the_bad_ones(clinic_desk, roster, tmp_path):
    lines, good = villagers(2500, seed=20261122)
    path = tmp_path / "名单.xlsx"
    write_xlsx(path, "名单", HEADERS, lines)
    content = roster.read(path)
    plan = roster.dry_run(content, roster.guess(content))
    assert (plan.count(Action.ADD), plan.count(Action.REFUSE), plan.count(Action.ASK)) == (
        good,
        2500 - good,
        0,
    )
    assert 80 < 2500 - good < 170
    assert all(row.reasons for row in plan.left_out)
    result = roster.apply(plan)
    assert (result.added, count(clinic_desk, Resident)) == (good, good)
    with clinic_desk.sessions.reading() as session:
        assert (check_keys(session).wrong, broken_links(session)) == ((), [])
        numbers = session.scalars(select(Resident.record_no).order_by(Resident.number)).all()
        assert numbers == [f"411624104115{serial:05d}" for serial in range(1, good + 1)]
        heads = session.scalar(select(func.count()).where(Household.head_id.is_not(None)))
        assert 580 < heads <= 625
    again = roster.dry_run(content, roster.guess(content))
    assert again.count(Action.SAME) == good


def test_the_lines_left_out_are_kept_with_their_reasons_and_can_be_imported_when_put_right(
    clinic_desk, roster, tmp_path
):
    bad = changed(LI, 身份证号=LI[1][:-1])
    plan = plan_of(roster, DA, bad, ("=1+1", "x"))
    assert roster.save_refused(plan, tmp_path / "未导入.xlsx") == 2
    kept = roster.read(tmp_path / "未导入.xlsx")
    assert kept.headers[:4] == ("未导入的原因", "原来的行号", "姓名", "身份证号")
    assert "18 位" in kept.rows[0].cells[0]
    assert kept.rows[0].cells[1:4] == (3, "李桂兰", LI[1][:-1])
    assert kept.rows[1].cells[2] == "=1+1"
    roster.apply(plan)
    rows = tuple(RawRow(row.line, (*row.cells[:3], LI[1], *row.cells[4:])) for row in kept.rows[:1])
    mended = RawTable("改好.xlsx", kept.headers, rows, 1)
    assert roster.apply(roster.dry_run(mended, roster.guess(mended))).added == 1
    assert of_name(clinic_desk, "李桂兰").household.head_name == "李大山"
