"""How far days and texts may go, wherever they come from: what a form, a sheet and a service say alike."""

from datetime import date
from typing import Any

from django.db.models import TextField
from django.utils.translation import gettext_lazy as _

# Of due dates: what is beyond is a slip of the keyboard, or a sheet's word for “never”.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def beyond_the_calendar(on: date | None) -> Any:
    """A sentence for a day on which nothing is due; nothing for any other, and for none."""
    if on is None or FIRST_DAY <= on <= LAST_DAY:
        return None
    return _("Choose a day between 1900 and 2199.")


def too_long(field: Any, text: Any) -> Any:
    """A sentence for a long text that is longer than its field takes; nothing for any other."""
    limit = field.max_length if isinstance(field, TextField) else None
    if not limit or len(text) <= limit:
        return None
    return _("Say it in at most %(limit)d characters.") % {"limit": limit}
