"""填表: one form at a time; opening it from a record, going back to where the doctor came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.errors import CunyiError
from app.forms.registry import form
from app.i18n import tr
from app.services.diseases import PROGRAMME_OF
from app.services.form_views import PARTIAL, VOID, OpenForm, Proposal, SavedForm
from ui.dialogs import show_failure
from ui.screens.forms.chooser import choose_form
from ui.screens.forms.page import PRINT, FormPage, origin_words
from ui.screens.printing.shown import show_printed
from ui.widgets.empty_state import EmptyState
from ui.widgets.form_view import Offered

if TYPE_CHECKING:
    from app.services.next_forms import FormOffer
    from app.services.person_sheets import PrintedSheet
    from app.services.progress import CancelledCheck, Report
    from ui.services import Services

VISIT_FORMS = ("htn_followup", "dm_followup")
RECORD_FORMS = ("record_cover", "personal_info")
REFERRAL = "referral_out"
Place = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class Wanted:
    """What is to be filled in, and where to go afterwards."""

    resident_id: str = ""
    form_code: str = ""
    entry_id: str = ""
    return_to: Place | None = None
    code: str = ""
    resume: bool = False
    suggested: Mapping[str, Offered] = field(default_factory=dict)
    on: date | None = None
    takes_offers: bool = False


class FormsScreen(QWidget):
    """`open_with(resident_id=…, form_code=…)` begins a form, `open_with(entry_id=…)` corrects one on file.

    `return_to` is the screen with its arguments that is shown afterwards; the record of the resident unless given. Forms
    that have a screen of their own (follow-up visits, the record) are opened there.
    """

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("screen_forms")
        self._services = services
        self._wanted = Wanted()
        self._interrupted: list[Wanted] = []
        self.page: FormPage | None = None
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._empty = EmptyState(tr("没有打开的表"), tr("请从居民的档案里填表。"), name="no_form")
        self._stack.addWidget(self._empty)

    # --- what the shell calls ---------------------------------------------------------------------------------

    def open_with(self, *, resident_id: str = "", form_code: str = "", entry_id: str = "",
                  return_to: Place | None = None, code: str = "", offer: FormOffer | None = None, from_screen: str = "",
                  **_others: Any) -> None:
        """Begin a form of a resident (let the doctor choose which when it is not said), or correct one on file; with the
        cursor in the answer `code`. `offer` is what was offered after saving; afterwards `from_screen` is shown as it is."""
        if self.page is not None and not (self.page.keep_draft() or self.page.ask_to_lose()):
            return
        if offer is not None:
            self._open_offer(offer, from_screen)
            return
        self._interrupted.clear()
        wanted = Wanted(resident_id, form_code, entry_id, return_to, code)
        if resident_id and not form_code and not entry_id:
            chosen = choose_form(self.window())
            if chosen is None:
                self._leave(wanted)
                return
            wanted = replace(wanted, form_code=chosen)
        self._open(wanted)

    def refresh(self) -> None:
        """Shown again: an open form stays as it is."""

    def can_leave(self) -> bool:
        """What was typed is kept as a draft, so leaving needs no question, unless it cannot be kept."""
        return self.page is None or self.page.keep_draft() or self.page.ask_to_lose()

    def primary_action(self) -> None:
        """F2: to what is still to be answered."""
        if self.page is not None:
            self.page.go_to_missing()

    def save_action(self) -> None:
        """Ctrl+Enter."""
        if self.page is not None:
            self.page.save()

    def print_action(self) -> None:
        """Ctrl+P: save and print; a void form is printed as it is."""
        if self.page is None:
            return
        recorded = self.page.opened.recorded
        if self.page.is_read_only and recorded is not None:
            self.print_form(self.page.opened, recorded.entry_id)
        else:
            self.page.save(PRINT)

    def back_action(self) -> bool:
        """Escape: out of the form."""
        if self.page is None:
            return False
        self.page.ask_to_leave()
        return True

    def shortcuts(self) -> list[tuple[str, str]]:
        """The keys of this screen."""
        return [
            ("F2", tr("跳到还没填的")), ("F4", tr("沿用这一项")), ("Ctrl Shift L", tr("空着的都沿用")),
            ("Ctrl G", tr("本节没填的都填正常")), ("Ctrl Z", tr("撤回")), ("Ctrl Y", tr("重做")),
            ("Ctrl PgDn", tr("下一节")), ("Ctrl PgUp", tr("上一节")), ("Ctrl B", tr("对比上次")), ("F6", tr("按建议填写")),
            ("F8", tr("开转诊单")), ("Ctrl T", tr("填另一张表")), ("Ctrl Delete", tr("去掉表格里的一行")),
            ("Ctrl ↵", tr("保存")), ("Ctrl P", tr("保存并打印")),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+T: another form of the same resident."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_T and modifiers == Qt.KeyboardModifier.ControlModifier and self.page is not None:
            self.choose_another()
        else:
            super().keyPressEvent(event)

    # --- forms ------------------------------------------------------------------------------------------------

    def choose_another(self) -> None:
        """Another form of the same resident; the present one is kept as a draft."""
        if self.page is None:
            return
        chosen = choose_form(self.window())
        if chosen is not None:
            self.open_with(resident_id=self.page.resident_id, form_code=chosen, return_to=self._wanted.return_to)

    def on_saved(self, saved: SavedForm, after: str) -> None:
        """Say it, print if wanted, and go on."""
        page = self.page
        assert page is not None
        values = {"name": page.opened.person.name, "form": page.opened.form.title}
        said = (tr("已存成草稿：{name}的“{form}”", **values) if saved.state == PARTIAL else
                tr("已更正：{name}的“{form}”", **values) if page.is_correction else
                tr("已保存：{name}的“{form}”", **values))
        self._services.say("　".join([said, *(tr(note) for note in saved.notes)]))
        if saved.form_code in PROGRAMME_OF and saved.state != PARTIAL:
            self._services.offer_forms(self._services.next_forms.after_visit(saved.resident_id, saved.entry_date))
        if after == PRINT:
            self.print_form(page.opened, saved.entry_id)
        self._go_on()

    def on_referral(self, proposal: Proposal | None) -> None:
        """开转诊单: the letter, with the reasons filled in; afterwards back to the form."""
        page = self.page
        if page is None or not page.keep_draft():
            return
        self._interrupted.append(replace(self._wanted, resume=True, suggested={}))
        suggested: dict[str, Offered] = {}
        if proposal is not None:
            origin = tr("本次{form}", form=page.opened.form.title)
            reasons = tr("；").join(tr(reason) for reason in proposal.reasons)
            suggested = {"impression": Offered(tr(proposal.headline), origin)}
            if reasons:
                suggested["present_illness"] = Offered(reasons, origin)
        self._open(Wanted(page.resident_id, REFERRAL, suggested=suggested))

    def print_form(self, opened: OpenForm, entry_id: str) -> None:
        """The sheet, in a worker, then the preview."""
        printer, person, code = self._services.person_sheets, opened.person, opened.form.code

        def work(_report: Report, _cancelled: CancelledCheck) -> PrintedSheet:
            return printer.print_form(person.resident_id, code, entry_id=entry_id)

        title = tr("{name} {form}", name=person.name, form=opened.form.title)
        self._services.runner.run(
            work, on_done=lambda printed: show_printed(self._services, printed, title), on_error=self._on_failure,
            title=tr("正在排版"),
        )

    def _open_offer(self, offer: FormOffer, from_screen: str) -> None:
        """A form that was offered; a form that is being filled in is gone on with afterwards."""
        back = (from_screen, {}) if from_screen and from_screen != "forms" else None
        if self.page is not None and back is None:
            self._interrupted.append(replace(self._wanted, resume=True, suggested={}))
            back = self._wanted.return_to
        else:
            self._interrupted.clear()
        suggested = {code: Offered(value, tr(offer.origin)) for code, value in offer.answers.items()}
        self._open(Wanted(offer.resident_id, offer.form_code, return_to=back, suggested=suggested, on=offer.on,
                          takes_offers=offer.takes_offers))

    # --- inside -----------------------------------------------------------------------------------------------

    def _open(self, wanted: Wanted) -> None:
        try:
            if self._has_own_screen(wanted):
                return
            opened = self._load(wanted)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            if self.page is None:
                self._leave(wanted)
            return
        self._close()
        self._wanted = replace(wanted, resident_id=opened.person.resident_id, form_code=opened.form.code)
        page = FormPage(self._services, opened)
        page.saved.connect(self.on_saved)
        page.left.connect(self._go_on)
        page.voided.connect(self._on_voided)
        page.referral_asked.connect(self.on_referral)
        self.page = page
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self.setFocusProxy(page)
        page.begin(resume=wanted.resume)
        page.suggest({**wanted.suggested, **(_offered(opened) if wanted.takes_offers and not page.is_touched else {})})
        if wanted.code:
            page.view.go_to(wanted.code)

    def _load(self, wanted: Wanted) -> OpenForm:
        records = self._services.form_records
        if not wanted.entry_id:
            return records.open(wanted.resident_id, wanted.form_code, on=wanted.on)
        recorded = records.recorded(wanted.entry_id)
        if recorded.state != VOID:
            return records.open_recorded(wanted.entry_id)
        opened = records.open(recorded.resident_id, recorded.form_code)
        return replace(opened, recorded=recorded, starting=recorded.answers, offers={}, draft=None, previous=None)

    def _has_own_screen(self, wanted: Wanted) -> bool:
        """Show the screen of a form that has its own; False when it has none."""
        code, resident_id = wanted.form_code, wanted.resident_id
        if wanted.entry_id:
            recorded = self._services.form_records.recorded(wanted.entry_id)
            code, resident_id = recorded.form_code, recorded.resident_id
        if code in VISIT_FORMS:
            arguments = {"entry_id": wanted.entry_id} if wanted.entry_id else {"resident_id": resident_id}
            self._close()
            self._go_to("follow_ups", arguments)
            return True
        if code in RECORD_FORMS:
            self._close()
            self._go_to("residents", {"resident_id": resident_id})
            return True
        form(code)
        return False

    def _go_on(self) -> None:
        """Back to the form that was interrupted, or to where the doctor came from."""
        if self._interrupted:
            self._open(self._interrupted.pop())
        else:
            self._leave(self._wanted)

    def _leave(self, wanted: Wanted) -> None:
        self._close()
        self._go_to(*(wanted.return_to or ("residents", {"resident_id": wanted.resident_id} if wanted.resident_id else {})))

    def _go_to(self, key: str, arguments: Mapping[str, object]) -> None:
        """Another screen, once the shell has finished showing this one."""
        QTimer.singleShot(0, self, lambda: self._services.navigate(key, **arguments))

    def _close(self) -> None:
        if self.page is None:
            return
        page, self.page = self.page, None
        self._stack.setCurrentWidget(self._empty)
        self._stack.removeWidget(page)
        self.setFocusProxy(None)
        page.hide()
        page.deleteLater()

    def _on_voided(self) -> None:
        self._services.say(tr("这张表已作废，内容仍可查看"))
        self._go_on()

    def _on_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self._services.dialogs, error)


def _offered(opened: OpenForm) -> dict[str, Offered]:
    """What other forms of the day say, to be filled in at once."""
    return {code: Offered(each.value, origin_words(each, opened.context.today)) for code, each in opened.offers.items()}
