"""What the stores of accounts promise on a real database: users, devices, links, and what the trail says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from rtapp.accounts import links_store, passwords
from rtapp.accounts import store as accounts
from rtapp.accounts.devices_store import (
    add_device,
    bearer_of,
    change_device,
    device_actor,
    device_expiry_at,
    device_life,
    find_device,
    give_bearer,
    leave_device,
    mark_seen,
    revoke_device,
)
from rtapp.accounts.lifetime import Life
from rtapp.accounts.roles import Role
from rtapp.audit.store import verify_chain
from rtapp.schema import AuditValue, Device, OneTimeLink, User, Wave

from .refusing import refused
from .trailed import trail
from .world import PASSWORD, at

pytestmark = pytest.mark.both_engines

NOW = datetime(2023, 11, 1, 2, 0, tzinfo=UTC)
GOOD = "empat kata yang aman"


def last_line(session):
    return trail(session, 1)[0]


def test_a_user_signs_in_with_any_spelling_of_the_name(session, world):
    assert accounts.sign_in(session, "  uji   ADMIN ", PASSWORD).id == world.users["admin"]
    assert accounts.sign_in(session, "Uji admin", PASSWORD + "x") is None
    assert accounts.sign_in(session, "Tidak Ada", PASSWORD) is None
    assert accounts.sign_in(session, "Uji admin\x00", PASSWORD) is None


def test_unknown_names_cost_as_much_work_as_wrong_passwords(session, world, monkeypatch):
    worked = []
    monkeypatch.setattr(passwords, "fits", lambda kept, given: worked.append(kept) or False)
    accounts.sign_in(session, "Tidak Ada", PASSWORD)
    accounts.sign_in(session, "Uji admin", "salah semua")
    assert len(worked) == 2


def test_no_connection_is_held_while_a_password_is_worked_on(session, world, monkeypatch):
    held = []
    monkeypatch.setattr(passwords, "fits", lambda kept, given: held.append(session().in_transaction()) or False)
    accounts.sign_in(session, "Uji admin", PASSWORD)
    assert held == [False]


def test_a_new_password_ends_every_session_and_unused_link(writing, world):
    user = accounts.find_user(writing, world.users["clerk"])
    secret = links_store.issue_link(writing, "user", now=NOW, user=user)
    version = user.session_version
    assert accounts.user_actor(writing, user.id, version)
    accounts.change_password(writing, "uji", user, GOOD, now=NOW)
    writing.commit()
    assert accounts.user_actor(writing, user.id, version) is None
    assert accounts.sign_in(writing, user.name, GOOD).id == user.id
    with refused("link_used", 410):
        links_store.find_link(writing, secret, now=NOW)


def test_an_admin_may_leave_when_another_is_enabled(writing, world):
    admin, other = (accounts.find_user(writing, world.users[role]) for role in ("admin", "supervisor"))
    accounts.change_role(writing, "uji", other, Role.ADMIN, now=NOW)
    accounts.disable_user(writing, "uji", other, now=NOW)
    with refused("last_admin"):
        accounts.disable_user(writing, "uji", admin, now=NOW)
    accounts.enable_user(writing, "uji", other, now=NOW)
    accounts.disable_user(writing, "uji", admin, now=NOW)
    assert accounts.user_actor(writing, admin.id, admin.session_version) is None


def test_a_device_is_revoked_at_once_with_its_token_and_link(writing, world):
    device = find_device(writing, world.device)
    secret = links_store.invite_device(writing, "uji", device, now=NOW)
    assert device_actor(writing, device.id, device.session_version, now=NOW)
    assert bearer_of(writing, world.bearer, now=NOW)
    version = device.session_version
    revoke_device(writing, "uji", device, now=NOW)
    assert device_actor(writing, device.id, version, now=NOW) is None
    assert device_actor(writing, device.id, device.session_version, now=NOW) is None
    assert bearer_of(writing, world.bearer, now=NOW) is None
    with refused("link_used", 410):
        links_store.find_link(writing, secret, now=NOW)
    with refused("device_revoked", 409):
        links_store.invite_device(writing, "uji", device, now=NOW)


def test_a_device_lives_to_the_end_of_its_last_waves_day(writing, world):
    device = find_device(writing, world.device)
    links_store.invite_device(writing, "uji", device, now=NOW)
    assert device.expires_at == at(0, day=date(2023, 11, 9))
    actor = lambda now: device_actor(writing, device.id, device.session_version, now=now)  # noqa: E731
    assert actor(at(23, 59)) and actor(device.expires_at) is None


def test_a_device_for_a_wave_long_past_lives_until_tonight(writing, world):
    late = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    assert device_expiry_at(writing, [world.registration], late) == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


def test_a_device_of_two_waves_goes_on_when_the_first_is_closed(writing, world):
    device, wave = find_device(writing, world.device), writing.get(Wave, world.waves[0])
    both = [world.registration, world.registration_two]
    change_device(writing, "uji", device, "Meja 1", Role.CLERK, both, now=NOW)
    wave.closed_at = NOW
    writing.flush()
    actor = device_actor(writing, device.id, device.session_version, now=NOW)
    assert actor.checkpoint_ids == set(both)


def test_another_role_and_other_checkpoints_count_from_the_next_request(writing, world):
    device = find_device(writing, world.device)
    change_device(writing, "uji", device, "Meja 1 timur", Role.VIEWER, [world.session_one], now=NOW)
    actor = device_actor(writing, device.id, device.session_version, now=NOW)
    assert (actor.name, actor.role, actor.checkpoint_ids) == ("Meja 1 timur", Role.VIEWER, {world.session_one})
    line, kept = last_line(writing)
    assert line.action == "device.change" and kept.values["before"]["label"] == "Meja 1"
    change_device(writing, "uji", device, "Meja 1 timur", Role.VIEWER, [world.session_one], now=NOW)
    assert last_line(writing)[0].id == line.id  # nothing changed, nothing noted


def test_no_device_is_an_admins(writing, world):
    with refused("bad_role"):
        add_device(writing, "uji", "Meja 9", Role.ADMIN, [world.registration], expires_at=NOW, now=NOW)


def test_a_device_waits_until_a_browser_or_a_program_uses_it(writing, world):
    device = add_device(writing, "uji", "Meja 9", Role.CLERK, [world.registration], expires_at=at(23), now=NOW)
    assert device_life(device, now=NOW) is Life.WAITING
    secret = links_store.invite_device(writing, "uji", device, now=NOW)
    links_store.use_link(writing, secret, now=NOW)
    assert device_life(device, now=NOW) is Life.ACTIVE
    leave_device(writing, device, now=NOW)
    assert device_life(device, now=NOW) is Life.WAITING
    give_bearer(writing, "uji", device, now=NOW)
    mark_seen(writing, [device.id], now=NOW)
    assert device_life(device, now=NOW) is Life.ACTIVE


def test_pairing_anew_ends_the_phone_that_was_this_device(writing, world):
    device = find_device(writing, world.device)
    before = device.session_version
    links_store.use_link(writing, links_store.invite_device(writing, "uji", device, now=NOW), now=NOW)
    assert device_actor(writing, device.id, before, now=NOW) is None
    assert device_actor(writing, device.id, device.session_version, now=NOW)


def test_a_link_that_two_took_at_once_serves_one(writing, world, monkeypatch):
    secret = links_store.issue_link(writing, "user", now=NOW, user=accounts.find_user(writing, world.users["clerk"]))
    stale = links_store._live_link(writing, secret, NOW)
    links_store.use_link(writing, secret, now=NOW)
    monkeypatch.setattr(links_store, "_live_link", lambda *_: stale)
    with refused("link_used", 410):
        links_store.use_link(writing, secret, now=NOW)


def test_links_end_with_their_time_and_with_a_newer_one(writing, world):
    user = accounts.find_user(writing, world.users["clerk"])
    first = links_store.issue_link(writing, "user", now=NOW, user=user)
    second = links_store.issue_link(writing, "user", now=NOW, user=user)
    other = links_store.issue_link(writing, "user", now=NOW, user=accounts.find_user(writing, world.users["admin"]))
    with refused("link_used", 410):
        links_store.find_link(writing, first, now=NOW)
    assert links_store.find_link(writing, second, now=NOW + timedelta(hours=23)).label == "Uji clerk"
    assert links_store.find_link(writing, other, now=NOW)
    with refused("link_used", 410):
        links_store.find_link(writing, second, now=NOW + timedelta(days=1))
    with refused("link_used", 410):
        links_store.find_link(writing, "tidak-ada", now=NOW)


def test_a_disabled_users_link_lets_nobody_in(writing, world):
    user = accounts.find_user(writing, world.users["clerk"])
    accounts.disable_user(writing, "uji", user, now=NOW)
    secret = links_store.issue_link(writing, "user", now=NOW, user=user)
    with refused("link_used", 410):
        links_store.find_link(writing, secret, now=NOW)


def test_neither_trail_nor_tables_hold_a_password_a_link_or_a_token(writing, world):
    device, user = (find_device(writing, world.device), accounts.find_user(writing, world.users["clerk"]))
    secrets = [
        links_store.invite_device(writing, "uji", device, now=NOW),
        links_store.issue_link(writing, "user", now=NOW, user=user),
        give_bearer(writing, "uji", device, now=NOW),
    ]
    accounts.change_password(writing, "uji", user, GOOD, now=NOW)
    links_store.use_link(writing, secrets[0], now=NOW)
    kept = [
        *map(str, (value.values for value in writing.scalars(select(AuditValue)))),
        *(f"{line.actor}{line.reason}" for line, _ in trail(writing)),
        *(row.token_hash for row in writing.scalars(select(OneTimeLink))),
        *(str(row.token_hash) for row in writing.scalars(select(Device))),
        *(row.password_hash for row in writing.scalars(select(User))),
    ]
    assert not [text for text in kept for secret in (*secrets, GOOD, PASSWORD) if secret in text]


def test_everything_that_was_done_stands_in_an_unbroken_trail(writing, world):
    device, user = (find_device(writing, world.device), accounts.find_user(writing, world.users["clerk"]))
    links_store.invite_device(writing, "Uji admin", device, now=NOW)
    accounts.change_role(writing, "Uji admin", user, Role.VIEWER, now=NOW)
    accounts.change_role(writing, "Uji admin", user, Role.VIEWER, now=NOW)
    accounts.disable_user(writing, "Uji admin", user, now=NOW)
    accounts.note_sign_in(writing, user, now=NOW)
    revoke_device(writing, "Uji admin", device, now=NOW)
    done = [(line.action, line.actor) for line, _ in trail(writing, 5)]
    assert done == [
        ("device.revoke", "Uji admin"),
        ("user.sign_in", "Uji clerk"),
        ("user.disable", "Uji admin"),
        ("user.role", "Uji admin"),
        ("link.issue", "Uji admin"),
    ]
    assert verify_chain(writing) is None
