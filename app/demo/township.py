"""The sample township: 刘庄店镇卫生院 with its pharmacist 陈静 (PIN 2580) and the requests of invented clinics.

The clinics are real desks for a moment, in a temporary folder: each is paired, writes its request and hands the
envelope over, so that what the township holds came in the way it always does. `introduce` and `ask_for_drugs` do the
same with a clinic that stays, such as the sample clinic.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from app.demo.clinic import PIN, SAMPLE_SETTING, SEED, remove_new_desk
from app.demo.drugs import fill_catalogue
from app.demo.short_lived import ShortLivedDesks, not_waiting_for_the_disk
from app.demo.township_clinics import (
    begin_books,
    dispense_until,
    report_month,
    report_shortage,
    send_goods,
    take_by_paper,
)
from app.demo.township_past import send_by_hand
from app.demo.township_supply import (
    KEPT,
    Months,
    Staff,
    check_at_random,
    hire,
    months_of,
    order_again,
    report_shortages,
    settle,
    stock_up,
)
from app.desk import Desk, utc_now
from app.domain.message import msg
from app.domain.request_states import Action
from app.domain.request_terms import Kind
from app.services.pairing import Pairing
from app.services.post import receive
from app.services.progress import CancelledCheck, Report, never_cancelled, quiet_report, stop_if
from app.services.requests import LineEdit, Requests
from app.services.review import Review
from app.services.setup import SetupAnswers, propose_record_prefix
from app.startup import create_desk
from db.models import ExchangeMessage, Organisation, Setting

if TYPE_CHECKING:
    from app.security.secret_store import SecretStore

PHARMACIST = "陈静"
TOWNSHIP_CODE = "411624104000"
ASKED_MORE = (2, 5)
"""The lines of a request that ask for more than was suggested, with the reason beside them."""
EMERGENCY_LINES = 6
SHORT_OF_A_DRUG = "徐庄村"
"""The village that reported a shortage."""


@dataclass(frozen=True)
class SampleClinic:
    """An invented clinic and what became of its request.

    `outcome`: waiting, taken, approved, returned; or how far the goods are: picked, shipped, received.
    `was_supplied`: last month's request was supplied and closed. `reports`: its report of last month came.
    """

    village: str
    code: str
    doctor: str
    drugs: int
    hours_ago: int
    outcome: str
    kind: Kind = Kind.REGULAR
    population: int = 2000
    was_supplied: bool = False
    reports: bool = True


CLINICS = (
    SampleClinic("大王庄村", "411624104216", "王建设", 18, 1, "waiting", population=2210),
    SampleClinic("李寨村", "411624104217", "李国平", 14, 16, "waiting", Kind.EMERGENCY, population=1630, reports=False),
    SampleClinic("付楼村", "411624104218", "付春生", 20, 26, "approved", population=2864),
    SampleClinic("孟寨村", "411624104219", "孟秀兰", 14, 44, "taken", population=1722),
    SampleClinic("何庄村", "411624104220", "何文革", 15, 50, "returned", population=1905),
    SampleClinic("周营村", "411624104221", "周国富", 12, 74, "picked", population=1480),
    SampleClinic("郭楼村", "411624104222", "郭爱民", 16, 98, "shipped", population=2043, was_supplied=True),
    SampleClinic("徐庄村", "411624104223", "徐保国", 17, 122, "received", population=1816, was_supplied=True),
)

TAKEN_BY_PAPER = {"郭楼村": KEPT[1:3], "徐庄村": KEPT[3:5]}
"""What came to a village with a delivery note by hand: its statement differs by that, and says why."""


def township_answers() -> SetupAnswers:
    """What the first start would have been told."""
    return SetupAnswers(
        kind="township",
        name="刘庄店镇卫生院（示例）",
        division_code=TOWNSHIP_CODE,
        user_name=PHARMACIST,
        role="township_pharmacist",
        pin=PIN,
        township="刘庄店镇",
        phone="0394-5550100",
    )


def build_township(
    folder: Path,
    *,
    store: SecretStore | None = None,
    passphrase: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    for_window: bool = True,
    report: Report = quiet_report,
    cancelled: CancelledCheck = never_cancelled,
) -> Desk:
    """A new township desk in `folder` with paired clinics and their requests; the pharmacist is signed in.

    Key and errors as in `app.startup.create_desk`. Raises Cancelled, and leaves nothing behind then.
    """
    before = set(folder.iterdir()) if folder.exists() else None
    months = months_of(clock().astimezone().date())
    opened = months.moment(months.before_last, 1) - timedelta(hours=1)
    desk = create_desk(
        folder,
        township_answers(),
        store=store,
        passphrase=passphrase,
        clock=lambda: opened,
        for_window=for_window,
    )
    desk = replace(desk, clock=clock)
    try:
        with not_waiting_for_the_disk(desk.sessions):
            fill_township(desk, report=report, cancelled=cancelled)
    except BaseException:
        desk.close()
        remove_new_desk(folder, before)
        raise
    return desk


def fill_township(
    desk: Desk, *, report: Report = quiet_report, cancelled: CancelledCheck = never_cancelled
) -> int:
    """Two more people, months of supply, and invented clinics with their requests; returns the number of clinics."""
    with desk.sessions.writing() as session:
        fill_catalogue(session)
        session.add(Setting(name=SAMPLE_SETTING, value="1"))
    staff, months = hire(desk, PIN), months_of(desk.today())
    stock_up(staff, months)
    random = Random(SEED)
    ids = {}
    with tempfile.TemporaryDirectory(prefix="cunyi-sample-") as folder, ShortLivedDesks(Path(folder)) as desks:
        for done, clinic in enumerate(CLINICS):
            stop_if(cancelled)
            report(done, len(CLINICS), msg("正在编写示例申领单：{village}。", village=clinic.village))
            ids[clinic.village] = _play_clinic(staff, months, clinic, desks, random)
    send_by_hand(staff, months)
    settle(staff, months)
    check_at_random(staff, ids)
    report_shortages(staff)
    order_again(staff)
    report(len(CLINICS), len(CLINICS), msg("示例卫生院已备好。"))
    return len(CLINICS)


def introduce(clinic: Desk, township: Desk) -> None:
    """Pair two desks as if both had compared the fingerprints."""
    Pairing(township).pair(Pairing(clinic).own_card())
    Pairing(clinic).pair(Pairing(township).own_card())


def ask_for_drugs(clinic: Desk, *, kind: Kind = Kind.REGULAR, period: str | None = None) -> str:
    """A written, not yet submitted request with the figures of the clinic's ledger; returns its id."""
    requests = Requests(clinic)
    reason = "赶集日来看病的人多，库存不够到月底" if kind is Kind.EMERGENCY else ""
    request = requests.start(kind, reason=reason, period=period).request
    if kind is Kind.EMERGENCY:
        for code in KEPT[:EMERGENCY_LINES]:
            line = requests.add_line(request.id, code)
            units = line.suggested or line.units_per_pack
            requests.edit_line(request.id, line.id, LineEdit(line.on_hand, requested=units, explanation=reason))
        return request.id
    requests.fill_with_suggestions(request.id)
    asked = [line for line in requests.get(request.id).lines if line.requested]
    for number in ASKED_MORE:
        if number < len(asked):
            line = asked[number]
            units = (line.requested or 0) + 3 * line.units_per_pack
            edit = LineEdit(line.on_hand, requested=units, explanation="村里体检后新增病人")
            requests.edit_line(request.id, line.id, edit)
    return request.id


