"""The trail is found by its acts"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_audit_action", "audit", ["action", "id"])
