"""Settings that must not go into service: a sentence at start instead of a surprise later."""

from django.conf import settings
from django.core.checks import Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured

OURS = "accord"


def refuse_unfit_settings() -> None:
    """For the server, which starts without Django's checks."""
    for error in run_checks(tags=[OURS]):
        raise ImproperlyConfigured(f"{error.msg} {error.hint}")


@register(OURS)
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
