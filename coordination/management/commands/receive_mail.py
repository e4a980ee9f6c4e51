"""Take in one mail from standard input: the mail server pipes to this what comes to the reply addresses."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from coordination import replies

# sysexits.h: the mail server keeps the mail and tries again later.
EX_TEMPFAIL = 75


class Command(BaseCommand):
    help = "Takes in one mail (RFC 5322) from standard input: an answer to a notification or reminder about an action."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--recipient", default="", help="The address that the mail server delivers to, where it can say it."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # One byte more than is taken, to know that there is more; the rest is read away, so that no pipe breaks.
        raw = sys.stdin.buffer.read(replies.MOST_BYTES + 1)
        while sys.stdin.buffer.read(1_000_000):
            pass
        try:
            replies.receive(raw, options["recipient"])
        except DatabaseError:
            self.stderr.write("The database does not answer; try again later.")
            sys.exit(EX_TEMPFAIL)
