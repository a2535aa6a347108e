"""The household at the left: its members as a tree. `chosen(resident_id)`, `add_asked()`, `edit_asked()`, `head_asked()`."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from app.i18n import tr
from app.services.resident_views import ACTIVE, HouseholdView
from ui.screens.residents.words import household_title, member_words
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import LinkButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox

MOST_ROWS = 8
ROW_HEIGHT = 30


class MemberTree(QTreeWidget):
    """Head and members; Enter or a click opens."""

    taken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("household_tree")
        self.setAccessibleName(tr("家庭成员"))
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self.on_item)
        theme_changes().changed.connect(self.follow_theme)

    def show_household(self, household: HouseholdView, resident_id: str) -> None:
        """Show the members and mark one."""
        self.clear()
        head: QTreeWidgetItem | None = None
        for member in household.members:
            parent = self.invisibleRootItem() if member.is_head or head is None else head
            item = QTreeWidgetItem(parent, [member_words(member)])
            item.setData(0, Qt.ItemDataRole.UserRole, member.resident_id)
            item.setToolTip(0, member.care_note or member_words(member))
            if member.is_head:
                head = item
            if member.state != ACTIVE:
                item.setForeground(0, self.palette().placeholderText())
            if member.resident_id == resident_id:
                font = item.font(0)
                font.setBold(True)
                item.setFont(0, font)
                self.setCurrentItem(item)
        self.expandAll()
        self.follow_theme(current_theme())

    def on_item(self, item: QTreeWidgetItem) -> None:
        """A member was clicked."""
        self.taken.emit(item.data(0, Qt.ItemDataRole.UserRole))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the member."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self.on_item(self.currentItem())
        else:
            super().keyPressEvent(event)

    def follow_theme(self, theme: Theme) -> None:
        """Be as high as the members."""
        count = sum(1 + self.topLevelItem(n).childCount() for n in range(self.topLevelItemCount()))
        self.setFixedHeight(min(max(1, count), MOST_ROWS) * max(self.sizeHintForRow(0), theme.px(ROW_HEIGHT)) + theme.px(10))


class HouseholdCard(Card):
    """Title, tree, what is in it, what can be done."""

    chosen = Signal(str)
    add_asked = Signal()
    edit_asked = Signal()
    head_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", name="household_card", margins=12, parent=parent)
        self.tree = MemberTree()
        self.tree.taken.connect(self.chosen)
        self.add(self.tree)
        self._note = label("", "caption", name="household_note", wrap=True)
        self.add(self._note)
        self._head_problem = label("", "warning", name="household_head_problem", wrap=True)
        self.add(self._head_problem)
        actions = FlowBox(spacing=6, row_spacing=4)
        self._add = SecondaryButton(tr("+ 加家庭成员"), name="household_add", small=True)
        self._add.clicked.connect(self.add_asked)
        self._edit = LinkButton(tr("改信息"), name="household_edit")
        self._edit.clicked.connect(self.edit_asked)
        self._head = LinkButton(tr("换户主"), name="household_head")
        self._head.clicked.connect(self.head_asked)
        for button in (self._add, self._edit, self._head):
            actions.add(button)
        self.add(actions)

    def show_household(self, household: HouseholdView | None, resident_id: str) -> None:
        """Show a household, or that there is none."""
        has = household is not None
        for widget in (self.tree, self._note, self._head):
            widget.setVisible(has)
        self._add.setVisible(has)
        self._edit.set_words(tr("改信息") if has else tr("加入家庭"))
        if household is None:
            self.set_title(tr("还没有归到哪一户"))
            self._head_problem.hide()
            return
        self.set_title(household_title(household))
        self.tree.show_household(household, resident_id)
        parts = [tr("一户一档 · {count} 人", count=len(household.living))]
        if household.distance_km is not None:
            parts.append(tr("离卫生室 {km} 公里", km=household.distance_km))
        parts += [part for part in (household.address, household.note) if part]
        self._note.setText(" · ".join(parts))
        hint = household.needs_head
        self._head_problem.setText(tr(hint.message) if hint is not None else "")
        self._head_problem.setVisible(hint is not None)
