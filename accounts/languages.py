"""In which languages the interface is offered, and in which one the present answer is given."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language


def offered() -> list[tuple[str, Any]]:
    """What a reader may choose: the complete ones, and of those that are begun the ones that the setting names."""
    return [*settings.LANGUAGES, *settings.LANGUAGES_STARTED]


def current() -> str:
    return (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
