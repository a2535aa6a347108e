"""The one Qt style sheet, built from the tokens for one appearance.

Widgets say what they are by dynamic properties (`role` of a label, `kind` of a button or frame); the sheet says how
that looks. Widgets that the sheet cannot describe paint themselves with the same tokens.
"""

from __future__ import annotations

from pathlib import Path

from ui.theme import tokens
from ui.theme.theme import Theme
from ui.theme.tokens import TYPE

ICON_FOLDER = Path(__file__).resolve().parent.parent.parent / "resources" / "icons"


def build_stylesheet(theme: Theme) -> str:
    """The style sheet of an appearance; every size follows `theme.scale`."""
    parts = (_ground, _labels, _buttons, _inputs, _choices, _tables, _tabs, _scrolling, _shell, _popups)
    return "\n".join(part(theme) for part in parts)


def _picture(name: str) -> str:
    return f"url({(ICON_FOLDER / name).as_posix()})"


def _ground(theme: Theme) -> str:
    c = theme.colours
    return f"""
QWidget#page, QScrollArea#page_scroll, QWidget[kind="page"], QMainWindow, QDialog {{ background: {c.page}; }}
QWidget[kind="plain"] {{ background: transparent; }}
QFrame[kind="card"] {{
  background: {c.surface}; border: 1px solid {c.border}; border-radius: {theme.px(tokens.RADIUS_CARD)}px;
}}
QFrame[kind="rule"] {{ background: {c.border}; border: none; max-height: 1px; min-height: 1px; }}
QToolTip {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.border_control}; padding: 4px; }}
"""


def _labels(theme: Theme) -> str:
    c = theme.colours

    def sized(role: str, size: int, colour: str, weight: int = 400) -> str:
        return (f'QLabel[role="{role}"] {{ font-size: {theme.px(size)}px; color: {colour};'
                f" font-weight: {weight}; background: transparent; }}")

    return "\n".join((
        "QLabel { background: transparent; }",
        sized("title", TYPE.page_title, c.text, 700),
        sized("name", TYPE.person_name, c.text, 700),
        sized("card_title", TYPE.card_title, c.text, 700),
        sized("strong", TYPE.body, c.text, 700),
        sized("muted", TYPE.body, c.text_muted),
        sized("caption", TYPE.caption, c.text_muted),
        sized("small", TYPE.caption, c.text),
        sized("small_strong", TYPE.caption, c.text, 700),
        sized("accent", TYPE.body, c.accent_text, 700),
        sized("problem", TYPE.caption, c.red.text),
        sized("warning", TYPE.caption, c.amber.text),
        sized("good", TYPE.body, c.green.text),
        sized("danger_title", TYPE.card_title, c.red.text, 700),
        sized("big_number", 28, c.text, 700),
    ))


