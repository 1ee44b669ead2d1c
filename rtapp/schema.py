"""All tables: columns, constraints, relationships, and expressions that many selects share; no behaviour.

No nullable column is part of a unique key (NULLs are distinct in both engines); «only one live row» is a partial unique
index; nothing cascades, because only personal data is ever deleted.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    and_,
    select,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, join, mapped_column, outerjoin, relationship

from .db import UTCDateTime, db

# SQLite assigns row ids only in a column declared INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def live(name: str, *columns: str, where: str) -> Index:
    """Return a unique index over ``columns`` for only the rows that satisfy ``where``, see ``tables_to_make``."""
    return Index(name, *columns, unique=True, info={"where": where})


def tables_to_make() -> MetaData:
    """Return the tables, to create or compare them, with the conditions of partial indexes set for both dialects.

    Set where they are defined, these would load both dialects on every start (a twentieth of its time) to use one.
    """
    for table in db.metadata.tables.values():
        for index in table.indexes:
            if where := index.info.get("where"):
                index.dialect_kwargs.update(sqlite_where=text(where), postgresql_where=text(where))
    return db.metadata


def _while_empty(column: str) -> hybrid_property[Any]:
    """Return a property that is true while ``column`` is empty, for rows and in selects."""

    def holds(row: Any) -> bool:
        return getattr(row, column) is None

    return hybrid_property(holds, expr=lambda table: getattr(table, column).is_(None))


class Entity(db.Model):
    """A table whose rows have an id; tables are named after their classes where they do not say otherwise."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(Id, primary_key=True, sort_order=-1)


class Event(Entity):
    """A training with all its waves; ``epoch`` changes when a backup is restored."""

    name: Mapped[str] = mapped_column(String(200))
    organiser: Mapped[str] = mapped_column(String(200), default="")
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Makassar")
    epoch: Mapped[str] = mapped_column(String(32))
    demo: Mapped[bool] = mapped_column(default=False)
    waves: Mapped[list["Wave"]] = relationship(back_populates="event", order_by="Wave.number")


class District(Entity):
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    villages: Mapped[list["Village"]] = relationship(back_populates="district", order_by="Village.code")


class Village(Entity):
    code: Mapped[str] = mapped_column(String(20), unique=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))  # desa | kelurahan
    verified: Mapped[bool] = mapped_column(default=True)  # false: taken from a list and found in no known decree
    district: Mapped[District] = relationship(back_populates="villages")


class Wave(Entity):
    __table_args__ = (UniqueConstraint("event_id", "number"),)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    number: Mapped[int]
    date: Mapped[date]
    venue: Mapped[str] = mapped_column(String(200), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    event: Mapped[Event] = relationship(back_populates="waves")
    checkpoints: Mapped[list["Checkpoint"]] = relationship(back_populates="wave", order_by="Checkpoint.position")
    agenda: Mapped[list["Agenda"]] = relationship(back_populates="wave", order_by="Agenda.starts_at")


class Invitation(Entity):
    """The number of heads of a district invited to a wave, typed in to compare the roster with."""

    __table_args__ = (UniqueConstraint("wave_id", "district_id"),)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    invited: Mapped[int]
    assumed: Mapped[bool] = mapped_column(default=False)
    wave: Mapped[Wave] = relationship()
    district: Mapped[District] = relationship()


class Checkpoint(Entity):
    """A place and time at which presence is marked; one card is used at several, independently."""

    __table_args__ = (UniqueConstraint("wave_id", "name"),)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))  # rtapp.events.waves.CheckpointKind
    position: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    requires_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoint.id"), index=True)
    wave: Mapped[Wave] = relationship(back_populates="checkpoints")
    requires: Mapped["Checkpoint | None"] = relationship(remote_side="Checkpoint.id")


class Agenda(Entity):
    """An item of a wave's day; with a checkpoint, it is a session whose attendance is marked."""

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    material: Mapped[str] = mapped_column(String(300))
    speaker: Mapped[str] = mapped_column(String(200), default="")
    checkpoint_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoint.id"), index=True)
    wave: Mapped[Wave] = relationship(back_populates="agenda")
    checkpoint: Mapped[Checkpoint | None] = relationship()


class Seat(Entity):
    """A neighbourhood (RT) of a village: the key that stays the same while its heads change."""

    __table_args__ = (UniqueConstraint("village_id", "rw_in_key", "rt"),)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    rt: Mapped[str] = mapped_column(String(8))  # three digits and a suffix: 013A
    rw: Mapped[str] = mapped_column(String(8), default="")
    rw_in_key: Mapped[str] = mapped_column(String(8), default="")
    village: Mapped[Village] = relationship()


