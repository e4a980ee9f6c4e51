"""Settings that must not go into service: a sentence at start instead of a surprise later."""

from django.conf import settings
from django.core.checks import Error, register


@register()
def a_service_has_its_own_secret_key(app_configs, **kwargs) -> list[Error]:
    if settings.SECRET_KEY == settings.EMBEDDED_SECRET_KEY and not (settings.DEBUG or settings.DEMONSTRATION):
        return [
            Error(
                "SECRET_KEY is that of the demonstration, which everyone knows.",
                hint="Set SECRET_KEY to a long random text of your own, or DEMONSTRATION=1 to try Accord out.",
                id="accord.E001",
            )
        ]
    return []
