"""The sample township: 刘庄店镇卫生院 with its pharmacist 陈静 (PIN 2580) and the requests of invented clinics.

The clinics are real desks for a moment, in a temporary folder: each is paired, writes its request and hands the
envelope over, so that what the township holds came in the way it always does. `introduce` and `ask_for_drugs` do the
same with a clinic that stays, such as the sample clinic.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from app.demo.clinic import PIN, SAMPLE_SETTING, SEED, remove_new_desk
from app.desk import Desk, utc_now
from app.domain.message import msg
from app.domain.request_states import Action
from app.domain.request_terms import Kind
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.pairing import Pairing
from app.services.progress import CancelledCheck, Report, never_cancelled, quiet_report, stop_if
from app.services.requests import LineEdit, Requests
from app.services.review import Review
from app.services.setup import SetupAnswers, propose_record_prefix
from app.startup import create_desk
from db.models import Organisation, Setting

if TYPE_CHECKING:
    from app.security.secret_store import SecretStore

PHARMACIST = "陈静"
TOWNSHIP_CODE = "411624104000"
WANTED_DRUGS = (
    "硝苯地平", "苯磺酸氨氯地平", "缬沙坦", "厄贝沙坦", "卡托普利", "氢氯噻嗪", "美托洛尔", "二甲双胍", "格列美脲",
    "阿卡波糖", "阿司匹林肠溶", "辛伐他汀", "阿莫西林胶囊", "头孢拉定", "布洛芬", "蒙脱石散", "复方丹参", "感冒灵",
    "氨溴索", "奥美拉唑",
)  # fmt: skip
REGULAR_USE = (6, 60)


@dataclass(frozen=True)
class SampleClinic:
    """An invented clinic and what became of its request: waiting, taken, approved or returned."""

    village: str
    code: str
    doctor: str
    drugs: int
    hours_ago: int
    outcome: str
    kind: Kind = Kind.REGULAR
    population: int = 2000


CLINICS = (
    SampleClinic("大王庄村", "411624104216", "王建设", 18, 1, "waiting", population=2210),
    SampleClinic("李寨村", "411624104217", "李国平", 6, 16, "waiting", Kind.EMERGENCY, population=1630),
    SampleClinic("付楼村", "411624104218", "付春生", 20, 26, "approved", population=2864),
    SampleClinic("孟寨村", "411624104219", "孟秀兰", 14, 44, "taken", population=1722),
    SampleClinic("何庄村", "411624104220", "何文革", 15, 50, "returned", population=1905),
)


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
    opened = clock() - timedelta(days=60)
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
        fill_township(desk, report=report, cancelled=cancelled)
    except BaseException:
        desk.close()
        remove_new_desk(folder, before)
        raise
    return desk


def fill_township(
    desk: Desk, *, report: Report = quiet_report, cancelled: CancelledCheck = never_cancelled
) -> int:
    """Pair invented clinics with a township desk and take in their requests; returns the number of clinics."""
    Catalogue(desk).ensure_starter()
    with desk.sessions.writing() as session:
        session.add(Setting(name=SAMPLE_SETTING, value="1"))
    random = Random(SEED)
    with tempfile.TemporaryDirectory(prefix="cunyi-sample-") as folder:
        for done, clinic in enumerate(CLINICS):
            stop_if(cancelled)
            report(done, len(CLINICS), msg("正在编写示例申领单：{village}。", village=clinic.village))
            _play_clinic(desk, clinic, Path(folder) / str(done), random)
    report(len(CLINICS), len(CLINICS), msg("示例卫生院已备好。"))
    return len(CLINICS)


def introduce(clinic: Desk, township: Desk) -> None:
    """Pair two desks as if both had compared the fingerprints."""
    Pairing(township).pair(Pairing(clinic).own_card())
    Pairing(clinic).pair(Pairing(township).own_card())


def ask_for_drugs(
    clinic: Desk, random: Random, *, drugs: int, kind: Kind = Kind.REGULAR, period: str | None = None
) -> str:
    """A written, not yet submitted request of `drugs` lines; returns its id."""
    requests = Requests(clinic)
    reason = "秋季腹泻病人增多，库存不够到月底" if kind is Kind.EMERGENCY else ""
    request = requests.start(kind, reason=reason, period=period).request
    written = {line.drug_code for line in request.lines}
    for name in WANTED_DRUGS[:drugs]:
        found = Catalogue(clinic).find(name, limit=1)
        if not found or found[0].code in written:
            continue
        line = requests.add_line(request.id, found[0].code)
        use = random.randint(*REGULAR_USE) * found[0].units_per_pack // 4
        on_hand = random.randint(0, max(1, use))
        requests.edit_line(request.id, line.id, LineEdit(on_hand=on_hand, monthly_use=str(use)))
    requests.fill_with_suggestions(request.id)
    if kind is Kind.EMERGENCY:
        for line in requests.get(request.id).lines:
            edit = LineEdit(
                line.on_hand, str(line.monthly_use), line.requested or line.units_per_pack, reason
            )
            requests.edit_line(request.id, line.id, edit)
    return request.id


def hand_over(sender: Desk, recipient: Desk, message_id: str) -> None:
    """Carry one envelope from desk to desk as a file."""
    with tempfile.TemporaryDirectory(prefix="cunyi-sample-") as folder:
        file = Exchange(sender).save_file(message_id, Path(folder) / "envelope.cyx")
        Exchange(recipient).open_file(file)


def submit(clinic: Desk, township: Desk, request_id: str) -> None:
    """Submit a request with every question answered, and hand it over."""
    requests = Requests(clinic)
    view = requests.get(request_id)
    confirmed = frozenset(line.id for line in view.lines)
    done = requests.submit(request_id, view.version, confirmed=confirmed)
    if done.message_id is not None:
        hand_over(clinic, township, done.message_id)


def decide(township: Desk, clinic: Desk, request_id: str, outcome: str) -> None:
    """What the pharmacist did with a request: taken, approved (with two lines changed) or returned."""
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
    if decided.message_id is not None:
        hand_over(township, clinic, decided.message_id)


def earlier(desk: Desk, moment: datetime) -> Desk:
    """The same desk with its clock standing at `moment`."""
    return replace(desk, clock=lambda: moment)


def _play_clinic(township: Desk, clinic: SampleClinic, folder: Path, random: Random) -> None:
    written_at = township.now() - timedelta(hours=clinic.hours_ago)
    decided_at = township.now() - timedelta(minutes=30)
    answers = SetupAnswers(
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
    desk = create_desk(
        folder, answers, passphrase=secrets.token_hex(16), clock=lambda: written_at, for_window=False
    )
    with closing(desk):
        with desk.sessions.writing() as session:
            session.get_one(Organisation, desk.place.id).population = clinic.population
        then = earlier(township, written_at)
        introduce(desk, then)
        request_id = ask_for_drugs(desk, random, drugs=clinic.drugs, kind=clinic.kind)
        submit(desk, then, request_id)
        if clinic.outcome != "waiting":
            decide(earlier(township, decided_at), earlier(desk, decided_at), request_id, clinic.outcome)
