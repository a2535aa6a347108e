"""Every control has a name for tests and a name for screen readers; this finds those that have not."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QCalendarWidget,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTabWidget,
    QTextEdit,
    QWidget,
)

from ui.widgets.segmented import ChoiceGroup

INTERACTIVE = (
    QAbstractButton, QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox, QAbstractItemView,
    QAbstractSlider, QTabBar, ChoiceGroup,
)
MADE_BY_QT_INSIDE = (QComboBox, QAbstractSpinBox, QAbstractItemView, QTabBar, QCalendarWidget, QLineEdit, QScrollBar)


def unnamed_controls(widget: QWidget) -> list[str]:
    """Descriptions of the interactive widgets inside `widget` (itself included) that lack a name.

    Parts that Qt makes inside its own widgets (the line of a combo box, a header, a scroll bar) are passed over.
    """
    found = [widget, *widget.findChildren(QWidget)]
    return [_describe(each) for each in found
            if isinstance(each, INTERACTIVE) and not _is_part_of_qt(each) and not _is_named(each)]


def _is_named(widget: QWidget) -> bool:
    has_name = bool(widget.objectName()) and not widget.objectName().startswith("qt_")
    if isinstance(widget, QTabBar) and isinstance(widget.parentWidget(), QTabWidget):
        tabs = widget.parentWidget()
        return bool(tabs.objectName()) and bool(widget.accessibleName() or tabs.accessibleName())
    return has_name and bool(widget.accessibleName())


def _is_part_of_qt(widget: QWidget) -> bool:
    if isinstance(widget, (QHeaderView, QScrollBar)):
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, MADE_BY_QT_INSIDE):
            return True
        parent = parent.parentWidget()
    return False


def _describe(widget: QWidget) -> str:
    return f"{type(widget).__name__} objectName={widget.objectName()!r} accessibleName={widget.accessibleName()!r}"
