"""`manage.py send_reminders`: what the worker does by itself every two minutes, once and at once."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from coordination import services
from discussion import digests, mail, push
from meetings import services as meetings


class Command(BaseCommand):
    help = (
        "Sends the reminders and the mails of the day that are due by now (or by an earlier moment) and not sent yet."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at", metavar="MOMENT", help="in ISO 8601, such as 2026-03-02T06:00+00:00; UTC without zone"
        )

    def handle(self, *, at: str | None = None, **_options: Any) -> None:
        now = _moment(at) if at else timezone.now()
        reminders = services.send_reminders(now) + meetings.remind_of_documents(now) + meetings.remind_of_answers(now)
        mails = digests.send_digests(now)
        mail.send_waiting.func()
        push.send_waiting.func()
        self.stdout.write(f"Reminders: {reminders}. Mails of the day: {mails}.")


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"“{text}” is not a moment; write it as in 2026-03-02T06:00+00:00.")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > timezone.now():
        raise CommandError("This moment is still to come: nobody is to be reminded early.")
    return moment
