"""Small windows of the catalogue: a drug on or off the list of 无码 items, and sending the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.i18n import tr
from ui.screens.settlement.words import clock_words
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.small_window import SmallWindow

if TYPE_CHECKING:
    from app.services.catalogue_exchange import ClinicOfList

EVERYBODY = ""


class TraceCodeWindow(SmallWindow):
    """Why a drug goes on the list of 无码 items, or off it."""

    def __init__(self, drug: str, has_code: bool, parent: QWidget) -> None:
        title = tr("列入无码目录") if has_code else tr("移出无码目录")
        super().__init__(title, tr("保存"), name="trace_code_window", parent=parent)
        self.add_text(tr("{drug}以后收货和发药不用扫追溯码。", drug=drug) if has_code
                      else tr("{drug}以后收货和发药要扫追溯码。", drug=drug))
        self.reason = LineEdit(name="trace_code_reason", accessible_name=tr("原因"))
        self.reason.setMaxLength(200)
        self.add_field("reason", tr("原因"), self.reason, tr("例如：国家无码目录第二批"))
        self.reason.setFocus()


class MakerWindow(SmallWindow):
    """是这种药: a pack of the drug is scanned, and its maker is known from then on."""

    def __init__(self, drug: str, scanned: str, parent: QWidget) -> None:
        super().__init__(tr("认一盒的追溯码"), tr("是这种药"), name="maker_window", parent=parent)
        self.add_text(tr("看清药盒：确实是{drug}，再扫这一盒。以后这个厂家的盒，收货、到货时都认作它。", drug=drug))
        self.code = LineEdit(name="maker_code", accessible_name=tr("追溯码"))
        self.code.setText(scanned)
        self.add_field("code", tr("追溯码"), self.code, tr("20 位数字，只记前 7 位和谁认的"))
        self.code.setFocus()


class SendWindow(SmallWindow):
    """To whom the list goes."""

    def __init__(self, clinics: Sequence[ClinicOfList], parent: QWidget) -> None:
        super().__init__(tr("下发药品目录"), tr("生成文件"), name="send_catalogue_window", parent=parent)
        self.add_text(tr("把今天的整份目录写成文件交给村卫生室。对方打开以后按它更新，用着的药会保留到用完。"))
        self.clinic = ComboBox(name="send_to", accessible_name=tr("发给"))
        options: list[tuple[object, str]] = [(EVERYBODY, tr("全部 {count} 个村卫生室", count=len(clinics)))]
        for each in clinics:
            last = tr("上次 {when}", when=clock_words(each.sent_at)) if each.sent_at else tr("还没有发过")
            options.append((each.clinic_id, tr("{clinic}（{last}）", clinic=each.name, last=last)))
        self.clinic.set_options(options)
        self.add_field("clinic", tr("发给"), self.clinic, tr("全部时，每个村卫生室一个文件，存在您选的文件夹里"))
        self.clinic.setFocus()
