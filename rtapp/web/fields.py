"""What the forms of all rooms share: a choice of some, and a refusal beside the field it is about."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import html_params

from ..events.typed_places import LONGEST, village_meant
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


class TypedVillage(Pick):
    """A village of many, typed: the browser proposes texts, the value is the code of the one that is meant."""

    def offer(self, texts: Mapping[str, Any]) -> None:
        """Know these villages by code, and read what was typed by them; choices may be narrowed afterwards."""
        super().offer(texts)
        self.refused: Refused | None = None
        if self.raw_data:
            try:
                self.data = village_meant(self.raw_data[0], {code: str(text) for code, text in texts.items() if code})
            except Refused as refused:
                self.refused = refused

    def pre_validate(self, form: Any) -> None:
        """Say what was typed that is no village, or may be several."""
        if self.refused:
            raise ValidationError(refusal_text(self.refused))
        if self.data or not self.flags.required:
            super().pre_validate(form)

    def __call__(self, **given: Any) -> Markup:
        """Return the field with its proposals."""
        name = given.setdefault("id", self.id)
        typed = self.texts.get(self.data, "") if self.data else ""
        if self.refused:
            typed = self.raw_data[0]
        attributes = {"name": self.name, "value": typed, "list": f"{name}-list", "maxlength": LONGEST, **given}
        offered = [choice.label for choice in self.choices if choice.value]
        options = Markup("").join(Markup('<option value="{}">').format(text) for text in offered)
        return Markup('<input {} autocomplete="off" spellcheck="false"><datalist id="{}-list">{}</datalist>').format(
            Markup(html_params(**attributes)), name, options
        )


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
