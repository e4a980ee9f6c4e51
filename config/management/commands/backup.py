"""`manage.py backup FOLDER`: everything that Accord keeps, at one moment."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backups


class Command(BaseCommand):
    help = (
        "Writes the database and the uploads into a new folder, with a list of what is in them. Keep it confidential."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            contents = backups.make(folder, self.stdout.write)
        except backups.BackupError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("{tables} tables with {rows} rows and {files} files.".format(**backups.told(contents)))
