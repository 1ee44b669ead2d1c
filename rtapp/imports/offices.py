"""Offices as lists write them: heads of an RT, officers beside them, and offices that have no seat here."""

import re

_RT = r"(?:rukun tetangga|r\.?\s?t)(?![^\W\d_])"
_HEAD = re.compile(
    rf"\b(?:ketua|kepala|pak|plt|plh|pjs?)\b[\s.]{{0,3}}(?:ketua\s)?{_RT}|^{_RT}|"
    r"\bketua\b(?!\s?(?:r\.?\s?w\b|rukun warga))",
    re.I,
)
_BESIDE = re.compile(r"\b(?:sekretaris|sekr?|sekre|bendahara|bend|wakil|anggota|staf|seksi|humas|pembantu)\b", re.I)
_OTHER = re.compile(
    r"\bketua\s(?:r\.?\s?w\b|rukun warga|bpd|lpm|karang taruna|pkk|tp pkk|umum|panitia)|^r\.?\s?w\b|"
    r"\b(?:kepala\s(?:desa|dusun|seksi|urusan|kampung)|"
    r"kades|kadus|lurah|pembakal|camat|kaur|kasi|bpd|lpm|linmas|sekdes|sekretaris desa|bidan|operator|admin)\b",
    re.I,
)


def is_head(office: str) -> bool:
    """Say whether an office is that of an RT's head: Ketua RT, Kepala RT, Ketua, Plt. Ketua RT."""
    office = office[:200]
    return bool(_HEAD.search(office)) and not _BESIDE.search(office)


def is_beside_head(office: str) -> bool:
    """Say whether an office is one beside an RT's head: Sekretaris, Bendahara, Wakil Ketua."""
    return bool(_BESIDE.search(office[:200])) and not is_another_office(office)


def is_another_office(office: str) -> bool:
    """Say whether an office is none of an RT at all: Ketua RW, Kepala Desa, Kadus, BPD."""
    office = office[:200]
    without = _OTHER.sub(" ", office)
    return bool(_OTHER.search(office)) and not re.search(_RT, without, re.I)
