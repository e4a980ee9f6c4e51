"""What is at an address of this site."""

from django.urls import Resolver404, resolve

from search.models import Entry


def is_here(path: str) -> bool:
    """Whether something is at a path of this site: by the ledger of what can be found, or as a page about no object."""
    try:
        match = resolve(path)
    except Resolver404:
        return False
    return "key" not in match.kwargs or Entry.objects.filter(url=path).exists()
