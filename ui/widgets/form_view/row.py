"""One field on the screen: caption, what was answered last time, the control or a pair of them, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.forms.vocabulary import Level
from app.i18n import tr
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import Button
from ui.widgets.field_row import IconLabel
from ui.widgets.form_view.fields import FieldControl, LineControl, NumberControl, ParagraphControl
from ui.widgets.labels import label, set_look
from ui.widgets.layouts import Horizontal, Vertical

LINK_WIDTH = 76
MOST_LINES_BENEATH = 3
WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWrapAnywhere)


class PreviousLink(QAbstractButton):
    """What was answered last time, as a small link at the right above the field; cut with an ellipsis where it is long.

    With `lines` it stands beneath the field, in so many lines at the most.
    """

    def __init__(self, name: str, *, lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setObjectName(name)
        self._shown: tuple[str, bool, bool] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(lines > 1)
        self.setSizePolicy(policy)
        theme_changes().changed.connect(self.follow_theme)

    def show_words(self, words: str, spoken: str, *, can_take: bool = True, is_changed: bool = False) -> None:
        """Show words; empty hides it. `can_take` says that F4 takes it; `is_changed` that another answer was given now."""
        if (words, can_take, is_changed) == self._shown:
            return
        self._shown = (words, can_take, is_changed)
        self.setText(words)
        self.setAccessibleName(spoken)
        self.setToolTip(tr("{words}（F4）", words=words) if can_take else words)
        self.setVisible(bool(words))
        if self._lines > 1:
            self.updateGeometry()
        self.update()

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """Words beneath a field wrap."""
        return self._lines > 1

    def heightForWidth(self, width: int) -> int:
        """As many lines as the words take, within bounds."""
        metrics = QFontMetrics(current_theme().font(tokens.TYPE.caption))
        return min(_wrapped_height(metrics, self.text(), width), _height_of(metrics, self._lines))

    def sizeHint(self) -> QSize:
        """A few characters; it takes what room there is."""
        theme = current_theme()
        return QSize(theme.px(LINK_WIDTH), QFontMetrics(theme.font(tokens.TYPE.caption)).height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words at the right."""
        theme = current_theme()
        painter = QPainter(self)
        font = theme.font(tokens.TYPE.caption)
        _words, can_take, is_changed = self._shown or ("", True, False)
        font.setUnderline(self.underMouse() and can_take)
        painter.setFont(font)
        quiet = theme.colours.amber.text if is_changed else theme.colours.text_muted
        painter.setPen(QColor(theme.colours.accent_text if can_take else quiet))
        if self._lines > 1:
            words = _cut_to(painter.fontMetrics(), self.text(), self.width(), self._lines)
            painter.drawText(self.rect(), WRAPPED, words)
        else:
            words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)
        painter.end()


def _wrapped_height(metrics: QFontMetrics, words: str, width: int) -> int:
    return metrics.boundingRect(QRect(0, 0, max(1, width), 10_000), WRAPPED, words).height()


def _height_of(metrics: QFontMetrics, lines: int) -> int:
    """The height of so many lines of Chinese, which may be higher than the font says of itself."""
    return _wrapped_height(metrics, "\n".join("国" * lines), 10_000)


def _cut_to(metrics: QFontMetrics, words: str, width: int, lines: int) -> str:
    """As much of `words` as so many lines hold, with an ellipsis where something is left out."""
    room = _height_of(metrics, lines)
    if _wrapped_height(metrics, words, width) <= room:
        return words
    kept, cut = 0, len(words)
    while cut - kept > 1:
        middle = (kept + cut) // 2
        kept, cut = (middle, cut) if _wrapped_height(metrics, words[:middle] + "…", width) <= room else (kept, middle)
    return words[:kept] + "…"


