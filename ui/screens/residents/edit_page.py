"""Registering a resident and correcting a record: the cover and the 个人基本信息表 as one form, the ID number first.

What is typed is kept as a draft after a short pause. `finished(resident_id)` when it was saved, `left()` when it was given
up or put aside, `existing_asked(resident_id)` when the person is on file already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app import reference
from app.domain.id_number import parse_id_number
from app.domain.message import msg
from app.errors import CunyiError
from app.forms.kinds import EMPTY, first_day
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.vocabulary import Context, Level, Problem
from app.i18n import tr
from app.services.problems import Refused
from app.services.resident_checks import NEEDED_OF_A_CHILD
from app.services.resident_views import (
    CHILD_UP_TO_YEARS,
    ID_TO_VERIFY,
    DuplicateHint,
    HouseholdView,
    Record,
    ResidentView,
    age_of,
)
from ui.dialogs import Answer, Question, show_failure
from ui.screens.residents.duplicates_card import DuplicatesCard
from ui.screens.residents.household_picker import HouseholdPicker
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, PageHeader
from ui.widgets.form_view import Block, FormView
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from ui.services import Services

NEW_DRAFT, CORRECTION_DRAFT = "registration", "correction"
DRAFT_AFTER_MS = 1500
GIVEN_BY_THE_DESK = frozenset({"township_name", "village_name", "created_org"})
PICKER_CODES = ("household", "relation", "group_name", "number", "address", "distance_km", "note")


def first_blocks() -> tuple[Block, ...]:
    """What is asked first: who it is, the ID number before all, and where to find them."""
    identity = ("id_number", "no_id_reason", "name", "sex", "birth_date", "ethnic_group", "phone")
    contact = ("current_address", "registered_address", "residence_type", "contact_name", "contact_phone")
    return Block(tr("身份"), identity), Block(tr("住址与联系人"), contact)


def last_blocks() -> tuple[Block, ...]:
    """What the program fills in itself."""
    return (Block(tr("建档"), ("record_no", "created_by", "responsible_doctor", "created_date")),)


class EditPage(QWidget):
    """The form, the household of a new resident, who may be the same person, and the actions."""

    finished = Signal(str)
    left = Signal()
    existing_asked = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("resident_edit")
        self._services = services
        self._person: ResidentView | None = None
        self._record: Record | None = None
        self._reason = ""
        self._typed = ("", "", "")
        self._from_id: dict[str, object] = {}
        self._accepted: set[str] = set()
        self._keeps_unverified = False
        self._is_dirty = False
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_AFTER_MS)
        self._draft_timer.timeout.connect(self.keep_draft)
        self._build()

    # --- opening ----------------------------------------------------------------------------------------------

    def start_new(self, household: HouseholdView | None = None, draft: Mapping[str, Any] | None = None) -> None:
        """An empty registration, as a member of a household if one is given, or a draft to go on with."""
        self._begin(None, self._services.residents.new_record(), tr("新建居民"))
        self.picker.show()
        self.picker.start(household)
        if draft is not None:
            self.form.show_answers(dict(draft.get("answers", {})))
            self.picker.show_payload(dict(draft.get("household", {})))
            self._is_dirty = True
        elif household is not None and household.address:
            self.form.set_answer("current_address", household.address)
            self._is_dirty = False
            self._draft_timer.stop()
        self.form.go_to("id_number")

    def start_correction(self, person: ResidentView, record: Record, draft: Mapping[str, Any] | None = None) -> None:
        """The record as it is, to be corrected."""
        self._begin(person, record, tr("更正：{name}", name=person.name))
        self.picker.hide()
        self._keeps_unverified = person.id_number_state == ID_TO_VERIFY
        if self._keeps_unverified:
            self.form.overrule("id_number")
        if draft is not None:
            self.form.show_answers(dict(draft.get("answers", {})))
            self._is_dirty = True
        self.form.go_to("name")

    def is_dirty(self) -> bool:
        """Whether something was typed that is not saved."""
        return self._is_dirty

    def draft_key(self) -> tuple[str, str]:
        """Under which kind and subject the draft is kept."""
        return (NEW_DRAFT, "") if self._person is None else (CORRECTION_DRAFT, self._person.id)

    # --- while it is written ----------------------------------------------------------------------------------

    def on_changed(self) -> None:
        """The ID number fills what it tells; who may be the same person is shown; a draft is kept soon."""
        self._is_dirty = True
        answers = self.form.answers()
        typed = tuple(str(answers.get(code, "")) for code in ("id_number", "name", "birth_date"))
        if typed[0] != self._typed[0]:
            self._typed = (typed[0], "", "")
            self._fill_from_id_number(typed[0])
            typed = (typed[0], typed[1], str(self.form.answers().get("birth_date", "")))
        if typed != self._typed:
            self._typed = typed
            self._judge_age()
            self._look_for_duplicates()
        self._bar.set_note("")
        self._draft_timer.start()

    def keep_draft(self) -> None:
        """Keep what stands here, so that a power cut loses nothing."""
        self._draft_timer.stop()
        if not self._is_dirty:
            return
        kind, subject = self.draft_key()
        payload = {"answers": self.form.answers(), "household": self.picker.payload()}
        if self._record is not None and self._person is not None:
            payload["revision"] = self._record.revision
        services, today = self._services, self._services.desk

        def kept(_nothing: object) -> None:
            self._bar.set_note(tr("✓ 已自动保存草稿 {time}", time=today.now().astimezone().strftime("%H:%M:%S")))

        services.runner.run(lambda report, cancelled: services.drafts.save(kind, subject, payload), on_done=kept,
                            on_error=self._on_draft_failure)

    def keep_unverified(self) -> bool:
        """Ask whether an ID number that fails its check shall be kept as it is; True when nothing stands in the way."""
        refused = [each for each in self.form.problems() if each.code == "id_number" and each.level is Level.REFUSE]
        if not refused:
            return True
        question = Question(
            msg("身份证号没有通过校验"), refused[0].message,
            (Answer("fix", msg("回去改"), "primary"), Answer("keep", msg("照证件原样保存，标记待核实"))),
            safe=msg("还没有保存，填写的内容都在。"), harmless="fix")
        if self._services.dialogs.ask(question) != "keep":
            self.form.go_to("id_number")
            return False
        self._keeps_unverified = True
        self.form.overrule("id_number")
        return True

    # --- saving -----------------------------------------------------------------------------------------------

    def save(self, *, as_partial: bool = False) -> bool:
        """Save; what stands against it is shown. `as_partial` keeps what is known though answers lack."""
        as_partial = as_partial or (self._person is not None and self._record is not None and self._record.info_is_partial)
        if not self.keep_unverified():
            return False
        if not self.form.ask_to_save(complete=not as_partial):
            if self.form.missing() and not as_partial:
                self._bar.set_note(tr("还缺 {count} 项：填好再保存，或按“缺项先存”。", count=len(self.form.missing())))
            return False
        try:
            person = self._register(as_partial) if self._person is None else self._revise(self._person, as_partial)
        except Refused as refused:
            self._show_refused(refused.problems)
            return False
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return False
        if person is None:
            return False
        self._saved(person)
        return True

    def cancel(self) -> None:
        """Escape: leave, asking what shall become of what was typed."""
        if not self._is_dirty:
            self.left.emit()
            return
        question = Question(
            msg("还没有保存"), msg("填写的内容可以存成草稿，下次接着写。"),
            (Answer("stay", msg("继续填写"), "primary"), Answer("draft", msg("存草稿，离开")),
             Answer("drop", msg("不要了"), "danger")), harmless="stay")
        answer = self._services.dialogs.ask(question)
        if answer == "stay":
            return
        if answer == "draft":
            self.keep_draft()
        else:
            self._drop_draft()
        self._is_dirty = False
        self.left.emit()

    # --- inside -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._header = PageHeader(tr("新建居民"), name="edit_header")
        self._bar = ActionBar()
        cancel = SecondaryButton(tr("取消"), name="edit_cancel", hint="Esc")
        cancel.clicked.connect(self.cancel)
        self._bar.add_left(cancel)
        self._partial = SecondaryButton(tr("缺项先存"), name="edit_partial")
        self._partial.clicked.connect(lambda: self.save(as_partial=True))
        self._save = PrimaryButton(tr("保存"), name="edit_save", hint="Ctrl ↵")
        self._save.clicked.connect(lambda: self.save())
        self._bar.add_right(self._partial)
        self._bar.add_right(self._save)
        self.form = FormView(
            (COVER, INFO), context=Context(today=self._services.desk.today()), name="resident_form",
            arrangement=first_blocks(), ending=last_blocks(), hidden=GIVEN_BY_THE_DESK, optional=("record_no",),
            completions={"ethnic_group_note": [each.name for each in reference.ethnic_groups()]},
            choices={"no_id_reason": [each.name for each in reference.no_id_reasons()]},
            placeholders={"record_no": tr("留空自动编号")}, actions=self._bar,
        )
        self.form.changed.connect(self.on_changed)
        self.picker = HouseholdPicker(self._services)
        self.picker.changed.connect(self._on_household)
        self.form.insert_after(0, self.picker)
        self.duplicates = DuplicatesCard()
        self.duplicates.existing_asked.connect(self._on_existing)
        self.duplicates.accepted.connect(self._on_accepted)
        column = Vertical(self, spacing=12)
        column.addWidget(self._header)
        column.addWidget(self.duplicates)
        column.addWidget(self.form, 1)
        self.setFocusProxy(self.form)

    def _begin(self, person: ResidentView | None, record: Record, title: str) -> None:
        self._person, self._record = person, record
        self._accepted, self._from_id, self._keeps_unverified = set(), {}, False
        self._draft_timer.stop()
        self._header.set_title(title)
        self._save.set_words(tr("建档") if person is None else tr("保存更正"))
        self.duplicates.show_hints(())
        self.form.need_only(None)
        self.form.show_answers({**record.cover, **record.info}, context=Context(today=self._services.desk.today()))
        answers = self.form.answers()
        self._typed = tuple(str(answers.get(code, "")) for code in ("id_number", "name", "birth_date"))
        self._is_dirty = False
        self._bar.set_note("")
        self._judge_age()

    def _fill_from_id_number(self, written: str) -> None:
        parsed = parse_id_number(written, self._services.desk.today()) if len(written.strip()) >= 15 else None
        if parsed is None or not parsed.valid:
            return
        told = {"birth_date": parsed.birth_date.isoformat() if parsed.birth_date else None, "sex": parsed.sex}
        answers = self.form.answers()
        for code, value in told.items():
            present = answers.get(code)
            if value is not None and (present in EMPTY or present == self._from_id.get(code)):
                self._from_id[code] = str(value)
                self.form.set_answer(code, str(value))

    def _judge_age(self) -> None:
        born = self.form.values().get("birth_date")
        age = age_of(first_day(born), self._services.desk.today()) if born else None
        is_child = age is not None and age <= CHILD_UP_TO_YEARS
        # Who the guardian is may follow from the household, which the service knows.
        needed = {*COVER.fields, *NEEDED_OF_A_CHILD} - {"contact_name"}
        self.form.need_only(needed if is_child else None)
        self._header.set_note(tr("0～6 岁儿童不填个人基本信息表，只要封面、性别、出生日期和监护人。") if is_child else "")

    def _look_for_duplicates(self) -> None:
        id_number, name, born = self._typed
        hints: Sequence[DuplicateHint] = self._services.residents.likely_duplicates(
            name, born, id_number, except_id=self._person.id if self._person is not None else None)
        self.duplicates.show_hints(hints, is_new=self._person is None)

    def _on_household(self) -> None:
        self._is_dirty = True
        address = self.picker.address()
        if address and not self.form.answers().get("current_address"):
            self.form.set_answer("current_address", address)
        self._draft_timer.start()

    def _on_existing(self, resident_id: str) -> None:
        self.cancel()
        if not self._is_dirty:
            self.existing_asked.emit(resident_id)

    def _on_accepted(self) -> None:
        self.form.confirm("name")
        self._accepted.add("name")

    def _register(self, as_partial: bool) -> ResidentView | None:
        choice = self.picker.choice()
        if choice is None:
            self.picker.show_problems({"household": tr("请从名单里选一户，或改选“新建家庭”“暂不归户”。")})
            return None
        cover, info = self._both()
        return self._services.residents.register(
            cover, info, choice, confirmed=self.form.confirmed() | self._accepted, as_partial=as_partial,
            keep_unverified_id=self._keeps_unverified)

    def _revise(self, person: ResidentView, as_partial: bool) -> ResidentView | None:
        reason = self._services.dialogs.ask_text(
            tr("更正的原因"), tr("为什么更正{name}的档案？原来的内容会留在“修改记录”里。", name=person.name), value=self._reason,
            hint=tr("例如：电话换了"))
        if reason is None:
            return None
        self._reason = reason
        cover, info = self._both()
        assert self._record is not None
        return self._services.residents.revise(
            person.id, cover, info, revision=self._record.revision, reason=reason,
            confirmed=self.form.confirmed() | self._accepted, as_partial=as_partial,
            keep_unverified_id=self._keeps_unverified)

    def _both(self) -> tuple[dict[str, object], dict[str, object]]:
        answers = self.form.answers()
        return tuple({code: value for code, value in answers.items() if code in form.fields} for form in (COVER, INFO))

    def _show_refused(self, problems: Sequence[Problem]) -> None:
        mine = {each.code: tr(each.message) for each in problems if each.code in PICKER_CODES}
        if self._person is None and self.picker.show_problems(mine):
            return
        self.form.show_problems(problems)

    def _saved(self, person: ResidentView) -> None:
        self._is_dirty = False
        self._draft_timer.stop()
        self._drop_draft()
        words = tr("已建档：{name}　{number}", name=person.name, number=person.record_no_short)
        self._services.say(words if self._person is None else tr("已保存更正：{name}", name=person.name))
        self._reason = ""
        self.finished.emit(person.id)

    def _drop_draft(self) -> None:
        kind, subject = self.draft_key()
        services = self._services
        services.runner.run(lambda report, cancelled: services.drafts.discard(kind, subject),
                            on_error=self._on_draft_failure)

    def _on_draft_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        self._bar.set_note(tr("草稿没有存上：{reason}", reason=error.message))
