"""The first start: what this computer is for, the organisation, the first user; then the desk is made in one go.

Going back or closing before the last step leaves nothing behind: the folder is only written to by `create_desk`, which
gives the database its name at the very end. `founded(Founded)` when a desk is there and its first user signed in,
`sample_made(folder)` when the sample clinic lies ready in its own folder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.message import Message, msg
from app.errors import CunyiError
from app.forms.vocabulary import Level
from app.i18n import tr
from app.services.setup import SetupAnswers, setup_problems
from ui.background import Runner
from ui.dialogs import Answer, Dialogs, Notice, Question
from ui.screens.first_start.steps import KeyStep, KindStep, PlaceStep, RecoveryStep, Step, UserStep
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical

if TYPE_CHECKING:
    from app.desk import Desk
    from app.security.secret_store import SecretStore
    from app.startup import Database

WIDE = 700
ROOM_BESIDE = 120
SAMPLE_FOLDER = "sample"


@dataclass(frozen=True)
class Founded:
    """A new desk, opened, with its first user signed in."""

    database: Database
    desk: Desk
    recovery_key: str


class FirstStart(QWidget):
    """The pages. `folder` None is the default data folder."""

    founded = Signal(object)
    sample_made = Signal(object)

    def __init__(
        self, folder: Path | None, *, runner: Runner, dialogs: Dialogs, store: SecretStore | None = None,
        clock: Callable[[], datetime] | None = None, parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("first_start")
        self.setAccessibleName(tr("第一次使用"))
        self._folder, self._runner, self._dialogs, self._store = folder, runner, dialogs, store
        self._clock = {} if clock is None else {"clock": clock}
        self._kind = "clinic"
        self._confirmed: set[str] = set()
        self._result: Founded | None = None
        column = Vertical(self, spacing=14)
        self._steps = Vertical()
        column.addLayout(self._steps)
        self._problem = label("", "problem", name="start_problem", wrap=True)
        self._problem.hide()
        column.addWidget(self._problem)
        self.kind_step = KindStep()
        self.kind_step.chosen.connect(self.on_kind)
        self.place_step = PlaceStep(dialogs)
        self.user_step = UserStep()
        self.user_step.entered.connect(self.on_next)
        self.key_step = KeyStep()
        self.key_step.entered.connect(self.on_next)
        self._step: Step = self.kind_step
        for step in (self.kind_step, self.place_step, self.user_step, self.key_step):
            self._steps.addWidget(step)
            step.hide()
        column.addLayout(self._foot())
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)
        self.show_step(self.kind_step)

    # --- going through ----------------------------------------------------------------------------------------

    def current_step(self) -> Step:
        """The step shown."""
        return self._step

    def show_step(self, step: Step) -> None:
        """Show a step with the cursor in its first field."""
        self._step.hide()
        self._step = step
        step.show()
        has_buttons = not isinstance(step, (KindStep, RecoveryStep))
        self._back.setVisible(has_buttons)
        self._next.setVisible(has_buttons)
        self._next.set_words(tr("下一步") if step is self.place_step else tr("建站"), hint="Ctrl ↵")
        self.show_sentence("")
        self.setFocusProxy(step)
        step.setFocus()

    def on_kind(self, kind: str) -> None:
        """What this computer is for was chosen."""
        self._kind = kind
        if kind == "sample":
            self.make_sample(None)
            return
        self.place_step.set_kind(kind)
        self.user_step.set_kind(kind)
        self.show_step(self.place_step)

    def on_back(self) -> None:
        """The step before; nothing has been written yet."""
        step = self.current_step()
        if step is self.user_step:
            self.show_step(self.place_step)
        elif step is self.key_step and self._kind != "sample":
            self.show_step(self.user_step)
        elif step in (self.place_step, self.key_step):
            self.show_step(self.kind_step)

    def on_next(self) -> None:
        """Check what was filled in and go on; the last step makes the desk."""
        step = self.current_step()
        if step is self.place_step:
            if self._accepts(self.place_step):
                self.show_step(self.user_step)
        elif step is self.user_step:
            if self.user_step.values() is not None and self._accepts(self.user_step):
                self.make_desk(None)
        elif step is self.key_step:
            passphrase = self.key_step.secret.value()
            if passphrase:
                make = self.make_sample if self._kind == "sample" else self.make_desk
                make(passphrase)

    def answers(self) -> SetupAnswers:
        """What was filled in so far."""
        user = self.user_step.values() or {"user_name": "", "role": "", "pin": ""}
        return SetupAnswers(kind=self._kind, **self.place_step.values(), **user)

    # --- making -----------------------------------------------------------------------------------------------

    def make_desk(self, passphrase: str | None) -> None:
        """Make the desk with the keyring, or with a passphrase."""
        answers, confirmed = self.answers(), frozenset(self._confirmed)
        folder, store, clock = self._data_folder(), self._store, self._clock

        def work(report: Callable[[int, int, Message], None], cancelled: object) -> Founded:
            from app.startup import create_desk, look, open_database

            report(0, 0, msg("正在建站。"))
            desk = create_desk(folder, answers, store=store, passphrase=passphrase, confirmed=confirmed, **clock)
            desk.close()
            database = open_database(look(folder, store), passphrase=passphrase, **clock)
            return Founded(database, database.desk_of(desk.actor), database.recovery_key())

        self._set_busy(True)
        self._runner.run(work, on_done=self.on_made, on_error=self.on_failed, title=tr("建站"), can_cancel=False)

    def make_sample(self, passphrase: str | None) -> None:
        """Make the sample clinic in a folder of its own, or open the one made before."""
        folder, store, clock = self._data_folder() / SAMPLE_FOLDER, self._store, self._clock

        def work(report: Callable[[int, int, Message], None], cancelled: Callable[[], bool]) -> tuple[Path, bool]:
            from app.demo.clinic import build_clinic
            from app.startup import State, look

            if look(folder, store).state is not State.NEW:
                return folder, False
            build_clinic(folder, store=store, passphrase=passphrase, report=report, cancelled=cancelled, **clock).close()
            return folder, True

        self._set_busy(True)
        self._runner.run(work, on_done=self.on_sample_ready, on_error=self.on_failed, title=tr("准备示范卫生室"),
                         on_cancelled=lambda: self._set_busy(False))

    def on_made(self, founded: Founded) -> None:
        """The desk is there: show the recovery key before anything else."""
        self._set_busy(False)
        self._result = founded
        step = RecoveryStep(founded.recovery_key)
        step.written.connect(lambda: self.founded.emit(founded))
        self._steps.addWidget(step)
        self.show_step(step)

    def on_sample_ready(self, made: tuple[Path, bool]) -> None:
        """Tell who is at work in the sample, then open it."""
        from app.demo.clinic import DOCTOR, PIN

        self._set_busy(False)
        folder, _is_new = made
        self._dialogs.tell(Notice(
            msg("示范卫生室准备好了"), msg("医生{name}的 PIN 是 {pin}。", name=DOCTOR, pin=PIN),
            msg("里面的居民都是编出来的，可以随便试。"),
            msg("要登记真实的居民，请关闭程序再打开，选“村卫生室”。"), tone="green"))
        self.sample_made.emit(folder)

    def on_failed(self, error: BaseException) -> None:
        """Say why nothing was made; without a keyring ask for a passphrase."""
        from app.security.secret_store import NoKeyring
        from app.services.problems import Refused

        self._set_busy(False)
        if isinstance(error, NoKeyring):
            self.show_step(self.key_step)
        elif isinstance(error, Refused):
            sentences = {problem.code: tr(problem.message) for problem in error.problems}
            for step in (self.place_step, self.user_step):
                if any(code in step.fields() for code in sentences):
                    self.show_step(step)
                    step.show_problems(sentences)
                    return
            self.show_sentence(tr(error.message))
        elif isinstance(error, CunyiError):
            self.show_sentence(tr(error.message))
        else:
            raise error

    # --- inside -----------------------------------------------------------------------------------------------

    def show_sentence(self, sentence: str) -> None:
        """A problem of no single field; empty takes it away."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def follow_theme(self, theme: Theme) -> None:
        """The card may be as wide as the window allows at this type size."""
        window = self.window().width() if self.isVisible() else 1366
        self.setProperty("wide", min(WIDE, int((window - ROOM_BESIDE) / theme.scale)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes from line to line, Ctrl+Enter to the next step, Escape back."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.on_next()
        elif is_enter and isinstance(self.focusWidget(), QLineEdit):
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Escape and self._back.isVisible():
            self.on_back()
        else:
            super().keyPressEvent(event)

    def _accepts(self, step: Step) -> bool:
        """Whether nothing of this step stands against going on; what only asks is asked about."""
        mine = [each for each in setup_problems(self.answers()) if each.code in step.fields()]
        refused = {each.code: tr(each.message) for each in mine if each.level is not Level.ASK}
        step.show_problems(refused)
        if refused:
            return False
        asked = [each for each in mine if each.level is Level.ASK and each.code not in self._confirmed]
        if not asked:
            return True
        question = Question(
            msg("请再核对一下"), "\n".join(tr(each.message) for each in asked),
            (Answer("use", msg("核对过了，就用它"), "primary"), Answer("back", msg("回去改"))), harmless="back")
        if self._dialogs.ask(question) != "use":
            step.fields()[asked[0].code].control.setFocus()
            return False
        self._confirmed.update(each.code for each in asked)
        return True

    def _foot(self) -> Horizontal:
        row = Horizontal(spacing=10)
        self._back = SecondaryButton(tr("上一步"), name="start_back", hint="Esc")
        self._back.clicked.connect(self.on_back)
        self._next = PrimaryButton(tr("下一步"), name="start_next", hint="Ctrl ↵")
        self._next.clicked.connect(self.on_next)
        row.addWidget(self._back)
        row.addStretch(1)
        row.addWidget(self._next)
        return row

    def _set_busy(self, busy: bool) -> None:
        self.setEnabled(not busy)

    def _data_folder(self) -> Path:
        from app.data_folder import default_folder

        return self._folder or default_folder()
