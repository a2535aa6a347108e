"""Small windows of the random checks: drawing, what came of a difference, closing, giving up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.random_draw import ITEMS
from app.i18n import tr
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.small_window import SmallWindow

if TYPE_CHECKING:
    from app.services.random_checks import ClinicToCheck

AT_RANDOM = ""


class DrawWindow(SmallWindow):
    """How many clinics and items, or one clinic by name; the seed is drawn by the computer unless one is given."""

    def __init__(self, clinics: Sequence[ClinicToCheck], parent: QWidget) -> None:
        super().__init__(tr("抽取抽查的村卫生室和品种"), tr("抽取"), name="draw_window", parent=parent)
        can = [each for each in clinics if each.reported_month]
        without = len(clinics) - len(can)
        words = tr("从 {count} 个报过库存的村卫生室里抽。每室先抽高值的、近效期的，其余随机。", count=len(can))
        if without:
            words = tr("{words}还有 {count} 个没有交过月报，抽不到。", words=words, count=without)
        self.add_text(words)
        self.clinic = ComboBox(name="draw_clinic", accessible_name=tr("村卫生室"))
        self.clinic.set_options(
            [(AT_RANDOM, tr("随机抽")), *((each.clinic_id, each.name) for each in can)]
        )
        self.clinics = LineEdit(name="draw_clinics", accessible_name=tr("抽几个村卫生室"))
        self.clinics.setText("1")
        self.items = LineEdit(name="draw_items", accessible_name=tr("每室几个批次"))
        self.items.setText(str(ITEMS))
        self.seed = LineEdit(name="draw_seed", accessible_name=tr("随机种子"))
        self.add_field("clinic", tr("村卫生室"), self.clinic, tr("随机抽，或指定一个"))
        self.add_field("clinics", tr("抽几个村卫生室"), self.clinics)
        self.add_field("items", tr("每室几个批次"), self.items)
        self.add_field("seed", tr("随机种子"), self.seed, tr("空着由电脑定，照同一种子能重抽出同样的结果"))
        self.clinic.currentIndexChanged.connect(self._on_clinic)
        self.clinic.setFocus()

    def _on_clinic(self) -> None:
        self.fields["clinics"].setVisible(self.clinic.value() == AT_RANDOM)

    def whole(self, line: LineEdit, code: str) -> int:
        """A whole number typed in a line. Raises Refused beside it."""
        from app.services.problems import refuse

        text = line.text().strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise refuse(code, msg("请填整数，例如 3。"))
        return int(text)


class WordsWindow(SmallWindow):
    """One line of words: what was found out, a remark at the end, why it is given up."""

    def __init__(self, title: str, do: str, explanation: str, caption: str, code: str, parent: QWidget, *,
                 written: str = "", longest: int = 200) -> None:
        super().__init__(title, do, name="check_words_window", parent=parent)
        self.add_text(explanation)
        self.words = LineEdit(name="check_words", accessible_name=caption)
        self.words.setMaxLength(longest)
        self.words.setText(written)
        self.add_field(code, caption, self.words)
        self.words.setFocus()
