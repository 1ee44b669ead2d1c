"""Tokens and short codes: mint them, and read back what a scanner, a camera or a person typed."""

import re
import secrets
from collections.abc import Iterable
from functools import reduce
from urllib.parse import unquote

# Base32: a code of these and the capitals of an address is a small one.
TOKEN_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TOKEN_LENGTH = 16  # 80 bits
# The test card: read at every door, known to every event, recorded nowhere. All its characters are letters, and
# mint_token() gives every card of a person a digit: no person's card will ever be this one.
TEST_TOKEN = "UJICOBAKARTUMEJA"
# 31 characters, a prime: the check character notices every single wrong one and every swap of two neighbours.
SHORT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SHORT_LENGTH = 7
_AROUND = 8  # characters that a scanner puts in front of a token or behind it, at most
_BARE = re.compile(r"(?:^|[^A-Z2-7])([A-Z2-7]{16})[^A-Z2-7]*$")
# Behind the K of our addresses, whatever a layout makes of the slashes; a query may follow.
_IN_ADDRESS = re.compile(r"(?<![A-Z0-9])K[^A-Z0-9]{1,3}([A-Z2-7]{16})[A-Z2-7]{0,8}(?![A-Z2-7])")
_RUN = re.compile(r"[A-Z2-7]{16,}")
_SECRET = re.compile(r"(?<![A-Z2-7])(?=[2-7]*[A-Z])(?=[A-Z]*[2-7])[A-Z2-7]{12,52}([A-Z2-7]{4})(?![A-Z2-7])", re.I)
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9]")  # some scanners announce what kind of code they read
_LONGEST = 400
_BETWEEN = re.compile(f"[^{SHORT_ALPHABET}]+")
_SHORT = re.compile(f"[{SHORT_ALPHABET}]{{{SHORT_LENGTH}}}")
_DIGIT_RUN = re.compile(r"\d{12,}")
# What a scanner that types as on an American keyboard becomes on a computer set to another layout.
_KEYS = "abcdefghijklmnopqrstuvwxyz234567"
_QWERTZ = str.maketrans("YZ", "ZY")
_AZERTY = str.maketrans("AQZWaqzw?,é\"'(-è§", "QAWZQAWZMM2345676")


def _layout(keys: Iterable[str], shifted: Iterable[str] = ()) -> dict[int, str]:
    pairs = [*zip(keys, _KEYS, strict=True), *zip(shifted, _KEYS, strict=False)]
    return {ord(key): character.upper() for key, character in pairs}


_DVORAK = _layout("axje.uidchtnmbrl'poygk,qf;234567", 'AXJE>UIDCHTNMBRL"POYGK<QF:')
_COLEMAK = _layout("abcsftdhuneimky;qprglvwxjz234567", "ABCSFTDHUNEIMKY:QPRGLVWXJZ")
# Keys that give two letters at once, as the one letter that stands for both.
_PAIRS = {"لا": "ﻻ", "لآ": "ﻵ", "لأ": "ﻷ", "لإ": "ﻹ"}
_WIDE = {0xFEE0 + code: code for code in range(0x21, 0x7F)}  # the wide letters of a Japanese or Chinese keyboard
# Layouts whose keys give no letters of ours, or whose digits need Shift: a to z, 2 to 7.
_FOREIGN = [
    _layout("abcdefghijklmnopqrstuvwxzyěščřžý"),
    _layout("abcdefghijklmnopqrstuvwxzyľščťžý"),
    _layout("фисвуапршолдьтщзйкыегмцчня234567", "ФИСВУАПРШОЛДЬТЩЗЙКЫЕГМЦЧНЯ"),
    _layout("фисвуапршолдьтщзйкіегмцчня234567", "ФИСВУАПРШОЛДЬТЩЗЙКІЕГМЦЧНЯ"),
    _layout("شﻻؤيثبلاهتنمةىخحضقسفعرصءغئ234567",
            "ِﻵ{]ُ[ﻷأ÷ـ،/’آ×؛ٌٍَﻹ‘}ًْإ~"),
    _layout("שנבגקכעיןחלךצמםפ/רדאוה'סטז234567"),
    _layout("αβψδεφγηιξκλμνοπ;ρστθωςχυζ234567", "ΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠ:ΡΣΤΘΩΣΧΥΖ"),
    _layout("uçveğaütnkmlszhpfıiorcgödj234567", "UÇVEĞAÜTNKMLSZHPFIİORCGÖDJ"),
]  # fmt: skip


def mint_token() -> str:
    """Return a new random token of 16 base32 signs, at least one of them a digit, so that no word is one."""
    while True:
        token = "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))
        if not token.isalpha():
            return token


def mint_short_code() -> str:
    """Return a new short code: six random characters with at least one digit, and a check character."""
    while True:
        body = "".join(secrets.choice(SHORT_ALPHABET) for _ in range(SHORT_LENGTH - 1))
        if any(character.isdigit() for character in body):
            return body + check_sign(body)


