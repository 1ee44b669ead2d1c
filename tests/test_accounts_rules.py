"""What the rules of accounts promise: roles, tries, lifetimes, names, addresses, passwords."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from rtapp.accounts import passwords
from rtapp.accounts.addresses import is_here_only, reachable
from rtapp.accounts.lifetime import Life, last_day, life_of
from rtapp.accounts.names import key_of, readable
from rtapp.accounts.roles import DUTIES, Actor, Duty, Role
from rtapp.accounts.tries import PASSWORD_LIMIT, PIN_LIMIT
from rtapp.refusals import Refused

from .refusing import refused

NOW = datetime(2023, 11, 8, 0, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=9)


def test_every_role_may_all_that_the_role_below_may():
    order = [DUTIES[role] for role in (Role.VIEWER, Role.CLERK, Role.SUPERVISOR, Role.ADMIN)]
    assert all(below < above for below, above in pairwise(order))
    assert DUTIES[Role.ADMIN] == set(Duty)


def test_a_device_uses_only_the_checkpoints_it_was_given():
    desk = Actor("device", 3, "Meja 1", Role.CLERK, frozenset({1, 2}))
    assert desk.may_use(2) and not desk.may_use(9) and desk.may("scan") and not desk.may(Duty.MANAGE_DEVICES)
    assert (desk.device_id, desk.user_id) == (3, None)
    assert Actor("user", 7, "Uji", Role.CLERK).may_use(9)


def test_the_eleventh_try_within_five_minutes_waits_until_the_first_is_forgotten():
    made = [NOW + timedelta(seconds=each) for each in range(10)]
    assert PASSWORD_LIMIT.wait(made[:9], NOW + timedelta(seconds=9)) is None
    assert PASSWORD_LIMIT.wait(made, NOW + timedelta(minutes=1)) == timedelta(minutes=4)
    assert PASSWORD_LIMIT.wait(made, NOW + timedelta(minutes=5)) is None
    assert PIN_LIMIT.wait(made, NOW + timedelta(minutes=5)) == timedelta(minutes=10, seconds=5)


@pytest.mark.parametrize(
    ("revoked_at", "expires_at", "closings", "used_at", "life"),
    [
        (None, LATER, [None], None, Life.WAITING),
        (None, LATER, [None], NOW, Life.ACTIVE),
        (None, LATER, [NOW, None], NOW, Life.ACTIVE),
        (None, LATER, [NOW, NOW], NOW, Life.ENDED),
        (None, NOW, [None], NOW, Life.ENDED),
        (None, LATER, [], NOW, Life.ENDED),
        (NOW, LATER, [None], NOW, Life.REVOKED),
    ],
)
def test_a_device_lives_until_revoked_expired_or_all_its_waves_are_closed(
    revoked_at, expires_at, closings, used_at, life
):
    assert life_of(revoked_at, expires_at, closings, used_at, now=NOW) is life
    assert life.is_over == (life in (Life.ENDED, Life.REVOKED))


def test_the_last_day_is_the_one_before_midnight():
    assert last_day(datetime(2023, 11, 8, 16, 0, tzinfo=UTC)).isoformat() == "2023-11-08T15:59:59+00:00"
    assert last_day(None) is None


def test_two_spellings_of_a_name_are_one_account():
    assert key_of("  Siti   AMINAH ") == key_of("siti aminah") == key_of("ｓｉｔｉ aminah")
    assert key_of("Siti Aminah") != key_of("Siti Amina")


def test_a_name_has_visible_characters_and_at_most_eighty():
    assert readable("  Meja 2 ·  pintu timur ") == "Meja 2 · pintu timur"
    assert readable("a" * 80) and not readable("a" * 81)
    assert not readable("Meja\u202e2") and not readable("Meja\x002") and not readable("  ")


def test_localhost_is_replaced_by_addresses_a_phone_can_open():
    assert reachable("http://192.168.1.10:8000", ["10.0.0.5"]) == ["http://192.168.1.10:8000"]
    assert reachable("http://localhost:8000", ["10.0.0.5", "192.168.1.10"]) == [
        "http://10.0.0.5:8000",
        "http://192.168.1.10:8000",
        "http://localhost:8000",
    ]
    assert reachable("https://localhost", []) == ["https://localhost"]


def test_loopback_addresses_alone_open_on_this_machine_only():
    here = ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "http://a.localhost"]
    there = ["http://meja.lan:8000", "http://192.168.1.10", "https://[fe80::1]:8000"]
    assert [address for address in here + there if is_here_only(address)] == here


@pytest.mark.parametrize(
    "password", ["12345678", "87654321", "abcdefgh", "aaaaaaaa", "abababab", "Uji Admin", "ujiadmin"]
)
def test_passwords_everybody_would_try_are_refused(password):
    with refused("easy_password"):
        passwords.checked(password, "Uji  Admin")


def test_passwords_too_short_or_too_long_are_refused():
    with pytest.raises(Refused) as short:
        passwords.checked("tujuh77")
    assert str(short.value) == "Kata sandi paling sedikit 8 huruf."
    with refused("long_password"):
        passwords.checked("panjang!" * 26)


def test_a_password_is_hashed_once_and_fits_only_itself():
    hashed = passwords.checked("empat kata yang aman", "Ani")
    assert hashed.startswith("$argon2id$") and passwords.checked(hashed) is hashed
    assert passwords.fits(hashed, "empat kata yang aman")
    assert not passwords.fits(hashed, "empat kata yang Aman")
    assert (
        not passwords.fits(None, "empat kata yang aman") and not passwords.fits("", "") and not passwords.fits("?", "x")
    )


def test_more_sign_ins_at_once_than_may_wait_are_sent_away_and_pins_have_a_room_of_their_own():
    room, goes_on, begun = passwords.Room(2), threading.Event(), threading.Event()

    def slow() -> bool:
        begun.set()
        return goes_on.wait(20)

    with ThreadPoolExecutor(2) as waiting:
        first, second = waiting.submit(room.work, slow), waiting.submit(room.work, goes_on.is_set)
        begun.wait(20)
        while room._waiting < 2:
            time.sleep(0.01)
        with pytest.raises(Refused) as refused:
            passwords.fits(None, "x", room)
        assert refused.value.status == 429 and passwords.fits(None, "x", passwords.Room(1)) is False
        goes_on.set()
        assert first.result() is True and second.result() is True
    assert passwords.fits(None, "x", room) is False and passwords.PINS is not passwords.PASSWORDS


def test_what_fails_while_a_password_is_worked_on_fails_for_its_asker_alone():
    room = passwords.Room(2)
    with pytest.raises(ZeroDivisionError):
        room.work(lambda: 1 / 0)
    assert room.work(lambda: True) is True
