"""What the frame of every page shows: worked out only where a template asks for it."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from coordination import selectors


def frame(request) -> dict[str, object]:
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "frame_spaces": SimpleLazyObject(lambda: selectors.spaces_of(user) if signed_in else []),
        "frame_languages": settings.LANGUAGES,
        "frame_is_rtl": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE) == "ur",
    }
