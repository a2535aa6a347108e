"""Who is at work: choosing oneself and typing the PIN; the same for unlocking.

The PIN is checked by a callable `check(user_id, pin)` that answers True, False, or a sentence saying why not (such as
“还要等 30 秒”). It may take long (a slow hash on purpose), so with a runner it is called off the UI thread. The PIN
is never kept: it is forgotten as soon as it has been given to `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

from app.i18n import tr
from ui.background import Runner
from ui.theme import tokens
from ui.theme.icons import paint_icon
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import Button
from ui.widgets.labels import label, set_look
from ui.widgets.layouts import Horizontal, Vertical

LONGEST_PIN = 8
SHORTEST_PIN = 4
Check = Callable[[str, str], "bool | str"]


@dataclass(frozen=True)
class UserChoice:
    """Somebody who may sign in."""

    user_id: str
    name: str
    role: str = ""


class UserButton(QAbstractButton):
    """One person: name and role."""

    def __init__(self, user: UserChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.user = user
        self.setObjectName(f"user_{user.user_id}")
        self.setAccessibleName(f"{user.name} {user.role}".strip())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A comfortable target."""
        theme = current_theme()
        return QSize(theme.px(280), theme.px(52))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses; Up and Down move."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the person."""
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(colours.focus if focused else colours.border_control), 2 if focused else 1))
        painter.setBrush(QColor(colours.surface_hover if self.underMouse() else colours.surface))
        painter.drawRoundedRect(box, theme.px(8), theme.px(8))
        size = theme.px(22)
        spot = QRectF(box.left() + theme.px(14), box.center().y() - size / 2, size, size)
        paint_icon(painter, "user", spot, colours.primary)
        words = box.adjusted(theme.px(48), 0, -theme.px(12), 0)
        painter.setFont(theme.font(tokens.TYPE.brand, bold=True))
        painter.setPen(QColor(colours.text))
        middle = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(words, middle, self.user.name)
        left = painter.fontMetrics().horizontalAdvance(self.user.name) + theme.px(10)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(colours.text_muted))
        painter.drawText(words.adjusted(left, 0, 0, 0), middle, self.user.role)
        painter.end()


