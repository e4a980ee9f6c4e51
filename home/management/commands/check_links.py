"""Follow the links of the knowledge base, and list for its editors those that are broken."""

from typing import Any

from django.core.management.base import BaseCommand

from home.here import is_here
from knowledge import services


class Command(BaseCommand):
    help = "Follow the links of all pages of knowledge; those that are broken stand on the page of their upkeep."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.check_links(is_here)} broken links")
