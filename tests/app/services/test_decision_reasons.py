"""Preset reasons of a decision are kept in Chinese and told in the reader's language."""

from __future__ import annotations

import pytest

from app.i18n import current_language, tr, use_language
from app.services.decision_reasons import REASONS, reason_as_kept, reason_as_shown, reasons_offered


@pytest.fixture(params=["zh_CN", "en"])
def language(request):
    before = current_language()
    use_language(request.param)
    yield request.param
    use_language(before)


@pytest.mark.parametrize("reason", REASONS, ids=range(1, len(REASONS) + 1))
def test_a_preset_reason_is_kept_in_its_source_and_shown_translated(language, reason):
    assert reason_as_kept(tr(reason)) == str(reason)
    assert reason_as_shown(str(reason)) == tr(reason)
    assert tr(reason) in reasons_offered()


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize("text", ["", "先看看再说", "ask me again"])
def test_a_reason_in_own_words_stays_as_written(text):
    assert reason_as_kept(text) == text
    assert reason_as_shown(text) == text


def test_the_offered_reasons_are_english_in_english():
    before = current_language()
    use_language("en")
    offered = reasons_offered()
    use_language(before)
    assert not {str(reason) for reason in REASONS} & set(offered)
