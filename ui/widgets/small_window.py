"""Small windows that ask for a few values and stay until what they ask for could be done.

`start(act, then)` shows the window over its screen. `act` is tried when the values are given; what it refuses is shown
beside the fields and the window stays, else it goes and `then` is called. Nothing blocks meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QLineEdit, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.forms.kinds import Date, Unreadable
from app.i18n import tr
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.field_row import LabelledField
from ui.widgets.form_view.fields import DateControl
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import ScrollPage

WIDTH = 420
ROOM_AROUND = 60
HIGHEST = 16777215
"""Qt's way to say that nothing keeps a widget from growing."""


class SmallWindow(QDialog):
    """A title, fields, a sentence in red, two buttons."""

    def __init__(self, title: str, do: str, *, name: str, leave: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.fields: dict[str, LabelledField] = {}
        self._act: Callable[[], object] | None = None
        self._column = Vertical(self, spacing=12, margins=20)
        self._column.addWidget(label(title, "card_title", wrap=True))
        self._inside = QWidget()
        self._inside.setProperty("kind", "plain")
        self._body = Vertical(self._inside, spacing=10)
        self._scroll = ScrollPage(self._inside, name=f"{name}_scroll")
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column.addWidget(self._scroll, 1)
        self._problem = label("", "problem", name=f"{name}_problem", wrap=True)
        self._problem.hide()
        self._column.addWidget(self._problem)
        row = Horizontal(spacing=10)
        self._cancel = SecondaryButton(leave or tr("取消"), name=f"{name}_cancel", hint="Esc")
        self._cancel.clicked.connect(self.reject)
        self.do_button = PrimaryButton(do, name=f"{name}_do", hint="↵")
        self.do_button.clicked.connect(self.on_do)
        row.addWidget(self._cancel)
        row.addStretch(1)
        row.addWidget(self.do_button)
        self._column.addLayout(row)
        self.setMinimumWidth(min(current_theme().px(WIDTH), 1100))

    def add_text(self, text: str, *, name: str = "") -> QLabel:
        """A paragraph."""
        paragraph = label(text, name=name, wrap=True)
        self._body.addWidget(paragraph)
        return paragraph

    def add_field(self, code: str, caption: str, control: QWidget, hint: str = "") -> None:
        """A field by the code of the answer."""
        field = LabelledField(caption, control, name=control.objectName(), hint=hint)
        self.fields[code] = field
        self._body.addWidget(field)

    def start(self, act: Callable[[], object], then: Callable[[], None]) -> None:
        """Show the window until `act` succeeds, then call `then`; or until it is cancelled."""
        self._act = act
        self._begin_with_fields()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.accepted.connect(then)
        self.open()

    def _begin_with_fields(self) -> None:
        """The keyboard begins in the first field, unless another was meant, and comes to the buttons last."""
        inside = self._inside.findChildren(QWidget)
        # The list of a combo box is a window of its own.
        reached = [each for each in inside if each.window() is self and each.focusPolicy() & Qt.FocusPolicy.TabFocus]
        if not reached:
            return
        self.setTabOrder(reached[-1], self.do_button)
        self.setTabOrder(self.do_button, self._cancel)
        if self.focusWidget() not in (*reached, self.do_button):
            # As by Tab: what stands in a line is marked, so that typing replaces it.
            reached[0].setFocus(Qt.FocusReason.TabFocusReason)

    def on_do(self) -> None:
        """Try it."""
        from app.services.problems import Refused

        self.show_sentences({})
        try:
            if self._act is not None:
                self._act()
        except Refused as error:
            self.show_sentences({problem.code: tr(problem.message) for problem in error.problems})
            return
        except CunyiError as error:
            self.show_sentences({"": tr(error.message)})
            return
        self.accept()

    def show_sentences(self, sentences: Mapping[str, str]) -> None:
        """Each beside its field, the others at the foot."""
        for code, field in self.fields.items():
            field.set_problem(sentences.get(code, ""))
        others = "\n".join(words for code, words in sentences.items() if code not in self.fields)
        self._problem.setText(others)
        self._problem.setVisible(bool(others))
        first = next((field for code, field in self.fields.items() if code in sentences), None)
        self._fit()
        if first is not None:
            first.control.setFocus()
            QTimer.singleShot(0, first, lambda: self._scroll.ensureWidgetVisible(first, 0, 0))

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as what is asked."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the words and fields need at this width, as far as the screen allows; the rest scrolls."""
        margins = self._column.contentsMargins()
        sides = margins.left() + margins.right()
        # A list of long names wants its whole width, also beside the scroll bar.
        least = self._inside.minimumSizeHint().width() + self._scroll.verticalScrollBar().sizeHint().width() + sides
        width = min(max(self.width(), self.minimumWidth(), least), self.screen().availableGeometry().width())
        inner = width - sides
        wanted = self._body.heightForWidth(inner) if self._body.hasHeightForWidth() else self._body.sizeHint().height()
        # What is around the fields is measured without them: what they wanted before must not count.
        self._scroll.setFixedHeight(0)
        self._column.activate()
        around = self._column.totalHeightForWidth(width)
        room = self.screen().availableGeometry().height() - ROOM_AROUND - around
        height = max(0, min(wanted, room))
        self._scroll.setMaximumHeight(HIGHEST)
        self._scroll.setMinimumHeight(height)
        self._column.activate()  # else what it needed before keeps it high
        self.resize(width, around + height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a line tries it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.focusWidget(), (QLineEdit, QComboBox)):
            self.on_do()
        else:
            super().keyPressEvent(event)


def date_of(control: DateControl, code: str) -> date:
    """The date that stands in a control. Raises Refused when there is none."""
    found = optional_date(control, code)
    if found is None:
        from app.services.problems import refuse

        raise refuse(code, msg("请填写日期，例如 2026-11-22。"))
    return found


def optional_date(control: DateControl, code: str) -> date | None:
    """The date that stands in a control, None when it is empty. Raises Refused for what is no date."""
    from app.services.problems import refuse

    control.complete_short()
    text = str(control.raw())
    if not text:
        return None
    try:
        return Date().read(text)
    except Unreadable as error:
        raise refuse(code, error.message) from error


def date_control(name: str, words: str, today: date, *, value: date | None = None) -> DateControl:
    """A line for a date."""
    control = DateControl(name=name, accessible_name=words, today=today)
    control.show_raw(value)
    control.passed.connect(lambda: _press_do(control))
    return control


def _press_do(control: QWidget) -> None:
    window = control.window()
    if isinstance(window, SmallWindow):
        window.on_do()
