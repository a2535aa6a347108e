"""居民: making a health record, correcting it, and what becomes of the resident.

One user action is one transaction: columns, both forms, revisions, audit and search keys are written together or not at
all. Nothing is overwritten: a correction is the next revision, and an older copy in somebody's window is refused when it
comes too late. A resident is never deleted; who leaves or dies keeps the record and the number.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.id_number import parse_id_number
from app.domain.message import msg
from app.errors import UserError
from app.forms.editions import in_force
from app.forms.kinds import Unreadable, read_approximate_date
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.vocabulary import Level, Problem
from app.services import resident_list
from app.services.duplicates import likely_duplicates
from app.services.history import add_audit, changes_of
from app.services.households import HouseholdChoice, head_hint, settle_new
from app.services.problems import refuse, refuse_if_any
from app.services.record_corrections import save_forms, write_correction
from app.services.record_folder import RecordFolder
from app.services.record_numbers import note_given
from app.services.resident_checks import Circumstances, Examined, examine
from app.services.resident_facts import laid_over, offered_cover, written_right
from app.services.resident_history import history_of
from app.services.resident_keys import refresh_household_keys, refresh_keys
from app.services.resident_rows import (
    COMPLETE,
    ENTITY,
    columns_of,
    form_entry,
    get_resident,
    kept_columns,
    record_resident,
    resident_view,
)
from app.services.resident_views import (
    ACTIVE,
    CANCELLED,
    DEAD,
    ID_TO_VERIFY,
    LOST,
    MOVED,
    STATE_LABELS,
    DuplicateHint,
    HistoryRow,
    ListFilter,
    ListPage,
    Record,
    ResidentView,
    StateChanged,
    TimelineRow,
)
from db.models import DueTask, Enrolment, Household, Resident, new_id

ALWAYS_NEEDED = frozenset({"name", "sex", "birth_date"})
KEPT_WHEN_NOT_WRITTEN = (
    "record_no",
    "township_name",
    "village_name",
    "created_org",
    "created_by",
    "responsible_doctor",
    "created_date",
)
"""Answers of the cover that a correction need not repeat: they were given, not asked."""
_END_WORDS = {DEAD: "死亡", MOVED: "迁出", LOST: "失访", CANCELLED: "注销"}
"""Written into the record as the clinic's own words, therefore not translated."""


