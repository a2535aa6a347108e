"""Envelopes of the supply as no honest desk writes them: each is refused with a sentence, and nothing is half-booked."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from app.errors import UserError
from app.exchange.bodies import SCHEMA
from app.exchange.envelope import Envelope
from app.exchange.keys import make_keys
from app.services.exchange import Exchange
from app.services.integrity import Integrity
from app.services.receiving import Arrival, Receiving
from app.services.shortages import Shortages
from app.services.statements import Statements
from db.models import Organisation, OwnKeys, Shipment, new_id
from tests.supply_desks import hand_over
from tests.supply_envelopes import KINDS, OCTOBER, SupplyLetters

NO_NUMBERS = (-(10**9), 10**30, 2.5, "12", float("nan"), float("inf"))
NO_DAYS = ("0001-01-01", "2026-02-30", "9999-12-31", "20261122", 20261122, "")
NO_WORDS = ("字" * 10_000, "\ud800", 12)
MONEY = ("amount_fen", "payable")
"""Sums that may be below nought."""


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    made = SupplyLetters(tmp_path_factory.mktemp("letters"))
    yield made
    made.close()


@pytest.fixture
def fresh(tmp_path):
    made = SupplyLetters(tmp_path)
    yield made
    made.close()


def refusal(letters, kind, data):
    """The sentence with which a file is refused; everything stays as it was."""
    before = letters.everything(kind)
    with pytest.raises(UserError) as refused:
        letters.open(kind, data)
    assert letters.everything(kind) == before
    return str(refused.value.message)


def another_sender(envelope: Envelope) -> Envelope:
    return replace(envelope, sender_id=new_id())


COVERS = {
    "a newer program's": (lambda each: replace(each, schema=SCHEMA + 1), "更新版本"),
    "a kind that is not known": (lambda each: replace(each, kind="gift"), "更新版本"),
    "schema nought": (lambda each: replace(each, schema=0), "被改动过"),
    "schema in letters": (lambda each: replace(each, schema="2"), "被改动过"),
    "a negative number in the row": (lambda each: replace(each, sequence=-1), "被改动过"),
    "an endless number in the row": (lambda each: replace(each, sequence=2**70), "被改动过"),
    "a moment without a zone": (lambda each: replace(each, written_at=datetime(2026, 11, 22)), "被改动过"),
    "a moment before all calendars": (lambda each: replace(each, written_at=each.written_at.replace(year=1)), "被改动过"),
    "no body": (lambda each: replace(each, body=[]), "被改动过"),
    "an empty body": (lambda each: replace(each, body={}), "被改动过"),
    "a field more": (lambda each: replace(each, body={**each.body, "gift": 1}), "被改动过"),
    "of a stranger": (another_sender, "还没有和本单位配对"),
    "for another clinic": (lambda each: replace(each, recipient_id=new_id()), "发给别的单位"),
}


@pytest.mark.parametrize("change", COVERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_strange_envelope_is_refused(letters, kind, change):
    make, why = COVERS[change]
    assert why in refusal(letters, kind, letters.forged(kind, make))


@pytest.mark.parametrize("kind", KINDS)
def test_an_altered_a_torn_and_a_foreign_file_are_refused(letters, kind):
    data = letters.forged(kind)
    line, _newline, sealed = data.partition(b"\n")
    cover = json.loads(line)
    assert "被改动过" in refusal(letters, kind, data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    assert "不完整" in refusal(letters, kind, data[:-20])
    assert "不是村医工作站" in refusal(letters, kind, sealed)
    for part in ("id", "from", "to"):
        forged = json.dumps({**cover, part: "\ud800"}).encode() + b"\n" + sealed
        assert "被改动过" in refusal(letters, kind, forged)
    other = json.dumps({**cover, "id": new_id()}).encode() + b"\n" + sealed
    assert "被改动过" in refusal(letters, kind, other)


@pytest.mark.parametrize("kind", KINDS)
def test_an_envelope_signed_by_somebody_else_is_refused(letters, kind):
    sender, _receiver = letters.ends(kind)
    with sender.sessions.writing() as session:
        own = session.get_one(OwnKeys, sender.place.id)
        true_key, own.signing_private_key = own.signing_private_key, make_keys()[0].signing
    try:
        data = letters.forged(kind)
    finally:
        with sender.sessions.writing() as session:
            session.get_one(OwnKeys, sender.place.id).signing_private_key = true_key
    assert "被改动过" in refusal(letters, kind, data)


def spoilt(body, path=()):
    """(what, body) for every field with a value that it cannot have; of a list the first entry stands for all."""
    for name, value in (enumerate(body) if isinstance(body, list) else body.items()):
        here = (*path, name)
        if isinstance(value, list | dict) and value:
            yield from spoilt(value[:1] if isinstance(value, list) else value, here)
            continue
        if isinstance(value, bool) or value is None:
            continue
        for bad in bad_values(value):
            if not (name in MONEY and bad == -(10**9)):
                yield here, bad


def bad_values(value):
    if isinstance(value, int):
        return NO_NUMBERS
    if isinstance(value, str) and re.match(r"^\d{4}-\d\d-\d\d", value):
        return (*NO_DAYS, "2026-11-22T08:00:00") if "T" in value else NO_DAYS
    return NO_WORDS


def with_value(body, path, value):
    changed = copy.deepcopy(body)
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_with_a_value_that_it_cannot_have_is_refused(letters, kind):
    before, body = letters.everything(kind), letters.original(kind).body
    taken, sentences = [], []
    for path, bad in spoilt(body):
        changed = with_value(body, path, bad)
        if isinstance(bad, str) and "\ud800" in bad:
            envelope = replace(letters.original(kind), id=new_id(), body=changed)
            data = sealed_with_ascii(letters, kind, envelope)
        else:
            data = letters.with_body(kind, lambda _body, changed=changed: changed)
        try:
            letters.open(kind, data)
            taken.append((path, bad))
        except UserError as refused:
            sentences.append(str(refused.message))
    assert taken == []
    assert [sentence for sentence in sentences if "没有" not in sentence] == []
    assert len(sentences) > 20
    assert letters.everything(kind) == before


def sealed_with_ascii(letters, kind, envelope):
    """An envelope whose half letters are written as escapes, which JSON allows and no text can hold."""
    dumps = json.dumps
    json.dumps = lambda value, **how: dumps(value, **{**how, "ensure_ascii": True})
    try:
        return letters.sealed(kind, envelope)
    finally:
        json.dumps = dumps


def lines_of(body):
    return next(name for name in ("lines", "items", "drugs") if name in body)


@pytest.mark.parametrize("copies", [2, 10_000, 20_001])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith(("shortage", "catalogue"))])
def test_lines_that_stand_there_twice_or_by_the_thousand_are_refused(letters, kind, copies):
    def repeated(body):
        name = lines_of(body)
        return {**body, name: body[name][:1] * copies}

    assert "没有" in refusal(letters, kind, letters.with_body(kind, repeated))


def changed_line(body, **values):
    name = lines_of(body)
    return {**body, name: [{**body[name][0], **values}, *body[name][1:]]}


OTHERS = {
    "shipment of another clinic": ("shipment", lambda body: {**body, "clinic_id": new_id()}, "发给别的村卫生室"),
    "shipment without an expiry": ("shipment", lambda body: changed_line(body, expiry=None), "被改动过"),
    "shipment of more codes than packs": (
        "shipment", lambda body: changed_line(body, codes=[f"8412345{n:013d}" for n in range(9)]), "多于盒数",
    ),
    "shipment with a code twice": (
        "shipment", lambda body: changed_line(body, codes=["84123450000000000001"] * 2), "追溯码有重复",
    ),
    "shipment with a short code": ("shipment", lambda body: changed_line(body, codes=["8412345"]), "被改动过"),
    "receipt of no shipment": ("receipt", lambda body: {**body, "shipment_id": new_id()}, "不是针对"),
    "receipt of other lines": ("receipt", lambda body: changed_line(body, id=new_id()), "对不上"),
    "receipt that sums up to more": ("receipt", lambda body: changed_line(body, accepted=41), "不等于发货"),
    "receipt of more than was sent": ("receipt", lambda body: changed_line(body, shipped=41, accepted=41), "对不上"),
    "receipt of tomorrow": ("receipt", lambda body: {**body, "received_on": "2026-11-24"}, "晚于今天"),
    "receipt before the shipping": ("receipt", lambda body: {**body, "received_on": "2026-11-01"}, "早于发货"),
    "receipt with a reason that is none": (
        "receipt", lambda body: changed_line(body, accepted=30, rejected=10, reason="不想要"), "拒收原因",
    ),
    "month of another clinic": ("movements", lambda body: {**body, "clinic_id": new_id()}, "不是本院所属"),
    "month that is not over": ("movements", lambda body: {**body, "month": "2026-11"}, "还没有过完"),
    "month that does not exist": ("movements", lambda body: {**body, "month": "2026-13"}, "被改动过"),
    "month of the year nought": ("movements", lambda body: {**body, "month": "0000-01"}, "被改动过"),
    "statement of another clinic": ("statement", lambda body: {**body, "clinic_id": new_id()}, "不是发给本室"),
    "statement in no known state": ("statement", lambda body: {**body, "state": "burnt"}, "状态不认识"),
    "count for another clinic": ("count", lambda body: {**body, "clinic_id": new_id()}, "发给别的村卫生室"),
    "count of a batch that is not here": ("count", lambda body: changed_line(body, batch_id=new_id()), "没有的批次"),
    "result of no check": ("count_result", lambda body: {**body, "check_id": new_id()}, "不是针对"),
    "result of other lines": ("count_result", lambda body: changed_line(body, line_id=new_id()), "对不上"),
    "result of tomorrow": (
        "count_result", lambda body: changed_line(body, counted_at="2026-11-24T08:00:00Z"), "时间还没有到",
    ),
    "shortage of no known kind": ("shortage", lambda body: {**body, "kind": "whim"}, "类别不认识"),
    "answer to no report": ("shortage_answer", lambda body: {**body, "report_id": new_id()}, "不是本室的报告"),
    "answer in no known state": ("shortage_answer", lambda body: {**body, "state": "burnt"}, "状态不认识"),
    "answer of no known level": ("shortage_answer", lambda body: {**body, "level": "moon"}, "被改动过"),
    "list of the year after next": (
        "catalogue", lambda body: {**body, "issued_at": "2028-01-01T00:00:00Z"}, "日期 2028-01-01 还没有到",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OTHERS)
def test_what_can_not_be_has_its_own_sentence(letters, what):
    kind, change, why = OTHERS[what]
    assert why in refusal(letters, kind, letters.with_body(kind, change))


@pytest.mark.parametrize("kind", KINDS)
def test_the_true_one_is_taken_in_once_and_the_books_agree(fresh, kind):
    sender, receiver = fresh.ends(kind)
    fresh.open(kind, fresh.forged(kind, lambda each: replace(each, id=fresh.originals[kind])))
    assert "以前已经读入过" in refusal(fresh, kind, fresh.forged(kind, lambda each: replace(each, id=fresh.originals[kind])))
    if kind == "catalogue":
        before = fresh.everything(kind)
        assert "较早的一份" in str(fresh.open(kind, fresh.forged(kind)).message)
        assert fresh.everything(kind) == before
    elif kind not in ("statement", "shortage_answer"):
        assert "没有" in refusal(fresh, kind, fresh.forged(kind))
    assert [result.name for result in Integrity(receiver).check() if not result.is_whole] == []
    assert sender.place.id != receiver.place.id


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("receipt", "count_result")])
def test_a_desk_that_is_not_ours_any_more_sends_nothing_in(fresh, kind):
    _sender, receiver = fresh.ends(kind)
    with receiver.sessions.writing() as session:
        session.get_one(Organisation, fresh.clinic.place.id).parent_id = None
    assert "没有读入" in refusal(fresh, kind, fresh.forged(kind))


@pytest.mark.parametrize("kind", ["statement", "shortage_answer"])
def test_an_older_word_does_not_take_the_place_of_a_newer_one(fresh, kind):
    later = timedelta(minutes=5)
    newer = fresh.forged(
        kind, lambda each: replace(each, sequence=each.sequence + 1, written_at=each.written_at + later)
    )
    fresh.open(kind, newer)
    assert "较早的一份" in refusal(fresh, kind, fresh.forged(kind))


def test_after_the_sender_went_back_to_a_backup_its_count_begins_below_and_its_word_counts(fresh):
    fresh.open("statement", fresh.forged("statement"))
    again = fresh.forged(
        "statement", lambda each: replace(each, sequence=1, written_at=each.written_at + timedelta(days=1))
    )
    assert "已读入" in str(fresh.open("statement", again).message)


def test_a_list_with_a_drug_twice_takes_it_once_and_says_so(fresh):
    data = fresh.with_body("catalogue", lambda body: {**body, "drugs": [*body["drugs"], body["drugs"][0]]})
    assert "出现了两次" in str(fresh.open("catalogue", data).message)
    too_many = fresh.with_body("catalogue", lambda body: {**body, "drugs": body["drugs"][:1] * 20_001})
    assert "没有读入" in refusal(fresh, "catalogue", too_many)


def test_a_statement_drawn_up_anew_after_a_backup_takes_the_place_of_the_one_before(fresh):
    fresh.open("statement", fresh.forged("statement"))

    def anew(envelope):
        body = {**envelope.body, "settlement_id": new_id(), "totals": {"payable": 5000}}
        return replace(envelope, sequence=1, written_at=envelope.written_at + timedelta(days=1), body=body)

    statement_id = fresh.open("statement", fresh.forged("statement", anew)).subject_id
    [month] = [each for each in Statements(fresh.clinic).months() if each.month == OCTOBER]
    assert (month.statement_id, month.payable_fen) == (statement_id, 5000)


def test_goods_that_were_said_to_be_back_do_not_come_onto_the_road_afterwards(fresh):
    def back(envelope):
        return replace(
            envelope, sequence=envelope.sequence + 1, body={**envelope.body, "state": "returned_in_full"},
            written_at=envelope.written_at + timedelta(minutes=5),
        )  # fmt: skip

    assert "已全部退回" in str(fresh.open("shipment", fresh.forged("shipment", back)).message)
    assert "较早的一份" in refusal(fresh, "shipment", fresh.forged("shipment"))
    assert Receiving(fresh.clinic).open() == []


def test_a_receipt_before_its_shipment_left_and_a_second_one_are_refused(fresh):
    with fresh.township.sessions.writing() as session:
        row = session.get_one(Shipment, fresh.original("receipt").body["shipment_id"])
        row.state = "picked"
    assert "没有再读入签收" in refusal(fresh, "receipt", fresh.forged("receipt"))
    with fresh.township.sessions.writing() as session:
        session.get_one(Shipment, row.id).state = "shipped"
    fresh.open("receipt", fresh.forged("receipt"))
    assert "没有再读入签收" in refusal(fresh, "receipt", fresh.forged("receipt"))


def test_goods_of_a_drug_that_is_not_listed_are_on_the_road_and_wait_for_the_list(fresh, tmp_path):
    data = fresh.with_body("shipment", lambda body: changed_line(body, drug_code="NOWHERE-1", drug_name="新药"))
    shipment_id = fresh.open("shipment", data).subject_id
    receiving = Receiving(fresh.clinic)
    view = receiving.get(shipment_id)
    before = fresh.everything("shipment")
    with pytest.raises(UserError, match="目录里没有"):
        receiving.receive(view.id, Arrival(receiving.as_sent(view.id)), view.version)
    assert fresh.everything("shipment") == before


def test_a_statement_brings_only_sums_that_are_known(fresh):
    data = fresh.with_body("statement", lambda body: {**body, "totals": {"differences": 5, "due_on": 5, "payable": 4400}})
    statement = Statements(fresh.clinic).get(fresh.open("statement", data).subject_id)
    assert (statement.payable_fen, statement.differences, statement.month) == (4400, (), OCTOBER)


def test_steps_that_are_not_known_are_left_out_of_the_history_of_a_shortage(fresh):
    def strange(body):
        step = {**body["history"][0], "to_state": "burnt", "action": "verify"}
        return {**body, "history": [*body["history"], step]}

    report_id = fresh.open("shortage_answer", fresh.with_body("shortage_answer", strange)).subject_id
    assert {step.state.value for step in Shortages(fresh.clinic).history(report_id)} == {"draft", "reported", "verified"}


def test_the_list_of_letters_shows_every_refused_one_with_its_reason(fresh, tmp_path):
    refusal(fresh, "shipment", fresh.with_body("shipment", lambda body: {**body, "clinic_id": new_id()}))
    letter = Exchange(fresh.clinic).letters()[0]
    assert (letter.state, "发给别的村卫生室" in letter.reason) == ("refused", True)
    assert date(2026, 11, 22) == letter.at.date()
    hand_over(fresh.township, fresh.clinic, fresh.originals["shipment"], tmp_path)
