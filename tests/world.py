"""A small training with everything the desk's tests talk about, and some noise beside it."""

from datetime import date, datetime, time, timedelta
from types import SimpleNamespace

from sqlalchemy.orm import Session

from rtapp import clock
from rtapp.accounts import store as accounts
from rtapp.accounts.devices_store import add_device, device_expiry, issue_bearer
from rtapp.accounts.roles import Role
from rtapp.badges import store as badges
from rtapp.db import begin_write
from rtapp.events.store import new_epoch
from rtapp.roster import store as roster
from rtapp.roster.seat_store import find_or_add_seat
from rtapp.schema import Checkpoint, District, Event, Invitation, Village, Wave

ZONE = "Asia/Makassar"
PASSWORD = "kata-sandi-uji"
DAY_ONE, DAY_TWO = date(2023, 11, 8), date(2023, 11, 15)


class World(SimpleNamespace):
    """Ids and tokens by short names: ``people["rahmah"]``, ``tokens["rahmah"]``, ``registration``, ``session_one``."""


def at(hour: int, minute: int = 0, day: date = DAY_ONE) -> datetime:
    """Return a moment by the clocks of the hall."""
    return clock.local_moment(day, time(hour, minute), ZONE)


def build(session: Session, now: datetime | None = None) -> World:
    """Fill an empty database and commit: two waves, three districts, nine people, four users, one device."""
    now = now or clock.utcnow()
    begin_write(session)
    event = Event(name="Bimtek Uji Ketua RT", organiser="Dinas Contoh", timezone=ZONE, epoch=new_epoch())
    waves = [
        Wave(event=event, number=1, date=DAY_ONE, venue="Aula Contoh"),
        Wave(event=event, number=2, date=DAY_TWO, venue="Aula Contoh"),
    ]
    session.add_all([event, *waves])
    points = [
        Checkpoint(wave=waves[0], name="Registrasi", kind="hadir", position=0),
        Checkpoint(wave=waves[0], name="Materi 1", kind="sesi", position=1),
        Checkpoint(wave=waves[1], name="Registrasi", kind="hadir", position=0),
    ]
    session.add_all(points)
    session.flush()
    villages = _places(session)
    for wave, village, invited in ((0, "belimbing_raya", 5), (0, "uwie", 2), (1, "padangin_tanta", 2)):
        district = villages[village].district
        session.add(Invitation(wave_id=waves[wave].id, district_id=district.id, invited=invited))
    people = _people(session, event, waves, villages, now)
    badges.issue_missing(session, people.values(), now=now)
    users = {
        role: accounts.add_user(session, "uji", f"Uji {role}", Role(role), PASSWORD, now=now).id
        for role in ("admin", "supervisor", "clerk", "viewer")
    }
    expires = device_expiry(
        [(at(12), ZONE)], now + timedelta(days=1)
    )  # tests may begin before midnight and end after it
    device = add_device(session, "uji", "Meja 1", Role.CLERK, [points[0].id, points[1].id], expires_at=expires, now=now)
    bearer = issue_bearer(session, device)
    tokens = {key: badges.live_badge(session, id_).token for key, id_ in people.items()}
    short = {key: badges.live_badge(session, id_).short_code for key, id_ in people.items()}
    world = World(
        event=event.id,
        waves=[wave.id for wave in waves],
        registration=points[0].id,
        session_one=points[1].id,
        registration_two=points[2].id,
        villages={key: village.id for key, village in villages.items()},
        people=people,
        tokens=tokens,
        short_codes=short,
        users=users,
        device=device.id,
        bearer=bearer,
        now=now,
    )
    session.commit()
    return world


def _places(session: Session) -> dict[str, Village]:
    rows = (
        ("63.09.06", "Murung Pudak", "belimbing_raya", "63.09.06.1001", "Belimbing Raya", "kelurahan"),
        ("63.09.06", "Murung Pudak", "mabuun", "63.09.06.1006", "Mabu'un", "kelurahan"),
        ("63.09.07", "Muara Uya", "uwie", "63.09.07.2004", "Uwie", "desa"),
        ("63.09.03", "Tanta", "padangin_tanta", "63.09.03.2005", "Padangin", "desa"),
    )
    districts: dict[str, District] = {}
    villages = {}
    for code, name, key, village_code, village, kind in rows:
        district = districts.setdefault(code, District(code=code, name=name))
        villages[key] = Village(code=village_code, name=village, kind=kind, district=district)
    session.add_all(villages.values())
    session.flush()
    return villages


def _people(
    session: Session, event: Event, waves: list[Wave], villages: dict[str, Village], now: datetime
) -> dict[str, int]:
    heads = (
        ("rahmah", "Hj. RAHMAH", "belimbing_raya", "002", 0, "081200000102", "P"),
        ("yusuf", "M. YUSUF", "belimbing_raya", "003", 0, "081200000103", "L"),
        ("rahmah_mabuun", "Rahmah", "mabuun", "001", 0, "", "P"),  # a homonym, in another village
        ("hamdani", "HAMDANI BIN UMAR", "mabuun", "002", 0, "", "L"),
        ("aminah", "SITI AMINAH", "mabuun", "013A", 0, "", "P"),
        ("syahrani", "SYAHRANI", "uwie", "001", 0, "", "L"),
        ("muis", "ABDUL MUIS", "uwie", "002", 0, "", "L"),
        ("ruslan", "RUSLAN", "padangin_tanta", "001", 1, "", "L"),
        ("nobody_asked", "TAKDITANYA", "padangin_tanta", "009", 1, "", "L"),
    )
    people = {}
    for key, name, village, rt, wave, phone, gender in heads:
        seat = find_or_add_seat(session, villages[village], rt)
        person = roster.add_participant(
            session, "uji", event.id, name=name, seat=seat, wave_id=waves[wave].id, phone=phone, gender=gender, now=now
        )
        people[key] = person.id
    guest = roster.add_participant(session, "uji", event.id, name="Tamu Contoh", kind="tamu", now=now)
    return people | {"guest": guest.id}