def _buttons(theme: Theme) -> str:
    c = theme.colours
    height = theme.px(tokens.CONTROL_HEIGHT) - 2
    radius = theme.px(tokens.RADIUS_BUTTON)
    side = theme.gap(16)
    return f"""
QPushButton {{
  font-size: {theme.px(TYPE.button)}px; color: {c.text}; background: {c.surface};
  border: 1px solid {c.border_control}; border-radius: {radius}px; padding: 0 {side}px; min-height: {height}px;
}}
QPushButton:hover {{ background: {c.surface_hover}; }}
QPushButton:pressed {{ background: {c.surface_selected}; }}
QPushButton:focus {{ border: {tokens.FOCUS_WIDTH}px solid {c.focus}; padding: 0 {side - 1}px; min-height: {height - 2}px; }}
QPushButton:disabled {{ color: {c.disabled_text}; background: {c.surface_header}; border-color: {c.border}; }}
QPushButton[kind="primary"] {{
  background: {c.primary}; color: {c.primary_text}; border: 1px solid {c.primary}; font-weight: 700;
}}
QPushButton[kind="primary"]:hover {{ background: {c.primary_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {c.primary_pressed}; }}
QPushButton[kind="primary"]:disabled {{ background: {c.track}; border-color: {c.track}; color: {c.disabled_text}; }}
QPushButton[kind="danger"] {{ color: {c.danger}; border-color: {c.danger_border}; }}
QPushButton[kind="danger"]:hover {{ background: {c.red.ground}; }}
QPushButton[kind="link"] {{
  border: {tokens.FOCUS_WIDTH}px solid transparent; background: transparent; color: {c.accent_text};
  padding: 0 1px; min-height: {theme.px(24)}px; text-align: left;
}}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border: {tokens.FOCUS_WIDTH}px solid {c.focus}; border-radius: {theme.px(4)}px; }}
QPushButton[small="true"] {{ min-height: {theme.px(28) - 2}px; padding: 0 {theme.gap(10)}px; font-size: {theme.px(13)}px; }}
QPushButton[small="true"]:focus {{ min-height: {theme.px(28) - 4}px; padding: 0 {theme.gap(10) - 1}px; }}
QToolButton {{
  border: {tokens.FOCUS_WIDTH}px solid transparent; border-radius: {theme.px(6)}px; background: transparent;
  padding: {theme.px(2)}px {theme.px(6)}px; color: {c.text};
}}
QToolButton:hover {{ background: {c.surface_hover}; }}
QToolButton:focus {{ border-color: {c.focus}; }}
"""


def _inputs(theme: Theme) -> str:
    c = theme.colours
    height = theme.px(tokens.CONTROL_HEIGHT) - 2
    radius = theme.px(tokens.RADIUS_CONTROL)
    side = theme.gap(10)
    focus = tokens.FOCUS_WIDTH
    kinds = "QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateEdit, QTimeEdit"
    focused = ", ".join(f"{kind}:focus" for kind in kinds.split(", "))
    disabled = ", ".join(f"{kind}:disabled" for kind in kinds.split(", "))
    return f"""
{kinds} {{
  font-size: {theme.px(TYPE.body)}px; color: {c.text}; background: {c.surface};
  border: 1px solid {c.border_control}; border-radius: {radius}px; padding: 0 {side}px; min-height: {height}px;
  selection-background-color: {c.primary}; selection-color: {c.primary_text};
}}
{focused} {{ border: {focus}px solid {c.focus}; padding: 0 {side - 1}px; min-height: {height - 2}px; }}
QLineEdit[kind="slot"], QLineEdit[kind="slot"]:focus, QLineEdit[kind="slot"]:read-only {{
  border: none; background: transparent; padding: 0; min-height: 0; placeholder-text-color: {c.text_muted};
}}
QLineEdit[kind="flat"] {{
  border-color: transparent; background: transparent; padding: 0 {theme.gap(6)}px; min-height: {theme.px(30)}px;
}}
QLineEdit[kind="flat"]:focus {{
  border-color: {c.focus}; background: {c.surface}; padding: 0 {theme.gap(6) - 1}px; min-height: {theme.px(30) - 2}px;
}}
QLineEdit:read-only, {disabled} {{ background: {c.page}; }}
{disabled} {{ color: {c.disabled_text}; }}
*[problem="true"] {{ border: 1px solid {c.red.strong}; }}
*[problem="true"]:focus {{ border: {focus}px solid {c.red.strong}; }}
*[problem="warning"] {{ border: 1px solid {c.amber.strong}; }}
QPlainTextEdit, QTextEdit, QListView, QTreeView, QListWidget, QTreeWidget {{
  font-size: {theme.px(TYPE.body)}px; color: {c.text}; background: {c.surface};
  border: 1px solid {c.border_control}; border-radius: {radius}px; padding: {theme.px(4)}px;
  selection-background-color: {c.surface_selected}; selection-color: {c.text}; outline: none;
}}
QPlainTextEdit, QTextEdit {{ padding: {theme.px(4)}px {theme.gap(6)}px; }}
QPlainTextEdit:focus, QTextEdit:focus, QListView:focus, QTreeView:focus, QListWidget:focus, QTreeWidget:focus {{
  border: {focus}px solid {c.focus}; padding: {max(0, theme.px(4) - 1)}px;
}}
QPlainTextEdit:focus, QTextEdit:focus {{ padding: {max(0, theme.px(4) - 1)}px {max(0, theme.gap(6) - 1)}px; }}
QListView::item, QTreeView::item {{ min-height: {theme.px(30)}px; padding: 0 {theme.px(6)}px; border-radius: {theme.px(4)}px; }}
QListView::item:selected, QTreeView::item:selected {{ background: {c.surface_selected}; color: {c.text}; }}
QListView::item:hover, QTreeView::item:hover {{ background: {c.surface_hover}; }}
QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: {theme.px(26)}px; }}
QComboBox::down-arrow, QDateEdit::down-arrow {{
  image: {_picture("down.svg")}; width: {theme.px(12)}px; height: {theme.px(12)}px;
}}
QComboBox QAbstractItemView {{
  border: 1px solid {c.border_control}; background: {c.surface}; color: {c.text}; outline: none;
  selection-background-color: {c.surface_selected}; selection-color: {c.text}; padding: 2px;
}}
QComboBox QAbstractItemView::item {{ min-height: {theme.px(32)}px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button,
QTimeEdit::up-button, QTimeEdit::down-button {{ width: {theme.px(20)}px; border: none; background: transparent; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow, QTimeEdit::up-arrow {{
  image: {_picture("up.svg")}; width: {theme.px(10)}px; height: {theme.px(10)}px;
}}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow, QTimeEdit::down-arrow {{
  image: {_picture("down.svg")}; width: {theme.px(10)}px; height: {theme.px(10)}px;
}}
"""