class Residents:
    """居民 of this clinic."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def new_record(self) -> Record:
        """What an empty registration begins with; the record number is given when it is saved."""
        return Record("", 0, offered_cover(self._desk, self._desk.today()), {}, info_is_partial=True)

    def register(
        self,
        cover: Mapping[str, object],
        info: Mapping[str, object],
        household: HouseholdChoice,
        *,
        confirmed: frozenset[str] = frozenset(),
        as_partial: bool = False,
        keep_unverified_id: bool = False,
        mother_id_number: str = "",
    ) -> ResidentView:
        """Make the health record of a resident from raw answers. Raises Refused with every problem.

        Children of 0–6 years need the cover's facts, sex, birth and a guardian (the head of the household when they
        join one). `as_partial` keeps what is known though answers are missing; name, sex and birth are always needed.
        `keep_unverified_id` keeps an ID number that fails its check as text, marked 待核实. `mother_id_number` links a
        newborn without a number to its mother.
        """
        desk = self._frozen()
        with desk.sessions.writing() as session:
            around = Circumstances(None, _guardian(session, household), keep_unverified_id)
            found = examine(session, desk, cover, info, around)
            mother, wrong = _read_mother(mother_id_number, desk.today())
            refuse_if_any([*_standing(found, as_partial=as_partial), *wrong], confirmed)
            resident = Resident(
                id=new_id(),
                number=(session.scalar(select(func.max(Resident.number))) or 0) + 1,
                organisation_id=desk.place.id,
                created_at=desk.now(),
                updated_at=desk.now(),
                revision=1,
                state=ACTIVE,
                mother_id_number=mother,
                **found.columns,
            )
            settle_new(session, desk, resident, household)
            record_resident(session, desk, resident, None, "resident.register")
            note_given(session, [found.columns["record_no"]])
            save_forms(session, desk, resident.id, found)
            refresh_keys(session, [resident.id])
            return resident_view(session, resident, desk.today())

    def problems(
        self,
        cover: Mapping[str, object],
        info: Mapping[str, object],
        household: HouseholdChoice | None = None,
        *,
        resident_id: str | None = None,
    ) -> tuple[Problem, ...]:
        """What stands against saving these answers, before it is tried."""
        with self._desk.sessions.reading() as session:
            guardian = _guardian(session, household or HouseholdChoice.none())
            return examine(session, self._desk, cover, info, Circumstances(resident_id, guardian)).problems

    def likely_duplicates(
        self, name: str, birth_date: str, id_number: str, *, except_id: str | None = None
    ) -> list[DuplicateHint]:
        """Who on file may be the same person: the same ID number, or the same name and a birth that may be the same.

        Takes what stands in the fields while they are being written; what cannot be read yet finds nobody.
        """
        today = self._desk.today()
        written = written_right({"name": name, "id_number": id_number})
        parsed = parse_id_number(str(written["id_number"]), today) if "id_number" in written else None
        try:
            born = read_approximate_date(birth_date) if birth_date else ""
        except Unreadable:
            born = ""
        if not born and parsed is not None and parsed.birth_date is not None:
            born = parsed.birth_date.isoformat()
        with self._desk.sessions.reading() as session:
            return likely_duplicates(
                session,
                today,
                name=str(written.get("name", "")),
                birth_date=born,
                id_number=parsed.normalized if parsed else None,
                except_id=except_id,
            )

    def get(self, resident_id: str) -> ResidentView:
        """One resident. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            return resident_view(session, get_resident(session, resident_id), self._desk.today())

    def record(self, resident_id: str) -> Record:
        """The answers of the cover and of the 个人基本信息表, with the facts as they are now."""
        with self._desk.sessions.reading() as session:
            return _record(session, get_resident(session, resident_id))

    def revise(
        self,
        resident_id: str,
        cover: Mapping[str, object] | None,
        info: Mapping[str, object] | None,
        *,
        revision: int,
        reason: str,
        confirmed: frozenset[str] = frozenset(),
        as_partial: bool = False,
        keep_unverified_id: bool = False,
    ) -> ResidentView:
        """Correct the record from the raw answers of whole forms; None leaves a form as it is.

        Questions are asked only about answers that change. `revision` as read; an older one is refused by the name of
        who changed it since. Raises Refused.
        """
        if not reason.strip():
            raise refuse("reason", msg("请写明更正的原因。"))
        desk = self._frozen()
        with desk.sessions.writing() as session:
            resident = get_resident(session, resident_id)
            _refuse_stale(session, resident, revision)
            current = _record(session, resident)
            keep = keep_unverified_id or resident.id_number_state == ID_TO_VERIFY
            around = Circumstances(resident_id, _guardian_of(session, resident), keep)
            found = examine(session, desk, *_both_forms(current, cover, info), around)
            changed = _changed_codes(found, current)
            may_lack = (COVER.fields if cover is None else {}) | (INFO.fields if info is None else {})
            standing = [
                problem
                for problem in _standing(found, as_partial=as_partial, may_lack=may_lack)
                if problem.level is not Level.ASK or problem.code in changed
            ]
            refuse_if_any(standing, confirmed)
            write_correction(session, desk, resident, found, reason.strip())
            return resident_view(session, resident, desk.today())

    def note_revealed(self, resident_id: str) -> None:
        """Write into the audit chain that somebody looked at the full numbers of a resident."""
        desk = self._frozen()
        with desk.sessions.writing() as session:
            add_audit(session, desk, "resident.reveal", "resident", resident_id)

    def note_care(self, resident_id: str, care_note: str, *, revision: int) -> ResidentView:
        """Keep the short note beside the name (外出务工, 行动不便 …), at most 100 characters; "" takes it away."""
        text = care_note.strip()
        if len(text) > 100:
            raise refuse("care_note", msg("备注最多写 100 个字，您写了 {written} 个字。", written=len(text)))
        desk = self._frozen()
        with desk.sessions.writing() as session:
            resident = get_resident(session, resident_id)
            _refuse_stale(session, resident, revision)
            before = kept_columns(resident)
            resident.care_note = text
            record_resident(session, desk, resident, before, "resident.note")
            return resident_view(session, resident, desk.today())

    def change_state(
        self, resident_id: str, state: str, on: date, reason: str, *, revision: int | None = None
    ) -> StateChanged:
        """迁出, 死亡, 失访, 注销, or back to 在管. Raises Refused.

        A death needs its date and cause. Who leaves has nothing due any more: open tasks are closed and enrolments end
        on that day; past data stay unchanged. Who comes back is enrolled again by the doctor.
        """
        desk = self._frozen()
        with desk.sessions.writing() as session:
            resident = get_resident(session, resident_id)
            if revision is not None:
                _refuse_stale(session, resident, revision)
            refuse_if_any(_state_problems(resident, state, on, reason, desk.today()))
            before = kept_columns(resident)
            resident.state, resident.state_on, resident.state_reason = state, on, reason.strip()[:100]
            if state == ACTIVE:
                resident.state_on, resident.state_reason = None, ""
            record_resident(session, desk, resident, before, "resident.state", reason.strip()[:200])
            closed = _close_tasks(session, resident_id, state, on) if state != ACTIVE else (0, 0)
            if resident.household_id:
                refresh_household_keys(session, [resident.household_id])
            else:
                refresh_keys(session, [resident_id])
            hint = head_hint(session, desk, resident.household_id) if resident.household_id else None
            return StateChanged(resident_view(session, resident, desk.today()), *closed, hint)

    def history(self, resident_id: str) -> tuple[HistoryRow, ...]:
        """Every correction of the resident and of both forms, the newest first, in the words of the forms."""
        with self._desk.sessions.reading() as session:
            get_resident(session, resident_id)
            return history_of(session, resident_id)

    def timeline(self, resident_id: str) -> tuple[TimelineRow, ...]:
        """What happened to the resident, the newest first."""
        return RecordFolder(self._desk).timeline(resident_id)

    def list_page(self, wanted: ListFilter, after: str | None = None, limit: int = 50) -> ListPage:
        """One page of the list of residents; `after` is the `next_after` of the page before."""
        with self._desk.sessions.reading() as session:
            return resident_list.list_page(session, wanted, after, limit, self._desk.today())

    def count(self, wanted: ListFilter) -> int:
        """How many residents the list shows."""
        with self._desk.sessions.reading() as session:
            return resident_list.count(session, wanted, self._desk.today())

    def _frozen(self) -> Desk:
        """The desk at one moment, so that everything that one action writes bears the same time."""
        now = self._desk.now()
        return replace(self._desk, clock=lambda: now)


