"""Cards sent by a messenger: the words that go with the picture, the address of a chat, the pictures' file names."""

from collections.abc import Iterable
from urllib.parse import quote

from ..documents.paper import plain
from .layout import Card


def message_for(card: Card) -> str:
    """Return the message that goes to a holder with the picture of their card; in Indonesian, like the card."""
    where = ", ".join(filter(None, (card.seat_line, card.village_line, card.district_line)))
    when = [f"Hari/tanggal: {card.date_line}"] if card.wave_numeral != "–" else []
    lines = [
        f"Yth. Bapak/Ibu {card.name}",
        where,
        "",
        f"Terlampir kartu peserta {card.event}.",
        *when,
        *([f"Tempat: {card.venue}"] if card.venue else []),
        f"Kode kartu: {card.short_code}",
        "",
        "Tunjukkan gambar atau kode itu di meja registrasi. Kartu ini untuk Bapak/Ibu sendiri; mohon tidak diteruskan.",
    ]
    return "\n".join(lines)


def chat_address(phone: str, message: str) -> str:
    """Return the link that opens a chat with ``phone`` (08…), the message ready to be sent."""
    return f"https://wa.me/62{phone[1:]}?text={quote(message, safe='')}"


def file_names(cards: Iterable[Card]) -> list[str]:
    """Return a name for the picture of each card: district, village, RT and name, no two alike in any case."""
    names, taken = [], set()
    for card in cards:
        folder = "/".join(plain(part) for part in (card.district_line, card.village_line) if part)
        stem = "/".join(filter(None, (folder, plain(f"{card.seat_line} {card.name}"))))
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        names.append(f"{name}.png")
    return names
