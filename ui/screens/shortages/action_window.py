"""What is done about a shortage: the words that go with it, and what the distributor said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.shortage_states import ShortageAction
from app.i18n import tr
from ui.widgets.field_row import LineEdit
from ui.widgets.small_window import SmallWindow

if TYPE_CHECKING:
    from app.services.shortages import ShortageResult, ShortageView
    from ui.services import Services

WITH_WORDS = frozenset({
    ShortageAction.SUBSTITUTE, ShortageAction.REDISTRIBUTE, ShortageAction.PURCHASE, ShortageAction.ESCALATE,
    ShortageAction.DISMISS, ShortageAction.CANCEL,
})
"""Actions that are not done without asking for words."""
WITH_DISTRIBUTOR = frozenset({ShortageAction.PURCHASE, ShortageAction.ESCALATE, ShortageAction.SUBSTITUTE})


class ActionWindow(SmallWindow):
    """Asks for the words of one action and does it; `done(result)` follows."""

    def __init__(self, services: Services, view: ShortageView, action: ShortageAction, *, value: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(tr("{action}：{drug}", action=tr(action.label), drug=view.drug_text), tr(action.label),
                         name="shortage_action", parent=parent)
        self._services, self._view, self._action = services, view, action
        self.words = LineEdit(name="shortage_comment", accessible_name=_caption(action))
        self.words.setText(value)
        self.add_field("comment", _caption(action), self.words, _hint(action))
        self.answer: LineEdit | None = None
        if action in WITH_DISTRIBUTOR:
            self.answer = LineEdit(name="shortage_answer", accessible_name=tr("配送企业答复"))
            self.answer.setText(view.distributor_answer)
            self.add_field("answer", tr("配送企业答复"), self.answer, tr("例如：12 月 5 日到货；没有就空着"))

    def open_with(self, done: Callable[[ShortageResult], None]) -> None:
        """Show the window; `done` follows when the action is done."""
        results: list[ShortageResult] = []

        def act() -> None:
            answer = self.answer.text() if self.answer is not None else ""
            results.append(self._services.shortages.act(self._view.id, self._action, self._view.version,
                                                        comment=self.words.text().strip(), answer=answer))

        self.start(act, lambda: done(results[-1]))
        self.words.setFocus()
        self.words.selectAll()


def _caption(action: ShortageAction) -> str:
    return {
        ShortageAction.SUBSTITUTE: tr("换用哪种药"), ShortageAction.REDISTRIBUTE: tr("从哪里调多少"),
        ShortageAction.PURCHASE: tr("向谁采购、多少"), ShortageAction.ESCALATE: tr("报给谁、要什么"),
        ShortageAction.DISMISS: tr("为什么不属短缺"), ShortageAction.CANCEL: tr("为什么取消"),
    }.get(action, tr("说明"))


def _hint(action: ShortageAction) -> str:
    return "" if action is ShortageAction.PURCHASE else tr("至少两个字，会写进记录")
