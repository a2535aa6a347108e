"""Users, their PINs, and signing in. Every change and every attempt is in the audit chain.

Five wrong PINs in a row lock an account for five minutes, each further one for twice as long, at most an hour. A clock
that was set back cannot lock anybody out for longer than that hour. Two people at one clinic: whoever keeps the accounts
(a lead; where there is none, everybody but an auditor) adds users, deactivates them, and gives a new PIN.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Actor, Desk
from app.domain.message import msg
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.security.pins import hash_pin, is_pin, pin_problem
from app.services.history import add_audit, record_change, revision_count
from app.services.problems import refuse, refuse_if_any
from app.services.roles import LEADING, ROLES_AT
from db.models import UserAccount

FREE_TRIES = 5
FIRST_LOCK = timedelta(minutes=5)
LONGEST_LOCK = timedelta(hours=1)
NAME_LENGTH = 50


@dataclass(frozen=True)
class UserView:
    """A user as lists show him; `locked_until` in UTC, None when he may try."""

    id: str
    name: str
    role: str
    is_active: bool
    locked_until: datetime | None


class WrongPin(UserError):
    """The PIN is wrong; `tries_left` before the account is locked."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(msg("PIN 不对，还可以试 {count} 次，之后要等一会儿。请再输一次。", count=tries_left))
        self.tries_left = tries_left


