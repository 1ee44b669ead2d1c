"""No form takes a card's code for a name, a reason, a note or a PIN: a scanner types wherever the cursor is."""

import re
from collections.abc import Iterable

from flask import Flask, request

from ..badges.store import is_card
from ..badges.token import SHORT_LENGTH
from ..db import db
from ..refusals import Refused

# Where a code belongs, or what no hand types: nonces, form tokens, what a form was read with, passwords.
_OTHERS = re.compile(
    r"code|codes|keys|csrf_token|nonce(-\d+)?|key|follows|receipts|was|token|next|\w{0,60}password\w{0,60}"
)
_LONGEST = 400  # a text that is longer was not scanned


def init_app(app: Flask) -> None:
    """Look at every form before its view does."""
    app.before_request(_refuse_codes)


def refuse_cards(texts: Iterable[str]) -> None:
    """Refuse with 422 where one of these texts is a card's code, or holds one."""
    if any(len(text) >= SHORT_LENGTH and is_card(db.session, text[:_LONGEST]) for text in texts):
        raise Refused(
            "card_in_field", "Ada kode kartu di kolom isian, bukan teks. Hapus kode itu, lalu kirim lagi.", 422
        )


def _refuse_codes() -> None:
    if request.method == "POST" and request.form:
        refuse_cards(text for name, text in request.form.items(multi=True) if not _OTHERS.fullmatch(name))
