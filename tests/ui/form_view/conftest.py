"""The view of a form, in front."""

from __future__ import annotations

import pytest

from tests.ui.form_view.visit_form import VISIT, shown_view


@pytest.fixture
def opened(qtbot):
    """opened([form, …], answers=…, previous=…, …): the view of forms; of the visit unless others are given."""

    def open_view(forms=VISIT, answers=None, previous=None, **arguments):
        return shown_view(qtbot, forms, answers, previous, **arguments)

    return open_view
