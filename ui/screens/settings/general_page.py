"""The declared settings, each with its sentence of help; kept as soon as another value is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from app.errors import CunyiError
from app.i18n import tr
from app.services.settings import BY_NAME, SettingKind, Value
from ui.screens.settings.page import Page
from ui.widgets.cards import Card
from ui.widgets.field_row import LabelledField
from ui.widgets.form_view.fields import BarControl, NumberControl
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical
from ui.widgets.segmented import Option

if TYPE_CHECKING:
    from ui.services import Services

GROUPS = {
    "clinic": (("appearance", ("type_scale_percent", "high_contrast", "language", "lock_after_minutes")),
               ("counting", ("visits_per_year", "prorate_new", "count_ended"))),
    "township": (("appearance", ("type_scale_percent", "high_contrast", "language", "lock_after_minutes")),),
}


class GeneralPage(Page):
    """Appearance, lock, and how the indicators count."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, name="general", parent=parent)
        self._controls: dict[str, SettingControl] = {}
        titles = {"appearance": tr("外观和锁屏"), "counting": tr("慢病指标怎样计算")}
        for group, names in GROUPS[services.kind]:
            card = Card(titles[group], name=f"{group}_card", spacing=12)
            for name in names:
                if name in BY_NAME:
                    control = SettingControl(BY_NAME[name], self)
                    self._controls[name] = control
                    card.add(control)
            self.column.addWidget(card)
        self.column.addStretch(1)

    def refresh(self) -> None:
        """Show the values that are kept."""
        values = self.services.settings.all()
        for name, control in self._controls.items():
            control.show_value(values[name])

    def keep(self, name: str, value: Value) -> str:
        """Keep a value and let it take effect; why not, or empty."""
        try:
            self.services.settings.set(name, value)
        except CunyiError as error:
            return tr(error.message)
        self.services.apply_setting(name, value)
        self.services.say(tr("已保存，重新打开程序后换语言") if name == "language" else tr("已保存"))
        return ""


class SettingControl(QWidget):
    """One setting: its name, its help, a control for its kind of value."""

    def __init__(self, kind: SettingKind, page: GeneralPage) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._kind, self._page, self._value = kind, page, kind.default
        column = Vertical(self, spacing=3)
        self._box: QCheckBox | None = None
        self._bar: BarControl | None = None
        self._number: NumberControl | None = None
        self._field: LabelledField | None = None
        name = f"setting_{kind.name}"
        if isinstance(kind.default, bool):
            self._box = QCheckBox(tr(kind.label))
            self._box.setObjectName(name)
            self._box.setAccessibleName(tr(kind.label))
            self._box.toggled.connect(self._keep)
            column.addWidget(self._box)
        elif kind.choices:
            options = [Option(str(choice), choice_words(kind.name, choice)) for choice in kind.choices]
            self._bar = BarControl(options, name=name, accessible_name=tr(kind.label))
            self._bar.answered.connect(lambda: self._keep(self._typed(self._bar.raw())))
            self._field = LabelledField(tr(kind.label), self._bar, name=name)
        else:
            self._number = NumberControl(name=name, accessible_name=tr(kind.label))
            self._number.passed.connect(self._on_number)
            self._number.left.connect(self._on_number)
            self._field = LabelledField(tr(kind.label), self._number, name=name)
        if self._field is not None:
            column.addWidget(self._field, 0, Qt.AlignmentFlag.AlignLeft if self._number is not None else Qt.AlignmentFlag(0))
        column.addWidget(label(tr(kind.help), "muted", wrap=True))

    def show_value(self, value: Value) -> None:
        """Show what is kept."""
        self._value = value
        if self._box is not None:
            self._box.blockSignals(True)
            self._box.setChecked(bool(value))
            self._box.blockSignals(False)
        elif self._bar is not None:
            self._bar.show_raw(value)
        elif self._number is not None:
            self._number.show_raw(value)

    def _typed(self, raw: object) -> Value:
        return next((choice for choice in self._kind.choices if str(choice) == raw), self._kind.default)

    def _on_number(self) -> None:
        assert self._number is not None
        text = str(self._number.raw())
        self._keep(int(text) if text.isascii() and text.isdigit() else -1)

    def _keep(self, value: Value) -> None:
        if value == self._value and (self._field is None or not self._field.problem()):
            return
        problem = self._page.keep(self._kind.name, value)
        if not problem:
            self._value = value
        if self._field is not None:
            self._field.set_problem(problem)


def choice_words(name: str, choice: Value) -> str:
    """A value to choose, in words."""
    if name == "type_scale_percent":
        return tr("{percent}%", percent=choice)
    return {"zh_CN": "简体中文", "en": "English"}.get(str(choice), str(choice))
