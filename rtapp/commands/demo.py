"""The demo: the Tabalong training of 2023 as published, with a roster of 951 visibly synthetic heads.

Published are the dates, venue, materials and the three districts of wave I with their numbers; how many heads each
of the other nine districts has and which of waves II and III they come to is assumed, and marked so.
"""

import csv
import random
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from .. import clock
from ..accounts import store as accounts
from ..accounts.devices_store import add_device, device_expiry
from ..accounts.roles import Role
from ..badges.store import issue_missing
from ..db import begin_write
from ..events.store import find_event, new_epoch
from ..events.waves import CheckpointKind
from ..refusals import Refused
from ..roster import names
from ..schema import Agenda, Checkpoint, Device, District, Event, Invitation, Participant, Seat, User, Village, Wave

PLACES = Path(__file__).parents[1] / "events" / "places_tabalong.csv"
ZONE = "Asia/Makassar"
DESK = "Meja demo"
VENUE = "Aula Pendopo Bersinar Pembataan"
DATES = (date(2023, 11, 8), date(2023, 11, 15), date(2023, 11, 29))
WAVE_ONE = {"Murung Pudak": 143, "Muara Uya": 123, "Jaro": 71}
WAVE_TWO = ("Tanjung", "Tanta", "Haruai", "Bintang Ara")  # assumed
ALL_HEADS = 951
AGENDA = (
    (time(8, 30), time(10, 0), "Pencegahan penyalahgunaan narkoba di wilayah RT", "Kepala BNNK Tabalong"),
    (time(10, 0), time(11, 30), "Tugas pokok dan fungsi RT", "Tenaga ahli P3MD Kabupaten Tabalong"),
    (time(13, 0), time(14, 30), "Wawasan kebangsaan", "Dandim 1008/Tabalong"),
)
MEN = (
    "Ahmad", "Syarkawi", "Yusuf", "Hamdani", "Junaidi", "Syahrani", "Muis", "Jamaluddin", "Masrani", "Ruslan",
    "Supian", "Misran", "Baihaqi", "Ridwan", "Ismail", "Slamet", "Mulyadi", "Wahyudi", "Japar", "Herman", "Rusdi",
)  # fmt: skip
WOMEN = ("Rahmah", "Siti Aminah", "Nurhayati", "Norhasanah", "Arbainah", "Sumiati", "Kartini", "Noor Aida", "Mardiani")
ENDINGS = ("Contoh", "bin Contoh", "Contoh, S.Pd", "Uji", "Contoh Uji", "Sampel")


def fill(session: Session, now: datetime) -> bool:
    """Fill an empty database with the demo and return True; keep an existing demo and return False.

    Refused when the database holds another event. The caller commits.
    """
    begin_write(session)
    event = find_event(session)
    if event is not None:
        if not event.demo:
            raise Refused(
                "another_event",
                "Basis data ini berisi acara lain, “%(name)s”. Demo tidak menyentuhnya; pakai RTAPP_INSTANCE lain.",
                name=event.name,
            )
        return False
    event = Event(
        name="Bimtek Peningkatan Kapasitas Ketua RT se-Kabupaten Tabalong 2023",
        organiser="DPMD Kabupaten Tabalong",
        timezone=ZONE,
        epoch=new_epoch(),
        demo=True,
    )
    waves = [Wave(event=event, number=n, date=day, venue=VENUE) for n, day in enumerate(DATES, start=1)]
    session.add_all([event, *waves])
    session.flush()
    for wave in waves:
        _plan_day(session, wave)
    heads = _heads_per_village(_add_places(session))
    _invite(session, waves, heads)
    _add_heads(session, event, waves, heads)
    issue_missing(session, session.scalars(select(Participant.id)).all(), now=now)
    return True


def staff(session: Session, now: datetime) -> tuple[User, Device]:
    """Return the demo's admin and its desk for the checkpoints of wave I, made where missing or expired."""
    admin = session.scalar(select(User).where(User.role == Role.ADMIN, User.disabled_at.is_(None)).order_by(User.id))
    if admin is None:
        admin = accounts.add_user(session, "demo", "Admin demo", Role.ADMIN, "", now=now)
    points = session.scalars(select(Checkpoint).join(Wave).where(Wave.number == 1).order_by(Checkpoint.id)).all()
    expires = device_expiry([(clock.local_moment(points[0].wave.date, time(12), ZONE), ZONE)], now)
    desk = session.scalar(select(Device).where(Device.label == DESK, Device.revoked_at.is_(None)).order_by(Device.id))
    if desk is None:
        ids = [point.id for point in points]
        desk = add_device(session, "demo", DESK, Role.CLERK, ids, expires_at=expires, now=now)
    desk.expires_at = expires
    session.flush()
    return admin, desk


