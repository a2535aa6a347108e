"""The screen of a national form, made from its declaration: see `view.FormView`.

The controls of single fields are in `fields`, their frame in `row`; a screen of its own may use them alone.
"""

from __future__ import annotations

from ui.widgets.form_view.arrangement import Block, Joined
from ui.widgets.form_view.fields import make_control
from ui.widgets.form_view.row import FieldRow
from ui.widgets.form_view.state import Offered
from ui.widgets.form_view.view import FormView

__all__ = ["Block", "FieldRow", "FormView", "Joined", "Offered", "make_control"]
