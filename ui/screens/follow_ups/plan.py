"""Which fields a visit asks for, in which order and with which control: the paper's content in a compact layout.

The declared forms say what an answer is; here is only how it is asked. `READINGS` is the way of the cursor while numbers
are read off the devices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.domain.message import Message, msg
from app.forms import kinds
from app.forms.vocabulary import NOTE, TARGET, Field
from app.i18n import tr
from app.services.diseases import NAMES
from app.services.follow_up_views import ManagedDisease, VisitSheet
from ui.screens.follow_ups import advance
from ui.screens.follow_ups.bars import OfferingBar, quiet_options
from ui.screens.follow_ups.cells import Cell, SingleCell, SlotsCell
from ui.screens.follow_ups.slots import SlotsControl, SlotSpec
from ui.widgets.buttons import LinkButton
from ui.widgets.form_view.fields import (
    WIDE,
    DateControl,
    LineControl,
    PillsControl,
    ShownControl,
    options_of,
)

READINGS = ("sbp", "dbp", "heart_rate", "weight", "fpg", "symptoms")
OLDEST_PREGNANT = 60
ARROW = " → "

CAPTIONS: dict[str, Message] = {
    "sbp": msg("血压 mmHg"),
    "weight": msg("体重　现在 → 目标"),
    "cigarettes": msg("日吸烟　现在 → 目标"),
    "alcohol": msg("日饮酒　现在 → 目标"),
    "exercise_times": msg("运动　现在 → 目标"),
    "salt": msg("摄盐　现在 → 目标"),
    "staple_food": msg("主食　现在 → 目标"),
    "bmi": msg("BMI"),
    "visit_method": msg("方式"),
    "symptoms": msg("症状（可多选）"),
    "dorsalis_pedis": msg("足背动脉搏动"),
    "doctor": msg("随访医生"),
    "next_visit_date": msg("下次随访日期"),
    "not_seen": msg("未访到"),
}
"""Where the printed label is too long, or needs more words, above a compact field."""


class Planner:
    """Makes the cells of one visit."""

    def __init__(self, sheet: VisitSheet) -> None:
        self.sheet = sheet
        self.fields = sheet.fields

    def head(self) -> list[Cell]:
        """Date, manner, doctor; and why the person was not seen."""
        self.not_seen_link = LinkButton(tr("没见到人"), name="not_seen_open")
        self.not_seen_link.setToolTip(tr("失访、死亡或迁出时在这里填"))
        method = self._choice("visit_method", span=2, is_numbered=True, beside=self.not_seen_link)
        cells = [self._date("visit_date"), method, self._line("doctor", span=1)]
        cells += [self._choice("not_seen", span=2, is_numbered=True), self._line("not_seen" + NOTE, span=2)]
        return cells

    def signs(self) -> list[Cell]:
        """What is measured."""
        cells: list[Cell] = [
            self._slots("sbp", [
                self._slot("sbp", digits=3, is_complete=advance.systolic_is_complete),
                self._slot("dbp", digits=3, before=" / ", is_complete=advance.diastolic_is_complete),
            ], unit=tr("两次平均")),
            self._slots("heart_rate", [
                self._slot("heart_rate", digits=3, is_complete=advance.heart_rate_is_complete),
            ], unit=tr("次/分")),
            self._slots("weight", [
                self._slot("weight", digits=4, is_complete=advance.decimal_is_complete),
                self._slot("weight" + TARGET, before=ARROW, digits=2),
            ]),
            self._shown("bmi"),
        ]
        if self.asks_height:
            cells.append(self._slots("height", [self._slot("height", digits=3)]))
        if "fpg" in self.fields:
            for key in ("fpg", "random_glucose"):
                cells.append(self._slots(key, [
                    self._slot(key, digits=3, is_complete=advance.decimal_is_complete),
                ]))
            cells += [self._choice("dorsalis_pedis", span=2), self._choice("dorsalis_pedis_side", span=1)]
        return cells

    def symptoms(self, managed: ManagedDisease) -> list[Cell]:
        """The symptoms of one disease."""
        key = self.key(managed, "symptoms")
        control = PillsControl(options_of(self._kind(key).options), name=key, accessible_name=self.caption(key))
        return [SingleCell(self.caption(key), key, control, span=4), self._line(key + NOTE, span=2)]

    def lifestyle(self) -> list[Cell]:
        """What the doctor advises about: now and aim."""
        cells: list[Cell] = []
        for key, unit in (("cigarettes", tr("支")), ("alcohol", tr("两"))):
            cells.append(self._slots(key, [
                self._slot(key), self._slot(key + TARGET, before=ARROW),
            ], unit=unit))
        times, minutes = "exercise_times", "exercise_minutes"
        cells.append(self._slots(times, [
            self._slot(times), self._slot(minutes, before=tr("次·"), digits=2),
            self._slot(times + TARGET, before=tr("分 → ")),
            self._slot(minutes + TARGET, before=tr("次·"), after=tr("分"), digits=2),
        ]))
        if "salt" in self.fields:
            cells.append(self._slots("salt", [self._slot("salt", digits=2),
                                              self._slot("salt" + TARGET, before=ARROW, digits=2)]))
        if "staple_food" in self.fields:
            cells.append(self._slots("staple_food", [
                self._slot("staple_food", digits=3), self._slot("staple_food" + TARGET, before=ARROW, digits=3),
            ], unit=tr("克/天")))
        return cells

    def assessment(self) -> list[Cell]:
        """Mood, behaviour, adherence, reactions."""
        cells: list[Cell] = [self._choice(key) for key in ("psych", "compliance_behaviour", "drug_adherence")]
        for managed in self.sheet.diseases:
            key = self.key(managed, "adr")
            cells += [self._choice(key), self._line(key + NOTE, span=2)]
        if "hypoglycaemia" in self.fields:
            cells.append(self._choice("hypoglycaemia"))
        return cells

    def insulin(self) -> list[Cell]:
        """胰岛素 of the diabetes sheet."""
        if "insulin_kind" not in self.fields:
            return []
        return [self._line("insulin_kind", span=2, caption=tr("胰岛素 种类")),
                self._line("insulin_usage", span=2, caption=tr("胰岛素 用法和用量"))]

    def more(self) -> list[Cell]:
        """Examinations, other signs, and what the rules ask beyond the printed form."""
        cells: list[Cell] = []
        if "aux_exam" in self.fields:
            cells.append(self._line("aux_exam", span=2))
        if "hba1c" in self.fields:
            cells += [self._slots("hba1c", [self._slot("hba1c", digits=3)], unit="%"), self._date("hba1c_date"),
                      self._line("exam_other", span=2, caption=tr("其他检查")),
                      self._slots("temperature", [self._slot("temperature", digits=4)], unit="℃"),
                      self._choice("heart_rate_sustained", span=2)]
        cells.append(self._line("sign_other", span=2, caption=tr("其他体征")))
        for managed in self.sheet.diseases:
            key = self.key(managed, "complication")
            cells += [self._choice(key, span=2), self._line(key + NOTE, span=2)]
        cells.append(self._choice("other_untreatable_disease", span=2))
        person = self.sheet.person
        if person.sex != 1 and (person.age is None or person.age < OLDEST_PREGNANT):
            cells.append(self._choice("pregnant_or_lactating", span=2))
        return cells

    def foot(self) -> list[Cell]:
        """Referral and the next date."""
        cells: list[Cell] = []
        for managed in self.sheet.diseases:
            reason, to = self.key(managed, "referral_reason"), self.key(managed, "referral_to")
            cells += [self._line(reason, span=2, caption=self._of_disease(msg("转诊原因"), managed)),
                      self._line(to, span=2, caption=self._of_disease(msg("转诊机构及科别"), managed))]
        cells += [self._date("next_visit_date"), self._line("next_visit_reason", span=2)]
        return cells

    @property
    def asks_height(self) -> bool:
        """The height is asked only while the record has none, or where this visit has another."""
        known = self.sheet.person.height_cm
        return known is None or self.sheet.starting.get("height", known) != known

    def key(self, managed: ManagedDisease, code: str) -> str:
        """The key of an answer of one disease."""
        return self.sheet.key(managed.form_code, code)

    def caption(self, key: str) -> str:
        """What stands above a field."""
        item = self.fields[key]
        caption = CAPTIONS.get(item.code)
        words = tr(caption) if caption is not None else item.field.name
        if key != item.code:
            managed = next(each for each in self.sheet.diseases if each.form_code in item.form_codes)
            return self._of_disease(words, managed)
        return words

    def _of_disease(self, words: Message | str, managed: ManagedDisease) -> str:
        words = tr(words) if isinstance(words, Message) else words
        if len(self.sheet.diseases) < 2:
            return words
        return tr("{words}·{disease}", words=words, disease=NAMES[managed.disease])

    def _kind(self, key: str) -> kinds.Choice | kinds.Choices:
        kind = self.fields[key].field.kind
        assert isinstance(kind, (kinds.Choice, kinds.Choices))
        return kind

    def _slot(self, key: str, **more: object) -> SlotSpec:
        item: Field = self.fields[key].field
        spec = SlotSpec(key, item.name, **more)  # type: ignore[arg-type]
        return replace(spec, options=item.kind.options) if isinstance(item.kind, kinds.Choice) else spec

    def _slots(self, key: str, specs: Sequence[SlotSpec], *, unit: str = "") -> Cell:
        control = SlotsControl(specs, name=f"{key}_slots", unit=unit or self._unit_inside(key))
        return SlotsCell(self.caption(key), control)

    def _unit_inside(self, key: str) -> str:
        unit = self.fields[key].field.unit
        return "" if unit in self.caption(key) else unit

    def _choice(self, key: str, *, span: int = 1, is_numbered: bool = False, beside: LinkButton | None = None) -> Cell:
        options = self._kind(key).options
        made = options_of(options) if is_numbered else quiet_options(options)
        caption = self.caption(key)
        return SingleCell(caption, key, OfferingBar(made, name=key, accessible_name=caption), span=span, beside=beside)

    def _line(self, key: str, *, span: int = 1, caption: str = "") -> Cell:
        item = self.fields[key].field
        caption = caption or self.caption(key)
        control = LineControl(name=key, accessible_name=caption, width=WIDE)
        if isinstance(item.kind, kinds.Text):
            control.setMaxLength(item.kind.longest)
        return SingleCell(caption, key, control, span=span)

    def _date(self, key: str) -> Cell:
        caption = self.caption(key)
        return SingleCell(caption, key, DateControl(name=key, accessible_name=caption, today=self.sheet.today))

    def _shown(self, key: str) -> Cell:
        caption = self.caption(key)
        return SingleCell(caption, key, ShownControl(name=key, accessible_name=caption))
