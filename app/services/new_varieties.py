"""新品种: drugs outside the catalogue that clinics want on it, rolled up at the township and answered for all of them at once.

Specification: drug_requests §1 (kind `variety`: no quantity) and §3 V1 (marked as new variety with a reason). A wish is a
shortage report of its own kind, so that it goes up, is answered and is closed like the others; here are what is asked of
one, and the list by drug.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.request_checks import has_meaning
from app.domain.shortage_states import ShortageAction, ShortageKind, ShortageState
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet
from app.services.catalogue import folded, listed_on
from app.services.problems import refuse, refuse_if_any
from app.services.shortages import ShortageEdit, Shortages, ShortageView
from db.models import Drug

ANSWERS = (ShortageAction.PURCHASE, ShortageAction.ESCALATE, ShortageAction.SUBSTITUTE, ShortageAction.DISMISS)
"""What a township may answer: it is bought, the county is asked, a drug of the list serves, it is not taken."""
UNANSWERED = (ShortageState.REPORTED, ShortageState.VERIFIED)


@dataclass(frozen=True)
class Wish:
    """One clinic's wish."""

    report_id: str
    version: int
    clinic_name: str
    reason: str
    state: ShortageState
    reported_at: datetime
    outcome: str


@dataclass(frozen=True)
class WantedVariety:
    """A drug outside the catalogue with everybody who wants it; the first to ask names it."""

    name: str
    wishes: tuple[Wish, ...]

    @property
    def clinics(self) -> tuple[str, ...]:
        """Who wants it, each once."""
        return tuple(dict.fromkeys(wish.clinic_name for wish in self.wishes))

    @property
    def unanswered(self) -> tuple[Wish, ...]:
        """The wishes that wait for an answer."""
        return tuple(wish for wish in self.wishes if wish.state in UNANSWERED)

    @property
    def reasons(self) -> str:
        """Why, clinic by clinic."""
        return tr("；").join(tr("{clinic}：{reason}", clinic=each.clinic_name, reason=each.reason) for each in self.wishes)

    @property
    def outcome(self) -> str:
        """The last answer, or empty."""
        return next((wish.outcome for wish in reversed(self.wishes) if wish.outcome), "")

    @property
    def answer(self) -> str:
        """待答复, or the state and what was said."""
        if self.unanswered:
            return tr("待答复 {count} 份", count=len(self.unanswered))
        state = tr(self.wishes[-1].state.label)
        return tr("{state}：{words}", state=state, words=self.outcome) if self.outcome else state