class FieldRow(QWidget):
    """The controls of one field, or of two that belong together (current → target, systolic / diastolic).

    `carry_asked(code)` when the value of last time shall be taken over; `confirmed()` when an unusual value is meant so.
    """

    carry_asked = Signal(str)
    confirmed = Signal()

    def __init__(
        self, caption: str, controls: Mapping[str, FieldControl], *, separator: str = "→", hint: str = "",
        starred: bool = False, parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controls = dict(controls)
        self._caption_words = caption
        self._name = next(iter(self.controls))
        self._sentence_words = ""
        self._level: Level | None = None
        self._previous: dict[str, PreviousLink] = {}
        self._beneath: QWidget | None = None
        self.setProperty("kind", "plain")
        self.setObjectName(f"{self._name}_row")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._column = Vertical(self, spacing=3)
        self._head = Horizontal(spacing=5)
        self._caption = label(caption, "caption", name=f"{self._name}_caption")
        self._head.addWidget(self._caption)
        self._column.addLayout(self._head)
        if starred:
            star = label("＊", "caption", name=f"{self._name}_starred")
            star.setToolTip(tr("国家表上带＊号的项目，有条件时填写"))
            self._head.addWidget(star)
        if hint:
            self._head.addWidget(label(hint, "caption", name=f"{self._name}_hint"))
        self._head.addStretch(0)
        self._place_controls(separator)
        self._describe()

    @property
    def codes(self) -> tuple[str, ...]:
        """The answers given here."""
        return tuple(self.controls)

    def caption(self) -> str:
        """The words above."""
        return self._caption_words

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        stops = [stop for control in self.controls.values() for stop in control.stops()]
        if self._level is Level.ASK and self._beneath is not None:
            stops.append(self._confirm)
        return stops

    def set_previous(self, code: str, words: str) -> None:
        """Show what was answered last time, with the way to take it over; empty hides it."""
        self.show_beside(code, tr("上次 {value} · 沿用", value=words) if words else "",
                         tr("{field}沿用上次：{value}", field=self._caption_words, value=words))

    def show_beside(self, code: str, words: str, spoken: str = "", *, can_take: bool = True,
                    is_changed: bool = False) -> None:
        """Show words about an answer beside its caption: what may be taken over, or what it was last time."""
        link = self._previous.get(code)
        if link is None:
            if not words:
                return
            control = self.controls[code]
            lines = MOST_LINES_BENEATH if isinstance(control, ParagraphControl) else 1
            link = PreviousLink(f"{code}_previous", lines=lines)
            link.clicked.connect(lambda: self.carry_asked.emit(code))
            self._previous[code] = link
            if isinstance(control, ParagraphControl):
                self._column.insertWidget(self._column.indexOf(control) + 1, link)
            else:
                self._head.addWidget(link, 1)
        if link.text() != words or not words:
            link.show_words(words, spoken or words, can_take=can_take, is_changed=is_changed)
            self._describe()
        else:
            link.show_words(words, spoken or words, can_take=can_take, is_changed=is_changed)

    def previous_words(self, code: str) -> str:
        """What is shown as last time's answer, or empty."""
        link = self._previous.get(code)
        return link.text() if link is not None and not link.isHidden() else ""

    def show_problem(self, level: Level | None, sentence: str) -> None:
        """Show what is wrong: REFUSE in red, ASK in amber with the way to confirm; None and MISSING show nothing."""
        if level is Level.MISSING:
            level, sentence = None, ""
        if (level, sentence) == (self._level, self._sentence_words):
            return
        self._level, self._sentence_words = level, sentence
        if level is not None and self._beneath is None:
            self._build_beneath()
        look = {Level.REFUSE: "true", Level.ASK: "warning"}.get(level, "") if level is not None else ""
        for control in self.controls.values():
            if isinstance(control, QWidget):
                set_look(control, "problem", look)
        if self._beneath is not None:
            is_refused = level is Level.REFUSE
            self._sentence.setText(sentence)
            set_look(self._sentence, "role", "problem" if is_refused else "warning")
            self._mark.set_icon("error" if is_refused else "warning", "red" if is_refused else "amber")
            self._confirm.setVisible(level is Level.ASK)
            self._beneath.setVisible(level is not None)
        self._describe()

    def problem(self) -> str:
        """The sentence beneath, or empty."""
        return self._sentence_words

    def level(self) -> Level | None:
        """How serious the sentence beneath is; None without one."""
        return self._level

    def _place_controls(self, separator: str) -> None:
        controls = [control for control in self.controls.values() if isinstance(control, QWidget)]
        if len(controls) == 1:
            self._column.addWidget(controls[0])
            return
        body = Horizontal(spacing=6)
        for control in controls:
            if isinstance(control, NumberControl):
                control.be_narrow(is_last=control is controls[-1])
        for place, control in enumerate(controls):
            if place:
                body.addWidget(label(separator, "muted"))
            body.addWidget(control, 1)
        self._column.addLayout(body)

    def _build_beneath(self) -> None:
        self._beneath = QWidget()
        self._beneath.setProperty("kind", "plain")
        row = Horizontal(self._beneath, spacing=5)
        self._mark = IconLabel("error", "red")
        self._sentence = label("", "problem", name=f"{self._name}_problem", wrap=True)
        self._confirm = Button(tr("确认无误"), name=f"{self._name}_confirm", small=True)
        self._confirm.clicked.connect(self.confirmed)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._confirm, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(self._beneath)

    def _describe(self) -> None:
        """What a screen reader says behind the name of a line: unit, last time's answer, problem."""
        for code, control in self.controls.items():
            if isinstance(control, (LineControl, ParagraphControl)):
                unit = control.unit() if isinstance(control, LineControl) else ""
                parts = (unit, self.previous_words(code), self._sentence_words)
                control.setAccessibleDescription(tr("，").join(part for part in parts if part))
