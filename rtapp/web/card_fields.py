"""No form takes a card's code for a name, a reason, a note or a PIN: a scanner types wherever the cursor is."""

import re

from flask import Flask, request
from sqlalchemy import select

from ..badges import token as codes
from ..db import db
from ..refusals import Refused
from ..schema import Badge

# Where a code belongs, or what no hand types: nonces, form tokens, what a form was read with, passwords.
_OTHERS = re.compile(r"code|codes|csrf_token|nonce(-\d+)?|key|follows|was|token|next|\w*password\w*")
_LONGEST = 400  # a text that is longer was not scanned


def init_app(app: Flask) -> None:
    """Look at every form before its view does."""
    app.before_request(_refuse_codes)


def _refuse_codes() -> None:
    if request.method != "POST" or not request.form:
        return
    for name, text in request.form.items(multi=True):
        if len(text) >= codes.SHORT_LENGTH and not _OTHERS.fullmatch(name) and is_card(text[:_LONGEST]):
            raise Refused(
                "card_in_field", "Ada kode kartu di kolom isian, bukan teks. Hapus kode itu, lalu kirim lagi.", 422
            )


def is_card(text: str) -> bool:
    """Say whether a text of a form is, or holds, the code of a card; what only looks like one is looked up."""
    if codes.holds_card(text) and not codes.read_short_code(text):
        return True
    short, tokens = codes.read_short_code(text), codes.read_tokens(text)
    if not short and not tokens:
        return False
    found = select(Badge.id).where((Badge.token.in_(tokens)) | (Badge.short_code == (short or "-"))).limit(1)
    return db.session.scalar(found) is not None
