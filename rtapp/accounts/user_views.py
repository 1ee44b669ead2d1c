"""Users: list, add, change role and password, let in by a one-time link, disable."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..db import db, transaction
from ..refusals import Refused
from ..schema import User
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.htmx import done
from ..web.reauthentication import ask_again
from . import forms, passwords, store
from .links_store import issue_link
from .roles import Duty, Role
from .shared_views import blueprint, one_time_page, page


@blueprint.get("/users")
@requires(Duty.MANAGE_USERS)
def users() -> Response:
    """Go to where the users are listed."""
    return redirect(url_for("accounts.devices", _anchor="users"), 303)


@blueprint.route("/users/new", methods=["GET", "POST"])
@requires(Duty.MANAGE_USERS)
def add_user() -> Response:
    """Add a user, with a password or to be let in by a one-time link."""
    form, actor = forms.UserForm(), acting()
    if request.method != "POST":
        return page("user_new", form=form)
    with form.refusals():
        form.check()
        _ask_for_admin(form.role.data)
        hashed = passwords.checked(form.password.data, form.name.data) if form.password.data else ""
        name, role = form.name.data, Role(form.role.data)
        with transaction() as session:
            added = store.add_user(session, actor.name, name, role, hashed, now=clock.utcnow())
        return done(_("“%(name)s” ditambahkan.", name=added.name), "accounts.user", user_id=added.id)
    return page("user_new", form.status, form=form)


@blueprint.get("/users/<int:user_id>")
@requires(Duty.MANAGE_USERS)
def user(user_id: int) -> Response:
    """Show one user and what can be changed."""
    return _user_page(store.find_user(db.session, user_id))


@blueprint.post("/users/<int:user_id>/role")
@requires(Duty.MANAGE_USERS)
def user_role(user_id: int) -> Response:
    """Give a user another role."""
    actor, form = acting(), forms.RoleForm()
    user = store.find_user(db.session, user_id)
    with form.refusals():
        form.check()
        _ask_for_admin(form.role.data)
        with transaction() as session:
            store.change_role(session, actor.name, user, Role(form.role.data), now=clock.utcnow())
        return _back_to(user, _("Peran diganti. %(name)s perlu masuk lagi.", name=user.name))
    return _user_page(user, form.status, role=form)


@blueprint.post("/users/<int:user_id>/password")
@requires(Duty.MANAGE_USERS)
def user_password(user_id: int) -> Response:
    """Set a user's password anew."""
    actor, form = acting(), forms.PasswordForm()
    user = store.find_user(db.session, user_id)
    with form.refusals():
        form.check()
        _ask_for_admin(user.role)
        hashed = passwords.checked(form.password.data, user.name)
        with transaction() as session:
            store.change_password(session, actor.name, user, hashed, now=clock.utcnow())
        return _back_to(user, _("Kata sandi diganti. %(name)s perlu masuk lagi.", name=user.name))
    return _user_page(user, form.status, password=form)


@blueprint.route("/users/<int:user_id>/link", methods=["GET", "POST"])
@requires(Duty.MANAGE_USERS)
def user_link(user_id: int) -> Response:
    """Make and show a one-time link that signs a user in; reading alone makes none."""
    if request.method != "POST":
        return redirect(url_for("accounts.user", user_id=user_id), 303)
    actor, user = acting(), store.find_user(db.session, user_id)
    if unasked := _without_password(user):
        return unasked
    with transaction() as session:
        user = store.find_user(session, user_id)
        if user.disabled_at:
            raise Refused("user_disabled", "%(name)s dinonaktifkan. Aktifkan dahulu.", 409, name=user.name)
        secret = issue_link(session, "user", now=clock.utcnow(), user=user, actor=actor.name)
    return one_time_page(secret, user=user)


@blueprint.post("/users/<int:user_id>/disable")
@requires(Duty.MANAGE_USERS)
def disable_user(user_id: int) -> Response:
    """End a user's access at once."""
    with transaction() as session:
        user = store.find_user(session, user_id)
        store.disable_user(session, acting().name, user, now=clock.utcnow())
    return _back_to(user, _("%(name)s tidak dapat masuk lagi.", name=user.name))


@blueprint.post("/users/<int:user_id>/enable")
@requires(Duty.MANAGE_USERS)
def enable_user(user_id: int) -> Response:
    """Give a disabled user access again."""
    actor, user = acting(), store.find_user(db.session, user_id)
    if unasked := _without_password(user):
        return unasked
    with transaction() as session:
        user = store.find_user(session, user_id)
        store.enable_user(session, actor.name, user, now=clock.utcnow())
    return _back_to(user, _("%(name)s dapat masuk lagi.", name=user.name))


def _ask_for_admin(role: str) -> None:
    if role == Role.ADMIN:
        ask_again()


def _without_password(user: User) -> Response | None:
    """Return the page that asks for the own password before somebody gets into an admin's account, else None."""
    try:
        _ask_for_admin(user.role)
    except Refused as refused:
        return _user_page(user, refused.status, problem=refusal_text(refused))
    return None


def _user_page(
    user: User,
    status: int = 200,
    *,
    role: forms.RoleForm | None = None,
    password: forms.PasswordForm | None = None,
    problem: str = "",
) -> Response:
    role = role or forms.RoleForm(formdata=None, obj=user)
    password = password or forms.PasswordForm(formdata=None)
    return page("user", status, user=user, role=role, password=password, problem=problem)


def _back_to(user: User, message: str) -> Response:
    return done(message, "accounts.user", user_id=user.id)