class Locked(UserError):
    """Too many wrong PINs; `until` in UTC."""

    def __init__(self, until: datetime, now: datetime) -> None:
        minutes = max(1, -(-int((until - now).total_seconds()) // 60))
        super().__init__(
            msg("PIN 连续输错，账号暂时锁住；数据都完好。请等 {minutes} 分钟再试，或请负责人换一个 PIN。", minutes=minutes)
        )
        self.until = until


class Accounts:
    """The users of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def users(self) -> tuple[UserView, ...]:
        """Everybody, also those who may no longer sign in, the oldest account first."""
        with self._desk.sessions.reading() as session:
            rows = session.scalars(select(UserAccount).order_by(UserAccount.created_at, UserAccount.id))
            return tuple(view(row, self._desk.now()) for row in rows)

    def add(self, name: str, role: str, pin: str) -> UserView:
        """A new user. Raises Refused."""
        name = name.strip()
        with self._desk.sessions.writing() as session:
            self._must_keep_accounts(session)
            refuse_if_any([*name_problems(session, name), *role_problems(self._desk.place.kind, role), *pin_problems(pin)])
            row = UserAccount(
                organisation_id=self._desk.place.id,
                name=name,
                role=role,
                pin_hash=hash_pin(pin),
                created_at=self._desk.now(),
            )
            session.add(row)
            session.flush()
            after = {"name": name, "role": role, "is_active": True}
            record_change(session, self._desk, "user_added", "user_account", row.id, before=None, after=after)
            return view(row, self._desk.now())

    def change(self, user_id: str, *, name: str | None = None, role: str | None = None) -> UserView:
        """Another name or role; None leaves it. Raises Refused."""
        with self._desk.sessions.writing() as session:
            self._must_keep_accounts(session)
            row = account(session, user_id)
            before = {"name": row.name, "role": row.role}
            new_name, new_role = (row.name if name is None else name.strip()), role or row.role
            problems = [] if new_name == row.name else name_problems(session, new_name)
            refuse_if_any([*problems, *role_problems(self._desk.place.kind, new_role)])
            row.name, row.role = new_name, new_role
            self._revise(session, row, "user_changed", before, {"name": new_name, "role": new_role})
            return view(row, self._desk.now())

    def deactivate(self, user_id: str) -> UserView:
        """He can no longer sign in; what he wrote stays his. Raises Refused for oneself."""
        return self._set_active(user_id, active=False)

    def activate(self, user_id: str) -> UserView:
        """He can sign in again."""
        return self._set_active(user_id, active=True)

    def change_pin(self, old: str, new: str) -> None:
        """The signed-in user's own PIN. Raises Refused, WrongPin or Locked; a wrong old PIN counts as an attempt."""
        refuse_if_any(pin_problems(new, code="new_pin"))
        attempt(self._desk, self._desk.actor.user_id, old, "pin_confirmed")
        with self._desk.sessions.writing() as session:
            self._new_pin(session, account(session, self._desk.actor.user_id), new, "pin_changed")

    def reset_pin(self, user_id: str, new: str) -> None:
        """A new PIN for somebody who forgot his; unlocks his account. Raises Refused."""
        refuse_if_any(pin_problems(new, code="new_pin"))
        with self._desk.sessions.writing() as session:
            self._must_keep_accounts(session)
            self._new_pin(session, account(session, user_id), new, "pin_reset")

    def may_keep_accounts(self) -> bool:
        """Whether the signed-in user may add, change and deactivate users."""
        with self._desk.sessions.reading() as session:
            return may_keep_accounts(session, self._desk.actor)

    def _must_keep_accounts(self, session: Session) -> None:
        if not may_keep_accounts(session, self._desk.actor):
            raise refuse("user", msg("只有负责人可以管理用户，什么也没有改动。请让负责人登录后再改。"))

    def _set_active(self, user_id: str, *, active: bool) -> UserView:
        with self._desk.sessions.writing() as session:
            self._must_keep_accounts(session)
            if user_id == self._desk.actor.user_id and not active:
                raise refuse("user", msg("不能停用自己的账号，什么也没有改动。请让另一位负责人来停用。"))
            row = account(session, user_id)
            before, row.is_active = {"is_active": row.is_active}, active
            action = "user_activated" if active else "user_deactivated"
            self._revise(session, row, action, before, {"is_active": active})
            return view(row, self._desk.now())

    def _new_pin(self, session: Session, row: UserAccount, pin: str, action: str) -> None:
        row.pin_hash = hash_pin(pin)
        row.failed_attempts, row.locked_until = 0, None
        add_audit(session, self._desk, action, "user_account", row.id)

    def _revise(
        self, session: Session, row: UserAccount, action: str, before: dict[str, object], after: dict[str, object]
    ) -> None:
        number = revision_count(session, "user_account", row.id) + 1
        record_change(session, self._desk, action, "user_account", row.id, before=before, after=after, number=number)


def attempt(desk: Desk, user_id: str, pin: str, action: str = "signed_in") -> Actor:
    """Try a PIN: the user it belongs to, or WrongPin or Locked. The attempt is kept and audited either way.

    `desk` need not have a user yet: the audit entry is in the name of the one who tries.
    """
    with desk.sessions.writing() as session:
        row = account(session, user_id)
        if not row.is_active:
            raise UserError(msg("{name}的账号已停用，不能登录；数据都完好。请让负责人重新启用。", name=row.name))
        actor = Actor(row.id, row.name, row.role)
        failure = judge(row, pin, desk.now())
        happened = action if failure is None else "sign_in_failed"
        add_audit(session, desk.signed_in_as(actor), happened, "user_account", row.id)
    if failure is not None:
        raise failure
    return actor


def set_pin_as_owner(desk: Desk, user_id: str, pin: str) -> None:
    """A new PIN, for whoever has shown the recovery key. Raises Refused."""
    refuse_if_any(pin_problems(pin, code="new_pin"))
    with desk.sessions.writing() as session:
        row = account(session, user_id)
        row.pin_hash, row.failed_attempts, row.locked_until = hash_pin(pin), 0, None
        add_audit(session, desk, "pin_set_by_recovery_key", "user_account", row.id)


def judge(row: UserAccount, pin: str, now: datetime) -> WrongPin | Locked | None:
    """Count an attempt on the row; None when the PIN is right and the account open."""
    until = locked_until(row, now)
    if until is not None:
        return Locked(until, now)
    if is_pin(pin, row.pin_hash):
        row.failed_attempts, row.locked_until = 0, None
        return None
    row.failed_attempts += 1
    beyond = row.failed_attempts - FREE_TRIES
    if beyond < 0:
        return WrongPin(-beyond)
    row.locked_until = now + min(FIRST_LOCK * 2 ** min(beyond, 10), LONGEST_LOCK)
    return Locked(row.locked_until, now)


def locked_until(row: UserAccount, now: datetime) -> datetime | None:
    """Until when the account is locked; None when it is open. A time too far ahead means that the clock was set back."""
    until = row.locked_until
    return until if until is not None and now < until <= now + LONGEST_LOCK else None


def may_keep_accounts(session: Session, actor: Actor) -> bool:
    """Whether `actor` keeps the accounts: a lead, or anybody but an auditor where no active user is one."""
    if actor.role in LEADING:
        return True
    leads = select(UserAccount.id).where(UserAccount.is_active, UserAccount.role.in_(LEADING)).limit(1)
    return actor.role != "auditor" and session.scalar(leads) is None


def account(session: Session, user_id: str) -> UserAccount:
    """The account. Raises UserError when there is none."""
    row = session.get(UserAccount, user_id)
    if row is None:
        raise UserError(msg("没有这位用户，什么也没有改动。请重新选择。"))
    return row


def view(row: UserAccount, now: datetime) -> UserView:
    """The row as plain values."""
    return UserView(row.id, row.name, row.role, row.is_active, locked_until(row, now))


def name_problems(session: Session, name: str) -> list[Problem]:
    """What is wrong with the name of a user to be."""
    if not name:
        return [Problem("name", Level.REFUSE, msg("请填写姓名。"))]
    if len(name) > NAME_LENGTH:
        return [Problem("name", Level.REFUSE, msg("姓名最多 {count} 个字。", count=NAME_LENGTH))]
    taken = session.scalar(select(UserAccount.id).where(UserAccount.name == name, UserAccount.is_active))
    if taken is not None:
        return [Problem("name", Level.REFUSE, msg("已经有一位叫“{name}”的用户，请加以区别，例如“{name}（小）”。", name=name))]
    return []


def role_problems(kind: str, role: str) -> list[Problem]:
    """What is wrong with a role at a desk of this kind."""
    return [] if role in ROLES_AT[kind] else [Problem("role", Level.REFUSE, msg("请选择一个岗位。"))]


def pin_problems(pin: str, code: str = "pin") -> list[Problem]:
    """What is wrong with a new PIN, as a list of at most one."""
    problem = pin_problem(pin)
    return [] if problem is None else [Problem(code, Level.REFUSE, problem)]
