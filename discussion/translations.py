"""The languages into which a colleague may put a message: those of the interface, and those of the programme."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

LANGUAGES: dict[str, Any] = {
    **dict(settings.LANGUAGES),
    "prs": _("Dari"),
    "ps": _("Pashto"),
    "kk": _("Kazakh"),
    "ky": _("Kyrgyz"),
    "tg": _("Tajik"),
    "tr": _("Turkish"),
    "uz": _("Uzbek"),
}