def hand_over(sender: Desk, recipient: Desk, message_id: str) -> None:
    """Carry one envelope from desk to desk."""
    with sender.sessions.writing() as session:
        letter = session.get_one(ExchangeMessage, message_id)
        letter.state, sealed = "sent", letter.sealed
    receive(recipient, sealed)


def submit(clinic: Desk, township: Desk, request_id: str) -> None:
    """Submit a request with every question answered, and hand it over."""
    requests = Requests(clinic)
    view = requests.get(request_id)
    confirmed = frozenset(line.id for line in view.lines)
    done = requests.submit(request_id, view.version, confirmed=confirmed)
    if done.message_id is not None:
        hand_over(clinic, township, done.message_id)


def decide(township: Desk, clinic: Desk, request_id: str, outcome: str) -> None:
    """What the pharmacist did with a request: taken, approved (with two lines changed), released or returned."""
    review = Review(township)
    request = review.take(request_id, review.get(request_id).version).request
    if outcome == "taken":
        return
    if outcome == "returned":
        decided = review.act(
            request_id, Action.RETURN, review.get(request_id).version, comment="头孢类用量请核对后再报"
        )
    else:
        review.agree_to_unremarkable(request_id)
        for line in review.get(request_id).lines:
            if not line.decision and not line.is_skipped:
                review.decide_line(request_id, line.id, (line.requested or 0) // 2, "超出合理用量")
        changed = next((line for line in request.lines if (line.requested or 0) > 20), None)
        if changed is not None:
            review.decide_line(request_id, changed.id, (changed.requested or 0) // 2, "本院库存不足")
        decided = review.act(request_id, Action.APPROVE, review.get(request_id).version)
        if outcome == "released":
            hand_over(township, clinic, decided.message_id or "")
            decided = review.act(request_id, Action.CONVERT, review.get(request_id).version)
    if decided.message_id is not None:
        hand_over(township, clinic, decided.message_id)


def earlier(desk: Desk, moment: datetime) -> Desk:
    """The same desk with its clock standing at `moment`."""
    return replace(desk, clock=lambda: moment)


def _play_clinic(
    staff: Staff, months: Months, clinic: SampleClinic, desks: ShortLivedDesks, random: Random
) -> str:
    """A clinic's months: its books, its reports, and its requests. Gives its id at the township."""
    township = staff.pharmacist
    begun = months.moment(months.before_last, 1)
    desk = desks.found(_answers_of(clinic), lambda: begun)
    with desk.sessions.writing() as session:
        session.get_one(Organisation, desk.place.id).population = clinic.population
    introduce(desk, earlier(township, begun))
    begin_books(desk, KEPT[: clinic.drugs], random)
    _past(staff, months, clinic, desk, random)
    asked_at = township.now() - timedelta(hours=clinic.hours_ago)
    over = min(months.moment(months.this, 2), township.now())
    # In the first days of a month the request was written before the books of the last one were closed.
    if over < asked_at:
        dispense_until(earlier(desk, over), random)
        _report_last(staff, months, clinic, desk, over)
    dispense_until(earlier(desk, asked_at), random)
    _ask_now(staff, months, clinic, desk, asked_at)
    if asked_at <= over:
        _report_last(staff, months, clinic, desk, over)
    if clinic.village == SHORT_OF_A_DRUG:
        report_shortage(earlier(desk, township.now() - timedelta(hours=20)), township, hand_over)
    return desk.place.id


def _answers_of(clinic: SampleClinic) -> SetupAnswers:
    return SetupAnswers(
        kind="clinic",
        name=f"{clinic.village}卫生室（示例）",
        division_code=clinic.code,
        user_name=clinic.doctor,
        role="village_doctor",
        pin=PIN,
        record_prefix=propose_record_prefix(clinic.code),
        township="刘庄店镇",
        village=clinic.village,
    )


def _past(staff: Staff, months: Months, clinic: SampleClinic, desk: Desk, random: Random) -> None:
    """The month before last with its report, and the last one's goods."""
    last = months.moment(months.last, 2)
    dispense_until(earlier(desk, last), random)
    report_month(earlier(desk, last), earlier(staff.pharmacist, last), months.before_last, hand_over)
    if clinic.was_supplied:
        then = staff.at(months.moment(months.last, 3))
        there = earlier(desk, then.pharmacist.now())
        request_id = ask_for_drugs(there)
        submit(there, then.pharmacist, request_id)
        decide(then.pharmacist, there, request_id, "released")
        send_goods(then, there, request_id, "verified", hand_over)
        take_by_paper(earlier(desk, months.moment(months.last, 15)), TAKEN_BY_PAPER[clinic.village])


def _report_last(staff: Staff, months: Months, clinic: SampleClinic, desk: Desk, over: datetime) -> None:
    """The report of the last month, where the clinic handed one in."""
    if clinic.reports:
        report_month(earlier(desk, over), earlier(staff.pharmacist, over), months.last, hand_over)


def _ask_now(staff: Staff, months: Months, clinic: SampleClinic, desk: Desk, asked_at: datetime) -> None:
    """This month's request, and as far as it came."""
    then = earlier(staff.pharmacist, asked_at)
    there = earlier(desk, asked_at)
    period = months.this if clinic.kind is Kind.REGULAR else None
    request_id = ask_for_drugs(there, kind=clinic.kind, period=period)
    submit(there, then, request_id)
    if clinic.outcome == "waiting":
        return
    decided_at = max(staff.pharmacist.now() - timedelta(hours=26), asked_at + timedelta(minutes=30))
    township, there = earlier(staff.pharmacist, decided_at), earlier(desk, decided_at)
    if clinic.outcome in ("taken", "returned", "approved"):
        decide(township, there, request_id, clinic.outcome)
        return
    decide(township, there, request_id, "released")
    send_goods(staff.at(decided_at), there, request_id, clinic.outcome, hand_over)
