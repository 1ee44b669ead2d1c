"""How Alembic reaches the database: through the connection it is handed; see ``rtapp.migrations.upgrade``."""

from alembic import context

from rtapp.db import UTCDateTime
from rtapp.schema import tables_to_make


def _render(kind: str, item: object, autogen_context) -> str | bool:  # type: ignore[no-untyped-def]
    """Write our moment type as itself in generated migrations."""
    if kind == "type" and isinstance(item, UTCDateTime):
        autogen_context.imports.add("from rtapp.db import UTCDateTime")
        return "UTCDateTime()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables_to_make(),
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
    compare_type=True,
)
context.run_migrations()