def _plan_day(session: Session, wave: Wave) -> None:
    session.add(Checkpoint(wave=wave, name="Registrasi", kind=CheckpointKind.HADIR, position=0))
    session.flush()
    for number, (starts, ends, material, speaker) in enumerate(AGENDA, start=1):
        checkpoint = Checkpoint(wave=wave, name=f"Materi {number}", kind=CheckpointKind.SESI, position=number)
        session.add(
            Agenda(
                wave=wave,
                starts_at=clock.local_moment(wave.date, starts, ZONE),
                ends_at=clock.local_moment(wave.date, ends, ZONE),
                material=material,
                speaker=speaker,
                checkpoint=checkpoint,
            )
        )
        session.flush()


def _add_places(session: Session) -> list[Village]:
    districts: dict[str, District] = {}
    villages = []
    with PLACES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["district_code"]
            district = districts.setdefault(code, District(code=code, name=row["district"]))
            villages.append(Village(code=row["village_code"], name=row["village"], kind=row["kind"], district=district))
    session.add_all(villages)
    session.flush()
    return villages


def _heads_per_village(villages: list[Village]) -> dict[Village, int]:
    """Share each district's heads evenly over its villages; the districts of no published number share the rest."""
    published = [village for village in villages if village.district.name in WAVE_ONE]
    others = [village for village in villages if village.district.name not in WAVE_ONE]
    heads: dict[Village, int] = {}
    for district, total in WAVE_ONE.items():
        heads |= _evenly([village for village in published if village.district.name == district], total)
    return heads | _evenly(others, ALL_HEADS - sum(WAVE_ONE.values()))


def _evenly(villages: list[Village], total: int) -> dict[Village, int]:
    share, left = divmod(total, len(villages))
    return {village: share + (place < left) for place, village in enumerate(villages)}


def _invite(session: Session, waves: list[Wave], heads: dict[Village, int]) -> None:
    totals: dict[District, int] = {}
    for village, count in heads.items():
        totals[village.district] = totals.get(village.district, 0) + count
    for district, invited in totals.items():
        assumed = district.name not in WAVE_ONE
        session.add(Invitation(wave=_wave_of(waves, district), district=district, invited=invited, assumed=assumed))


def _wave_of(waves: list[Wave], district: District) -> Wave:
    return waves[0] if district.name in WAVE_ONE else waves[1] if district.name in WAVE_TWO else waves[2]


def _add_heads(session: Session, event: Event, waves: list[Wave], heads: dict[Village, int]) -> None:
    dice = random.Random(951)
    session.execute(
        insert(Seat),
        [
            {"village_id": village.id, "rt": f"{rt:03}", "rw": "", "rw_in_key": ""}
            for village, count in heads.items()
            for rt in range(1, count + 1)
        ],
    )
    seats = {(seat.village_id, seat.rt): seat.id for seat in session.scalars(select(Seat))}
    rows = []
    for village, count in heads.items():
        for rt, (name, gender) in zip(range(1, count + 1), _people(dice), strict=False):
            # No company that we know of has numbers under 084: whoever tries the demo in earnest rings nobody.
            phone = f"084{dice.choice('12358')}{dice.choice('12378')}000{len(rows):04}" if dice.random() < 0.9 else ""
            rows.append(
                {
                    "event_id": event.id,
                    "seat_id": seats[village.id, f"{rt:03}"],
                    "kind": "rt",
                    "name": name,
                    "name_key": names.name_key(name),
                    "search_key": names.search_key(name, f"RT {rt:03}", village.name, village.district.name),
                    "phone": phone,
                    "gender": gender,
                    "note": "",
                    "wave_id": _wave_of(waves, village.district).id,
                    "version": 1,
                    "archive_reason": "",
                }
            )
    session.execute(insert(Participant), rows)
    assert session.scalar(select(func.count()).select_from(Participant)) == ALL_HEADS


def _people(dice: random.Random) -> Iterator[tuple[str, str]]:
    while True:
        woman = dice.random() < 0.18
        first, title = dice.choice(WOMEN if woman else MEN), ""
        if dice.random() < 0.12:
            title = "Hj. " if woman else "H. "
        name = f"{title}{first} {dice.choice(ENDINGS)}".replace(" bin", " binti" if woman else " bin")
        yield (name.upper() if dice.random() < 0.4 else name), ("P" if woman else "L")
