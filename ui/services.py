"""What a screen gets: the services of the signed-in desk, and the few ways in which a screen may act on the window.

A service is imported and made at its first use, or all together by `warm_up` in a worker, so that no screen's import
pulls in SQLAlchemy. A test makes one by `Services(desk, ImmediateRunner(), ScriptedDialogs())`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.desk import Desk
    from app.services.accounts import Accounts
    from app.services.attachments import Attachments
    from app.services.backups import Backups
    from app.services.batch_prints import BatchPrints
    from app.services.catalogue import Catalogue
    from app.services.catalogue_exchange import CatalogueExchange
    from app.services.catalogue_import import CatalogueImport
    from app.services.count_answers import CountAnswers
    from app.services.day_sheets import DaySheets
    from app.services.dispensing import Dispensing
    from app.services.distributors import Distributors
    from app.services.drafts import Drafts
    from app.services.enrolments import Enrolments
    from app.services.exchange import Exchange
    from app.services.facts import Facts
    from app.services.fair_shares import FairShares
    from app.services.follow_ups import FollowUps
    from app.services.form_records import FormRecords
    from app.services.households import Households
    from app.services.ledger_reports import LedgerReports
    from app.services.new_varieties import NewVarieties
    from app.services.next_forms import FormOffer, NextForms
    from app.services.pairing import Pairing
    from app.services.person_sheets import PersonSheets
    from app.services.purchasing import Purchasing
    from app.services.random_checks import RandomChecks
    from app.services.receiving import Receiving
    from app.services.record_folder import RecordFolder
    from app.services.releases import Releases
    from app.services.request_list import RequestList
    from app.services.requests import Requests
    from app.services.resident_sheet import ResidentSheet
    from app.services.residents import Residents
    from app.services.review import Review
    from app.services.review_inbox import ReviewInbox
    from app.services.review_stock import ReviewStock
    from app.services.screening_rounds import ScreeningRounds
    from app.services.search import Search
    from app.services.settings import Settings
    from app.services.settlements import Settlements
    from app.services.setup import Setup
    from app.services.shipments import Shipments
    from app.services.shortages import Shortages
    from app.services.statements import Statements
    from app.services.stock import Stock
    from app.services.stocktakes import Stocktakes
    from app.services.use_history import UseHistory
    from app.services.work_list import WorkList
    from app.startup import Database
    from ui.background import Runner
    from ui.dialogs import Dialogs
    from ui.theme.tokens import Tone


class Navigate(Protocol):
    """Shows another screen: `navigate("residents", resident_id=…)`; the screen's `open_with` gets the arguments.

    Returns False when the present screen does not let go, or when there is no such screen.
    """

    def __call__(self, key: str, /, **arguments: object) -> bool: ...


def navigate_nowhere(key: str, /, **arguments: object) -> bool:
    """There is no window to show another screen."""
    return False


def preview_nothing(pdf_bytes: bytes, title: str) -> None:
    """There is no window to show a sheet."""


def say_nothing(sentence: str) -> None:
    """There is no window to say it in."""


def offer_nothing(offers: Sequence[FormOffer]) -> None:
    """There is no window to offer further forms in."""


def show_no_sync(words: str, tone: Tone) -> None:
    """There is no bar to show the state of the exchange in."""


def apply_nothing(name: str, value: object) -> None:
    """There is no window to apply a setting to."""


def do_nothing() -> None:
    """There is no window to open again."""


@dataclass(frozen=True)
class SettingsPage:
    """One page of the settings. A screen's package adds its own by `settings_pages(services) -> list[SettingsPage]`."""

    key: str
    title: str
    factory: Callable[[], QWidget]


def _service(module: str, name: str) -> Any:
    def made(services: Services) -> Any:
        return getattr(import_module(f"app.services.{module}"), name)(services.desk)

    made.__doc__ = f"`app.services.{module}.{name}` of this desk."
    return cached_property(made)