class PinDots(QWidget):
    """The PIN as dots; the keys are typed here. `entered()` with Enter, `typed()` at every change."""

    typed = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pin = ""
        self.setObjectName("pin")
        self.setAccessibleName(tr("PIN 码"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_changes().changed.connect(self.follow_theme)

    def length(self) -> int:
        """How many digits were typed."""
        return len(self._pin)

    def take(self) -> str:
        """Give the PIN away and forget it."""
        pin, self._pin = self._pin, ""
        self._changed()
        return pin

    def type_digit(self, digit: str) -> None:
        """Append a digit."""
        if len(digit) == 1 and digit in "0123456789" and len(self._pin) < LONGEST_PIN:
            self._pin += digit
            self._changed()

    def erase(self) -> None:
        """Take the last digit back."""
        self._pin = self._pin[:-1]
        self._changed()

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for eight dots."""
        theme = current_theme()
        return QSize(theme.px(240), theme.px(46))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits, Backspace, Enter."""
        if event.key() == Qt.Key.Key_Backspace:
            self.erase()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.text() and event.text() in "0123456789":
            self.type_digit(event.text())
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Digits committed by an input method left switched on."""
        for character in event.commitString():
            self.type_digit(character)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a frame and a dot for each digit."""
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        painter.setPen(QPen(QColor(colours.focus if focused else colours.border_control), 2 if focused else 1))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.px(8), theme.px(8))
        places = max(SHORTEST_PIN, len(self._pin))
        step = theme.px(24)
        left = self.width() / 2 - (places - 1) * step / 2
        radius = theme.px(6)
        for place in range(places):
            typed = place < len(self._pin)
            painter.setPen(QPen(QColor(colours.text if typed else colours.border_control), 1.5))
            painter.setBrush(QColor(colours.text) if typed else Qt.BrushStyle.NoBrush)
            middle = left + place * step
            painter.drawEllipse(QRectF(middle - radius, self.height() / 2 - radius, 2 * radius, 2 * radius))
        painter.end()

    def _changed(self) -> None:
        self.setAccessibleDescription(tr("已输入 {count} 位", count=len(self._pin)))
        self.update()
        self.typed.emit()


class PinEntry(QWidget):
    """One person's PIN: dots, digit keys for the mouse, the sentence when it was wrong.

    `passed(user_id)` when the check said yes; `gone_back()` when somebody else wants to sign in.
    """

    passed = Signal(str)
    gone_back = Signal()

    def __init__(self, check: Check, *, runner: Runner | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._check = check
        self._runner = runner
        self._user: UserChoice | None = None
        self._busy = False
        self._keys: list[Button] = []
        column = Vertical(self, spacing=10)
        self._who = label("", "card_title", name="pin_user")
        self._who.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.dots = PinDots()
        self._problem = label("", "problem", name="pin_problem", wrap=True)
        self._problem.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        for widget in (self._who, self.dots, self._problem):
            column.addWidget(widget)
        column.addLayout(self._digit_keys())
        row = Horizontal(spacing=10)
        self._back = Button(tr("换人"), name="pin_back", hint="Esc")
        self._back.clicked.connect(self.gone_back)
        self._enter = Button(tr("进入"), name="pin_enter", kind="primary", hint="↵")
        self._enter.clicked.connect(self.on_entered)
        row.addWidget(self._back)
        row.addWidget(self._enter, 1)
        column.addLayout(row)
        self.dots.typed.connect(self.on_typed)
        self.dots.entered.connect(self.on_entered)
        self.setFocusProxy(self.dots)
        self.on_typed()
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """With very large type the digit keys are lower, so that all of it fits the commonest screen."""
        for key in self._keys:
            set_look(key, "small", theme.scale > 1.5)

    def ask(self, user: UserChoice) -> None:
        """Ask for this person's PIN."""
        self._user = user
        self._who.setText(f"{user.name} {user.role}".strip())
        self._problem.setText("")
        self.dots.take()
        self.dots.setFocus()

    def problem(self) -> str:
        """Why the last PIN was not accepted, or empty."""
        return self._problem.text()

    def on_typed(self) -> None:
        """Enter is possible once the PIN is long enough."""
        self._enter.setEnabled(self.dots.length() >= SHORTEST_PIN and not self._busy)
        if self.dots.length():
            self._problem.setText("")

    def on_digit(self) -> None:
        """A digit key was pressed with the mouse."""
        self.dots.type_digit(self.sender().text())
        self.dots.setFocus()

    def on_entered(self) -> None:
        """Check the PIN."""
        if self._user is None or self._busy or self.dots.length() < SHORTEST_PIN:
            return
        user_id, pin = self._user.user_id, self.dots.take()
        if self._runner is None:
            self.on_checked(self._check(user_id, pin))
            return
        self._busy = True
        self.on_typed()
        check = self._check
        self._runner.run(lambda report, cancelled: check(user_id, pin), on_done=self.on_checked)

    def on_checked(self, answer: bool | str) -> None:
        """Let in, or say why not."""
        self._busy = False
        if answer is True and self._user is not None:
            self.passed.emit(self._user.user_id)
            return
        self._problem.setText(answer if isinstance(answer, str) else tr("PIN 不对，请再输一次。"))
        self.dots.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the choice of persons."""
        if event.key() == Qt.Key.Key_Escape:
            self.gone_back.emit()
        else:
            super().keyPressEvent(event)

    def _digit_keys(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, digit in enumerate("123456789"):
            grid.addWidget(self._digit_key(digit), place // 3, place % 3)
        erase = Button(tr("退格"), name="pin_erase")
        erase.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        erase.clicked.connect(self.dots.erase)
        grid.addWidget(self._digit_key("0"), 3, 1)
        grid.addWidget(erase, 3, 2)
        self._keys.append(erase)
        return grid

    def _digit_key(self, digit: str) -> Button:
        key = Button(digit, name=f"pin_digit_{digit}")
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        key.clicked.connect(self.on_digit)
        self._keys.append(key)
        return key


class SignIn(QWidget):
    """The list of persons, then the PIN of the chosen one. `signed_in(user_id)`."""

    signed_in = Signal(str)

    def __init__(self, users: Sequence[UserChoice], check: Check, *, runner: Runner | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("sign_in")
        self.setAccessibleName(tr("登录"))
        column = Vertical(self)
        self._buttons: list[UserButton] = []
        self._list = self._list_of(users)
        column.addWidget(self._list)
        self.pin = PinEntry(check, runner=runner)
        self.pin.passed.connect(self.signed_in)
        self.pin.gone_back.connect(self.show_users)
        self.pin.hide()
        column.addWidget(self.pin)
        self._users = tuple(users)
        if len(self._users) == 1:
            self.choose(self._users[0].user_id)

    def choose(self, user_id: str) -> None:
        """Ask for the PIN of this person."""
        user = next((each for each in self._users if each.user_id == user_id), None)
        if user is not None:
            self._list.hide()
            self.pin.show()
            self.setFocusProxy(self.pin)
            self.pin.ask(user)

    def show_users(self) -> None:
        """Back to the list of persons."""
        self.pin.hide()
        self._list.show()
        if self._buttons:
            self.setFocusProxy(self._buttons[0])
            self._buttons[0].setFocus()

    def on_user(self) -> None:
        """A person was chosen."""
        button = self.sender()
        if isinstance(button, UserButton):
            self.choose(button.user.user_id)

    def _list_of(self, users: Sequence[UserChoice]) -> QWidget:
        page = QWidget()
        page.setProperty("kind", "plain")
        column = Vertical(page, spacing=10)
        column.addWidget(label(tr("请选择您的名字"), "card_title"))
        for user in users:
            button = UserButton(user)
            button.clicked.connect(self.on_user)
            self._buttons.append(button)
            column.addWidget(button)
        if self._buttons:
            self.setFocusProxy(self._buttons[0])
        return page