def _choices(theme: Theme) -> str:
    c = theme.colours
    box = theme.px(18)
    return f"""
QCheckBox, QRadioButton {{
  font-size: {theme.px(TYPE.body)}px; color: {c.text}; spacing: {theme.px(8)}px; background: transparent;
  min-height: {theme.px(28)}px; border: {tokens.FOCUS_WIDTH}px solid transparent; border-radius: {theme.px(4)}px;
  padding: 0 {theme.px(4)}px;
}}
QCheckBox:focus, QRadioButton:focus {{ border-color: {c.focus}; }}
QCheckBox::indicator, QRadioButton::indicator {{
  width: {box}px; height: {box}px; border: 1px solid {c.border_control}; background: {c.surface};
}}
QCheckBox::indicator {{ border-radius: {theme.px(4)}px; }}
QRadioButton::indicator {{ border-radius: {box // 2 + 1}px; }}
QCheckBox::indicator:checked, QRadioButton::indicator:checked {{ background: {c.primary}; border-color: {c.primary}; }}
QCheckBox::indicator:checked {{ image: {_picture("tick.svg")}; }}
QRadioButton::indicator:checked {{ image: {_picture("dot.svg")}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {c.disabled_text}; }}
QProgressBar {{
  border: none; background: {c.track}; border-radius: {theme.px(4)}px; min-height: {theme.px(8)}px;
  max-height: {theme.px(8)}px; text-align: center;
}}
QProgressBar::chunk {{ background: {c.primary}; border-radius: {theme.px(4)}px; }}
"""


