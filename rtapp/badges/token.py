"""Tokens and short codes: mint them, and read back what a scanner, a camera or a person typed."""

import re
import secrets

TOKEN_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # base32: every letter and digit stays alphanumeric in a QR code
TOKEN_LENGTH = 16  # 80 bits
# 31 signs, a prime: the check sign notices every single wrong sign and every swap of two neighbours.
SHORT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SHORT_LENGTH = 7
_TOKEN_AT_END = re.compile(r"(?:^|[^A-Z2-7])([A-Z2-7]{16})[^A-Z2-7]*$")
_SHORT = re.compile(f"[{SHORT_ALPHABET}]{{{SHORT_LENGTH}}}")
_DIGIT_RUN = re.compile(r"\d{12,}")
# What a scanner that types as on an American keyboard becomes on a computer set to another layout.
_QWERTZ = str.maketrans("YZ", "ZY")
_AZERTY = str.maketrans("AQZWé\"'(-è", "QAWZ234567")


def mint_token() -> str:
    """Return a new random token of 16 base32 signs."""
    return "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))


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
    """Return the short code that ``raw`` is, whatever its case and separators; None when its check sign is wrong."""
    text = re.sub(r"[\s.\-–_]", "", raw).upper()
    if not _SHORT.fullmatch(text) or not any(sign.isdigit() for sign in text):
        return None
    return text if check_sign(text[:-1]) == text[-1] else None


def read_tokens(raw: str) -> list[str]:
    """Return the tokens that ``raw`` may stand for, likeliest first: bare, in any URL, any case, any keyboard layout."""
    text = raw.strip()[:200]
    readings = (text.upper(), text.upper().translate(_QWERTZ), text.translate(_AZERTY).upper())
    found = [match.group(1) for reading in readings if (match := _TOKEN_AT_END.search(reading))]
    return list(dict.fromkeys(found))


def looks_like_code(raw: str) -> bool:
    """Say whether ``raw`` is a card's code rather than something to search for."""
    return bool(read_short_code(raw) or read_tokens(raw))


def masked(raw: str) -> str:
    """Return what is kept of an unknown code: 64 signs at most, runs of 12 and more digits hidden."""
    printable = "".join(sign if sign.isprintable() else " " for sign in raw.strip())
    return _DIGIT_RUN.sub(lambda run: "•" * len(run.group()), printable)[:64]


def payload(token: str, base_url: str = "") -> str:
    """Return what the QR code holds: a URL in capitals under ``base_url``, the bare token without one."""
    return f"{base_url}/K/{token}".upper() if base_url else token
