"""Light, dark, or as the reader's system: said on the page itself, so that no page flashes in the other."""

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Theme(TextChoices):
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
    AUTO = "auto", _("As my system")


def theme_of(request) -> str:
    """The theme of the account, else that of the cookie, else what the system says."""
    user = getattr(request, "user", None)
    chosen = (
        user.theme if user is not None and user.is_authenticated else request.COOKIES.get(settings.THEME_COOKIE_NAME)
    )
    return chosen if chosen in Theme.values else Theme.AUTO.value
