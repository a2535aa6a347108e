"""Moving the focus about a form view, and bringing the field with the focus into sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from ui.widgets.cards import Card
from ui.widgets.form_view.row import FieldRow


def next_outside(view: QWidget, start: QWidget, *, forward: bool) -> QWidget | None:
    """What Tab reaches after the last field of `view` (or before the first); None when there is nothing else."""
    each = start
    while True:
        each = each.nextInFocusChain() if forward else each.previousInFocusChain()
        if each is start or each is None:
            return None
        takes_tab = bool(each.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if takes_tab and each.isVisible() and each.isEnabled() and not view.isAncestorOf(each):
            return each


def reveal(widget: QWidget) -> None:
    """Scroll whatever a field lies in, so that it is seen with its caption."""
    shown = widget
    while shown.parentWidget() is not None and not isinstance(shown, (FieldRow, Card)):
        shown = shown.parentWidget()
    area = shown.parentWidget()
    while area is not None:
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(shown, 10, 24)
        area = area.parentWidget()
