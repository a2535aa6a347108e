"""Keeping the chosen line of a table in sight when the table itself lies on a page that scrolls."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint
from PySide6.QtWidgets import QScrollArea, QTableView, QWidget


def bring_into_sight(table: QTableView, index: QModelIndex) -> None:
    """Scroll the pages around a table just as far as its line needs; with the first line comes the table's head."""
    line = table.visualRect(index)
    viewport = table.viewport()
    top = viewport.mapTo(table, line.topLeft()).y() if index.row() else 0
    bottom = viewport.mapTo(table, line.bottomLeft()).y()
    around: QWidget | None = table.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea) and around.widget() is not None and around.widget().isAncestorOf(table):
            _scroll(around, table, top, bottom)
        around = around.parentWidget()


def _scroll(page: QScrollArea, table: QTableView, top: int, bottom: int) -> None:
    bar, height = page.verticalScrollBar(), page.viewport().height()
    first = table.mapTo(page.widget(), QPoint(0, top)).y()
    last = table.mapTo(page.widget(), QPoint(0, bottom)).y()
    if last > bar.value() + height:
        bar.setValue(last - height)
    if first < bar.value():
        bar.setValue(first)
