"""A random check of the township, counted blind at the clinic and answered."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.stocktake_steps import CountState
from app.errors import UserError
from app.exchange.bodies import CountBody, CountItem
from app.services.count_answers import CountAnswers
from app.services.document_steps import DocumentRefused
from app.services.post import write_envelope
from app.services.problems import Refused
from app.services.random_checks import RandomChecks
from app.services.stocktake_found import FoundBatch
from app.services.stocktakes import Stocktakes
from db.models import ExchangeMessage, LedgerReport, new_id
from tests.app.services.stocktake_things import on_hand
from tests.supply_desks import hand_over, stock


def check_of(township, clinic, batch_ids, *, clinic_id=None):
    """The envelope of a random check of these batches."""
    body = CountBody(
        check_id=new_id(), clinic_id=clinic_id or clinic.place.id, seed=42, opened_at=township.now(),
        opened_by_name="赵敏",
        items=tuple(
            CountItem(line_id=new_id(), batch_id=batch, drug_code="VD004", drug_name="硝苯地平缓释片", batch_no="A1", unit="片")
            for batch in batch_ids
        ),
    )  # fmt: skip
    with township.sessions.writing() as session:
        return write_envelope(session, township, clinic.place.id, "count", body, subject_id=body.check_id).id, body


def test_a_random_check_is_counted_blind_and_answered(clinic_desk, township, codes, tmp_path, clock):
    batch = stock(clinic_desk, codes[0], 10)
    message, body = check_of(township, clinic_desk, [batch])
    taken = hand_over(township, clinic_desk, message, tmp_path)
    assert (taken.kind, taken.subject_id) == ("count", body.check_id)
    takes = Stocktakes(clinic_desk)
    view = takes.get(body.check_id)
    assert [(line.book, line.batch_id) for line in view.lines] == [(None, batch)]
    with pytest.raises(Refused, match="还没有清点"):
        CountAnswers(clinic_desk).answer(view.id, view.version)
    clock.forward(minutes=1)
    view = takes.count(view.id, {view.lines[0].id: 8}, view.version).stocktake
    done = CountAnswers(clinic_desk).answer(view.id, view.version, witness_name="赵敏")
    assert (done.stocktake.result, done.stocktake.state) == ("有差异", CountState.FINALISED)
    assert done.stocktake.lines[0].difference == -2
    assert on_hand(clinic_desk, batch) == 10
    with clinic_desk.sessions.reading() as session:
        assert session.get_one(ExchangeMessage, done.message_id).kind == "count_result"
    with pytest.raises(DocumentRefused):
        CountAnswers(clinic_desk).answer(view.id, done.stocktake.version)


def test_a_check_of_another_clinic_or_of_unknown_batches_is_refused(clinic_desk, township, codes, tmp_path):
    batch = stock(clinic_desk, codes[0], 10)
    for batch_ids, clinic_id, why in (([batch], township.place.id, "别的村卫生室"), ([new_id()], None, "没有的批次")):
        message, body = check_of(township, clinic_desk, batch_ids, clinic_id=clinic_id)
        with pytest.raises(UserError, match=why):
            hand_over(township, clinic_desk, message, tmp_path)
        with pytest.raises(UserError, match="找不到"):
            Stocktakes(clinic_desk).get(body.check_id)


def test_a_check_is_not_finalised_as_a_stock_take(clinic_desk, township, codes, tmp_path):
    batch = stock(clinic_desk, codes[0], 10)
    message, body = check_of(township, clinic_desk, [batch])
    hand_over(township, clinic_desk, message, tmp_path)
    view = Stocktakes(clinic_desk).get(body.check_id)
    with pytest.raises(Refused, match="答复抽查"):
        Stocktakes(clinic_desk).finalise(view.id, view.version)


def test_a_check_drawn_by_the_township_comes_back_with_its_differences(clinic_desk, township, codes, tmp_path, clock):
    batches = [stock(clinic_desk, code, 10 * number) for number, code in enumerate(codes, start=1)]
    shelf = [
        {
            "batch_id": batch, "drug_code": code, "drug_name": code, "strength": "", "unit": "片", "units_per_pack": 10,
            "price_fen": 1000, "batch_no": "A1", "expiry": "2028-06-30", "on_hand": 1, "is_held": False,
        }
        for batch, code in zip(batches, codes, strict=True)
    ]  # fmt: skip
    with township.sessions.writing() as session:
        session.add(
            LedgerReport(
                organisation_id=clinic_desk.place.id, month="2026-10", made_at=township.now(), made_by_name="王明",
                taken_in_at=township.now(), lines=[], stock=shelf,
            )
        )  # fmt: skip
    checks = RandomChecks(township)
    check = checks.open(clinic_desk.place.id, seed=7).check
    hand_over(township, clinic_desk, checks.send(check.id).message_id, tmp_path)
    clock.forward(minutes=1)
    view = Stocktakes(clinic_desk).get(check.id)
    written = {line.id: 10 * (1 + batches.index(line.batch_id)) for line in view.lines}
    written[view.lines[0].id] -= 1
    view = Stocktakes(clinic_desk).count(view.id, written, view.version).stocktake
    answer = CountAnswers(clinic_desk).answer(view.id, view.version)
    hand_over(clinic_desk, township, answer.message_id, tmp_path)
    there = checks.get(check.id)
    assert [(line.id, line.difference) for line in there.differences] == [(view.lines[0].id, -1)]


def test_a_check_takes_no_found_batch(clinic_desk, township, codes, tmp_path):
    message, body = check_of(township, clinic_desk, [stock(clinic_desk, codes[0], 10)])
    hand_over(township, clinic_desk, message, tmp_path)
    with pytest.raises(Refused, match="只盘卫生院抽出的批次"):
        Stocktakes(clinic_desk).add_found(body.check_id, FoundBatch(codes[1], "Z9", date(2028, 1, 31), 12), 1)
