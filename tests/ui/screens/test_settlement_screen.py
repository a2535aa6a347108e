"""月结算 at the township and the clinic's months, as the people meet them, on two real encrypted desks."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from sqlalchemy import select

from app.domain.settlement_states import SettlementAction, SettlementState
from app.i18n import tr
from app.pinyin import reading_order
from app.services.distributors import DistributorEdit, Distributors
from app.services.exchange import Exchange
from app.services.ledger_reports import LedgerReports
from app.services.purchasing import Arrival, OrderItem, Purchasing
from app.services.settlements import Settlements
from app.services.statements import statement_sheet
from db.models import Organisation, SettlementLine
from tests.supply_desks import MANAGER, PHARMACIST, as_person, hand_over
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.drug_desks import cell_texts, on_screen, press_key
from tests.ui.screens.settlement_world import FAR, OCTOBER, OTHER_CLINIC, SettlementWorld
from ui.screens.review.comparison import short_name
from ui.screens.settlement.clinic_page import ClinicStatementsPage
from ui.screens.settlement.differences_page import DifferencesPage
from ui.screens.settlement.months_page import MonthsPage
from ui.widgets.naming import unnamed_controls

A, S = SettlementAction, SettlementState


@pytest.fixture
def world(tmp_path):
    made = SettlementWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def township(qtbot, world, dialogs):
    """township(PHARMACIST): the page of the months as somebody of the township sees it."""

    def make(actor=None, page=MonthsPage):
        services, seen = world.at_township(actor, dialogs)
        return on_screen(qtbot, page(services)), seen

    return make


def window(name):
    """The small window that is open."""
    found = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each.objectName() == name]
    assert found, f"{name} is not open"
    return found[-1]


def write(asked, name, text):
    """Type over a line of a small window."""
    line = control(asked, QLineEdit, name)
    line.selectAll()
    press(line, Qt.Key.Key_Delete)
    type_chinese(line, text)
    return line


def settled_draft(world):
    """October reported and drawn up, priced and explained: ready to be checked."""
    world.reported()
    service = Settlements(world.township)
    view = service.get(service.prepare(OCTOBER).settlement_ids[0])
    line = next(each for each in view.lines if each.price_fen is None)
    view = service.set_price(view.id, line.id, 1200, "按挂网价", version=view.version)
    return service.explain(view.id, 0, "十月三十一日签收，十一月入库", version=view.version)


def approved(world):
    view = settled_draft(world)
    other, manager = Settlements(as_person(world.township, PHARMACIST)), Settlements(as_person(world.township, MANAGER))
    view = other.act(view.id, A.CHECK, view.version).settlement
    view = other.act(view.id, A.CONFIRM, view.version, comment="王明").settlement
    return manager.act(view.id, A.APPROVE, view.version).settlement


# --- the township -------------------------------------------------------------------------------------------------


def test_a_month_is_drawn_up_priced_explained_and_checked_by_the_keyboard(world, township):
    world.reported()
    page, seen = township()
    assert "月报已交 1 / 2" in page.parts.month_words.text()
    assert short_name(OTHER_CLINIC) in page.parts.reports.words()
    page.primary_action()
    assert cell_texts(page.parts.list, "party_name") == ["柳庄村 2 处差异没说明"]
    assert "张庄" not in seen.sentences[-1]
    assert "1 个村卫生室还没交月报" in seen.sentences[-1]
    page.parts.list.setFocus()
    press_key(Qt.Key.Key_F8)
    priced = window("price_window")
    write(priced, "price", "12")
    press(write(priced, "price_reason", "按九月挂网价"), Qt.Key.Key_Return)
    press_key(Qt.Key.Key_F8)
    explained = window("explain_window")
    press(write(explained, "explanation", "月底签收，下月入库"), Qt.Key.Key_Return)
    assert page.view.open_differences == 0
    assert page.view.payable_fen == 9735
    assert cell_texts(page.parts.lines, "amount") == ["¥14.73", "¥25.71", "¥24.67", "¥32.24"]

    assert not page.parts.steps[A.CHECK].isVisible()
    assert "另一个人" in page.parts.strip.words()
    other, seen = township(PHARMACIST)
    other.save_action()
    assert other.view.state is S.CHECKED
    assert "对方签字" in seen.sentences[-1]


def test_a_bad_price_is_told_beside_its_field_and_nothing_is_kept(world, township):
    world.reported()
    Settlements(world.township).prepare(OCTOBER)
    page, _seen = township()
    page.price_chosen()
    asked = window("price_window")
    for written, sentence in (("便宜", "最多两位小数"), ("1.234", "最多两位小数"), ("-3", "不小于 0")):
        write(asked, "price_reason", "按挂网价")
        press(write(asked, "price", written), Qt.Key.Key_Return)
        assert sentence in asked.fields["price"].problem()
        assert Settlements(world.township).get(page.view.id).payable_fen is None
    press(write(asked, "price", "12.00"), Qt.Key.Key_Return)
    assert Settlements(world.township).get(page.view.id).payable_fen == 9735


def test_a_price_needs_its_reason(world, township):
    world.reported()
    Settlements(world.township).prepare(OCTOBER)
    page, _seen = township()
    page.price_chosen()
    asked = window("price_window")
    press(write(asked, "price", "12"), Qt.Key.Key_Return)
    assert "写明依据" in asked.fields["reason"].problem()
    assert asked.isVisible()
    assert page.services.settlements.get(page.view.id).payable_fen is None


def test_two_persons_and_the_manager_bring_a_statement_to_its_end(world, township, dialogs, tmp_path):
    settled_draft(world)
    page, _seen = township(PHARMACIST)
    page.save_action()
    dialogs.will_choose(tmp_path / "statement.cyx")
    click(page.parts.send)
    assert (tmp_path / "statement.cyx").exists()
    page.save_action()
    asked = window("step_window")
    press(control(asked, QLineEdit, "step_comment"), Qt.Key.Key_Return)
    assert "原因" in asked.findChild(QWidget, "step_window_problem").text()
    press(write(asked, "step_comment", "王明签字"), Qt.Key.Key_Return)
    assert page.view.state is S.CONFIRMED
    assert "卫生院院长办理" in page.parts.strip.words()
    manager, _seen = township(MANAGER)
    manager.save_action()
    assert manager.view.state is S.APPROVED
    manager.save_action()
    assert manager.view.state is S.PAID
    assert cell_texts(manager.parts.history, "action") == ["生成结算单", "核对", "登记对方确认", "审批", "登记付款"]


def test_what_is_unremarkable_is_checked_and_approved_in_one_action_each(world, township, dialogs):
    settled_draft(world)
    world.other_reports()
    Settlements(world.township).prepare(OCTOBER)
    own, _seen = township()
    assert not own.parts.all.isVisible()
    page, seen = township(PHARMACIST)
    assert page.parts.all.words() == "没有差异的 2 张都核对"
    click(page.parts.all)
    assert {row.state for row in page.overview.statements} == {S.DRAFT}
    dialogs.will_answer("do")
    click(page.parts.all)
    assert {row.state for row in page.overview.statements} == {S.CHECKED}
    assert seen.sentences[-1] == "已办理 2 张结算单。"
    for row in page.overview.statements:
        Settlements(world.township).act(row.id, A.CONFIRM, row.version, comment="签字")
    manager, _seen = township(MANAGER)
    dialogs.will_answer("do")
    click(manager.parts.all)
    assert {row.state for row in manager.overview.statements} == {S.APPROVED}


def test_a_statement_that_another_window_changed_is_not_written_over(world, township, dialogs):
    settled_draft(world)
    page, _seen = township(PHARMACIST)
    service = Settlements(world.township)
    current = service.get(page.view.id)
    service.add_correction(current.id, "九月少算的药", 500, "漏记发药", of_month="2026-09", version=current.version)
    page.save_action()
    assert "别人刚刚改过" in dialogs.last_told()
    assert page.view.state is S.DRAFT
    assert page.view.payable_fen == current.payable_fen + 500


def test_a_month_with_something_open_is_not_closed_and_says_what(world, township, dialogs):
    settled_draft(world)
    page, _seen = township()
    click(page.parts.close_month)
    assert "还有 1 张结算单没有审批：柳庄村卫生室" in dialogs.last_told()
    assert f"还没交月报：{short_name(OTHER_CLINIC)}。" in dialogs.last_told()
    assert "请催没有交月报的村卫生室" in dialogs.last_told()
    assert Settlements(world.township).overview(OCTOBER).closed_at is None


def test_a_month_that_is_not_over_by_the_clock_is_not_closed_and_the_day_is_told(world, township, dialogs):
    page, _seen = township()
    page.open_with(month="2026-11")
    page.parts.close_month.setEnabled(True)
    page.work.close_month()
    assert "今天（本机日期）是 2026-11-22，2026 年 11 月还没有过完" in dialogs.last_told()
    page.work.prepare()
    assert "2026-11 还没有过完（本机日期是 2026-11-22）" in dialogs.last_told()
    assert not Settlements(world.township).overview("2026-11").is_closed


def test_drugs_stand_in_the_order_of_their_reading_on_screen_paper_and_in_the_report(world, township, clinic):
    own, _seen = clinic()
    reported = [line.month.drug_name for line in LedgerReports(world.clinic).preview(OCTOBER)]
    assert reported == sorted(reported, key=reading_order)
    assert [text.split()[0] for text in cell_texts(own.parts.own, "drug")] == reported
    view = settled_draft(world)
    names = [line.drug_name for line in view.lines]
    assert names == sorted(names, key=reading_order)
    assert [row[1] for row in statement_sheet(view).rows] == names
    page, _seen = township()
    page.open_with(settlement_id=view.id)
    assert [text.split()[0] for text in cell_texts(page.parts.lines, "drug")] == names


def test_without_clinics_the_page_leads_to_pairing_instead_of_counting_reports(world, township):
    with world.township.sessions.writing() as session:
        for clinic in session.scalars(select(Organisation).where(Organisation.kind == "clinic")):
            clinic.parent_id = None
    page, seen = township()
    assert "月报已交" not in page.parts.month_words.text()
    assert "还没有和村卫生室配对" in page.parts.reports.words()
    click(control(page, QPushButton, "go_to_pairing"))
    assert seen.places[-1] == ("exchange", {"page": "pairing"})


def test_a_closed_month_is_frozen_and_corrected_in_a_later_one(world, township, dialogs):
    approved(world)
    page, _seen = township(MANAGER)
    dialogs.will_answer("keep", "do")
    click(page.parts.close_month)
    assert "今天（本机日期）是 2026-11-22，2026 年 10 月已经过完" in tr(dialogs.asked[-1].happened)
    assert not page.overview.is_closed
    click(page.parts.close_month)
    assert page.overview.is_closed
    assert "已结账" in page.parts.month_words.text()
    assert not page.parts.steps[A.DISPUTE].isVisible()
    assert page.parts.steps[A.PAY].isVisible()
    page.work.correct()
    assert "先生成下一个月的结算单" in dialogs.last_told()

    world.clock.forward(days=20)
    closed = LedgerReports(world.clinic).close_month("2026-11")
    hand_over(world.clinic, world.township, closed.message_id, world.folder)
    november = Settlements(world.township).prepare("2026-11").settlement_ids[0]
    page.open_with(month=OCTOBER)
    page.work.correct()
    asked = window("correction_window")
    write(asked, "correction_text", "硝苯地平少记发药 6 片")
    write(asked, "correction_reason", "发药单漏记")
    press(write(asked, "correction_amount", "0"), Qt.Key.Key_Return)
    assert "不等于 0" in asked.fields["amount"].problem()
    press(write(asked, "correction_amount", "2.00"), Qt.Key.Key_Return)
    corrected = Settlements(world.township).get(november)
    assert (corrected.payable_fen, corrected.lines[-1].note) == (200, "更正 2026-10：发药单漏记")
    page.open_with(settlement_id=november)
    assert page.month() == "2026-11"
    assert cell_texts(page.parts.lines, "amount")[-1] == "¥2.00"


def test_statement_and_month_are_printed_and_saved(world, township, dialogs, tmp_path):
    settled_draft(world)
    page, seen = township()
    page.print_action()
    click(page.parts.print_month)
    assert [title for _pdf, title in seen.sheets] == ["柳庄村卫生室 2026-10 药品月度结算单", "2026-10 月度结算汇总"]
    assert all(pdf.startswith(b"%PDF") for pdf, _title in seen.sheets)
    files = [tmp_path / name for name in ("one.xlsx", "month.xlsx", "reports.xlsx")]
    dialogs.will_choose(*files, None)
    for name in ("save_statement", "save_month", "save_reports", "save_statement"):
        click(control(page, QPushButton, name))
    rows = list(openpyxl.load_workbook(files[0]).active.iter_rows(values_only=True))
    assert [row[-2] for row in rows[1:]] == [14.73, 25.71, 24.67, 32.24, 97.35]
    assert openpyxl.load_workbook(files[2]).active["B2"].value in ("已交", "未交")


def test_every_control_has_a_name(world, township):
    settled_draft(world)
    for page in (MonthsPage, DifferencesPage):
        shown, _seen = township(page=page)
        assert unnamed_controls(shown) == []


def test_a_distributors_statement_shows_what_was_accepted_and_when_it_is_due(world, township, dialogs):
    distributor = Distributors(world.township).save(
        DistributorEdit("D1", "周口医药", licence_no="豫AA1", licence_valid_to=date(2027, 12, 31), payment_day=15)
    )
    purchasing = Purchasing(world.township)
    draft = purchasing.draft(distributor.id, [OrderItem(world.codes["硝苯地平"], 90, price_fen=1000)])
    order = Purchasing(as_person(world.township, MANAGER)).order(draft.id, draft.version).order
    arrival = Arrival(order.lines[0].id, "L1", FAR, 60, no_codes_reason="扫码枪坏了")
    purchasing.deliver(order.id, order.version, [arrival])
    world.clock.forward(days=20)
    page, _seen = township()
    page.open_with(month="2026-11")
    page.primary_action()
    assert cell_texts(page.parts.list, "party_name") == ["周口医药 配送企业"]
    assert cell_texts(page.parts.distributor_lines, "received") == ["60"]
    assert cell_texts(page.parts.distributor_lines, "amount") == ["¥20.00"]
    assert page.parts.header.findChild(QWidget, "page_note").text() == "应付 ¥20.00，约定 2026-12-15 付款"
    assert not page.parts.send.isVisible()


# --- differences --------------------------------------------------------------------------------------------------


def test_the_differences_of_a_month_are_explained_one_after_the_other(world, township, dialogs, tmp_path):
    world.reported()
    Settlements(world.township).prepare(OCTOBER)
    page, seen = township(page=DifferencesPage)
    assert cell_texts(page.table, "why") == ["请补填价格", "请写明原因"]
    page.table.setFocus()
    press_key(Qt.Key.Key_Down)
    press_key(Qt.Key.Key_Return)
    press(write(window("explain_window"), "explanation", "月底签收，下月入库"), Qt.Key.Key_Return)
    assert cell_texts(page.table, "why") == ["请补填价格"]
    press_key(Qt.Key.Key_Return)
    asked = window("price_window")
    write(asked, "price_reason", "按挂网价")
    press(write(asked, "price", "12.00"), Qt.Key.Key_Return)
    assert page.table.rows() == []
    page.filter.set_value("all")
    page.filter.changed.emit("all")
    assert cell_texts(page.table, "why") == ["月底签收，下月入库"]
    press_key(Qt.Key.Key_F4)
    assert seen.places[-1][0] == "settlement"
    page.print_action()
    assert seen.sheets[-1][1] == "2026-10 结算差异说明"
    dialogs.will_choose(tmp_path / "differences.xlsx")
    click(page.save_button)
    assert openpyxl.load_workbook(tmp_path / "differences.xlsx").active["E2"].value == "月底签收，下月入库"


def test_f7_knows_the_explanation_that_was_given_beside_the_statement(qtbot, world, dialogs):
    view = settled_draft(world)
    services, _seen = world.at_township(None, dialogs)
    months = on_screen(qtbot, MonthsPage(services))
    months.work.explain(0)
    press(write(window("explain_window"), "explanation", "十月由旧账号发货"), Qt.Key.Key_Return)
    other = Settlements(world.township)
    other.explain(view.id, 0, "另一个原因", version=other.get(view.id).version)
    page = on_screen(qtbot, DifferencesPage(services))
    page.filter.set_value("all")
    page.filter.changed.emit("all")
    page.table.select_row(0)
    page.explain_as_before()
    assert cell_texts(page.table, "why") == ["十月由旧账号发货"]


def test_a_checked_statement_is_not_explained_any_more(world, township):
    view = settled_draft(world)
    Settlements(as_person(world.township, PHARMACIST)).act(view.id, A.CHECK, view.version)
    page, seen = township(page=DifferencesPage)
    page.filter.set_value("all")
    page.filter.changed.emit("all")
    page.table.select_row(0)
    page.explain_chosen()
    assert "已经核对" in seen.sentences[-1]


# --- the clinic ---------------------------------------------------------------------------------------------------


@pytest.fixture
def clinic(qtbot, world, dialogs):
    """clinic(): the clinic's page of months and statements."""

    def make():
        services, seen = world.at_clinic(dialogs)
        return on_screen(qtbot, ClinicStatementsPage(services)), seen

    return make


