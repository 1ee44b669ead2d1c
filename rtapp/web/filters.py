"""How times, days, numbers and places are shown in templates, in the asker's language."""

from collections.abc import Mapping, MutableMapping
from datetime import date, datetime
from types import FunctionType
from typing import Any

from babel import Locale
from flask import Flask, g, request, session
from flask.templating import Environment
from flask_babel import Babel, get_locale, get_translations
from jinja2 import FileSystemBytecodeCache, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from .. import clock
from ..badges.token import shown
from ..checkin.attempt import heading_of
from ..db import db
from ..events import store as events
from ..events.waves import DEFAULT_ZONE, numeral
from ..roster.phones import masked_phone
from ..settings import store as settings
from .engines import support_line
from .services import services

LANGUAGES = ("id", "en")
_LOCALES = {code: Locale(code) for code in LANGUAGES}


class DeskContext(Context):
    """A template context that calls macros, ``_`` and plain functions directly, without Jinja's own checks."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        is_macro = type(called) is Macro or called is _word
        if not is_macro and (type(called) is not FunctionType or hasattr(called, "jinja_pass_arg")):
            return super().call(called, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return called(self.eval_ctx, *args, **kwargs) if is_macro else called(*args, **kwargs)


class DeskTemplates(Environment):
    """An environment whose templates share one map of globals, which is faster to look through than two."""

    context_class = DeskContext

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    """Register the filters, and the language the session asks for (Indonesian by default)."""
    Babel(app, locale_selector=_language, default_locale="id")
    for shown_as in (day, moment, number, percent, rt, zone, village, kind):
        app.add_template_filter(shown_as, shown_as.__name__)
    app.add_template_filter(clock_time, "clock")
    app.add_template_filter(masked_phone, "masked")
    app.add_template_filter(shown, "short_code")
    app.add_template_filter(numeral, "numeral")
    app.add_template_filter(heading_of, "heading")
    app.add_template_global(support_line)
    app.add_template_global(attribute_text)
    # The page of a scan says two hundred words; Flask-Babel looks for its catalogue at each.
    app.jinja_env.install_gettext_callables(_translated, _translated_plural, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["_"] = _word
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()  # in the user's temporary folder, as Jinja guards it
    app.add_template_global(today)
    app.context_processor(lambda: {"locale": language(), "event": current_event()})


def language() -> str:
    """Return ``id`` or ``en``."""
    code: str | None = g.get("language")  # asked two hundred times for a page
    if code is None:
        locale = get_locale()
        code = g.language = locale.language if locale is not None else "id"
    return code


def current_event() -> Any:
    """Return the event of this database (shown_event), None before it was made; looked up once per request."""
    if "event" not in g:
        g.event = services().lines.read(events.shown_event)
    return g.event


def current_zone() -> str:
    """Return the time zone of the hall."""
    event = current_event()
    return event.timezone if event else DEFAULT_ZONE


def today() -> date:
    """Return what day it is in the hall."""
    return clock.local(clock.utcnow(), current_zone()).date()


def clock_time(value: datetime | str) -> str:
    """07.52"""
    return clock.clock_text(_moment(value), current_zone())


def day(value: date | datetime | str) -> str:
    """Rabu, 8 November 2023"""
    if isinstance(value, datetime | str):
        value = clock.local(_moment(value), current_zone()).date()
    return clock.day_text(value, language())


def moment(value: datetime | str) -> str:
    """Rabu, 8 November 2023 07.52 WITA"""
    return f"{day(value)} {clock_time(value)} {clock.zone_text(current_zone())}"


def zone(_value: object = None) -> str:
    """WITA"""
    return clock.zone_text(current_zone())


def number(value: int) -> str:
    """1.234 (1,234 in English)"""
    text = f"{value:,}"
    return text if language() == "en" else text.replace(",", ".")


def percent(value: float) -> str:
    """98,4% (98.4% in English) of a share between 0 and 1."""
    text = f"{value * 100:.1f}%"
    return text if language() == "en" else text.replace(".", ",")


def rt(value: str) -> str:
    """RT 003"""
    return f"RT {value}" if value else ""


def village(person: Any) -> str:
    """Kelurahan Belimbing Raya, Desa Kasiau; "" for somebody without a seat."""
    if not person.village:
        return ""
    if person.village_kind == "kelurahan":
        return _("Kelurahan %(name)s", name=person.village)
    return _("Desa %(name)s", name=person.village)


def kind(value: str) -> str:
    """The word for a participant's kind."""
    words = {"rt": _("Ketua RT"), "tamu": _("Tamu"), "panitia": _("Panitia"), "narasumber": _("Narasumber")}
    return words.get(value, value)


def attribute_text(attributes: Mapping[str, Any]) -> Markup:
    """Return attributes of an element, each behind a space: hx_get as hx-get; True is one without a value."""
    text = ""
    for name, value in attributes.items():
        if value is not None and value is not False:
            text += f" {name.replace('_', '-')}" if value is True else f' {name.replace("_", "-")}="{escape(value)}"'
    return Markup(text)


def base_url() -> str:
    """Return the address that QR codes and links carry: the committee's, else the one this request came to."""
    return settings.read(db.session, "base_url") or request.host_url.rstrip("/")


def _(text: str, /, **facts: Any) -> str:
    """Return a sentence of this file in the asker's language."""
    sentence = _translated(text)
    return sentence % facts if facts else sentence


@pass_eval_context
def _word(evaluating: EvalContext, text: str, /, **facts: Any) -> str:
    """Translate a sentence of a template and fill in its facts; twice as fast as Jinja's own ``_``."""
    sentence = text if language() == LANGUAGES[0] else get_translations().ugettext(text)
    sentence = Markup(sentence) if evaluating.autoescape else sentence
    return sentence % facts if "%" in sentence else sentence


def _translated(text: str) -> str:
    """Return a sentence of a template in the asker's language; templates speak Indonesian."""
    return text if language() == LANGUAGES[0] else get_translations().ugettext(text)


def _translated_plural(singular: str, plural: str, number: int) -> str:
    return str(get_translations().ungettext(singular, plural, number))


def _language() -> Locale:
    return _LOCALES.get(session.get("language", "id"), _LOCALES["id"])


def _moment(value: datetime | str) -> datetime:
    return clock.parse_iso(value) if isinstance(value, str) else value
