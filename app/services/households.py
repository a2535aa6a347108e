"""家庭 (户): making one, joining and leaving it, its head, and its members as a tree.

Relations are to the head. When the head changes, the relations that can be concluded are rewritten and the others left
empty to be asked again; who died or moved away stays a member, so that the record of the household stays whole.
Every change is a revision of the household or of the resident, with the search keys in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.kinship import (
    HEAD,
    SHORT_RELATIONS,
    relations_after,
    short_relation,
    shown_relation,
    stored_relation,
)
from app.domain.message import msg
from app.domain.search_keys import padded
from app.errors import UserError
from app.forms.kinds import EMPTY, Number, Unreadable
from app.i18n import tr
from app.services.history import changes_of, record_change
from app.services.problems import refuse
from app.services.resident_keys import refresh_household_keys, refresh_keys
from app.services.resident_views import (
    ACTIVE,
    HeadHint,
    HouseholdBrief,
    HouseholdView,
    MemberView,
    age_of,
)
from db.models import Household, Resident, Revision, new_id

ENTITY = "household"
_LONGEST = {"number": 20, "group_name": 30, "address": 100, "note": 200}
_LABELS = {"number": msg("户编号"), "group_name": msg("组"), "address": msg("地址"), "note": msg("备注")}
_ADULT_FROM = 18


@dataclass(frozen=True)
class HouseholdData:
    """What is written of a household. `distance_km` from the clinic, as text or number; None or "" is unknown."""

    number: str = ""
    group_name: str = ""
    address: str = ""
    distance_km: Decimal | str | None = None
    note: str = ""


@dataclass(frozen=True)
class HouseholdChoice:
    """Where a resident belongs: an existing household with a relation to its head, a new one as its head, or none."""

    household_id: str | None = None
    relation: str = ""
    new: HouseholdData | None = None

    @classmethod
    def join(cls, household_id: str, relation: str) -> HouseholdChoice:
        """A member of an existing household."""
        return cls(household_id=household_id, relation=relation)

    @classmethod
    def found(cls, data: HouseholdData) -> HouseholdChoice:
        """The head of a new household."""
        return cls(relation=HEAD, new=data)

    @classmethod
    def none(cls) -> HouseholdChoice:
        """No household yet."""
        return cls()


@dataclass(frozen=True)
class HouseholdRow:
    """One line of a list of households. `members` counts those under care."""

    id: str
    number: str
    group_name: str
    address: str
    head_name: str
    members: int


class Households:
    """家庭 of this clinic."""

    relations: tuple[str, ...] = SHORT_RELATIONS
    """The short list that a screen offers; other words that are understood (长子, 儿媳) may be written too."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get(self, household_id: str) -> HouseholdView:
        """One household with its members. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            return household_view(session, self._desk, household_id)

    def create(self, data: HouseholdData) -> HouseholdView:
        """A household without members yet. Raises Refused."""
        with self._desk.sessions.writing() as session:
            household = insert_household(session, self._desk, data)
            return household_view(session, self._desk, household.id)

    def revise(
        self, household_id: str, data: HouseholdData, *, revision: int, reason: str = ""
    ) -> HouseholdView:
        """Correct number, group, address, distance or note; a group that changes moves all members in the lists."""
        with self._desk.sessions.writing() as session:
            household = _get(session, household_id)
            self._refuse_stale(session, household, revision)
            before = kept_household(household)
            for name, value in _read(data).items():
                setattr(household, name, value)
            _record(session, self._desk, household, before, "household.revise", reason)
            refresh_household_keys(session, [household_id])
            return household_view(session, self._desk, household_id)

    def join(self, resident_id: str, choice: HouseholdChoice, *, reason: str = "") -> HouseholdView | None:
        """Move a resident to another household, a new one, or none. Returns the household that was joined.

        When the resident was the head of the old one, it is left without a head: see `needs_head` of its view.
        """
        with self._desk.sessions.writing() as session:
            resident = session.get(Resident, resident_id)
            if resident is None:
                raise UserError(msg("没有找到这位居民。请重新查找。"))
            old = resident.household_id
            household, relation = _chosen(session, self._desk, resident, choice)
            joined = household.id if household else None
            _change_member(
                session, self._desk, resident, relation=relation, household_id=joined, reason=reason
            )
            if old and old != joined and (former := _get(session, old)).head_id == resident_id:
                _give_head(session, self._desk, former, None, reason)
            if household is not None and relation == HEAD:
                _give_head(session, self._desk, household, resident_id, reason)
            refresh_keys(session, [resident_id])
            return household_view(session, self._desk, joined) if joined else None

    def set_relation(self, resident_id: str, relation: str, *, reason: str = "") -> HouseholdView:
        """Correct a member's relation to the head. Raises Refused for a word that is not understood."""
        with self._desk.sessions.writing() as session:
            resident = session.get(Resident, resident_id)
            if resident is None or resident.household_id is None:
                raise UserError(msg("这位居民还不属于哪一户，请先加到一户。"))
            _change_member(
                session,
                self._desk,
                resident,
                relation=read_relation(relation),
                household_id=resident.household_id,
                reason=reason,
            )
            return household_view(session, self._desk, resident.household_id)

    def set_head(
        self,
        household_id: str,
        resident_id: str,
        relations: Mapping[str, str] | None = None,
        *,
        reason: str = "",
    ) -> HouseholdView:
        """Make a member the head. `relations` by member replace those that would be concluded."""
        with self._desk.sessions.writing() as session:
            household = _get(session, household_id)
            members = _members(session, household_id)
            if resident_id not in {member.id for member in members}:
                raise refuse("head", msg("户主要从这一户的成员里选。"))
            concluded = relations_after({member.id: member.relation for member in members}, resident_id)
            written = {member: read_relation(word) for member, word in (relations or {}).items() if word}
            for member in members:
                relation = HEAD if member.id == resident_id else written.get(member.id, concluded[member.id])
                _change_member(
                    session, self._desk, member, relation=relation, household_id=household_id, reason=reason
                )
            _give_head(session, self._desk, household, resident_id, reason)
            return household_view(session, self._desk, household_id)

    def proposed_relations(self, household_id: str, new_head_id: str) -> dict[str, str]:
        """What `set_head` would conclude, by member, to be shown before it is done; "" has to be asked."""
        with self._desk.sessions.reading() as session:
            members = _members(session, household_id)
            return relations_after({member.id: member.relation for member in members}, new_head_id)

    def groups(self) -> list[str]:
        """The groups (组) that households belong to, 2组 before 10组."""
        with self._desk.sessions.reading() as session:
            names = session.scalars(select(Household.group_name).distinct())
            return sorted((name for name in names if name), key=padded)

    def find(self, *, group_name: str | None = None, number: str = "", limit: int = 50) -> list[HouseholdRow]:
        """Households of a group or with a number, in the order of group and number."""
        living = (
            select(func.count())
            .where(Resident.household_id == Household.id, Resident.state == ACTIVE)
            .scalar_subquery()
        )
        head = select(Resident.name).where(Resident.id == Household.head_id).scalar_subquery()
        statement = select(
            Household.id, Household.number, Household.group_name, Household.address, head, living
        ).where(Household.organisation_id == self._desk.place.id)
        if group_name is not None:
            statement = statement.where(Household.group_name == group_name)
        if number:
            statement = statement.where(Household.number == number)
        with self._desk.sessions.reading() as session:
            rows = [
                HouseholdRow(r[0], r[1], r[2], r[3], r[4] or "", r[5]) for r in session.execute(statement)
            ]
        return sorted(rows, key=lambda row: (padded(row.group_name), padded(row.number), row.id))[:limit]

    def _refuse_stale(self, session: Session, household: Household, revision: int) -> None:
        if revision_of(session, household.id) == revision:
            return
        newest = changes_of(session, ENTITY, household.id)[0]
        sentence = msg(
            "这一户在您打开后又被{user}改过，您的修改还没有保存。请重新打开，核对后再改。",
            user=newest.user_name,
        )
        raise refuse("revision", sentence)


