"""Certificates: what a device that trusts the hall's authority accepts, and what it must go on refusing."""

import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rtapp.documents import certificates, vouching
from rtapp.laptop import tls
from rtapp.refusals import Refused

NOW = datetime.now(UTC).replace(microsecond=0)
AUTHORITY = certificates.make_authority("Meja Registrasi Contoh", NOW)
ADDRESSES = ["192.168.10.5", "10.20.0.7"]


def certificate(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def shakes_hands(authority: bytes, leaf: bytes, host: str, folder: Path) -> bool:
    """Say whether a client that trusts ``authority`` alone accepts a server that shows ``leaf`` as ``host``."""
    shown = folder / "shown.pem"
    shown.write_bytes(leaf)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cadata=certificates.as_der(authority))
    ours, theirs = socket.socketpair()

    def answer() -> None:
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except (ssl.SSLError, OSError):
            theirs.close()

    answering = threading.Thread(target=answer)
    answering.start()
    try:
        client.wrap_socket(ours, server_hostname=host).close()
        return True
    except ssl.SSLCertVerificationError:
        return False
    finally:
        ours.close()
        answering.join()


def foreign_leaf(host: str) -> bytes:
    """A leaf that the authority's own key signs for a host it may not name: what a thief of the laptop could make."""
    allowed, certificates.may_name = certificates.may_name, lambda _: True
    try:
        return certificates.make_leaf(AUTHORITY, [host], NOW)
    finally:
        certificates.may_name = allowed


@pytest.mark.parametrize("host", ["localhost", "meja.lan", "127.0.0.1", *ADDRESSES])
def test_a_device_that_trusts_the_authority_accepts_the_server_under_each_of_its_names(host, tmp_path):
    leaf = certificates.make_leaf(AUTHORITY, ["localhost", "meja.lan", "127.0.0.1", *ADDRESSES], NOW)
    assert shakes_hands(AUTHORITY, leaf, host, tmp_path)


def test_a_device_refuses_another_name_another_authority_and_a_leaf_that_is_over(tmp_path):
    leaf = certificates.make_leaf(AUTHORITY, ADDRESSES, NOW)
    assert not shakes_hands(AUTHORITY, leaf, "192.168.10.6", tmp_path)
    assert not shakes_hands(certificates.make_authority("Lain", NOW), leaf, ADDRESSES[0], tmp_path)
    old = certificates.make_leaf(AUTHORITY, ADDRESSES, NOW - timedelta(days=396))
    assert not shakes_hands(AUTHORITY, old, ADDRESSES[0], tmp_path)


@pytest.mark.parametrize("host", ["bank.example", "8.8.8.8", "lan.example", "172.32.0.1"])
def test_whoever_steals_the_authority_can_pose_as_nobody_outside_the_hall(host, tmp_path):
    assert not vouching.may_name(host)
    assert not shakes_hands(AUTHORITY, foreign_leaf(host), host, tmp_path)
    with pytest.raises(ValueError, match=host):
        certificates.make_leaf(AUTHORITY, [host], NOW)


def test_the_authority_signs_leaves_alone_within_its_networks_and_never_for_ipv6():
    found = certificate(AUTHORITY)
    basic = found.extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.critical and (basic.value.ca, basic.value.path_length) == (True, 0)
    within = found.extensions.get_extension_for_class(x509.NameConstraints)
    assert within.critical
    permitted = {str(name.value) for name in within.value.permitted_subtrees}
    assert permitted == {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "localhost", "lan"}
    assert [name.value for name in within.value.excluded_subtrees] == [ipaddress.IPv6Network("::/0")]
    assert found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "Meja Registrasi Contoh"
    assert found.not_valid_after_utc - NOW > timedelta(days=3600)


def test_a_leaf_is_a_servers_and_lives_at_most_397_days():
    leaf = certificate(certificates.make_leaf(AUTHORITY, ADDRESSES, NOW))
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    use = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(use) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_what_devices_download_holds_no_key():
    der = certificates.as_der(AUTHORITY)
    assert x509.load_der_x509_certificate(der) == certificate(AUTHORITY)
    assert load_pem_private_key(AUTHORITY, None) and b"PRIVATE" not in der
    assert certificates.fingerprint(AUTHORITY).count(" ") == 31


# On disk


def test_the_authority_is_made_once_and_the_leaf_again_when_an_address_is_new(tmp_path):
    kept = tls.prepare(tmp_path, ADDRESSES, NOW)
    authority, leaf = kept.authority.read_bytes(), kept.leaf.read_bytes()
    assert tls.prepare(tmp_path, ADDRESSES[:1], NOW + timedelta(days=2)).leaf.read_bytes() == leaf
    tls.prepare(tmp_path, ["192.168.99.9"], NOW)
    assert kept.authority.read_bytes() == authority and kept.leaf.read_bytes() != leaf
    assert "192.168.99.9" in tls.read(kept.leaf).hosts
    renewed = kept.leaf.read_bytes()
    tls.prepare(tmp_path, ["192.168.99.9"], NOW + timedelta(days=370))
    assert kept.authority.read_bytes() == authority and kept.leaf.read_bytes() != renewed


def test_a_leaf_of_another_authority_or_cut_in_half_is_made_anew(tmp_path):
    kept = tls.prepare(tmp_path, ADDRESSES, NOW)
    for broken in (certificates.make_leaf(AUTHORITY, tls.named(ADDRESSES), NOW), kept.leaf.read_bytes()[:300]):
        kept.leaf.write_bytes(broken)
        assert tls.is_due(kept, ADDRESSES, NOW)
        tls.prepare(tmp_path, ADDRESSES, NOW)
        assert certificates.vouches_for(kept.authority.read_bytes(), kept.leaf.read_bytes())


def test_addresses_outside_private_networks_are_left_out(tmp_path):
    kept = tls.prepare(tmp_path, ["203.0.113.9", "192.168.1.2"], NOW)
    assert "192.168.1.2" in tls.read(kept.leaf).hosts and "203.0.113.9" not in tls.read(kept.leaf).hosts
    assert not tls.is_due(kept, ["203.0.113.9"], NOW)


def test_nobody_but_the_owner_reads_the_keys_and_no_half_file_stays(tmp_path):
    kept = tls.prepare(tmp_path, ADDRESSES, NOW)
    assert kept.path.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in kept.path.iterdir()} == {
        "ca.pem": 0o600,
        "leaf.pem": 0o600,
    }


@pytest.mark.parametrize("spoiled", [b"", b"nonsense"])
def test_a_spoiled_authority_is_never_replaced_without_a_word(tmp_path, spoiled):
    kept = tls.prepare(tmp_path, ADDRESSES, NOW)
    kept.authority.write_bytes(spoiled)
    with pytest.raises(Refused, match="Pulihkan dari cadangan"):
        tls.prepare(tmp_path, ADDRESSES, NOW)
    assert kept.authority.read_bytes() == spoiled
