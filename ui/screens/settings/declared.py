"""Controls made from the declared settings, so that a new one appears by itself. What is chosen is kept at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.message import Message, msg
from app.errors import CunyiError
from app.i18n import tr, use_language
from app.services.settings import SETTINGS, SettingKind, Value
from ui.dialogs import Answer, Question, show_failure
from ui.screens.settings.page import keep_narrow
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.field_row import LabelledField, LineEdit
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.segmented import Option, Segmented

if TYPE_CHECKING:
    from ui.background import IsCancelled, Report
    from ui.services import Services

SECTION_OF = {
    "language": "display", "type_scale_percent": "display", "high_contrast": "display",
    "lock_after_minutes": "security", "daily_backup": "backups", "backup_folder": "backups",
    "overprint_dx_mm": "printing", "overprint_dy_mm": "printing",
    "overprint_width_percent": "printing", "overprint_height_percent": "printing",
}
"""Every other declared setting concerns the rules."""
RULES = "rules"
CLINIC_ONLY = frozenset({"visits_per_year", "prorate_new", "count_ended", "request_authorise_step", "overprint_dx_mm",
                         "copd_months_satisfactory", "copd_days_otherwise",
                         "overprint_dy_mm", "overprint_width_percent", "overprint_height_percent",
                         "antibiotic_injection_approved", "order_mode", "pack_rounding_percent", "isolation_months",
                         "season_factors",
                         "delivery_every_days", "caseload_spare_days", "request_open_days", "emergency_requests"})
FOLDERS = frozenset({"backup_folder"})
CHOICE_WORDS: dict[str, Message] = {"zh_CN": msg("简体中文"), "en": msg("English"),
                                   "periodic": msg("每期补到最高"), "min_max": msg("低了才补")}
NUMBER_WIDTH = 200
UNITS: dict[str, Message] = {"stock_min_months": msg("个月"), "stock_max_months": msg("个月"),
                             "expiry_red_days": msg("天"), "expiry_orange_days": msg("天"),
                             "expiry_yellow_days": msg("天"),
                             "lock_after_minutes": msg("分钟"), "visits_per_year": msg("次"),
                             "pack_rounding_percent": msg("%"), "isolation_months": msg("月"),
                             "delivery_every_days": msg("天"), "caseload_spare_days": msg("天"),
                             "request_open_days": msg("天"), "emergency_requests": msg("张"),
                              "copd_months_satisfactory": msg("个月"), "copd_days_otherwise": msg("天"),
                              "overprint_dx_mm": msg("毫米"), "overprint_dy_mm": msg("毫米"),
                              "overprint_width_percent": msg("%"), "overprint_height_percent": msg("%")}


def settings_of(section: str, desk_kind: str) -> tuple[SettingKind, ...]:
    """The declared settings of a section at a desk of this kind."""
    return tuple(kind for kind in SETTINGS if kind.is_asked and SECTION_OF.get(kind.name, RULES) == section
                 and (desk_kind == "clinic" or kind.name not in CLINIC_ONLY))


class SettingRow(QWidget):
    """One setting: its control under its name, its sentence of help beneath. `chosen(name, value)`."""

    chosen = Signal(str, object)

    def __init__(self, kind: SettingKind) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.kind = kind
        self._value: Value = kind.default
        self.control = self._make_control()
        self.field = LabelledField(tr(kind.label), self.control, name=f"setting_{kind.name}")
        column = Vertical(self, spacing=3)
        row = Horizontal(spacing=10)
        row.addWidget(self.field, 1)
        for button in self._folder_buttons():
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(row)
        column.addWidget(label(tr(kind.help), "caption", wrap=True))

    def show_value(self, value: Value) -> None:
        """Show what is kept, without announcing it."""
        self._value = value
        self.field.set_problem("")
        with QSignalBlocker(self.control):
            if isinstance(self.control, Segmented):
                self.control.set_value(_key(value))
            else:
                self.control.setText(str(value))

    def on_segment(self, key: str | None) -> None:
        """One of few was chosen; taking the answer back chooses nothing."""
        found = next((value for value in _choices(self.kind) if _key(value) == key), None)
        if found is None:
            self.show_value(self._value)
        elif found != self._value:
            self.chosen.emit(self.kind.name, found)

    def on_written(self) -> None:
        """A line was left: a number or some words."""
        text = self.control.text().strip()
        if text == str(self._value):
            self.field.set_problem("")
        elif not isinstance(self.kind.default, int):
            self.chosen.emit(self.kind.name, text)
        elif text.isascii() and text.isdigit() and len(text) < 9:
            self.chosen.emit(self.kind.name, int(text))
        else:
            sentence = tr("请填 {low} 到 {high} 之间的整数，没有保存。", low=self.kind.low, high=self.kind.high)
            self.field.set_problem(sentence)

    def _make_control(self) -> Segmented | LineEdit:
        name, words = f"setting_{self.kind.name}", tr(self.kind.label)
        choices = _choices(self.kind)
        if choices:
            options = [Option(_key(value), _choice_words(self.kind, value)) for value in choices]
            group = Segmented(options, name=name, accessible_name=words)
            group.changed.connect(self.on_segment)
            return group
        line = LineEdit(name=name, accessible_name=words, width=120)
        line.setReadOnly(self.kind.name in FOLDERS)
        if self.kind.name in FOLDERS:
            line.setPlaceholderText(tr("存在本机"))
        line.editingFinished.connect(self.on_written)
        if self.kind.name not in FOLDERS:
            keep_narrow(line, NUMBER_WIDTH)
        return line

    def _folder_buttons(self) -> list[SecondaryButton]:
        if self.kind.name not in FOLDERS:
            if self.kind.name in UNITS:
                self.field.set_unit(tr(UNITS[self.kind.name]))
            return []
        self.choose = SecondaryButton(tr("选择…"), name=f"choose_{self.kind.name}")
        self.clear = SecondaryButton(tr("存在本机"), name=f"clear_{self.kind.name}")
        self.clear.clicked.connect(lambda: self.chosen.emit(self.kind.name, ""))
        return [self.choose, self.clear]


class SettingsCard(Card):
    """Some of the declared settings. `kept(name, value)` after one was stored."""

    kept = Signal(str, object)

    def __init__(self, services: Services, kinds: Iterable[SettingKind], title: str = "", *, name: str) -> None:
        super().__init__(title, name=name, spacing=16)
        self._services = services
        self.rows: dict[str, SettingRow] = {}
        self._values: dict[str, Value] = {}
        for kind in kinds:
            row = SettingRow(kind)
            row.chosen.connect(self.on_chosen)
            if kind.name in FOLDERS:
                row.choose.clicked.connect(lambda _checked=False, row=row: self.choose_folder(row))
            self.rows[kind.name] = row
            self.add(row)
        first = next(iter(self.rows.values()), None)
        if first is not None:
            self.setFocusProxy(first.control)

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Show what is kept."""
        self._values = dict(values)
        for name, row in self.rows.items():
            row.show_value(values[name])

    def value(self, name: str) -> Value:
        """What is kept, as far as it was read."""
        return self._values.get(name, self.rows[name].kind.default)

    def choose_folder(self, row: SettingRow) -> None:
        """Let the user choose a folder."""
        folder = self._services.dialogs.choose_folder(tr(row.kind.label))
        if folder is not None:
            self.on_chosen(row.kind.name, str(Path(folder)))

    def on_chosen(self, name: str, value: Value) -> None:
        """Keep a value, then let it take effect."""
        row = self.rows[name]
        before = self.value(name)
        opens_anew = name == "language" and self._opens_anew(value)
        if name == "language" and opens_anew is None:
            row.show_value(before)
            return

        def work(_report: Report, _cancelled: IsCancelled) -> Value:
            return self._services.settings.set(name, value)

        def done(stored: Value) -> None:
            self._values[name] = stored
            row.show_value(stored)
            self._services.apply_setting(name, stored)
            self._services.say(tr("“{label}”已保存。", label=row.kind.label))
            self.kept.emit(name, stored)
            if opens_anew:
                self._services.reopen()

        def failed(error: BaseException) -> None:
            if opens_anew:
                use_language(str(before))
            if not isinstance(error, CunyiError):
                raise error
            if row.kind.problem(value) is not None:
                row.field.set_problem(tr(error.message))
                return
            row.show_value(before)
            show_failure(self._services.dialogs, error)

        self._services.runner.run(work, on_done=done, on_error=failed)

    def _opens_anew(self, language: Value) -> bool | None:
        """Whether to open again for another language now; None to leave the language as it is."""
        question = Question(
            msg("换成另一种语言？"),
            msg("换语言要把窗口重新打开，然后再输一次 PIN。国家表格总是中文。"),
            (Answer("now", msg("现在换"), "primary"), Answer("later", msg("下次打开时再换")), Answer("keep", msg("不换"))),
            msg("数据都完好，写了一半没保存的内容请先保存。"), harmless="keep")
        answer = self._services.dialogs.ask(question)
        if answer == "now":
            use_language(str(language))
        return None if answer == "keep" else answer == "now"


def _choices(kind: SettingKind) -> tuple[Value, ...]:
    return (True, False) if isinstance(kind.default, bool) else kind.choices


def _key(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choice_words(kind: SettingKind, value: Value) -> str:
    if isinstance(value, bool):
        return tr("开") if value else tr("关")
    if kind.name.endswith("_percent"):
        return tr("{percent} %", percent=value)
    return tr(CHOICE_WORDS[str(value)]) if str(value) in CHOICE_WORDS else str(value)
