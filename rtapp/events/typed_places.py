"""A village that is typed: the texts that are offered, and which of them is meant; what is near is proposed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..refusals import Refused

MOST_PROPOSED = 4
LONGEST = 120
_KIND_WORDS = re.compile(r"^(?:desa|ds|kelurahan|kel)\s+")


def village_texts(districts: Iterable[Any]) -> dict[str, str]:
    """Return the villages of these districts by code as they are offered, with their districts: names recur."""
    pairs = ((district, village) for district in districts for village in district.villages)
    return {village.code: f"{village.name} · {district.name}" for district, village in pairs}


def village_meant(typed: str, texts: Mapping[str, str]) -> str:
    """Return the code of the village that was typed, by its code, as ``texts`` (by code) say it, or by its bare name.

    "" where nothing was typed; refused where several or none of that name are known, with those it may be.
    """
    typed = " ".join(typed.split())
    if not typed or typed in texts:
        return typed
    wanted = _key(typed)
    whole = [code for code, text in texts.items() if _key(text) == wanted]
    codes = whole or [code for code, text in texts.items() if _key(_name(text)) == wanted]
    if len(codes) == 1:
        return codes[0]
    near = codes or [code for code, text in texts.items() if wanted and wanted in _key(text)]
    if near:
        listed = ", ".join(texts[code] for code in near[:MOST_PROPOSED])
        raise Refused(
            "unsure_village",
            "“%(typed)s” dapat berarti: %(list)s. Pilih salah satu.",
            422,
            field="village",
            typed=typed[:LONGEST],
            list=listed,
        )
    raise Refused(
        "no_such_village",
        "Tidak ada desa “%(typed)s” di daftar wilayah. Ketik beberapa hurufnya, lalu pilih dari usulan.",
        422,
        field="village",
        typed=typed[:LONGEST],
    )


def _name(text: str) -> str:
    return text.partition(" · ")[0]


def _key(text: str) -> str:
    """Return a text without capitals, apostrophes and signs; the word for its kind before it and "kec." fall away."""
    plain = re.sub(r"['’`‘´]", "", text.casefold())
    words = re.sub(r"\W+", " ", plain).strip()
    return re.sub(r"\b(?:kecamatan|kec) ", "", _KIND_WORDS.sub("", words))
