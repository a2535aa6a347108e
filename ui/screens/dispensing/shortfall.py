"""What can be done when there is too little on the shelf: ask for it with the month's request, write the shortage down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.request_terms import Kind, State
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import show_failure

if TYPE_CHECKING:
    from app.domain.shortage_states import Trigger
    from ui.services import Services

REQUEST, SHORTAGE = "request", "shortage"
OPEN = (State.DRAFT, State.RETURNED)


def add_to_request(services: Services, drug_code: str, name: str) -> bool:
    """Put the drug into the request that is being written; without one, or where it has the drug, show the requests."""
    requests = services.requests
    being_written = [each for each in requests.summaries() if each.state in OPEN]
    request = next((each for each in being_written if each.kind is Kind.REGULAR), next(iter(being_written), None))
    if request is None:
        services.navigate("requests")
        return False
    try:
        if any(line.drug_code == drug_code for line in requests.get(request.id).lines):
            services.say(tr("本月申领单里已有{drug}，请去核对数量。", drug=name))
            return True
        requests.add_line(request.id, drug_code)
    except CunyiError as error:
        show_failure(services.dialogs, error)
        return False
    services.say(tr("已加到本月申领单：{drug}", drug=name))
    return True


def note_shortage(services: Services, name: str, drug_code: str, trigger: Trigger) -> bool:
    """Write down that it could not be given; one report of a drug is enough."""
    try:
        made = services.shortages.propose_for(trigger, name, drug_code)
    except CunyiError as error:
        show_failure(services.dialogs, error)
        return False
    services.say(tr("已登记缺药：{drug}。可在“库存”的“缺药”里补充、上报。", drug=name) if made
                 else tr("{drug}已有一份没办完的缺药报告，没有重复登记。", drug=name))
    return made is not None
