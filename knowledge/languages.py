"""The languages that knowledge is written in: those of the interface, and the others of the programme's countries."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WrittenLanguage(models.TextChoices):
    """By the codes that `lang` takes in HTML."""

    ENGLISH = "en", _("English")
    RUSSIAN = "ru", _("Russian")
    URDU = "ur", _("Urdu")
    DARI = "prs", _("Dari")
    PASHTO = "ps", _("Pashto")
    PERSIAN = "fa", _("Persian")
    UZBEK = "uz", _("Uzbek")
    KAZAKH = "kk", _("Kazakh")
    KYRGYZ = "ky", _("Kyrgyz")
    TAJIK = "tg", _("Tajik")


FROM_RIGHT_TO_LEFT = frozenset({"ur", "prs", "ps", "fa"})


def direction_of(code: str) -> str:
    return "rtl" if code in FROM_RIGHT_TO_LEFT else "ltr"


def name_of(code: str) -> str:
    """What the language is called, in the reader's language; of one that nobody has named here, its code."""
    return str(dict(WrittenLanguage.choices).get(code, code))
