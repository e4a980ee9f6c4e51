"""Passwords that somebody who knows where they are for would try first."""

from bisect import bisect_left
from hashlib import sha1
from pathlib import Path
from typing import IO, Any
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


class NotBreachedValidator:
    """Refuses what stands in a list of passwords that have come out elsewhere, where the installation keeps one.

    The list is that of Have I Been Pwned, or a part of it: SHA-1 in hexadecimal, a line each, sorted. It is searched
    where it lies; nobody else is asked.
    """

    def validate(self, password: str, user: Any = None) -> None:
        wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        if settings.BREACHED_PASSWORDS and _stands_in(Path(settings.BREACHED_PASSWORDS), wanted):
            raise ValidationError(
                _("This password has come out elsewhere: it is among the first that are tried. Choose another one."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("Your password is none that has come out elsewhere.")


def _stands_in(file: Path, wanted: bytes) -> bool:
    size = file.stat().st_size
    with file.open("rb") as lines:
        found = bisect_left(range(size), wanted, key=lambda place: _line_from(lines, place, len(wanted)))
        return _line_from(lines, found, len(wanted)) == wanted


def _line_from(lines: IO[bytes], place: int, length: int) -> bytes:
    """What the first line begins with that begins at this place or after it; after the last, what sorts after all."""
    lines.seek(max(place - 1, 0))
    if place:
        lines.readline()
    return lines.readline()[:length].upper() or b"~"
