"""What the forms of all rooms share: texts read by rules, choices, and refusals beside the field they are about."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import html_params

from ..db import db
from ..events.typed_places import LONGEST, village_meant
from ..refusals import Refused
from .errors import refusal_text

_UNREAD = "invalid"  # the code of a refusal whose reasons stand beside the fields already


class Form(FlaskForm):
    """What a person fills in; refused, it shows what was typed and each refusal beside the field that it is about.

    ``key`` tells the forms of a page apart; a field's id is its name between ``before`` and ``behind``.
    """

    status = 200  # of the page that shows it

    class Meta(FlaskForm.Meta):
        csrf = False  # the application asks for the token of every post

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Return what is posted, empty or not: Flask-WTF takes an empty post for none, and no rule would see it."""
            posted = super().wrap_formdata(form, formdata)
            is_empty_post = posted is None and formdata is not None and request.method == "POST"
            return request.form if is_empty_post else posted

    def __init__(self, *args: Any, key: str = "", before: str = "", behind: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.give_key(key, before, behind)

    def give_key(self, key: str, before: str = "", behind: str = "") -> None:
        """Make the form, and the id of each of its fields, this one's among several on a page."""
        self.key = key
        for field in self:
            field.id = field.label.field_id = f"{before}{field.name}{behind}"

    def check(self) -> None:
        """Validate the form and refuse it when a field has errors."""
        self.validate()
        self.check_errors()

    def check_errors(self) -> None:
        """Refuse the form when a field has errors."""
        if self.errors:
            raise Refused(_UNREAD, "Periksa isian yang ditandai.", 422)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Catch a refusal inside the block: roll back and show it on the form."""
        try:
            yield
        except Refused as refused:
            db.session.rollback()
            self.blame(refused)

    def blame(self, refused: Refused) -> None:
        """Show a refusal beside the field it is about, else above the form."""
        self.status = refused.status
        if refused.code == _UNREAD:
            return
        sentence = refusal_text(refused)
        if refused.field in self:
            field = self[refused.field]
            field.errors = [*field.errors, sentence]
        else:
            self.form_errors.append(sentence)

    @property
    def sentences(self) -> list[str]:
        """All error sentences of the form."""
        return [sentence for sentences in self.errors.values() for sentence in sentences]

    def is_left(self, name: str) -> bool:
        """Say whether a field was left as the page showed it, in ``name``_was: somebody else may have changed it."""
        return self[name].raw_data == self[f"{name}_was"].raw_data


class TextField(StringField):
    """A text, "" where it is missing, as a rule reads it; what the rule refuses is said beside it."""

    def __init__(
        self, label: Any, rule: Callable[[str], Any] = str, shown: Callable[[Any], str] = str, **options: Any
    ) -> None:
        super().__init__(label, **options)
        self.rule, self.shown = rule, shown

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        _read(self, valuelist)

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "" if self.data is None else self.shown(self.data)


class Pick(SelectField):
    """One of some, a text by value; says in our words when another was sent, unless a rule is to judge that."""

    def __init__(
        self,
        label: Any,
        validators: Any = None,
        texts: Mapping[str, Any] | None = None,
        rule: Callable[[str], Any] | None = None,
        **options: Any,
    ) -> None:
        if rule:
            options |= {"coerce": rule, "validate_choice": False}
        super().__init__(label, validators, invalid_choice_message=_l("Pilih salah satu yang ada."), **options)
        self.rule = rule
        self.offer(texts or {})

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was chosen."""
        if self.rule:
            _read(self, valuelist)
        else:
            super().process_formdata(valuelist)

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

    def __call__(self, **attributes: Any) -> Markup:
        """Return the field with its proposals."""
        name = attributes.setdefault("id", self.id)
        typed = self.texts.get(self.data, "") if self.data else ""
        if self.refused:
            typed = self.raw_data[0]
        attributes = {"name": self.name, "value": typed, "list": f"{name}-list", "maxlength": LONGEST, **attributes}
        offered = [choice.label for choice in self.choices if choice.value]
        options = Markup("").join(Markup('<option value="{}">').format(text) for text in offered)
        return Markup('<input {} autocomplete="off" spellcheck="false"><datalist id="{}-list">{}</datalist>').format(
            Markup(html_params(**attributes)), name, options
        )


def _read(field: Any, texts: list[str]) -> None:
    """Give a field what its rule reads in a text, "" where there is none; raises ValueError with what it refuses."""
    try:
        field.data = field.rule(texts[0] if texts else "")
    except Refused as refused:
        raise ValueError(refusal_text(refused)) from None


def forms_of_page(stored: Iterable[Form], refused: Form | None) -> dict[str, Form]:
    """Return the forms of a page by key, the ``refused`` one as it was typed.

    A button's form has no fields: what is refused of it stands above the stored form with its key.
    """
    forms = {form.key: form for form in stored}
    if refused is not None and not list(refused) and refused.key in forms:
        forms[refused.key].form_errors += refused.form_errors
    elif refused is not None:
        forms[refused.key] = refused
    return forms
