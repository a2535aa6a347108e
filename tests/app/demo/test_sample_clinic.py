"""The sample clinic: believable, consistent with the rules, the same for the same seed, and marked as invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from app.demo.clinic import DOCTOR, PIN, build_clinic, fill_clinic, is_sample
from app.demo.clinic_supply import CODED
from app.demo.drugs import UNPRICED
from app.demo.village import village
from app.desk import Desk
from app.domain.dates import age_on
from app.domain.id_number import parse_id_number
from app.forms.registry import form
from app.forms.vocabulary import Context
from app.i18n import tr
from app.services.catalogue import Catalogue
from app.services.cold_chain import ColdChain
from app.services.dispensing import Dispensing as Dispensings
from app.services.follow_ups import FollowUps
from app.services.history import broken_links
from app.services.indicators import Indicators
from app.services.integrity import Integrity
from app.services.ledger_reports import LedgerReports
from app.services.progress import Cancelled
from app.services.receiving import Arrival, Receiving
from app.services.requests import Requests
from app.services.resident_keys import check_keys
from app.services.residents import Residents
from app.services.stock import StateFilter, Stock
from app.services.stocktakes import Stocktakes
from app.services.trace_codes import codes_here
from app.services.work_list import WorkList
from app.startup import look, open_database
from db.models import (
    Dispensing,
    Drug,
    DueTask,
    Enrolment,
    FollowUp,
    FormEntry,
    Resident,
    Settlement,
    SettlementLine,
    StockMovement,
    TraceCode,
)
from tests.desks import Clock, copy_of, make_clinic
from tests.followup_people import htn_answers
from tests.supply_desks import give_keys

TODAY = date(2026, 11, 22)
PASSPHRASE = "示例用的一句长长的密码"


@pytest.fixture
def clinic_desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty clinic."""
    desk = make_clinic(tmp_path / "clinic", Clock())
    yield desk
    desk.sessions.engine.dispose()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A filled clinic, closed; each test gets a copy."""
    desk = make_clinic(tmp_path_factory.mktemp("filled") / "clinic", Clock())
    fill_clinic(desk, residents=90, years=2)
    desk.close()
    return desk


@pytest.fixture
def sample(filled: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A filled clinic of the test's own."""
    desk = copy_of(filled, tmp_path / "sample", Clock())
    yield desk
    desk.close()


def all_of(desk: Desk, model) -> list:
    with desk.sessions.reading() as session:
        return list(session.scalars(select(model)))


def test_the_first_screen_shows_every_kind_of_row(sample):
    page = WorkList(sample).page()
    rows = {row.name: row for row in page.rows}
    assert page.counts.overdue >= 5
    assert page.counts.today >= 6
    first = rows["李桂兰"]
    assert (first.age, first.days_overdue, tr(first.last_text)) == (71, 9, "162/94　不满意(第1次)")
    assert tr(rows["张守业"].last_text) == "148/88　空腹 8.1"
    assert [tr(chip.text) for chip in rows["王秀英"].reminders] == ["无人照顾"]
    assert (rows["王秀英"].phone_masked, rows["王秀英"].note) == ("", "独居")
    assert [tr(chip.text) for chip in rows["陈玉珍"].reminders] == ["转诊复核"]
    assert tr(rows["阿依古丽·买买提"].due_chip.text) == "今天"


def test_the_people_are_as_many_as_asked_for_and_have_sound_numbers(sample):
    residents = all_of(sample, Resident)
    assert len(residents) == 90
    numbers = [resident.id_number for resident in residents if resident.id_number]
    assert len(set(numbers)) == len(numbers) == 89
    for resident in residents:
        if resident.id_number:
            parsed = parse_id_number(resident.id_number, TODAY)
            assert (parsed.valid, parsed.birth_date, parsed.sex) == (True, resident.birth_date, resident.sex)
        else:
            assert (resident.birth_precision, resident.no_id_reason) == ("year", "户口未落实")
    assert any("𠮷" in resident.name for resident in residents)
    assert any("·" in resident.name for resident in residents)


def test_every_form_is_complete_by_its_own_rules(sample):
    people = {resident.id: resident for resident in all_of(sample, Resident)}
    entries = all_of(sample, FormEntry)
    totals = {(e.resident_id, e.entry_date): e.answers["total"] for e in entries if e.form_code == "elder_adl"}
    assert {"health_exam", "elder_adl", "tcm_elder", "encounter"} <= {entry.form_code for entry in entries}
    for entry in entries:
        person = people[entry.resident_id]
        context = Context(
            TODAY,
            person.birth_date,
            person.sex,
            person.height_cm,
            adl_total=totals.get((entry.resident_id, entry.entry_date)),
        )
        declared = form(entry.form_code)
        answers = declared.restore(entry.answers)
        found = [p for p in declared.problems(answers, context) if p.level != "ask"]
        assert found == [], entry.form_code