class Participant(Entity):
    """A participant: the head of a seat, or a guest, speaker or committee member without one."""

    __table_args__ = (
        live(
            "uq_participant_event_seat_live", "event_id", "seat_id", where="archived_at IS NULL AND seat_id IS NOT NULL"
        ),
        Index("ix_participant_wave_kind", "wave_id", "kind"),
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="rt")  # rt | tamu | panitia | narasumber
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    search_key: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(String(20), default="")
    gender: Mapped[str] = mapped_column(String(1), default="")  # L | P | ""
    note: Mapped[str] = mapped_column(Text, default="")
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"))
    version: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    archive_reason: Mapped[str] = mapped_column(String(300), default="")
    seat: Mapped[Seat | None] = relationship()
    wave: Mapped[Wave | None] = relationship()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  a declarative of SQLAlchemy
    on_roster = _while_empty("archived_at")


class Badge(Entity):
    """A card: its token is random and never derived from anything that can be edited."""

    __table_args__ = (live("uq_badge_participant_live", "participant_id", where="revoked_at IS NULL"),)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    token: Mapped[str] = mapped_column(String(16), unique=True)
    short_code: Mapped[str] = mapped_column(String(8), unique=True)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    printed_count: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(300), default="")
    is_live = _while_empty("revoked_at")


class User(Entity):
    """A person who signs in by name; ``session_version`` changes when all their sessions must end."""

    __tablename__ = "user_account"
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    pin_hash: Mapped[str] = mapped_column(String(200), default="")  # a supervisor types it on a clerk's screen
    session_version: Mapped[int] = mapped_column(default=1)
    # (mark, when) of sessions that were signed out while their cookies are still valid.
    ended_sessions: Mapped[list[list[str]] | None] = mapped_column(JSON)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Device(Entity):
    """A phone, tablet or program at the desk: with a name, a role and checkpoints; revocation takes effect at once."""

    label: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # sha-256 of a bearer token
    created_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # it scanned nothing earlier
    paired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_seen: Mapped[datetime | None] = mapped_column(UTCDateTime)
    session_version: Mapped[int] = mapped_column(default=0)
    clock_offset: Mapped[int | None]  # milliseconds by which its clock is ahead of ours
    checkpoints: Mapped[list[Checkpoint]] = relationship(
        secondary="device_checkpoint", order_by="Checkpoint.position, Checkpoint.id"
    )


class DeviceCheckpoint(db.Model):
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"), primary_key=True, index=True)


class OneTimeLink(Entity):
    """A link that works once, for the first admin, a device or a user's sign-in; only its digest is stored."""

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))  # setup | user | device
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Substitute(Entity):
    """A person who came in a head's place, with or without a letter."""

    name: Mapped[str] = mapped_column(String(200))
    relation: Mapped[str] = mapped_column(String(80), default="")
    letter: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[str] = mapped_column(String(20), default="")


def _registration_wave(context: Any) -> int | None:
    """Return the wave of a mark's checkpoint if that is a door of the registration, else None."""
    point = context.get_current_parameters()["checkpoint_id"]
    doors = select(Checkpoint.wave_id).where(Checkpoint.id == point, Checkpoint.kind == "hadir")
    return context.connection.scalar(doors)


class Attendance(Entity):
    """A mark: a person is present at a checkpoint; the only source of counts, undone by voiding with a reason."""

    __table_args__ = (
        live("uq_attendance_checkpoint_participant_live", "checkpoint_id", "participant_id", where="voided_at IS NULL"),
        live(
            "uq_attendance_wave_participant_live",
            "wave_id",
            "participant_id",
            where="voided_at IS NULL AND wave_id IS NOT NULL",
        ),
        Index("uq_attendance_checkpoint_number", "checkpoint_id", "number", unique=True),
        Index("ix_attendance_checkpoint_at", "checkpoint_id", "at"),
    )
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    number: Mapped[int]  # running number at the checkpoint, never given twice
    mode: Mapped[str] = mapped_column(String(20), default="sendiri")  # sendiri | diwakili
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("substitute.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    # The wave if this is its registration, else None: all doors of a registration share one mark per person.
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"), default=_registration_wave)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    voided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    voided_by: Mapped[str] = mapped_column(String(80), default="")
    void_reason: Mapped[str] = mapped_column(String(300), default="")
    is_live = _while_empty("voided_at")


class Scan(Entity):
    """An attempt at the desk, append-only; ``answer`` holds the facts of the answer, in no language."""

    __table_args__ = (Index("ix_scan_checkpoint_id", "checkpoint_id", "id"),)
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"), index=True)
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badge.id"), index=True)
    raw: Mapped[str | None] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(20))
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(20))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    client_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    server_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id"), index=True)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"), index=True)


class Case(Entity):
    """A scan that waits for a supervisor because it could not be judged automatically; settled once."""

    __tablename__ = "decision_case"
    __table_args__ = (
        live("uq_decision_case_open", "checkpoint_id", "participant_id", "kind",
             where="settled_at IS NULL AND participant_id IS NOT NULL"),
    )  # fmt: skip
    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id"), unique=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # other_wave | conflict | late | walk_in | time
    told: Mapped[str] = mapped_column(String(200), default="")  # a walk-in's name as the desk typed it
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_by: Mapped[str] = mapped_column(String(120), default="")
    outcome: Mapped[str] = mapped_column(String(300), default="")


