"""The sample clinic: 柳庄村卫生室 with its doctor 王明 (PIN 2580), an invented village, and years of work.

Made on a new desk like any other, from a fixed seed: the same seed, size and day give the same people and the same
visits. It is marked by its name (示例) and by a setting, so that nobody takes it for a real clinic. `build_clinic` makes
the desk and fills it in one transaction; when it is cancelled or fails, the folder is as it was before.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.demo.clinic_months import close_months, pending_check
from app.demo.clinic_supply import supply_year
from app.demo.drugs import fill_catalogue
from app.demo.ledger import Ledger
from app.demo.patients import follow_patient
from app.demo.programmes import programme_patients
from app.demo.records import Registered, register_family
from app.demo.village import village
from app.demo.yearly import yearly_forms
from app.desk import Desk, utc_now
from app.domain.message import msg
from app.services.progress import CancelledCheck, Report, never_cancelled, quiet_report, stop_if
from app.services.record_numbers import note_given
from app.services.requests import Requests
from app.services.resident_keys import rebuild_keys
from app.services.setup import SetupAnswers, propose_record_prefix
from app.startup import create_desk
from db.models import FollowUp, FormEntry, Organisation, Resident, Setting

if TYPE_CHECKING:
    from app.security.secret_store import SecretStore

SEED = 20261122
RESIDENTS = 240
YEARS = 3
LONG_YEARS = 10
PIN = "2580"
DOCTOR = "王明"
DIVISION = "411624104215"
SAMPLE_SETTING = "sample_data"
"""A row of this name in the settings marks a desk whose people are all invented."""
REGISTRATION_DAYS = 120


@dataclass(frozen=True)
class Filled:
    """How much a sample holds."""

    households: int
    residents: int
    patients: int
    visits: int
    forms: int
    """Yearly forms and encounters, beside cover, personal information and follow-ups."""
    dispensings: int


def clinic_answers() -> SetupAnswers:
    """What the first start would have been told."""
    return SetupAnswers(
        kind="clinic",
        name="柳庄村卫生室（示例）",
        division_code=DIVISION,
        user_name=DOCTOR,
        role="village_doctor",
        pin=PIN,
        record_prefix=propose_record_prefix(DIVISION),
        township="刘庄店镇",
        village="柳庄村",
        phone="0394-5550101",
    )


def build_clinic(
    folder: Path,
    *,
    residents: int = RESIDENTS,
    years: int = YEARS,
    seed: int = SEED,
    store: SecretStore | None = None,
    passphrase: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    for_window: bool = True,
    report: Report = quiet_report,
    cancelled: CancelledCheck = never_cancelled,
) -> Desk:
    """A new desk in `folder` with a whole village in it; its doctor is signed in.

    Key and errors as in `app.startup.create_desk`. Raises Cancelled, and leaves nothing behind then.
    """
    before = set(folder.iterdir()) if folder.exists() else None
    founded_on = datetime.combine(_first_day(clock().date(), years), datetime.min.time(), UTC)
    report(0, 0, msg("正在新建示例村卫生室。"))
    desk = create_desk(
        folder,
        clinic_answers(),
        store=store,
        passphrase=passphrase,
        clock=lambda: founded_on,
        for_window=for_window,
    )
    desk = replace(desk, clock=clock)
    try:
        fill_clinic(desk, residents=residents, years=years, seed=seed, report=report, cancelled=cancelled)
    except BaseException:
        desk.close()
        remove_new_desk(folder, before)
        raise
    return desk


def fill_clinic(
    desk: Desk,
    *,
    residents: int = RESIDENTS,
    years: int = YEARS,
    seed: int = SEED,
    report: Report = quiet_report,
    cancelled: CancelledCheck = never_cancelled,
) -> Filled:
    """Fill a desk that has no residents yet, in one transaction. Raises Cancelled; then nothing was written."""
    random = Random(seed)
    today = desk.today()
    first_day = _first_day(today, years)
    families = village(random, residents, today)
    ledger = Ledger(desk, random)
    registered: list[Registered] = []
    for position, family in enumerate(families):
        on = min(first_day + timedelta(days=position * REGISTRATION_DAYS // len(families)), today)
        registered += register_family(ledger, family, len(registered) + 1, on)
    patients = [one for one in registered if one.person.diagnosed]
    visits = 0
    for done, patient in enumerate(patients):
        stop_if(cancelled)
        report(done, len(patients), msg("正在编写示例随访。"))
        visits += follow_patient(ledger, patient, first_day)
    forms = sum(yearly_forms(ledger, one, first_day) for one in registered)
    township_id = _know_township(ledger, first_day)
    supply = supply_year(ledger, registered, first_day, township_id, seed)
    with desk.sessions.writing() as session:
        fill_catalogue(session)
        ledger.write(session, report, cancelled)
        forms += programme_patients(session, desk, registered)
        session.get_one(Organisation, desk.place.id).parent_id = township_id
        close_months(session, desk, supply.months, township_id)
        pending_check(session, desk, township_id)
        _finish(session, desk, ledger, len(registered), report, cancelled)
    Requests(desk).start(period=supply.draft_period)
    return Filled(len(families), len(registered), len(patients), visits, forms, supply.dispensings)


def is_sample(session: Session) -> bool:
    """Whether this desk holds invented people only."""
    return session.get(Setting, SAMPLE_SETTING) is not None


def _finish(
    session: Session, desk: Desk, ledger: Ledger, residents: int, report: Report, cancelled: CancelledCheck
) -> None:
    """What follows from the rows: search keys, weights, the highest record number, the mark."""
    rebuild_keys(session, report, cancelled)
    weights = _newest_weights(ledger)
    if weights:
        session.execute(update(Resident), weights)
    note_given(session, [row["record_no"] for row in ledger.rows[Resident.__table__]][-1:])
    session.execute(
        update(Organisation)
        .where(Organisation.id == desk.place.id)
        .values(population=round(residents * 1.04))
    )
    session.add(Setting(name=SAMPLE_SETTING, value="1"))


def _know_township(ledger: Ledger, first_day: date) -> str:
    """The township that the sample asks for drugs: keys of nobody, so that what is written for it stays unread. Its id."""
    from app.exchange.keys import make_keys

    moment = ledger.moment(first_day)
    township_id = ledger.id_at(moment)
    public = make_keys()[1]
    ledger.add(
        Organisation.__table__,
        {
            "id": township_id, "kind": "township", "name": "刘庄店镇卫生院（示例）", "division_code": DIVISION[:9] + "000",
            "township": "刘庄店镇", "phone": "0394-5550100", "is_self": False, "paired_at": moment,
            "signing_public_key": public.signing, "sealing_public_key": public.sealing,
        },
    )  # fmt: skip
    after = {"signing": public.signing, "sealing": public.sealing}
    ledger.record(moment, "organisation.pair", "organisation", township_id, after)
    return township_id


def _newest_weights(ledger: Ledger) -> list[dict[str, object]]:
    """The columns of each resident that follow from the newest visit or examination with a weight."""
    measured = [
        (row["visit_date"], row["resident_id"], row["weight_kg"])
        for row in ledger.rows[FollowUp.__table__]
        if row["weight_kg"] is not None
    ]
    measured += [
        (row["entry_date"], row["resident_id"], Decimal(row["answers"]["weight"]))
        for row in ledger.rows[FormEntry.__table__]
        if row["form_code"] == "health_exam"
    ]
    newest = {resident_id: (day, weight) for day, resident_id, weight in sorted(measured, key=lambda one: one[0])}
    return [
        {"id": resident_id, "weight_kg": weight, "weight_on": day} for resident_id, (day, weight) in newest.items()
    ]


def _first_day(today: date, years: int) -> date:
    return today - timedelta(days=round(years * 365.25))


def remove_new_desk(folder: Path, before: set[Path] | None) -> None:
    """Take away what was made; `before` is what the folder held, None when there was no folder."""
    for item in set(folder.iterdir()) - (before or set()):
        if item.is_dir():
            shutil.rmtree(item)
        else:
            item.unlink()
    if before is None:
        folder.rmdir()