def _tables(theme: Theme) -> str:
    c = theme.colours
    radius = theme.px(tokens.RADIUS_CARD) - 1
    return f"""
QTableView[kind="data"] {{
  background: {c.surface}; border: 1px solid {c.border}; border-radius: {radius + 1}px; outline: none; padding: 1px;
  selection-background-color: {c.surface_selected}; selection-color: {c.text}; gridline-color: {c.border_row};
}}
QTableView[kind="data"]:focus {{ border: {tokens.FOCUS_WIDTH}px solid {c.focus}; padding: 0; }}
QTableView[kind="data"][inside_card="true"] {{ border: 1px solid transparent; border-radius: 0; }}
QTableView[kind="data"][inside_card="true"]:focus {{
  border: {tokens.FOCUS_WIDTH}px solid {c.focus}; border-radius: {theme.px(4)}px;
}}
QTableView[kind="data"][kept="true"] {{ border: none; border-radius: 0; padding: 0; }}
QTableView[kind="data"] QHeaderView {{ background: transparent; border: none; }}
QTableView[kind="data"] QHeaderView::section {{
  font-size: {theme.px(TYPE.caption)}px; color: {c.text_muted}; background: {c.surface_header}; border: none;
  border-bottom: 1px solid {c.border}; padding: 0 {theme.gap(10)}px; height: {theme.px(tokens.HEADER_HEIGHT) - 1}px;
}}
QTableView[kind="data"] QHeaderView[tight="true"]::section {{ padding: 0 {theme.gap(7)}px; }}
QTableView[kind="data"] QHeaderView::section:first {{ border-top-left-radius: {radius}px; }}
QTableView[kind="data"] QHeaderView::section:last {{ border-top-right-radius: {radius}px; }}
QTableView[kind="data"] QHeaderView::section:only-one {{
  border-top-left-radius: {radius}px; border-top-right-radius: {radius}px;
}}
QTableView[kind="data"][kept="true"] QHeaderView::section {{ border-top-right-radius: 0; }}
QTableView[kind="data"] QTableCornerButton::section {{
  background: {c.surface_header}; border: none; border-bottom: 1px solid {c.border};
}}
QTableView QLineEdit {{ padding: 0 {theme.gap(8)}px; min-height: 0; }}
QTableView QLineEdit:focus {{ padding: 0 {theme.gap(8)}px; min-height: 0; }}
"""


def _tabs(theme: Theme) -> str:
    c = theme.colours
    return f"""
QTabWidget::pane {{ border: none; border-top: 1px solid {c.border}; }}
QTabBar {{ background: transparent; qproperty-drawBase: 0; }}
QTabBar::tab {{
  font-size: {theme.px(TYPE.body)}px; color: {c.grey.text}; background: transparent; border: none;
  border-bottom: {theme.px(3)}px solid transparent; padding: {theme.px(8)}px {theme.gap(14)}px {theme.px(7)}px {theme.gap(14)}px;
}}
QTabBar::tab:hover {{ color: {c.text}; background: {c.surface_hover}; }}
QTabBar::tab:selected {{ color: {c.accent_text}; font-weight: 700; border-bottom-color: {c.primary}; }}
QTabBar:focus {{ outline: none; }}
QTabBar::tab:selected:focus {{
  border: {tokens.FOCUS_WIDTH}px solid {c.focus}; border-bottom: {theme.px(3)}px solid {c.focus};
}}
QTabBar QToolButton {{ background: {c.surface}; border: 1px solid {c.border}; }}
"""


def _scrolling(theme: Theme) -> str:
    c = theme.colours
    thick = theme.px(10)
    return f"""
QScrollArea {{ border: none; background: transparent; }}
QScrollArea > QWidget > QWidget[kind="plain"] {{ background: transparent; }}
QScrollBar:vertical {{ width: {thick}px; background: transparent; margin: 0; }}
QScrollBar:horizontal {{ height: {thick}px; background: transparent; margin: 0; }}
QScrollBar::handle {{ background: {c.border_control}; border-radius: {max(3, thick // 2 - 2)}px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: {theme.px(28)}px; }}
QScrollBar::handle:horizontal {{ min-width: {theme.px(28)}px; }}
QScrollBar::handle:hover {{ background: {c.grey.strong}; }}
QScrollArea#navigation_scroll QScrollBar:vertical {{ width: {theme.gap(4)}px; }}
QScrollArea#navigation_scroll QScrollBar::handle {{ background: {c.nav_foot}; border-radius: 1px; margin: 0; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _shell(theme: Theme) -> str:
    c = theme.colours
    return f"""
