"""The first start: which organisation this desk is, who works here, and the keys by which other desks know it.

The division code is the twelve-digit statistical code. Record numbers are built on another number for the village: the
statistical code counts village committees from 200, the record number from 101 (健康档案编码), so the first nine digits
agree and the last three are proposed and can be corrected. What the county's platform has given is taken as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app import reference
from app.desk import Actor, Desk, Place
from app.domain.message import msg
from app.forms.vocabulary import Level, Problem
from app.security.pins import pin_problem
from app.services.problems import refuse_if_any
from app.services.roles import ROLES_AT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from db.models import Organisation

CODE_LENGTH = 12
NAME_LENGTH = 100
USER_NAME_LENGTH = 50
PHONE = re.compile(r"[0-9+\-() ]{3,20}")


@dataclass(frozen=True)
class SetupAnswers:
    """What the first start asks. `kind` clinic or township; `record_prefix` twelve digits, "" at a township."""

    kind: str
    name: str
    division_code: str
    user_name: str
    role: str
    pin: str
    record_prefix: str = ""
    province: str = ""
    city: str = ""
    county: str = ""
    township: str = ""
    village: str = ""
    phone: str = ""


@dataclass(frozen=True)
class DivisionNames:
    """What a division code says of its place; empty where it is not known."""

    province: str = ""
    city: str = ""
    county: str = ""


def clean_code(text: str) -> str:
    """A code as typed, without spaces and in ordinary digits."""
    return re.sub(r"[\s\-]+", "", unicodedata.normalize("NFKC", text))


def names_of(division_code: str) -> DivisionNames:
    """Province, city and county of a code; empty for one that is not in the table, as renamed counties are."""
    division = reference.division(clean_code(division_code)[:6])
    if division is None:
        return DivisionNames()
    city = "" if division.city in reference.NO_CITY else division.city
    return DivisionNames(division.province, city, division.name)


def propose_record_prefix(division_code: str) -> str:
    """The first twelve digits of record numbers for a village, to be confirmed; "" when nothing can be proposed.

    A village committee's 201–299 becomes 101–199; a residents' committee's 001–099 stays.
    """
    code = clean_code(division_code)
    if not re.fullmatch(r"[1-9][0-9]{11}", code):
        return ""
    village = int(code[9:])
    if 200 < village < 300:
        return f"{code[:9]}{village - 100:03}"
    return code if 0 < village < 200 else ""


def setup_problems(answers: SetupAnswers) -> list[Problem]:
    """What is wrong with the answers, each beside its field; those that ask may be confirmed."""
    return [
        *kind_problems(answers),
        *name_problems("name", answers.name, NAME_LENGTH),
        *code_problems(answers),
        *prefix_problems(answers),
        *phone_problems(answers.phone),
        *name_problems("user_name", answers.user_name, USER_NAME_LENGTH),
        *pin_problems(answers.pin),
    ]


def kind_problems(answers: SetupAnswers) -> Iterable[Problem]:
    """The kind of the desk and the role of its first user."""
    if answers.kind not in ROLES_AT:
        yield Problem("kind", Level.REFUSE, msg("请选择本机是村卫生室还是乡镇卫生院。"))
    elif answers.role not in ROLES_AT[answers.kind]:
        yield Problem("role", Level.REFUSE, msg("请选择您的岗位。"))


def name_problems(code: str, name: str, longest: int) -> Iterable[Problem]:
    """A name that must be there and fit."""
    if not name.strip():
        yield Problem(code, Level.REFUSE, msg("请填写名称。") if code == "name" else msg("请填写姓名。"))
    elif len(name.strip()) > longest:
        yield Problem(code, Level.REFUSE, msg("最多 {count} 个字。", count=longest))


def code_problems(answers: SetupAnswers) -> Iterable[Problem]:
    """The statistical division code."""
    code = clean_code(answers.division_code)
    if not re.fullmatch(r"[1-9][0-9]{11}", code):
        yield Problem(
            "division_code",
            Level.REFUSE,
            msg("区划代码请填 12 位数字，您填的是 {count} 位。", count=len(code))
            if len(code) != CODE_LENGTH
            else msg("区划代码只能是数字，第一位不能是 0。"),
        )
        return
    if code[6:9] == "000":
        yield Problem("division_code", Level.REFUSE, msg("区划代码第 7–9 位是乡镇，不能是 000。"))
    if answers.kind == "clinic" and code[9:] == "000":
        yield Problem("division_code", Level.REFUSE, msg("区划代码最后三位是村，村卫生室不能填 000。"))
    if not names_of(code).county:
        yield Problem(
            "division_code",
            Level.ASK,
            msg("区划表里没有 {county} 这个县级代码（撤并过的县会这样），请核对。", county=code[:6]),
        )


def prefix_problems(answers: SetupAnswers) -> Iterable[Problem]:
    """The first twelve digits of record numbers; a township gives none out."""
    prefix, code = clean_code(answers.record_prefix), clean_code(answers.division_code)
    if answers.kind != "clinic" and not prefix:
        return
    if not re.fullmatch(r"[1-9][0-9]{11}", prefix) or "000" in (prefix[6:9], prefix[9:]):
        yield Problem(
            "record_prefix", Level.REFUSE, msg("档案编号前 12 位请填：县 6 位、乡镇 3 位、村 3 位，都是数字。")
        )
    elif prefix[:9] != code[:9]:
        yield Problem(
            "record_prefix", Level.ASK, msg("档案编号的前 9 位和区划代码不一样，请核对县里给的编号。")
        )
    elif 200 <= int(prefix[9:]) < 400:
        yield Problem(
            "record_prefix",
            Level.ASK,
            msg("档案编号里村委会用 101–199，{village} 像是统计用的村代码，请核对县里给的编号。", village=prefix[9:]),
        )


def phone_problems(phone: str) -> Iterable[Problem]:
    """A telephone number that is odd is asked about, never refused."""
    if phone.strip() and not PHONE.fullmatch(phone.strip()):
        yield Problem("phone", Level.REFUSE if len(phone) > 20 else Level.ASK, msg("电话写得不像电话号码，请核对。"))


def pin_problems(pin: str) -> Iterable[Problem]:
    """The first user's PIN."""
    problem = pin_problem(pin)
    if problem is not None:
        yield Problem("pin", Level.REFUSE, problem)


