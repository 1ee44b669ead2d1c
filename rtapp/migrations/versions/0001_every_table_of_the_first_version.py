"""Every table of the first version; constraints and single indexes are named by ``rtapp.db.NAMES``."""

import sqlalchemy as sa
from alembic import op

from rtapp.db import UTCDateTime

revision = "0001"
down_revision = None
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def live(name: str, *columns: str, where: str) -> sa.Index:
    return sa.Index(name, *columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, primary_key=True),
        sa.Column("at", UTCDateTime, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("subject_id", ID),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Index("ix_audit_subject", "subject", "subject_id"),
    )
    op.create_table(
        "chain_head",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("chain", sa.String(64), nullable=False),
    )
    op.create_table(
        "device",
        sa.Column("id", ID, primary_key=True),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("token_hash", sa.String(64), index=True),
        sa.Column("created_at", UTCDateTime),
        sa.Column("paired_at", UTCDateTime),
        sa.Column("expires_at", UTCDateTime, nullable=False),
        sa.Column("revoked_at", UTCDateTime),
        sa.Column("last_seen", UTCDateTime),
        sa.Column("session_version", sa.Integer, nullable=False),
        sa.Column("clock_offset", sa.Integer),
    )
    op.create_table(
        "district",
        sa.Column("id", ID, primary_key=True),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        sa.Column("name", sa.String(100), nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("organiser", sa.String(200), nullable=False),
        sa.Column("timezone", sa.String(40), nullable=False),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("demo", sa.Boolean, nullable=False),
    )
    op.create_table(
        "roster_import",
        sa.Column("id", ID, primary_key=True),
        sa.Column("key", sa.String(32), nullable=False, unique=True),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("books", sa.LargeBinary, nullable=False),
        sa.Column("setup", sa.JSON, nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
        sa.Column("created_by", sa.String(120), nullable=False),
        sa.Column("applied_at", UTCDateTime),
        sa.Column("applied_by", sa.String(120), nullable=False),
        sa.Column("undone_at", UTCDateTime),
        sa.Column("done", sa.JSON, nullable=False),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )
    op.create_table(
        "substitute",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("relation", sa.String(80), nullable=False),
        sa.Column("letter", sa.Boolean, nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
    )
    op.create_table(
        "user_account",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_key", sa.String(80), nullable=False, unique=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("pin_hash", sa.String(200), nullable=False),
        sa.Column("session_version", sa.Integer, nullable=False),
        sa.Column("ended_sessions", sa.JSON),
        sa.Column("disabled_at", UTCDateTime),
        sa.Column("created_at", UTCDateTime, nullable=False),
    )
    op.create_table(
        "audit_value",
        sa.Column("audit_id", ID, sa.ForeignKey("audit.id"), primary_key=True),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
    )
    op.create_table(
        "one_time_link",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("user_id", ID, sa.ForeignKey("user_account.id"), index=True),
        sa.Column("device_id", ID, sa.ForeignKey("device.id"), index=True),
        sa.Column("expires_at", UTCDateTime, nullable=False),
        sa.Column("used_at", UTCDateTime),
    )
    op.create_table(
        "village",
        sa.Column("id", ID, primary_key=True),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        sa.Column("district_id", ID, sa.ForeignKey("district.id"), nullable=False, index=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("verified", sa.Boolean, nullable=False),
    )
    op.create_table(
        "wave",
        sa.Column("id", ID, primary_key=True),
        sa.Column("event_id", ID, sa.ForeignKey("event.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("venue", sa.String(200), nullable=False),
        sa.Column("closed_at", UTCDateTime),
        sa.UniqueConstraint("event_id", "number"),
    )
    op.create_table(
        "certificate_rule",
        sa.Column("id", ID, primary_key=True),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id"), nullable=False, unique=True),
        sa.Column("points", sa.JSON, nullable=False),
        sa.Column("least", sa.Integer, nullable=False),
        sa.Column("substitutes", sa.Boolean, nullable=False),
        sa.Column("template", sa.String(100), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", ID, primary_key=True),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("opens_at", UTCDateTime),
        sa.Column("closes_at", UTCDateTime),
        sa.Column("requires_id", ID, sa.ForeignKey("checkpoint.id"), index=True),
        sa.UniqueConstraint("wave_id", "name"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", ID, primary_key=True),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("district_id", ID, sa.ForeignKey("district.id"), nullable=False, index=True),
        sa.Column("invited", sa.Integer, nullable=False),
        sa.Column("assumed", sa.Boolean, nullable=False),
        sa.UniqueConstraint("wave_id", "district_id"),
    )
    op.create_table(
        "seat",
        sa.Column("id", ID, primary_key=True),
        sa.Column("village_id", ID, sa.ForeignKey("village.id"), nullable=False),
        sa.Column("rt", sa.String(8), nullable=False),
        sa.Column("rw", sa.String(8), nullable=False),
        sa.Column("rw_in_key", sa.String(8), nullable=False),
        sa.UniqueConstraint("village_id", "rw_in_key", "rt"),
    )
    op.create_table(
        "transport_rate",
        sa.Column("id", ID, primary_key=True),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("tax", sa.BigInteger, nullable=False),
        sa.Column("percent", sa.Boolean, nullable=False),
        sa.UniqueConstraint("wave_id", "kind"),
    )
    op.create_table(
        "agenda",
        sa.Column("id", ID, primary_key=True),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id"), nullable=False, index=True),
        sa.Column("starts_at", UTCDateTime, nullable=False),
        sa.Column("ends_at", UTCDateTime, nullable=False),
        sa.Column("material", sa.String(300), nullable=False),
        sa.Column("speaker", sa.String(200), nullable=False),
        sa.Column("checkpoint_id", ID, sa.ForeignKey("checkpoint.id"), index=True),
    )
    op.create_table(
        "device_checkpoint",
        sa.Column("device_id", ID, sa.ForeignKey("device.id"), primary_key=True),
        sa.Column("checkpoint_id", ID, sa.ForeignKey("checkpoint.id"), primary_key=True, index=True),
    )
    op.create_table(
        "participant",
        sa.Column("id", ID, primary_key=True),
        sa.Column("event_id", ID, sa.ForeignKey("event.id"), nullable=False),
        sa.Column("seat_id", ID, sa.ForeignKey("seat.id"), index=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_key", sa.String(200), nullable=False, index=True),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("gender", sa.String(1), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id")),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("archived_at", UTCDateTime),
        sa.Column("archive_reason", sa.String(300), nullable=False),
        sa.Index("ix_participant_wave_kind", "wave_id", "kind"),
        live(
            "uq_participant_event_seat_live", "event_id", "seat_id", where="archived_at IS NULL AND seat_id IS NOT NULL"
        ),
    )
    op.create_table(
        "signed_list",
        sa.Column("id", ID, primary_key=True),
        sa.Column("checkpoint_id", ID, sa.ForeignKey("checkpoint.id"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("paper", sa.String(4), nullable=False),
        sa.Column("pages", sa.JSON, nullable=False),
        sa.Column("printed_at", UTCDateTime, nullable=False),
        sa.Column("printed_by", sa.String(120), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("counted_at", UTCDateTime),
        sa.Column("counted_by", sa.String(120), nullable=False),
        sa.UniqueConstraint("checkpoint_id", "digest"),
    )
    op.create_table(
        "absence",
        sa.Column("id", ID, primary_key=True),
        sa.Column("participant_id", ID, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("at", UTCDateTime, nullable=False),
        sa.Column("noted_by", sa.String(120), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime),
        live("uq_absence_participant_wave_live", "participant_id", "wave_id", where="withdrawn_at IS NULL"),
    )
    op.create_table(
        "attendance",
        sa.Column("id", ID, primary_key=True),
        sa.Column("checkpoint_id", ID, sa.ForeignKey("checkpoint.id"), nullable=False),
        sa.Column("participant_id", ID, sa.ForeignKey("participant.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("substitute_id", ID, sa.ForeignKey("substitute.id"), index=True),
        sa.Column("at", UTCDateTime, nullable=False),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id")),
        sa.Column("device_id", ID, sa.ForeignKey("device.id"), index=True),
        sa.Column("user_id", ID, sa.ForeignKey("user_account.id"), index=True),
        sa.Column("voided_at", UTCDateTime),
        sa.Column("voided_by", sa.String(80), nullable=False),
        sa.Column("void_reason", sa.String(300), nullable=False),
        sa.Index("ix_attendance_checkpoint_at", "checkpoint_id", "at"),
        sa.Index("uq_attendance_checkpoint_number", "checkpoint_id", "number", unique=True),
        live("uq_attendance_checkpoint_participant_live", "checkpoint_id", "participant_id", where="voided_at IS NULL"),
        live(
            "uq_attendance_wave_participant_live",
            "wave_id",
            "participant_id",
            where="voided_at IS NULL AND wave_id IS NOT NULL",
        ),
    )
    op.create_table(
        "badge",
        sa.Column("id", ID, primary_key=True),
        sa.Column("participant_id", ID, sa.ForeignKey("participant.id"), nullable=False, index=True),
        sa.Column("token", sa.String(16), nullable=False, unique=True),
        sa.Column("short_code", sa.String(8), nullable=False, unique=True),
        sa.Column("issued_at", UTCDateTime, nullable=False),
        sa.Column("printed_count", sa.Integer, nullable=False),
        sa.Column("revoked_at", UTCDateTime),
        sa.Column("reason", sa.String(300), nullable=False),
        live("uq_badge_participant_live", "participant_id", where="revoked_at IS NULL"),
    )
    op.create_table(
        "certificate",
        sa.Column("id", ID, primary_key=True),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id"), nullable=False, index=True),
        sa.Column("participant_id", ID, sa.ForeignKey("participant.id"), nullable=False, unique=True),
        sa.Column("sequence", sa.Integer, nullable=False, unique=True),
        sa.Column("number", sa.String(200), nullable=False, unique=True),
        sa.Column("code", sa.String(8), nullable=False, unique=True),
        sa.Column("issued_at", UTCDateTime, nullable=False),
    )
    op.create_table(
        "contacted",
        sa.Column("id", ID, primary_key=True),
        sa.Column("participant_id", ID, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("wave_id", ID, sa.ForeignKey("wave.id"), nullable=False, index=True),
        sa.Column("at", UTCDateTime, nullable=False),
        sa.Column("noted_by", sa.String(120), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime),
        live("uq_contacted_participant_wave_live", "participant_id", "wave_id", where="withdrawn_at IS NULL"),
    )
    op.create_table(
        "scan",
        sa.Column("id", ID, primary_key=True),
        sa.Column("nonce", sa.String(64), nullable=False, unique=True),
        sa.Column("checkpoint_id", ID, sa.ForeignKey("checkpoint.id"), nullable=False),
        sa.Column("participant_id", ID, sa.ForeignKey("participant.id"), index=True),
        sa.Column("badge_id", ID, sa.ForeignKey("badge.id"), index=True),
        sa.Column("raw", sa.String(64)),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("device_id", ID, sa.ForeignKey("device.id"), index=True),
        sa.Column("user_id", ID, sa.ForeignKey("user_account.id"), index=True),
        sa.Column("client_at", UTCDateTime),
        sa.Column("server_at", UTCDateTime, nullable=False),
        sa.Column("attendance_id", ID, sa.ForeignKey("attendance.id"), index=True),
        sa.Column("follows_id", ID, sa.ForeignKey("scan.id"), index=True),
        sa.Index("ix_scan_checkpoint_id", "checkpoint_id", "id"),
    )
    op.create_table(
        "decision_case",
        sa.Column("id", ID, primary_key=True),
        sa.Column("scan_id", ID, sa.ForeignKey("scan.id"), nullable=False, unique=True),
        sa.Column("checkpoint_id", ID, sa.ForeignKey("checkpoint.id"), nullable=False),
        sa.Column("participant_id", ID, sa.ForeignKey("participant.id"), index=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("told", sa.String(200), nullable=False),
        sa.Column("opened_at", UTCDateTime, nullable=False),
        sa.Column("settled_at", UTCDateTime),
        sa.Column("settled_by", sa.String(120), nullable=False),
        sa.Column("outcome", sa.String(300), nullable=False),
        live(
            "uq_decision_case_open",
            "checkpoint_id",
            "participant_id",
            "kind",
            where="settled_at IS NULL AND participant_id IS NOT NULL",
        ),
    )
