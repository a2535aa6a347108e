"""短缺药品: reports from clinics up, what may be offered instead, and where a neighbour has too much (mechanisms §10).

Works at both desks: a clinic registers and reports, the township verifies, handles and closes. What the program proposes
by itself is only ever a draft, to be looked at and sent by a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.distributor_score import months_later
from app.domain.message import Message, msg
from app.domain.shortage_states import (
    OPEN,
    SHORTAGE_STEPS,
    ShortageAction,
    ShortageKind,
    ShortageState,
    Trigger,
    fulfilment,
    is_high_risk,
    out_of_stock_too_long,
    short_running,
)
from app.domain.stock import DEFAULT_MAX_MONTHS
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet
from app.services.catalogue import listed_on
from app.services.document_steps import (
    DocumentRefused,
    add_step,
    refuse_if_changed,
    steps_of,
    steps_offered,
    take_document_step,
)
from app.services.history import record_change
from app.services.post import TakenIn, write_envelope
from app.services.problems import refuse
from app.services.request_proposals import keeps_ledger
from app.services.request_workings import days_without
from app.services.shortage_answers import tell_clinic
from app.services.shortage_proposals import draft_report, last_fills, told_since
from app.services.stock_positions import positions
from app.services.supply_balance import own_usable
from db.models import (
    Drug,
    DrugRequest,
    LedgerReport,
    Organisation,
    ShortageReport,
)

ENTITY = "shortage"
KEEP_MONTHS = 3
"""A neighbour's batch is offered when it is good for more than so many months (§10)."""
USE_MONTHS = 3


@dataclass(frozen=True)
class ShortageEdit:
    """What is written about a shortage. `drug_code` empty for a drug outside the catalogue.

    `strength` and `reason` belong to a new variety (`app.services.new_varieties`), which has no quantities.
    """

    drug_text: str
    kind: ShortageKind
    drug_code: str = ""
    needed_a_month: int | None = None
    residents_affected: int | None = None
    stock_now: int | None = None
    last_received_on: date | None = None
    alternatives_tried: str = ""
    request_id: str | None = None
    strength: str = ""
    reason: str = ""


@dataclass(frozen=True)
class ShortageView:
    """A report. `is_high_risk`: it is open, and the drug is out or lasts less than half a month.

    `unit` is the smallest one of the drug in the catalogue, empty for a drug that is not in it.
    """

    id: str
    organisation_id: str
    organisation_name: str
    drug_code: str
    drug_text: str
    strength: str
    reason: str
    kind: ShortageKind
    needed_a_month: int | None
    residents_affected: int | None
    stock_now: int | None
    last_received_on: date | None
    alternatives_tried: str
    distributor_answer: str
    level: str
    state: ShortageState
    reported_at: datetime
    reported_by_name: str
    outcome: str
    version: int
    is_high_risk: bool
    actions: tuple[ShortageAction, ...]
    unit: str = ""


@dataclass(frozen=True)
class ShortageStep:
    """One thing that was done with a report."""

    state: ShortageState
    action: ShortageAction
    user_name: str
    at: datetime
    comment: str


@dataclass(frozen=True)
class ShortageResult:
    """What an action did; `message_id` the file to hand over, if any."""

    report: ShortageView
    message: Message
    message_id: str | None = None


@dataclass(frozen=True)
class Alternative:
    """A drug of the same therapeutic group. Units on the township's shelf."""

    drug_code: str
    drug_name: str
    strength: str
    own_stock: int
    is_volume_procured: bool
    same_ingredient: bool


@dataclass(frozen=True)
class Redistribution:
    """Units that a clinic has beyond its maximum, of one batch that is good for long enough."""

    clinic_id: str
    clinic_name: str
    batch_no: str
    expiry: date | None
    spare: int
    months_of_stock: Fraction | None


