"""`manage.py load_demonstration`: the demonstration programme, once, into an empty installation."""

from django.core.management.base import BaseCommand, CommandError

from home.demonstration import loader, room


class Command(BaseCommand):
    help = "Loads the demonstration programme, with accounts to sign in as. Does nothing where it is loaded already."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--quiet", action="store_true", help="Do not list the accounts.")

    def handle(self, *, quiet: bool, **options) -> None:
        try:
            is_new = loader.load()
        except loader.NotEmptyError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("The demonstration is loaded." if is_new else "The demonstration was loaded before.")
        if not quiet:
            self._list_accounts()

    def _list_accounts(self) -> None:
        self.stdout.write(f"\nSign in with the password “{room.PASSWORD}” as\n")
        for account in room.ACCOUNTS:
            self.stdout.write(f"  {account.email:<32} {account.name}: {account.about}")
        self.stdout.write("")
