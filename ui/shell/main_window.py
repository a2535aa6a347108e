"""The main window: navigation, top bar, and the screens, of which only the one shown is ever built beforehand.

A screen is a QWidget. It may have these methods, all optional; the shell calls them and nothing else:

* `refresh()` when it is shown again; `open_with(**arguments)` instead, when it is shown with arguments
* `can_leave() -> bool` before another screen is shown; False keeps it
* `primary_action()` F2, `save_action()` Ctrl+Enter (else F2's), `print_action()` Ctrl+P
* `back_action() -> bool` Escape; True says that it was dealt with (otherwise the screen before is shown)
* `shortcuts() -> list[tuple[str, str]]` its own keys, for the sheet of F1

A screen that wants a certain control focused when it is shown calls `setFocusProxy`. The shell owns the keys, so a
screen's buttons only write theirs. Every screen lies in a scroll area: what does not fit scrolls, nothing is cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from app.i18n import tr
from ui.shell.cover import Cover
from ui.theme.theme import apply_theme, current_theme
from ui.theme.tokens import Desk

if TYPE_CHECKING:
    from app.services.next_forms import FormOffer
    from ui.shell.desk_frame import DeskFrame
    from ui.shell.navigation import Navigation
    from ui.shell.open_windows import OpenWindows
    from ui.shell.top_bar import TopBar
    from ui.widgets.panes import ScrollPage
    from ui.widgets.toast import Toast

USUAL, SMALLEST = QSize(1366, 768), QSize(900, 560)
FRAME = QSize(16, 48)
"""Room for what the system draws around a window, which is not known before it is shown."""


@dataclass(frozen=True)
class ScreenEntry:
    """A screen: `factory` builds it at the first visit. `shortcut` is Alt+1 … by its place when empty.

    A screen that is reached only from others (a resident's record) has `in_navigation` False; `belongs_to` is the
    entry marked while it is shown.
    """

    key: str
    title: str
    icon_name: str
    factory: Callable[[], QWidget]
    shortcut: str = ""
    in_navigation: bool = True
    belongs_to: str = ""


class MainWindow(QMainWindow):
    """The frame of the program at one desk.

    Signals: `painted` after the first frame; `data_ready`, emitted by whoever composed the window once there is data
    to see; `screen_shown(key)`; `type_scale_changed(float)`; `lock_asked` and `unlocked`; `search_chosen(key)`;
    `closing` when nothing keeps the window open any more.
    """

    painted = Signal()
    data_ready = Signal()
    screen_shown = Signal(str)
    type_scale_changed = Signal(float)
    lock_asked = Signal()
    unlocked = Signal()
    search_chosen = Signal(str)
    closing = Signal()

    def __init__(self, *, desk: Desk = "clinic", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.resize(USUAL)
        self.setMinimumSize(SMALLEST)
        self._entries: dict[str, ScreenEntry] = {}
        self._screens: dict[str, QWidget] = {}
        self._pages: dict[str, ScrollPage] = {}
        self._history: list[str] = []
        self._current = ""
        self._was_painted = False
        self._before_closing: list[Callable[[], bool]] = []
        self._navigation_keys: list[QShortcut] = []
        self._shell_keys: list[QShortcut] = []
        self._frame_keys: list[QShortcut] = []
        self._frame: DeskFrame | None = None
        self._toast: Toast | None = None
        self._windows: OpenWindows | None = None
        self._identity: tuple[Desk, str, str] = (desk, "", "")
        self.cover = Cover()
        self._covering = QStackedWidget()
        self._covering.addWidget(self.cover)
        self.setCentralWidget(self._covering)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
        self._show_identity()
        self.show_cover()

    def show_on_screen(self) -> None:
        """Show the window; over the whole screen where its foot would else be below it, as on 1366 × 768."""
        if (USUAL + FRAME).boundedTo(QWidget.screen(self).availableSize()) == USUAL + FRAME:
            self.show()
        else:
            self.showMaximized()

    # --- the parts, made when they are first wanted, which is after the first frame ---------------------------

    @property
    def navigation(self) -> Navigation:
        """The column at the left."""
        return self._desk().navigation

    @property
    def top_bar(self) -> TopBar:
        """The bar with search, date, state of the exchange."""
        return self._desk().top_bar

    def lock_after(self, minutes: float) -> None:
        """Ask for the lock after so many minutes without a touch; 0 never."""
        self._desk().idle_watch.set_minutes(minutes)

    # --- whose desk -------------------------------------------------------------------------------------------

    def set_identity(self, desk: Desk, organisation: str = "", user: str = "") -> None:
        """Say whose desk it is and who is at work; changes colours and title with the kind of desk."""
        if current_theme().desk != desk:
            self._apply(replace(current_theme(), desk=desk))
        self._identity = (desk, organisation, user)
        self._show_identity()

    # --- screens ----------------------------------------------------------------------------------------------

    def add_screen(self, entry: ScreenEntry) -> None:
        """Add a screen; its widget is made at the first visit."""
        self._entries[entry.key] = entry
        if not entry.in_navigation:
            return
        number = len(self.navigation.entry_keys()) + 1
        shortcut = entry.shortcut or (f"Alt+{number}" if number <= 9 else "")
        self.navigation.add_entry(entry.key, entry.title, entry.icon_name, shortcut.replace("+", " "))
        if shortcut:
            key = QShortcut(QKeySequence(shortcut), self)
            key.activated.connect(lambda: self.show_screen(entry.key))
            key.setEnabled(not self.is_covered())
            self._navigation_keys.append(key)

    def clear_screens(self) -> None:
        """Remove all screens (another person signs in)."""
        for page in self._pages.values():
            self._desk().stack.removeWidget(page)
            page.deleteLater()
        for key in self._navigation_keys:
            key.setEnabled(False)
            key.deleteLater()
        self._navigation_keys.clear()
        for kept in (self._entries, self._screens, self._pages, self._history):
            kept.clear()
        self._current = ""
        self.navigation.clear()
        self.offer_forms(())
        self._open_windows().forget()

    def rebuild_frame(self) -> None:
        """Make navigation, top bar and keys anew at their next use: the language may be another. Removes all screens."""
        self.clear_screens()
        for key in (*self._frame_keys, *self._shell_keys):
            key.setEnabled(False)
            key.deleteLater()
        self._frame_keys.clear()
        self._shell_keys.clear()
        frame, self._frame = self._desk(), None
        self._covering.removeWidget(frame)
        frame.deleteLater()
        self._show_identity()

    def show_screen(self, key: str, **arguments: object) -> bool:
        """Show a screen; False when the present one does not let go. An unknown key raises KeyError."""
        entry = self._entries[key]
        present = self.current_screen()
        if present is not None and key != self._current and not self._lets_go(present):
            return False
        screen = self._screens.get(key)
        is_new = screen is None
        if screen is None:
            screen = self._make(entry)
        if self._current and self._current != key:
            self._history.append(self._current)
        self._current = key
        self._desk().stack.setCurrentWidget(self._pages[key])
        self.navigation.set_current(key if entry.in_navigation else entry.belongs_to)
        if arguments:
            _call(screen, "open_with", **arguments)
        elif not is_new:
            _call(screen, "refresh")
        if screen.focusProxy() is not None:
            screen.setFocus()
        self.screen_shown.emit(key)
        return True

    def current_screen(self) -> QWidget | None:
        """The screen shown, or None before the first."""
        return self._screens.get(self._current)

    def current_key(self) -> str:
        """The key of the screen shown, or empty."""
        return self._current

    def screen(self, key: str) -> QWidget | None:
        """A screen that was made already, or None."""
        return self._screens.get(key)

    def screen_keys(self) -> tuple[str, ...]:
        """The keys of all screens."""
        return tuple(self._entries)

    def go_back(self) -> bool:
        """Escape: let the screen deal with it, else show the screen before; False when there was none."""
        present = self.current_screen()
        if present is not None and _call(present, "back_action"):
            return True
        while self._history:
            key = self._history.pop()
            if key in self._entries and key != self._current:
                length = len(self._history)
                shown = self.show_screen(key)
                del self._history[length:]
                if not shown:
                    self._history.append(key)
                return shown
        return False

    def say(self, sentence: str, *, icon_name: str = "check") -> None:
        """Say something for a few seconds at the foot of the window: “已保存”."""
        if self._toast is None:
            from ui.widgets.toast import Toast

            self._toast = Toast(self)
        self._toast.say(sentence, icon_name=icon_name)

    def said(self) -> str:
        """What was said last."""
        return self._toast.text() if self._toast is not None else ""

    def offer_forms(self, offers: Sequence[FormOffer]) -> None:
        """Offer what may be filled in next, F9; nothing takes the former offers away."""
        self._desk().next_forms.show_offers(offers)

    # --- cover and lock ---------------------------------------------------------------------------------------

    def show_cover(self, content: QWidget | None = None, *, waiting: str = "") -> None:
        """Hide the desk behind the cover, with a widget (sign-in, unlocking, first start) or words of waiting."""
        if self._frame is not None:
            self._frame.top_bar.search.put_away()
        if self._toast is not None:
            self._toast.hide()
        self._covering.setCurrentWidget(self.cover)
        self._enable_keys(False)
        if content is not None:
            self.cover.show_content(content)
        else:
            self.cover.wait(waiting or tr("正在打开，请稍等…"))

    def show_desk(self) -> None:
        """Take the cover away."""
        self._covering.setCurrentWidget(self._desk())
        self._enable_keys(True)
        self.unlocked.emit()
        present = self.current_screen()
        if present is not None:
            present.setFocus()
        self._open_windows().bring_back()

    def is_covered(self) -> bool:
        """Whether the desk is hidden."""
        return self._covering.currentWidget() is self.cover

    def lock(self) -> None:
        """Ctrl+L: ask for the lock. Whoever composed the window covers it by `show_cover`."""
        if not self.is_covered():
            self._open_windows().put_away()
            self.lock_asked.emit()

    # --- type size --------------------------------------------------------------------------------------------

    def next_type_size(self) -> None:
        """The next size, and from the largest back to the smallest."""
        self._apply(current_theme().next_scale())

    def larger_type(self) -> None:
        """One size larger."""
        self._apply(current_theme().larger())

    def smaller_type(self) -> None:
        """One size smaller."""
        self._apply(current_theme().smaller())

    def set_type_scale(self, scale: float) -> None:
        """A certain size, 1.0 to 2.0."""
        self._apply(replace(current_theme(), scale=scale))

    def set_high_contrast(self, high_contrast: bool) -> None:
        """Ordinary colours or those of high contrast."""
        self._apply(replace(current_theme(), high_contrast=high_contrast))

    # --- keys -------------------------------------------------------------------------------------------------

    def run_primary(self) -> None:
        """F2."""
        self._on_screen("primary_action")

    def run_save(self) -> None:
        """Ctrl+Enter: what the screen saves, else its primary action."""
        present = self.current_screen()
        if present is not None:
            _call(present, "save_action" if hasattr(present, "save_action") else "primary_action")

    def run_print(self) -> None:
        """Ctrl+P."""
        self._on_screen("print_action")

    def run_refresh(self) -> None:
        """F5."""
        self._on_screen("refresh")

    def show_help(self) -> None:
        """F1: the sheet of keys."""
        from ui.shell.shortcuts import ShortcutSheet

        ShortcutSheet(self.key_groups(), self).exec()

    def key_groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """All keys by groups: (title, [(key, what it does)])."""
        from ui.shell.shortcuts import BACK_SHOWN, KEYS

        everywhere = [(key.shown, tr(key.does)) for key in KEYS] + [(BACK_SHOWN[0], tr(BACK_SHOWN[1]))]
        entries = [self._entries[key] for key in self.navigation.entry_keys()]
        going = [((entry.shortcut or f"Alt+{number}").replace("+", " "), entry.title)
                 for number, entry in enumerate(entries, 1) if entry.shortcut or number <= 9]
        groups = [(tr("到处可用"), everywhere), (tr("换页"), going)]
        present = self.current_screen()
        own = _call(present, "shortcuts") if present is not None else None
        if own:
            groups.insert(0, (self._entries[self._current].title, list(own)))
        return groups

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that nobody else wanted goes back."""
        from PySide6.QtCore import Qt

        if event.key() == Qt.Key.Key_Escape and not self.is_covered():
            self.go_back()
        else:
            super().keyPressEvent(event)

    # --- the window -------------------------------------------------------------------------------------------

    def ask_before_closing(self, question: Callable[[], bool]) -> None:
        """Call this before the window closes; False keeps it open."""
        self._before_closing.append(question)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close when the screen lets go and nobody objects."""
        present = self.current_screen()
        lets_go = self.is_covered() or present is None or self._lets_go(present)
        if lets_go and all(question() for question in self._before_closing):
            self.closing.emit()
            super().closeEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the navigation know how much room there is."""
        super().resizeEvent(event)
        if self._frame is not None:
            self._frame.navigation.set_available(self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once when the first frame is out."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    # --- inside -----------------------------------------------------------------------------------------------

    def _desk(self) -> DeskFrame:
        """The desk behind the cover, made at the first call."""
        if self._frame is None:
            from ui.shell.desk_frame import DeskFrame

            self._frame = DeskFrame(self.current_screen)
            self._covering.addWidget(self._frame)
            self._frame.navigation.set_available(self.width())
            self._frame.idle_watch.watch(self.windowHandle())
            self._connect(self._frame)
            self._bind_keys(self._frame)
            self._show_identity()
        return self._frame

    def _open_windows(self) -> OpenWindows:
        """The windows over the desk."""
        if self._windows is None:
            from ui.shell.open_windows import OpenWindows

            self._windows = OpenWindows(self)
        return self._windows

    def _show_identity(self) -> None:
        desk, organisation, user = self._identity
        brand = tr("村医工作站") if desk == "clinic" else tr("卫生院工作站")
        self.setWindowTitle(f"{brand} · {organisation}" if organisation else brand)
        self.cover.set_brand(brand, organisation)
        if self._frame is not None:
            self._frame.show_identity(brand, organisation, user, desk)

    def _connect(self, frame: DeskFrame) -> None:
        frame.navigation.chosen.connect(self.show_screen)
        frame.next_forms.taken.connect(lambda offer: self.show_screen(offer.screen, **offer.arguments(self._current)))
        frame.top_bar.type_size_asked.connect(self.next_type_size)
        frame.top_bar.lock_asked.connect(self.lock)
        frame.top_bar.search.chosen.connect(self.search_chosen)
        frame.idle_watch.idle.connect(self.lock)

    def _bind_keys(self, frame: DeskFrame) -> None:
        from ui.shell.shortcuts import KEYS

        actions = {
            "search": frame.top_bar.search.start, "help": self.show_help, "primary": self.run_primary,
            "save": self.run_save, "print": self.run_print, "refresh": self.run_refresh, "lock": self.lock,
            "larger": self.larger_type, "smaller": self.smaller_type, "normal": lambda: self.set_type_scale(1.0),
            "next_form": frame.next_forms.take_first,
        }
        always = {"larger", "smaller", "normal", "help"}
        for key in KEYS:
            for sequence in key.sequences:
                shortcut = QShortcut(QKeySequence(sequence), self)
                shortcut.activated.connect(actions[key.action])
                if key.action in always:
                    self._frame_keys.append(shortcut)
                else:
                    shortcut.setEnabled(not self.is_covered())
                    self._shell_keys.append(shortcut)

    def _enable_keys(self, enabled: bool) -> None:
        for key in (*self._shell_keys, *self._navigation_keys):
            key.setEnabled(enabled)

    def _make(self, entry: ScreenEntry) -> QWidget:
        from ui.widgets.layouts import Vertical
        from ui.widgets.panes import ScrollPage

        screen = entry.factory()
        if not screen.objectName():
            screen.setObjectName(f"screen_{entry.key}")
        holder = QWidget()
        holder.setProperty("kind", "page")
        Vertical(holder, margins=(20, 18, 20, 18)).addWidget(screen)
        page = ScrollPage(holder)
        self._screens[entry.key] = screen
        self._pages[entry.key] = page
        self._desk().stack.addWidget(page)
        return screen

    def _lets_go(self, screen: QWidget) -> bool:
        return not hasattr(screen, "can_leave") or bool(screen.can_leave())

    def _on_screen(self, action: str) -> None:
        present = self.current_screen()
        if present is not None:
            _call(present, action)

    def _apply(self, theme: object) -> None:
        app = QApplication.instance()
        before = current_theme()
        if not isinstance(app, QApplication) or theme == before:
            return
        apply_theme(app, theme)
        if current_theme().scale != before.scale:
            self.type_scale_changed.emit(current_theme().scale)

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Scroll the page, and what scrolls within it, so that the control with the focus is seen."""
        page = self._pages.get(self._current)
        if page is not None and now is not None and page.widget().isAncestorOf(now):
            page.reveal_focused(now)


def _call(screen: QWidget, method: str, **arguments: object) -> object:
    """Call an optional method of a screen; None when it has none."""
    found = getattr(screen, method, None)
    return found(**arguments) if found is not None else None
