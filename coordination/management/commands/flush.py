"""Django's `flush`, which empties every table: the audit trail's triggers stand aside for it."""

from django.core.management.commands import flush
from django.db import connections

from coordination import append_only


class Command(flush.Command):
    def handle(self, **options) -> None:
        with append_only.suspended(connections[options["database"]]):
            super().handle(**options)
