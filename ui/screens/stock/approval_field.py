"""批准: the part of a small window or page in which another user approves by PIN, or a written number is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from app.services.roles import role_label
from app.services.stock_approvals import ApprovalWays, approval_by_pin
from app.services.stock_documents import Approval
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.secret_line import SecretLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.desk import Desk


class ApprovalControls:
    """The controls, to be put into a window by `place(code, caption, control, hint)`; `approval()` once it is pressed."""

    def __init__(self, desk: Desk, ways: ApprovalWays, name: str) -> None:
        self._desk, self._ways = desk, ways
        self.who = ComboBox(name=f"{name}_approver", accessible_name=tr("批准人"))
        self.pin = SecretLine(name=f"{name}_pin", accessible_name=tr("批准人的 PIN"), digits_only=True)
        self.number = LineEdit(name=f"{name}_approval", accessible_name=tr("卫生院批准文号"))
        self.who.set_options([
            (each.user_id, tr("{name} {role}", name=each.name, role=role_label(each.role))) for each in ways.approvers
        ])  # fmt: skip

    def put_into(self, place: Callable[..., None], say: Callable[[str], None]) -> None:
        """Show what is asked here; `say` takes a paragraph where nobody can approve."""
        if self._ways.approvers:
            place("approval", tr("批准人"), self.who)
            place("pin", tr("批准人的 PIN"), self.pin, tr("由批准人自己输入"))
        elif self._ways.is_alone:
            place("approval", tr("卫生院批准文号"), self.number, tr("本室只有一位用户"))
        else:
            say(tr("这一步要由负责人或院长批准，但没有这样的用户。请先在“设置”的用户里添加负责人。"))

    def controls(self) -> list[QWidget]:
        """Those that are shown."""
        if self._ways.approvers:
            return [self.who, self.pin]
        return [self.number] if self._ways.is_alone else []

    def approval(self) -> Approval:
        """The approval as given. Raises Refused beside `pin`; the service judges whether it does."""
        if not self._ways.approvers:
            return Approval(number=self.number.text().strip())
        try:
            return approval_by_pin(self._desk, str(self.who.value()), self.pin.text())
        finally:
            self.pin.clear()
