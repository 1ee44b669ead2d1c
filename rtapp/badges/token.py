"""Tokens and short codes: mint them, and read back what a scanner, a camera or a person typed."""

import re
import secrets
from urllib.parse import unquote

# Base32: a code of these and the capitals of an address is a small one.
TOKEN_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TOKEN_LENGTH = 16  # 80 bits
# The test card: read at every door, known to every event, recorded nowhere. All its signs are letters, and
# mint_token() gives every card of a person a digit: no person's card will ever be this one.
TEST_TOKEN = "UJICOBAKARTUMEJA"
# 31 signs, a prime: the check sign notices every single wrong sign and every swap of two neighbours.
SHORT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SHORT_LENGTH = 7
_BARE = re.compile(r"(?:^|[^A-Z2-7])([A-Z2-7]{16})[^A-Z2-7]*$")
# Behind the K of our addresses, whatever a layout makes of the slashes; a query may follow.
_IN_ADDRESS = re.compile(r"(?<![A-Z0-9])K[^A-Z0-9]{1,3}([A-Z2-7]{16})(?![A-Z0-9])")
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9]")  # some scanners announce what kind of code they read
_LONGEST = 400
_SHORT = re.compile(f"[{SHORT_ALPHABET}]{{{SHORT_LENGTH}}}")
_DIGIT_RUN = re.compile(r"\d{12,}")
# What a scanner that types as on an American keyboard becomes on a computer set to another layout.
_QWERTZ = str.maketrans("YZ", "ZY")
_AZERTY = str.maketrans("AQZWaqzw?,é\"'(-è", "QAWZQAWZMM234567")


def mint_token() -> str:
    """Return a new random token of 16 base32 signs, at least one of them a digit, so that no word is one."""
    while True:
        token = "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))
        if not token.isalpha():
            return token


def mint_short_code() -> str:
    """Return a new short code: six random signs with at least one digit, and a check sign."""
    while True:
        body = "".join(secrets.choice(SHORT_ALPHABET) for _ in range(SHORT_LENGTH - 1))
        if any(sign.isdigit() for sign in body):
            return body + check_sign(body)


def check_sign(body: str) -> str:
    """Return the check sign of the first six signs: a weighted sum modulo 31."""
    total = sum(weight * SHORT_ALPHABET.index(sign) for weight, sign in enumerate(body, start=2))
    return SHORT_ALPHABET[-total % len(SHORT_ALPHABET)]


def shown(short_code: str) -> str:
    """Return a short code as it is printed, ``K7F-3MQX``."""
    return f"{short_code[:3]}-{short_code[3:]}"


def read_short_code(raw: str) -> str | None:
    """Return the short code that ``raw`` is, in any case, with any separators; None when a sign is wrong."""
    text = re.sub(r"[\s.\-–_]", "", raw).upper()
    if not _SHORT.fullmatch(text) or not any(sign.isdigit() for sign in text):
        return None
    return text if check_sign(text[:-1]) == text[-1] else None


def read_tokens(raw: str) -> list[str]:
    """Return the tokens ``raw`` may stand for, likeliest first: bare or in a URL, any case, any layout."""
    readings = _readings(raw)
    found = [match[1] for shape in (_IN_ADDRESS, _BARE) for text in readings if (match := shape.search(text))]
    return list(dict.fromkeys(found))


def is_test_card(raw: str) -> bool:
    """Say whether ``raw`` is the test card, bare or in a URL, any case, any layout."""
    return TEST_TOKEN in read_tokens(raw)


def looks_like_code(raw: str) -> bool:
    """Say whether ``raw`` is a card's code rather than something to search for: a long word is none."""
    if read_short_code(raw) or is_test_card(raw):
        return True
    readings = _readings(raw)
    bare = (match[1] for text in readings if (match := _BARE.search(text)))
    return any(_IN_ADDRESS.search(text) for text in readings) or not all(map(str.isalpha, bare))


def masked(raw: str) -> str:
    """Return what is kept of an unknown code: 64 signs at most, runs of 12 and more digits hidden."""
    printable = "".join(sign if sign.isprintable() else " " for sign in raw.strip())
    return _DIGIT_RUN.sub(lambda run: "•" * len(run.group()), printable)[:64]


def payload(token: str, base_url: str = "") -> str:
    """Return what the QR code holds: a URL in capitals under ``base_url``, the bare token without one."""
    return f"{base_url}/K/{token}".upper() if base_url else token


def _readings(raw: str) -> tuple[str, ...]:
    text = _SYMBOLOGY.sub("", unquote(raw.strip()[:_LONGEST]))
    return text.upper(), text.upper().translate(_QWERTZ), text.translate(_AZERTY).upper()