@dataclass
class Services:
    """The services of one desk and one user. `preview` shows a sheet before it is printed, `say` a passing sentence.

    `show_sync` is the state of the exchange in the top bar, such as (“已与卫生院同步 8:42”, "green"). `apply_setting` makes
    a kept setting take effect at once, `reopen` closes the desk and opens the folder anew (after restoring a backup).
    `offer_forms` shows the forms that may follow from what was saved; each call takes the place of the one before.
    `database` is the opened folder (keeper of the key, recovery key, restoring); None in tests of single screens.
    """

    desk: Desk
    runner: Runner
    dialogs: Dialogs
    navigate: Navigate = navigate_nowhere
    preview: Callable[[bytes, str], None] = preview_nothing
    say: Callable[[str], None] = say_nothing
    offer_forms: Callable[[Sequence[FormOffer]], None] = offer_nothing
    show_sync: Callable[[str, Tone], None] = show_no_sync
    apply_setting: Callable[[str, object], None] = apply_nothing
    reopen: Callable[[], None] = do_nothing
    database: Database | None = None
    settings_pages: list[SettingsPage] = field(default_factory=list)

    if TYPE_CHECKING:
        residents: Residents
        households: Households
        search: Search
        enrolments: Enrolments
        follow_ups: FollowUps
        work_list: WorkList
        drafts: Drafts
        request_list: RequestList
        requests: Requests
        receiving: Receiving
        stocktakes: Stocktakes
        count_answers: CountAnswers
        review: Review
        review_inbox: ReviewInbox
        fair_shares: FairShares
        use_history: UseHistory
        catalogue: Catalogue
        catalogue_import: CatalogueImport
        catalogue_exchange: CatalogueExchange
        dispensing: Dispensing
        exchange: Exchange
        pairing: Pairing
        accounts: Accounts
        backups: Backups
        settings: Settings
        setup: Setup
        person_sheets: PersonSheets
        stock: Stock
        distributors: Distributors
        ledger_reports: LedgerReports
        purchasing: Purchasing
        random_checks: RandomChecks
        releases: Releases
        review_stock: ReviewStock
        settlements: Settlements
        shipments: Shipments
        shortages: Shortages
        new_varieties: NewVarieties
        statements: Statements
        day_sheets: DaySheets
        screening_rounds: ScreeningRounds
        record_folder: RecordFolder
        attachments: Attachments
        resident_sheet: ResidentSheet
        batch_prints: BatchPrints
        form_records: FormRecords
        facts: Facts
        next_forms: NextForms

    @property
    def kind(self) -> str:
        """What the desk is: clinic or township."""
        return self.desk.place.kind

    def use_desk(self, desk: Desk) -> None:
        """Go on with the corrected desk: every service is made anew at its next use."""
        self.desk = desk
        for name in SERVICES:
            self.__dict__.pop(name, None)

    def warm_up(self) -> None:
        """Import and make every service; to be called in a worker."""
        for name in SERVICES:
            getattr(self, name)


SERVICES = {
    "residents": "Residents", "households": "Households", "search": "Search", "enrolments": "Enrolments",
    "follow_ups": "FollowUps", "work_list": "WorkList", "drafts": "Drafts", "requests": "Requests",
    "request_list": "RequestList",
    "review": "Review", "review_inbox": "ReviewInbox", "fair_shares": "FairShares", "use_history": "UseHistory",
    "catalogue": "Catalogue", "exchange": "Exchange", "pairing": "Pairing",
    "accounts": "Accounts", "backups": "Backups", "settings": "Settings", "setup": "Setup",
    "stock": "Stock",
    "catalogue_import": "CatalogueImport", "catalogue_exchange": "CatalogueExchange", "dispensing": "Dispensing",
    "shipments": "Shipments", "releases": "Releases", "review_stock": "ReviewStock", "purchasing": "Purchasing",
    "distributors": "Distributors", "settlements": "Settlements", "ledger_reports": "LedgerReports",
    "random_checks": "RandomChecks", "shortages": "Shortages", "new_varieties": "NewVarieties",
    "statements": "Statements",
    "receiving": "Receiving", "stocktakes": "Stocktakes", "count_answers": "CountAnswers",
    "person_sheets": "PersonSheets", "day_sheets": "DaySheets", "screening_rounds": "ScreeningRounds",
    "record_folder": "RecordFolder", "attachments": "Attachments", "resident_sheet": "ResidentSheet",
    "batch_prints": "BatchPrints",
    "form_records": "FormRecords", "facts": "Facts", "next_forms": "NextForms",
}
for _module, _name in SERVICES.items():
    _made = _service(_module, _name)
    _made.__set_name__(Services, _module)
    setattr(Services, _module, _made)
