"""The steps of a drug request as the command line asks for them: what lets through and what refuses."""

from __future__ import annotations

import pytest

from tests.app.rules.drug_rule_calls import DOCTOR, PHARMACIST, answer

OK = {"requested": 100, "approved": 100}


@pytest.mark.parametrize(
    ("payload", "to", "rows"),
    [
        ({"state": None, "action": "start_regular", "role": "village_doctor"}, "draft", 1),
        ({"action": "start regular", "role": "clinic_lead", "previous_period_request": "closed"}, "draft", 1),
        ({"action": "start", "kind": "emergency", "role": "village_doctor", "existing_emergency_in_period": 1}, "draft", 1),
        ({"state": "draft", "action": "submit", "role": "village_doctor", "authorise_step": True}, "submitted", 1),
        ({"state": "draft", "action": "submit", "role": "village_doctor", "authorise_step": False}, "authorised", 2),
        ({"state": "returned", "action": "submit", "role": "clinic_lead"}, "authorised", 2),
        ({"state": "submitted", "action": "authorise", "role": "clinic_lead", "creator_is_actor": False}, "authorised", 1),
        ({"state": "submitted", "action": "authorize", "role": "村卫生室负责人"}, "authorised", 1),
        ({"state": "authorised", "action": "withdraw", "role": "village_doctor", "creator_is_actor": True}, "draft", 1),
        ({"state": "authorised", "action": "withdraw", "role": "submitter"}, "draft", 1),
        ({"state": "authorised", "action": "take", "role": "township_pharmacist"}, "in_review", 1),
        ({"state": "in review", "action": "give back", "role": "township_manager"}, "authorised", 1),
        ({"state": "in_review", "action": "return", "role": "township_pharmacist", "comment": "请核对"}, "returned", 1),
        ({"state": "in_review", "action": "approve", "role": "township_pharmacist", "lines": [OK]}, "approved", 1),
        (
            {
                "state": "in_review", "action": "approve", "role": "township_pharmacist",
                "lines": [{"requested": 100, "approved": 0, "reason": "院内断货"}, {"requested": 5, "skipped": True}],
            },
            "approved", 1,
        ),
        ({"state": "in_review", "action": "reject", "role": "township_pharmacist", "comment": "重复申请"}, "rejected", 1),
        ({"state": "approved", "action": "reopen", "role": "township_manager", "shipments": 0}, "in_review", 1),
        ({"state": "approved", "action": "reopen", "role": "township_manager", "shipments": []}, "in_review", 1),
        ({"state": "approved", "action": "convert", "role": "township_pharmacist"}, "released", 1),
        (
            {
                "state": "approved", "action": "convert", "role": "township_pharmacist",
                "lines": [OK | {"source": "own_stock"}, {"approved": 0}],
            },
            "released", 1,
        ),
        (
            {"state": "released", "action": "close remaining", "role": "township_pharmacist", "comment": "厂家停产"},
            "closed", 1,
        ),
        (
            {
                "state": "released", "action": "关闭余量", "role": "township_pharmacist",
                "lines": [OK | {"reason": "厂家停产"}],
            },
            "closed", 1,
        ),
        ({"state": "released", "action": "close", "role": "system"}, "closed", 1),
        ({"state": "released", "action": "all_received", "role": "system", "lines": [OK | {"accepted": 100}]}, "closed", 1),
        ({"state": "draft", "action": "skip", "role": "village_doctor", "kind": "regular"}, "skipped", 1),
        ({"state": "skipped", "action": "undo skip", "role": "village_doctor"}, "draft", 1),
        ({"state": "returned", "action": "cancel", "role": "creator", "kind": "emergency"}, "cancelled", 1),
        ({"state": "skipped", "action": "delete", "role": "creator", "kind": "regular"}, "voided", 1),
        ({"state": "草稿", "action": "提交", "role": "村医", "kind": "常规申请", "lines": 3}, "authorised", 2),
    ],
)  # fmt: skip
def test_request_transition_lets_through(payload, to, rows):
    result = answer("request_transition", payload)
    assert (result["legal"], result["to"], result["status_rows_written"], result["error_kind"]) == (
        True,
        to,
        rows,
        None,
    )
    assert result["message"]


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        # the examples of §2
        ({"state": "submitted", "action": "approve", **PHARMACIST}, "illegal_transition"),
        ({"state": "returned", "action": "approve", **PHARMACIST}, "illegal_transition"),
        ({"state": "approved", "action": "withdraw", **DOCTOR}, "illegal_transition"),
        ({"state": "approved", "action": "draft", **DOCTOR}, "illegal_transition"),
        ({"state": "closed", "action": "submit", **DOCTOR}, "illegal_transition"),
        ({"state": "draft", "action": "skip", "kind": "emergency", **DOCTOR}, "wrong_kind"),
        ({"state": "in_review", "action": "approve", **DOCTOR}, "wrong_role"),
        ({"state": "in_review", "action": "approve", "creator_is_actor": True, **PHARMACIST}, "own_work"),
        ({"state": None, "action": "start_regular", "existing_regular_same_period": True, **DOCTOR}, "duplicate_period"),
        ({"state": "in_review", "action": "withdraw", "creator_is_actor": True, **DOCTOR}, "illegal_transition"),
        ({"state": "approved", "action": "reject", "comment": "重复申请", **PHARMACIST}, "illegal_transition"),
        # guards
        ({"action": "start_regular", "existing_regular_same_period": "submitted", **DOCTOR}, "duplicate_period"),
        ({"action": "start_regular", "previous_period_request": "submitted", **DOCTOR}, "previous_unfinished"),
        ({"action": "start_regular", "previous_period_request": {"state": "draft"}, **DOCTOR}, "previous_unfinished"),
        ({"action": "start_regular", "previous_period_request": "missing", **DOCTOR}, "previous_unfinished"),
        ({"action": "start_emergency", "existing_emergency_in_period": 2, "comment": "急救用药", **DOCTOR}, "emergency_limit"),
        (
            {"action": "start_emergency", "existing_emergency_in_period": 3, "limit": 3, "comment": "急救用药", **DOCTOR},
            "emergency_limit",
        ),
        ({"action": "start_emergency", "existing_emergency_in_period": 0, "comment": "", **DOCTOR}, "comment_required"),
        ({"state": "draft", "action": "submit", "lines": [], **DOCTOR}, "no_lines"),
        ({"state": "draft", "action": "submit", "lines": 0, **DOCTOR}, "no_lines"),
        ({"state": "draft", "action": "submit", "lines": [{"skipped": True}], **DOCTOR}, "no_lines"),
        ({"state": "draft", "action": "submit", "lines": [{"requested": 0}], **DOCTOR}, "lines_invalid"),
        ({"state": "draft", "action": "submit", "lines": [{"requested": 9, "suggested": 5}], **DOCTOR}, "explanation_required"),
        ({"state": "submitted", "action": "authorise", "role": "clinic_lead", "creator_is_actor": True}, "own_work"),
        ({"state": "submitted", "action": "authorise", "role": "clinic_lead", "authorise_step": False}, "step_disabled"),
        ({"state": "submitted", "action": "withdraw", "creator_is_actor": False, **DOCTOR}, "not_submitter"),
        ({"state": "authorised", "action": "take", "version_sent": 3, "version_stored": 4, **PHARMACIST}, "stale_version"),
        ({"state": "in_review", "action": "return", **PHARMACIST}, "comment_required"),
        ({"state": "in_review", "action": "reject", "comment": "", **PHARMACIST}, "comment_required"),
        ({"state": "in_review", "action": "approve", "lines": [{"requested": 9}], **PHARMACIST}, "approved_missing"),
        ({"state": "in_review", "action": "approve", "lines": [{"approved": None}], **PHARMACIST}, "approved_missing"),
        (
            {"state": "in_review", "action": "approve", "lines": [{"requested": 9, "approved": 8}], **PHARMACIST},
            "reason_required",
        ),
        ({"state": "in_review", "action": "approve", "lines": [{"requested": 9, "approved": -1}], **PHARMACIST}, "lines_invalid"),
        ({"state": "approved", "action": "reopen", "role": "township_manager", "shipments": 1}, "shipment_exists"),
        ({"state": "approved", "action": "reopen", "role": "township_manager", "shipments": [{}]}, "shipment_exists"),
        ({"state": "approved", "action": "convert", "lines": [{"approved": 5}], **PHARMACIST}, "source_missing"),
        ({"state": "released", "action": "close_remaining", "comment": None, **PHARMACIST}, "comment_required"),
        ({"state": "draft", "action": "cancel", "kind": "regular", "role": "creator"}, "wrong_kind"),
        ({"state": "draft", "action": "delete", "creator_is_actor": False, **DOCTOR}, "not_creator"),
        ({"state": "skipped", "action": "undo_skip", "later_request_submitted": True, **DOCTOR}, "later_request_submitted"),
        ({"state": "released", "action": "all_received", "role": "system", "lines": [OK | {"accepted": 99}]}, "lines_unfinished"),
        ({"state": "released", "action": "all_received", "role": "system", "lines": [OK | {"remaining": 1}]}, "lines_unfinished"),
        ({"state": None, "action": "submit", **DOCTOR}, "illegal_transition"),
        ({"state": "draft", "action": "take", "role": "auditor"}, "illegal_transition"),
    ],
)  # fmt: skip
def test_request_transition_refuses(payload, error):
    result = answer("request_transition", payload)
    assert (result["legal"], result["to"], result["status_rows_written"]) == (False, None, 0)
    assert result["error_kind"] == error
    assert "下一步可以" in result["message"] or "请新建申请" in result["message"]
