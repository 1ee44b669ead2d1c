"""What went wrong, as the asker can use it: a page, a fragment or an error object; never a traceback."""

import logging

from flask import Flask, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response

from ..refusals import Reason, Refused
from .htmx import wants_fragment, wants_json
from .request_log import number

log = logging.getLogger(__name__)
_BUSY_SECONDS = 2  # until there is room again, as a rule
_BARE = (
    '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>429</title>'
    '<div id="refusal" role="alert">{}</div>\n'
)


def init_app(app: Flask) -> None:
    """Answer every refusal and error in the asker's form."""
    app.add_template_filter(refusal_text, "said")
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def refusal_text(refusal: Refused | Reason) -> str:
    """Return the sentence of a refusal or a reason in the asker's language, and so those among its facts."""
    facts = {
        name: refusal_text(fact) if isinstance(fact, Refused | Reason) else fact for name, fact in refusal.facts.items()
    }
    return _(refusal.sentence, **facts) if facts else _(refusal.sentence)


def _refused(refused: Refused) -> Response:
    response = _answer(refused.status, refused.code, refusal_text(refused))
    if refused.status == 429:
        response.headers["Retry-After"] = str(60 * refused.facts.get("minutes", 0) or _BUSY_SECONDS)
    return response


def _csrf(_error: CSRFError) -> Response:
    return _answer(400, "csrf", _("Halaman ini sudah tidak berlaku. Muat ulang halaman, lalu coba lagi."))


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if error.response is not None:
        return error.response
    response = _answer(code, error.name.lower().replace(" ", "_"), _sentence(code))
    if code == 405 and getattr(error, "valid_methods", None):
        response.allow.update(error.valid_methods)
    return response


def _unexpected(error: Exception) -> Response:
    extra = {"facts": {"number": number()}}
    log.exception("%s %s failed", request.method, request.url_rule or "?", exc_info=error, extra=extra)
    return _http(ServiceUnavailable() if isinstance(error, OperationalError) else InternalServerError())


def _sentence(status: int) -> str:
    return {
        400: _("Permintaan ini tidak dapat dibaca. Periksa isiannya, lalu coba lagi."),
        401: _("Sesi sudah berakhir. Masuk lagi; yang belum tersimpan tetap ada di halaman ini."),
        403: _("Anda tidak punya wewenang untuk halaman ini. Minta kepada panitia inti."),
        404: _("Halaman ini tidak ada. Periksa alamatnya, atau kembali ke awal."),
        405: _("Halaman ini tidak menerima cara itu. Kembali ke halaman sebelumnya."),
        413: _("Kiriman terlalu besar. Berkas paling banyak 10 MB."),
        429: _("Terlalu sering mencoba. Tunggu sebentar, lalu coba lagi."),
        503: _(
            "Server tidak dapat menyimpan sekarang: disk penuh, atau basis data terkunci atau terputus. "
            "Coba lagi sebentar lagi; bila berulang, panggil panitia inti."
        ),
    }.get(status) or _(
        "Terjadi kesalahan di server. Coba lagi; bila berulang, panggil panitia inti dan sebutkan nomor %(number)s.",
        number=number(),
    )


def _answer(status: int, code: str, sentence: str) -> Response:
    g.refused = code
    if wants_json():
        body = jsonify(error={"code": code, "message": sentence})
        return make_response(body, status)
    g.pop("csp_wasm", None)
    template = "_refusal.html" if wants_fragment() else "error.html"
    try:
        bare = code == "too_many_at_once"  # a page costs more than was refused, and hundreds may be
        body = _BARE.format(escape(sentence)) if bare else render_template(template, status=status, sentence=sentence)
    except Exception:  # whatever broke the page may break this one too: the sentence alone is left
        log.exception("the page of an error failed")
        body = sentence
    response = make_response(body, status)
    response.headers["X-Refusal"] = code  # what a script of ours decides by
    return response
