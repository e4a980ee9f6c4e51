"""In place of modelsearch's own: it would read the texts of the ledger by its own rules, by which nobody asks here."""

from typing import Any

from django.core.management.base import CommandError
from modelsearch.management.commands import rebuild_modelsearch_index


class Command(rebuild_modelsearch_index.Command):
    help = "Refuses, and says what to do instead."

    def handle(self, **_options: Any) -> None:
        raise CommandError("Nothing is done: here the ledger holds what is searched. Use: manage.py search_rebuild")
