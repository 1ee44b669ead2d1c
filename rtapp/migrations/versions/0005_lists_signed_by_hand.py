"""Lists signed by hand, and how many signatures were counted on them"""

import sqlalchemy as sa
from alembic import op

from rtapp.db import UTCDateTime

revision = "0005"
down_revision = "0007"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "signed_list",
        sa.Column("id", _id(), nullable=False),
        sa.Column("checkpoint_id", _id(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("paper", sa.String(length=4), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("printed_at", UTCDateTime(), nullable=False),
        sa.Column("printed_by", sa.String(length=120), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("counted_at", UTCDateTime(), nullable=True),
        sa.Column("counted_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoint.id"], name=op.f("fk_signed_list_checkpoint_id_checkpoint")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_list")),
        sa.UniqueConstraint("checkpoint_id", "digest", name=op.f("uq_signed_list_checkpoint_id_digest")),
    )