def test_results_tasks_and_records_agree(sample):
    visits = all_of(sample, FollowUp)
    by_enrolment = {enrolment.id: enrolment for enrolment in all_of(sample, Enrolment)}
    for enrolment in by_enrolment.values():
        own = [visit for visit in visits if visit.enrolment_id == enrolment.id]
        newest = max(own, key=lambda visit: visit.visit_date)
        assert (enrolment.last_visit_on, enrolment.last_sbp) == (newest.visit_date, newest.sbp)
        tasks = [task for task in all_of(sample, DueTask) if task.enrolment_id == enrolment.id]
        (open_task,) = [task for task in tasks if task.kind == "follow_up" and task.done_on is None]
        assert open_task.due_on == newest.next_visit_on
    assert all(visit.visit_date <= TODAY for visit in visits)
    assert len(
        {entry.id for entry in all_of(sample, FormEntry)} & {visit.form_entry_id for visit in visits}
    ) == len(visits)


def test_history_and_search_keys_are_whole(sample):
    with sample.sessions.reading() as session:
        assert broken_links(session) == []
        assert check_keys(session).wrong == ()
        assert is_sample(session)


def test_the_clinic_goes_on_working_after_it_was_filled(sample):
    row = WorkList(sample).page().rows[0]
    saved = FollowUps(sample).save_visit(row.resident_id, htn_answers(TODAY), diseases={"htn"})
    assert saved.visit_date == TODAY
    assert Residents(sample).record(row.resident_id).cover["name"] == row.name
    assert Indicators(sample).of_year("htn").standard.denominator > 0


def test_shares_of_disease_are_near_those_of_the_country():
    people = [person for family in village(Random(7), 6000, TODAY) for person in family.members]
    adults = [person for person in people if age_on(person.born, TODAY) >= 35]
    hypertensive = sum("htn" in person.diagnosed for person in adults) / len(adults)
    diabetic = sum("dm" in person.diagnosed for person in adults) / len(adults)
    assert 0.20 < hypertensive < 0.26
    assert 0.06 < diabetic < 0.10
    assert all(1 <= len(family.members) <= 6 for family in village(Random(8), 500, TODAY))


def test_the_same_seed_gives_the_same_village():
    def names(seed: int) -> list[tuple]:
        people = [person for family in village(Random(seed), 300, TODAY) for person in family.members]
        return [(person.name, person.born, person.id_number) for person in people]

    assert names(1) == names(1)
    assert names(1) != names(2)


@pytest.mark.parametrize("residents", [1, 3, 12])
def test_a_tiny_village_is_possible(clinic_desk, residents):
    assert fill_clinic(clinic_desk, residents=residents, years=1).residents == residents


def test_a_built_sample_opens_with_the_written_pin_and_says_that_it_is_one(tmp_path):
    folder = tmp_path / "示例"
    build_clinic(
        folder, residents=20, years=1, passphrase=PASSPHRASE, clock=Clock(), for_window=False
    ).close()
    database = open_database(look(folder, for_window=False), passphrase=PASSPHRASE, for_window=False)
    (user,) = database.users()
    desk = database.sign_in(user.id, PIN)
    assert (desk.actor.name, desk.place.name) == (DOCTOR, "柳庄村卫生室（示例）")
    database.close()


def test_cancelling_leaves_nothing_of_the_sample_and_everything_else(tmp_path: Path):
    folder = tmp_path / "数据"
    folder.mkdir()
    note = folder / "我的笔记.txt"
    note.write_text("不要删", encoding="utf-8")
    with pytest.raises(Cancelled):
        build_clinic(
            folder,
            residents=20,
            passphrase=PASSPHRASE,
            clock=Clock(),
            for_window=False,
            cancelled=lambda: True,
        )
    assert list(folder.iterdir()) == [note]


def test_progress_is_told_step_by_step(clinic_desk):
    told = []
    fill_clinic(
        clinic_desk, residents=20, years=1, report=lambda done, total, what: told.append((done, total, what))
    )
    assert {str(what) for _, _, what in told} == {
        "正在编写示例随访。",
        "正在写入示例数据。",
        "正在重建查找用的索引。",
    }
    assert all(0 <= done <= total for done, total, _ in told)


@pytest.mark.parametrize(
    "today",
    [date(2024, 2, 29), date(2026, 2, 28), date(2026, 5, 31), date(2026, 12, 31), date(2027, 1, 1)],
)
def test_the_first_screen_is_as_full_on_any_day_of_the_year(tmp_path, today):
    clock = Clock(datetime.combine(today, time(1), UTC))
    desk = make_clinic(tmp_path / "any_day", clock)
    fill_clinic(desk, residents=40, years=1)
    counts = WorkList(desk).page().counts
    assert counts.overdue >= 5
    assert counts.today >= 6
    desk.sessions.engine.dispose()


