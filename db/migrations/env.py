"""What Alembic runs: the steps, on a connection that the caller opened, in the transaction that the caller began.

There is no alembic.ini and no offline mode: a database is encrypted, so only the program itself can open it.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from db.models import Base, UtcDateTime


def render_item(kind: str, thing: Any, _context: object) -> str | Literal[False]:
    """A step names plain column types, so that it means the same when the models have moved on."""
    return "sa.DateTime()" if kind == "type" and isinstance(thing, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=context.config.attributes.get("batch", True),
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
