"""Who had not come and was called"""

import sqlalchemy as sa
from alembic import op

from rtapp.db import UTCDateTime

revision = "0004"
down_revision = "0003"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contacted",
        sa.Column("id", _id(), nullable=False),
        sa.Column("participant_id", _id(), nullable=False),
        sa.Column("wave_id", _id(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("noted_by", sa.String(length=120), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_contacted_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_contacted_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacted")),
    )
    op.create_index("ix_contacted_wave_id", "contacted", ["wave_id"])
    live = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_contacted_participant_wave_live",
        "contacted",
        ["participant_id", "wave_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
