"""Encryption of backups in the age format: whoever has the ``age`` program and the passphrase can open them.

A passphrase seals a key pair once; what is written later is sealed with the pair's public key alone, so that backups
are made while nobody is there to type, and the server keeps nothing that opens them.
"""

from dataclasses import dataclass
from pathlib import Path

from pyrage import DecryptError, decrypt_file, encrypt_file, passphrase
from pyrage.x25519 import Identity, Recipient

WRONG = (DecryptError, OSError, ValueError)  # what opening raises where the key or the bytes are not right


@dataclass(frozen=True)
class Pair:
    """A key pair: ``recipient`` seals, ``identity`` opens and is itself sealed with a passphrase."""

    recipient: str
    identity: bytes


def make_pair(words: str) -> Pair:
    """Return a new key pair whose opening half is sealed with the passphrase ``words`` (scrypt, about a second)."""
    identity = Identity.generate()
    return Pair(str(identity.to_public()), passphrase.encrypt(str(identity).encode(), words))


def one_use_pair() -> tuple[str, str]:
    """Return (recipient, identity) of a temporary pair, used once to check a file that was just written."""
    identity = Identity.generate()
    return str(identity.to_public()), str(identity)


def identity_of(sealed: bytes, words: str) -> str | None:
    """Return the identity that the passphrase opens, None where it does not fit; as slow as sealing it was."""
    try:
        return passphrase.decrypt(sealed, words).decode()
    except WRONG:
        return None


def seal(source: Path, target: Path, recipients: list[str]) -> None:
    """Encrypt a file for each of ``recipients``."""
    encrypt_file(str(source), str(target), [Recipient.from_str(each) for each in recipients])


def unseal(source: Path, target: Path, identity: str) -> bool:
    """Decrypt a file and say whether that went well; what stands in ``target`` otherwise is worth nothing."""
    try:
        decrypt_file(str(source), str(target), [Identity.from_str(identity)])
    except WRONG:
        return False
    return True
