"""Where everything of 发药 to one resident lies: whose, the line to find drugs, what is said, the drugs; facts beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QScrollArea, QWidget

from app.i18n import tr
from ui.screens.dispensing.head import DispensingHead
from ui.screens.dispensing.matters import MatterList
from ui.screens.dispensing.side import SideColumn
from ui.screens.follow_ups.medicines import DrugFinder
from ui.screens.follow_ups.suggestions import SuggestingLine
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card
from ui.widgets.field_row import LabelledField
from ui.widgets.form_view.fields import WIDE
from ui.widgets.layouts import Vertical
from ui.widgets.panes import TwoPane

if TYPE_CHECKING:
    from ui.services import Services


class GivingLayout(QWidget):
    """The parts and their places; `GivingPage` makes them work."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("giving_page")
        main = QWidget()
        main.setProperty("kind", "plain")
        main.installEventFilter(self)
        self._main = main
        self.also_seen: QWidget | None = None
        column = Vertical(main, spacing=10)
        self.head = DispensingHead()
        column.addWidget(self.head)
        self._finder_drugs = DrugFinder(services.catalogue)
        self.finder = SuggestingLine(self._finder_drugs.find, name="find_drug", accessible_name=tr("加药"), width=WIDE)
        self.finder.setPlaceholderText(tr("药名、拼音首字母或条形码；也可以直接扫追溯码"))
        self.finder_field = LabelledField(tr("加药"), self.finder, name="find_drug", hint="Ctrl D")
        self.head.card.add(self.finder_field)
        self.general_card = Card(tr("发药前先看"), name="general_card", tone="amber", margins=(14, 8, 14, 10))
        self.general = MatterList("general_matters")
        self.general_card.add(self.general)
        column.addWidget(self.general_card)
        self._unmatched_buttons: list[SecondaryButton] = []
        self.unmatched = Card(tr("随访表上没有认出的药"), name="unmatched_card", tone="amber", margins=(14, 8, 14, 10))
        column.addWidget(self.unmatched)
        self._lines = Vertical(spacing=10)
        column.addLayout(self._lines)
        column.addStretch(1)
        self.side = SideColumn(services.desk.today())
        self.bar = ActionBar(name="dispensing_actions")
        self.cancel = SecondaryButton(tr("取消"), name="cancel_dispensing", hint="Esc")
        self.labels = QCheckBox(tr("发后打标签"))
        self.labels.setObjectName("with_labels")
        self.labels.setAccessibleName(tr("发后打标签"))
        self.labels.setChecked(True)
        self.save = PrimaryButton(tr("发药"), name="give", hint="Ctrl ↵")
        self.bar.add_left(self.cancel)
        self.bar.add_right(self.labels)
        self.bar.add_right(self.save)
        self.panes = TwoPane(main, self.side, actions=self.bar, side_width=290)
        Vertical(self).addWidget(self.panes)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """When lines have found their places, what has the cursor is brought into sight again."""
        if watched is self._main and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._reveal_again)
        return False

    def _reveal_again(self) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and self._main.isAncestorOf(focus):
            self.reveal(focus)
            if self.also_seen is not None and self._main.isAncestorOf(self.also_seen):
                self.reveal(self.also_seen)

    def reveal(self, widget: QWidget) -> None:
        """Scroll so that a field is seen with its caption and what stands beneath it."""
        shown, area = widget, widget.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            if area.objectName().endswith("_field"):
                shown = area
            area = area.parentWidget()
        if isinstance(area, QScrollArea):
            if widget is self.finder:
                area.verticalScrollBar().setValue(0)  # whose drugs they are stands above, as far as there is room
            area.ensureWidgetVisible(shown, 10, 8 if widget is self.finder else 40)
