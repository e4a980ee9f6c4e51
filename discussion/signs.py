"""The signs that may be put on a message: few, so that each means the same to everybody, and each with a word."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Sign:
    name: str
    picture: str
    label: Any


_ALL = (
    Sign("agree", "👍", _("I agree")),
    Sign("disagree", "👎", _("I do not agree")),
    Sign("thanks", "🙏", _("Thank you")),
    Sign("done", "✅", _("Done")),
    Sign("question", "❓", _("I have a question")),
    Sign("important", "❗", _("Important")),
    Sign("congratulations", "🎉", _("Congratulations")),
    Sign("seen", "👀", _("I am looking into it")),
)
SIGNS: dict[str, Sign] = {sign.name: sign for sign in _ALL}
