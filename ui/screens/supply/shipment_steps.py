"""What is done on 发货单: drafting, allocating, scanning, picking, sending, verifying, giving up; papers and files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from app.domain.message import Message, msg
from app.domain.shipment_states import ShipmentAction, ShipmentState
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import Answer, Notice, Question, confirm, show_failure
from ui.screens.exchange.files import hand_over_all
from ui.screens.list_papers import print_list, save_list
from ui.screens.review.comparison import short_name
from ui.screens.supply.papers import ANSWER_FILE, SHIPMENT_FILE, print_tables
from ui.screens.supply.shipment_rows import Decided, short_words
from ui.screens.supply.shipment_windows import BatchWindow, DifferenceWindow, ShipWindow, ask

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.printing.lists import TableContent
    from app.services.shipment_work import ShipmentWork
    from app.services.shipments import ShipmentResult
    from ui.screens.supply.shipment_rows import LineRow
    from ui.screens.supply.shipments_page import ShipmentsPage

MOST_ALONG = 40


class ShipmentSteps:
    """One step at a time; a second click while it runs does nothing."""

    def __init__(self, page: ShipmentsPage) -> None:
        self._page = page
        self._is_running = False

    # --- the way of a shipment --------------------------------------------------------------------------------

    def begin(self, request_id: str) -> None:
        """A draft of all that a request still waits for."""
        route = next((each.route for each in self._page.found.waiting if each.request_id == request_id), "")
        self._run(lambda: self._shipments.draft(request_id, route=route), self._on_begun)

    def next_step(self) -> None:
        """The step that comes next in this state."""
        work = self._page.work
        if work is None:
            return
        actions = {
            ShipmentAction.ALLOCATE: self.allocate, ShipmentAction.PICK: self.pick, ShipmentAction.SHIP: self.ship,
            ShipmentAction.VERIFY: self.verify,
        }
        for action, do in actions.items():
            if action in work.view.actions:
                do()
                return

    def allocate(self) -> None:
        """Reserve batches: first expired first out, or those chosen by hand."""
        from app.services.shipment_picking import HandPick

        work, decided = self._open(), self._page.decided
        by_hand = {
            line: [HandPick(choice.batch_id, units) for choice, units in picks] for line, picks in decided.picks.items()
        }
        reason = "；".join(dict.fromkeys(decided.reasons[line] for line in by_hand))
        self._run(lambda: self._shipments.allocate(work.view.id, work.view.version, by_hand=by_hand, reason=reason),
                  self._on_allocated)

    def pick_by_hand(self) -> None:
        """F4: batches of the chosen line by hand."""
        page, row = self._page, self._page.current_line()
        if row is None or ShipmentAction.ALLOCATE not in self._open().view.actions:
            return
        line = row.line
        choices = self._shipments.batch_choices(self._open().view.id, line.id)
        claims = self._shipments.claims_ahead(self._open().view.id, line.id)
        window = BatchWindow(line, choices, page.decided.picks.get(line.id, ()), page.decided.reasons.get(line.id, ""), page,
                             claims)

        def act() -> None:
            chosen = window.chosen()
            picks = {key: value for key, value in page.decided.picks.items() if key != line.id}
            page.keep(picks={**picks, line.id: chosen} if chosen else picks,
                      reasons={**page.decided.reasons, line.id: window.reason()}, refusals={})

        ask(window, act, self._show_lines)

    def scan(self, text: str) -> None:
        """A code was scanned: kept with its line at once, or refused beside it."""
        page = self._page
        if page.work is None:
            return
        row = page.current_line()
        try:
            scanned = self._shipments.scan(page.work.view.id, text, row.line.id if row else "")
        except CunyiError as error:
            self._refused(error)
            return
        page.keep(refusals={})
        page.show_work(page.work.view.id)
        page.go_to_line(scanned.line_id)
        if page.work.is_scanned:
            page.services.say(tr("全部扫完，可以按“拣货完成”。"))

    def unscan(self) -> None:
        """Ctrl+Delete: take the last code of the chosen line away."""
        page, row = self._page, self._page.current_line()
        if row is None or page.work is None or page.work.view.state is not ShipmentState.ALLOCATED:
            return
        code = self._shipments.unscan(page.work.view.id, row.line.id)
        if code:
            page.keep(refusals={})
            page.show_work(page.work.view.id)
            page.services.say(tr("已退掉追溯码 {code}。", code=code))

    def pick(self) -> None:
        """The goods lie ready."""
        work = self._open()
        self._run(lambda: self._shipments.pick(work.view.id, work.view.version), self._on_step)

    def ship(self) -> None:
        """Send the shipment off, and with it the others of its route that lie ready."""
        page, work = self._page, self._open()
        ready = [
            row for row in page.found.shipments
            if row.state is ShipmentState.PICKED and row.id != work.view.id and row.route == work.view.route
        ]
        works = [work, *(self._shipments.work(row.id) for row in ready[:MOST_ALONG])]
        window = ShipWindow(works, self._shipments.last_carrier(), page)

        def send(going: Sequence[ShipmentWork], route: str, carrier: str, celsius: str | None) -> list[ShipmentResult]:
            wanted = [(each.view.id, each.view.version) for each in going]
            key = f"ship {wanted[0][0]} {wanted[0][1]}"
            sent: list[ShipmentResult] = self._shipments.ship(
                wanted, delivered_by=carrier, route=route, celsius=celsius, key=key
            )
            return sent

        window.run_with(page.services.runner, send, self._on_shipped)

    def decide(self, row: LineRow) -> None:
        """What becomes of a difference."""
        page, line = self._page, row.line
        window = DifferenceWindow(line, page.decided.differences.get(line.id), page)

        def act() -> None:
            page.keep(differences={**page.decided.differences, line.id: window.decision()}, refusals={})

        ask(window, act, self._show_lines)

    def verify(self) -> None:
        """Settle the receipt."""
        work, decided = self._open(), self._page.decided
        self._run(lambda: self._shipments.verify(work.view.id, work.view.version, decided.differences), self._on_verified)

    # --- giving up --------------------------------------------------------------------------------------------

    def release(self) -> None:
        """Let what was reserved go again; it is a draft as before."""
        self._with_reason(msg("取消配货"), msg("为什么要重新配货"), self._shipments.release)

    def cancel(self) -> None:
        """Give the shipment up."""
        self._with_reason(msg("取消发货单"), msg("为什么不发了"), self._shipments.cancel)

    def come_back(self) -> None:
        """Everything came back before it was received."""
        page, work = self._page, self._open()
        again = page.services.dialogs.ask(Question(
            msg("全部退回？"), tr("{clinic}没有收的货全部回到本院库存，冷藏药品隔离存放。",
                             clinic=short_name(work.view.clinic_name)),
            (Answer("again", msg("退回，以后再发"), "primary"), Answer("never", msg("退回，不再发"), "danger"),
             Answer("keep", msg("不退回"))),
            msg("发货单和经过都留着。"), harmless="keep",
        ))
        if again == "keep":
            return

        def back(shipment_id: str, version: int, reason: str) -> ShipmentResult:
            return self._shipments.return_in_full(shipment_id, version, reason, again=again == "again")

        self._with_reason(msg("全部退回"), msg("为什么全部退回"), back)

    # --- many at once -----------------------------------------------------------------------------------------

    def allocate_all(self) -> None:
        """Draft and allocate every request that waits; one summary."""
        page, waiting, shipments = self._page, list(self._page.found.waiting), self._shipments
        sure = confirm(
            page.services.dialogs, msg("全部建单并配货？"),
            msg("{count} 张待发的申领单各建一张发货单，按先到期先出配货。", count=len(waiting)),
            do=msg("全部配货"), keep=msg("先不配"), safe=msg("只预留库存，发出前都可以取消。"),
        )
        if not sure:
            return

        def work(report: Callable[[int, int, Message], None], cancelled: Callable[[], bool]) -> tuple[int, list[str]]:
            done, said = 0, []
            for number, each in enumerate(waiting):
                report(number, len(waiting), msg("正在配货"))
                if cancelled():
                    break
                draft = None
                try:
                    draft = shipments.draft(each.request_id, route=each.route)
                    result = shipments.allocate(draft.id, draft.version)
                except CunyiError as error:
                    said.append(f"{short_name(each.clinic_name)}：{tr(error.message)}")
                    if draft is not None:
                        shipments.cancel(draft.id, draft.version, tr("没有库存，没有配货"))
                    continue
                done += 1
                said += [
                    tr("{clinic}：{short}", clinic=short_name(each.clinic_name), short=short_words(short))
                    for short in result.short
                ]
            return done, said

        page.services.runner.run(work, on_done=self._on_all_allocated, on_error=self._on_error, title=tr("正在配货"))

    def verify_all(self) -> None:
        """Verify every receipt that came as it was sent."""
        sure = confirm(
            self._page.services.dialogs, msg("无差异的全部核对？"),
            msg("签收数量和发货完全相符的发货单一起核对办结；您自己发出的除外。"), do=msg("全部核对"), keep=msg("先不核对"),
            safe=msg("有差异的仍逐张处理。"),
        )
        if sure:
            self._run(self._shipments.verify_all_without_differences, self._on_all_verified)

    # --- papers -----------------------------------------------------------------------------------------------

    def print_papers(self) -> None:
        """Ctrl+P: the receipt once there is one, else the delivery note, twice: one for each side."""
        work = self._open()
        has_receipt = work.view.received_on is not None

        def made() -> Sequence[TableContent]:
            from app.services.shipment_sheets import delivery_note, receipt_sheet

            view = self._shipments.get(work.view.id)
            return [receipt_sheet(view)] if has_receipt else [delivery_note(view), delivery_note(view)]

        print_tables(self._page.services, made)

    def print_list(self) -> None:
        """The list as it is filtered, on paper."""
        print_list(self._page.services, self._list_sheet)

    def save_list(self) -> None:
        """The same as XLSX."""
        save_list(self._page.services, tr("发货单列表"), self._list_sheet)

    def save_lines(self) -> None:
        """The lines of the open shipment with their codes as XLSX."""
        work = self._open()

        def made() -> ListSheet:
            from app.services.supply_lists import shipment_lines

            return shipment_lines(self._shipments.get(work.view.id))

        save_list(self._page.services, tr("{number}_{clinic}", number=work.view.number, clinic=work.view.clinic_name), made)

    def save_file(self) -> None:
        """Write the envelope for the clinic, for the first time or again."""
        services = self._page.services
        letter = services.exchange.latest_about(self._open().view.id)
        if letter is not None:
            hand_over_all(services, (letter.id,), title=SHIPMENT_FILE, on_done=self._page.refresh)

    def _list_sheet(self) -> ListSheet:
        from app.services.shipment_sheets import to_ship_list
        from app.services.supply_lists import shipment_list

        page = self._page
        rows = page.parts.list.rows()
        today = page.services.desk.today()
        shipments = [row.shipment for row in rows if row.shipment is not None]
        waiting = [row.waiting for row in rows if row.waiting is not None]
        return to_ship_list(waiting, today) if waiting and page.waiting is not None else shipment_list(shipments, today)

    # --- afterwards -------------------------------------------------------------------------------------------

    @property
    def _shipments(self) -> Any:
        return self._page.services.shipments

    def _open(self) -> ShipmentWork:
        if self._page.work is None:
            raise RuntimeError("no shipment is open")
        return self._page.work

    def _run(self, do: Callable[[], Any], then: Callable[[Any], None]) -> None:
        if self._is_running:
            return
        self._is_running = True

        def done(result: Any) -> None:
            self._is_running = False
            then(result)

        self._page.services.runner.run(lambda _report, _cancelled: do(), on_done=done, on_error=self._on_error,
                                       title=tr("正在办理"), can_cancel=False)

    def _with_reason(self, title: Message, caption: Message, do: Callable[[str, int, str], ShipmentResult]) -> None:
        work = self._open()
        reason = self._page.services.dialogs.ask_text(title, caption)
        if reason is not None:
            self._run(lambda: do(work.view.id, work.view.version, reason), self._on_step)

    def _on_begun(self, view: Any) -> None:
        self._page.read(f"shipment:{view.id}")
        self._page.parts.panes.show_one()
        self._page.parts.table.setFocus()
        self._page.services.say(tr("已建立发货单 {number}：请配货。", number=view.number))

    def _on_allocated(self, result: ShipmentResult) -> None:
        page = self._page
        page.decided, page.short, page.touched = Decided(), result.short, result.touched
        page.read(f"shipment:{result.shipment.id}")
        page.services.say(tr(result.message))
        page.parts.panes.show_one()
        (page.parts.scanning.line if page.parts.scanning.isVisible() else page.parts.table).setFocus()

    def _on_step(self, result: ShipmentResult) -> None:
        page = self._page
        page.decided, page.short, page.touched = Decided(), (), ()
        page.services.say(tr(result.message))
        if result.message_ids:
            hand_over_all(page.services, result.message_ids, title=SHIPMENT_FILE,
                          on_done=lambda: page.read(f"shipment:{result.shipment.id}"))
        else:
            page.read(f"shipment:{result.shipment.id}")

    def _on_shipped(self, results: Sequence[ShipmentResult]) -> None:
        page = self._page
        page.decided, page.short, page.touched = Decided(), (), ()
        page.services.say(tr("{count} 张发货单已发出，已从本院库存减去。", count=len(results)))
        message_ids = [message_id for result in results for message_id in result.message_ids]
        hand_over_all(page.services, message_ids, title=SHIPMENT_FILE,
                      on_done=lambda: page.read(f"shipment:{results[0].shipment.id}"))

    def _on_verified(self, result: ShipmentResult) -> None:
        page = self._page
        page.decided = Decided()
        page.services.say(tr(result.message))
        hand_over_all(page.services, result.message_ids, title=ANSWER_FILE,
                      on_done=lambda: page.read(f"shipment:{result.shipment.id}"))

    def _on_all_allocated(self, outcome: tuple[int, list[str]]) -> None:
        done, said = outcome
        self._page.refresh()
        if said:
            self._page.services.dialogs.tell(Notice(
                msg("配好 {count} 张发货单", count=done), "\n".join(said), msg("没配上的仍在待发里，库存没有多扣。"),
                msg("采购到货后再配，或在申领审核里关闭余量。"), tone="amber",
            ))
        else:
            self._page.services.say(tr("配好 {count} 张发货单，请逐张拣货。", count=done))

    def _on_all_verified(self, count: int) -> None:
        self._page.refresh()
        self._page.services.say(tr("核对办结 {count} 张；答复文件在“收发”里，可以一起交给村卫生室。", count=count))

    def _show_lines(self) -> None:
        page = self._page
        if page.work is not None:
            page.show_work(page.work.view.id)
        page.parts.panes.show_one()
        page.parts.table.setFocus()

    def _refused(self, error: CunyiError) -> None:
        """What belongs to a line stands beside it, the first in sight; anything else is told."""
        page = self._page
        problems = {problem.code: tr(problem.message) for problem in getattr(error, "problems", ())}
        lines = {line.id for line in page.work.view.lines} if page.work is not None else set()
        beside = {code: words for code, words in problems.items() if code in lines}
        if not beside or page.work is None:
            show_failure(page.services.dialogs, error)
            return
        page.keep(refusals=beside)
        page.show_work(page.work.view.id)
        page.go_to_line(next(iter(beside)))

    def _on_error(self, error: BaseException) -> None:
        self._is_running = False
        if not isinstance(error, CunyiError):
            raise error
        if not getattr(error, "problems", ()):
            self._page.refresh()
        self._refused(error)