def _record(session: Session, resident: Resident) -> Record:
    columns = columns_of(resident)
    entries = {form.code: form_entry(session, resident.id, form.code) for form in (COVER, INFO)}
    cover, info = (
        laid_over(form, {} if entry is None else in_force(form.code, entry.edition, entry.answers).answers, columns)
        for form, entry in ((form, entries[form.code]) for form in (COVER, INFO))
    )
    sheet = entries[INFO.code]
    return Record(resident.id, resident.revision, cover, info, sheet is None or sheet.state != COMPLETE)


def _standing(found: Examined, *, as_partial: bool, may_lack: Container[str] = ()) -> list[Problem]:
    """The problems that count: of a partial record, or a form that is left as it is, only what is always needed."""
    return [
        problem
        for problem in found.problems
        if problem.level is not Level.MISSING
        or problem.code in ALWAYS_NEEDED
        or not (as_partial or problem.code in may_lack)
    ]


def _both_forms(
    current: Record, cover: Mapping[str, object] | None, info: Mapping[str, object] | None
) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Both forms as raw answers; a phone that is changed in one form is changed in the other."""
    cover_answers = dict(current.cover if cover is None else cover)
    info_answers = dict(current.info if info is None else info)
    if info is None:
        info_answers.pop("own_phone", None)
    elif cover is None:
        cover_answers.pop("phone", None)
    for code in KEPT_WHEN_NOT_WRITTEN:
        if code in current.cover:
            cover_answers.setdefault(code, current.cover[code])
    return cover_answers, info_answers


def _changed_codes(found: Examined, current: Record) -> set[str]:
    """The answers that change, with those that are held against them."""
    pairs = ((found.cover, current.cover), (found.info, current.info))
    changed = {code for new, old in pairs for code in {*new, *old} if new.get(code) != old.get(code)}
    if "birth_date" in changed:
        changed |= {"name", "id_number", "marital_status"}
    return changed | ({"id_number"} if "sex" in changed else set())


def _refuse_stale(session: Session, resident: Resident, revision: int) -> None:
    if resident.revision == revision:
        return
    newest = changes_of(session, ENTITY, resident.id)[0]
    sentence = msg(
        "这份档案在您打开后又被{user}改过，您的更正还没有保存，填写的内容都还在。请重新打开，核对后再更正。",
        user=newest.user_name,
    )
    raise refuse("revision", sentence)


def _guardian(session: Session, choice: HouseholdChoice) -> tuple[str, str] | None:
    return _head_of(session, choice.household_id)


def _guardian_of(session: Session, resident: Resident) -> tuple[str, str] | None:
    return _head_of(session, resident.household_id)


def _head_of(session: Session, household_id: str | None) -> tuple[str, str] | None:
    household = session.get(Household, household_id) if household_id else None
    head = session.get(Resident, household.head_id) if household is not None and household.head_id else None
    return (head.name, head.phone) if head is not None and head.state == ACTIVE else None


def _read_mother(written: str, today: date) -> tuple[str | None, list[Problem]]:
    """The mother's number as it is stored; None without one."""
    if not written.strip():
        return None, []
    parsed = parse_id_number(written, today)
    if parsed.valid:
        return parsed.normalized[:18], []
    sentence = msg("母亲的身份证号：{problem}", problem=parsed.reason or msg("请核对。"))
    return None, [Problem("mother_id_number", Level.REFUSE, sentence)]