def test_one_resident_each_is_under_management_for_the_other_programmes(sample):
    managed = {enrolment.disease: enrolment for enrolment in all_of(sample, Enrolment) if enrolment.ended_on is None}
    assert {"smi", "tb", "copd"} <= managed.keys()
    for disease in ("smi", "tb", "copd"):
        tasks = [task for task in all_of(sample, DueTask) if task.enrolment_id == managed[disease].id]
        (open_task,) = [task for task in tasks if task.kind == "follow_up" and task.done_on is None]
        assert open_task.due_on >= TODAY


# -- the year of its drugs ---------------------------------------------------------------------------------------------


def test_the_books_of_the_sample_are_whole(sample):
    assert [str(result.name) for result in Integrity(sample).check() if not result.is_whole] == []


def test_every_state_of_the_shelf_has_a_drug_to_show(sample):
    balances = Stock(sample).balances()
    filled = {state for state, count in balances.counts.items() if count}
    assert filled >= {StateFilter.OUT, StateFilter.NORMAL, StateFilter.UNUSED, StateFilter.EXPIRY_RISK}
    by_code = {row.drug_code: row for row in balances.rows}
    assert by_code["VD105"].usable == 0
    assert by_code["VD105"].in_transit > 0
    assert by_code["VD023"].on_hand > by_code["VD023"].usable, "one batch is past its expiry"
    assert balances.value_fen is not None


def test_drugs_were_given_by_the_follow_ups_and_the_patients_are_counted_in_the_draft(sample):
    given = all_of(sample, Dispensing)
    assert {row.kind for row in given} == {"ordinary", "long"}
    assert all(row.given_on < TODAY for row in given)
    draft = next(row for row in Requests(sample).summaries() if row.state == "draft")
    assert draft.period == "2026-12"
    lines = Requests(sample).get(draft.id).lines
    assert any((line.suggested or 0) > 0 and "在管" in line.arithmetic for line in lines)


def test_a_shipment_is_on_the_way_a_check_waits_and_the_last_month_may_be_closed(sample):
    assert [summary.number[:2] for summary in Receiving(sample).open()] == ["FH"]
    waiting = [take for take in Stocktakes(sample).list() if take.kind == "check"]
    assert [take.state.value for take in waiting] == ["open"]
    reports = LedgerReports(sample)
    assert reports.next_to_close() == "2026-10"
    statements = [row for row in all_of(sample, Settlement) if row.party == "clinic"]
    assert {row.month for row in statements} == {"2026-07", "2026-08", "2026-09"}
    for row in statements:
        lines = [line for line in all_of(sample, SettlementLine) if line.settlement_id == row.id]
        assert row.totals["payable"] == sum(line.amount_fen for line in lines) > 0


def test_the_shipment_on_the_way_can_be_received_and_codes_are_those_of_the_shipment(sample):
    give_keys(sample)
    receiving = Receiving(sample)
    (summary,) = receiving.open()
    view = receiving.get(summary.id)
    lines = tuple(
        replace(line, codes=next(each.codes for each in view.lines if each.id == line.line_id))
        for line in receiving.as_sent(summary.id, "5.0")
    )
    done = receiving.receive(summary.id, Arrival(lines, celsius="5.0"), view.version)
    assert done.shipment.state.value == "received"
    assert [str(result.name) for result in Integrity(sample).check() if not result.is_whole] == []


def test_a_pack_of_the_sample_is_given_once_by_its_code(sample):
    with sample.sessions.reading() as session:
        drug = next(code for code in sorted(CODED) if codes_here(session, sample, code))
        pack = codes_here(session, sample, drug)[0]
        used = session.scalars(select(TraceCode).where(TraceCode.state == "used")).first()
    dispensing = Dispensings(sample)
    assert dispensing.look_up_code(pack.code).problem is None
    assert used is not None
    assert "已经发完" in str(dispensing.look_up_code(used.code).problem)


def test_the_catalogue_has_prices_classes_and_the_products_of_the_follow_ups(sample):
    catalogue = Catalogue(sample)
    assert catalogue.find("xbdpksp")[0].price_fen == 1190
    drugs = all_of(sample, Drug)
    assert {drug.insurance_class for drug in drugs} <= {"甲", "乙", "非"}
    assert len({drug.barcode for drug in drugs}) == len(drugs) == len({drug.trace_prefix for drug in drugs})
    assert [drug.code for drug in drugs if drug.price_fen is None] == sorted(UNPRICED)


def test_readings_of_the_refrigerator_hold_one_time_too_warm_and_one_silence(sample):
    (register,) = ColdChain(sample).register(datetime(2026, 9, 20, tzinfo=UTC))
    assert len(register.excursions) == 1
    assert len(register.gaps) == 1


def test_a_clinic_founded_today_has_its_opening_stock_only(clinic_desk):
    filled = fill_clinic(clinic_desk, residents=10, years=0)
    assert filled.dispensings == 0
    assert {row.kind for row in all_of(clinic_desk, StockMovement)} == {"opening"}