def settle_new(session: Session, desk: Desk, resident: Resident, choice: HouseholdChoice) -> None:
    """Add a new resident where `choice` says. The resident's first revision and keys are left to the caller."""
    household, resident.relation = _chosen(session, desk, resident, choice)
    resident.household_id = household.id if household else None
    session.add(resident)
    session.flush()
    if household is not None and resident.relation == HEAD:
        _give_head(session, desk, household, resident.id, "")


def _chosen(
    session: Session, desk: Desk, resident: Resident, choice: HouseholdChoice
) -> tuple[Household | None, str]:
    if choice.new is not None:
        return insert_household(session, desk, choice.new), HEAD
    if choice.household_id is None:
        return None, ""
    household = _get(session, choice.household_id)
    relation = read_relation(choice.relation)
    if relation == HEAD and household.head_id not in (None, resident.id):
        raise refuse("relation", msg("这一户已经有户主了。要换户主，请先加进来，再改户主。"))
    return household, relation


def insert_household(session: Session, desk: Desk, data: HouseholdData) -> Household:
    """A new household with its first revision. Raises Refused."""
    household = Household(id=new_id(), organisation_id=desk.place.id, created_at=desk.now(), **_read(data))
    session.add(household)
    session.flush()
    record_change(
        session, desk, "household.create", ENTITY, household.id, before=None, after=kept_household(household)
    )
    return household


def kept_household(household: Household) -> dict[str, Any]:
    """A household as JSON keeps it."""
    distance = household.distance_km
    return {
        "number": household.number,
        "group_name": household.group_name,
        "address": household.address,
        "distance_km": None if distance is None else f"{distance.normalize():f}",
        "note": household.note,
        "head_id": household.head_id,
    }


