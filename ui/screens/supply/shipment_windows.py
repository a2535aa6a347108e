"""Small windows of 发货单: batches by hand, sending off, and what becomes of a difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.message import msg
from app.domain.packs import goes_whole
from app.domain.request_checks import has_meaning
from app.domain.shipment_states import Resolution
from app.errors import CunyiError
from app.forms.vocabulary import Level, Problem
from app.i18n import tr
from ui.screens.review.comparison import short_name
from ui.screens.supply.shipment_rows import BEARERS, claim_words
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.small_window import SmallWindow

if TYPE_CHECKING:
    from app.services.shelf_promises import Claim
    from app.services.shipment_views import ShipmentLineView
    from app.services.shipment_work import BatchChoice, ShipmentWork
    from app.services.shipments import DifferenceDecision
    from ui.background import Runner

CELSIUS = "hand_over_celsius"
"""The code under which the service refuses a temperature."""


Ship = Callable[[Sequence["ShipmentWork"], str, str, "str | None"], object]
"""(what goes, route, carrier, temperature) to be sent off in the worker."""


class BatchWindow(SmallWindow):
    """Units of each batch of a line by hand, instead of first expired first out, and why."""

    def __init__(
        self, line: ShipmentLineView, choices: Sequence[BatchChoice], chosen: Sequence[tuple[BatchChoice, int]],
        reason: str, parent: QWidget | None, claims: Sequence[Claim] = (),
    ) -> None:
        """`claims`: what other clinics were promised of this drug before this line."""
        super().__init__(tr("{drug}：指定批次", drug=line.drug_name), tr("就用这些"), name="batches", parent=parent)
        self.add_text(tr("这一行要发 {units} {unit}。填每个批次发多少，按整包装填；全空着就是先到期先出。", units=line.shipped,
                         unit=line.unit))
        if claims:
            self.add_text(tr("货架上的先答应了 {clinics}。配多了会动用他们的，到时请另给他们采购。",
                             clinics=claim_words(claims)))
        before = {choice.batch_id: units for choice, units in chosen}
        self._line = line
        self._choices = [each for each in choices if each.why_not is None]
        self._lines: dict[str, LineEdit] = {}
        for each in choices:
            caption = tr("批号 {batch}　有效期到 {expiry}", batch=each.batch_no, expiry=each.expiry or "—")
            if each.why_not is not None:
                self.add_text(tr("{batch}：{why}，不能发。", batch=caption, why=tr(each.why_not)))
                continue
            typed = LineEdit(name=f"batch_{len(self._lines) + 1}", accessible_name=caption)
            typed.setText(str(before[each.batch_id]) if each.batch_id in before else "")
            self._lines[each.batch_id] = typed
            hint = tr("可配 {free} {unit}，每包装 {pack}", free=each.free, unit=line.unit, pack=each.pack)
            self.add_field(each.batch_id, caption, typed, hint)
        self._reason = LineEdit(name="batches_reason", accessible_name=tr("为什么不按先到期先出"))
        self._reason.setText(reason)
        if self._lines:
            self.add_field("reason", tr("为什么不按先到期先出"), self._reason)
        else:
            self.add_text(tr("没有可以发的批次。"))

    def chosen(self) -> tuple[tuple[BatchChoice, int], ...]:
        """The batches with their units. Raises Refused beside what is wrong."""
        from app.services.problems import Refused

        problems, found = [], []
        for each in self._choices:
            text = self._lines[each.batch_id].text().strip()
            if not text:
                continue
            units = int(text) if text.isascii() and text.isdigit() else 0
            if not 1 <= units <= each.free:
                sentence = msg("请填 1 到 {free} 的整数，您填的是“{text}”。", free=each.free, text=text)
                problems.append(Problem(each.batch_id, Level.REFUSE, sentence))
            elif not goes_whole(units, each.pack, each.free):
                less, more = units // each.pack * each.pack, min(each.free, (units // each.pack + 1) * each.pack)
                sentence = msg("按整包装发，请改成 {less} 或 {more}。", less=less, more=more)
                problems.append(Problem(each.batch_id, Level.REFUSE, sentence))
            found.append((each, units))
        total = sum(units for _choice, units in found)
        over = total - self._line.shipped
        if not problems and over > 0 and over >= min(choice.pack for choice, _units in found):
            sentence = msg("合计 {total} 超过要发的 {units}。", total=total, units=self._line.shipped)
            problems.append(Problem(found[0][0].batch_id, Level.REFUSE, sentence))
        if found and not has_meaning(self.reason()):
            problems.append(Problem("reason", Level.REFUSE, msg("不按先到期先出拣选，请写明原因（至少 2 个字）。")))
        if problems:
            raise Refused(problems)
        return tuple(found)

    def reason(self) -> str:
        """Why."""
        return self._reason.text().strip()


class ShipWindow(SmallWindow):
    """Who drives, on which route, the temperature of the cold box, and which shipments go along."""

    def __init__(self, works: Sequence[ShipmentWork], carrier: str, parent: QWidget | None) -> None:
        """`works`: the open shipment first, then the others of its route that lie ready."""
        first, *others = works
        super().__init__(tr("发出"), tr("发出"), name="ship", parent=parent)
        self._works = list(works)
        self.route = LineEdit(name="ship_route", accessible_name=tr("线路"))
        self.route.setText(first.view.route)
        self.carrier = LineEdit(name="ship_carrier", accessible_name=tr("送货人"))
        self.carrier.setText(carrier)
        self.celsius = LineEdit(name="ship_celsius", accessible_name=tr("冷藏箱温度"))
        self._boxes: list[QCheckBox] = []
        self.add_text(tr("{clinic}　{number}，{count} 行。发出后从本院库存减去。", clinic=short_name(first.view.clinic_name),
                         number=first.view.number, count=len(first.view.lines)))
        for work in others:
            words = tr("一起发：{clinic}　{number}，{count} 行", clinic=short_name(work.view.clinic_name),
                       number=work.view.number, count=len(work.view.lines))
            box = QCheckBox(words)
            box.setObjectName(f"ship_along_{work.view.number}")
            box.setAccessibleName(words)
            # Without a route nothing says that they go the same way.
            box.setChecked(bool(first.view.route))
            self._boxes.append(box)
            self.add_widget(box)
        self.add_field("route", tr("线路"), self.route)
        self.add_field("delivered_by", tr("送货人"), self.carrier)
        if any(work.cold for work in works):
            self.add_field(CELSIUS, tr("冷藏箱温度（℃）"), self.celsius, tr("2–8"))

    def run_with(self, runner: Runner, ship: Ship, then: Callable[[Any], None]) -> None:
        """Show the window; sending is done in the worker, and the window stays while it is refused."""
        self._runner, self._ship, self._then = runner, ship, then
        self.start(lambda: None, lambda: None)

    def on_do(self) -> None:
        """Try it in the worker."""
        if not self.do_button.isEnabled():
            return
        self.show_sentences({})
        self.do_button.setEnabled(False)
        going, temperature = self.along(), self.temperature()
        route, carrier = self.route.text(), self.carrier.text()
        self._runner.run(
            lambda _report, _cancelled: self._ship(going, route, carrier, temperature), on_done=self._on_shipped,
            on_error=self._on_refused, title=tr("正在发出"), can_cancel=False,
        )

    def _on_shipped(self, results: object) -> None:
        self.accept()
        self._then(results)

    def _on_refused(self, error: BaseException) -> None:
        self.do_button.setEnabled(True)
        if not isinstance(error, CunyiError):
            raise error
        problems = {problem.code: tr(problem.message) for problem in getattr(error, "problems", ())}
        self.show_sentences(problems or {"": tr(error.message)})

    def add_widget(self, widget: QWidget) -> None:
        """Something of its own among the fields."""
        self._body.addWidget(widget)

    def along(self) -> list[ShipmentWork]:
        """The shipments that go."""
        return [self._works[0], *(work for work, box in zip(self._works[1:], self._boxes, strict=True) if box.isChecked())]

    def temperature(self) -> str | None:
        """What was typed, None where nothing cold goes along."""
        return self.celsius.text() if any(work.cold for work in self.along()) else None


class DifferenceWindow(SmallWindow):
    """What becomes of rejected units, or of goods that had not been sent."""

    def __init__(self, line: ShipmentLineView, before: DifferenceDecision | None, parent: QWidget | None) -> None:
        super().__init__(tr("{drug}：处理差异", drug=line.drug_name), tr("就这样处理"), name="difference", parent=parent)
        self._line = line
        self.resolution = ComboBox(name="difference_resolution", accessible_name=tr("怎样处理"))
        self.bearer = ComboBox(name="difference_bearer", accessible_name=tr("由谁承担"))
        self.again = ComboBox(name="difference_again", accessible_name=tr("还要不要再发"))
        if line.is_pending:
            self._ask_about_extra(before)
        else:
            self._ask_about_rejected(before)

    def _ask_about_extra(self, before: DifferenceDecision | None) -> None:
        line = self._line
        self.add_text(tr("村卫生室多收到 {units} {unit}，批号 {batch}，发货单上没有。", units=line.accepted or 0, unit=line.unit,
                         batch=line.batch_no or "—"))
        self.resolution.set_options([(None, tr("请选择")), (True, tr("留下，补一张发货单")), (False, tr("收回"))])
        self.resolution.set_value(None if before is None else before.accept_extra)
        self.add_field("resolution", tr("怎样处理"), self.resolution)

    def _ask_about_rejected(self, before: DifferenceDecision | None) -> None:
        line = self._line
        self.add_text(tr("发 {shipped} {unit}，接收 {accepted}，拒收 {rejected}：{reason}。", shipped=line.shipped,
                         unit=line.unit, accepted=line.accepted or 0, rejected=line.rejected or 0,
                         reason=line.reject_reason))
        self.resolution.set_options([(None, tr("请选择")), *((each, tr(each.label)) for each in Resolution)])
        self.bearer.set_options([("", tr("请选择")), *((key, tr(words)) for key, words in BEARERS)])
        self.again.set_options([(False, tr("不再发")), (True, tr("可以再发"))])
        if before is not None:
            self.resolution.set_value(before.resolution)
            self.bearer.set_value(before.bearer)
            self.again.set_value(before.again)
        self.add_field("resolution", tr("怎样处理"), self.resolution)
        self.add_field("bearer", tr("途中损失由谁承担"), self.bearer)
        self.add_field("again", tr("这些数量"), self.again)
        self.resolution.currentIndexChanged.connect(self._on_resolution)
        self._on_resolution()

    def decision(self) -> DifferenceDecision:
        """What was decided. Raises Refused beside what is missing."""
        from app.services.problems import refuse
        from app.services.shipments import DifferenceDecision

        chosen = self.resolution.value()
        if chosen is None:
            raise refuse("resolution", msg("请选择怎样处理。"))
        if self._line.is_pending:
            return DifferenceDecision(accept_extra=bool(chosen))
        bearer = str(self.bearer.value() or "") if chosen == Resolution.LOST else ""
        if chosen == Resolution.LOST and not bearer:
            raise refuse("bearer", msg("途中损失，请选择由谁承担。"))
        return DifferenceDecision(Resolution(str(chosen)), bearer, bool(self.again.value()))

    def _on_resolution(self) -> None:
        self.fields["bearer"].setEnabled(self.resolution.value() == Resolution.LOST)


def ask(window: SmallWindow, act: Callable[[], None], then: Callable[[], None]) -> None:
    """Show a window, the first field ready to be filled in."""
    window.start(act, then)
    first = next(iter(window.fields.values()), None)
    if first is not None:
        first.control.setFocus()