def test_the_clinic_closes_its_month_and_hands_the_report_over(world, clinic, dialogs, tmp_path):
    page, seen = clinic()
    assert page.chosen.month == OCTOBER
    assert cell_texts(page.parts.own, "dispensed") == ["52", "60", "64", "124"]
    assert cell_texts(page.parts.own, "amount")[1] == "—"
    page.print_action()
    assert seen.sheets[-1][1] == "柳庄村卫生室 2026-10 药品出入库月报"
    page.primary_action()
    assert LedgerReports(world.clinic).closed_months() == []
    dialogs.will_answer("do").will_choose(tmp_path / "report.cyx")
    page.primary_action()
    assert "今天（本机日期）是 2026-11-22，2026 年 10 月已经过完" in tr(dialogs.asked[-1].happened)
    assert LedgerReports(world.clinic).closed_months() == [OCTOBER]
    assert (tmp_path / "report.cyx").exists()
    assert "等卫生院的结算单" in page.parts.strip.words()
    page.primary_action()
    assert "今天（本机日期）是 2026-11-22，2026 年 11 月还没有过完，下月 1 日起可以结账" in dialogs.last_told()
    assert LedgerReports(world.clinic).closed_months() == [OCTOBER]


def test_a_report_that_was_not_handed_over_can_be_saved_later(world, clinic, dialogs, tmp_path):
    page, _seen = clinic()
    dialogs.will_answer("do").will_choose(None)
    page.primary_action()
    assert "还没有交给卫生院" in page.parts.strip.words()
    dialogs.will_choose(tmp_path / "later.cyx")
    click(control(page, QPushButton, "save_report"))
    assert (tmp_path / "later.cyx").exists()


