"""What is paid for coming"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "transport_rate",
        sa.Column("id", _id(), nullable=False),
        sa.Column("wave_id", _id(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_transport_rate_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transport_rate")),
        sa.UniqueConstraint("wave_id", "kind", name=op.f("uq_transport_rate_wave_id_kind")),
    )
