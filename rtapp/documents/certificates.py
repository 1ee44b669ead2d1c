"""Certificates: an authority of the hall's own and the leaf a server shows; worthless on other networks.

Each is one PEM, the private key before its certificate: kept in one file, neither is ever without the other.

What an authority may vouch for stands inside it (RFC 5280, 4.2.1.10): private IPv4 addresses, localhost and one
private suffix, and no IPv6 address at all. A laptop that is lost endangers no other site.
"""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .vouching import NETWORKS, SUFFIX, Read, may_name

AUTHORITY_LIFE = timedelta(days=3653)
LEAF_LIFE = timedelta(days=396)  # browsers accept 398 days, and iOS what is made by hand up to 825
EARLY = timedelta(days=1)  # a phone whose clock is some hours behind shall not call it «not yet valid»


def make_authority(name: str, now: datetime) -> bytes:
    """Return a new authority called ``name`` (a CN, which iOS asks for), good for ten years."""
    key = ec.generate_private_key(ec.SECP256R1())
    permitted = [x509.IPAddress(network) for network in NETWORKS]
    permitted += [x509.DNSName("localhost"), x509.DNSName(SUFFIX)]
    within = x509.NameConstraints(permitted, [x509.IPAddress(ipaddress.IPv6Network("::/0"))])
    built = (
        _draft(_name(name), _name(name), key.public_key(), now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(within, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _pair(built, key, key)


def make_leaf(authority: bytes, hosts: Iterable[str], now: datetime) -> bytes:
    """Return a certificate for ``hosts`` (names and IPv4 addresses) that ``authority`` vouches for.

    Raises ValueError for no host, or one that the authority may not name.
    """
    hosts = list(dict.fromkeys(hosts))
    if not hosts or not all(map(may_name, hosts)):
        raise ValueError(f"no certificate can be made for {hosts}")
    issuer = x509.load_pem_x509_certificate(authority)
    signer = serialization.load_pem_private_key(authority, None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    vouched = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    built = (
        _draft(_name(hosts[0]), issuer.subject, key.public_key(), now, LEAF_LIFE)
        .add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(vouched, critical=False)
    )
    return _pair(built, key, signer)


def read(pem: bytes) -> Read:
    """Return what the certificate in a PEM says; raises ValueError where there is none."""
    certificate = x509.load_pem_x509_certificate(pem)
    hosts: set[str] = set()
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            hosts = {str(name.value) for name in extension.value}
    return Read(frozenset(hosts), certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def vouches_for(authority: bytes, leaf: bytes) -> bool:
    """Say whether the authority has signed this leaf."""
    try:
        issuer = x509.load_pem_x509_certificate(authority)
        x509.load_pem_x509_certificate(leaf).verify_directly_issued_by(issuer)
    except Exception:  # whatever is wrong with either: a new leaf is made
        return False
    return True


def as_der(pem: bytes) -> bytes:
    """Return the certificate alone, without its key, as DER: the form every phone takes."""
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


def fingerprint(pem: bytes) -> str:
    """Return the SHA-256 of the certificate as phones show it: ``AB CD …``."""
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex(" ").upper()


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    serial, starts = x509.random_serial_number(), now - EARLY
    draft = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return draft.serial_number(serial).not_valid_before(starts).not_valid_after(starts + life)


def _pair(draft: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey) -> bytes:
    pem, bare = serialization.Encoding.PEM, serialization.NoEncryption()
    certificate = draft.sign(signer, hashes.SHA256()).public_bytes(pem)
    return key.private_bytes(pem, serialization.PrivateFormat.PKCS8, bare) + certificate


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.IPv4Address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
        **dict.fromkeys(others, False),
    )
