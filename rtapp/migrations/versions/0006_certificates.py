"""Certificates: who gets one, the numbers given"""

import sqlalchemy as sa
from alembic import op

from rtapp.db import UTCDateTime

revision = "0006"
down_revision = "0005"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "certificate_rule",
        sa.Column("id", _id(), nullable=False),
        sa.Column("wave_id", _id(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("substitutes", sa.Boolean(), nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_certificate_rule_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_rule")),
        sa.UniqueConstraint("wave_id", name=op.f("uq_certificate_rule_wave_id")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", _id(), nullable=False),
        sa.Column("wave_id", _id(), nullable=False),
        sa.Column("participant_id", _id(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_certificate_wave_id_wave")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_certificate_participant_id_participant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_certificate_participant_id")),
        sa.UniqueConstraint("sequence", name=op.f("uq_certificate_sequence")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
    )
    op.create_index("ix_certificate_wave_id", "certificate", ["wave_id"])
