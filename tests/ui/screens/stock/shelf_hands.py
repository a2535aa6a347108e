"""What is done again and again on the pages of 库存: a card opened, a batch chosen, a line of goods typed."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.desk import Desk
from app.services.accounts import set_pin_as_owner
from app.services.stock import Stock
from tests.app.services.stock_things import AMLODIPINE, LEAD
from tests.ui.hands import press, write
from tests.ui.screens.stock_pages import line, page_of, table
from ui.screens.stock.balance_page import BalancePage
from ui.screens.stock.goods_page import GoodsPage
from ui.screens.stock.goods_rows import Incoming
from ui.screens.stock.screen import StockScreen

LEAD_PIN = "314159"


def on_hand(desk: Desk, drug: str = AMLODIPINE) -> int:
    """What the books have of a drug."""
    return Stock(desk).position(drug).on_hand


def batch_id_of(desk: Desk, number: str) -> str:
    """The batch of amlodipine with a number."""
    return next(
        row.batch_id for row in Stock(desk).batches(AMLODIPINE, also_empty=True) if row.batch_no == number
    )


def give_the_lead_a_pin(desk: Desk) -> str:
    """The lead can approve with LEAD_PIN; gives his id."""
    set_pin_as_owner(desk, LEAD.user_id, LEAD_PIN)
    return LEAD.user_id


def open_card(screen: StockScreen, drug: str = AMLODIPINE) -> BalancePage:
    """The ledger card of a drug, in front."""
    page = page_of(screen)
    page.show_card(drug)
    return page


def choose_batch(page: BalancePage, number: str) -> None:
    """Stand on a batch of the card."""
    shown = table(page, "batches")
    shown.setFocus()
    shown.select_row([row.batch_no for row in shown.rows()].index(number))


def goods_page(screen: StockScreen, kind: Incoming = Incoming.OPENING) -> GoodsPage:
    """The page for goods that no shipment brought, in front."""
    page = page_of(screen)
    page.enter_goods(kind)
    return page.goods


def add_goods(goods: GoodsPage, initials: str, **texts: str) -> None:
    """A line of the drug with these answers."""
    write(line(goods, "goods_search"), initials)
    press(line(goods, "goods_search"), Qt.Key.Key_Return)
    goods.table.finish_editing()
    row = goods.rows.all()[-1]
    for key, text in texts.items():
        goods.write(row, key, text)
