"""The gate of the editors' side: what is not allowed here by name answers 404."""

from django.http import Http404

PREFIX = "/editors/"
ALLOWED_VIEWS = frozenset({"wagtailadmin_home", "wagtailadmin_login", "wagtailadmin_logout"})


def check(request) -> None:
    """Raise Http404 unless this view of the editors' side is one that the gate knows."""
    match = request.resolver_match
    if request.path.startswith(PREFIX) and match.view_name not in ALLOWED_VIEWS:
        raise Http404