QWidget#navigation {{ background: {c.nav}; }}
QWidget#navigation QScrollArea, QWidget#navigation_entries {{ background: transparent; }}
QLabel#brand {{ color: {c.nav_text_selected if not theme.high_contrast else c.nav_text};
  font-size: {theme.px(TYPE.brand)}px; font-weight: 700; }}
QLabel#organisation, QLabel#user {{ color: {c.nav_foot}; font-size: {theme.px(TYPE.caption)}px; }}
QFrame#cover, QScrollArea#cover_scroll {{ background: {c.nav}; border: none; }}
QLabel#cover_brand {{ color: {c.nav_text}; font-size: {theme.gap(28)}px; font-weight: 700; qproperty-alignment: AlignCenter; }}
QLabel#cover_organisation {{ color: {c.nav_foot}; font-size: {theme.gap(TYPE.body)}px; qproperty-alignment: AlignCenter; }}
QLabel#cover_waiting {{ color: {c.text_muted}; font-size: {theme.px(TYPE.body)}px; qproperty-alignment: AlignCenter; }}
QWidget#top_bar {{ background: {c.surface}; border-bottom: 1px solid {c.border}; }}
QWidget#top_bar QLabel {{ color: {c.grey.text}; font-size: {theme.px(13)}px; }}
QPushButton[kind="top"] {{
  border: {tokens.FOCUS_WIDTH}px solid transparent; background: transparent; color: {c.grey.text};
  font-size: {theme.px(13)}px; padding: 0 {theme.px(6)}px; min-height: {theme.px(28)}px; border-radius: {theme.px(6)}px;
}}
QPushButton[kind="top"]:hover {{ background: {c.surface_hover}; }}
QPushButton[kind="top"]:focus {{ border: {tokens.FOCUS_WIDTH}px solid {c.focus}; padding: 0 {theme.px(6)}px; }}
QLineEdit#search_line {{ padding-left: {theme.px(34)}px; padding-right: {theme.px(16)}px; border-radius: {theme.px(8)}px; }}
QLineEdit#search_line:focus {{ padding-left: {theme.px(34) - 1}px; padding-right: {theme.px(16) - 1}px; }}
QListView#search_hits {{
  background: {c.surface}; border: 1px solid {c.border_control}; border-radius: {theme.px(8)}px; padding: {theme.px(4)}px;
}}
QFrame#toast {{ background: {c.nav}; border-radius: {theme.px(8)}px; }}
QFrame#toast QLabel {{ color: {c.nav_text}; font-size: {theme.px(TYPE.body)}px; }}
"""


def _popups(theme: Theme) -> str:
    c = theme.colours
    return f"""
QMenu {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.border_control}; padding: {theme.px(4)}px; }}
QMenu::item {{ padding: {theme.px(7)}px {theme.px(22)}px {theme.px(7)}px {theme.px(14)}px; font-size: {theme.px(TYPE.body)}px;
  border-radius: {theme.px(4)}px; }}
QMenu::item:selected {{ background: {c.surface_selected}; color: {c.text}; }}
QMenu::item:disabled {{ color: {c.disabled_text}; }}
QMenu::separator {{ height: 1px; background: {c.border}; margin: {theme.px(4)}px; }}
QCalendarWidget QWidget {{ alternate-background-color: {c.surface_header}; }}
QCalendarWidget QAbstractItemView {{
  background: {c.surface}; color: {c.text}; selection-background-color: {c.primary};
  selection-color: {c.primary_text}; border: none;
}}
QCalendarWidget QToolButton {{ color: {c.text}; font-size: {theme.px(TYPE.body)}px; }}
"""
