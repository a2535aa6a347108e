"""发药 at the clinic: the register of the day, giving to one resident, and one dispensing as it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import show_failure
from ui.screens.dispensing.given_page import GivenPage
from ui.screens.dispensing.giving_page import GivingPage
from ui.screens.dispensing.register_page import RegisterPage
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from app.services.dispensing import DispensingView
    from ui.services import Services

OWN_KEYS = (
    ("Ctrl D", msg("再加一种药")), ("F7", msg("换这种药的批号")), ("Ctrl Delete", msg("去掉这种药")),
    ("F2", msg("到下一处要写的地方；看发药单时退药，冲销过的重新发")), ("扫码", msg("光标在哪里都行，程序自己找到是哪种药")),
    ("Ctrl ↵", msg("发药")), ("Ctrl P", msg("打印登记；看发药单时打标签")),
)


class DispensingScreen(QWidget):
    """`open_with(resident_id=…, form_entry_id=…)` begins with the medicines of a visit; `dispensing_id=…` shows one."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("screen_dispensing")
        self._services = services
        self.giving: GivingPage | None = None
        self._came_from_elsewhere = False
        self._wants_labels = True
        self._stack = QStackedWidget()
        self.register = RegisterPage(services, self._stack)
        self.given = GivenPage(services, self._stack)
        self.given.hide()
        Vertical(self).addWidget(self._stack)
        self.register.chosen.connect(self.begin)
        self.register.opened.connect(self.show_given)
        self.given.changed.connect(self._on_changed)
        self.given.person_asked.connect(lambda resident_id: services.navigate("residents", resident_id=resident_id))
        self.given.labels_asked.connect(self.print_labels)
        self.given.again_asked.connect(self.begin_again)
        self._show(self.register)
        self.register.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read again what is shown; what was typed stays."""
        page = self._stack.currentWidget()
        if isinstance(page, (RegisterPage, GivenPage, GivingPage)):
            page.refresh()

    def open_with(self, resident_id: str = "", form_entry_id: str | None = None, dispensing_id: str = "",
                  **_arguments: object) -> None:
        """Begin with a resident, or show a dispensing."""
        if dispensing_id:
            self.show_given(dispensing_id)
        elif resident_id:
            self.begin(resident_id, form_entry_id, is_from_elsewhere=True)
        else:
            self.refresh()

    def primary_action(self) -> None:
        """F2."""
        if self._stack.currentWidget() is self.given:
            self.given.take_back()
        elif self.giving is not None and self._stack.currentWidget() is self.giving:
            self.giving.go_to_next_open()
        else:
            self.register.start()

    def save_action(self) -> None:
        """Ctrl+Enter: give."""
        if self.giving is not None and self._stack.currentWidget() is self.giving:
            self.giving.give()

    def print_action(self) -> None:
        """Ctrl+P: the register, the labels, or giving with labels."""
        if self._stack.currentWidget() is self.given:
            self.given.print_labels()
        elif self.giving is not None and self._stack.currentWidget() is self.giving:
            self.giving.give(with_labels=True)
        else:
            self.register.print_register()

    def back_action(self) -> bool:
        """Escape: from one dispensing back to where it was opened, from giving back to the register."""
        if self._stack.currentWidget() is self.given:
            self._show(self.giving or self.register)
            return True
        if self.giving is None:
            return False
        if not self.giving.ask_to_leave():
            return True
        came_from_elsewhere = self._came_from_elsewhere
        self._close_giving()
        self._show(self.register)
        self.register.refresh()
        return not came_from_elsewhere

    def shortcuts(self) -> list[tuple[str, str]]:
        """The screen's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- giving -----------------------------------------------------------------------------------------------

    def begin(self, resident_id: str, form_entry_id: str | None = None, *, is_from_elsewhere: bool = False) -> None:
        """A new draft for a resident; one that was begun for somebody is asked about first."""
        present = self.giving
        if present is not None:
            is_same = present.resident_id == resident_id and form_entry_id in (None, present.draft.form_entry_id)
            if is_same or not present.ask_to_leave():
                self._show(present)
                present.refresh()
                return
        try:
            page = GivingPage(self._services, self._services.dispensing.open(resident_id, form_entry_id), self._stack)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._came_from_elsewhere = is_from_elsewhere
        self._put_up(page)

    def begin_again(self, dispensing_id: str) -> None:
        """A new draft with what a reversed dispensing gave; one that was begun is asked about first."""
        if self.giving is not None and not self.giving.ask_to_leave():
            self._show(self.giving)
            return
        try:
            page = GivingPage(self._services, self._services.dispensing.again(dispensing_id), self._stack, is_copy=True)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._came_from_elsewhere = False
        self._put_up(page)

    def _put_up(self, page: GivingPage) -> None:
        self._close_giving()
        page.labels.setChecked(self._wants_labels)
        page.labels.toggled.connect(self._on_labels_toggled)
        page.given.connect(self._on_given)
        page.left.connect(self._on_left)
        page.given_asked.connect(self.show_given)
        self.giving = page
        self._show(page)

    def show_given(self, dispensing_id: str) -> None:
        """One dispensing as it was given."""
        try:
            view = self._services.dispensing.get(dispensing_id)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self.given.show_given(view)
        self._show(self.given)

    def print_labels(self, dispensing_id: str) -> None:
        """A label for each drug and batch, made in the worker, then shown."""
        services = self._services

        def work(_report: object, _cancelled: object) -> bytes:
            from app.printing.labels import labels_pdf

            return labels_pdf(services.dispensing.labels(dispensing_id))

        services.runner.run(work, on_done=lambda pdf: services.preview(pdf, tr("药品标签")), on_error=self._on_failure,
                            title=tr("正在排版标签"))

    # --- inside -----------------------------------------------------------------------------------------------

    def _on_given(self, view: DispensingView, with_labels: bool) -> None:
        self._close_giving()
        self.register.refresh()
        self.register.choose(view.id)
        self._show(self.register)
        self._services.say(tr("已发药：{name}　{drugs}", name=view.resident_name, drugs=view.drugs))
        if with_labels:
            self.print_labels(view.id)

    def _on_labels_toggled(self, wanted: bool) -> None:
        """Who has no printer for labels says so once."""
        self._wants_labels = wanted

    def _on_left(self) -> None:
        if self.giving is not None and self.giving.ask_to_leave():
            self._close_giving()
            self._show(self.register)
            self.register.refresh()

    def _on_changed(self) -> None:
        self.register.refresh()
        if self.giving is not None:
            self.giving.show_history()

    def _close_giving(self) -> None:
        page, self.giving = self.giving, None
        if page is not None:
            self._stack.removeWidget(page)
            page.hide()
            page.deleteLater()

    def _show(self, page: QWidget) -> None:
        # Only the page that is shown lies in the stack: a higher one would make it scroll.
        for number in reversed(range(self._stack.count())):
            each = self._stack.widget(number)
            if each is not page:
                self._stack.removeWidget(each)
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self.setFocusProxy(page)
        page.setFocus()

    def _on_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self._services.dialogs, error)
