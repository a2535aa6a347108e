"""The small windows of the residents: ending care, enrolling, a household, its head."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.households import HouseholdData
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.small_window import SmallWindow, date_control


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
        self.head.setFocus()

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
