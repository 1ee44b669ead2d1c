"""The fields of signing in, of users and of devices."""

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import AnyOf, DataRequired, EqualTo, Length, Optional

from ..web.forms import Form
from ..web.requests import whole
from .names import LONGEST
from .passwords import LONGEST as LONGEST_PASSWORD
from .passwords import SHORTEST
from .roles import Role

ROLES = [
    SelectChoice(str(Role.ADMIN), _("Admin")),
    SelectChoice(str(Role.SUPERVISOR), _("Koordinator")),
    SelectChoice(str(Role.CLERK), _("Petugas")),
    SelectChoice(str(Role.VIEWER), _("Pemantau")),
]
DEVICE_ROLES = ROLES[1:]

_NAME = Length(max=LONGEST, message=_("Paling banyak %(max)d huruf."))
_CHOSEN = Length(min=SHORTEST, max=LONGEST_PASSWORD, message=_("Kata sandi %(min)d sampai %(max)d huruf."))


def _required(message: str) -> DataRequired:
    return DataRequired(message=message)


def _role_field(roles: list[SelectChoice], **options: str) -> SelectField:
    only_these = AnyOf([choice.value for choice in roles], message=_("Pilih peran."))
    return SelectField(_("Peran"), [only_these], choices=roles, validate_choice=False, **options)


class SignInForm(Form):
    """Name and password."""

    name = StringField(_("Nama pengguna"), [_required(_("Isi nama pengguna.")), _NAME])
    password = PasswordField(_("Kata sandi"), [_required(_("Isi kata sandi."))])


class PasswordForm(Form):
    """A new password, typed twice."""

    password = PasswordField(_("Kata sandi baru"), [_required(_("Isi kata sandi.")), _CHOSEN])
    again = PasswordField(_("Ulangi kata sandi"), [EqualTo("password", _("Kedua kata sandi tidak sama."))])


class OwnPasswordForm(PasswordForm):
    """Somebody's own password: the present one first."""

    present = PasswordField(_("Kata sandi sekarang"), [Optional()])


class SetupForm(PasswordForm):
    """The first admin."""

    name = StringField(_("Nama pengguna"), [_required(_("Isi nama pengguna.")), _NAME])


class UserForm(Form):
    """A new user; without a password a one-time link lets them in."""

    name = StringField(_("Nama pengguna"), [_required(_("Isi nama pengguna.")), _NAME])
    role = _role_field(ROLES, default=Role.SUPERVISOR)
    password = PasswordField(_("Kata sandi"), [Optional(), _CHOSEN])


class PinForm(Form):
    """The PIN that is typed on a clerk's screen."""

    pin = PasswordField(_("PIN baru"), filters=[lambda text: (text or "").strip()])


class RoleForm(Form):
    """Another role for a user."""

    role = _role_field(ROLES)


class DeviceForm(Form):
    """A device: what it is called, what it may, and where."""

    label = StringField(
        _("Nama perangkat"),
        [_required(_("Beri nama perangkat, supaya terlihat siapa yang mencatat.")), _NAME],
        description=_("Misalnya “Meja 2 · pintu timur”. Nama ini tampil di setiap pencatatan."),
    )
    role = _role_field(DEVICE_ROLES, default=Role.CLERK)
    checkpoints = SelectMultipleField(
        _("Titik absensi"),
        [_required(_("Pilih paling sedikit satu titik absensi."))],
        choices=[],  # the page draws them by wave
        coerce=lambda value: whole(str(value)) or 0,
        validate_choice=False,
    )
