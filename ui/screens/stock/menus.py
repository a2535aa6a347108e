"""办理: what can be done with the chosen thing, as buttons and, under F2, as a menu for the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget


@dataclass(frozen=True)
class Deed:
    """One thing to do. `key` names it for tests and the tour; `is_possible` False shows it without its being taken."""

    key: str
    words: str
    do: Callable[[], object]
    is_possible: bool = True


def open_menu(anchor: QWidget, name: str, deeds: Sequence[Deed | None]) -> QMenu:
    """A menu beneath `anchor`, each entry with its number; None is a line between. The first possible one is chosen."""
    menu = QMenu(anchor)
    menu.setObjectName(name)
    menu.setAccessibleName(name)
    number = 0
    for deed in deeds:
        if deed is None:
            menu.addSeparator()
            continue
        number += 1
        action = menu.addAction(f"&{number}  {deed.words}" if number < 10 else deed.words)
        action.setObjectName(f"{name}_{deed.key}")
        action.setEnabled(deed.is_possible)
        action.triggered.connect(lambda _checked=False, do=deed.do: do())
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    first = next((action for action in menu.actions() if action.isEnabled() and not action.isSeparator()), None)
    menu.popup(anchor.mapToGlobal(QPoint(0, anchor.height())))
    if first is not None:
        menu.setActiveAction(first)
    return menu
