"""The words beside a field: what stands elsewhere or was said last time, and may be taken over; or how it has changed."""

from __future__ import annotations

from app.forms.kinds import EMPTY
from app.i18n import tr
from ui.widgets.form_view.row import FieldRow
from ui.widgets.form_view.state import FormState


class Beside:
    """Shows it. `is_brief` leaves away what is answered the same already; `compares` tells last time's answer of every
    field, marked where it is another now."""

    def __init__(self, state: FormState, *, is_brief: bool) -> None:
        self._state = state
        self._is_brief = is_brief
        self.compares = False

    def show(self, row: FieldRow, code: str) -> None:
        """Show what there is to say of one answer."""
        state = self._state
        offered, previous = state.offered.get(code), state.previous.get(code)
        if offered is not None and not state.is_as(code, offered.value):
            value = state.words(code, offered.value)
            row.show_beside(code, tr("{value}（{origin}）", value=value, origin=offered.origin),
                            tr("{field}可沿用{origin}的：{value}", field=row.caption(), origin=offered.origin, value=value))
        elif previous in EMPTY or code not in state.fields:
            row.set_previous(code, "")
        elif self.compares:
            self._compare(row, code, previous)
        elif self._is_brief and state.is_as(code, previous):
            row.set_previous(code, "")
        elif self._is_brief and not state.fields[code].carries:
            row.show_beside(code, tr("上次 {value}", value=state.words(code, previous)), can_take=False)
        else:
            row.set_previous(code, state.words(code, previous))

    def _compare(self, row: FieldRow, code: str, previous: object) -> None:
        state = self._state
        value = state.words(code, previous)
        if state.raw.get(code) in EMPTY and state.can_carry(code):
            row.set_previous(code, value)
        elif state.is_as(code, previous):
            row.show_beside(code, tr("同上次"), can_take=False)
        else:
            is_changed = state.raw.get(code) not in EMPTY
            row.show_beside(code, tr("上次 {value}", value=value), can_take=False, is_changed=is_changed)