def test_the_statement_that_came_is_compared_with_the_own_ledger_and_printed(world, clinic, dialogs, tmp_path):
    view = settled_draft(world)
    other = Settlements(as_person(world.township, PHARMACIST))
    checked = other.act(view.id, A.CHECK, view.version).settlement
    hand_over(world.township, world.clinic, other.send_statement(checked.id).message_id, tmp_path)
    page, seen = clinic()
    page.open_with(settlement_id=view.id)
    assert cell_texts(page.parts.statement, "agrees") == ["相符"] * 4
    assert "应交 ¥97.35" in page.parts.strip.words()
    page.print_action()
    assert seen.sheets[-1][1] == "柳庄村卫生室 2026-10 药品月度结算单"
    assert unnamed_controls(page) == []


def test_the_clinic_opens_its_statement_with_ctrl_o_and_exports_its_months(world, clinic, dialogs, tmp_path):
    view = settled_draft(world)
    other = Settlements(as_person(world.township, PHARMACIST))
    letter = other.send_statement(other.act(view.id, A.CHECK, view.version).settlement.id).message_id
    page, _seen = clinic()
    page.parts.months.setFocus()
    dialogs.will_choose(Exchange(world.township).save_file(letter, tmp_path / "statement.cyx"))
    press_key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    page.open_with(settlement_id=view.id)
    assert cell_texts(page.parts.statement, "agrees") == ["相符"] * 4
    dialogs.will_choose(tmp_path / "months.xlsx")
    click(page.parts.save_months)
    rows = list(openpyxl.load_workbook(tmp_path / "months.xlsx").active.iter_rows(values_only=True))
    assert rows[0] == ("月份", "结账时间", "结账人", "结算单", "应交（元）")
    assert [row[0] for row in rows[1:]] == cell_months(page)
    assert {row[0]: str(row[4]) for row in rows[1:]}[OCTOBER] == "97.35"


