"""The steps of the first start, each a widget with `focus_first()` and what was filled in; `page.FirstStart` goes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QWidget

from app import reference
from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.roles import ROLES_AT, role_label
from app.services.setup import propose_record_prefix
from ui.dialogs import Dialogs, FileKind, show_failure
from ui.screens.first_start.divisions import ListedPlace, read_places
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.field_row import ComboBox, LabelledField, LineEdit
from ui.widgets.form_view.grid import Spans
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.secret_line import ChosenSecret

TABLES = FileKind(msg("电子表格"), ("xlsx", "csv"))
CODE_PART = 3


class Step(QWidget):
    """One step: a title above, fields beneath."""

    def __init__(self, title: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.column = Vertical(self, spacing=12)
        self.column.addWidget(label(title, "card_title", name=f"{name}_title", wrap=True))

    def fields(self) -> Mapping[str, LabelledField]:
        """The fields by the code of the answer, for the sentences of problems."""
        return {}

    def show_problems(self, sentences: Mapping[str, str]) -> bool:
        """Place sentences beside their fields and go to the first; False when none belongs here."""
        mine = {code: field for code, field in self.fields().items() if code in sentences}
        for code, field in self.fields().items():
            field.set_problem(sentences.get(code, ""))
        for field in mine.values():
            field.control.setFocus()
            return True
        return False


class KindStep(Step):
    """What this computer is for. `chosen(kind)`: clinic, township or sample."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("欢迎使用村医工作站。这台电脑用在哪里？"), name="start_kind", parent=parent)
        choices = (
            ("clinic", tr("村卫生室"), tr("登记居民、慢病随访、申领药品")),
            ("township", tr("乡镇卫生院"), tr("审核各村卫生室的药品申领")),
        )
        for key, title, explanation in choices:
            button = PrimaryButton(title, name=f"start_{key}")
            button.clicked.connect(lambda _checked=False, kind=key: self.chosen.emit(kind))
            self.column.addWidget(button)
            self.column.addWidget(label(explanation, "muted", wrap=True))
        sample = SecondaryButton(tr("先看看示范卫生室"), name="start_sample")
        sample.clicked.connect(lambda: self.chosen.emit("sample"))
        self.column.addWidget(sample)
        self.column.addWidget(label(tr("里面的居民都是编出来的，放在单独的文件夹里，不影响以后建站。"), "muted", wrap=True))
        self.setFocusProxy(self.findChild(PrimaryButton, "start_clinic"))