class NewVarieties:
    """新品种 at either desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._shortages = Shortages(desk)

    def ask(self, name: str, strength: str, reason: str) -> ShortageView:
        """Write down a wish as a draft; no quantity. Raises Refused beside the field, UserError when it stands there already."""
        self._refuse_impossible(name, strength, reason)
        text = f"{name.strip()} {strength.strip()}"
        edit = ShortageEdit(
            drug_text=text, kind=ShortageKind.NEW_VARIETY, strength=strength.strip(), reason=reason.strip()
        )
        return self._shortages.register(edit, why=str(msg("新品种申报")))

    def list(self, *, unanswered_only: bool = False) -> list[WantedVariety]:
        """By drug: first those that wait for an answer, of them those that most clinics want."""
        wanted: dict[str, list[ShortageView]] = {}
        for view in sorted(self._shortages.list(), key=lambda each: each.reported_at):
            if view.kind is ShortageKind.NEW_VARIETY and view.state is not ShortageState.CANCELLED and self._reached(view):
                wanted.setdefault(folded(view.drug_text), []).append(view)
        found = [WantedVariety(views[0].drug_text, tuple(map(_wish, views))) for views in wanted.values()]
        found = [each for each in found if each.unanswered or not unanswered_only]
        return sorted(found, key=lambda each: (not each.unanswered, -len(each.clinics), each.name))

    def answer(self, wishes: Sequence[Wish], action: ShortageAction, words: str) -> int:
        """Answer the wishes for one drug, all or none; gives how many. What is not taken is closed at once.

        Raises Refused without words, UserError when none waits for an answer, DocumentRefused by the table.
        """
        if action not in ANSWERS:
            raise ValueError(f"{action} is no answer")
        if not has_meaning(words):
            raise refuse("words", msg("请写明答复（至少 2 个字），村卫生室会看到。"))
        waiting = [wish for wish in wishes if wish.state in UNANSWERED]
        if not waiting:
            raise UserError(msg("这个品种没有等答复的申报，没有改动。请刷新后再看。"))
        steps = (action, ShortageAction.CLOSE) if action is ShortageAction.DISMISS else (action,)
        with self.desk.sessions.writing() as session:
            for wish in waiting:
                before = (ShortageAction.VERIFY,) if wish.state is ShortageState.REPORTED else ()
                version = wish.version
                for step in (*before, *steps):
                    comment = words.strip() if step is action else ""
                    version = self._shortages.act_within(session, wish.report_id, step, version, comment=comment).report.version
        return len(waiting)

    def _reached(self, view: ShortageView) -> bool:
        """The township counts what was reported to it; a clinic sees its drafts, too."""
        return self.desk.place.kind == "clinic" or view.state is not ShortageState.DRAFT

    def _refuse_impossible(self, name: str, strength: str, reason: str) -> None:
        problems = []
        if not has_meaning(name):
            problems.append(Problem("drug", Level.REFUSE, msg("请写明药品的全名。")))
        if not strength.strip():
            problems.append(Problem("strength", Level.REFUSE, msg("请写明剂型和规格，例如 片 10mg。")))
        if not has_meaning(reason):
            problems.append(Problem("reason", Level.REFUSE, msg("请写明为什么要这个品种（至少 2 个字）。")))
        for code, text, most in (("drug", name, 49), ("strength", strength, 50), ("reason", reason, 200)):
            if len(text.strip()) > most:
                problems.append(Problem(code, Level.REFUSE, msg("最多 {most} 个字，请写短一些。", most=most)))
        refuse_if_any(problems)
        with self.desk.sessions.reading() as session:
            known = _listed_alike(session, self.desk.today(), name, strength)
        if known is not None:
            told = msg("目录里已有{drug}，不用申报新品种。缺货请登记缺药。", drug=known)
            raise refuse("drug", told)


def variety_sheet(wanted: Sequence[WantedVariety], day: date) -> ListSheet:
    """The list by drug, on paper and as a file."""
    columns = (
        ListColumn(tr("序号"), 12, "center"), ListColumn(tr("药品和规格"), 60), ListColumn(tr("申报单位数"), 24, "right"),
        ListColumn(tr("申报单位"), 60), ListColumn(tr("理由")), ListColumn(tr("最早申报"), 26), ListColumn(tr("答复"), 50),
    )  # fmt: skip
    rows = tuple(
        (number, each.name, len(each.clinics), tr("、").join(each.clinics), each.reasons,
         each.wishes[0].reported_at.astimezone().date(), each.answer)
        for number, each in enumerate(wanted, start=1)
    )  # fmt: skip
    head = ((tr("日期"), day.isoformat()), (tr("品种数"), str(len(wanted))))
    return ListSheet(title=tr("新品种申报汇总表"), columns=columns, rows=rows, head=head, signatures=(tr("汇总人"), tr("负责人")))


def _wish(view: ShortageView) -> Wish:
    return Wish(view.id, view.version, view.organisation_name, view.reason, view.state, view.reported_at, view.outcome)


def _listed_alike(session: Session, day: date, name: str, strength: str) -> str | None:
    """A listed drug of the same name and strength."""
    rows = session.execute(select(Drug.generic_name, Drug.dosage_form, Drug.strength).where(listed_on(day)))
    wanted = folded(strength)
    for row in rows:
        if folded(row.generic_name) == folded(name) and wanted in (folded(row.strength), folded(row.dosage_form + row.strength)):
            return f"{row.generic_name} {row.strength}"
    return None