def _state_problems(resident: Resident, state: str, on: date, reason: str, today: date) -> list[Problem]:
    found = []
    if state not in STATE_LABELS:
        raise UserError(msg("没有“{state}”这种状态。", state=state))
    if state == resident.state:
        sentence = msg("{name}已经是“{state}”。", name=resident.name, state=STATE_LABELS[state])
        found.append(Problem("state", Level.REFUSE, sentence))
    if on > today:
        found.append(Problem("state_on", Level.REFUSE, msg("日期 {date} 还没有到，请核对。", date=on)))
    if resident.birth_date is not None and on < resident.birth_date:
        found.append(Problem("state_on", Level.REFUSE, msg("日期 {date} 早于出生日期，请核对。", date=on)))
    if not reason.strip():
        sentence = msg("请填写死亡原因。") if state == DEAD else msg("请写明原因。")
        found.append(Problem("state_reason", Level.MISSING, sentence))
    return found


def _close_tasks(session: Session, resident_id: str, state: str, on: date) -> tuple[int, int]:
    word = _END_WORDS[state]
    tasks = session.execute(
        update(DueTask)
        .where(DueTask.resident_id == resident_id, DueTask.done_on.is_(None))
        .values(done_on=on, result=word)
    )
    enrolments = session.execute(
        update(Enrolment)
        .where(Enrolment.resident_id == resident_id, Enrolment.ended_on.is_(None))
        .values(ended_on=on, end_reason=word)
    )
    return tasks.rowcount, enrolments.rowcount  # type: ignore[attr-defined]
