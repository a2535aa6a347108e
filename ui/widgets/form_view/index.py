"""The side of a long form: its sections with what lacks in each, and the list of all that lacks, leading to the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy, QWidget

from app.i18n import tr
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import LinkButton
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal
from ui.widgets.progress import Share, ShareBar

ROW_HEIGHT = 32
MOST_MISSING_ROWS = 9


@dataclass(frozen=True)
class SectionState:
    """A section in the index: `missing` sentences by code; `is_wrong` when something in it must be put right."""

    title: str
    missing: Mapping[str, str]
    is_wrong: bool = False


class IndexList(QListWidget):
    """A list whose rows are taken by Enter or a click; as high as its rows."""

    def __init__(self, *, name: str, accessible_name: str, most_rows: int, row_height: int = ROW_HEIGHT,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._most_rows = most_rows
        self._row_height = row_height
        self.itemClicked.connect(self.itemActivated)
        theme_changes().changed.connect(self.follow_theme)

    def show_rows(self, rows: Sequence[tuple[object, str]]) -> None:
        """Show these (value, words) pairs; only what differs is touched."""
        while self.count() > len(rows):
            self.takeItem(self.count() - 1)
        for number, (value, words) in enumerate(rows):
            item = self.item(number)
            if item is None:
                item = QListWidgetItem()
                self.addItem(item)
            if item.text() != words:
                item.setText(words)
            item.setData(Qt.ItemDataRole.UserRole, value)
        self.follow_theme(current_theme())

    def follow_theme(self, theme: Theme) -> None:
        """Be as high as the rows, of which long ones take two lines."""
        rows = min(max(1, self.count()), self._most_rows)
        least = theme.px(self._row_height)
        height = sum(max(least, self.sizeHintForRow(row)) for row in range(rows))
        self.setFixedHeight(height + theme.px(12))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """At another width long rows take another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.follow_theme(current_theme())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes the row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self.itemActivated.emit(self.currentItem())
        else:
            super().keyPressEvent(event)


class FormIndex(Card):
    """`section_chosen(number)` and `code_chosen(code)`. `with_meter` says at the top how much is answered."""

    section_chosen = Signal(int)
    code_chosen = Signal(str)

    def __init__(self, *, name: str, with_meter: bool = False, row_height: int = ROW_HEIGHT, most_rows: int = 12,
                 parent: QWidget | None = None) -> None:
        super().__init__("" if with_meter else tr("各部分"), name=name, margins=12, parent=parent)
        self._all_shown = False
        self._states: list[SectionState] = []
        self._meter: ShareBar | None = None
        if with_meter:
            self._build_meter(name)
        self.sections = IndexList(name=f"{name}_sections", accessible_name=tr("各部分"), most_rows=most_rows,
                                  row_height=row_height)
        self.sections.itemActivated.connect(self._on_section)
        self.add(self.sections)
        self._missing_title = label("", "caption", name=f"{name}_missing_count")
        self._more = LinkButton(tr("列出来"), name=f"{name}_list_missing")
        self._more.clicked.connect(lambda: self.show_missing_from(not self._all_shown))
        self._more.setVisible(False)
        row = Horizontal(spacing=10)
        row.addWidget(self._missing_title)
        row.addWidget(self._more)
        row.addStretch(1)
        self.add(row)
        self.missing = IndexList(name=f"{name}_missing", accessible_name=tr("还没有填的"), most_rows=MOST_MISSING_ROWS,
                                 row_height=row_height)
        self.missing.itemActivated.connect(self._on_missing)
        self.add(self.missing)
        self.body.addStretch(1)

    def show_missing_from(self, now: bool) -> None:
        """Show the list of what lacks, or only the counts."""
        self._all_shown = now
        self._show()

    def show_meter(self, answered: int, asked: int) -> None:
        """How many of the answers that are asked for are given."""
        if self._meter is None or (answered, asked) == self._counts:
            return
        self._counts = (answered, asked)
        self._meter_words.setText(tr("已填 {answered} / {asked}", answered=answered, asked=asked))
        self._meter.set_share(Share(tr("填写进度"), answered, asked, "green" if answered == asked else None))

    def meter(self) -> tuple[int, int]:
        """How many answers are given, and how many are asked for."""
        return self._counts

    def show_sections(self, states: Sequence[SectionState]) -> None:
        """Show the sections as they stand."""
        if list(states) != self._states:
            self._states = list(states)
            self._show()

    def _show(self) -> None:
        self.sections.show_rows([(number, _words(state)) for number, state in enumerate(self._states)])
        missing = [(code, words) for state in self._states for code, words in state.missing.items()]
        self._missing_title.setText(tr("还缺 {count} 项", count=len(missing)) if missing else tr("该填的都填了"))
        is_listed = self._all_shown and bool(missing)
        self._more.setVisible(self._meter is not None and bool(missing))
        self._more.set_words(tr("收起") if is_listed else tr("列出来"))
        if is_listed:
            self.missing.show_rows(missing)
        self.missing.setVisible(is_listed)

    def _build_meter(self, name: str) -> None:
        self._counts = (0, 0)
        row = Horizontal(spacing=10)
        self._meter_words = label("", "strong", name=f"{name}_meter_words")
        row.addWidget(self._meter_words)
        row.addStretch(1)
        self.add(row)
        self._meter = ShareBar(Share(tr("填写进度"), 0, 0))
        self._meter.setObjectName(f"{name}_meter")
        self.add(self._meter)

    def _on_section(self, item: QListWidgetItem) -> None:
        self.section_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _on_missing(self, item: QListWidgetItem) -> None:
        self.code_chosen.emit(item.data(Qt.ItemDataRole.UserRole))


def _words(state: SectionState) -> str:
    if state.is_wrong:
        return tr("{title}　有错", title=state.title)
    if state.missing:
        return tr("{title}　缺 {count}", title=state.title, count=len(state.missing))
    return tr("{title}　✓", title=state.title)
