"""Small windows that ask for a few values: a change of state, enrolling, a household, its head.

`start(act, then)` shows the window over its screen. `act` is tried when the values are given; what it refuses is shown
beside the fields and the window stays, else it goes and `then` is called. Nothing blocks meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from app.errors import CunyiError
from app.forms.kinds import Date, Unreadable
from app.i18n import tr
from app.services.households import HouseholdData
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.field_row import ComboBox, LabelledField, LineEdit
from ui.widgets.form_view.fields import DateControl
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical

WIDTH = 420


class SmallWindow(QDialog):
    """A title, fields, a sentence in red, two buttons."""

    def __init__(self, title: str, do: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.fields: dict[str, LabelledField] = {}
        self._act: Callable[[], None] | None = None
        self._column = Vertical(self, spacing=12, margins=20)
        self._column.addWidget(label(title, "card_title", wrap=True))
        self._body = Vertical(spacing=10)
        self._column.addLayout(self._body)
        self._problem = label("", "problem", name=f"{name}_problem", wrap=True)
        self._problem.hide()
        self._column.addWidget(self._problem)
        row = Horizontal(spacing=10)
        cancel = SecondaryButton(tr("取消"), name=f"{name}_cancel", hint="Esc")
        cancel.clicked.connect(self.reject)
        self.do_button = PrimaryButton(do, name=f"{name}_do", hint="↵")
        self.do_button.clicked.connect(self.on_do)
        row.addWidget(cancel)
        row.addStretch(1)
        row.addWidget(self.do_button)
        self._column.addLayout(row)
        self.setMinimumWidth(min(current_theme().px(WIDTH), 1100))

    def add_text(self, text: str) -> None:
        """A paragraph."""
        self._body.addWidget(label(text, wrap=True))

    def add_field(self, code: str, caption: str, control: QWidget, hint: str = "") -> None:
        """A field by the code of the answer."""
        field = LabelledField(caption, control, name=control.objectName(), hint=hint)
        self.fields[code] = field
        self._body.addWidget(field)

    def start(self, act: Callable[[], None], then: Callable[[], None]) -> None:
        """Show the window until `act` succeeds, then call `then`; or until it is cancelled."""
        self._act = act
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.accepted.connect(then)
        self.open()

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
        if first is not None:
            first.control.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a line tries it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.focusWidget(), (QLineEdit, ComboBox)):
            self.on_do()
        else:
            super().keyPressEvent(event)


def date_of(control: DateControl, code: str) -> date:
    """The date that stands in a control. Raises Refused when there is none."""
    found = optional_date(control, code)
    if found is None:
        from app.domain.message import msg
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


class StateWindow(SmallWindow):
    """迁出, 死亡, 失访, 注销, or back under care: which, when, why."""

    def __init__(self, name: str, states: Sequence[tuple[str, str]], today: date, parent: QWidget | None = None) -> None:
        super().__init__(tr("{name}：改状态", name=name), tr("保存"), name="state_window", parent=parent)
        self.add_text(tr("离开或死亡后，要做的随访会关掉，慢病管理在那一天结束；以前的记录都不变。"))
        self.state = ComboBox(name="state_choice", accessible_name=tr("状态"))
        self.state.set_options(list(states))
        self.on = date_control("state_on", tr("日期"), today, value=today)
        self.reason = LineEdit(name="state_reason", accessible_name=tr("原因"))
        self.reason.setMaxLength(100)
        self.add_field("state", tr("状态"), self.state)
        self.add_field("state_on", tr("日期"), self.on)
        self.add_field("state_reason", tr("原因（死亡请写死因）"), self.reason)
        self.state.setFocus()


class EnrolWindow(SmallWindow):
    """纳入管理: the diagnosis and the day of enrolment."""

    def __init__(self, title: str, today: date, advice: Sequence[str], confirmed_text: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(title, tr("纳入管理"), name="enrol_window", parent=parent)
        for sentence in advice:
            self.add_text(sentence)
        self.diagnosed_on = date_control("diagnosed_on", tr("确诊日期"), today)
        hint = tr("个人基本信息表上写的是 {date}", date=confirmed_text) if confirmed_text else tr("不清楚可以不填")
        self.add_field("diagnosed_on", tr("确诊日期"), self.diagnosed_on, hint)
        self.enrolled_on = date_control("enrolled_on", tr("纳入日期"), today, value=today)
        self.add_field("enrolled_on", tr("纳入日期"), self.enrolled_on)
        self.diagnosed_on.setFocus()


class EndWindow(SmallWindow):
    """Ending an enrolment: when and why."""

    def __init__(self, title: str, today: date, parent: QWidget | None = None) -> None:
        super().__init__(title, tr("结束管理"), name="end_window", parent=parent)
        self.ended_on = date_control("ended_on", tr("结束日期"), today, value=today)
        self.reason = LineEdit(name="end_reason", accessible_name=tr("原因"))
        self.reason.setMaxLength(50)
        self.add_field("ended_on", tr("结束日期"), self.ended_on)
        self.add_field("end_reason", tr("原因"), self.reason)
        self.reason.setFocus()


class HouseholdWindow(SmallWindow):
    """The facts of a household."""

    def __init__(self, title: str, data: HouseholdData, parent: QWidget | None = None) -> None:
        super().__init__(title, tr("保存"), name="household_window", parent=parent)
        self._lines: dict[str, LineEdit] = {}
        captions = {
            "group_name": tr("组，例如 3组"), "number": tr("户编号"), "address": tr("地址"),
            "distance_km": tr("离卫生室几公里"), "note": tr("备注"),
        }
        for code, caption in captions.items():
            line = LineEdit(name=f"household_{code}", accessible_name=caption)
            value = getattr(data, code)
            line.setText("" if value is None else str(value))
            self._lines[code] = line
            self.add_field(code, caption, line)
        self._lines["group_name"].setFocus()

    def data(self) -> HouseholdData:
        """What was written."""
        return HouseholdData(**{code: line.text().strip() for code, line in self._lines.items()})


class HeadWindow(SmallWindow):
    """Another head of a household, and the relations of the others to him or her."""

    def __init__(self, members: Sequence[tuple[str, str]], relations: Sequence[str],
                 proposed: Callable[[str], Mapping[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(tr("换户主"), tr("换户主"), name="head_window", parent=parent)
        self._members, self._relations, self._proposed = tuple(members), tuple(relations), proposed
        self.head = ComboBox(name="new_head", accessible_name=tr("新的户主"))
        self.head.set_options(list(members))
        self.add_field("head", tr("新的户主"), self.head)
        self.relation_of: dict[str, ComboBox] = {}
        for resident_id, words in members:
            combo = ComboBox(name=f"relation_{resident_id}", accessible_name=tr("{name}与户主的关系", name=words))
            combo.setEditable(True)
            combo.addItems(["", *relations])
            self.relation_of[resident_id] = combo
            self.add_field(f"relation_{resident_id}", tr("{name}与新户主的关系", name=words), combo)
        self.head.currentIndexChanged.connect(self.on_head)
        self.on_head()

    def on_head(self) -> None:
        """Propose the relations to this head; what cannot be concluded stays empty."""
        head = str(self.head.value())
        proposed = self._proposed(head)
        for resident_id, combo in self.relation_of.items():
            self.fields[f"relation_{resident_id}"].setVisible(resident_id != head)
            combo.setCurrentText(proposed.get(resident_id, ""))

    def relations(self) -> dict[str, str]:
        """What was chosen, by member."""
        head = str(self.head.value())
        return {resident_id: combo.currentText().strip() for resident_id, combo in self.relation_of.items()
                if resident_id != head}