class Shortages:
    """短缺药品 at either desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def list(self, *, open_only: bool = False) -> list[ShortageView]:
        """Reports: high risk first, then the open ones, then the newest."""
        with self.desk.sessions.reading() as session:
            query = select(ShortageReport).order_by(ShortageReport.reported_at.desc(), ShortageReport.id)
            views = [self._view(session, row) for row in session.scalars(query)]
        wanted = [view for view in views if view.state in OPEN] if open_only else views
        return sorted(wanted, key=lambda view: (not view.is_high_risk, view.state not in OPEN))

    def register(self, edit: ShortageEdit, *, why: str = "") -> ShortageView:
        """Write down a shortage as a draft. Raises Refused for no name, or UserError when an open report exists."""
        _refuse_impossible(edit)
        with self.desk.sessions.writing() as session:
            made = draft_report(
                session, self.desk, self.desk.place.id, edit.drug_code, edit.drug_text.strip()[:100], edit.kind,
                msg("{why}", why=why), needed_a_month=edit.needed_a_month, stock_now=edit.stock_now,
                request_id=edit.request_id,
            )  # fmt: skip
            if made is None:
                raise UserError(msg("{drug} 已经有一份没办完的短缺报告，没有重复登记。", drug=edit.drug_text.strip()))
            row = session.get_one(ShortageReport, made)
            row.residents_affected, row.last_received_on = edit.residents_affected, edit.last_received_on or row.last_received_on
            row.alternatives_tried = edit.alternatives_tried.strip()[:200]
            row.strength, row.reason = edit.strength, edit.reason
            return self._view(session, row)

    def complete(self, report_id: str, edit: ShortageEdit, version: int) -> ShortageView:
        """Fill in a draft, such as one that the program proposed. Raises Refused, or DocumentRefused when it is none any more."""
        _refuse_impossible(edit)
        with self.desk.sessions.writing() as session:
            row = session.get(ShortageReport, report_id)
            if row is None or row.state != ShortageState.DRAFT.value:
                raise DocumentRefused(msg("这份短缺报告已经上报，不能再改，没有保存。请刷新后再看。"))
            refuse_if_changed(row, version)
            before = {"drug": row.drug_text, "kind": row.kind, "needed": row.needed_a_month}
            row.kind, row.needed_a_month, row.stock_now = edit.kind.value, edit.needed_a_month, edit.stock_now
            row.residents_affected, row.last_received_on = edit.residents_affected, edit.last_received_on
            row.alternatives_tried = edit.alternatives_tried.strip()[:200]
            row.version += 1
            record_change(
                session, self.desk, "shortage.complete", ENTITY, row.id, before=before,
                after={"drug": row.drug_text, "kind": row.kind, "needed": row.needed_a_month}, number=None,
            )  # fmt: skip
            return self._view(session, row)

    def history(self, report_id: str) -> list[ShortageStep]:
        """What was done with a report, oldest first."""
        with self.desk.sessions.reading() as session:
            return [
                ShortageStep(ShortageState(row.to_state), ShortageAction(row.action), row.user_name, row.at, row.comment)
                for row in steps_of(session, ENTITY, report_id)
            ]

    def act(
        self, report_id: str, action: ShortageAction, version: int, *, comment: str = "", answer: str = ""
    ) -> ShortageResult:
        """Report up, verify, choose what is done, deliver, close or cancel. A clinic's report is sent to its township.

        `answer` is what the distributor said. Raises DocumentRefused by the table.
        """
        with self.desk.sessions.writing() as session:
            return self.act_within(session, report_id, action, version, comment=comment, answer=answer)

    def act_within(
        self, session: Session, report_id: str, action: ShortageAction, version: int, *, comment: str = "", answer: str = ""
    ) -> ShortageResult:
        """The same in the unit of work of the caller."""
        row = session.get(ShortageReport, report_id)
        if row is None:
            raise UserError(msg("找不到这份短缺报告，没有改动任何内容。请刷新后再试。"))
        result = take_document_step(
            session, self.desk, SHORTAGE_STEPS, ENTITY, row, ShortageState(row.state), action,
            comment=comment, version=version,
        )  # fmt: skip
        if comment.strip():
            row.outcome = comment.strip()[:200]
        if answer.strip():
            row.distributor_answer = answer.strip()[:200]
        if action is ShortageAction.ESCALATE:
            row.level = "county"
        if action is ShortageAction.REPORT and self.desk.place.kind == "clinic":
            message_id = self._send(session, row)
        else:
            message_id = tell_clinic(session, self.desk, row)
        return ShortageResult(self._view(session, row), result.message, message_id)

    def fulfilment(self) -> Fraction | None:
        """collected ÷ (collected + not come) over all reports that reached a resident; None without any."""
        with self.desk.sessions.reading() as session:
            query = select(ShortageReport.id)
            states = [
                ShortageState(step.to_state)
                for report_id in session.scalars(query)
                for step in steps_of(session, ENTITY, report_id)
            ]
        return fulfilment(states)

    # -- what the program proposes ---------------------------------------------------------------------------------

    def propose_short_running(self) -> list[str]:
        """Trigger (a), at the township: drafts for drugs cut or shipped short in a clinic's last two requests."""
        with self.desk.sessions.writing() as session:
            made = []
            told = {(code, request) for code, request in session.execute(
                select(ShortageReport.drug_code, ShortageReport.request_id)
            )}
            for (clinic, code), (name, fills, line) in last_fills(session).items():
                if not short_running(fills) or (code, line.request_id) in told:
                    continue
                why = msg("连续两次申领没有供足")
                report = draft_report(
                    session, self.desk, clinic, code, name, ShortageKind.TOO_LITTLE, why, stock_now=line.on_hand,
                    request_id=line.request_id,
                )  # fmt: skip
                made += [report] if report else []
            return made

    def propose_out_of_stock(
        self, drug_code: str, drug_text: str, days_without: int | None, monthly_use: Fraction | None
    ) -> str | None:
        """Trigger (b), at the clinic: a draft for a drug that is used and was out for three days; else None."""
        if not out_of_stock_too_long(days_without, monthly_use):
            return None
        with self.desk.sessions.writing() as session:
            why = msg("断货 {days} 天", days=days_without)
            return draft_report(
                session, self.desk, self.desk.place.id, drug_code, drug_text, ShortageKind.CUT_OFF, why,
                needed_a_month=None if monthly_use is None else -(-monthly_use // 1), stock_now=0,
            )  # fmt: skip

    def propose_from_stock(self) -> list[str]:
        """Trigger (b) for every drug of the clinic's ledger: drafts for those used and out for three days or more.

        One that was taken back since the drug ran out is not proposed again. Called when the clinic opens its list.
        """
        with self.desk.sessions.reading() as session:
            if self.desk.place.kind != "clinic" or not keeps_ledger(session, self.desk.place.id):
                return []
            shelf = positions(session, self.desk.place.id, self.desk.today())
            out = {code: each for code, each in shelf.items() if each.usable == 0 and each.amc and each.is_listed}
            days = days_without(session, self.desk, out)
            told = told_since(session, self.desk, days)
        made = [
            self.propose_out_of_stock(code, f"{each.name} {each.strength}".strip(), days[code], each.amc)
            for code, each in out.items()
            if code not in told
        ]
        return [report_id for report_id in made if report_id is not None]

    def propose_for(self, trigger: Trigger, drug_text: str, drug_code: str = "") -> str | None:
        """Triggers (c) and (d): a search without result, a prescription line that could not be dispensed."""
        kind = ShortageKind.NOT_LISTED if trigger is Trigger.NOT_FOUND else ShortageKind.CUT_OFF
        why = msg("查找没有结果") if trigger is Trigger.NOT_FOUND else msg("处方没有药可发")
        with self.desk.sessions.writing() as session:
            return draft_report(
                session, self.desk, self.desk.place.id, drug_code, drug_text.strip()[:100], kind, why
            )

    # -- what helps ------------------------------------------------------------------------------------------------

    def alternatives(self, drug_code: str) -> list[Alternative]:
        """Listed drugs of the same therapeutic group: the same ingredient first, then those in stock."""
        today = self.desk.today()
        with self.desk.sessions.reading() as session:
            drug = session.scalar(select(Drug).where(Drug.code == drug_code))
            if drug is None or not drug.therapeutic_group:
                return []
            query = select(Drug).where(
                Drug.therapeutic_group == drug.therapeutic_group, Drug.code != drug.code, listed_on(today)
            )
            others = list(session.scalars(query))
            stock = own_usable(session, self.desk, [other.code for other in others])
        found = [
            Alternative(
                other.code, other.generic_name, other.strength, stock.get(other.code, 0), other.volume_procured,
                bool(drug.ingredients) and other.ingredients == drug.ingredients,
            )
            for other in others
        ]  # fmt: skip
        return sorted(
            found,
            key=lambda each: (not each.same_ingredient, each.own_stock == 0, not each.is_volume_procured, each.drug_code),
        )

    def redistributions(self, drug_code: str, *, except_clinic: str = "") -> list[Redistribution]:
        """Batches of clinics with more than their maximum months, good for more than three months; the most first.

        Rests on the clinics' last reports. A clinic that uses none of it can spare all; one whose use is unknown nothing.
        """
        limit = months_later(self.desk.today(), KEEP_MONTHS)
        with self.desk.sessions.reading() as session:
            found: list[Redistribution] = []
            clinics = session.execute(
                select(Organisation.id, Organisation.name).where(Organisation.parent_id == self.desk.place.id)
            )
            for clinic in clinics.all():
                if clinic.id != except_clinic:
                    found += _spare_of(session, clinic.id, clinic.name, drug_code, limit)
        return sorted(found, key=lambda each: (-each.spare, each.clinic_name, each.batch_no))

    # -- inside ----------------------------------------------------------------------------------------------------

    def _send(self, session: Session, row: ShortageReport) -> str:
        from app.exchange.bodies import ShortageBody

        own = session.get_one(Organisation, self.desk.place.id)
        if own.parent_id is None:
            raise UserError(msg("还没有和乡镇卫生院配对，没有上报。请先在“设置 - 配对”里完成配对。"))
        body = ShortageBody(
            report_id=row.id, drug_code=row.drug_code, drug_text=row.drug_text, kind=row.kind,
            needed_a_month=row.needed_a_month, residents_affected=row.residents_affected, stock_now=row.stock_now,
            last_received_on=row.last_received_on, alternatives_tried=row.alternatives_tried,
            strength=row.strength, reason=row.reason,
            request_id=row.request_id, reported_at=row.reported_at, reported_by_name=row.reported_by_name,
        )  # fmt: skip
        return write_envelope(session, self.desk, own.parent_id, "shortage", body, subject_id=row.id).id

    def _view(self, session: Session, row: ShortageReport) -> ShortageView:
        session.flush()
        state = ShortageState(row.state)
        place = session.get(Organisation, row.organisation_id)
        risk = is_high_risk(row.stock_now, row.needed_a_month, has_open_report=state in OPEN)
        special = ("organisation_name", "kind", "state", "is_high_risk", "actions", "unit")
        names = [name for name in ShortageView.__dataclass_fields__ if name not in special]
        return ShortageView(
            **{name: getattr(row, name) for name in names},
            organisation_name=place.name if place else "",
            kind=ShortageKind(row.kind),
            state=state,
            is_high_risk=risk,
            actions=steps_offered(session, self.desk, SHORTAGE_STEPS, ENTITY, row, state),  # type: ignore[arg-type]
            unit=session.scalar(select(Drug.unit).where(Drug.code == row.drug_code)) or "" if row.drug_code else "",
        )


def take_in_shortage(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """A clinic's report, at the township: stored as reported, once."""
    from app.exchange.bodies import ShortageBody

    body = ShortageBody.model_validate(envelope.body)
    clinic = session.get_one(Organisation, envelope.sender_id)
    if desk.place.kind != "township" or clinic.parent_id != desk.place.id:
        raise UserError(msg("这份短缺报告不是本院所属村卫生室的，没有读入任何内容。请先完成配对。"))
    if session.get(ShortageReport, body.report_id) is not None:
        raise UserError(msg("这份短缺报告本院已有，没有重复读入。不需要再做什么。"))
    if body.kind not in {kind.value for kind in ShortageKind}:
        raise UserError(msg("这份短缺报告的类别不认识，没有读入任何内容。请先升级本机的程序。"))
    known = body.request_id is not None and session.get(DrugRequest, body.request_id) is not None
    row = ShortageReport(
        id=body.report_id, organisation_id=clinic.id, drug_code=body.drug_code, drug_text=body.drug_text,
        kind=body.kind, strength=body.strength, reason=body.reason, needed_a_month=body.needed_a_month,
        residents_affected=body.residents_affected,
        stock_now=body.stock_now, last_received_on=body.last_received_on, alternatives_tried=body.alternatives_tried,
        request_id=body.request_id if known else None, level="village", state=ShortageState.REPORTED.value,
        reported_at=body.reported_at, reported_by_id=envelope.sender_id, reported_by_name=body.reported_by_name,
        version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    add_step(
        session, ENTITY, row.id, ShortageState.DRAFT.value, row.state, ShortageAction.REPORT.value,
        user_id=envelope.sender_id, user_name=body.reported_by_name, at=body.reported_at,
    )  # fmt: skip
    record_change(
        session, desk, "shortage.receive", ENTITY, row.id, before=None, after={"state": row.state, "version": 1}
    )
    told = msg("已收到{clinic}的短缺报告：{drug}。请核实。", clinic=clinic.name, drug=body.drug_text)
    return TakenIn("shortage", row.id, told)


def shortage_list(views: list[ShortageView], day: date) -> ListSheet:
    """The list that goes up, on paper and as a file."""
    columns = (
        ListColumn(tr("序号"), 10, "center"), ListColumn(tr("报告单位"), 42), ListColumn(tr("药品和规格")),
        ListColumn(tr("类别"), 22), ListColumn(tr("单位"), 12, "center"),
        ListColumn(tr("月需要量"), 20, "right"), ListColumn(tr("影响人数"), 18, "right"),
        ListColumn(tr("现有库存"), 20, "right"), ListColumn(tr("上次到货"), 26, "center"), ListColumn(tr("配送企业答复"), 36),
        ListColumn(tr("状态"), 24, "center"),
    )  # fmt: skip
    rows = tuple(
        (number, view.organisation_name, f"{view.drug_text} {view.strength}".strip(), tr(view.kind.label), view.unit,
         view.needed_a_month, view.residents_affected, view.stock_now, view.last_received_on, view.distributor_answer,
         tr(view.state.label))
        for number, view in enumerate(views, start=1)
    )  # fmt: skip
    head = ((tr("日期"), day.isoformat()), (tr("份数"), str(len(views))))
    return ListSheet(tr("短缺药品报告表"), columns, rows, head, signatures=(tr("填报人"), tr("负责人")),
                     foot_left=tr("数量按最小发药单位计；“—”表示没有数据。"))  # fmt: skip


def _refuse_impossible(edit: ShortageEdit) -> None:
    if not edit.drug_text.strip():
        raise refuse("drug", msg("请填写缺的药品。"))
    amounts = (("needed", edit.needed_a_month), ("residents", edit.residents_affected), ("stock", edit.stock_now))
    for code, value in amounts:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise refuse(code, msg("数量请填 0 或正整数，不知道就空着。"))


def _spare_of(
    session: Session, clinic_id: str, name: str, drug_code: str, limit: date
) -> list[Redistribution]:
    reports = list(
        session.scalars(
            select(LedgerReport)
            .where(LedgerReport.organisation_id == clinic_id)
            .order_by(LedgerReport.month.desc(), LedgerReport.number.desc())
            .limit(USE_MONTHS)
        )
    )
    if not reports:
        return []
    use = Fraction(
        sum(line["dispensed"] for report in reports for line in report.lines if line["drug_code"] == drug_code),
        len(reports),
    )
    batches = [
        batch for batch in reports[0].stock if batch["drug_code"] == drug_code and not batch["is_held"]
    ]
    total = sum(batch["on_hand"] for batch in batches)
    spare = total if use <= 0 else int(max(Fraction(0), total - use * Fraction(DEFAULT_MAX_MONTHS)))
    months = Fraction(total) / use if use > 0 else None
    found = []
    for batch in sorted(batches, key=lambda each: each["expiry"] or "9999", reverse=True):
        expiry = date.fromisoformat(batch["expiry"]) if batch["expiry"] else None
        units = min(spare, batch["on_hand"])
        if units <= 0 or (expiry is not None and expiry <= limit):
            continue
        found.append(Redistribution(clinic_id, name, batch["batch_no"], expiry, units, months))
        spare -= units
    return found
