"""Why a rule decided as it did: one `Reason` for each clause that was applied, with the numbers used."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.message import Message

SPECIFICATION = "国家基本公共卫生服务规范（第三版）"
EDITION = "国家基本公共卫生服务规范（第三版，2017 年）"
HOUSE_RULE = "本软件的约定（规范没有写明）"


@dataclass(frozen=True)
class Reason:
    """One step of a decision (判断依据).

    `code` is a stable word for programs, `clause` names the document and the clause as printed (not translated),
    `message` is the sentence for the doctor.
    """

    code: str
    clause: str
    message: Message


@dataclass(frozen=True)
class FieldProblem:
    """A value that cannot be used (填写有误): the field's key and a sentence that says what to enter."""

    key: str
    message: Message
