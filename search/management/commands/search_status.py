"""How far Elasticsearch has followed the ledger."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import F
from django.utils import timezone
from elasticsearch import ApiError, TransportError

from search import replication
from search.models import Entry, Tally

SHOWN = 20
DAYS_SHOWN = 7


class Command(BaseCommand):
    help = "Counts what the search ledger holds, what Elasticsearch has confirmed, and where the two differ."

    def handle(self, *args: Any, **options: Any) -> None:
        """Names entries by number only: what they say is not for the operator's screen."""
        self._line("in the ledger", Entry.objects.standing().count())
        for tally in Tally.objects.filter(day__gte=timezone.localdate() - timedelta(days=DAYS_SHOWN)):
            outcome = f"{tally.engine}, {tally.get_outcome_display()} searches on {tally.day}"
            self._line(outcome, f"{tally.number}, the longest {tally.longest_ms / 1000:.1f} s")
        if not settings.ELASTICSEARCH_URL:
            self.stdout.write("ELASTICSEARCH_URL is not set: the ledger itself answers.")
            return
        self._line("confirmed", Entry.objects.standing().filter(confirmed_version__gte=F("version")).count())
        self._line("waiting", Entry.objects.waiting().count())
        self._line("deletions among them", Entry.objects.waiting().filter(deleted=True).count())
        refused = Entry.objects.refused()
        self._line("refused", refused.count())
        for entry in refused.order_by("pk")[:SHOWN]:
            self.stdout.write(f"  entry {entry.pk}, a part of {entry.content_type} {entry.object_id}: {entry.refusal}")
        self._compare()

    def _compare(self) -> None:
        replica = replication.the_replica()
        if replica.building:
            self.stdout.write(f"being filled: {replica.building}")
        try:
            differences = replication.differences()
        except (ApiError, TransportError) as failure:
            self.stdout.write(f"Elasticsearch does not answer: {type(failure).__name__}. The ledger answers instead.")
            return
        self._line("in the index", differences.held)
        self._line("missing there", len(differences.missing))
        self._line("there, but not in the ledger", len(differences.extra))
        self._line("there in another version", len(differences.other_version))
        for number in sorted([*differences.missing, *differences.extra, *differences.other_version])[:SHOWN]:
            self.stdout.write(f"  entry {number} differs")

    def _line(self, label: str, count: int | str) -> None:
        self.stdout.write(f"{label}: {count}")
