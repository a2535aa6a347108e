"""打印: how far the printer is out when it prints onto printed paper, and the page on which that is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from app.services.overprint import calibration_sheet
from ui.screens.settings.declared import SettingsCard, settings_of
from ui.screens.settings.page import Page
from ui.widgets.buttons import PrimaryButton
from ui.widgets.layouts import FlowBox

if TYPE_CHECKING:
    from ui.services import Services


class PrintingPage(Page):
    """The calibration of overprints (套打). F2 shows the calibration page."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, tr("打印"), name="settings_printing")
        self.card = SettingsCard(services, settings_of("printing", services.kind), tr("套打校准"), name="printing_card")
        self.card.add_text(
            tr("套打是只把填写的内容打到印好的空表上。先打校准页，照上面写的量一量，差多少填在这里。"), "muted")
        self.calibrate = PrimaryButton(tr("打印校准页"), name="print_calibration")
        self.calibrate.clicked.connect(self.primary_action)
        row = FlowBox()
        row.add(self.calibrate)
        self.card.add(row)
        self.column.addWidget(self.card)
        self.column.addStretch(1)
        self.setFocusProxy(self.card)
        self.refresh()

    def refresh(self) -> None:
        """Show what is kept."""
        self.run(lambda _report, _cancelled: self.services.settings.all(), self.card.show_values)

    def primary_action(self) -> None:
        """F2: the calibration page, printed with what is set now."""
        desk = self.services.desk
        self.run(lambda _report, _cancelled: calibration_sheet(desk),
                 lambda pdf: self.services.preview(pdf, tr("套打校准页")))