def household_view(session: Session, desk: Desk, household_id: str) -> HouseholdView:
    """One household with its members as a tree."""
    household = _get(session, household_id)
    today = desk.today()
    members = [_member_view(member, household, today) for member in _members(session, household_id)]
    members.sort(key=_tree_order)
    head = next((member for member in members if member.is_head), None)
    return HouseholdView(
        id=household.id,
        number=household.number,
        group_name=household.group_name,
        address=household.address,
        distance_km=household.distance_km,
        note=household.note,
        head_id=household.head_id,
        head_name=head.name if head else "",
        members=tuple(members),
        revision=revision_of(session, household_id),
        needs_head=_head_hint(household_id, members),
    )


def household_brief(session: Session, household_id: str | None) -> HouseholdBrief | None:
    """One household in one line; None without one."""
    household = session.get(Household, household_id) if household_id else None
    if household is None:
        return None
    head = session.get(Resident, household.head_id) if household.head_id else None
    return HouseholdBrief(
        household_id=household.id,
        number=household.number,
        group_name=household.group_name,
        address=household.address,
        head_id=household.head_id,
        head_name=head.name if head else "",
        distance_km=household.distance_km,
        note=household.note,
    )


def head_hint(session: Session, desk: Desk, household_id: str) -> HeadHint | None:
    """Who could be head when there is none under care; None when there is one, or nobody is left."""
    return household_view(session, desk, household_id).needs_head


def revision_of(session: Session, household_id: str) -> int:
    """The number of the newest revision of a household."""
    newest = select(func.max(Revision.number)).where(
        Revision.entity == ENTITY, Revision.entity_id == household_id
    )
    return session.scalar(newest) or 0


def read_relation(written: str) -> str:
    """A relation as it is stored. Raises Refused for a word that is not understood."""
    if short_relation(written) is None:
        choices = tr("、").join(SHORT_RELATIONS)
        raise refuse(
            "relation",
            msg("“{written}”不是与户主的关系，可以填：{choices}。", written=written, choices=choices),
        )
    return stored_relation(written)


def _read(data: HouseholdData) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, longest in _LONGEST.items():
        text = str(getattr(data, name)).strip()
        if len(text) > longest:
            raise refuse(name, msg("{field}最多写 {longest} 个字。", field=_LABELS[name], longest=longest))
        values[name] = text
    values["distance_km"] = None
    if data.distance_km not in EMPTY:
        try:
            values["distance_km"] = Number(1).read(data.distance_km)
        except Unreadable as error:
            raise refuse("distance_km", error.message) from error
    return values


def _get(session: Session, household_id: str) -> Household:
    household = session.get(Household, household_id)
    if household is None:
        raise UserError(msg("没有找到这一户。请重新查找。"))
    return household


def _members(session: Session, household_id: str) -> Sequence[Resident]:
    statement = select(Resident).where(Resident.household_id == household_id)
    return session.scalars(statement.order_by(Resident.birth_date, Resident.number)).all()


def _give_head(session: Session, desk: Desk, household: Household, head_id: str | None, reason: str) -> None:
    before = kept_household(household)
    household.head_id = head_id
    _record(session, desk, household, before, "household.head", reason)
    refresh_household_keys(session, [household.id])


def _record(
    session: Session, desk: Desk, household: Household, before: Mapping[str, Any], action: str, reason: str
) -> None:
    after = kept_household(household)
    if after != before:
        number = revision_of(session, household.id) + 1
        record_change(
            session,
            desk,
            action,
            ENTITY,
            household.id,
            before=before,
            after=after,
            number=number,
            reason=reason,
        )


def _change_member(
    session: Session,
    desk: Desk,
    resident: Resident,
    *,
    relation: str,
    household_id: str | None,
    reason: str,
) -> None:
    before = {"household_id": resident.household_id, "relation": resident.relation}
    resident.relation, resident.household_id = relation, household_id
    after = {"household_id": resident.household_id, "relation": resident.relation}
    if before == after:
        return
    resident.revision += 1
    resident.updated_at = desk.now()
    record_change(
        session,
        desk,
        "resident.household",
        "resident",
        resident.id,
        before=before,
        after=after,
        number=resident.revision,
        reason=reason,
    )


def _member_view(member: Resident, household: Household, today: Any) -> MemberView:
    return MemberView(
        resident_id=member.id,
        name=member.name,
        sex=member.sex,
        age=age_of(member.birth_date, today),
        relation=member.relation,
        relation_shown=shown_relation(member.relation, member.sex),
        is_head=member.id == household.head_id,
        state=member.state,
        care_note=member.care_note,
    )


def _tree_order(member: MemberView) -> tuple[bool, bool, int, int]:
    """Head first, then by the short list, the oldest first; who is not under care comes last."""
    short = short_relation(member.relation) or ""
    place = SHORT_RELATIONS.index(short) if short else len(SHORT_RELATIONS)
    return member.state != ACTIVE, not member.is_head, place, -(member.age or 0)


def _head_hint(household_id: str, members: Sequence[MemberView]) -> HeadHint | None:
    living = [member for member in members if member.state == ACTIVE]
    if not living or any(member.is_head for member in living):
        return None
    living.sort(key=lambda member: (member.age is None or member.age < _ADULT_FROM, _tree_order(member)))
    return HeadHint(household_id, tuple(living))
