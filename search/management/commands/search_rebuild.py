"""Project everything into the ledger anew, and fill a new index in Elasticsearch while searches go on."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from elasticsearch import ApiError, TransportError
from tqdm import tqdm

from search import ledger, replication
from search.models import Entry
from search.projections import projectors


class Command(BaseCommand):
    help = "Writes the search ledger anew from all content; then fills a new index and lets searches go to it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--index-only", action="store_true", help="leave the ledger as it is")
        parser.add_argument("--no-progress", action="store_true", help="draw no progress bars")

    def handle(self, *args: Any, index_only: bool = False, no_progress: bool = False, **options: Any) -> None:
        if not index_only:
            for model in projectors:
                bar = {"desc": str(model._meta.verbose_name_plural), "total": model._base_manager.count()}
                for _key in tqdm(ledger.project_all(model), unit="", disable=no_progress, **bar):
                    pass
        if not settings.ELASTICSEARCH_URL:
            self.stdout.write("The ledger is written anew. ELASTICSEARCH_URL is not set: there is no index to fill.")
            return
        try:
            self._fill_index(no_progress)
        except (ApiError, TransportError) as failure:
            raise CommandError(f"Elasticsearch does not answer as it should: {type(failure).__name__}.") from failure
        except replication.BrokenOff as reason:
            raise CommandError(f"The new index {reason} was given up in the meantime. Start again.") from reason

    def _fill_index(self, no_progress: bool) -> None:
        with tqdm(desc="index", total=Entry.objects.count(), unit="", disable=no_progress) as bar:
            for sent in replication.rebuild():
                bar.update(sent)
        self.stdout.write(f"Searches go to {replication.the_replica().index}.")
