"""One drug that is to be given: how it is taken, for how many days, how much that is, from which batches, which packs.

The card shows what was typed and what the service worked out; it judges nothing but whether a number is one.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.quantities import up_to_two_places
from app.forms.kinds import plain
from app.i18n import tr
from ui.screens.dispensing.matters import MatterList
from ui.screens.dispensing.words import DASH, batches_words, drug_chips, price_words, quantity_words, yuan
from ui.widgets.buttons import LinkButton
from ui.widgets.cards import Card
from ui.widgets.chips import ChipRow
from ui.widgets.field_row import LabelledField
from ui.widgets.form_view.fields import LineControl, NumberControl
from ui.widgets.labels import FlowLabel, label, set_look
from ui.widgets.layouts import FlowBox, Horizontal

if TYPE_CHECKING:
    from app.services.dispensing import DraftLine, JudgedLine

USAGES = ("饭前", "饭后", "饭中", "空腹", "睡前", "早饭后", "晚饭后", "必要时", "外用", "含服", "嚼服", "皮下注射")
DOSE, TIMES, DAYS, QUANTITY, USAGE, CODES = "dose", "times", "days", "quantity", "usage", "codes"
WIDTHS = {DOSE: 84, TIMES: 84, DAYS: 84, QUANTITY: 104, USAGE: 118, CODES: 226}
LONGEST_DOSE, LONGEST_USAGE = 30, 100


class LineCard(Card):
    """`changed` after every change, `passed` when Enter leaves the last field; `removed`, `batch_asked` by the links."""

    changed = Signal()
    passed = Signal()
    removed = Signal()
    batch_asked = Signal()
    code_dropped = Signal(str)

    def __init__(self, line: DraftLine, number: int, parent: QWidget | None = None) -> None:
        name = f"line_{number}"
        super().__init__(name=name, margins=(14, 10, 14, 10), spacing=6, parent=parent)
        self.key = line.key
        self._line = line
        self._unread: dict[str, str] = {}
        self._code_problem = ""
        self._is_computed = line.quantity is None
        self._build_head(name)
        self._build_fields(name)
        self._build_foot(name)
        self.matters = MatterList(f"{name}_matters")
        self.add(self.matters)
        self.show_line(line)

    # --- what stands in it ------------------------------------------------------------------------------------

    def line(self) -> DraftLine:
        """The line as it was typed; a number that is none is left out, and told by `unread`."""
        self._unread = {}
        return replace(
            self._line,
            dose=plain(str(self.fields[DOSE].control.raw())),
            times_per_day=self._decimal(TIMES, tr("每日次数请填数字，例如 3。")),
            days=self._whole(DAYS, tr("天数请填整数，例如 7。")),
            quantity=None if self._is_computed else self._whole(QUANTITY, tr("数量请填整数（最小发药单位）。")),
            usage=str(self.fields[USAGE].control.raw()),
        )

    def unread(self) -> dict[str, str]:
        """What is no number, by field; each stands beside its field."""
        self._show_troubles()
        return dict(self._unread)

    def first_wrong(self) -> QWidget | None:
        """The first field in which something is wrong."""
        return next((field.control for key, field in self.fields.items() if key in self._troubles()), None)

    def show_line(self, line: DraftLine) -> None:
        """Show a line as it stands in the draft."""
        self._line = line
        self._is_computed = line.quantity is None
        shown = {
            DOSE: line.dose, DAYS: line.days, USAGE: line.usage,
            TIMES: None if line.times_per_day is None else up_to_two_places(line.times_per_day),
        }
        for key, value in shown.items():
            self.fields[key].control.show_raw(value)
        if line.quantity is not None:
            self.fields[QUANTITY].control.show_raw(line.quantity)
        self._show_codes(line.codes)

    def put_codes(self, codes: tuple[str, ...]) -> None:
        """The packs that were scanned for it."""
        self._line = replace(self._line, codes=codes)
        self._show_codes(codes)
        self.show_code_problem("")

    def show_code_problem(self, sentence: str) -> None:
        """Why a scanned code was not taken."""
        self._code_problem = sentence
        self._show_troubles()

    def code_problem(self) -> str:
        """Why a scanned code was not taken, or empty."""
        return self._code_problem

    def trouble(self) -> str:
        """What stands in red beneath the fields."""
        return self._trouble.text()

    def show_judged(self, judged: JudgedLine) -> None:
        """Show what the service worked out."""
        drug = judged.drug
        if drug is None:
            self.name.setText(tr("目录里没有的药品"))
            return
        self.name.setText(drug.name)
        self.strength.setText(drug.strength)
        self.chips.set_chips(drug_chips(drug))
        self.fields[QUANTITY].set_unit(drug.unit)
        if self._is_computed and not self.fields[QUANTITY].control.hasFocus():
            self.fields[QUANTITY].control.show_raw(judged.quantity)
        self.amount.setText(yuan(judged.amount_fen))
        self.given.setText(quantity_words(judged))
        if judged.picks:
            self.batches.setText(batches_words(judged.picks, drug.unit))
        else:
            self.batches.setText(DASH)
        self.stock.setText(tr("可用 {units} {unit}", units=judged.available, unit=drug.unit) if judged.quantity else "")
        self.price.setText(price_words(judged))
        self.change_batch.setVisible(bool(judged.picks))
        self.fields[CODES].setVisible(drug.has_trace_code)
        scanned = len(self._line.codes)
        missing = judged.codes_wanted - scanned
        told = tr("已扫 {count} 个", count=scanned) if scanned else ""
        self.fields[CODES].set_hint(tr("要扫 {count} 盒", count=missing) if missing > 0 else told)
        self.setAccessibleName(drug.name)
        self.setAccessibleDescription(tr("，").join((self.given.text(), self.batches.text())))

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        fields = [each.control for key, each in self.fields.items() if not each.isHidden() or key != CODES]
        links = [each for each in (self.change_batch, *self._code_links) if not each.isHidden()]
        return [*fields, *links, *self.matters.stops(), self.remove]

    def lines(self) -> list[QLineEdit]:
        """The lines that a scanner may type into."""
        return [each.control for each in self.fields.values()]

    # --- building ---------------------------------------------------------------------------------------------

    def _build_head(self, name: str) -> None:
        head = Horizontal(spacing=10)
        words = FlowBox(spacing=8, row_spacing=2)
        self.name = label("", "card_title", name=f"{name}_drug")
        self.strength = label("", "muted", name=f"{name}_strength")
        self.chips = ChipRow(spacing=6)
        for each in (self.name, self.strength, self.chips):
            words.add(each)
        head.addWidget(words, 1)
        self.amount = label("", "strong", name=f"{name}_amount")
        self.remove = LinkButton(tr("去掉"), name=f"{name}_remove")
        self.remove.setToolTip("Ctrl+Delete")
        self.remove.clicked.connect(self.removed)
        head.addWidget(self.amount)
        head.addWidget(self.remove)
        self.add(head)

    def _build_fields(self, name: str) -> None:
        captions = {DOSE: tr("每次"), TIMES: tr("每日"), DAYS: tr("天数"), QUANTITY: tr("数量"), USAGE: tr("用法"),
                    CODES: tr("追溯码")}
        units = {TIMES: tr("次"), DAYS: tr("天")}
        row = FlowBox(spacing=10, row_spacing=4)
        self.fields: dict[str, LabelledField] = {}
        for key, caption in captions.items():
            kind = NumberControl if key in (TIMES, DAYS, QUANTITY) else LineControl
            control = kind(name=f"{name}_{key}", accessible_name=caption, width=WIDTHS[key])
            field = LabelledField(caption, control, name=f"{name}_{key}", unit=units.get(key, ""))
            self.fields[key] = field
            row.add(field)
            control.answered.connect(lambda key=key: self._on_answered(key))
            control.passed.connect(lambda key=key: self._on_passed(key))
        self.fields[DOSE].control.setMaxLength(LONGEST_DOSE)
        self.fields[USAGE].control.setMaxLength(LONGEST_USAGE)
        self.fields[USAGE].control.complete_from(USAGES)
        self.fields[CODES].control.setPlaceholderText(tr("扫药盒上的码"))
        self.add(row)
        self._trouble = label("", "problem", name=f"{name}_trouble", wrap=True)
        self._trouble.hide()
        self.add(self._trouble)

    def _build_foot(self, name: str) -> None:
        foot = FlowBox(spacing=12, row_spacing=2)
        self.given = label("", "strong", name=f"{name}_given")
        self.batches = FlowLabel("", name=f"{name}_batches")
        self.stock = label("", "muted", name=f"{name}_stock")
        self.price = label("", "muted", name=f"{name}_price")
        self.change_batch = LinkButton(tr("换批号"), name=f"{name}_change_batch")
        self.change_batch.setToolTip("F7")
        self.change_batch.clicked.connect(self.batch_asked)
        for each in (self.given, self.batches, self.stock, self.price, self.change_batch):
            foot.add(each)
        self.add(foot)
        self._code_row = FlowBox(spacing=10, row_spacing=2)
        self._code_links: list[LinkButton] = []
        self._code_row.hide()
        self.add(self._code_row)

    def _troubles(self) -> dict[str, str]:
        return {**self._unread, **({CODES: self._code_problem} if self._code_problem else {})}

    def _show_troubles(self) -> None:
        """What is wrong stands beneath all fields, so that none of them moves; the field itself is red."""
        troubles = self._troubles()
        for key, field in self.fields.items():
            set_look(field.control, "problem", key in troubles)
            field.control.setAccessibleDescription(troubles.get(key, ""))
        self._trouble.setText("\n".join(troubles.values()))
        self._trouble.setVisible(bool(troubles))

    def _show_codes(self, codes: tuple[str, ...]) -> None:
        self._code_row.clear()
        self._code_links = []
        for code in codes:
            link = LinkButton(tr("{code} ✕", code=code), name=f"{self.objectName()}_code_{code}")
            link.setAccessibleName(tr("去掉追溯码 {code}", code=code))
            link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            link.clicked.connect(lambda _checked=False, code=code: self.code_dropped.emit(code))
            self._code_row.add(link)
            self._code_links.append(link)
        self._code_row.setVisible(bool(codes))

    # --- typing -----------------------------------------------------------------------------------------------

    def _on_answered(self, key: str) -> None:
        if key == CODES:
            self.show_code_problem("")
            return
        if key == QUANTITY:
            self._is_computed = not self.fields[QUANTITY].control.raw()
        elif key in (DOSE, TIMES, DAYS):
            # Another usage is another quantity: what was typed for the former one no longer holds.
            self._is_computed = True
        if key != USAGE:
            # Batches that were chosen for another quantity no longer add up: the program proposes anew.
            self._line = replace(self._line, batches=())
        self.changed.emit()

    def _on_passed(self, key: str) -> None:
        stops = [each.control for name, each in self.fields.items() if name != CODES or not each.isHidden()]
        at = stops.index(self.fields[key].control)
        if at + 1 < len(stops):
            stops[at + 1].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.passed.emit()

    def _decimal(self, key: str, sentence: str) -> Decimal | None:
        text = plain(str(self.fields[key].control.raw()))
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) > LARGEST or number != round(number, 2):
            self._unread[key] = sentence
            return None
        return number

    def _whole(self, key: str, sentence: str) -> int | None:
        text = plain(str(self.fields[key].control.raw()))
        if not text:
            return None
        if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > MOST_DIGITS:
            self._unread[key] = sentence
            return None
        return int(text)


LARGEST, MOST_DIGITS = Decimal(9999), 9
