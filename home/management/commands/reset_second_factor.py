"""`manage.py reset_second_factor EMAIL REASON`: for the administrator who has lost the own one."""

from django.core.management.base import BaseCommand

from home import services
from home.management.naming import account_named


class Command(BaseCommand):
    help = "Takes all second factors away from an account and ends its sessions. Its owner is told by mail."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("reason", help="It stands in the audit trail.")

    def handle(self, *, email: str, reason: str, **options) -> None:
        user = account_named(email)
        services.reset_second_factor(None, user, reason)
        self.stdout.write(f"{user.email} has no second factor any more.")