class Absence(Entity):
    """The reason why a person does not come to their wave; a scan overrides it."""

    __table_args__ = (
        live("uq_absence_participant_wave_live", "participant_id", "wave_id", where="withdrawn_at IS NULL"),
    )
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # izin | sakit | dinas | tanpa_keterangan
    note: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    noted_by: Mapped[str] = mapped_column(String(120), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Contacted(Entity):
    """A tick that a person who had not come to their wave was called or asked after; withdrawn to undo it."""

    __table_args__ = (
        live("uq_contacted_participant_wave_live", "participant_id", "wave_id", where="withdrawn_at IS NULL"),
    )
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    noted_by: Mapped[str] = mapped_column(String(120), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TransportRate(Entity):
    """The money for a kind of participant who comes to a wave, in rupiah; ``tax`` too, or in hundredths of a percent.

    ``percent`` says which of the two ``tax`` is.
    """

    __table_args__ = (UniqueConstraint("wave_id", "kind"),)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    kind: Mapped[str] = mapped_column(String(20))  # as in Participant.kind
    amount: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger, default=0)
    percent: Mapped[bool] = mapped_column(default=False)


class SignedList(Entity):
    """An attendance list printed for signing by hand, and the number of signatures counted on its pages.

    ``pages`` holds the (number, participant) of the rows of each page as printed: a later change of the roster changes
    no paper. ``counts`` holds a number per page, null while not counted. ``digest`` is that of the content.
    """

    __table_args__ = (UniqueConstraint("checkpoint_id", "digest"),)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"))
    digest: Mapped[str] = mapped_column(String(64))
    paper: Mapped[str] = mapped_column(String(4))
    pages: Mapped[list[list[list[int]]]] = mapped_column(JSON)
    printed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    printed_by: Mapped[str] = mapped_column(String(120))
    counts: Mapped[list[int | None]] = mapped_column(JSON)
    counted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    counted_by: Mapped[str] = mapped_column(String(120), default="")
    checkpoint: Mapped[Checkpoint] = relationship()


class CertificateRule(Entity):
    """The rule for who of a wave gets a certificate, and for its number (rtapp/reports/certificate.py)."""

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), unique=True)
    points: Mapped[list[int]] = mapped_column(JSON)  # ids of the checkpoints that count
    least: Mapped[int]
    substitutes: Mapped[bool] = mapped_column(default=False)
    template: Mapped[str] = mapped_column(String(100))
    code: Mapped[str] = mapped_column(String(40), default="")
    unit: Mapped[str] = mapped_column(String(40), default="")


class Certificate(Entity):
    """A certificate number given to a person for good, and the code by which the committee finds it again."""

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), unique=True)
    sequence: Mapped[int] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(String(200), unique=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    wave: Mapped[Wave] = relationship()


class RosterImport(Entity):
    """An uploaded list until its last decision: the data read, the users' answers, the changes it made.

    ``books`` holds the cells as read, packed, without identity numbers, and nothing once the list is closed; ``done``
    the participants and seats it created and changed, so that all of it can be undone.
    """

    key: Mapped[str] = mapped_column(String(32), unique=True)
    files: Mapped[list[str]] = mapped_column(JSON)
    books: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    setup: Mapped[dict[str, Any]] = mapped_column(JSON)
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(120))
    applied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    applied_by: Mapped[str] = mapped_column(String(120), default="")
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done: Mapped[dict[str, Any]] = mapped_column(JSON)


class Setting(db.Model):
    """An option that the committee has set; options without a row have their declared default."""

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class Audit(Entity):
    """A line of the trail: what was done and by whom, chained over digests (rtapp/audit/chain.py)."""

    __table_args__ = (Index("ix_audit_subject", "subject", "subject_id"), Index("ix_audit_action", "action", "id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(300), default="")
    digest: Mapped[str] = mapped_column(String(64))
    chain: Mapped[str] = mapped_column(String(64))


class AuditValue(db.Model):
    """The values of an audit line, before and after, with the salt of its digest: the erasable part of the trail."""

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)


class ChainHead(db.Model):
    """The single row that every writer of an audit line locks, so that no line gets two successors."""

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    chain: Mapped[str] = mapped_column(String(64))


# Joins that many selects share: all participants with their seat and its place (PLACED), or only heads (SEATED).
_OF_SEAT, _OF_VILLAGE = Seat.id == Participant.seat_id, Village.id == Seat.village_id
_OF_DISTRICT = District.id == Village.district_id
PLACED = outerjoin(outerjoin(outerjoin(Participant, Seat, _OF_SEAT), Village, _OF_VILLAGE), District, _OF_DISTRICT)
SEATED = join(join(join(Participant, Seat, _OF_SEAT), Village, _OF_VILLAGE), District, _OF_DISTRICT)
LIVE_CARD = and_(Badge.participant_id == Participant.id, Badge.is_live)
# How lists on paper go: by district, village and RT, those without a seat last.
_PLACE = (Village.code.is_(None), District.code, Village.code, Seat.rt, Seat.rw)
BY_PLACE = (*_PLACE, Participant.name_key, Participant.id)
