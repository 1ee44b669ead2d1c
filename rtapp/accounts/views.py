"""Sign in and out, one-time links, the own account."""

from flask import current_app, redirect, request, url_for
from flask import session as browser
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..db import db, transaction
from ..refusals import Refused
from ..web.errors import refusal_text
from ..web.filters import current_event
from ..web.forms import Form
from ..web.guard import acting, current_actor, public, requires, session_mark, start_session
from ..web.htmx import done
from ..web.pages import local_target
from ..web.reauthentication import known_user, own_user
from ..web.requests import form_has, form_text
from ..web.tries import went_wrong
from . import device_views, forms, passwords, pins_store, store, user_views  # noqa: F401  their routes are this room's too
from .addresses import is_here_only
from .devices_store import find_device, former_device, leave_device
from .lifetime import last_day
from .links_store import Link, find_link, link_owner, needs_setup, use_link
from .roles import Duty, Role
from .shared_views import blueprint, page, unkept


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    """Let somebody in who knows a name and its password; wrong and unknown names get one answer."""
    form = forms.SignInForm()
    if request.method != "POST":
        return _sign_in_page(form)
    with form.refusals():
        form.check()
        user = known_user(form.name.data, form.password.data)
        if user is None:
            went_wrong()
            raise Refused("wrong_password", "Nama atau kata sandi tidak cocok.", 422)
        with transaction() as session:
            store.note_sign_in(session, user, now=clock.utcnow())
        start_session(user, None)
        return redirect(local_target(form_text("next")) or "/", 303)
    return _sign_in_page(form)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End this browser's session; asked first are a device, which comes back only by a new code, and unsent scans."""
    actor = current_actor()
    unsent = form_text("unsent") not in ("", "0")
    if actor and not form_has("sure") and (actor.device_id or unsent):
        return page("sign_out")
    if actor:
        with transaction() as session:
            if actor.device_id:
                leave_device(session, find_device(session, actor.device_id), now=clock.utcnow())
            elif user := actor.user_id and store.find_user(session, actor.user_id):
                store.note_sign_out(session, user, session_mark(), now=clock.utcnow())
    start_session(None, None)
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.route("/links/<secret>", methods=["GET", "POST"])
@public
def link(secret: str) -> Response:
    """Show what a one-time link does; only the POST of its button uses it up."""
    try:
        link = find_link(db.session, secret, now=clock.utcnow())
        form = forms.SetupForm() if link.purpose == "setup" else Form()
        if request.method != "POST":
            return _link_page(link, form)
        form.check()
        return _use_link(secret, form if link.purpose == "setup" else None)
    except Refused as refused:
        if refused.status == 410:
            return _link_over(secret, refused)
        db.session.rollback()
        form.blame(refused)
        return _link_page(link, form)


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Duty.SEE_COUNTS)
def account() -> Response:
    """Let a user change the own password; their other browsers are signed out."""
    actor, user, form = acting(), own_user(), forms.OwnPasswordForm()
    if request.method != "POST":
        return page("account", form=form, user=user, pin=forms.PinForm())
    with form.refusals():
        form.check()
        # Who was let in by a link chooses their first password.
        if user.password_hash and known_user(user.name, form.present.data or "") is None:
            raise Refused("wrong_password", "Kata sandi sekarang tidak cocok.", 422, field="present")
        hashed = passwords.checked(form.password.data, actor.name)
        with transaction() as session:
            store.change_password(session, actor.name, user, hashed, now=clock.utcnow())
        start_session(user, None)
        return done(_("Kata sandi diganti. Peramban lain dengan akun ini sudah keluar."), "accounts.account")
    return page("account", form.status, form=form, user=user, pin=forms.PinForm(formdata=None))


@blueprint.post("/account/pin")
@requires(Duty.DECIDE)
def own_pin() -> Response:
    """Set the PIN that is typed on a clerk's screen; one that is none is said beside the field."""
    actor, user, form = acting(), own_user(), forms.PinForm()
    with form.refusals():
        hashed = pins_store.checked_pin(form.pin.data, actor.name)
        with transaction() as session:
            pins_store.set_pin(session, actor.name, user, hashed, now=clock.utcnow())
        return done(_("PIN disimpan. Ketik di layar petugas untuk satu keputusan."), "accounts.account")
    return page("account", form.status, form=forms.OwnPasswordForm(formdata=None), user=user, pin=form)


def _sign_in_page(form: forms.SignInForm) -> Response:
    wanted = form_text("next") or request.args.get("next")
    plain = not request.is_secure and not is_here_only(request.host_url)
    pairing, facts = browser.get("device"), {"nobody": needs_setup(db.session), "plain": plain}
    former = former_device(db.session, *pairing, now=clock.utcnow()) if pairing else None
    return page("sign_in", form.status, form=form, next=local_target(wanted) or "", former=former, **facts)


def _link_page(link: Link, form: Form) -> Response:
    plain = not request.is_secure and not is_here_only(request.host_url)
    more = url_for("setup.device", next=request.path) if plain and current_app.config["TLS_PORT"] else ""
    return unkept(page("link", form.status, link=link, form=form, last_day=last_day(link.until), more=more))


def _use_link(secret: str, setup: forms.SetupForm | None) -> Response:
    now = clock.utcnow()
    hashed = passwords.checked(setup.password.data, setup.name.data) if setup else None
    with transaction() as session:
        user, device = use_link(session, secret, now=now)
        if setup:
            user = store.add_user(session, setup.name.data, setup.name.data, Role.ADMIN, hashed or "", now=now)
    start_session(user, device)
    if device:
        return redirect(_home(device.role), 303)
    event = current_event()
    lasting = bool(user and user.password_hash) or bool(event and event.demo)
    return redirect("/" if lasting else url_for("accounts.account"), 303)


def _link_over(secret: str, refused: Refused) -> Response:
    actor = current_actor()
    if actor and link_owner(db.session, secret) == (actor.kind, actor.id):
        return redirect(_home(actor.role), 303)  # tapped twice: they are in already
    return unkept(page("link_over", 410, sentence=refusal_text(refused)))


def _home(role: str) -> str:
    return "/" if role == Role.VIEWER else url_for("checkin.desks")
