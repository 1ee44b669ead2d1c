"""What the forms of all rooms share: a choice of some, and a refusal beside the field it is about."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from ..refusals import Refused
from .errors import refusal_text

UNREAD = "invalid"  # the code of a refusal whose reasons stand beside the fields already


class Pick(SelectField):
    """One of some, a text by value; says in our words when another was sent."""

    def __init__(
        self, label: Any, validators: Any = None, texts: Mapping[str, Any] | None = None, **given: Any
    ) -> None:
        super().__init__(label, validators, invalid_choice_message=_l("Pilih salah satu yang ada."), **given)
        self.offer(texts or {})

    def offer(self, texts: Mapping[str, Any]) -> None:
        """Offer these values under these texts."""
        self.texts = texts
        self.choices = [SelectChoice(value, text) for value, text in texts.items()]


def blame(form: FlaskForm, refused: Refused) -> None:
    """Show a refusal beside the field it is about, else above the form."""
    if refused.code == UNREAD:
        return
    sentence = refusal_text(refused)
    if refused.field in form:
        field = form[refused.field]
        field.errors = [*field.errors, sentence]
    else:
        form.form_errors.append(sentence)
