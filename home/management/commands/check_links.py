"""Follow the links of the knowledge base, and list for its editors those that are broken."""

from typing import Any

from django.core.management.base import BaseCommand
from django.urls import Resolver404, resolve

from knowledge import services
from search.models import Entry


class Command(BaseCommand):
    help = "Follow the links of all pages of knowledge; those that are broken stand on the page of their upkeep."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.check_links(is_here)} broken links")


def is_here(path: str) -> bool:
    """Whether something is at a path of this site: by the ledger of what can be found, or as a page about no object."""
    try:
        match = resolve(path)
    except Resolver404:
        return False
    return "key" not in match.kwargs or Entry.objects.filter(url=path).exists()
