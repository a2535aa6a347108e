"""A random check from the draw to the end of every difference, on paper and by envelope."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from app.desk import Actor
from app.domain.random_draw import DrawnFor
from app.domain.stocktake import StocktakeState
from app.errors import UserError
from app.exchange.bodies import CountBody, CountedItem, CountResultBody
from app.exchange.envelope import Envelope
from app.services.document_steps import DocumentRefused
from app.services.history import broken_links
from app.services.post import own_keys, public_keys
from app.services.problems import Refused
from app.services.random_check_sheets import count_sheet, result_sheet
from app.services.random_checks import Counted, RandomChecks, take_in_result
from bench.supply import add_clinic, township
from db.models import Drug, ExchangeMessage, LedgerReport, Stocktake, new_id
from tests.supply_desks import MANAGER, PHARMACIST, as_person

SEED = 4711


@pytest.fixture
def town(tmp_path):
    made = township(tmp_path / "town", drugs=20)
    for number in range(2):
        add_clinic(made, number)
    yield made
    made.desk.close()


@pytest.fixture
def desk(town):
    return town.desk


def reported(town, place=0, batches=20):
    stock = [
        {
            "batch_id": new_id(), "drug_code": f"B{number:05d}", "drug_name": f"药品{number}", "strength": "",
            "unit": "片", "units_per_pack": 10, "price_fen": 100 * number, "batch_no": f"L{number}",
            "expiry": str(date(2026, 12, 1) + timedelta(days=40 * number)), "on_hand": 30, "is_held": False,
        }
        for number in range(batches)
    ]
    with town.desk.sessions.writing() as session:
        session.add(
            LedgerReport(
                organisation_id=town.clinics[place], month="2026-10", made_at=town.desk.now(), made_by_name="王明",
                taken_in_at=town.desk.now(), lines=[], stock=stock,
            )
        )


def opened(town, **how):
    reported(town)
    return RandomChecks(town.desk).open(town.clinics[0], seed=SEED, **how).check


def counts(check, **changed):
    found = {line.id: Counted(30, 30) for line in check.lines}
    for place, value in changed.items():
        found[check.lines[int(place[1:])].id] = value
    return found


def test_only_clinics_that_have_reported_are_drawn_and_the_seed_repeats_the_draw(town, desk):
    assert RandomChecks(desk).draw_clinics(2, SEED) == (SEED, [])
    reported(town)
    seed, drawn = RandomChecks(desk).draw_clinics(2)
    assert drawn == [(town.clinics[0], "第1村卫生室")]
    assert RandomChecks(desk).draw_clinics(2, seed) == (seed, drawn)
    with pytest.raises(Refused, match="种子"):
        RandomChecks(desk).draw_clinics(2, -1)


def test_a_check_draws_ten_batches_and_hides_the_book(town):
    check = opened(town)
    assert (len(check.lines), check.seed, check.state) == (10, SEED, StocktakeState.OPEN)
    assert {line.book for line in check.lines} == {None}
    sheet = count_sheet(check)
    assert {row[7] for row in sheet.rows} == {""}
    assert "30" not in [str(value) for row in sheet.rows for value in row[7:]]
    again = RandomChecks(town.desk).open(town.clinics[0], seed=SEED).check
    assert [line.batch_id for line in again.lines] == [line.batch_id for line in check.lines]


def test_why_each_batch_was_drawn_is_kept_shown_and_printed(town):
    check = opened(town)
    why = [line.drawn_for for line in check.lines]
    assert set(why) <= set(DrawnFor)
    assert why == sorted(why, key=list(DrawnFor).index)
    assert DrawnFor.AT_RANDOM in why
    labels = [str(each.label) for each in why]
    assert [row[5] for row in count_sheet(check).rows] == labels
    assert [row[5] for row in result_sheet(RandomChecks(town.desk).get(check.id)).rows] == labels


def test_the_strength_of_a_drug_stands_on_screen_and_sheet(town):
    with town.desk.sessions.writing() as session:
        for drug in session.scalars(select(Drug)):
            drug.strength = f"{drug.code} mg"
    check = opened(town)
    assert [line.strength for line in check.lines] == [f"{line.drug_code} mg" for line in check.lines]
    assert [row[2] for row in count_sheet(check).rows] == [line.strength for line in check.lines]
    assert [row[2] for row in result_sheet(check).rows] == [line.strength for line in check.lines]


def test_without_a_report_nothing_can_be_drawn(town, desk):
    with pytest.raises(UserError, match="还没有报过库存"):
        RandomChecks(desk).open(town.clinics[1])
    with pytest.raises(UserError, match="不是本院所属"):
        RandomChecks(desk).open(new_id())
    with desk.sessions.reading() as session:
        assert session.scalars(select(Stocktake)).all() == []


def test_three_people_open_count_and_close(town, desk):
    check = opened(town)
    with pytest.raises(DocumentRefused, match="另一个人去盘"):
        RandomChecks(desk).enter(check.id, check.version, counts(check))
    counter = RandomChecks(as_person(desk, PHARMACIST))
    done = counter.enter(check.id, check.version, counts(check, _0=Counted(28, 30)), witness="王明")
    assert (done.check.result, done.check.accuracy) == ("有差异", Fraction(9, 10))
    assert [line.difference for line in done.check.differences] == [-2]
    closer = RandomChecks(as_person(desk, MANAGER))
    with pytest.raises(UserError, match="没有查明原因"):
        closer.close(check.id, done.check.version)
    with pytest.raises(Refused, match="处理办法"):
        counter.follow_up(check.id, done.check.lines[0].id, "无")
    followed = counter.follow_up(check.id, done.check.lines[0].id, "发药漏记两片，已补记")
    assert followed.follow_ups[0][2].endswith("发药漏记两片，已补记")
    with pytest.raises(DocumentRefused, match="自己盘的"):
        counter.close(check.id, followed.version)
    ended = closer.close(check.id, followed.version).check
    assert (ended.state, ended.finalised_by_name) == (StocktakeState.FINALISED, "孙院长")
    assert result_sheet(ended).rows[0][9] == -2
    with pytest.raises(UserError, match="已经盘过"):
        counter.enter(check.id, ended.version, counts(check))
    with desk.sessions.reading() as session:
        assert broken_links(session) == []


def test_books_that_agree_say_so(town, desk):
    check = opened(town)
    done = RandomChecks(as_person(desk, PHARMACIST)).enter(check.id, check.version, counts(check))
    assert (done.check.result, done.check.accuracy) == ("账实相符", Fraction(1))


@pytest.mark.parametrize(
    ("value", "why"),
    [(Counted(-1, 30), "0 或正整数"), (Counted(1.5, 30), "0 或正整数"), (Counted(True, 30), "0 或正整数"),
     (Counted(30, None), "账面数"), (Counted(10**8, 30), "0 或正整数")],
)  # fmt: skip
def test_impossible_counts_are_refused_and_nothing_is_kept(town, desk, value, why):
    check = opened(town)
    with pytest.raises(Refused, match=why):
        RandomChecks(as_person(desk, PHARMACIST)).enter(check.id, check.version, counts(check, _3=value))
    assert RandomChecks(desk).get(check.id).state is StocktakeState.OPEN


def test_a_sheet_of_another_check_or_with_gaps_is_refused(town, desk):
    check = opened(town)
    other = RandomChecks(desk).open(town.clinics[0], seed=5).check
    counter = RandomChecks(as_person(desk, PHARMACIST))
    with pytest.raises(UserError, match="旧表"):
        counter.enter(check.id, check.version, counts(other))
    with pytest.raises(Refused, match="请填写实盘数"):
        counter.enter(check.id, check.version, {check.lines[0].id: Counted(30, 30)})


def answer(check, town, *, at=datetime(2026, 11, 22, 0, 30, tzinfo=UTC), drop=0, sender=None):
    body = CountResultBody(
        check_id=check.id, counter_name="王明", witness_name="李会计",
        items=tuple(
            CountedItem(line_id=line.id, counted=30, book=31 if place == 0 else 30, counted_at=at)
            for place, line in enumerate(check.lines)
        )[drop:],
    )  # fmt: skip
    return Envelope(
        "e", sender or town.clinics[0], town.desk.place.id, "count_result", 1, 1, at, body.model_dump(mode="json")
    )


def test_the_clinic_is_asked_without_the_book_and_answers_with_its_own(town, desk):
    check = opened(town)
    sent = RandomChecks(desk).send(check.id)
    with desk.sessions.reading() as session:
        row = session.get_one(ExchangeMessage, sent.message_id)
        assert (row.kind, row.recipient_id) == ("count", town.clinics[0])
        assert own_keys(session, desk).signing
        assert public_keys(None) is None
    assert "book" not in CountBody.model_fields["items"].annotation.__args__[0].model_fields
    with desk.sessions.writing() as session:
        told = take_in_result(session, desk, answer(check, town))
    assert "有差异" in str(told.message)
    seen = RandomChecks(desk).get(check.id)
    assert (seen.counter_name, seen.lines[0].difference, seen.state) == ("王明", -1, StocktakeState.REVIEW)


@pytest.mark.parametrize(
    ("how", "why"),
    [({"at": datetime(2027, 1, 1, tzinfo=UTC)}, "还没有到"), ({"drop": 1}, "实盘数"), ({"sender": "x" * 36}, "不是针对")],
)
def test_an_answer_that_is_wrong_is_refused_whole(town, desk, how, why):
    check = opened(town)
    with pytest.raises(UserError, match=why), desk.sessions.writing() as session:
        take_in_result(session, desk, answer(check, town, **how))
    assert RandomChecks(desk).get(check.id).state is StocktakeState.OPEN


def test_an_answer_is_taken_in_once(town, desk):
    check = opened(town)
    with desk.sessions.writing() as session:
        take_in_result(session, desk, answer(check, town))
    with pytest.raises(UserError, match="已经盘过"), desk.sessions.writing() as session:
        take_in_result(session, desk, answer(check, town))


def test_a_check_is_given_up_with_its_reason(town, desk):
    check = opened(town)
    with pytest.raises(Refused, match="原因"):
        RandomChecks(desk).cancel(check.id, check.version, "")
    done = RandomChecks(desk).cancel(check.id, check.version, "大雪封路去不了").check
    assert done.state is StocktakeState.CANCELLED
    assert [view.id for view in RandomChecks(desk).list()] == [check.id]


def test_several_clinics_are_drawn_and_opened_in_one_action_or_not_at_all(town, desk):
    checks = RandomChecks(desk)
    with pytest.raises(UserError, match="还没有一个村卫生室报过库存"):
        checks.draw(1)
    reported(town)
    reported(town, 1, batches=0)
    assert [(each.name, each.reported_month) for each in checks.clinics()] == [
        ("第1村卫生室", "2026-10"), ("第2村卫生室", "2026-10"),
    ]  # fmt: skip
    with pytest.raises(UserError, match="第2村卫生室 还没有报过库存"):
        checks.draw(2, seed=SEED)
    assert checks.list() == []
    for wrong in (0, 101, True):
        with pytest.raises(Refused, match="村卫生室数"):
            checks.draw(wrong)
    for wrong in (0, 1001, True):
        with pytest.raises(Refused, match="批次数"):
            checks.open(town.clinics[0], count=wrong)
    reported_again = checks.open(town.clinics[0], seed=SEED, count=3).check
    assert len(reported_again.lines) == 3


def test_the_view_tells_who_may_count_and_who_may_close(town, desk):
    check = opened(town)
    assert (check.may_enter, check.may_close) == (False, False)
    counter = RandomChecks(as_person(desk, PHARMACIST))
    assert counter.get(check.id).may_enter
    done = counter.enter(check.id, check.version, counts(check, _0=Counted(28, 30))).check
    assert (done.may_enter, done.may_close, done.unexplained) == (False, False, 1)
    assert RandomChecks(as_person(desk, MANAGER)).get(check.id).may_close


def test_an_auditor_looks_on_and_changes_nothing(town, desk):
    check = opened(town)
    auditor = RandomChecks(as_person(desk, Actor("a", "周督查", "auditor")))
    assert (auditor.get(check.id).may_enter, auditor.get(check.id).may_close) == (False, False)
    for act in (
        lambda: auditor.draw(1), lambda: auditor.open(town.clinics[0]), lambda: auditor.send(check.id),
        lambda: auditor.enter(check.id, check.version, counts(check)),
        lambda: auditor.cancel(check.id, check.version, "不查了"), lambda: auditor.close(check.id, check.version),
        lambda: auditor.follow_up(check.id, check.lines[0].id, "查明了"),
    ):  # fmt: skip
        with pytest.raises(DocumentRefused, match="药师"):
            act()
    assert [each.state for each in auditor.list()] == [StocktakeState.OPEN]


def test_the_papers_of_a_check_name_both_sides_and_the_moment_of_the_draw(town):
    check = opened(town)
    for sheet in (count_sheet(check), result_sheet(check)):
        made = sheet.issued_by(town.desk.place.name)
        assert made.title.startswith(check.clinic_name)
        assert ("填制单位", town.desk.place.name) in made.head
        assert any(f"{check.opened_at.astimezone():%Y-%m-%d}" in value for _label, value in made.head)