class PlaceStep(Step):
    """Which organisation: its name, where it lies, the code of the place, the numbers of its records."""

    def __init__(self, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        super().__init__(tr("您的单位"), name="start_place", parent=parent)
        self._dialogs = dialogs
        self._kind = "clinic"
        self._places: tuple[ListedPlace, ...] = ()
        self._proposed = ""
        self._make_controls()
        self._place_controls()
        self._connect()
        self.set_kind("clinic")

    # --- what was filled in -----------------------------------------------------------------------------------

    def set_kind(self, kind: str) -> None:
        """A clinic has a village and record numbers, a township has not."""
        self._kind = kind
        is_clinic = kind == "clinic"
        for widget in (self._village_field, self._village_code_field, self._prefix_field, self._prefix_why):
            widget.setVisible(is_clinic)
        self._show_code()

    def division_code(self) -> str:
        """The twelve digits as far as they are known; short while something lacks."""
        county = str(self.county.value() or "")
        village = self.village_code.text().strip() if self._kind == "clinic" else "000"
        return county + self.township_code.text().strip() + village

    def values(self) -> dict[str, str]:
        """The answers by the names of SetupAnswers."""
        is_clinic = self._kind == "clinic"
        return {
            "name": self.name.text(), "division_code": self.division_code(),
            "record_prefix": self.prefix.text() if is_clinic else "", "province": self.province.currentText(),
            "city": self.city.currentText(), "county": self.county.currentText(), "township": self.township.text(),
            "village": self.village.text() if is_clinic else "", "phone": self.phone.text(),
        }

    def fields(self) -> Mapping[str, LabelledField]:
        """Where problems are shown; the code of the place belongs to the codes of township and village."""
        return {"name": self._name_field, "division_code": self._township_code_field, "phone": self._phone_field,
                "record_prefix": self._prefix_field}

    # --- what happens -----------------------------------------------------------------------------------------

    def on_province(self) -> None:
        """Offer its cities."""
        cities = reference.cities(str(self.province.value() or ""))
        self.city.set_options([(city.code, city.name) for city in cities])
        self.on_city()

    def on_city(self) -> None:
        """Offer its counties."""
        counties = reference.counties(str(self.city.value() or ""))
        self.county.set_options([(county.code6, county.name) for county in counties])
        self._offer_places()
        self._show_code()

    def on_code_changed(self) -> None:
        """Show the whole code, and propose the record prefix unless another was written."""
        self._show_code()

    def on_township(self, name: str) -> None:
        """A township of the list was chosen: its code follows."""
        self._take_code(name, self.township_code, is_township=True)
        self._offer_places()

    def on_village(self, name: str) -> None:
        """A village of the list was chosen: its code follows."""
        self._take_code(name, self.village_code, is_township=False)
        if not self.name.text().strip() and name.strip():
            # The name on the forms: Chinese in every language.
            self.name.setText(str(msg("{village}卫生室", village=name.strip())))

    def on_list(self) -> None:
        """Read the county's list of places."""
        file = self._dialogs.open_file(tr("选择乡镇和村的代码表"), [TABLES])
        if file is not None:
            self.read_list(file)

    def read_list(self, file: Path) -> None:
        """Offer the places of a file while names are typed."""
        try:
            self._places = read_places(file)
        except CunyiError as error:
            show_failure(self._dialogs, error)
            return
        self._list_note.setText(tr("已读入 {count} 个乡镇和村，写名称时可以选。", count=len(self._places)))
        self._offer_places()

    # --- inside -----------------------------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.name = LineEdit(name="place_name", accessible_name=tr("单位名称"))
        self.province = ComboBox(name="place_province", accessible_name=tr("省"))
        self.city = ComboBox(name="place_city", accessible_name=tr("市"))
        self.county = ComboBox(name="place_county", accessible_name=tr("县（市、区）"))
        self.township = LineEdit(name="place_township", accessible_name=tr("乡镇（街道）"))
        self.township_code = self._code_line("place_township_code", tr("乡镇代码"))
        self.village = LineEdit(name="place_village", accessible_name=tr("村（居）委会"))
        self.village_code = self._code_line("place_village_code", tr("村代码"))
        self.phone = LineEdit(name="place_phone", accessible_name=tr("单位电话"))
        self.prefix = LineEdit(name="place_prefix", accessible_name=tr("档案编号前 12 位"))
        for combo in (self.province, self.city, self.county):
            combo.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(5)
        self.province.set_options([(each.code, each.name) for each in reference.provinces()])

    def _code_line(self, name: str, words: str) -> LineEdit:
        line = LineEdit(name=name, accessible_name=words, placeholder="000")
        line.setMaxLength(CODE_PART)
        line.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        return line

    def _place_controls(self) -> None:
        def field(caption: str, control: QWidget, hint: str = "") -> LabelledField:
            return LabelledField(caption, control, name=control.objectName(), hint=hint)

        self._name_field = field(tr("单位名称"), self.name)
        self._township_code_field = field(tr("乡镇代码（3 位）"), self.township_code)
        self._village_field = field(tr("村（居）委会"), self.village)
        self._village_code_field = field(tr("村代码（3 位）"), self.village_code)
        self._phone_field = field(tr("单位电话（可不填）"), self.phone)
        self._prefix_field = field(tr("档案编号前 12 位"), self.prefix)
        grid = Spans(column_width=190)
        for each in (
            field(tr("省（自治区、直辖市）"), self.province), field(tr("市"), self.city),
            field(tr("县（市、区）"), self.county), field(tr("乡镇（街道）"), self.township),
            self._township_code_field, self._phone_field, self._village_field, self._village_code_field,
            self._name_field,
        ):
            grid.addWidget(each)
        self.column.addLayout(grid)
        row = Horizontal(spacing=10)
        self._list_button = LinkButton(tr("有乡镇和村的代码表？导入表格"), name="place_list")
        row.addWidget(self._list_button)
        self._list_note = label("", "muted", name="place_list_note", wrap=True)
        row.addWidget(self._list_note, 1)
        self.column.addLayout(row)
        self._code = label("", "strong", name="place_code")
        self.column.addWidget(self._code)
        self.column.addWidget(self._prefix_field)
        self._prefix_why = label(
            tr("档案编号的村代码和统计用的村代码不是一套：统计用 201 起，档案编号里村委会用 101 起。"
               "县里已经发过编号的，请照县里的填；建档以后不要再改。"), "muted", wrap=True, name="place_prefix_why")
        self.column.addWidget(self._prefix_why)

    def _connect(self) -> None:
        self.province.currentIndexChanged.connect(self.on_province)
        self.city.currentIndexChanged.connect(self.on_city)
        self.county.currentIndexChanged.connect(self.on_county)
        self.township_code.textChanged.connect(self.on_code_changed)
        self.village_code.textChanged.connect(self.on_code_changed)
        self.township.editingFinished.connect(lambda: self.on_township(self.township.text()))
        self.village.editingFinished.connect(lambda: self.on_village(self.village.text()))
        self._list_button.clicked.connect(self.on_list)
        self.setFocusProxy(self.province)
        self.on_province()

    def on_county(self) -> None:
        """Another county."""
        self._offer_places()
        self._show_code()

    def _show_code(self) -> None:
        code = self.division_code()
        parts = " ".join(part for part in (code[:6], code[6:9], code[9:12]) if part)
        self._code.setText(tr("12 位区划代码：{code}", code=parts))
        proposed = propose_record_prefix(code) if self._kind == "clinic" else ""
        if self.prefix.text() == self._proposed:
            self.prefix.setText(proposed)
        self._proposed = proposed

    def _within(self, is_township: bool) -> list[ListedPlace]:
        county = str(self.county.value() or "")
        start = county if is_township else county + self.township_code.text().strip()
        return [place for place in self._places if place.code.startswith(start) and place.is_township == is_township]

    def _offer_places(self) -> None:
        for line, is_township in ((self.township, True), (self.village, False)):
            names = [place.name for place in self._within(is_township)]
            _offer(line, names, self.on_township if is_township else self.on_village)

    def _take_code(self, name: str, line: LineEdit, *, is_township: bool) -> None:
        place = next((each for each in self._within(is_township) if each.name == name.strip()), None)
        if place is not None:
            line.setText(place.code[6:9] if is_township else place.code[9:12])


def _offer(line: LineEdit, names: Sequence[str], chosen: Callable[[str], None]) -> None:
    completer = QCompleter(list(names), line)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.popup().setObjectName(f"{line.objectName()}_names")
    completer.popup().setAccessibleName(line.accessibleName())
    completer.activated.connect(chosen)
    line.setCompleter(completer)


class UserStep(Step):
    """The first user, and the PIN twice. `entered()` with Enter in the last line."""

    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("您是谁"), name="start_user", parent=parent)
        self.name = LineEdit(name="user_name", accessible_name=tr("您的姓名"))
        self.role = ComboBox(name="user_role", accessible_name=tr("岗位"))
        self._name_field = LabelledField(tr("您的姓名"), self.name, name="user_name")
        self._role_field = LabelledField(tr("岗位"), self.role, name="user_role")
        self.pin = ChosenSecret(name="user_pin", caption=tr("PIN（4 到 8 位数字）"), again=tr("再输一次"), digits_only=True)
        self.pin.entered.connect(self.entered)
        for widget in (self._name_field, self._role_field, self.pin):
            self.column.addWidget(widget)
        self.column.addWidget(label(tr("每次打开和解锁都要输 PIN。别的同事以后可以在“设置”里添加。"), "muted", wrap=True))
        self.setFocusProxy(self.name)

    def set_kind(self, kind: str) -> None:
        """Offer the roles of a desk of this kind."""
        self.role.set_options([(role, tr(role_label(role))) for role in ROLES_AT[kind]])

    def values(self) -> dict[str, str] | None:
        """The answers, None while the two PINs differ."""
        pin = self.pin.value()
        if pin is None:
            return None
        return {"user_name": self.name.text(), "role": str(self.role.value() or ""), "pin": pin}

    def fields(self) -> Mapping[str, LabelledField]:
        """Where problems are shown."""
        return {"user_name": self._name_field, "role": self._role_field, "pin": self.pin.first_field}


