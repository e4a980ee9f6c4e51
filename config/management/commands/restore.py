"""`manage.py restore FOLDER`: a backup, brought into an empty installation; or, held against one that is there."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backups

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Brings a backup into an empty database and an empty folder of uploads, and says what is not as it was. "
        "Then run `search_rebuild` where there is Elasticsearch."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--compare-only", action="store_true", help="change nothing: only say what differs")

    def handle(self, *args: Any, folder: Path, compare_only: bool, **options: Any) -> None:
        try:
            if compare_only:
                differences = backups.read(folder).differences(backups.present())
            else:
                differences = backups.restore(folder, self.stdout.write)
        except backups.BackupError as refusal:
            raise CommandError(str(refusal)) from refusal
        for sentence in differences[:SHOWN]:
            self.stderr.write(sentence)
        if differences:
            raise CommandError(f"{len(differences)} differences to what was backed up.")
        self.stdout.write("Everything is as it was backed up.")
