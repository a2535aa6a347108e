"""The organisation: names, codes, telephone. Corrected with a history; the kind of the desk never changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.forms.vocabulary import Level
from app.i18n import tr
from app.services.problems import Refused
from app.services.setup import SetupAnswers
from ui.dialogs import Answer, Question, show_failure
from ui.screens.settings.page import Page, buttons
from ui.widgets.buttons import PrimaryButton
from ui.widgets.cards import Card
from ui.widgets.field_row import LabelledField, LineEdit
from ui.widgets.form_view.grid import Spans
from ui.widgets.labels import label

if TYPE_CHECKING:
    from ui.services import Services


class PlacePage(Page):
    """The facts of this desk."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, name="place", parent=parent)
        captions = {
            "name": tr("单位名称"), "province": tr("省（自治区、直辖市）"), "city": tr("市"), "county": tr("县（市、区）"),
            "township": tr("乡镇（街道）"), "village": tr("村（居）委会"), "division_code": tr("12 位区划代码"),
            "record_prefix": tr("档案编号前 12 位"), "phone": tr("单位电话"),
        }
        if services.kind != "clinic":
            captions.pop("village")
            captions.pop("record_prefix")
        card = Card(tr("单位资料"), name="place_card")
        grid = Spans(column_width=220)
        self._lines: dict[str, LineEdit] = {}
        self._fields: dict[str, LabelledField] = {}
        for code, caption in captions.items():
            line = LineEdit(name=f"place_{code}", accessible_name=caption)
            self._lines[code] = line
            self._fields[code] = LabelledField(caption, line, name=f"place_{code}")
            grid.addWidget(self._fields[code])
        card.add(grid)
        if services.kind == "clinic":
            card.add(label(tr("改档案编号前 12 位只影响以后新建的档案，已有的编号不变。"), "muted", wrap=True))
        self.save = PrimaryButton(tr("保存单位资料"), name="place_save")
        self.save.clicked.connect(lambda: self.keep(frozenset()))
        card.add(buttons(self.save))
        self.column.addWidget(card)
        self.column.addStretch(1)
        self._answers: SetupAnswers | None = None

    def refresh(self) -> None:
        """Show what stands."""
        self._answers = self.services.setup.answers()
        for code, line in self._lines.items():
            line.setText(str(getattr(self._answers, code)))
            self._fields[code].set_problem("")

    def keep(self, confirmed: frozenset[str]) -> None:
        """Save; what only asks is asked about."""
        if self._answers is None:
            return
        wanted = replace(self._answers, **{code: line.text() for code, line in self._lines.items()})
        for field in self._fields.values():
            field.set_problem("")
        try:
            desk = self.services.setup.correct(wanted, confirmed)
        except Refused as refused:
            self._show_refused(refused, confirmed)
            return
        except CunyiError as error:
            show_failure(self.services.dialogs, error)
            return
        self.services.use_desk(desk)
        self.services.apply_setting("place", desk.place.name)
        self.services.say(tr("单位资料已保存"))
        self.refresh()

    def _show_refused(self, refused: Refused, confirmed: frozenset[str]) -> None:
        asked = [each for each in refused.problems if each.level is Level.ASK]
        if len(asked) == len(refused.problems):
            question = Question(
                msg("请再核对一下"), "\n".join(tr(each.message) for each in asked),
                (Answer("use", msg("核对过了，就用它"), "primary"), Answer("back", msg("回去改"))), harmless="back")
            if self.services.dialogs.ask(question) == "use":
                self.keep(confirmed | {each.code for each in asked})
            return
        for each in refused.problems:
            if each.code in self._fields:
                self._fields[each.code].set_problem(tr(each.message))
        first = next((each.code for each in refused.problems if each.code in self._fields), None)
        if first is not None:
            self._lines[first].setFocus()
