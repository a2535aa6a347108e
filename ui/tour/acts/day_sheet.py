"""Many people at once: the day sheet of those who came this morning, and a screening round of a group."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from ui.screens.day_sheet.page import SheetPage
from ui.tour.acts.follow_ups import go_to_row
from ui.tour.day import Day
from ui.tour.hands import wait_until
from ui.tour.stage import Stage

CONTROL = Qt.KeyboardModifier.ControlModifier
PEOPLE = 8
FIRST = "王秀英"
"""Who is examined afterwards; the day sheet begins with her row of the list."""
READINGS = {
    "bp": ("13682", "13484", "13280", "13082", "13886", "12878", "13480", "12680"),
    "fpg": ("6.4", "6.1", "6.6", "5.9", "6.3", "6.2", "6.5", "6.0"),
    "heart_rate": ("72", "76", "70", "78", "74", "72", "68", "80"),
}
GROUP = "5组"
SCREENED = ("13280", "15692", "12876", "14894", "11872", "12682")
SUGARS = ("5.4", "6.1", "7.8", "5.2", "4.9", "5.6")


def play(day: Day) -> None:
    """The day sheet by keys alone, then the round."""
    stage = day.clinic
    stage.window.show_screen("today")
    with day.step("the day sheet of several people, from choosing them to saving them all") as step:
        go_to_row(stage, FIRST)
        stage.hands.start_counting()
        step.people = PEOPLE
        day_sheet(stage)
    with day.step("a group is screened for blood pressure and glucose"):
        screening_round(stage)
    with day.step("what came of the round is printed"):
        stage.hands.press(Qt.Key.Key_P, CONTROL)
        stage.wait_idle()
        stage.hands.press(Qt.Key.Key_Escape)


def day_sheet(stage: Stage) -> None:
    """Space for each person, Ctrl+D; each column from top to bottom with Enter, Ctrl+Enter."""
    hands = stage.hands
    for _ in range(PEOPLE):
        hands.press(Qt.Key.Key_Space)
    stage.picture("people chosen for the day sheet")
    hands.press(Qt.Key.Key_D, CONTROL)
    hands.wait_for("day_sheet_grid")
    page = sheet_page(stage)
    stage.picture("day sheet empty")
    for column, values in READINGS.items():
        down_the_column(stage, page, column, values)
    stage.picture("day sheet half filled")
    down_the_column(stage, page, "weight", tuple(weight_like_last_time(page)))
    stage.picture("day sheet")
    hands.press(Qt.Key.Key_Return, CONTROL)
    wait_until(lambda: stage.window.current_key() == "today", "the day sheet to be saved")
    stage.picture("day sheet saved")


def sheet_page(stage: Stage) -> SheetPage:
    """The grid in sight."""
    return stage.hands.find("day_sheet_grid").parentWidget()  # type: ignore[return-value]


def down_the_column(stage: Stage, page: SheetPage, key: str, values: tuple[str, ...]) -> None:
    """Type a reading for everybody of whom the column asks it; Enter goes on by itself to the next cell that does."""
    column = [each.key for each in page.model.columns].index(key)
    while page.grid.currentIndex().column() == column:
        at = page.grid.currentIndex().row()
        stage.hands.type(values[at % len(values)], reading=True)
        stage.hands.press(Qt.Key.Key_Return)
        if page.grid.currentIndex().row() <= at and page.grid.currentIndex().column() == column:
            return


def weight_like_last_time(page: SheetPage) -> list[str]:
    """What the scales show: near the weight of last time."""
    (column,) = [each for each in page.model.columns if each.key == "weight"]
    return [page.mode.last_typed(row, column) or "62.5" for row in page.model.rows]


def screening_round(stage: Stage) -> None:
    """All grown-ups of a group who are not under management: pressure and glucose of the first of them."""
    hands = stage.hands
    stage.window.show_screen("today")
    hands.click("open_screening")
    hands.wait_for("screening_group")
    combo = hands.find("screening_group", QComboBox)
    hands.go_to(combo)
    while combo.currentText() != GROUP:
        hands.press(Qt.Key.Key_Down)
    stage.picture("screening begins")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.wait_for("day_sheet_grid")
    page = sheet_page(stage)
    hands.fill("screening_place", "5组文化广场")
    page.grid.setFocus()
    for column, values in enumerate((SCREENED, SUGARS)):
        for row, value in enumerate(values[: len(page.model.rows)]):
            page.grid.go_to(row, column)
            hands.type(value, reading=True)
            hands.press(Qt.Key.Key_Return)
    page.grid.go_to(1, 0)
    stage.picture("screening round")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.wait_for("results_table")
    stage.hush()
    stage.picture("screening results")
