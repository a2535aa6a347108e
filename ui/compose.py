"""What happens behind the first frame: finding the data, signing in, and putting the screens of this desk together.

    look → first start | passphrase | a page that says what is wrong → users → PIN → services → screens

Everything that reads or imports much runs in the worker of the runner; this module itself imports only the shell. The
order of the screens is here and nowhere else; a screen whose package is not there (yet) is left out.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal

from app.domain.message import Message, msg
from app.errors import CunyiError
from app.i18n import tr
from ui.background import BackgroundRunner, Runner
from ui.dialogs import Dialogs, Notice, QtDialogs, show_failure
from ui.shell.main_window import MainWindow

if TYPE_CHECKING:
    from app.desk import Desk
    from app.security.secret_store import SecretStore
    from app.startup import Database, Opening
    from app.startup import UserChoice as KnownUser
    from ui.services import Services
    from ui.shell.search_box import SearchHit
    from ui.start import StartOptions

SCREENS = {
    "clinic": ("today", "residents", "follow_ups", "dispensing", "requests", "stock", "exchange", "settings", "import_roster",
               "day_sheet", "forms"),
    "township": ("review", "supply", "stock", "settlement", "checks", "exchange", "settings"),
}
SERVICES_OF = {
    "clinic": ("residents", "households", "search", "enrolments", "follow_ups", "work_list", "drafts", "request_list",
               "exchange", "accounts", "backups", "settings"),
    "township": ("review", "catalogue", "exchange", "pairing", "drafts", "accounts", "backups", "settings", "setup"),
}
"""What is made before the first screen; other services are made at their first use. Pairing is left to its page at a
clinic: it brings pydantic, 15 MB and 0.2 s."""

RARELY_SHOWN = ("import_roster", "day_sheet", "settings", "exchange", "supply", "stock", "settlement", "checks",
                "requests", "dispensing")
"""Imported at their first visit: most days do not need them, or they bring much (the drugs 9 MB)."""

DATE_CHECK_MS = 60_000

def open_in_background(window: MainWindow, options: StartOptions) -> Composer:
    """Compose the desk of the folder that the options name, behind the painted frame."""
    composer = Composer(window, folder=options.data_folder, keeps_scale=options.scale is None,
                        keeps_contrast=options.high_contrast is None)
    composer.open()
    return composer


@dataclass(frozen=True)
class Opened:
    """A database and those who may sign in."""

    database: Database
    users: tuple[KnownUser, ...]


class Composer(QObject):
    """Composes one window. `started(services)` each time somebody has signed in and the screens are there.

    `runner`, `dialogs`, `store` and `clock` are the real ones unless given; the tour and the tests give their own.
    """

    started = Signal(object)

    def __init__(
        self, window: MainWindow, *, folder: Path | None = None, runner: Runner | None = None,
        dialogs: Dialogs | None = None, store: SecretStore | None = None, clock: Callable[[], datetime] | None = None,
        keeps_scale: bool = True, keeps_contrast: bool = True,
    ) -> None:
        super().__init__(window)
        self.window = window
        self.folder = folder
        self.runner: Runner = runner or BackgroundRunner(window)
        self.dialogs: Dialogs = dialogs or QtDialogs(window)
        self.store = store
        self.clock = clock
        self.database: Database | None = None
        self.services: Services | None = None
        self._opening: Opening | None = None
        self._users: tuple[KnownUser, ...] = ()
        self._desk: Desk | None = None
        self._keeps = (keeps_scale, keeps_contrast)
        self._stored_percent = 0
        self._modules: list[ModuleType] = []
        self._midnight = QTimer(self)
        self._midnight.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._midnight.setInterval(DATE_CHECK_MS)
        self._midnight.timeout.connect(self.show_today)
        window.lock_asked.connect(self.lock)
        window.search_chosen.connect(self.on_search_chosen)
        window.type_scale_changed.connect(self.on_type_scale)
        window.closing.connect(self.close)

    # --- finding and opening ----------------------------------------------------------------------------------

    def open(self) -> None:
        """Look at the folder and go on with what is found."""
        self.window.show_cover()
        folder, store = self.folder, self.store

        def work(report: object, cancelled: object) -> Opening:
            from app.startup import look

            return look(folder, store)

        self.runner.run(work, on_done=self.on_looked)

    def on_looked(self, opening: Opening) -> None:
        """Go on with what was found in the folder."""
        from app.startup import State

        self._opening = opening
        self.folder = opening.folder
        if opening.state is State.NEW:
            self.show_first_start()
        elif opening.state is State.READY:
            self.open_database()
        elif opening.state is State.NEEDS_PASSPHRASE:
            self.show_passphrase()
        else:
            self.show_trouble(opening.message, opening.details)

    def open_database(self, *, passphrase: str | None = None, recovery_key: str | None = None,
                      on_error: Callable[[CunyiError], None] | None = None) -> None:
        """Open what was found; a refused passphrase or recovery key is told to `on_error`."""
        opening, clock = self._opening, self.clock
        waiting = tr("正在升级数据，请不要关机…") if opening is not None and opening.is_upgrade else ""

        def work(report: Callable[[int, int, Message], None], cancelled: object) -> Opened:
            from app.startup import open_database

            clocks = {} if clock is None else {"clock": clock}
            database = open_database(opening, passphrase=passphrase, recovery_key=recovery_key, report=report, **clocks)
            try:
                return Opened(database, database.users())
            except BaseException:
                database.close()
                raise

        asking = self.window.cover.content() if on_error is not None else None

        def failed(error: BaseException) -> None:
            if not isinstance(error, CunyiError):
                raise error
            if on_error is not None and self.window.cover.content() is asking:
                on_error(error)
            else:
                self.show_trouble(error.message, error.details)

        if on_error is None:
            self.window.show_cover(waiting=waiting)
        job = self.runner.run(work, on_done=self.on_opened, on_error=failed)
        job.progressed.connect(lambda _done, _total, sentence: self.window.show_cover(waiting=sentence))

    def on_opened(self, opened: Opened) -> None:
        """The database is open: import the rest while the PIN is typed."""
        self.database = opened.database
        self._users = opened.users
        if self.database.keeper() is None:
            self.show_keeper()
            return
        self.runner.run(lambda report, cancelled: import_services(opened.database), on_error=self._on_failure)
        self.show_sign_in()
        self.window.data_ready.emit()

    # --- pages on the cover -----------------------------------------------------------------------------------

    def show_first_start(self) -> None:
        """Nothing is here yet."""
        from ui.screens.first_start.page import FirstStart

        page = FirstStart(self.folder, runner=self.runner, dialogs=self.dialogs, store=self.store, clock=self.clock)
        page.founded.connect(self.on_founded)
        page.sample_made.connect(self.on_sample_made)
        self.window.show_cover(page)
        self.window.data_ready.emit()

    def on_founded(self, founded: object) -> None:
        """A new desk was made; its first user has just chosen a PIN and goes straight in."""
        self.database, self._desk = founded.database, founded.desk
        self._users = self.database.users()
        self.start(self._desk)

    def on_sample_made(self, folder: object) -> None:
        """The sample clinic is ready in a folder of its own."""
        self.folder = Path(str(folder))
        self.open()

    def show_passphrase(self) -> None:
        """Ask for the passphrase that keeps the key."""
        from ui.screens.first_start.opening_pages import PassphrasePage

        page = PassphrasePage()
        page.entered.connect(lambda passphrase: self.open_database(passphrase=passphrase, on_error=page.show_problem))
        page.recovery_asked.connect(lambda: self.show_trouble(None, ""))
        self.window.show_cover(page)
        self.window.data_ready.emit()

    def show_trouble(self, message: Message | None, details: str) -> None:
        """Say why nothing was opened, and offer what can be done."""
        from ui.screens.first_start.opening_pages import TroublePage

        page = TroublePage(self._opening, message, details, runner=self.runner, dialogs=self.dialogs, store=self.store)
        page.again.connect(self.open)
        page.leave.connect(self.window.close)
        page.recovery_entered.connect(
            lambda text: self.open_database(recovery_key=text, on_error=page.show_problem)
        )
        self.window.show_cover(page)
        self.window.data_ready.emit()

    def show_keeper(self) -> None:
        """Opened by the recovery key: the key needs somebody to keep it again."""
        from ui.screens.first_start.opening_pages import KeeperPage

        page = KeeperPage(self.database, runner=self.runner)
        page.kept.connect(lambda: self.on_opened(Opened(self.database, self._users)))
        self.window.show_cover(page)

    def show_sign_in(self, user_id: str = "") -> None:
        """Those who may sign in; with `user_id` that person's PIN is asked at once."""
        from app.services.roles import role_label
        from ui.screens.first_start.opening_pages import SignInPage
        from ui.shell.sign_in import UserChoice

        users = [UserChoice(user.id, user.name, tr(role_label(user.role))) for user in self._users]
        page = SignInPage(users, self.check_pin, database=self.database, runner=self.runner, dialogs=self.dialogs)
        page.signed_in.connect(self.on_signed_in)
        self.window.show_cover(page)
        if user_id:
            page.sign_in.choose(user_id)

    def check_pin(self, user_id: str, pin: str) -> bool | str:
        """In the worker: sign in, or say why not."""
        try:
            self._desk = self.database.sign_in(user_id, pin)
        except CunyiError as error:
            return tr(error.message)
        return True

    def on_signed_in(self, user_id: str) -> None:
        """Back to the desk that was locked, or a desk for whoever has come."""
        if self.services is not None and self.services.desk.actor.user_id == user_id:
            self.show_today()
            self.window.show_desk()
        else:
            self.start(self._desk)

    def lock(self) -> None:
        """Hide the desk until the PIN is given; another person may sign in instead."""
        if self.services is None:
            return
        try:
            self._users = self.database.users()
        except CunyiError as error:
            show_failure(self.dialogs, error)
        self.show_sign_in(self.services.desk.actor.user_id)

    # --- the desk ---------------------------------------------------------------------------------------------

    def start(self, desk: Desk) -> None:
        """Make the services of the signed-in desk in the worker, then its screens."""
        from ui.services import Services

        services = Services(
            desk, self.runner, self.dialogs, navigate=self.navigate, preview=self.preview, say=self.window.say,
            offer_forms=self.window.offer_forms,
            show_sync=self.window.top_bar.set_sync, apply_setting=self.apply_setting, reopen=self.reopen,
            database=self.database,
        )

        def work(report: object, cancelled: object) -> dict[str, object]:
            for name in SERVICES_OF[services.kind]:
                getattr(services, name)
            return dict(services.settings.all())

        self.window.show_cover()
        self.runner.run(work, on_done=lambda settings: self.on_ready(services, settings), on_error=self._on_failure)

    def on_ready(self, services: Services, settings: dict[str, object]) -> None:
        """Everything is imported: put the screens together and show the first."""
        self.services = services
        self.window.clear_screens()
        self.show_identity()
        self.apply_appearance(settings)
        self._modules = screen_modules(services.kind)
        for entry in (module.entry(services) for module in self._modules):
            self.window.add_screen(entry)
        for module in self._modules:
            if hasattr(module, "settings_pages"):
                services.settings_pages.extend(module.settings_pages(services))
        self.window.top_bar.search.set_find(self.find)
        self.show_today()
        self._midnight.start()
        self.window.show_screen(next(iter(self.window.screen_keys())))
        self.window.show_desk()
        self.window.data_ready.emit()
        self.started.emit(services)
        often = [module for module in self._modules if module.__name__.rpartition(".")[2] not in RARELY_SHOWN]
        self.runner.run(lambda report, cancelled: import_screens(often), pool="network")
        self.tell_clock(services.desk)
        if settings["daily_backup"]:
            self.back_up_daily(services)

    def tell_clock(self, desk: Desk) -> None:
        """Say when the last record lies ahead of the computer's clock: what is written now would get a wrong day."""
        from app.services.clock_check import last_day_ahead

        last = last_day_ahead(desk)
        if last is None:
            return
        self.dialogs.tell(Notice(
            msg("请看一下电脑的日期"),
            msg("电脑现在是 {today}，最近一次记录是 {last}。", today=desk.today().isoformat(), last=last.isoformat()),
            msg("以前的记录都在，没有改动。"),
            msg("电脑的日期不对的，请先校对日期和时间，再打开程序；不然现在写的随访、发药都会记错日子。"), tone="amber",
        ))

    def show_identity(self) -> None:
        """Whose desk it is and who is at work."""
        from app.services.roles import role_label

        if self.services is not None:
            desk = self.services.desk
            who = tr("{name} {role}", name=desk.actor.name, role=role_label(desk.actor.role))
            self.window.set_identity("township" if desk.place.kind == "township" else "clinic", desk.place.name, who)

    def apply_appearance(self, settings: dict[str, object]) -> None:
        """What was set at this desk, unless the command line says otherwise."""
        keeps_scale, keeps_contrast = self._keeps
        self._stored_percent = int(str(settings["type_scale_percent"]))
        if keeps_scale:
            self.window.set_type_scale(self._stored_percent / 100)
        if keeps_contrast:
            self.window.set_high_contrast(bool(settings["high_contrast"]))
        self.window.lock_after(float(str(settings["lock_after_minutes"])))

    def apply_setting(self, name: str, value: object) -> None:
        """A setting was kept: let it take effect where the window shows it."""
        if name == "type_scale_percent":
            self._stored_percent = int(str(value))
            self.window.set_type_scale(self._stored_percent / 100)
        elif name == "high_contrast":
            self.window.set_high_contrast(bool(value))
        elif name == "lock_after_minutes":
            self.window.lock_after(float(str(value)))
        elif name == "place":
            self.show_identity()

    def on_type_scale(self, scale: float) -> None:
        """Keep the type size that was chosen by the keys."""
        percent = round(scale * 100)
        services = self.services
        if services is None or percent == self._stored_percent or not self._keeps[0]:
            return
        self._stored_percent = percent
        self.runner.run(lambda report, cancelled: services.settings.set("type_scale_percent", percent),
                        on_error=self._on_failure)

    def show_today(self) -> None:
        """The date in the top bar."""
        if self.services is not None:
            self.window.top_bar.set_today(self.services.desk.today())

    def back_up_daily(self, services: Services) -> None:
        """The first thing of the day, without being seen; a failure is told."""

        def work(report: Callable[[int, int, Message], None], cancelled: Callable[[], bool]) -> object:
            from app.services.backups import BackupKind

            if not services.backups.is_due():
                return None
            return services.backups.make(BackupKind.DAILY, report=report, cancelled=cancelled)

        self.runner.run(work, on_error=self._on_failure, pool="network")

    def navigate(self, key: str, /, **arguments: object) -> bool:
        """Show a screen with arguments; False when there is no such screen, or the present one does not let go."""
        return key in self.window.screen_keys() and self.window.show_screen(key, **arguments)

    def preview(self, pdf_bytes: bytes, title: str) -> None:
        """Show a sheet before it is printed."""
        from ui.widgets.pdf_preview import show_pdf

        show_pdf(self.window, pdf_bytes, title, self.dialogs)

    # --- search -----------------------------------------------------------------------------------------------

    def find(self, text: str) -> Sequence[SearchHit]:
        """What the search box shows: residents at a clinic, what the screens themselves find at a township."""
        if self.services is None:
            return ()
        if self.services.kind == "clinic":
            from ui.shell.resident_hits import resident_hits

            return resident_hits(self.services, text)
        hits: list[SearchHit] = []
        for module in self._modules:
            if hasattr(module, "search_hits"):
                hits.extend(module.search_hits(self.services, text))
        return hits

    def on_search_chosen(self, key: str) -> None:
        """A hit's key is `screen:argument=value&argument=value`."""
        screen, _, written = key.partition(":")
        arguments = dict(each.split("=", 1) for each in written.split("&") if each)
        if screen not in self.window.screen_keys() and "resident_id" in arguments:
            screen, arguments = "residents", {"resident_id": arguments["resident_id"]}
        self.navigate(screen, **arguments)

    # --- the end ----------------------------------------------------------------------------------------------

    def reopen(self) -> None:
        """Close the desk and open the folder anew, all words in the language that is spoken by now."""
        from ui.start import load_qt_words

        self.window.show_cover()
        self.window.rebuild_frame()
        load_qt_words(QCoreApplication.instance())
        self.services = None
        if self.database is not None:
            self.database.close()
            self.database = None
        self.open()

    def close(self) -> None:
        """The window closes: stop what is under way, wait for it, and give the folder back."""
        self._midnight.stop()
        if isinstance(self.runner, BackgroundRunner):
            self.runner.close()
        if self.database is not None:
            self.database.close()
            self.database = None

    def _on_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self.dialogs, error)


def import_services(database: Database) -> None:
    """In the worker, while the PIN is typed: import what signing in and the first screen need."""
    database.warm_up()
    for name in SERVICES_OF[database.place().kind]:
        import_module(f"app.services.{name}")


def screen_modules(kind: str) -> list[ModuleType]:
    """The packages of the screens of a desk, in order; those that do not exist are left out."""
    names = [f"ui.screens.{key}" for key in SCREENS[kind]]
    return [import_module(name) for name in names if find_spec(name) is not None]


def import_screens(packages: Sequence[ModuleType]) -> None:
    """Import what the screens are made of, in a worker, so that the first visit of each does not wait for it."""
    for package in packages:
        name = f"{package.__name__}.screen"
        if find_spec(name) is not None:
            import_module(name)
    # What was imported stays for good. Without this each full collection walks through some 270,000 objects, which
    # takes about 0.2 s on a slow machine, in the middle of typing.
    gc.freeze()
