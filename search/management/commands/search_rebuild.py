"""Project everything into the ledger anew, and fill a new index in Elasticsearch while searches go on."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model
from elasticsearch import ApiError, TransportError
from tqdm import tqdm

from search import ledger, replication
from search.models import Replica
from search.projections import projectors

# How many objects are projected between two notes of how far it has come.
NOTED_EVERY = 100
GO_ON = "Go on with: manage.py search_rebuild --resume"


class Command(BaseCommand):
    help = "Writes the search ledger anew from all content; then fills a new index and lets searches go to it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--index-only", action="store_true", help="leave the ledger as it is")
        parser.add_argument("--resume", action="store_true", help="go on where the last rebuild was broken off")
        parser.add_argument("--no-progress", action="store_true", help="draw no progress bars")

    def handle(
        self,
        *args: Any,
        index_only: bool = False,
        resume: bool = False,
        no_progress: bool = False,
        **options: Any,
    ) -> None:
        if not index_only:
            self._project(resume, no_progress)
        if not settings.ELASTICSEARCH_URL:
            self.stdout.write("The ledger is written anew. ELASTICSEARCH_URL is not set: there is no index to fill.")
            return
        try:
            self._fill_index(resume, no_progress)
        except (ApiError, TransportError) as failure:
            reason = f"Elasticsearch does not answer as it should: {type(failure).__name__}."
            raise CommandError(f"{reason} {GO_ON}") from failure
        except replication.BrokenOff as reason:
            raise CommandError(f"The new index {reason} was given up in the meantime. Start again.") from reason

    def _project(self, resume: bool, no_progress: bool) -> None:
        """Every object of every model. Where the index of a broken rebuild was begun, all of them had been."""
        replica = replication.the_replica()
        if resume and replica.building:
            return
        for model, after in _left(replica if resume else None):
            bar = {"desc": str(model._meta.verbose_name_plural), "unit": "", "disable": no_progress}
            total = model._base_manager.filter(pk__gt=after).count()
            for number, key in enumerate(tqdm(ledger.project_all(model, after), total=total, **bar)):
                if number % NOTED_EVERY == 0:
                    _note(replica, model._meta.label, key)
        _note(replica, "", 0)

    def _fill_index(self, resume: bool, no_progress: bool) -> None:
        total = replication.left_to_send(resume=resume)
        with tqdm(desc="index", total=total, unit="", disable=no_progress) as bar:
            for sent in replication.rebuild(resume=resume):
                bar.update(sent)
        self.stdout.write(f"Searches go to {replication.the_replica().index}.")


def _left(begun: Replica | None) -> Iterator[tuple[type[Model], int]]:
    """The models to be projected, each with the key after which to begin."""
    labels = [model._meta.label for model in projectors]
    first = labels.index(begun.projecting) if begun and begun.projecting in labels else 0
    for number, model in enumerate(projectors):
        if number >= first:
            yield model, begun.projected_to if begun and model._meta.label == begun.projecting else 0


def _note(replica: Replica, label: str, key: int) -> None:
    Replica.objects.filter(pk=replica.pk).update(projecting=label, projected_to=key)
