"""Facts as a text that only the same server can read and nobody else can write: encrypted and signed by its key."""

import base64
import hashlib
import json
from typing import Any


def sealed(facts: dict[str, Any], key: str) -> str:
    """Return ``facts`` as one word of base64 letters; ``key`` is any secret text."""
    return _fernet(key).encrypt(json.dumps(facts, separators=(",", ":")).encode()).decode()


def opened(text: str, key: str) -> dict[str, Any] | None:
    """Return the facts in a sealed text, None where it was not sealed by this key or was altered."""
    from cryptography.fernet import InvalidToken

    try:
        facts: dict[str, Any] = json.loads(_fernet(key).decrypt(text.encode()))
    except (InvalidToken, ValueError):  # ValueError: letters that no byte stands for
        return None
    return facts


def _fernet(key: str) -> Any:
    from cryptography.fernet import Fernet  # loaded where it is needed

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"sealed-text" + key.encode()).digest()))
