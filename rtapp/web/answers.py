"""What we answer, as the server can let go of it: a whole answer leaves in one piece, whoever reads it slowly."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response

WHOLE = 4 * 1024 * 1024  # bytes; a longer file is read from the disk while it travels


class WholeAnswer(Response):
    """An answer that is known is a list of one piece: the server sends it by itself, and no thread waits for that."""

    def get_app_iter(self, environ: dict[str, Any]) -> Iterable[bytes]:
        pieces = super().get_app_iter(environ)
        file = self.direct_passthrough and self.content_length is not None and self.content_length <= WHOLE
        if not (self.is_sequence or file) or isinstance(pieces, tuple):
            return pieces
        try:
            return [b"".join(pieces)]
        finally:
            self.close()


def init_app(app: Flask) -> None:
    """Answer in this way."""
    app.response_class = WholeAnswer