def check_sign(body: str) -> str:
    """Return the check character of the first six: a weighted sum modulo 31."""
    total = sum(weight * SHORT_ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return SHORT_ALPHABET[-total % len(SHORT_ALPHABET)]


def shown(short_code: str) -> str:
    """Return a short code as it is printed, ``K7F-3MQX``."""
    return f"{short_code[:3]}-{short_code[3:]}"


def read_short_code(raw: str) -> str | None:
    """Return the short code that ``raw`` is, in any case, with any separators; None when a character is wrong."""
    text = re.sub(r"[\s.\-–_]", "", raw).upper()
    if not _SHORT.fullmatch(text) or not any(character.isdigit() for character in text):
        return None
    return text if check_sign(text[:-1]) == text[-1] else None


def read_short_codes(raw: str) -> list[str]:
    """Return the short codes ``raw`` may stand for, likeliest first: whole, parted, or with a letter or two around it.

    One of 31 such pieces is a code by chance: of several it is the one that a card has. A text with two cards has none.
    """
    readings = _readings(raw)
    if whole := _short_codes(readings):
        return whole
    if apart := _short_codes(_BETWEEN.split(readings[0])):
        return apart if len(apart) == 1 else []
    text = readings[0]
    ends = ((0, 1), (0, 2), (1, 0), (2, 0), (1, 1))
    return _short_codes(text[front : len(text) - back] for front, back in ends)


def _short_codes(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(code for text in texts if (code := read_short_code(text))))


def read_tokens(raw: str) -> list[str]:
    """Return the tokens ``raw`` may stand for, likeliest first: bare or in a URL, any case, any layout.

    A stray letter or two before or behind is ignored. A text with two cards has no token: either could be meant.
    """
    readings = _readings(raw)
    addressed = [_IN_ADDRESS.findall(text) for text in readings]
    runs = [_RUN.findall(text) for text in readings]
    if len(set(addressed[0])) > 1 or (not addressed[0] and sum(map(_is_secret, runs[0])) > 1):
        return []
    tokens = [token for each in addressed for token in each]
    tokens += [match[1] for text in readings if (match := _BARE.search(text))]
    if not addressed[0]:  # a layout that makes digits of signs would find codes in words with a hyphen
        tokens += [token for each in (*runs[:2], *runs[3:]) for run in each for token in _tokens_within(run)]
    return list(dict.fromkeys(tokens))


def is_test_card(raw: str) -> bool:
    """Say whether ``raw`` is the test card, bare or in a URL, any case, any layout."""
    return TEST_TOKEN in read_tokens(raw)


def looks_like_code(raw: str) -> bool:
    """Say whether ``raw`` is a card's code rather than something to search for: a long word is none."""
    if read_short_code(raw) or is_test_card(raw) or any(_IN_ADDRESS.search(text) for text in _readings(raw)):
        return True
    return any(map(_is_secret, read_tokens(raw)))


def holds_card(text: str) -> bool:
    """Say whether a name, a reason or a note is a card's code, or holds one among its words."""
    if read_short_code(text) and not text.strip().isdigit():
        return True
    readings = _readings(text)[:2]
    tokens = [token for reading in readings for token in _IN_ADDRESS.findall(reading)]
    tokens += [run for reading in readings for run in _RUN.findall(reading) if len(run) == TOKEN_LENGTH]
    return any(_is_secret(token) or token == TEST_TOKEN for token in tokens)


def masked(raw: str) -> str:
    """Return what is kept of an unknown code: 64 characters at most; no token but its end, no run of 12 digits."""
    printable = "".join(character if character.isprintable() else " " for character in raw.strip())
    hidden = _SECRET.sub(r"••••••••\1", printable)
    if hidden == printable and any(map(_is_secret, read_tokens(raw))):  # on another layout
        hidden = f"••••••••{printable[-4:]}"
    return _DIGIT_RUN.sub(lambda run: "•" * len(run.group()), hidden)[:64]


def _is_secret(token: str) -> bool:
    """Say whether these signs may be a token that was minted: those have a letter and a digit."""
    return not token.isalpha() and not token.isdigit()


def _tokens_within(run: str) -> list[str]:
    spare = len(run) - TOKEN_LENGTH
    within = [run[at : at + TOKEN_LENGTH] for at in range(spare + 1)] if spare <= _AROUND else []
    return [token for token in within if _is_secret(token)]


def payload(token: str, base_url: str = "") -> str:
    """Return what the QR code holds: a URL in capitals under ``base_url``, the bare token without one."""
    return f"{base_url}/K/{token}".upper() if base_url else token


def _readings(raw: str) -> tuple[str, ...]:
    """Return a text as typed and as it reads from German, French, Dvorak, Colemak and, if not ASCII, foreign keys."""
    text = _SYMBOLOGY.sub("", unquote(raw.strip()[:_LONGEST]).translate(_WIDE))
    readings = [text.upper(), text.upper().translate(_QWERTZ), text.translate(_AZERTY).upper()]
    readings += [text.translate(layout).upper() for layout in (_DVORAK, _COLEMAK)]
    if not text.isascii():
        joined = reduce(lambda string, pair: string.replace(*pair), _PAIRS.items(), text)
        readings += [keys.translate(layout).upper() for layout in _FOREIGN for keys in dict.fromkeys((joined, text))]
    return tuple(readings)
