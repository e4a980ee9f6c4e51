"""Make the key that Web Push is signed with."""

from typing import Any

from django.core.management.base import BaseCommand

from discussion import push


class Command(BaseCommand):
    help = "Prints a new key for Web Push, as the setting of that name holds it. Browsers know pushes by it: keep it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"VAPID_PRIVATE_KEY={push.new_private_key()}")
