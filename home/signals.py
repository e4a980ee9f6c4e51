"""What follows from a change of an account, whoever makes it."""

from typing import Any

from django.db.models.signals import post_save

from accounts.models import User
from coordination.models import Person


def connect() -> None:
    post_save.connect(_keep_the_person, sender=User, dispatch_uid="home.person")


def _keep_the_person(*, instance: User, created: bool, update_fields: Any, **_signal: Any) -> None:
    """A person is called as the account is. Whoever installs is invited by nobody, and is a person all the same."""
    if created and instance.is_superuser:
        Person.objects.create(user=instance, name=instance.name)
    elif not created and (update_fields is None or "name" in update_fields):
        Person.objects.filter(user=instance).update(name=instance.name)