def check_setup(answers: SetupAnswers, confirmed: frozenset[str] = frozenset()) -> None:
    """Raise Refused unless the desk can be set up with these answers."""
    refuse_if_any(setup_problems(answers), confirmed)


def found(session: Session, answers: SetupAnswers, now: datetime) -> tuple[Organisation, Actor]:
    """Write the organisation, its key pairs and its first user into an empty database; returns both.

    The answers must have passed `check_setup`. The caller owns the transaction and adds the first audit entry.
    """
    from app.exchange.keys import make_keys
    from app.security.pins import hash_pin
    from db.models import Organisation, OwnKeys, UserAccount, new_id

    private, public = make_keys()
    names = names_of(answers.division_code)
    organisation = Organisation(
        id=new_id(),
        kind=answers.kind,
        name=answers.name.strip(),
        division_code=clean_code(answers.division_code),
        record_prefix=clean_code(answers.record_prefix) or None,
        province=answers.province.strip() or names.province,
        city=answers.city.strip() or names.city,
        county=answers.county.strip() or names.county,
        township=answers.township.strip(),
        village=answers.village.strip(),
        phone=answers.phone.strip(),
        is_self=True,
        signing_public_key=public.signing,
        sealing_public_key=public.sealing,
    )
    session.add(organisation)
    session.flush()
    session.add(
        OwnKeys(
            organisation_id=organisation.id,
            signing_private_key=private.signing,
            sealing_private_key=private.sealing,
        )
    )
    user = UserAccount(
        id=new_id(),
        organisation_id=organisation.id,
        name=answers.user_name.strip(),
        role=answers.role,
        pin_hash=hash_pin(answers.pin),
        created_at=now,
    )
    session.add(user)
    session.flush()
    return organisation, Actor(user.id, user.name, user.role)


def place_of(organisation: Organisation) -> Place:
    """The row of this desk as plain values."""
    return Place(
        id=organisation.id,
        kind=organisation.kind,
        name=organisation.name,
        division_code=organisation.division_code,
        record_prefix=organisation.record_prefix,
        township=organisation.township,
        village=organisation.village,
        phone=organisation.phone,
    )


class Setup:
    """Correcting later what the first start asked: names, telephone and the numbers of the place, never its kind."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answers(self) -> SetupAnswers:
        """What stands now; the PIN is empty and the user is the signed-in one."""
        from db.models import Organisation

        with self._desk.sessions.reading() as session:
            row = session.get_one(Organisation, self._desk.place.id)
            return SetupAnswers(
                kind=row.kind,
                pin="",
                user_name=self._desk.actor.name,
                role=self._desk.actor.role,
                record_prefix=row.record_prefix or "",
                **{name: getattr(row, name) for name in CORRECTABLE if name != "record_prefix"},
            )

    def correct(self, answers: SetupAnswers, confirmed: frozenset[str] = frozenset()) -> Desk:
        """Keep the corrected place; returns the desk with it. Raises Refused. User and PIN are not looked at."""
        from app.services.history import record_change, revision_count
        from db.models import Organisation

        problems = [each for each in setup_problems(answers) if each.code in CORRECTABLE]
        refuse_if_any(problems, confirmed)
        with self._desk.sessions.writing() as session:
            row = session.get_one(Organisation, self._desk.place.id)
            before = {name: getattr(row, name) for name in CORRECTABLE}
            for name in CORRECTABLE:
                text = getattr(answers, name).strip()
                setattr(row, name, clean_code(text) if name in CODES else text)
            row.record_prefix = row.record_prefix or None
            after = {name: getattr(row, name) for name in CORRECTABLE}
            number = revision_count(session, "organisation", row.id) + 1
            record_change(
                session,
                self._desk,
                "organisation_changed",
                "organisation",
                row.id,
                before=before,
                after=after,
                number=number,
            )
            return self._desk.standing_at(place_of(row))


CODES = ("division_code", "record_prefix")
CORRECTABLE = ("name", *CODES, "province", "city", "county", "township", "village", "phone")
