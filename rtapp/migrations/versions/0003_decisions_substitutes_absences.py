"""Decisions at the door, substitutes, absences, what a checkpoint requires"""

import sqlalchemy as sa
from alembic import op

from rtapp.db import UTCDateTime

revision = "0003"
down_revision = "0002"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _add_reference(table: str, column: str, other: str) -> None:
    """Add a nullable column that refers to ``other``; SQLite does it without rebuilding the table."""
    name = f"fk_{table}_{column}_{other}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {other} (id)")
    else:
        op.add_column(table, sa.Column(column, _id(), nullable=True))
        op.create_foreign_key(name, table, other, [column], ["id"])
    op.create_index(f"ix_{table}_{column}", table, [column])


def upgrade() -> None:
    op.create_table(
        "substitute",
        sa.Column("id", _id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("relation", sa.String(length=80), nullable=False),
        sa.Column("letter", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute")),
    )
    op.create_table(
        "absence",
        sa.Column("id", _id(), nullable=False),
        sa.Column("participant_id", _id(), nullable=False),
        sa.Column("wave_id", _id(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("noted_by", sa.String(length=120), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_absence_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_absence_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_wave_id", "absence", ["wave_id"])
    _live("uq_absence_participant_wave_live", "absence", ["participant_id", "wave_id"], "withdrawn_at IS NULL")
    op.create_table(
        "decision_case",
        sa.Column("id", _id(), nullable=False),
        sa.Column("scan_id", _id(), nullable=False),
        sa.Column("checkpoint_id", _id(), nullable=False),
        sa.Column("participant_id", _id(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoint.id"], name=op.f("fk_decision_case_checkpoint_id_checkpoint")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_decision_case_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_decision_case_scan_id_scan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_case")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_decision_case_scan_id")),
    )
    op.create_index("ix_decision_case_participant_id", "decision_case", ["participant_id"])
    _live(
        "uq_decision_case_open",
        "decision_case",
        ["checkpoint_id", "participant_id", "kind"],
        "settled_at IS NULL AND participant_id IS NOT NULL",
    )
    _add_reference("attendance", "substitute_id", "substitute")
    _add_reference("checkpoint", "requires_id", "checkpoint")
    _add_reference("scan", "follows_id", "scan")
    op.add_column("device", sa.Column("clock_offset", sa.Integer(), nullable=True))
    op.add_column("user_account", sa.Column("pin_hash", sa.String(length=200), nullable=False, server_default=""))


def _live(name: str, table: str, columns: list[str], where: str) -> None:
    """Make a partial unique index: at most one live row."""
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=True, sqlite_where=condition, postgresql_where=condition)
