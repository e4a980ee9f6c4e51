"""Passwords that somebody who knows where they are for would try first."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# docs/security.md names them too; the name of the installation's host comes besides.
WORDS = ("accord", "icmpd", "migration", "border", "demonstration", "password", "welcome", "secretariat", "ministry")
LEAST_LETTERS_BESIDES = 4


class NotOfTheContextValidator:
    """Refuses what has next to nothing besides words of the programme."""

    def validate(self, password: str, user: Any = None) -> None:
        left = "".join(character for character in password.lower() if character.isalpha())
        host = (urlsplit(settings.BASE_URL).hostname or "").split(".")
        for word in (*WORDS, *(part for part in host if len(part) >= LEAST_LETTERS_BESIDES)):
            left = left.replace(word, "")
        if len(left) < LEAST_LETTERS_BESIDES <= sum(character.isalpha() for character in password):
            raise ValidationError(
                _("This password is made of words that everybody here knows. Add others."), code="password_of_context"
            )

    def get_help_text(self) -> str:
        return _("Your password is not made of words such as “accord” or “password” alone.")
