"""Roles and the duties each carries; who is acting, as plain values."""

from dataclasses import dataclass
from enum import StrEnum


class Duty(StrEnum):
    """One thing somebody may be trusted with."""

    SEE_COUNTS = "see_counts"
    SCAN = "scan"
    UNDO_OWN = "undo_own"
    UNDO_ANY = "undo_any"
    OPEN_CHECKPOINT = "open_checkpoint"
    NOTE_ABSENCE = "note_absence"
    DECIDE = "decide"
    EDIT_ROSTER = "edit_roster"
    IMPORT_ROSTER = "import_roster"
    PRINT_CARDS = "print_cards"
    MAKE_REPORTS = "make_reports"
    MANAGE_EVENT = "manage_event"
    MANAGE_DEVICES = "manage_devices"
    MANAGE_USERS = "manage_users"
    MANAGE_SETTINGS = "manage_settings"
    BACK_UP = "back_up"
    READ_TRAIL = "read_trail"


class Role(StrEnum):
    """What somebody is at the desk; an admin prepares and closes, a viewer sees counts alone."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    CLERK = "clerk"
    VIEWER = "viewer"


_VIEWER = frozenset({Duty.SEE_COUNTS})
_CLERK = _VIEWER | {Duty.SCAN, Duty.UNDO_OWN, Duty.NOTE_ABSENCE}
_SUPERVISOR = _CLERK | {Duty.UNDO_ANY, Duty.OPEN_CHECKPOINT, Duty.DECIDE, Duty.EDIT_ROSTER}
DUTIES: dict[Role, frozenset[Duty]] = {
    Role.VIEWER: _VIEWER,
    Role.CLERK: _CLERK,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: frozenset(Duty),
}
# Preparing and closing: answered on localhost and HTTPS, over plain LAN HTTP only where a setting says so.
PROTECTED = DUTIES[Role.ADMIN] - DUTIES[Role.SUPERVISOR]


@dataclass(frozen=True)
class Actor:
    """Who is acting: a user or a device. ``checkpoint_ids`` None means every checkpoint."""

    kind: str  # user | device
    id: int
    name: str
    role: Role
    checkpoint_ids: frozenset[int] | None = None
    over: bool = False  # a device whose waves are closed: it hands in what it scanned before, and nothing else

    def may(self, duty: Duty | str) -> bool:
        """Say whether the role carries ``duty``."""
        return Duty(duty) in DUTIES[self.role]

    def may_use(self, checkpoint_id: int) -> bool:
        """Say whether this actor was given the checkpoint."""
        return self.checkpoint_ids is None or checkpoint_id in self.checkpoint_ids

    @property
    def mark(self) -> str:
        """What tells this actor from all others."""
        return f"{self.kind}:{self.id}"

    @property
    def device_id(self) -> int | None:
        return self.id if self.kind == "device" else None

    @property
    def user_id(self) -> int | None:
        return self.id if self.kind == "user" else None