class KeyStep(Step):
    """Where no keyring answers: a passphrase keeps the key."""

    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("设一个数据密码"), name="start_key", parent=parent)
        self.column.addWidget(label(
            tr("这台电脑的系统密钥环没有应答，不能替您保管打开数据的密钥，所以要设一个密码，每次打开都要输。"
               "还没有建站，什么也没有保存。"), wrap=True))
        self.secret = ChosenSecret(name="start_passphrase", caption=tr("数据密码"), again=tr("再输一次"), can_show=True,
                                   hint=tr("至少 8 个字"))
        self.secret.entered.connect(self.entered)
        self.column.addWidget(self.secret)
        self._strength = label("", "muted", name="start_passphrase_strength", wrap=True)
        self.secret.first.textChanged.connect(self.on_text)
        self.column.addWidget(self._strength)
        self.on_text("")
        self.setFocusProxy(self.secret)

    def on_text(self, text: str) -> None:
        """Advice while it is typed."""
        self._strength.setText(advice(text))

    def fields(self) -> Mapping[str, LabelledField]:
        """Where problems are shown."""
        return {"passphrase": self.secret.first_field}


def advice(passphrase: str) -> str:
    """How good a passphrase is, in a sentence. Length counts most, and a Chinese character for two."""
    length = len(passphrase) + sum(not character.isascii() for character in passphrase)
    kinds = sum((any(c.isdigit() for c in passphrase), any(c.isascii() and c.isalpha() for c in passphrase),
                 any(not c.isalnum() for c in passphrase), any(not c.isascii() for c in passphrase)))
    if len(passphrase) < 8:
        return tr("建议用一句话，例如四五个不相干的词连起来；忘了它，只有恢复码能打开数据。")
    if passphrase.isdigit() or len(set(passphrase)) < 5 or (length < 12 and kinds < 2):
        return tr("偏弱：容易被猜到，再长一些、再加几个词更好。")
    if length < 16 and kinds < 3:
        return tr("可以：再长几个字更稳妥。")
    return tr("很好：够长，不容易被猜到。")


class RecoveryStep(Step):
    """The recovery key, to be written on paper. `written()` when it is."""

    written = Signal()

    def __init__(self, recovery_key: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("建站完成。请抄下恢复码"), name="start_recovery", parent=parent)
        self.column.addWidget(label(
            tr("电脑坏了、系统重装、密码忘了时，只有恢复码能打开数据和备份。请抄在纸上，和重要证件放在一起；"
               "不要拍照，不要存在这台电脑里。以后也可以在“设置”里再看。"), wrap=True))
        groups = recovery_key.split()
        lines = "\n".join("  ".join(groups[start:start + 6]) for start in range(0, len(groups), 6))
        self.column.addWidget(label(lines, "name", name="recovery_text"))
        done = PrimaryButton(tr("已抄好，开始使用"), name="recovery_done", hint="↵")
        done.clicked.connect(self.written)
        row = Horizontal()
        row.addStretch(1)
        row.addWidget(done)
        self.column.addLayout(row)
        self.setFocusProxy(done)
