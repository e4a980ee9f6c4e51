"""A field for the languages that something is in."""

from typing import Any

from django import forms
from django.db import models

from knowledge.languages import WrittenLanguage


class LanguagesField(models.CharField):
    """The codes of some languages, in Python a list. Kept each between blanks: one of them is asked for as “ ur ”."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> list[str]:
        return (value or "").split()

    def to_python(self, value: Any) -> list[str]:
        return value.split() if isinstance(value, str) else list(value or [])

    def get_prep_value(self, value: Any) -> str:
        """A list as it is kept; a text, which is what a query asks for, as it stands."""
        if isinstance(value, str):
            return value
        return f" {' '.join(value)} " if value else ""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def validate(self, value: Any, model_instance: Any) -> None:
        """Each one is asked by the form; here only that nothing unknown is kept."""
        super().validate("".join(value), model_instance)
        for code in value:
            if code not in WrittenLanguage.values:
                raise forms.ValidationError(self.error_messages["invalid_choice"], params={"value": code})

    def run_validators(self, value: Any) -> None:
        super().run_validators(self.get_prep_value(value))

    def formfield(self, **kwargs: Any) -> forms.Field:
        return forms.MultipleChoiceField(
            label=kwargs.get("label", self.verbose_name),
            required=not self.blank,
            help_text=self.help_text,
            choices=WrittenLanguage.choices,
            widget=forms.CheckboxSelectMultiple,
        )
