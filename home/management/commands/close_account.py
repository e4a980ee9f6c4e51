"""`manage.py close_account EMAIL`: somebody must be out at once."""

from django.core.management.base import BaseCommand

from home import services
from home.management.naming import account_named


class Command(BaseCommand):
    help = "Closes an account: its owner is signed out everywhere at once and cannot sign in. What was written stays."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options) -> None:
        user = services.close_account(None, account_named(email))
        self.stdout.write(f"The account of {user.email} is closed.")