def cell_months(page):
    """The months of the list, as they are kept."""
    return [row.month for row in page.parts.months.rows()]


def test_a_statement_that_says_otherwise_is_shown_in_red_and_exported(world, clinic, dialogs, tmp_path):
    view = settled_draft(world)
    with world.township.sessions.writing() as session:
        line = session.get_one(SettlementLine, view.lines[1].id)
        line.dispensed, line.closing = line.dispensed + 6, line.closing - 6
    other = Settlements(as_person(world.township, PHARMACIST))
    checked = other.act(view.id, A.CHECK, view.version).settlement
    hand_over(world.township, world.clinic, other.send_statement(checked.id).message_id, tmp_path)
    page, _seen = clinic()
    assert cell_texts(page.parts.statement, "agrees") == ["相符", "不符", "相符", "相符"]
    assert cell_texts(page.parts.statement, "dispensed")[1] == "66 本室 60"
    assert "不要签字" in page.parts.strip.words()
    dialogs.will_choose(tmp_path / "compared.xlsx")
    click(page.parts.save_differences)
    rows = list(openpyxl.load_workbook(tmp_path / "compared.xlsx").active.iter_rows(values_only=True))
    assert [row[3:] for row in rows[1:]] == [("发药", 66, 60), ("结存", 242, 248)]
