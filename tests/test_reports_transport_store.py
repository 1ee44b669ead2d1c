"""Who is paid transport money: those present or represented, at what rate, by whom, and who needs a second look."""

import pytest

from rtapp.db import begin_write, db
from rtapp.events import store as events
from rtapp.reports.transport import Money, Rate, cash_by_cashier
from rtapp.reports.transport_store import pay_list, payable_points, rates_of, save_rates
from rtapp.schema import Audit, Checkpoint, Substitute, TransportRate

from .refusing import refused
from .world import at

pytestmark = pytest.mark.both_engines
HEADS = {"rt": Rate(150_000, 500, percent=True)}


@pytest.fixture
def hall(app, world):
    """Wave I with a transport checkpoint and a rate for heads; mark and look by short names."""
    with app.app_context():
        session = begin_write(db.session)
        point = Checkpoint(wave_id=world.waves[0], name="Uang transport", kind="transport", position=9)
        session.add(point)
        wave = events.find_wave(session, world.waves[0])
        save_rates(session, "uji", wave, HEADS, now=at(6))
        session.commit()
        world.transport = point.id
        yield world


def stand_in(change, name: str, phone: str = "") -> dict[str, object]:
    """Say of a mark that somebody stood in for the person."""
    with change as session:
        session.add(made := Substitute(name=name, phone=phone))
        session.flush()
        return {"mode": "diwakili", "substitute_id": made.id}


def listed(world, checkpoint: int | None = None):
    db.session.rollback()  # what others have recorded since is seen
    return pay_list(db.session, events.find_wave(db.session, world.waves[0]), checkpoint)


def test_those_present_or_represented_are_paid_and_nobody_else(hall, come, change):
    come("muis", **stand_in(change, "Anak Contoh"))
    come("rahmah")
    come("yusuf", voided_at=at(8))
    found = listed(hall, hall.registration)
    assert [(p.name, p.position, p.substitute, p.money) for p in found.payments] == [
        ("Hj. RAHMAH", "Ketua RT 002 Kelurahan Belimbing Raya", "", Money(150_000, 7_500)),
        ("ABDUL MUIS", "Ketua RT 002 Desa Uwie", "Anak Contoh", Money(150_000, 7_500)),
    ]
    assert all(p.paid_at is None and not p.warnings for p in found.payments)


def test_the_checkpoint_of_transport_is_proposed_and_says_who_paid_and_when(hall, come):
    come("rahmah")
    come("rahmah", checkpoint=hall.transport, moment=at(13, 5))
    [payment] = listed(hall).payments
    assert (payment.paid_at, payment.cashier) == (at(13, 5), "Meja 1")
    [of_registration] = listed(hall, hall.registration).payments
    assert (of_registration.paid_at, of_registration.cashier) == (at(13, 5), "Meja 1")
    [cash] = cash_by_cashier([payment])
    assert (cash.cashier, cash.people, cash.net) == ("Meja 1", 1, 142_500)


def test_a_payment_that_was_taken_back_is_none(hall, come):
    come("rahmah")
    come("rahmah", checkpoint=hall.transport, voided_at=at(13, 45))
    [payment] = listed(hall, hall.registration).payments
    assert payment.paid_at is None and listed(hall).point.id == hall.registration


def test_while_nobody_is_marked_at_the_checkpoint_of_transport_registration_is_proposed(hall, come):
    assert listed(hall).point.id == hall.transport
    come("rahmah")
    assert listed(hall).point.id == hall.registration
    come("muis", checkpoint=hall.transport)
    assert listed(hall).point.id == hall.transport


def test_without_a_checkpoint_of_transport_registration_is_proposed_and_a_rehearsal_never(hall):
    begin_write(db.session)
    db.session.get(Checkpoint, hall.transport).kind = "gladi"
    db.session.commit()
    assert [point.id for point in payable_points(db.session, hall.waves[0])] == [hall.registration, hall.session_one]
    with refused("no_point", 404):
        listed(hall, hall.transport)


def test_whoever_was_in_two_waves_or_paid_before_is_pointed_out(hall, come):
    elsewhere = Checkpoint(wave_id=hall.waves[1], name="Transport", kind="transport", position=5)
    begin_write(db.session).add(elsewhere)
    db.session.commit()
    for checkpoint in (hall.registration, hall.registration_two, elsewhere.id):
        come("ruslan", checkpoint=checkpoint)
    come("rahmah")
    told = {p.name: [str(said) for said in p.warnings] for p in listed(hall, hall.registration).payments}
    assert told == {
        "RUSLAN": ["Hadir di Gelombang I, II. Bayarkan satu kali saja.", "Sudah dibayar di Gelombang II."],
        "Hj. RAHMAH": [],
    }


def test_one_person_who_stands_in_for_two_is_pointed_out_at_both(hall, come, change):
    come("rahmah", **stand_in(change, "Wakil Bersama", "081200000999"))
    come("muis", **stand_in(change, "WAKIL BERSAMA", "081200000999"))
    come("yusuf", **stand_in(change, "Wakil Bersama", "081200000111"))
    told = [[str(said) for said in p.warnings] for p in listed(hall, hall.registration).payments]
    assert [len(said) for said in told] == [1, 0, 1]
    assert "Wakil Bersama mewakili 2 ketua RT" in told[0][0]


def test_a_kind_without_a_rate_is_counted_apart(hall, come):
    come("guest", "rahmah")
    found = listed(hall, hall.registration)
    assert [p.name for p in found.payments] == ["Hj. RAHMAH"] and found.unrated == {"tamu": 1}
    session = begin_write(db.session)
    save_rates(session, "uji", found.wave, HEADS | {"tamu": Rate(50_000)}, now=at(6))
    session.commit()
    assert [(p.position, p.money.net) for p in listed(hall, hall.registration).payments][-1] == ("Tamu", 50_000)


def test_rates_are_kept_per_wave_and_the_trail_holds_them(hall):
    wave = events.find_wave(db.session, hall.waves[0])
    assert rates_of(db.session, hall.waves[0]) == HEADS and rates_of(db.session, hall.waves[1]) == {}
    session = begin_write(db.session)
    assert not save_rates(session, "uji", wave, HEADS, now=at(7))
    assert save_rates(session, "uji", wave, {}, now=at(7)) and rates_of(session, wave.id) == {}
    session.commit()
    assert db.session.query(Audit).filter_by(action="transport.rates").count() == 2
    with refused("no_rate", 409):
        listed(hall)


def test_a_wave_made_by_mistake_goes_with_its_rates(hall):
    session = begin_write(db.session)
    wave = events.add_wave(session, "uji", events.the_event(session), 3, at(8).date(), "Aula", now=at(6))
    save_rates(session, "uji", wave, HEADS, now=at(6))
    events.remove_wave(session, "uji", wave, now=at(6))
    session.commit()
    assert {row.wave_id for row in db.session.query(TransportRate)} == {hall.waves[0]}
