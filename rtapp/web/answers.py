"""What we answer, as the server can let go of it: a whole answer leaves in one piece, whoever reads it slowly."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response

WHOLE = 4 * 1024 * 1024  # bytes; a longer file is read from the disk while it travels


class WholeAnswer(Response):
    """A response whose known body is one piece, so that the server sends it without holding a thread."""

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
    """Make every response a ``WholeAnswer``."""
    app.response_class = WholeAnswer
