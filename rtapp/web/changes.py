"""What a line of the trail changed, field by field in the asker's words; phones stay masked."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from ..audit.sentences import FIELDS, differences
from ..db import db
from ..events import place_store
from ..events import store as events
from ..events.checkpoint_store import find_checkpoints
from ..events.waves import numeral
from ..roster.phones import masked_phone
from . import filters


class Words:
    """Says values as people do; waves, places and checkpoints are looked up once."""

    def __init__(self) -> None:
        self._waves = {wave.id: numeral(wave.number) for wave in events.find_waves(db.session)}
        self._villages = {village.code: village.name for village in place_store.find_villages(db.session)}
        self._points = {point.id: point.name for point in find_checkpoints(db.session)}

    def of(self, action: str, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """Return (label, before, after) of what the line changed."""
        changes = differences(action, values)
        rows = [(_(FIELDS[name]), self._say(name, before), self._say(name, after)) for name, before, after in changes]
        return [(label, before, after) for label, before, after in rows if before != after]

    def _say(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return _("ya") if value else _("tidak")
        if isinstance(value, Mapping):
            return " · ".join(str(each) for each in value.values() if each)
        if isinstance(value, list):
            return ", ".join(self._say(name.removesuffix("s"), each) for each in value)
        say = _WAYS.get(name)
        return str(say(self, value)) if say else str(value)

    def _seat(self, value: str) -> str:
        code, *_rw, rt = value.split("/")
        return f"RT {rt} {self._villages.get(code, code)}"

    def _wave(self, value: int) -> str:
        return self._waves.get(value, str(value))

    def _point(self, value: Any) -> str:
        return self._points.get(value, str(value))


_ROLES = {"admin": "Admin", "supervisor": "Koordinator", "clerk": "Petugas", "viewer": "Pemantau"}
_WAYS: dict[str, Any] = {
    "seat": Words._seat,
    "wave_id": Words._wave,
    "checkpoint": Words._point,
    "point": Words._point,
    "phone": lambda _self, value: masked_phone(value),
    "kind": lambda _self, value: filters.kind(value),
    "role": lambda _self, value: _(_ROLES.get(value, value)),
    "starts_at": lambda _self, value: filters.moment(value),
    "ends_at": lambda _self, value: filters.moment(value),
    "opens_at": lambda _self, value: filters.moment(value),
    "closes_at": lambda _self, value: filters.moment(value),
    "decided_at": lambda _self, value: filters.moment(value),
}
