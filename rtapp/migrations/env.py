"""How Alembic reaches the database: through the connection it is handed; see ``rtapp.migrations.upgrade``."""

from alembic import context

from rtapp import schema
from rtapp.db import Base, UTCDateTime


def _render(kind: str, item: object, autogen_context) -> str | bool:  # type: ignore[no-untyped-def]
    """Write our moment type as itself in generated migrations."""
    if kind == "type" and isinstance(item, UTCDateTime):
        autogen_context.imports.add("from rtapp.db import UTCDateTime")
        return "UTCDateTime()"
    return False


assert schema  # the tables are known once their module is loaded
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
    compare_type=True,
)
context.run_migrations()
