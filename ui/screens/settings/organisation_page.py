"""本单位: correcting what the first start asked about the organisation. Its kind never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.message import msg
from app.forms.vocabulary import Level
from app.i18n import tr
from app.services.setup import CORRECTABLE, SetupAnswers, names_of, setup_problems
from ui.dialogs import Answer, Question
from ui.screens.settings.page import Page
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card
from ui.widgets.field_row import LabelledField, LineEdit
from ui.widgets.form_view.grid import Spans
from ui.widgets.labels import label

if TYPE_CHECKING:
    from ui.services import Services

VILLAGE_ONLY = ("village", "record_prefix")


class OrganisationPage(Page):
    """The organisation, to be corrected and saved together."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, tr("本单位"), name="settings_organisation")
        self._answers: SetupAnswers | None = None
        captions = {
            "name": tr("单位名称"), "phone": tr("单位电话"), "province": tr("省（自治区、直辖市）"), "city": tr("市"),
            "county": tr("县（市、区）"), "township": tr("乡镇（街道）"), "village": tr("村（居）委会"),
            "division_code": tr("12 位区划代码"), "record_prefix": tr("档案编号前 12 位"),
        }
        if services.kind != "clinic":
            captions = {code: words for code, words in captions.items() if code not in VILLAGE_ONLY}
        self._fields = {code: self._field(code, words) for code, words in captions.items()}
        card = Card(tr("本单位"), name="organisation_card", spacing=12)
        grid = Spans(column_width=220)
        for field in self._fields.values():
            grid.addWidget(field)
        card.body.addLayout(grid)
        self._county = label("", "muted", name="organisation_county", wrap=True)
        card.add(self._county)
        if services.kind == "clinic":
            card.add_text(tr("档案编号前 12 位只影响以后新建的档案，已经发出的编号不变。"), "muted")
        self.column.addWidget(card)
        self.foot = ActionBar(name="organisation_actions")
        self._undo = SecondaryButton(tr("不改了"), name="organisation_undo", hint="Esc")
        self._undo.clicked.connect(self.back_action)
        self._save = PrimaryButton(tr("保存"), name="organisation_save", hint="Ctrl ↵")
        self._save.clicked.connect(self.save_action)
        self.foot.add_left(self._undo)
        self.foot.add_right(self._save)
        self.column.addWidget(self.foot)
        self.column.addStretch(1)
        self.setFocusProxy(self._fields["name"].control)
        self.refresh()

    def refresh(self) -> None:
        """Show what is kept, unless something is being changed."""
        if not self.is_changed():
            self.run(lambda _report, _cancelled: self.services.setup.answers(), self.show_answers)

    def show_answers(self, answers: SetupAnswers) -> None:
        """Show the organisation."""
        self._answers = answers
        for code, field in self._fields.items():
            field.control.setText(getattr(answers, code))
        self.show_problems({})
        self.on_edited()

    def answers(self) -> SetupAnswers | None:
        """What is written in the fields; None before anything was read."""
        if self._answers is None:
            return None
        return replace(self._answers, **{code: field.control.text() for code, field in self._fields.items()})

    def is_changed(self) -> bool:
        """Whether something was changed and not saved."""
        return self._answers is not None and self.answers() != self._answers

    def fields(self) -> Mapping[str, LabelledField]:
        """The fields by their codes."""
        return self._fields

    def can_leave(self) -> bool:
        """Ask before throwing changes away."""
        if not self.is_changed():
            return True
        question = Question(
            msg("本单位的改动还没有保存"), msg("离开后，刚才改的内容就没有了。"),
            (Answer("leave", msg("不保存，离开")), Answer("stay", msg("留下来"), "primary")),
            msg("原来的内容没有动。"), harmless="stay")
        if self.services.dialogs.ask(question) != "leave":
            return False
        self.show_answers(self._answers)
        return True

    def back_action(self) -> bool:
        """Escape takes the changes back."""
        if not self.is_changed():
            return False
        self.show_answers(self._answers)
        return True

    def save_action(self) -> None:
        """Save, when nothing is wrong and the user knows what it means."""
        answers = self.answers()
        if answers is None or not self.is_changed():
            return
        mine = [each for each in setup_problems(answers) if each.code in CORRECTABLE]
        refused = {each.code: tr(each.message) for each in mine if each.level is not Level.ASK}
        if self.show_problems(refused) or refused:
            return
        asked = [each for each in mine if each.level is Level.ASK]
        question = Question(
            msg("保存本单位的改动？"),
            "\n".join([*(tr(each.message) for each in asked),
                       tr("以后打印的表和新编的档案号都用新的内容。保存以后要重新登录一次。")]),
            (Answer("save", msg("保存并重新登录"), "primary"), Answer("back", msg("回去改"))),
            msg("已有的档案和记录不会改动。"), harmless="back")
        if self.services.dialogs.ask(question) != "save":
            return
        confirmed = frozenset(each.code for each in asked)

        def saved(_desk: object) -> None:
            self._answers = answers
            self.services.say(tr("本单位的内容已保存。"))
            self.services.reopen()

        self.run(lambda _report, _cancelled: self.services.setup.correct(answers, confirmed), saved)

    def on_edited(self) -> None:
        """Something was typed."""
        changed = self.is_changed()
        self._save.setEnabled(changed)
        self._undo.setVisible(changed)
        self.foot.set_note(tr("有改动，还没有保存。") if changed else "")
        names = names_of(self._fields["division_code"].control.text())
        place = "".join(part for part in (names.province, names.city, names.county) if part)
        self._county.setText(tr("区划代码说的是：{place}", place=place) if place else tr("区划表里没有这个代码的县。"))

    def _field(self, code: str, words: str) -> LabelledField:
        line = LineEdit(name=f"organisation_{code}", accessible_name=words)
        line.textEdited.connect(self.on_edited)
        return LabelledField(words, line, name=f"organisation_{code}")
