"""One visit, one or two sheets: which answers are shared."""

from __future__ import annotations

from app.services.visit_answers import answer_key, merge_answers, split_answers, visit_fields

BOTH = ("htn_followup", "dm_followup")


def test_one_sheet_is_asked_by_the_plain_codes():
    assert set(visit_fields(("htn_followup",))) >= {"symptoms", "visit_class", "drugs", "sbp"}
    assert answer_key(("htn_followup",), "htn_followup", "symptoms") == "symptoms"


def test_two_sheets_share_what_means_the_same():
    fields = visit_fields(BOTH)
    for shared in (
        "visit_date",
        "sbp",
        "weight_target",
        "cigarettes",
        "psych",
        "drug_adherence",
        "next_visit_date",
    ):
        assert fields[shared].form_codes == BOTH
    for own in ("salt", "aux_exam"):
        assert fields[own].form_codes == ("htn_followup",)
    for separate in ("symptoms", "symptoms_note", "emergency_signs", "drugs", "visit_class", "adr_note"):
        assert separate not in fields
        assert fields[f"dm_followup.{separate}"].form_codes == ("dm_followup",)


def test_splitting_and_merging_are_each_others_opposite():
    by_form = {
        "htn_followup": {"sbp": 136, "symptoms": [1], "salt": 2},
        "dm_followup": {"sbp": 136, "symptoms": [2], "fpg": "6.1"},
    }
    merged = merge_answers(BOTH, by_form)
    assert merged == {
        "sbp": 136,
        "htn_followup.symptoms": [1],
        "salt": 2,
        "dm_followup.symptoms": [2],
        "fpg": "6.1",
    }
    assert split_answers(BOTH, merged) == by_form


def test_who_was_not_seen_has_no_other_answers():
    split = split_answers(("htn_followup",), {"not_seen": 1, "visit_date": "2026-11-22", "psych": 1})
    assert split == {"htn_followup": {"not_seen": 1, "visit_date": "2026-11-22"}}


def test_an_unknown_answer_goes_to_the_first_sheet_to_be_refused():
    assert split_answers(BOTH, {"weather": 1}) == {"htn_followup": {"weather": 1}, "dm_followup": {}}
