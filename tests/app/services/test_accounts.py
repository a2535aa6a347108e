"""Users: who may be added, who may sign in, and what wrong PINs lead to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import UserError
from app.services.accounts import Accounts, Locked, WrongPin, attempt
from app.services.history import broken_links, changes_of
from app.services.problems import Refused
from db.models import AuditEntry, UserAccount

PIN = "2580"


@pytest.fixture
def accounts(clinic_desk):
    return Accounts(clinic_desk)


@pytest.fixture
def li(accounts):
    return accounts.add("李芳", "village_doctor", PIN)


def actions(desk):
    with desk.sessions.reading() as session:
        assert broken_links(session) == []
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)))


def refused_codes(call):
    with pytest.raises(Refused) as refusal:
        call()
    return [problem.code for problem in refusal.value.problems]


def test_a_new_user_signs_in_with_the_pin(clinic_desk, accounts, li):
    actor = attempt(clinic_desk, li.id, PIN)
    assert (actor.user_id, actor.name, actor.role) == (li.id, "李芳", "village_doctor")
    assert [user.name for user in accounts.users()] == ["王明", "李芳"]
    assert actions(clinic_desk) == ["user_added", "signed_in"]


def test_the_pin_itself_is_nowhere_in_the_tables(clinic_desk, li):
    with clinic_desk.sessions.reading() as session:
        assert PIN not in session.get_one(UserAccount, li.id).pin_hash
        assert all(PIN not in str(change.after) for change in changes_of(session, "user_account", li.id))


@pytest.mark.parametrize(
    ("name", "role", "pin", "codes"),
    [
        ("", "village_doctor", PIN, ["name"]),
        ("  ", "village_doctor", PIN, ["name"]),
        ("李" * 51, "village_doctor", PIN, ["name"]),
        ("王明", "village_doctor", PIN, ["name"]),
        (" 王明 ", "village_doctor", PIN, ["name"]),
        ("李芳", "township_pharmacist", PIN, ["role"]),
        ("李芳", "", PIN, ["role"]),
        ("李芳", "village_doctor", "1234", ["pin"]),
        ("", "", "", ["name", "role", "pin"]),
    ],
)
def test_a_user_with_wrong_values_is_refused_with_every_reason(accounts, name, role, pin, codes):
    assert refused_codes(lambda: accounts.add(name, role, pin)) == codes
    assert len(accounts.users()) == 1


def test_the_fifth_wrong_pin_locks_for_five_minutes_and_each_further_one_for_longer(clinic_desk, accounts, li, clock):
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongPin) as wrong:
            attempt(clinic_desk, li.id, "9999")
        assert wrong.value.tries_left == left
    waits = []
    for _ in range(6):
        with pytest.raises(Locked) as locked:
            attempt(clinic_desk, li.id, "9999")
        waits.append((locked.value.until - clock()) // timedelta(minutes=1))
        clock.moment = locked.value.until
    assert waits == [5, 10, 20, 40, 60, 60]


def test_while_it_is_locked_the_right_pin_does_not_open_and_does_not_lengthen_the_lock(clinic_desk, li, clock):
    for _ in range(5):
        with pytest.raises((WrongPin, Locked)):
            attempt(clinic_desk, li.id, "9999")
    clock.forward(minutes=4, seconds=59)
    with pytest.raises(Locked, match="请等 1 分钟"):
        attempt(clinic_desk, li.id, PIN)
    clock.forward(seconds=1)
    assert attempt(clinic_desk, li.id, PIN).name == "李芳"


def test_a_right_pin_forgets_the_wrong_ones(clinic_desk, li):
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongPin):
                attempt(clinic_desk, li.id, "9999")
        attempt(clinic_desk, li.id, PIN)


def test_a_clock_that_was_set_back_locks_nobody_out(clinic_desk, accounts, li, clock):
    clock.forward(days=3650)
    for _ in range(5):
        with pytest.raises((WrongPin, Locked)):
            attempt(clinic_desk, li.id, "9999")
    clock.forward(days=-3650)
    assert attempt(clinic_desk, li.id, PIN).name == "李芳"


def test_every_attempt_is_in_the_audit_chain(clinic_desk, li):
    with pytest.raises(WrongPin):
        attempt(clinic_desk, li.id, "9999")
    attempt(clinic_desk, li.id, PIN)
    assert actions(clinic_desk) == ["user_added", "sign_in_failed", "signed_in"]


def test_a_deactivated_user_cannot_sign_in_until_he_is_activated(clinic_desk, accounts, li):
    assert not accounts.deactivate(li.id).is_active
    with pytest.raises(UserError, match="已停用"):
        attempt(clinic_desk, li.id, PIN)
    assert accounts.activate(li.id).is_active
    attempt(clinic_desk, li.id, PIN)
    with clinic_desk.sessions.reading() as session:
        numbers = [(change.number, change.after) for change in changes_of(session, "user_account", li.id)]
    assert numbers[:2] == [(3, {"is_active": True}), (2, {"is_active": False})]


def test_nobody_deactivates_himself(clinic_desk, accounts):
    assert refused_codes(lambda: accounts.deactivate(clinic_desk.actor.user_id)) == ["user"]


def test_the_own_pin_is_changed_with_the_old_one(clinic_desk, li):
    own = Accounts(clinic_desk.signed_in_as(attempt(clinic_desk, li.id, PIN)))
    with pytest.raises(WrongPin):
        own.change_pin("9999", "7391")
    assert refused_codes(lambda: own.change_pin(PIN, "1111")) == ["new_pin"]
    own.change_pin(PIN, "7391")
    assert attempt(clinic_desk, li.id, "7391").name == "李芳"
    with pytest.raises(WrongPin):
        attempt(clinic_desk, li.id, PIN)


def test_a_reset_pin_opens_a_locked_account(clinic_desk, accounts, li):
    for _ in range(5):
        with pytest.raises((WrongPin, Locked)):
            attempt(clinic_desk, li.id, "9999")
    assert accounts.users()[1].locked_until is not None
    accounts.reset_pin(li.id, "7391")
    assert accounts.users()[1].locked_until is None
    assert attempt(clinic_desk, li.id, "7391").name == "李芳"


def test_where_there_is_a_lead_only_he_keeps_the_accounts(clinic_desk, accounts, li):
    lead = accounts.add("周强", "clinic_lead", PIN)
    assert not accounts.may_keep_accounts()
    assert refused_codes(lambda: accounts.add("赵六", "village_doctor", PIN)) == ["user"]
    assert refused_codes(lambda: accounts.reset_pin(li.id, "7391")) == ["user"]
    assert refused_codes(lambda: accounts.deactivate(li.id)) == ["user"]
    by_lead = Accounts(clinic_desk.signed_in_as(attempt(clinic_desk, lead.id, PIN)))
    assert by_lead.may_keep_accounts()
    assert by_lead.change(li.id, name="李芳芳", role="home_team").role == "home_team"


def test_an_auditor_never_keeps_accounts(clinic_desk, accounts):
    auditor = accounts.add("钱进", "auditor", PIN)
    assert not Accounts(clinic_desk.signed_in_as(attempt(clinic_desk, auditor.id, PIN))).may_keep_accounts()


def test_an_account_that_is_not_there_is_told(clinic_desk, accounts):
    with pytest.raises(UserError, match="没有这位用户"):
        attempt(clinic_desk, "nobody", PIN)
    with pytest.raises(UserError, match="没有这位用户"):
        accounts.deactivate("nobody")
