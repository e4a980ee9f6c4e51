"""`manage.py audit_verify`: walk the chain of the audit trail, and say the first place at which it does not hold."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from coordination import chain
from coordination.models import AuditLink

CUT_OFF = "The head %s is not in the chain: its end was cut off, or the chain was written anew after it."


class Command(BaseCommand):
    help = "Walks the chain of the audit trail and names the first entry that was changed, removed, added or reordered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since-head",
            metavar="HASH",
            action="append",
            default=[],
            help="a head that was written down earlier: it must still be in the chain; may be given several times",
        )
        parser.add_argument("--no-progress", action="store_true", help="draw no progress bar")

    def handle(self, *args: Any, since_head: list[str], no_progress: bool = False, **options: Any) -> None:
        def progress(links: Iterable[Any]) -> Iterable[Any]:
            return tqdm(links, total=AuditLink.objects.count(), desc="links", unit="", disable=no_progress)

        if broken := chain.verify(progress):
            raise CommandError(f"Link {broken.link}, entry {broken.entry}: {broken.sentence}")
        if stray := chain.added_out_of_line():
            raise CommandError(f"Entry {stray.pk}: it was added out of line: later entries are linked, and it is not.")
        for known in since_head:
            if not chain.is_in_chain(known.strip()):
                raise CommandError(CUT_OFF % known)
        self._say_how_it_stands()

    def _say_how_it_stands(self) -> None:
        head = chain.head()
        if head is None:
            self.stdout.write("No entry is linked yet: the worker does that.")
        else:
            self.stdout.write(f"The chain holds: {head.number} entries, none changed, removed, added or reordered.")
            self.stdout.write(f"Head: {head.hash}")
            self.stdout.write("Keep the head elsewhere; --since-head HASH asks later whether the end is still there.")
        if waiting := list(chain.unlinked(all_of_them=True).values_list("pk", flat=True)[:10]):
            more = ", …" if len(waiting) == 10 else ""
            self.stdout.write(
                f"Not linked yet: {', '.join(map(str, waiting))}{more}. The worker links them in seconds."
            )
