"""`manage.py appoint EMAIL OFFICE`: the offices of the platform are given by whoever runs it, and by no page."""

from django.core.management.base import BaseCommand, CommandError

from accounts.models import PlatformRole
from home import services
from home.management.naming import account_named

OFFICES = {office.name.lower(): office for office in PlatformRole}


class Command(BaseCommand):
    help = "Gives an account an office of the platform, in place of the one that it held. “none” takes it away."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("office", help=", ".join(OFFICES))

    def handle(self, *, email: str, office: str, **options) -> None:
        if office not in OFFICES:
            raise CommandError(f"There is no office “{office}”. The offices are {', '.join(OFFICES)}.")
        user = services.appoint(None, account_named(email), OFFICES[office])
        self.stdout.write(f"{user.email} now has the office: {office}.")
