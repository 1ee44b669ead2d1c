"""What is typed to erase personal data."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, TextAreaField

from ..refusals import Refused
from ..web.forms import Form, TextField
from .retention import WORDS, ErasureLevel


class ErasureForm(Form):
    """What is erased, the word that makes sure, the own password, the copies elsewhere."""

    level = HiddenField(default="")
    word = TextField("", lambda text: " ".join(text.upper().split()))
    own_password = PasswordField(_l("Kata sandi Anda"))
    elsewhere = TextAreaField(_l("Salinan di luar komputer ini, satu per baris"), default="")

    def chosen(self) -> ErasureLevel:
        """Return what is erased; refused for none, or where the word was not typed."""
        if self.level.data not in set(ErasureLevel):
            raise Refused("no_level", "Pilih apa yang dihapus.", 422)
        level = ErasureLevel(self.level.data)
        if self.word.data != WORDS[level]:
            raise Refused("not_confirmed", "Ketik %(word)s untuk memastikan.", 422, field="word", word=WORDS[level])
        return level


def erasure_form(level: str, **options: None) -> ErasureForm:
    """Return the form that erases what a level holds."""
    return ErasureForm(key=level, behind=f"-{level}", **options)
