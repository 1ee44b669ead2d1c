"""What is typed about backups: the second folder, the passphrase that seals them."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import EqualTo

from ..web.forms import Form, TextField
from .backups import SHORTEST


class FolderForm(Form):
    """The second folder."""

    folder = TextField(_l("Folder di stik USB atau disk lain"), str.strip)


class PassphraseForm(Form):
    """The passphrase of the backups, typed twice, and the own password."""

    passphrase = PasswordField(
        _l("Kata sandi cadangan"),
        description=_l(
            "Paling sedikit %(least)s huruf; beberapa kata. Tulis di kertas dan simpan di tempat lain.", least=SHORTEST
        ),
    )
    again = PasswordField(_l("Sekali lagi"), [EqualTo("passphrase", _l("Kedua kata sandi cadangan tidak sama."))])
    own_password = PasswordField(_l("Kata sandi Anda"))
