"""`manage.py erasures [FILE]`: who was erased; with a file of it, erases again whom a backup has brought back."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from home import erasure


class Command(BaseCommand):
    help = (
        "Prints a line for each person who was erased, by the number of the account and nothing else: keep it beside "
        "the backups. With such a file, after a restore, erases again whoever came back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        if file is None:
            for told in erasure.erasures():
                self.stdout.write(json.dumps(told))
            return
        refused = 0
        for line in file.read_text().splitlines():
            told = json.loads(line)
            try:
                if erasure.erase_again(told):
                    self.stdout.write(f"Account {told['account']} is erased again.")
            except ValidationError as refusal:
                refused += 1
                self.stderr.write(f"Account {told['account']}: {' '.join(refusal.messages)}")
        if refused:
            raise CommandError(f"{refused} could not be erased again.")
