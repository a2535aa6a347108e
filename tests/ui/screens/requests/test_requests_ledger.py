"""药品 at a clinic that keeps its ledger: figures are read, quantities are written, the arithmetic stands beside the line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QTabBar, QWidget

from app.domain.movements import MovementKind
from app.domain.request_terms import Action, Kind, State
from app.domain.shortage_states import ShortageKind
from app.services.requests import Requests
from app.services.shortages import ShortageEdit, Shortages
from app.services.stock_ledger import NewMovement, book
from db.models import DrugRequest, DrugRequestLine, Settlement, Shipment, new_id
from tests.supply_desks import change_drug, drug_code, stock
from tests.ui.hands import click, control
from tests.ui.screens.drug_desks import cell_texts, focused, press_key
from tests.ui.screens.requests.request_hands import button, go_to, lines_of, stored, type_into
from ui.screens.shortages.report_window import ReportWindow
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable

FAR = date(2029, 6, 30)


def used(world, name, units, *, left, expiry=FAR, batch_no="A1"):
    """A drug kept since summer of which `units` were given in the three closed months and `left` stand there now."""
    code = drug_code(world.clinic, name)
    change_drug(world.clinic, code, units_per_pack=28)
    now = world.clock.moment
    world.clock.forward(days=-150)
    batch = stock(world.clinic, code, units + left, expiry=expiry, batch_no=batch_no)
    world.clock.moment = now - timedelta(days=40)
    give(world, batch, units)
    world.clock.moment = now
    return code, batch


def give(world, batch, units):
    """Units of a batch leave the shelf today."""
    with world.clinic.sessions.writing() as session:
        book(session, world.clinic, [NewMovement(batch, MovementKind.DISPENSE, units)])


def words_in(widget: QWidget) -> str:
    """What the labels of a part of the screen say, one below the other."""
    return "\n".join(each.text() for each in widget.findChildren(QLabel))


def test_figures_are_the_ledgers_and_typing_begins_at_the_quantity(world, opened):
    used(world, "硝苯地平", 92, left=9)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    table = lines_of(screen)
    assert cell_texts(table, "on_hand") == ["9"]
    assert cell_texts(table, "monthly_use") == ["30"]
    assert cell_texts(table, "days_left") == ["9"]
    assert cell_texts(table, "suggested") == ["51"]
    type_into(screen, 0, "on_hand", "60")
    line = stored(world).lines[0]
    assert (line.on_hand, line.requested) == (9, 60)


@pytest.mark.parametrize(
    ("units", "shown"), [(93, "30.33"), (30_665, "9999.46"), (30_667, "10000"), (46_001, "15000"), (46_003, "15001")]
)
def test_a_large_use_is_shown_without_decimals_and_never_cut(world, opened, units, shown):
    used(world, "硝苯地平", units, left=9)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    assert cell_texts(lines_of(screen), "monthly_use") == [shown]


def test_the_card_tells_the_arithmetic_in_steps_and_the_use_of_each_month(world, opened):
    _code, batch = used(world, "硝苯地平", 92, left=30)
    give(world, batch, 21)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    card = words_in(screen.parts.arithmetic)
    assert "上期结存 30 收入 0 用出 21 损耗 0" in card
    assert "月均用量（3 个月，没有断货）\n30" in card
    assert "最高库存 2 个月 =\n60" in card
    assert "建议 = 60 − 现库存 9 =\n51" in card
    assert "2 盒，共 56 片" in card
    bars = control(screen.parts.arithmetic, QWidget, "use_history").bars()
    assert [bar.value for bar in bars][-2:] == [92, 21]
    assert bars[-1].highlighted


def test_what_the_shelf_tells_stands_in_the_remarks_and_has_its_tabs(world, opened):
    today = world.clinic.today()
    used(world, "硝苯地平", 92, left=9, expiry=today + timedelta(days=34))
    used(world, "二甲双胍", 92, left=0)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    tabs = control(screen, QTabBar, "request_tabs")
    notes = " ".join(cell_texts(lines_of(screen), "explanation"))
    assert "9 片 34 天后到期" in notes
    assert "上月断货" in notes
    assert [tabs.tabText(number).split()[1] for number in (0, 2, 3)] == ["2", "1", "1"]
    screen.parts.show_tab("out_of_stock")
    assert [row.line.on_hand for row in lines_of(screen).rows()] == [0]


def test_drugs_that_need_nothing_come_last_and_are_not_counted(world, opened):
    used(world, "阿莫西林", 9, left=300)
    used(world, "硝苯地平", 92, left=9)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    assert [row.is_quiet for row in lines_of(screen).rows()] == [False, True]
    assert control(screen, QTabBar, "request_tabs").tabText(0) == "需要申领 1"
    screen.writing.fill_or_undo()
    assert [(line.requested, line.is_skipped) for line in sorted(stored(world).lines, key=lambda each: each.is_skipped)] == [
        (51, False), (None, True),
    ]  # fmt: skip


def test_reading_again_takes_the_figures_of_the_ledger_and_keeps_what_was_typed(world, opened):
    _code, batch = used(world, "硝苯地平", 92, left=9)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    type_into(screen, 0, "requested", "51")
    version = stored(world).version
    screen.refresh()
    assert stored(world).version == version, "nothing changed in the ledger"
    give(world, batch, 4)
    screen.refresh()
    line = stored(world).lines[0]
    assert (line.on_hand, line.suggested, line.requested) == (5, 55, 51)
    assert cell_texts(lines_of(screen), "on_hand") == ["5"]


def test_the_ledger_going_on_while_the_request_is_open_is_told_and_nothing_is_sent(world, opened, dialogs):
    _code, batch = used(world, "硝苯地平", 92, left=9)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    give(world, batch, 4)
    screen.save_action()
    assert stored(world).state is State.DRAFT
    assert "账面库存是 5" in dialogs.last_told()
    assert stored(world).lines[0].on_hand == 5


def expired(world):
    """硝苯地平 with 20 units that have expired beside 9 good ones."""
    code, _batch = used(world, "硝苯地平", 92, left=9)
    now = world.clock.moment
    world.clock.forward(days=-100)
    stock(world.clinic, code, 20, batch_no="OLD", expiry=now.date() - timedelta(days=5))
    world.clock.moment = now
    Requests(world.clinic).start()


def test_expired_goods_on_a_line_are_acknowledged_by_key(world, opened):
    expired(world)
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    assert lines_of(screen).rows()[0].remark.tone == "red"
    assert "20 片已过期" in cell_texts(lines_of(screen), "explanation")[0]
    go_to(screen, 0, "requested")
    press_key(Qt.Key.Key_F7)
    assert lines_of(screen).rows()[0].remark is None
    screen.save_action()
    assert stored(world).state is State.AUTHORISED


@pytest.mark.parametrize(("answer", "state"), [("do", State.AUTHORISED), ("keep", State.DRAFT)])
def test_expired_goods_are_asked_about_once_when_submitting(world, opened, dialogs, answer, state):
    expired(world)
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    dialogs.will_answer(answer)
    screen.save_action()
    assert "过期" in str(dialogs.asked[0].title)
    assert stored(world).state is state


def test_what_was_answered_about_expired_goods_stands_when_the_next_question_is_backed_out_of(
    world, opened, dialogs
):
    expired(world)
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    line = next(row.line for row in lines_of(screen).rows() if row.remark is not None)
    screen.writing.save_cell(line.id, "requested", "9000")
    screen.writing.save_cell(line.id, "explanation", "冬季新增四名病人")
    dialogs.will_answer("do")
    dialogs.will_answer("keep")
    screen.save_action()
    assert ["过期" in str(each.title) for each in dialogs.asked] == [True, False]
    assert stored(world).state is State.DRAFT
    assert not any("过期" in row.remark.sentence for row in lines_of(screen).rows() if row.remark is not None)
    assert not screen.parts.problems.isVisible()


def test_the_buttons_of_a_request_name_their_keys(world, opened):
    used(world, "硝苯地平", 92, left=9)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    assert screen.parts.fill.accessibleDescription() == "F6"
    assert screen.parts.print.accessibleDescription() == "Ctrl P"


def test_a_shortage_is_reported_from_the_line_and_goes_with_the_request(world, opened):
    code, _batch = used(world, "硝苯地平", 92, left=0)
    request = Requests(world.clinic).start().request
    screen, seen = opened(world)
    go_to(screen, 0, "requested")
    press_key(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    window = control(screen, ReportWindow, "shortage_window")
    needed = control(window, QLineEdit, "shortage_needed")
    assert needed.text().isdigit()
    QTest.keyClick(needed, Qt.Key.Key_Return)
    [report] = Shortages(world.clinic).list()
    assert (report.drug_code, report.stock_now) == (code, 0)
    assert Requests(world.clinic).shortages(request.id) == (report.id,)
    assert "已登记缺药" in cell_texts(lines_of(screen), "explanation")[0]
    assert not screen.parts.arithmetic.shortage.isVisible()
    assert any("已登记" in sentence for sentence in seen.sentences)


def test_the_request_is_saved_as_a_workbook_with_its_arithmetic(world, opened, dialogs, tmp_path):
    used(world, "硝苯地平", 92, left=9)
    Requests(world.clinic).start()
    screen, seen = opened(world)
    screen.writing.fill_or_undo()
    dialogs.will_choose(tmp_path / "request.xlsx")
    click(button(screen, "export_request"))
    rows = list(load_workbook(tmp_path / "request.xlsx").active.iter_rows(values_only=True))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["现库存"], row["建议量"], row["申领量"]) == (9, 51, 51)
    assert "建议 51 片" in row["建议怎么算的"]
    screen.print_action()
    assert seen.sheets[0][0].startswith(b"%PDF")


def test_an_older_unfinished_request_is_named(world, opened):
    used(world, "硝苯地平", 92, left=9)
    requests = Requests(world.clinic)
    requests.start()
    world.clock.forward(hours=1)
    requests.start(Kind.EMERGENCY, reason="感冒病人突然增多")
    with world.clinic.sessions.writing() as session:
        for row in session.query(DrugRequest).where(DrugRequest.kind == "emergency"):
            row.created_at -= timedelta(days=2)
    screen, _seen = opened(world)
    screen.open_with(request_id=next(each.id for each in requests.summaries() if each.kind is Kind.REGULAR))
    assert "还没办完的：11 月紧急申领单（草稿）" in screen.parts.strip.words()


def test_progress_follows_the_goods_to_the_settlement(world, opened):
    used(world, "硝苯地平", 92, left=9)
    request = Requests(world.clinic).start().request
    with world.clinic.sessions.writing() as session:
        session.get_one(DrugRequest, request.id).state = "released"
        shipment = Shipment(
            number="FH-1", township_id=world.township.place.id, clinic_id=world.clinic.place.id, request_id=request.id,
            state="shipped", created_at=world.clinic.now(), created_by_id="", created_by_name="赵敏",
            shipped_on=world.clinic.today(), shipped_by_name="赵敏",
        )  # fmt: skip
        session.add(shipment)
        session.flush()
        shipment_id = shipment.id
    screen, _seen = opened(world)
    told = [(step.words, step.is_done) for step in screen.parts.progress.steps()]
    assert told[-3:] == [("配送中", True), ("已签收入库", False), ("月底结算", False)]
    assert [row.id for row in Requests(world.clinic).unfinished()] == [request.id]
    with world.clinic.sessions.writing() as session:
        row = session.get_one(Shipment, shipment_id)
        row.state, row.received_on, row.received_by_name = "received", world.clinic.today(), "王明"
        session.add(
            Settlement(
                id=new_id(), organisation_id=world.township.place.id, party="clinic", party_id=world.clinic.place.id,
                month=f"{world.clinic.today():%Y-%m}", state="checked", totals={}, created_at=world.clinic.now(),
                created_by_id="", created_by_name="赵敏", version=1,
            )
        )  # fmt: skip
    screen.refresh()
    assert Requests(world.clinic).unfinished() == []
    with world.clinic.sessions.writing() as session:
        session.query(DrugRequestLine).filter_by(request_id=request.id).first().approved = 5
    assert [row.id for row in Requests(world.clinic).unfinished()] == [request.id]
    steps = screen.parts.progress.steps()
    assert [(step.words, step.is_done) for step in steps[-2:]] == [("已签收入库", True), ("月底结算", True)]
    assert steps[-2].who_when.startswith("王明")


def test_f8_leads_from_what_concerns_the_whole_request_to_the_first_line(world, opened):
    code, _batch = used(world, "硝苯地平", 92, left=9)
    requests = Requests(world.clinic)
    request = requests.start(Kind.EMERGENCY, reason="感冒病人突然增多").request
    screen, _seen = opened(world)
    screen.save_action()
    assert requests.get(request.id).state is State.DRAFT
    problems = control(screen, DataTable, "problem_list")
    assert [row.sentence for row in problems.rows()] == ["没有要申请的药品：请至少填写一行数量。"]
    press_key(Qt.Key.Key_F8)
    assert focused() is lines_of(screen)
    requests.add_line(request.id, code)
    screen.refresh()
    press_key(Qt.Key.Key_F8)
    assert (lines_of(screen).current_number(), lines_of(screen).current_key()) == (0, "requested")
    assert isinstance(focused(), QLineEdit)


def test_skipping_the_whole_request_and_taking_it_back_keeps_the_ledgers_figures(world, opened, dialogs):
    used(world, "硝苯地平", 92, left=9)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    dialogs.will_answer("do")
    screen.whole.act(Action.SKIP)
    assert stored(world).state is State.SKIPPED
    screen.whole.act(Action.UNDO_SKIP)
    assert cell_texts(lines_of(screen), "suggested") == ["51"]


def test_every_control_has_its_names(world, opened):
    expired(world)
    screen, _seen = opened(world)
    assert unnamed_controls(screen) == []


def test_a_drug_that_the_catalogue_lacks_is_written_down_as_wanted(world, opened):
    used(world, "硝苯地平", 92, left=9)
    request = Requests(world.clinic).start().request
    screen, _seen = opened(world)
    screen.show_catalogue()
    screen.parts.catalogue.search.setText("氯巴占")
    click(button(screen, "catalogue_missing"))
    window = control(screen, ReportWindow, "shortage_window")
    QTest.keyClick(control(window, QLineEdit, "shortage_needed"), Qt.Key.Key_Return)
    [report] = Shortages(world.clinic).list()
    assert (report.drug_text, report.drug_code, report.kind.value) == ("氯巴占", "", "目录外需求")
    assert Requests(world.clinic).shortages(request.id) == (report.id,)


def test_an_unfinished_report_of_the_drug_is_attached_instead_of_a_second_one(world, opened):
    code, _batch = used(world, "硝苯地平", 92, left=0)
    request = Requests(world.clinic).start().request
    report = Shortages(world.clinic).register(ShortageEdit("硝苯地平", ShortageKind.CUT_OFF, drug_code=code))
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    press_key(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert Requests(world.clinic).shortages(request.id) == (report.id,)
    assert len(Shortages(world.clinic).list()) == 1
