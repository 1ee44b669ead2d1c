"""Lists between upload and last decision; villages that no list of places confirms."""

import sqlalchemy as sa
from alembic import op

from rtapp.db import UTCDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "roster_import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("books", sa.LargeBinary(), nullable=False),
        sa.Column("setup", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("applied_at", UTCDateTime(), nullable=True),
        sa.Column("applied_by", sa.String(length=120), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
        sa.UniqueConstraint("key", name=op.f("uq_roster_import_key")),
    )
    op.add_column("village", sa.Column("verified", sa.Boolean(), nullable=False, server_default=sa.true()))
